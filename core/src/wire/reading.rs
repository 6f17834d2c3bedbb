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

    /// How many elements may be open.
    #[cfg(feature = "provisioning")]
    const DEPTH: usize = crate::limits::DEPTH;

    /// Nothing: nothing yet, or nothing before there are more bytes.
    fn more<'p>() -> Self::Piece<'p>;

    /// Returns true if it is nothing.
    fn is_more(piece: &Self::Piece<'_>) -> bool;

    /// The end of the document.
    fn end<'p>() -> Self::Piece<'p>;

    /// Takes the root, whose start tag was read to its end and is at `position`. What is handed out goes to `piece`. (Code
    /// size: a piece is many words, and each return would copy it.)
    fn root<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        root: ElementName,
        position: Position,
        piece: &mut Self::Piece<'p>,
    ) -> Result<(), Stop>;

    /// Reads one thing inside the root. `at` is where what is read starts, and what it is.
    fn inside<'p>(
        &mut self,
        open: &mut Open,
        reader: &mut Reader<'p>,
        at: (Position, &str),
        piece: &mut Self::Piece<'p>,
    ) -> Result<(), Stop>;

    /// Returns a position that was kept, by its offset: a refusal may be about what is in the window no more.
    fn kept(&self, at: usize) -> Option<Position>;
}

/// The open elements of a document.
#[cfg_attr(feature = "phonexml", derive(Clone))]
pub(crate) struct Open {
    names: NameStack,
    /// The innermost one ended in its own start tag.
    empty: bool,
}

impl Open {
    /// How many there are.
    pub(super) const fn depth(&self) -> usize {
        self.names.depth()
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
        self.names.pop();
    }
}

/// How far a document in pieces is read, for whoever lends the window with each call. It must be the same window each time.
pub(crate) struct Reading<G> {
    place: Place,
    document: Document<G>,
}

/// Where in its window and in the document a reader is. (Code size: what does not depend on the grammar is apart from what
/// does, which is compiled once for each.)
struct Place {
    /// The part of the window that is not read yet.
    start: usize,
    end: usize,
    /// Where `start` is in the document.
    here: Position,
    /// No more bytes come.
    ended: bool,
    /// The window has no room for more.
    full: bool,
    /// What is in the window and not of the encoding.
    foreign: Foreign,
    /// The refusal that ended the reading, and where.
    refused: Option<(Error, Position)>,
}

/// Bytes that are not of the encoding, and where.
type Foreign = Option<(Refusal, usize)>;

/// How far a document is read, whatever holds its bytes.
#[cfg_attr(feature = "phonexml", derive(Clone))]
pub(super) struct Document<G> {
    frame: Frame,
    pub(super) grammar: G,
}

/// What is around the content of the root.
#[cfg_attr(feature = "phonexml", derive(Clone))]
struct Frame {
    stage: Stage,
    /// US-ASCII is the declared encoding.
    ascii: bool,
    open: Open,
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

impl<G: Grammar> Reading<G> {
    /// Starts to read.
    pub(crate) const fn start(grammar: G) -> Self {
        let place = Place {
            start: 0,
            end: 0,
            here: Position::START,
            ended: false,
            full: false,
            foreign: None,
            refused: None,
        };
        Self { place, document: Document::new(grammar) }
    }

    /// How many bytes of the document were read.
    pub(crate) const fn position(&self) -> usize {
        self.place.here.at
    }

    /// Whether all bytes of the document were fed.
    pub(crate) const fn ended(&self) -> bool {
        self.place.ended
    }

    /// The refusal that ended the reading.
    pub(crate) fn refused(&self) -> Option<Error> {
        self.place.refused.map(|(error, _)| error)
    }

    /// What is known of the document.
    #[cfg(feature = "phonexml")]
    pub(crate) const fn grammar(&self) -> &G {
        &self.document.grammar
    }

    /// Takes the next bytes of the document and returns how many: as many as the window has room for.
    pub(crate) fn feed(&mut self, window: &mut [u8], bytes: &[u8]) -> usize {
        self.place.feed(window, bytes)
    }

    /// Says that all bytes of the document were fed.
    pub(crate) fn end(&mut self) {
        self.place.ended = true;
    }

    /// Returns line and column of the refusal; (1, 1) before there is one.
    pub(crate) fn line_column(&self) -> (usize, usize) {
        let position = self.place.refused.map_or(Position::START, |(_, position)| position);
        let from_one = |count: u32| usize::try_from(count).unwrap_or(usize::MAX).saturating_add(1);
        (from_one(position.line), from_one(position.column))
    }

    /// Returns what comes next.
    pub(crate) fn next<'p>(&mut self, window: &'p [u8]) -> Result<G::Piece<'p>, Error> {
        let place = &mut self.place;
        let mut rest = place.unread(window)?;
        let mut piece = G::more();
        let mut check_ascii = true;
        loop {
            if check_ascii {
                self.document.frame.not_ascii(place.here, &mut rest, &mut place.foreign);
            }
            // The first step tells whether the document is US-ASCII.
            check_ascii = self.document.frame.stage == Stage::Start;
            let before = rest.len();
            let whole = place.ended && place.foreign.is_none();
            let outcome = self.document.step(&mut rest, &mut place.here, whole, &mut piece);
            place.start = place.start.saturating_add(before.saturating_sub(rest.len()));
            if let Err(error) = outcome {
                let kept = error.position().and_then(|at| self.document.grammar.kept(at));
                place.refuse(error, rest, kept);
                return place.refused.map_or(Ok(G::more()), |(error, _)| Err(error));
            }
            if !G::is_more(&piece) {
                return Ok(piece);
            }
        }
    }
}

impl Place {
    fn feed(&mut self, window: &mut [u8], bytes: &[u8]) -> usize {
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

    /// Returns what is not read yet, up to what is not UTF-8.
    #[cfg_attr(feature = "phonexml", inline(never))]
    fn unread<'p>(&mut self, window: &'p [u8]) -> Result<&'p str, Error> {
        if let Some((error, _)) = self.refused {
            return Err(error);
        }
        self.full = self.start == 0 && self.end == window.len();
        self.foreign = None;
        let unread = window.get(self.start..self.end).unwrap_or_default();
        let error = match core::str::from_utf8(unread) {
            Ok(text) => return Ok(text),
            Err(error) => error,
        };
        let valid = unread.get(..error.valid_up_to()).unwrap_or_default();
        if error.error_len().is_some() || self.ended {
            self.foreign = Some((Refusal::NotUtf8, self.here.at.saturating_add(valid.len())));
        }
        Ok(core::str::from_utf8(valid).unwrap_or_default())
    }

    /// Refuses the document after an error in `rest` or at a position that was kept, unless there may be more of it.
    #[cfg_attr(feature = "phonexml", inline(never))]
    fn refuse(&mut self, error: Error, rest: &str, kept: Option<Position>) {
        let mut error = error;
        if matches!(error, Error::Refused { reason: Refusal::CutShort, .. }) {
            // What is cut here goes on with what is not of the encoding.
            if let Some((reason, at)) = self.foreign {
                error = Error::refused(reason, at);
            } else if !self.ended {
                if !self.full || self.start > 0 {
                    return;
                }
                error = Error::refused(Refusal::Window, self.here.at);
            }
        }
        let at = error.position().unwrap_or(self.here.at);
        let position = if at >= self.here.at { self.here.of(rest, at) } else { kept.unwrap_or(self.here) };
        self.refused = Some((error, position));
    }
}

impl<G: Grammar> Document<G> {
    /// Starts before the first byte.
    pub(super) const fn new(grammar: G) -> Self {
        let open = Open { names: NameStack::NONE, empty: false };
        Self { frame: Frame { stage: Stage::Start, ascii: false, open }, grammar }
    }

    /// Reads one thing at the start of `rest`, into `piece` if it is handed out. `here` is where `rest` starts in the
    /// document; both are moved behind what was read. `whole` says that the document ends where `rest` does; if not,
    /// [`Refusal::CutShort`] means that more bytes are needed.
    pub(super) fn step<'p>(
        &mut self,
        rest: &mut &'p str,
        here: &mut Position,
        whole: bool,
        piece: &mut G::Piece<'p>,
    ) -> Result<(), Error> {
        let frame = &mut self.frame;
        // Up to where the text is read also if what follows is cut.
        let mut passed = here.at;
        let mut reader = Reader::piece(rest, here.at, frame.open.depth());
        #[cfg(feature = "provisioning")]
        reader.allow_depth(G::DEPTH);
        let found = match frame.stage {
            Stage::Start => return frame.start(rest, here, whole),
            Stage::Inside => self.grammar.inside(&mut frame.open, &mut reader, (*here, rest), piece),
            Stage::Prolog | Stage::Epilog => match frame.outside(&mut reader, whole, &mut passed) {
                Ok(Some((root, at, name))) => {
                    let found = self.grammar.root(&mut reader, root, here.of(rest, at), piece);
                    found.and_then(|()| frame.enter(&mut reader, name, at))
                }
                Ok(None) => {
                    *piece = G::end();
                    Ok(())
                }
                Err(stop) => Err(stop),
            },
        };
        frame.pass(found, &reader, passed, rest, here)
    }

    /// Returns the offset in the document of what is not of the declared encoding, in `rest` at `here`.
    #[cfg(feature = "phonexml")]
    pub(super) fn not_ascii(&self, here: Position, rest: &str) -> Option<usize> {
        let mut foreign = None;
        self.frame.not_ascii(here, &mut { rest }, &mut foreign);
        foreign.map(|(_, at)| at)
    }
}

/// A root, where it is, and its name as written.
type Root<'p> = (ElementName, usize, &'p [u8]);

impl Frame {
    /// Reads byte order mark and declaration.
    fn start(&mut self, rest: &mut &str, here: &mut Position, whole: bool) -> Result<(), Error> {
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
        Ok(())
    }

    /// Reads what stands before the root and its start tag; or what stands behind it, which is nothing.
    fn outside<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        whole: bool,
        passed: &mut usize,
    ) -> Result<Option<Root<'p>>, Stop> {
        let closed = self.stage == Stage::Epilog;
        let around = if closed { Context::Epilog } else { Context::Document };
        let root = loop {
            let token = reader.token(OUTSIDE, around)?;
            *passed = reader.position();
            match token {
                Token::Start(root) => break root,
                Token::Nothing if !whole => return Err(reader.cut_short()),
                Token::Nothing if closed => return Ok(None),
                Token::Nothing => return Err(reader.refuse(Refusal::NoRoot, reader.position())),
                _ => {}
            }
        };
        let (at, name) = reader.token_at();
        *passed = at;
        reader.start_tag(root)?;
        Ok(Some((root.element, at, name)))
    }

    /// Goes into the root.
    fn enter(&mut self, reader: &mut Reader<'_>, name: &[u8], at: usize) -> Result<(), Stop> {
        self.open.push(reader, name, at)?;
        self.stage = Stage::Inside;
        Ok(())
    }

    /// Passes what was read, up to `passed` after an error. Leaves the root, if it is closed.
    #[cfg_attr(feature = "phonexml", inline(never))]
    fn pass(
        &mut self,
        found: Result<(), Stop>,
        reader: &Reader<'_>,
        passed: usize,
        rest: &mut &str,
        here: &mut Position,
    ) -> Result<(), Error> {
        let mut passed = passed;
        if found.is_ok() {
            passed = reader.position();
            if self.stage == Stage::Inside && self.open.depth() == 0 {
                self.stage = Stage::Epilog;
            }
        }
        let (read, unread) = rest.split_at_checked(passed.saturating_sub(here.at)).unwrap_or((rest, ""));
        *here = here.behind(read.as_bytes());
        *rest = unread;
        found.map_err(|Stop| reader.refused().into())
    }

    /// Cuts `rest`, which is at `here`, before what is not of the declared encoding.
    #[cfg_attr(feature = "phonexml", inline(never))]
    fn not_ascii(&self, here: Position, rest: &mut &str, foreign: &mut Foreign) {
        if self.ascii
            && let Some(offset) = rest.bytes().position(|byte| !byte.is_ascii())
        {
            *foreign = Some((Refusal::NotAscii, here.at.saturating_add(offset)));
            *rest = rest.get(..offset).unwrap_or_default();
        }
    }
}
