//! Reads a response in pieces, for a device that cannot hold all of it: bytes go into a window of the caller's, rows come
//! out one at a time. It must hand out what `Response::parse` finds in the whole document, whatever the pieces are, and
//! keep nothing but the window and what its own fields hold.

use core::fmt;

use super::collect::Collected;
use super::convert;
use super::declaration;
use super::element_name::ElementName;
use super::name_stack::NameStack;
use super::position::Position;
use super::reader::{ReadRow, Reader};
use super::rules::Seen;
use super::schema::{Child, ContentModel, Context, key};
use super::text_value::{TextKind, TextValue};
use super::tokens::{OUTSIDE, Stop, Token};
use crate::error::{Error, Field, Refusal};
use crate::message::{DeviceProfile, DeviceResult, Failure, UserCheck};
use crate::text::Text;

/// What [`PieceReader::next`] hands out. Views hold until the reader is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece<'p> {
    /// Nothing before there are more bytes: [`feed`](PieceReader::feed) them, or [`end`](PieceReader::end).
    More,
    /// The response is `success`.
    Success,
    /// The response is `failure`.
    Failure(Failure<'p>),
    /// A row of `deviceUserResults`.
    Device(DeviceResult<'p>),
    /// A row of `checkUserResults`.
    Check(UserCheck<'p>),
    /// A `user` of `userDevicesResults` or `deviceProfileResults` starts; its rows and [`Piece::UserEnd`] follow.
    User(Text<'p>),
    /// A device of the user.
    DeviceName(Text<'p>),
    /// A device profile of the user.
    Profile(DeviceProfile<'p>),
    /// The service could not tell for this user.
    UserFailure(Failure<'p>),
    /// The `user` ends.
    UserEnd {
        /// The service does not know the user.
        does_not_exist: bool,
    },
    /// The document was read to its end and keeps every rule. Only now is what was handed out known to be right.
    End,
}

/// Reads a response in pieces, without I/O.
///
/// It is there with the feature `compact`, which is on by default: the other tokenizer needs the whole document.
///
/// The window bounds what must be in memory at once: a row (`device`, `deviceProfile`, `deviceName`, a `user` of
/// `checkUserResults`, `failure`), an element, a comment, a text between tags. One that is longer is refused with
/// [`Refusal::Window`]. 1024 bytes hold any row of 512 bytes. Names of open elements are kept beside, in 96 bytes.
///
/// A refusal ends the reading: what was handed out before belongs to a document that is not to be trusted.
///
/// ```
/// use hotdesk_core::{Piece, PieceReader};
///
/// let xml = b"<response><deviceProfileResults><user id='john'><deviceProfile><deviceProfileName>A</deviceProfileName>\
///     <isDefaultDeviceProfile>t</isDefaultDeviceProfile></deviceProfile></user></deviceProfileResults></response>";
/// let mut window = [0; 1024];
/// let mut reader = PieceReader::new(&mut window);
/// let mut profiles = 0;
/// for chunk in xml.chunks(7) {
///     assert_eq!(reader.feed(chunk), chunk.len());
///     loop {
///         match reader.next()? {
///             Piece::More => break,
///             Piece::Profile(_) => profiles += 1,
///             _ => {}
///         }
///     }
/// }
/// reader.end();
/// assert_eq!(reader.next()?, Piece::End);
/// assert_eq!(profiles, 1);
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
pub struct PieceReader<'w> {
    window: &'w mut [u8],
    reading: Reading,
}

/// How far a document in pieces is read: a [`PieceReader`] without its window, for whoever lends it one with each call. It
/// must be the same window each time.
pub(crate) struct Reading {
    /// The part of the window that is not read yet.
    start: usize,
    end: usize,
    /// Where `start` is in the document.
    here: Position,
    /// No more bytes come.
    ended: bool,
    state: State,
    open: NameStack,
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

/// An open element whose children are read one by one.
#[derive(Clone, Copy)]
struct Element {
    context: Context,
    position: Position,
}

impl Element {
    const NONE: Self = Self { context: Context::Ignored, position: Position::START };
}

struct State {
    stage: Stage,
    /// US-ASCII is the declared encoding.
    ascii: bool,
    /// What was seen of the response, of its result and of the `user` that is open.
    seen: Seen,
    /// The open elements that are not skipped: the root, the result, a `user`.
    elements: [Element; 3],
    /// How many they are.
    level: u8,
    /// Where the `failure`, `none` and `doesNotExist` of the `user` are, as far as they were seen.
    failure: Position,
    none: Position,
    does_not_exist: Position,
    /// The innermost open element ended in its own start element.
    empty: bool,
}

/// Without the bytes of the document.
impl fmt::Debug for PieceReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PieceReader")
            .field("window", &self.window.len())
            .field("position", &self.reading.here.at)
            .field("ended", &self.reading.ended)
            .field("refused", &self.reading.refused.map(|(error, _)| error))
            .finish_non_exhaustive()
    }
}

impl<'w> PieceReader<'w> {
    /// Starts to read; `window` is used as long as the reader is.
    pub fn new(window: &'w mut [u8]) -> Self {
        Self { window, reading: Reading::new() }
    }

    /// Takes the next bytes of the document and returns how many: as many as the window has room for.
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        self.reading.feed(self.window, bytes)
    }

    /// Says that all bytes of the document were fed.
    pub fn end(&mut self) {
        self.reading.end();
    }

    /// Returns line and column of the refusal, as [`Error::line_column`] does with the whole document; (1, 1) before
    /// there is one.
    pub fn line_column(&self) -> (usize, usize) {
        self.reading.line_column()
    }

    /// Returns what comes next.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule that the document breaks and the offset in it, as
    /// [`Response::parse`](crate::Response::parse) does; a document with bytes that are not of its encoding may be
    /// refused for a rule that it breaks before them. Once refused, every call returns the same.
    #[allow(clippy::should_implement_trait, reason = "what is returned borrows from the reader")]
    pub fn next(&mut self) -> Result<Piece<'_>, Error> {
        self.reading.next(self.window)
    }
}

impl Reading {
    /// Starts to read.
    pub(crate) const fn new() -> Self {
        Self {
            start: 0,
            end: 0,
            here: Position::START,
            ended: false,
            state: State {
                stage: Stage::Start,
                ascii: false,
                seen: Seen::NOTHING,
                elements: [Element::NONE; 3],
                level: 0,
                failure: Position::START,
                none: Position::START,
                does_not_exist: Position::START,
                empty: false,
            },
            open: NameStack::NONE,
            refused: None,
        }
    }

    /// As [`PieceReader::feed`].
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

    /// As [`PieceReader::end`].
    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    /// As [`PieceReader::line_column`].
    pub(crate) fn line_column(&self) -> (usize, usize) {
        let position = self.refused.map_or(Position::START, |(_, position)| position);
        let from_one = |count: u32| usize::try_from(count).unwrap_or(usize::MAX).saturating_add(1);
        (from_one(position.line), from_one(position.column))
    }

    /// As [`PieceReader::next`].
    pub(crate) fn next<'p>(&mut self, window: &'p [u8]) -> Result<Piece<'p>, Error> {
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
        let mut check_ascii = self.state.ascii;
        loop {
            if check_ascii && let Some(offset) = rest.bytes().position(|byte| !byte.is_ascii()) {
                foreign = Some((Refusal::NotAscii, self.here.at.saturating_add(offset)));
                rest = rest.get(..offset).unwrap_or_default();
            }
            let is_start = self.state.stage == Stage::Start;
            let whole = self.ended && foreign.is_none();
            let before = rest.len();
            let outcome = self.state.step(&mut self.open, &mut rest, &mut self.here, whole);
            self.start = self.start.saturating_add(before.saturating_sub(rest.len()));
            let error = match outcome {
                Ok(Some(piece)) => return Ok(piece),
                Ok(None) => {
                    check_ascii = is_start && self.state.ascii;
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
                None => return Ok(Piece::More),
            };
            let position = self.state.position_of(error, self.here, rest);
            self.refused = Some((error, position));
            return Err(error);
        }
    }
}

impl State {
    /// Reads one thing at the start of `rest` and returns it if it is handed out. `here` is where `rest` starts in the
    /// document; both are moved behind what was read. `whole` says that the document ends where `rest` does; if not,
    /// [`Refusal::CutShort`] means that more bytes are needed.
    fn step<'p>(
        &mut self,
        open: &mut NameStack,
        rest: &mut &'p str,
        here: &mut Position,
        whole: bool,
    ) -> Result<Option<Piece<'p>>, Error> {
        let base = here.at;
        // Up to where the text is read also if what follows is cut.
        let mut passed = base;
        let mut reader = Reader::piece(rest, base, open.depth);
        let found = match self.stage {
            Stage::Start => return self.start(rest, here, whole),
            Stage::Prolog | Stage::Epilog => self.outside(open, &mut reader, *here, rest, whole, &mut passed),
            Stage::Inside => self.inside(open, &mut reader, *here, rest),
        };
        if found.is_ok() {
            passed = reader.position();
        }
        let (read, unread) = rest.split_at_checked(passed.saturating_sub(base)).unwrap_or((rest, ""));
        *here = here.behind(read.as_bytes());
        *rest = unread;
        found.map_err(|Stop| reader.refused().into())
    }

    /// The innermost open element that is not skipped.
    fn innermost(&self) -> Element {
        let around = usize::from(self.level).wrapping_sub(1);
        self.elements.get(around).copied().unwrap_or(Element::NONE)
    }

    /// Reads byte order mark and declaration.
    fn start<'p>(
        &mut self,
        rest: &mut &'p str,
        here: &mut Position,
        whole: bool,
    ) -> Result<Option<Piece<'p>>, Error> {
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
        open: &mut NameStack,
        reader: &mut Reader<'p>,
        here: Position,
        text: &str,
        whole: bool,
        passed: &mut usize,
    ) -> Result<Option<Piece<'p>>, Stop> {
        let closed = self.stage == Stage::Epilog;
        let around = if closed { Context::Epilog } else { Context::Document };
        let root = loop {
            let token = reader.token(OUTSIDE, around)?;
            *passed = reader.position();
            match token {
                Token::Start(root) => break root,
                Token::Nothing if !whole => return Err(reader.cut_short()),
                Token::Nothing if closed => return Ok(Some(Piece::End)),
                Token::Nothing => return Err(reader.refuse(Refusal::NoRoot, reader.position())),
                _ => {}
            }
        };
        let (at, name) = reader.token_at();
        *passed = at;
        reader.start(root)?;
        if root.element != ElementName::Response {
            return Err(reader.refuse(Refusal::OtherRoot(Field::Response), at));
        }
        self.stage = Stage::Inside;
        self.enter(Element { context: Context::Response, position: here.of(text, at) });
        self.empty = reader.ends_empty();
        push(open, reader, name, at)?;
        Ok(None)
    }

    /// Reads one piece of what the root holds.
    fn inside<'p>(
        &mut self,
        open: &mut NameStack,
        reader: &mut Reader<'p>,
        here: Position,
        text: &str,
    ) -> Result<Option<Piece<'p>>, Stop> {
        if core::mem::take(&mut self.empty) {
            return self.close(open, reader);
        }
        let skipped = open.depth != usize::from(self.level);
        let context = if skipped { Context::Ignored } else { self.innermost().context };
        match reader.token(open.innermost(), context)? {
            Token::Start(child) => {
                let (at, name) = reader.token_at();
                reader.start(child)?;
                if skipped {
                    push(open, reader, name, at)?;
                    self.empty = reader.ends_empty();
                    return Ok(None);
                }
                // Only results share a key here, and of them one is too many, whichever it is.
                if let Some(refusal) = self.seen.refuses(child, || child.element) {
                    return Err(reader.refuse(refusal, at));
                }
                let position = here.of(text, at);
                if let Some(piece) = self.row(reader, context, child, position)? {
                    return Ok(Some(piece));
                }
                let piece = self.child(reader, child, position)?;
                push(open, reader, name, at)?;
                self.empty = reader.ends_empty();
                Ok(piece)
            }
            Token::End => self.close(open, reader),
            Token::Text => reader.other_text().map(|()| None),
            Token::Checked => Ok(None),
            Token::Nothing => Err(reader.cut_short()),
        }
    }

    /// Reads a child whose start tag was read to its end, if it is handed out in one piece.
    fn row<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        context: Context,
        child: &Child,
        position: Position,
    ) -> Result<Option<Piece<'p>>, Stop> {
        let piece = match (context, child.element) {
            (Context::Response, ElementName::Failure) => Piece::Failure(failure(reader)?),
            (Context::UserProfiles, ElementName::Failure) => {
                let piece = Piece::UserFailure(failure(reader)?);
                self.failure = position;
                piece
            }
            (Context::DeviceUserResults, ElementName::Device) => Piece::Device(DeviceResult::read(reader)?),
            (Context::CheckUserResults, ElementName::User) => Piece::Check(UserCheck::read(reader)?),
            (Context::UserDevices, ElementName::DeviceName) => {
                Piece::DeviceName(reader.mandatory(Field::DeviceName, TextKind::Name)?)
            }
            (Context::UserProfiles, ElementName::DeviceProfile) => {
                Piece::Profile(DeviceProfile::read(reader)?)
            }
            _ => return Ok(None),
        };
        self.seen.insert(child.key);
        Ok(Some(piece))
    }

    /// Goes into a child whose start tag was read; of one that is not read further, what it holds is skipped.
    fn child<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        child: &Child,
        position: Position,
    ) -> Result<Option<Piece<'p>>, Stop> {
        let mut piece = None;
        match child.element {
            ElementName::Success => piece = Some(Piece::Success),
            ElementName::User => {
                let mut id = TextValue::NONE;
                reader.read_attribute(Field::UserIdAttribute, TextKind::CodedName, &mut id)?;
                piece = Some(Piece::User(id.get().unwrap_or(Text::EMPTY)));
            }
            ElementName::None => self.none = position,
            ElementName::DoesNotExist => self.does_not_exist = position,
            _ => {}
        }
        self.seen.insert(child.key);
        if let ContentModel::Elements(context) = child.content
            && context.is_list()
        {
            self.enter(Element { context, position });
        }
        Ok(piece)
    }

    /// Goes into an element whose children are read one by one.
    fn enter(&mut self, element: Element) {
        self.seen.enter(element.context);
        if let Some(kept) = self.elements.get_mut(usize::from(self.level)) {
            *kept = element;
        }
        self.level = self.level.saturating_add(1);
    }

    /// Leaves the innermost open element.
    fn close<'p>(
        &mut self,
        open: &mut NameStack,
        reader: &mut Reader<'p>,
    ) -> Result<Option<Piece<'p>>, Stop> {
        let skipped = open.depth != usize::from(self.level);
        open.depth = open.depth.saturating_sub(1);
        if skipped {
            return Ok(None);
        }
        let element = self.innermost();
        if let Some((refusal, fault)) = self.seen.at_end(element.context) {
            let position = match fault {
                Some(key::DOES_NOT_EXIST) => self.does_not_exist,
                Some(key::NONE) => self.none,
                Some(_) => self.failure,
                None => element.position,
            };
            return Err(reader.refuse(refusal, position.at));
        }
        self.level = self.level.saturating_sub(1);
        if self.level == 0 {
            self.stage = Stage::Epilog;
        }
        let does_not_exist = self.seen.has(key::DOES_NOT_EXIST);
        Ok(element.context.is_row().then_some(Piece::UserEnd { does_not_exist }))
    }

    /// The position of a refusal: in `rest`, which is at `here`, or one that was kept.
    fn position_of(&self, error: Error, here: Position, rest: &str) -> Position {
        let at = error.position().unwrap_or(here.at);
        if at >= here.at {
            return here.of(rest, at);
        }
        let rows = [self.none, self.does_not_exist, self.failure];
        let kept = self.elements.iter().map(|element| element.position).chain(rows);
        kept.into_iter().find(|kept| kept.at == at).unwrap_or(here)
    }
}

/// Goes one deeper.
fn push(open: &mut NameStack, reader: &mut Reader<'_>, name: &[u8], at: usize) -> Result<(), Stop> {
    if open.push(name) { Ok(()) } else { Err(reader.refuse(Refusal::Window, at)) }
}

/// Reads the `failure` whose start element was read last.
fn failure<'p>(reader: &mut Reader<'p>) -> Result<Failure<'p>, Stop> {
    let mut collected = Collected::NOTHING;
    reader.collect(Context::Failure, &mut collected)?;
    Ok(convert::failure(&collected))
}
