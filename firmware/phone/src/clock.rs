//! The clock of `embassy-time` as core and the app count time: since the start.

use core::time::Duration;

use embassy_time::Instant;

/// The time since the start.
pub(crate) fn now() -> Duration {
    Duration::from_micros(Instant::now().as_micros())
}

/// The moment that far from the start, or the end of time where it is farther than the clock counts.
pub(crate) fn instant(since_start: Duration) -> Instant {
    u64::try_from(since_start.as_micros()).ok().and_then(Instant::try_from_micros).unwrap_or(Instant::MAX)
}
