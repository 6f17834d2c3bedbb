//! Why something a person asked for did not come about, and whether it may have come about after all.

use hotdesk_core::codes::em_service::EmServiceCode;
#[cfg(feature = "browser")]
use hotdesk_core::emapp::UrlError;
use hotdesk_core::session::ExchangeError;

use super::{Ask, Came};

/// Why an exchange with the service brought no success.
///
/// No variant carries text of a request: it may be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Trouble {
    /// The service answered and refused, with its code where it gave one.
    Refused(Option<EmServiceCode>),
    /// No connection to any configured service: nothing has been sent.
    NoConnection(ConnectError),
    /// The request does not fit into the phone's buffer: nothing has been sent.
    RequestTooLong {
        /// Bytes the buffer would have to hold.
        needed: usize,
    },
    /// What is typed or configured holds a character that cannot be sent: nothing has been sent.
    Unsendable,
    /// The answer did not come, or not whole, or is none of the service.
    NoAnswer(ExchangeError),
    /// The network went away, after something of the request had been sent.
    NetworkLost,
    /// The document in the answer is refused, here.
    Unreadable {
        /// What is wrong.
        error: hotdesk_core::Error,
        /// Where, counted from 1.
        line: usize,
        /// Where in the line, in characters counted from 1.
        column: usize,
    },
    /// A sound answer, but not to what was asked.
    Unexpected,
    /// The service does not know this device.
    DeviceUnknown,
    /// The phone has no application user, so it may not ask.
    NoApplicationUser,
    /// A page leads to where the phone does not follow; none: to https, which it does not speak.
    #[cfg(feature = "browser")]
    NotFollowed(Option<UrlError>),
    /// The person did not want to wait any longer.
    Cancelled {
        /// Something of the request had been sent: it may be carried out.
        sent: bool,
    },
}

/// Why no connection came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConnectError {
    /// The name servers say that the host has no address.
    HostNotFound,
    /// No name server answered in time.
    NameServerSilent,
    /// Every name server refused or failed.
    NameServerFailed,
    /// The host is a name, and the phone knows no name server.
    NoNameServer,
    /// The host refused, or there is no way to it.
    Refused,
    /// Nothing came back in time.
    TimedOut,
    /// The phone has no link or no address.
    NoNetwork,
    /// The service was not let in over TLS.
    #[cfg(feature = "tls")]
    Refusal(crate::net::Refusal),
    /// No service is configured, and none has come with the phone's file.
    #[cfg(feature = "provisioning")]
    NoService,
}

impl Trouble {
    /// Whether the service may have done what was asked although nobody heard of it. Then it is not sent again: the
    /// phone asks who is logged in.
    #[must_use]
    pub fn may_have_happened(self) -> bool {
        match self {
            // Generic, database and auto-logout errors come after the service began its work.
            Self::Refused(Some(
                EmServiceCode::UNKNOWN_ERROR
                | EmServiceCode::DATABASE_ERROR
                | EmServiceCode::LOGOUT_REQUEST_ERROR,
            )) => true,
            Self::Refused(_) => false,
            Self::NoConnection(_)
            | Self::RequestTooLong { .. }
            | Self::Unsendable
            | Self::NoApplicationUser => false,
            #[cfg(feature = "browser")]
            Self::NotFollowed(_) => false,
            Self::Cancelled { sent } => sent,
            Self::NoAnswer(error) => error.may_have_happened(),
            Self::NetworkLost | Self::Unreadable { .. } | Self::Unexpected | Self::DeviceUnknown => true,
        }
    }

    /// Whether a look must tell what became of the request. It must after every answer that is none, even one whose
    /// status says that nothing happened: a look costs nothing, and what sends that status may not know.
    pub(crate) fn leaves_it_open(self) -> bool {
        self.may_have_happened() || matches!(self, Self::NoAnswer(_))
    }

    /// Whether the phone looks who is logged in after this: the outcome is not known, or somebody else is there.
    pub(crate) fn calls_for_a_look(self) -> bool {
        self.leaves_it_open() || self == Self::Refused(Some(EmServiceCode::ANOTHER_USER_LOGGED_IN))
    }

    /// How it came about where a look found that it did.
    pub(super) fn came(self) -> Came {
        match self {
            Self::Cancelled { .. } => Came::BeforeCancel,
            _ if self.leaves_it_open() => Came::AfterAll,
            _ => Came::Already,
        }
    }

    /// Whether the person can try the same again from the failure screen: only where nothing can have happened, or
    /// where asking changes nothing.
    pub(crate) fn can_retry(self, ask: Ask) -> bool {
        match (self, ask) {
            #[cfg(feature = "browser")]
            (Self::NotFollowed(_), _) => false,
            #[cfg(feature = "browser")]
            (Self::NoAnswer(_), Ask::Page) => true,
            (
                Self::NoApplicationUser
                | Self::RequestTooLong { .. }
                | Self::Unsendable
                | Self::Cancelled { .. },
                _,
            ) => false,
            (_, Ask::Who) | (Self::NoConnection(_), _) => true,
            (Self::NoAnswer(error), _) => !error.may_have_happened(),
            (
                Self::Refused(Some(
                    EmServiceCode::INVALID_APP_USER
                    | EmServiceCode::USER_NOT_FOUND
                    | EmServiceCode::BUSY_PLEASE_TRY_AGAIN,
                )),
                _,
            ) => true,
            _ => false,
        }
    }
}
