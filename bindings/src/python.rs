//! The module `hotdesk._native`: the classes of [`crate::model`] and the functions over them. It decides nothing: it
//! turns Python's values into Rust's and back, and what the core says is wrong into the exceptions of
//! `hotdesk.errors`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use crate::decode::Refusal;

/// The native part of `hotdesk`; import `hotdesk` instead.
#[pymodule(gil_used = true)]
mod _native {
    use hotdesk_core::http::{OfChange, Status};
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::model::{
        AppInfo, CheckUser, CheckUserResults, DeviceProfile, DeviceProfileQuery, DeviceProfileResults,
        DeviceResult, DeviceUserQuery, DeviceUserResults, Failure, Login, Logout, LogoutAll, Success,
        UserCheck, UserDevices, UserDevicesQuery, UserDevicesResults, UserProfiles,
    };
    /// The version of the package.
    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use crate::rows::Rows;
    #[pymodule_export]
    use crate::secret::Secret;
    #[pymodule_export]
    use crate::traces::{Traces, trace_runs};

    /// Reads a message: a request, a query or an answer of the service.
    ///
    /// Raises `hotdesk.Refused` with the position where it breaks the protocol.
    #[pyfunction]
    #[pyo3(signature = (data, /))]
    fn parse<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        crate::read::read(data.py(), super::bytes(data)?)
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

    /// Returns what an HTTP status says of a change that was posted: "answer" (the body tells), "notCarriedOut", or
    /// "mayBeCarriedOut" (only a query can tell).
    #[pyfunction]
    #[pyo3(signature = (status, /))]
    fn status_of_change(status: u16) -> &'static str {
        match Status::new(status).map(Status::of_change) {
            Some(OfChange::Answer) => "answer",
            Some(OfChange::NotCarriedOut) => "notCarriedOut",
            // A number that is no status promises nothing.
            Some(OfChange::MayBeCarriedOut) | None => "mayBeCarriedOut",
        }
    }

    /// Reads an answer of a VIP service: operation, request ID, number to show, status, statuses of transactions, and
    /// credential and "was it sent" of each push.
    ///
    /// Raises `hotdesk.Refused` with the position where it is no such answer.
    #[pyfunction]
    #[pyo3(signature = (data, /))]
    fn vip_answer(data: &Bound<'_, PyAny>) -> PyResult<crate::vip::AnswerParts> {
        let (py, input) = (data.py(), super::bytes(data)?);
        crate::vip::answer(input)
            .map_err(|error| super::refused(py, &crate::decode::Refusal::new(error, input)))
    }

    /// Reads the records of the VIP reporting service: line, column, start, end, and the code or what is wrong.
    #[pyfunction]
    #[pyo3(signature = (data, /))]
    fn vip_records(data: &Bound<'_, PyAny>) -> PyResult<Vec<crate::vip::RecordParts>> {
        let (py, input) = (data.py(), super::bytes(data)?);
        Ok(crate::read::unlocked(py, input, || crate::vip::records(input)))
    }

    /// Returns the row of a VIP code as a "status", as a status of the "voice" service, or as a "detail".
    #[pyfunction]
    #[pyo3(signature = (code, of, /))]
    fn vip_row(code: &str, of: &str) -> Option<crate::codes::Row> {
        crate::vip::code_row(code, of)
    }

    /// Reads a message and returns it as one line of JSON, as `hotdesk decode` prints it.
    ///
    /// Raises `hotdesk.Refused` with the position where it breaks the protocol.
    #[pyfunction]
    #[pyo3(signature = (data, /))]
    fn decode(data: &Bound<'_, PyAny>) -> PyResult<String> {
        let (py, input) = (data.py(), super::bytes(data)?);
        let line = crate::read::unlocked(py, input, || crate::decode::decode(input));
        line.map_err(|refusal| super::refused(py, &refusal))
    }
}

/// Returns the bytes of a `bytes` or a `str`; none are copied.
fn bytes<'a>(data: &'a Bound<'_, PyAny>) -> PyResult<&'a [u8]> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        Ok(bytes.as_bytes())
    } else if let Ok(text) = data.cast::<PyString>() {
        Ok(text.to_str()?.as_bytes())
    } else {
        let given = data.get_type().name()?;
        Err(PyTypeError::new_err(format!("data must be bytes or str, not {given}")))
    }
}

/// Makes the exception of a message that is refused.
pub(crate) fn refused(py: Python<'_>, refusal: &Refusal) -> PyErr {
    let arguments = (refusal.message.as_str(), refusal.position, refusal.line, refusal.column);
    raise(py, "Refused", arguments)
}

/// Makes the exception of a message that is not written, for what is wrong with the element or attribute `field`.
pub(crate) fn unsendable(py: Python<'_>, message: &str, field: &str) -> PyErr {
    raise(py, "Unsendable", (message, field))
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
pub(crate) fn repr(objects: &Bound<'_, PyTuple>, name: &str, fields: &[&str]) -> PyResult<String> {
    let shown =
        objects.iter().zip(fields).map(|(object, field)| Ok(format!("{field}={}", object.repr()?.to_str()?)));
    Ok(format!("{name}({})", shown.collect::<PyResult<Vec<_>>>()?.join(", ")))
}

/// The arguments of a constructor: none by position, all by keyword.
pub(crate) type NewArguments<'py> = (Bound<'py, PyTuple>, Bound<'py, PyDict>);

/// Returns what a constructor needs to make an equal object.
pub(crate) fn new_arguments<'py>(
    objects: &Bound<'py, PyTuple>,
    fields: &[&str],
) -> PyResult<NewArguments<'py>> {
    let arguments = PyDict::new(objects.py());
    for (object, field) in objects.iter().zip(fields) {
        arguments.set_item(*field, object)?;
    }
    Ok((PyTuple::empty(objects.py()), arguments))
}

/// Returns an object of the same class with other values for some fields.
pub(crate) fn replaced<'py>(
    object: &Bound<'py, PyAny>,
    objects: &Bound<'py, PyTuple>,
    fields: &[&str],
    changes: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (none, arguments) = new_arguments(objects, fields)?;
    if let Some(changes) = changes {
        arguments.update(changes.as_mapping())?;
    }
    object.get_type().call(none, Some(&arguments))
}
