//! The XML declaration. It is read here and not by the tokenizer crate, which lets XML 1.1 and foreign encodings pass.

use crate::error::Refusal;

/// Returns how many bytes the declaration at the start of `text` takes, or a refusal and its offset.
///
/// `text` starts at the document's first character, behind a byte order mark.
#[inline(never)]
pub(super) fn length(text: &[u8]) -> Result<usize, (Refusal, usize)> {
    let Some(rest @ [b' ' | b'\t' | b'\n' | b'\r', ..]) = text.strip_prefix(b"<?xml") else {
        return Ok(0);
    };
    let mut cursor = Cursor { rest };
    let read = cursor.declaration();
    let at = text.len().wrapping_sub(cursor.rest.len());
    match read {
        Ok(()) => Ok(at),
        Err(Refusal::Declaration) if cursor.is_cut() => Err((Refusal::CutShort, text.len())),
        Err(reason) => Err((reason, at)),
    }
}

struct Attribute {
    name: &'static [u8],
    values: [&'static [u8]; 2],
    /// The refusal of another value.
    reason: Refusal,
}

/// XML 1.0, section 2.8: version, then maybe encoding, then maybe standalone, in this order.
static ATTRIBUTES: [Attribute; 3] = [
    Attribute { name: b"version", values: [b"1.0", b"1.0"], reason: Refusal::XmlVersion },
    Attribute { name: b"encoding", values: [b"utf-8", b"us-ascii"], reason: Refusal::Encoding },
    Attribute { name: b"standalone", values: [b"yes", b"no"], reason: Refusal::Declaration },
];

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    /// Reads the declaration from behind its target to its end; stays where it is refused.
    fn declaration(&mut self) -> Result<(), Refusal> {
        let mut spaced = false;
        for Attribute { name, values, reason } in &ATTRIBUTES {
            spaced |= self.skip(is_blank);
            if !self.rest.starts_with(name) {
                if *reason == Refusal::XmlVersion {
                    return Err(Refusal::Declaration);
                }
                continue;
            }
            if !core::mem::take(&mut spaced) {
                return Err(Refusal::Declaration);
            }
            self.eat(name)?;
            self.skip(is_blank);
            self.eat(b"=")?;
            self.skip(is_blank);
            let quote: &[u8] = if self.rest.starts_with(b"'") { b"'" } else { b"\"" };
            self.eat(quote)?;
            let value = self.rest;
            self.skip(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
            let length = value.len().wrapping_sub(self.rest.len());
            self.eat(quote)?;
            let text = value.get(..length).unwrap_or_default();
            let any_case = *reason == Refusal::Encoding;
            if !values.iter().any(|known| text == *known || any_case && text.eq_ignore_ascii_case(known)) {
                self.rest = value;
                return Err(*reason);
            }
        }
        self.skip(is_blank);
        self.eat(b"?>")
    }

    /// Skips bytes of a kind; returns true if there were any.
    #[inline(never)]
    fn skip(&mut self, kind: fn(u8) -> bool) -> bool {
        let before = self.rest.len();
        while let [byte, rest @ ..] = self.rest
            && kind(*byte)
        {
            self.rest = rest;
        }
        self.rest.len() < before
    }

    #[inline(never)]
    fn eat(&mut self, text: &[u8]) -> Result<(), Refusal> {
        self.rest = self.rest.strip_prefix(text).ok_or(Refusal::Declaration)?;
        Ok(())
    }

    /// Returns true if the input ends inside something that may stand here.
    fn is_cut(&self) -> bool {
        b"?>".starts_with(self.rest)
            || ATTRIBUTES.iter().any(|attribute| attribute.name.starts_with(self.rest))
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
