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

/// The clock that stands still until a test moves it, which is one for all tests of the process.
#[cfg(test)]
pub(crate) fn reserve() -> std::sync::MutexGuard<'static, ()> {
    static CLOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let clock = CLOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    embassy_time::MockDriver::get().reset();
    clock
}
