//! Queries: who is logged in where, does a user exist, which profiles are his. Nothing changes by them.

use super::list::List;
use super::request::{AppInfo, LoginType};
use crate::error::Error;
use crate::text::Text;
use crate::wire;

/// A query.
///
/// ```
/// use hotdesk_core::{AppCertificate, AppInfo, DeviceUserQuery, Query, QueryOperation, Text};
///
/// let devices = [Text::from("SEP003094C25B15")];
/// let query = Query {
///     app: AppInfo { id: "appid".into(), certificate: AppCertificate::Plain("apppasswd".into()) },
///     operation: QueryOperation::DeviceUserQuery(DeviceUserQuery::new(&devices)),
/// };
/// let mut buffer = [0; 256];
/// let length = query.encode(&mut buffer)?;
/// assert_eq!(Query::parse(&buffer[..length])?, query);
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Query<'a> {
    /// Who signs.
    pub app: AppInfo<'a>,
    /// What is asked.
    pub operation: QueryOperation<'a>,
}

impl<'a> Query<'a> {
    /// Reads a query.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule of core/PROTOCOL.md that the document breaks, and where.
    pub fn parse(xml: &'a [u8]) -> Result<Self, Error> {
        wire::parse_query(xml)
    }
}

/// What a [`Query`] asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum QueryOperation<'a> {
    /// Who is logged in on these devices?
    DeviceUserQuery(DeviceUserQuery<'a>),
    /// On which devices are these users logged in?
    UserDevicesQuery(UserDevicesQuery<'a>),
    /// Do these users exist?
    CheckUser(CheckUser<'a>),
    /// Which device profiles do these users have? Read under its older name `userDeviceProfileQuery`, too.
    DeviceProfileQuery(DeviceProfileQuery<'a>),
}

macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident $list:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $name<'a> {
            /// Whom or what it asks about, at least one.
            pub $list: List<'a, Text<'a>>,
            /// What kind of ID is given.
            pub login_type: Option<LoginType>,
            /// As [`Login::remote_ip_addr`](crate::Login::remote_ip_addr).
            pub remote_ip_addr: Option<Text<'a>>,
            /// As [`Login::is_via_header_set`](crate::Login::is_via_header_set).
            pub is_via_header_set: Option<Text<'a>>,
        }

        impl<'a> $name<'a> {
            /// Returns a query with nothing but what is mandatory.
            pub fn new($list: &'a [Text<'a>]) -> Self {
                Self { $list: $list.into(), login_type: None, remote_ip_addr: None, is_via_header_set: None }
            }
        }
    )*};
}

queries! {
    /// `deviceUserQuery`: who is logged in on these devices. The service's grammar has no `isViaHeaderSet` here.
    DeviceUserQuery devices;
    /// `userDevicesQuery`: where these users are logged in. The service's grammar has no `isViaHeaderSet` here.
    UserDevicesQuery users;
    /// `checkUser`: whether these users exist.
    CheckUser users;
    /// `deviceProfileQuery`: which device profiles these users have.
    DeviceProfileQuery users;
}
