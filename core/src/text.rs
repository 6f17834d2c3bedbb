//! Text of a message, decoded when it is read: entity and character references, CDATA, comments inside, line ends,
//! percent-coding. It must never cut, and never hand out what the check of the document has not seen.

use core::fmt::{self, Write as _};

use crate::error::Refusal;
use crate::percent;

/// The text of an element or attribute, or a caller's string: a view that borrows and decodes on reading.
///
/// Text that was parsed has no blanks around it (a certificate keeps them) and is decoded character by character, so
/// it costs no buffer. To keep it, copy it into a bounded type such as [`UserId`](crate::UserId).
///
/// ```
/// use hotdesk_core::{Response, Text};
///
/// let response = Response::parse(b"<response><failure><error code='3'>\
///     Could not authenticate 'R&amp;D'</error></failure></response>")?;
/// let Response::Failure(failure) = response else { unreachable!() };
/// assert_eq!(failure.text, "Could not authenticate 'R&D'");
/// assert_eq!(failure.text, Text::from("Could not authenticate 'R&D'"));
/// assert_eq!(failure.text.as_str(), None); // it needs decoding, so there is no slice of it
/// assert_eq!(failure.text.chars().count(), 28);
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Text<'a> {
    raw: &'a str,
    coding: Coding,
    percent: bool,
}

impl<'a> Text<'a> {
    /// A text that was checked: `raw` decodes without an error under `coding`.
    pub(crate) const fn checked(raw: &'a str, coding: Coding, percent: bool) -> Self {
        Self { raw, coding, percent }
    }

    pub(crate) const EMPTY: Text<'static> = Text { raw: "", coding: Coding::Plain, percent: false };

    /// Returns the decoded characters.
    pub const fn chars(&self) -> Chars<'a> {
        Chars { xml: Decoder::new(self.raw, self.coding), percent: self.percent }
    }

    /// Returns the text as a slice of its source, if nothing in it needs decoding.
    pub const fn as_str(&self) -> Option<&'a str> {
        match (self.coding, self.percent) {
            (Coding::Plain, false) => Some(self.raw),
            _ => None,
        }
    }

    /// Returns true if there is no character in it.
    pub fn is_empty(&self) -> bool {
        self.chars().next().is_none()
    }

    /// Returns true if there is nothing but blanks (space, tab, line feed, carriage return) in it.
    pub fn is_blank(&self) -> bool {
        self.chars().all(is_blank)
    }

    /// Compares as the service compares device, user and profile names: without regard to case (PROTOCOL.md 6.9).
    pub fn eq_ignore_case<'b>(&self, other: impl Into<Text<'b>>) -> bool {
        let lower = |c: char| c.to_lowercase();
        self.chars().flat_map(lower).eq(other.into().chars().flat_map(lower))
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self { raw: text, coding: Coding::Plain, percent: false }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(text) => f.write_str(text),
            None => self.chars().try_for_each(|c| f.write_char(c)),
        }
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

/// The decoded characters of a [`Text`].
#[derive(Clone, Debug)]
pub struct Chars<'a> {
    xml: Decoder<'a>,
    percent: bool,
}

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        // The text was checked, so the decoder has no error to report.
        let c = self.xml.next()?.ok()?;
        if self.percent && c == '%' {
            let mut ahead = self.xml.clone();
            if let Some(c) = percent::escaped_char(&mut ahead) {
                // Only what belongs to the character may be consumed: its first `%` is, the rest is here.
                self.xml = ahead;
                return Some(c);
            }
        }
        Some(c)
    }
}

/// How the raw bytes of a text are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As they are.
    Plain,
    /// Content of an element.
    Element,
    /// Content of an element, starting inside a CDATA section.
    Cdata,
    /// Value of an attribute.
    Attribute,
}

impl Coding {
    /// Returns true if `raw` is sure to read the same as [`Coding::Plain`].
    pub(crate) fn is_plain(self, raw: &str) -> bool {
        let coded = |byte| match byte {
            // A `]` may start the end of a CDATA section.
            b'&' | b'<' | b'\r' | b']' => true,
            b'\t' | b'\n' => self == Self::Attribute,
            _ => false,
        };
        self == Self::Plain || !raw.bytes().any(coded)
    }
}

/// What is wrong with a reference.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BadReference {
    /// An ampersand that starts none.
    None,
    /// An entity that is not known.
    Entity,
    /// A number that is no XML character.
    Character,
}

impl From<BadReference> for Refusal {
    fn from(bad: BadReference) -> Self {
        match bad {
            BadReference::None => Self::BareAmpersand,
            BadReference::Entity => Self::UnknownEntity,
            BadReference::Character => Self::BadCharacterReference,
        }
    }
}

/// Reads raw XML text character by character. It is what checks a text, too.
#[derive(Clone, Debug)]
pub(crate) struct Decoder<'a> {
    rest: &'a str,
    coding: Coding,
}

impl<'a> Decoder<'a> {
    pub(crate) const fn new(raw: &'a str, coding: Coding) -> Self {
        Self { rest: raw, coding }
    }

    /// What is not read yet, and how it is to be read.
    pub(crate) const fn rest(&self) -> (&'a str, Coding) {
        (self.rest, self.coding)
    }

    fn take(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(match c {
            _ if self.coding == Coding::Plain => c,
            // XML 1.0, section 2.11: a carriage return, alone or before a line feed, is one line end.
            '\r' => {
                self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
                self.blank('\n')
            }
            c => self.blank(c),
        })
    }

    /// XML 1.0, section 3.3.3: white space in an attribute is a space.
    fn blank(&self, c: char) -> char {
        if self.coding == Coding::Attribute && is_blank(c) { ' ' } else { c }
    }
}

impl Iterator for Decoder<'_> {
    type Item = Result<char, BadReference>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let skipped = match (self.coding, self.rest.as_bytes()) {
                (Coding::Element | Coding::Attribute, [b'&', ..]) => {
                    return Some(reference(self.rest).map(|(c, rest)| {
                        self.rest = rest;
                        c
                    }));
                }
                (Coding::Cdata, [b']', b']', b'>', ..]) => {
                    self.coding = Coding::Element;
                    "]]>".len()
                }
                // Markup that was checked: a CDATA section, a comment or a processing instruction.
                (Coding::Element, [b'<', b'!', b'[', ..]) => {
                    self.coding = Coding::Cdata;
                    "<![CDATA[".len()
                }
                (Coding::Element, [b'<', next, ..]) => {
                    // The hyphens that open a comment do not end it.
                    let (open, end): (&[u8], &[u8]) =
                        if *next == b'!' { (b"<!--", b"-->") } else { (b"<?", b"?>") };
                    let content = self.rest.as_bytes().get(open.len()..)?;
                    find(content, end)?.wrapping_add(open.len()).wrapping_add(end.len())
                }
                _ => return self.take().map(Ok),
            };
            self.rest = self.rest.get(skipped..)?;
        }
    }
}

/// Where `end` is first in `bytes`.
#[inline(never)]
pub(crate) fn find(bytes: &[u8], end: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    while !rest.starts_with(end) {
        rest = rest.get(1..)?;
    }
    Some(bytes.len().wrapping_sub(rest.len()))
}

/// Reads the reference at the start of `text`, which starts with an ampersand; returns its character and what follows.
fn reference(text: &str) -> Result<(char, &str), BadReference> {
    static NAMED: [(&[u8], char); 5] =
        [(b"amp", '&'), (b"lt", '<'), (b"gt", '>'), (b"quot", '"'), (b"apos", '\'')];

    let after = text.get(1..).unwrap_or_default();
    let length = after.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    let (name, rest) = after.split_at_checked(length).unwrap_or_default();
    let rest = rest.strip_prefix(';').filter(|_| length > 0).ok_or(BadReference::None)?;
    let c = match name.as_bytes() {
        [b'#', number @ ..] => {
            let (digits, radix) = match number {
                [b'x', digits @ ..] => (digits, 16),
                digits => (digits, 10),
            };
            // No digits are number 0, which is no XML character.
            let number = digits.iter().try_fold(0_u32, |number, digit| {
                let digit = u32::from(percent::hex(*digit)?);
                number.checked_mul(radix)?.checked_add(digit).filter(|_| digit < radix)
            });
            let c = number.and_then(char::from_u32).filter(|c| is_xml(*c));
            c.ok_or(BadReference::Character)?
        }
        name => {
            let named = NAMED.iter().find(|(known, _)| *known == name);
            named.ok_or(BadReference::Entity)?.1
        }
    };
    Ok((c, rest))
}

/// Returns true for what XML 1.0 calls white space.
pub(crate) const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Returns true for the characters that XML 1.0 allows in a document (section 2.2).
pub(crate) const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}
