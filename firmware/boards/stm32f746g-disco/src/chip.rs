//! The chip, as far as restarts go.

use embassy_stm32::Peri;
use embassy_stm32::pac::RCC;
use embassy_stm32::peripherals::IWDG;
use embassy_stm32::wdg::IndependentWatchdog;
use hotdesk_board::board::Chip;
use hotdesk_board::record::ResetCause;
use hotdesk_phone::Keeps;

/// Without the phone's progress for so long, the chip starts again. Erasing settings stops the processor for up to half a
/// second of it.
const PATIENCE_MICROS: u32 = 20_000_000;

/// The chip with its independent watchdog, which has an oscillator of its own.
pub(crate) struct Stm32F746(IndependentWatchdog<'static, IWDG>);

impl Stm32F746 {
    pub(crate) fn new(watchdog: Peri<'static, IWDG>) -> Self {
        Self(IndependentWatchdog::new(watchdog, PATIENCE_MICROS))
    }
}

impl Chip for Stm32F746 {
    const NAME: &'static str = "stm32f746g-disco";
    const KEEPS: Keeps = Keeps::ForGood;

    /// Power-on and brown-out are both power that came back.
    fn take_reset_cause(&mut self) -> ResetCause {
        let status = RCC.csr().read();
        RCC.csr().modify(|status| status.set_rmvf(true));
        ResetCause { power: status.porrstf() || status.borrstf(), watchdog: status.wdgrstf() }
    }

    fn start_watchdog(&mut self) {
        self.0.unleash();
    }

    fn feed_watchdog(&mut self) {
        self.0.pet();
    }
}
