//! The serial line, UART0 on GP0 and GP1 at 115,200 baud: the log goes out, the serial keypad comes in.
#![allow(unsafe_code)] // Unmasking an interrupt can break a critical section.

use embassy_rp::interrupt::typelevel::{self, Binding, Interrupt};
use embassy_rp::pac::UART0;
use embassy_rp::peripherals::{PIN_0, PIN_1};
use embassy_rp::uart::{Blocking, Config, Uart};
use embassy_rp::{Peri, peripherals};
use hotdesk_board::keypad;
use hotdesk_board::log::{self, Port};

/// UART0's interrupt.
pub(crate) struct Handler;

impl typelevel::Handler<typelevel::UART0_IRQ> for Handler {
    unsafe fn on_interrupt() {
        UART0.uarticr().write(|clear| clear.set_txic(true));
        while !UART0.uartfr().read().rxfe() {
            // A damaged byte is for the decoder to refuse.
            keypad::receive(UART0.uartdr().read().data());
        }
        log::on_room();
    }
}

struct LogPort;

impl Port for LogPort {
    fn has_room(&self) -> bool {
        !UART0.uartfr().read().txff()
    }

    fn write(&self, byte: u8) {
        UART0.uartdr().write(|data| data.set_data(byte));
    }

    fn call_when_there_is_room(&self, wanted: bool) {
        UART0.uartimsc().modify(|mask| mask.set_txim(wanted));
    }
}

/// Starts the line, the log and the keypad.
pub(crate) fn start(
    uart: Peri<'static, peripherals::UART0>,
    transmit: Peri<'static, PIN_0>,
    receive: Peri<'static, PIN_1>,
    _bound: impl Binding<typelevel::UART0_IRQ, Handler>,
) {
    // It must not be dropped: that would turn the pins off.
    core::mem::forget(Uart::<Blocking>::new_blocking(uart, transmit, receive, Config::default()));
    UART0.uartimsc().modify(|mask| {
        mask.set_rxim(true);
        mask.set_rtim(true);
    });
    log::start(&LogPort);
    typelevel::UART0_IRQ::unpend();
    // SAFETY: the handler shares state with the rest only through critical sections, which mask every interrupt.
    unsafe { typelevel::UART0_IRQ::enable() };
}
