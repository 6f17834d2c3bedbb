//! How often to try again, and how long to wait before. The jitter comes from the caller's seed: core has no source of
//! randomness, and a test can predict every wait. A wait must never be longer than the caller's bound.

use core::time::Duration;

/// How often a session tries again (PROTOCOL.md section 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Retry {
    /// How many rounds there are through all services, while none carries the operation out or answers the query. 0 counts
    /// as 1.
    pub rounds: u8,
    /// How often the operation is sent again after code 26, by which a service says that it is busy.
    pub busy: u8,
    /// Whether a change is sent a second time after a query said that it was not carried out. Only a driver that can write
    /// it again may set this: a phone that wiped the PIN cannot.
    pub resend: bool,
    /// The first wait. Each wait is twice as long as the one before.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
}

impl Default for Retry {
    /// 3 rounds, 5 times after code 26, a second sending after a query, waits from 1 s to 16 s.
    fn default() -> Self {
        Self {
            rounds: 3,
            busy: 5,
            resend: true,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(16),
        }
    }
}

impl Retry {
    /// Each service is tried once, and nothing is sent again.
    pub const ONCE: Self =
        Self { rounds: 1, busy: 0, resend: false, first_wait: Duration::ZERO, longest_wait: Duration::ZERO };
}

/// The waits, one after the other.
pub(super) struct Waits {
    retry: Retry,
    /// The wait before jitter.
    next: Duration,
    random: u64,
}

impl Waits {
    pub(super) fn new(retry: Retry, seed: u64) -> Self {
        Self { retry, next: retry.first_wait, random: seed }
    }

    /// Starts again with the first wait.
    pub(super) fn restart(&mut self) {
        self.next = self.retry.first_wait;
    }

    /// Returns the next wait: at random between half of it and all of it, so that phones that failed together do not come
    /// back together.
    pub(super) fn take(&mut self) -> Duration {
        let whole = self.next.min(self.retry.longest_wait);
        self.next = whole.saturating_mul(2);
        let divided = |duration: Duration, by: u32| duration.checked_div(by).unwrap_or_default();
        let half = divided(whole, 2);
        half.saturating_add(divided(half.saturating_mul(self.draw()), u16::MAX.into()))
    }

    /// Draws a number from 0 to 65535 (SplitMix64, Steele, Lea and Flood 2014).
    fn draw(&mut self) -> u32 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let [high, low, ..] = (z ^ (z >> 31)).to_be_bytes();
        u32::from(u16::from_be_bytes([high, low]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_12_8_waits_double_to_the_longest_and_lie_in_their_upper_half() {
        let retry = Retry {
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(6),
            ..Retry::default()
        };
        for seed in 0..1000 {
            let mut waits = Waits::new(retry, seed);
            for whole in [1, 2, 4, 6, 6, 6].map(Duration::from_secs) {
                let wait = waits.take();
                assert!(whole / 2 <= wait && wait <= whole, "{wait:?} of {whole:?}");
            }
            waits.restart();
            assert!(waits.take() <= Duration::from_secs(1));
        }
    }

    #[test]
    fn rule_12_8_the_seed_decides_the_waits() {
        let waits = |seed| {
            let mut waits = Waits::new(Retry::default(), seed);
            [(); 6].map(|()| waits.take())
        };
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
    }

    #[test]
    fn no_wait_is_too_long_to_count() {
        let retry = Retry { first_wait: Duration::MAX, longest_wait: Duration::MAX, ..Retry::default() };
        let mut waits = Waits::new(retry, 1);
        assert!(waits.take() > Duration::from_secs(1));
        assert!(waits.take() <= Duration::MAX);
        let mut none = Waits::new(Retry::ONCE, 1);
        assert_eq!(none.take(), Duration::ZERO);
    }
}
