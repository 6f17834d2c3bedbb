//! What the phone wants of this board besides keys, display and network.

use cortex_m::peripheral::SCB;
use hotdesk_phone::{Board, Facts, Keeps, NotKept, Start};

use crate::{ethernet, log};

/// The board's side of the phone.
pub struct Lm3s6965Evb {
    starts: u32,
}

impl Lm3s6965Evb {
    /// `starts`: how often the phone has started.
    #[must_use]
    pub fn new(starts: u32) -> Self {
        Self { starts }
    }
}

impl Board for Lm3s6965Evb {
    fn facts(&self) -> Facts {
        Facts {
            board: "lm3s6965evb",
            build: heapless::String::new(),
            mac: ethernet::mac_address(),
            starts: self.starts,
            start: Start::Reset,
            keeps: Keeps::UntilPowerOff,
        }
    }

    fn alive(&mut self) {}

    fn restart(&mut self) {
        log::flush();
        SCB::sys_reset()
    }

    async fn save(&mut self, _write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        Err(NotKept)
    }

    async fn forget(&mut self) -> Result<(), NotKept> {
        Ok(())
    }
}
