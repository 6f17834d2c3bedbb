//! Responses: success, failure, and the results of queries. A result says what it holds; it does not depend on what
//! was asked (PROTOCOL.md 6.1).

use super::list::List;
use crate::codes::em_service::EmServiceCode;
use crate::error::Error;
use crate::text::Text;
use crate::wire;

/// What the service answers.
///
/// ```
/// use hotdesk_core::{DeviceStatus, Response};
///
/// let xml = b"<response><deviceUserResults><device name='SEP402CF4915265'>
///     <userID>em%40cisco.com</userID><lastlogin>em</lastlogin><emccDevice>no</emccDevice>
///     </device></deviceUserResults></response>";
/// let Response::DeviceUserResults(results) = Response::parse(xml)? else { unreachable!() };
/// let device = results.devices.iter().next().unwrap();
/// assert_eq!(device.name, "SEP402CF4915265");
/// assert_eq!(device.user().unwrap(), "em@cisco.com");
/// assert_eq!(device.last_login.unwrap(), "em");
/// assert_eq!(device.emcc, Some(false));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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
    /// [`Error::Refused`] with the rule of core/PROTOCOL.md that the document breaks, and where.
    pub fn parse(xml: &'a [u8]) -> Result<Self, Error> {
        wire::parse_response(xml)
    }
}

/// `failure`: why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Failure<'a> {
    /// The code of `error`; nothing if the service sent `errorMessage`, which has none.
    pub code: Option<EmServiceCode>,
    /// The service's own words; empty if it sent none.
    pub text: Text<'a>,
}

/// `deviceUserResults`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DeviceUserResults<'a> {
    /// The devices, at least one.
    pub devices: List<'a, DeviceResult<'a>>,
}

/// `device`: who is and who was logged in on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DeviceResult<'a> {
    /// The device.
    pub name: Text<'a>,
    /// Whether somebody is logged in.
    pub status: DeviceStatus<'a>,
    /// The user before, if there was one.
    pub last_login: Option<Text<'a>>,
    /// Whether it is a device of Extension Mobility Cross Cluster; nothing if the service does not say.
    pub emcc: Option<bool>,
}

impl<'a> DeviceResult<'a> {
    /// Returns the user who is logged in.
    pub const fn user(&self) -> Option<Text<'a>> {
        match self.status {
            DeviceStatus::LoggedIn { user } => Some(user),
            _ => None,
        }
    }
}

/// The state of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum DeviceStatus<'a> {
    /// `userID`: somebody is logged in.
    LoggedIn {
        /// The user.
        user: Text<'a>,
    },
    /// `none`: nobody is logged in.
    LoggedOut,
    /// `doesNotExist`: the service does not know the device.
    DoesNotExist,
}

/// `userDevicesResults`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UserDevicesResults<'a> {
    /// The users, at least one.
    pub users: List<'a, UserDevices<'a>>,
}

/// `user` in [`UserDevicesResults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UserDevices<'a> {
    /// The user.
    pub id: Text<'a>,
    /// Where the user is logged in.
    pub status: UserDevicesStatus<'a>,
}

/// Where a user is logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum UserDevicesStatus<'a> {
    /// `deviceName`, once a device: on these devices, at least one.
    LoggedIn(List<'a, Text<'a>>),
    /// `none`: on no device.
    None,
    /// `doesNotExist`: the service does not know the user.
    DoesNotExist,
}

/// `deviceProfileResults`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DeviceProfileResults<'a> {
    /// The users, at least one.
    pub users: List<'a, UserProfiles<'a>>,
}

/// `user` in [`DeviceProfileResults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UserProfiles<'a> {
    /// The user.
    pub id: Text<'a>,
    /// The user's device profiles.
    pub status: UserProfilesStatus<'a>,
}

/// The device profiles of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum UserProfilesStatus<'a> {
    /// `deviceProfile`, once a profile: these, at least one.
    Found(List<'a, DeviceProfile<'a>>),
    /// `none` or an empty `user`: there are none.
    None,
    /// `doesNotExist`: the service does not know the user.
    DoesNotExist,
    /// `failure`: the service could not tell for this user.
    Failure(Failure<'a>),
}

/// `deviceProfile`: a device profile of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DeviceProfile<'a> {
    /// The profile.
    pub name: Text<'a>,
    /// Whether it is the user's default one. There may be no default.
    pub is_default: bool,
}

/// `checkUserResults`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CheckUserResults<'a> {
    /// The users, at least one.
    pub users: List<'a, UserCheck<'a>>,
}

/// `user` in [`CheckUserResults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UserCheck<'a> {
    /// The user.
    pub id: Text<'a>,
    /// Whether the user exists.
    pub exists: bool,
}
