//! The chip's flash beside the image, in the sectors that `memory.x` leaves: settings, how often the phone has started, MAC address.
//!
//! This flash has no check bits, and bits that stay as they are may be written again (RM0385, Flash programming sequences).

use core::ops::Range;

use embassy_stm32::Peri;
use embassy_stm32::flash::{Blocking, Flash};
use embassy_stm32::peripherals::FLASH;
use embassy_stm32::uid::uid;
use hotdesk_board::flash::{BoardFlash, sectors};

/// Sectors 1 and 2.
const SETTINGS: [Range<u32>; 2] = sectors(32 * 1024, 32 * 1024);
/// Sectors 3 and 4.
const STARTS: [Range<u32>; 2] = [96 * 1024..128 * 1024, 128 * 1024..256 * 1024];
/// Where a person writes the MAC address, six bytes: sector 7. The phone never writes it.
const MAC_ADDRESS: u32 = 768 * 1024;

/// The chip's flash.
pub(crate) type ChipFlash = BoardFlash<Flash<'static, Blocking>>;

/// Takes the flash, and the MAC address that is in it or made of the chip's ID.
pub(crate) fn start(flash: Peri<'static, FLASH>) -> (ChipFlash, [u8; 6]) {
    let mut flash = BoardFlash::new(Flash::new_blocking(flash), SETTINGS, STARTS);
    // FNV-1a: chips of one wafer differ in few bits of the ID.
    let unique = uid().iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    let mac = flash.mac_address(MAC_ADDRESS, unique.to_be_bytes());
    (flash, mac)
}
