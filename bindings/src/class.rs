//! One definition a class: a frozen Python class over a struct of the objects that its attributes are. It holds no
//! protocol knowledge.

/// Defines frozen classes: a constructor by keywords, read-only attributes, equality, hash, `match` by position, copies
/// and pickles, and a repr that shows every attribute (a [`Secret`](crate::secret::Secret) masks itself).
///
/// The type of a field is what the constructor takes, a [`Field`](crate::field::Field).
macro_rules! class {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty $(= $default:tt)?,)*
        $(; $(#[$derived_doc:meta])* fn $derived:ident() -> $result:ty = $by:ident)?
    } { $($method:tt)* }) => {
        $(#[$doc])*
        #[pyo3::pyclass(frozen, get_all, module = "hotdesk")]
        pub(crate) struct $name {
            $($(#[$field_doc])* pub(crate) $field: <$type as $crate::field::Field>::Member,)*
        }

        impl $name {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn objects<'py>(
                &self,
                py: pyo3::Python<'py>,
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::types::PyTuple>> {
                let objects: &[pyo3::Bound<'py, pyo3::PyAny>] =
                    &[$(<$type as $crate::field::Field>::object(&self.$field, py)?),*];
                pyo3::types::PyTuple::new(py, objects)
            }
        }

        #[pyo3::pymethods]
        impl $name {
            #[new]
            #[allow(clippy::too_many_arguments, reason = "Python names each of them")]
            #[pyo3(signature = (*, $($field $(= $default)?),*))]
            fn __new__(_py: pyo3::Python<'_>, $($field: $type),*) -> pyo3::PyResult<Self> {
                Ok(Self { $($field: $crate::field::Field::member($field, _py)?),* })
            }

            $(
                $(#[$derived_doc])*
                #[getter]
                fn $derived(&self, py: pyo3::Python<'_>) -> pyo3::PyResult<$result> {
                    self.$by(py)
                }
            )?

            $($method)*

            #[classattr]
            fn __match_args__(py: pyo3::Python<'_>) -> pyo3::PyResult<pyo3::Py<pyo3::types::PyTuple>> {
                Ok(pyo3::types::PyTuple::new(py, Self::FIELDS)?.unbind())
            }

            /// The types of the attributes, for tools that look at a program as it runs.
            #[classattr]
            fn __annotations__(py: pyo3::Python<'_>) -> pyo3::PyResult<pyo3::Py<pyo3::types::PyDict>> {
                let annotations = pyo3::types::PyDict::new(py);
                $(pyo3::types::PyDictMethods::set_item(
                    &annotations,
                    stringify!($field),
                    <$type as $crate::field::Field>::annotation(),
                )?;)*
                Ok(annotations.unbind())
            }

            fn __eq__(&self, other: &pyo3::Bound<'_, Self>) -> pyo3::PyResult<bool> {
                let py = other.py();
                pyo3::types::PyAnyMethods::eq(self.objects(py)?.as_any(), other.get().objects(py)?)
            }

            fn __hash__(&self, py: pyo3::Python<'_>) -> pyo3::PyResult<isize> {
                pyo3::types::PyAnyMethods::hash(self.objects(py)?.as_any())
            }

            /// Pickles through the constructor. A `Secret` refuses, and with it each message that carries one.
            fn __getnewargs_ex__<'py>(
                &self,
                py: pyo3::Python<'py>,
            ) -> pyo3::PyResult<$crate::python::NewArguments<'py>> {
                $crate::python::new_arguments(&self.objects(py)?, Self::FIELDS)
            }

            /// Makes a copy with other values for some attributes; `copy.replace` of CPython 3.13 calls it.
            #[pyo3(signature = (**changes))]
            fn __replace__<'py>(
                slf: &pyo3::Bound<'py, Self>,
                changes: Option<&pyo3::Bound<'py, pyo3::types::PyDict>>,
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                let objects = slf.get().objects(slf.py())?;
                $crate::python::replaced(slf.as_any(), &objects, Self::FIELDS, changes)
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

            fn __repr__(&self, py: pyo3::Python<'_>) -> pyo3::PyResult<String> {
                $crate::python::repr(&self.objects(py)?, stringify!($name), Self::FIELDS)
            }
        }

        held! { pyo3::Py<$name> as $name, stringify!($name); |object, _py| Ok(object); }
    };
}

/// Defines the classes of whole messages, which can be written.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident { $($field:tt)* })*) => {$(
        class! {
            $(#[$doc])*
            $name { $($field)* } {
                /// Returns the XML document. Raises `hotdesk.Unsendable` with the field that cannot be sent.
                fn to_xml<'py>(
                    &self,
                    py: pyo3::Python<'py>,
                ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::types::PyBytes>> {
                    $crate::write::View::view(self, py, |message| $crate::write::xml(py, message))
                }

                /// Returns the body of the HTTP request, `xml=` and the percent-encoded document. Raises
                /// `hotdesk.Unsendable` with the field that cannot be sent.
                fn to_form<'py>(
                    &self,
                    py: pyo3::Python<'py>,
                ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::types::PyBytes>> {
                    $crate::write::View::view(self, py, |message| $crate::write::form(py, message))
                }
            }
        }
    )*};
}

/// Defines the classes of rows, and what a list holds for each.
macro_rules! row_classes {
    ($($(#[$doc:meta])* $name:ident as $row:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty $(= $default:tt)?,)*
    })*) => {$(
        class! { $(#[$doc])* $name { $($(#[$field_doc])* $field: $type $(= $default)?,)* } {} }
        row! { $name as $row { $($field: $type,)* } }
    )*};
}

/// Defines what a list holds for each row of a class, and how it becomes an object of the class and was one.
macro_rules! row {
    ($name:ident as $row:ident { $($field:ident: $type:ty,)* }) => {
        #[doc = concat!("A `", stringify!($name), "` as plain values.")]
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub(crate) struct $row {
            $(pub(crate) $field: <$type as $crate::field::RowField>::Value,)*
        }

        impl $crate::field::RowField for pyo3::Py<$name> {
            type Value = $row;

            fn value(member: &Self, py: pyo3::Python<'_>) -> pyo3::PyResult<$row> {
                let object = member.get();
                Ok($row { $($field: <$type as $crate::field::RowField>::value(&object.$field, py)?),* })
            }

            fn of(row: &$row, py: pyo3::Python<'_>) -> pyo3::PyResult<Self> {
                let object = $name { $($field: <$type as $crate::field::RowField>::of(&row.$field, py)?),* };
                pyo3::Py::new(py, object)
            }
        }

        impl $crate::rows::Row for $row {
            type Of = pyo3::Py<$name>;
        }
    };
}
