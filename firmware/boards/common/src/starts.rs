//! Counts the starts since power-on, for values that must differ between starts.
//!
//! A peer remembers connections for longer than the phone takes to restart, and two starts often take the same number
//! of cycles.
#![allow(unsafe_code)] // A place in RAM of its own, which start-up leaves alone.

use core::sync::atomic::{AtomicU32, Ordering};

// SAFETY: cortex-m-rt's linker script has this section and neither clears nor loads it. Any content is a valid number.
#[unsafe(link_section = ".uninit.starts")]
static STARTS: AtomicU32 = AtomicU32::new(0);

/// Counts this start, once, and returns the number before it; after power-on that is whatever RAM held.
#[must_use]
pub fn count() -> u32 {
    // Nothing else counts; a Cortex-M0+ cannot read and write in one step.
    let before = STARTS.load(Ordering::Relaxed);
    STARTS.store(before.wrapping_add(1), Ordering::Relaxed);
    before
}
