//! What a softkey, a key or an item does: the URIs of IP phone services. It must never decide whether one may be followed.

use super::index_of;
use crate::text::Text;
use crate::wire::is_page;

/// A URI of an object, by its scheme. Schemes of the phone are case-sensitive, those of the web are not.
///
/// ```
/// use hotdesk_core::Text;
/// use hotdesk_core::phonexml::{SoftKey, Uri};
///
/// assert_eq!(Uri::from(Text::from("SoftKey:<<")), Uri::SoftKey(SoftKey::Backspace));
/// let Uri::Dial(dial) = Uri::from(Text::from("Dial:5551234:1:Cisco/App")) else { unreachable!() };
/// assert_eq!((dial.number(), dial.use_app_ui()), ("5551234".into(), true));
/// assert!(matches!(Uri::from(Text::from("HTTP://10.0.2.2/menu")), Uri::Http(_)));
/// assert_eq!(Uri::from(Text::from("softkey:Exit")), Uri::Other("softkey:Exit".into()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Uri<'a> {
    /// `http:` or `https:`, the whole URL: loads a page.
    Http(Text<'a>),
    /// `Key:`: presses a key of the phone; its name follows, `Line1` or `KeyPad5` for example.
    Key(Text<'a>),
    /// `SoftKey:`: does what one of the phone's own softkeys does.
    SoftKey(SoftKey<'a>),
    /// `Init:`: opens one of the phone's own lists.
    Init(Init<'a>),
    /// `Dial:`: calls a number.
    Dial(Dial<'a>),
    /// `EditDial:`: offers a number to be changed and called.
    EditDial(Text<'a>),
    /// `Play:`: plays a tone; the name of its file follows.
    Play(Text<'a>),
    /// `QueryStringParam:`: a parameter, `name=value`, for the URL of the item or softkey that is chosen with it.
    QueryStringParam(Text<'a>),
    /// `SendDigits:`: sends tones in a call.
    SendDigits(Text<'a>),
    /// `RTPRx:`, `RTPTx:`, `RTPMRx:`, `RTPMTx:`, the whole URI: starts or stops an audio stream.
    Rtp(Text<'a>),
    /// `Display:`: switches the light.
    Display(Text<'a>),
    /// `Notify:`: posts something to a host.
    Notify(Text<'a>),
    /// `App:` and `Application:`: opens or closes an application.
    App(Text<'a>),
    /// `Device:`: `Unlock` follows.
    Device(Text<'a>),
    /// `Vibrate:`.
    Vibrate(Text<'a>),
    /// Anything else, whole.
    Other(Text<'a>),
}

/// What one of the phone's own softkeys does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SoftKey<'a> {
    /// `Select`: takes the selected item.
    Select,
    /// `Exit`: leaves the page.
    Exit,
    /// `Update`: loads the page again.
    Update,
    /// `Submit`: sends what was typed.
    Submit,
    /// `<<`: removes the character before the cursor.
    Backspace,
    /// `Cancel`: leaves without sending.
    Cancel,
    /// `Search`: sends what was typed, in a directory.
    Search,
    /// `Dial`: calls the selected entry.
    Dial,
    /// `EditDial`: offers the number of the selected entry to be changed and called.
    EditDial,
    /// `Next`: loads the page of the `Refresh` header.
    Next,
    /// Another name.
    Other(Text<'a>),
}

/// One of the phone's own lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Init<'a> {
    /// `CallHistory`
    CallHistory,
    /// `Services`
    Services,
    /// `Messages`
    Messages,
    /// `Directories`
    Directories,
    /// Another name.
    Other(Text<'a>),
}

/// A number to call: `Dial:number:useAppUI:appId`, what follows the scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Dial<'a>(Text<'a>);

impl<'a> Dial<'a> {
    /// The number.
    pub fn number(&self) -> Text<'a> {
        self.0.split(':').0
    }

    /// `1` as the second part: the application shows the call.
    pub fn use_app_ui(&self) -> bool {
        self.after_number().split(':').0 == "1"
    }

    /// The application.
    pub fn app_id(&self) -> Option<Text<'a>> {
        self.after_number().split(':').1
    }

    fn after_number(&self) -> Text<'a> {
        self.0.split(':').1.unwrap_or(Text::EMPTY)
    }
}

impl<'a> From<Text<'a>> for SoftKey<'a> {
    fn from(name: Text<'a>) -> Self {
        match index_of("Select Exit Update Submit << Cancel Search Dial EditDial Next ", &name) {
            Some(0) => Self::Select,
            Some(1) => Self::Exit,
            Some(2) => Self::Update,
            Some(3) => Self::Submit,
            Some(4) => Self::Backspace,
            Some(5) => Self::Cancel,
            Some(6) => Self::Search,
            Some(7) => Self::Dial,
            Some(8) => Self::EditDial,
            Some(9) => Self::Next,
            _ => Self::Other(name),
        }
    }
}

impl<'a> From<Text<'a>> for Init<'a> {
    fn from(name: Text<'a>) -> Self {
        match index_of("CallHistory Services Messages Directories ", &name) {
            Some(0) => Self::CallHistory,
            Some(1) => Self::Services,
            Some(2) => Self::Messages,
            Some(3) => Self::Directories,
            _ => Self::Other(name),
        }
    }
}

impl<'a> From<Text<'a>> for Uri<'a> {
    fn from(text: Text<'a>) -> Self {
        const SCHEMES: &str = "RTPRx RTPTx RTPMRx RTPMTx SoftKey Init Dial Key EditDial Play QueryStringParam SendDigits \
                               Display Notify App Application Device Vibrate ";

        if is_page(&text) {
            return Self::Http(text);
        }
        let (scheme, Some(rest)) = text.split(':') else { return Self::Other(text) };
        let index = index_of(SCHEMES, &scheme);
        match index {
            None => return Self::Other(text),
            Some(4) => return Self::SoftKey(rest.into()),
            Some(5) => return Self::Init(rest.into()),

            _ => {}
        }
        // (Code size: these differ in nothing but their number.)
        let part = if matches!(index, Some(0..=3)) { text } else { rest };
        match index {
            Some(6) => Self::Dial(Dial(part)),
            Some(7) => Self::Key(part),
            Some(8) => Self::EditDial(part),
            Some(9) => Self::Play(part),
            Some(10) => Self::QueryStringParam(part),
            Some(11) => Self::SendDigits(part),
            Some(12) => Self::Display(part),
            Some(13) => Self::Notify(part),
            Some(14 | 15) => Self::App(part),
            Some(16) => Self::Device(part),
            Some(17) => Self::Vibrate(part),
            _ => Self::Rtp(part),
        }
    }
}
