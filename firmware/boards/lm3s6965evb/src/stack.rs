//! The stack: the guard at its end, and how what was on it is cleared.
//!
//! It is at the start of RAM (`memory.x`), so an overflow leaves RAM instead of overwriting variables. On the chip that
//! is a bus fault; QEMU ignores it, so the memory protection unit forbids the addresses below RAM. `fault.rs` says what
//! happens then.
#![allow(unsafe_code)] // Memory that only the linker script names, at a time when Rust uses none of it.

use cortex_m::peripheral::MPU;

/// The value of every unused word of the stack: a memory dump then shows how deep it was used.
pub const PAINT: u32 = 0xDEAD_BEEF;

/// The lowest address of the stack.
#[must_use]
pub fn end() -> usize {
    unsafe extern "C" {
        static _stack_end: u32;
    }
    (&raw const _stack_end).addr()
}

/// Forbids every access to the 256 MiB below RAM, where a stack that overflows goes. Call first.
pub fn guard(mpu: &mut MPU) {
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

/// Clears what earlier calls left on the unused stack, so that no secret stays there. Paint stays, so it still shows
/// how deep the stack was used.
#[inline(never)]
pub fn wipe() {
    // SAFETY: the words between the end of the stack and the stack pointer belong to calls that have returned, so
    // nothing reads them again. An interrupt in between uses them and is done with them before the loop goes on.
    unsafe {
        core::arch::asm!(
            "mov {top}, sp",
            // From the lowest address up every word is paint: find the first that is not.
            "1:",
            "cmp {word}, {top}",
            "bhs 3f",
            "ldr {value}, [{word}], #4",
            "cmp {value}, {paint}",
            "beq 1b",
            "subs {word}, #4",
            "movs {value}, #0",
            "2:",
            "cmp {word}, {top}",
            "bhs 3f",
            "str {value}, [{word}], #4",
            "b 2b",
            "3:",
            word = inout(reg) end() => _,
            top = out(reg) _,
            value = out(reg) _,
            paint = in(reg) PAINT,
        );
    }
}

/// Paints the unused stack. cortex-m-rt calls it right after reset, before RAM holds anything of Rust's.
#[unsafe(naked)]
#[unsafe(export_name = "__pre_init")]
unsafe extern "C" fn paint() {
    core::arch::naked_asm!(
        "ldr r0, =_stack_end",
        "mov r1, sp",
        "ldr r2, ={paint}",
        "1:",
        "cmp r0, r1",
        "bhs 2f",
        "str r2, [r0], #4",
        "b 1b",
        "2:",
        "bx lr",
        paint = const PAINT,
    )
}
