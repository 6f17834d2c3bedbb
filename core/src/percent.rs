//! Percent-coding: of IDs in responses (PROTOCOL.md section 2) and of form bodies (section 9). It must never turn a
//! plus sign in an ID into a space.

use crate::bytes::{UNRESERVED, is};
use crate::text::{Chars, Coding, append};

/// Returns true for the bytes that stand for themselves.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    is(byte, UNRESERVED)
}

/// Returns `%` and the two upper-case hexadecimal digits of `byte`.
pub(crate) fn escape(byte: u8) -> [u8; 3] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or(b'0');
    [b'%', digit(byte >> 4), digit(byte & 15)]
}

/// Returns the value of a hexadecimal digit.
pub(crate) const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a' - 10)),
        b'A'..=b'F' => Some(digit.wrapping_sub(b'A' - 10)),
        _ => None,
    }
}

/// Reads one escaped UTF-8 character whose first `%` has been read; `next` yields the characters after it.
///
/// Returns `None` if the escapes do not form a character: then the `%` stands for itself.
pub(crate) fn escaped_char(next: &mut Chars<'_>) -> Option<char> {
    let mut bytes = [0; 4];
    for last in 0..bytes.len() {
        if last > 0 && next.written()? != '%' {
            return None;
        }
        let byte = append(append(0, 16, next.written())?, 16, next.written())?;
        *bytes.get_mut(last)? = u8::try_from(byte).ok()?;
        // The shortest prefix that is UTF-8 is one character.
        if let Ok(text) = core::str::from_utf8(bytes.get(..=last)?) {
            return Chars::new(text, Coding::Plain, false).written();
        }
    }
    None
}
