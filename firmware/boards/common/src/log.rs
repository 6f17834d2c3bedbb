//! The log: defmt's byte stream on a serial port of the board's, and nothing else there.
//!
//! A log line is encoded into a ring and leaves from there: as much as the port takes at once, the rest by interrupt.
//! So a line never waits for the port. A line that does not fit into the ring is dropped whole, and the number of
//! dropped lines is logged as soon as there is room again ([`report_lost`]). Only a phone that is about to restart
//! waits for the port ([`begin_last_words`]).
//!
//! What is logged must never contain a PIN or a certificate: those types' `Format` is masked.
#![allow(unsafe_code)] // defmt's Logger is an unsafe trait: it demands that lines do not mix.

use core::cell::RefCell;

use critical_section::{CriticalSection, Mutex, RestoreState};
use defmt::Encoder;
use heapless::Deque;

defmt::timestamp!("{=u64:tms}", embassy_time::Instant::now().as_millis());

/// Room for about 60 lines that wait for the port, in bytes.
const RING_SIZE: usize = 1024;

/// How often the port is asked whether it has room: many times as long as a byte takes (87 microseconds).
const PATIENCE: u32 = 100_000;

static LOG: Mutex<RefCell<Log>> = Mutex::new(RefCell::new(Log::new()));

struct Log {
    encoder: Encoder,
    outgoing: Outgoing,
    /// Set while a line is being written: the interrupt state to return to after it.
    open: Option<RestoreState>,
    /// Lines begun inside a line that is still being written; they are dropped.
    nested: u32,
    /// Lines dropped since the last report.
    lost: u32,
}

impl Log {
    const fn new() -> Self {
        Self { encoder: Encoder::new(), outgoing: Outgoing::new(), open: None, nested: 0, lost: 0 }
    }

    fn begin_line(&mut self) {
        self.outgoing.line_length = 0;
        self.outgoing.cut = false;
        self.encoder.start_frame(|bytes| self.outgoing.push(bytes));
    }

    fn end_line(&mut self) {
        self.encoder.end_frame(|bytes| self.outgoing.push(bytes));
        if self.outgoing.cut {
            self.outgoing.take_line_back();
            self.lost = self.lost.saturating_add(1);
        }
        self.outgoing.pump();
    }
}

/// Encoded bytes on their way to the port.
struct Outgoing {
    ring: Deque<u8, RING_SIZE>,
    port: Option<&'static dyn Port>,
    /// Bytes of the line being written that are in the ring.
    line_length: usize,
    /// True when the line being written did not fit.
    cut: bool,
    /// True when the phone is about to restart: waiting for the port is allowed then.
    last_words: bool,
}

impl Outgoing {
    const fn new() -> Self {
        Self { ring: Deque::new(), port: None, line_length: 0, cut: false, last_words: false }
    }

    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.last_words && self.ring.is_full() {
                self.drain();
            }
            if self.cut || self.ring.push_back(*byte).is_err() {
                self.cut = true;
                return;
            }
            self.line_length = self.line_length.saturating_add(1);
        }
    }

    fn take_line_back(&mut self) {
        for _ in 0..self.line_length {
            let _ = self.ring.pop_back();
        }
    }

    /// Hands over what the port takes without waiting, and enables its interrupt if something is left.
    fn pump(&mut self) {
        let Some(port) = self.port else { return };
        while port.has_room() {
            let Some(byte) = self.ring.pop_front() else { break };
            port.write(byte);
        }
        port.call_when_there_is_room(!self.ring.is_empty());
    }

    /// Waits until the port has taken everything. A port that takes nothing loses the rest.
    fn drain(&mut self) {
        let Some(port) = self.port else { return };
        while let Some(byte) = self.ring.pop_front() {
            if !(0..PATIENCE).any(|_| port.has_room()) {
                self.ring.clear();
                return;
            }
            port.write(byte);
        }
    }
}

/// The serial port that the log leaves by.
pub trait Port: Sync {
    /// Whether a byte can be sent without waiting.
    fn has_room(&self) -> bool;

    /// Sends one byte; it is lost unless [`has_room`](Self::has_room) was true.
    fn write(&self, byte: u8);

    /// Whether the port calls [`on_room`] by its interrupt once it has room again.
    fn call_when_there_is_room(&self, wanted: bool);
}

/// Gives the log its port, which must be on. What was logged before waits in the ring. With the feature `rtt` the log goes to
/// a debug probe, and the port sends nothing.
pub fn start(port: &'static dyn Port) {
    #[cfg(feature = "rtt")]
    let port = {
        let _ = port;
        crate::rtt::start()
    };
    with(|log| {
        log.outgoing.port = Some(port);
        log.outgoing.pump();
    });
}

/// Logs how many lines were dropped since the last call, if any. The executor calls it before it sleeps.
pub fn report_lost() {
    let lost = with(|log| core::mem::take(&mut log.lost));
    if lost > 0 {
        defmt::warn!("log: {=u32} lines dropped, the port was too slow", lost);
    }
}

/// From here on lines wait for the port instead of being dropped, and a line that was being written is abandoned. For
/// handlers that never return; interrupts should be off.
pub fn begin_last_words() {
    with(|log| {
        log.outgoing.last_words = true;
        log.nested = 0;
        if log.open.take().is_some() {
            // A terminator lets the reader find the next line; it discards the unfinished one.
            log.encoder = Encoder::new();
            log.outgoing.cut = false;
            log.outgoing.push(&[0]);
        }
        log.outgoing.drain();
    });
}

/// Waits until every line is out.
pub fn flush() {
    with(|log| log.outgoing.drain());
}

/// Sends a frame that is no line, among those of the log, and says whether there was room for it. Half of the ring stays free
/// for lines.
#[cfg(feature = "screen-readout")]
pub(crate) fn send(bytes: &[u8]) -> bool {
    /// What no line begins with.
    const NO_LINE: [u8; 2] = [0xFF; 2];
    /// Zeros at the end of a frame could not be told from none.
    const END: [u8; 1] = [1];
    with(|log| {
        if log.outgoing.ring.len().saturating_add(bytes.len()) > RING_SIZE / 2 {
            return false;
        }
        log.begin_line();
        for bytes in [&NO_LINE, bytes, &END] {
            log.encoder.write(bytes, |bytes| log.outgoing.push(bytes));
        }
        log.end_line();
        true
    })
}

/// The port's interrupt: it has room again.
pub fn on_room() {
    with(|log| log.outgoing.pump());
}

fn with<R: Default>(act: impl FnOnce(&mut Log) -> R) -> R {
    critical_section::with(|token| borrow(token, act))
}

/// Borrows the log. What runs inside neither logs nor is interrupted; only a fault inside finds it borrowed, and is not
/// logged.
fn borrow<R: Default>(token: CriticalSection<'_>, act: impl FnOnce(&mut Log) -> R) -> R {
    LOG.borrow(token).try_borrow_mut().map(|mut log| act(&mut log)).unwrap_or_default()
}

#[defmt::global_logger]
struct Logger;

// SAFETY: `acquire` opens a critical section that `release` closes, so no other line can begin between them; a line that
// begins inside a line (a `Format` that logs) writes nothing. Lines therefore never mix.
unsafe impl defmt::Logger for Logger {
    fn acquire() {
        // SAFETY: `release` below restores this state, in the reverse order for nested lines.
        let state = unsafe { critical_section::acquire() };
        // SAFETY: the critical section was just entered.
        let token = unsafe { CriticalSection::new() };
        borrow(token, |log| {
            if log.open.is_some() {
                log.nested = log.nested.saturating_add(1);
                log.lost = log.lost.saturating_add(1);
            } else {
                log.open = Some(state);
                log.begin_line();
            }
        });
    }

    unsafe fn write(bytes: &[u8]) {
        // SAFETY: defmt calls this between `acquire` and `release`, inside the critical section.
        let token = unsafe { CriticalSection::new() };
        borrow(token, |log| {
            if log.nested == 0 {
                log.encoder.write(bytes, |bytes| log.outgoing.push(bytes));
            }
        });
    }

    unsafe fn flush() {
        // SAFETY: defmt calls this between `acquire` and `release`, inside the critical section.
        let token = unsafe { CriticalSection::new() };
        borrow(token, |log| log.outgoing.drain());
    }

    unsafe fn release() {
        // SAFETY: defmt calls this once for each `acquire`, inside the critical section.
        let token = unsafe { CriticalSection::new() };
        let state = borrow(token, |log| {
            if let Some(outer) = log.nested.checked_sub(1) {
                log.nested = outer;
                return None;
            }
            log.end_line();
            log.open.take()
        });
        if let Some(state) = state {
            // SAFETY: this is the state that the outermost `acquire` got; inner ones found interrupts off already and
            // have nothing to restore.
            unsafe { critical_section::release(state) }
        }
    }
}
