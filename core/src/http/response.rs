//! The answer from the side of whoever asked. Which bytes are the body, [`Frame`] tells; here is what a status means
//! for that.

use super::Error;
use super::frame::{Ending, Frame, Then, ending, refused};
use crate::limits;

/// Reads one answer into the caller's buffer: first its head, then, over it, its body.
///
/// The buffer holds the longest body that is to be read, and at least a head of that answer: 2048 bytes
/// ([`limits::HTTP_HEAD_BYTES`]) hold any head that is accepted.
///
/// ```
/// use hotdesk_core::http::ResponseReader;
///
/// let mut buffer = [0; 2048];
/// let mut reader = ResponseReader::new(&mut buffer);
/// reader.receive(b"HTTP/1.1 200 OK\r\nContent-Le")?;
/// reader.receive(b"ngth: 5\r\n\r\nhel")?;
/// assert_eq!(reader.status(), Some(200));
/// assert_eq!(reader.body(), None);
/// reader.receive(b"lo")?;
/// assert_eq!(reader.body(), Some(&b"hello"[..]));
/// # Ok::<(), hotdesk_core::http::Error>(())
/// ```
pub struct ResponseReader<'b> {
    frame: Frame<'b>,
    status: Option<u16>,
}

impl<'b> ResponseReader<'b> {
    /// Starts before the first byte of an answer.
    pub fn new(buffer: &'b mut [u8]) -> Self {
        Self { frame: Frame::new(buffer), status: None }
    }

    /// Takes the next bytes of the connection. What comes behind the end of the answer is ignored.
    ///
    /// # Errors
    ///
    /// The rule of core/PROTOCOL.md section 10 that the answer breaks; the same again for each later call.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let status = &mut self.status;
        self.frame.receive(bytes, |head| read_head(head, status))
    }

    /// Takes the end of the connection.
    ///
    /// # Errors
    ///
    /// [`Error::CutShort`] if the answer is not complete.
    pub fn close(&mut self) -> Result<(), Error> {
        self.frame.close()
    }

    /// Returns the status, once the head is complete.
    pub const fn status(&self) -> Option<u16> {
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

    /// The whole buffer, to wipe it.
    pub(crate) fn buffer_mut(&mut self) -> &mut [u8] {
        self.frame.buffer_mut()
    }
}

/// Reads a complete head: its status, and how the body ends.
fn read_head(bytes: &[u8], told: &mut Option<u16>) -> Result<Then, Error> {
    let mut fields = [httparse::EMPTY_HEADER; limits::HTTP_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    match head.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(Error::Head),
        Err(error) => return Err(refused(error)),
    }
    let status = head.code.ok_or(Error::Head)?;
    let ending = ending(head.headers, head.version)?;
    if status >= 200 {
        // Told also if the body is then refused: a status may explain it.
        *told = Some(status);
    }
    match status {
        101 => Err(Error::Upgrade),
        100..=199 => Ok(Then::Head),
        204 | 304 => Ok(Then::Body(Ending::Length(0))),
        _ => Ok(Then::Body(ending.unwrap_or(Ending::Closed))),
    }
}
