//! What outlasts a restart: why the firmware ended, and how often it has started since power-on. A board with memory that outlasts
//! being switched off counts all starts there (`flash.rs`).
//!
//! It is in RAM that start-up leaves alone, behind a check value, for after power-on that RAM holds anything. Of a panic it
//! keeps the place, never the message: that could quote a PIN.
//!
//! | word | meaning |
//! |---|---|
//! | 0 | check value of the others and of the image: a record of another image says nothing |
//! | 1 | starts since power-on |
//! | 2 | how the firmware ended; see [`Ended`] |
//! | 3 to 7 | a panic's line and four return addresses, an exception's number, or PC, LR, CFSR and BFAR |
//! | 8 | wrong admin codes in a row |
//!
//! What the chip says of its reset counts where the record says nothing.
#![allow(unsafe_code)] // A place in RAM of its own, which start-up leaves alone.

use core::sync::atomic::{AtomicU32, Ordering};

use hotdesk_phone::{CALLS, Fault, Start};

use crate::image;

const CHECK: usize = 0;
const STARTS: usize = 1;
const ENDED: usize = 2;
const VALUES: [usize; 1 + CALLS] = [3, 4, 5, 6, 7];
const WRONG_CODES: usize = 8;
const WORDS: usize = 9;

// SAFETY: cortex-m-rt's linker script has this section and neither clears nor loads it. Any content is valid numbers.
#[unsafe(link_section = ".uninit.record")]
static RECORD: [AtomicU32; WORDS] = [const { AtomicU32::new(0) }; WORDS];

/// How the firmware ended, as far as it noticed.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Ended {
    /// It did not notice: the reset line, a power cut too short to lose RAM, or the watchdog's own reset.
    Unnoticed = 1,
    Restarted = 2,
    Watchdog = 3,
    Panicked = 4,
    Faulted = 5,
    StackOverflow = 6,
    Exception = 7,
}

impl Ended {
    const ALL: [Self; 7] = [
        Self::Unnoticed,
        Self::Restarted,
        Self::Watchdog,
        Self::Panicked,
        Self::Faulted,
        Self::StackOverflow,
        Self::Exception,
    ];
}

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
    let (start, starts) = match is_kept.then(ended).flatten() {
        Some(ended) => (found(ended, reset), read(STARTS).saturating_add(1)),
        None => (Start::PowerOn, 1),
    };
    write(STARTS, starts);
    if !is_kept {
        write(WRONG_CODES, 0);
    }
    leave(Ended::Unnoticed, []);
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
    leave(Ended::Restarted, []);
}

/// Notes that the watchdog found no progress, and where the firmware was.
pub fn watchdog(program_counter: u32) {
    leave(Ended::Watchdog, [program_counter]);
}

/// Notes a panic: the line, and where the calls that led there return to.
pub fn panicked(line: u32, [first, second, third, fourth]: [u32; CALLS]) {
    leave(Ended::Panicked, [line, first, second, third, fourth]);
}

/// Notes a hard fault.
pub fn faulted(fault: Fault) {
    leave(Ended::Faulted, [fault.program_counter, fault.link_register, fault.status, fault.address]);
}

/// Notes that the stack was full.
pub fn stack_overflow() {
    leave(Ended::StackOverflow, []);
}

/// Notes an exception that nothing handles.
pub fn exception(number: u32) {
    leave(Ended::Exception, [number]);
}

fn leave<const N: usize>(ended: Ended, values: [u32; N]) {
    for (index, value) in VALUES.into_iter().zip(values) {
        write(index, value);
    }
    write(ENDED, ended as u32);
    write(CHECK, check());
}

fn ended() -> Option<Ended> {
    let number = read(ENDED);
    Ended::ALL.into_iter().find(|ended| *ended as u32 == number)
}

fn found(ended: Ended, reset: ResetCause) -> Start {
    let [first, second, third, fourth, fifth] = VALUES.map(read);
    match ended {
        Ended::Unnoticed if reset.watchdog => Start::Watchdog { program_counter: None },
        Ended::Unnoticed if reset.power => Start::PowerOn,
        Ended::Unnoticed => Start::Reset,
        Ended::Restarted => Start::Restart,
        Ended::Watchdog => Start::Watchdog { program_counter: Some(first) },
        Ended::Panicked => Start::Panic { line: first, calls: [second, third, fourth, fifth] },
        Ended::Faulted => Start::HardFault(Fault {
            program_counter: first,
            link_register: second,
            status: third,
            address: fourth,
        }),
        Ended::StackOverflow => Start::StackOverflow,
        Ended::Exception => Start::Exception { number: first },
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
