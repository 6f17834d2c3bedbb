//! The chip as `hotdesk_board` wants it: what reset it, and the watchdog.

use embassy_rp::peripherals::WATCHDOG;
use embassy_rp::watchdog::Watchdog;
use embassy_rp::{Peri, pac};
use embassy_time::Duration;
use hotdesk_board::board::Chip;
use hotdesk_board::record::ResetCause;
use hotdesk_phone::Keeps;

/// Without the phone's progress for so long, the chip starts again: nearly the longest time its watchdog counts.
const PATIENCE: Duration = Duration::from_secs(8);

/// The RP2040 or RP2350.
pub(crate) struct Rp {
    watchdog: Watchdog,
}

impl Rp {
    /// Takes the watchdog.
    pub(crate) fn new(watchdog: Peri<'static, WATCHDOG>) -> Self {
        Self { watchdog: Watchdog::new(watchdog) }
    }
}

impl Chip for Rp {
    #[cfg(feature = "rp2040")]
    const NAME: &'static str = "w5500-evb-pico";
    #[cfg(feature = "pico2")]
    const NAME: &'static str = "w5500-evb-pico2";
    const KEEPS: Keeps = Keeps::ForGood;

    /// The chip's registers of it cannot be cleared: a reset changes them.
    fn take_reset_cause(&mut self) -> ResetCause {
        #[cfg(feature = "rp2040")]
        let reset = pac::VREG_AND_CHIP_RESET.chip_reset().read();
        #[cfg(feature = "pico2")]
        let reset = pac::POWMAN.chip_reset().read();
        ResetCause { power: reset.had_por(), watchdog: pac::WATCHDOG.reason().read().timer() }
    }

    fn start_watchdog(&mut self) {
        self.watchdog.start(PATIENCE);
    }

    fn feed_watchdog(&mut self) {
        self.watchdog.feed(PATIENCE);
    }
}
