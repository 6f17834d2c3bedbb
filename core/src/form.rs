//! The form body that carries a message: `xml=` and the percent-encoded document (PROTOCOL.md section 9).
//! [`Message::encode_form`](crate::Message::encode_form) writes one; reading one is for the service's side.

use core::cell::Cell;

use crate::error::{Error, Refusal};
use crate::percent;

/// The `Content-Type` of a form body.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// Decodes the field `xml` of a form body in place and returns the document.
///
/// `body` is overwritten from its start. Its bytes after the document, and all of them after an error, are unspecified.
///
/// # Errors
///
/// [`Error::Refused`] with [`Refusal::NoXmlField`], [`Refusal::TwoXmlFields`] or [`Refusal::PercentEscape`] and the
/// position in the original body.
///
/// ```
/// use hotdesk_core::form;
///
/// let mut body = *b"xml=%3Cresponse%3E%3Csuccess/%3E%3C/response%3E";
/// assert_eq!(form::decode(&mut body)?, b"<response><success/></response>");
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
pub fn decode(body: &mut [u8]) -> Result<&[u8], Error> {
    let mut read = find(body, 0).ok_or(Error::refused(Refusal::NoXmlField, body.len()))?;
    let mut written = 0;
    // Cells allow the document to be written over the body. No byte is overwritten before it is read.
    let cells = Cell::from_mut(&mut *body).as_slice_of_cells();
    while let Some(cell) = cells.get(read) {
        let mut byte = cell.get();
        // One test for most bytes: all special ones are in this range of ASCII.
        if matches!(byte, b'%'..=b'+') {
            match byte {
                b'&' => break,
                b'+' => byte = b' ',
                b'%' => {
                    let digit = |place| cells.get(read.wrapping_add(place)).map_or(NO_DIGIT, digit);
                    let (high, low) = (digit(1), digit(2));
                    if high | low > 0xF {
                        return Err(Error::refused(Refusal::PercentEscape, read));
                    }
                    byte = high << 4 | low;
                    read = read.wrapping_add(2);
                }
                _ => {}
            }
        }
        read = read.wrapping_add(1);
        // Always in range: `written` never overtakes `read`.
        if let Some(place) = cells.get(written) {
            place.set(byte);
        }
        written = written.wrapping_add(1);
    }
    if let Some(second) = find(body, read.wrapping_add(1)) {
        return Err(Error::refused(Refusal::TwoXmlFields, second.wrapping_sub(NAME.len())));
    }
    Ok(body.get(..written).unwrap_or_default())
}

/// The name of the field, with its `=`.
const NAME: &[u8] = b"xml=";

/// Returns where the value of the next field `xml` starts, looking from the field at `start` on.
fn find(body: &[u8], mut start: usize) -> Option<usize> {
    loop {
        let field = body.get(start..)?;
        if field.starts_with(NAME) {
            return Some(start.wrapping_add(NAME.len()));
        }
        let length = field.iter().position(|byte| *byte == b'&')?;
        start = start.wrapping_add(length).wrapping_add(1);
    }
}

/// What [`digit`] returns for a byte that is not a digit: above the value of any digit.
const NO_DIGIT: u8 = u8::MAX;

/// Returns the value of a hexadecimal digit.
fn digit(cell: &Cell<u8>) -> u8 {
    #[allow(clippy::indexing_slicing, reason = "runs when this crate is compiled, where a panic is an error")]
    static DIGITS: [u8; 256] = {
        let mut digits = [NO_DIGIT; 256];
        let mut byte = 0;
        while byte < u8::MAX {
            if let Some(value) = percent::hex(byte) {
                digits[byte as usize] = value;
            }
            byte += 1;
        }
        digits
    };
    DIGITS.get(usize::from(cell.get())).copied().unwrap_or(NO_DIGIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &str) -> Result<std::vec::Vec<u8>, Error> {
        decode(&mut std::vec::Vec::from(body)).map(<[u8]>::to_vec)
    }

    #[test]
    fn rule_9_1_the_field_xml_is_there_once() {
        assert_eq!(decoded("a=b&xml=%3Ca/%3E&c=%zz").unwrap(), b"<a/>");
        assert_eq!(decoded("").unwrap_err(), Error::refused(Refusal::NoXmlField, 0));
        assert_eq!(decoded("html=x").unwrap_err(), Error::refused(Refusal::NoXmlField, 6));
        assert_eq!(decoded("xml=a&xml=b").unwrap_err(), Error::refused(Refusal::TwoXmlFields, 6));
    }

    #[test]
    fn rule_9_2_plus_is_a_space_and_escapes_are_bytes() {
        assert_eq!(decoded("xml=a+b%2Bc%2b").unwrap(), b"a b+c+");
        assert_eq!(decoded("xml=").unwrap(), b"");
        for (body, at) in [("xml=a%", 5), ("xml=a%2", 5), ("xml=%g0", 4), ("xml=%4&b=1", 4)] {
            assert_eq!(decoded(body).unwrap_err(), Error::refused(Refusal::PercentEscape, at), "{body}");
        }
    }
}
