//! What outlasts a restart: why the firmware ended, and how often it has started since power-on. A board with a flash that it can
//! write keeps both there at its next start, which follows at once (`hotdesk_phone::storage`).
//!
//! It is in RAM that start-up leaves alone, behind a check value, for after power-on that RAM holds anything. Of a panic it
//! keeps the place, never the message: that could quote a PIN.
//!
//! | word | meaning |
//! |---|---|
//! | 0 | check value of the others and of the image: a record of another image says nothing |
//! | 1 | starts since power-on |
//! | 2 to 7 | how the firmware ended: the words of [`Start`] |
//! | 8 | wrong admin codes in a row |
//!
//! What the chip says of its reset counts where the record says nothing.
#![allow(unsafe_code)] // A place in RAM of its own, which start-up leaves alone.

use core::sync::atomic::{AtomicU32, Ordering};

use hotdesk_phone::{CALLS, Fault, Start, WORDS};

use crate::image;

const CHECK: usize = 0;
const STARTS: usize = 1;
const ENDED: [usize; WORDS] = [2, 3, 4, 5, 6, 7];
const WRONG_CODES: usize = 8;
const RECORD_WORDS: usize = 9;

// SAFETY: cortex-m-rt's linker script has this section and neither clears nor loads it. Any content is valid numbers.
#[unsafe(link_section = ".uninit.record")]
static RECORD: [AtomicU32; RECORD_WORDS] = [const { AtomicU32::new(0) }; RECORD_WORDS];

/// What reset the chip, as far as the chip says so.
#[derive(Clone, Copy)]
pub struct ResetCause {
    /// Power came, or was too low for a while.
    pub power: bool,
    /// The watchdog.
    pub watchdog: bool,
}

/// Why the firmware started, and how often since power-on, this start included. Call it once, at start.
#[must_use]
pub fn begin(reset: ResetCause) -> (Start, u32) {
    let is_kept = read(CHECK) == check();
    let (start, starts) = match is_kept.then(|| Start::from_words(ENDED.map(read))).flatten() {
        Some(ended) => (found(ended, reset), read(STARTS).saturating_add(1)),
        None => (Start::PowerOn, 1),
    };
    write(STARTS, starts);
    if !is_kept {
        write(WRONG_CODES, 0);
    }
    // What it does not notice looks like a reset: the reset line, a power cut too short to lose RAM, the watchdog's own reset.
    leave(&Start::Reset);
    (start, starts)
}

/// How many wrong admin codes were typed in a row since power-on.
#[must_use]
pub fn wrong_codes() -> u32 {
    read(WRONG_CODES)
}

/// Notes how many wrong admin codes were typed in a row.
pub fn count_wrong_codes(count: u32) {
    write(WRONG_CODES, count);
    write(CHECK, check());
}

/// Notes that the firmware restarts because it was told to.
pub fn restarted() {
    leave(&Start::Restart);
}

/// Notes that the watchdog found no progress, and where the firmware was.
pub fn watchdog(program_counter: u32) {
    leave(&Start::Watchdog { program_counter: Some(program_counter) });
}

/// Notes a panic: the line, and where the calls that led there return to.
pub fn panicked(line: u32, calls: [u32; CALLS]) {
    leave(&Start::Panic { line, calls });
}

/// Notes a hard fault.
pub fn faulted(fault: Fault) {
    leave(&Start::HardFault(fault));
}

/// Notes that the stack was full.
pub fn stack_overflow() {
    leave(&Start::StackOverflow);
}

/// Notes an exception that nothing handles.
pub fn exception(number: u32) {
    leave(&Start::Exception { number });
}

fn leave(ended: &Start) {
    for (index, word) in ENDED.into_iter().zip(ended.to_words()) {
        write(index, word);
    }
    write(CHECK, check());
}

/// What the firmware did not notice the chip may know.
fn found(ended: Start, reset: ResetCause) -> Start {
    match ended {
        Start::Reset if reset.watchdog => Start::Watchdog { program_counter: None },
        Start::Reset if reset.power => Start::PowerOn,
        ended => ended,
    }
}

/// The FNV-1a hash of the record and of what tells this image from others.
fn check() -> u32 {
    let words = RECORD.iter().skip(STARTS).map(|word| word.load(Ordering::Relaxed).to_le_bytes());
    let bytes = words.flatten().chain(image::id().iter().copied());
    bytes.fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn read(index: usize) -> u32 {
    RECORD.get(index).map_or(0, |word| word.load(Ordering::Relaxed))
}

fn write(index: usize, value: u32) {
    if let Some(word) = RECORD.get(index) {
        word.store(value, Ordering::Relaxed);
    }
}
