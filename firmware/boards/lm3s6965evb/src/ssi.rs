//! The synchronous serial port (PL022) that display and SD card share.
//!
//! | register | offset | meaning |
//! |---|---|---|
//! | CR0 | 0x00 | 0xC7: 8 bits, clock idles high, data taken on the second edge |
//! | CR1 | 0x04 | 2: on, as master |
//! | DR | 0x08 | data, both ways |
//! | SR | 0x0C | TNF bit 1: room to send; RNE bit 2: something received; BSY bit 4: on the wire |
//! | CPSR | 0x10 | clock divisor, even |

use crate::mmio::{Register, SSI0};

const CR0: Register = SSI0.at(0x00);
const CR1: Register = SSI0.at(0x04);
const DR: Register = SSI0.at(0x08);
const SR: Register = SSI0.at(0x0C);
const CPSR: Register = SSI0.at(0x10);

const CR0_MODE_3_8_BITS: u32 = 0xC7;
const CR1_ON: u32 = 2;
const SR_TNF: u32 = 1 << 1;
const SR_RNE: u32 = 1 << 2;
/// 12.5 MHz / 4: 3.1 Mbit/s, 2.6 microseconds a byte.
const DIVISOR: u32 = 4;

/// The port, turned on. Every byte sent brings one back.
pub struct Ssi {
    _private: (),
}

impl Ssi {
    /// Turns the port on. There must be one `Ssi` at a time.
    #[must_use]
    pub fn start() -> Self {
        CR1.write(0);
        CR0.write(CR0_MODE_3_8_BITS);
        CPSR.write(DIVISOR);
        CR1.write(CR1_ON);
        while SR.read() & SR_RNE != 0 {
            let _ = DR.read();
        }
        Self { _private: () }
    }

    /// Sends one byte and returns the one that came back.
    pub fn transfer(&mut self, byte: u8) -> u8 {
        while SR.read() & SR_TNF == 0 {}
        DR.write(u32::from(byte));
        while SR.read() & SR_RNE == 0 {}
        let [received, ..] = DR.read().to_le_bytes();
        received
    }

    /// Sends bytes and drops what comes back.
    pub fn send(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let _ = self.transfer(*byte);
        }
    }
}
