//! What happens when the firmware itself fails: it notes where for the next start (`record.rs`), logs it, and restarts.
//!
//! A panic message can quote data (slicing a string out of bounds quotes it), and that data can be a PIN. So only the
//! place is noted and logged, never the message: the line, and return addresses, which `hotdesk_hil.rig.place` turns into
//! a file with the debug information of the image. Names of files do not reach the flash.
//!
//! After a stack overflow (`stack.rs`) there is no stack to handle the fault on. Before it runs any Rust, the handler
//! sets the stack pointer back to the top, over frames that will never be returned to.
#![allow(unsafe_code)] // Exception entry, and memory that only the linker script names.

use core::panic::{Location, PanicInfo};

use cortex_m::peripheral::SCB;

use hotdesk_phone::Fault;

use crate::{log, record, stack};

/// How near to the end of the stack, in bytes, the stack pointer of a fault must be for the fault to be called an
/// overflow: more than the exception frame (32) and one function's saved registers (36).
const OVERFLOW_MARGIN: usize = 128;

/// The line is all it reads of a panic, and it is inlined into the function of core that calls it: so the optimizer passes
/// lines on in place of `Location`s, and none of those is left in the flash, with the paths in them. That saves 10 kB.
#[expect(unused_attributes, reason = "the compiler does not inline what has a symbol; the linker does")]
#[inline(always)]
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    panicked(info.location().map_or(0, Location::line))
}

#[inline(never)]
fn panicked(line: u32) -> ! {
    cortex_m::interrupt::disable();
    let calls @ [first, second, third, fourth] = stack::calls();
    record::panicked(line, calls);
    log::begin_last_words();
    defmt::error!(
        "panic in line {=u32}, called from {=u32:08X} {=u32:08X} {=u32:08X} {=u32:08X}, restarting",
        line,
        first,
        second,
        third,
        fourth
    );
    restart()
}

/// Lets the log out and restarts.
pub fn restart() -> ! {
    log::flush();
    SCB::sys_reset()
}

/// Handles an interrupt or exception that no driver enabled.
#[unsafe(export_name = "DefaultHandler")]
pub extern "C" fn unexpected() {
    cortex_m::interrupt::disable();
    // 16 and more are the chip's interrupt lines, counted from 16.
    let number = exception_number();
    record::exception(number);
    log::begin_last_words();
    defmt::error!("unexpected exception {=u32}, restarting", number);
    restart()
}

/// The interrupt of a watchdog that gives one before it resets the chip. Hands `stuck` the program counter of what it
/// interrupted: the seventh word of the exception frame.
#[unsafe(naked)]
pub extern "C" fn on_watchdog() {
    core::arch::naked_asm!("mrs r0, msp", "ldr r0, [r0, #24]", "ldr r1, ={stuck}", "bx r1", stuck = sym stuck)
}

extern "C" fn stuck(program_counter: u32) -> ! {
    cortex_m::interrupt::disable();
    record::watchdog(program_counter);
    log::begin_last_words();
    defmt::error!("watchdog: no progress at {=u32:#010x}, restarting", program_counter);
    restart()
}

fn exception_number() -> u32 {
    let number: u32;
    // SAFETY: reads a status register; no memory, no stack.
    unsafe { core::arch::asm!("mrs {}, ipsr", out(reg) number, options(nomem, nostack, preserves_flags)) };
    number
}

/// The entry of the hard fault. It must not touch the stack before it has reset the stack pointer.
///
/// Hands `hard_fault` the stack pointer as the fault left it and, where that points into the stack, program counter and link
/// register from the exception frame there (its seventh and sixth word).
#[unsafe(naked)]
#[unsafe(export_name = "HardFault")]
unsafe extern "C" fn hard_fault_entry() -> ! {
    core::arch::naked_asm!(
        "mrs r0, msp",
        "movs r1, #0",
        "movs r3, #0",
        "ldr r2, =_stack_end",
        "cmp r0, r2",
        "blo 1f",
        "ldr r2, =_stack_start - 32",
        "cmp r0, r2",
        "bhi 1f",
        "ldr r1, [r0, #24]",
        "ldr r3, [r0, #20]",
        "1:",
        "ldr r2, =_stack_start",
        "msr msp, r2",
        "mov r2, r3",
        // A Cortex-M0+ jumps no farther than 2 KiB.
        "ldr r3, ={handler}",
        "bx r3",
        handler = sym hard_fault,
    )
}

extern "C" fn hard_fault(stack_pointer: usize, program_counter: u32, link_register: u32) -> ! {
    cortex_m::interrupt::disable();
    if stack_pointer < stack::end().saturating_add(OVERFLOW_MARGIN) {
        // The processor could not save the program counter.
        record::stack_overflow();
        log::begin_last_words();
        defmt::error!("stack overflow, restarting");
    } else {
        let (status, address) = fault_registers();
        record::faulted(Fault { program_counter, link_register, status, address });
        log::begin_last_words();
        defmt::error!(
            "hard fault at {=u32:#010x} called from {=u32:#010x}, CFSR {=u32:#010x}, BFAR {=u32:#010x}, restarting",
            program_counter,
            link_register,
            status,
            address
        );
    }
    restart()
}

/// CFSR and BFAR.
#[cfg(not(armv6m))]
fn fault_registers() -> (u32, u32) {
    // SAFETY: the register block is at this address on every Cortex-M, and reading its registers changes nothing.
    let scb = unsafe { &*SCB::PTR };
    (scb.cfsr.read(), scb.bfar.read())
}

/// A Cortex-M0+ has neither CFSR nor BFAR.
#[cfg(armv6m)]
fn fault_registers() -> (u32, u32) {
    (0, 0)
}
