//! The end of the flash: the configuration that a person writes there beside the image, and the phone's storage.
//!
//! | KiB from the end | what |
//! |---|---|
//! | 64 to 60 | the configuration as text, up to the last byte that is not 0xFF; the phone never writes it |
//! | 60 to 56 | the MAC address, six bytes, for a phone that is to have one of its own; the phone never writes it |
//! | 56 to 48 | with the feature `tls`: the certificates `CERT1.PEM` and `CERT2.PEM`, 4 KiB each; the phone never writes them |
//! | 8 to 0 | the storage: the settings made on the phone, how often it has started, how it failed last |

use embassy_rp::Peri;
use embassy_rp::flash::{Blocking, Flash};
use embassy_rp::peripherals::FLASH;
use hotdesk_board::flash;
use hotdesk_phone::storage::FlashStorage;

/// Bytes of the board's flash.
const SIZE: usize = 2 * 1024 * 1024;
/// Where the files start that a person writes: the configuration, and certificates.
pub(crate) const FILES: [u32; 3] =
    [2048 * 1024 - 64 * 1024, 2048 * 1024 - 56 * 1024, 2048 * 1024 - 52 * 1024];
/// Where the MAC address is.
const MAC_ADDRESS: u32 = 2048 * 1024 - 60 * 1024;
/// Where the storage is: two sectors.
const STORAGE: u32 = 2048 * 1024 - 8 * 1024;
const STORAGE_END: u32 = 2048 * 1024;

/// The board's storage.
pub(crate) type PicoStorage = FlashStorage<Flash<'static, FLASH, Blocking, SIZE>, STORAGE, STORAGE_END>;

/// Takes the flash, and the MAC address that is in it or made of its ID.
pub(crate) fn start(flash: Peri<'static, FLASH>) -> (PicoStorage, [u8; 6]) {
    let mut flash = Flash::new_blocking(flash);
    let mut unique = [0; 8];
    // Boards whose ID cannot be read all have the same address.
    #[cfg(feature = "rp2040")]
    let _ = flash.blocking_unique_id(&mut unique);
    #[cfg(feature = "pico2")]
    unique.copy_from_slice(&embassy_rp::otp::get_chipid().unwrap_or_default().to_be_bytes());
    let mac = flash::mac_address(&mut flash, MAC_ADDRESS, unique);
    (FlashStorage::new(flash), mac)
}
