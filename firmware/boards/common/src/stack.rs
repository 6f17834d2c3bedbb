//! The stack: how deep it was used, how what was on it is cleared, and which calls are on it.
//!
//! A board puts it at the start of RAM (`memory.x`), so an overflow leaves RAM instead of overwriting variables; `fault.rs`
//! says what happens then.
#![allow(unsafe_code)] // Memory that only the linker script names, at a time when Rust uses none of it. Registers of the MPU.

#[cfg(not(armv8m))]
use cortex_m::peripheral::MPU;

use hotdesk_phone::CALLS;

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

/// Where the calls that led to the panic handler return to, the innermost first; zeros after the outermost. For the function
/// that the panic handler calls.
///
/// Each frame keeps r7 of the frame before it and, above that, the address it returns to: Rust's compiler has frame pointers
/// for these processors.
#[inline(always)]
#[must_use]
pub fn calls() -> [u32; CALLS] {
    let mut frame: u32;
    // SAFETY: reads a register.
    unsafe { core::arch::asm!("mov {}, r7", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    let mut calls = [0; CALLS];
    // The innermost address is in the panic handler.
    let mut is_handler = true;
    let mut places = calls.iter_mut();
    while let Some(at) = words(frame) {
        // SAFETY: both words are in the stack, and any content is valid numbers.
        let [outer, address] = unsafe { at.read_volatile() };
        if !core::mem::take(&mut is_handler) {
            let Some(place) = places.next() else { break };
            *place = address;
        }
        // The frame of a caller is higher up; what is not is no frame.
        if outer <= frame {
            break;
        }
        frame = outer;
    }
    calls
}

/// Two words at an address, if they are in the stack.
fn words(address: u32) -> Option<*const [u32; 2]> {
    unsafe extern "C" {
        static _stack_start: u32;
    }
    let at = core::ptr::with_exposed_provenance::<[u32; 2]>(usize::try_from(address).ok()?);
    let top = (&raw const _stack_start).addr();
    let is_in = at.is_aligned() && at.addr() >= end() && at.wrapping_add(1).addr() <= top;
    is_in.then_some(at)
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
            "ldr {value}, [{word}]",
            "adds {word}, #4",
            "cmp {value}, {paint}",
            "beq 1b",
            "subs {word}, #4",
            "movs {value}, #0",
            "2:",
            "cmp {word}, {top}",
            "bhs 3f",
            "str {value}, [{word}]",
            "adds {word}, #4",
            "b 2b",
            "3:",
            word = inout(reg) end() => _,
            top = out(reg) _,
            value = out(reg) _,
            paint = in(reg) PAINT,
        );
    }
}

/// Paints the unused stack. `main` calls it first. A processor with a register for the stack's end faults there from now on.
#[inline(always)]
pub fn paint() {
    // SAFETY: the stack pointer is above its end.
    #[cfg(armv8m)]
    unsafe {
        cortex_m::register::msplim::write(u32::try_from(end()).unwrap_or(0));
    }
    // SAFETY: the words between the end of the stack and the stack pointer belong to nobody: nothing was called before.
    unsafe {
        core::arch::asm!(
            "mov {top}, sp",
            "1:",
            "cmp {word}, {top}",
            "bhs 2f",
            "str {paint}, [{word}]",
            "adds {word}, #4",
            "b 1b",
            "2:",
            word = inout(reg) end() => _,
            top = out(reg) _,
            paint = in(reg) PAINT,
        );
    }
}

/// Has the memory protection unit forbid the 1 MiB below RAM, where a stack that overflows goes, for a chip that does not
/// fault there by itself. RAM starts at 0x2000_0000, and nothing else is in that MiB. Call it first.
#[cfg(not(armv8m))] // Its memory protection unit has other registers, and `paint` sets a register for the stack's end instead.
pub fn guard(mpu: &mut MPU) {
    /// Where the guarded region starts; it ends where RAM starts.
    const BELOW_RAM: u32 = 0x1FF0_0000;
    /// Region on (bit 0), 2^20 bytes (bits 1 to 5: 19), no access (bits 24 to 26: 0), no execution (bit 28).
    const NO_ACCESS_1_MIB: u32 = 1 | 19 << 1 | 1 << 28;
    /// On (bit 0), everything outside the region as without the unit (bit 2); off inside the hard fault handler.
    const ON_WITH_DEFAULT_MAP: u32 = 1 | 1 << 2;

    // SAFETY: the region holds no code and no data of this program, so forbidding it takes nothing away.
    unsafe { mpu.rnr.write(0) };
    // SAFETY: as above.
    unsafe { mpu.rbar.write(BELOW_RAM) };
    // SAFETY: as above.
    unsafe { mpu.rasr.write(NO_ACCESS_1_MIB) };
    // SAFETY: all other regions are off after reset, and the default map stands for them.
    unsafe { mpu.ctrl.write(ON_WITH_DEFAULT_MAP) };
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
}
