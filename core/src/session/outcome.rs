//! What a session is to achieve, what an answer says about it, and what became of it. It decides from the answer's
//! content only: never from a lost answer that something was, or was not, carried out.

use core::fmt;

use super::exchange::ExchangeError;
use crate::error::Error;
use crate::message::{DeviceStatus, Operation, Query, Request, Response, UserDevicesStatus};
use crate::text::Text;

/// What kind of operation is asked for: what its answer can be, and how a lost answer can be asked after.
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
pub enum Task<'a> {
    /// A query. It changes nothing, so it may be asked again whatever became of it.
    Query,
    /// A login. If the answer is lost, a `deviceUserQuery` says whether this user is logged in there.
    Login {
        /// The device that is logged in on.
        device: Text<'a>,
        /// The user.
        user: Text<'a>,
    },
    /// A logout. If the answer is lost, a `deviceUserQuery` says whether somebody is logged in there.
    Logout {
        /// The device that is logged out.
        device: Text<'a>,
    },
    /// A change that is not asked after: no single query would tell (`logoutAll`), or nobody may ask.
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
    /// Returns the device whose state tells whether the task was carried out.
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

    /// Returns what the answer to the query says of the device.
    pub(super) fn found<'r>(&self, response: &Response<'r>) -> Option<Found<'r>> {
        let status = self.device().and_then(|device| state_of(device, response))?;
        let as_wanted = match (self, status) {
            (Self::Login { user, .. }, DeviceStatus::LoggedIn { user: there, .. }) => {
                there.eq_ignore_case(*user)
            }
            (Self::Logout { .. }, DeviceStatus::LoggedOut { .. }) => true,
            _ => false,
        };
        Some(if as_wanted { Found::AsWanted } else { Found::Otherwise(status) })
    }
}

/// Who is logged in on `device`, from whichever results tell it: published samples answer one query with the results
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

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Outcome<'a> {
    /// The service answered. A [`Response::Failure`] is an answer, too, also one that says that it is too busy.
    Answered(Response<'a>),
    /// The operation was certainly not carried out, or it was a query, which changes nothing: it may be asked for again.
    Failed(SessionError),
    /// The operation was sent and its answer lost. It must not be sent again without looking.
    Lost {
        /// How the answer was lost.
        error: SessionError,
        /// What a query then said of the device.
        found: Found<'a>,
    },
}

/// What the service said of a device after the answer to an operation was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Found<'a> {
    /// The device is in the state that the operation was to bring about: take it as carried out.
    AsWanted,
    /// The device is in another state: the operation had not been carried out when the service was asked. A service that
    /// is slow may still do so.
    Otherwise(DeviceStatus<'a>),
    /// The service could not be asked, or did not tell.
    Unknown,
}

/// Why an attempt brought no answer to the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SessionError {
    /// There is no service to ask: the session was started with none.
    NoService,
    /// The exchange failed.
    Exchange(ExchangeError),
    /// The document in the answer is refused.
    Unreadable {
        /// What is wrong.
        error: Error,
        /// Where, counted from 1: the document itself is gone.
        line: usize,
        /// Where in the line, in characters counted from 1.
        column: usize,
    },
    /// The answer is a sound one, to something else.
    Unexpected,
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoService => f.write_str("there is no service to ask; configure one"),
            Self::Exchange(error) => error.fmt(f),
            Self::Unreadable { error, line, column } => {
                write!(f, "line {line}, column {column} of the answer cannot be read: {error}")
            }
            Self::Unexpected => f.write_str("the answer is to something else; check what answers there"),
        }
    }
}

impl core::error::Error for SessionError {}

/// Reads the document of an answer.
pub(super) fn read(document: &[u8]) -> Result<Response<'_>, SessionError> {
    Response::parse(document).map_err(|error| {
        let (line, column) = error.line_column(document);
        SessionError::Unreadable { error, line, column }
    })
}
