//! The chip as `hotdesk_board` wants it: what reset it, the watchdog, the MAC address.

use hotdesk_board::record::ResetCause;
use hotdesk_board::{board, identity};
use hotdesk_phone::Keeps;

/// GAP clocks: what the core runs at, in hertz. A HAL knows it.
pub(crate) const CORE_CLOCK_HZ: u32 = 16_000_000;

/// The chip.
pub(crate) struct Chip;

impl board::Chip for Chip {
    const NAME: &'static str = "template";
    const KEEPS: Keeps = Keeps::UntilPowerOff;

    fn take_reset_cause(&mut self) -> ResetCause {
        // GAP reset cause: the chip's register of it; clear it for the next time.
        ResetCause { power: false, watchdog: false }
    }

    fn start_watchdog(&mut self) {
        // GAP watchdog: start it with 8 s or more.
    }

    fn feed_watchdog(&mut self) {
        // GAP watchdog: feed it.
    }
}

/// Has a timer call `hotdesk_board::clock::on_alarm` after so many cycles of the core.
pub(crate) fn set_alarm(_cycles: Option<u32>) {
    // GAP time: a timer of the chip's, where no HAL brings a driver of embassy-time's.
}

/// The MAC address.
pub(crate) fn mac_address() -> [u8; 6] {
    // GAP MAC address: one that was written into the flash, if any, and the unique ID that others are made of.
    identity::mac_address([0xFF; 6], [0; 8])
}
