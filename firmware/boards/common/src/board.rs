//! What each board does alike for the phone: why it started, its watchdog, a restart, the settings made on it.
//!
//! A board adds its [`Chip`]. The watchdog is fed by the phone's progress alone, never by an interrupt or a timer.

use hotdesk_phone::storage::{History, Storage};
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

/// A board, as the phone wants it.
pub struct Board<C, S> {
    chip: C,
    storage: S,
    pub(crate) mac: [u8; 6],
    start: Start,
    history: History,
}

/// A board before its settings were read.
pub(crate) struct Started<C> {
    chip: C,
    start: Start,
    history: History,
}

impl<C: Chip> Started<C> {
    /// Finds out why the firmware started, starts the watchdog, and notes the start in `storage`.
    #[must_use]
    pub(crate) fn now(mut chip: C, storage: &mut impl Storage) -> Self {
        let (start, starts) = record::begin(chip.take_reset_cause());
        chip.start_watchdog();
        let history = storage.note_start(&start, *image::id()).unwrap_or_else(|NotKept| {
            defmt::warn!("starts: the memory fails");
            None
        });
        Self { chip, start, history: history.unwrap_or(History { starts, failure: None }) }
    }

    /// The board with its storage.
    #[must_use]
    pub(crate) fn with<S: Storage>(self, storage: S, mac: [u8; 6]) -> Board<C, S> {
        Board { chip: self.chip, storage, mac, start: self.start, history: self.history }
    }
}

impl<C: Chip, S: Storage> hotdesk_phone::Board for Board<C, S> {
    fn facts(&self) -> Facts {
        Facts {
            board: C::NAME,
            build: image::id_text(),
            mac: self.mac,
            starts: self.history.starts,
            start: self.start.clone(),
            failure: self.history.failure.clone(),
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
        self.storage.save(write)
    }

    async fn forget(&mut self) -> Result<(), NotKept> {
        self.storage.forget()
    }
}
