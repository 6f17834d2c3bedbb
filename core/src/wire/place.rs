//! Where a reader in pieces is: its place in the document, and the names of the elements around it. Both are of a fixed
//! size, whatever the document is.

use crate::limits;

/// A place in the document.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) at: usize,
    /// Both from 0.
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Place {
    /// Returns the place behind `bytes`.
    pub(super) fn behind(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            if *byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.column = 0;
            } else if byte & 0xC0 != 0x80 {
                self.column = self.column.saturating_add(1);
            }
        }
        self.at = self.at.saturating_add(bytes.len());
        self
    }

    /// Returns the place of offset `at` in `text`, which is at this place.
    pub(super) fn of(self, text: &str, at: usize) -> Self {
        let bytes = text.as_bytes().get(..at.saturating_sub(self.at)).unwrap_or(text.as_bytes());
        // A byte order mark is no column.
        let mark = if self.at == 0 && bytes.starts_with("\u{feff}".as_bytes()) { 1 } else { 0 };
        let mut place = self.behind(bytes);
        if place.line == 0 {
            place.column = place.column.saturating_sub(mark);
        }
        place
    }
}

/// Bytes of the names of all open elements together.
const NAMES: usize = 96;

/// The names of the open elements.
pub(super) struct Open {
    names: [u8; NAMES],
    lengths: [u8; limits::DEPTH],
    pub(super) depth: usize,
}

impl Open {
    pub(super) const NONE: Self = Self { names: [0; NAMES], lengths: [0; limits::DEPTH], depth: 0 };

    fn used(&self) -> usize {
        self.lengths.iter().take(self.depth).fold(0, |sum, length| sum.saturating_add(usize::from(*length)))
    }

    /// Returns the name of the innermost open element.
    pub(super) fn innermost(&self) -> &[u8] {
        let used = self.used();
        let length = self.lengths.get(self.depth.wrapping_sub(1)).copied().unwrap_or(0);
        self.names.get(used.saturating_sub(usize::from(length))..used).unwrap_or_default()
    }

    /// Goes one deeper; returns false if there is no room.
    pub(super) fn push(&mut self, name: &[u8]) -> bool {
        let used = self.used();
        let place = self.names.get_mut(used..used.saturating_add(name.len()));
        let (Some(place), Some(kept), Ok(length)) =
            (place, self.lengths.get_mut(self.depth), u8::try_from(name.len()))
        else {
            return false;
        };
        place.copy_from_slice(name);
        *kept = length;
        self.depth = self.depth.saturating_add(1);
        true
    }
}
