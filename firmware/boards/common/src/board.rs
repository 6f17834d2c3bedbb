//! What each board does alike for the phone: why it started, its watchdog, a restart, the settings made on it.
//!
//! A board adds its [`Chip`]. The watchdog is fed by the phone's progress alone, never by an interrupt or a timer.

use hotdesk_phone::storage::{Memory, Storage};
use hotdesk_phone::{Facts, Keeps, NotKept, Start};

use crate::record::{self, ResetCause};
use crate::{fault, image};

/// A board's chip, as far as restarts go.
pub trait Chip {
    /// The board's name.
    const NAME: &'static str;
    /// How long the board's memory keeps settings.
    const KEEPS: Keeps;

    /// Says what reset the chip, as far as the chip knows, and clears that for the next time.
    fn take_reset_cause(&mut self) -> ResetCause;

    /// Starts the watchdog. Nothing stops it any more; it must wait for several [`PULSE`](hotdesk_phone::PULSE)s.
    fn start_watchdog(&mut self);

    /// Takes that the phone makes progress.
    fn feed_watchdog(&mut self);
}

/// A board's memory, as far as it counts starts.
pub trait CountsStarts {
    /// Counts this start in memory that outlasts being switched off, once, and returns how often the phone has started; none
    /// where there is no such memory, or it fails.
    fn count_start(&mut self) -> Option<u32>;
}

/// A board, as the phone wants it.
pub struct Board<C, M> {
    chip: C,
    settings: Storage<M>,
    pub(crate) mac: [u8; 6],
    start: Start,
    starts: u32,
}

/// A board before its settings were read.
pub(crate) struct Started<C> {
    chip: C,
    start: Start,
    starts: u32,
}

impl<C: Chip> Started<C> {
    /// Finds out why the firmware started, starts the watchdog, and counts the start in `memory`.
    #[must_use]
    pub(crate) fn now(mut chip: C, memory: &mut impl CountsStarts) -> Self {
        let (start, since_power_on) = record::begin(chip.take_reset_cause());
        chip.start_watchdog();
        Self { chip, start, starts: memory.count_start().unwrap_or(since_power_on) }
    }

    /// The board with the settings in its memory.
    #[must_use]
    pub(crate) fn with<M: Memory>(self, settings: Storage<M>, mac: [u8; 6]) -> Board<C, M> {
        Board { chip: self.chip, settings, mac, start: self.start, starts: self.starts }
    }
}

impl<C: Chip, M: Memory> hotdesk_phone::Board for Board<C, M> {
    fn facts(&self) -> Facts {
        Facts {
            board: C::NAME,
            build: image::id_text(),
            mac: self.mac,
            starts: self.starts,
            start: self.start.clone(),
            keeps: C::KEEPS,
            wrong_codes: record::wrong_codes(),
        }
    }

    fn alive(&mut self) {
        self.chip.feed_watchdog();
    }

    fn restart(&mut self) {
        record::restarted();
        fault::restart()
    }

    fn count_wrong_codes(&mut self, count: u32) {
        record::count_wrong_codes(count);
    }

    async fn save(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        self.settings.save(write)
    }

    async fn forget(&mut self) -> Result<(), NotKept> {
        self.settings.forget()
    }
}
