//! The serial line: the log goes out, the serial keypad comes in.

use hotdesk_board::log::{self, Port};

struct LogPort;

impl Port for LogPort {
    fn has_room(&self) -> bool {
        // GAP log: whether the port takes a byte without waiting.
        true
    }

    fn write(&self, _byte: u8) {
        // GAP log: send the byte.
    }

    fn call_when_there_is_room(&self, _wanted: bool) {
        // GAP log: turn the port's interrupt for that on or off; its handler calls `log::on_room`.
    }
}

/// Starts the line and the log.
pub(crate) fn start() {
    // GAP serial keypad: 115,200 bit/s, 8N1; the interrupt's handler gives each byte to `hotdesk_board::keypad::receive`, and
    // takes no more at a time than the port holds.
    log::start(&LogPort);
}
