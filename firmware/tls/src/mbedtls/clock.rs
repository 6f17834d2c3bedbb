//! The clock of Mbed TLS: the time that the phone gave when the connection began. It must never make up a time.
#![allow(unsafe_code, reason = "Mbed TLS asks for the time by hooks")]

use core::cell::Cell;

use critical_section::Mutex;
use mbedtls_rs::sys::hook::timer::{MbedtlsTimer, hook_timer};
use mbedtls_rs::sys::hook::wall_clock::{MbedtlsWallClock, hook_wall_clock};
use mbedtls_rs::sys::tm;

use crate::{Date, UnixTime};

static NOW: Mutex<Cell<Option<UnixTime>>> = Mutex::new(Cell::new(None));

struct Clock;

/// Lets Mbed TLS ask here.
pub(super) fn hook() {
    // SAFETY: both live for ever; called before the first session.
    unsafe {
        hook_timer(Some(&Clock));
        hook_wall_clock(Some(&Clock));
    }
}

/// Sets the time that certificates are checked against.
pub(super) fn set(now: UnixTime) {
    critical_section::with(|cs| NOW.borrow(cs).set(Some(now)));
}

fn now() -> Option<UnixTime> {
    critical_section::with(|cs| NOW.borrow(cs).get())
}

impl MbedtlsTimer for Clock {
    /// A client measures nothing by it.
    fn now(&self) -> i64 {
        now().and_then(|now| i64::try_from(now).ok()).unwrap_or(0).saturating_mul(1000)
    }
}

impl MbedtlsWallClock for Clock {
    fn instant(&self) -> Option<tm> {
        broken_down(now()?)
    }
}

/// Returns a time as C wants it, `None` where that does not hold it.
fn broken_down(time: UnixTime) -> Option<tm> {
    let Date { year, month, day } = Date::of(time)?;
    let second = i32::try_from(time % 86_400).ok()?;
    Some(tm {
        tm_year: i32::from(year) - 1900,
        tm_mon: i32::from(month) - 1,
        tm_mday: i32::from(day),
        tm_hour: second / 3600,
        tm_min: second / 60 % 60,
        tm_sec: second % 60,
        ..tm::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_broken_down_into_its_date() {
        for (time, date) in [
            (0, (1970, 1, 1, 0, 0, 0)),
            (951_782_399, (2000, 2, 28, 23, 59, 59)),
            (1_795_788_010, (2026, 11, 27, 14, 0, 10)),
        ] {
            let tm = broken_down(time).expect("it is a date");
            let (year, month) = (tm.tm_year + 1900, tm.tm_mon + 1);
            assert_eq!((year, month, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec), date);
        }
        assert!(broken_down(UnixTime::MAX).is_none());
    }
}
