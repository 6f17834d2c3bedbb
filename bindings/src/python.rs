//! The module `hotdesk._native`: the classes of [`crate::model`] and the functions over them. It decides nothing: it
//! turns Python's values into Rust's and back, and what the core says is wrong into the exceptions of
//! `hotdesk.errors`.

use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use zeroize::Zeroizing;

use crate::model::{Cached, ExclusiveDuration, Secret};
use crate::read::Refusal;
use crate::write::Unsendable;

/// Input from this size on is read without the lock of the interpreter; below it, giving it back costs more.
const LARGE: usize = 16 * 1024;

/// The native part of `hotdesk`; import `hotdesk` instead.
#[pymodule(gil_used = true)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::model::{
        AppInfo, CheckUser, CheckUserResults, DeviceProfile, DeviceProfileQuery, DeviceProfileResults,
        DeviceResult, DeviceUserQuery, DeviceUserResults, Failure, Login, Logout, LogoutAll, Secret, Success,
        UserCheck, UserDevices, UserDevicesQuery, UserDevicesResults, UserProfiles,
    };
    #[pymodule_export]
    use crate::rows::Rows;

    /// Reads a message: a request, a query or an answer of the service.
    ///
    /// Raises `hotdesk.Refused` with the position where it breaks the protocol.
    #[pyfunction]
    #[pyo3(signature = (data, /))]
    fn parse(data: &Bound<'_, PyAny>) -> PyResult<crate::model::Message> {
        super::with_bytes(data, crate::read::read)
    }

    /// Returns what a number or a text of a screen can mean: rows as `code_rows` has them.
    #[pyfunction]
    #[pyo3(signature = (text, /))]
    fn explain_rows(text: &str) -> Vec<crate::codes::Row> {
        crate::codes::explain(text)
    }

    /// Returns every row of the code tables: family, code, name, meaning, who must act, remedy.
    #[pyfunction]
    fn code_rows() -> Vec<crate::codes::Row> {
        crate::codes::rows()
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
fn with_bytes<T: Send>(
    data: &Bound<'_, PyAny>,
    f: impl Fn(&[u8]) -> Result<T, Refusal> + Sync,
) -> PyResult<T> {
    let bytes = if let Ok(bytes) = data.cast::<PyBytes>() {
        bytes.as_bytes()
    } else if let Ok(text) = data.cast::<PyString>() {
        text.to_str()?.as_bytes()
    } else {
        let given = data.get_type().name()?;
        return Err(PyTypeError::new_err(format!("data must be bytes or str, not {given}")));
    };
    let result = if bytes.len() < LARGE { f(bytes) } else { data.py().detach(|| f(bytes)) };
    result.map_err(|refusal| {
        let arguments = (refusal.message.as_str(), refusal.position, refusal.line, refusal.column);
        raise(data.py(), "Refused", arguments)
    })
}

/// Makes the bytes of a message in Python's own memory, so that no copy of a secret stays behind here.
pub(crate) fn bytes(
    py: Python<'_>,
    length: usize,
    encode: impl FnOnce(&mut [u8]) -> Result<usize, hotdesk_core::Error>,
) -> Result<PyResult<Bound<'_, PyBytes>>, Unsendable> {
    let mut failure = None;
    let bytes = PyBytes::new_with(py, length, |out| {
        failure = encode(out).err();
        Ok(())
    });
    failure.map_or(Ok(bytes), |error| Err(error.into()))
}

/// Hands a written message, or why it is none, to Python.
pub(crate) fn raised<'py>(
    py: Python<'py>,
    written: Result<PyResult<Bound<'py, PyBytes>>, Unsendable>,
) -> PyResult<Bound<'py, PyBytes>> {
    written.unwrap_or_else(|error| Err(raise(py, "Unsendable", (error.message, error.field))))
}

/// Makes an exception. The classes are Python's: a native class cannot extend an exception under the stable ABI of
/// CPython 3.10.
fn raise<'py>(py: Python<'py>, class: &str, arguments: impl pyo3::call::PyCallArgs<'py>) -> PyErr {
    let exception = py
        .import(pyo3::intern!(py, "hotdesk.errors"))
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call1(arguments));
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

/// The arguments of a constructor: none by position, all by keyword.
pub(crate) type NewArguments<'py> = (Bound<'py, PyTuple>, Bound<'py, PyDict>);

/// Returns what a constructor needs to make an equal object.
pub(crate) fn new_arguments<'py>(
    object: &Bound<'py, PyAny>,
    attributes: &[&str],
) -> PyResult<NewArguments<'py>> {
    let arguments = PyDict::new(object.py());
    for attribute in attributes {
        arguments.set_item(*attribute, object.getattr(*attribute)?)?;
    }
    Ok((PyTuple::empty(object.py()), arguments))
}

#[pymethods]
impl Secret {
    #[new]
    #[pyo3(signature = (secret, /))]
    fn __new__(secret: &str) -> Self {
        Self(Zeroizing::new(secret.to_owned()))
    }

    /// Returns the secret itself.
    fn expose(&self) -> &str {
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

impl<'py, T> IntoPyObject<'py> for &Cached<T>
where
    T: Clone + IntoPyObject<'py>,
{
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let object = self.object.get_or_try_init(py, || (**self).clone().into_py_any(py))?;
        Ok(object.bind(py).clone())
    }
}

impl<'py, T> IntoPyObject<'py> for Cached<T>
where
    T: Clone + IntoPyObject<'py>,
{
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        (&self).into_pyobject(py)
    }
}

impl<'a, 'py, T: FromPyObject<'a, 'py>> FromPyObject<'a, 'py> for Cached<T> {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let value = T::extract(given).map_err(Into::into)?;
        let cached = Self::from(value);
        // What is given is what reading would make: a str, or an object of a frozen class.
        cached.object.get_or_init(given.py(), || given.to_owned().unbind());
        Ok(cached)
    }
}

impl<'py> IntoPyObject<'py> for ExclusiveDuration {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        match self {
            Self::Minutes(minutes) => minutes.into_bound_py_any(py),
            Self::Indefinite => pyo3::intern!(py, "indefinite").into_bound_py_any(py),
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for ExclusiveDuration {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(minutes) = given.extract::<u32>() {
            return Ok(Self::Minutes(minutes));
        }
        match given.extract::<String>() {
            Ok(word) if word == "indefinite" => Ok(Self::Indefinite),
            _ => Err(PyValueError::new_err("must be whole minutes up to 4294967295, or 'indefinite'")),
        }
    }
}
