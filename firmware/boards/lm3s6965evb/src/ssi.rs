//! The synchronous serial port (PL022) that display and SD card share.

use hotdesk_board::mmio::Register;

use crate::mmio::SSI0;
use crate::sysctl;

const CR0: Register = SSI0.at(0x00); // 0xC7: 8 bits, clock idles high, data taken on the second edge
const CR1: Register = SSI0.at(0x04); // 2: on, as master
const DR: Register = SSI0.at(0x08); // data, both ways
const SR: Register = SSI0.at(0x0C); // RNE bit 2: something received; BSY bit 4: something is being sent
const CPSR: Register = SSI0.at(0x10); // clock divisor, even

const SR_RNE: u32 = 1 << 2;
const SR_BSY: u32 = 1 << 4;
/// The most bits a second: 2.6 microseconds a byte.
const MAX_HZ: u32 = 3_125_000;
/// Bytes that the port holds at most, each way.
const FIFO_BYTES: usize = 8;
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
        CR0.write(0xC7);
        CPSR.write(sysctl::core_clock_hz().div_ceil(MAX_HZ).next_multiple_of(2));
        CR1.write(2);
        for _ in 0..FIFO_BYTES {
            let _ = DR.read();
        }
        Self { is_stuck: false }
    }

    /// Sends bytes and puts those that came back in their place: 0xFF, as from a line that nobody drives, where the port is
    /// stuck.
    pub fn transfer_in_place(&mut self, bytes: &mut [u8]) {
        // As many as the port holds: it is empty between two calls.
        for bytes in bytes.chunks_mut(FIFO_BYTES) {
            for byte in &*bytes {
                DR.write(u32::from(*byte));
            }
            for byte in bytes {
                *byte = self.receive();
            }
        }
    }

    /// Sends bytes and drops what comes back.
    pub fn send(&mut self, bytes: &[u8]) {
        let (full, rest) = bytes.as_chunks::<FIFO_BYTES>();
        for [a, b, c, d, e, f, g, h] in full {
            // Each in its own line: a loop takes twice the time.
            DR.write(u32::from(*a));
            DR.write(u32::from(*b));
            DR.write(u32::from(*c));
            DR.write(u32::from(*d));
            DR.write(u32::from(*e));
            DR.write(u32::from(*f));
            DR.write(u32::from(*g));
            DR.write(u32::from(*h));
            self.wait(SR_BSY, 0);
            for _ in 0..FIFO_BYTES / 4 {
                let _ = (DR.read(), DR.read(), DR.read(), DR.read());
            }
        }
        for byte in rest {
            DR.write(u32::from(*byte));
        }
        self.wait(SR_BSY, 0);
        for _ in rest {
            let _ = DR.read();
        }
    }

    fn receive(&mut self) -> u8 {
        if !self.wait(SR_RNE, SR_RNE) {
            return u8::MAX;
        }
        let [received, ..] = DR.read().to_le_bytes();
        received
    }

    /// Waits until these bits of the status are so, and returns whether they are.
    fn wait(&mut self, bits: u32, state: u32) -> bool {
        let is_so = (0..PATIENCE).any(|_| SR.read() & bits == state);
        if !is_so && !core::mem::replace(&mut self.is_stuck, true) {
            defmt::error!("ssi: the port is stuck; display and card do not work");
        }
        is_so
    }
}
