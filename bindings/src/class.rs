//! One definition a class: the plain Rust struct, and with the feature `python` the frozen Python class over it. It
//! holds no protocol knowledge.

/// Defines structs that are frozen classes in Python: a constructor by keywords, read-only attributes, equality, hash,
/// `match` by position, copies and pickles, and a repr that shows every attribute (a [`Secret`](crate::model::Secret)
/// masks itself).
macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident $(via $write:ident)? {
        $($(#[$field_doc:meta])* $field:ident: $type:ty $(= $default:tt)?,)*
        $(; $(#[$derived_doc:meta])* fn $derived:ident() -> $result:ty = $by:ident)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[cfg_attr(
            feature = "python",
            pyo3::pyclass(frozen, eq, hash, get_all, from_py_object, module = "hotdesk")
        )]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        #[cfg(feature = "python")]
        #[pyo3::pymethods]
        impl $name {
            #[new]
            #[allow(clippy::too_many_arguments, reason = "Python names each of them")]
            #[pyo3(signature = (*, $($field $(= $default)?),*))]
            fn __new__($($field: $type),*) -> Self {
                Self { $($field),* }
            }

            $(
                $(#[$derived_doc])*
                #[getter]
                fn $derived(&self) -> $result {
                    self.$by()
                }
            )?

            #[classattr]
            fn __match_args__(py: pyo3::Python<'_>) -> pyo3::PyResult<pyo3::Py<pyo3::types::PyTuple>> {
                let names: &[&str] = &[$(stringify!($field)),*];
                Ok(pyo3::types::PyTuple::new(py, names)?.unbind())
            }

            $(
                /// Returns the XML document. Raises `hotdesk.Unsendable` with the field that cannot be sent.
                fn to_xml<'py>(
                    slf: &pyo3::Bound<'py, Self>,
                ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::types::PyBytes>> {
                    let py = slf.py();
$crate::python::raised(py, $crate::write::$write(slf.get(), |m| { $crate::python::bytes(py, m.encoded_len()?, |out| m.encode(out)) }))
                }

                /// Returns the body of the HTTP request, `xml=` and the percent-encoded document. Raises
                /// `hotdesk.Unsendable` with the field that cannot be sent.
                fn to_form<'py>(
                    slf: &pyo3::Bound<'py, Self>,
                ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::types::PyBytes>> {
                    let py = slf.py();
$crate::python::raised(py, $crate::write::$write(slf.get(), |m| { $crate::python::bytes(py, m.form_len()?, |out| m.encode_form(out)) }))
                }
            )?

            /// Pickles through the constructor. A `Secret` refuses, and with it each message that carries one.
            fn __getnewargs_ex__<'py>(
                slf: &pyo3::Bound<'py, Self>,
            ) -> pyo3::PyResult<$crate::python::NewArguments<'py>> {
                $crate::python::new_arguments(slf.as_any(), &[$(stringify!($field)),*])
            }

            fn __copy__(slf: pyo3::PyRef<'_, Self>) -> pyo3::PyRef<'_, Self> {
                slf
            }

            fn __deepcopy__<'py>(
                slf: pyo3::PyRef<'py, Self>,
                _memo: &pyo3::Bound<'py, pyo3::PyAny>,
            ) -> pyo3::PyRef<'py, Self> {
                slf
            }

            fn __repr__(slf: &pyo3::Bound<'_, Self>) -> pyo3::PyResult<String> {
                $crate::python::repr(slf.as_any(), stringify!($name), &[$(stringify!($field)),*])
            }
        }
    )*};
}

/// Defines the texts that a field can have; in Python they are those texts.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each variant is the word beside it")]
        pub enum $name {
            $($variant,)*
        }

        impl $name {
            /// Every word there is.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        #[cfg(feature = "python")]
        impl<'py> pyo3::IntoPyObject<'py> for $name {
            type Target = pyo3::types::PyString;
            type Output = pyo3::Bound<'py, Self::Target>;
            type Error = std::convert::Infallible;

            fn into_pyobject(self, py: pyo3::Python<'py>) -> Result<Self::Output, Self::Error> {
                Ok(match self {
                    $(Self::$variant => pyo3::intern!(py, $word).clone(),)*
                })
            }
        }

        #[cfg(feature = "python")]
        impl<'py> pyo3::FromPyObject<'_, 'py> for $name {
            type Error = pyo3::PyErr;

            fn extract(given: pyo3::Borrowed<'_, 'py, pyo3::PyAny>) -> pyo3::PyResult<Self> {
                let word: String = given.extract()?;
                let found = Self::ALL.iter().copied().find(|known| known.as_str() == word);
                found.ok_or_else(|| {
                    pyo3::exceptions::PyValueError::new_err(concat!("must be one of" $(, " ", $word)*))
                })
            }
        }
    )*};
}
