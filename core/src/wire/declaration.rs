//! The XML declaration. It is read here because the crate xmlparser accepts XML 1.1 and unsupported encodings.

use crate::bytes::{BLANK, NAME, behind, is};
use crate::error::Refusal;

/// Advances `text` past the declaration, if it starts with one, and returns true if that declares US-ASCII. After a
/// refusal, `text` starts at the place of the error.
///
/// `text` starts at the document's first character, after a byte order mark.
#[inline(never)]
pub(super) fn skip(text: &mut &[u8]) -> Result<bool, Refusal> {
    let mut cursor = Cursor { rest: text, ascii: false };
    let refusal = cursor.declaration();
    *text = cursor.rest;
    match refusal {
        None => Ok(cursor.ascii),
        Some(refusal) => Err(refusal),
    }
}

/// An attribute of the declaration; or its end, whose values are empty.
struct Part {
    name: &'static [u8],
    values: [&'static [u8]; 2],
    /// The refusal of any other value.
    reason: Refusal,
}

/// XML 1.0, section 2.8: version, then optionally encoding, then optionally standalone. A capital matches either case.
static PARTS: [Part; 4] = [
    Part { name: b"version", values: [b"1.0", b"1.0"], reason: Refusal::XmlVersion },
    Part { name: b"encoding", values: [b"UTF-8", US_ASCII], reason: Refusal::Encoding },
    Part { name: b"standalone", values: [b"yes", b"no"], reason: Refusal::Declaration },
    Part { name: b"?>", values: [b"", b""], reason: Refusal::Declaration },
];

const US_ASCII: &[u8] = b"US-ASCII";

struct Cursor<'a> {
    rest: &'a [u8],
    /// True if US-ASCII is declared.
    ascii: bool,
}

impl Cursor<'_> {
    /// Reads the declaration, if there is one; stops at the place of a refusal.
    fn declaration(&mut self) -> Option<Refusal> {
        let start = self.rest;
        if !self.eat(b"<?xml") || !self.skip(BLANK) {
            self.rest = start;
            return None;
        }
        let mut spaced = true;
        for part in &PARTS {
            let [value, _] = part.values;
            let is_end = value.is_empty();
            if !(spaced || is_end) || !self.eat(part.name) {
                if part.reason == Refusal::XmlVersion {
                    break;
                }
                continue;
            }
            if is_end {
                return None;
            }
            self.skip(BLANK);
            if !self.eat(b"=") {
                break;
            }
            self.skip(BLANK);
            let quote @ ([b'"'] | [b'\'']) = self.rest.get(..1).unwrap_or_default() else { break };
            self.eat(quote);
            let value = self.rest;
            let is_known = part.values.iter().any(|known| {
                self.rest = value;
                self.ascii |= known.len() == US_ASCII.len();
                self.eat(known) && self.eat(quote)
            });
            if !is_known {
                self.rest = value;
                // The values consist of the same bytes as names.
                self.skip(NAME);
                if !self.eat(quote) {
                    break;
                }
                self.rest = value;
                return Some(part.reason);
            }
            spaced = self.skip(BLANK);
        }
        Some(self.malformed())
    }

    /// Skips bytes of a class; returns true if there were any.
    #[inline(never)]
    fn skip(&mut self, class: u8) -> bool {
        let before = self.rest.len();
        while let [byte, rest @ ..] = self.rest
            && is(*byte, class)
        {
            self.rest = rest;
        }
        self.rest.len() < before
    }

    /// Skips `text`, whose capitals match either case; returns false if something else comes next.
    #[inline(never)]
    fn eat(&mut self, text: &[u8]) -> bool {
        let mut rest = self.rest;
        for known in text {
            match rest {
                // Every byte but the capitals has this bit set.
                [byte, after @ ..] if byte == known || *byte == *known | 0x20 => rest = after,
                _ => return false,
            }
        }
        self.rest = rest;
        true
    }

    /// Returns the refusal of what comes next: cut short if the input ends within an expected part, else malformed.
    fn malformed(&mut self) -> Refusal {
        for part in &PARTS {
            if behind(part.name, self.rest).is_some() {
                self.rest = &[];
                return Refusal::CutShort;
            }
        }
        Refusal::Declaration
    }
}
