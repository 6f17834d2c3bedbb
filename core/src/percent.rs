//! Percent-coding: of IDs in responses (PROTOCOL.md section 2) and of form bodies (section 9). It must never turn a
//! plus into a space in an ID.

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
pub(crate) fn escaped_char(mut next: impl FnMut() -> Option<char>) -> Option<char> {
    let mut bytes = [0; 4];
    let mut length = 1;
    for (i, byte) in bytes.iter_mut().enumerate() {
        if i == length {
            break;
        }
        if i > 0 && next()? != '%' {
            return None;
        }
        *byte = hex_char(next()?)? << 4 | hex_char(next()?)?;
        if i == 0 {
            length = match *byte {
                0..=0x7F => 1,
                0xC2..=0xDF => 2,
                0xE0..=0xEF => 3,
                0xF0..=0xF4 => 4,
                _ => return None,
            };
        }
    }
    core::str::from_utf8(bytes.get(..length)?).ok()?.chars().next()
}

fn hex_char(c: char) -> Option<u8> {
    hex(u8::try_from(c).ok()?)
}
