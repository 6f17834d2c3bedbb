//! Queries: who is logged in where, whether a user exists, which profiles a user has. Queries change nothing.

use super::list::List;
use super::request::{AppInfo, LoginType, optional_fields};
use crate::error::Error;
use crate::text::Text;
use crate::wire;

/// A query.
///
/// ```
/// use hotdesk_core::{AppInfo, DeviceUserQuery, Query};
///
/// let query = Query::new(AppInfo::new("appid", "apppasswd"), DeviceUserQuery::new(&["SEP003094C25B15"]));
/// let mut buffer = [0; 256];
/// let length = query.encode(&mut buffer)?;
/// assert_eq!(Query::parse(&buffer[..length])?, query);
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Query<'a> {
    /// Who signs it.
    pub app: AppInfo<'a>,
    /// What is asked.
    pub operation: QueryOperation<'a>,
}

impl<'a> Query<'a> {
    /// Returns a query for `operation`, signed by `app`.
    pub fn new(app: AppInfo<'a>, operation: impl Into<QueryOperation<'a>>) -> Self {
        Self { app, operation: operation.into() }
    }

    /// Reads a query.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule of [`protocol`](crate::protocol) that the document breaks, and where.
    pub fn parse(xml: &'a [u8]) -> Result<Self, Error> {
        wire::parse_query(xml)
    }
}

/// What a [`Query`] asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum QueryOperation<'a> {
    /// Who is logged in on these devices?
    DeviceUserQuery(DeviceUserQuery<'a>),
    /// On which devices are these users logged in?
    UserDevicesQuery(UserDevicesQuery<'a>),
    /// Do these users exist?
    CheckUser(CheckUser<'a>),
    /// Which device profiles do these users have? Also read under its older name, `userDeviceProfileQuery`.
    DeviceProfileQuery(DeviceProfileQuery<'a>),
}

macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident $list:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub struct $name<'a> {
            #[doc = concat!("The ", stringify!($list), ", at least one.")]
            pub $list: List<'a, Text<'a>>,
            /// What kind of ID is given.
            pub login_type: Option<LoginType>,
            /// As [`Login::remote_ip_addr`](crate::Login::remote_ip_addr).
            pub remote_ip_addr: Option<Text<'a>>,
            /// As [`Login::is_via_header_set`](crate::Login::is_via_header_set).
            pub is_via_header_set: Option<Text<'a>>,
        }

        impl<'a> $name<'a> {
            /// Returns a query with the mandatory fields only. The list comes from a slice or an array of [`Text`]
            /// or `&str`.
            pub fn new($list: impl Into<List<'a, Text<'a>>>) -> Self {
                Self { $list: $list.into(), login_type: None, remote_ip_addr: None, is_via_header_set: None }
            }
        }

        impl<'a> From<$name<'a>> for QueryOperation<'a> {
            fn from(query: $name<'a>) -> Self {
                Self::$name(query)
            }
        }

        optional_fields!(login_type: $name);
        optional_fields!(origin: $name);
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
