//! The reader of logs for Python: bytes in, JSON out. It decides nothing; `hotdesk.logs` opens the files.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::logs;

/// Traces that are being read; `hotdesk.logs` is what a program uses.
#[pyclass(frozen, module = "hotdesk")]
pub(crate) struct Traces(Mutex<logs::Traces>);

impl Traces {
    /// Runs without the lock of the interpreter: a call may read a megabyte.
    fn run<T: Send>(&self, py: Python<'_>, f: impl FnOnce(&mut logs::Traces) -> T + Send) -> T {
        py.detach(|| f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[pymethods]
impl Traces {
    #[new]
    #[pyo3(signature = (*, device, user, since, open))]
    fn __new__(device: Option<&str>, user: Option<&str>, since: Option<&str>, open: usize) -> PyResult<Self> {
        let Some(filter) = logs::Filter::new(device, user, since) else {
            let expected = "since must be a date or a date and a time, as 2018-04-14 or \"2018-04-14 19:09\"";
            return Err(PyValueError::new_err(expected));
        };
        Ok(Self(Mutex::new(logs::Traces::new(logs::Options { filter, open }))))
    }

    /// Adds a source and returns its number.
    #[pyo3(signature = (name, group, lines, time, /))]
    fn add(&self, py: Python<'_>, name: &str, group: &str, lines: u64, time: Option<i64>) -> usize {
        self.run(py, |traces| traces.add(name, group, lines, time))
    }

    /// Reads as far as it can, and returns the source whose bytes it needs next, if any.
    fn wants(&self, py: Python<'_>) -> Option<usize> {
        self.run(py, logs::Traces::wants)
    }

    /// Gives bytes of a source.
    #[pyo3(signature = (source, data, /))]
    fn feed(&self, py: Python<'_>, source: usize, data: &[u8]) {
        self.run(py, |traces| traces.feed(source, data));
    }

    /// Says that a source has no more bytes.
    #[pyo3(signature = (source, /))]
    fn finish(&self, py: Python<'_>, source: usize) {
        self.run(py, |traces| traces.finish(source));
    }

    /// Says that a source has no more bytes for now.
    #[pyo3(signature = (source, /))]
    fn rest(&self, py: Python<'_>, source: usize) {
        self.run(py, |traces| traces.rest(source));
    }

    /// Says that a source begins anew, as its file was made again.
    #[pyo3(signature = (source, /))]
    fn renew(&self, py: Python<'_>, source: usize) {
        self.run(py, |traces| traces.renew(source));
    }

    /// Lets time go on by milliseconds without lines.
    #[pyo3(signature = (millis, /))]
    fn advance(&self, py: Python<'_>, millis: i64) {
        self.run(py, |traces| traces.advance(millis));
    }

    /// Tells every story that is still open.
    fn end(&self, py: Python<'_>) {
        self.run(py, logs::Traces::end);
    }

    /// Takes the stories that were told since the last call: one JSON object each.
    fn stories(&self, py: Python<'_>) -> Vec<String> {
        self.run(py, logs::Traces::stories)
    }

    /// Returns the summary of what was told so far: one JSON object.
    fn summary(&self, py: Python<'_>) -> String {
        self.run(py, |traces| traces.summary())
    }
}

/// Finds where times go back within a log: offset, lines before it and the time of its first line, for each part.
#[pyfunction]
#[pyo3(signature = (data, /))]
pub(crate) fn trace_runs(py: Python<'_>, data: &[u8]) -> Vec<(usize, u64, Option<i64>)> {
    let runs = py.detach(|| logs::runs(data));
    runs.into_iter().map(|run| (run.offset, run.lines, run.time)).collect()
}
