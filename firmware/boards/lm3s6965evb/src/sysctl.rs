//! Clock gates: which peripherals run.
//!
//! | register | offset | bits used |
//! |---|---|---|
//! | RCGC1 | 0x104 | UART0 0, UART1 1, SSI0 4, timer 0 16 |
//! | RCGC2 | 0x108 | GPIO C 2, D 3, E 4, F 5, Ethernet MAC 28, Ethernet PHY 30 |

use crate::mmio::{Register, SYSCTL};

const RCGC1: Register = SYSCTL.at(0x104);
const RCGC2: Register = SYSCTL.at(0x108);

/// The core clock after reset, which this firmware leaves as it is, in hertz.
pub const CORE_CLOCK_HZ: u32 = 12_500_000;

/// Turns on the clocks of every peripheral this firmware uses. Call once, before any driver.
pub fn enable_clocks() {
    RCGC1.modify(0, 1 << 0 | 1 << 1 | 1 << 4 | 1 << 16);
    RCGC2.modify(0, 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 28 | 1 << 30);
    // The data sheet asks for three clocks between opening a gate and the first access.
    let _ = RCGC2.read();
    cortex_m::asm::delay(3);
}
