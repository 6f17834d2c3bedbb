//! Waits that a person sees: that they go on, and for how long. It must never say that a wait goes on when nothing is
//! waited for.

use core::time::Duration;

use super::{App, Ask, Screen};
use crate::Key;

/// A wait, for the screen that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Whole seconds since it began, or until it ends. It is drawn again whenever they change.
    pub(crate) seconds: u64,
    /// It is known when it ends.
    pub(crate) counts_down: bool,
}

impl App<'_> {
    /// The wait that the screen shows, if it shows one. `view` draws its mark and its seconds.
    pub(crate) fn waiting(&self) -> Option<Waiting> {
        match self.screen {
            Screen::Profiles if self.profiles.chosen().is_some() || !self.profiles.is_reading() => None,
            Screen::Starting | Screen::Busy(_) | Screen::Settling(_) | Screen::Profiles => {
                let seconds = self.now.saturating_sub(self.since).as_secs();
                Some(Waiting { seconds, counts_down: false })
            }
            Screen::ServiceBusy { until, .. } => {
                let left = until.saturating_sub(self.now);
                let started = u64::from(left.subsec_nanos() > 0);
                Some(Waiting { seconds: left.as_secs().saturating_add(started), counts_down: true })
            }
            _ => None,
        }
    }

    /// When the screen of a wait looks different.
    pub(super) fn waiting_changes_at(&self) -> Option<Duration> {
        let Waiting { seconds, counts_down } = self.waiting()?;
        Some(match self.screen {
            Screen::ServiceBusy { until, .. } if counts_down => {
                until.saturating_sub(Duration::from_secs(seconds.saturating_sub(1)))
            }
            _ => self.since.saturating_add(Duration::from_secs(seconds.saturating_add(1))),
        })
    }

    /// Handles a key while the person waits for the service.
    pub(super) fn press_in_wait(&mut self, key: Key) {
        match (self.screen, key) {
            (Screen::Starting, Key::Soft3 | Key::Select) => self.open_menu(),
            (Screen::Busy(ask), Key::Soft3) => self.cancel(ask),
            // What became of it is found out without anybody waiting, and the idle screen says who is logged in.
            (Screen::Settling(_), Key::Soft3) => {
                self.presence.forget();
                self.hush();
                self.go(Screen::Idle);
            }
            _ => self.scroll(key),
        }
    }

    /// Stops waiting. A question is let go; whether a login or a logout went out, whoever carries it knows.
    fn cancel(&mut self, ask: Ask) {
        if ask.is_change() {
            self.cancelled = true;
        } else {
            self.hush();
            self.give_up();
        }
    }

    /// Nobody waits any longer for what is on its way.
    fn hush(&mut self) {
        self.wanted = None;
        if let Some(flight) = &mut self.in_flight {
            flight.quiet = true;
        }
    }
}
