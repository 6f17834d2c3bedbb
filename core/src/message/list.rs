//! Lists of any length in no memory: over the checked bytes of a message, or over a caller's slice.

use core::fmt;

use crate::wire::{Context, Reader, Row};

/// A list of a message: what was parsed reads its rows from the message's bytes each time, what is to be sent reads
/// them from the caller's slice.
///
/// ```
/// use hotdesk_core::{List, Text};
///
/// let devices = [Text::from("SEP003094C25B15"), Text::from("SEP402CF4915265")];
/// let list = List::from(&devices[..]);
/// assert_eq!(list.iter().count(), 2);
/// assert!(list.iter().any(|device| device == "SEP402CF4915265"));
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
}

impl<'a, T: Row<'a>> List<'a, T> {
    pub(crate) const fn checked(content: &'a str, context: Context) -> Self {
        Self(Source::Checked { content, context })
    }

    /// Returns the rows in their order. Each call starts at the first.
    pub fn iter(&self) -> Rows<'a, T> {
        Rows(match self.0 {
            Source::Checked { content, context } => RowSource::Checked(Reader::fragment(content, context)),
            Source::Slice(rows) => RowSource::Slice(rows.iter()),
        })
    }

    /// Returns true if there are no rows.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a, T> From<&'a [T]> for List<'a, T> {
    fn from(rows: &'a [T]) -> Self {
        Self(Source::Slice(rows))
    }
}

impl<'a, T: Row<'a>> IntoIterator for List<'a, T> {
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

/// The rows of a [`List`].
pub struct Rows<'a, T>(RowSource<'a, T>);

#[allow(
    clippy::large_enum_variant,
    reason = "there is no allocator to box with, and one function holds it at a time; smaller on 32 bits"
)]
enum RowSource<'a, T> {
    Checked(Reader<'a>),
    Slice(core::slice::Iter<'a, T>),
}

impl<'a, T: Row<'a>> Iterator for Rows<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            // The content was checked by this same code, so there is no error to report.
            RowSource::Checked(reader) => reader.next_row().ok().flatten(),
            RowSource::Slice(rows) => rows.next().copied(),
        }
    }
}
