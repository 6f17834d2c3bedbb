//! Counts the starts since power on, for what must differ from one start to the next.
//!
//! A far end remembers connections longer than the phone takes to start again, and the processor cycles of two starts
//! are often the same.
#![allow(unsafe_code)] // A place in RAM of its own, which start-up leaves alone.

use core::sync::atomic::{AtomicU32, Ordering};

// SAFETY: cortex-m-rt's linker script has this section and neither clears nor loads it. Any content is a valid number.
#[unsafe(link_section = ".uninit.starts")]
static STARTS: AtomicU32 = AtomicU32::new(0);

/// Counts this start and returns how many there were before it: after power on whatever RAM held then.
#[must_use]
pub fn count() -> u32 {
    STARTS.fetch_add(1, Ordering::Relaxed)
}
