//! The typed messages. They hold views and numbers, never rows: a list is an iterator over what was checked.

mod list;
mod query;
mod request;
mod response;

pub use list::{List, Row, Rows};
pub use query::{CheckUser, DeviceProfileQuery, DeviceUserQuery, Query, QueryOperation, UserDevicesQuery};
pub use request::{
    AppCertificate, AppInfo, ExclusiveDuration, Login, LoginType, Logout, LogoutAll, Operation, Request,
};
pub use response::{
    CheckUserResults, DeviceProfile, DeviceProfileResults, DeviceResult, DeviceStatus, DeviceUserResults,
    Failure, Response, UserCheck, UserDevices, UserDevicesResults, UserDevicesStatus, UserProfiles,
    UserProfilesStatus,
};

use crate::error::Error;
use crate::wire;

/// Any message of the protocol.
///
/// ```
/// use hotdesk_core::{Message, Response};
///
/// let message = Message::parse(b"<response>\n  <success/>\n</response>")?;
/// assert_eq!(message, Message::Response(Response::Success));
///
/// let mut buffer = [0; 64];
/// let length = message.encode(&mut buffer)?;
/// assert_eq!(&buffer[..length], b"<response><success/></response>");
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Message<'a> {
    /// Something is to be done.
    Request(Request<'a>),
    /// Something is asked.
    Query(Query<'a>),
    /// The answer to either.
    Response(Response<'a>),
}

impl<'a> Message<'a> {
    /// Reads a message of any kind.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule of [`protocol`](crate::protocol) that the document breaks, and where.
    pub fn parse(xml: &'a [u8]) -> Result<Self, Error> {
        wire::parse_message(xml)
    }
}

impl<'a> From<Request<'a>> for Message<'a> {
    fn from(request: Request<'a>) -> Self {
        Self::Request(request)
    }
}

impl<'a> From<Query<'a>> for Message<'a> {
    fn from(query: Query<'a>) -> Self {
        Self::Query(query)
    }
}

impl<'a> From<Response<'a>> for Message<'a> {
    fn from(response: Response<'a>) -> Self {
        Self::Response(response)
    }
}

macro_rules! from_bytes {
    ($($name:ident)*) => {$(
        impl<'a> TryFrom<&'a [u8]> for $name<'a> {
            type Error = Error;

            /// Reads a document, as [`parse`](Self::parse) does.
            fn try_from(xml: &'a [u8]) -> Result<Self, Error> {
                Self::parse(xml)
            }
        }
    )*};
}

from_bytes!(Message Request Query Response);

macro_rules! encoding {
    ($($name:ident)*) => {$(
        impl $name<'_> {
            /// Writes the XML document into `out` and returns its length in bytes.
            ///
            /// # Errors
            ///
            /// [`Error::BufferTooSmall`] with the size needed; [`Error::Unsendable`] with the field that cannot be
            /// sent. `out` is wiped then.
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

            /// Writes the body of the HTTP request, `xml=` and the percent-encoded document, into `out` in one pass,
            /// and returns its length in bytes.
            ///
            /// # Errors
            ///
            /// As [`encode`](Self::encode).
            pub fn encode_form(&self, out: &mut [u8]) -> Result<usize, Error> {
                wire::encode_form(out, self)
            }

            /// Returns the length that [`encode_form`](Self::encode_form) writes, in bytes.
            ///
            /// # Errors
            ///
            /// As [`encoded_len`](Self::encoded_len).
            pub fn form_len(&self) -> Result<usize, Error> {
                wire::measure_form(self)
            }
        }
    )*};
}

encoding!(Message Request Query Response);
