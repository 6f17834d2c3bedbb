//! The storage of a board with a flash that it can write, in a map of the crate sequential-storage: it appends to pages that it erases in
//! turn, and finds the last whole value of a key whenever the power failed.
//!
//! | key | value |
//! |---|---|
//! | 0 | the settings, in the form of the configuration file; blanks where they were forgotten |
//! | 1 | how often the phone has started: 4 bytes |
//! | 2 | the last failure: the image's ID, the number of the start that told it, and six words of [`Start`] |
//! | 3 | with the feature `tls`: the last time, 8 bytes of seconds since 1970 |
//! | 4 | with the feature `tls`: the seed of the next generator of random numbers, 32 bytes |
//! | 5 | with the feature `provisioning`: what counts of the phone's file, as `provisioning::kept` has it; empty for none |
//!
//! Numbers are little-endian. The place of a failure means something in its own image only, so another image does not tell it.

use embassy_embedded_hal::adapter::BlockingAsync;
use embassy_futures::block_on;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage_async::nor_flash::ReadNorFlash;
use heapless::Vec;
use sequential_storage::Error;
use sequential_storage::cache::key_pointers::ArrayKeyPointers;
use sequential_storage::cache::{Cache, Uncached};
use sequential_storage::map::{MapConfig, MapStorage};
#[cfg(feature = "tls")]
use zeroize::Zeroizing;

use super::{History, ImageId, Storage};
#[cfg(feature = "provisioning")]
use crate::provisioning;
#[cfg(feature = "tls")]
use crate::random::Seed;
use crate::settings::LIMIT;
#[cfg(feature = "tls")]
use crate::time::UnixTime;
use crate::{Failure, NotKept, Start, WORDS};

const SETTINGS: u8 = 0;
const STARTS: u8 = 1;
const FAILURE: u8 = 2;
const KEYS: usize = if cfg!(feature = "provisioning") { 6 } else { 3 };
#[cfg(feature = "tls")]
const TIME: u8 = 3;
#[cfg(feature = "tls")]
const SEED: u8 = 4;
#[cfg(feature = "provisioning")]
const FILE: u8 = 5;

#[cfg(not(feature = "provisioning"))]
const LONGEST: usize = LIMIT;
#[cfg(feature = "provisioning")]
const LONGEST: usize = provisioning::LIMIT;

/// A key and the longest value, in whole words of any flash.
const BUFFER_BYTES: usize = LONGEST + 32;

/// The image's ID, the start's number, the words of a start.
const FAILURE_BYTES: usize = size_of::<ImageId>() + 4 + 4 * WORDS;

/// What is kept where no setting is: as long as the longest settings, so that a few of them fill a page.
const NO_SETTINGS: [u8; LIMIT] = [b' '; LIMIT];

/// Knows where the value of each key is: to look for it takes longer the fuller a page is, and a change of the page looks for each.
type Keys = Cache<Uncached, Uncached, ArrayKeyPointers<u8, KEYS>, u8>;
type Map<F> = MapStorage<u8, BlockingAsync<F>, Keys>;

/// A flash, of which the pages from offset `START` to `END`, two at least, belong to nothing else. Whether they are whole pages is
/// checked when the board is compiled.
pub struct FlashStorage<F: NorFlash, const START: u32, const END: u32> {
    map: Map<F>,
}

impl<F: NorFlash, const START: u32, const END: u32> FlashStorage<F, START, END> {
    /// So many of the longest settings fill the page in use and all others.
    const FILLS: usize = {
        let pages = (END - START) as usize / F::ERASE_SIZE;
        pages * (F::ERASE_SIZE / LIMIT + 1)
    };

    /// Takes a flash.
    #[must_use]
    pub fn new(flash: F) -> Self {
        let config = const { MapConfig::new(START..END) };
        let keys = Cache::new(Uncached, Uncached, ArrayKeyPointers::new());
        Self { map: MapStorage::new(BlockingAsync::new(flash), config, keys) }
    }

    /// Reads any bytes of the flash.
    ///
    /// # Errors
    ///
    /// The flash does not answer, or has not so many.
    pub fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), NotKept> {
        block_on(self.map.flash().read(offset, out)).map_err(|_| NotKept)
    }

    fn fetch<'b>(&mut self, key: u8, buffer: &'b mut [u8; BUFFER_BYTES]) -> Option<&'b [u8]> {
        block_on(self.map.fetch_item(buffer, &key)).ok().flatten()
    }

    /// Keeps a value, and sees whether it is there. Pages that cannot be repaired are erased: they hold nothing that could be read.
    #[inline(never)]
    fn store(&mut self, key: u8, value: &[u8]) -> Result<(), NotKept> {
        let mut buffer = [0; BUFFER_BYTES];
        let mut stored = block_on(self.map.store_item(&mut buffer, &key, &value));
        if let Err(Error::Corrupted {}) = stored {
            block_on(self.map.erase_all()).map_err(|_| NotKept)?;
            stored = block_on(self.map.store_item(&mut buffer, &key, &value));
        }
        stored.map_err(|_| NotKept)?;
        // A worn memory may say that it did so.
        if self.fetch(key, &mut buffer) == Some(value) { Ok(()) } else { Err(NotKept) }
    }

    fn failure(&mut self, image: ImageId) -> Option<Failure> {
        let mut buffer = [0; BUFFER_BYTES];
        let (of, rest) = self.fetch(FAILURE, &mut buffer)?.split_first_chunk()?;
        let (number, words) = rest.split_first_chunk()?;
        let mut words = words.chunks_exact(4).map(number_of);
        let start = Start::from_words(core::array::from_fn(|_| words.next().unwrap_or(0)))?;
        (*of == image).then_some(Failure { start, at_start: u32::from_le_bytes(*number) })
    }

    fn keep_failure(&mut self, failure: &Failure, image: ImageId) -> Result<(), NotKept> {
        let mut value = Vec::<u8, FAILURE_BYTES>::new();
        let words = core::iter::once(failure.at_start).chain(failure.start.to_words());
        value.extend(image.into_iter().chain(words.flat_map(u32::to_le_bytes)));
        self.store(FAILURE, &value)
    }
}

impl<F: NorFlash, const START: u32, const END: u32> Storage for FlashStorage<F, START, END> {
    fn load<'o>(&mut self, out: &'o mut [u8; LIMIT]) -> Option<&'o [u8]> {
        let mut buffer = [0; BUFFER_BYTES];
        let settings = self.fetch(SETTINGS, &mut buffer)?;
        let out = out.get_mut(..settings.len())?;
        out.copy_from_slice(settings);
        Some(&*out).filter(|settings| !settings.trim_ascii().is_empty())
    }

    fn save(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        let mut settings = [0; LIMIT];
        let length = write(&mut settings).min(LIMIT);
        self.store(SETTINGS, settings.get(..length).unwrap_or_default())
    }

    /// A map keeps old values until their page is erased, so pages are filled until each one was.
    fn forget(&mut self) -> Result<(), NotKept> {
        (0..Self::FILLS).try_for_each(|_| self.store(SETTINGS, &NO_SETTINGS))
    }

    fn note_start(&mut self, start: &Start, image: ImageId) -> Result<Option<History>, NotKept> {
        let mut buffer = [0; BUFFER_BYTES];
        let starts = self.fetch(STARTS, &mut buffer).map_or(0, number_of).saturating_add(1);
        // Before the count: without power in between, the failure is kept and one start is not counted.
        if start.is_failure() {
            self.keep_failure(&Failure { start: start.clone(), at_start: starts }, image)?;
        }
        self.store(STARTS, &starts.to_le_bytes())?;
        Ok(Some(History { starts, failure: self.failure(image) }))
    }

    #[cfg(feature = "tls")]
    fn load_seed(&mut self) -> Option<Seed> {
        let mut buffer = Zeroizing::new([0; BUFFER_BYTES]);
        Some(Zeroizing::new(self.fetch(SEED, &mut buffer)?.try_into().ok()?))
    }

    #[cfg(feature = "tls")]
    fn keep_seed(&mut self, seed: &Seed) -> Result<(), NotKept> {
        self.store(SEED, seed.as_slice())
    }

    #[cfg(feature = "tls")]
    fn load_time(&mut self) -> Option<UnixTime> {
        let mut buffer = [0; BUFFER_BYTES];
        Some(UnixTime::from_le_bytes(self.fetch(TIME, &mut buffer)?.try_into().ok()?))
    }

    #[cfg(feature = "tls")]
    fn keep_time(&mut self, time: UnixTime) -> Result<(), NotKept> {
        self.store(TIME, &time.to_le_bytes())
    }

    #[cfg(feature = "provisioning")]
    #[inline(never)]
    fn load_file(&mut self, take: impl FnOnce(&[u8])) {
        let mut buffer = [0; BUFFER_BYTES];
        if let Some(file) = self.fetch(FILE, &mut buffer).filter(|file| !file.is_empty()) {
            take(file);
        }
    }

    #[cfg(feature = "provisioning")]
    #[inline(never)]
    fn keep_file(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        // A page that changes holds the one before, the new one, and every other value.
        const {
            assert!(
                F::ERASE_SIZE > 2 * provisioning::LIMIT + LIMIT + 512,
                "a page is too small for the phone's file"
            )
        };
        let mut file = [0; provisioning::LIMIT];
        let length = write(&mut file).min(provisioning::LIMIT);
        self.store(FILE, file.get(..length).unwrap_or_default())
    }
}

fn number_of(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "provisioning")]
    mod file;

    use std::cell::RefCell;
    use std::prelude::v1::*;
    use std::rc::Rc;
    use std::vec::Vec;

    use super::super::cells::{Cells, Flash, PAGE, PAGES};
    use super::*;
    use crate::Fault;

    const END: u32 = 2048;
    const IMAGE: ImageId = *b"an image";

    type Phone<const WORD: usize> = FlashStorage<Flash<WORD, PAGE>, 0, END>;

    /// What a phone does between being switched on, for so many bytes of power, and off.
    fn powered<const WORD: usize, R>(
        flash: &mut Cells,
        power: usize,
        run: impl FnOnce(&mut Phone<WORD>) -> R,
    ) -> R {
        let cells = Rc::new(RefCell::new(Cells { power, ..flash.clone() }));
        let result = run(&mut FlashStorage::new(Flash(Rc::clone(&cells))));
        *flash = cells.borrow().clone();
        result
    }

    fn save(flash: &mut Cells, power: usize, settings: &[u8]) -> Result<(), NotKept> {
        powered::<4, _>(flash, power, |phone| {
            phone.save(|out| {
                out[..settings.len()].copy_from_slice(settings);
                settings.len()
            })
        })
    }

    /// What a phone finds that is switched on again.
    fn found(flash: &Cells) -> Option<Vec<u8>> {
        let load = |phone: &mut Phone<4>| phone.load(&mut [0; LIMIT]).map(<[u8]>::to_vec);
        powered(&mut flash.clone(), usize::MAX, load)
    }

    fn start(flash: &mut Cells, power: usize, start: Start, image: ImageId) -> Result<History, NotKept> {
        let note = |phone: &mut Phone<4>| phone.note_start(&start, image);
        powered(flash, power, note).map(|history| history.expect("a flash outlasts being switched off"))
    }

    fn panic(line: u32) -> Start {
        Start::Panic { line, calls: [0x1000_0131, 0x1000_0241, 0, 0] }
    }

    #[test]
    fn settings_are_found_again_and_the_last_ones_count() {
        fn keep<const WORD: usize>(filled_with: u8) {
            let mut flash = Cells::new(filled_with);
            let load = |phone: &mut Phone<WORD>| phone.load(&mut [0; LIMIT]).map(<[u8]>::to_vec);
            assert_eq!(powered(&mut flash, usize::MAX, load), None, "nothing was kept yet");
            for turn in 0..40 {
                for settings in [&b"language = de\n"[..], b"pollMinutes = 7\n", &[b'x'; LIMIT], b"a = b"] {
                    let kept = powered(&mut flash, usize::MAX, |phone: &mut Phone<WORD>| {
                        phone.save(|out| {
                            out[..settings.len()].copy_from_slice(settings);
                            settings.len()
                        })
                    });
                    assert_eq!(kept, Ok(()), "turn {turn}, words of {WORD}, filled with {filled_with:#04x}");
                    assert_eq!(powered(&mut flash, usize::MAX, load).as_deref(), Some(settings));
                }
            }
        }
        for filled_with in [0x00, 0xFF, 0x5A] {
            keep::<1>(filled_with);
            keep::<4>(filled_with);
            keep::<8>(filled_with);
            keep::<32>(filled_with);
        }
    }

    /// Cuts the power at every byte of every write, and again while the phone saves after that, before and in a change of the page.
    #[test]
    fn a_power_cut_at_any_byte_leaves_the_old_settings_or_the_new() {
        let mut flash = Cells::new(0xFF);
        let mut before = None;
        for turn in 0..6 {
            let new = std::format!("pollMinutes = {turn}\n{}", "#".repeat(200)).into_bytes();
            for power in 1.. {
                let mut cut = flash.clone();
                let saved = save(&mut cut, power, &new);
                let kept = found(&cut);
                assert!(
                    kept == before || kept.as_ref() == Some(&new),
                    "{turn}, cut after {power} bytes: {kept:?}"
                );
                if saved.is_ok() {
                    assert_eq!(kept.as_ref(), Some(&new));
                    flash = cut;
                    break;
                }
                // Switched on again, it saves, and the power fails again.
                for again in (1..PAGE + LIMIT).step_by(53) {
                    let mut second = cut.clone();
                    let saved = save(&mut second, again, b"third");
                    let third = found(&second);
                    assert!(
                        third == kept || third.as_deref() == Some(b"third"),
                        "{turn}, {power}, {again}: {third:?}"
                    );
                    assert!(saved.is_err() || third.as_deref() == Some(b"third"));
                }
                save(&mut cut, usize::MAX, &new).unwrap();
                assert_eq!(found(&cut).as_ref(), Some(&new));
            }
            before = Some(new);
        }
    }

    #[test]
    fn a_power_cut_while_forgetting_leaves_the_settings_or_none() {
        let mut flash = Cells::new(0xFF);
        for settings in [&b"service = em1\n"[..], b"language = de\n"] {
            save(&mut flash, usize::MAX, settings).unwrap();
        }
        assert_eq!(start(&mut flash, usize::MAX, panic(7), IMAGE).unwrap().starts, 1);
        for power in 1.. {
            let mut cut = flash.clone();
            let forgotten = powered(&mut cut, power, |phone: &mut Phone<4>| phone.forget());
            let kept = found(&cut);
            assert!(kept.is_none() || kept.as_deref() == Some(b"language = de\n"), "cut after {power} bytes");
            let history = start(&mut cut.clone(), usize::MAX, Start::PowerOn, IMAGE).unwrap();
            assert_eq!(history.starts, 2);
            assert_eq!(history.failure, Some(Failure { start: panic(7), at_start: 1 }));
            if forgotten.is_ok() {
                assert_eq!(kept, None);
                assert!(!cut.holds(b"service") && !cut.holds(b"language"), "what is forgotten is not there");
                break;
            }
        }
    }

    #[test]
    fn starts_are_counted_from_1_whatever_the_memory_held() {
        for filled_with in [0x00, 0xFF, 0x5A] {
            let mut flash = Cells::new(filled_with);
            save(&mut flash, usize::MAX, b"language = de").unwrap();
            for expected in 1..=400 {
                let history = start(&mut flash, usize::MAX, Start::PowerOn, IMAGE).unwrap();
                assert_eq!(history, History { starts: expected, failure: None });
            }
            assert_eq!(found(&flash).as_deref(), Some(&b"language = de"[..]));
        }
    }

    #[test]
    fn a_power_cut_at_any_byte_costs_one_count_at_most() {
        let mut flash = Cells::new(0xFF);
        // In the last of these the page changes.
        for before in 0..60 {
            for power in 1.. {
                let mut cut = flash.clone();
                let counted = start(&mut cut, power, Start::PowerOn, IMAGE);
                if let Ok(history) = counted {
                    assert_eq!(history.starts, before + 1);
                    break;
                }
                let after = start(&mut cut, usize::MAX, Start::PowerOn, IMAGE).unwrap().starts;
                assert!(
                    (before + 1..=before + 2).contains(&after),
                    "{before}, cut after {power} bytes: {after}"
                );
            }
            start(&mut flash, usize::MAX, Start::PowerOn, IMAGE).unwrap();
        }
    }

    #[test]
    fn the_last_failure_is_told_until_there_is_another() {
        let mut flash = Cells::new(0xFF);
        let failure =
            |flash: &mut Cells, found: Start| start(flash, usize::MAX, found, IMAGE).unwrap().failure;
        assert_eq!(failure(&mut flash, Start::PowerOn), None);
        let first = Some(Failure { start: panic(7), at_start: 2 });
        assert_eq!(failure(&mut flash, panic(7)), first);
        for _ in 0..300 {
            assert_eq!(failure(&mut flash, Start::PowerOn), first);
        }
        let fault =
            Fault { program_counter: 0x1000_0130, link_register: u32::MAX, status: 0x0200, address: 4 };
        let second = Some(Failure { start: Start::HardFault(fault), at_start: 303 });
        assert_eq!(failure(&mut flash, Start::HardFault(fault)), second);
        assert_eq!(failure(&mut flash, Start::Restart), second);
    }

    #[test]
    fn another_image_does_not_tell_the_failure() {
        let mut flash = Cells::new(0xFF);
        start(&mut flash, usize::MAX, panic(7), IMAGE).unwrap();
        let other = start(&mut flash, usize::MAX, Start::PowerOn, *b"another!").unwrap();
        assert_eq!(other, History { starts: 2, failure: None });
    }

    #[test]
    fn a_power_cut_while_a_failure_is_kept_leaves_the_one_before_or_the_new() {
        let mut flash = Cells::new(0xFF);
        start(&mut flash, usize::MAX, panic(7), IMAGE).unwrap();
        for power in 1.. {
            let mut cut = flash.clone();
            let noted = start(&mut cut, power, panic(8), IMAGE);
            let told = start(&mut cut, usize::MAX, Start::PowerOn, IMAGE).unwrap().failure.unwrap();
            assert!([7, 8].map(panic).contains(&told.start), "cut after {power} bytes: {told:?}");
            if noted.is_ok() {
                assert_eq!(told, Failure { start: panic(8), at_start: 2 });
                break;
            }
        }
    }

    /// The phone stands still meanwhile.
    #[test]
    fn a_change_of_the_page_looks_for_each_value_once() {
        let mut flash = Cells::new(0xFF);
        let most = (0..400).map(|_| {
            flash.read = 0;
            start(&mut flash, usize::MAX, Start::PowerOn, IMAGE).unwrap();
            flash.read
        });
        let most = most.max().unwrap();
        assert!(most < 10 * PAGES, "{most} bytes were read");
    }

    #[test]
    fn a_memory_that_does_not_keep_what_it_is_told_is_noticed() {
        // A byte of the value: behind the mark of the page, the head of the item and the key.
        let mut flash = Cells { worn: Some(4 + 8 + 1), ..Cells::new(0xFF) };
        assert_eq!(start(&mut flash.clone(), usize::MAX, Start::PowerOn, IMAGE), Err(NotKept));
        assert_eq!(save(&mut flash, usize::MAX, b"language = de"), Err(NotKept));
        assert_eq!(
            save(&mut flash, usize::MAX, b"language = de"),
            Ok(()),
            "the next one is in another place"
        );
    }

    #[cfg(feature = "tls")]
    #[test]
    fn a_time_and_a_seed_are_found_again_beside_the_settings() {
        let mut flash = Cells::new(0x5A);
        assert_eq!(powered::<4, _>(&mut flash, usize::MAX, Phone::load_time), None);
        assert_eq!(powered::<4, _>(&mut flash, usize::MAX, Phone::load_seed), None);
        save(&mut flash, usize::MAX, b"language = de\n").unwrap();
        for time in [1_795_788_010, u64::MAX] {
            let seed = Zeroizing::new([time.to_le_bytes()[0]; 32]);
            powered::<4, _>(&mut flash, usize::MAX, |phone| phone.keep_time(time)).unwrap();
            powered::<4, _>(&mut flash, usize::MAX, |phone| phone.keep_seed(&seed)).unwrap();
            assert_eq!(powered::<4, _>(&mut flash, usize::MAX, Phone::load_time), Some(time));
            assert_eq!(powered::<4, _>(&mut flash, usize::MAX, Phone::load_seed), Some(seed));
        }
        assert_eq!(found(&flash).as_deref(), Some(b"language = de\n".as_slice()));
    }

    /// Cuts the power at every byte of a start, with a source that says the same at each.
    #[cfg(feature = "tls")]
    #[test]
    fn a_seed_makes_one_generator_however_the_power_fails() {
        use crate::random::Generator;
        let number = |phone: &mut Phone<4>| {
            let mut step = 0_u8;
            let mut source = || {
                step = step.wrapping_mul(5).wrapping_add(0x35);
                step ^ step >> 3
            };
            Generator::start(phone, &mut source, b"phone").map(|mut generator| generator.number())
        };
        let mut flash = Cells::new(0xFF);
        let mut given = std::collections::HashSet::new();
        for power in 1.. {
            let started = powered(&mut flash, power, number);
            if let Ok(number) = started {
                assert!(given.insert(number), "cut after {power} bytes");
                if given.len() == 100 {
                    break;
                }
            }
        }
    }
}
