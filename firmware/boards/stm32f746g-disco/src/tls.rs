//! What TLS needs of the board: an interrupt for what must not wait while it computes, and the chip's random bits.
#![allow(unsafe_code)] // The start has drawn the network's seed from the random number generator, and is done with it.

use embassy_executor::Spawner;
use embassy_stm32::interrupt;
use embassy_stm32::peripherals::RNG;
use embassy_stm32::rng::Rng;
use hotdesk_board::secured::Front;
use hotdesk_board::{above, executor};

use crate::{DiscoPhone, Interrupts, Panel};

/// Starts what a person presses and sees, and returns the rest.
pub(crate) fn split(spawner: Spawner, mut phone: DiscoPhone) -> DiscoPhone {
    // SAFETY: nothing else uses it any more.
    let mut random = Rng::new(unsafe { RNG::steal() }, Interrupts);
    // A line of a peripheral that the board does not use.
    let front = phone.split(interrupt::UART4, || random.next_u32().to_le_bytes()[0]);
    executor::start_above(spawner, run_front(front));
    phone
}

#[embassy_executor::task]
async fn run_front(front: Front<Panel>) -> ! {
    front.run().await
}

#[interrupt]
fn UART4() {
    above::run();
}
