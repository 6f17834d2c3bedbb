//! System control: which peripherals run, how fast the core is, what reset the chip, the MAC address.

use hotdesk_board::mmio::Register;
use hotdesk_board::record::ResetCause;

use crate::mmio::SYSCTL;

const RESC: Register = SYSCTL.at(0x05C); // what reset the chip since RESC was cleared: POR 1, BOR 2, WDT 3; QEMU sets none
const RCC: Register = SYSCTL.at(0x060); // SYSDIV 23 to 26: the clock's divisor less 1
const RCC2: Register = SYSCTL.at(0x070); // USERCC2 31: RCC2 counts instead of RCC; SYSDIV2 23 to 28
const RCGC0: Register = SYSCTL.at(0x100); // watchdog 3
const RCGC1: Register = SYSCTL.at(0x104); // UART0 0, UART1 1, SSI0 4, timer 0 16
const RCGC2: Register = SYSCTL.at(0x108); // GPIO C 2, D 3, E 4, F 5, Ethernet MAC 28, Ethernet PHY 30
const USER0: Register = SYSCTL.at(0x1E0); // the MAC address, three octets each, the first in the lowest byte; all ones: not written
const USER1: Register = SYSCTL.at(0x1E4);

/// What the divisor divides: the PLL's 400 MHz, halved.
const DIVIDED_HZ: u32 = 200_000_000;

/// The core clock in hertz, as QEMU reckons it: from the divisor alone, which stays what it is at reset (12.5 MHz). The chip
/// also looks at the bits that select oscillator and PLL.
#[must_use]
pub fn core_clock_hz() -> u32 {
    let (rcc, rcc2) = (RCC.read(), RCC2.read());
    let divisor = if rcc2 & 1 << 31 != 0 { rcc2 >> 23 & 0x3F } else { rcc >> 23 & 0xF };
    DIVIDED_HZ.checked_div(divisor.saturating_add(1)).unwrap_or(DIVIDED_HZ)
}

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

/// The MAC address that was written into the chip, if one was.
#[must_use]
pub fn mac_address() -> Option<[u8; 6]> {
    let ([a, b, c, _], [d, e, f, _]) = (USER0.read().to_le_bytes(), USER1.read().to_le_bytes());
    let mac = [a, b, c, d, e, f];
    (mac != [0xFF; 6] && mac != [0; 6]).then_some(mac)
}
