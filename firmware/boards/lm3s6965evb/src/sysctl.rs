//! Clock gates: which peripherals run. And what reset the chip.
//!
//! | register | offset | bits used |
//! |---|---|---|
//! | RESC | 0x05C | what reset the chip since RESC was cleared: POR 1, BOR 2, WDT 3; QEMU sets none |
//! | RCGC0 | 0x100 | watchdog 3 |
//! | RCGC1 | 0x104 | UART0 0, UART1 1, SSI0 4, timer 0 16 |
//! | RCGC2 | 0x108 | GPIO C 2, D 3, E 4, F 5, Ethernet MAC 28, Ethernet PHY 30 |

use hotdesk_board::record::ResetCause;

use crate::mmio::{Register, SYSCTL};

const RESC: Register = SYSCTL.at(0x05C);
const RCGC0: Register = SYSCTL.at(0x100);
const RCGC1: Register = SYSCTL.at(0x104);
const RCGC2: Register = SYSCTL.at(0x108);

/// The core clock after reset, which this firmware leaves as it is, in hertz.
pub const CORE_CLOCK_HZ: u32 = 12_500_000;

/// Turns on the clocks of every peripheral this firmware uses. Call once, before any driver.
pub fn enable_clocks() {
    RCGC0.modify(0, 1 << 3);
    RCGC1.modify(0, 1 << 0 | 1 << 1 | 1 << 4 | 1 << 16);
    RCGC2.modify(0, 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 28 | 1 << 30);
    // The data sheet asks for three clocks between opening a gate and the first access.
    let _ = RCGC2.read();
    cortex_m::asm::delay(3);
}

/// Reads what reset the chip, and clears it for the next time. QEMU never says: there a watchdog that had to reset the board
/// by itself looks like the reset line.
#[must_use]
pub fn take_reset_cause() -> ResetCause {
    let cause = RESC.read();
    RESC.write(0);
    ResetCause { power: cause & (1 << 1 | 1 << 2) != 0, watchdog: cause & 1 << 3 != 0 }
}
