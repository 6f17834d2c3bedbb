//! The end of the flash: the configuration that a person writes there beside the image, and the settings made on the phone.
//!
//! | KiB from the end | what |
//! |---|---|
//! | 64 to 60 | the configuration as text, up to the first byte 0xFF; the phone never writes it |
//! | 60 to 56 | the MAC address, six bytes, for a phone that is to have one of its own; the phone never writes it |
//! | 8 to 0 | the settings: two sectors, of which one is whole at any time |
//!
//! The configuration holds a certificate: whoever reads it wipes the copy, and nothing of it is logged.

use embassy_rp::Peri;
use embassy_rp::flash::{Blocking, ERASE_SIZE, Flash};
use embassy_rp::peripherals::FLASH;
use hotdesk_phone::storage::{Memory, Slot};
use hotdesk_phone::{NotKept, SetupError};

/// Bytes of the board's flash.
const SIZE: usize = 2 * 1024 * 1024;
/// Where the configuration starts.
const CONFIGURATION: u32 = 2048 * 1024 - 64 * 1024;
/// Where the MAC address is.
const MAC_ADDRESS: u32 = 2048 * 1024 - 60 * 1024;
/// Where each slot of the settings starts.
const SLOT_A: u32 = 2048 * 1024 - 8 * 1024;
const SLOT_B: u32 = 2048 * 1024 - 4 * 1024;
const SECTOR: u32 = 4 * 1024;
const _: () = assert!(ERASE_SIZE == 4 * 1024, "a slot is a sector");

/// The board's flash.
pub(crate) struct BoardFlash {
    flash: Flash<'static, FLASH, Blocking, SIZE>,
}

impl BoardFlash {
    /// Takes the flash.
    pub(crate) fn new(flash: Peri<'static, FLASH>) -> Self {
        Self { flash: Flash::new_blocking(flash) }
    }

    /// The MAC address: the one that was written there, else one of this board alone, locally administered, from the unique
    /// ID of its flash. The board has none of its own.
    pub(crate) fn mac_address(&mut self) -> [u8; 6] {
        let mut written = [0xFF; 6];
        let is_read = self.flash.blocking_read(MAC_ADDRESS, &mut written).is_ok();
        // Bit 0 of the first byte means a group: no phone has such an address.
        if let (true, [first, ..]) = (is_read, written)
            && first & 1 == 0
        {
            return written;
        }
        let mut id = [0; 8];
        // Where the ID cannot be read, all such boards have the same address, and need one written.
        let _ = self.flash.blocking_unique_id(&mut id);
        let [a, b, c, d, e, f, g, h] = id;
        [0x02, a ^ b, c ^ d, e ^ f, g, h]
    }

    /// Reads the configuration into `buffer` and returns how many bytes it has.
    ///
    /// # Errors
    ///
    /// There is none, or it is longer than the buffer.
    pub(crate) fn read_configuration(&mut self, buffer: &mut [u8]) -> Result<usize, SetupError> {
        let bound = buffer.len();
        self.flash.blocking_read(CONFIGURATION, buffer).map_err(|_| SetupError::Unreadable)?;
        match buffer.iter().position(|byte| *byte == 0xFF) {
            Some(0) => Err(SetupError::NoFile),
            Some(length) => Ok(length),
            None => Err(SetupError::TooLong { bound }),
        }
    }
}

fn slot(slot: Slot) -> u32 {
    match slot {
        Slot::A => SLOT_A,
        Slot::B => SLOT_B,
    }
}

fn address(of: Slot, at: usize) -> Result<u32, NotKept> {
    let at = u32::try_from(at).ok().filter(|at| *at < SECTOR).ok_or(NotKept)?;
    Ok(slot(of).saturating_add(at))
}

impl Memory for BoardFlash {
    fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept> {
        self.flash.blocking_read(address(slot, at)?, out).map_err(|_| NotKept)
    }

    fn erase(&mut self, of: Slot) -> Result<(), NotKept> {
        let start = slot(of);
        self.flash.blocking_erase(start, start.saturating_add(SECTOR)).map_err(|_| NotKept)
    }

    fn write(&mut self, slot: Slot, at: usize, bytes: &[u8]) -> Result<(), NotKept> {
        self.flash.blocking_write(address(slot, at)?, bytes).map_err(|_| NotKept)
    }
}
