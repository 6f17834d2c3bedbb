//! Registers of peripherals, each a safe pair of read and write, for a chip without a HAL.
//!
//! This is the only place that turns an address into an access. A board names its peripherals' blocks, and nothing else has
//! unsafe code for them.
#![allow(unsafe_code)] // A register is an address.

/// The size of a peripheral's register block in bytes.
const BLOCK_SIZE: usize = 0x1000;

/// A peripheral's registers: 4 KiB of addresses.
#[derive(Clone, Copy)]
pub struct Block {
    base: usize,
}

impl Block {
    /// Names the block at an address.
    ///
    /// # Safety
    ///
    /// A peripheral's registers are there, of which every word may be read and written at any time once its clock runs. It is
    /// never Rust memory, and no register of it has the peripheral write to Rust memory by itself.
    #[must_use]
    pub const unsafe fn new(base: usize) -> Self {
        Self { base }
    }

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
        // SAFETY: the address is aligned and inside a block (Block::at checked it), whose words may be read.
        unsafe { register.read_volatile() }
    }

    /// Writes the register.
    pub fn write(self, value: u32) {
        let register = core::ptr::with_exposed_provenance_mut::<u32>(self.address);
        // SAFETY: as for `read`; and no write to a block can break Rust's memory.
        unsafe { register.write_volatile(value) }
    }

    /// Sets and clears bits by reading and writing back. Only for registers that no interrupt handler changes.
    pub fn modify(self, clear: u32, set: u32) {
        self.write((self.read() & !clear) | set);
    }
}
