//! Drivers for the Stellaris LM3S6965 evaluation board as QEMU emulates it: display, keys, Ethernet, SD card, log, time.
//!
//! What the phone does is `hotdesk_phone`'s business; a driver here turns registers into that crate's events and
//! effects, and must never decide anything a person can see. `main.rs` connects the two.
//!
//! A driver accesses the chip only through [`mmio`], so that it needs no unsafe code of its own.
#![no_std]

pub mod board;
pub mod buttons;
pub mod card;
pub mod clock;
pub mod ethernet;
pub mod gpio;
pub mod guard;
pub mod interrupts;
pub mod keypad;
pub mod log_port;
pub mod mmio;
pub mod oled;
pub mod settings;
pub mod ssi;
pub mod sysctl;
pub mod uart;
pub mod watchdog;
