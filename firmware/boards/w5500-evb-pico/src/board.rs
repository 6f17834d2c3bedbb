//! What the phone wants of this board besides keys, display and network.

use crate::flash::BoardFlash;
use embassy_rp::Peri;
use embassy_rp::pac;
use embassy_rp::peripherals::WATCHDOG;
use embassy_rp::watchdog::Watchdog;
use embassy_time::Duration;
use hotdesk_board::record::{self, ResetCause};
use hotdesk_board::{fault, image};
use hotdesk_phone::storage::Storage;
use hotdesk_phone::{Board, Facts, Keeps, NotKept, Start};

/// Without the phone's progress for so long, the chip starts again: nearly the longest time its watchdog counts.
const PATIENCE: Duration = Duration::from_secs(8);

/// The board's side of the phone.
pub(crate) struct W5500EvbPico {
    mac: [u8; 6],
    start: Start,
    starts: u32,
    watchdog: Watchdog,
    settings: Storage<BoardFlash>,
}

impl W5500EvbPico {
    /// Learns why the firmware started, and starts the watchdog.
    #[must_use]
    pub(crate) fn start(
        mac: [u8; 6],
        watchdog: Peri<'static, WATCHDOG>,
        settings: Storage<BoardFlash>,
    ) -> Self {
        let reset = pac::VREG_AND_CHIP_RESET.chip_reset().read();
        let cause = ResetCause { power: reset.had_por(), watchdog: pac::WATCHDOG.reason().read().timer() };
        let (start, starts) = record::begin(cause);
        let mut watchdog = Watchdog::new(watchdog);
        watchdog.start(PATIENCE);
        Self { mac, start, starts, watchdog, settings }
    }
}

impl Board for W5500EvbPico {
    fn facts(&self) -> Facts {
        Facts {
            board: "w5500-evb-pico",
            build: image::id_text(),
            mac: self.mac,
            starts: self.starts,
            start: self.start.clone(),
            keeps: Keeps::ForGood,
        }
    }

    fn alive(&mut self) {
        self.watchdog.feed(PATIENCE);
    }

    fn restart(&mut self) {
        record::restarted();
        fault::restart()
    }

    async fn save(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        self.settings.save(write)
    }

    async fn forget(&mut self) -> Result<(), NotKept> {
        self.settings.forget()
    }
}
