//! Pairs the tokens: elements with their ends, their one attribute of interest, their texts. It refuses what the
//! tokenizer lets pass (core/PROTOCOL.md section 1) and knows of the protocol only names that it is given.

use super::declaration;
use super::tokens::{Token, Tokens};
use crate::error::{Error, Field, Limit, Refusal};
use crate::limits;
use crate::text::{Coding, Decoder, Text, is_blank};

/// What a [`List`](crate::List) can hold. Sealed: the rows of this crate implement it.
pub trait Row<'a>: Copy {
    /// Reads the row whose start tag was read.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Self, Error>;
}

/// A start tag.
pub struct Element<'a> {
    pub(super) name: &'a str,
    /// Offset of its `<` in the input.
    pub(super) at: usize,
    /// The raw value and its offset of the one attribute that the protocol knows for an element of this name.
    attribute: Option<(&'a str, usize)>,
}

impl<'a> Element<'a> {
    /// Returns the raw value of its attribute, and where that starts.
    pub(super) fn attribute(&self, field: Field) -> Result<(&'a str, usize), Error> {
        self.attribute.ok_or(Error::refused(Refusal::Missing(field), self.at))
    }

    /// Returns its attribute as a name.
    pub(super) fn name_attribute(&self, field: Field, kind: Kind) -> Result<Text<'a>, Error> {
        let (raw, at) = self.attribute(field)?;
        let text = check_text(raw, at, Coding::Attribute, field, kind)?;
        text.ok_or(Error::refused(Refusal::Blank(field), at))
    }
}

/// Reads a document element by element.
pub struct Reader<'a> {
    tokens: Tokens<'a>,
    /// Names of the open elements.
    open: [&'a str; limits::DEPTH],
    depth: usize,
    /// The innermost open element ended in its own start tag.
    empty: bool,
    /// The root was closed.
    closed: bool,
    /// Where the content of the element that was closed last ended.
    content_end: usize,
}

enum Event<'a> {
    Start(&'a str),
    End,
    Other,
}

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

impl<'a> Reader<'a> {
    /// Starts a document: checks its encoding, skips byte order mark and declaration.
    pub(super) fn document(xml: &'a [u8]) -> Result<Self, Error> {
        let text = core::str::from_utf8(xml)
            .map_err(|error| Error::refused(Refusal::NotUtf8, error.valid_up_to()))?;
        let start = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mark = text.len() - start.len();
        let rest = declaration::skip(start).map_err(|(reason, at)| Error::refused(reason, mark + at))?;
        let base = text.len() - rest.len();
        if rest.starts_with('\u{feff}') {
            // The tokenizer would take a second mark for a first one.
            return Err(Error::refused(Refusal::TextOutsideRoot, base));
        }
        Ok(Self::new(Tokens::document(rest, base)))
    }

    /// Starts the content of an element that was checked.
    pub(crate) fn fragment(content: &'a str) -> Self {
        Self::new(Tokens::content(content))
    }

    fn new(tokens: Tokens<'a>) -> Self {
        Self { tokens, open: [""; limits::DEPTH], depth: 0, empty: false, closed: false, content_end: 0 }
    }

    /// Reads up to the root element's start tag.
    pub(super) fn root(&mut self) -> Result<Element<'a>, Error> {
        while let Some((event, at)) = self.event()? {
            if let Event::Start(name) = event {
                return self.start(name, at);
            }
        }
        Err(Error::refused(Refusal::NoRoot, self.tokens.position()))
    }

    /// Reads what may stand behind the root.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.closed = true;
        while self.event()?.is_some() {}
        Ok(())
    }

    /// Returns the next element inside the innermost open one, or nothing when that one is closed.
    pub(super) fn child(&mut self) -> Result<Option<Element<'a>>, Error> {
        loop {
            if core::mem::take(&mut self.empty) {
                self.content_end = self.tokens.position();
                self.depth = self.depth.saturating_sub(1);
                return Ok(None);
            }
            match self.event()? {
                Some((Event::Start(name), at)) => return self.start(name, at).map(Some),
                Some((Event::End, at)) => {
                    self.content_end = at;
                    return Ok(None);
                }
                Some((Event::Other, _)) => {}
                None => return Err(self.cut_short()),
            }
        }
    }

    /// Returns the next row of a fragment.
    pub(crate) fn next_row<T: Row<'a>>(&mut self, row: Field) -> Result<Option<T>, Error> {
        while let Some((event, at)) = self.event()? {
            if let Event::Start(name) = event {
                let element = self.start(name, at)?;
                if element.name == row.name() {
                    return T::read(self, &element).map(Some);
                }
                self.skip()?;
            }
        }
        Ok(None)
    }

    /// Skips the rest of the innermost open element.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.child()?;
        }
        Ok(())
    }

    /// Where the content of the element starts whose start tag was read last.
    pub(super) fn content_start(&self) -> usize {
        self.tokens.position()
    }

    /// The content, from `start` on, of the element that was closed last.
    pub(super) fn content_since(&self, start: usize) -> &'a str {
        self.tokens.between(start, self.content_end)
    }

    /// Reads the text of the element whose start tag was read last. It must not be blank.
    pub(super) fn mandatory(
        &mut self,
        element: &Element<'a>,
        field: Field,
        kind: Kind,
    ) -> Result<Text<'a>, Error> {
        self.text(field, kind)?.ok_or(Error::refused(Refusal::Blank(field), element.at))
    }

    /// Reads the text of the element whose start tag was read last; nothing if it is blank.
    pub(super) fn text(&mut self, field: Field, kind: Kind) -> Result<Option<Text<'a>>, Error> {
        let start = self.content_start();
        if let Some(inner) = self.child()? {
            return Err(Error::refused(Refusal::ElementInText(field), inner.at));
        }
        let raw = self.content_since(start);
        check_text(raw, start, Coding::Element, field, kind)
    }

    fn start(&mut self, name: &'a str, at: usize) -> Result<Element<'a>, Error> {
        *self.open.get_mut(self.depth).ok_or(Error::refused(Refusal::TooDeep, at))? = name;
        self.depth += 1;
        let wanted = match name {
            "device" => "name",
            "user" => "id",
            "error" => "code",
            _ => "",
        };
        let mut attribute = None;
        let mut names = [""; limits::ATTRIBUTES];
        let mut count = 0;
        loop {
            match self.tokens.next()? {
                Some((Token::Attribute(name, value, value_at), at)) => {
                    let seen = names.get(..count).unwrap_or_default();
                    if seen.contains(&name) {
                        return Err(Error::refused(Refusal::RepeatedAttribute, at));
                    }
                    *names.get_mut(count).ok_or(Error::refused(Refusal::TooManyAttributes, at))? = name;
                    count += 1;
                    check_references(value, value_at, Coding::Attribute)?;
                    if name == wanted {
                        attribute = Some((value, value_at));
                    }
                }
                Some((Token::EmptyEnd, _)) => {
                    self.empty = true;
                    break;
                }
                Some(_) => break,
                None => return Err(self.cut_short()),
            }
        }
        Ok(Element { name, at, attribute })
    }

    /// Returns what comes next, with its offset; nothing at the end of the input.
    fn event(&mut self) -> Result<Option<(Event<'a>, usize)>, Error> {
        let token = self.tokens.next().map_err(|error| match error {
            Error::Refused { reason: Refusal::Markup, position } if self.closed => {
                Error::refused(Refusal::SecondRoot, position)
            }
            Error::Refused { reason: Refusal::Tag, position }
                if self.depth == 0 && self.tokens.between(position, position + 2) == "</" =>
            {
                Error::refused(Refusal::WrongEndTag, position)
            }
            error => error,
        })?;
        let Some((token, at)) = token else { return Ok(None) };
        let event = match token {
            Token::Start(name) => Event::Start(name),
            Token::End(name) => {
                let open = self.depth.checked_sub(1).and_then(|inner| self.open.get(inner).copied());
                if open != Some(name) {
                    return Err(Error::refused(Refusal::WrongEndTag, at));
                }
                self.depth -= 1;
                Event::End
            }
            Token::Text(text) => {
                if self.depth > 0 && self.tokens.at_end() {
                    // No element can be open at the end; a reference may be cut, too.
                    return Err(self.cut_short());
                }
                check_references(text, at, Coding::Element)?;
                Event::Other
            }
            Token::Attribute(..) | Token::StartEnd | Token::EmptyEnd | Token::Checked => Event::Other,
        };
        Ok(Some((event, at)))
    }

    fn cut_short(&self) -> Error {
        Error::refused(Refusal::CutShort, self.tokens.position())
    }
}

/// Refuses an element that was there already, or can only be there alone.
pub(super) fn once<T>(slot: &Option<T>, field: Field, at: usize) -> Result<(), Error> {
    match slot {
        Some(_) => Err(Error::refused(Refusal::Repeated(field), at)),
        None => Ok(()),
    }
}

/// Refuses a raw text with a reference that is none.
fn check_references(raw: &str, base: usize, coding: Coding) -> Result<(), Error> {
    if !raw.contains('&') {
        return Ok(());
    }
    let mut decoder = Decoder::new(raw, coding);
    while let Some(next) = decoder.next() {
        next.map_err(|reason| Error::refused(reason, base + read_of(raw, &decoder)))?;
    }
    Ok(())
}

/// How many bytes of `raw` the decoder has read.
fn read_of(raw: &str, decoder: &Decoder<'_>) -> usize {
    raw.len() - decoder.rest().0.len()
}

/// Checks the raw text that starts `base` bytes into the input; returns nothing if it is blank.
fn check_text<'a>(
    raw: &'a str,
    base: usize,
    coding: Coding,
    field: Field,
    kind: Kind,
) -> Result<Option<Text<'a>>, Error> {
    // From the first to the last character that is no blank.
    let mut first = None;
    let mut end = 0;
    let mut decoder = Decoder::new(raw, coding);
    loop {
        let (start, state) = (read_of(raw, &decoder), decoder.rest().1);
        match decoder.next() {
            None => break,
            Some(Err(reason)) => return Err(Error::refused(reason, base + read_of(raw, &decoder))),
            Some(Ok(c)) if is_blank(c) => {}
            Some(Ok(_)) => {
                first.get_or_insert((start, state));
                end = read_of(raw, &decoder);
            }
        }
    }
    let Some((start, state)) = first else { return Ok(None) };
    let (start, raw, coding) = match kind {
        Kind::Certificate => (0, raw, coding),
        _ => (start, raw.get(start..end).unwrap_or_default(), state),
    };

    let coding = if coding.is_plain(raw) { Coding::Plain } else { coding };
    let percent = matches!(kind, Kind::CodedName) && (coding != Coding::Plain || raw.contains('%'));
    let text = Text::checked(raw, coding, percent);
    if percent && text.is_blank() {
        return Ok(None);
    }
    let (long, limit) = match kind {
        Kind::Name | Kind::CodedName => {
            (raw.len() > limits::NAME_CHARS && text.chars().nth(limits::NAME_CHARS).is_some(), Limit::Name)
        }
        Kind::Certificate => (
            raw.len() > limits::CERTIFICATE_BYTES
                && text.chars().map(char::len_utf8).sum::<usize>() > limits::CERTIFICATE_BYTES,
            Limit::Certificate,
        ),
        Kind::Words => return Ok(Some(text)),
    };
    if long {
        return Err(Error::refused(Refusal::TooLong(field, limit), base + start));
    }
    Ok(Some(text))
}
