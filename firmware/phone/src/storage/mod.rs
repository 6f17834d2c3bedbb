//! What outlasts a restart: the settings made on the phone, how often it has started, how it failed last.
//!
//! It must never lose the settings before when the power fails while new ones are kept, and never keep more of a failure than its
//! place: a panic's message can hold a PIN.

#[cfg(feature = "flash")]
mod flash;
mod slots;

#[cfg(feature = "flash")]
pub use flash::FlashStorage;
pub use slots::{Memory, SLOT_BYTES, Slot, SlotStorage};

use crate::settings::LIMIT;
use crate::{Failure, NotKept, Start};

/// What tells an image from every other, in bytes.
pub type ImageId = [u8; 8];

/// A board's storage.
pub trait Storage {
    /// Reads the settings that were kept last into `out` and returns them, or nothing where there are none.
    fn load<'o>(&mut self, out: &'o mut [u8; LIMIT]) -> Option<&'o [u8]>;

    /// Keeps settings: those that `write` puts into a buffer, returning their length.
    ///
    /// # Errors
    ///
    /// The memory fails. The settings before are still there.
    fn save(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept>;

    /// Forgets the settings: no byte of them is in the memory afterwards.
    ///
    /// # Errors
    ///
    /// The memory fails. They may be there or forgotten.
    fn forget(&mut self) -> Result<(), NotKept>;

    /// Counts this start of this image, once, and keeps why it started where that is a failure. A storage that does not outlast
    /// being switched off keeps neither and returns nothing.
    ///
    /// # Errors
    ///
    /// The memory fails, or does not keep what it is told.
    fn note_start(&mut self, start: &Start, image: ImageId) -> Result<Option<History>, NotKept>;
}

/// The starts of a phone, over being switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// How often it has started, this start included.
    pub starts: u32,
    /// How this image failed last, if it did.
    pub failure: Option<Failure>,
}
