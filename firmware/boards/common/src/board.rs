//! What each board does alike for the phone: why it started, its watchdog, a restart, the settings made on it.
//!
//! A board adds its [`Chip`]. The watchdog is fed by the phone's progress alone, never by an interrupt or a timer.

#[cfg(feature = "tls")]
use hotdesk_phone::random::{Generator, NoRandom};
use hotdesk_phone::storage::{History, Storage};
#[cfg(feature = "tls")]
use hotdesk_phone::time::{Clock, UnixTime};
use hotdesk_phone::{Facts, Keeps, NotKept, Start};

#[cfg(feature = "tls")]
use static_cell::StaticCell;

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
    #[cfg(feature = "tls")]
    clock: &'static Clock,
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
    #[cfg_attr(not(feature = "tls"), expect(unused_mut, reason = "the time is read from it"))]
    pub(crate) fn with<S: Storage>(self, mut storage: S, mac: [u8; 6]) -> Board<C, S> {
        Board {
            chip: self.chip,
            #[cfg(feature = "tls")]
            clock: make_clock(&mut storage),
            storage,
            mac,
            start: self.start,
            history: self.history,
        }
    }
}

#[cfg(feature = "tls")]
fn make_clock(storage: &mut impl Storage) -> &'static Clock {
    /// When this was built.
    const BUILT: UnixTime = match UnixTime::from_str_radix(env!("HOTDESK_BUILT"), 10) {
        Ok(built) => built,
        Err(_) => unreachable!(),
    };
    static CLOCK: StaticCell<Clock> = StaticCell::new();
    CLOCK.init(Clock::new(BUILT, storage.load_time()))
}

#[cfg(feature = "tls")]
impl<C, S: Storage> Board<C, S> {
    /// The phone's clock, whose time this keeps.
    pub(crate) fn clock(&self) -> &'static Clock {
        self.clock
    }

    /// Random numbers, from what `sample` gives: see [`Generator::start`].
    pub(crate) fn random(&mut self, sample: impl FnMut() -> u8) -> Result<Generator, NoRandom> {
        Generator::start(&mut self.storage, sample, &self.mac)
    }

    /// Keeps the time where that is due. A memory that fails is not tried again before it is due again.
    fn keep_time(&mut self) {
        let Some(time) = self.clock.to_keep() else { return };
        if self.storage.keep_time(time).is_err() {
            defmt::warn!("time: the memory fails");
        }
        self.clock.keep(time);
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
        #[cfg(feature = "tls")]
        self.keep_time();
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

    #[cfg(feature = "provisioning")]
    async fn keep_file(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        self.storage.keep_file(write)
    }
}
