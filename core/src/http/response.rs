//! Reads one HTTP answer from bytes in any segments. httparse reads the head once it is complete; the body is told
//! apart here, byte counts first. Each byte is looked at once, whatever the segments.

use super::Error;
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
    buffer: &'b mut [u8],
    filled: usize,
    status: Option<u16>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the head; how many bytes its current line has, carriage returns not counted.
    Head {
        line: usize,
    },
    /// In a body of which so many bytes are missing.
    Length(usize),
    /// In a body that ends with the connection.
    UntilClosed,
    /// In the line before a chunk; how long it is, and whether its digits are over.
    ChunkSize {
        size: usize,
        digits: usize,
        line: usize,
        extension: bool,
    },
    /// In a chunk of which so many bytes are missing.
    ChunkData(usize),
    /// Behind a chunk; whether the carriage return was read.
    ChunkEnd {
        returned: bool,
    },
    /// Behind the last chunk; how many bytes the current line has, carriage returns not counted.
    Trailer {
        line: usize,
    },
    Done,
    Failed(Error),
}

impl<'b> ResponseReader<'b> {
    /// Starts before the first byte of an answer.
    pub fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, filled: 0, status: None, state: State::Head { line: 0 } }
    }

    /// Takes the next bytes of the connection. What comes behind the end of the answer is ignored.
    ///
    /// # Errors
    ///
    /// The rule of core/PROTOCOL.md section 10 that the answer breaks; the same again for each later call.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut rest = bytes;
        while !rest.is_empty() && self.state != State::Done {
            rest = match self.step(rest) {
                Ok(rest) => rest,
                Err(error) => {
                    self.state = State::Failed(error);
                    return Err(error);
                }
            };
        }
        Ok(())
    }

    /// Takes the end of the connection.
    ///
    /// # Errors
    ///
    /// [`Error::CutShort`] if the answer is not complete.
    pub fn close(&mut self) -> Result<(), Error> {
        match self.state {
            State::Done => Ok(()),
            State::UntilClosed => {
                self.state = State::Done;
                Ok(())
            }
            State::Failed(error) => Err(error),
            _ => {
                self.state = State::Failed(Error::CutShort);
                Err(Error::CutShort)
            }
        }
    }

    /// Returns the status, once the head is complete.
    pub const fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns the body, once it is complete.
    pub fn body(&self) -> Option<&[u8]> {
        match self.state {
            State::Done => self.buffer.get(..self.filled),
            _ => None,
        }
    }

    /// Takes some of `bytes` and returns the rest.
    fn step<'s>(&mut self, bytes: &'s [u8]) -> Result<&'s [u8], Error> {
        match self.state {
            State::Length(left) => {
                let (now, rest) = bytes.split_at(left.min(bytes.len()));
                self.keep(now)?;
                self.state = if now.len() == left { State::Done } else { State::Length(left - now.len()) };
                Ok(rest)
            }
            State::ChunkData(left) => {
                let (now, rest) = bytes.split_at(left.min(bytes.len()));
                self.keep(now)?;
                self.state = if now.len() == left {
                    State::ChunkEnd { returned: false }
                } else {
                    State::ChunkData(left - now.len())
                };
                Ok(rest)
            }
            State::UntilClosed => {
                self.keep(bytes)?;
                Ok(&[])
            }
            State::Failed(error) => Err(error),
            _ => {
                let Some((&byte, rest)) = bytes.split_first() else { return Ok(bytes) };
                self.byte(byte)?;
                Ok(rest)
            }
        }
    }

    fn byte(&mut self, byte: u8) -> Result<(), Error> {
        self.state = match self.state {
            State::Head { line } => return self.head_byte(byte, line),
            State::ChunkSize { size, digits, line, extension } => {
                if line == limits::HTTP_LINE_BYTES {
                    return Err(Error::LineTooLong);
                }
                match byte {
                    b'\n' if digits == 0 => return Err(Error::Chunk),
                    b'\n' if size == 0 => State::Trailer { line: 0 },
                    b'\n' => {
                        self.room(size)?;
                        State::ChunkData(size)
                    }
                    _ if extension => State::ChunkSize { size, digits, line: line + 1, extension },
                    b';' | b' ' | b'\t' | b'\r' if digits > 0 => {
                        State::ChunkSize { size, digits, line: line + 1, extension: true }
                    }
                    _ => {
                        let digit = crate::percent::hex(byte).ok_or(Error::Chunk)?;
                        let limit = Error::BodyTooLong { limit: self.buffer.len() };
                        let size = size.checked_mul(16).ok_or(limit)?.saturating_add(usize::from(digit));
                        State::ChunkSize { size, digits: digits + 1, line: line + 1, extension }
                    }
                }
            }
            State::ChunkEnd { returned } => match byte {
                b'\r' if !returned => State::ChunkEnd { returned: true },
                b'\n' => NEXT_CHUNK,
                _ => return Err(Error::Chunk),
            },
            State::Trailer { line } => match byte {
                b'\n' if line == 0 => State::Done,
                b'\n' => State::Trailer { line: 0 },
                b'\r' => State::Trailer { line },
                _ if line == limits::HTTP_LINE_BYTES => return Err(Error::LineTooLong),
                _ => State::Trailer { line: line + 1 },
            },
            state => state,
        };
        Ok(())
    }

    fn head_byte(&mut self, byte: u8, line: usize) -> Result<(), Error> {
        let limit = limits::HTTP_HEAD_BYTES.min(self.buffer.len());
        let place = self.buffer.get_mut(self.filled).filter(|_| self.filled < limit);
        *place.ok_or(Error::HeadTooLong { limit })? = byte;
        self.filled += 1;
        self.state = match byte {
            b'\n' if line == 0 && self.filled <= 2 => {
                // An empty line before the status line: servers may send one, and it means nothing.
                self.filled = 0;
                State::Head { line: 0 }
            }
            b'\n' if line == 0 => return self.head(),
            b'\n' => State::Head { line: 0 },
            b'\r' => State::Head { line },
            _ => State::Head { line: line + 1 },
        };
        Ok(())
    }

    /// Reads the head, which is complete, and decides how the body ends.
    fn head(&mut self) -> Result<(), Error> {
        let mut fields = [httparse::EMPTY_HEADER; limits::HTTP_FIELDS];
        let mut head = httparse::Response::new(&mut fields);
        match head.parse(self.buffer.get(..self.filled).unwrap_or_default()) {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(httparse::Status::Partial) => return Err(Error::Head),
            Err(httparse::Error::TooManyHeaders) => return Err(Error::TooManyFields),
            Err(_) => return Err(Error::Head),
        }
        let status = head.code.ok_or(Error::Head)?;
        let mut length = None;
        let mut chunked = false;
        for field in head.headers.iter() {
            if field.name.eq_ignore_ascii_case("Content-Length") {
                if length.is_some() {
                    return Err(Error::ContentLength);
                }
                length = Some(decimal(field.value).ok_or(Error::ContentLength)?);
            } else if field.name.eq_ignore_ascii_case("Transfer-Encoding") {
                if chunked || !field.value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Error::TransferEncoding);
                }
                chunked = true;
            }
        }

        self.filled = 0;
        if status >= 200 {
            // Told also if the body is then refused: a status may explain it.
            self.status = Some(status);
        }
        self.state = match (status, chunked, length) {
            (101, ..) => return Err(Error::Upgrade),
            (100..=199, ..) => State::Head { line: 0 },
            (_, true, Some(_)) => return Err(Error::ContentLength),
            (204 | 304, ..) => State::Done,
            (_, true, None) => NEXT_CHUNK,
            (_, false, Some(0)) => State::Done,
            (_, false, Some(length)) => {
                self.room(length)?;
                State::Length(length)
            }
            (_, false, None) => State::UntilClosed,
        };
        Ok(())
    }

    /// Checks that `more` bytes of body fit.
    fn room(&self, more: usize) -> Result<(), Error> {
        let limit = self.buffer.len();
        if more > limit - self.filled { Err(Error::BodyTooLong { limit }) } else { Ok(()) }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.room(bytes.len())?;
        let end = self.filled + bytes.len();
        if let Some(place) = self.buffer.get_mut(self.filled..end) {
            place.copy_from_slice(bytes);
        }
        self.filled = end;
        Ok(())
    }
}

const NEXT_CHUNK: State = State::ChunkSize { size: 0, digits: 0, line: 0, extension: false };

/// Reads digits only.
fn decimal(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_usize, |number, digit| {
        let value = digit.is_ascii_digit().then(|| usize::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(value)
    })
}
