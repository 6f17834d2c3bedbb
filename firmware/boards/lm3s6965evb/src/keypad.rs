//! The serial keypad's line, UART0: bytes by interrupt.

use hotdesk_board::keypad;

use crate::interrupts::{self, Interrupt};
use crate::mmio::UART0;
use crate::uart::{INTERRUPT_RX, INTERRUPT_RX_TIMEOUT, Uart};

const PORT: Uart = Uart::new(UART0);

/// Starts listening to the keypad.
pub fn start() {
    PORT.start(INTERRUPT_RX | INTERRUPT_RX_TIMEOUT);
    interrupts::enable(Interrupt::Uart0);
}

/// UART0's interrupt: bytes came in.
pub extern "C" fn on_interrupt() {
    PORT.clear(INTERRUPT_RX | INTERRUPT_RX_TIMEOUT);
    while let Some(byte) = PORT.read() {
        keypad::receive(byte);
    }
}
