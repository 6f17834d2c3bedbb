//! Pairs the tokens: elements with their ends, their one attribute of interest, their texts. It refuses what the
//! tokenizer lets pass (core/PROTOCOL.md section 1) and knows of the protocol only names and bounds.

use super::declaration;
use super::tag::Tag;
use super::tokens::{InTag, Stop, Token, Tokens};
use crate::error::{Error, Field, Limit, Refusal};
use crate::limits;
use crate::text::{Coding, Decoder, Text, is_blank};

/// What a [`List`](crate::List) can hold. Sealed: the rows of this crate implement it.
pub trait Row<'a>: Copy {
    /// Reads the row whose start tag was read.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'a>, element: Element) -> Result<Self, Stop>;
}

/// A start tag.
#[derive(Clone, Copy)]
pub struct Element {
    pub(super) tag: Tag,
    /// Offset of its `<` in the input.
    pub(super) at: usize,
}

/// Reads a document element by element.
pub struct Reader<'a> {
    tokens: Tokens<'a>,
    /// Names of the open elements.
    open: [&'a [u8]; limits::DEPTH],
    depth: usize,
    /// The innermost open element ended in its own start tag.
    empty: bool,
    /// What is read is the content of an element, not a document.
    fragment: bool,
    /// Where the content of the element that was closed last ended.
    content_end: usize,
    /// Of the start tag read last: the one attribute that the protocol knows there.
    attribute: Option<Attribute<'a>>,
}

#[derive(Clone, Copy)]
pub(super) struct Attribute<'a> {
    /// The raw value.
    raw: &'a str,
    /// Its offset in the input.
    pub(super) at: usize,
    /// Nothing in it needs decoding.
    plain: bool,
}

impl<'a> Attribute<'a> {
    fn coding(&self) -> Coding {
        if self.plain { Coding::Plain } else { Coding::Attribute }
    }

    /// The value as it stands, blanks included.
    pub(super) fn text(&self) -> Text<'a> {
        Text::checked(self.raw, self.coding(), false)
    }
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

/// Reads one message: `read` gets the root element.
pub(super) fn document<'a, T>(
    xml: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>, Element) -> Result<T, Stop>,
) -> Result<T, Error> {
    let (text, base) = prolog(xml)?;
    let mut reader = Reader::new(Tokens::document(text, base), false);
    reader.document(read).map_err(|Stop| reader.tokens.error())
}

/// Checks the encoding, skips byte order mark and declaration; returns what follows and its offset.
fn prolog(xml: &[u8]) -> Result<(&str, usize), Error> {
    let text =
        core::str::from_utf8(xml).map_err(|error| Error::refused(Refusal::NotUtf8, error.valid_up_to()))?;
    let start = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mark = text.len().wrapping_sub(start.len());
    let rest =
        declaration::skip(start).map_err(|(reason, at)| Error::refused(reason, mark.wrapping_add(at)))?;
    let base = text.len().wrapping_sub(rest.len());
    if rest.starts_with('\u{feff}') {
        // The tokenizer would take a second mark for a first one.
        return Err(Error::refused(Refusal::TextOutsideRoot, base));
    }
    Ok((rest, base))
}

impl<'a> Reader<'a> {
    /// Starts the content of an element that was checked.
    pub(crate) fn fragment(content: &'a str) -> Self {
        Self::new(Tokens::content(content), true)
    }

    /// Starts inside `depth` open elements, `base` bytes into a document.
    #[cfg(feature = "compact")]
    pub(super) fn piece(text: &'a str, base: usize, depth: usize) -> Self {
        let mut reader = Self::new(Tokens::document(text, base), false);
        reader.depth = depth;
        reader
    }

    fn new(tokens: Tokens<'a>, fragment: bool) -> Self {
        Self {
            tokens,
            open: [&[]; limits::DEPTH],
            depth: 0,
            empty: false,
            fragment,
            content_end: 0,
            attribute: None,
        }
    }

    fn document<T>(&mut self, read: impl FnOnce(&mut Self, Element) -> Result<T, Stop>) -> Result<T, Stop> {
        let Some((name, at)) = self.tokens.outside_token(false)? else {
            return Err(self.refuse(Refusal::NoRoot, self.tokens.position()));
        };
        let root = self.start(name, at)?;
        let message = read(self, root)?;
        match self.tokens.outside_token(true)? {
            None => Ok(message),
            Some((_, at)) => Err(self.refuse(Refusal::SecondRoot, at)),
        }
    }

    /// The offset in the input of what comes next.
    #[cfg(feature = "compact")]
    pub(super) const fn position(&self) -> usize {
        self.tokens.position()
    }

    /// Why the document was refused, after a [`Stop`].
    #[cfg(feature = "compact")]
    pub(super) const fn error(&self) -> Error {
        self.tokens.error()
    }

    /// Returns true if the start tag read last is its element's end, too.
    #[cfg(feature = "compact")]
    pub(super) const fn ends_empty(&self) -> bool {
        self.empty
    }

    /// Reads a token of content, for a reader that keeps the open elements itself.
    #[cfg(feature = "compact")]
    pub(super) fn content_token(&mut self, open: &[u8]) -> Result<(Token<'a>, usize), Stop> {
        self.tokens.content_token(open)
    }

    /// Reads up to a start tag outside of the root, for a reader that keeps the open elements itself.
    #[cfg(feature = "compact")]
    pub(super) fn outside_token(&mut self, closed: bool) -> Result<Option<(&'a [u8], usize)>, Stop> {
        self.tokens.outside_token(closed)
    }

    /// Refuses the document.
    #[cold]
    pub(super) fn refuse(&mut self, reason: Refusal, at: usize) -> Stop {
        self.tokens.refuse(reason, at)
    }

    /// Returns the next element inside the innermost open one, or nothing when that one is closed.
    #[inline(never)]
    pub(super) fn child(&mut self) -> Result<Option<Element>, Stop> {
        if self.empty {
            self.empty = false;
            self.content_end = self.tokens.position();
            self.depth = self.depth.wrapping_sub(1);
            return Ok(None);
        }
        loop {
            let (token, at) = self.tokens.content_token(self.innermost())?;
            match token {
                Token::Start(name) => return self.start(name, at).map(Some),
                Token::End => {
                    self.depth = self.depth.wrapping_sub(1);
                    self.content_end = at;
                    return Ok(None);
                }
                Token::Text(text) => self.other_text(text, at)?,
                Token::Checked => {}
                Token::Nothing if self.fragment && self.depth == 0 => return Ok(None),
                Token::Nothing => return Err(self.cut_short()),
            }
        }
    }

    /// The name of the innermost open element.
    #[inline]
    fn innermost(&self) -> &'a [u8] {
        // Without an open element this wraps to an index that no element has.
        self.open.get(self.depth.wrapping_sub(1)).copied().unwrap_or_default()
    }

    /// Checks a text that is no value.
    #[cold]
    #[inline(never)]
    pub(super) fn other_text(&mut self, text: &'a str, at: usize) -> Result<(), Stop> {
        if self.depth > 0 && self.tokens.at_end() {
            // No element can be open at the end; a reference may be cut, too.
            return Err(self.cut_short());
        }
        self.check_references(text, at, Coding::Element)
    }

    /// Returns the next row of a fragment.
    pub(crate) fn next_row<T: Row<'a>>(&mut self, row: Tag) -> Result<Option<T>, Stop> {
        while let Some(element) = self.child()? {
            if element.tag == row {
                return T::read(self, element).map(Some);
            }
            self.skip()?;
        }
        Ok(None)
    }

    /// Skips the rest of the innermost open element.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        let outside = self.depth.wrapping_sub(1);
        while self.depth != outside {
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
        // An element that ended in its own start tag has none.
        self.tokens.between(start, self.content_end.max(start))
    }

    /// Reads a mandatory text.
    pub(super) fn mandatory(&mut self, element: Element, field: Field, kind: Kind) -> Result<Text<'a>, Stop> {
        match self.text(field, kind)? {
            Some(text) => Ok(text),
            None => Err(self.refuse(Refusal::Blank(field), element.at)),
        }
    }

    /// Reads the text of the element whose start tag was read last; nothing if it is blank.
    #[inline(never)]
    pub(super) fn text(&mut self, field: Field, kind: Kind) -> Result<Option<Text<'a>>, Stop> {
        let trim = !matches!(kind, Kind::Certificate);
        if !self.empty
            && let Some((raw, at)) = self.tokens.plain_text(self.innermost(), trim)
        {
            self.depth = self.depth.wrapping_sub(1);
            return self.plain(raw, at, field, kind);
        }
        let start = self.content_start();
        if let Some(inner) = self.child()? {
            return Err(self.refuse(Refusal::ElementInText(field), inner.at));
        }
        let raw = self.content_since(start);
        self.check_text(raw, start, Coding::Element, field, kind)
    }

    /// Checks a text in which nothing needs decoding but percent-coding, trimmed where its kind is.
    #[inline]
    fn plain(&mut self, raw: &'a str, at: usize, field: Field, kind: Kind) -> Result<Option<Text<'a>>, Stop> {
        if raw.bytes().all(|byte| is_blank(char::from(byte))) {
            return Ok(None);
        }
        let percent = matches!(kind, Kind::CodedName) && raw.bytes().any(|byte| byte == b'%');
        self.bounded(Text::checked(raw, Coding::Plain, percent), raw, at, field, kind)
    }

    #[inline]
    pub(super) fn start(&mut self, name: &'a [u8], at: usize) -> Result<Element, Stop> {
        let Some(place) = self.open.get_mut(self.depth) else {
            return Err(self.refuse(Refusal::TooDeep, at));
        };
        *place = name;
        self.depth = self.depth.wrapping_add(1);
        self.attribute = None;
        let tag = Tag::of(name);
        match self.tokens.tag_token()? {
            InTag::Open => {}
            InTag::Empty => self.empty = true,
            first @ InTag::Attribute { .. } => self.attributes(tag, first)?,
        }
        Ok(Element { tag, at })
    }

    /// Reads the attributes, of which `first` is read, up to the end of the start tag.
    #[inline(never)]
    fn attributes(&mut self, tag: Tag, first: InTag<'a>) -> Result<(), Stop> {
        let wanted = match tag {
            Tag::Device => "name",
            Tag::User => "id",
            Tag::Error => "code",
            _ => "",
        };
        // Behind the first attribute: the names seen are read again from here, so there is no array of them.
        let behind_first = self.tokens.clone();
        let InTag::Attribute { name: first_name, .. } = first else { return Ok(()) };
        let mut token = first;
        let mut count = 0_usize;
        loop {
            let (name, at, value, value_at, plain) = match token {
                InTag::Attribute { name, at, value, value_at, plain } => (name, at, value, value_at, plain),
                InTag::Empty => {
                    self.empty = true;
                    return Ok(());
                }
                InTag::Open => return Ok(()),
            };
            if count > 0 && (name == first_name || repeated(behind_first.clone(), name, at)) {
                return Err(self.refuse(Refusal::RepeatedAttribute, at));
            }
            if count == limits::ATTRIBUTES {
                return Err(self.refuse(Refusal::TooManyAttributes, at));
            }
            count = count.wrapping_add(1);
            if !plain {
                self.check_references(value, value_at, Coding::Attribute)?;
            }
            if name == wanted {
                self.attribute = Some(Attribute { raw: value, at: value_at, plain });
            }
            token = self.tokens.tag_token()?;
        }
    }

    /// Returns the attribute of `element`, whose start tag was read last.
    pub(super) fn attribute(&mut self, element: Element, field: Field) -> Result<Attribute<'a>, Stop> {
        match self.attribute.take() {
            Some(found) => Ok(found),
            None => Err(self.refuse(Refusal::Missing(field), element.at)),
        }
    }

    /// Returns it as a name.
    pub(super) fn name_attribute(
        &mut self,
        element: Element,
        field: Field,
        kind: Kind,
    ) -> Result<Text<'a>, Stop> {
        let found = self.attribute(element, field)?;
        let text = if found.plain {
            let raw = found.raw.trim_matches(' ');
            let at =
                found.at.wrapping_add(found.raw.len().wrapping_sub(found.raw.trim_start_matches(' ').len()));
            self.plain(raw, at, field, kind)?
        } else {
            self.check_text(found.raw, found.at, Coding::Attribute, field, kind)?
        };
        match text {
            Some(text) => Ok(text),
            None => Err(self.refuse(Refusal::Blank(field), found.at)),
        }
    }

    /// Returns what an element must have, if it has it.
    pub(super) fn given<T>(&mut self, value: Option<T>, field: Field, element: Element) -> Result<T, Stop> {
        match value {
            Some(value) => Ok(value),
            None => Err(self.refuse(Refusal::Missing(field), element.at)),
        }
    }

    pub(super) fn cut_short(&mut self) -> Stop {
        self.refuse(Refusal::CutShort, self.tokens.position())
    }

    /// Refuses an element that was `seen` already, or can only be there alone.
    pub(super) fn once(&mut self, seen: bool, field: Field, at: usize) -> Result<(), Stop> {
        if seen { Err(self.refuse(Refusal::Repeated(field), at)) } else { Ok(()) }
    }

    /// Refuses a raw text with a reference that is none.
    fn check_references(&mut self, raw: &str, base: usize, coding: Coding) -> Result<(), Stop> {
        if !raw.bytes().any(|byte| byte == b'&') {
            return Ok(());
        }
        let mut decoder = Decoder::new(raw, coding);
        while let Some(next) = decoder.next() {
            if let Err(reason) = next {
                return Err(self.refuse(reason, base.wrapping_add(read_of(raw, &decoder))));
            }
        }
        Ok(())
    }

    /// Checks the raw text that starts `base` bytes into the input; returns nothing if it is blank.
    #[inline(never)]
    fn check_text(
        &mut self,
        raw: &'a str,
        base: usize,
        coding: Coding,
        field: Field,
        kind: Kind,
    ) -> Result<Option<Text<'a>>, Stop> {
        // From the first to the last character that is no blank.
        let mut first = None;
        let mut end = 0;
        let mut decoder = Decoder::new(raw, coding);
        loop {
            let (start, state) = (read_of(raw, &decoder), decoder.rest().1);
            match decoder.next() {
                None => break,
                Some(Err(reason)) => {
                    return Err(self.refuse(reason, base.wrapping_add(read_of(raw, &decoder))));
                }
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
        let percent =
            matches!(kind, Kind::CodedName) && (coding != Coding::Plain || raw.bytes().any(|b| b == b'%'));
        self.bounded(Text::checked(raw, coding, percent), raw, base.wrapping_add(start), field, kind)
    }

    /// Refuses a text over the bound of its kind; `raw` is what it is decoded from.
    #[inline]
    fn bounded(
        &mut self,
        text: Text<'a>,
        raw: &str,
        at: usize,
        field: Field,
        kind: Kind,
    ) -> Result<Option<Text<'a>>, Stop> {
        if matches!(kind, Kind::CodedName) && text.as_str().is_none() && text.is_blank() {
            return Ok(None);
        }
        let (long, limit) = match kind {
            Kind::Name | Kind::CodedName => (
                raw.len() > limits::NAME_CHARS && text.chars().nth(limits::NAME_CHARS).is_some(),
                Limit::Name,
            ),
            Kind::Certificate => (
                raw.len() > limits::CERTIFICATE_BYTES
                    && text.chars().map(char::len_utf8).fold(0, usize::saturating_add)
                        > limits::CERTIFICATE_BYTES,
                Limit::Certificate,
            ),
            Kind::Words => return Ok(Some(text)),
        };
        if long {
            return Err(self.refuse(Refusal::TooLong(field, limit), at));
        }
        Ok(Some(text))
    }
}

/// Returns true if an attribute of that name stands between the place of `tokens` and offset `end`.
fn repeated(mut tokens: Tokens<'_>, name: &str, end: usize) -> bool {
    while let Ok(InTag::Attribute { name: seen, at, .. }) = tokens.tag_token() {
        if at >= end {
            return false;
        }
        if seen == name {
            return true;
        }
    }
    false
}

/// How many bytes of `raw` the decoder has read.
fn read_of(raw: &str, decoder: &Decoder<'_>) -> usize {
    raw.len().wrapping_sub(decoder.rest().0.len())
}
