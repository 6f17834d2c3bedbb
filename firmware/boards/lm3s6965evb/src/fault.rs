//! What happens when the firmware itself is wrong: say where on the log, then restart.
//!
//! A panic message can quote the data it is about (a string sliced in the wrong place is shown), and that data can be a
//! PIN. So only the place is logged, never the message.
//!
//! The stack lies at the start of RAM (`memory.x`), so running over it leaves RAM instead of writing over variables. The
//! chip's bus would answer that with a fault; QEMU's ignores it, so the memory protection unit forbids what lies below RAM.
//! The fault handler then has no stack: it takes the stack pointer back to the top, over the frames that will never be
//! returned to, before it runs any Rust.
#![allow(unsafe_code)] // Exception entry, and memory that only the linker script names.

use core::panic::PanicInfo;

use cortex_m::peripheral::{MPU, SCB};

use crate::log;

/// How near to the end of the stack, in bytes, the stack pointer of a fault must be for the fault to be called an
/// overflow: more than the exception frame (32) and one function's saved registers (36).
const OVERFLOW_MARGIN: usize = 128;

/// What every word of the unused stack holds, so that a tool can see in a memory dump how deep it was used.
pub const STACK_PAINT: u32 = 0xDEAD_BEEF;

/// Forbids every access to the 256 MiB below RAM, where a stack that overflows goes. Call first.
pub fn guard_stack(mpu: &mut MPU) {
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

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    log::begin_last_words();
    match info.location() {
        Some(place) => {
            defmt::error!(
                "panic at {=str}:{=u32}:{=u32}, restarting",
                place.file(),
                place.line(),
                place.column()
            );
        }
        None => defmt::error!("panic at an unknown place, restarting"),
    }
    log::flush();
    SCB::sys_reset()
}

/// Handles an interrupt or exception that no driver asked for.
#[unsafe(export_name = "DefaultHandler")]
pub extern "C" fn unexpected() {
    cortex_m::interrupt::disable();
    log::begin_last_words();
    // 16 and more are the chip's interrupt lines, counted from 16.
    defmt::error!("unexpected exception {=u32}, restarting", exception_number());
    log::flush();
    SCB::sys_reset()
}

fn exception_number() -> u32 {
    let number: u32;
    // SAFETY: reads a status register; no memory, no stack.
    unsafe { core::arch::asm!("mrs {}, ipsr", out(reg) number, options(nomem, nostack, preserves_flags)) };
    number
}

/// The entry of the hard fault. It must not touch the stack before it has made it good.
///
/// Hands `hard_fault` the stack pointer as the fault left it and, where that points into the stack, the program counter
/// from the exception frame there (its seventh word).
#[unsafe(naked)]
#[unsafe(export_name = "HardFault")]
unsafe extern "C" fn hard_fault_entry() -> ! {
    core::arch::naked_asm!(
        "mrs r0, msp",
        "movs r1, #0",
        "ldr r2, =_stack_end",
        "cmp r0, r2",
        "blo 1f",
        "ldr r2, =_stack_start - 32",
        "cmp r0, r2",
        "bhi 1f",
        "ldr r1, [r0, #24]",
        "1:",
        "ldr r2, =_stack_start",
        "msr msp, r2",
        "b {handler}",
        handler = sym hard_fault,
    )
}

extern "C" fn hard_fault(stack_pointer: usize, program_counter: usize) -> ! {
    unsafe extern "C" {
        static _stack_end: u32;
    }
    cortex_m::interrupt::disable();
    log::begin_last_words();
    let limit = (&raw const _stack_end).addr();
    if stack_pointer < limit + OVERFLOW_MARGIN {
        // The processor could not save the place.
        defmt::error!("stack overflow, restarting");
    } else {
        defmt::error!("hard fault at {=usize:#010x}, restarting", program_counter);
    }
    log::flush();
    SCB::sys_reset()
}

/// Paints the unused stack. cortex-m-rt calls it right after reset, before RAM holds anything of Rust's.
#[unsafe(naked)]
#[unsafe(export_name = "__pre_init")]
unsafe extern "C" fn paint_stack() {
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
        paint = const STACK_PAINT,
    )
}
