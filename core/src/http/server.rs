//! The service's side of the exchange, for a double of it in a test: reads a request, writes an answer. It knows no
//! path, no method and no message; what the double accepts is its own business.

use core::fmt;

use super::Error;
use super::frame::{Ending, Frame, Then, ending, refused};
use crate::error::{Error as WriteError, Field, Unsendable};
use crate::limits;
use crate::wire::Sink;

/// Reads one request into the caller's buffer: its head, and behind it its body.
///
/// The end of the body is told by `Content-Length` or by chunks; without either there is none. `Expect` is ignored: the
/// other end sends its body after a while. The buffer holds head and body together.
///
/// ```
/// use hotdesk_core::http::RequestReader;
///
/// let mut buffer = [0; 512];
/// let mut reader = RequestReader::new(&mut buffer);
/// reader.receive(b"POST /path HTTP/1.1\r\nHost: em1\r\nContent-Length: 6\r\n\r\nxml")?;
/// assert!(reader.request().is_none());
/// reader.receive(b"=%3C")?; // what comes behind the length is not the request's
/// let request = reader.request().unwrap();
/// assert_eq!((request.method, request.target, request.body), ("POST", "/path", &b"xml=%3"[..]));
/// # Ok::<(), hotdesk_core::http::RequestError>(())
/// ```
pub struct RequestReader<'b> {
    frame: Frame<'b>,
}

/// A request that was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IncomingRequest<'a> {
    /// `POST`, `GET`, …
    pub method: &'a str,
    /// What stands between method and version, as it stands there.
    pub target: &'a str,
    /// The field `Content-Type`, where there is one and it is UTF-8.
    pub content_type: Option<&'a str>,
    /// The body; empty if there is none.
    pub body: &'a [u8],
}

impl fmt::Debug for IncomingRequest<'_> {
    /// Prints no target and no body: both may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} request of {} bytes", self.method, self.body.len())
    }
}

/// Why a request cannot be read: the same reasons as for an answer, in words for who sent the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RequestError(Error);

impl RequestError {
    /// Returns the rule that the request breaks.
    pub const fn reason(self) -> Error {
        self.0
    }

    /// Returns the status to answer with: 400, 413, 431 or 501.
    pub const fn status(self) -> u16 {
        match self.0 {
            Error::BodyTooLong { .. } => 413,
            Error::HeadTooLong { .. } | Error::TooManyFields => 431,
            Error::TransferEncoding => 501,
            _ => 400,
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            Error::HeadTooLong { limit } => {
                return write!(f, "the head of the request is over {limit} bytes; send fewer fields");
            }
            Error::TooManyFields => {
                return write!(f, "the request has over {} header fields; send fewer", limits::HTTP_FIELDS);
            }
            Error::ContentLength => {
                "the length of the request is not told clearly; send one number and no transfer coding beside it"
            }
            Error::TransferEncoding => {
                "the request is coded in a way not read here; use a length, or chunks in HTTP/1.1"
            }
            Error::Chunk | Error::LineTooLong => {
                "a chunk of the request is not well-formed; correct its line"
            }
            Error::BodyTooLong { limit } => {
                return write!(f, "the body of the request is over {limit} bytes; send less");
            }
            Error::CutShort => "the connection ended inside the request; send all of it",
            Error::Host => "the request does not name one host; send the field Host once",
            Error::Head | Error::Upgrade => "this is no HTTP request; check what was sent",
        };
        f.write_str(text)
    }
}

impl core::error::Error for RequestError {}

impl<'b> RequestReader<'b> {
    /// Starts before the first byte of a request.
    pub fn new(buffer: &'b mut [u8]) -> Self {
        Self { frame: Frame::new(buffer) }
    }

    /// Takes the next bytes of the connection. What comes behind the end of the request is ignored.
    ///
    /// # Errors
    ///
    /// The rule of core/PROTOCOL.md section 10 that the request breaks; the same again for each later call.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), RequestError> {
        let received = self.frame.receive(bytes, |head| {
            let mut fields = [httparse::EMPTY_HEADER; limits::HTTP_FIELDS];
            let head = read_head(head, &mut fields)?;
            let named = head.headers.iter().filter(|field| field.name.eq_ignore_ascii_case("Host")).count();
            if named > 1 || (named == 0 && head.version != Some(0)) {
                return Err(Error::Host);
            }
            let ending = ending(head.headers, head.version)?;
            Ok(Then::BodyBehind(ending.unwrap_or(Ending::Length(0))))
        });
        received.map_err(RequestError)
    }

    /// Takes the end of the connection, or of its sending half.
    ///
    /// # Errors
    ///
    /// [`Error::CutShort`] if the request is not complete.
    pub fn close(&mut self) -> Result<(), RequestError> {
        self.frame.close().map_err(RequestError)
    }

    /// Returns the request, once it is complete.
    pub fn request(&self) -> Option<IncomingRequest<'_>> {
        let (head, body) = self.frame.complete()?;
        let mut fields = [httparse::EMPTY_HEADER; limits::HTTP_FIELDS];
        let head = read_head(head, &mut fields).ok()?;
        let content_type = head.headers.iter().find(|field| field.name.eq_ignore_ascii_case("Content-Type"));
        Some(IncomingRequest {
            method: head.method?,
            target: head.path?,
            content_type: content_type.and_then(|field| core::str::from_utf8(field.value).ok()),
            body,
        })
    }
}

fn read_head<'h, 'a>(
    bytes: &'a [u8],
    fields: &'h mut [httparse::Header<'a>],
) -> Result<httparse::Request<'h, 'a>, Error> {
    let mut head = httparse::Request::new(fields);
    match head.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => Ok(head),
        Ok(httparse::Status::Partial) => Err(Error::Head),
        Err(error) => Err(refused(error)),
    }
}

/// Writes a whole HTTP answer into `out` and returns its length in bytes.
///
/// `status` is the final one, 200 or higher; `content_type` is the value of that field. The connection ends behind the answer.
///
/// # Errors
///
/// [`Error::BufferTooSmall`](WriteError::BufferTooSmall) with the size needed;
/// [`Error::Unsendable`](WriteError::Unsendable) where a value would leave the head.
///
/// ```
/// let mut out = [0; 256];
/// let body = b"<response><success/></response>";
/// let length = hotdesk_core::http::write_response(&mut out, 200, "text/xml", body)?;
/// assert!(out[..length].starts_with(b"HTTP/1.1 200 \r\nContent-Type: text/xml\r\nContent-Length: 31\r\n"));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
pub fn write_response(
    out: &mut [u8],
    status: u16,
    content_type: &str,
    body: &[u8],
) -> Result<usize, WriteError> {
    if let Some(c) = content_type.chars().find(|c| !c.is_ascii_graphic() && *c != ' ') {
        return Err(WriteError::Unsendable { field: Field::ContentType, reason: Unsendable::Character(c) });
    }
    let mut sink = Sink::plain(out);
    sink.put("HTTP/1.1 ");
    sink.number(usize::from(status));
    // A reason may be empty; its space may not be missing.
    sink.put(" \r\nContent-Type: ");
    sink.put(content_type);
    sink.put("\r\nContent-Length: ");
    sink.number(body.len());
    sink.put("\r\nConnection: close\r\n\r\n");
    sink.raw(body);
    sink.finish(Ok(()))
}
