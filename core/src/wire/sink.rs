//! Where encoded bytes go: a buffer, percent-encoded into a buffer, or nowhere, only counted. What does not fit is
//! counted, too, so that the error names the size that is enough.

use zeroize::Zeroize;

use crate::error::Error;
use crate::percent;

pub(crate) struct Sink<'b> {
    out: &'b mut [u8],
    length: usize,
    /// Percent-encode each byte that is not unreserved.
    form: bool,
}

impl<'b> Sink<'b> {
    /// Writes bytes as they are. A counter is a sink into an empty buffer.
    pub(crate) fn plain(out: &'b mut [u8]) -> Self {
        Self { out, length: 0, form: false }
    }

    /// Writes bytes percent-encoded.
    pub(crate) fn form(out: &'b mut [u8]) -> Self {
        Self { out, length: 0, form: true }
    }

    #[inline]
    pub(crate) fn put(&mut self, text: &str) {
        if self.form {
            self.encoded(text.as_bytes());
        } else {
            self.raw(text.as_bytes());
        }
    }

    /// Writes bytes percent-encoded.
    #[inline(never)]
    fn encoded(&mut self, mut bytes: &[u8]) {
        loop {
            let run = bytes.iter().position(|byte| !percent::is_unreserved(*byte)).unwrap_or(bytes.len());
            let Some((run, rest)) = bytes.split_at_checked(run) else { return };
            self.raw(run);
            let Some((byte, rest)) = rest.split_first() else { return };
            self.raw(&percent::escape(*byte));
            bytes = rest;
        }
    }

    /// Writes bytes that need no percent-encoding.
    #[inline]
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let room = self.out.get_mut(self.length..).and_then(|room| room.get_mut(..bytes.len()));
        if let Some(room) = room {
            room.copy_from_slice(bytes);
        }
        self.length = self.length.saturating_add(bytes.len());
    }

    /// Writes a number in decimal digits.
    pub(crate) fn number(&mut self, mut number: usize) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        for (i, digit) in digits.iter_mut().enumerate().rev() {
            // A remainder of ten is one byte.
            *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
            number /= 10;
            start = i;
            if number == 0 {
                break;
            }
        }
        self.raw(digits.get(start..).unwrap_or_default());
    }

    /// The number of bytes put in.
    pub(crate) fn count(&self) -> usize {
        self.length
    }

    /// The number of bytes written. If they did not all fit, or `result` is an error, the buffer is wiped.
    pub(crate) fn finish(self, result: Result<(), Error>) -> Result<usize, Error> {
        let fits = if self.length > self.out.len() {
            Err(Error::BufferTooSmall { needed: self.length })
        } else {
            Ok(self.length)
        };
        let done = result.and(fits);
        if done.is_err() {
            // A half-written request may hold a certificate.
            self.out.zeroize();
        }
        done
    }
}
