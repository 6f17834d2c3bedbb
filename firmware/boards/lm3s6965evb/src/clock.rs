//! Timer 0, which wakes the phone when something is due; the time itself is the processor's (`hotdesk_board::clock`), for QEMU
//! models this timer's time-out but not its counter.

use cortex_m::peripheral::SYST;
use hotdesk_board::clock;
use hotdesk_board::mmio::Register;

use crate::interrupts::{self, Interrupt};
use crate::mmio::TIMER0;
use crate::sysctl;

const CFG: Register = TIMER0.at(0x00); // 0: one timer of 32 bits
const TAMR: Register = TIMER0.at(0x04); // 1: one shot
const CTL: Register = TIMER0.at(0x0C); // 1: count; 0: stop
const IMR: Register = TIMER0.at(0x18); // 1: enable its interrupt
const ICR: Register = TIMER0.at(0x24); // 1: clear the time-out
const TAILR: Register = TIMER0.at(0x28); // cycles until the time-out

/// Starts time.
pub fn start(systick: &mut SYST) {
    CTL.write(0);
    CFG.write(0);
    TAMR.write(1);
    IMR.write(1);
    clock::start(systick, sysctl::core_clock_hz(), set_alarm);
    interrupts::enable(Interrupt::Timer0A);
}

fn set_alarm(cycles: Option<u32>) {
    CTL.write(0);
    ICR.write(1);
    if let Some(cycles) = cycles {
        TAILR.write(cycles);
        CTL.write(1);
    }
}
