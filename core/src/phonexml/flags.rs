//! `InputFlags`: what a person may type into a field, and whether it is hidden. It must never show what a service may
//! have meant to hide.

use core::fmt;
use core::str::FromStr;

use super::index_of;
use crate::error::{Error, Field, Unsendable};
use crate::text::Text;

/// What a person may type into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum InputKind {
    /// `A`: plain ASCII text.
    #[default]
    PlainText,
    /// `T`: a telephone number: digits, `#` and `*`.
    Telephone,
    /// `N`: digits.
    Numeric,
    /// `E`: an equation: digits and signs.
    Equation,
    /// `U`: upper-case letters.
    UpperCase,
    /// `L`: lower-case letters.
    LowerCase,
}

impl InputKind {
    const ALL: [Self; 6] =
        [Self::PlainText, Self::Telephone, Self::Numeric, Self::Equation, Self::UpperCase, Self::LowerCase];

    /// Returns the letter on the wire.
    pub const fn letter(self) -> char {
        match self {
            Self::PlainText => 'A',
            Self::Telephone => 'T',
            Self::Numeric => 'N',
            Self::Equation => 'E',
            Self::UpperCase => 'U',
            Self::LowerCase => 'L',
        }
    }
}

/// The flags of an input field: one of six letters, alone or with `P` before or after it.
///
/// ```
/// use hotdesk_core::phonexml::{InputFlags, InputKind};
///
/// let flags: InputFlags = "PN".parse()?;
/// assert_eq!((flags.kind, flags.is_password), (InputKind::Numeric, true));
/// assert_eq!(flags.to_string(), "NP");
/// assert!("PNP".parse::<InputFlags>().is_err());
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InputFlags {
    /// What may be typed.
    pub kind: InputKind,
    /// `P`: what is typed is hidden.
    pub is_password: bool,
}

impl InputFlags {
    /// `A`, which a field without flags has.
    pub const PLAIN_TEXT: Self = Self { kind: InputKind::PlainText, is_password: false };

    /// Returns the spelling that is written: the letter, then `P` if the field is hidden.
    pub const fn as_str(self) -> &'static str {
        match (self.kind, self.is_password) {
            (InputKind::PlainText, false) => "A",
            (InputKind::PlainText, true) => "AP",
            (InputKind::Telephone, false) => "T",
            (InputKind::Telephone, true) => "TP",
            (InputKind::Numeric, false) => "N",
            (InputKind::Numeric, true) => "NP",
            (InputKind::Equation, false) => "E",
            (InputKind::Equation, true) => "EP",
            (InputKind::UpperCase, false) => "U",
            (InputKind::UpperCase, true) => "UP",
            (InputKind::LowerCase, false) => "L",
            (InputKind::LowerCase, true) => "LP",
        }
    }

    /// The 18 spellings: the kinds in their order, thrice.
    pub(crate) const SPELLINGS: &'static str = "A T N E U L AP TP NP EP UP LP PA PT PN PE PU PL ";

    /// Reads one of the 18 spellings.
    pub(crate) fn read(text: Text<'_>) -> Option<Self> {
        let index = index_of(Self::SPELLINGS, &text)?;
        Some(Self { kind: *InputKind::ALL.get(index % 6)?, is_password: index >= 6 })
    }

    /// Reads flags that may be none: plain text then, and any `P` in either case hides the field.
    pub(crate) fn lenient(text: Text<'_>) -> Self {
        let is_password = || text.chars().any(|c| matches!(c, 'P' | 'p'));
        Self::read(text).unwrap_or_else(|| Self { kind: InputKind::PlainText, is_password: is_password() })
    }
}

impl FromStr for InputFlags {
    type Err = Error;

    /// # Errors
    ///
    /// [`Error::Unsendable`] if it is none of the 18 spellings.
    fn from_str(text: &str) -> Result<Self, Error> {
        let unsendable = Error::Unsendable { field: Field::InputFlags, reason: Unsendable::Value };
        Self::read(Text::from(text)).ok_or(unsendable)
    }
}

impl fmt::Display for InputFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
