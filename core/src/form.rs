//! The form body that carries a message: `xml=` and the percent-encoded document (core/PROTOCOL.md section 9).
//! Writing one is [`Message::encode_form`](crate::Message::encode_form); reading one is for the service's side.

use crate::error::{Error, Refusal};
use crate::percent;

/// The `Content-Type` of a form body.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// Decodes the field `xml` of a form body in place and returns the document.
///
/// `body` is overwritten from its start; what it holds behind the document, or after an error, is of no use.
///
/// # Errors
///
/// [`Error::Refused`] with [`Refusal::NoXmlField`], [`Refusal::TwoXmlFields`] or [`Refusal::PercentEscape`] and the
/// position in the body as it came.
///
/// ```
/// use hotdesk_core::form;
///
/// let mut body = *b"xml=%3Cresponse%3E%3Csuccess/%3E%3C/response%3E";
/// assert_eq!(form::decode(&mut body)?, b"<response><success/></response>");
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
pub fn decode(body: &mut [u8]) -> Result<&[u8], Error> {
    let (start, end) = find(body)?;
    let mut read = start;
    let mut written = 0;
    while let Some(&byte) = body.get(read).filter(|_| read < end) {
        let decoded = match byte {
            b'+' => b' ',
            b'%' => {
                let digit =
                    |at: usize| body.get(at).filter(|_| at < end).and_then(|digit| percent::hex(*digit));
                let (Some(high), Some(low)) = (digit(read + 1), digit(read + 2)) else {
                    return Err(Error::refused(Refusal::PercentEscape, read));
                };
                read += 2;
                high << 4 | low
            }
            byte => byte,
        };
        read += 1;
        if let Some(place) = body.get_mut(written) {
            *place = decoded;
        }
        written += 1;
    }
    Ok(body.get(..written).unwrap_or_default())
}

/// Returns where the value of the field `xml` starts and ends.
fn find(body: &[u8]) -> Result<(usize, usize), Error> {
    let mut found = None;
    let mut start = 0;
    for field in body.split(|byte| *byte == b'&') {
        if let Some(value) = field.strip_prefix(b"xml=") {
            if found.is_some() {
                return Err(Error::refused(Refusal::TwoXmlFields, start));
            }
            found = Some((start + field.len() - value.len(), start + field.len()));
        }
        start += field.len() + 1;
    }
    found.ok_or(Error::refused(Refusal::NoXmlField, body.len()))
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
