//! What goes into the app and what comes out of it: events, and what is asked of the service.

use hotdesk_core::Response;

use super::Trouble;
use crate::net::Address;
use crate::{Facts, Key, NotKept};

#[cfg(doc)]
use super::App;
#[cfg(doc)]
use crate::Effect;

/// What happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// A key was pressed.
    Key(Key),
    /// The network is in this state now.
    Network(NetworkState),
    /// What the board knows of itself.
    Started(Facts),
    /// The address the network has now, if it has one.
    Address(Option<Address>),
    /// The time, if it is known now, and where from.
    #[cfg(feature = "tls")]
    Clock(Option<crate::time::Known>),
    /// What came of the last [`Effect::Save`] or [`Effect::Forget`].
    Kept(Result<(), NotKept>),
    /// What came of the request the app asked for last.
    Answer(Result<Response<'a>, Trouble>),
    /// The answer was read to its end in pieces: [`App::take_piece`].
    Read,
    /// The softkeys turned to the next actions: there are more actions than softkeys.
    Turned,
    /// What came of loading the phone's file.
    #[cfg(feature = "provisioning")]
    Provisioned(crate::provisioning::Outcome<'a>),
    /// Nothing but time passed: [`App::wake_at`] is reached.
    Time,
}

/// How far the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum NetworkState {
    /// The cable is not plugged in.
    NoLink,
    /// There is a link, and no address yet.
    NoAddress,
    /// Connections can be made.
    Ready,
}

/// What the app asks of the service. [`App::write_request`] writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Ask {
    /// Who is logged in on this phone.
    Who,
    /// Log the user of the form in.
    Login,
    /// Log out who is logged in.
    Logout,
    /// Which device profiles the user of the form has.
    Profiles,
    /// On which phones the user of the form is logged in.
    Where,
    /// Log the user of the form out on the other phone.
    LogoutThere,
    /// The page of an IP phone service that is to be shown.
    #[cfg(feature = "browser")]
    Page,
}

impl Ask {
    /// Whether it changes who is logged in: then it is never sent while it may have been carried out.
    pub(crate) fn is_change(self) -> bool {
        matches!(self, Self::Login | Self::Logout | Self::LogoutThere)
    }

    /// Whether the answer is a list of any length, so that it is read in pieces: [`App::take_piece`].
    pub(crate) fn comes_in_pieces(self) -> bool {
        #[cfg(feature = "browser")]
        if self == Self::Page {
            return true;
        }
        matches!(self, Self::Profiles | Self::Where)
    }
}

/// Whose ID and secret a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signer {
    Person,
    AppUser,
}

/// What the idle screen says has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Somebody was logged in.
    Began,
    /// Who was logged in is no more.
    Ended,
    /// Somebody else is logged in.
    Replaced,
    /// The person cancelled before anything was sent.
    NothingSent,
    /// The time of the login is over, and the phone may not ask whether it has ended.
    Expired,
}

/// A request that is on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    pub(super) ask: Ask,
    /// Nobody waits for it in front of the display.
    pub(super) quiet: bool,
}
