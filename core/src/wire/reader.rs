//! Turns tokens into elements: matches start and end tags, keeps the one attribute that matters, finds texts. It
//! refuses what the tokenizer does not check (PROTOCOL.md section 1); of the protocol it knows only names and bounds.

use heapless::Vec;

use super::declaration;
use super::element_name::ElementName;
use super::schema::{Cardinality, Child, Context};
use super::tokens::{OUTSIDE, Refused, Stop, TagToken, Token, Tokens};
use crate::bytes::same;
use crate::error::{Field, Refusal};
use crate::limits;
use crate::text::Coding;

/// How a [`Row`](crate::Row) is read. It seals that trait, as it cannot be named outside this crate.
pub trait ReadRow<'a>: Copy {
    /// Reads a row whose start tag has been read.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop>;

    /// Returns a row made of a name, if rows of this type are plain names.
    #[doc(hidden)]
    fn named(_name: &'a str) -> Option<Self> {
        None
    }
}

/// An element whose start tag has been read.
#[derive(Clone, Copy)]
struct OpenElement<'a> {
    name: &'a [u8],
    /// Offset of its `<` in the input.
    at: usize,
    /// Offset of its content.
    content: usize,
    /// What it may hold.
    context: Context,
}

/// The level outside all elements of a document.
const NONE: OpenElement<'static> =
    OpenElement { name: OUTSIDE, at: 0, content: 0, context: Context::Document };

/// An element that ended.
#[derive(Clone, Copy)]
struct EndedElement {
    /// Offset of its `<` in the input.
    at: usize,
    /// Offset of its content.
    content: usize,
    /// Where its content ended.
    end: usize,
    /// What it was allowed to hold.
    context: Context,
}

/// Reads a document element by element.
#[derive(Clone)]
pub struct Reader<'a> {
    tokens: Tokens<'a>,
    /// The innermost open element, or the level outside all elements.
    innermost: OpenElement<'a>,
    /// For each open element, the level around it; the innermost one last.
    around: Vec<OpenElement<'a>, { limits::OPEN }>,
    /// The element that ended last.
    last: EndedElement,
    /// True if the innermost open element ends in its own start tag (`/>`).
    empty: bool,
    /// The one attribute that the protocol defines for the start tag read last.
    attribute: Option<Attribute<'a>>,
    /// How many elements may be open.
    #[cfg(feature = "provisioning")]
    most: usize,
}

#[derive(Clone, Copy)]
pub(super) struct Attribute<'a> {
    /// The raw value.
    pub(super) raw: &'a str,
    /// Its offset in the input.
    pub(super) at: usize,
    /// True if nothing in it needs decoding.
    pub(super) plain: bool,
}

/// Reads one document. `read` is called when the start tag of the root element has been read.
pub(super) fn document<'a, T>(
    xml: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>, &'static Child) -> Result<T, Stop>,
) -> Result<T, Refused> {
    let (text, base) = prolog(xml)?;
    let mut reader = Reader::new(Tokens::document(text, base), Context::Document);
    reader.document(read).map_err(|Stop| reader.tokens.refused())
}

/// Checks the encoding and skips the byte order mark and the declaration; returns what follows and its offset.
fn prolog(xml: &[u8]) -> Result<(&str, usize), Refused> {
    let text = core::str::from_utf8(xml)
        .map_err(|error| Refused { reason: Refusal::NotUtf8, at: error.valid_up_to() })?;
    if let [b'<', b'a'..=b'z', ..] = xml {
        // No byte order mark and no declaration.
        return Ok((text, 0));
    }
    let mut rest = xml.get(if starts_with_mark(xml) { 3 } else { 0 }..).unwrap_or_default();
    let declared = declaration::skip(&mut rest);
    let base = xml.len().saturating_sub(rest.len());
    let ascii = declared.map_err(|reason| Refused { reason, at: base })?;
    if ascii && let Some(offset) = rest.iter().position(|byte| !byte.is_ascii()) {
        return Err(Refused { reason: Refusal::NotAscii, at: base.saturating_add(offset) });
    }
    #[cfg(not(feature = "compact"))]
    if starts_with_mark(rest) {
        // xmlparser would skip a second mark as if it were the first.
        return Err(Refused { reason: Refusal::TextOutsideRoot, at: base });
    }
    Ok((text.get(base..).unwrap_or_default(), base))
}

/// Returns true for bytes that start with a byte order mark.
const fn starts_with_mark(bytes: &[u8]) -> bool {
    matches!(bytes, [0xEF, 0xBB, 0xBF, ..])
}

impl<'a> Reader<'a> {
    /// Starts at the content of an element that has been checked.
    pub(crate) fn fragment(content: &'a str, context: Context) -> Self {
        Self::new(Tokens::content(content), context)
    }

    /// Starts inside `depth` open elements, `base` bytes into a document.
    #[cfg(feature = "compact")]
    pub(super) fn piece(text: &'a str, base: usize, depth: usize) -> Self {
        let mut reader = Self::new(Tokens::document(text, base), Context::Document);
        while reader.depth() < depth && reader.around.push(NONE).is_ok() {}
        reader
    }

    fn new(tokens: Tokens<'a>, context: Context) -> Self {
        Self {
            tokens,
            innermost: OpenElement { context, ..NONE },
            around: Vec::new(),
            last: EndedElement { at: 0, content: 0, end: 0, context: Context::Ignored },
            empty: false,
            attribute: None,
            #[cfg(feature = "provisioning")]
            most: limits::DEPTH,
        }
    }

    /// Allows so many elements to be open.
    #[cfg(feature = "provisioning")]
    pub(super) const fn allow_depth(&mut self, most: usize) {
        self.most = most;
    }

    fn document<T>(
        &mut self,
        read: impl FnOnce(&mut Self, &'static Child) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let Some(root) = self.next()? else {
            return Err(self.refuse(Refusal::NoRoot, self.tokens.position()));
        };
        let message = read(self, root)?;
        if !self.tokens.at_end() {
            self.set_context(Context::Epilog);
            self.next()?;
        }
        Ok(message)
    }

    /// The offset in the input of what comes next.
    #[cfg(feature = "compact")]
    pub(super) const fn position(&self) -> usize {
        self.tokens.position()
    }

    /// Why the document was refused, after a [`Stop`].
    #[cfg(feature = "compact")]
    pub(super) const fn refused(&self) -> Refused {
        self.tokens.refused()
    }

    /// Returns true if the start tag read last ends its element, too.
    #[cfg(feature = "compact")]
    pub(super) const fn ends_empty(&self) -> bool {
        self.empty
    }

    /// Reads a token, for a caller that keeps track of open elements itself.
    #[cfg(feature = "compact")]
    pub(super) fn token(&mut self, open: &[u8], context: Context) -> Result<Token, Stop> {
        self.tokens.token(open, context)
    }

    /// Returns the offset of the token read last and, if it is a start tag, its name.
    #[cfg(feature = "compact")]
    pub(super) const fn token_at(&self) -> (usize, &'a [u8]) {
        (self.tokens.at(), self.tokens.name())
    }

    /// Refuses the document.
    #[cold]
    pub(super) fn refuse(&mut self, reason: Refusal, at: usize) -> Stop {
        self.tokens.refuse(reason, at)
    }

    /// Reads the next start tag inside the innermost open element and returns its schema entry; returns `None` after
    /// the end tag of that element.
    #[inline(never)]
    pub(super) fn next(&mut self) -> Result<Option<&'static Child>, Stop> {
        if self.empty {
            self.empty = false;
            self.end(self.tokens.position());
            return Ok(None);
        }
        loop {
            match self.tokens.token(self.innermost.name, self.innermost.context)? {
                Token::Start(child) => {
                    self.start(child)?;
                    return Ok(Some(child));
                }
                Token::End => {
                    self.end(self.tokens.at());
                    return Ok(None);
                }
                Token::Text => self.other_text()?,
                Token::Checked => {}
                Token::Nothing if self.depth() == 0 => return Ok(None),
                Token::Nothing => return Err(self.cut_short()),
            }
        }
    }

    /// Leaves the innermost open element, whose content ends at offset `at`.
    fn end(&mut self, at: usize) {
        let OpenElement { at: start, content, context, .. } = self.innermost;
        self.last = EndedElement { at: start, content, end: at, context };
        if let Some(around) = self.around.pop() {
            // Code size: assigning the whole struct is a call to memcpy.
            self.innermost.name = around.name;
            self.innermost.at = around.at;
            self.innermost.content = around.content;
            self.innermost.context = around.context;
        }
    }

    /// Returns the name of the innermost open element as written, prefix included.
    #[inline]
    pub(super) fn name(&self) -> &'a [u8] {
        self.innermost.name
    }

    /// Returns how many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.around.len()
    }

    /// Offset of the innermost open element.
    pub(super) const fn at(&self) -> usize {
        self.innermost.at
    }

    /// Sets what the innermost open element may hold.
    pub(super) const fn set_context(&mut self, context: Context) {
        self.innermost.context = context;
    }

    /// Returns the context and the offset of the element that ended last.
    pub(super) const fn ended(&self) -> (Context, usize) {
        (self.last.context, self.last.at)
    }

    /// Returns the content of the element that ended last.
    pub(super) fn content(&self) -> &'a str {
        let (start, end) = self.content_range();
        self.between(start, end)
    }

    /// Returns the offsets at which the content of the element that ended last starts and ends.
    #[inline]
    pub(super) fn content_range(&self) -> (usize, usize) {
        let start = self.last.content;
        // An element that ended in its own start tag has no content.
        (start, self.last.end.max(start))
    }

    /// Returns the input from one offset to another.
    pub(super) fn between(&self, start: usize, end: usize) -> &'a str {
        self.tokens.between(start, end)
    }

    /// Checks the text read last, whose value is not used.
    #[cold]
    #[inline(never)]
    pub(super) fn other_text(&mut self) -> Result<(), Stop> {
        if self.depth() > 0 && self.tokens.at_end() {
            // An element is still open. This goes before a bad reference, which may be cut short as well.
            return Err(self.cut_short());
        }
        let at = self.tokens.at();
        self.check_references(self.tokens.between(at, self.tokens.position()), at, Coding::Element)
    }

    /// Returns the next row of a fragment.
    pub(crate) fn next_row<T: ReadRow<'a>>(&mut self) -> Result<Option<T>, Stop> {
        loop {
            match self.next()? {
                None => return Ok(None),
                Some(child)
                    if child.cardinality == Cardinality::Rows && child.element != ElementName::Other =>
                {
                    return T::read(self).map(Some);
                }
                Some(_) => self.skip()?,
            }
        }
    }

    /// Skips the rest of the innermost open element.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        let outside = self.depth().wrapping_sub(1);
        while self.depth() != outside {
            self.next()?;
        }
        Ok(())
    }

    /// Reads the text of the innermost open element and its end tag, if nothing in the text needs decoding or checking;
    /// returns the text and its offset. Otherwise reads nothing.
    #[inline]
    pub(super) fn plain_text(&mut self) -> Option<(&'a str, usize)> {
        if self.empty {
            return None;
        }
        let found = self.tokens.plain_text(self.name())?;
        self.end(found.1);
        Some(found)
    }

    /// Reads the rest of a start tag, after its name.
    #[inline]
    pub(super) fn start(&mut self, child: &Child) -> Result<(), Stop> {
        let at = self.tokens.at();
        let OpenElement { name, at: open_at, content, context } = self.innermost;
        if self.around.push(OpenElement { name, at: open_at, content, context }).is_err() {
            return Err(self.refuse(Refusal::TooDeep, at));
        }
        #[cfg(feature = "provisioning")]
        if self.around.len() > self.most {
            let is_message = self.most == limits::DEPTH;
            let refusal = if is_message { Refusal::TooDeep } else { Refusal::PhoneFileTooDeep };
            return Err(self.refuse(refusal, at));
        }
        self.innermost.name = self.tokens.name();
        self.innermost.at = at;
        self.innermost.context = Context::Ignored;
        self.attribute = None;
        match self.tokens.plain_tag_end() {
            Some(empty) => self.empty = empty,
            None => self.attributes(child.element)?,
        }
        self.innermost.content = self.tokens.position();
        Ok(())
    }

    /// The same, where one more call does not matter. (Code size: the other is part of each caller.)
    #[cfg(feature = "compact")]
    #[cfg_attr(feature = "phonexml", inline(never))]
    pub(super) fn start_tag(&mut self, child: &Child) -> Result<(), Stop> {
        self.start(child)
    }

    /// Reads the attributes up to the end of the start tag.
    #[inline(never)]
    fn attributes(&mut self, element: ElementName) -> Result<(), Stop> {
        // To find repeated names, the tag is read again from here: that needs no array of them.
        let first = self.tokens.mark();
        let mut count = 0_usize;
        loop {
            let plain = match self.tokens.tag_token()? {
                TagToken::Attribute { plain } => plain,
                end => {
                    self.empty = matches!(end, TagToken::Empty);
                    return Ok(());
                }
            };
            let (at, name) = (self.tokens.at(), self.tokens.name());
            if count > 0 {
                self.tokens.go_back(&first);
                // Stops at this attribute, or at an earlier one of the same name.
                while self.tokens.tag_token().is_ok() && !same(self.tokens.name(), name) {}
                if self.tokens.at() != at {
                    return Err(self.refuse(Refusal::RepeatedAttribute, at));
                }
            }
            if count == limits::ATTRIBUTES {
                return Err(self.refuse(Refusal::TooManyAttributes, at));
            }
            count = count.wrapping_add(1);
            let (raw, at) = self.tokens.value();
            if !plain {
                self.check_references(raw, at, Coding::Attribute)?;
            }
            let wanted = match element {
                ElementName::Device => name == b"name",
                ElementName::User => name == b"id",
                ElementName::Error => name == b"code",
                _ => false,
            };
            if wanted {
                self.attribute = Some(Attribute { raw, at, plain });
            }
        }
    }

    /// Returns the attribute of that name in the start tag read last: it is read again, as its attributes were checked.
    #[cfg(any(feature = "phonexml", feature = "provisioning", feature = "vip"))]
    pub(super) fn attribute_named(&self, name: &[u8]) -> Option<Attribute<'a>> {
        let OpenElement { at, content, .. } = self.innermost;
        let mut tag = Tokens::document(self.between(at, content), at);
        tag.token(OUTSIDE, Context::Ignored).ok()?;
        while let Ok(TagToken::Attribute { plain }) = tag.tag_token() {
            if same(tag.name(), name) {
                let (raw, at) = tag.value();
                return Some(Attribute { raw, at, plain });
            }
        }
        None
    }

    /// Returns the attribute of the innermost open element; refuses the element if it has none.
    pub(super) fn found_attribute(&mut self, field: Field) -> Result<&Attribute<'a>, Stop> {
        let at = self.at();
        self.attribute.as_ref().ok_or_else(|| self.tokens.refuse(Refusal::Missing(field), at))
    }

    pub(super) fn cut_short(&mut self) -> Stop {
        self.refuse(Refusal::CutShort, self.tokens.position())
    }

    /// Refuses a repeated element: one that was `seen` before.
    #[cfg(feature = "vip")]
    pub(super) fn once(&mut self, seen: bool, field: Field, at: usize) -> Result<(), Stop> {
        if seen { Err(self.refuse(Refusal::Repeated(field), at)) } else { Ok(()) }
    }
}
