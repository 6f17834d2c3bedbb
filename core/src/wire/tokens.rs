//! The one file that names the tokenizer crate. It turns its tokens and errors into ours, with byte positions, and
//! knows nothing of the protocol. xmlparser pairs no tags, decodes no text and counts no depth: `reader` does.

use xmlparser::{ElementEnd, StreamError, TextPos, Tokenizer};

use crate::error::{Error, Refusal};
use crate::text::is_blank;

/// One piece of markup, or the text between two.
#[derive(Clone, Copy)]
pub(super) enum Token<'a> {
    /// `<name`; attributes and one of the two ends follow.
    Start(&'a str),
    /// `name="value"` with the offset of the value.
    Attribute(&'a str, &'a str, usize),
    /// `>` of a start tag.
    StartEnd,
    /// `/>`
    EmptyEnd,
    /// `</name>`
    End(&'a str),
    /// Text with its references as they stand.
    Text(&'a str),
    /// A CDATA section, a comment or a processing instruction: nothing in it needs a check.
    Checked,
}

/// The tokens of a document, or of the content of an element.
#[derive(Clone)]
pub(super) struct Tokens<'a> {
    tokenizer: Tokenizer<'a>,
    text: &'a str,
    /// Where `text` starts in the input.
    base: usize,
}

impl<'a> Tokens<'a> {
    /// Starts behind the byte order mark and the XML declaration, `base` bytes into the input.
    pub(super) fn document(text: &'a str, base: usize) -> Self {
        Self { tokenizer: Tokenizer::from(text), text, base }
    }

    /// Starts inside an element that was checked.
    pub(super) fn content(text: &'a str) -> Self {
        Self { tokenizer: Tokenizer::from_fragment(text, 0..text.len()), text, base: 0 }
    }

    /// The offset in the input of what comes next.
    pub(super) fn position(&self) -> usize {
        self.base + self.tokenizer.stream().pos()
    }

    /// Returns true if nothing follows.
    pub(super) fn at_end(&self) -> bool {
        self.tokenizer.stream().at_end()
    }

    /// The text between two offsets in the input.
    pub(super) fn between(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start.saturating_sub(self.base)..end.saturating_sub(self.base)).unwrap_or_default()
    }

    /// Returns the next token with its offset in the input, or nothing at the end of the input.
    pub(super) fn next(&mut self) -> Result<Option<(Token<'a>, usize)>, Error> {
        use xmlparser::Token as Raw;

        let Some(raw) = self.tokenizer.next() else { return Ok(None) };
        let raw = raw.map_err(|error| self.refusal(error))?;
        let span = raw.span();
        let at = self.base + span.start();
        let token = match raw {
            Raw::ElementStart { .. } => Token::Start(span.as_str().get(1..).unwrap_or_default()),
            Raw::Attribute { local, value, .. } => Token::Attribute(
                self.between(at, self.base + local.end()),
                value.as_str(),
                self.base + value.start(),
            ),
            Raw::ElementEnd { end: ElementEnd::Open, .. } => Token::StartEnd,
            Raw::ElementEnd { end: ElementEnd::Empty, .. } => Token::EmptyEnd,
            Raw::ElementEnd { end: ElementEnd::Close(_, local), .. } => {
                Token::End(self.between(at + 2, self.base + local.end()))
            }
            Raw::Text { text } => Token::Text(text.as_str()),
            Raw::Cdata { .. } | Raw::Comment { .. } => Token::Checked,
            Raw::ProcessingInstruction { target, content, .. } => {
                let spaced = content.is_none_or(|content| content.start() > target.end());
                if target.as_str().eq_ignore_ascii_case("xml") || !spaced {
                    return Err(Error::refused(Refusal::ProcessingInstruction, at));
                }
                Token::Checked
            }
            Raw::Declaration { .. } => return Err(Error::refused(Refusal::LateDeclaration, at)),
            Raw::DtdStart { .. }
            | Raw::EmptyDtd { .. }
            | Raw::DtdEnd { .. }
            | Raw::EntityDeclaration { .. } => {
                return Err(Error::refused(Refusal::Doctype, at));
            }
        };
        Ok(Some((token, at)))
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
            _ if cut_opener(rest) => (Refusal::CutShort, self.text.len()),
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
