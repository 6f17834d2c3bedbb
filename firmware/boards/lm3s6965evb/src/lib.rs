//! The LM3S6965 evaluation board as QEMU emulates it (`-M lm3s6965evb`): this firmware has never met the chip.
//!
//! Drivers for display, keys, Ethernet, SD card, log, time. What QEMU models of the chip is in the README. What the phone does
//! is `hotdesk_phone`'s business; a driver here turns registers into that crate's events and effects, and must never decide
//! anything a person can see. `main.rs` connects the two.
//!
//! A driver accesses the chip only through [`mmio`], so it needs no unsafe code. None waits for a flag without a bound.
#![no_std]

pub mod buttons;
pub mod card;
pub mod clock;
pub mod ethernet;
pub mod gpio;
pub mod interrupts;
pub mod mmio;
pub mod oled;
pub mod serial;
pub mod ssi;
pub mod sysctl;
pub mod watchdog;
