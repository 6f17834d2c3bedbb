//! Pairs the tokens: elements with their ends, their one attribute of interest, their texts. It refuses what the
//! tokenizer lets pass (core/PROTOCOL.md section 1) and knows of the protocol only names and bounds.

use super::declaration;
use super::grammar::{Child, Context, Often};
use super::tag::Tag;
use super::tokens::{InTag, Inside, Stop, Token, Tokens};
use crate::error::{Error, Field, Refusal};
use crate::limits;
use crate::text::{Coding, Text};

/// What a [`List`](crate::List) can hold. Sealed: the rows of this crate implement it.
pub trait Row<'a>: Copy {
    /// Reads the row whose start tag was read.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop>;
}

/// What is outside of all open elements.
#[derive(Clone, Copy)]
enum Around {
    /// The content of an element that was checked.
    Fragment(Context),
    /// What stands before the root element.
    Prolog,
    /// What stands behind it.
    Epilog,
}

/// What comes next in an element.
pub(super) enum Next {
    /// A child that is known there; its start tag was read.
    Child(&'static Child),
    /// A child that is not known there; its start tag was read.
    Unknown,
    /// The end of the element.
    End,
}

/// An element whose start tag was read.
#[derive(Clone, Copy)]
struct Open<'a> {
    /// Nothing only before there was one: so an empty one is all zeros.
    name: Option<&'a [u8]>,
    /// Offset of its `<` in the input.
    at: usize,
    /// Offset of its content.
    content: usize,
    /// What it may hold.
    context: Context,
}

/// Reads a document element by element.
pub struct Reader<'a> {
    tokens: Tokens<'a>,
    /// The open elements, and behind them the one that was closed last.
    open: [Open<'a>; limits::DEPTH],
    depth: usize,
    /// The innermost open element ended in its own start tag.
    empty: bool,
    /// What may stand outside of all open elements.
    around: Around,
    /// Where the content of the element that was closed last ended.
    content_end: usize,
    /// Of the start tag read last: the one attribute that the protocol knows there.
    attribute: Option<Attribute<'a>>,
}

#[derive(Clone, Copy)]
pub(super) struct Attribute<'a> {
    /// The raw value.
    pub(super) raw: &'a str,
    /// Its offset in the input.
    pub(super) at: usize,
    /// Nothing in it needs decoding.
    pub(super) plain: bool,
}

impl Attribute<'_> {
    fn coding(&self) -> Coding {
        if self.plain { Coding::Plain } else { Coding::Attribute }
    }
}

/// Reads one document: `read` reads the root element, whose start tag was read.
pub(super) fn document<'a, T>(
    xml: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>, Option<&'static Child>) -> Result<T, Stop>,
) -> Result<T, Error> {
    let (text, base) = prolog(xml)?;
    let mut reader = Reader::new(Tokens::document(text, base), Around::Prolog);
    reader.document(read).map_err(|Stop| reader.tokens.error())
}

/// Checks the encoding, skips byte order mark and declaration; returns what follows and its offset.
fn prolog(xml: &[u8]) -> Result<(&str, usize), Error> {
    const MARK: &[u8] = "\u{feff}".as_bytes();

    let text =
        core::str::from_utf8(xml).map_err(|error| Error::refused(Refusal::NotUtf8, error.valid_up_to()))?;
    let mark = if xml.starts_with(MARK) { MARK.len() } else { 0 };
    let declaration = declaration::length(xml.get(mark..).unwrap_or_default());
    let base =
        mark.wrapping_add(declaration.map_err(|(reason, at)| Error::refused(reason, mark.wrapping_add(at)))?);
    let rest = text.get(base..).unwrap_or_default();
    if rest.as_bytes().starts_with(MARK) {
        // The tokenizer would take a second mark for a first one.
        return Err(Error::refused(Refusal::TextOutsideRoot, base));
    }
    Ok((rest, base))
}

impl<'a> Reader<'a> {
    /// Starts the content of an element that was checked.
    pub(crate) fn fragment(content: &'a str, context: Context) -> Self {
        Self::new(Tokens::content(content), Around::Fragment(context))
    }

    /// Starts inside `depth` open elements, `base` bytes into a document.
    #[cfg(feature = "compact")]
    pub(super) fn piece(text: &'a str, base: usize, depth: usize) -> Self {
        let mut reader = Self::new(Tokens::document(text, base), Around::Prolog);
        reader.depth = depth;
        reader
    }

    fn new(tokens: Tokens<'a>, around: Around) -> Self {
        Self {
            tokens,
            open: const { [Open { name: None, at: 0, content: 0, context: Context::Ignored }; limits::DEPTH] },
            depth: 0,
            empty: false,
            around,
            content_end: 0,
            attribute: None,
        }
    }

    fn document<T>(
        &mut self,
        read: impl FnOnce(&mut Self, Option<&'static Child>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let root = match self.next()? {
            Next::Child(root) => Some(root),
            Next::Unknown => None,
            Next::End => return Err(self.refuse(Refusal::NoRoot, self.tokens.position())),
        };
        let message = read(self, root)?;
        self.around = Around::Epilog;
        self.next()?;
        Ok(message)
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

    /// Reads a token, for a reader that keeps the open elements itself.
    #[cfg(feature = "compact")]
    pub(super) fn token(&mut self, inside: Inside<'_>) -> Result<(Token<'a>, usize), Stop> {
        self.tokens.token(inside)
    }

    /// Refuses the document.
    #[cold]
    pub(super) fn refuse(&mut self, reason: Refusal, at: usize) -> Stop {
        self.tokens.refuse(reason, at)
    }

    /// Reads up to the next start tag inside the innermost open element, or up to its end.
    #[inline(never)]
    pub(super) fn next(&mut self) -> Result<Next, Stop> {
        if self.empty {
            self.empty = false;
            return Ok(self.end(self.tokens.position()));
        }
        let (inside, context) = match (self.innermost(), self.around) {
            (Some(open), _) => (Inside::Element(open.name.unwrap_or_default()), open.context),
            (None, Around::Fragment(context)) => (Inside::Element(&[]), context),
            (None, Around::Prolog) => (Inside::Prolog, Context::Document),
            (None, Around::Epilog) => (Inside::Epilog, Context::Ignored),
        };
        if let Inside::Element(open) = inside
            && let Some((child, at)) = self.tokens.plain_tag(open, context.children())
        {
            return match child {
                Some((child, name)) => self.start(name, at, Some(child)).map(|()| Next::Child(child)),
                None => Ok(self.end(at)),
            };
        }
        loop {
            let (token, at) = self.tokens.token(inside)?;
            match token {
                Token::Start(name) => {
                    let child = context.child(name);
                    self.start(name, at, child)?;
                    return Ok(child.map_or(Next::Unknown, Next::Child));
                }
                Token::End => return Ok(self.end(at)),
                Token::Text(text) => self.other_text(text, at)?,
                Token::Checked => {}
                Token::Nothing if self.depth == 0 => return Ok(Next::End),
                Token::Nothing => return Err(self.cut_short()),
            }
        }
    }

    /// Leaves the innermost open element, whose content ends at an offset.
    #[inline]
    fn end(&mut self, at: usize) -> Next {
        self.depth = self.depth.wrapping_sub(1);
        self.content_end = at;
        Next::End
    }

    /// The element that is, or was, open at a depth.
    #[inline]
    fn open_at(&self, depth: usize) -> Option<&Open<'a>> {
        // Without an open element `depth` wraps to one that no element has.
        self.open.get(depth)
    }

    #[inline]
    fn innermost(&self) -> Option<&Open<'a>> {
        self.open_at(self.depth.wrapping_sub(1))
    }

    /// Name of the innermost open element, as it stands.
    #[inline]
    pub(super) fn name(&self) -> &'a [u8] {
        self.innermost().and_then(|open| open.name).unwrap_or_default()
    }

    /// How many elements are open.
    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    /// Offset of the innermost open element.
    #[inline]
    pub(super) fn at(&self) -> usize {
        self.innermost().map_or(0, |open| open.at)
    }

    /// Says what the innermost open element may hold.
    #[inline]
    pub(super) fn set_context(&mut self, context: Context) {
        if let Some(open) = self.open.get_mut(self.depth.wrapping_sub(1)) {
            open.context = context;
        }
    }

    /// Returns what the element that ended last could hold, and its offset.
    #[inline]
    pub(super) fn ended(&self) -> (Context, usize) {
        self.open_at(self.depth).map_or((Context::Ignored, 0), |ended| (ended.context, ended.at))
    }

    /// Returns the content of the element that ended last.
    pub(super) fn content(&self) -> &'a str {
        let start = self.open_at(self.depth).map_or(0, |ended| ended.content);
        // An element that ended in its own start tag has none.
        self.tokens.between(start, self.content_end.max(start))
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
    pub(crate) fn next_row<T: Row<'a>>(&mut self) -> Result<Option<T>, Stop> {
        loop {
            match self.next()? {
                Next::End => return Ok(None),
                Next::Child(child) if child.often == Often::Rows => return T::read(self).map(Some),
                _ => self.skip()?,
            }
        }
    }

    /// Skips the rest of the innermost open element.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        let outside = self.depth.wrapping_sub(1);
        while self.depth != outside {
            self.next()?;
        }
        Ok(())
    }

    /// Reads the text of the innermost open element and its end, if nothing in it needs decoding or checking, and returns
    /// it and its offset; or nothing. Blanks around it are removed if `trim`.
    #[inline]
    pub(super) fn plain_text(&mut self, trim: bool) -> Option<(&'a str, usize)> {
        if self.empty {
            return None;
        }
        let found = self.tokens.plain_text(self.name(), trim)?;
        self.depth = self.depth.wrapping_sub(1);
        Some(found)
    }

    /// Offset of the content of the innermost open element.
    pub(super) fn content_start(&self) -> usize {
        self.innermost().map_or(0, |open| open.content)
    }

    /// Reads a start tag from behind its name to its end.
    #[inline]
    pub(super) fn start(&mut self, name: &'a [u8], at: usize, child: Option<&Child>) -> Result<(), Stop> {
        let depth = self.depth;
        if depth >= limits::DEPTH {
            return Err(self.refuse(Refusal::TooDeep, at));
        }
        self.depth = depth.wrapping_add(1);
        self.attribute = None;
        match self.tokens.plain_tag_end() {
            Some(empty) => self.empty = empty,
            None => self.attributes(child.map_or(Tag::Other, |child| child.tag))?,
        }
        let content = self.tokens.position();
        if let Some(open) = self.open.get_mut(depth) {
            // Field by field: the whole would be copied by a call.
            open.name = Some(name);
            open.at = at;
            open.content = content;
            open.context = Context::Ignored;
        }
        Ok(())
    }

    /// Reads the attributes up to the end of the start tag.
    #[inline(never)]
    fn attributes(&mut self, tag: Tag) -> Result<(), Stop> {
        let wanted: &[u8] = match tag {
            Tag::Device => b"name",
            Tag::User => b"id",
            Tag::Error => b"code",
            _ => &b""[..],
        };
        // The names that were seen are read again from here, so there is no array of them.
        let first = self.tokens.clone();
        let mut count = 0_usize;
        loop {
            let (name, at, value, value_at, plain) = match self.tokens.tag_token()? {
                InTag::Attribute { name, at, value, value_at, plain } => (name, at, value, value_at, plain),
                end => {
                    self.empty = matches!(end, InTag::Empty);
                    return Ok(());
                }
            };
            if count > 0 && repeated(&first, name, at) {
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
        }
    }

    /// Returns the attribute of the innermost open element as it stands, blanks included, and its offset.
    pub(super) fn attribute(&mut self, field: Field) -> Result<(Text<'a>, usize), Stop> {
        let found = self.found_attribute(field)?;
        Ok((Text::checked(found.raw, found.coding(), false), found.at))
    }

    /// Takes the attribute of the innermost open element.
    pub(super) fn found_attribute(&mut self, field: Field) -> Result<Attribute<'a>, Stop> {
        match self.attribute.take() {
            Some(found) => Ok(found),
            None => Err(self.refuse(Refusal::Missing(field), self.at())),
        }
    }

    pub(super) fn cut_short(&mut self) -> Stop {
        self.refuse(Refusal::CutShort, self.tokens.position())
    }

    /// Refuses an element that was `seen` already.
    #[cfg(any(feature = "compact", feature = "vip"))]
    pub(super) fn once(&mut self, seen: bool, field: Field, at: usize) -> Result<(), Stop> {
        if seen { Err(self.refuse(Refusal::Repeated(field), at)) } else { Ok(()) }
    }
}

/// Returns true if an attribute of that name stands between the place of `first` and offset `end`.
#[cold]
#[inline(never)]
fn repeated(first: &Tokens<'_>, name: &[u8], end: usize) -> bool {
    let mut tokens = first.clone();
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
