//! The settings made on the phone, in RAM that start-up leaves alone: a restart keeps them, switching off does not.
//!
//! The board has no memory that could be written and keeps without power, but the SD card, whose files an administrator
//! writes. The records are `hotdesk_phone::storage`'s; a reset in the middle of a write leaves those before.
#![allow(unsafe_code)] // A place in RAM of its own, which start-up leaves alone.

use core::sync::atomic::{AtomicU8, Ordering};

use hotdesk_phone::NotKept;
use hotdesk_phone::storage::{Memory, SLOT_BYTES, Slot, Storage};

// SAFETY: cortex-m-rt's linker script has this section and neither clears nor loads it. Any content is valid numbers.
#[unsafe(link_section = ".uninit.settings")]
static SLOTS: [[AtomicU8; SLOT_BYTES]; 2] = [const { [const { AtomicU8::new(0) }; SLOT_BYTES] }; 2];

/// The settings' memory. There must be one at a time.
#[must_use]
pub fn storage() -> Storage<Ram> {
    Storage::new(Ram { _private: () })
}

/// The two slots.
pub struct Ram {
    _private: (),
}

impl Ram {
    fn bytes(slot: Slot, at: usize, len: usize) -> Result<&'static [AtomicU8], NotKept> {
        let [a, b] = &SLOTS;
        let slot = match slot {
            Slot::A => a,
            Slot::B => b,
        };
        slot.get(at..).and_then(|rest| rest.get(..len)).ok_or(NotKept)
    }
}

impl Memory for Ram {
    fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept> {
        let bytes = Self::bytes(slot, at, out.len())?;
        for (out, byte) in out.iter_mut().zip(bytes) {
            *out = byte.load(Ordering::Relaxed);
        }
        Ok(())
    }

    fn erase(&mut self, slot: Slot) -> Result<(), NotKept> {
        Self::bytes(slot, 0, SLOT_BYTES)?.iter().for_each(|byte| byte.store(0, Ordering::Relaxed));
        Ok(())
    }

    fn write(&mut self, slot: Slot, at: usize, bytes: &[u8]) -> Result<(), NotKept> {
        for (byte, written) in Self::bytes(slot, at, bytes.len())?.iter().zip(bytes) {
            byte.store(*written, Ordering::Relaxed);
        }
        Ok(())
    }
}
