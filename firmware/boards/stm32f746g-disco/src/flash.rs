//! The chip's flash beside the image: the settings made on the phone, and the MAC address. `memory.x` has its sectors.
//!
//! This flash has no check bits, and bits that stay as they are may be written again (RM0385, Flash programming sequences).

use embassy_stm32::Peri;
use embassy_stm32::flash::{Blocking, Flash};
use embassy_stm32::peripherals::FLASH;
use embassy_stm32::uid::uid;
use hotdesk_board::flash::BoardFlash;

/// Where each slot of the settings starts, and its size: sectors 1 and 2.
const SLOTS: [u32; 2] = [32 * 1024, 64 * 1024];
const SECTOR: u32 = 32 * 1024;
/// Where a person writes the MAC address, six bytes: sector 7. The phone never writes it.
const MAC_ADDRESS: u32 = 768 * 1024;

/// The chip's flash.
pub(crate) type ChipFlash = BoardFlash<Flash<'static, Blocking>>;

/// Takes the flash, and the MAC address that is in it or made of the chip's ID.
pub(crate) fn start(flash: Peri<'static, FLASH>) -> (ChipFlash, [u8; 6]) {
    let mut flash = BoardFlash::new(Flash::new_blocking(flash), SLOTS, SECTOR);
    // FNV-1a: chips of one wafer differ in few bits of the ID.
    let unique = uid().iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    let mac = flash.mac_address(MAC_ADDRESS, unique.to_be_bytes());
    (flash, mac)
}
