//! What requests and answers have in common: a head of bounded length, then a body delimited in one of three ways
//! (PROTOCOL.md rules 10.2 to 10.6). It must never find the end of a body in any other way, and never write past
//! the caller's buffer.
//!
//! Each byte is looked at once, however the bytes are split over segments; httparse reads a head once it is complete.

use super::Error;
use crate::limits;

/// How the body after a head ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// After so many bytes.
    Length(usize),
    /// After an empty chunk and its trailer.
    Chunked,
    /// With the connection.
    Closed,
}

/// What follows a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Another head; this one is dropped.
    Head,
    /// The body, over the head.
    Body(Ending),
    /// The body, after the head, which is kept.
    BodyAfter(Ending),
}

/// A message on its way in: its head, then its body, in the caller's buffer.
pub(super) struct Frame<'b> {
    buffer: &'b mut [u8],
    /// Where the body starts.
    start: usize,
    filled: usize,
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
    /// In the line before a chunk, of which `line` bytes were read.
    ChunkSize {
        size: usize,
        line: usize,
        part: Part,
    },
    /// In a chunk of which so many bytes are missing.
    ChunkData(usize),
    /// After a chunk; whether the carriage return was read.
    ChunkEnd {
        returned: bool,
    },
    /// After the last chunk, in a line of which so many bytes were read; whether its carriage return was.
    Trailer {
        line: usize,
        returned: bool,
    },
    Done,
    Failed(Error),
}

/// How far the line before a chunk was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Nothing yet.
    Start,
    Digits,
    /// Blanks after the digits.
    Blanks,
    /// From the semicolon on.
    Extension,
    /// The carriage return: only the line feed may follow.
    Returned,
}

/// Takes bytes of a body that is not kept, and may use the buffer as it likes.
pub(super) type OnBody<'f> = &'f mut dyn FnMut(&mut [u8], &[u8]);

const NEXT_CHUNK: State = State::ChunkSize { size: 0, line: 0, part: Part::Start };

impl<'b> Frame<'b> {
    pub(super) fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, start: 0, filled: 0, state: State::Head { line: 0 } }
    }

    /// Starts again before the first byte of a message.
    pub(super) fn restart(&mut self) {
        (self.start, self.filled, self.state) = (0, 0, State::Head { line: 0 });
    }

    /// Takes the next bytes of the connection; `on_head` reads a complete head, `on_body` takes the body, which is kept
    /// in the buffer where there is none. Bytes after the end of the message are ignored.
    pub(super) fn receive(
        &mut self,
        bytes: &[u8],
        mut on_head: impl FnMut(&[u8]) -> Result<Then, Error>,
        mut on_body: Option<OnBody<'_>>,
    ) -> Result<(), Error> {
        let mut rest = bytes;
        while !rest.is_empty() && self.state != State::Done {
            rest = match self.step(rest, &mut on_head, &mut on_body) {
                Ok(rest) => rest,
                Err(error) => return Err(self.fail(error)),
            };
        }
        Ok(())
    }

    /// Takes the end of the connection.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        match self.state {
            State::Done => Ok(()),
            State::UntilClosed => {
                self.state = State::Done;
                Ok(())
            }
            State::Failed(error) => Err(error),
            _ => Err(self.fail(Error::CutShort)),
        }
    }

    /// Returns head (empty unless it is kept) and body, once both are complete.
    pub(super) fn complete(&self) -> Option<(&[u8], &[u8])> {
        match self.state {
            State::Done => self.buffer.get(..self.filled)?.split_at_checked(self.start),
            _ => None,
        }
    }

    /// Returns the body for as long as the buffer lives, if it is complete. The frame is empty then.
    pub(super) fn take_body(&mut self) -> Option<&'b [u8]> {
        let complete = self.state == State::Done;
        self.state = State::Failed(Error::CutShort);
        let buffer = core::mem::take(&mut self.buffer);
        buffer.get(self.start..self.filled).filter(|_| complete)
    }

    /// The whole buffer, to wipe it.
    pub(super) fn buffer_mut(&mut self) -> &mut [u8] {
        self.buffer
    }

    fn fail(&mut self, error: Error) -> Error {
        self.state = State::Failed(error);
        error
    }

    /// Takes some of `bytes` and returns the rest.
    fn step<'s>(
        &mut self,
        bytes: &'s [u8],
        on_head: &mut impl FnMut(&[u8]) -> Result<Then, Error>,
        on_body: &mut Option<OnBody<'_>>,
    ) -> Result<&'s [u8], Error> {
        match self.state {
            State::Length(left) => {
                let (now, rest) = bytes.split_at(left.min(bytes.len()));
                self.body(now, on_body)?;
                let left = left.saturating_sub(now.len());
                self.state = if left == 0 { State::Done } else { State::Length(left) };
                Ok(rest)
            }
            State::ChunkData(left) => {
                let (now, rest) = bytes.split_at(left.min(bytes.len()));
                self.body(now, on_body)?;
                let left = left.saturating_sub(now.len());
                self.state =
                    if left == 0 { State::ChunkEnd { returned: false } } else { State::ChunkData(left) };
                Ok(rest)
            }
            State::UntilClosed => {
                self.body(bytes, on_body)?;
                Ok(&[])
            }
            State::Failed(error) => Err(error),
            _ => {
                let Some((&byte, rest)) = bytes.split_first() else { return Ok(bytes) };
                match self.state {
                    State::Head { line } => self.head_byte(byte, line, on_head, on_body.is_none())?,
                    _ => self.byte(byte, on_body.is_none())?,
                }
                Ok(rest)
            }
        }
    }

    fn head_byte(
        &mut self,
        byte: u8,
        line: usize,
        on_head: &mut impl FnMut(&[u8]) -> Result<Then, Error>,
        kept: bool,
    ) -> Result<(), Error> {
        let limit = limits::HTTP_HEAD_BYTES.min(self.buffer.len());
        let place = self.buffer.get_mut(self.filled).filter(|_| self.filled < limit);
        *place.ok_or(Error::HeadTooLong { limit })? = byte;
        self.filled = self.filled.saturating_add(1);
        self.state = match byte {
            b'\n' if line == 0 && self.filled <= 2 => {
                // An empty line before the first line means nothing; some senders put one there.
                self.filled = 0;
                State::Head { line: 0 }
            }
            b'\n' if line == 0 => {
                let then = on_head(self.buffer.get(..self.filled).unwrap_or_default())?;
                return self.begin(then, kept);
            }
            b'\n' => State::Head { line: 0 },
            b'\r' => State::Head { line },
            _ => State::Head { line: line.saturating_add(1) },
        };
        Ok(())
    }

    /// Begins what follows the head; `kept` says that the body must fit into the buffer.
    fn begin(&mut self, then: Then, kept: bool) -> Result<(), Error> {
        let (start, ending) = match then {
            Then::Head => (0, None),
            Then::Body(ending) => (0, Some(ending)),
            Then::BodyAfter(ending) => (self.filled, Some(ending)),
        };
        (self.start, self.filled) = (start, start);
        self.state = match ending {
            None => State::Head { line: 0 },
            Some(Ending::Length(0)) => State::Done,
            Some(Ending::Length(length)) => {
                if kept {
                    self.room(length)?;
                }
                State::Length(length)
            }
            Some(Ending::Chunked) => NEXT_CHUNK,
            Some(Ending::Closed) => State::UntilClosed,
        };
        Ok(())
    }

    /// Takes a byte between chunks.
    fn byte(&mut self, byte: u8, kept: bool) -> Result<(), Error> {
        self.state = match self.state {
            State::ChunkSize { size, line, part } => {
                if line == limits::HTTP_LINE_BYTES {
                    return Err(Error::LineTooLong);
                }
                let next = |part| State::ChunkSize { size, line: line.saturating_add(1), part };
                match (part, byte) {
                    (Part::Start, b'\n') => return Err(Error::Chunk),
                    (_, b'\n') if size == 0 => State::Trailer { line: 0, returned: false },
                    (_, b'\n') => {
                        if kept {
                            self.room(size)?;
                        }
                        State::ChunkData(size)
                    }
                    (Part::Digits | Part::Blanks | Part::Extension, b'\r') => next(Part::Returned),
                    (Part::Extension, _) if is_text(byte) => next(Part::Extension),
                    (Part::Digits | Part::Blanks, b' ' | b'\t') => next(Part::Blanks),
                    (Part::Digits | Part::Blanks, b';') => next(Part::Extension),
                    (Part::Start | Part::Digits, _) => {
                        let digit = crate::percent::hex(byte).ok_or(Error::Chunk)?;
                        let size = size.checked_mul(16).ok_or(self.too_long())?;
                        let size = size.saturating_add(usize::from(digit));
                        State::ChunkSize { size, line: line.saturating_add(1), part: Part::Digits }
                    }
                    _ => return Err(Error::Chunk),
                }
            }
            State::ChunkEnd { returned } => match byte {
                b'\r' if !returned => State::ChunkEnd { returned: true },
                b'\n' => NEXT_CHUNK,
                _ => return Err(Error::Chunk),
            },
            State::Trailer { line, returned } => match byte {
                b'\n' if line == 0 => State::Done,
                b'\n' => State::Trailer { line: 0, returned: false },
                _ if returned => return Err(Error::Chunk),
                b'\r' => State::Trailer { line, returned: true },
                _ if !is_text(byte) => return Err(Error::Chunk),
                _ if line == limits::HTTP_LINE_BYTES => return Err(Error::LineTooLong),
                _ => State::Trailer { line: line.saturating_add(1), returned },
            },
            state => state,
        };
        Ok(())
    }

    fn too_long(&self) -> Error {
        Error::BodyTooLong { limit: self.buffer.len().saturating_sub(self.start) }
    }

    /// Checks that `more` bytes of body fit.
    fn room(&self, more: usize) -> Result<(), Error> {
        if more > self.buffer.len().saturating_sub(self.filled) { Err(self.too_long()) } else { Ok(()) }
    }

    /// Takes bytes of the body.
    fn body(&mut self, bytes: &[u8], on_body: &mut Option<OnBody<'_>>) -> Result<(), Error> {
        if let Some(on_body) = on_body {
            on_body(self.buffer, bytes);
            return Ok(());
        }
        self.room(bytes.len())?;
        let end = self.filled.saturating_add(bytes.len());
        if let Some(place) = self.buffer.get_mut(self.filled..end) {
            place.copy_from_slice(bytes);
        }
        self.filled = end;
        Ok(())
    }
}

/// Reads from the fields of a head how its body ends; nothing if no field says so.
///
/// `version` is httparse's, 0 for HTTP/1.0.
pub(super) fn ending(fields: &[httparse::Header<'_>], version: Option<u8>) -> Result<Option<Ending>, Error> {
    let mut ending = None;
    for field in fields {
        if field.name.eq_ignore_ascii_case("Content-Length") {
            if ending.is_some() {
                return Err(Error::ContentLength);
            }
            ending = Some(Ending::Length(decimal(field.value).ok_or(Error::ContentLength)?));
        } else if field.name.eq_ignore_ascii_case("Transfer-Encoding") {
            match ending {
                // HTTP/1.0 has no chunks: whatever passed this on may have found its end elsewhere.
                _ if version == Some(0) || !field.value.eq_ignore_ascii_case(b"chunked") => {
                    return Err(Error::TransferEncoding);
                }
                None => ending = Some(Ending::Chunked),
                Some(Ending::Chunked) => return Err(Error::TransferEncoding),
                Some(_) => return Err(Error::ContentLength),
            }
        }
    }
    Ok(ending)
}

/// Returns true if the fields of a head say that the body is coded, compressed for example.
pub(super) fn is_coded(fields: &[httparse::Header<'_>]) -> bool {
    fields.iter().any(|field| {
        field.name.eq_ignore_ascii_case("Content-Encoding")
            && !(field.value.is_empty() || field.value.eq_ignore_ascii_case(b"identity"))
    })
}

/// What an extension or a trailer field can hold: no control character but the tab.
const fn is_text(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

/// Names what httparse refused in a head.
pub(super) fn refused(error: httparse::Error) -> Error {
    match error {
        httparse::Error::TooManyHeaders => Error::TooManyFields,
        _ => Error::Head,
    }
}

/// Reads digits only. A number over what a buffer can have is the largest there is: its body never fits.
fn decimal(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_usize, |number, digit| {
        let value = digit.is_ascii_digit().then(|| usize::from(digit.wrapping_sub(b'0')))?;
        Some(number.saturating_mul(10).saturating_add(value))
    })
}
