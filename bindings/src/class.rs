//! One definition a class: the plain Rust struct, and with the feature `python` the frozen Python class over it. It
//! holds no protocol knowledge.

/// Defines structs that are frozen classes in Python: read-only attributes, equality, hash, `match` by position and a
/// repr that shows every attribute (a [`Secret`](crate::model::Secret) masks itself).
macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "python", pyo3::pyclass(frozen, eq, hash, get_all, module = "hotdesk"))]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        #[cfg(feature = "python")]
        #[pyo3::pymethods]
        impl $name {
            #[classattr]
            fn __match_args__(py: pyo3::Python<'_>) -> pyo3::PyResult<pyo3::Py<pyo3::types::PyTuple>> {
                let names: &[&str] = &[$(stringify!($field)),*];
                Ok(pyo3::types::PyTuple::new(py, names)?.unbind())
            }

            fn __repr__(slf: &pyo3::Bound<'_, Self>) -> pyo3::PyResult<String> {
                $crate::python::repr(slf.as_any(), stringify!($name), &[$(stringify!($field)),*])
            }
        }
    )*};
}
