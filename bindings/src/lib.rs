//! The native part of the Python package `hotdesk`: messages as owned values, their JSON, and the classes Python sees.
//!
//! Everything but the module `python` is plain Rust, so that the tests of the workspace run it without linking Python.
//! What the protocol means is decided in `hotdesk-core`, never here.

#[macro_use]
mod class;
#[cfg(feature = "python")]
mod codes;
mod decode;
pub mod model;
#[cfg(feature = "python")]
mod python;
mod read;
#[cfg(feature = "python")]
mod rows;
pub mod write;

pub use decode::decode;
pub use read::{Refusal, read};
