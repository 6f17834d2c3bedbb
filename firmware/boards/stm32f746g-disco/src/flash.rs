//! The chip's flash beside the image, in the sectors that `memory.x` leaves: the phone's storage, and the MAC address.
//!
//! This flash has no check bits, and bits that stay as they are may be written again (RM0385, Flash programming sequences).

use embassy_stm32::Peri;
use embassy_stm32::flash::{Bank1Region1, Blocking, Flash};
use embassy_stm32::peripherals::FLASH;
use embassy_stm32::uid::uid;
use hotdesk_board::flash::mac_address;
use hotdesk_phone::storage::FlashStorage;

/// Where the storage is among the sectors of 32 KiB: 1 and 2.
const STORAGE: u32 = 32 * 1024;
const STORAGE_END: u32 = 96 * 1024;
/// Where a person writes the MAC address, six bytes, among the sectors of 256 KiB: sector 7, the last of three. The phone never
/// writes it.
const MAC_ADDRESS: u32 = 2 * 256 * 1024;

/// The chip's storage.
pub(crate) type ChipStorage = FlashStorage<Bank1Region1<'static, Blocking>, STORAGE, STORAGE_END>;

/// Takes the flash, and the MAC address that is in it or made of the chip's ID.
pub(crate) fn start(flash: Peri<'static, FLASH>) -> (ChipStorage, [u8; 6]) {
    let mut sectors = Flash::new_blocking(flash).into_blocking_regions();
    // FNV-1a: chips of one wafer differ in few bits of the ID.
    let unique = uid().iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    let mac = mac_address(&mut sectors.bank1_region3, MAC_ADDRESS, unique.to_be_bytes());
    (FlashStorage::new(sectors.bank1_region1), mac)
}
