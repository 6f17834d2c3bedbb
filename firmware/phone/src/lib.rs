//! The desk phone's application, without a chip.
//!
//! [`App`] is a pure machine: events in, the next request out. [`View`](view::View) shows it on an `embedded-graphics`
//! display, by the [`Layout`](view::Layout) of its size. [`run`] joins both with keys, a display and a network that a board brings;
//! a board's `main.rs` only connects them.
//!
//! It has no address and no credential of its own (they come with [`Config`]), allocates nothing, and never shows or
//! logs a PIN or a certificate. A request that may have been carried out is never sent again.
//!
//! Features, all off by default: `embassy-net` (the network of a board that runs embassy-net), `flash` (storage in a
//! flash), `touch` (keys on a display that is touched), `provisioning` (the phone's file, from its cluster), `browser`
//! (pages of IP phone services), `tls` (what HTTPS asks for: the time and random numbers), `defmt` (a log) and `screen-readout` (for test images: a rig is told what the screen shows).
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
#[macro_use]
extern crate std;

mod app;
mod board;
#[cfg(feature = "browser")]
mod browser;
mod clock;
pub mod config;
mod font;
mod key;
pub mod keypad;
mod log;
pub mod net;
mod part;
#[cfg(feature = "provisioning")]
pub mod provisioning;
mod queue;
#[cfg(feature = "tls")]
pub mod random;
#[cfg(feature = "screen-readout")]
pub mod readout;
mod repeat;
mod run;
pub mod settings;
pub mod storage;
#[cfg(feature = "tls")]
pub mod time;
#[cfg(feature = "touch")]
pub mod touch;
pub mod view;
mod words;

pub use app::{App, Ask, ConnectError, Event, Light, NetworkState, Trouble};
pub use board::{Board, CALLS, Effect, Facts, Failure, Fault, Keeps, NotKept, Start, WORDS};
pub use config::{Config, SetupError};
pub use font::{Bitmap, FONT_6X10, FONT_10X20, FONT_12X24, Font};
pub use key::Key;
pub use queue::KeyQueue;
pub use run::{Buffers, Display, PULSE, Phone, Shared, run};
pub use words::Language;
