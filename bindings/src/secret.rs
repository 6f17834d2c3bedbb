//! PINs, passwords and certificates: masked wherever they are shown, wiped when they are dropped.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use zeroize::Zeroizing;

use crate::field::Field;

/// A PIN, password or certificate. It is masked wherever it is shown and wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
#[pyclass(frozen, eq, hash, module = "hotdesk")]
pub(crate) struct Secret(Zeroizing<String>);

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

#[pymethods]
impl Secret {
    #[new]
    #[pyo3(signature = (secret, /))]
    fn __new__(secret: &str) -> Self {
        Self(Zeroizing::new(secret.to_owned()))
    }

    /// Returns the secret itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    fn __copy__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: PyRef<'py, Self>, _memo: &Bound<'py, PyAny>) -> PyRef<'py, Self> {
        slf
    }

    /// Refuses: a pickle would hold the secret for anyone to read.
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a Secret cannot be pickled; send it by a way that keeps it secret"))
    }

    fn __repr__(&self) -> &'static str {
        "Secret('***')"
    }

    fn __str__(&self) -> &'static str {
        "***"
    }
}

/// A secret of a message: its object is made when it is first asked for, for hardly anybody asks.
pub(crate) struct Kept {
    secret: Secret,
    object: OnceLock<Py<Secret>>,
}

impl Kept {
    /// Copies a secret out of a message.
    pub(crate) fn read(secret: hotdesk_core::Secret<'_>) -> Self {
        let exposed = secret.expose();
        let copy = match exposed.as_str() {
            Some(text) => Zeroizing::new(text.to_owned()),
            None => {
                // As long as it can get at once: a growing string would leave copies behind that nobody wipes.
                let mut text = Zeroizing::new(String::with_capacity(hotdesk_core::limits::CERTIFICATE_BYTES));
                text.extend(exposed.chars());
                text
            }
        };
        Self { secret: Secret(copy), object: OnceLock::new() }
    }

    /// Returns the secret itself.
    pub(crate) fn expose(&self) -> &str {
        self.secret.expose()
    }
}

impl Field for Py<Secret> {
    type Member = Kept;

    fn annotation() -> String {
        "Secret".into()
    }

    fn member(self, _: Python<'_>) -> PyResult<Kept> {
        let secret = self.get().clone();
        Ok(Kept { secret, object: OnceLock::from(self) })
    }

    fn object<'py>(member: &Kept, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        member.into_pyobject(py).map(Bound::into_any)
    }
}

impl<'py> IntoPyObject<'py> for &Kept {
    type Target = Secret;
    type Output = Bound<'py, Secret>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        if let Some(object) = self.object.get() {
            return Ok(object.bind(py).clone());
        }
        let object = Bound::new(py, self.secret.clone())?;
        // Never with a closure: making an object can run other Python code, which may come here again.
        Ok(self.object.get_or_init(|| object.unbind()).bind(py).clone())
    }
}
