//! Reads an answer, for the side that sent the request. [`Frame`] finds the end of the body; what the status means for
//! the body is here.

use core::cell::Cell;
use core::fmt;

use super::frame::{Ending, Frame, OnBody, Then, ending, is_coded, refused};
use super::{Error, Status};
#[cfg(feature = "pages")]
use crate::emapp::Head;
use crate::limits;

/// Takes the head of a page, where somebody wants it.
#[cfg(feature = "pages")]
pub(crate) type OnHead<'f> = Option<&'f mut dyn FnMut(Head<'_>)>;
/// Nobody wants heads.
#[cfg(not(feature = "pages"))]
type OnHead<'f> = core::marker::PhantomData<&'f ()>;

/// Reads one answer into the caller's buffer: first its head, then, over it, its body.
///
/// The buffer must hold the longest body to be read, and the head of that answer: 2048 bytes
/// ([`limits::HTTP_HEAD_BYTES`]) hold any head that is accepted.
///
/// ```
/// use hotdesk_core::http::{ResponseReader, Status};
///
/// let mut buffer = [0; 2048];
/// let mut reader = ResponseReader::new(&mut buffer);
/// reader.receive(b"HTTP/1.1 200 OK\r\nContent-Le")?;
/// reader.receive(b"ngth: 5\r\n\r\nhel")?;
/// assert_eq!(reader.status(), Some(Status::OK));
/// assert_eq!(reader.body(), None);
/// reader.receive(b"lo")?;
/// assert_eq!(reader.body(), Some(&b"hello"[..]));
/// # Ok::<(), hotdesk_core::http::Error>(())
/// ```
pub struct ResponseReader<'b> {
    frame: Frame<'b>,
    status: Option<Status>,
}

impl<'b> ResponseReader<'b> {
    /// Starts before the first byte of an answer.
    pub fn new(buffer: &'b mut [u8]) -> Self {
        Self { frame: Frame::new(buffer), status: None }
    }

    /// Takes the next bytes that arrived. Bytes after the end of the answer are ignored.
    ///
    /// # Errors
    ///
    /// The rule of PROTOCOL.md section 10 that the answer breaks; the same for each later call.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.take(bytes, None, OnHead::default())
    }

    /// As [`receive`](Self::receive), but hands the body of an answer with status 200 to `on_body`, with the buffer, which
    /// is not used any more. The body may be of any length, and [`body`](Self::body) is empty once it is complete.
    ///
    /// # Errors
    ///
    /// As [`receive`](Self::receive).
    #[cfg(feature = "compact")]
    pub fn receive_in_pieces(
        &mut self,
        bytes: &[u8],
        on_body: &mut dyn FnMut(&mut [u8], &[u8]),
    ) -> Result<(), Error> {
        self.take(bytes, Some(on_body), OnHead::default())
    }

    /// The same, and hands the head to `on_head`, whatever its status.
    #[cfg(feature = "pages")]
    pub(crate) fn receive_page(
        &mut self,
        bytes: &[u8],
        on_head: &mut dyn FnMut(Head<'_>),
        on_body: &mut dyn FnMut(&mut [u8], &[u8]),
    ) -> Result<(), Error> {
        self.take(bytes, Some(on_body), Some(on_head))
    }

    fn take(
        &mut self,
        bytes: &[u8],
        on_body: Option<OnBody<'_>>,
        mut wants_head: OnHead<'_>,
    ) -> Result<(), Error> {
        let status = Cell::new(self.status);
        let on_head = |head: &[u8]| {
            let mut read = status.get();
            let then = read_head(head, &mut read, &mut wants_head);
            status.set(read);
            then
        };
        let received = match on_body {
            None => self.frame.receive(bytes, on_head, None),
            Some(on_body) => {
                let mut of_an_answer = |buffer: &mut [u8], body: &[u8]| {
                    if status.get() == Some(Status::OK) {
                        on_body(buffer, body);
                    }
                };
                self.frame.receive(bytes, on_head, Some(&mut of_an_answer))
            }
        };
        self.status = status.get();
        received
    }

    /// Call this when the other end has closed the connection.
    ///
    /// # Errors
    ///
    /// [`Error::CutShort`] if the answer is incomplete; after a failed [`receive`](Self::receive) the same error again.
    pub fn close(&mut self) -> Result<(), Error> {
        self.frame.close()
    }

    /// Returns the final status (200 to 999), once its head is complete.
    ///
    /// It stays where the body is then refused: the status may explain why.
    pub const fn status(&self) -> Option<Status> {
        self.status
    }

    /// Returns the body, once it is complete.
    pub fn body(&self) -> Option<&[u8]> {
        self.frame.complete().map(|(_, body)| body)
    }

    /// Starts again before the first byte of an answer.
    pub(crate) fn restart(&mut self) {
        self.status = None;
        self.frame.restart();
    }

    /// Returns the body for as long as the buffer lives, if it is complete. The reader has no buffer then.
    pub(crate) fn take_body(&mut self) -> Option<&'b [u8]> {
        self.frame.take_body()
    }

    /// The whole buffer.
    pub(crate) fn buffer_mut(&mut self) -> &mut [u8] {
        self.frame.buffer_mut()
    }
}

impl fmt::Debug for ResponseReader<'_> {
    /// Prints no byte of the answer: it may hold a name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseReader")
            .field("status", &self.status)
            .field("body_bytes", &self.body().map(<[u8]>::len))
            .finish_non_exhaustive()
    }
}

/// Reads a complete head: its status, and how the body ends.
fn read_head(
    bytes: &[u8],
    final_status: &mut Option<Status>,
    wants_head: &mut OnHead<'_>,
) -> Result<Then, Error> {
    let mut fields = [httparse::EMPTY_HEADER; limits::HTTP_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    match head.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(Error::Head),
        Err(error) => return Err(refused(error)),
    }
    let status = head.code.and_then(Status::new).ok_or(Error::Head)?;
    let ending = ending(head.headers, head.version)?;
    match status.number() {
        101 => return Err(Error::Upgrade),
        ..200 => return Ok(Then::Head),
        _ => *final_status = Some(status),
    }
    #[cfg(feature = "pages")]
    if let Some(on_head) = wants_head {
        on_head(Head::read(status, head.headers));
    }
    #[cfg(not(feature = "pages"))]
    let _ = wants_head;
    if !status.has_body() {
        return Ok(Then::Body(Ending::Length(0)));
    }
    if is_coded(head.headers) {
        return Err(Error::ContentEncoding);
    }
    Ok(Then::Body(ending.unwrap_or(Ending::Closed)))
}
