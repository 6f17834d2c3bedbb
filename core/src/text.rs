//! Text of a message, decoded when it is read. It must never truncate, and never yield text that was not checked with
//! the document.

use core::cmp::Ordering;
use core::fmt::{self, Write as _};
use core::hash::{Hash, Hasher};

use crate::letters::small;

mod chars;

pub use chars::Chars;
pub(crate) use chars::{BYTES, Coding, append, is_blank, is_xml};

/// The text of an element or attribute, or a caller's string: a view that borrows and decodes on reading.
///
/// Parsed text has no surrounding blanks (a certificate keeps them) and is decoded character by character, without a
/// buffer. To keep it, copy it into a bounded type such as [`UserId`](crate::UserId).
///
/// ```
/// use hotdesk_core::{Response, Text};
///
/// let response = Response::parse(b"<response><failure><error code='3'>\
///     Could not authenticate 'R&amp;D'</error></failure></response>")?;
/// let Response::Failure(failure) = response else { unreachable!() };
/// assert_eq!(failure.text, "Could not authenticate 'R&D'");
/// assert_eq!(failure.text, Text::from("Could not authenticate 'R&D'"));
/// assert_eq!(failure.text.as_str(), None); // needs decoding, so it is not a slice of its source
/// assert_eq!(failure.text.chars().count(), 28);
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Text<'a> {
    raw: &'a str,
    coding: Coding,
    percent: bool,
}

#[cfg(any(feature = "phonexml", feature = "provisioning"))]
/// Reads a number of digits only.
pub(crate) fn number(text: &Text<'_>) -> Option<u16> {
    let (mut number, mut digits) = (0, false);
    for c in text.chars() {
        number = append(number, 10, Some(c))?;
        digits = true;
    }
    u16::try_from(number).ok().filter(|_| digits)
}

impl<'a> Text<'a> {
    /// Returns a text that has been checked: `raw` decodes under `coding` without an error.
    pub(crate) const fn checked(raw: &'a str, coding: Coding, percent: bool) -> Self {
        Self { raw, coding, percent }
    }

    pub(crate) const EMPTY: Text<'static> = Text { raw: "", coding: Coding::Plain, percent: false };

    /// Returns the decoded characters.
    pub const fn chars(&self) -> Chars<'a> {
        Chars::new(self.raw, self.coding, self.percent)
    }

    /// Returns the text as a slice of its source, if nothing in it needs decoding.
    pub const fn as_str(&self) -> Option<&'a str> {
        match (self.coding, self.percent) {
            (Coding::Plain, false) => Some(self.raw),
            _ => None,
        }
    }

    /// Returns what precedes the first `separator`, and what follows it, if it is there.
    #[cfg(feature = "phonexml")]
    pub(crate) fn split(&self, separator: char) -> (Self, Option<Self>) {
        let mut chars = self.chars();
        loop {
            let (before, _) = chars.rest();
            match chars.next() {
                None => return (*self, None),
                Some(c) if c == separator => {
                    let length = self.raw.len();
                    let (after, coding) = chars.rest();
                    let first = self.raw.get(..length.saturating_sub(before)).unwrap_or_default();
                    let rest = self.raw.get(length.saturating_sub(after)..).unwrap_or_default();
                    return (
                        Self { raw: first, ..*self },
                        Some(Self { raw: rest, coding, percent: self.percent }),
                    );
                }
                Some(_) => {}
            }
        }
    }

    /// Returns true if it has no characters.
    pub fn is_empty(&self) -> bool {
        self.chars().next().is_none()
    }

    /// Returns true if it is empty or has only blanks (space, tab, line feed, carriage return).
    pub fn is_blank(&self) -> bool {
        self.chars().all(is_blank)
    }

    /// Compares as the service compares device, user and profile names: ignoring the case of Latin, Greek and Cyrillic
    /// letters (PROTOCOL.md 6.9).
    pub fn eq_ignore_case<'b>(&self, other: impl Into<Text<'b>>) -> bool {
        self.chars().map(small).eq(other.into().chars().map(small))
    }
}

/// From `&str`, `&String`, a bounded name, or any other string type.
impl<'a, T: AsRef<str> + ?Sized> From<&'a T> for Text<'a> {
    fn from(text: &'a T) -> Self {
        Self { raw: text.as_ref(), coding: Coding::Plain, percent: false }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.as_str() {
            return f.pad(text);
        }
        // The same as `pad`, which only takes a slice.
        let shown = self.chars().take(f.precision().unwrap_or(usize::MAX));
        let blanks = f.width().map_or(0, |width| width.saturating_sub(shown.clone().count()));
        let before = match f.align() {
            Some(fmt::Alignment::Right) => blanks,
            Some(fmt::Alignment::Center) => blanks / 2,
            Some(fmt::Alignment::Left) | None => 0,
        };
        let fill = core::iter::repeat(f.fill());
        let mut padded =
            fill.clone().take(before).chain(shown).chain(fill.take(blanks.saturating_sub(before)));
        padded.try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.chars().flat_map(char::escape_debug).try_for_each(|c| f.write_char(c))?;
        f.write_char('"')
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Text<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self.as_str() {
            Some(text) => defmt::write!(f, "{=str}", text),
            None => self.chars().for_each(|c| defmt::write!(f, "{=char}", c)),
        }
    }
}

impl PartialEq<Text<'_>> for Text<'_> {
    fn eq(&self, other: &Text<'_>) -> bool {
        match (self.as_str(), other.as_str()) {
            (Some(a), Some(b)) => a == b,
            _ => self.chars().eq(other.chars()),
        }
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        *self == Text::from(other)
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == Text::from(*other)
    }
}

impl PartialEq<Text<'_>> for str {
    fn eq(&self, other: &Text<'_>) -> bool {
        *other == Text::from(self)
    }
}

impl PartialEq<Text<'_>> for &str {
    fn eq(&self, other: &Text<'_>) -> bool {
        *other == Text::from(*self)
    }
}

/// By code points, as `str` is ordered.
impl Ord for Text<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.chars().cmp(other.chars())
    }
}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By the decoded characters: equal texts have equal hashes, however they are encoded.
impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.chars().for_each(|c| c.hash(state));
        // Marks the end, as `str` does: ("ab", "c") and ("a", "bc") must differ.
        state.write_u8(0xFF);
    }
}
