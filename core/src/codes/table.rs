//! How the tables are kept: one text of all names, one of all meanings, and lengths of a byte each, so that an image
//! pays for words and not for pointers. A row is looked up, never stored.

use core::fmt;

use super::vip::VipCode;
use super::{Family, Source, Who};

/// Stands for "no number" in a table; no source has this one.
pub(super) const NO_NUMBER: u16 = u16::MAX;

/// One family's rows, column by column. Made by [`table!`] alone, so all columns have the same length.
pub(super) struct Table {
    pub(super) family: Family,
    pub(super) numbers: &'static [u16],
    pub(super) marks: &'static [Mark],
    pub(super) names: Packed,
    #[cfg(feature = "texts")]
    pub(super) meanings: Packed,
    #[cfg(feature = "texts")]
    pub(super) remedies: &'static [&'static str],
}

impl Table {
    /// Returns every row, in the order of the table.
    pub(super) fn rows(&'static self) -> Rows {
        Rows { table: self, next: 0 }
    }

    /// Returns the row that has this number as the status of an answer, not of a service or field besides.
    pub(super) fn find(&'static self, number: u16) -> Option<Row> {
        let besides = |row: &Row| matches!(row.source(), Source::VipVoice | Source::VipDetail);
        self.rows().find(|row| row.number() == Some(number) && !besides(row))
    }
}

/// Texts of at most 255 bytes, one behind the other.
pub(super) struct Packed {
    pub(super) text: &'static str,
    pub(super) lengths: &'static [u8],
}

impl Packed {
    fn get(&self, index: usize) -> &'static str {
        let mut lengths = self.lengths.iter().map(|length| usize::from(*length));
        let start = lengths.by_ref().take(index).sum();
        let end = lengths.next().map_or(start, |length| start + length);
        self.text.get(start..end).unwrap_or_default()
    }
}

/// Who must act and the source, in one byte: two bits and the rest.
#[derive(Clone, Copy)]
pub(super) struct Mark(u8);

impl Mark {
    pub(super) const fn new(who: Who, source: Source) -> Self {
        Self(who as u8 | (source as u8) << 2)
    }

    const fn who(self) -> Who {
        match self.0 & 3 {
            0 => Who::Person,
            1 => Who::Administrator,
            2 => Who::Wait,
            _ => Who::Programmer,
        }
    }

    fn source(self) -> Source {
        Source::ALL.get(usize::from(self.0 >> 2)).copied().unwrap_or(Source::Troubleshooting)
    }
}

/// The length of a text that is to be packed; a longer one does not compile.
#[allow(clippy::cast_possible_truncation, reason = "checked just before, and at compile time")]
pub(super) const fn length(text: &str) -> u8 {
    assert!(text.len() <= 255, "a text of a table is too long");
    text.len() as u8
}

/// Writes a table: a row is number, name, who must act, source, meaning, remedy.
macro_rules! table {
    ($family:ident; $($number:expr, $name:literal, $who:ident, $source:ident, $meaning:literal, $remedy:expr;)*) => {
        pub(super) static TABLE: $crate::codes::table::Table = $crate::codes::table::Table {
            family: $crate::codes::Family::$family,
            numbers: &[$($number),*],
            marks: &[$($crate::codes::table::Mark::new($crate::codes::Who::$who, $crate::codes::Source::$source)),*],
            names: $crate::codes::table::Packed {
                text: concat!($($name),*),
                lengths: &[$($crate::codes::table::length($name)),*],
            },
            #[cfg(feature = "texts")]
            meanings: $crate::codes::table::Packed {
                text: concat!($($meaning),*),
                lengths: &[$($crate::codes::table::length($meaning)),*],
            },
            #[cfg(feature = "texts")]
            remedies: &[$($remedy),*],
        };
    };
}
pub(super) use table;

/// Writes the type of a family's codes: any number, with a row in its table or not.
macro_rules! code {
    ($(#[$doc:meta])* $code:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $code(u16);

        impl $code {
            /// Returns the code of a number.
            pub const fn new(number: u16) -> Self {
                Self(number)
            }

            /// Returns the number.
            pub const fn number(self) -> u16 {
                self.0
            }

            /// Returns the row of the code, if it is documented.
            pub fn row(self) -> Option<$crate::codes::Row> {
                TABLE.find(self.0)
            }

            /// Returns the name as the source spells it, if the code is documented.
            pub fn name(self) -> Option<&'static str> {
                self.row().map(|row| row.name())
            }

            /// Returns what happened, if the code is documented. Needs the feature `texts`.
            #[cfg(feature = "texts")]
            pub fn meaning(self) -> Option<&'static str> {
                self.row().map(|row| row.meaning())
            }

            /// Returns what to do, if the code is documented. Needs the feature `texts`.
            #[cfg(feature = "texts")]
            pub fn remedy(self) -> Option<&'static str> {
                self.row().map(|row| row.remedy())
            }

            /// Returns who must act, if the code is documented.
            pub fn who(self) -> Option<$crate::codes::Who> {
                self.row().map(|row| row.who())
            }
        }

        impl From<u16> for $code {
            fn from(number: u16) -> Self {
                Self(number)
            }
        }

        impl core::fmt::Debug for $code {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(super) use code;

/// Prints a code type as a decimal number.
macro_rules! decimal {
    ($code:ident) => {
        impl core::fmt::Display for $code {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        #[cfg(feature = "defmt")]
        impl defmt::Format for $code {
            fn format(&self, f: defmt::Formatter<'_>) {
                defmt::write!(f, "{=u16}", self.0);
            }
        }
    };
}
pub(super) use decimal;

/// What is documented of a code, or of an error without a number.
///
/// ```
/// use hotdesk_core::codes::{Family, Who};
///
/// let row = Family::EmApp.rows().find(|row| row.number() == Some(213)).unwrap();
/// assert_eq!(row.name(), "device does not support EMCC");
/// assert_eq!((row.family(), row.who()), (Family::EmApp, Who::Administrator));
/// ```
#[derive(Clone, Copy)]
pub struct Row {
    table: &'static Table,
    index: u8,
}

impl Row {
    /// Returns the family of the row.
    pub const fn family(self) -> Family {
        self.table.family
    }

    /// Returns the code as its family writes it; none for an error that has only a text.
    pub fn code(self) -> Option<Code> {
        self.number().map(|number| match self.table.family {
            Family::Vip => Code::Vip(VipCode::new(number)),
            _ => Code::Number(number),
        })
    }

    /// Returns the number; none for an error that has only a text.
    pub fn number(self) -> Option<u16> {
        self.table.numbers.get(self.at()).copied().filter(|number| *number != NO_NUMBER)
    }

    /// Returns the number that phones show in place of this one, where it is another.
    ///
    /// ```
    /// use hotdesk_core::codes::em_service::EmServiceCode;
    ///
    /// assert_eq!(EmServiceCode::new(39).row().unwrap().shown_as(), Some(201));
    /// ```
    pub fn shown_as(self) -> Option<u16> {
        match (self.table.family, self.number()?) {
            (Family::EmService, 39 | 44) => Some(201),
            (Family::EmService, 40) => Some(23),
            _ => None,
        }
    }

    /// Returns the name as the source spells it.
    pub fn name(self) -> &'static str {
        self.table.names.get(self.at())
    }

    /// Returns what happened, in one sentence. Needs the feature `texts`.
    #[cfg(feature = "texts")]
    pub fn meaning(self) -> &'static str {
        self.table.meanings.get(self.at())
    }

    /// Returns what to do, in one sentence. Needs the feature `texts`.
    #[cfg(feature = "texts")]
    pub fn remedy(self) -> &'static str {
        self.table.remedies.get(self.at()).copied().unwrap_or_default()
    }

    /// Returns who must act.
    pub fn who(self) -> Who {
        self.mark().who()
    }

    /// Returns where the number comes from and is documented.
    pub fn source(self) -> Source {
        self.mark().source()
    }

    /// Returns the place of the row in its table.
    pub(crate) const fn index(self) -> u8 {
        self.index
    }

    fn mark(self) -> Mark {
        // There is one for each row.
        self.table.marks.get(self.at()).copied().unwrap_or(Mark(0))
    }

    fn at(self) -> usize {
        usize::from(self.index)
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        (self.family(), self.index) == (other.family(), other.index)
    }
}

impl Eq for Row {}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("family", &self.family())
            .field("code", &self.code())
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Row {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{} {} {=str}", self.family(), self.number(), self.name());
    }
}

/// The rows of a family, in the order of its table.
#[derive(Clone)]
pub struct Rows {
    table: &'static Table,
    next: u8,
}

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let row = Row { table: self.table, index: self.next };
        if row.at() >= self.table.numbers.len() {
            return None;
        }
        self.next += 1;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.table.numbers.len() - usize::from(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Rows {}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// A code as its family writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Code {
    /// A decimal number.
    Number(u16),
    /// Four hexadecimal digits.
    Vip(VipCode),
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Vip(code) => code.fmt(f),
        }
    }
}
