//! The Python class of every list: a sequence over rows that Rust holds. An object is made for a row when it is asked
//! for, so a message of ten thousand rows costs none until then.

use std::any::Any;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::{PyIndexError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyString, PyTuple, PyType};

use crate::model;

/// What a list of any kind of row can do. Each kind is a type of its own, and a Python class cannot be generic.
trait AnyRows: Send + Sync {
    fn len(&self) -> usize;
    fn get<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>>;
    fn equals(&self, other: &dyn AnyRows) -> bool;
    fn hash(&self) -> u64;
    fn as_any(&self) -> &dyn Any;
}

impl<T> AnyRows for Vec<T>
where
    T: Hash + PartialEq + Send + Sync + 'static,
    for<'a, 'py> &'a T: RowObject<'py>,
{
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn get<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        match self.as_slice().get(index) {
            Some(row) => row.object(py),
            None => Err(PyIndexError::new_err("row index out of range")),
        }
    }

    fn equals(&self, other: &dyn AnyRows) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self == other)
    }

    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        Hash::hash(self, &mut hasher);
        hasher.finish()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A row that becomes an object of Python.
trait RowObject<'py> {
    fn object(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
}

impl<'py> RowObject<'py> for &model::Text {
    fn object(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.into_bound_py_any(py)
    }
}

macro_rules! row_objects {
    ($($name:ident)*) => {$(
        impl<'py> RowObject<'py> for &model::$name {
            fn object(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                self.clone().into_bound_py_any(py)
            }
        }
    )*};
}

row_objects!(DeviceResult UserDevices UserProfiles DeviceProfile UserCheck);

/// Rows of a message: a sequence that cannot be changed. A slice of it is a tuple.
#[pyclass(frozen, module = "hotdesk")]
#[allow(unreachable_pub, reason = "a conversion of a public type names it")]
pub struct Rows(Arc<dyn AnyRows>);

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
    fn tuple<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let rows = (0..self.0.len()).map(|index| self.0.get(py, index));
        PyTuple::new(py, rows.collect::<PyResult<Vec<_>>>()?)
    }
}

impl<'py, T> IntoPyObject<'py> for &model::Rows<T>
where
    T: Hash + PartialEq + Send + Sync + 'static,
    for<'a, 'p> &'a T: RowObject<'p>,
{
    type Target = Rows;
    type Output = Bound<'py, Rows>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        Bound::new(py, Rows(self.0.clone()))
    }
}

impl<'py, T> FromPyObject<'_, 'py> for model::Rows<T>
where
    T: Send + Sync + 'static,
    for<'a> T: FromPyObject<'a, 'py>,
{
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyString>() {
            // It would be taken letter by letter.
            return Err(PyTypeError::new_err("must be a list of rows, not a str"));
        }
        let row = |row: PyResult<Bound<'py, PyAny>>| row?.extract::<T>().map_err(Into::into);
        given.try_iter()?.map(row).collect()
    }
}
