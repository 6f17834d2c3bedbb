//! What passes in clear while a session is made: the certificate of the service and its wish for one, which TLS 1.2 sends so,
//! and the alert that ends it. Mbed TLS tells none of these. It must never change a byte, nor decide anything but which words
//! a refusal is told in.

use core::cell::RefCell;

use embedded_io_async::{Error as _, ErrorKind, ErrorType, Read, Write};

/// The longest certificate that is kept; one with a key of 4096 bits and a dozen names fits.
const CERTIFICATE_ROOM: usize = 2048;
const RECORD_HEAD: usize = 5;
const MESSAGE_HEAD: usize = 4;
/// Before the first certificate of the message: the length of all, and its own.
const LENGTHS: usize = 6;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CERTIFICATE: u8 = 11;
const CERTIFICATE_REQUEST: u8 = 13;

/// What was seen since [`Seen::begin`].
pub(super) struct Seen(RefCell<Both>);

struct Both {
    incoming: Records,
    outgoing: Records,
    messages: Messages,
    sent_alert: Option<u8>,
    received_alert: Option<u8>,
}

impl Seen {
    pub(super) const fn new() -> Self {
        Self(RefCell::new(Both {
            incoming: Records::new(),
            outgoing: Records::new(),
            messages: Messages::new(),
            sent_alert: None,
            received_alert: None,
        }))
    }

    /// Forgets what was seen, for another session.
    pub(super) fn begin(&self) {
        if let Ok(mut both) = self.0.try_borrow_mut() {
            both.incoming = Records::new();
            both.outgoing = Records::new();
            both.messages.begin();
            both.sent_alert = None;
            both.received_alert = None;
        }
    }

    /// Calls `look` with the certificate of the service, if all of it was seen.
    pub(super) fn with_certificate<R>(&self, look: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let both = self.0.try_borrow().ok()?;
        both.messages.certificate().map(look)
    }

    /// Returns the alert that was sent in clear last, by its number.
    pub(super) fn sent_alert(&self) -> Option<u8> {
        self.0.try_borrow().ok()?.sent_alert
    }

    /// Returns the alert that came in clear last, by its number.
    pub(super) fn received_alert(&self) -> Option<u8> {
        self.0.try_borrow().ok()?.received_alert
    }

    /// Whether the service asked in clear for a certificate of the phone's.
    pub(super) fn wants_certificate(&self) -> bool {
        self.0.try_borrow().is_ok_and(|both| both.messages.wants_certificate)
    }

    fn received(&self, bytes: &[u8]) {
        let Ok(mut both) = self.0.try_borrow_mut() else { return };
        let both = &mut *both;
        for &byte in bytes {
            match both.incoming.take(byte) {
                Some((HANDSHAKE, _)) => both.messages.take(byte),
                // What is not of the handshake follows it, or is in cipher.
                Some((kind, left)) => {
                    both.messages.is_over = true;
                    if is_alert(kind, left, &both.incoming) {
                        both.received_alert = Some(byte);
                    }
                }
                None => {}
            }
        }
    }

    fn sent(&self, bytes: &[u8]) {
        let Ok(mut both) = self.0.try_borrow_mut() else { return };
        for &byte in bytes {
            if let Some((kind, left)) = both.outgoing.take(byte)
                && is_alert(kind, left, &both.outgoing)
            {
                both.sent_alert = Some(byte);
            }
        }
    }
}

/// Whether a byte is the number of an alert in clear. One in cipher is longer.
fn is_alert(kind: u8, left: usize, records: &Records) -> bool {
    kind == ALERT && left == 0 && records.length == 2
}

/// Where a byte is among records.
struct Records {
    head: [u8; RECORD_HEAD],
    length: u16,
    at: usize,
}

impl Records {
    const fn new() -> Self {
        Self { head: [0; RECORD_HEAD], length: 0, at: 0 }
    }

    /// Takes a byte; returns the kind of the record that it is the content of, and how many bytes follow it there.
    fn take(&mut self, byte: u8) -> Option<(u8, usize)> {
        if let Some(place) = self.head.get_mut(self.at) {
            *place = byte;
            self.at += 1;
            let [.., high, low] = self.head;
            self.length = u16::from_be_bytes([high, low]);
            if self.at == RECORD_HEAD && self.length == 0 {
                self.at = 0;
            }
            return None;
        }
        self.at += 1;
        let left = (RECORD_HEAD + usize::from(self.length)).saturating_sub(self.at);
        if left == 0 {
            self.at = 0;
        }
        let [kind, ..] = self.head;
        Some((kind, left))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before the certificate, or in it.
    Looking,
    /// It is here.
    Found,
    /// It is too long.
    Lost,
}

/// The messages of the handshake that are in clear, with the first certificate.
struct Messages {
    stage: Stage,
    /// Nothing of the handshake comes in clear any more.
    is_over: bool,
    wants_certificate: bool,
    head: [u8; MESSAGE_HEAD],
    at: usize,
    lengths: [u8; LENGTHS],
    certificate: [u8; CERTIFICATE_ROOM],
}

impl Messages {
    const fn new() -> Self {
        Self {
            stage: Stage::Looking,
            is_over: false,
            wants_certificate: false,
            head: [0; MESSAGE_HEAD],
            at: 0,
            lengths: [0; LENGTHS],
            certificate: [0; CERTIFICATE_ROOM],
        }
    }

    /// Without a copy of the whole on the stack.
    fn begin(&mut self) {
        self.stage = Stage::Looking;
        self.is_over = false;
        self.wants_certificate = false;
        self.at = 0;
    }

    fn take(&mut self, byte: u8) {
        if self.is_over {
            return;
        }
        let at = self.at;
        self.at += 1;
        if let Some(place) = self.head.get_mut(at) {
            *place = byte;
        } else {
            let [kind, ..] = self.head;
            self.take_content(kind, at - MESSAGE_HEAD, byte);
        }
        let [kind, high, middle, low] = self.head;
        if at + 1 >= MESSAGE_HEAD && self.at == MESSAGE_HEAD + length([high, middle, low]) {
            self.at = 0;
            self.wants_certificate |= kind == CERTIFICATE_REQUEST;
        }
    }

    fn take_content(&mut self, kind: u8, at: usize, byte: u8) {
        if kind != CERTIFICATE || self.stage != Stage::Looking {
            return;
        }
        if let Some(place) = self.lengths.get_mut(at) {
            *place = byte;
            return;
        }
        match self.certificate.get_mut(at - LENGTHS) {
            Some(place) => *place = byte,
            None => self.stage = Stage::Lost,
        }
        if at + 1 == LENGTHS + self.length() {
            self.stage = Stage::Found;
        }
    }

    /// The length of the certificate.
    fn length(&self) -> usize {
        let [_, _, _, high, middle, low] = self.lengths;
        length([high, middle, low])
    }

    fn certificate(&self) -> Option<&[u8]> {
        self.certificate.get(..self.length()).filter(|_| self.stage == Stage::Found)
    }
}

fn length([high, middle, low]: [u8; 3]) -> usize {
    usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low)
}

/// A connection that is looked at until its session is there.
pub(super) struct Tap<'s, T> {
    /// None once it was taken out again.
    stream: Option<T>,
    seen: Option<&'s Seen>,
}

impl<'s, T> Tap<'s, T> {
    pub(super) fn new(stream: T, seen: &'s Seen) -> Self {
        Self { stream: Some(stream), seen: Some(seen) }
    }

    /// Looks no more.
    pub(super) fn end(&mut self) {
        self.seen = None;
    }

    /// Takes the connection out; nothing goes through here any more.
    pub(super) fn take(&mut self) -> Option<T> {
        self.stream.take()
    }
}

impl<T: Read> Tap<'_, T> {
    /// Looks at what came before the connection broke: the service may have said why.
    pub(super) async fn look_on(&mut self) {
        let mut bytes = [0; 16];
        while self.read(&mut bytes).await.is_ok_and(|length| length > 0) {}
    }
}

impl<T> ErrorType for Tap<'_, T> {
    type Error = ErrorKind;
}

impl<T: Read> Read for Tap<'_, T> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        let stream = self.stream.as_mut().ok_or(ErrorKind::NotConnected)?;
        let length = stream.read(buffer).await.map_err(|error| error.kind())?;
        if let (Some(seen), Some(bytes)) = (self.seen, buffer.get(..length)) {
            seen.received(bytes);
        }
        Ok(length)
    }
}

impl<T: Write> Write for Tap<'_, T> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let stream = self.stream.as_mut().ok_or(ErrorKind::NotConnected)?;
        let length = stream.write(bytes).await.map_err(|error| error.kind())?;
        if let (Some(seen), Some(bytes)) = (self.seen, bytes.get(..length)) {
            seen.sent(bytes);
        }
        Ok(length)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        let stream = self.stream.as_mut().ok_or(ErrorKind::NotConnected)?;
        stream.flush().await.map_err(|error| error.kind())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::prelude::v1::*;

    use super::*;

    fn record(kind: u8, content: &[u8]) -> Vec<u8> {
        let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[kind, 3, 3, high, low], content].concat()
    }

    fn message(kind: u8, content: &[u8]) -> Vec<u8> {
        let [_, high, middle, low] = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&[kind, high, middle, low], content].concat()
    }

    fn certificates(all: &[&[u8]]) -> Vec<u8> {
        let each = |der: &&[u8]| {
            let [_, high, middle, low] = u32::try_from(der.len()).unwrap().to_be_bytes();
            [&[high, middle, low], *der].concat()
        };
        let list: Vec<u8> = all.iter().flat_map(each).collect();
        let [_, high, middle, low] = u32::try_from(list.len()).unwrap().to_be_bytes();
        message(CERTIFICATE, &[&[high, middle, low], &list[..]].concat())
    }

    fn seen(bytes: &[u8], at_once: usize) -> Option<Vec<u8>> {
        let seen = Seen::new();
        bytes.chunks(at_once).for_each(|bytes| seen.received(bytes));
        seen.with_certificate(<[u8]>::to_vec)
    }

    #[test]
    fn the_first_certificate_is_seen_however_it_is_cut() {
        let leaf = vec![7; 300];
        let content = [message(2, &[1; 40]), message(14, &[]), certificates(&[&leaf, &[9; 200]])].concat();
        for in_record in [1, 3, 50, content.len()] {
            let bytes: Vec<u8> = content.chunks(in_record).flat_map(|part| record(HANDSHAKE, part)).collect();
            for at_once in [1, 7, bytes.len()] {
                assert_eq!(seen(&bytes, at_once).as_ref(), Some(&leaf), "{in_record}, {at_once}");
            }
        }
    }

    #[test]
    fn what_is_cut_or_too_long_or_behind_the_handshake_is_not_seen() {
        let whole = record(HANDSHAKE, &certificates(&[&[7; 300]]));
        assert!(seen(&whole, 64).is_some());
        // Its last byte is that of the certificate.
        assert_eq!(seen(&whole[..whole.len() - 1], 64), None);
        let in_cipher = [record(23, &[1; 20]), whole.clone()].concat();
        assert_eq!(seen(&in_cipher, 64), None);
        assert!(seen(&[record(HANDSHAKE, &[]), whole].concat(), 64).is_some());
        let long = certificates(&[&[7; CERTIFICATE_ROOM]]);
        assert!(seen(&record(HANDSHAKE, &long), 64).is_some());
        let longer = certificates(&[&[7; CERTIFICATE_ROOM + 1]]);
        assert_eq!(seen(&record(HANDSHAKE, &longer), 64), None);
    }

    #[test]
    fn the_wish_for_a_certificate_is_seen_behind_that_of_the_service() {
        let asks = message(CERTIFICATE_REQUEST, &[1; 70]);
        for certificate in [certificates(&[&[7; 300]]), certificates(&[&[7; CERTIFICATE_ROOM + 1]])] {
            let seen = Seen::new();
            seen.received(&record(HANDSHAKE, &[certificate.clone(), message(12, &[13; 80])].concat()));
            assert!(!seen.wants_certificate());
            seen.received(&record(HANDSHAKE, &[&asks[..], &message(14, &[])].concat()));
            assert!(seen.wants_certificate());
            seen.begin();
            assert!(!seen.wants_certificate());
            seen.received(&record(20, &[1]));
            seen.received(&record(HANDSHAKE, &asks));
            assert!(!seen.wants_certificate(), "it is in cipher");
        }
    }

    #[test]
    fn an_alert_in_clear_is_seen_and_one_in_cipher_is_not() {
        alerts_are_seen(Seen::sent, Seen::sent_alert);
        alerts_are_seen(Seen::received, Seen::received_alert);
    }

    fn alerts_are_seen(take: fn(&Seen, &[u8]), alert: fn(&Seen) -> Option<u8>) {
        let seen = Seen::new();
        take(&seen, &record(HANDSHAKE, &[1, 0, 0, 1, 21]));
        assert_eq!(alert(&seen), None);
        take(&seen, &record(ALERT, &[2, 51, 9]));
        assert_eq!(alert(&seen), None);
        record(ALERT, &[2, 51]).iter().for_each(|byte| take(&seen, &[*byte]));
        assert_eq!(alert(&seen), Some(51));
        seen.begin();
        assert_eq!(alert(&seen), None);
    }
}
