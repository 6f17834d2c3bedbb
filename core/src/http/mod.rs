//! The subset of HTTP/1.1 that the service needs: one POST, one answer, then the connection ends
//! (core/PROTOCOL.md section 10). No redirect is followed, no credential ever stands in a URL.
//!
//! A program that asks uses [`write_post`] and [`ResponseReader`]. [`RequestReader`] and [`write_response`] are the other
//! side, for a double of the service.

mod frame;
mod request;
mod response;
mod server;
mod status;

pub use request::{Outgoing, write_post};
pub use response::ResponseReader;
pub use server::{IncomingRequest, RequestError, RequestReader, write_response};
pub use status::{OfChange, Status};

use core::fmt;

use crate::limits;

/// The path of the service.
pub const SERVICE_PATH: &str = "/emservice/EMServiceServlet";

/// Why an answer, or a request, cannot be read here. The other end, or what stands between, must act.
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
    /// The other end wants to speak another protocol, status 101 (rule 10.2).
    Upgrade,
    /// The length of the body is no number, is given twice, or beside a transfer coding (rule 10.3).
    ContentLength,
    /// There is a transfer coding other than chunked, or one in HTTP/1.0 (rule 10.3).
    TransferEncoding,
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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Head => "the answer is not HTTP; check the address and the port of the service",
            Self::HeadTooLong { limit } => {
                return write!(f, "the head of the answer is over {limit} bytes; check what answers there");
            }
            Self::TooManyFields => {
                return write!(
                    f,
                    "the answer has over {} header fields; check what answers there",
                    limits::HTTP_FIELDS
                );
            }
            Self::Upgrade => "the service wants another protocol than HTTP/1.1; check the address",
            Self::ContentLength => "the length of the answer is not told clearly; check what stands between",
            Self::TransferEncoding => "the answer is coded in a way not read here; check what stands between",
            Self::Chunk => "a chunk of the answer is not well-formed; check what stands between",
            Self::LineTooLong => {
                return write!(
                    f,
                    "a line between chunks is over {} bytes; check what stands between",
                    limits::HTTP_LINE_BYTES
                );
            }
            Self::BodyTooLong { limit } => {
                return write!(f, "the answer is over {limit} bytes; ask for less at a time");
            }
            Self::Host => "the request does not name one host; send the field Host once",
            Self::CutShort => "the connection ended inside the answer; ask what came of the request",
        };
        f.write_str(text)
    }
}

impl core::error::Error for Error {}
