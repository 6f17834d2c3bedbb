//! The end of the flash: the configuration that a person writes there beside the image, and the settings made on the phone.
//!
//! | KiB from the end | what |
//! |---|---|
//! | 64 to 60 | the configuration as text, up to the last byte that is not 0xFF; the phone never writes it |
//! | 60 to 56 | the MAC address, six bytes, for a phone that is to have one of its own; the phone never writes it |
//! | 8 to 0 | the settings: two sectors, of which one is whole at any time |
//!
//! The configuration holds a certificate: whoever reads it wipes the copy, and nothing of it is logged.

use embassy_rp::Peri;
use embassy_rp::flash::{Blocking, ERASE_SIZE, Flash};
use embassy_rp::peripherals::FLASH;
use hotdesk_board::identity;
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

    /// The MAC address: see [`identity::mac_address`].
    pub(crate) fn mac_address(&mut self) -> [u8; 6] {
        let (mut written, mut unique) = ([0xFF; 6], [0; 8]);
        // What cannot be read is as if nobody had written it. Boards whose ID cannot be read all have the same address.
        let _ = self.flash.blocking_read(MAC_ADDRESS, &mut written);
        #[cfg(feature = "rp2040")]
        let _ = self.flash.blocking_unique_id(&mut unique);
        #[cfg(feature = "pico2")]
        unique.copy_from_slice(&embassy_rp::otp::get_chipid().unwrap_or_default().to_be_bytes());
        identity::mac_address(written, unique)
    }

    /// Reads the configuration into `buffer` and returns how many bytes it has.
    ///
    /// # Errors
    ///
    /// There is none, or it is longer than the buffer.
    pub(crate) fn read_configuration(&mut self, buffer: &mut [u8]) -> Result<usize, SetupError> {
        let bound = buffer.len();
        self.flash.blocking_read(CONFIGURATION, buffer).map_err(|_| SetupError::Unreadable)?;
        // Not up to the first byte 0xFF, which a text may have by mistake: then it is to be told, not cut.
        match buffer.iter().rposition(|byte| *byte != 0xFF).map(|last| last.saturating_add(1)) {
            None => Err(SetupError::NotWritten),
            Some(length) if length == bound => Err(SetupError::TooLong { bound }),
            Some(length) => Ok(length),
        }
    }
}

/// Where a byte of a slot is; an error, if it is outside of the slot's sector.
fn address(slot: Slot, at: usize) -> Result<u32, NotKept> {
    let start = match slot {
        Slot::A => SLOT_A,
        Slot::B => SLOT_B,
    };
    let at = u32::try_from(at).ok().filter(|at| *at < SECTOR).ok_or(NotKept)?;
    Ok(start.saturating_add(at))
}

impl Memory for BoardFlash {
    fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept> {
        self.flash.blocking_read(address(slot, at)?, out).map_err(|_| NotKept)
    }

    fn erase(&mut self, slot: Slot) -> Result<(), NotKept> {
        let start = address(slot, 0)?;
        self.flash.blocking_erase(start, start.saturating_add(SECTOR)).map_err(|_| NotKept)
    }

    fn write(&mut self, slot: Slot, at: usize, bytes: &[u8]) -> Result<(), NotKept> {
        self.flash.blocking_write(address(slot, at)?, bytes).map_err(|_| NotKept)
    }
}
