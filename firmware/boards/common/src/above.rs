//! The executor of what must not wait while TLS computes: keys and display. It runs in an interrupt of the lowest priority: it
//! interrupts the other executor, and every other interrupt interrupts it.
//!
//! What both executors use is behind a mutex of [`Mask`]. Nothing else may be shared by them but by critical sections.
#![allow(unsafe_code)] // The executor's raw interface and the mask have rules that only this module can keep.

use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU16, Ordering};

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use embassy_executor::raw;
use embassy_sync::blocking_mutex::raw::RawMutex;
use static_cell::StaticCell;

/// Before there is a line.
const NO_LINE: u16 = u16::MAX;

/// The interrupt that the executor runs in.
static LINE: AtomicU16 = AtomicU16::new(NO_LINE);
static EXECUTOR: AtomicPtr<raw::Executor> = AtomicPtr::new(ptr::null_mut());

#[derive(Clone, Copy)]
struct Line(u16);

// SAFETY: the number came from a chip's own.
unsafe impl InterruptNumber for Line {
    fn number(self) -> u16 {
        self.0
    }
}

fn line() -> Option<Line> {
    let line = LINE.load(Ordering::Relaxed);
    (line != NO_LINE).then_some(Line(line))
}

/// Makes the executor, once.
pub(crate) fn make() {
    static MADE: StaticCell<raw::Executor> = StaticCell::new();
    // Any context that is not null is this executor's.
    let context = ptr::from_ref(&EXECUTOR).cast_mut().cast();
    EXECUTOR.store(MADE.init(raw::Executor::new(context)), Ordering::Relaxed);
}

/// The executor, once it is made.
pub(crate) fn executor() -> Option<&'static raw::Executor> {
    // SAFETY: null or what lives for ever, and is only lent.
    unsafe { EXECUTOR.load(Ordering::Relaxed).as_ref() }
}

/// Lets the executor run in an interrupt that nothing else uses; its handler calls [`run`].
pub(crate) fn start(line: impl InterruptNumber) {
    /// The lowest priority of any chip.
    const LOWEST: u8 = u8::MAX;
    LINE.store(line.number(), Ordering::Relaxed);
    // SAFETY: only the priority of this line is written, which nothing else does.
    let mut nvic = unsafe { cortex_m::Peripherals::steal() }.NVIC;
    // SAFETY: the line is masked, so no priority changes under a handler.
    unsafe { nvic.set_priority(line, LOWEST) };
    NVIC::pend(line);
    // SAFETY: what the handler shares with the rest is behind mutexes.
    unsafe { NVIC::unmask(line) };
}

/// Has the executor run. A task was woken.
pub(crate) fn pend() {
    if let Some(line) = line() {
        NVIC::pend(line);
    }
}

/// Runs the tasks that are ready: for the handler of the interrupt.
pub fn run() {
    if let Some(executor) = executor() {
        // SAFETY: the handler of one interrupt alone calls this, so polls never nest.
        unsafe { executor.poll() };
    }
}

/// Keeps the two executors apart: nothing of this one runs while a mutex of this kind is locked, every other interrupt does.
pub struct Mask;

// SAFETY: who locks runs in the thread, which the masked interrupt cannot interrupt then, or in that interrupt, which the thread
// cannot interrupt. Other interrupts lock nothing of this kind.
unsafe impl RawMutex for Mask {
    const INIT: Self = Self;

    fn lock<R>(&self, act: impl FnOnce() -> R) -> R {
        let line = line().filter(|line| NVIC::is_enabled(*line));
        if let Some(line) = line {
            NVIC::mask(line);
            // From the next instruction on.
            cortex_m::asm::dsb();
            cortex_m::asm::isb();
        }
        let result = act();
        if let Some(line) = line {
            // SAFETY: it was unmasked before.
            unsafe { NVIC::unmask(line) };
        }
        result
    }
}
