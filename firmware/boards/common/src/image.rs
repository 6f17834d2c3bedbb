//! What tells this image from every other: the linker's build ID, a hash of the whole image (`build.rs`, `memory.x`).
#![allow(unsafe_code)] // Memory that only the linker script names.

use heapless::String;

/// Bytes of the ID.
const ID_BYTES: usize = 8;

/// The build ID.
#[must_use]
pub fn id() -> &'static [u8; ID_BYTES] {
    unsafe extern "C" {
        static _build_id: [u8; ID_BYTES];
    }
    // SAFETY: the linker script puts the symbol at the ID in the flash, and fails where the ID has another length.
    unsafe { &_build_id }
}

/// The build ID in hexadecimal digits.
#[must_use]
pub fn id_text() -> String<{ 2 * ID_BYTES }> {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    id().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
}
