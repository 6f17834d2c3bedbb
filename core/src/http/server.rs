//! The service's side of the exchange, for a double of it in a test: reads a request, writes an answer. It checks no
//! path, no method and no message; that is up to the double. It must never write an answer that a client reads as another.

use core::fmt;

use super::frame::{Ending, Frame, Then, ending, is_coded, refused};
use super::{Error, Status};
use crate::error::{Error as WriteError, Field, Unsendable};
use crate::limits;
use crate::wire::Sink;

/// Reads one request into the caller's buffer: its head, and after it its body.
///
/// `Content-Length` or chunks delimit the body; without either there is none. `Expect` is ignored: a client that sends it
/// sends its body after a while. The buffer must hold head and body together.
///
/// ```
/// use hotdesk_core::http::RequestReader;
///
/// let mut buffer = [0; 512];
/// let mut reader = RequestReader::new(&mut buffer);
/// reader.receive(b"POST /path HTTP/1.1\r\nHost: em1\r\nContent-Length: 6\r\n\r\nxml")?;
/// assert!(reader.request().is_none());
/// reader.receive(b"=%3C")?; // the last byte is beyond the length, and ignored
/// let request = reader.request().unwrap();
/// assert_eq!((request.method, request.target, request.body), ("POST", "/path", &b"xml=%3"[..]));
/// # Ok::<(), hotdesk_core::http::RequestError>(())
/// ```
pub struct RequestReader<'b> {
    frame: Frame<'b>,
}

/// A request that was read.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct IncomingRequest<'a> {
    /// `POST`, `GET`, …
    pub method: &'a str,
    /// What is between method and version, not decoded.
    pub target: &'a str,
    /// The field `Content-Type`, if there is one and it is UTF-8.
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

/// Why a request cannot be read: the reasons are those of an answer, the text is for whoever sent the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RequestError(Error);

impl RequestError {
    /// Returns the rule that the request breaks.
    pub const fn reason(self) -> Error {
        self.0
    }

    /// Returns the status to answer with: 400, 413, 415, 431 or 501.
    pub const fn status(self) -> Status {
        match self.0 {
            Error::BodyTooLong { .. } => Status::CONTENT_TOO_LARGE,
            Error::ContentEncoding => Status::UNSUPPORTED_MEDIA_TYPE,
            Error::HeadTooLong { .. } | Error::TooManyFields => Status::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Error::TransferEncoding => Status::NOT_IMPLEMENTED,
            _ => Status::BAD_REQUEST,
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            Error::HeadTooLong { limit } => {
                return write!(f, "the request's header is over {limit} bytes; send fewer fields");
            }
            Error::TooManyFields => {
                return write!(f, "the request has over {} header fields; send fewer", limits::HTTP_FIELDS);
            }
            Error::ContentLength => {
                "the length of the request is ambiguous; send one Content-Length and no Transfer-Encoding beside it"
            }
            Error::TransferEncoding => {
                "the request has an unknown transfer coding; send a Content-Length, or chunks in HTTP/1.1"
            }
            Error::ContentEncoding => "the request is compressed; send it without a Content-Encoding",
            Error::Chunk => "a chunk of the request is malformed; correct it",
            Error::LineTooLong => {
                return write!(
                    f,
                    "a line between chunks of the request is over {} bytes; shorten it",
                    limits::HTTP_LINE_BYTES
                );
            }
            Error::BodyTooLong { limit } => {
                return write!(f, "the body of the request is over {limit} bytes; send less");
            }
            Error::CutShort => "the connection ended inside the request; send all of it",
            Error::Host => "the request does not name one host; send the field Host once",
            Error::Head | Error::Upgrade => "this is not an HTTP/1.1 request; check what was sent",
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

    /// Takes the next bytes that arrived. Bytes after the end of the request are ignored.
    ///
    /// # Errors
    ///
    /// The rule of PROTOCOL.md section 10 that the request breaks; the same for each later call.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), RequestError> {
        let on_head = |head: &[u8]| {
            let mut fields = [httparse::EMPTY_HEADER; limits::HTTP_FIELDS];
            let head = read_head(head, &mut fields)?;
            let named = head.headers.iter().filter(|field| field.name.eq_ignore_ascii_case("Host")).count();
            if named > 1 || (named == 0 && head.version != Some(0)) {
                return Err(Error::Host);
            }
            let ending = ending(head.headers, head.version)?;
            if is_coded(head.headers) {
                return Err(Error::ContentEncoding);
            }
            Ok(Then::BodyAfter(ending.unwrap_or(Ending::Length(0))))
        };
        let received = self.frame.receive(bytes, on_head, None);
        received.map_err(RequestError)
    }

    /// Call this when the other end has closed the connection, or its sending half.
    ///
    /// # Errors
    ///
    /// [`Error::CutShort`] if the request is incomplete; after a failed [`receive`](Self::receive) the same error again.
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

impl fmt::Debug for RequestReader<'_> {
    /// Prints no byte of the request: it may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestReader").field("request", &self.request()).finish_non_exhaustive()
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

/// Writes a whole HTTP answer into `out` and returns its length in bytes. The connection ends after it.
///
/// `status` is final, 200 to 999. `content_type` is the value of that field; an answer with status 204 or 304, which has
/// no body, is written without it.
///
/// # Errors
///
/// [`Error::BufferTooSmall`](WriteError::BufferTooSmall) with the size needed;
/// [`Error::Unsendable`](WriteError::Unsendable) with the field at fault: an interim status, a body with status 204 or
/// 304, a content type that would end its line.
///
/// ```
/// use hotdesk_core::http::{Status, write_response};
///
/// let mut out = [0; 256];
/// let body = b"<response><success/></response>";
/// let length = write_response(&mut out, Status::OK, "text/xml", body)?;
/// assert!(out[..length].starts_with(b"HTTP/1.1 200 \r\nContent-Type: text/xml\r\nContent-Length: 31\r\n"));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
pub fn write_response(
    out: &mut [u8],
    status: Status,
    content_type: &str,
    body: &[u8],
) -> Result<usize, WriteError> {
    let unsendable = |field, reason| Err(WriteError::Unsendable { field, reason });
    if status.number() < 200 {
        return unsendable(Field::HttpStatus, Unsendable::Value);
    }
    if !status.has_body() && !body.is_empty() {
        return unsendable(Field::HttpBody, Unsendable::Value);
    }
    if let Some(c) = content_type.chars().find(|c| !c.is_ascii_graphic() && *c != ' ') {
        return unsendable(Field::ContentType, Unsendable::Character(c));
    }
    let mut sink = Sink::plain(out);
    sink.put("HTTP/1.1 ");
    sink.number(usize::from(status.number()));
    // A reason may be empty; its space may not be missing.
    sink.put(" \r\n");
    if status.has_body() {
        sink.put("Content-Type: ");
        sink.put(content_type);
        sink.put("\r\nContent-Length: ");
        sink.number(body.len());
        sink.put("\r\n");
    }
    sink.put("Connection: close\r\n\r\n");
    sink.raw(body);
    sink.finish(Ok(()))
}
