//! What a session is to achieve, what an answer says of it, and what became of it. It must never conclude from a lost
//! answer that something was carried out, or was not: only the content of an answer says so.

use core::fmt;

use super::exchange::ExchangeError;
use crate::codes::em_service::EmServiceCode;
use crate::error::Error;
use crate::message::{DeviceStatus, Operation, Query, Request, Response, UserDevicesStatus};
use crate::text::Text;

/// The kind of operation: it decides what can be an answer, and which query is sent after a lost one.
///
/// ```
/// use hotdesk_core::session::Task;
/// use hotdesk_core::{AppInfo, Logout, Request};
///
/// let request = Request::new(AppInfo::new("appid", "apppasswd"), Logout::new("SEP003094C25B15"));
/// let task = Task::from(&request);
/// assert_eq!(task, Task::Logout { device: "SEP003094C25B15".into() });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Task<'a> {
    /// A query. It changes nothing, so it may be sent again whatever became of it.
    Query,
    /// A login. After a lost answer, a `deviceUserQuery` says whether this user is logged in on the device.
    Login {
        /// The device to log in on.
        device: Text<'a>,
        /// The user to log in.
        user: Text<'a>,
    },
    /// A logout. After a lost answer, a `deviceUserQuery` says whether anybody is logged in on the device.
    Logout {
        /// The device to log out.
        device: Text<'a>,
    },
    /// A change that no query can confirm: `logoutAll`, or one by a sender who must not query.
    Change,
}

impl<'a> From<&Request<'a>> for Task<'a> {
    fn from(request: &Request<'a>) -> Self {
        match &request.operation {
            Operation::Login(login) => Self::Login { device: login.device_name, user: login.user_id },
            Operation::Logout(logout) => Self::Logout { device: logout.device_name },
            Operation::LogoutAll(_) => Self::Change,
        }
    }
}

impl From<&Query<'_>> for Task<'_> {
    fn from(_: &Query<'_>) -> Self {
        Self::Query
    }
}

impl Task<'_> {
    /// Returns the device whose state says whether the task was carried out.
    pub(super) const fn device(&self) -> Option<Text<'_>> {
        match self {
            Self::Login { device, .. } | Self::Logout { device } => Some(*device),
            Self::Query | Self::Change => None,
        }
    }

    /// Returns true if `response` can be an answer to the operation itself.
    pub(super) const fn is_answered_by(&self, response: &Response<'_>) -> bool {
        match response {
            Response::Failure(_) => true,
            Response::Success => !matches!(self, Self::Query),
            _ => matches!(self, Self::Query),
        }
    }

    /// Returns what the answer to the query says of the device; nothing if it does not mention it.
    pub(super) fn state<'r>(&self, response: &Response<'r>) -> Option<DeviceStatus<'r>> {
        self.device().and_then(|device| state_of(device, response))
    }

    /// Returns true if a device in this state is what the task was to bring about.
    pub(super) fn is_carried_out(&self, device: &DeviceStatus<'_>) -> bool {
        match (self, device) {
            (Self::Login { user, .. }, DeviceStatus::LoggedIn { user: there, .. }) => {
                there.eq_ignore_case(*user)
            }
            (Self::Logout { .. }, DeviceStatus::LoggedOut { .. }) => true,
            _ => false,
        }
    }
}

/// Returns who is logged in on `device`, from either kind of results: published samples answer one query with the results
/// of the other (rule 6.1).
fn state_of<'r>(device: Text<'_>, response: &Response<'r>) -> Option<DeviceStatus<'r>> {
    match response {
        Response::DeviceUserResults(results) => {
            results.devices.iter().find(|row| row.name.eq_ignore_case(device)).map(|row| row.status)
        }
        Response::UserDevicesResults(results) => results
            .users
            .iter()
            .find(|user| match user.status {
                UserDevicesStatus::LoggedIn(devices) => {
                    devices.iter().any(|name| name.eq_ignore_case(device))
                }
                UserDevicesStatus::None | UserDevicesStatus::DoesNotExist => false,
            })
            .map(|user| DeviceStatus::LoggedIn { user: user.id, last_login: None, emcc: None }),
        _ => None,
    }
}

/// What became of an operation. Services are counted from 0, as in [`Next`](super::Next).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Outcome<'a> {
    /// A service answered. A [`Response::Failure`] is an answer, too, even one that says that the service is busy.
    Answered {
        /// The service that answered.
        service: usize,
        /// Its answer.
        response: Response<'a>,
    },
    /// A service answered, and the caller took the answer [in pieces](super::Session::start_in_pieces).
    Read {
        /// The service that answered.
        service: usize,
    },
    /// The operation was certainly not carried out, or it was a query, which changes nothing. It can be sent again.
    Failed {
        /// The service of the last attempt; nothing if there was none.
        service: Option<usize>,
        /// Why the last attempt failed.
        error: SessionError,
    },
    /// The operation was sent and its answer lost. It must not be sent again unless a query says that it was not carried
    /// out.
    Lost {
        /// The service whose answer was lost, the first time if that happened twice.
        service: usize,
        /// How the answer was lost; or, with that service, that a second sending was [refused](SessionError::Refused).
        error: SessionError,
        /// What a query then found.
        finding: Finding<'a>,
    },
}

/// What a query found after the answer to an operation was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Finding<'a> {
    /// The device is in the state that the operation was to bring about.
    CarriedOut {
        /// The service that answered the query.
        service: usize,
    },
    /// The device is in another state: the operation had not been carried out when the query was answered. A slow service
    /// may still do so.
    NotCarriedOut {
        /// The service that answered the query.
        service: usize,
        /// The state of the device.
        device: DeviceStatus<'a>,
    },
    /// No service answered a query, or none may be sent for this operation.
    Unknown,
}

/// Why an attempt brought no answer to the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SessionError {
    /// The session was started without a service.
    NoService,
    /// The caller did not write the request: [`Session::write`](super::Session::write) failed.
    NotWritten,
    /// The exchange failed.
    Exchange(ExchangeError),
    /// The document in the answer is refused.
    Unreadable {
        /// What is wrong.
        error: Error,
        /// The line, counted from 1.
        line: usize,
        /// The character in the line, counted from 1.
        column: usize,
    },
    /// The answer is well-formed, but not one to this operation.
    Unexpected,
    /// The second sending was answered with a failure, with this code. Its cause may be that the first one was carried out
    /// in the meantime, so a query followed.
    Refused(Option<EmServiceCode>),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoService => f.write_str("no service is configured; configure one"),
            Self::NotWritten => f.write_str("the request could not be written and was not sent; correct it"),
            Self::Exchange(error) => error.fmt(f),
            Self::Unreadable { error, line, column } => {
                write!(f, "line {line}, column {column} of the answer cannot be read: {error}")
            }
            Self::Refused(Some(code)) => {
                write!(f, "the service refused the second request with code {}", code.number())
            }
            Self::Refused(None) => f.write_str("the service refused the second request"),
            Self::Unexpected => {
                f.write_str("the answer belongs to another request; check what answers there")
            }
        }
    }
}

impl core::error::Error for SessionError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Exchange(error) => Some(error),
            Self::Unreadable { error, .. } => Some(error),
            Self::NoService | Self::NotWritten | Self::Unexpected | Self::Refused(_) => None,
        }
    }
}

/// Reads the document of an answer.
pub(super) fn read(document: &[u8]) -> Result<Response<'_>, SessionError> {
    Response::parse(document).map_err(|error| {
        let (line, column) = error.line_column(document);
        SessionError::Unreadable { error, line, column }
    })
}
