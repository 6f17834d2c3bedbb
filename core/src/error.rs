//! What can be wrong with a message, sorted by who must act: the sender of a document broke a rule
//! ([`Error::Refused`]), the caller gave a value that cannot be sent ([`Error::Unsendable`]), or the caller's buffer is
//! too small ([`Error::BufferTooSmall`]).
//!
//! An error never carries text of the message, which might be a PIN.

mod field;
mod refusal;

use core::fmt;

pub use field::Field;
pub use refusal::{Choice, Refusal};

use crate::limits;

/// Why a message was not read or not written.
///
/// ```
/// use hotdesk_core::{Error, Message, Refusal};
///
/// let xml = b"<response>\n  <success></failure>\n</response>";
/// let error = Message::parse(xml).unwrap_err();
/// assert!(matches!(error, Error::Refused { reason: Refusal::WrongEndTag, .. }));
/// assert_eq!(error.line_column(xml), (2, 12));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// The bytes break a rule of [`protocol`](crate::protocol). Their sender must act.
    Refused {
        /// The rule.
        reason: Refusal,
        /// The place: an offset in bytes from the start of the input.
        position: usize,
    },
    /// A value cannot be put into a message. The caller must act.
    Unsendable {
        /// The element or attribute that was to carry it.
        field: Field,
        /// What is wrong with it.
        reason: Unsendable,
    },
    /// The result does not fit into the caller's buffer. Nothing of it is left there.
    BufferTooSmall {
        /// The required size in bytes.
        needed: usize,
    },
}

impl Error {
    pub(crate) const fn refused(reason: Refusal, position: usize) -> Self {
        Self::Refused { reason, position }
    }

    /// Returns where in the input the error is, as an offset in bytes; `None` for errors of writing.
    pub const fn position(&self) -> Option<usize> {
        match *self {
            Self::Refused { position, .. } => Some(position),
            _ => None,
        }
    }

    /// Returns the line and column of the error in `input`, the bytes that were refused.
    ///
    /// Both count from 1. A column is a character, a line ends with a line feed, and a leading byte order mark is not
    /// counted. An error of writing has no position and gives (1, 1).
    pub fn line_column(&self, input: &[u8]) -> (usize, usize) {
        let before = input.get(..self.position().unwrap_or(0)).unwrap_or(input);
        let before = before.strip_prefix("\u{feff}".as_bytes()).unwrap_or(before);
        let (mut line, mut column) = (1_usize, 1_usize);
        for &byte in before {
            if byte == b'\n' {
                line = line.saturating_add(1);
                column = 1;
            } else if byte & 0xC0 != 0x80 {
                column = column.saturating_add(1);
            }
        }
        (line, column)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { reason, .. } => reason.fmt(f),
            Self::Unsendable { field, reason } => match reason {
                Unsendable::Blank if field.is_optional() => {
                    write!(f, "{field} is blank; give it a value or leave it out")
                }
                Unsendable::Blank => write!(f, "{field} is blank; give it a value"),
                Unsendable::EmptyList => write!(f, "there is no {field} in the list; add one"),
                Unsendable::TooLong(limit) => write!(f, "{field} is longer than {limit}; shorten it"),
                Unsendable::Character(c) => {
                    let format = if field.is_http() { "it" } else { "XML" };
                    write!(
                        f,
                        "{field} contains U+{:04X}, which {format} cannot carry; remove it",
                        u32::from(*c)
                    )
                }
                Unsendable::Value => write!(f, "{field} must be {}", field.values()),
                #[cfg(feature = "phonexml")]
                Unsendable::TooMany(most) => {
                    write!(f, "there are more than {most} {field} in one object; send fewer")
                }
            },
            Self::BufferTooSmall { needed } => {
                write!(f, "the buffer is too small; the message needs {needed} bytes")
            }
        }
    }
}

impl core::error::Error for Error {}

/// Why a value cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Unsendable {
    /// It is blank: empty, or nothing but white space. An optional value is left out instead.
    Blank,
    /// It is a list without a row; the service's grammar wants one at least.
    EmptyList,
    /// It is over its bound.
    TooLong(Limit),
    /// It contains a character that cannot be sent there: in XML a control character, in an HTTP host most marks.
    Character(char),
    /// It is none of the values that it can have.
    Value,
    /// There are more of it in one object than so many.
    #[cfg(feature = "phonexml")]
    TooMany(u8),
}

/// The bound of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Limit {
    /// [`limits::NAME_CHARS`] characters.
    Name,
    /// [`limits::CERTIFICATE_BYTES`] bytes.
    Certificate,
    /// [`limits::LABEL_CHARS`] characters.
    #[cfg(feature = "phonexml")]
    Label,
    /// [`limits::MENU_NAME_CHARS`] characters.
    #[cfg(feature = "phonexml")]
    MenuName,
    /// [`limits::URL_CHARS`] characters.
    #[cfg(any(feature = "phonexml", feature = "provisioning"))]
    Url,
    /// [`limits::OBJECT_TEXT_CHARS`] characters.
    #[cfg(feature = "phonexml")]
    ObjectText,
}

impl Limit {
    /// Returns how many characters it is; of a certificate, how many bytes.
    pub const fn most(self) -> usize {
        match self {
            Self::Name => limits::NAME_CHARS,
            Self::Certificate => limits::CERTIFICATE_BYTES,
            #[cfg(feature = "phonexml")]
            Self::Label => limits::LABEL_CHARS,
            #[cfg(feature = "phonexml")]
            Self::MenuName => limits::MENU_NAME_CHARS,
            #[cfg(any(feature = "phonexml", feature = "provisioning"))]
            Self::Url => limits::URL_CHARS,
            #[cfg(feature = "phonexml")]
            Self::ObjectText => limits::OBJECT_TEXT_CHARS,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if matches!(self, Self::Certificate) { "bytes" } else { "characters" };
        write!(f, "{} {unit}", self.most())
    }
}
