//! Random numbers for keys, that nobody can guess.
//!
//! A generator starts from what the chip's source gives now, and from a seed that is kept over being switched off. The seed is
//! renewed before the generator is made: it must never make two generators, whenever the power fails, and there must never be a
//! generator where the source or the memory failed. What the network draws at random (`hotdesk_board::identity::seed`) has
//! nothing to do with it.

use core::convert::Infallible;

use chacha20::ChaCha20Rng;
use rand_core::{Rng, SeedableRng, TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::log::log;
use crate::storage::Storage;

/// Bytes of a seed.
pub const SEED_BYTES: usize = 32;

/// A seed: a secret, wiped when it is dropped.
pub type Seed = Zeroizing<[u8; SEED_BYTES]>;

/// Bytes taken of the source at each start. 4096 bits hold four times what a seed needs if each bit is as hard to guess as the
/// tests ask for, and enough if it is four times easier.
const SAMPLES: usize = 512;

/// How often a bit may come in a row. The limits of both tests are those of NIST SP 800-90B, section 4.4, for bits with a
/// min-entropy of 1/4 bit each, which such a source exceeds once in 2^30 times: 1 + 30 / (1/4).
const MOST_IN_A_ROW: u16 = 120;

/// Bits that are looked at together.
const WINDOW: u16 = 1024;

/// How often the first of them may come.
const MOST_IN_WINDOW: u16 = 927;

/// What the seed is derived with for each use.
const GENERATOR: &[u8] = b"hotdesk generator";
const NEXT: &[u8] = b"hotdesk next seed";

/// Why there are no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum NoRandom {
    /// The chip's source gives what can be guessed.
    Source,
    /// The memory does not keep the next seed.
    NotKept,
}

/// A generator for keys: ChaCha20, with another key after each use, so that what it gave cannot be told from what it holds.
pub struct Generator(ChaCha20Rng);

impl Generator {
    /// Makes a generator and renews the seed in `storage`. `sample` gives eight bits of the chip's source as they come; `own` is
    /// what no other phone has.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn start(
        storage: &mut impl Storage,
        sample: impl FnMut() -> u8,
        own: &[u8],
    ) -> Result<Self, NoRandom> {
        let drawn = draw(sample).ok_or(NoRandom::Source)?;
        let kept = storage.load_seed();
        if kept.is_none() {
            log!(info, "random numbers: no seed is kept yet");
        }
        let mut hash = Sha256::new();
        hash.update(drawn.as_slice());
        hash.update(kept.unwrap_or_default().as_slice());
        hash.update(own);
        let pool = Zeroizing::new(hash.finalize().into());
        storage.keep_seed(&derive(NEXT, &pool)).map_err(|_| NoRandom::NotKept)?;
        Ok(Self(ChaCha20Rng::from_seed(*derive(GENERATOR, &pool))))
    }

    /// A number that nobody can guess.
    pub fn number(&mut self) -> u64 {
        self.next_u64()
    }

    /// Gives `out`, then takes what comes next for its key.
    fn give(&mut self, out: &mut [u8]) {
        self.0.fill_bytes(out);
        let mut next = Seed::default();
        self.0.fill_bytes(next.as_mut_slice());
        self.0 = ChaCha20Rng::from_seed(*next);
    }
}

impl TryRng for Generator {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.give(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.give(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.give(out);
        Ok(())
    }
}

impl TryCryptoRng for Generator {}

/// Shows nothing of its key.
impl core::fmt::Debug for Generator {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Generator").finish_non_exhaustive()
    }
}

/// Conditions what the source gives into a seed, if it passes the tests.
fn draw(mut sample: impl FnMut() -> u8) -> Option<Seed> {
    let mut hash = Sha256::new();
    let mut health = Health::default();
    for _ in 0..SAMPLES {
        let byte = Zeroizing::new(sample());
        if !(0..8).all(|bit| health.take(*byte >> bit & 1)) {
            return None;
        }
        hash.update([*byte]);
    }
    Some(Zeroizing::new(hash.finalize().into()))
}

fn derive(label: &[u8], pool: &Seed) -> Seed {
    let mut hash = Sha256::new();
    hash.update(label);
    hash.update(pool.as_slice());
    Zeroizing::new(hash.finalize().into())
}

/// The repetition count test and the adaptive proportion test.
#[derive(Default)]
struct Health {
    last: u8,
    in_a_row: u16,
    first: u8,
    taken: u16,
    in_window: u16,
}

impl Health {
    /// Takes the next bit, and says whether the source can still be trusted.
    fn take(&mut self, bit: u8) -> bool {
        if self.in_a_row > 0 && bit == self.last {
            self.in_a_row = self.in_a_row.saturating_add(1);
        } else {
            (self.last, self.in_a_row) = (bit, 1);
        }
        if self.taken == 0 {
            (self.first, self.in_window) = (bit, 0);
        }
        if bit == self.first {
            self.in_window = self.in_window.saturating_add(1);
        }
        self.taken = self.taken.wrapping_add(1) % WINDOW;
        self.in_a_row <= MOST_IN_A_ROW && self.in_window <= MOST_IN_WINDOW
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::prelude::v1::*;

    use super::*;
    use crate::settings::LIMIT;
    use crate::storage::{History, ImageId};
    use crate::time::UnixTime;
    use crate::{NotKept, Start};

    /// What the memory does when it is to keep a seed.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Keeping {
        Keeps,
        /// Nothing of it is kept.
        Fails,
        /// The power fails after it was kept, before the memory says so.
        IsCut,
    }

    /// A memory, and what was asked of it.
    struct Kept {
        seed: Option<Seed>,
        keeping: Keeping,
    }

    impl Storage for Kept {
        fn load<'o>(&mut self, _: &'o mut [u8; LIMIT]) -> Option<&'o [u8]> {
            None
        }
        fn save(&mut self, _: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
            Err(NotKept)
        }
        fn forget(&mut self) -> Result<(), NotKept> {
            Err(NotKept)
        }
        fn note_start(&mut self, _: &Start, _: ImageId) -> Result<Option<History>, NotKept> {
            Err(NotKept)
        }
        fn load_seed(&mut self) -> Option<Seed> {
            self.seed.clone()
        }
        fn keep_seed(&mut self, seed: &Seed) -> Result<(), NotKept> {
            if self.keeping != Keeping::Fails {
                self.seed = Some(seed.clone());
            }
            if self.keeping == Keeping::Keeps { Ok(()) } else { Err(NotKept) }
        }
        fn load_time(&mut self) -> Option<UnixTime> {
            None
        }
        fn keep_time(&mut self, _: UnixTime) -> Result<(), NotKept> {
            Err(NotKept)
        }
    }

    fn kept() -> Kept {
        Kept { seed: None, keeping: Keeping::Keeps }
    }

    /// Bits that look random: the same after each start.
    fn source(mut state: u64) -> impl FnMut() -> u8 {
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_be_bytes()[0]
        }
    }

    /// Bits that are 1 so many times in 256, else 0.
    fn biased(ones: u8) -> impl FnMut() -> u8 {
        let mut random = source(7);
        move || (0..8).fold(0, |byte, _| byte << 1 | u8::from(random() < ones))
    }

    fn first_bytes(started: Result<Generator, NoRandom>) -> [u8; 32] {
        let mut bytes = [0; 32];
        started.unwrap().fill_bytes(&mut bytes);
        bytes
    }

    #[test]
    fn a_source_that_is_stuck_or_nearly_always_says_the_same_is_refused() {
        for constant in [0x00, 0xFF] {
            assert!(draw(|| constant).is_none(), "{constant:#x}");
        }
        for ones in [5, 251] {
            assert!(draw(biased(ones)).is_none(), "{ones} of 256");
        }
        for ones in [64, 128, 192] {
            assert!(draw(biased(ones)).is_some(), "{ones} of 256");
        }
        let refused = Generator::start(&mut kept(), || 0, b"phone").err();
        assert_eq!(refused, Some(NoRandom::Source));
    }

    #[test]
    fn a_source_that_gets_stuck_is_refused() {
        let mut taken = 0;
        let mut random = source(1);
        let stuck = || {
            taken += 1;
            if taken > SAMPLES - usize::from(MOST_IN_A_ROW) / 8 - 1 { 0 } else { random() }
        };
        assert!(draw(stuck).is_none(), "the last bits count as well");
    }

    #[test]
    fn each_test_has_its_limit() {
        let mut row = Health::default();
        assert!((0..120).all(|_| row.take(1)));
        assert!(!row.take(1), "repetition count");
        // Ones as often as they may come in a window, never many in a row; then once more in the next one.
        let zeros = 1024 - 927;
        let bit = |at: u16, zeros: u16| u8::from(!(at % 10 == 9 && at / 10 < zeros));
        for more in [0, 1] {
            let mut window = Health::default();
            let takes = |window: &mut Health, zeros| (0..WINDOW).all(|at| window.take(bit(at, zeros)));
            assert!(takes(&mut window, zeros));
            assert_eq!(takes(&mut window, zeros - more), more == 0, "adaptive proportion");
        }
    }

    #[test]
    fn sources_seeds_and_phones_that_differ_make_different_generators() {
        let start = |seed: Option<u8>, state, own: &[u8]| {
            let mut kept = Kept { seed: seed.map(|byte| Zeroizing::new([byte; 32])), ..kept() };
            first_bytes(Generator::start(&mut kept, source(state), own))
        };
        let all = [
            start(None, 1, b"a"),
            start(Some(1), 1, b"a"),
            start(Some(2), 1, b"a"),
            start(Some(1), 2, b"a"),
            start(Some(1), 1, b"b"),
        ];
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert_eq!(start(Some(1), 1, b"a"), all[1], "and nothing else does");
    }

    #[test]
    fn the_seed_is_renewed_before_there_is_a_generator() {
        let mut memory = kept();
        let mut seeds = HashSet::new();
        let mut given = HashSet::new();
        for _ in 0..100 {
            // The source says the same each time: the seed alone differs.
            let bytes = first_bytes(Generator::start(&mut memory, source(1), b"phone"));
            assert!(seeds.insert(**memory.seed.as_ref().unwrap()), "the seed was there before");
            assert!(given.insert(bytes), "what a generator gave comes again");
            let key = ChaCha20Rng::from_seed(**memory.seed.as_ref().unwrap());
            assert_ne!(first_bytes(Ok(Generator(key))), bytes, "what is kept is the key");
        }
        assert!(seeds.is_disjoint(&given), "what is kept does not tell what was given");
    }

    #[test]
    fn without_a_memory_that_keeps_the_next_seed_there_is_no_generator() {
        let mut memory = kept();
        memory.keeping = Keeping::Fails;
        assert_eq!(Generator::start(&mut memory, source(1), b"phone").err(), Some(NoRandom::NotKept));
    }

    #[test]
    fn a_seed_makes_one_generator_whenever_the_power_fails() {
        let mut memory = kept();
        let mut given = HashSet::new();
        for start in 0..60 {
            memory.keeping = [Keeping::Keeps, Keeping::Fails, Keeping::IsCut][start % 3];
            let started = Generator::start(&mut memory, source(1), b"phone");
            assert_eq!(started.is_ok(), memory.keeping == Keeping::Keeps);
            if started.is_ok() {
                assert!(given.insert(first_bytes(started)), "start {start}");
            }
        }
        assert_eq!(given.len(), 20);
    }

    #[test]
    fn a_generator_goes_on_and_shows_nothing_of_itself() {
        let mut generator = Generator::start(&mut kept(), source(1), b"phone").unwrap();
        let numbers: HashSet<u64> = (0..1000).map(|_| generator.number()).collect();
        assert_eq!(numbers.len(), 1000);
        assert_eq!(format!("{generator:?}"), "Generator { .. }");
    }

    #[test]
    fn what_was_given_is_not_what_its_key_gives() {
        let mut generator = Generator::start(&mut kept(), source(1), b"phone").unwrap();
        let (mut first, mut second, mut stream) = ([0; 32], [0; 32], [0; 64]);
        let mut same = Generator::start(&mut kept(), source(1), b"phone").unwrap();
        same.0.fill_bytes(&mut stream);
        generator.fill_bytes(&mut first);
        generator.fill_bytes(&mut second);
        let mut next = [0; 32];
        ChaCha20Rng::from_seed(stream[32..].try_into().unwrap()).fill_bytes(&mut next);
        assert_eq!((&first[..], second), (&stream[..32], next));
    }
}
