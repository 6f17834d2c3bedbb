//! Reads a document that comes in pieces: bytes go into a window of the caller's, and a [`Grammar`] says what comes out of
//! them. It must know no element by name, and keep nothing but the window and what its own fields hold.

use super::declaration;
use super::element_name::ElementName;
use super::name_stack::NameStack;
use super::position::Position;
use super::reader::Reader;
use super::schema::Context;
use super::tokens::{OUTSIDE, Stop, Token};
use crate::error::{Error, Refusal};

/// What documents of one kind hold: which root, and what is handed out of it.
pub(crate) trait Grammar {
    /// What is handed out.
    type Piece<'p>;

    /// Nothing before there are more bytes.
    fn more<'p>() -> Self::Piece<'p>;

    /// The end of the document.
    fn end<'p>() -> Self::Piece<'p>;

    /// Takes the root, whose start tag was read to its end and is at `position`.
    fn root<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        root: ElementName,
        position: Position,
    ) -> Result<Option<Self::Piece<'p>>, Stop>;

    /// Reads one thing inside the root. `text` is what is read, and `here` where it starts.
    fn inside<'p>(
        &mut self,
        open: &mut Open,
        reader: &mut Reader<'p>,
        here: Position,
        text: &str,
    ) -> Result<Option<Self::Piece<'p>>, Stop>;

    /// Returns a position that was kept, by its offset: a refusal may be about what is in the window no more.
    fn kept(&self, at: usize) -> Option<Position>;
}

/// The open elements of a document.
pub(crate) struct Open {
    names: NameStack,
    /// The innermost one ended in its own start tag.
    empty: bool,
}

impl Open {
    /// How many there are.
    pub(super) const fn depth(&self) -> usize {
        self.names.depth
    }

    /// Returns the next token inside the innermost one.
    pub(super) fn token(&mut self, reader: &mut Reader<'_>, context: Context) -> Result<Token, Stop> {
        if core::mem::take(&mut self.empty) {
            return Ok(Token::End);
        }
        reader.token(self.names.innermost(), context)
    }

    /// Goes one deeper, into the element of that name whose start tag was read.
    pub(super) fn push(&mut self, reader: &mut Reader<'_>, name: &[u8], at: usize) -> Result<(), Stop> {
        if !self.names.push(name) {
            return Err(reader.refuse(Refusal::Window, at));
        }
        self.empty = reader.ends_empty();
        Ok(())
    }

    /// Leaves the innermost one.
    pub(super) fn pop(&mut self) {
        self.names.depth = self.names.depth.saturating_sub(1);
    }
}

/// How far a document in pieces is read, for whoever lends the window with each call. It must be the same window each time.
pub(crate) struct Reading<G> {
    /// The part of the window that is not read yet.
    start: usize,
    end: usize,
    /// Where `start` is in the document.
    here: Position,
    /// No more bytes come.
    ended: bool,
    document: Document<G>,
    /// The refusal that ended the reading, and where.
    refused: Option<(Error, Position)>,
}

/// Where in the document the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before the byte order mark and the declaration.
    Start,
    Prolog,
    Inside,
    Epilog,
}

/// How far a document is read, whatever holds its bytes.
pub(super) struct Document<G> {
    stage: Stage,
    /// US-ASCII is the declared encoding.
    ascii: bool,
    open: Open,
    pub(super) grammar: G,
}

impl<G: Grammar> Reading<G> {
    /// Starts to read.
    pub(super) const fn start(grammar: G) -> Self {
        Self {
            start: 0,
            end: 0,
            here: Position::START,
            ended: false,
            document: Document::new(grammar),
            refused: None,
        }
    }

    /// How many bytes of the document were read.
    pub(super) const fn position(&self) -> usize {
        self.here.at
    }

    /// Whether all bytes of the document were fed.
    pub(super) const fn ended(&self) -> bool {
        self.ended
    }

    /// The refusal that ended the reading.
    pub(super) fn refused(&self) -> Option<Error> {
        self.refused.map(|(error, _)| error)
    }

    /// Takes the next bytes of the document and returns how many: as many as the window has room for.
    pub(crate) fn feed(&mut self, window: &mut [u8], bytes: &[u8]) -> usize {
        window.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        let room = window.get_mut(self.end..).unwrap_or_default();
        let taken = room.len().min(bytes.len());
        for (position, byte) in room.iter_mut().zip(bytes) {
            *position = *byte;
        }
        self.end = self.end.saturating_add(taken);
        taken
    }

    /// Says that all bytes of the document were fed.
    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    /// Returns line and column of the refusal; (1, 1) before there is one.
    pub(crate) fn line_column(&self) -> (usize, usize) {
        let position = self.refused.map_or(Position::START, |(_, position)| position);
        let from_one = |count: u32| usize::try_from(count).unwrap_or(usize::MAX).saturating_add(1);
        (from_one(position.line), from_one(position.column))
    }

    /// Returns what comes next.
    pub(crate) fn next<'p>(&mut self, window: &'p [u8]) -> Result<G::Piece<'p>, Error> {
        if let Some((error, _)) = self.refused {
            return Err(error);
        }
        let unread = window.get(self.start..self.end).unwrap_or_default();
        // What is not of the encoding, and where.
        let mut foreign = None;
        let mut rest = core::str::from_utf8(unread).unwrap_or_else(|error| {
            let valid = unread.get(..error.valid_up_to()).unwrap_or_default();
            if error.error_len().is_some() || self.ended {
                foreign = Some((Refusal::NotUtf8, self.here.at.saturating_add(valid.len())));
            }
            core::str::from_utf8(valid).unwrap_or_default()
        });
        let full = self.start == 0 && self.end == window.len();
        let mut check_ascii = self.document.ascii;
        loop {
            if check_ascii && let Some(offset) = rest.bytes().position(|byte| !byte.is_ascii()) {
                foreign = Some((Refusal::NotAscii, self.here.at.saturating_add(offset)));
                rest = rest.get(..offset).unwrap_or_default();
            }
            let is_start = self.document.stage == Stage::Start;
            let whole = self.ended && foreign.is_none();
            let before = rest.len();
            let outcome = self.document.step(&mut rest, &mut self.here, whole);
            self.start = self.start.saturating_add(before.saturating_sub(rest.len()));
            let error = match outcome {
                Ok(Some(piece)) => return Ok(piece),
                Ok(None) => {
                    check_ascii = is_start && self.document.ascii;
                    continue;
                }
                Err(error) => error,
            };
            let cut = matches!(error, Error::Refused { reason: Refusal::CutShort, .. });
            let error = match foreign {
                _ if !cut => error,
                // What is cut here goes on with what is not of the encoding.
                Some((reason, at)) => Error::refused(reason, at),
                None if whole => error,
                None if full && self.start == 0 => Error::refused(Refusal::Window, self.here.at),
                None => return Ok(G::more()),
            };
            let position = self.document.position_of(error, self.here, rest);
            self.refused = Some((error, position));
            return Err(error);
        }
    }
}

impl<G: Grammar> Document<G> {
    /// Starts before the first byte.
    pub(super) const fn new(grammar: G) -> Self {
        let open = Open { names: NameStack::NONE, empty: false };
        Self { stage: Stage::Start, ascii: false, open, grammar }
    }

    /// Reads one thing at the start of `rest` and returns it if it is handed out. `here` is where `rest` starts in the
    /// document; both are moved behind what was read. `whole` says that the document ends where `rest` does; if not,
    /// [`Refusal::CutShort`] means that more bytes are needed.
    pub(super) fn step<'p>(
        &mut self,
        rest: &mut &'p str,
        here: &mut Position,
        whole: bool,
    ) -> Result<Option<G::Piece<'p>>, Error> {
        let base = here.at;
        // Up to where the text is read also if what follows is cut.
        let mut passed = base;
        let mut reader = Reader::piece(rest, base, self.open.depth());
        let found = match self.stage {
            Stage::Start => return self.start(rest, here, whole),
            Stage::Prolog | Stage::Epilog => self.outside(&mut reader, *here, rest, whole, &mut passed),
            Stage::Inside => self.grammar.inside(&mut self.open, &mut reader, *here, rest),
        };
        if found.is_ok() {
            passed = reader.position();
            if self.stage == Stage::Inside && self.open.depth() == 0 {
                self.stage = Stage::Epilog;
            }
        }
        let (read, unread) = rest.split_at_checked(passed.saturating_sub(base)).unwrap_or((rest, ""));
        *here = here.behind(read.as_bytes());
        *rest = unread;
        found.map_err(|Stop| reader.refused().into())
    }

    /// Reads byte order mark and declaration.
    fn start<'p>(
        &mut self,
        rest: &mut &'p str,
        here: &mut Position,
        whole: bool,
    ) -> Result<Option<G::Piece<'p>>, Error> {
        const LONGEST_OPENER: usize = "\u{feff}<?xml ".len();
        if rest.len() < LONGEST_OPENER && !whole {
            return Err(Error::refused(Refusal::CutShort, here.at));
        }
        let text = rest.strip_prefix('\u{feff}').unwrap_or(rest);
        let mark = rest.len().saturating_sub(text.len());
        let mut behind = text.as_bytes();
        let declared = declaration::skip(&mut behind);
        let passed = text.len().saturating_sub(behind.len());
        self.ascii = declared
            .map_err(|reason| Error::refused(reason, here.at.saturating_add(mark).saturating_add(passed)))?;
        // The mark is no column.
        here.at = here.at.saturating_add(mark);
        let (declaration, behind) = text.split_at_checked(passed).unwrap_or((text, ""));
        *here = here.behind(declaration.as_bytes());
        *rest = behind;
        self.stage = Stage::Prolog;
        Ok(None)
    }

    /// Reads what stands before the root up to its start element, or what stands behind it.
    fn outside<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        here: Position,
        text: &str,
        whole: bool,
        passed: &mut usize,
    ) -> Result<Option<G::Piece<'p>>, Stop> {
        let closed = self.stage == Stage::Epilog;
        let around = if closed { Context::Epilog } else { Context::Document };
        let root = loop {
            let token = reader.token(OUTSIDE, around)?;
            *passed = reader.position();
            match token {
                Token::Start(root) => break root,
                Token::Nothing if !whole => return Err(reader.cut_short()),
                Token::Nothing if closed => return Ok(Some(G::end())),
                Token::Nothing => return Err(reader.refuse(Refusal::NoRoot, reader.position())),
                _ => {}
            }
        };
        let (at, name) = reader.token_at();
        *passed = at;
        reader.start(root)?;
        let piece = self.grammar.root(reader, root.element, here.of(text, at))?;
        self.open.push(reader, name, at)?;
        self.stage = Stage::Inside;
        Ok(piece)
    }

    /// The position of a refusal: in `rest`, which is at `here`, or one that was kept.
    fn position_of(&self, error: Error, here: Position, rest: &str) -> Position {
        let at = error.position().unwrap_or(here.at);
        if at >= here.at { here.of(rest, at) } else { self.grammar.kept(at).unwrap_or(here) }
    }
}
