//! What the desk phone's boards share. A board has pins, clocks, drivers and memory; everything else is here or in
//! `hotdesk_phone`.
//!
//! A board's `main.rs` calls, in this order: [`stack::paint`], [`log::start`], [`wiring::set_up`], its drivers,
//! [`wiring::connect`], [`executor::run`]. Nothing here may know a register outside of the processor.
#![no_std]

#[cfg(feature = "tls")]
pub mod above;
pub mod board;
#[cfg(feature = "card")]
pub mod card;
#[cfg(feature = "systick")]
pub mod clock;
#[cfg(feature = "delay")]
pub mod delay;
pub mod direct;
pub mod executor;
pub mod fault;
#[cfg(feature = "flash")]
pub mod flash;
#[cfg(feature = "touch")]
pub mod frame;
pub mod greys;
pub mod identity;
pub mod image;
pub mod keypad;
pub mod log;
pub mod matrix;
#[cfg(feature = "memory")]
mod memory;
pub mod mmio;
#[cfg(feature = "screen-readout")]
mod readout;
pub mod record;
#[cfg(feature = "rtt")]
mod rtt;
#[cfg(feature = "tls")]
pub mod secured;
pub mod settings;
pub mod stack;
pub mod starts;
#[cfg(feature = "touch")]
pub mod touch;
pub mod wiring;
