//! The port of the log, UART1.

use hotdesk_board::log::{self, Port};

use crate::interrupts::{self, Interrupt};
use crate::mmio::UART1;
use crate::uart::{INTERRUPT_TX, Uart};

struct LogPort;

const PORT: Uart = Uart::new(UART1);

impl Port for LogPort {
    fn has_room(&self) -> bool {
        PORT.has_room()
    }

    fn write(&self, byte: u8) {
        PORT.write(byte);
    }

    fn call_when_there_is_room(&self, wanted: bool) {
        PORT.listen(if wanted { INTERRUPT_TX } else { 0 });
    }
}

/// Starts the port and the log.
pub fn start() {
    PORT.start(0);
    log::start(&LogPort);
    interrupts::enable(Interrupt::Uart1);
}

/// UART1's interrupt: the port has room again.
pub extern "C" fn on_interrupt() {
    PORT.clear(INTERRUPT_TX);
    log::on_room();
}
