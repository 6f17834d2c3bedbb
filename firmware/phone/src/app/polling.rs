//! When the phone asks by itself who is logged in, with nobody waiting for it.
//!
//! It asks when the network is there again, when a key wakes it, after a failure at growing intervals, and every few
//! minutes. Phones that were switched on together must not ask together, so each varies its intervals in its own way.

use core::time::Duration;

/// The phone counts as asleep after so long without a key; the next key has it ask.
const ASLEEP_AFTER: Duration = Duration::from_secs(30);

/// The interval after a first failure; each further one doubles it.
const FIRST_RETRY: Duration = Duration::from_secs(5);

/// The longest interval after failures.
const LAST_RETRY: Duration = Duration::from_secs(300);

/// Says whether a key wakes the phone, the key before being pressed at `last`.
pub(super) fn wakes(last: Duration, now: Duration) -> bool {
    now >= last.saturating_add(ASLEEP_AFTER)
}

/// When to ask next.
#[derive(Debug)]
pub(super) struct Polling {
    /// Between two questions; none: only for a reason.
    every: Option<Duration>,
    /// Failures since the last answer.
    failures: u32,
    next: Option<Duration>,
    random: u32,
}

impl Polling {
    /// Asks `every` so often; `name` tells this phone from others.
    pub(super) fn new(every: Option<Duration>, name: &str) -> Self {
        // FNV-1a. Its result is odd or made so: xorshift stays at zero.
        let hash = |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        let random = name.bytes().fold(0x811C_9DC5, hash) | 1;
        Self { every, failures: 0, next: None, random }
    }

    /// Asks so often from now on.
    pub(super) fn ask_every(&mut self, every: Option<Duration>, now: Duration) {
        self.every = every;
        if self.failures == 0 {
            self.answered(now);
        }
    }

    /// Takes that a question was answered.
    pub(super) fn answered(&mut self, now: Duration) {
        self.failures = 0;
        self.next = self.every.map(|every| now.saturating_add(self.vary(every)));
    }

    /// Takes that a question failed.
    pub(super) fn failed(&mut self, now: Duration) {
        let wait = FIRST_RETRY.saturating_mul(1 << self.failures.min(6)).min(LAST_RETRY);
        self.failures = self.failures.saturating_add(1);
        self.next = Some(now.saturating_add(self.vary(wait)));
    }

    /// Asks then.
    #[cfg(feature = "provisioning")]
    pub(super) fn ask_at(&mut self, at: Duration) {
        self.next = Some(at);
    }

    /// When to ask, if ever.
    pub(super) fn next(&self) -> Option<Duration> {
        self.next
    }

    /// Takes that it is being asked, or cannot be.
    pub(super) fn stop(&mut self) {
        self.next = None;
    }

    /// A time between four fifths and six fifths of `interval`.
    pub(super) fn vary(&mut self, interval: Duration) -> Duration {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        interval.saturating_mul(800 + self.random % 401) / 1000
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    const EVERY: Duration = Duration::from_secs(300);

    #[test]
    fn intervals_stay_within_a_fifth_and_differ_between_phones() {
        let intervals = |name: &str| {
            let mut polling = Polling::new(Some(EVERY), name);
            let mut interval = || {
                polling.answered(Duration::ZERO);
                polling.next().unwrap()
            };
            [interval(), interval(), interval()]
        };
        let [one, other] = [intervals("SEP003094C25B15"), intervals("SEP003094C25B16")];
        assert_ne!(one, other);
        for interval in [one, other].concat() {
            assert!((EVERY * 4 / 5..=EVERY * 6 / 5).contains(&interval), "{interval:?}");
        }
    }

    #[test]
    fn failures_double_the_interval_up_to_five_minutes_and_an_answer_ends_that() {
        let mut polling = Polling::new(None, "SEP003094C25B15");
        for expected in [5, 10, 20, 40, 80, 160, 300, 300] {
            polling.failed(Duration::ZERO);
            let seconds = polling.next().unwrap().as_secs_f64();
            let expected = f64::from(expected);
            assert!((expected * 0.8..=expected * 1.2).contains(&seconds), "{seconds} for {expected}");
        }
        polling.answered(Duration::ZERO);
        assert_eq!(polling.next(), None, "nothing is asked every so often");
        polling.failed(Duration::ZERO);
        assert!(polling.next().unwrap() <= Duration::from_secs(6));
    }
}
