//! The interrupt table of the chip, and which of its lines are on.
//!
//! The 44 lines follow the data sheet's "Interrupts" table; those that no driver uses lead to [`fault::unexpected`].
#![allow(unsafe_code)] // The table is placed by the linker, and unmasking a line can break a critical section.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

use hotdesk_board::{clock, fault};

use crate::{buttons, ethernet, serial};

/// The interrupt lines this firmware uses, by their numbers.
#[derive(Clone, Copy)]
#[repr(u16)]
pub enum Interrupt {
    /// Port E: up, down, left, right.
    GpioE = 4,
    /// UART0: the keypad.
    Uart0 = 5,
    /// UART1: the log.
    Uart1 = 6,
    /// The watchdog: no progress.
    Watchdog = 18,
    /// Timer 0: the alarm.
    Timer0A = 19,
    /// Port F: select.
    GpioF = 30,
    /// The Ethernet controller.
    Ethernet = 42,
}

// SAFETY: the numbers are those of the chip's table and stay what they are.
unsafe impl InterruptNumber for Interrupt {
    fn number(self) -> u16 {
        self as u16
    }
}

const LINES: usize = 44;

/// What the processor reads: the handlers' addresses, line by line.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".vector_table.interrupts")]
#[expect(clippy::indexing_slicing, reason = "in a constant a wrong index stops the build")]
static __INTERRUPTS: [extern "C" fn(); LINES] = {
    let mut table: [extern "C" fn(); LINES] = [fault::unexpected; LINES];
    table[Interrupt::GpioE as usize] = buttons::on_interrupt;
    table[Interrupt::Uart0 as usize] = serial::on_keypad;
    table[Interrupt::Uart1 as usize] = serial::on_log;
    table[Interrupt::Watchdog as usize] = fault::on_watchdog;
    table[Interrupt::Timer0A as usize] = clock::on_alarm;
    table[Interrupt::GpioF as usize] = buttons::on_interrupt;
    table[Interrupt::Ethernet as usize] = ethernet::on_interrupt;
    table
};

/// The priority of every line but the watchdog's, which has the highest (0): it may interrupt a handler that is stuck.
const PRIORITY: u8 = 0x80;

/// Enables an interrupt line. A driver does so last, when its handler may run.
pub fn enable(line: Interrupt) {
    if !matches!(line, Interrupt::Watchdog) {
        // SAFETY: the register block is at this address on every Cortex-M, and is accessed by atomic writes of a byte.
        let nvic = unsafe { &*NVIC::PTR };
        if let Some(priority) = nvic.ipr.get(usize::from(line.number())) {
            // SAFETY: a handler that the watchdog's interrupts never goes on.
            unsafe { priority.write(PRIORITY) };
        }
    }
    // SAFETY: the drivers share state with their handlers only through atomics and critical sections, and no critical
    // section in this firmware masks single lines; so a line that opens breaks none.
    unsafe { NVIC::unmask(line) }
}
