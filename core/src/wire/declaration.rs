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
    let at = |cursor: &Cursor<'_>| text.len() - cursor.rest.len();
    let fail = |cursor: &Cursor<'_>, reason| {
        Err((if cursor.rest.is_empty() { Refusal::CutShort } else { reason }, at(cursor)))
    };

    // XML 1.0, section 2.8: version, then maybe encoding, then maybe standalone, in this order.
    for (i, name) in ["version", "encoding", "standalone"].into_iter().enumerate() {
        let spaced = cursor.blanks();
        if !cursor.rest.starts_with(name) {
            if i == 0 {
                return fail(&cursor, Refusal::Declaration);
            }
            if !spaced {
                break;
            }
            continue;
        }
        if !spaced {
            return fail(&cursor, Refusal::Declaration);
        }
        cursor.eat(name);
        cursor.blanks();
        if !cursor.eat("=") {
            return fail(&cursor, Refusal::Declaration);
        }
        cursor.blanks();
        let value_at = at(&cursor) + 1;
        let Some(value) = cursor.quoted() else {
            return fail(&cursor, Refusal::Declaration);
        };
        let known = match i {
            0 => value == "1.0",
            1 => value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("us-ascii"),
            _ => matches!(value, "yes" | "no"),
        };
        if !known {
            let reason = [Refusal::XmlVersion, Refusal::Encoding].into_iter().nth(i);
            return Err((reason.unwrap_or(Refusal::Declaration), value_at));
        }
    }
    cursor.blanks();
    if cursor.eat("?>") { Ok(cursor.rest) } else { fail(&cursor, Refusal::Declaration) }
}

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
        let length = inside
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
            .count();
        let (value, rest) = inside.split_at_checked(length)?;
        self.rest = rest;
        self.eat(if quote == '"' { "\"" } else { "'" }).then_some(value)
    }
}

fn blank(c: char) -> bool {
    crate::text::is_blank(c)
}
