//! Presses on their way to the phone, and the serial keypad's bytes.
//!
//! The frames are `hotdesk_phone::keypad`'s. Which key was pressed must never reach the log: digits are PINs.

use core::cell::RefCell;

use critical_section::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_time::Instant;
use hotdesk_phone::keypad::{Buttons, Decoder, KeyEvent};
use hotdesk_phone::{Key, KeyQueue};

/// More than a person presses while a screen is drawn.
const QUEUE_LENGTH: usize = 16;

/// Presses of all keys that the phone has not taken yet.
pub static KEYS: KeyQueue<CriticalSectionRawMutex, QUEUE_LENGTH> = KeyQueue::new();

static DECODER: Mutex<RefCell<Decoder>> = Mutex::new(RefCell::new(Decoder::new()));

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

/// Takes which of up to eight buttons are down, a bit each in the order of `keys`: queues those that were pressed, and says which
/// are held.
pub fn look(buttons: &mut Buttons, down: u8, keys: &[Key]) {
    let pressed = buttons.update(down, Instant::now());
    for (key, bit) in keys.iter().zip(0u8..8) {
        if pressed & 1 << bit != 0 {
            press(*key);
        } else {
            KEYS.hold(*key, down & 1 << bit != 0);
        }
    }
}

/// Takes that a key went down or came up.
pub fn report(event: KeyEvent) {
    match event {
        KeyEvent::Pressed(key) => press(key),
        KeyEvent::Released(key) => KEYS.hold(key, false),
    }
}

/// Takes a byte of the serial keypad's line.
pub fn receive(byte: u8) {
    #[cfg(feature = "screen-readout")]
    crate::readout::receive(byte);
    let event = critical_section::with(|token| DECODER.borrow_ref_mut(token).push(byte));
    if let Some(event) = event {
        report(event);
    }
}
