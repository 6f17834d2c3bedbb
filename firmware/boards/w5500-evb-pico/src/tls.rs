//! What TLS needs of the board: an interrupt for what must not wait while it computes, and the chip's random bits.

use embassy_executor::Spawner;
use embassy_rp::interrupt;
use hotdesk_board::secured::Front;
use hotdesk_board::{above, executor};

use crate::{Panel, PicoPhone};

/// Cycles between two bits of the ring oscillator: about fifty of its own, so that they differ by more than its step.
#[cfg(feature = "rp2040")]
const BETWEEN_BITS: u32 = 1_000;

/// Starts what a person presses and sees, and returns the rest.
pub(crate) fn split(spawner: Spawner, mut phone: PicoPhone) -> PicoPhone {
    #[cfg(feature = "rp2040")]
    let sample = || (0..8).fold(0, |byte, _| byte << 1 | bit());
    #[cfg(feature = "pico2")]
    let sample = samples();
    let front = phone.split(interrupt::SWI_IRQ_1, sample);
    executor::start_above(spawner, run_front(front));
    phone
}

#[cfg(feature = "rp2040")]
fn bit() -> u8 {
    cortex_m::asm::delay(BETWEEN_BITS);
    embassy_rp::pac::ROSC.randombit().read().randombit().into()
}

/// The TRNG, a byte at a time.
#[cfg(feature = "pico2")]
#[allow(unsafe_code)] // The start has drawn the network's seed from it, and is done.
fn samples() -> impl FnMut() -> u8 {
    // SAFETY: nothing else uses it any more.
    let trng = unsafe { embassy_rp::peripherals::TRNG::steal() };
    let mut trng = embassy_rp::trng::Trng::new(trng, crate::Interrupts, Default::default());
    move || {
        let mut byte = [0];
        trng.blocking_fill_bytes(&mut byte);
        u8::from_le_bytes(byte)
    }
}

#[embassy_executor::task]
async fn run_front(front: Front<Panel>) -> ! {
    front.run().await
}

#[interrupt]
fn SWI_IRQ_1() {
    above::run();
}
