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
/// Bytes that the port holds received at most.
const FIFO_BYTES: u32 = 8;
/// How often the port is asked whether it is done with a byte: many times as long as a byte takes.
const PATIENCE: u32 = 10_000;

/// The port, turned on. Every byte sent brings one back.
pub struct Ssi {
    /// The port did not do its work once. That is logged once.
    is_stuck: bool,
}

impl Ssi {
    /// Turns the port on. There must be one `Ssi` at a time.
    #[must_use]
    pub fn start() -> Self {
        CR1.write(0);
        CR0.write(CR0_MODE_3_8_BITS);
        CPSR.write(DIVISOR);
        CR1.write(CR1_ON);
        for _ in 0..FIFO_BYTES {
            let _ = DR.read();
        }
        Self { is_stuck: false }
    }

    /// Sends one byte and returns the one that came back: 0xFF, as from a line that nobody drives, where the port is stuck.
    pub fn transfer(&mut self, byte: u8) -> u8 {
        if !self.wait_for(SR_TNF) {
            return u8::MAX;
        }
        DR.write(u32::from(byte));
        if !self.wait_for(SR_RNE) {
            return u8::MAX;
        }
        let [received, ..] = DR.read().to_le_bytes();
        received
    }

    fn wait_for(&mut self, flag: u32) -> bool {
        let is_ready = (0..PATIENCE).any(|_| SR.read() & flag != 0);
        if !is_ready && !core::mem::replace(&mut self.is_stuck, true) {
            defmt::error!("ssi: the port is stuck; display and card do not work");
        }
        is_ready
    }

    /// Sends bytes and drops what comes back.
    pub fn send(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let _ = self.transfer(*byte);
        }
    }
}
