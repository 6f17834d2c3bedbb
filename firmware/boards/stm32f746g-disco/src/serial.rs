//! The serial line of the board's ST-LINK, USART1 on PA9 and PB7 at 115,200 baud: the log goes out, the serial keypad comes in.
#![allow(unsafe_code)] // Unmasking an interrupt can break a critical section.

use embassy_stm32::Peri;
use embassy_stm32::interrupt::typelevel::{self, Binding, Interrupt};
use embassy_stm32::mode::Blocking;
use embassy_stm32::pac::USART1;
use embassy_stm32::peripherals::{self, PA9, PB7};
use embassy_stm32::usart::{Config, Uart};
use hotdesk_board::keypad;
use hotdesk_board::log::{self, Port};

/// USART1's interrupt.
pub(crate) struct Handler;

impl typelevel::Handler<typelevel::USART1> for Handler {
    unsafe fn on_interrupt() {
        while USART1.isr().read().rxne() {
            // A damaged byte is for the decoder to refuse.
            let [byte, _] = USART1.rdr().read().dr().to_le_bytes();
            keypad::receive(byte);
        }
        // A byte that came too early is lost; the flag would raise the interrupt again and again.
        USART1.icr().write(|clear| clear.set_ore(true));
        if USART1.isr().read().txe() {
            log::on_room();
        }
    }
}

struct LogPort;

impl Port for LogPort {
    fn has_room(&self) -> bool {
        USART1.isr().read().txe()
    }

    fn write(&self, byte: u8) {
        USART1.tdr().write(|data| data.set_dr(byte.into()));
    }

    fn call_when_there_is_room(&self, wanted: bool) {
        USART1.cr1().modify(|control| control.set_txeie(wanted));
    }
}

/// Starts the line, the log and the keypad.
pub(crate) fn start(
    usart: Peri<'static, peripherals::USART1>,
    transmit: Peri<'static, PA9>,
    receive: Peri<'static, PB7>,
    _bound: impl Binding<typelevel::USART1, Handler>,
) {
    let Ok(line) = Uart::<Blocking>::new_blocking(usart, receive, transmit, Config::default()) else {
        unreachable!("the clock is fast enough for the line")
    };
    // It must not be dropped: that would turn the pins off.
    core::mem::forget(line);
    USART1.cr1().modify(|control| control.set_rxneie(true));
    log::start(&LogPort);
    typelevel::USART1::unpend();
    // SAFETY: the handler shares state with the rest only through critical sections, which mask every interrupt.
    unsafe { typelevel::USART1::enable() };
}
