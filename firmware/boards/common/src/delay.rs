//! Delays of the start, before the tasks run: the processor sleeps meanwhile. No task may use it, for it stops all others.
#![allow(unsafe_code)] // SysTick is taken without asking who else has it.

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use embassy_time::{Duration, Instant, block_for};
use embedded_hal::delay::DelayNs;

/// The processor looks at the clock so often, and a delay may be longer by so much.
const TICK: Duration = Duration::from_millis(1);

/// Sleeps with SysTick, for a board whose clock is another timer.
pub struct SleepingDelay {
    ticks: SYST,
}

impl SleepingDelay {
    /// There must be one, on a processor of so many hertz.
    #[must_use]
    pub fn new(hertz: u32) -> Self {
        // SAFETY: nobody else uses SysTick on such a board.
        let mut ticks = unsafe { cortex_m::Peripherals::steal() }.SYST;
        ticks.set_clock_source(SystClkSource::Core);
        ticks.set_reload((hertz / 1_000).saturating_sub(1));
        Self { ticks }
    }
}

impl DelayNs for SleepingDelay {
    fn delay_ns(&mut self, nanoseconds: u32) {
        let duration = Duration::from_nanos(nanoseconds.into());
        if duration < TICK {
            return block_for(duration);
        }
        let start = Instant::now();
        self.ticks.clear_current();
        self.ticks.enable_counter();
        self.ticks.enable_interrupt();
        while start.elapsed() <= duration {
            // A tick that comes before this is followed by the next one.
            cortex_m::asm::wfi();
        }
        self.ticks.disable_interrupt();
        self.ticks.disable_counter();
    }
}

/// It has woken the processor, which is all.
#[exception]
fn SysTick() {}
