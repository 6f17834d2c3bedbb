//! The guard below the stack.
//!
//! The stack is at the start of RAM (`memory.x`). On the chip an overflow leaves RAM and is a bus fault; QEMU ignores it, so
//! the memory protection unit forbids the addresses below RAM.
#![allow(unsafe_code)] // Registers of the memory protection unit.

use cortex_m::peripheral::MPU;

/// Forbids every access to the 256 MiB below RAM, where a stack that overflows goes. Call first.
pub fn start(mpu: &mut MPU) {
    /// Where the guarded region starts; it ends where RAM starts.
    const BELOW_RAM: u32 = 0x1000_0000;
    /// Region on (bit 0), 2^28 bytes (bits 1 to 5: 27), no access (bits 24 to 26: 0), no execution (bit 28).
    const NO_ACCESS_256_MIB: u32 = 1 | 27 << 1 | 1 << 28;
    /// On (bit 0), everything outside the region as without the unit (bit 2); off inside the hard fault handler.
    const ON_WITH_DEFAULT_MAP: u32 = 1 | 1 << 2;

    // SAFETY: the region holds no code and no data of this program (`memory.x`), so forbidding it takes nothing away.
    unsafe { mpu.rnr.write(0) };
    // SAFETY: as above.
    unsafe { mpu.rbar.write(BELOW_RAM) };
    // SAFETY: as above.
    unsafe { mpu.rasr.write(NO_ACCESS_256_MIB) };
    // SAFETY: all other regions are off after reset, and the default map stands for them.
    unsafe { mpu.ctrl.write(ON_WITH_DEFAULT_MAP) };
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
}
