//! The configuration file on an SD card, and what it names, whatever the card is connected by.

use core::cell::RefCell;
use core::error;
use core::fmt::{self, Debug};

use embedded_sdmmc::{
    Block, BlockCount, BlockDevice, BlockIdx, Error, Mode, TimeSource, Timestamp, VolumeIdx, VolumeManager,
};
use hotdesk_phone::SetupError;

pub use crate::wiring::CONFIGURATION;

/// Reads the file of a name in the root directory of the first partition (FAT16 or FAT32) into `buffer` and returns its length. `is_no_card` tells which of the card's errors means
/// that there is none.
///
/// # Errors
///
/// What is missing: the card, the file, a readable file system, or room in `buffer`.
#[inline(never)]
pub fn read_file<D: BlockDevice<Error: Debug + defmt::Format>>(
    card: D,
    name: &str,
    buffer: &mut [u8],
    is_no_card: fn(&D::Error) -> bool,
) -> Result<usize, SetupError> {
    let explain = |error: Error<D::Error>| {
        defmt::warn!("card: {}", error);
        match error {
            Error::NotFound => SetupError::NoFile,
            Error::DeviceError(error) if is_no_card(&error) => SetupError::NoCard,
            _ => SetupError::Unreadable,
        }
    };
    let volumes: VolumeManager<_, _, 1, 1, 1> = VolumeManager::new_with_limits(card, NoClock, 0);
    // Nothing is closed, for nothing was written: handles that close themselves bring 2 kB of writing along.
    let volume = volumes.open_raw_volume(VolumeIdx(0)).map_err(explain)?;
    let directory = volumes.open_root_dir(volume).map_err(explain)?;
    let file = volumes.open_file_in_dir(directory, name, Mode::ReadOnly).map_err(explain)?;
    let length = volumes.file_length(file).map_err(explain)?;
    let bound = buffer.len();
    let Some(contents) = usize::try_from(length).ok().and_then(|length| buffer.get_mut(..length)) else {
        return Err(SetupError::TooLong { bound });
    };
    let length = contents.len();
    let mut rest = contents;
    while !rest.is_empty() {
        let length = volumes.read(file, rest).map_err(explain)?;
        rest = match rest.get_mut(length..) {
            Some(rest) if length > 0 => rest,
            // The directory entry is longer than the file's clusters.
            _ => return Err(SetupError::Unreadable),
        };
    }
    // The card driver's buffer still holds the file's last sector; reading the directory overwrites it.
    let _ = volumes.find_directory_entry(directory, name);
    Ok(length)
}

/// A card that is only read, by a function that reads the block of a number.
pub struct Blocks<R>(RefCell<R>);

impl<R: FnMut(u32, &mut [u8; Block::LEN]) -> Result<(), Failed>> Blocks<R> {
    /// A card that is read so.
    #[must_use]
    pub const fn new(read: R) -> Self {
        Self(RefCell::new(read))
    }
}

/// The card did not answer, or wrongly.
#[derive(Clone, Copy, Debug, defmt::Format)]
pub struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the card did not answer, or wrongly")
    }
}

impl error::Error for Failed {}

impl<R: FnMut(u32, &mut [u8; Block::LEN]) -> Result<(), Failed>> BlockDevice for Blocks<R> {
    type Error = Failed;

    fn read(&self, blocks: &mut [Block], start: BlockIdx) -> Result<(), Failed> {
        let read = &mut *self.0.try_borrow_mut().map_err(|_| Failed)?;
        blocks.iter_mut().zip(start.0..).try_for_each(|(block, index)| read(index, &mut block.contents))
    }

    fn write(&self, _: &[Block], _: BlockIdx) -> Result<(), Failed> {
        Err(Failed)
    }

    fn num_blocks(&self) -> Result<BlockCount, Failed> {
        Err(Failed)
    }
}

/// Nothing is written, so no time is needed.
struct NoClock;

impl TimeSource for NoClock {
    fn get_timestamp(&self) -> Timestamp {
        Timestamp {
            year_since_1970: 0,
            zero_indexed_month: 0,
            zero_indexed_day: 0,
            hours: 0,
            minutes: 0,
            seconds: 0,
        }
    }
}
