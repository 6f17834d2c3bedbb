//! Where encoded bytes go: a buffer, percent-encoded into a buffer, or nowhere, only counted. What does not fit is
//! counted, too, so that the error names the required size.

use crate::error::Error;
use crate::percent::{self, is_unreserved};

pub(crate) struct Sink<'b> {
    /// What is left of the buffer. A form has none here, so that all it is given takes the slow way.
    room: &'b mut [u8],
    /// What is left of a form's buffer, whose bytes are percent-encoded unless they are unreserved.
    form: Option<&'b mut [u8]>,
    /// Bytes of the whole buffer.
    size: usize,
    /// Bytes that did not fit.
    missing: usize,
}

impl<'b> Sink<'b> {
    /// Writes bytes as they are. A counter is a sink into an empty buffer.
    pub(crate) fn plain(out: &'b mut [u8]) -> Self {
        Self { size: out.len(), room: out, form: None, missing: 0 }
    }

    /// Writes bytes percent-encoded.
    pub(crate) fn form(out: &'b mut [u8]) -> Self {
        Self { size: out.len(), room: &mut [], form: Some(out), missing: 0 }
    }

    /// Writes a text.
    #[inline]
    pub(crate) fn put(&mut self, text: &str) {
        self.put_bytes(text.as_bytes());
    }

    /// Writes bytes. (There are many calls: inlined, a text of known length is a few moves on 64 bits, and too much flash
    /// on 32.)
    #[cfg_attr(target_pointer_width = "64", inline)]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn put_bytes(&mut self, bytes: &[u8]) {
        if !fill(&mut self.room, bytes) {
            self.put_slowly(bytes);
        }
    }

    /// Writes bytes that `copy` copies into a place of its length. Returns false, with nothing written, if `copy` does or
    /// if they would have to go the slow way.
    #[cfg(target_pointer_width = "64")]
    #[inline]
    pub(crate) fn put_if(&mut self, bytes: &[u8], copy: impl FnOnce(&mut [u8], &[u8]) -> bool) -> bool {
        let copied = self.room.get_mut(..bytes.len()).is_some_and(|place| copy(place, bytes));
        copied && self.room.split_off_mut(..bytes.len()).is_some()
    }

    /// Writes bytes for which there is no room, or percent-encoded.
    #[inline(never)]
    fn put_slowly(&mut self, bytes: &[u8]) {
        let Some(form) = &mut self.form else { return self.miss(bytes.len()) };
        // Where the next byte goes, in the room there is or behind its end: then it is only counted.
        let mut at = 0_usize;
        for byte in bytes {
            if is_unreserved(*byte) {
                if let Some(place) = form.get_mut(at) {
                    *place = *byte;
                }
                at = at.saturating_add(1);
            } else {
                if let Some(place) = form.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
                    *place = percent::escape(*byte);
                }
                at = at.saturating_add(3);
            }
        }
        self.missing = self.missing.saturating_add(at.saturating_sub(form.len()));
        let _ = form.split_off_mut(..at.min(form.len()));
    }

    /// Writes bytes that need no percent-encoding.
    #[inline]
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        if !fill(self.form.as_mut().unwrap_or(&mut self.room), bytes) {
            self.miss(bytes.len());
        }
    }

    /// Counts bytes that do not fit. What comes behind them is not written, either.
    fn miss(&mut self, length: usize) {
        let room = core::mem::take(self.form.as_mut().unwrap_or(&mut self.room));
        self.missing = self.missing.saturating_add(length.wrapping_sub(room.len()));
    }

    /// Writes a number in decimal digits.
    pub(crate) fn number(&mut self, number: usize) {
        if number >= 10 {
            self.number(number / 10);
        }
        // A remainder of ten is one byte.
        self.raw(&[b'0'.wrapping_add(u8::try_from(number % 10).unwrap_or(0))]);
    }

    /// The number of bytes put in.
    pub(crate) fn count(&self) -> usize {
        let left = self.form.as_ref().unwrap_or(&self.room).len();
        self.size.wrapping_sub(left).saturating_add(self.missing)
    }

    /// The number of bytes written, if `result` is no error and they all fit.
    pub(crate) fn finish(self, result: Result<(), Error>) -> Result<usize, Error> {
        result?;
        if self.missing > 0 {
            return Err(Error::BufferTooSmall { needed: self.count() });
        }
        Ok(self.count())
    }
}

/// Moves `bytes` to the start of `room`, which then is what is behind them. Returns false if they do not fit.
#[inline]
fn fill(room: &mut &mut [u8], bytes: &[u8]) -> bool {
    match room.split_off_mut(..bytes.len()) {
        Some(place) => {
            place.copy_from_slice(bytes);
            true
        }
        None => false,
    }
}
