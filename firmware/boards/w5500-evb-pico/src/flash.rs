//! The end of the flash: the configuration that a person writes there beside the image, the settings made on the phone, and
//! how often it has started.
//!
//! | KiB from the end | what |
//! |---|---|
//! | 64 to 60 | the configuration as text, up to the last byte that is not 0xFF; the phone never writes it |
//! | 60 to 56 | the MAC address, six bytes, for a phone that is to have one of its own; the phone never writes it |
//! | 16 to 8 | how often the phone has started: two sectors, of which one is whole at any time |
//! | 8 to 0 | the settings: two sectors, of which one is whole at any time |

use core::ops::Range;

use embassy_rp::Peri;
use embassy_rp::flash::{Blocking, ERASE_SIZE, Flash};
use embassy_rp::peripherals::FLASH;
use hotdesk_board::flash::{BoardFlash, sectors};

/// Bytes of the board's flash.
const SIZE: usize = 2 * 1024 * 1024;
/// Where the configuration starts.
pub(crate) const CONFIGURATION: u32 = 2048 * 1024 - 64 * 1024;
/// Where the MAC address is.
const MAC_ADDRESS: u32 = 2048 * 1024 - 60 * 1024;
const STARTS: [Range<u32>; 2] = sectors(2048 * 1024 - 16 * 1024, SECTOR);
const SETTINGS: [Range<u32>; 2] = sectors(2048 * 1024 - 8 * 1024, SECTOR);
const SECTOR: u32 = 4 * 1024;
const _: () = assert!(ERASE_SIZE == 4 * 1024, "a slot is a sector");

/// The board's flash.
pub(crate) type PicoFlash = BoardFlash<Flash<'static, FLASH, Blocking, SIZE>>;

/// Takes the flash, and the MAC address that is in it or made of its ID.
pub(crate) fn start(flash: Peri<'static, FLASH>) -> (PicoFlash, [u8; 6]) {
    #[cfg_attr(feature = "pico2", expect(unused_mut, reason = "only the RP2040 asks the flash for its ID"))]
    let mut flash = Flash::new_blocking(flash);
    let mut unique = [0; 8];
    // Boards whose ID cannot be read all have the same address.
    #[cfg(feature = "rp2040")]
    let _ = flash.blocking_unique_id(&mut unique);
    #[cfg(feature = "pico2")]
    unique.copy_from_slice(&embassy_rp::otp::get_chipid().unwrap_or_default().to_be_bytes());
    let mut flash = BoardFlash::new(flash, SETTINGS, STARTS);
    let mac = flash.mac_address(MAC_ADDRESS, unique);
    (flash, mac)
}
