//! The module `hotdesk._native`: the classes of [`crate::model`] and the functions over them. It decides nothing: it
//! turns Python's values into Rust's and back, and refusals into the exceptions of `hotdesk.errors`.

use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyString, PyTuple, PyType};

use crate::model::{ExclusiveDuration, Rows, Secret};
use crate::read::Refusal;

/// The native part of `hotdesk`; import `hotdesk` instead.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::model::{
        AppInfo, CheckUser, CheckUserResults, DeviceProfile, DeviceProfileQuery, DeviceProfileResults,
        DeviceResult, DeviceUserQuery, DeviceUserResults, Failure, Login, Logout, LogoutAll, Secret, Success,
        UserCheck, UserDevices, UserDevicesQuery, UserDevicesResults, UserProfiles,
    };

    /// Reads a message: a request, a query or an answer of the service.
    ///
    /// Raises `hotdesk.Refused` with the position where it breaks the protocol.
    #[pyfunction]
    #[pyo3(signature = (data, /))]
    fn parse(data: &Bound<'_, PyAny>) -> PyResult<crate::model::Message> {
        super::with_bytes(data, crate::read::read)
    }

    /// Reads a message and returns it as one line of JSON, as `hotdesk decode` prints it.
    ///
    /// Raises `hotdesk.Refused` with the position where it breaks the protocol.
    #[pyfunction]
    #[pyo3(signature = (data, /))]
    fn decode(data: &Bound<'_, PyAny>) -> PyResult<String> {
        super::with_bytes(data, crate::decode::decode)
    }
}

/// Runs `f` over the bytes of a `bytes` or a `str`.
fn with_bytes<T>(data: &Bound<'_, PyAny>, f: impl Fn(&[u8]) -> Result<T, Refusal>) -> PyResult<T> {
    let result = if let Ok(bytes) = data.cast::<PyBytes>() {
        f(bytes.as_bytes())
    } else if let Ok(text) = data.cast::<PyString>() {
        f(text.to_str()?.as_bytes())
    } else {
        let given = data.get_type().name()?;
        return Err(PyTypeError::new_err(format!("data must be bytes or str, not {given}")));
    };
    result.map_err(|refusal| raise(data.py(), &refusal))
}

/// Makes the exception for a refusal. The classes are Python's: a native class cannot extend an exception under the
/// stable ABI of CPython 3.10.
fn raise(py: Python<'_>, refusal: &Refusal) -> PyErr {
    static REFUSED: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let arguments = (refusal.message.as_str(), refusal.position, refusal.line, refusal.column);
    let exception = REFUSED.import(py, "hotdesk.errors", "Refused").and_then(|class| class.call1(arguments));
    match exception {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// Writes `Name(attribute=value, …)`.
pub(crate) fn repr(object: &Bound<'_, PyAny>, name: &str, attributes: &[&str]) -> PyResult<String> {
    let shown = attributes
        .iter()
        .map(|attribute| Ok(format!("{attribute}={}", object.getattr(*attribute)?.repr()?.to_str()?)));
    Ok(format!("{name}({})", shown.collect::<PyResult<Vec<_>>>()?.join(", ")))
}

#[pymethods]
impl Secret {
    /// Returns the secret itself.
    fn expose(&self) -> &str {
        &self.0
    }

    fn __repr__(&self) -> &'static str {
        "Secret('***')"
    }

    fn __str__(&self) -> &'static str {
        "***"
    }
}

impl<'py, T: IntoPyObject<'py>> IntoPyObject<'py> for Rows<T> {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let rows = self.0.into_iter().map(|row| row.into_bound_py_any(py));
        PyTuple::new(py, rows.collect::<PyResult<Vec<_>>>()?)
    }
}

impl<'py> IntoPyObject<'py> for ExclusiveDuration {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        match self {
            Self::Minutes(minutes) => minutes.into_bound_py_any(py),
            Self::Indefinite => "indefinite".into_bound_py_any(py),
        }
    }
}
