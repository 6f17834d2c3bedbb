//! What a person writes into a chip's flash beside the image, for a board without a card or an address of its own. All offsets are
//! from the start of the flash.
//!
//! The configuration holds a certificate: whoever reads it wipes the copy, and nothing of it is logged.

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use hotdesk_phone::SetupError;
use hotdesk_phone::storage::FlashStorage;

use crate::identity;
use crate::wiring::CONFIGURATION;

/// The MAC address: the six bytes at this offset, if a person wrote them, else one made of the `unique` ID; see
/// [`identity::mac_address`]. What cannot be read is as if nobody had written it.
pub fn mac_address(flash: &mut impl ReadNorFlash, offset: u32, unique: [u8; 8]) -> [u8; 6] {
    let mut bytes = [0xFF; 8];
    if flash.read(offset, &mut bytes).is_err() {
        bytes = [0xFF; 8];
    }
    let [a, b, c, d, e, f, ..] = bytes;
    identity::mac_address([a, b, c, d, e, f], unique)
}

/// The files that a person may write, by name.
const FILES: [&str; 3] = [CONFIGURATION, "CERT1.PEM", "CERT2.PEM"];

/// Reads the file of a name into `buffer` and returns how many bytes it has: up to the last one that is not 0xFF. `places` are the
/// offsets of the configuration and, where there is TLS, of the certificates `CERT1.PEM` and `CERT2.PEM`.
///
/// # Errors
///
/// There is none, or it is longer than the buffer.
pub fn read_file<F: NorFlash, const START: u32, const END: u32>(
    storage: &mut FlashStorage<F, START, END>,
    name: &str,
    places: [u32; FILES.len()],
    buffer: &mut [u8],
) -> Result<usize, SetupError> {
    let bound = buffer.len();
    let is_only = cfg!(not(feature = "tls"));
    let place = FILES.iter().zip(places).find(|(file, _)| is_only || file.eq_ignore_ascii_case(name));
    let (_, offset) = place.ok_or(SetupError::NoFile)?;
    storage.read(offset, buffer).map_err(|_| SetupError::Unreadable)?;
    // Not up to the first byte 0xFF, which a text may have by mistake: then it is to be told, not cut.
    match buffer.iter().rposition(|byte| *byte != 0xFF).map(|last| last.saturating_add(1)) {
        None if is_only || name == CONFIGURATION => Err(SetupError::NotWritten),
        None => Err(SetupError::NoFile),
        Some(length) if length == bound => Err(SetupError::TooLong { bound }),
        Some(length) => Ok(length),
    }
}
