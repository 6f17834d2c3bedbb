//! The time of day, which certificates are checked against.
//!
//! It is known once a time server has told it since the start, and never behind the floor: the later of when the image was
//! built and of the last time that was kept. Nobody signs what a time server says, so whoever is on the way can set the
//! phone's time anywhere above the floor. It must never say a time that no server told since the start: a phone that was
//! switched off for a year would take certificates that have expired since.

use core::cell::Cell;
use core::net::SocketAddrV4;
use core::time::Duration;

pub use hotdesk_tls::UnixTime;

use crate::clock;

/// How long an answer of a time server is good for: a clock of a quartz is seconds late by then.
const GOOD_FOR: Duration = Duration::from_secs(24 * 3600);

/// How long after a question the next one waits, while the time is known.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3600);

/// How far the time must be ahead of the one that was kept before it is kept: flash wears out.
const KEPT_EVERY: UnixTime = 24 * 3600;

/// How far an answer may be from what the phone's clock says without being another time.
const JUMP: UnixTime = 60;

/// Where the phone has its time from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Origin {
    /// When the image was built: what the time server told was before that.
    Built,
    /// The last time that was kept: what the time server told was before that.
    Kept,
    /// This time server.
    Server(#[cfg_attr(feature = "defmt", defmt(Debug2Format))] SocketAddrV4),
}

/// A time that is known, and where from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The time when the phone started.
    started: UnixTime,
    /// Where it is from.
    pub origin: Origin,
}

impl Known {
    /// The time so long after the start.
    #[must_use]
    pub fn at(&self, since_start: Duration) -> UnixTime {
        self.started.saturating_add(since_start.as_secs())
    }
}

/// The phone's clock.
#[derive(Debug)]
pub struct Clock {
    built: UnixTime,
    kept: Cell<UnixTime>,
    known: Cell<Option<Known>>,
    answered: Cell<Option<Duration>>,
    asked: Cell<Option<Duration>>,
}

impl Clock {
    /// A clock that does not know the time. `built` is when the image was built, `kept` the time that was kept last.
    #[must_use]
    pub const fn new(built: UnixTime, kept: Option<UnixTime>) -> Self {
        let kept = match kept {
            Some(kept) => kept,
            None => 0,
        };
        Self {
            built,
            kept: Cell::new(kept),
            known: Cell::new(None),
            answered: Cell::new(None),
            asked: Cell::new(None),
        }
    }

    /// The time now, if it is known.
    #[must_use]
    pub fn now(&self) -> Option<UnixTime> {
        Some(self.known.get()?.at(clock::now()))
    }

    /// The time that is known, and where from.
    #[must_use]
    pub fn known(&self) -> Option<Known> {
        self.known.get()
    }

    /// The time that none is before.
    #[must_use]
    pub fn floor(&self) -> UnixTime {
        self.built.max(self.kept.get())
    }

    /// Whether a time server is to be asked before the time is used.
    #[must_use]
    pub fn is_due(&self, now: Duration) -> bool {
        let since = |then: Option<Duration>| then.map(|then| now.saturating_sub(then));
        match (since(self.answered.get()), since(self.asked.get())) {
            (Some(answered), Some(asked)) => answered >= GOOD_FOR && asked >= ASK_AGAIN_AFTER,
            _ => true,
        }
    }

    /// Takes that time servers are asked now.
    pub fn asks(&self, now: Duration) {
        self.asked.set(Some(now));
    }

    /// Takes what a time server told, and returns whether the time is another now than the clock said.
    pub fn take(&self, told: UnixTime, server: SocketAddrV4, now: Duration) -> bool {
        let (built, kept) = (self.built, self.kept.get());
        let (time, origin) = match told {
            told if told >= built.max(kept) => (told, Origin::Server(server)),
            _ if kept > built => (kept, Origin::Kept),
            _ => (built, Origin::Built),
        };
        let before = self.known.replace(Some(Known { started: time.saturating_sub(now.as_secs()), origin }));
        self.answered.set(Some(now));
        before.is_none_or(|before| before.at(now).abs_diff(time) > JUMP)
    }

    /// The time, if it is known and to be kept; [`Clock::keep`] says that it was.
    #[must_use]
    pub fn to_keep(&self) -> Option<UnixTime> {
        self.to_keep_at(clock::now())
    }

    fn to_keep_at(&self, now: Duration) -> Option<UnixTime> {
        let time = self.known.get()?.at(now);
        (time >= self.floor().saturating_add(KEPT_EVERY)).then_some(time)
    }

    /// Takes that this time was kept: none is before it from now on.
    pub fn keep(&self, time: UnixTime) {
        self.kept.set(time);
    }
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use super::*;

    const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 1), 123);
    const BUILT: UnixTime = 1_795_000_000;
    const DAY: UnixTime = 24 * 3600;
    const START: Duration = Duration::from_secs(5);

    fn hours(hours: u64) -> Duration {
        START + Duration::from_secs(hours * 3600)
    }

    #[test]
    fn the_time_is_not_known_before_a_server_told_it() {
        let clock = Clock::new(BUILT, Some(BUILT + DAY));
        assert_eq!((clock.now(), clock.known(), clock.to_keep_at(hours(48))), (None, None, None));
        assert!(clock.is_due(START));
        clock.asks(START);
        assert!(clock.is_due(START), "it is asked again, whatever was asked before");
    }

    #[test]
    fn the_time_goes_on_from_what_a_server_told() {
        let clock = Clock::new(BUILT, None);
        clock.take(BUILT + 100, SERVER, START);
        let known = clock.known().unwrap();
        assert_eq!(known.origin, Origin::Server(SERVER));
        assert_eq!(
            (known.at(START), known.at(START + Duration::from_millis(2_500))),
            (BUILT + 100, BUILT + 102)
        );
    }

    #[test]
    fn the_time_is_never_behind_the_floor_and_says_so() {
        for (kept, floor, origin) in [
            (None, BUILT, Origin::Built),
            (Some(BUILT - DAY), BUILT, Origin::Built),
            (Some(BUILT + DAY), BUILT + DAY, Origin::Kept),
        ] {
            let clock = Clock::new(BUILT, kept);
            assert_eq!(clock.floor(), floor);
            for told in [0, floor - 1] {
                clock.take(told, SERVER, START);
                let known = clock.known().unwrap();
                assert_eq!((known.at(START), known.origin), (floor, origin), "{told}");
            }
            clock.take(floor, SERVER, START);
            assert_eq!(clock.known().unwrap().origin, Origin::Server(SERVER));
        }
    }

    #[test]
    fn a_time_that_was_kept_is_the_floor_from_then_on() {
        let clock = Clock::new(BUILT, None);
        clock.take(BUILT + DAY - 1, SERVER, START);
        assert_eq!(clock.to_keep_at(START), None, "the flash is spared");
        assert_eq!(clock.to_keep_at(START + Duration::from_secs(1)), Some(BUILT + DAY));
        clock.keep(BUILT + DAY);
        assert_eq!(clock.to_keep_at(START + Duration::from_secs(1)), None);
        clock.take(BUILT, SERVER, hours(1));
        let known = clock.known().unwrap();
        assert_eq!((known.at(hours(1)), known.origin), (BUILT + DAY, Origin::Kept));
    }

    #[test]
    fn a_server_is_asked_again_after_a_day_and_then_once_an_hour() {
        let clock = Clock::new(BUILT, None);
        clock.asks(START);
        clock.take(BUILT, SERVER, START);
        assert!(!clock.is_due(hours(24) - Duration::from_millis(1)));
        assert!(clock.is_due(hours(24)));
        clock.asks(hours(24));
        assert!(
            !clock.is_due(hours(25) - Duration::from_millis(1)),
            "no server answered: each login would wait"
        );
        assert!(clock.is_due(hours(25)));
    }

    #[test]
    fn another_time_is_told_from_the_same_one() {
        let clock = Clock::new(BUILT, None);
        assert!(clock.take(BUILT + DAY, SERVER, START));
        assert!(!clock.take(BUILT + DAY + 3600 + JUMP, SERVER, hours(1)));
        assert!(
            clock.take(BUILT + DAY + 7200 - 1, SERVER, hours(2)),
            "an hour later, a minute and a second less"
        );
    }
}
