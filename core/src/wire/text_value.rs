//! Checks the texts of elements and attributes: where they start and end, their references, their bounds. They are
//! decoded later, each time the caller reads them.

use super::reader::Reader;
use super::tokens::Stop;
use crate::error::{Field, Limit, Refusal};
use crate::limits;
use crate::text::{Chars, Coding, Text, is_blank};

/// A text of at most this many bytes is within every bound.
pub(super) const WITHIN_ANY_BOUND: usize = if limits::NAME_CHARS < limits::CERTIFICATE_BYTES {
    limits::NAME_CHARS
} else {
    limits::CERTIFICATE_BYTES
};

/// How a text is to be read.
#[derive(Clone, Copy)]
pub(super) enum TextKind {
    /// A name: surrounding blanks removed, at most [`limits::NAME_CHARS`] characters.
    Name,
    /// A name in a response, which may also be percent-coded.
    CodedName,
    /// A certificate: blanks kept, at most [`limits::CERTIFICATE_BYTES`] bytes.
    Certificate,
    /// Surrounding blanks removed, any length.
    Unbounded,
}

/// A checked text, or none. Code size: it is written through a reference, as each return would copy it by a call, and
/// an empty one is all zeros.
#[derive(Clone, Copy)]
pub(super) struct TextValue<'a> {
    /// `None` if the text is blank.
    raw: Option<&'a str>,
    coding: Coding,
    percent: bool,
}

impl<'a> TextValue<'a> {
    pub(super) const NONE: Self = Self { raw: None, coding: Coding::Plain, percent: false };

    /// Returns a text in which only percent-coding needs decoding, if a quick look at its bytes shows that it is
    /// neither blank nor too long.
    #[inline]
    pub(super) fn plain(raw: &'a str, kind: TextKind) -> Option<Self> {
        let bytes = raw.as_bytes();
        // A text that starts with an escape may decode to blanks. Blanks sort below the percent sign, and texts rarely
        // start with anything else that does.
        let sound = bytes.first().is_some_and(|byte| *byte > b'%')
            && bytes.last().is_some_and(|byte| *byte > b' ')
            && (bytes.len() <= WITHIN_ANY_BOUND || matches!(kind, TextKind::Unbounded));
        #[allow(
            clippy::manual_contains,
            reason = "`contains` links a search by words, which flash is too small for"
        )]
        let percent = || matches!(kind, TextKind::CodedName) && bytes.iter().any(|byte| *byte == b'%');
        sound.then(|| Self { raw: Some(raw), coding: Coding::Plain, percent: percent() })
    }

    pub(super) const fn is_some(&self) -> bool {
        self.raw.is_some()
    }

    pub(super) fn clear(&mut self) {
        self.raw = None;
    }

    #[inline]
    pub(super) fn get(&self) -> Option<Text<'a>> {
        Some(Text::checked(self.raw?, self.coding, self.percent))
    }
}

impl<'a> Reader<'a> {
    /// Reads the text of the innermost open element; returns `None` if it is blank.
    pub(super) fn text(&mut self, field: Field, kind: TextKind) -> Result<Option<Text<'a>>, Stop> {
        let mut value = TextValue::NONE;
        self.read_text(field, kind, &mut value)?;
        Ok(value.get())
    }

    /// Reads the text of the innermost open element; refuses a blank one.
    #[cfg(any(feature = "compact", feature = "vip"))]
    pub(super) fn mandatory(&mut self, field: Field, kind: TextKind) -> Result<Text<'a>, Stop> {
        let at = self.at();
        match self.text(field, kind)? {
            Some(text) => Ok(text),
            None => Err(self.refuse(Refusal::Blank(field), at)),
        }
    }

    /// Reads the text of the innermost open element into `value`, which stays empty if the text is blank.
    #[inline(never)]
    pub(super) fn read_text(
        &mut self,
        field: Field,
        kind: TextKind,
        value: &mut TextValue<'a>,
    ) -> Result<(), Stop> {
        if let Some((raw, at)) = self.plain_text() {
            return self.plain(raw, at, field, kind, value);
        }
        if self.next()?.is_some() {
            return Err(self.refuse(Refusal::ElementInText(field), self.at()));
        }
        self.check_text(self.content_range(), Coding::Element, field, kind, value)
    }

    /// Reads the attribute of the innermost open element into `value`; returns the offset of the attribute's value.
    pub(super) fn read_attribute(
        &mut self,
        field: Field,
        kind: TextKind,
        value: &mut TextValue<'a>,
    ) -> Result<usize, Stop> {
        let found = *self.found_attribute(field)?;
        if found.plain {
            self.plain(found.raw, found.at, field, kind, value)?;
        } else {
            self.check_text(range(found.raw, found.at), Coding::Attribute, field, kind, value)?;
        }
        if !value.is_some() {
            return Err(self.refuse(Refusal::Blank(field), found.at));
        }
        Ok(found.at)
    }

    /// Reads the attribute of that name of the innermost open element; returns `None` if it is blank or not there.
    #[cfg(any(feature = "phonexml", feature = "provisioning", feature = "vip"))]
    pub(super) fn optional_attribute(&mut self, name: &[u8], field: Field) -> Result<Option<Text<'a>>, Stop> {
        let Some(found) = self.attribute_named(name) else { return Ok(None) };
        let coding = if found.plain { Coding::Plain } else { Coding::Attribute };
        let mut value = TextValue::NONE;
        self.check_text(range(found.raw, found.at), coding, field, TextKind::Unbounded, &mut value)?;
        Ok(value.get())
    }

    /// Reads a text in which only percent-coding needs decoding into `value`.
    #[inline]
    fn plain(
        &mut self,
        raw: &'a str,
        at: usize,
        field: Field,
        kind: TextKind,
        value: &mut TextValue<'a>,
    ) -> Result<(), Stop> {
        match TextValue::plain(raw, kind) {
            Some(plain) => {
                *value = plain;
                Ok(())
            }
            None => self.check_text(range(raw, at), Coding::Plain, field, kind, value),
        }
    }

    /// Refuses a raw text that contains a bad reference.
    pub(super) fn check_references(&mut self, raw: &'a str, base: usize, coding: Coding) -> Result<(), Stop> {
        if !raw.bytes().any(|byte| byte == b'&') {
            return Ok(());
        }
        // The field is never reported: only bounds name it, and this kind has none.
        self.check_text(range(raw, base), coding, Field::Error, TextKind::Unbounded, &mut { TextValue::NONE })
    }

    /// Checks the raw text between two offsets of the input, and puts it into `value` unless it is blank.
    #[cold]
    fn check_text(
        &mut self,
        (start, end): (usize, usize),
        coding: Coding,
        field: Field,
        kind: TextKind,
        value: &mut TextValue<'a>,
    ) -> Result<(), Stop> {
        let raw = self.between(start, end);
        let whole = matches!(kind, TextKind::Certificate);
        // The only XML characters up to the space are blanks.
        let last_blank = if whole { '\0' } else { ' ' };
        let mut chars = Chars::new(raw, coding, matches!(kind, TextKind::CodedName));
        // The text runs from the first to the last character that is not a blank. `from` is what is left of `raw` at
        // its start, `behind` what is left after its end, `size` its length for the bound. `count` is the same,
        // but with trailing blanks.
        let (mut from, mut behind) = (chars.rest(), 0);
        let (mut size, mut count) = (0, 0_usize);
        let (mut blank, mut percent) = (true, false);
        while let Some(written) = chars.written() {
            let c = chars.unescaped(written);
            blank &= is_blank(c);
            percent |= written == '%';
            count = count.wrapping_add(if whole { c.len_utf8() } else { 1 });
            if written > last_blank {
                (behind, _) = chars.rest();
                size = count;
            } else if size == 0 {
                from = chars.rest();
                count = 0;
            }
        }
        if let Some(refusal) = chars.refusal() {
            return Err(self.refuse(refusal, end.wrapping_sub(chars.rest().0)));
        }
        if blank {
            return Ok(());
        }
        let (left, coding) = from;
        let start = end.wrapping_sub(left);
        let (limit, most) = match kind {
            TextKind::Name | TextKind::CodedName => (Limit::Name, limits::NAME_CHARS),
            TextKind::Certificate => (Limit::Certificate, limits::CERTIFICATE_BYTES),
            TextKind::Unbounded => (Limit::Name, usize::MAX),
        };
        if size > most {
            return Err(self.refuse(Refusal::TooLong(field, limit), start));
        }
        let raw = self.between(start, if whole { end } else { end.wrapping_sub(behind) });
        let coding = if coding.is_plain(raw) { Coding::Plain } else { coding };
        *value =
            TextValue { raw: Some(raw), coding, percent: percent && matches!(kind, TextKind::CodedName) };
        Ok(())
    }
}

/// Returns the offsets in the input of the start and end of a raw text at offset `at`.
const fn range(raw: &str, at: usize) -> (usize, usize) {
    (at, at.wrapping_add(raw.len()))
}
