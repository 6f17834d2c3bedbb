//! The classes of bytes in a table, for whoever reads bytes one by one. It knows no more of XML than that.

/// Letters and `_`: they can start a name.
pub(super) const START: u8 = 1;
/// What can stand in a name, but `:`.
pub(super) const NAME: u8 = 2;
/// Space, tab, line feed, carriage return.
pub(super) const BLANK: u8 = 4;
/// What a text holds that reads as it stands. Not `&` and `<`; not what may be forbidden (control characters, the first
/// byte of U+FFFE); not a carriage return, which reads as a line feed; not `]`, which may start `]]>`.
pub(super) const PLAIN: u8 = 8;
/// The same for the value of an attribute: no `"`, no `'` and no blank but the space.
pub(super) const VALUE: u8 = 16;
/// `:`
pub(super) const COLON: u8 = 32;

static CLASSES: [u8; 256] = classes();

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "runs when this crate is compiled, where a panic is an error of the compiler; the index is a byte"
)]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut i = 0;
    while i < classes.len() {
        let byte = i as u8;
        let mut class = 0;
        if byte.is_ascii_alphabetic() || byte == b'_' {
            class |= START;
        }
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') {
            class |= NAME;
        }
        if byte == b':' {
            class |= COLON;
        }
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            class |= BLANK;
        }
        if byte >= b' ' && !matches!(byte, b'&' | b'<' | b']' | 0xEF) || matches!(byte, b'\t' | b'\n') {
            class |= PLAIN;
            if byte >= b' ' && !matches!(byte, b'"' | b'\'') {
                class |= VALUE;
            }
        }
        classes[i] = class;
        i += 1;
    }
    classes
}

pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|classes| classes & class != 0)
}
