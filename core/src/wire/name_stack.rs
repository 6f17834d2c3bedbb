//! The names of the open elements, for a reader that no longer has the bytes they were read from. Their size is fixed,
//! whatever the document is.

use crate::limits;

/// Bytes of the names of all open elements together.
const NAMES: usize = 96;

/// The names of the open elements, the outermost first.
#[cfg_attr(feature = "phonexml", derive(Clone))]
pub(super) struct NameStack {
    names: [u8; NAMES],
    lengths: [u8; limits::OPEN],
    /// How many there are. (A byte, so that the whole needs no alignment.)
    depth: u8,
}

impl NameStack {
    pub(super) const NONE: Self = Self { names: [0; NAMES], lengths: [0; limits::OPEN], depth: 0 };

    pub(super) const fn depth(&self) -> usize {
        self.depth as usize
    }

    /// Leaves the innermost open element.
    pub(super) fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn used(&self) -> usize {
        self.lengths.iter().take(self.depth()).fold(0, |sum, length| sum.saturating_add(usize::from(*length)))
    }

    /// Returns the name of the innermost open element.
    pub(super) fn innermost(&self) -> &[u8] {
        let used = self.used();
        let length = self.lengths.get(self.depth().wrapping_sub(1)).copied().unwrap_or(0);
        self.names.get(used.saturating_sub(usize::from(length))..used).unwrap_or_default()
    }

    /// Goes one deeper; returns false if there is no room.
    pub(super) fn push(&mut self, name: &[u8]) -> bool {
        let used = self.used();
        let room = self.names.get_mut(used..used.saturating_add(name.len()));
        let (Some(room), Some(kept), Ok(length)) =
            (room, self.lengths.get_mut(usize::from(self.depth)), u8::try_from(name.len()))
        else {
            return false;
        };
        room.copy_from_slice(name);
        *kept = length;
        self.depth = self.depth.saturating_add(1);
        true
    }
}
