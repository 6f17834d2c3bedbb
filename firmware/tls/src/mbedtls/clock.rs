//! The clock of Mbed TLS: the time that the phone gave when the connection began. It must never make up a time.
#![allow(unsafe_code, reason = "Mbed TLS asks for the time by hooks")]

use core::cell::Cell;

use critical_section::Mutex;
use mbedtls_rs::sys::hook::timer::{MbedtlsTimer, hook_timer};
use mbedtls_rs::sys::hook::wall_clock::{MbedtlsWallClock, hook_wall_clock};
use mbedtls_rs::sys::tm;

use crate::UnixTime;

const DAY: u64 = 86_400;
/// The days from the start of March of the year 0 to the start of 1970.
const DAYS_BEFORE_1970: u64 = 719_468;
const DAYS_IN_400_YEARS: u64 = 146_097;

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

/// Returns a time as C wants it, `None` where that does not hold it. Years begin in March here, so that a leap day is
/// the last of its year (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn broken_down(time: UnixTime) -> Option<tm> {
    let (days, second) = ((time / DAY).checked_add(DAYS_BEFORE_1970)?, time % DAY);
    let (era, day) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let (month_of_year, next) = if month < 10 { (month + 2, 0) } else { (month - 10, 1) };
    Some(tm {
        tm_year: i32::try_from((era.checked_mul(400)? + year + next).checked_sub(1900)?).ok()?,
        tm_mon: i32::try_from(month_of_year).ok()?,
        tm_mday: i32::try_from(day_of_year - (153 * month + 2) / 5 + 1).ok()?,
        tm_hour: i32::try_from(second / 3600).ok()?,
        tm_min: i32::try_from(second / 60 % 60).ok()?,
        tm_sec: i32::try_from(second % 60).ok()?,
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
            (951_782_400, (2000, 2, 29, 0, 0, 0)),
            (951_868_800, (2000, 3, 1, 0, 0, 0)),
            (1_795_788_010, (2026, 11, 27, 14, 0, 10)),
            (4_107_542_400, (2100, 3, 1, 0, 0, 0)),
        ] {
            let tm = broken_down(time).expect("it is a date");
            let (year, month) = (tm.tm_year + 1900, tm.tm_mon + 1);
            assert_eq!((year, month, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec), date);
        }
        assert!(broken_down(UnixTime::MAX).is_none());
    }
}
