//! The objects, whole: what a document says, as views of it. They hold texts and lists, never pictures.

use super::items::{
    DirectoryEntry, ExecuteItem, InputItem, Items, KeyItem, MenuItem, ResponseItem, SoftKeyItem,
};
use super::pieces::{Piece, Start};
use super::{Mode, index_of};
use crate::bytes::behind;
use crate::error::{Error, Refusal};
use crate::names::utf8;
use crate::text::Text;
use crate::wire::{self, Walk};

macro_rules! kinds {
    ($($kind:ident)*) => {
        /// Which object it is, by its root element.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum Kind {
            $(#[doc = concat!("`CiscoIPPhone", stringify!($kind), "`")] $kind,)*
        }

        impl Kind {
            const ALL: [Self; [$(stringify!($kind)),*].len()] = [$(Self::$kind),*];

            /// What follows `CiscoIPPhone` in the names of the roots.
            const NAMES: &'static str = concat!($(stringify!($kind), " "),*);

            /// Returns the name of the root element.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!("CiscoIPPhone", stringify!($kind)),)*
                }
            }
        }
    };
}

// In this order: what has a screen; what is a picture with a screen; other pictures; the rest.
kinds! {
    Text Input Menu Directory
    IconMenu IconFileMenu Image ImageFile GraphicMenu GraphicFileMenu
    Status StatusFile
    Execute Response Error
}

impl Kind {
    /// Returns the object with that root.
    pub(crate) fn of_root(name: &[u8]) -> Option<Self> {
        let name = behind(name, b"CiscoIPPhone")?;
        Self::ALL.get(index_of(Self::NAMES, &Text::from(core::str::from_utf8(name).ok()?))?).copied()
    }

    /// Returns true for an object with title, prompt, softkeys and keys.
    pub const fn has_screen(self) -> bool {
        self as u8 <= Self::GraphicFileMenu as u8
    }

    /// Returns true for an object with a picture or icons, which are skipped.
    pub const fn has_picture(self) -> bool {
        self as u8 >= Self::IconMenu as u8 && self as u8 <= Self::StatusFile as u8
    }
}

/// An object of an IP phone service.
///
/// ```
/// use hotdesk_core::phonexml::{Mode, Object};
///
/// let xml = b"<CiscoIPPhoneText><Title>Extension Mobility</Title><Text>Login is unavailable (205)</Text>\
///     <SoftKeyItem><Name>Exit</Name><URL>SoftKey:Exit</URL></SoftKeyItem></CiscoIPPhoneText>";
/// let parsed = Object::parse(xml, Mode::Lenient)?;
/// let Object::Text(page) = parsed.object else { unreachable!() };
/// assert_eq!(page.text.unwrap(), "Login is unavailable (205)");
/// assert_eq!(page.screen.soft_keys.iter().count(), 1);
///
/// // A newer phone refuses the softkey.
/// let tolerated = parsed.tolerated.unwrap();
/// assert_eq!(tolerated.to_string(), "Position is missing; add it");
/// assert_eq!(Object::parse(xml, Mode::Strict), Err(tolerated));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Object<'a> {
    /// `CiscoIPPhoneText`
    Text(PhoneText<'a>),
    /// `CiscoIPPhoneInput`
    Input(PhoneInput<'a>),
    /// `CiscoIPPhoneMenu`, or `CiscoIPPhoneIconMenu` without its icons.
    Menu(PhoneMenu<'a>),
    /// `CiscoIPPhoneDirectory`
    Directory(PhoneDirectory<'a>),
    /// `CiscoIPPhoneExecute`
    Execute(PhoneExecute<'a>),
    /// `CiscoIPPhoneResponse`
    Response(PhoneResponse<'a>),
    /// `CiscoIPPhoneError`
    Error(PhoneError),
    /// `CiscoIPPhoneStatus`
    Status(PhoneStatus<'a>),
    /// One of the objects that are pictures.
    Picture(PhonePicture<'a>),
}

/// What a reader made of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Parsed<'a> {
    /// The object.
    pub object: Object<'a>,
    /// What a strict reader would have refused first; `None` if there is nothing, and from a strict reader.
    pub tolerated: Option<Error>,
}

/// What every object with a screen has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Screen<'a> {
    /// `Title`, up to 32 characters.
    pub title: Option<Text<'a>>,
    /// `Prompt`, up to 32 characters.
    pub prompt: Option<Text<'a>>,
    /// `SoftKeyItem`, up to 16. If there is any, the phone's own softkeys are not there.
    pub soft_keys: Items<'a, SoftKeyItem<'a>>,
    /// `KeyItem`, up to 32.
    pub keys: Items<'a, KeyItem<'a>>,
    /// `appId`, up to 64 characters.
    pub app_id: Option<Text<'a>>,
}

impl<'a> Screen<'a> {
    /// Makes a screen with a title.
    pub fn new(title: impl Into<Text<'a>>) -> Self {
        Self { title: Some(title.into()), ..Self::default() }
    }

    /// Sets the prompt.
    #[must_use]
    pub fn with_prompt(mut self, prompt: impl Into<Text<'a>>) -> Self {
        self.prompt = Some(prompt.into());
        self
    }

    /// Sets the softkeys.
    #[must_use]
    pub fn with_soft_keys(mut self, soft_keys: impl Into<Items<'a, SoftKeyItem<'a>>>) -> Self {
        self.soft_keys = soft_keys.into();
        self
    }

    /// Sets the keys.
    #[must_use]
    pub fn with_keys(mut self, keys: impl Into<Items<'a, KeyItem<'a>>>) -> Self {
        self.keys = keys.into();
        self
    }

    /// Sets the application.
    #[must_use]
    pub fn with_app_id(mut self, app_id: impl Into<Text<'a>>) -> Self {
        self.app_id = Some(app_id.into());
        self
    }
}

/// A text to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhoneText<'a> {
    /// What every screen has.
    pub screen: Screen<'a>,
    /// `Text`, up to 4000 characters.
    pub text: Option<Text<'a>>,
}

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhoneInput<'a> {
    /// What every screen has.
    pub screen: Screen<'a>,
    /// `URL`: where what was typed is sent. Only a lenient reader hands out a form without.
    pub url: Option<Text<'a>>,
    /// `InputItem`, up to 5.
    pub items: Items<'a, InputItem<'a>>,
}

/// A list to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhoneMenu<'a> {
    /// What every screen has.
    pub screen: Screen<'a>,
    /// `MenuItem`, up to 100; of an icon menu 32.
    pub items: Items<'a, MenuItem<'a>>,
}

/// A list of people to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhoneDirectory<'a> {
    /// What every screen has.
    pub screen: Screen<'a>,
    /// `DirectoryEntry`, up to 32.
    pub entries: Items<'a, DirectoryEntry<'a>>,
}

/// What a phone is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhoneExecute<'a> {
    /// `ExecuteItem`, up to 3, of which one may load a page. Their order promises nothing.
    pub items: Items<'a, ExecuteItem<'a>>,
}

/// What became of an execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhoneResponse<'a> {
    /// `ResponseItem`, up to 3.
    pub items: Items<'a, ResponseItem<'a>>,
}

/// An execute that was not read. [`codes::phone`](crate::codes::phone) has the meanings of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhoneError {
    /// `Number`, 1 to 4. A lenient reader takes any, or none.
    pub number: Option<u16>,
}

/// A line of text beside what is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhoneStatus<'a> {
    /// `Text`.
    pub text: Option<Text<'a>>,
    /// `Timer`: for how many seconds it is there.
    pub timer: Option<u16>,
}

/// An object that is a picture: it has a name, and what every screen has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PhonePicture<'a> {
    /// Which one.
    pub kind: Kind,
    /// What every screen has.
    pub screen: Screen<'a>,
}

impl<'a> Object<'a> {
    /// Reads an object.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule of [`protocol`](crate::protocol) that the document breaks, and where.
    pub fn parse(xml: &'a [u8], mode: Mode) -> Result<Parsed<'a>, Error> {
        let document = utf8(xml)?;
        let mut walk = Walk::new(document, mode);
        let mut root = None;
        let mut screen = Screen {
            soft_keys: Items::checked(document),
            keys: Items::checked(document),
            ..Screen::default()
        };
        let (mut text, mut url, mut timer) = (None, None, None);
        loop {
            match walk.next()? {
                Piece::Start(start) => root = Some(start),
                Piece::Title(title) => screen.title = Some(title),
                Piece::Prompt(prompt) => screen.prompt = Some(prompt),
                Piece::Text(it) => text = Some(it),
                Piece::Url(it) => url = Some(it),
                Piece::Timer(it) => timer = Some(it),
                Piece::End => break,
                _ => {}
            }
        }
        // There is a root, or the document was refused.
        let Some(Start { kind, app_id, error_number }) = root else {
            return Err(Error::refused(Refusal::NoRoot, xml.len()));
        };
        screen.app_id = app_id;
        let object = match kind {
            Kind::Text => Self::Text(PhoneText { screen, text }),
            Kind::Input => Self::Input(PhoneInput { screen, url, items: Items::checked(document) }),
            Kind::Menu | Kind::IconMenu => Self::Menu(PhoneMenu { screen, items: Items::checked(document) }),
            Kind::Directory => Self::Directory(PhoneDirectory { screen, entries: Items::checked(document) }),
            Kind::Execute => Self::Execute(PhoneExecute { items: Items::checked(document) }),
            Kind::Response => Self::Response(PhoneResponse { items: Items::checked(document) }),
            Kind::Error => Self::Error(PhoneError { number: error_number }),
            Kind::Status => Self::Status(PhoneStatus { text, timer }),
            picture => Self::Picture(PhonePicture { kind: picture, screen }),
        };
        Ok(Parsed { object, tolerated: walk.tolerated() })
    }

    /// Returns what every object with a screen has, if it is one.
    pub const fn screen(&self) -> Option<&Screen<'a>> {
        match self {
            Self::Text(it) => Some(&it.screen),
            Self::Input(it) => Some(&it.screen),
            Self::Menu(it) => Some(&it.screen),
            Self::Directory(it) => Some(&it.screen),
            Self::Picture(it) => Some(&it.screen),
            Self::Execute(_) | Self::Response(_) | Self::Error(_) | Self::Status(_) => None,
        }
    }

    /// Writes the document into `out`, with a declaration, and returns its length in bytes. A strict reader takes it.
    ///
    /// # Errors
    ///
    /// [`Error::BufferTooSmall`] with the size needed; [`Error::Unsendable`] with the field that cannot be sent. `out` is
    /// wiped then.
    ///
    /// ```
    /// use hotdesk_core::phonexml::{MenuItem, Object, PhoneMenu, Screen};
    ///
    /// let items = [MenuItem::new("UDP_abaker", "http://10.0.2.2/emapp?profile=1&t=9f3c")];
    /// let menu = Object::from(PhoneMenu::new(Screen::new("Select Profile"), &items));
    /// let mut out = [0; 512];
    /// let length = menu.encode(&mut out)?;
    /// assert_eq!(Object::parse(&out[..length], Default::default())?.object, menu);
    /// # Ok::<(), hotdesk_core::Error>(())
    /// ```
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, Error> {
        wire::encode(out, self)
    }

    /// Returns the length that [`encode`](Self::encode) writes, in bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Unsendable`] with the field that cannot be sent.
    pub fn encoded_len(&self) -> Result<usize, Error> {
        wire::measure(self)
    }
}

impl<'a> PhoneText<'a> {
    /// Makes a text.
    pub fn new(screen: Screen<'a>, text: impl Into<Text<'a>>) -> Self {
        Self { screen, text: Some(text.into()) }
    }
}

impl<'a> PhoneInput<'a> {
    /// Makes a form.
    pub fn new(
        screen: Screen<'a>,
        url: impl Into<Text<'a>>,
        items: impl Into<Items<'a, InputItem<'a>>>,
    ) -> Self {
        Self { screen, url: Some(url.into()), items: items.into() }
    }
}

impl<'a> PhoneMenu<'a> {
    /// Makes a list to choose from.
    pub fn new(screen: Screen<'a>, items: impl Into<Items<'a, MenuItem<'a>>>) -> Self {
        Self { screen, items: items.into() }
    }
}

impl<'a> PhoneDirectory<'a> {
    /// Makes a list of people to call.
    pub fn new(screen: Screen<'a>, entries: impl Into<Items<'a, DirectoryEntry<'a>>>) -> Self {
        Self { screen, entries: entries.into() }
    }
}

impl<'a> PhoneExecute<'a> {
    /// Tells a phone what to do.
    pub fn new(items: impl Into<Items<'a, ExecuteItem<'a>>>) -> Self {
        Self { items: items.into() }
    }
}

impl<'a> PhoneResponse<'a> {
    /// Says what became of an execute.
    pub fn new(items: impl Into<Items<'a, ResponseItem<'a>>>) -> Self {
        Self { items: items.into() }
    }
}

impl PhoneError {
    /// Makes an error of the number, 1 to 4.
    pub const fn new(number: u16) -> Self {
        Self { number: Some(number) }
    }
}

impl<'a> PhoneStatus<'a> {
    /// Makes a line of text.
    pub fn new(text: impl Into<Text<'a>>, timer: impl Into<Option<u16>>) -> Self {
        Self { text: Some(text.into()), timer: timer.into() }
    }
}

macro_rules! objects {
    ($($variant:ident($object:ty);)*) => {$(
        impl<'a> From<$object> for Object<'a> {
            fn from(object: $object) -> Self {
                Self::$variant(object)
            }
        }
    )*};
}

objects! {
    Text(PhoneText<'a>);
    Input(PhoneInput<'a>);
    Menu(PhoneMenu<'a>);
    Directory(PhoneDirectory<'a>);
    Execute(PhoneExecute<'a>);
    Response(PhoneResponse<'a>);
    Error(PhoneError);
    Status(PhoneStatus<'a>);
}
