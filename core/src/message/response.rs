//! Responses: success, failure, and the results of queries. A result is what its name says, whatever was asked
//! (PROTOCOL.md 6.1).

use super::list::List;
use crate::codes::em_service::EmServiceCode;
use crate::error::Error;
use crate::text::Text;
use crate::wire;

/// What the service answers.
///
/// ```
/// use hotdesk_core::Response;
///
/// let xml = b"<response><deviceUserResults><device name='SEP402CF4915265'>
///     <userID>em%40cisco.com</userID><lastlogin>em</lastlogin><emccDevice>no</emccDevice>
///     </device></deviceUserResults></response>";
/// let Response::DeviceUserResults(results) = Response::parse(xml)? else { unreachable!() };
/// let device = results.devices.iter().next().unwrap();
/// assert_eq!(device.name, "SEP402CF4915265");
/// assert_eq!(device.user().unwrap(), "em@cisco.com");
/// assert_eq!(device.last_login().unwrap(), "em");
/// assert_eq!(device.emcc(), Some(false));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Response<'a> {
    /// The request was carried out.
    Success,
    /// The request was not carried out, or the query was not answered.
    Failure(Failure<'a>),
    /// Who is logged in on the devices.
    DeviceUserResults(DeviceUserResults<'a>),
    /// Where the users are logged in.
    UserDevicesResults(UserDevicesResults<'a>),
    /// Which device profiles the users have.
    DeviceProfileResults(DeviceProfileResults<'a>),
    /// Whether the users exist.
    CheckUserResults(CheckUserResults<'a>),
}

impl<'a> Response<'a> {
    /// Reads a response.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule of [`protocol`](crate::protocol) that the document breaks, and where.
    pub fn parse(xml: &'a [u8]) -> Result<Self, Error> {
        wire::parse_response(xml)
    }
}

impl<'a> From<Failure<'a>> for Response<'a> {
    fn from(failure: Failure<'a>) -> Self {
        Self::Failure(failure)
    }
}

macro_rules! results {
    ($($name:ident)*) => {$(
        impl<'a> From<$name<'a>> for Response<'a> {
            fn from(results: $name<'a>) -> Self {
                Self::$name(results)
            }
        }
    )*};
}

results!(DeviceUserResults UserDevicesResults DeviceProfileResults CheckUserResults);

/// `failure`: why the request was not carried out, or the query not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Failure<'a> {
    /// The code of `error`; `None` for an `errorMessage`, which has none.
    pub code: Option<EmServiceCode>,
    /// The service's own words; empty if it sent none.
    pub text: Text<'a>,
}

impl<'a> Failure<'a> {
    /// Returns a failure with a code, or without one (`None`), and the service's words.
    pub fn new(code: impl Into<Option<EmServiceCode>>, text: impl Into<Text<'a>>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}

/// `deviceUserResults`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct DeviceUserResults<'a> {
    /// The devices, at least one.
    pub devices: List<'a, DeviceResult<'a>>,
}

impl<'a> DeviceUserResults<'a> {
    /// Returns results with these rows.
    pub fn new(devices: impl Into<List<'a, DeviceResult<'a>>>) -> Self {
        Self { devices: devices.into() }
    }
}

/// `device`: who is logged in on it, and who was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct DeviceResult<'a> {
    /// The device.
    pub name: Text<'a>,
    /// Its state.
    pub status: DeviceStatus<'a>,
}

impl<'a> DeviceResult<'a> {
    /// Returns the result for one device.
    pub fn new(name: impl Into<Text<'a>>, status: DeviceStatus<'a>) -> Self {
        Self { name: name.into(), status }
    }

    /// Returns the user who is logged in.
    pub const fn user(&self) -> Option<Text<'a>> {
        match self.status {
            DeviceStatus::LoggedIn { user, .. } => Some(user),
            _ => None,
        }
    }

    /// Returns the user who was logged in before, if there was one.
    pub const fn last_login(&self) -> Option<Text<'a>> {
        match self.status {
            DeviceStatus::LoggedIn { last_login, .. } | DeviceStatus::LoggedOut { last_login, .. } => {
                last_login
            }
            DeviceStatus::DoesNotExist => None,
        }
    }

    /// Returns whether it is a device of Extension Mobility Cross Cluster; `None` if the service does not say.
    pub const fn emcc(&self) -> Option<bool> {
        match self.status {
            DeviceStatus::LoggedIn { emcc, .. } | DeviceStatus::LoggedOut { emcc, .. } => emcc,
            DeviceStatus::DoesNotExist => None,
        }
    }
}

/// The state of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DeviceStatus<'a> {
    /// `userID`: a user is logged in.
    LoggedIn {
        /// The user.
        user: Text<'a>,
        /// The user before, if there was one.
        last_login: Option<Text<'a>>,
        /// Whether it is a device of Extension Mobility Cross Cluster; `None` if the service does not say.
        emcc: Option<bool>,
    },
    /// `none`: nobody is logged in.
    LoggedOut {
        /// The user before, if there was one.
        last_login: Option<Text<'a>>,
        /// Whether it is a device of Extension Mobility Cross Cluster; `None` if the service does not say.
        emcc: Option<bool>,
    },
    /// `doesNotExist`: the service does not know the device, and says nothing else of it.
    DoesNotExist,
}

/// `userDevicesResults`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct UserDevicesResults<'a> {
    /// The users, at least one.
    pub users: List<'a, UserDevices<'a>>,
}

impl<'a> UserDevicesResults<'a> {
    /// Returns results with these rows.
    pub fn new(users: impl Into<List<'a, UserDevices<'a>>>) -> Self {
        Self { users: users.into() }
    }
}

/// `user` in [`UserDevicesResults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct UserDevices<'a> {
    /// The user.
    pub id: Text<'a>,
    /// Where the user is logged in.
    pub status: UserDevicesStatus<'a>,
}

impl<'a> UserDevices<'a> {
    /// Returns the result for one user.
    pub fn new(id: impl Into<Text<'a>>, status: UserDevicesStatus<'a>) -> Self {
        Self { id: id.into(), status }
    }
}

/// Where a user is logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum UserDevicesStatus<'a> {
    /// `deviceName`, one or more: on these devices.
    LoggedIn(List<'a, Text<'a>>),
    /// `none`: on no device.
    None,
    /// `doesNotExist`: the service does not know the user.
    DoesNotExist,
}

/// `deviceProfileResults`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct DeviceProfileResults<'a> {
    /// The users, at least one.
    pub users: List<'a, UserProfiles<'a>>,
}

impl<'a> DeviceProfileResults<'a> {
    /// Returns results with these rows.
    pub fn new(users: impl Into<List<'a, UserProfiles<'a>>>) -> Self {
        Self { users: users.into() }
    }
}

/// `user` in [`DeviceProfileResults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct UserProfiles<'a> {
    /// The user.
    pub id: Text<'a>,
    /// The user's device profiles.
    pub status: UserProfilesStatus<'a>,
}

impl<'a> UserProfiles<'a> {
    /// Returns the result for one user.
    pub fn new(id: impl Into<Text<'a>>, status: UserProfilesStatus<'a>) -> Self {
        Self { id: id.into(), status }
    }
}

/// The device profiles of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum UserProfilesStatus<'a> {
    /// `deviceProfile`, one or more: these.
    Found(List<'a, DeviceProfile<'a>>),
    /// `none` or an empty `user`: there are none.
    None,
    /// `doesNotExist`: the service does not know the user.
    DoesNotExist,
    /// `failure`: the service failed for this user alone.
    Failure(Failure<'a>),
}

/// `deviceProfile`: a device profile of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct DeviceProfile<'a> {
    /// The profile.
    pub name: Text<'a>,
    /// Whether it is the user's default one. There may be no default.
    pub is_default: bool,
}

impl<'a> DeviceProfile<'a> {
    /// Returns a device profile.
    pub fn new(name: impl Into<Text<'a>>, is_default: bool) -> Self {
        Self { name: name.into(), is_default }
    }
}

/// `checkUserResults`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct CheckUserResults<'a> {
    /// The users, at least one.
    pub users: List<'a, UserCheck<'a>>,
}

impl<'a> CheckUserResults<'a> {
    /// Returns results with these rows.
    pub fn new(users: impl Into<List<'a, UserCheck<'a>>>) -> Self {
        Self { users: users.into() }
    }
}

/// `user` in [`CheckUserResults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct UserCheck<'a> {
    /// The user.
    pub id: Text<'a>,
    /// Whether the user exists.
    pub exists: bool,
}

impl<'a> UserCheck<'a> {
    /// Returns the result for one user.
    pub fn new(id: impl Into<Text<'a>>, exists: bool) -> Self {
        Self { id: id.into(), exists }
    }
}
