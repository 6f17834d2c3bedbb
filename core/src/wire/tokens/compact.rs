//! Our own tokenizer: one pass over the bytes, a table for their classes, short ways for what messages are made of
//! (blanks, known tags, plain texts). What is rare is in functions of its own, out of the way of the rest. It must
//! accept and refuse what xmlparser does, and what core/PROTOCOL.md section 1 refuses beyond that.

use super::{InTag, Refused, Stop, Token};
use crate::error::Refusal;
use crate::text::find;
use crate::wire::class::{BLANK, NAME, PLAIN, START, VALUE, is};
use crate::wire::grammar::{Context, UNKNOWN};
use crate::wire::tag::behind;

/// The tokens of a document, or of the content of an element.
#[derive(Clone)]
pub(in crate::wire) struct Tokens<'a> {
    text: &'a str,
    /// The end of `text` that is not read yet.
    rest: &'a [u8],
    /// Where `text` starts in the input.
    base: usize,
    /// Where the token read last starts in the input.
    at: usize,
    /// The name in the start tag read last.
    name: &'a [u8],
    /// What was refused; of no meaning before a [`Stop`].
    refused: Refused,
}

/// How many bytes at the start of `bytes` are of the class.
fn run(bytes: &[u8], class: u8) -> usize {
    bytes.iter().position(|byte| !is(*byte, class)).unwrap_or(bytes.len())
}

fn skip_blanks(mut bytes: &[u8]) -> &[u8] {
    const WORD: usize = size_of::<usize>();
    // Documents are indented with spaces, which are counted by the word.
    while let Some((word, after)) = bytes.split_first_chunk::<WORD>() {
        let other = usize::from_le_bytes(*word) ^ usize::from_le_bytes([b' '; WORD]);
        if other == 0 {
            bytes = after;
            continue;
        }
        match bytes.get(other.trailing_zeros() as usize / 8..) {
            Some([byte, rest @ ..]) if is(*byte, BLANK) => bytes = rest,
            Some(rest) => return rest,
            None => return bytes,
        }
    }
    bytes.get(run(bytes, BLANK)..).unwrap_or_default()
}

impl<'a> Tokens<'a> {
    /// Starts behind the byte order mark and the XML declaration, `base` bytes into the input.
    pub(in crate::wire) const fn document(text: &'a str, base: usize) -> Self {
        let refused = Refused { reason: Refusal::CutShort, at: 0 };
        Self { text, rest: text.as_bytes(), base, at: 0, name: &[], refused }
    }

    /// Starts inside an element that was checked.
    pub(in crate::wire) const fn content(text: &'a str) -> Self {
        Self::document(text, 0)
    }

    /// The offset in the input of what comes next.
    pub(in crate::wire) const fn position(&self) -> usize {
        self.base.wrapping_add(self.offset(self.rest))
    }

    /// Returns true if nothing follows.
    pub(in crate::wire) const fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The text between two offsets in the input.
    #[inline(never)]
    pub(in crate::wire) fn between(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start.wrapping_sub(self.base)..end.wrapping_sub(self.base)).unwrap_or_default()
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

    /// Where `rest`, which is an end of `text`, starts in it. (So nothing here wraps.)
    const fn offset(&self, rest: &[u8]) -> usize {
        self.text.len().wrapping_sub(rest.len())
    }

    /// Refuses at the start of `rest`.
    #[cold]
    #[inline(never)]
    fn refuse_at(&mut self, reason: Refusal, rest: &[u8]) -> Stop {
        let at = self.base.wrapping_add(self.offset(rest));
        self.refuse(reason, at)
    }

    #[cold]
    #[inline(never)]
    fn cut_short(&mut self) -> Stop {
        self.refuse_at(Refusal::CutShort, &[])
    }

    /// Offset of the token read last.
    pub(in crate::wire) const fn at(&self) -> usize {
        self.at
    }

    /// The name in the start tag read last.
    pub(in crate::wire) const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Reads the next token of the content of `open`.
    #[inline]
    pub(in crate::wire) fn token(&mut self, open: &[u8], context: Context) -> Result<Token, Stop> {
        let rest = skip_blanks(self.rest);
        self.at = self.base.wrapping_add(self.offset(rest));
        let Some((b'<', after)) = rest.split_first() else { return self.no_tag(rest, context) };
        match after.split_first() {
            Some((b'/', after)) => {
                self.rest = match behind(after, open) {
                    Some([b'>', rest @ ..]) => rest,
                    _ => self.end_tag(after, open, context)?,
                };
                return Ok(Token::End);
            }
            Some((first, _)) => {
                for child in context.children().iter().filter(|child| child.initial == *first) {
                    // A name that is known need not be read twice, to find its end and to find it.
                    let name = child.tag.name();
                    if let Some(rest @ [b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r', ..]) = behind(after, name)
                    {
                        self.name = name;
                        self.rest = rest;
                        return Ok(Token::Start(child));
                    }
                }
            }
            None => {}
        }
        self.other_markup(rest, context)
    }

    /// Reads what does not start with `<`.
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

    /// Reads a text that is more than blanks, from the blanks before it on.
    #[inline(never)]
    fn text_token(&mut self) -> Result<Token, Stop> {
        let text = self.rest;
        let at = self.position();
        self.at = at;
        let length = text.iter().position(|byte| *byte == b'<').unwrap_or(text.len());
        let (text, rest) = text.split_at_checked(length).unwrap_or_default();
        let forbidden = forbidden(text);
        let before = text.get(..forbidden.unwrap_or(text.len())).unwrap_or_default();
        if let Some(offset) = find(before, b"]]>") {
            return Err(self.refuse(Refusal::CdataEnd, at.wrapping_add(offset)));
        }
        if let Some(offset) = forbidden {
            return Err(self.refuse(Refusal::ForbiddenCharacter, at.wrapping_add(offset)));
        }
        self.rest = rest;
        Ok(Token::Text)
    }

    /// Reads a text in which nothing needs decoding or checking, and the end tag of its element, `open`, behind it; or
    /// nothing if something else comes.
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

    /// Reads the end of a start tag, if that comes next, and returns whether it ends the element, too.
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

    /// Reads the next piece of a start tag.
    #[inline(never)]
    pub(in crate::wire) fn tag_token(&mut self) -> Result<InTag<'a>, Stop> {
        let before = self.rest;
        let rest = skip_blanks(before);
        let spaced = rest.len() < before.len();
        match rest {
            [] | [b'/'] => Err(self.cut_short()),
            [b'>', rest @ ..] => {
                self.rest = rest;
                Ok(InTag::Open)
            }
            [b'/', b'>', rest @ ..] => {
                self.rest = rest;
                Ok(InTag::Empty)
            }
            [b'/', rest @ ..] => Err(self.refuse_at(Refusal::Attribute, rest)),
            _ if spaced => self.attribute(before, rest),
            _ => Err(self.refuse_at(Refusal::Attribute, rest)),
        }
    }

    /// Reads the attribute at the start of `start`, which stands behind the blanks `before` it.
    fn attribute(&mut self, before: &'a [u8], start: &'a [u8]) -> Result<InTag<'a>, Stop> {
        let (name, after) = self.take_name(start, Refusal::Attribute, before)?;
        let rest = skip_blanks(after);
        let rest = match rest {
            [b'=', rest @ ..] => skip_blanks(rest),
            [] => return Err(self.cut_short()),
            _ => return Err(self.refuse_at(Refusal::Attribute, rest)),
        };
        let (quote, value) = match rest {
            [quote @ (b'"' | b'\''), value @ ..] => (*quote, value),
            [] => return Err(self.cut_short()),
            _ => return Err(self.refuse_at(Refusal::Attribute, rest)),
        };
        let mut rest = value.get(run(value, VALUE)..).unwrap_or_default();
        let plain = rest.first() == Some(&quote);
        loop {
            match rest {
                [] => return Err(self.cut_short()),
                [byte, ..] if *byte == quote => break,
                [b'<', ..] => return Err(self.refuse_at(Refusal::Attribute, rest)),
                _ if starts_forbidden(rest) => return Err(self.refuse_at(Refusal::ForbiddenCharacter, rest)),
                [_, after @ ..] => rest = after.get(run(after, VALUE)..).unwrap_or_default(),
            }
        }
        let value_at = self.base.wrapping_add(self.offset(value));
        let value = self.between(value_at, self.base.wrapping_add(self.offset(rest)));
        self.rest = rest.get(1..).unwrap_or_default();
        let at = self.base.wrapping_add(self.offset(start));
        Ok(InTag::Attribute { name, at, value, value_at, plain })
    }

    /// Reads an end tag, from its name on, that is not simply `open`; returns what follows.
    #[cold]
    #[inline(never)]
    fn end_tag(&mut self, after: &'a [u8], open: &[u8], context: Context) -> Result<&'a [u8], Stop> {
        let at = self.at;
        if context.is_outside() {
            let epilog = context == Context::Epilog;
            return Err(self.refuse(if epilog { Refusal::SecondRoot } else { Refusal::WrongEndTag }, at));
        }
        if after.is_empty() {
            return Err(self.cut_short());
        }
        let tag = self.text.as_bytes().get(at.wrapping_sub(self.base)..).unwrap_or_default();
        let (name, rest) = self.take_name(after, Refusal::Tag, tag)?;
        match skip_blanks(rest) {
            [] => Err(self.cut_short()),
            [b'>', rest @ ..] if name == open => Ok(rest),
            [b'>', ..] => Err(self.refuse(Refusal::WrongEndTag, at)),
            rest => Err(self.refuse_at(Refusal::Tag, rest)),
        }
    }

    /// Reads the markup at the start of `rest` that is no end tag and no start tag with a short name.
    #[cold]
    #[inline(never)]
    fn other_markup(&mut self, rest: &'a [u8], context: Context) -> Result<Token, Stop> {
        if context == Context::Epilog && !matches!(rest, [_] | [_, b'!' | b'?', ..]) {
            return Err(self.refuse(Refusal::SecondRoot, self.at));
        }
        if let Some(content) = rest.strip_prefix(b"<!--") {
            self.comment(rest, content)
        } else if let Some(content) = rest.strip_prefix(b"<![CDATA[")
            && !context.is_outside()
        {
            self.rest = self.until(content, b"]]>")?.1;
            Ok(Token::Checked)
        } else if let Some(content) = rest.strip_prefix(b"<?") {
            self.instruction(rest, content)
        } else if cut_opener(rest) {
            Err(self.cut_short())
        } else if rest.starts_with(b"<!") {
            let reason = match context {
                _ if rest.starts_with(b"<!DOCTYPE") => Refusal::Doctype,
                Context::Epilog => Refusal::SecondRoot,
                _ => Refusal::Markup,
            };
            Err(self.refuse_at(reason, rest))
        } else {
            let (name, after) = self.take_name(rest.get(1..).unwrap_or_default(), Refusal::Tag, rest)?;
            self.name = name;
            self.rest = after;
            Ok(Token::Start(&UNKNOWN))
        }
    }

    #[inline(never)]
    fn comment(&mut self, comment: &'a [u8], content: &'a [u8]) -> Result<Token, Stop> {
        let (content, rest) = self.until(content, b"-->")?;
        if content.ends_with(b"-") || find(content, b"--").is_some() {
            return Err(self.refuse_at(Refusal::Comment, comment));
        }
        self.rest = rest;
        Ok(Token::Checked)
    }

    #[inline(never)]
    fn instruction(&mut self, instruction: &'a [u8], target: &'a [u8]) -> Result<Token, Stop> {
        let refusal = Refusal::ProcessingInstruction;
        if instruction.starts_with(b"<?xml ") {
            return Err(self.refuse_at(Refusal::LateDeclaration, instruction));
        }
        let length = self.text.get(self.offset(target)..).map_or(0, |text| name_length(text, false).0);
        let Some((name, content)) = target.split_at_checked(length).filter(|(name, _)| !name.is_empty())
        else {
            return Err(if target.is_empty() {
                self.cut_short()
            } else {
                self.refuse_at(refusal, instruction)
            });
        };
        let (content, rest) = self.until(content, b"?>")?;
        let spaced = content.first().is_none_or(|byte| is(*byte, BLANK));
        if name.eq_ignore_ascii_case(b"xml") || !spaced {
            return Err(self.refuse_at(refusal, instruction));
        }
        self.rest = rest;
        Ok(Token::Checked)
    }

    /// Splits `bytes` at the first `end`, and checks the characters before it.
    #[inline(never)]
    fn until(&mut self, bytes: &'a [u8], end: &[u8]) -> Result<(&'a [u8], &'a [u8]), Stop> {
        let found = find(bytes, end);
        let length = found.unwrap_or(bytes.len());
        let (content, rest) = bytes.split_at_checked(length).unwrap_or_default();
        if let Some(offset) = forbidden(content) {
            return Err(self.refuse_at(Refusal::ForbiddenCharacter, content_from(bytes, offset)));
        }
        match rest.strip_prefix(end) {
            Some(rest) => Ok((content, rest)),
            None => Err(self.cut_short()),
        }
    }

    /// Splits the name of an element or attribute off; refuses at the start of `refused` if there is none.
    #[inline(never)]
    fn take_name(
        &mut self,
        bytes: &'a [u8],
        reason: Refusal,
        refused: &[u8],
    ) -> Result<(&'a [u8], &'a [u8]), Stop> {
        let length = run(bytes, NAME);
        if let Some((name @ [first, ..], rest @ [next, ..])) = bytes.split_at_checked(length)
            && is(*first, START)
            && next.is_ascii()
            && *next != b':'
        {
            return Ok((name, rest));
        }
        self.wide_name(bytes, reason, refused)
    }

    /// The same for names with a colon or with letters beyond ASCII.
    #[cold]
    #[inline(never)]
    fn wide_name(
        &mut self,
        bytes: &'a [u8],
        reason: Refusal,
        refused: &[u8],
    ) -> Result<(&'a [u8], &'a [u8]), Stop> {
        let text = self.text.get(self.offset(bytes)..).unwrap_or_default();
        let (length, whole) = name_length(text, true);
        match bytes.split_at_checked(length) {
            Some((_, [])) => Err(self.cut_short()),
            Some(split) if whole => Ok(split),
            _ => Err(self.refuse_at(reason, refused)),
        }
    }
}

/// `bytes` from `offset` on.
fn content_from(bytes: &[u8], offset: usize) -> &[u8] {
    bytes.get(offset..).unwrap_or_default()
}

/// Returns true if the input ends inside the characters that open markup, so that the kind of markup is not known.
fn cut_opener(rest: &[u8]) -> bool {
    [&b"<!--"[..], b"<![CDATA[", b"<!DOCTYPE", b"</", b"<?xml "].iter().any(|opener| opener.starts_with(rest))
}

/// Where the first character is that XML does not allow.
fn forbidden(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    loop {
        if starts_forbidden(rest) {
            return Some(bytes.len().wrapping_sub(rest.len()));
        }
        rest = rest.get(1..)?;
    }
}

fn starts_forbidden(rest: &[u8]) -> bool {
    match rest {
        // U+FFFE and U+FFFF.
        [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
        [byte, ..] => *byte < b' ' && !is(*byte, BLANK),
        [] => false,
    }
}

/// Returns how many bytes at the start of `text` are a name, and whether it is whole. One that is `qualified` may have one
/// colon and needs a name behind it; in one that is not, a colon is a letter. XML 1.0, section 2.3.
fn name_length(text: &str, qualified: bool) -> (usize, bool) {
    let (mut class, mut colon) = (START, false);
    for (length, c) in text.char_indices() {
        if c == ':' && !(qualified && colon) {
            colon = true;
            class = if qualified { START } else { NAME };
            continue;
        }
        let is_name = match u8::try_from(c) {
            Ok(byte @ ..0x80) => is(byte, class),
            _ => is_wide(c, class == NAME),
        };
        if !is_name {
            // A second colon is no end of a name.
            return (length, class == NAME && c != ':');
        }
        class = NAME;
    }
    (text.len(), class == NAME)
}

/// Returns true if a character beyond ASCII can start a name, or stand `inside` of one.
fn is_wide(c: char, inside: bool) -> bool {
    /// NameStartChar of XML 1.0, section 2.3, first and last of each block below U+10000; then what NameChar has besides.
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

    match u16::try_from(u32::from(c)) {
        Ok(c) => {
            let blocks = if inside { &BLOCKS[..] } else { BLOCKS.get(..STARTS).unwrap_or_default() };
            blocks.iter().any(|[first, last]| (*first..=*last).contains(&c))
        }
        Err(_) => c <= '\u{EFFFF}',
    }
}
