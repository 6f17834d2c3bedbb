//! The settings made on the phone: from the board's memory into the configuration that the phone starts with, and a memory for
//! boards that have no other.
#![allow(unsafe_code)] // A place in RAM of its own, which start-up leaves alone.

use core::sync::atomic::{AtomicU8, Ordering};

use hotdesk_phone::settings::LIMIT;
use hotdesk_phone::storage::{Memory, SLOT_BYTES, Slot, SlotStorage, Storage};
use hotdesk_phone::{Config, NotKept};

/// Takes the settings over. Those that were made over another configuration file are forgotten.
#[inline(never)]
pub fn take_over(storage: &mut impl Storage, config: &mut Config) {
    let mut buffer = [0; LIMIT];
    let Some(settings) = storage.load(&mut buffer) else { return };
    match config.change(settings) {
        Ok(true) => defmt::info!("settings made on the phone count"),
        Ok(false) => {
            defmt::info!("the configuration file has changed: settings made on the phone are forgotten");
            if storage.forget().is_err() {
                defmt::warn!("settings: the memory fails");
            }
        }
        Err(error) => defmt::warn!("settings made on the phone do not count: {}", error),
    }
}

// SAFETY: cortex-m-rt's linker script has this section and neither clears nor loads it. Any content is valid numbers.
#[unsafe(link_section = ".uninit.settings")]
static SLOTS: [[AtomicU8; SLOT_BYTES]; 2] = [const { [const { AtomicU8::new(0) }; SLOT_BYTES] }; 2];

/// The storage of a board without memory that it could write.
pub type Ram = SlotStorage<RamSlots>;

/// RAM that start-up leaves alone, for a board without memory that it could write: a restart keeps the settings, switching off
/// does not. A reset in the middle of a write leaves those before. There must be one.
#[derive(Default)]
pub struct RamSlots {
    _private: (),
}

impl RamSlots {
    fn bytes(slot: Slot, at: usize, len: usize) -> Result<&'static [AtomicU8], NotKept> {
        let [a, b] = &SLOTS;
        let slot = match slot {
            Slot::A => a,
            Slot::B => b,
        };
        slot.get(at..).and_then(|rest| rest.get(..len)).ok_or(NotKept)
    }
}

impl Memory for RamSlots {
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
