//! The subset of HTTP/1.1 that the service needs: one POST, one answer, then the connection ends
//! (PROTOCOL.md section 10). It must never follow a redirect and never put a credential into a URL.
//!
//! A client uses [`write_post`] and [`ResponseReader`]; [`Status`] says what became of a change. [`RequestReader`] and
//! [`write_response`] are the service's side, for a double of the service in a test.

mod frame;
mod request;
mod response;
mod server;
mod status;

pub use request::{Outgoing, write_post};
#[cfg(feature = "emapp")]
pub(crate) use request::{is_host, is_host_character, is_path_character};
pub use response::ResponseReader;
pub use server::{IncomingRequest, RequestError, RequestReader, write_response};
pub use status::{OfChange, Status};

use core::fmt;

use crate::limits;

/// The path of the service.
pub const SERVICE_PATH: &str = "/emservice/EMServiceServlet";

/// Why the HTTP of an answer, or of a request, cannot be read. The other end, or a proxy in between, must act.
///
/// It is about HTTP alone; what is wrong with the document in the body is a [`hotdesk_core::Error`](crate::Error).
///
/// ```
/// use hotdesk_core::http::{Error, ResponseReader};
///
/// let mut buffer = [0; 2048];
/// let refused = ResponseReader::new(&mut buffer).receive(b"SSH-2.0-server\r\n\r\n");
/// assert_eq!(refused, Err(Error::Head));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// The status line or a header field is not well-formed (rule 10.2).
    Head,
    /// The head is over [`limits::HTTP_HEAD_BYTES`], or over the buffer (rule 10.2).
    HeadTooLong {
        /// The bound in bytes.
        limit: usize,
    },
    /// There are more than [`limits::HTTP_FIELDS`] header fields (rule 10.2).
    TooManyFields,
    /// The other end wants to switch to another protocol, status 101 (rule 10.2).
    Upgrade,
    /// The length of the body is not a number, is given twice, or beside a transfer coding (rule 10.3).
    ContentLength,
    /// There is a transfer coding other than chunked, or one in HTTP/1.0 (rule 10.3).
    TransferEncoding,
    /// The body is compressed, or has another content coding (rule 10.3).
    ContentEncoding,
    /// A chunk is not well-formed (rule 10.4).
    Chunk,
    /// A line between chunks is over [`limits::HTTP_LINE_BYTES`] (rule 10.4).
    LineTooLong,
    /// The body does not fit into the buffer (rule 10.6).
    BodyTooLong {
        /// The size of the buffer in bytes.
        limit: usize,
    },
    /// The connection ended inside the answer (rule 10.6).
    CutShort,
    /// A request does not name its host once (rule 10.8).
    Host,
}

impl Error {
    /// Returns the name of the variant, for a display that has no room for a sentence.
    ///
    /// ```
    /// assert_eq!(hotdesk_core::http::Error::ContentLength.name(), "ContentLength");
    /// ```
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Head => "Head",
            Self::HeadTooLong { .. } => "HeadTooLong",
            Self::TooManyFields => "TooManyFields",
            Self::Upgrade => "Upgrade",
            Self::ContentLength => "ContentLength",
            Self::TransferEncoding => "TransferEncoding",
            Self::ContentEncoding => "ContentEncoding",
            Self::Chunk => "Chunk",
            Self::LineTooLong => "LineTooLong",
            Self::BodyTooLong { .. } => "BodyTooLong",
            Self::CutShort => "CutShort",
            Self::Host => "Host",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Head => "the answer is not HTTP/1.1; check the address and port of the service",
            Self::HeadTooLong { limit } => {
                return write!(f, "the answer's header is over {limit} bytes; check what answers there");
            }
            Self::TooManyFields => {
                return write!(
                    f,
                    "the answer has over {} header fields; check what answers there",
                    limits::HTTP_FIELDS
                );
            }
            Self::Upgrade => "the other end wants to switch to another protocol; check the address",
            Self::ContentLength => "the length of the answer is ambiguous; check for a proxy in between",
            Self::TransferEncoding => {
                "the answer has an unknown transfer coding; check for a proxy in between"
            }
            Self::ContentEncoding => {
                "the answer is compressed, which was not asked for; check for a proxy in between"
            }
            Self::Chunk => "a chunk of the answer is malformed; check for a proxy in between",
            Self::LineTooLong => {
                return write!(
                    f,
                    "a line between chunks is over {} bytes; check for a proxy in between",
                    limits::HTTP_LINE_BYTES
                );
            }
            Self::BodyTooLong { limit } => {
                return write!(f, "the answer is over {limit} bytes; ask for less at a time");
            }
            Self::Host => "the request does not name one host; send the field Host once",
            Self::CutShort => "the connection ended inside the answer; query what became of the request",
        };
        f.write_str(text)
    }
}

impl core::error::Error for Error {}
