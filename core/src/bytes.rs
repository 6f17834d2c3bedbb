//! Helpers for bytes: classes, prefixes, equality, search. It knows nothing of XML but the classes.
//!
//! Bytes are compared a word at a time, and only here. Code size: a slice comparison would link memcmp, which on small
//! processors compares byte by byte.

/// Letters and `_`: they can start a name.
pub(crate) const START: u8 = 1;
/// Bytes that can occur in a name, except `:`.
pub(crate) const NAME: u8 = 2;
/// Space, tab, line feed, carriage return.
pub(crate) const BLANK: u8 = 4;
/// Bytes of a text that stand for themselves. Excluded are `&` and `<`; what may be forbidden (control characters, the
/// first byte of U+FFFE); the carriage return, which reads as a line feed; and `]`, which may start `]]>`.
pub(crate) const PLAIN: u8 = 8;
/// The same for the value of an attribute, which also excludes `"`, `'` and all blanks but the space.
pub(crate) const VALUE: u8 = 16;
/// `:`
pub(crate) const COLON: u8 = 32;
/// Bytes that percent-coding leaves as they are ("unreserved" in RFC 3986).
pub(crate) const UNRESERVED: u8 = 64;

static CLASSES: [u8; 256] = classes();

#[allow(
    clippy::arithmetic_side_effects,
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
            class |= NAME | UNRESERVED;
        }
        if byte == b'~' {
            class |= UNRESERVED;
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

/// Returns true if the byte is of one of the classes.
pub(crate) fn is(byte: u8, class: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|classes| classes & class != 0)
}

/// Returns what follows the prefix `start`, if `bytes` has it.
pub(crate) fn behind<'a>(bytes: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    const WORD: usize = 4;

    let (first, rest) = bytes.split_at_checked(start.len())?;
    let (words, end) = first.as_chunks::<WORD>();
    let (start_words, start_end) = start.as_chunks::<WORD>();
    let same = match (first.last_chunk::<WORD>(), start.last_chunk::<WORD>()) {
        // The last word may overlap the one before it.
        (Some(a), Some(b)) => a == b && words.iter().zip(start_words).all(|(a, b)| a == b),
        _ => end.iter().zip(start_end).all(|(a, b)| a == b),
    };
    same.then_some(rest)
}

/// Returns true if `a` and `b` are equal.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    matches!(behind(a, b), Some([]))
}

/// Returns the offset of the first `end` in `bytes`.
#[inline(never)]
pub(crate) fn find(bytes: &[u8], end: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    while behind(rest, end).is_none() {
        rest = rest.get(1..)?;
    }
    Some(bytes.len().wrapping_sub(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::{behind, find, same};

    const TEXT: &[u8] = b"deviceProfileQuery";

    #[test]
    fn what_stands_behind_each_start_is_found() {
        for length in 0..=TEXT.len() {
            let (start, rest) = TEXT.split_at(length);
            assert_eq!(behind(TEXT, start), Some(rest), "{length}");
            assert!(same(start, start), "{length}");
        }
    }

    #[test]
    fn a_start_that_differs_in_one_byte_is_none() {
        for length in 1..=TEXT.len() {
            for place in 0..length {
                let mut start = [0; TEXT.len()];
                start.copy_from_slice(TEXT);
                start[place] ^= 0x20;
                assert_eq!(behind(TEXT, &start[..length]), None, "{length}, {place}");
                assert!(!same(&TEXT[..length], &start[..length]), "{length}, {place}");
            }
        }
    }

    #[test]
    fn a_start_that_is_longer_is_none() {
        for length in 0..TEXT.len() {
            assert_eq!(behind(&TEXT[..length], &TEXT[..=length]), None, "{length}");
            assert!(!same(&TEXT[..=length], &TEXT[..length]), "{length}");
        }
    }

    #[test]
    fn the_first_place_is_found() {
        assert_eq!(find(b"a-->b-->", b"-->"), Some(1));
        assert_eq!(find(b"-->", b"-->"), Some(0));
        assert_eq!(find(b"a--", b"-->"), None);
        assert_eq!(find(b"abc", b""), Some(0));
    }
}
