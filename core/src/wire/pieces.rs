//! Reads a response in pieces, for a device that cannot hold all of it: bytes go into a window of the caller's, rows come
//! out one at a time. It must hand out what `Response::parse` finds in the whole document, whatever the pieces are, and
//! keep nothing but the window and what its own fields hold.

use core::fmt;

use super::collect::Collected;
use super::convert;
use super::element_name::ElementName;
use super::position::Position;
use super::reader::{ReadRow, Reader};
use super::reading::{self, Grammar, Open};
use super::rules::Seen;
use super::schema::{Child, ContentModel, Context, key};
use super::text_value::{TextKind, TextValue};
use super::tokens::{Stop, Token};
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
    /// A part of a page, out of a [session](crate::session::Session) that was started for one. No reader hands it out.
    #[cfg(feature = "pages")]
    Page(crate::emapp::PagePart<'p>),
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

/// A [`PieceReader`] without its window.
pub(crate) type Reading = reading::Reading<Answer>;

/// An open element whose children are read one by one.
#[derive(Clone, Copy)]
struct Element {
    context: Context,
    position: Position,
}

impl Element {
    const NONE: Self = Self { context: Context::Ignored, position: Position::START };
}

/// What is known of a response while it is read.
pub(crate) struct Answer {
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
}

/// Without the bytes of the document.
impl fmt::Debug for PieceReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PieceReader")
            .field("window", &self.window.len())
            .field("position", &self.reading.position())
            .field("ended", &self.reading.ended())
            .field("refused", &self.reading.refused())
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
        Self::start(Answer {
            seen: Seen::NOTHING,
            elements: [Element::NONE; 3],
            level: 0,
            failure: Position::START,
            none: Position::START,
            does_not_exist: Position::START,
        })
    }
}

impl Grammar for Answer {
    type Piece<'p> = Piece<'p>;

    fn more<'p>() -> Piece<'p> {
        Piece::More
    }

    fn is_more(piece: &Piece<'_>) -> bool {
        matches!(piece, Piece::More)
    }

    fn end<'p>() -> Piece<'p> {
        Piece::End
    }

    fn root<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        root: ElementName,
        position: Position,
        _: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        if root != ElementName::Response {
            return Err(reader.refuse(Refusal::OtherRoot(Field::Response), position.at));
        }
        self.enter(Element { context: Context::Response, position });
        Ok(())
    }

    fn inside<'p>(
        &mut self,
        open: &mut Open,
        reader: &mut Reader<'p>,
        (here, text): (Position, &str),
        piece: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        let skipped = open.depth() != usize::from(self.level);
        let context = if skipped { Context::Ignored } else { self.innermost().context };
        match open.token(reader, context)? {
            Token::Start(child) => {
                let (at, name) = reader.token_at();
                reader.start(child)?;
                if skipped {
                    return open.push(reader, name, at);
                }
                // Only results share a key here, and of them one is too many, whichever it is.
                if let Some(refusal) = self.seen.refuses(child, || child.element) {
                    return Err(reader.refuse(refusal, at));
                }
                let position = here.of(text, at);
                if self.row(reader, context, child, position, piece)? {
                    return Ok(());
                }
                self.child(reader, child, position, piece)?;
                open.push(reader, name, at)
            }
            Token::End => self.close(open, reader, piece),
            Token::Text => reader.other_text(),
            Token::Checked => Ok(()),
            Token::Nothing => Err(reader.cut_short()),
        }
    }

    /// A refusal is about an open element, or about a row of it.
    fn kept(&self, at: usize) -> Option<Position> {
        let rows = [self.none, self.does_not_exist, self.failure];
        let kept = self.elements.iter().map(|element| element.position).chain(rows);
        kept.into_iter().find(|kept| kept.at == at)
    }
}

impl Answer {
    /// The innermost open element that is not skipped.
    fn innermost(&self) -> Element {
        let around = usize::from(self.level).wrapping_sub(1);
        self.elements.get(around).copied().unwrap_or(Element::NONE)
    }

    /// Reads a child whose start tag was read to its end, if it is handed out in one piece; returns true if it is.
    fn row<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        context: Context,
        child: &Child,
        position: Position,
        piece: &mut Piece<'p>,
    ) -> Result<bool, Stop> {
        *piece = match (context, child.element) {
            (Context::Response, ElementName::Failure) => Piece::Failure(failure(reader)?),
            (Context::UserProfiles, ElementName::Failure) => {
                let failure = failure(reader)?;
                self.failure = position;
                Piece::UserFailure(failure)
            }
            (Context::DeviceUserResults, ElementName::Device) => Piece::Device(DeviceResult::read(reader)?),
            (Context::CheckUserResults, ElementName::User) => Piece::Check(UserCheck::read(reader)?),
            (Context::UserDevices, ElementName::DeviceName) => {
                Piece::DeviceName(reader.mandatory(Field::DeviceName, TextKind::Name)?)
            }
            (Context::UserProfiles, ElementName::DeviceProfile) => {
                Piece::Profile(DeviceProfile::read(reader)?)
            }
            _ => return Ok(false),
        };
        self.seen.insert(child.key);
        Ok(true)
    }

    /// Goes into a child whose start tag was read; of one that is not read further, what it holds is skipped.
    fn child<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        child: &Child,
        position: Position,
        piece: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        match child.element {
            ElementName::Success => *piece = Piece::Success,
            ElementName::User => {
                let mut id = TextValue::NONE;
                reader.read_attribute(Field::UserIdAttribute, TextKind::CodedName, &mut id)?;
                *piece = Piece::User(id.get().unwrap_or(Text::EMPTY));
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
        Ok(())
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
        open: &mut Open,
        reader: &mut Reader<'p>,
        piece: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        let skipped = open.depth() != usize::from(self.level);
        open.pop();
        if skipped {
            return Ok(());
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
        let does_not_exist = self.seen.has(key::DOES_NOT_EXIST);
        if element.context.is_row() {
            *piece = Piece::UserEnd { does_not_exist };
        }
        Ok(())
    }
}

/// Reads the `failure` whose start element was read last.
fn failure<'p>(reader: &mut Reader<'p>) -> Result<Failure<'p>, Stop> {
    let mut collected = Collected::NOTHING;
    reader.collect(Context::Failure, &mut collected)?;
    Ok(convert::failure(&collected))
}
