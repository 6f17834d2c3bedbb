//! The XML declaration. It is read here and not by the tokenizer crate, which lets XML 1.1 and foreign encodings pass.

use crate::error::Refusal;

/// What stands before the prolog: the rest of the document behind it, or a refusal and its offset.
///
/// `text` starts at the document's first character, behind a byte order mark.
pub(super) fn skip(text: &str) -> Result<&str, (Refusal, usize)> {
    let Some(inside) = text.strip_prefix("<?xml").filter(|rest| rest.starts_with(blank)) else {
        return Ok(text);
    };
    let mut cursor = Cursor { rest: inside };
    let at = |cursor: &Cursor<'_>| text.len().wrapping_sub(cursor.rest.len());
    let fail = |cursor: &Cursor<'_>| {
        if ATTRIBUTES.into_iter().chain(["?>"]).any(|piece| piece.starts_with(cursor.rest)) {
            Err((Refusal::CutShort, text.len()))
        } else {
            Err((Refusal::Declaration, at(cursor)))
        }
    };

    // XML 1.0, section 2.8: version, then maybe encoding, then maybe standalone, in this order.
    let mut spaced = false;
    for (i, name) in ATTRIBUTES.into_iter().enumerate() {
        spaced |= cursor.blanks();
        if !cursor.rest.starts_with(name) {
            if i == 0 {
                return fail(&cursor);
            }
            continue;
        }
        if !core::mem::take(&mut spaced) {
            return fail(&cursor);
        }
        cursor.eat(name);
        cursor.blanks();
        if !cursor.eat("=") {
            return fail(&cursor);
        }
        cursor.blanks();
        let value_at = at(&cursor).saturating_add(1);
        let Some(value) = cursor.quoted() else {
            return fail(&cursor);
        };
        let (known, reason) = match i {
            0 => (value == "1.0", Refusal::XmlVersion),
            1 => {
                let known = ["utf-8", "us-ascii"].iter().any(|known| value.eq_ignore_ascii_case(known));
                (known, Refusal::Encoding)
            }
            _ => (matches!(value, "yes" | "no"), Refusal::Declaration),
        };
        if !known {
            return Err((reason, value_at));
        }
    }
    cursor.blanks();
    if cursor.eat("?>") { Ok(cursor.rest) } else { fail(&cursor) }
}

const ATTRIBUTES: [&str; 3] = ["version", "encoding", "standalone"];

struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// Skips blanks; returns true if there were any.
    fn blanks(&mut self) -> bool {
        let rest = self.rest.trim_start_matches(blank);
        let any = rest.len() < self.rest.len();
        self.rest = rest;
        any
    }

    fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Reads a quoted value of the characters that declarations use.
    fn quoted(&mut self) -> Option<&'a str> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let inside = self.rest.strip_prefix(quote)?;
        let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let length = inside.as_bytes().iter().position(|b| !letter(*b)).unwrap_or(inside.len());
        let (value, rest) = inside.split_at_checked(length)?;
        self.rest = rest;
        self.eat(if quote == '"' { "\"" } else { "'" }).then_some(value)
    }
}

fn blank(c: char) -> bool {
    crate::text::is_blank(c)
}
