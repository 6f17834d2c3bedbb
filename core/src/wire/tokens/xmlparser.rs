//! The only file that names the crate xmlparser. It converts the crate's tokens and errors into ours, with byte
//! positions, and knows no rule of the protocol. Matching tags, decoding text and counting depth is up to `reader`.

use xmlparser::{ElementEnd, StreamError, TextPos, Tokenizer};

use super::{Refused, Stop, TagToken, Token};
use crate::error::Refusal;
use crate::text::is_blank;
use crate::wire::schema::Context;

/// The tokens of a document, or of the content of an element.
#[derive(Clone)]
pub(in crate::wire) struct Tokens<'a> {
    tokenizer: Tokenizer<'a>,
    text: &'a str,
    /// Where `text` starts in the input.
    base: usize,
    /// Where the token read last starts in the input.
    at: usize,
    /// The name in the start tag, or of the attribute, read last.
    name: &'a [u8],
    /// The value of the attribute read last, and its offset.
    value: (&'a str, usize),
    /// What was refused; meaningful only after a [`Stop`].
    refused: Refused,
}

impl<'a> Tokens<'a> {
    /// Starts after the byte order mark and the XML declaration, `base` bytes into the input.
    pub(in crate::wire) fn document(text: &'a str, base: usize) -> Self {
        let refused = Refused { reason: Refusal::CutShort, at: 0 };
        Self { tokenizer: Tokenizer::from(text), text, base, at: 0, name: &[], value: ("", 0), refused }
    }

    /// Starts inside an element that has been checked.
    pub(in crate::wire) fn content(text: &'a str) -> Self {
        Self { tokenizer: Tokenizer::from_fragment(text, 0..text.len()), ..Self::document(text, 0) }
    }

    /// The offset in the input of what comes next.
    pub(in crate::wire) fn position(&self) -> usize {
        self.base.wrapping_add(self.tokenizer.stream().pos())
    }

    /// Returns true at the end of the input.
    pub(in crate::wire) fn at_end(&self) -> bool {
        self.tokenizer.stream().at_end()
    }

    /// The text between two offsets in the input.
    pub(in crate::wire) fn between(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start.wrapping_sub(self.base)..end.wrapping_sub(self.base)).unwrap_or_default()
    }

    /// Remembers a refusal at an offset in the input.
    pub(in crate::wire) fn refuse(&mut self, reason: Refusal, at: usize) -> Stop {
        self.refused = Refused { reason, at };
        Stop
    }

    /// What was refused.
    pub(in crate::wire) fn refused(&self) -> Refused {
        self.refused
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
    pub(in crate::wire) const fn value(&self) -> (&'a str, usize) {
        self.value
    }

    /// Reads the next token of the content of `open`.
    pub(in crate::wire) fn token(&mut self, open: &[u8], context: Context) -> Result<Token, Stop> {
        use xmlparser::Token as Raw;

        let raw = match self.raw() {
            Ok(Some(raw)) => raw,
            Ok(None) => {
                self.at = self.position();
                return Ok(Token::Nothing);
            }
            Err(Stop) => {
                self.refused.reason = self.reason_in(context);
                return Err(Stop);
            }
        };
        self.at = self.base.wrapping_add(raw.span().start());
        Ok(match raw {
            Raw::ElementStart { span, .. } => {
                self.name = span.as_str().as_bytes().get(1..).unwrap_or_default();
                Token::Start(context.child(self.name))
            }
            Raw::ElementEnd { end: ElementEnd::Close(_, local), .. } => {
                let name = self.between(self.at.wrapping_add(2), self.base.wrapping_add(local.end()));
                if name.as_bytes() != open {
                    return Err(self.refuse(Refusal::WrongEndTag, self.at));
                }
                Token::End
            }
            Raw::Text { .. } => Token::Text,
            // `tag_token` reads the rest of a start tag, and `raw` refuses the tokens of a prolog.
            _ => Token::Checked,
        })
    }

    /// Returns the reason of the refusal as it is named in this context.
    fn reason_in(&self, context: Context) -> Refusal {
        let Refused { reason, at } = self.refused;
        match reason {
            Refusal::Markup if context == Context::Epilog => Refusal::SecondRoot,
            Refusal::Tag if context.is_outside() && self.between(at, at.wrapping_add(2)) == "</" => {
                Refusal::WrongEndTag
            }
            reason => reason,
        }
    }

    /// Always `None`: this tokenizer has no fast path for plain texts.
    pub(in crate::wire) const fn plain_text(&self, _open: &[u8]) -> Option<(&'a str, usize)> {
        None
    }

    /// Always `None`: this tokenizer has no fast path for start tags without attributes.
    pub(in crate::wire) const fn plain_tag_end(&self) -> Option<bool> {
        None
    }

    /// Reads the next token of a start tag.
    pub(in crate::wire) fn tag_token(&mut self) -> Result<TagToken, Stop> {
        use xmlparser::Token as Raw;

        match self.raw()? {
            Some(Raw::Attribute { local, value, span, .. }) => {
                self.at = self.base.wrapping_add(span.start());
                self.name = self.between(self.at, self.base.wrapping_add(local.end())).as_bytes();
                self.value = (value.as_str(), self.base.wrapping_add(value.start()));
                Ok(TagToken::Attribute { plain: false })
            }
            Some(Raw::ElementEnd { end: ElementEnd::Empty, .. }) => Ok(TagToken::Empty),
            Some(_) => Ok(TagToken::Open),
            None => Err(self.refuse(Refusal::CutShort, self.position())),
        }
    }

    /// Returns the current position, for [`go_back`](Self::go_back).
    pub(in crate::wire) fn mark(&self) -> Tokenizer<'a> {
        self.tokenizer.clone()
    }

    /// Goes back to a position that [`mark`](Self::mark) returned.
    pub(in crate::wire) fn go_back(&mut self, mark: &Tokenizer<'a>) {
        self.tokenizer = mark.clone();
    }

    /// Returns the crate's next token; refuses those that a message must not contain.
    fn raw(&mut self) -> Result<Option<xmlparser::Token<'a>>, Stop> {
        use xmlparser::Token as Raw;

        let Some(raw) = self.tokenizer.next() else { return Ok(None) };
        let raw = match raw {
            Ok(raw) => raw,
            Err(error) => {
                self.refused = self.refusal(error);
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

    fn refusal(&self, error: xmlparser::Error) -> Refused {
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
            Some(StreamError::InvalidCharacterData) => {
                (reason, token.saturating_add(rest.find("]]>").unwrap_or(0)))
            }
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
        Refused { reason, at: self.base.saturating_add(offset) }
    }

    /// Returns the offset in `text` of a row and column. xmlparser counts both from 1, columns in characters.
    fn offset(&self, at: TextPos) -> usize {
        let mut rest = self.text;
        for _ in 1..at.row {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let column = usize::try_from(at.col).unwrap_or(usize::MAX).saturating_sub(1);
        let in_row = rest.char_indices().nth(column).map_or(rest.len(), |(offset, _)| offset);
        self.text.len().saturating_sub(rest.len()).saturating_add(in_row)
    }
}

/// Returns true if the input ends within the opening characters of markup, before its kind is known.
fn cut_opener(rest: &str) -> bool {
    // Blanks within a tag precede an attribute or the end of the tag.
    rest.chars().all(is_blank)
        || ["<!--", "<![CDATA[", "<!DOCTYPE", "</", "<?xml "].iter().any(|opener| opener.starts_with(rest))
}

/// Returns true if the input ends after the colon of a name.
fn cut_prefix(rest: &str) -> bool {
    rest.strip_suffix(':').is_some_and(|tag| !tag.contains([':', ' ', '\t', '\n', '\r', '>']))
}
