//! The texts of elements and attributes: where they start and end, their references, their bounds. Text is only
//! checked here; it is decoded when it is read.

use super::reader::Reader;
use super::tokens::Stop;
use crate::error::{Field, Limit, Refusal};
use crate::limits;
use crate::text::{Coding, Decoder, Text, is_blank};

/// How a text is to be read.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A name: blanks around it removed, at most 128 characters.
    Name,
    /// A name in a response, percent-coded besides.
    CodedName,
    /// A certificate: blanks kept, at most 256 bytes.
    Certificate,
    /// Words: blanks around them removed, any length.
    Words,
}

/// A text that was read. It goes into a place of the caller's and not up as a result: where size counts, each way up
/// would copy it by a call. An empty one is all zeros.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    /// Nothing if there are only blanks.
    raw: Option<&'a str>,
    coding: Coding,
    percent: bool,
}

impl<'a> Words<'a> {
    pub(super) const NONE: Self = Self { raw: None, coding: Coding::Plain, percent: false };

    pub(super) const fn any(&self) -> bool {
        self.raw.is_some()
    }

    pub(super) fn clear(&mut self) {
        self.raw = None;
    }

    #[inline]
    pub(super) fn text(&self) -> Option<Text<'a>> {
        Some(Text::checked(self.raw?, self.coding, self.percent))
    }
}

impl<'a> Reader<'a> {
    /// Reads the text of the innermost open element; nothing if it is blank.
    pub(super) fn text(&mut self, field: Field, kind: Kind) -> Result<Option<Text<'a>>, Stop> {
        let mut words = Words::NONE;
        self.read_words(field, kind, &mut words)?;
        Ok(words.text())
    }

    /// Reads the text of the innermost open element, which must have one.
    #[cfg(any(feature = "compact", feature = "vip"))]
    pub(super) fn mandatory(&mut self, field: Field, kind: Kind) -> Result<Text<'a>, Stop> {
        let at = self.at();
        match self.text(field, kind)? {
            Some(text) => Ok(text),
            None => Err(self.refuse(Refusal::Blank(field), at)),
        }
    }

    /// Reads the text of the innermost open element into `words`, which stay empty if there are only blanks.
    #[inline(never)]
    pub(super) fn read_words(&mut self, field: Field, kind: Kind, words: &mut Words<'a>) -> Result<(), Stop> {
        let trim = !matches!(kind, Kind::Certificate);
        if let Some((raw, at)) = self.plain_text(trim) {
            return self.plain(raw, at, field, kind, words);
        }
        let start = self.content_start();
        if self.next()?.is_some() {
            return Err(self.refuse(Refusal::ElementInText(field), self.at()));
        }
        self.check_text(self.content(), start, Coding::Element, field, kind, words)
    }

    /// Takes a text in which nothing needs decoding but percent-coding, trimmed where its kind is.
    #[inline]
    fn plain(
        &mut self,
        raw: &'a str,
        at: usize,
        field: Field,
        kind: Kind,
        words: &mut Words<'a>,
    ) -> Result<(), Stop> {
        if raw.bytes().all(|byte| is_blank(char::from(byte))) {
            return Ok(());
        }
        self.bounded(raw, at, Coding::Plain, field, kind, words)
    }

    /// Reads it as a name into `words`.
    pub(super) fn name_attribute(
        &mut self,
        field: Field,
        kind: Kind,
        words: &mut Words<'a>,
    ) -> Result<(), Stop> {
        let found = self.found_attribute(field)?;
        if found.plain && !found.raw.starts_with(' ') && !found.raw.ends_with(' ') {
            self.plain(found.raw, found.at, field, kind, words)?;
        } else {
            self.check_text(found.raw, found.at, Coding::Attribute, field, kind, words)?;
        }
        if !words.any() {
            return Err(self.refuse(Refusal::Blank(field), found.at));
        }
        Ok(())
    }

    /// Refuses a raw text with a reference that is none.
    pub(super) fn check_references(&mut self, raw: &'a str, base: usize, coding: Coding) -> Result<(), Stop> {
        if !raw.bytes().any(|byte| byte == b'&') {
            return Ok(());
        }
        // The field is in no error: words have no bound.
        let mut words = Words::NONE;
        self.check_text(raw, base, coding, Field::Error, Kind::Words, &mut words)
    }

    /// Checks the raw text that starts `base` bytes into the input, and puts it into `words` unless it is blank.
    #[cold]
    #[inline(never)]
    fn check_text(
        &mut self,
        raw: &'a str,
        base: usize,
        coding: Coding,
        field: Field,
        kind: Kind,
        words: &mut Words<'a>,
    ) -> Result<(), Stop> {
        // From the first to the last character that is no blank.
        let mut first = None;
        let mut end = 0;
        let mut decoder = Decoder::new(raw, coding);
        loop {
            let (start, state) = (read_of(raw, &decoder), decoder.rest().1);
            match decoder.next() {
                None => break,
                Some(Err(bad)) => {
                    return Err(self.refuse(bad.into(), base.wrapping_add(read_of(raw, &decoder))));
                }
                Some(Ok(c)) if is_blank(c) => {}
                Some(Ok(_)) => {
                    first.get_or_insert((start, state));
                    end = read_of(raw, &decoder);
                }
            }
        }
        let Some((start, state)) = first else { return Ok(()) };
        let (start, raw, coding) = match kind {
            Kind::Certificate => (0, raw, coding),
            _ => (start, raw.get(start..end).unwrap_or_default(), state),
        };
        let coding = if coding.is_plain(raw) { Coding::Plain } else { coding };
        self.bounded(raw, base.wrapping_add(start), coding, field, kind, words)
    }

    /// Puts a text that was checked into `words`, unless it is over the bound of its kind.
    #[inline]
    fn bounded(
        &mut self,
        raw: &'a str,
        at: usize,
        coding: Coding,
        field: Field,
        kind: Kind,
        words: &mut Words<'a>,
    ) -> Result<(), Stop> {
        let percent = matches!(kind, Kind::CodedName)
            && (coding != Coding::Plain || raw.bytes().any(|byte| byte == b'%'));
        *words = Words { raw: Some(raw), coding, percent };
        if percent || raw.len() > limits::NAME_CHARS {
            self.check_bound(at, field, kind, words)
        } else {
            Ok(())
        }
    }

    /// Refuses a text over the bound of its kind; one that percent-decodes to blanks is emptied.
    #[cold]
    #[inline(never)]
    fn check_bound(
        &mut self,
        at: usize,
        field: Field,
        kind: Kind,
        words: &mut Words<'a>,
    ) -> Result<(), Stop> {
        let Some(text) = words.text().filter(|text| !text.is_blank()) else {
            words.clear();
            return Ok(());
        };
        // Each character takes a byte or more.
        if words.raw.is_some_and(|raw| raw.len() <= limits::NAME_CHARS) {
            return Ok(());
        }
        let (limit, most) = match kind {
            Kind::Name | Kind::CodedName => (Limit::Name, limits::NAME_CHARS),
            Kind::Certificate => (Limit::Certificate, limits::CERTIFICATE_BYTES),
            Kind::Words => return Ok(()),
        };
        if text
            .chars()
            .map(|c| if limit == Limit::Name { 1 } else { c.len_utf8() })
            .fold(0, usize::saturating_add)
            > most
        {
            return Err(self.refuse(Refusal::TooLong(field, limit), at));
        }
        Ok(())
    }
}

/// How many bytes of `raw` the decoder has read.
fn read_of(raw: &str, decoder: &Decoder<'_>) -> usize {
    raw.len().wrapping_sub(decoder.rest().0.len())
}
