//! What the phone does while the service is busy (code 26): it counts down on the screen and tries again by itself, at
//! growing intervals and not for ever.
//!
//! Code 26 says that nothing was carried out, so what was asked may go out again. Core's session can do so, too, but then
//! nobody would see it: the phone's session asks once (`Retry::ONCE`), and this is the only place that waits.

use core::time::Duration;

use super::{App, Ask, Screen};
use crate::Key;

/// How often it tries again before it says that the service is busy.
const TRIES: u32 = 5;

/// The first wait; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(3);

/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl App<'_> {
    /// Waits to ask again, and says whether it does: not for ever.
    pub(super) fn waits_for_service(&mut self, ask: Ask, now: Duration) -> bool {
        if self.busy_tries >= TRIES {
            return false;
        }
        let wait = FIRST_WAIT.saturating_mul(1 << self.busy_tries).min(LONGEST_WAIT);
        self.busy_tries = self.busy_tries.saturating_add(1);
        // It is an answer, and nothing is asked until the next try.
        self.polling.answered(now);
        let until = now.saturating_add(self.polling.vary(wait));
        self.go(Screen::ServiceBusy { ask, until });
        true
    }

    pub(super) fn press_in_service_busy(&mut self, key: Key) {
        match key {
            Key::Soft3 => self.give_up(),
            _ => self.scroll(key),
        }
    }
}
