//! The clock of `embassy-time` as a time since the start, which core and the app expect.

use core::time::Duration;

use embassy_time::Instant;

/// The time since the start.
pub(crate) fn now() -> Duration {
    Duration::from_micros(Instant::now().as_micros())
}

/// The moment at this time from the start, or the latest one that the clock can count to.
pub(crate) fn instant(since_start: Duration) -> Instant {
    u64::try_from(since_start.as_micros()).ok().and_then(Instant::try_from_micros).unwrap_or(Instant::MAX)
}
