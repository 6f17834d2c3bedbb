//! The five buttons: up, down, left and right on port E, select on port F. A pressed button pulls its pin low.
//!
//! After each reset QEMU reports every button as pressed until its first release; `hotdesk_phone::keypad::Buttons`
//! ignores a button that it has not seen up.

use core::cell::RefCell;

use critical_section::Mutex;
use hotdesk_board::keypad;
use hotdesk_phone::Key;
use hotdesk_phone::keypad::Buttons;

use crate::gpio;
use crate::interrupts::{self, Interrupt};
use crate::mmio::{GPIO_E, GPIO_F};

/// Bits 0 to 3: up, down, left, right.
const PORT_E_PINS: u8 = 0b1111;
/// Bit 1: select.
const PORT_F_PINS: u8 = 0b0010;
/// Select's bit among the buttons, after port E's four.
const SELECT_SHIFT: u32 = 3;

/// By their bits.
const KEYS: [Key; 5] = [Key::Up, Key::Down, Key::Left, Key::Right, Key::Select];

static BUTTONS: Mutex<RefCell<Buttons>> = Mutex::new(RefCell::new(Buttons::new()));

/// Starts watching the buttons.
pub fn start() {
    gpio::listen(GPIO_E, PORT_E_PINS);
    gpio::listen(GPIO_F, PORT_F_PINS);
    look();
    interrupts::enable(Interrupt::GpioE);
    interrupts::enable(Interrupt::GpioF);
}

/// The interrupt of both ports: a level changed.
pub extern "C" fn on_interrupt() {
    gpio::clear(GPIO_E, PORT_E_PINS);
    gpio::clear(GPIO_F, PORT_F_PINS);
    look();
}

fn look() {
    critical_section::with(|token| keypad::look(&mut BUTTONS.borrow_ref_mut(token), down(), &KEYS));
}

fn down() -> u8 {
    let up = gpio::read(GPIO_E, PORT_E_PINS) | gpio::read(GPIO_F, PORT_F_PINS) << SELECT_SHIFT;
    !up & (PORT_E_PINS | PORT_F_PINS << SELECT_SHIFT)
}
