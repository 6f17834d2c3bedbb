//! Decodes text character by character: entity and character references, CDATA, embedded comments, line ends,
//! percent-coding. It must never skip a bad reference: the check of a document relies on it.

use crate::bytes::find;
use crate::error::Refusal;
use crate::percent;

/// The decoded characters of a [`Text`](crate::Text).
///
/// In a raw text that has not been checked, they end at the first bad reference; that is how texts are checked.
#[derive(Clone, Debug)]
pub struct Chars<'a> {
    rest: &'a [u8],
    coding: Coding,
    percent: bool,
    /// How far the next reference has been read.
    progress: Progress,
}

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let c = self.written()?;
        Some(self.unescaped(c))
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
    /// Returns true if `raw` certainly reads the same under [`Coding::Plain`].
    pub(crate) fn is_plain(self, raw: &str) -> bool {
        let coded = |byte| match byte {
            // `]` may start `]]>`, the end of a CDATA section.
            b'&' | b'<' | b'\r' | b']' => true,
            // In an attribute: line feeds and tabs, the only bytes below the space that are left.
            _ => byte < b' ' && self == Self::Attribute,
        };
        self == Self::Plain || !raw.bytes().any(coded)
    }
}

impl<'a> Chars<'a> {
    pub(crate) const fn new(raw: &'a str, coding: Coding, percent: bool) -> Self {
        Self { rest: raw.as_bytes(), coding, percent, progress: Progress::None }
    }

    /// Returns how many bytes are left, and how they are to be read.
    pub(crate) const fn rest(&self) -> (usize, Coding) {
        (self.rest.len(), self.coding)
    }

    /// Returns what is wrong with the next reference, if that is why the characters ended.
    pub(crate) const fn refusal(&self) -> Option<Refusal> {
        match self.progress {
            Progress::None => None,
            Progress::Ampersand => Some(Refusal::BareAmpersand),
            Progress::Name => Some(Refusal::UnknownEntity),
            Progress::Number => Some(Refusal::BadCharacterReference),
        }
    }

    /// Reads one character as XML defines it, without decoding percent-coding.
    #[inline(never)]
    pub(crate) fn written(&mut self) -> Option<char> {
        let (mut code, mut rest) = loop {
            let [first, after @ ..] = self.rest else { return None };
            let coding = self.coding;
            let skipped = match *first {
                first if coding == Coding::Plain => break (u32::from(first), after),
                b'&' if coding != Coding::Cdata => break self.reference(after)?,
                // XML 1.0, section 2.11: a carriage return, alone or with a line feed, is one line end.
                b'\r' if after.starts_with(b"\n") => 1,
                // XML 1.0, section 3.3.3: white space in an attribute is a space. No other bytes sort below the space.
                ..=b' ' if coding == Coding::Attribute => break (u32::from(b' '), after),
                b'\r' => break (u32::from(b'\n'), after),
                b']' if coding == Coding::Cdata && after.starts_with(b"]>") => {
                    self.coding = Coding::Element;
                    "]]>".len()
                }
                // Markup that was checked: a CDATA section, a comment or a processing instruction.
                b'<' if coding == Coding::Element => {
                    let (open, end): (_, &[u8]) = match after.get(1) {
                        // The content of a CDATA section is text.
                        Some(b'[') => {
                            self.coding = Coding::Cdata;
                            ("<![CDATA[".len(), b"")
                        }
                        // `<!-->` does not end a comment: its hyphens belong to the opener.
                        Some(b'-') => ("<!--".len(), b"-->"),
                        _ => ("<?".len(), b"?>"),
                    };
                    find(self.rest.get(open..)?, end)?.wrapping_add(open).wrapping_add(end.len())
                }
                first => break (u32::from(first), after),
            };
            self.rest = self.rest.get(skipped..)?;
        };
        if self.progress == Progress::None && code >= 0x80 {
            // The first byte of a UTF-8 character starts with one 1 bit for each of its bytes, then a 0.
            code &= 0x7F >> (code << 24).leading_ones();
            while let [byte @ 0x80..=0xBF, after @ ..] = rest {
                rest = after;
                code = code << 6 | u32::from(*byte & 0x3F);
            }
        }
        // A reference may give any number. Literal characters were checked with the document, or are the caller's.
        let c = char::from_u32(code).filter(|c| self.progress == Progress::None || is_xml(*c))?;
        self.rest = rest;
        self.progress = Progress::None;
        Some(c)
    }

    /// Returns the percent-coded character that starts with `c`, which was read last; or `c` itself.
    pub(crate) fn unescaped(&mut self, c: char) -> char {
        if self.percent && c == '%' {
            let mut ahead = self.clone();
            if let Some(c) = percent::escaped_char(&mut ahead) {
                // Consumed only now that the escapes are known to form a character.
                *self = ahead;
                return c;
            }
        }
        c
    }

    /// Reads the reference whose ampersand precedes `after`; returns its code point and what follows.
    fn reference(&mut self, after: &'a [u8]) -> Option<(u32, &'a [u8])> {
        self.progress = Progress::Ampersand;
        let (radix, mut rest) = match after {
            [b';', ..] => return None,
            [b'#', b'x', digits @ ..] => (16, digits),
            [b'#', digits @ ..] => (10, digits),
            name => (BYTES, name),
        };
        let mut number = 0;
        loop {
            let [byte, after @ ..] = rest else { return None };
            rest = after;
            match *byte {
                b';' => break,
                // An invalid number stays at the maximum, which is neither a character nor an entity.
                byte if byte.is_ascii_alphanumeric() || byte == b'#' => {
                    number = append(number, radix, Some(char::from(byte))).unwrap_or(u32::MAX);
                }
                _ => return None,
            }
        }
        // Without digits the number is 0, which is not an XML character.
        self.progress = Progress::Number;
        if radix == BYTES {
            self.progress = Progress::Name;
            let (_, c) = ENTITIES.iter().find(|(name, _)| number == u32::from_be_bytes(*name))?;
            number = u32::from(*c);
        }
        Some((number, rest))
    }
}

/// The predefined entities (XML 1.0, section 4.6). A name is compared as a number of radix [`BYTES`].
static ENTITIES: [([u8; 4], u8); 5] =
    [(*b"\0amp", b'&'), (*b"\0\0lt", b'<'), (*b"\0\0gt", b'>'), (*b"quot", b'"'), (*b"apos", b'\'')];

/// How far a reference has been read. If the characters end within one, it is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// Not at all, or no reference comes next.
    None,
    /// Only its ampersand.
    Ampersand,
    /// The name of an entity, which may be unknown.
    Name,
    /// A number, which may not be an XML character.
    Number,
}

/// The radix of a number whose digits are bytes: a name of up to four bytes is read and compared as one number.
pub(crate) const BYTES: u32 = 256;

/// Returns `number` with the digit `c` appended; `None` if there is no `c`, if `c` is not a digit of the radix (10, 16
/// or [`BYTES`]), or if the number overflows.
#[inline(never)]
pub(crate) fn append(number: u32, radix: u32, c: Option<char>) -> Option<u32> {
    let c = c?;
    let digit = if radix == BYTES { u32::from(c) } else { c.to_digit(16)? };
    if digit >= radix {
        return None;
    }
    number.checked_mul(radix)?.checked_add(digit)
}

/// Returns true for white space as XML 1.0 defines it.
pub(crate) const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Returns true for the characters that XML 1.0 allows in a document (section 2.2).
pub(crate) const fn is_xml(c: char) -> bool {
    is_blank(c) || c > ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}')
}
