//! Overflows its stack on purpose, for a test that the overflow is caught: one log line, then a restart.
//!
//! Not part of the phone's image. The log must show `started` and `stack overflow, restarting`, again and again.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m::Peripherals;
use hotdesk_board::stack;
use hotdesk_lm3s6965evb::{serial, sysctl};

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    if let Some(mut core) = Peripherals::take() {
        stack::guard(&mut core.MPU);
    }
    sysctl::enable_clocks();
    serial::start();
    defmt::info!("started");
    let depth = dig(black_box(0));
    defmt::error!("the stack held {=u32} calls, no overflow was caught", depth);
    loop {
        cortex_m::asm::wfi();
    }
}

/// Calls itself, each time with 64 bytes that stay in use, until the stack is full.
#[expect(unconditional_recursion, reason = "that is what this program is for")]
#[inline(never)]
fn dig(depth: u32) -> u32 {
    let mut ballast = black_box([depth; 16]);
    let deeper = dig(depth.wrapping_add(1));
    for word in &mut ballast {
        *word = word.wrapping_add(deeper);
    }
    black_box(ballast).iter().fold(0, |sum, word| sum.wrapping_add(*word))
}
