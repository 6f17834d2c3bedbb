//! The kinds of fields that classes have. A field is held as the object that Python reads, so that reading it is a look
//! into the struct; a row of a list is held as plain values until it is asked for.

use std::hash::Hash;

use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::{PyNotImplementedError, PyValueError};
use pyo3::prelude::*;
use pyo3::type_object::PyTypeCheck;
use pyo3::types::{PyBool, PyInt, PyString};

/// What a constructor takes for a field.
pub(crate) trait Field: Sized {
    /// What the struct of the class holds.
    type Member;

    /// Returns the annotation that Python's tools read, as it stands in the names of `hotdesk`.
    fn annotation() -> String;

    /// Returns what the struct is to hold.
    fn member(self, py: Python<'_>) -> PyResult<Self::Member>;

    /// Returns the object of a field.
    fn object<'py>(member: &Self::Member, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
}

/// A field of a row.
pub(crate) trait RowField: Field {
    /// What a row holds.
    type Value: Clone + Eq + Hash + Send + Sync + 'static;

    /// Returns what a row is to hold.
    fn value(member: &Self::Member, py: Python<'_>) -> PyResult<Self::Value>;

    /// Returns what the struct of the row's class is to hold.
    fn of(value: &Self::Value, py: Python<'_>) -> PyResult<Self::Member>;
}

/// A text of a message.
pub(crate) struct Text(Py<PyString>);

impl Text {
    /// Makes a text of a message that was read.
    pub(crate) fn read(py: Python<'_>, text: hotdesk_core::Text<'_>) -> Py<PyString> {
        match text.as_str() {
            Some(text) => PyString::new(py, text),
            None => PyString::new(py, &text.to_string()),
        }
        .unbind()
    }
}

impl FromPyObject<'_, '_> for Text {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let text = given.cast::<PyString>()?;
        // A lone surrogate is no text, and is said here, not when it is written.
        let utf8 = text.to_str()?;
        Ok(Self(match text.cast_exact::<PyString>() {
            Ok(text) => text.to_owned().unbind(),
            // What a class derived from str does when it is compared or shown is no business of a message.
            Err(_) => PyString::new(given.py(), utf8).unbind(),
        }))
    }
}

/// Says how a field is held whose member is an object that is made at once.
macro_rules! held {
    ($($type:ty as $object:ty, $annotation:expr; |$value:ident, $py:ident| $member:expr;)*) => {$(
        impl $crate::field::Field for $type {
            type Member = pyo3::Py<$object>;

            fn annotation() -> String {
                $annotation.into()
            }

            fn member(self, $py: pyo3::Python<'_>) -> pyo3::PyResult<Self::Member> {
                let $value = self;
                $member
            }

            fn object<'py>(
                member: &Self::Member,
                py: pyo3::Python<'py>,
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                Ok(member.bind(py).clone().into_any())
            }
        }
    )*};
}

held! {
    Text as PyString, "str"; |text, _py| Ok(text.0);
    bool as PyBool, "bool"; |value, py| Ok(PyBool::new(py, value).to_owned().unbind());
    u16 as PyInt, "int"; |number, py| Ok(number.into_pyobject(py)?.unbind());
    ExclusiveDuration as PyAny, "int | _Literal['indefinite']"; |duration, py| match duration.0 {
        hotdesk_core::ExclusiveDuration::Minutes(minutes) => minutes.into_py_any(py),
        hotdesk_core::ExclusiveDuration::Indefinite => pyo3::intern!(py, "indefinite").into_py_any(py),
        other => Err(PyNotImplementedError::new_err(format!("{other:?} has no value in Python"))),
    };
}

impl RowField for Text {
    type Value = String;

    fn value(member: &Self::Member, py: Python<'_>) -> PyResult<String> {
        Ok(member.to_str(py)?.to_owned())
    }

    fn of(value: &String, py: Python<'_>) -> PyResult<Self::Member> {
        Ok(PyString::new(py, value).unbind())
    }
}

impl RowField for bool {
    type Value = Self;

    fn value(member: &Self::Member, py: Python<'_>) -> PyResult<Self> {
        Ok(member.bind(py).is_true())
    }

    fn of(value: &Self, py: Python<'_>) -> PyResult<Self::Member> {
        value.member(py)
    }
}

impl RowField for u16 {
    type Value = Self;

    fn value(member: &Self::Member, py: Python<'_>) -> PyResult<Self> {
        member.extract(py)
    }

    fn of(value: &Self, py: Python<'_>) -> PyResult<Self::Member> {
        value.member(py)
    }
}

impl<T, O> Field for Option<T>
where
    T: Field<Member = Py<O>>,
{
    type Member = Py<PyAny>;

    fn annotation() -> String {
        format!("{} | None", T::annotation())
    }

    fn member(self, py: Python<'_>) -> PyResult<Self::Member> {
        self.map_or_else(|| Ok(py.None()), |value| value.member(py).map(Py::into_any))
    }

    fn object<'py>(member: &Self::Member, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(member.bind(py).clone())
    }
}

impl<T, O> RowField for Option<T>
where
    T: RowField<Member = Py<O>>,
    O: PyTypeCheck,
{
    type Value = Option<T::Value>;

    fn value(member: &Self::Member, py: Python<'_>) -> PyResult<Self::Value> {
        let member = member.bind(py);
        if member.is_none() {
            return Ok(None);
        }
        T::value(member.cast::<O>()?.as_unbound(), py).map(Some)
    }

    fn of(value: &Self::Value, py: Python<'_>) -> PyResult<Self::Member> {
        value.as_ref().map_or_else(|| Ok(py.None()), |value| T::of(value, py).map(Py::into_any))
    }
}

/// How long a login holds: whole minutes, or the text `indefinite`.
pub(crate) struct ExclusiveDuration(pub(crate) hotdesk_core::ExclusiveDuration);

impl FromPyObject<'_, '_> for ExclusiveDuration {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let wrong = || PyValueError::new_err("must be whole minutes up to 4294967295, or 'indefinite'");
        let duration = match given.cast::<PyString>() {
            Ok(word) if word.to_str()? == "indefinite" => hotdesk_core::ExclusiveDuration::Indefinite,
            Ok(_) => return Err(wrong()),
            Err(_) => hotdesk_core::ExclusiveDuration::Minutes(given.extract().map_err(|_| wrong())?),
        };
        Ok(Self(duration))
    }
}

/// Defines the texts that a field can have; in Python they are those texts.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum $name {
            $($variant,)*
        }

        impl $name {
            /// Returns the text as Python has it, once for all.
            pub(crate) fn word(self, py: pyo3::Python<'_>) -> pyo3::Py<pyo3::types::PyString> {
                match self {
                    $(Self::$variant => pyo3::intern!(py, $word),)*
                }
                .clone()
                .unbind()
            }
        }

        held! {
            $name as pyo3::types::PyString, format!("_Literal{:?}", [$($word),*]);
            |word, py| Ok(word.word(py));
        }

        impl $crate::field::RowField for $name {
            type Value = Self;

            fn value(member: &Self::Member, py: pyo3::Python<'_>) -> pyo3::PyResult<Self> {
                member.extract(py)
            }

            fn of(value: &Self, py: pyo3::Python<'_>) -> pyo3::PyResult<Self::Member> {
                Ok(value.word(py))
            }
        }

        impl pyo3::FromPyObject<'_, '_> for $name {
            type Error = pyo3::PyErr;

            fn extract(given: pyo3::Borrowed<'_, '_, pyo3::PyAny>) -> pyo3::PyResult<Self> {
                match given.cast::<pyo3::types::PyString>()?.to_str()? {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(pyo3::exceptions::PyValueError::new_err(concat!("must be one of" $(, " ", $word)*))),
                }
            }
        }
    )*};
}

words! {
    /// What kind of ID is given.
    LoginType { UserId = "UID", DirectoryNumber = "DN", SelfService = "SP" }

    /// The state of a device.
    DeviceStatus { LoggedIn = "loggedIn", LoggedOut = "loggedOut", DoesNotExist = "doesNotExist" }

    /// Where a user is logged in.
    UserDevicesStatus { LoggedIn = "loggedIn", None = "none", DoesNotExist = "doesNotExist" }

    /// Whether a user has device profiles.
    UserProfilesStatus { Found = "found", None = "none", DoesNotExist = "doesNotExist", Failure = "failure" }

    /// Whether a user exists.
    UserCheckStatus { Exists = "exists", DoesNotExist = "doesNotExist" }
}
