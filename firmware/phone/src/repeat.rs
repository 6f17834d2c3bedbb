//! A key that is held acts again and again. Which keys do, on which screen, is the app's to say.
//!
//! A release may be lost on its way. So a held key acts a limited number of times, and no more once another is pressed.

use core::time::Duration;

use crate::Key;

/// How long a key is held before it acts again.
const DELAY: Duration = Duration::from_millis(500);
/// The time from then on.
const INTERVAL: Duration = Duration::from_millis(100);
/// How often a key acts again: a user ID has no more characters to delete.
const LIMIT: u8 = 128;

/// The key pressed last, as far as it may act again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeat {
    pub(crate) key: Key,
    /// When it acts again if it is held until then.
    pub(crate) at: Duration,
    left: u8,
}

impl Repeat {
    /// The key was pressed.
    pub(crate) fn new(key: Key, now: Duration) -> Self {
        Self { key, at: now.saturating_add(DELAY), left: LIMIT }
    }

    /// The key acted again, and may do so once more.
    pub(crate) fn next(self, now: Duration) -> Option<Self> {
        let left = self.left.checked_sub(1).filter(|left| *left > 0)?;
        Some(Self { at: now.saturating_add(INTERVAL), left, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_never_comes_up_acts_128_times_more() {
        let mut repeat = Some(Repeat::new(Key::Soft2, Duration::ZERO));
        let mut times = 0;
        while let Some(now) = repeat {
            times += 1;
            repeat = now.next(now.at);
        }
        assert_eq!(times, 128);
    }
}
