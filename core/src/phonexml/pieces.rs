//! Reads an object in pieces, for a phone that cannot hold all of it. It must hand out what [`Object::parse`] finds in the
//! whole, whatever the pieces are.
//!
//! [`Object::parse`]: super::Object::parse

use core::fmt;

use super::{
    DirectoryEntry, ExecuteItem, InputItem, KeyItem, Kind, MenuItem, Mode, ResponseItem, SoftKeyItem,
};
use crate::error::Error;
use crate::text::Text;
use crate::wire::{ObjectReading, Objects};

/// What [`PieceReader::next`] hands out. Views hold until the reader is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Piece<'p> {
    /// Nothing before there are more bytes: [`feed`](PieceReader::feed) them, or [`end`](PieceReader::end).
    More,
    /// The object starts.
    Start(Start<'p>),
    /// `Title`
    Title(Text<'p>),
    /// `Prompt`
    Prompt(Text<'p>),
    /// `Text` of a text or status.
    Text(Text<'p>),
    /// `URL` of an input: where what was typed is sent.
    Url(Text<'p>),
    /// `Timer` of a status, in seconds.
    Timer(u16),
    /// An item of a menu or icon menu.
    MenuItem(MenuItem<'p>),
    /// A field of an input.
    InputItem(InputItem<'p>),
    /// An entry of a directory.
    DirectoryEntry(DirectoryEntry<'p>),
    /// Something to be done.
    ExecuteItem(ExecuteItem<'p>),
    /// What became of something that was to be done.
    ResponseItem(ResponseItem<'p>),
    /// A softkey.
    SoftKeyItem(SoftKeyItem<'p>),
    /// A key.
    KeyItem(KeyItem<'p>),
    /// The document was read to its end and keeps every rule. Only now is what was handed out known to be right.
    End,
}

/// The root of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Start<'p> {
    /// Which object it is.
    pub kind: Kind,
    /// `appId` of an object with a screen.
    pub app_id: Option<Text<'p>>,
    /// `Number` of an error.
    pub error_number: Option<u16>,
}

/// Reads an object in pieces, without I/O.
///
/// The window bounds what must be in memory at once: an item, a softkey, a text, a tag, a comment. One that is longer is
/// refused with [`Refusal::Window`](crate::Refusal::Window). The longest legal item has 640 characters, the text of a
/// `CiscoIPPhoneText` 4000, each of up to 4 bytes, or 10 as a reference.
///
/// ```
/// use hotdesk_core::phonexml::{Mode, Piece, PieceReader};
///
/// let xml = b"<CiscoIPPhoneMenu><Title>Directories</Title><MenuItem><Name>Sales</Name>\
///     <URL>http://10.0.2.2/list?group=sales&amp;page=1</URL></MenuItem></CiscoIPPhoneMenu>";
/// let mut window = [0; 512];
/// let mut reader = PieceReader::new(&mut window, Mode::Lenient);
/// let mut items = 0;
/// for chunk in xml.chunks(7) {
///     assert_eq!(reader.feed(chunk), chunk.len());
///     loop {
///         match reader.next()? {
///             Piece::More => break,
///             Piece::MenuItem(item) => {
///                 assert_eq!(item.name(), "Sales");
///                 items += 1;
///             }
///             _ => {}
///         }
///     }
/// }
/// reader.end();
/// assert_eq!(reader.next()?, Piece::End);
/// assert_eq!((items, reader.tolerated()), (1, None));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
pub struct PieceReader<'w> {
    window: &'w mut [u8],
    reading: ObjectReading,
}

impl<'w> PieceReader<'w> {
    /// Starts to read; `window` is used as long as the reader is.
    pub fn new(window: &'w mut [u8], mode: Mode) -> Self {
        Self { window, reading: ObjectReading::start(Objects::new(mode)) }
    }

    /// Takes the next bytes of the document and returns how many: as many as the window has room for.
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        self.reading.feed(self.window, bytes)
    }

    /// Says that all bytes of the document were fed.
    pub fn end(&mut self) {
        self.reading.end();
    }

    /// Returns what a strict reader would have refused first, as far as the document was read; `None` if there is nothing.
    pub fn tolerated(&self) -> Option<Error> {
        self.reading.grammar().tolerated()
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
    /// [`Object::parse`](super::Object::parse) does; a document with bytes that are not of its encoding may be refused for a
    /// rule that it breaks before them. Once refused, every call returns the same.
    #[allow(clippy::should_implement_trait, reason = "what is returned borrows from the reader")]
    pub fn next(&mut self) -> Result<Piece<'_>, Error> {
        self.reading.next(self.window)
    }
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
