//! Time: SysTick counts milliseconds for embassy-time.
//!
//! One millisecond is fine enough for a phone, and one interrupt a millisecond is cheap: the processor sleeps between.

use core::cell::RefCell;
use core::task::Waker;

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

use crate::sysctl::CORE_CLOCK_HZ;

const CYCLES_PER_TICK: u32 = CORE_CLOCK_HZ / 1_000;
const _: () = assert!(embassy_time_driver::TICK_HZ == 1_000, "one tick is one SysTick interrupt");

struct State {
    now: u64,
    queue: Queue,
    /// The earliest moment at which a task wants to be woken.
    next: u64,
}

struct Clock(Mutex<RefCell<State>>);

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock(Mutex::new(RefCell::new(State {
    now: 0,
    queue: Queue::new(),
    next: u64::MAX,
}))));

/// Starts counting.
pub fn start(systick: &mut SYST) {
    systick.set_clock_source(SystClkSource::Core);
    systick.set_reload(CYCLES_PER_TICK - 1);
    systick.clear_current();
    systick.enable_counter();
    systick.enable_interrupt();
}

/// Processor cycles since [`start`], for what must differ from run to run; a tick may be missing.
#[must_use]
pub fn cycles() -> u64 {
    let into_this_tick = CYCLES_PER_TICK - 1 - SYST::get_current();
    CLOCK.now() * u64::from(CYCLES_PER_TICK) + u64::from(into_this_tick)
}

impl Clock {
    fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        critical_section::with(|token| act(&mut self.0.borrow_ref_mut(token)))
    }
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        self.with(|state| state.now)
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        self.with(|state| {
            if state.queue.schedule_wake(at, waker) {
                state.next = state.queue.next_expiration(state.now);
            }
        });
    }
}

#[cortex_m_rt::exception]
fn SysTick() {
    CLOCK.with(|state| {
        state.now += 1;
        if state.now >= state.next {
            state.next = state.queue.next_expiration(state.now);
        }
    });
}
