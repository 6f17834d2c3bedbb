//! Counts how often a phone has started, in memory that outlasts being switched off.
//!
//! Each start adds an entry to the slot in use; where that is full, the other one is erased and begun. So a sector of a flash is
//! erased once in hundreds of starts, and a loss of power at any time costs the count of one start at most: it never goes back.
//!
//! | offset | bytes | meaning |
//! |---|---|---|
//! | 0 | 4 | how often the phone had started |
//! | 4 | 4 | CRC-32 of that; an entry with another one does not count |

use crate::NotKept;
use crate::storage::{Memory, Slot, crc32};

/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 8;

const ERASED: [u8; ENTRY_BYTES] = [0xFF; ENTRY_BYTES];

/// Counts a start in two slots of `bytes` bytes each, that belong to nothing else, and returns its number: 1 for the first.
///
/// # Errors
///
/// The memory fails, or does not keep what it is told.
pub fn count(memory: &mut impl Memory, bytes: usize) -> Result<u32, NotKept> {
    let [a, b] = [look(memory, Slot::A, bytes)?, look(memory, Slot::B, bytes)?];
    let (used, slot) = if b.starts > a.starts { (b, Slot::B) } else { (a, Slot::A) };
    let starts = used.starts.saturating_add(1);
    let (slot, at) = match used.free {
        Some(at) => (slot, at),
        None => {
            let other = if slot == Slot::A { Slot::B } else { Slot::A };
            memory.erase(other)?;
            (other, 0)
        }
    };
    memory.write(slot, at, &entry(starts))?;
    // A worn memory may say that it did so.
    let mut written = ERASED;
    memory.read(slot, at, &mut written)?;
    if written == entry(starts) { Ok(starts) } else { Err(NotKept) }
}

/// What is in a slot.
struct Entries {
    /// The highest count.
    starts: u32,
    /// Where the next entry goes.
    free: Option<usize>,
}

fn look(memory: &mut impl Memory, slot: Slot, bytes: usize) -> Result<Entries, NotKept> {
    let mut entries = Entries { starts: 0, free: None };
    for at in (0..bytes.saturating_sub(ENTRY_BYTES - 1)).step_by(ENTRY_BYTES) {
        let mut read = ERASED;
        memory.read(slot, at, &mut read)?;
        if read == ERASED {
            // What a loss of power left of an entry may look erased: nothing behind it is older.
            entries.free.get_or_insert(at);
            continue;
        }
        entries.free = None;
        let [a, b, c, d, ..] = read;
        let starts = u32::from_le_bytes([a, b, c, d]);
        if read == entry(starts) {
            entries.starts = entries.starts.max(starts);
        }
    }
    Ok(entries)
}

fn entry(starts: u32) -> [u8; ENTRY_BYTES] {
    let [a, b, c, d] = starts.to_le_bytes();
    let [e, f, g, h] = crc32([a, b, c, d].iter()).to_le_bytes();
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    const BYTES: usize = 4 * ENTRY_BYTES;

    /// A flash whose power fails after so many bytes: the byte in work is left half done.
    #[derive(Clone)]
    struct Flash {
        slots: [[u8; BYTES]; 2],
        power: usize,
        erased: usize,
    }

    impl Flash {
        fn new(filled_with: u8) -> Self {
            Self { slots: [[filled_with; BYTES]; 2], power: usize::MAX, erased: 0 }
        }

        fn change(&mut self, slot: Slot, at: usize, change: impl Fn(u8) -> u8) -> Result<(), NotKept> {
            let byte = &mut self.slots[slot as usize][at];
            self.power = self.power.checked_sub(1).ok_or(NotKept)?;
            *byte = if self.power == 0 { *byte & 0x5A } else { change(*byte) };
            if self.power == 0 { Err(NotKept) } else { Ok(()) }
        }
    }

    impl Memory for Flash {
        fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept> {
            out.copy_from_slice(&self.slots[slot as usize][at..at + out.len()]);
            Ok(())
        }

        fn erase(&mut self, slot: Slot) -> Result<(), NotKept> {
            self.erased += 1;
            (0..BYTES).try_for_each(|at| self.change(slot, at, |_| 0xFF))
        }

        fn write(&mut self, slot: Slot, at: usize, bytes: &[u8]) -> Result<(), NotKept> {
            // A flash only clears bits.
            bytes.iter().zip(at..).try_for_each(|(byte, at)| self.change(slot, at, |before| before & byte))
        }
    }

    #[test]
    fn starts_are_counted_from_1_whatever_the_memory_held() {
        for filled_with in [0x00, 0xFF, 0x5A] {
            let mut flash = Flash::new(filled_with);
            let counted: Vec<_> = (0..20).map(|_| count(&mut flash, BYTES).unwrap()).collect();
            assert_eq!(counted, (1..=20).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_slot_is_erased_when_the_other_is_full() {
        let mut flash = Flash::new(0xFF);
        for _ in 0..20 {
            count(&mut flash, BYTES).unwrap();
        }
        assert_eq!(flash.erased, 4, "five slots of four entries, the first one new");
    }

    /// Cuts the power at every byte of every start, and again in the start after that.
    #[test]
    fn a_power_cut_at_any_byte_costs_one_count_at_most() {
        let mut flash = Flash::new(0x00);
        for before in 0..12 {
            for power in 1.. {
                let mut cut = Flash { power, ..flash.clone() };
                let counted = count(&mut cut, BYTES);
                if cut.power > 0 {
                    assert_eq!(counted, Ok(before + 1));
                    break;
                }
                for again in 1..40 {
                    let mut second = Flash { power: again, ..cut.clone() };
                    let _ = count(&mut second, BYTES);
                    second.power = usize::MAX;
                    let found = count(&mut second, BYTES).unwrap();
                    assert!(
                        (before + 1..=before + 3).contains(&found),
                        "{before}, {power}, {again}: {found}"
                    );
                }
            }
            count(&mut flash, BYTES).unwrap();
        }
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
        assert_eq!(count(&mut Worn(Flash::new(0xFF)), BYTES), Err(NotKept));
    }
}
