//! The serial keypad on UART0: bytes by interrupt, presses into the queue that the phone reads.
//!
//! The frames are `hotdesk_phone::keypad`'s. Which key was pressed must never reach the log: digits are PINs.

use core::cell::RefCell;

use critical_section::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use hotdesk_phone::keypad::{Decoder, KeyEvent};
use hotdesk_phone::{Key, KeyQueue};

use crate::interrupts::{self, Interrupt};
use crate::mmio::UART0;
use crate::uart::{INTERRUPT_RX, INTERRUPT_RX_TIMEOUT, Uart};

const PORT: Uart = Uart::new(UART0);
/// More than a person presses while a screen is drawn.
const QUEUE_LENGTH: usize = 16;

/// Presses of all keys, the buttons' included, that the phone has not taken yet.
pub static KEYS: KeyQueue<CriticalSectionRawMutex, QUEUE_LENGTH> = KeyQueue::new();

static DECODER: Mutex<RefCell<Decoder>> = Mutex::new(RefCell::new(Decoder::new()));

/// Starts listening to the keypad.
pub fn start() {
    PORT.start(INTERRUPT_RX | INTERRUPT_RX_TIMEOUT);
    interrupts::enable(Interrupt::Uart0);
}

/// Queues a press for the phone, of a key that is down now. When the queue is full the press is dropped and the log says
/// so.
pub fn press(key: Key) {
    defmt::debug!("keys: a press");
    if KEYS.push(key) {
        KEYS.hold(key, true);
    } else {
        defmt::warn!("keys: dropped a press, {=usize} wait already", QUEUE_LENGTH);
    }
}

/// UART0's interrupt: bytes came in.
pub extern "C" fn on_interrupt() {
    PORT.clear(INTERRUPT_RX | INTERRUPT_RX_TIMEOUT);
    while let Some(byte) = PORT.read() {
        let event = critical_section::with(|token| DECODER.borrow_ref_mut(token).push(byte));
        match event {
            Some(KeyEvent::Pressed(key)) => press(key),
            Some(KeyEvent::Released(key)) => KEYS.hold(key, false),
            None => {}
        }
    }
}
