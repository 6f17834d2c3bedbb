//! Pins (PL061 ports): single outputs, and inputs that interrupt on both edges.
//!
//! | register | offset | meaning, one bit a pin |
//! |---|---|---|
//! | data | mask << 2 | the pins of `mask`; the others read 0 and keep their level on a write |
//! | DIR | 0x400 | 1: output |
//! | IBE | 0x408 | 1: interrupt on both edges |
//! | IM | 0x410 | 1: interrupt enabled |
//! | ICR | 0x41C | write 1 to clear |
//! | PUR | 0x510 | 1: pull-up |
//! | DEN | 0x51C | 1: digital |

use hotdesk_board::mmio::{Block, Register};

/// Turns the pins of `mask` on `port` into inputs with pull-ups that interrupt on both edges.
pub fn listen(port: Block, mask: u8) {
    let bits = u32::from(mask);
    port.at(0x400).modify(bits, 0);
    port.at(0x510).modify(0, bits);
    port.at(0x51C).modify(0, bits);
    port.at(0x408).modify(0, bits);
    port.at(0x41C).write(bits);
    port.at(0x410).modify(0, bits);
}

/// Reads the pins of `mask` on `port`.
#[must_use]
pub fn read(port: Block, mask: u8) -> u8 {
    let [levels, ..] = port.at(usize::from(mask) << 2).read().to_le_bytes();
    levels
}

/// Clears the edge interrupts of the pins of `mask` on `port`.
pub fn clear(port: Block, mask: u8) {
    port.at(0x41C).write(u32::from(mask));
}

/// One output pin.
pub struct Output {
    data: Register,
}

impl Output {
    /// Turns a pin into an output with the level `high`.
    #[must_use]
    pub fn new(port: Block, pin: u8, high: bool) -> Self {
        let mut output = Self { data: port.at(4 << pin) };
        port.at(0x400).modify(0, 1 << pin);
        port.at(0x51C).modify(0, 1 << pin);
        output.set(high);
        output
    }

    /// Sets the level.
    pub fn set(&mut self, high: bool) {
        // Only this pin's bit is in the address' mask.
        self.data.write(if high { 0xFF } else { 0 });
    }
}
