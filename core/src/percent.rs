//! Percent-coding: of IDs in responses (PROTOCOL.md section 2) and of form bodies (section 9). It must never turn a
//! plus into a space in an ID.

use crate::text::Decoder;

/// Returns true for the bytes that stand for themselves: RFC 3986 calls them unreserved.
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Returns `%` and the two upper-case hexadecimal digits of `byte`.
pub(crate) const fn escape(byte: u8) -> [u8; 3] {
    const fn digit(value: u8) -> u8 {
        if value < 10 { b'0' + value } else { b'A' + value - 10 }
    }
    [b'%', digit(byte >> 4), digit(byte & 15)]
}

/// Returns the value of a hexadecimal digit.
pub(crate) const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Reads one escaped UTF-8 character whose first `%` is read already; `next` gives the characters behind it.
///
/// Returns nothing if the escapes make no character: then the `%` is a plain one.
pub(crate) fn escaped_char(next: &mut Decoder<'_>) -> Option<char> {
    let first = escaped_byte(next)?;
    let (mut code, more) = match first {
        0..=0x7F => (first, 0),
        0xC2..=0xDF => (first & 0x1F, 1),
        0xE0..=0xEF => (first & 0x0F, 2),
        0xF0..=0xF4 => (first & 0x07, 3),
        _ => return None,
    };
    for _ in 0..more {
        if next.next()?.ok()? != '%' {
            return None;
        }
        let byte = escaped_byte(next)?;
        if byte & 0xC0 != 0x80 {
            return None;
        }
        code = code << 6 | byte & 0x3F;
    }
    // What could have been shorter is no UTF-8.
    char::from_u32(code).filter(|c| c.len_utf8() == more + 1)
}

/// Reads the two digits of an escaped byte.
fn escaped_byte(next: &mut Decoder<'_>) -> Option<u32> {
    let mut digit = || next.next()?.ok()?.to_digit(16);
    Some(digit()? << 4 | digit()?)
}
