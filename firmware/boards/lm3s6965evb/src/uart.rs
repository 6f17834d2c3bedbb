//! What the serial ports (PL011) have in common: speed, format, registers.
//!
//! | register | offset | meaning |
//! |---|---|---|
//! | DR | 0x00 | data, both ways |
//! | FR | 0x18 | RXFE bit 4: nothing received; TXFF bit 5: no room to send |
//! | IBRD, FBRD | 0x24, 0x28 | speed: clock / (16 * (IBRD + FBRD / 64)) |
//! | LCRH | 0x2C | 0x70: 8 bits, no parity, FIFOs on |
//! | CR | 0x30 | 0x301: port, receiver and transmitter on |
//! | IM | 0x38 | interrupts enabled: RX 0x10, TX 0x20, receive timeout 0x40 |
//! | ICR | 0x44 | write 1 to clear an interrupt, bits as IM |

use crate::mmio::{Block, Register};
use crate::sysctl::CORE_CLOCK_HZ;

const BAUD: u32 = 115_200;
/// The divisor in 64ths, rounded to the nearest.
const DIVISOR_64THS: u32 = (CORE_CLOCK_HZ * 4 + BAUD / 2) / BAUD;

const FR_RXFE: u32 = 1 << 4;
const FR_TXFF: u32 = 1 << 5;
const LCRH_8N1_FIFO: u32 = 0x70;
const CR_ON: u32 = 0x301;

/// Received bytes are waiting.
pub const INTERRUPT_RX: u32 = 0x10;
/// There is room to send again.
pub const INTERRUPT_TX: u32 = 0x20;
/// Received bytes are waiting, fewer than RX asks for.
pub const INTERRUPT_RX_TIMEOUT: u32 = 0x40;

/// A serial port at 115200 bit/s, 8 bits, no parity.
#[derive(Clone, Copy)]
pub struct Uart {
    data: Register,
    flags: Register,
    integer_divisor: Register,
    fractional_divisor: Register,
    line_control: Register,
    control: Register,
    interrupt_mask: Register,
    interrupt_clear: Register,
}

impl Uart {
    /// Names the registers of the port at `block`.
    #[must_use]
    pub const fn new(block: Block) -> Self {
        Self {
            data: block.at(0x00),
            flags: block.at(0x18),
            integer_divisor: block.at(0x24),
            fractional_divisor: block.at(0x28),
            line_control: block.at(0x2C),
            control: block.at(0x30),
            interrupt_mask: block.at(0x38),
            interrupt_clear: block.at(0x44),
        }
    }

    /// Sets speed and format and turns the port on, with the interrupts of `mask`.
    pub fn start(self, mask: u32) {
        self.control.write(0);
        self.integer_divisor.write(DIVISOR_64THS / 64);
        self.fractional_divisor.write(DIVISOR_64THS % 64);
        // The divisors take effect when LCRH is written.
        self.line_control.write(LCRH_8N1_FIFO);
        self.listen(mask);
        self.control.write(CR_ON);
    }

    /// Takes one received byte.
    #[must_use]
    pub fn read(self) -> Option<u8> {
        if self.flags.read() & FR_RXFE != 0 {
            return None;
        }
        // Bits 8 to 11 are error flags of this byte; a damaged frame is for the decoder to refuse.
        let [byte, ..] = self.data.read().to_le_bytes();
        Some(byte)
    }

    /// True when a byte can be sent without waiting.
    #[must_use]
    pub fn has_room(self) -> bool {
        self.flags.read() & FR_TXFF == 0
    }

    /// Sends one byte; it is lost unless [`has_room`](Self::has_room) was true.
    pub fn write(self, byte: u8) {
        self.data.write(u32::from(byte));
    }

    /// Selects the enabled interrupts.
    pub fn listen(self, mask: u32) {
        self.interrupt_mask.write(mask);
    }

    /// Clears interrupts, bits as for [`listen`](Self::listen).
    pub fn clear(self, mask: u32) {
        self.interrupt_clear.write(mask);
    }
}
