//! What outlasts a restart: the settings made on the phone, how often it has started, how it failed last; with the feature `tls` the
//! last time, and the seed of the next random numbers; with the feature `provisioning` what counts of the phone's file.
//!
//! It must never lose the settings before when the power fails while new ones are kept, and never keep more of a failure than its
//! place: a panic's message can hold a PIN.

#[cfg(test)]
mod cells;
#[cfg(feature = "flash")]
mod flash;
mod slots;

#[cfg(feature = "flash")]
pub use flash::FlashStorage;
pub use slots::{Memory, SLOT_BYTES, Slot, SlotStorage};

#[cfg(feature = "tls")]
use crate::random::Seed;
use crate::settings::LIMIT;
#[cfg(feature = "tls")]
use crate::time::UnixTime;
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

    /// Returns the seed of the generator of random numbers that was kept last, if one was.
    #[cfg(feature = "tls")]
    fn load_seed(&mut self) -> Option<Seed>;

    /// Keeps the seed of the next generator of random numbers, over being switched off.
    ///
    /// # Errors
    ///
    /// The memory fails. Which seed is kept is not known.
    #[cfg(feature = "tls")]
    fn keep_seed(&mut self, seed: &Seed) -> Result<(), NotKept>;

    /// Returns the time that was kept last, if one was.
    #[cfg(feature = "tls")]
    fn load_time(&mut self) -> Option<UnixTime>;

    /// Keeps a time, over being switched off.
    ///
    /// # Errors
    ///
    /// The memory fails. The time before may be kept.
    #[cfg(feature = "tls")]
    fn keep_time(&mut self, time: UnixTime) -> Result<(), NotKept>;

    /// Hands what was kept last of the phone's file to `take`, if anything was. A storage that does not outlast being switched off
    /// has none.
    #[cfg(feature = "provisioning")]
    fn load_file(&mut self, take: impl FnOnce(&[u8])) {
        let _ = take;
    }

    /// Keeps what counts of the phone's file: what `write` puts into a buffer of [`LIMIT`](crate::provisioning::LIMIT) bytes,
    /// returning its length. A storage that does not outlast being switched off keeps nothing.
    ///
    /// # Errors
    ///
    /// The memory fails. What was kept before is still there.
    #[cfg(feature = "provisioning")]
    fn keep_file(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        let _ = write;
        Ok(())
    }
}

/// The starts of a phone, over being switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// How often it has started, this start included.
    pub starts: u32,
    /// How this image failed last, if it did.
    pub failure: Option<Failure>,
}
