//! The one file that names the tokenizer crate. It turns its tokens and errors into ours, with byte positions, and
//! knows nothing of the protocol. xmlparser pairs no tags, decodes no text and counts no depth: `reader` does.

use xmlparser::{ElementEnd, StreamError, TextPos, Tokenizer};

use super::{InTag, Inside, Stop, Token};
use crate::error::{Error, Refusal};
use crate::text::is_blank;
use crate::wire::grammar::{Child, Named};

/// The tokens of a document, or of the content of an element.
#[derive(Clone)]
pub(in crate::wire) struct Tokens<'a> {
    tokenizer: Tokenizer<'a>,
    text: &'a str,
    /// Where `text` starts in the input.
    base: usize,
    /// What was refused; of no meaning before a [`Stop`].
    error: Error,
}

impl<'a> Tokens<'a> {
    /// Starts behind the byte order mark and the XML declaration, `base` bytes into the input.
    pub(in crate::wire) fn document(text: &'a str, base: usize) -> Self {
        let error = Error::refused(Refusal::CutShort, 0);
        Self { tokenizer: Tokenizer::from(text), text, base, error }
    }

    /// Starts inside an element that was checked.
    pub(in crate::wire) fn content(text: &'a str) -> Self {
        Self { tokenizer: Tokenizer::from_fragment(text, 0..text.len()), ..Self::document(text, 0) }
    }

    /// The offset in the input of what comes next.
    pub(in crate::wire) fn position(&self) -> usize {
        self.base.wrapping_add(self.tokenizer.stream().pos())
    }

    /// Returns true if nothing follows.
    pub(in crate::wire) fn at_end(&self) -> bool {
        self.tokenizer.stream().at_end()
    }

    /// The text between two offsets in the input.
    pub(in crate::wire) fn between(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start.wrapping_sub(self.base)..end.wrapping_sub(self.base)).unwrap_or_default()
    }

    /// Remembers a refusal at an offset in the input.
    pub(in crate::wire) fn refuse(&mut self, reason: Refusal, at: usize) -> Stop {
        self.error = Error::refused(reason, at);
        Stop
    }

    /// What was refused.
    pub(in crate::wire) fn error(&self) -> Error {
        self.error
    }

    /// Returns the next token and its offset in the input.
    pub(in crate::wire) fn token(&mut self, inside: Inside<'_>) -> Result<(Token<'a>, usize), Stop> {
        use xmlparser::Token as Raw;

        let raw = match (self.raw(), inside) {
            (Err(Stop), Inside::Element(_)) => return Err(Stop),
            (Err(Stop), outside) => {
                self.error = match self.error {
                    Error::Refused { reason: Refusal::Markup, position }
                        if matches!(outside, Inside::Epilog) =>
                    {
                        Error::refused(Refusal::SecondRoot, position)
                    }
                    Error::Refused { reason: Refusal::Tag, position }
                        if self.between(position, position.wrapping_add(2)) == "</" =>
                    {
                        Error::refused(Refusal::WrongEndTag, position)
                    }
                    error => error,
                };
                return Err(Stop);
            }
            (Ok(None), _) => return Ok((Token::Nothing, self.position())),
            (Ok(Some(raw)), _) => raw,
        };
        let at = self.base.wrapping_add(raw.span().start());
        let token = match raw {
            Raw::ElementStart { span, .. } => {
                Token::Start(span.as_str().as_bytes().get(1..).unwrap_or_default())
            }
            Raw::ElementEnd { end: ElementEnd::Close(_, local), .. } => {
                let name = self.between(at.wrapping_add(2), self.base.wrapping_add(local.end()));
                match inside {
                    Inside::Element(open) if name.as_bytes() == open => Token::End,
                    _ => return Err(self.refuse(Refusal::WrongEndTag, at)),
                }
            }
            Raw::Text { text } => Token::Text(text.as_str()),
            // The rest of a start tag is never asked for here, and the rest of a prolog never comes.
            _ => Token::Checked,
        };
        Ok((token, at))
    }

    /// Reads a text in which nothing needs decoding or checking, and the end tag behind it; or nothing. There is no
    /// short way with this tokenizer.
    pub(in crate::wire) const fn plain_text(&self, _open: &[u8], _trim: bool) -> Option<(&'a str, usize)> {
        None
    }

    /// Reads the end tag of the innermost element or a start tag that is known there; or nothing. There is no short way
    /// with this tokenizer.
    pub(in crate::wire) const fn plain_tag(
        &self,
        _open: &[u8],
        _children: &[Child],
    ) -> Option<(Option<Named>, usize)> {
        None
    }

    /// Reads the end of a start tag without attributes; or nothing. There is no short way with this tokenizer.
    pub(in crate::wire) const fn plain_tag_end(&self) -> Option<bool> {
        None
    }

    /// Reads the next piece of a start tag.
    pub(in crate::wire) fn tag_token(&mut self) -> Result<InTag<'a>, Stop> {
        use xmlparser::Token as Raw;

        match self.raw()? {
            Some(Raw::Attribute { local, value, span, .. }) => {
                let at = self.base.wrapping_add(span.start());
                Ok(InTag::Attribute {
                    name: self.between(at, self.base.wrapping_add(local.end())).as_bytes(),
                    at,
                    value: value.as_str(),
                    value_at: self.base.wrapping_add(value.start()),
                    plain: false,
                })
            }
            Some(Raw::ElementEnd { end: ElementEnd::Empty, .. }) => Ok(InTag::Empty),
            Some(_) => Ok(InTag::Open),
            None => Err(self.refuse(Refusal::CutShort, self.position())),
        }
    }

    /// Returns the crate's next token if it is one that a message may have.
    fn raw(&mut self) -> Result<Option<xmlparser::Token<'a>>, Stop> {
        use xmlparser::Token as Raw;

        let Some(raw) = self.tokenizer.next() else { return Ok(None) };
        let raw = match raw {
            Ok(raw) => raw,
            Err(error) => {
                self.error = self.refusal(error);
                return Err(Stop);
            }
        };
        let refusal = match &raw {
            Raw::ProcessingInstruction { target, content, .. }
                if target.as_str().eq_ignore_ascii_case("xml")
                    || content.is_some_and(|content| content.start() == target.end()) =>
            {
                Refusal::ProcessingInstruction
            }
            Raw::Declaration { .. } => Refusal::LateDeclaration,
            Raw::DtdStart { .. }
            | Raw::EmptyDtd { .. }
            | Raw::DtdEnd { .. }
            | Raw::EntityDeclaration { .. } => Refusal::Doctype,
            _ => return Ok(Some(raw)),
        };
        Err(self.refuse(refusal, self.base.wrapping_add(raw.span().start())))
    }

    fn refusal(&self, error: xmlparser::Error) -> Error {
        use xmlparser::Error as Raw;

        let (reason, cause, at) = match error {
            Raw::InvalidDeclaration(cause, at) => (Refusal::LateDeclaration, Some(cause), at),
            Raw::InvalidComment(cause, at) => (Refusal::Comment, Some(cause), at),
            Raw::InvalidPI(cause, at) => (Refusal::ProcessingInstruction, Some(cause), at),
            Raw::InvalidDoctype(_, at) | Raw::InvalidEntity(_, at) => (Refusal::Doctype, None, at),
            Raw::InvalidElement(cause, at) => (Refusal::Tag, Some(cause), at),
            Raw::InvalidAttribute(cause, at) => (Refusal::Attribute, Some(cause), at),
            Raw::InvalidCdata(cause, at) => (Refusal::Markup, Some(cause), at),
            Raw::InvalidCharData(cause, at) => (Refusal::CdataEnd, Some(cause), at),
            Raw::UnknownToken(at) => (Refusal::Markup, None, at),
        };
        let token = self.offset(at);
        let rest = self.text.get(token..).unwrap_or_default();
        let (reason, offset) = match cause {
            Some(StreamError::UnexpectedEndOfStream) => (Refusal::CutShort, self.text.len()),
            Some(StreamError::NonXmlChar(_, at)) => (Refusal::ForbiddenCharacter, self.offset(at)),
            Some(StreamError::InvalidCharacterData) => (reason, token + rest.find("]]>").unwrap_or(0)),
            Some(
                StreamError::InvalidChar(_, _, at)
                | StreamError::InvalidCharMultiple(_, _, at)
                | StreamError::InvalidQuote(_, at)
                | StreamError::InvalidSpace(_, at)
                | StreamError::InvalidString(_, at),
            ) => match self.offset(at) {
                end if end >= self.text.len() => (Refusal::CutShort, end),
                offset => (reason, offset),
            },
            _ if cut_opener(rest) || reason == Refusal::Tag && cut_prefix(rest) => {
                (Refusal::CutShort, self.text.len())
            }
            None if rest.starts_with("<!DOCTYPE") => (Refusal::Doctype, token),
            None if rest.starts_with("<?xml ") => (Refusal::LateDeclaration, token),
            None if !rest.starts_with('<') => (Refusal::TextOutsideRoot, token),
            _ => (reason, token),
        };
        Error::refused(reason, self.base + offset)
    }

    /// The offset in `text` of a row and column; xmlparser counts both from 1, columns in characters.
    fn offset(&self, at: TextPos) -> usize {
        let mut rest = self.text;
        for _ in 1..at.row {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let column = usize::try_from(at.col).unwrap_or(usize::MAX).saturating_sub(1);
        let in_row = rest.char_indices().nth(column).map_or(rest.len(), |(offset, _)| offset);
        self.text.len() - rest.len() + in_row
    }
}

/// Returns true if the input ends inside the characters that open markup, so that the kind of markup is not known.
fn cut_opener(rest: &str) -> bool {
    // Blanks inside a tag open an attribute or its end.
    rest.chars().all(is_blank)
        || ["<!--", "<![CDATA[", "<!DOCTYPE", "</", "<?xml "].iter().any(|opener| opener.starts_with(rest))
}

/// Returns true if the input ends behind the colon in a name.
fn cut_prefix(rest: &str) -> bool {
    rest.strip_suffix(':').is_some_and(|tag| !tag.contains([':', ' ', '\t', '\n', '\r', '>']))
}
