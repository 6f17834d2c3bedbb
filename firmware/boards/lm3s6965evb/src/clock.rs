//! Time for embassy-time: SysTick counts the processor's cycles and never stops, timer 0 wakes the phone when something is
//! due.
//!
//! SysTick wraps every 1.34 s and its exception counts the wraps. A wrap may be counted late, by up to a whole period: on
//! the chip behind a critical section, on QEMU behind a host that gives it no processor. Counting each millisecond by
//! interrupt would lose time there, since exceptions that are pending together are taken once. The processor sleeps
//! between wraps and alarms.
//!
//! The count must never come from timer 0: QEMU models its time-out but not its counter. Its registers used here:
//!
//! | register | offset | meaning |
//! |---|---|---|
//! | CFG | 0x00 | 0: one timer of 32 bits |
//! | TAMR | 0x04 | 1: one shot |
//! | CTL | 0x0C | 1: count |
//! | IMR | 0x18 | 1: enable its interrupt |
//! | ICR | 0x24 | 1: clear the time-out |
//! | TAILR | 0x28 | cycles until the time-out |

use core::cell::{Cell, RefCell};
use core::task::Waker;

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{SCB, SYST};
use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

use crate::interrupts::{self, Interrupt};
use crate::mmio::{Register, TIMER0};
use crate::sysctl::CORE_CLOCK_HZ;

const CYCLES_PER_TICK: u64 = CORE_CLOCK_HZ as u64 / embassy_time_driver::TICK_HZ;
const _: () = assert!(
    CYCLES_PER_TICK * embassy_time_driver::TICK_HZ == CORE_CLOCK_HZ as u64,
    "no cycles are left over"
);

/// The largest number SysTick can start from.
const RELOAD: u32 = 0x00FF_FFFF;
/// How often SysTick is asked whether it counts. It does from the next cycle on; on QEMU that may take the host a moment.
const START_PATIENCE: u32 = 1_000_000;
/// Cycles from one wrap to the next.
const PERIOD: u64 = RELOAD as u64 + 1;

const CFG: Register = TIMER0.at(0x00);
const TAMR: Register = TIMER0.at(0x04);
const CTL: Register = TIMER0.at(0x0C);
const IMR: Register = TIMER0.at(0x18);
const ICR: Register = TIMER0.at(0x24);
const TAILR: Register = TIMER0.at(0x28);

const CFG_32_BITS: u32 = 0;
const TAMR_ONE_SHOT: u32 = 1;
const CTL_STOP: u32 = 0;
const CTL_COUNT: u32 = 1;
const TIME_OUT: u32 = 1;

/// Cycles up to the last wrap that was counted. Before [`start`] SysTick stands at zero, which [`cycles`] takes for the
/// end of a period; this makes it the time zero.
static COUNTED: Mutex<Cell<u64>> = Mutex::new(Cell::new(0_u64.wrapping_sub(PERIOD)));

struct Clock {
    /// The waiting tasks, apart from the count: a fault while they are borrowed can still read the time for its last
    /// log lines.
    queue: Mutex<RefCell<Queue>>,
}

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock { queue: Mutex::new(RefCell::new(Queue::new())) });

/// Starts counting.
pub fn start(systick: &mut SYST) {
    systick.set_clock_source(SystClkSource::Core);
    systick.set_reload(RELOAD);
    systick.clear_current();
    systick.enable_counter();
    // Zero until the first cycle has passed. From then on zero is the end of a period.
    if !(0..START_PATIENCE).any(|_| SYST::get_current() != 0) {
        // Without time the phone makes no progress: the watchdog restarts it.
        defmt::error!("clock: SysTick does not count");
    }
    critical_section::with(|token| COUNTED.borrow(token).set(0));
    systick.enable_interrupt();

    CTL.write(CTL_STOP);
    CFG.write(CFG_32_BITS);
    TAMR.write(TAMR_ONE_SHOT);
    IMR.write(TIME_OUT);
    interrupts::enable(Interrupt::Timer0A);
}

/// Processor cycles since [`start`].
#[must_use]
pub fn cycles() -> u64 {
    critical_section::with(|token| {
        let before = SYST::get_current();
        let pending = SCB::is_pendst_pending();
        let left = SYST::get_current();
        // SysTick counts down and its exception becomes pending at zero. A wrap between the reads shows as a larger
        // number, whatever was pending by then. Zero itself ends the period that is not counted yet; there QEMU may
        // stand still for a moment before the exception is pending.
        let uncounted = left != 0 && (pending || left > before);
        let behind = if uncounted { PERIOD } else { 0 };
        COUNTED.borrow(token).get().wrapping_add(behind).wrapping_add(PERIOD).wrapping_sub(left.into())
    })
}

impl Clock {
    fn with_queue(&self, act: impl FnOnce(&mut Queue)) {
        critical_section::with(|token| act(&mut self.queue.borrow_ref_mut(token)));
    }
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        cycles() / CYCLES_PER_TICK
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        self.with_queue(|queue| {
            if queue.schedule_wake(at, waker) {
                wake_due(queue);
            }
        });
    }
}

/// Wakes every task whose time has come and sets the alarm for the next one.
fn wake_due(queue: &mut Queue) {
    let now = cycles();
    let next = queue.next_expiration(now / CYCLES_PER_TICK);
    CTL.write(CTL_STOP);
    ICR.write(TIME_OUT);
    if next == u64::MAX {
        return;
    }
    // It is later than now, or its task would have been woken. If it is further away than the timer reaches (343 s), it
    // takes several alarms; the early ones wake no task and end up here again.
    let wait = next.saturating_mul(CYCLES_PER_TICK).saturating_sub(now);
    TAILR.write(u32::try_from(wait).unwrap_or(u32::MAX));
    CTL.write(CTL_COUNT);
}

/// Timer 0's interrupt: the alarm is due. If a new alarm has replaced it, nothing is due.
pub extern "C" fn on_interrupt() {
    CLOCK.with_queue(wake_due);
}

#[cortex_m_rt::exception]
fn SysTick() {
    critical_section::with(|token| COUNTED.borrow(token).update(|counted| counted.wrapping_add(PERIOD)));
}
