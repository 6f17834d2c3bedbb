//! The chip as `hotdesk_board` wants it: what reset it, and the watchdog, which restarts a phone that makes no progress.
//!
//! After [`PATIENCE`] without food an interrupt (`hotdesk_board::fault::on_watchdog`) notes where the firmware is stuck and
//! restarts. Where that cannot come through, the watchdog resets the board by itself after the same time again.
//!
//! On the emulated board time goes on while the host gives QEMU no processor: the patience must bear a loaded host.

use hotdesk_board::board::Chip;
use hotdesk_board::mmio::Register;
use hotdesk_board::record::ResetCause;
use hotdesk_phone::Keeps;

use crate::interrupts::{self, Interrupt};
use crate::mmio::WATCHDOG;
use crate::sysctl;

const LOAD: Register = WATCHDOG.at(0x000); // cycles until the time-out; writing it starts anew
const CTL: Register = WATCHDOG.at(0x008); // interrupt at the first time-out, from now on 1, reset at the second 2
const ICR: Register = WATCHDOG.at(0x00C); // any write: clear the interrupt
const LOCK: Register = WATCHDOG.at(0xC00); // 0x1ACCE551: registers can be written; any other value: they cannot

const LOCK_OPEN: u32 = 0x1ACC_E551;

/// Seconds without progress.
const PATIENCE: u32 = 20;

/// The chip.
pub struct Lm3s6965;

impl Chip for Lm3s6965 {
    const NAME: &'static str = "lm3s6965evb";
    const KEEPS: Keeps = Keeps::UntilPowerOff;

    fn take_reset_cause(&mut self) -> ResetCause {
        sysctl::take_reset_cause()
    }

    fn start_watchdog(&mut self) {
        self.feed_watchdog();
        LOCK.write(LOCK_OPEN);
        ICR.write(0);
        CTL.write(1 | 2);
        LOCK.write(0);
        interrupts::enable(Interrupt::Watchdog);
    }

    fn feed_watchdog(&mut self) {
        LOCK.write(LOCK_OPEN);
        LOAD.write(sysctl::core_clock_hz().saturating_mul(PATIENCE));
        LOCK.write(0);
    }
}
