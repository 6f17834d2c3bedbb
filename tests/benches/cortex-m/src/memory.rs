//! What a part of the core takes of the stack: the stack below is painted, the part runs, and what is not painted any
//! more was used. No interrupt is on, so nothing else uses it.

use core::hint::black_box;

/// A word that no code leaves behind by chance.
const PAINT: u32 = 0xDEAD_BEEF;

/// How many words are painted: 64 KiB, of the 4 MiB of RAM that are the stack's but for a few hundred bytes.
const WORDS: usize = 16 * 1024;

/// Returns how many bytes of the stack `run` uses, beyond what a run that does nothing uses.
pub(crate) fn stack(mut run: impl FnMut()) -> usize {
    used(&mut run) - used(&mut || {})
}

/// Returns how many bytes below this function's own are written while `run` runs.
#[inline(never)]
fn used(run: &mut dyn FnMut()) -> usize {
    let top = (cortex_m::register::msp::read() & !3) as *mut u32;
    for word in 1..=WORDS {
        // SAFETY: what lies below the stack pointer is free, and this loop calls nothing that would push there.
        unsafe { top.sub(word).write_volatile(PAINT) };
    }
    // The compiler must not know what it is, or it would put its variables into the frame of this function.
    black_box(run)();
    // SAFETY: these are the words that were painted.
    let is_used = |word: &usize| unsafe { top.sub(*word).read_volatile() } != PAINT;
    4 * (1..=WORDS).rev().find(is_used).unwrap_or(0)
}
