//! The chip's peripherals that this firmware uses: the data sheet's "Memory Map".
#![allow(unsafe_code)] // The addresses are the data sheet's.

use hotdesk_board::mmio::Block;

/// The block at one of the chip's addresses.
const fn block(base: usize) -> Block {
    // SAFETY: the constants below are all it is called for. The LM3S6965 has no DMA controller: no peripheral writes to RAM.
    unsafe { Block::new(base) }
}

/// The watchdog.
pub const WATCHDOG: Block = block(0x4000_0000);
/// Port C (PL061): bit 7 is the display's data/command line.
pub const GPIO_C: Block = block(0x4000_6000);
/// Port D (PL061): bit 0 selects the display (high) or the SD card (low).
pub const GPIO_D: Block = block(0x4000_7000);
/// Synchronous serial port 0 (PL022): display and SD card.
pub const SSI0: Block = block(0x4000_8000);
/// Serial port 0 (PL011): the keypad.
pub const UART0: Block = block(0x4000_C000);
/// Serial port 1 (PL011): the log.
pub const UART1: Block = block(0x4000_D000);
/// Port E (PL061): up, down, left, right.
pub const GPIO_E: Block = block(0x4002_4000);
/// Port F (PL061): select.
pub const GPIO_F: Block = block(0x4002_5000);
/// General-purpose timer 0: alarms.
pub const TIMER0: Block = block(0x4003_0000);
/// The Ethernet controller.
pub const ETHERNET: Block = block(0x4004_8000);
/// System control.
pub const SYSCTL: Block = block(0x400F_E000);
