//! Registers of the peripherals, each a safe pair of read and write.
//!
//! This is the only place that turns an address into an access. It must never name memory, only the peripheral blocks
//! listed here; none of them can write to RAM by itself (the LM3S6965 has no DMA controller).
#![allow(unsafe_code)] // A register is an address.

/// The size of a peripheral's register block in bytes.
const BLOCK_SIZE: usize = 0x1000;

/// A peripheral's registers. The chip's data sheet gives the base addresses ("Memory map").
#[derive(Clone, Copy)]
pub struct Block {
    base: usize,
}

/// System control.
pub const SYSCTL: Block = Block { base: 0x400F_E000 };
/// The watchdog.
pub const WATCHDOG: Block = Block { base: 0x4000_0000 };
/// Serial port 0 (PL011): the keypad.
pub const UART0: Block = Block { base: 0x4000_C000 };
/// Serial port 1 (PL011): the log.
pub const UART1: Block = Block { base: 0x4000_D000 };
/// Synchronous serial port 0 (PL022): display and SD card.
pub const SSI0: Block = Block { base: 0x4000_8000 };
/// General-purpose timer 0: alarms.
pub const TIMER0: Block = Block { base: 0x4003_0000 };
/// Port C (PL061): bit 7 is the display's data/command line.
pub const GPIO_C: Block = Block { base: 0x4000_6000 };
/// Port D (PL061): bit 0 selects the display (high) or the SD card (low).
pub const GPIO_D: Block = Block { base: 0x4000_7000 };
/// Port E (PL061): up, down, left, right.
pub const GPIO_E: Block = Block { base: 0x4002_4000 };
/// Port F (PL061): select.
pub const GPIO_F: Block = Block { base: 0x4002_5000 };
/// The Ethernet controller.
pub const ETHERNET: Block = Block { base: 0x4004_8000 };

impl Block {
    /// Names the register at `offset`. In a constant, a wrong offset is an error of the build.
    ///
    /// # Panics
    ///
    /// If `offset` is not a multiple of 4 within the block.
    #[must_use]
    pub const fn at(self, offset: usize) -> Register {
        assert!(offset < BLOCK_SIZE && offset.is_multiple_of(4), "no register there");
        Register { address: self.base.wrapping_add(offset) }
    }
}

/// One 32-bit register.
#[derive(Clone, Copy)]
pub struct Register {
    address: usize,
}

impl Register {
    /// Reads the register, with the side effects of a read.
    #[must_use]
    pub fn read(self) -> u32 {
        let register = core::ptr::with_exposed_provenance::<u32>(self.address);
        // SAFETY: the address is aligned and inside a peripheral's block (Block::at checked it), where every word
        // may be read at any time once its clock runs; it is never Rust memory.
        unsafe { register.read_volatile() }
    }

    /// Writes the register.
    pub fn write(self, value: u32) {
        let register = core::ptr::with_exposed_provenance_mut::<u32>(self.address);
        // SAFETY: as for `read`; and no peripheral named above can reach RAM, so no write can break Rust's memory.
        unsafe { register.write_volatile(value) }
    }

    /// Sets and clears bits by reading and writing back. Only for registers that no interrupt handler changes.
    pub fn modify(self, clear: u32, set: u32) {
        self.write((self.read() & !clear) | set);
    }
}
