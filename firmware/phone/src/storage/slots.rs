//! The storage of a board without memory that outlasts being switched off: settings in RAM that a restart leaves alone, and a reset
//! at any time leaves either those before or the new ones.
//!
//! A board brings a [`Memory`] of two slots; this says what goes into which, and when. The record in a slot is whole or does
//! not count: its check value is written last, and covers everything before. After power-on the memory holds anything.
//!
//! | offset | bytes | meaning |
//! |---|---|---|
//! | 0 | 4 | number of the record, counting up: the higher one counts |
//! | 4 | 4 | length of the settings; 0 where they were forgotten |
//! | 8 | 4 | CRC-32 of number, length and settings |
//! | 12 | up to [`LIMIT`] | the settings, in the form of the configuration file |

use super::{History, ImageId, Storage};
#[cfg(feature = "tls")]
use crate::random::Seed;
use crate::settings::LIMIT;
#[cfg(feature = "tls")]
use crate::time::UnixTime;
use crate::{NotKept, Start};

/// Bytes before the settings.
const HEADER: usize = 12;

/// Bytes of a slot that are used.
pub const SLOT_BYTES: usize = HEADER + LIMIT;

/// One of the two places for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The first.
    A,
    /// The second.
    B,
}

impl Slot {
    fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Memory that outlasts a restart: two slots of at least [`SLOT_BYTES`] that can be erased each by itself, such as two
/// sectors of a flash.
pub trait Memory {
    /// Reads from a slot. Bytes that were never written are any.
    ///
    /// # Errors
    ///
    /// The memory does not answer.
    fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept>;

    /// Erases a slot, so that each of its bytes can be written once.
    ///
    /// # Errors
    ///
    /// The memory does not do so.
    fn erase(&mut self, slot: Slot) -> Result<(), NotKept>;

    /// Writes into an erased slot, in the order of the bytes.
    ///
    /// # Errors
    ///
    /// The memory does not do so.
    fn write(&mut self, slot: Slot, at: usize, bytes: &[u8]) -> Result<(), NotKept>;
}

/// The settings in a memory of two slots.
#[derive(Debug, Default)]
pub struct SlotStorage<M> {
    memory: M,
}

/// A record that is whole.
#[derive(Clone, Copy)]
struct Record {
    slot: Slot,
    number: u32,
    length: usize,
}

impl<M: Memory> SlotStorage<M> {
    /// Takes a board's memory.
    pub const fn new(memory: M) -> Self {
        Self { memory }
    }

    /// The record that counts. `buffer` holds any settings afterwards.
    fn newest(&mut self, buffer: &mut [u8; LIMIT]) -> Option<Record> {
        let a = self.read(Slot::A, buffer);
        let b = self.read(Slot::B, buffer);
        match (a, b) {
            // The numbers may have started again at 0.
            (Some(a), Some(b)) => Some(if b.number.wrapping_sub(a.number) <= u32::MAX / 2 { b } else { a }),
            (a, b) => a.or(b),
        }
    }

    /// Reads the record of a slot, if it is whole.
    fn read(&mut self, slot: Slot, buffer: &mut [u8; LIMIT]) -> Option<Record> {
        let mut header_read = [0; HEADER];
        self.memory.read(slot, 0, &mut header_read).ok()?;
        let [a, b, c, d, e, f, g, h, ..] = header_read;
        let number = u32::from_le_bytes([a, b, c, d]);
        let length = usize::try_from(u32::from_le_bytes([e, f, g, h])).ok()?;
        let settings = buffer.get_mut(..length)?;
        self.memory.read(slot, HEADER, settings).ok()?;
        (header(number, settings) == header_read).then_some(Record { slot, number, length })
    }
}

impl<M: Memory> Storage for SlotStorage<M> {
    fn load<'o>(&mut self, out: &'o mut [u8; LIMIT]) -> Option<&'o [u8]> {
        let record = self.newest(out)?;
        // The other slot was read after this one, perhaps.
        self.read(record.slot, out)?;
        out.get(..record.length).filter(|settings| !settings.is_empty())
    }

    fn save(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        let mut buffer = [0; LIMIT];
        let before = self.newest(&mut buffer);
        let length = write(&mut buffer).min(LIMIT);
        let slot = before.map_or(Slot::A, |record| record.slot.other());
        let number = before.map_or(0, |record| record.number.wrapping_add(1));
        let settings = buffer.get(..length).unwrap_or_default();
        self.memory.erase(slot)?;
        self.memory.write(slot, HEADER, settings)?;
        self.memory.write(slot, 0, &header(number, settings))?;
        // A worn memory may say that it did so.
        match self.read(slot, &mut buffer) {
            Some(record) if record.number == number && record.length == length => Ok(()),
            _ => Err(NotKept),
        }
    }

    fn forget(&mut self) -> Result<(), NotKept> {
        let Some(before) = self.newest(&mut [0; LIMIT]) else { return Ok(()) };
        self.save(|_| 0)?;
        self.memory.erase(before.slot)
    }

    fn note_start(&mut self, _: &Start, _: ImageId) -> Result<Option<History>, NotKept> {
        Ok(None)
    }

    /// It does not outlast being switched off.
    #[cfg(feature = "tls")]
    fn load_seed(&mut self) -> Option<Seed> {
        None
    }

    #[cfg(feature = "tls")]
    fn keep_seed(&mut self, _: &Seed) -> Result<(), NotKept> {
        Err(NotKept)
    }

    #[cfg(feature = "tls")]
    fn load_time(&mut self) -> Option<UnixTime> {
        None
    }

    #[cfg(feature = "tls")]
    fn keep_time(&mut self, _: UnixTime) -> Result<(), NotKept> {
        Err(NotKept)
    }
}

fn header(number: u32, settings: &[u8]) -> [u8; HEADER] {
    let [a, b, c, d] = number.to_le_bytes();
    let [e, f, g, h] = u32::try_from(settings.len()).unwrap_or(u32::MAX).to_le_bytes();
    let [i, j, k, l] = crc32([a, b, c, d, e, f, g, h].iter().chain(settings)).to_le_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

/// CRC-32 as in ISO 3309, bit by bit: a table would take more flash than it saves time.
fn crc32<'b>(bytes: impl Iterator<Item = &'b u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    /// A flash whose power fails after so many bytes: the byte in work is left half done.
    #[derive(Clone)]
    struct Flash {
        slots: [[u8; SLOT_BYTES]; 2],
        power: usize,
    }

    impl Flash {
        /// A flash as it may come: with anything in it.
        fn new(filled_with: u8) -> Self {
            Self { slots: [[filled_with; SLOT_BYTES]; 2], power: usize::MAX }
        }

        fn change(&mut self, slot: Slot, at: usize, change: impl Fn(u8) -> u8) -> Result<(), NotKept> {
            let byte = &mut self.slots[slot as usize][at];
            if self.power == 0 {
                return Err(NotKept);
            }
            self.power -= 1;
            *byte = if self.power == 0 { change(*byte) ^ 0x5A } else { change(*byte) };
            Ok(())
        }
    }

    impl Memory for Flash {
        fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept> {
            out.copy_from_slice(&self.slots[slot as usize][at..at + out.len()]);
            Ok(())
        }

        fn erase(&mut self, slot: Slot) -> Result<(), NotKept> {
            (0..SLOT_BYTES).try_for_each(|at| self.change(slot, at, |_| 0xFF))
        }

        fn write(&mut self, slot: Slot, at: usize, bytes: &[u8]) -> Result<(), NotKept> {
            // A flash only clears bits.
            bytes.iter().zip(at..).try_for_each(|(byte, at)| self.change(slot, at, |before| before & byte))
        }
    }

    fn save(flash: &mut Flash, settings: &[u8]) -> Result<(), NotKept> {
        let mut storage = SlotStorage::new(flash.clone());
        let saved = storage.save(|out| {
            out[..settings.len()].copy_from_slice(settings);
            settings.len()
        });
        *flash = storage.memory;
        saved
    }

    fn forget(flash: &mut Flash) -> Result<(), NotKept> {
        let mut storage = SlotStorage::new(flash.clone());
        let forgotten = storage.forget();
        *flash = storage.memory;
        forgotten
    }

    /// What a phone finds that is switched on again.
    fn found(flash: &Flash) -> Option<Vec<u8>> {
        SlotStorage::new(Flash { power: usize::MAX, ..flash.clone() })
            .load(&mut [0; LIMIT])
            .map(<[u8]>::to_vec)
    }

    #[test]
    fn settings_are_found_again_and_the_last_ones_count() {
        for filled_with in [0x00, 0xFF, 0x5A] {
            let mut flash = Flash::new(filled_with);
            assert_eq!(found(&flash), None, "nothing was kept yet");
            for settings in [&b"language = de\n"[..], b"pollMinutes = 7\n", &[b'x'; LIMIT], b"a = b"] {
                save(&mut flash, settings).unwrap();
                assert_eq!(found(&flash).as_deref(), Some(settings));
            }
            forget(&mut flash).unwrap();
            assert_eq!(found(&flash), None);
            let left = flash.slots.concat();
            assert!(!left.windows(5).any(|bytes| bytes == b"a = b"), "what is forgotten is not there");
        }
    }

    /// Cuts the power at every byte of every write, and again while the phone saves after that.
    #[test]
    fn a_power_cut_at_any_byte_leaves_the_old_settings_or_the_new() {
        let versions =
            [&b""[..], b"language = de\n", b"pollMinutes = 7\nservice = em2\n", b"language = en\n"];
        let mut flash = Flash::new(0xFF);
        for pair in versions.windows(2) {
            let [old, new] =
                [pair[0], pair[1]].map(|settings| (!settings.is_empty()).then(|| settings.to_vec()));
            let mut cuts = 0;
            loop {
                cuts += 1;
                let mut cut = Flash { power: cuts, ..flash.clone() };
                let saved = save(&mut cut, pair[1]);
                let kept = found(&cut);
                assert!(kept == old || kept == new, "cut after {cuts} bytes: {kept:?}");
                if cut.power > 0 {
                    assert_eq!((saved, kept), (Ok(()), new));
                    flash = Flash { power: usize::MAX, ..cut };
                    break;
                }
                // Switched on again, it saves, and the power fails again.
                for again in (1..SLOT_BYTES + HEADER).step_by(7) {
                    let mut second = Flash { power: again, ..cut.clone() };
                    let _ = save(&mut second, b"third");
                    let third = found(&second);
                    assert!(
                        third == kept || third.as_deref() == Some(b"third"),
                        "{cuts}, {again}: {third:?}"
                    );
                }
                let mut recovered = Flash { power: usize::MAX, ..cut };
                save(&mut recovered, pair[1]).unwrap();
                assert_eq!(found(&recovered), new);
            }
            assert!(cuts > SLOT_BYTES, "every byte was a place to cut");
        }
    }

    #[test]
    fn a_power_cut_while_forgetting_leaves_the_settings_or_none() {
        let mut flash = Flash::new(0xFF);
        save(&mut flash, b"language = de\n").unwrap();
        for power in 1.. {
            let mut cut = Flash { power, ..flash.clone() };
            let forgotten = forget(&mut cut);
            let kept = found(&cut);
            assert!(kept.is_none() || kept.as_deref() == Some(b"language = de\n"), "cut after {power} bytes");
            if cut.power > 0 {
                assert_eq!((forgotten, kept), (Ok(()), None));
                break;
            }
        }
    }

    #[test]
    fn the_numbers_of_records_may_start_again() {
        let mut flash = Flash::new(0xFF);
        for (slot, number, settings) in [(Slot::A, u32::MAX, b"old"), (Slot::B, 0, b"new")] {
            flash.slots[slot as usize][..HEADER].copy_from_slice(&header(number, settings));
            flash.slots[slot as usize][HEADER..HEADER + 3].copy_from_slice(settings);
        }
        assert_eq!(found(&flash).as_deref(), Some(&b"new"[..]));
        save(&mut flash, b"newer").unwrap();
        assert_eq!(found(&flash).as_deref(), Some(&b"newer"[..]));
    }

    #[test]
    fn a_memory_that_does_not_keep_what_it_is_told_is_noticed() {
        struct Worn(Flash);
        impl Memory for Worn {
            fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept> {
                self.0.read(slot, at, out)
            }
            fn erase(&mut self, slot: Slot) -> Result<(), NotKept> {
                self.0.erase(slot)
            }
            fn write(&mut self, _: Slot, _: usize, _: &[u8]) -> Result<(), NotKept> {
                Ok(())
            }
        }
        assert_eq!(SlotStorage::new(Worn(Flash::new(0xFF))).save(|_| 3), Err(NotKept));
    }

    #[test]
    fn the_check_value_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789".iter()), 0xCBF4_3926);
    }
}
