//! A chip's flash beside the image: the settings made on the phone, how often it has started, and what a person writes there
//! for a board without a card or an address of its own. All offsets are from the start of the flash.
//!
//! The configuration holds a certificate: whoever reads it wipes the copy, and nothing of it is logged.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;
use hotdesk_phone::storage::{Memory, Slot};
use hotdesk_phone::{NotKept, SetupError, starts};

use crate::board::CountsStarts;
use crate::identity;

/// The largest unit that a flash is written by, in bytes.
const UNIT_MAX: usize = 32;

/// Two sectors of `bytes` bytes, one after the other.
#[must_use]
pub const fn sectors(start: u32, bytes: u32) -> [Range<u32>; 2] {
    let (middle, end) = (start.saturating_add(bytes), start.saturating_add(bytes).saturating_add(bytes));
    [start..middle, middle..end]
}

/// A flash with two sectors for the settings, and two for the starts.
pub struct BoardFlash<F> {
    flash: F,
    settings: [Range<u32>; 2],
    starts: [Range<u32>; 2],
}

impl<F: NorFlash> BoardFlash<F> {
    /// Takes a flash. `settings` and `starts` are two sectors each, that belong to nothing else.
    #[must_use]
    pub const fn new(flash: F, settings: [Range<u32>; 2], starts: [Range<u32>; 2]) -> Self {
        const { assert!(F::WRITE_SIZE <= UNIT_MAX, "a unit fits") };
        Self { flash, settings, starts }
    }

    /// The MAC address: the six bytes at this offset, if a person wrote them, else one made of the `unique` ID; see
    /// [`identity::mac_address`]. What cannot be read is as if nobody had written it.
    pub fn mac_address(&mut self, offset: u32, unique: [u8; 8]) -> [u8; 6] {
        let mut bytes = [0xFF; 8];
        if self.flash.read(offset, &mut bytes).is_err() {
            bytes = [0xFF; 8];
        }
        let [a, b, c, d, e, f, ..] = bytes;
        identity::mac_address([a, b, c, d, e, f], unique)
    }

    /// Reads the configuration at this offset into `buffer` and returns how many bytes it has: up to the last one that is not
    /// 0xFF.
    ///
    /// # Errors
    ///
    /// There is none, or it is longer than the buffer.
    pub fn read_configuration(&mut self, offset: u32, buffer: &mut [u8]) -> Result<usize, SetupError> {
        let bound = buffer.len();
        self.flash.read(offset, buffer).map_err(|_| SetupError::Unreadable)?;
        // Not up to the first byte 0xFF, which a text may have by mistake: then it is to be told, not cut.
        match buffer.iter().rposition(|byte| *byte != 0xFF).map(|last| last.saturating_add(1)) {
            None => Err(SetupError::NotWritten),
            Some(length) if length == bound => Err(SetupError::TooLong { bound }),
            Some(length) => Ok(length),
        }
    }
}

/// Two sectors of a flash.
struct Sectors<'a, F> {
    flash: &'a mut F,
    ranges: &'a [Range<u32>; 2],
}

impl<F: NorFlash> Sectors<'_, F> {
    fn range(&self, slot: Slot) -> Range<u32> {
        let [a, b] = self.ranges;
        match slot {
            Slot::A => a.clone(),
            Slot::B => b.clone(),
        }
    }

    /// Where a byte of a slot is; an error, if it is outside of the slot's sector.
    fn offset(&self, slot: Slot, at: usize) -> Result<u32, NotKept> {
        let range = self.range(slot);
        let offset = u32::try_from(at).ok().and_then(|at| range.start.checked_add(at)).ok_or(NotKept)?;
        if range.contains(&offset) { Ok(offset) } else { Err(NotKept) }
    }
}

impl<F: NorFlash> Memory for Sectors<'_, F> {
    fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept> {
        let offset = self.offset(slot, at)?;
        self.flash.read(offset, out).map_err(|_| NotKept)
    }

    fn erase(&mut self, slot: Slot) -> Result<(), NotKept> {
        let Range { start, end } = self.range(slot);
        self.flash.erase(start, end).map_err(|_| NotKept)
    }

    /// A flash is written by whole units. What of a unit is not meant is written as it is, which only a flash without check bits
    /// allows.
    fn write(&mut self, slot: Slot, at: usize, bytes: &[u8]) -> Result<(), NotKept> {
        let (mut at, mut rest) = (at, bytes);
        while !rest.is_empty() {
            let place = at.checked_rem(F::WRITE_SIZE).unwrap_or(0);
            let start = self.offset(slot, at.saturating_sub(place))?;
            let whole = rest.len().saturating_sub(rest.len().checked_rem(F::WRITE_SIZE).unwrap_or(0));
            let length = if place == 0 && whole > 0 {
                let units = rest.get(..whole).ok_or(NotKept)?;
                self.flash.write(start, units).map_err(|_| NotKept)?;
                whole
            } else {
                let mut buffer = [0; UNIT_MAX];
                let unit = buffer.get_mut(..F::WRITE_SIZE).ok_or(NotKept)?;
                self.flash.read(start, unit).map_err(|_| NotKept)?;
                for (byte, meant) in unit.iter_mut().skip(place).zip(rest) {
                    *byte = *meant;
                }
                self.flash.write(start, unit).map_err(|_| NotKept)?;
                rest.len().min(F::WRITE_SIZE.saturating_sub(place))
            };
            at = at.saturating_add(length);
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(())
    }
}

impl<F: NorFlash> BoardFlash<F> {
    fn settings(&mut self) -> Sectors<'_, F> {
        Sectors { flash: &mut self.flash, ranges: &self.settings }
    }
}

/// The settings.
impl<F: NorFlash> Memory for BoardFlash<F> {
    fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept> {
        self.settings().read(slot, at, out)
    }

    fn erase(&mut self, slot: Slot) -> Result<(), NotKept> {
        self.settings().erase(slot)
    }

    fn write(&mut self, slot: Slot, at: usize, bytes: &[u8]) -> Result<(), NotKept> {
        self.settings().write(slot, at, bytes)
    }
}

impl<F: NorFlash> CountsStarts for BoardFlash<F> {
    fn count_start(&mut self) -> Option<u32> {
        let bytes = self.starts.iter().map(ExactSizeIterator::len).min()?;
        let counted = starts::count(&mut Sectors { flash: &mut self.flash, ranges: &self.starts }, bytes);
        if counted.is_err() {
            defmt::warn!("starts: the memory fails");
        }
        counted.ok()
    }
}
