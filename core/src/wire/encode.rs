//! Writes messages: elements in the order of the service's DTD, every text escaped, nothing that a reader would refuse
//! (PROTOCOL.md section 8). One encoder for all sinks. It must not tie the kinds of messages together: a program links
//! what it writes and no more.

#[cfg(feature = "phonexml")]
mod object;
mod request;
mod response;

use super::sink::Sink;
use super::text_value::WITHIN_ANY_BOUND;
use crate::bytes::{PLAIN, is};
use crate::error::{Error, Field, Limit, Unsendable};
use crate::message::{List, Message, Row};
use crate::percent;
use crate::text::{Text, is_blank, is_xml};
use crate::wipe;

type Encoded = Result<(), Error>;

/// A message that can be written.
pub trait Encode {
    /// Writes the document.
    #[doc(hidden)]
    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;
}

impl Encode for Message<'_> {
    fn write(&self, encoder: &mut Encoder<'_>) -> Encoded {
        match self {
            Message::Request(request) => request.write(encoder),
            Message::Query(query) => query.write(encoder),
            Message::Response(response) => response.write(encoder),
        }
    }
}

/// Writes a message into `out` and returns its length.
pub(crate) fn encode(out: &mut [u8], message: &impl Encode) -> Result<usize, Error> {
    let done = run(Sink::plain(&mut *out), message);
    wiped(out, done)
}

/// Returns the length of a message.
pub(crate) fn measure(message: &impl Encode) -> Result<usize, Error> {
    count(Sink::plain(&mut []), message)
}

/// Writes a message as a form body into `out` and returns the body's length.
pub(crate) fn encode_form(out: &mut [u8], message: &impl Encode) -> Result<usize, Error> {
    let mut sink = Sink::form(&mut *out);
    sink.raw(FIELD);
    let done = run(sink, message);
    wiped(out, done)
}

/// Returns the length of a form body.
pub(crate) fn measure_form(message: &impl Encode) -> Result<usize, Error> {
    let mut sink = Sink::form(&mut []);
    sink.raw(FIELD);
    count(sink, message)
}

/// The start of a form body: the name of its one field.
const FIELD: &[u8] = b"xml=";

fn run(sink: Sink<'_>, message: &impl Encode) -> Result<usize, Error> {
    let mut encoder = Encoder { sink };
    let result = message.write(&mut encoder);
    encoder.sink.finish(result)
}

fn count(sink: Sink<'_>, message: &impl Encode) -> Result<usize, Error> {
    let mut encoder = Encoder { sink };
    message.write(&mut encoder)?;
    Ok(encoder.sink.count())
}

/// Wipes `out` after an error: a half-written request may hold a certificate.
fn wiped(out: &mut [u8], done: Result<usize, Error>) -> Result<usize, Error> {
    if done.is_err() {
        wipe(out);
    }
    done
}

/// How a text is escaped.
#[derive(Clone, Copy)]
enum Escape {
    Element,
    Attribute,
    /// Percent-coded.
    Coded,
}

/// Writes into a sink.
pub struct Encoder<'b> {
    sink: Sink<'b>,
}

impl Encoder<'_> {
    fn element(&mut self, name: &str, content: impl FnOnce(&mut Self) -> Encoded) -> Encoded {
        self.sink.put("<");
        self.sink.put(name);
        self.sink.put(">");
        content(self)?;
        self.end(name);
        Ok(())
    }

    fn end(&mut self, name: &str) {
        self.sink.put("</");
        self.sink.put(name);
        self.sink.put(">");
    }

    /// Writes the rows of a list; there must be one.
    fn rows<'a, T: Row<'a>>(
        &mut self,
        field: Field,
        list: &List<'a, T>,
        mut row: impl FnMut(&mut Self, &T) -> Encoded,
    ) -> Encoded {
        if list.is_empty() {
            return Err(Error::Unsendable { field, reason: Unsendable::EmptyList });
        }
        list.iter().try_for_each(|item| row(self, &item))
    }

    /// Writes an element that holds a name.
    #[inline(never)]
    fn name(&mut self, field: Field, name: &Text<'_>) -> Encoded {
        self.element(field.name(), |e| e.bounded_text(field, name, Limit::Name))
    }

    /// Writes a text that must not be blank or over its bound.
    #[inline(never)]
    fn bounded_text(&mut self, field: Field, text: &Text<'_>, limit: Limit) -> Encoded {
        if self.simple_text(text) {
            return Ok(());
        }
        self.check_bounds(field, text, limit)?;
        self.text(field, text, Escape::Element)
    }

    /// Writes a text as it stands and returns true, if it is not blank, is within any bound, and needs no escape.
    #[inline]
    fn simple_text(&mut self, text: &Text<'_>) -> bool {
        let Some(plain) = text.as_str() else { return false };
        let bytes = plain.as_bytes();
        #[cfg(target_pointer_width = "64")]
        if self.sink.put_if(bytes, words::copy_simple) {
            return true;
        }
        // What reads as it stands is written as it stands; `>` is escaped besides.
        let simple = bytes.len() <= WITHIN_ANY_BOUND
            && bytes.first().is_some_and(|byte| *byte > b' ')
            && bytes.iter().all(|byte| is(*byte, PLAIN) && *byte != b'>');
        if simple {
            self.sink.put(plain);
        }
        simple
    }

    /// Refuses a text that is blank or over its bound.
    #[inline(never)]
    fn check_bounds(&self, field: Field, text: &Text<'_>, limit: Limit) -> Encoded {
        let (mut blank, mut size) = (true, 0_usize);
        for c in text.chars() {
            blank &= is_blank(c);
            size = size.saturating_add(if matches!(limit, Limit::Certificate) { c.len_utf8() } else { 1 });
        }
        let reason = match size {
            _ if blank => Unsendable::Blank,
            size if size > limit.most() => Unsendable::TooLong(limit),
            _ => return Ok(()),
        };
        Err(Error::Unsendable { field, reason })
    }

    /// Writes a text so that a reader gets the same characters.
    #[inline(never)]
    fn text(&mut self, field: Field, text: &Text<'_>, escape: Escape) -> Encoded {
        let mut utf8 = [0; 4];
        for c in text.chars() {
            let escaped = match (escape, c) {
                (Escape::Coded, _) => {
                    for byte in c.encode_utf8(&mut utf8).bytes() {
                        if percent::is_unreserved(byte) {
                            self.sink.put_bytes(&[byte]);
                        } else {
                            self.sink.put_bytes(&percent::escape(byte));
                        }
                    }
                    continue;
                }
                (_, '&') => "&amp;",
                (_, '<') => "&lt;",
                (_, '>') => "&gt;",
                // A reader would take these for a line feed or a space.
                (_, '\r') => "&#13;",
                (Escape::Attribute, '\n') => "&#10;",
                (Escape::Attribute, '\t') => "&#9;",
                (Escape::Attribute, '"') => "&quot;",
                (_, c) if !is_xml(c) => {
                    return Err(Error::Unsendable { field, reason: Unsendable::Character(c) });
                }
                _ => c.encode_utf8(&mut utf8),
            };
            self.sink.put(escaped);
        }
        Ok(())
    }
}

/// Copies short texts by words of 64 bits, so that no byte is handled by itself.
#[cfg(target_pointer_width = "64")]
mod words {
    /// Copies a text of 4 to 16 bytes if each is in `-` to `;` or `@` to DEL, as in most names, and returns whether it did. `place` is as
    /// long as `text`.
    #[inline]
    pub(super) fn copy_simple(place: &mut [u8], text: &[u8]) -> bool {
        // Two words that overlap cover it.
        if let (..=16, Some(first), Some(last)) =
            (text.len(), text.first_chunk::<8>(), text.last_chunk::<8>())
        {
            if let Some(place) = place.first_chunk_mut() {
                *place = *first;
            }
            if let Some(place) = place.last_chunk_mut() {
                *place = *last;
            }
            return are_simple(u64::from_ne_bytes(*first)) & are_simple(u64::from_ne_bytes(*last));
        }
        if let (..=8, Some([a, b, c, d]), Some([e, f, g, h])) =
            (text.len(), text.first_chunk(), text.last_chunk())
        {
            if let Some(place) = place.first_chunk_mut() {
                *place = [*a, *b, *c, *d];
            }
            if let Some(place) = place.last_chunk_mut() {
                *place = [*e, *f, *g, *h];
            }
            return are_simple(u64::from_ne_bytes([*a, *b, *c, *d, *e, *f, *g, *h]));
        }
        false
    }

    /// Returns true if each byte of a word is in `-` to `;` or `@` to DEL.
    #[inline]
    fn are_simple(word: u64) -> bool {
        // The highest bit of a byte is set by a byte under the bound; what it borrows from the next one is no matter then.
        let low = word.wrapping_sub(each(b'-'));
        // `<` to `?` are one block of four.
        let angle = (word ^ each(b'<')).wrapping_sub(each(4));
        (word | low | angle) & each(0x80) == 0
    }

    /// A word of eight times the same byte.
    const fn each(byte: u8) -> u64 {
        (u64::MAX / 255).wrapping_mul(byte as u64)
    }
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::words::copy_simple;

    #[test]
    fn a_text_is_copied_by_words_only_if_each_byte_stands_for_itself() {
        for length in 0..20 {
            for (at, byte) in (0..length).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
                let mut text = std::vec![b'a'; length];
                text[at] = byte;
                let mut place = std::vec![0; length];
                let simple = matches!(byte, b'-'..=b';' | b'@'..=0x7F);
                let copied = copy_simple(&mut place, &text);
                assert_eq!(copied, simple && (4..=16).contains(&length), "{byte:#x} at {at} of {length}");
                assert!(!copied || place == text, "{byte:#x} at {at} of {length}");
            }
        }
    }
}
