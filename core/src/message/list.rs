//! Lists of any length, without memory for them: over the checked bytes of a message, or over a caller's slice.

use core::fmt;

use super::response::{DeviceProfile, DeviceResult, UserCheck, UserDevices, UserProfiles};
use crate::text::Text;
use crate::wire::{Context, ReadRow, Reader};

/// A list of a message. A parsed list reads its rows from the message's bytes each time; a list to be sent is made from
/// a slice or an array.
///
/// ```
/// use hotdesk_core::{List, Text};
///
/// let list = List::from(&["SEP003094C25B15", "SEP402CF4915265"]);
/// assert_eq!(list.iter().count(), 2);
/// assert!(list.iter().any(|device| device == "SEP402CF4915265"));
///
/// let texts = [Text::from("SEP003094C25B15"), Text::from("SEP402CF4915265")];
/// assert_eq!(list, List::from(&texts));
/// ```
#[derive(Clone, Copy)]
pub struct List<'a, T>(Source<'a, T>);

#[derive(Clone, Copy)]
enum Source<'a, T> {
    /// Content of an element that was checked, and which it is.
    Checked {
        content: &'a str,
        context: Context,
    },
    Slice(&'a [T]),
    /// Names, of each of which a row is made.
    Names(&'a [&'a str]),
}

/// What a [`List`] can hold. This trait is sealed: it bounds code that is generic over lists.
///
/// ```
/// use hotdesk_core::{List, Row};
///
/// fn second<'a, T: Row<'a>>(list: List<'a, T>) -> Option<T> {
///     list.iter().nth(1)
/// }
///
/// assert_eq!(second(List::from(&["SEP003094C25B15", "SEP402CF4915265"])).unwrap(), "SEP402CF4915265");
/// ```
pub trait Row<'a>: ReadRow<'a> {}

impl<'a> Row<'a> for DeviceProfile<'a> {}
impl<'a> Row<'a> for DeviceResult<'a> {}
impl<'a> Row<'a> for Text<'a> {}
impl<'a> Row<'a> for UserCheck<'a> {}
impl<'a> Row<'a> for UserDevices<'a> {}
impl<'a> Row<'a> for UserProfiles<'a> {}

impl<'a, T: Row<'a>> List<'a, T> {
    pub(crate) const fn checked(content: &'a str, context: Context) -> Self {
        Self(Source::Checked { content, context })
    }

    /// Returns the rows in their order. Each call starts at the first.
    pub fn iter(&self) -> Rows<'a, T> {
        Rows(match self.0 {
            Source::Checked { content, context } => RowSource::Checked(Reader::fragment(content, context)),
            Source::Slice(rows) => RowSource::Slice(rows.iter()),
            Source::Names(names) => RowSource::Names(names.iter()),
        })
    }

    /// Returns true if there are no rows.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a, T: Row<'a>> From<&'a [T]> for List<'a, T> {
    fn from(rows: &'a [T]) -> Self {
        Self(Source::Slice(rows))
    }
}

impl<'a, T: Row<'a>, const N: usize> From<&'a [T; N]> for List<'a, T> {
    fn from(rows: &'a [T; N]) -> Self {
        Self(Source::Slice(rows))
    }
}

impl<'a> From<&'a [&'a str]> for List<'a, Text<'a>> {
    fn from(names: &'a [&'a str]) -> Self {
        Self(Source::Names(names))
    }
}

impl<'a, const N: usize> From<&'a [&'a str; N]> for List<'a, Text<'a>> {
    fn from(names: &'a [&'a str; N]) -> Self {
        Self::from(names.as_slice())
    }
}

impl<'a, T: Row<'a>> IntoIterator for List<'a, T> {
    type Item = T;
    type IntoIter = Rows<'a, T>;

    fn into_iter(self) -> Rows<'a, T> {
        self.iter()
    }
}

impl<'a, T: Row<'a>> IntoIterator for &List<'a, T> {
    type Item = T;
    type IntoIter = Rows<'a, T>;

    fn into_iter(self) -> Rows<'a, T> {
        self.iter()
    }
}

impl<'a, T: Row<'a> + PartialEq> PartialEq for List<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Row<'a> + Eq> Eq for List<'a, T> {}

impl<'a, T: Row<'a> + fmt::Debug> fmt::Debug for List<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(feature = "defmt")]
impl<'a, T: Row<'a> + defmt::Format> defmt::Format for List<'a, T> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "[");
        self.iter().for_each(|row| defmt::write!(f, "{} ", row));
        defmt::write!(f, "]");
    }
}

/// The rows of a [`List`] that are still to come.
#[derive(Clone)]
pub struct Rows<'a, T>(RowSource<'a, T>);

#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is no allocator to box with, and one function holds it at a time; smaller on 32 bits"
)]
enum RowSource<'a, T> {
    Checked(Reader<'a>),
    Slice(core::slice::Iter<'a, T>),
    Names(core::slice::Iter<'a, &'a str>),
}

impl<'a, T: Row<'a>> Iterator for Rows<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            // The content was checked by this same code, so there is no error to report.
            RowSource::Checked(reader) => reader.next_row().ok().flatten(),
            RowSource::Slice(rows) => rows.next().copied(),
            RowSource::Names(names) => names.next().and_then(|name| T::named(name)),
        }
    }
}

impl<'a, T: Row<'a> + fmt::Debug> fmt::Debug for Rows<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
