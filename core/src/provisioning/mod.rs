//! The file that a phone loads from its cluster, `SEP` and its MAC address and `.cnf.xml` (section 17 of
//! [`protocol`](crate::protocol)): which call managers there are, where services, directories and the login are, which
//! language and time servers the phone is to use, and which version of the file this is. It loads nothing and keeps nothing.
//!
//! A file takes 6 to 200 kB, of which a phone needs 1 or 2, so [`PieceReader`] is the only reader: it hands out one fact at
//! a time. Passwords that are in a file (of SSH, of lines) are skipped, and the window is wiped behind them.

use core::fmt;

use crate::error::Error;
use crate::secret::wipe;
use crate::text::Text;
use crate::wire::{PhoneFile, PhoneFileReading};

/// What [`PieceReader::next`] hands out, in the order of the file. Views hold until the reader is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Piece<'p> {
    /// Nothing before there are more bytes: [`feed`](PieceReader::feed) them, or [`end`](PieceReader::end).
    More,
    /// A call manager of the group, primary or backup.
    Member(Member<'p>),
    /// `ntp`
    TimeServer(TimeServer<'p>),
    /// `userLocale`
    UserLocale(UserLocale<'p>),
    /// `userId`: whom the phone belongs to now, which a login changes.
    UserId(Text<'p>),
    /// `servicesURL` and the like.
    Url(PageUrl<'p>),
    /// `idleTimeout`: after how many seconds the page [`Page::Idle`] opens; 0 is never.
    IdleTimeout(u16),
    /// `phoneServices` starts.
    PhoneServices {
        /// Secure URLs go before others.
        use_https: bool,
    },
    /// `provisioning`: what the phone's menus are made of.
    ServiceSource(ServiceSource),
    /// `phoneService`
    PhoneService(PhoneService<'p>),
    /// `versionStamp`: another one says that the file was changed.
    VersionStamp(Text<'p>),
    /// The file was read to its end and keeps every rule. Only now is what was handed out known to be right.
    End,
}

/// A call manager of the group. A login service runs on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Member<'p> {
    /// `priority`, 0 to 4: 0 is tried first.
    pub priority: Option<u8>,
    /// `processNodeName`: a name or an address.
    pub process_node_name: Text<'p>,
}

/// A time server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct TimeServer<'p> {
    /// `name`: a name or an address.
    pub name: Text<'p>,
    /// `ntpMode` as written: `Unicast`, `multicast` and the like, in any case.
    pub mode: Option<Text<'p>>,
}

/// The language of the phone. At least one of its name and code is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct UserLocale<'p> {
    /// `name`, such as `German_Germany`.
    pub name: Option<Text<'p>>,
    /// `langCode`, such as `de_DE` or `de`.
    pub lang_code: Option<Text<'p>>,
    /// `winCharSet`: the character set of the documents that services send to the phone without naming one.
    pub win_char_set: Option<Text<'p>>,
}

/// A page that a phone opens by a button or by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Page {
    /// Asked whether who sends an execute may.
    Authentication,
    /// Directories, and calls that were missed, placed and received.
    Directory,
    /// Opened by itself on a phone that is not used.
    Idle,
    /// The help for a key.
    Information,
    /// Voice mail.
    Messages,
    /// Services, the login among them.
    Services,
}

/// Where a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PageUrl<'p> {
    /// The page.
    pub page: Page,
    /// The element is one of those for TLS, such as `secureServicesURL`.
    pub secure: bool,
    /// The URL, up to 256 characters; its tokens (`#DEVICENAME#`) are as written.
    pub url: Text<'p>,
}

/// What the phone's menus are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ServiceSource {
    /// The [`PhoneService`] entries alone.
    Entries,
    /// The [`PageUrl`]s alone.
    Urls,
    /// Both.
    Both,
}

/// An entry of one of the phone's menus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhoneService<'p> {
    /// The menu, by `type`: [`Page::Services`], [`Page::Directory`] or [`Page::Messages`].
    pub page: Page,
    /// `name`: what the menu shows.
    pub name: Option<Text<'p>>,
    /// `url`, up to 256 characters: a page, or an application of the phone (`Application:Cisco/MissedCalls`).
    pub url: Text<'p>,
}

/// Reads a file in pieces, without I/O.
///
/// The window bounds what must be in memory at once: a `member`, `ntp`, `userLocale` or `phoneService`, a text, a tag, a
/// comment. One that is longer is refused with [`Refusal::Window`](crate::Refusal::Window). 2048 bytes hold those of every
/// file that is known. The window is wiped when the reader is dropped.
///
/// ```
/// use hotdesk_core::provisioning::{Piece, PieceReader};
///
/// let xml = b"<device xsi:type=\"axl:XIPPhone\"><devicePool><callManagerGroup><members><member priority=\"0\">\
///     <callManager><processNodeName>cucm1.example.test</processNodeName></callManager></member></members>\
///     </callManagerGroup></devicePool><versionStamp>1143565489-a3cb</versionStamp></device>";
/// let mut window = [0; 512];
/// let mut reader = PieceReader::new(&mut window);
/// let (mut members, mut version) = (0, String::new());
/// for chunk in xml.chunks(7) {
///     assert_eq!(reader.feed(chunk), chunk.len());
///     loop {
///         match reader.next()? {
///             Piece::More => break,
///             Piece::Member(member) => {
///                 assert_eq!(member.process_node_name, "cucm1.example.test");
///                 members += 1;
///             }
///             Piece::VersionStamp(stamp) => version = stamp.to_string(),
///             _ => {}
///         }
///     }
/// }
/// reader.end();
/// assert_eq!(reader.next()?, Piece::End);
/// assert_eq!((members, version.as_str()), (1, "1143565489-a3cb"));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
pub struct PieceReader<'w> {
    window: &'w mut [u8],
    reading: PhoneFileReading,
}

impl<'w> PieceReader<'w> {
    /// Starts to read; `window` is used as long as the reader is.
    pub fn new(window: &'w mut [u8]) -> Self {
        Self { window, reading: PhoneFileReading::start(PhoneFile::NEW) }
    }

    /// Takes the next bytes of the file and returns how many: as many as the window has room for.
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        self.reading.feed(self.window, bytes)
    }

    /// Says that all bytes of the file were fed.
    pub fn end(&mut self) {
        self.reading.end();
    }

    /// Returns line and column of the refusal, as [`Error::line_column`] does with the whole file; (1, 1) before there is
    /// one.
    pub fn line_column(&self) -> (usize, usize) {
        self.reading.line_column()
    }

    /// Returns what comes next.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule that the file breaks and the offset in it. Once refused, every call returns the
    /// same, and what was handed out belongs to a file that is not to be trusted.
    #[allow(clippy::should_implement_trait, reason = "what is returned borrows from the reader")]
    pub fn next(&mut self) -> Result<Piece<'_>, Error> {
        self.reading.next(self.window)
    }
}

impl Drop for PieceReader<'_> {
    fn drop(&mut self) {
        wipe(self.window);
    }
}

/// Without the bytes of the file.
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
