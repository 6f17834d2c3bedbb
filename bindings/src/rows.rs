//! The Python class of every list: a sequence over rows that Rust holds. An object is made for a row when it is asked
//! for, so a message of ten thousand rows costs none until then.

use std::any::Any;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::{PyIndexError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyString, PyTuple, PyType};

use crate::field::{Field, RowField, Text};

/// What a list holds for each row.
pub(crate) trait Row: Clone + Eq + Hash + Send + Sync + 'static {
    /// The field that has a row as its value.
    type Of: RowField<Value = Self> + for<'a, 'py> FromPyObject<'a, 'py, Error: Into<PyErr>>;
}

impl Row for String {
    type Of = Text;
}

/// A list that cannot be changed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct List<T>(pub(crate) Arc<Vec<T>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self(Arc::new(rows.into_iter().collect()))
    }
}

impl<T: Row> FromPyObject<'_, '_> for List<T> {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyString>() {
            // It would be taken letter by letter.
            return Err(PyTypeError::new_err("must be a list of rows, not a str"));
        }
        let py = given.py();
        let row = |row: PyResult<Bound<'_, PyAny>>| {
            let given: T::Of = row?.extract().map_err(Into::<PyErr>::into)?;
            T::Of::value(&given.member(py)?, py)
        };
        given.try_iter()?.map(row).collect()
    }
}

impl<T: Row> Field for List<T> {
    type Member = Py<Rows>;

    fn annotation() -> String {
        format!("_Sequence[{}]", T::Of::annotation())
    }

    fn member(self, py: Python<'_>) -> PyResult<Py<Rows>> {
        Py::new(py, Rows(Box::new(self.0)))
    }

    fn object<'py>(member: &Py<Rows>, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(member.bind(py).clone().into_any())
    }
}

impl<T: Row> RowField for List<T> {
    type Value = Self;

    fn value(member: &Py<Rows>, _: Python<'_>) -> PyResult<Self> {
        member.get().list::<T>().cloned().map(Self)
    }

    fn of(list: &Self, py: Python<'_>) -> PyResult<Py<Rows>> {
        list.clone().member(py)
    }
}

/// What a list of any kind of row can do. Each kind is a type of its own, and a Python class cannot be generic.
trait AnyRows: Any + Send + Sync {
    fn len(&self) -> usize;
    fn get<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>>;
    fn equals(&self, other: &dyn AnyRows) -> bool;
    fn hash(&self) -> u64;
}

impl<T: Row> AnyRows for Arc<Vec<T>> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn get<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        match self.as_slice().get(index) {
            Some(row) => T::Of::object(&T::Of::of(row, py)?, py),
            None => Err(PyIndexError::new_err("row index out of range")),
        }
    }

    fn equals(&self, other: &dyn AnyRows) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<Self>().is_some_and(|other| self == other)
    }

    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        Hash::hash(self, &mut hasher);
        hasher.finish()
    }
}

/// Rows of a message: a sequence that cannot be changed. A slice of it is a tuple.
#[pyclass(frozen, module = "hotdesk")]
pub(crate) struct Rows(Box<dyn AnyRows>);
#[pymethods]
impl Rows {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let length = isize::try_from(self.0.len())?;
        if let Ok(slice) = index.cast::<PySlice>() {
            let range = slice.indices(length)?;
            let wanted = (0..isize::try_from(range.slicelength)?).map(|i| range.start + i * range.step);
            let rows = wanted.map(|i| self.0.get(py, usize::try_from(i)?)).collect::<PyResult<Vec<_>>>()?;
            return PyTuple::new(py, rows)?.into_bound_py_any(py);
        }
        let index: isize = index.extract()?;
        let index = if index < 0 { index + length } else { index };
        let index = usize::try_from(index).map_err(|_| PyIndexError::new_err("row index out of range"))?;
        self.0.get(py, index)
    }

    /// Returns the number of rows that equal `value`.
    #[pyo3(signature = (value, /))]
    fn count(&self, value: &Bound<'_, PyAny>) -> PyResult<usize> {
        let mut count = 0;
        for index in 0..self.0.len() {
            count += usize::from(self.0.get(value.py(), index)?.eq(value)?);
        }
        Ok(count)
    }

    /// Returns the index of the first row that equals `value`; raises `ValueError` where there is none.
    #[pyo3(signature = (value, /))]
    fn index(&self, value: &Bound<'_, PyAny>) -> PyResult<usize> {
        for index in 0..self.0.len() {
            if self.0.get(value.py(), index)?.eq(value)? {
                return Ok(index);
            }
        }
        Err(PyValueError::new_err("no row equals the value"))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }

    fn __hash__(&self) -> u64 {
        self.0.hash()
    }

    /// Pickles as the tuple of its rows, which every constructor takes.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyType>, (Bound<'py, PyTuple>,))> {
        Ok((py.get_type::<PyTuple>(), (self.tuple(py)?,)))
    }

    fn __copy__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: PyRef<'py, Self>, _memo: &Bound<'py, PyAny>) -> PyRef<'py, Self> {
        slf
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Rows({})", self.tuple(py)?.repr()?.to_str()?))
    }
}

impl Rows {
    /// Returns the rows; every constructor has seen that they are of the kind that its class has.
    pub(crate) fn list<T: Row>(&self) -> PyResult<&Arc<Vec<T>>> {
        let rows: &dyn Any = &*self.0;
        rows.downcast_ref().ok_or_else(|| PyTypeError::new_err("rows of another kind"))
    }

    fn tuple<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let rows = (0..self.0.len()).map(|index| self.0.get(py, index));
        PyTuple::new(py, rows.collect::<PyResult<Vec<_>>>()?)
    }
}
