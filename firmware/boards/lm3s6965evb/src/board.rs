//! What the phone wants of this board besides keys, display and network.

use hotdesk_board::{fault, image, record};
use hotdesk_phone::{Board, Facts, Keeps, NotKept, Start};

use crate::{ethernet, settings, sysctl, watchdog};

/// The board's side of the phone.
pub struct Lm3s6965Evb {
    start: Start,
    starts: u32,
}

impl Lm3s6965Evb {
    /// Learns why the firmware started, and starts the watchdog. There must be one.
    #[must_use]
    pub fn start() -> Self {
        let (start, starts) = record::begin(sysctl::take_reset_cause());
        watchdog::start();
        Self { start, starts }
    }
}

impl Board for Lm3s6965Evb {
    fn facts(&self) -> Facts {
        Facts {
            board: "lm3s6965evb",
            build: image::id_text(),
            mac: ethernet::mac_address(),
            starts: self.starts,
            start: self.start.clone(),
            keeps: Keeps::UntilPowerOff,
        }
    }

    fn alive(&mut self) {
        watchdog::feed();
    }

    fn restart(&mut self) {
        record::restarted();
        fault::restart()
    }

    async fn save(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        settings::storage().save(write)
    }

    async fn forget(&mut self) -> Result<(), NotKept> {
        settings::storage().forget()
    }
}
