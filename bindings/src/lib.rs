//! The native part of the Python package `hotdesk`: the JSON of messages, and the classes Python sees.
//!
//! `decode` and `logs` are plain Rust, so that the tests of the workspace run it without linking Python. What the protocol means is
//! decided in `hotdesk-core`, never here.

#[cfg(feature = "python")]
#[macro_use]
mod field;
#[cfg(feature = "python")]
#[macro_use]
mod class;
#[cfg(feature = "python")]
mod codes;
mod decode;
#[cfg(feature = "logs")]
pub mod logs;
#[cfg(feature = "python")]
mod model;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "python")]
mod read;
#[cfg(feature = "python")]
mod rows;
#[cfg(feature = "python")]
mod secret;
#[cfg(feature = "python")]
mod traces;
#[cfg(feature = "python")]
mod vip;
#[cfg(feature = "python")]
mod write;

pub use decode::{Refusal, decode};
