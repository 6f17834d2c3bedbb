//! Time for embassy-time by the processor's SysTick, for a board without a driver for that: SysTick counts the processor's
//! cycles and never stops, a timer of the board's wakes the phone when something is due.
//!
//! SysTick wraps every 2^24 cycles and its exception counts the wraps. A wrap may be counted late, by up to a whole period: on
//! a chip behind a critical section, on QEMU behind a host that gives it no processor. Counting each millisecond by
//! interrupt would lose time there, since exceptions that are pending together are taken once. The processor sleeps
//! between wraps and alarms.

use core::cell::{Cell, RefCell};
use core::task::Waker;

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{SCB, SYST};
use critical_section::Mutex;
use embassy_time_driver::{Driver, TICK_HZ};
use embassy_time_queue_utils::Queue;

/// The largest number SysTick can start from.
const RELOAD: u32 = 0x00FF_FFFF;
/// How often SysTick is asked whether it counts. It does from the next cycle on; on QEMU that may take the host a moment.
const START_PATIENCE: u32 = 1_000_000;
/// Cycles from one wrap to the next.
const PERIOD: u64 = RELOAD as u64 + 1;

/// Cycles up to the last wrap that was counted. Before [`start`] SysTick stands at zero, which [`cycles`] takes for the
/// end of a period; this makes it the time zero.
static COUNTED: Mutex<Cell<u64>> = Mutex::new(Cell::new(0_u64.wrapping_sub(PERIOD)));

/// Starts the board's timer for so many cycles, instead of what it was started for; `None` stops it.
pub type SetAlarm = fn(Option<u32>);

struct Clock {
    /// Cycles of a tick of embassy-time. Before [`start`] it is any number: no time passes.
    cycles_per_tick: Mutex<Cell<u32>>,
    set_alarm: Mutex<Cell<SetAlarm>>,
    /// The waiting tasks, apart from the count: a fault while they are borrowed can still read the time for its last
    /// log lines.
    queue: Mutex<RefCell<Queue>>,
}

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock {
    cycles_per_tick: Mutex::new(Cell::new(1)),
    set_alarm: Mutex::new(Cell::new(|_| {})),
    queue: Mutex::new(RefCell::new(Queue::new())),
});

/// Starts counting cycles of a processor that makes `hertz` of them a second.
///
/// `set_alarm` starts a timer that counts the same cycles: its interrupt calls [`on_alarm`] after so many of them.
pub fn start(systick: &mut SYST, hertz: u32, set_alarm: SetAlarm) {
    let cycles_per_tick = u32::try_from(u64::from(hertz) / TICK_HZ).unwrap_or(u32::MAX).max(1);
    systick.set_clock_source(SystClkSource::Core);
    systick.set_reload(RELOAD);
    systick.clear_current();
    systick.enable_counter();
    // Zero until the first cycle has passed. From then on zero is the end of a period.
    if !(0..START_PATIENCE).any(|_| SYST::get_current() != 0) {
        // Without time the phone makes no progress: the watchdog restarts it.
        defmt::error!("clock: SysTick does not count");
    }
    critical_section::with(|token| {
        COUNTED.borrow(token).set(0);
        CLOCK.cycles_per_tick.borrow(token).set(cycles_per_tick);
        CLOCK.set_alarm.borrow(token).set(set_alarm);
    });
    systick.enable_interrupt();
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
    fn cycles_per_tick(&self) -> u64 {
        critical_section::with(|token| self.cycles_per_tick.borrow(token).get()).into()
    }

    fn with_queue(&self, act: impl FnOnce(&mut Queue)) {
        critical_section::with(|token| act(&mut self.queue.borrow_ref_mut(token)));
    }

    /// Wakes every task whose time has come and sets the alarm for the next one.
    fn wake_due(&self, queue: &mut Queue) {
        let (now, cycles_per_tick) = (cycles(), self.cycles_per_tick());
        let next = queue.next_expiration(now.checked_div(cycles_per_tick).unwrap_or(0));
        // It is later than now, or its task would have been woken. If it is further away than the timer reaches, it takes
        // several alarms; the early ones wake no task and end up here again.
        let wait = (next != u64::MAX).then(|| next.saturating_mul(cycles_per_tick).saturating_sub(now));
        let set_alarm = critical_section::with(|token| self.set_alarm.borrow(token).get());
        set_alarm(wait.map(|wait| u32::try_from(wait).unwrap_or(u32::MAX)));
    }
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        cycles().checked_div(self.cycles_per_tick()).unwrap_or(0)
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        self.with_queue(|queue| {
            if queue.schedule_wake(at, waker) {
                self.wake_due(queue);
            }
        });
    }
}

/// The timer's interrupt: the alarm is due. If a new alarm has replaced it, nothing is due.
pub extern "C" fn on_alarm() {
    CLOCK.with_queue(|queue| CLOCK.wake_due(queue));
}

#[cortex_m_rt::exception]
fn SysTick() {
    critical_section::with(|token| COUNTED.borrow(token).update(|counted| counted.wrapping_add(PERIOD)));
}
