//! The rows and how the tables are stored. Code size: all names are one text and all meanings another, each with a
//! length of one byte, as a `&str` takes eight bytes or more. A row is looked up, never stored.

use core::hash::{Hash, Hasher};
use core::{cmp, fmt};

use super::vip::VipCode;
use super::{Family, Source, Who, azure_mfa, em_app, em_service, emcc, vip};

/// Stands for the number in a row without one; no source uses it.
pub(super) const NO_NUMBER: u16 = u16::MAX;

/// One family's rows, column by column. Only [`table!`] makes one, so all columns have the same length.
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

    /// Returns the row that has this number as the status of an answer. VIP's voice service and its field `detail` have
    /// numbers of their own, which are not found.
    pub(super) fn find(&'static self, number: u16) -> Option<Row> {
        let is_status = |row: &Row| !matches!(row.source(), Source::VipVoice | Source::VipDetail);
        self.rows().find(|row| row.number() == Some(number) && is_status(row))
    }
}

/// Texts of at most 255 bytes, one after the other.
pub(super) struct Packed {
    pub(super) text: &'static str,
    pub(super) lengths: &'static [u8],
}

impl Packed {
    /// Returns one text. This is O(n): it adds up the lengths of all texts before it, because a table of offsets would
    /// take at least twice the bytes of the lengths.
    fn get(&self, index: usize) -> &'static str {
        let mut lengths = self.lengths.iter().map(|length| usize::from(*length));
        let start: usize = lengths.by_ref().take(index).sum();
        let end = lengths.next().map_or(start, |length| start.saturating_add(length));
        self.text.get(start..end).unwrap_or_default()
    }
}

/// Where a second name is documented.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameSource {
    /// Cisco CallManager Extension Mobility API Developer Guide, release 4.1(2), error codes; read as
    /// <http://www.pcnetzwerke.de/news/69/58.html> quotes them.
    Guide41,
    /// Feature Configuration Guide for Cisco Unified Communications Manager, releases 14 and 15, error codes of Extension
    /// Mobility, column "Quick Description".
    FeatureGuide,
    /// The text of a refusal: samples of the EM API developer guide, and clients that look for it in answers.
    Refusal,
    /// `detailMessage` in answers of VIP User Services, from the tests of public clients.
    VipDetail,
    /// Microsoft's reports of multi-factor authentication, "call result". They give no number: each name is mapped to the
    /// row of the same description.
    Report,
}

/// Further names of a family's rows, by number. They are separate from [`Table`], so that only an image that reads
/// texts contains them.
pub(crate) struct SecondNames {
    pub(super) numbers: &'static [u16],
    pub(super) sources: &'static [NameSource],
    pub(super) names: Packed,
}

impl SecondNames {
    /// Returns the names of a number, each with its source.
    pub(crate) fn of(&self, number: u16) -> impl Iterator<Item = (NameSource, &'static str)> {
        let rows = self.numbers.iter().zip(self.sources).enumerate();
        rows.filter(move |(_, (of, _))| **of == number)
            .map(|(index, (_, source))| (*source, self.names.get(index)))
    }

    /// Returns the names of a source, each with its number.
    pub(crate) fn of_source(&self, source: NameSource) -> impl Iterator<Item = (u16, &'static str)> {
        let rows = self.numbers.iter().zip(self.sources).enumerate();
        rows.filter(move |(_, (_, of))| **of == source)
            .map(|(index, (number, _))| (*number, self.names.get(index)))
    }
}

/// Writes the second names of a family: a row is number, name, source. Quoted text in a name stands for any text.
macro_rules! second_names {
    ($($number:literal, $name:literal, $source:ident;)*) => {
        pub(crate) static SECOND_NAMES: $crate::codes::table::SecondNames = $crate::codes::table::SecondNames {
            numbers: &[$($number),*],
            sources: &[$($crate::codes::table::NameSource::$source),*],
            names: $crate::codes::table::Packed {
                text: concat!($($name),*),
                lengths: &[$($crate::codes::table::length($name)),*],
            },
        };
    };
}
pub(super) use second_names;

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

/// Returns the length of a text as a byte; a text of over 255 bytes does not compile.
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

/// Writes the type of a family's codes: any number, with a row or not. `find` returns the row of a number.
macro_rules! code {
    ($(#[$doc:meta])* $code:ident) => {
        $crate::codes::table::code! { $(#[$doc])* $code, |number| TABLE.find(number) }
    };
    ($(#[$doc:meta])* $code:ident, $find:expr) => {
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
                let find: fn(u16) -> Option<$crate::codes::Row> = $find;
                find(self.0)
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

        impl From<$code> for u16 {
            fn from(code: $code) -> Self {
                code.0
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

/// The documentation of a code, or of an error without a number.
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

    /// Returns the number that phones show instead of this one, if they do.
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

    /// Returns the other names under which public sources show the row: those of older releases, the texts of refusals,
    /// and for a result of Azure MFA the symbolic name in Microsoft's reports. The reports give no number; their names are
    /// mapped to rows by description, which is an inference. Quoted text in a name stands for any text.
    ///
    /// ```
    /// use hotdesk_core::codes::azure_mfa::AzureMfaResult;
    /// use hotdesk_core::codes::em_service::EmServiceCode;
    ///
    /// let row = EmServiceCode::new(8).row().unwrap();
    /// assert_eq!((row.name(), row.second_names().next()), ("Query type undetermined", Some("Query Type Unknown")));
    /// let row = AzureMfaResult::new(2).row().unwrap();
    /// assert_eq!((row.name(), row.second_names().next()), ("No PIN Entered", Some("SUCCESS_NO_PIN")));
    /// ```
    pub fn second_names(self) -> impl Iterator<Item = &'static str> {
        self.sourced_names().map(|(_, name)| name)
    }

    /// Returns the second names, each with its source.
    pub(crate) fn sourced_names(self) -> impl Iterator<Item = (NameSource, &'static str)> {
        let names = match self.family() {
            Family::EmService => Some(&em_service::SECOND_NAMES),
            Family::EmApp => Some(&em_app::SECOND_NAMES),
            Family::Emcc => Some(&emcc::SECOND_NAMES),
            Family::Vip => Some(&vip::SECOND_NAMES),
            Family::AzureMfa => Some(&azure_mfa::SECOND_NAMES),
            Family::Phone | Family::Symptom => None,
        };
        names.zip(self.number()).into_iter().flat_map(|(names, number)| names.of(number))
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

    /// Returns the index of the row in its table.
    pub(crate) const fn index(self) -> u8 {
        self.index
    }

    fn mark(self) -> Mark {
        // Each row has one.
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

impl Hash for Row {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.family(), self.index).hash(state);
    }
}

/// In the order of the families and of their tables.
impl Ord for Row {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        (self.family(), self.index).cmp(&(other.family(), other.index))
    }
}

impl PartialOrd for Row {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}

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
        self.next = self.next.saturating_add(1);
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.table.numbers.len().saturating_sub(usize::from(self.next));
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
