//! The XML declaration. It is read here and not by the tokenizer crate, which lets XML 1.1 and foreign encodings pass.

use crate::error::Refusal;

/// Returns how many bytes the declaration at the start of `text` takes, or a refusal and its offset.
///
/// `text` starts at the document's first character, behind a byte order mark.
#[inline(never)]
pub(super) fn length(text: &[u8]) -> Result<usize, (Refusal, usize)> {
    let mut cursor = Cursor { rest: text };
    if !cursor.eat(b"<?xml") || !cursor.skip_blanks() {
        return Ok(0);
    }
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

const END: &[u8] = b"?>";

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    /// Reads the declaration from behind the blanks after its target to its end; stays where it is refused.
    fn declaration(&mut self) -> Result<(), Refusal> {
        let mut spaced = true;
        for attribute in &ATTRIBUTES {
            if spaced && self.eat(attribute.name) {
                self.value(attribute)?;
                spaced = self.skip_blanks();
            } else if attribute.reason == Refusal::XmlVersion {
                return Err(Refusal::Declaration);
            }
        }
        if self.eat(END) { Ok(()) } else { Err(Refusal::Declaration) }
    }

    /// Reads an attribute from behind its name to its end.
    fn value(&mut self, attribute: &Attribute) -> Result<(), Refusal> {
        self.skip_blanks();
        if !self.eat(b"=") {
            return Err(Refusal::Declaration);
        }
        self.skip_blanks();
        let [quote @ (b'"' | b'\''), value @ ..] = self.rest else { return Err(Refusal::Declaration) };
        let is_value = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let length = value.iter().position(|byte| !is_value(byte)).unwrap_or(value.len());
        let (text, rest) = value.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        if rest.first() != Some(quote) {
            return Err(Refusal::Declaration);
        }
        // In what may stand here, this bit is the case of a letter and set in all others but `_`.
        let case = if attribute.reason == Refusal::Encoding { 0x20 } else { 0 };
        let known = |known: &&[u8]| known.len() == length && common(text, known, case) == length;
        if !attribute.values.iter().any(known) {
            self.rest = value;
            return Err(attribute.reason);
        }
        self.rest = rest.get(1..).unwrap_or_default();
        Ok(())
    }

    /// Skips blanks; returns true if there were any.
    #[inline(never)]
    fn skip_blanks(&mut self) -> bool {
        let before = self.rest.len();
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self.rest.len() < before
    }

    /// Skips `text`; returns false if something else stands here.
    #[inline(never)]
    fn eat(&mut self, text: &[u8]) -> bool {
        let found = common(self.rest, text, 0) == text.len();
        if found {
            self.rest = self.rest.get(text.len()..).unwrap_or_default();
        }
        found
    }

    /// Returns true if the input ends inside something that may stand here.
    fn is_cut(&self) -> bool {
        let names = ATTRIBUTES.iter().map(|attribute| attribute.name);
        names.chain([END]).any(|name| common(self.rest, name, 0) == self.rest.len())
    }
}

/// How many bytes at the start of both are the same, with the bits `case` set in those of `a`.
#[inline(never)]
fn common(a: &[u8], b: &[u8], case: u8) -> usize {
    a.iter().zip(b).take_while(|(a, b)| **a | case == **b).count()
}
