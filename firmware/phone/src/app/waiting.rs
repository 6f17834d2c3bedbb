//! Waits that a person sees: that they go on, and for how long. It must never say that a wait goes on when nothing is
//! waited for.

use core::time::Duration;

use super::{App, Screen};

/// A wait, for the screen that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Whole seconds since it began. It is drawn again whenever they change.
    pub(crate) seconds: u64,
}

impl App<'_> {
    /// The wait that the screen shows, if it shows one. `view` draws its mark and its seconds.
    pub(crate) fn waiting(&self) -> Option<Waiting> {
        let waits = matches!(self.screen, Screen::Starting | Screen::Busy(_) | Screen::Settling(_));
        waits.then(|| Waiting { seconds: self.now.saturating_sub(self.since).as_secs() })
    }

    /// When the screen of a wait looks different.
    pub(super) fn waiting_changes_at(&self) -> Option<Duration> {
        let seconds = self.waiting()?.seconds;
        Some(self.since.saturating_add(Duration::from_secs(seconds.saturating_add(1))))
    }
}
