//! Our own tokenizer: one pass over the bytes, a table of byte classes, and fast paths for what messages consist of
//! (blanks, known tags, plain texts). Rare cases are in functions of their own, off the fast paths. It must accept and
//! refuse the same documents as xmlparser, and refuse whatever else PROTOCOL.md section 1 refuses.

use super::{Refused, Stop, TagToken, Token};
use crate::bytes::{COLON, NAME, PLAIN, START, VALUE, behind, is, same};
use crate::error::Refusal;
use crate::wire::schema::{Context, UNKNOWN};

/// The tokens of a document, or of the content of an element.
#[derive(Clone)]
pub(in crate::wire) struct Tokens<'a> {
    text: &'a str,
    /// The suffix of `text` that is not read yet.
    rest: &'a [u8],
    /// Where `text` ends in the input.
    end: usize,
    /// Where the token read last starts in the input.
    at: usize,
    /// The name in the start tag, or of the attribute, read last.
    name: &'a [u8],
    /// Where the value of the attribute read last starts in the input.
    value_at: usize,
    /// What was refused; meaningful only after a [`Stop`].
    refused: Refused,
}

/// For [`Tokens::until`]: a byte that never occurs in UTF-8.
const NONE: u8 = 0xFF;

/// Returns how many leading bytes of `bytes` are of the class.
fn run(bytes: &[u8], class: u8) -> usize {
    bytes.iter().position(|byte| !is(*byte, class)).unwrap_or(bytes.len())
}

/// Returns `bytes` without its leading blanks: spaces, tabs, line feeds, carriage returns.
fn skip_blanks(mut bytes: &[u8]) -> &[u8] {
    loop {
        // Documents are indented with spaces, so these are counted a word at a time.
        let spaces = bytes.first_chunk().map_or(0, |word| {
            let other = usize::from_le_bytes(*word) ^ usize::from_le_bytes([b' '; size_of::<usize>()]);
            other.trailing_zeros() as usize / 8
        });
        match bytes.get(spaces..) {
            Some([b' ' | b'\t' | b'\n' | b'\r', rest @ ..]) => bytes = rest,
            Some(rest) => return rest,
            None => return bytes,
        }
    }
}

impl<'a> Tokens<'a> {
    /// Starts after the byte order mark and the XML declaration, `base` bytes into the input.
    pub(in crate::wire) const fn document(text: &'a str, base: usize) -> Self {
        let refused = Refused { reason: Refusal::CutShort, at: 0 };
        let end = base.wrapping_add(text.len());
        Self { text, rest: text.as_bytes(), end, at: 0, name: &[], value_at: 0, refused }
    }

    /// Starts inside an element that has been checked.
    pub(in crate::wire) const fn content(text: &'a str) -> Self {
        Self::document(text, 0)
    }

    /// The offset in the input of what comes next.
    pub(in crate::wire) const fn position(&self) -> usize {
        self.offset(self.rest)
    }

    /// Returns true at the end of the input.
    pub(in crate::wire) const fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The text between two offsets in the input.
    pub(in crate::wire) fn between(&self, start: usize, end: usize) -> &'a str {
        let base = self.end.wrapping_sub(self.text.len());
        self.text.get(start.wrapping_sub(base)..end.wrapping_sub(base)).unwrap_or_default()
    }

    /// Remembers a refusal at an offset in the input.
    #[cold]
    #[inline(never)]
    pub(in crate::wire) fn refuse(&mut self, reason: Refusal, at: usize) -> Stop {
        self.refused = Refused { reason, at };
        Stop
    }

    /// What was refused.
    pub(in crate::wire) const fn refused(&self) -> Refused {
        self.refused
    }

    /// Returns where `rest`, a suffix of `text`, starts in the input. As it is a suffix, nothing here wraps.
    const fn offset(&self, rest: &[u8]) -> usize {
        self.end.wrapping_sub(rest.len())
    }

    /// Refuses what comes next; at the end of the input, refuses it as cut short.
    #[cold]
    #[inline(never)]
    fn unexpected(&mut self, reason: Refusal) -> Stop {
        self.at = self.position();
        self.wrong(reason)
    }

    /// Refuses the token being read; at the end of the input, refuses it as cut short.
    #[cold]
    #[inline(never)]
    fn wrong(&mut self, reason: Refusal) -> Stop {
        if self.rest.is_empty() {
            return self.refuse(Refusal::CutShort, self.position());
        }
        self.refuse(reason, self.at)
    }

    /// Skips blanks; returns true if there are any.
    fn skip(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = skip_blanks(self.rest);
        self.rest.len() < before
    }

    /// Offset of the token read last.
    pub(in crate::wire) const fn at(&self) -> usize {
        self.at
    }

    /// The name in the start tag, or of the attribute, read last.
    pub(in crate::wire) const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// The value of the attribute read last, and its offset.
    pub(in crate::wire) fn value(&self) -> (&'a str, usize) {
        // The closing quote has been read, too.
        (self.between(self.value_at, self.position().wrapping_sub(1)), self.value_at)
    }

    /// Reads the next token of the content of `open`.
    #[inline]
    pub(in crate::wire) fn token(&mut self, open: &[u8], context: Context) -> Result<Token, Stop> {
        let rest = skip_blanks(self.rest);
        self.at = self.offset(rest);
        let [b'<', after @ ..] = rest else { return self.no_tag(rest, context) };
        match after {
            [b'/', after @ ..] => {
                if let Some([b'>', rest @ ..]) = behind(after, open) {
                    self.rest = rest;
                    return Ok(Token::End);
                }
            }
            [first, ..] => {
                for child in context.children().iter().filter(|child| child.initial == *first) {
                    // A known name is looked up and skipped in one step.
                    let name = child.element.as_bytes();
                    if let Some(rest @ [b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r', ..]) = behind(after, name)
                    {
                        self.name = name;
                        self.rest = rest;
                        return Ok(Token::Start(child));
                    }
                }
            }
            [] => {}
        }
        self.other_markup(rest, open, context)
    }

    /// Reads whatever does not start with `<`.
    #[cold]
    #[inline(never)]
    fn no_tag(&mut self, rest: &'a [u8], context: Context) -> Result<Token, Stop> {
        if rest.is_empty() {
            self.rest = rest;
            Ok(Token::Nothing)
        } else if context.is_outside() {
            Err(self.refuse(Refusal::TextOutsideRoot, self.at))
        } else {
            self.text_token()
        }
    }

    /// Reads a text that is not blank, leading blanks included.
    fn text_token(&mut self) -> Result<Token, Stop> {
        self.at = self.position();
        self.until(b"]]>", b'<')?;
        if self.rest.first() == Some(&b']') {
            return Err(self.unexpected(Refusal::CdataEnd));
        }
        Ok(Token::Text)
    }

    /// Reads a text in which nothing needs decoding or checking, and the end tag of its element, `open`. Reads nothing
    /// if anything else comes next.
    #[inline]
    pub(in crate::wire) fn plain_text(&mut self, open: &[u8]) -> Option<(&'a str, usize)> {
        let (text, rest) = self.rest.split_at_checked(run(self.rest, PLAIN))?;
        let [b'<', b'/', after @ ..] = rest else { return None };
        let [b'>', after @ ..] = behind(after, open)? else { return None };
        let at = self.position();
        let text = self.between(at, at.wrapping_add(text.len()));
        self.rest = after;
        Some((text, at))
    }

    /// Reads the end of a start tag, if that comes next. Returns true if it ends the element, too.
    #[inline]
    pub(in crate::wire) fn plain_tag_end(&mut self) -> Option<bool> {
        let (rest, empty) = match self.rest {
            [b'>', rest @ ..] => (rest, false),
            [b'/', b'>', rest @ ..] => (rest, true),
            _ => return None,
        };
        self.rest = rest;
        Some(empty)
    }

    /// Reads the next token of a start tag.
    pub(in crate::wire) fn tag_token(&mut self) -> Result<TagToken, Stop> {
        self.at = self.position();
        let spaced = self.skip();
        let slash = self.eat(b'/');
        if self.eat(b'>') {
            return Ok(if slash { TagToken::Empty } else { TagToken::Open });
        }
        if slash || !spaced {
            return Err(self.unexpected(Refusal::Attribute));
        }
        let at = self.position();
        self.take_name(Refusal::Attribute)?;
        self.at = at;
        self.skip();
        if !self.eat(b'=') {
            return Err(self.unexpected(Refusal::Attribute));
        }
        self.skip();
        let Some((quote @ (b'"' | b'\''), value)) = self.rest.split_first() else {
            return Err(self.unexpected(Refusal::Attribute));
        };
        self.rest = value;
        self.value_at = self.position();
        self.rest = value.get(run(value, VALUE)..).unwrap_or_default();
        let plain = self.rest.first() == Some(quote);
        if !plain {
            self.until(core::slice::from_ref(quote), b'<')?;
        }
        if !self.eat(*quote) {
            return Err(self.unexpected(Refusal::Attribute));
        }
        Ok(TagToken::Attribute { plain })
    }

    /// Returns the current position, for [`go_back`](Self::go_back).
    pub(in crate::wire) const fn mark(&self) -> &'a [u8] {
        self.rest
    }

    /// Goes back to a position that [`mark`](Self::mark) returned. It is a reference because the other tokenizer's mark
    /// is not `Copy`.
    pub(in crate::wire) const fn go_back(&mut self, mark: &&'a [u8]) {
        self.rest = mark;
    }

    /// Reads the markup at the start of `markup` that the fast paths left: anything but the end tag of `open` and known
    /// start tags in their usual form.
    #[cold]
    #[inline(never)]
    fn other_markup(&mut self, markup: &'a [u8], open: &[u8], context: Context) -> Result<Token, Stop> {
        self.rest = markup.get(1..).unwrap_or_default();
        if self.eat(b'?') {
            return self.instruction();
        }
        if self.opens(b"!--") {
            // Two hyphens must be the end of the comment.
            self.until(b"--", NONE)?;
            let bad = self.rest.get(2) != Some(&b'>');
            return self.section(b"-->", bad.then_some(Refusal::Comment));
        }
        if self.opens(b"!DOCTYPE") {
            return Err(self.wrong(Refusal::Doctype));
        }
        let cdata = self.opens(b"![CDATA[");
        if cdata && !context.is_outside() {
            return self.section(b"]]>", None);
        }
        if context == Context::Epilog {
            return Err(self.wrong(Refusal::SecondRoot));
        }
        if cdata || self.rest.first() == Some(&b'!') {
            return Err(self.wrong(Refusal::Markup));
        }
        let end = self.eat(b'/');
        if end && context.is_outside() {
            return Err(self.refuse(Refusal::WrongEndTag, self.at));
        }
        self.take_name(Refusal::Tag)?;
        if !end {
            return Ok(Token::Start(&UNKNOWN));
        }
        self.skip();
        let Some((b'>', rest)) = self.rest.split_first() else { return Err(self.unexpected(Refusal::Tag)) };
        if !same(self.name, open) {
            return Err(self.wrong(Refusal::WrongEndTag));
        }
        self.rest = rest;
        Ok(Token::End)
    }

    /// Reads a processing instruction from its target on.
    fn instruction(&mut self) -> Result<Token, Stop> {
        let target = self.rest;
        if !self.letters(START | COLON) {
            return Err(self.wrong(Refusal::ProcessingInstruction));
        }
        if target.starts_with(b"xml ") {
            return Err(self.wrong(Refusal::LateDeclaration));
        }
        let is_xml = target.len().wrapping_sub(self.rest.len()) == 3
            && matches!(target, [b'x' | b'X', b'm' | b'M', b'l' | b'L', ..]);
        let bad = is_xml || !self.skip() && !matches!(self.rest, [b'?', b'>', ..]);
        self.section(b"?>", bad.then_some(Refusal::ProcessingInstruction))
    }

    /// Reads through `end`; then refuses, if there is a reason to.
    fn section(&mut self, end: &[u8], refused: Option<Refusal>) -> Result<Token, Stop> {
        self.until(end, NONE)?;
        match self.rest.get(end.len()..) {
            Some(rest) if refused.is_none() => self.rest = rest,
            _ => return Err(self.wrong(refused.unwrap_or(Refusal::Markup))),
        }
        Ok(Token::Checked)
    }

    /// Reads `byte` if it comes next; returns true if it does.
    #[inline(never)]
    fn eat(&mut self, byte: u8) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Reads `opener` if it comes next, in full or cut short by the end of the input.
    fn opens(&mut self, opener: &[u8]) -> bool {
        let start = self.rest;
        let opens = opener.iter().all(|byte| self.eat(*byte) || self.rest.is_empty());
        if !opens {
            self.rest = start;
        }
        opens
    }

    /// Reads up to `end`, the byte `or` or the end of the input, and checks the characters it passes.
    #[inline(never)]
    fn until(&mut self, end: &[u8], or: u8) -> Result<(), Stop> {
        while let [first, rest @ ..] = self.rest
            && *first != or
            && behind(self.rest, end).is_none()
        {
            if is_forbidden(self.rest) {
                return Err(self.unexpected(Refusal::ForbiddenCharacter));
            }
            self.rest = rest;
        }
        Ok(())
    }

    /// Reads the name of an element or attribute; refuses the token if there is none.
    fn take_name(&mut self, reason: Refusal) -> Result<(), Stop> {
        let start = self.rest;
        let mut whole = self.letters(START);
        if self.eat(b':') {
            whole = self.letters(START);
        }
        if !whole || matches!(self.rest.first(), None | Some(b':')) {
            return Err(self.wrong(reason));
        }
        self.name = start.get(..start.len().wrapping_sub(self.rest.len())).unwrap_or_default();
        Ok(())
    }

    /// Reads the characters of a name (XML 1.0, section 2.3), the first of which is of the class `start`; returns true
    /// if there are any.
    fn letters(&mut self, start: u8) -> bool {
        let mut class = start;
        while let [first, rest @ ..] = self.rest {
            let mut rest = rest;
            let is_letter = if first.is_ascii() {
                is(*first, class)
            } else {
                // The first byte of a character holds up to five of its bits, each other byte six.
                let mut c = u32::from(*first & 0x1F);
                while let [byte @ 0x80..0xC0, after @ ..] = rest {
                    c = c << 6 | u32::from(*byte & 0x3F);
                    rest = after;
                }
                is_wide(c, class)
            };
            if !is_letter {
                break;
            }
            self.rest = rest;
            class = NAME | start & COLON;
        }
        class != start
    }
}

/// Returns true if `rest` starts with a character that XML does not allow.
fn is_forbidden(rest: &[u8]) -> bool {
    match rest {
        // U+FFFE and U+FFFF.
        [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
        [byte, ..] => *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'),
        [] => false,
    }
}

/// Returns true if a character beyond ASCII may occur in a name at a place of the class.
fn is_wide(c: u32, class: u8) -> bool {
    /// First and last of each block below U+10000: NameStartChar of XML 1.0, section 2.3, then what NameChar adds.
    const BLOCKS: [[u16; 2]; 14] = [
        [0xC0, 0xD6],
        [0xD8, 0xF6],
        [0xF8, 0x2FF],
        [0x370, 0x37D],
        [0x37F, 0x1FFF],
        [0x200C, 0x200D],
        [0x2070, 0x218F],
        [0x2C00, 0x2FEF],
        [0x3001, 0xD7FF],
        [0xF900, 0xFDCF],
        [0xFDF0, 0xFFFD],
        [0xB7, 0xB7],
        [0x300, 0x36F],
        [0x203F, 0x2040],
    ];
    const STARTS: usize = 11;

    let blocks = if class & START == 0 { &BLOCKS[..] } else { BLOCKS.get(..STARTS).unwrap_or_default() };
    let in_block = |[first, last]: &[u16; 2]| (u32::from(*first)..=u32::from(*last)).contains(&c);
    // U+10000 to U+EFFFF; the marker bits of the first of four bytes leave 0x40_0000 in `c`.
    blocks.iter().any(in_block) || (0x41_0000..0x4F_0000).contains(&c)
}
