//! Answers of VIP User Services: a SOAP envelope, or the answer alone (PROTOCOL.md section 13). Elements are matched by
//! local name; prefixes are not resolved. Unknown elements are skipped, as in every message.

use super::reader::{Reader, document};
use super::text_value::TextKind;
use super::tokens::Stop;
use crate::error::{Error, Field, Refusal};
use crate::text::Text;
use crate::vip::{Answer, Status, Transactions};

/// Reads an answer.
pub(crate) fn answer(xml: &[u8]) -> Result<Answer<'_>, Error> {
    Ok(document(xml, |reader, _| envelope(reader))?)
}

/// Returns the next transaction in the content of an answer that has been checked.
pub(crate) fn next_transaction<'a>(reader: &mut Reader<'a>) -> Option<Status<'a>> {
    // The content has been checked, so nothing is refused here.
    while reader.next().ok()?.is_some() {
        if local_name(reader) == b"transactionStatus" {
            return transaction(reader).ok();
        }
        reader.skip().ok()?;
    }
    None
}

fn envelope<'a>(reader: &mut Reader<'a>) -> Result<Answer<'a>, Stop> {
    let root = reader.at();
    if local_name(reader) != b"Envelope" {
        return content(reader);
    }
    let mut answer = None;
    while reader.next()?.is_some() {
        if local_name(reader) != b"Body" {
            reader.skip()?;
            continue;
        }
        let body = reader.at();
        reader.once(answer.is_some(), Field::Body, body)?;
        if reader.next()?.is_none() {
            return Err(reader.refuse(Refusal::Missing(Field::VipStatus), body));
        }
        answer = Some(content(reader)?);
        // Only the first element of a body is the answer.
        reader.skip()?;
    }
    answer.ok_or_else(|| reader.refuse(Refusal::Missing(Field::Body), root))
}

/// Reads the element that holds the status; its start tag has been read.
fn content<'a>(reader: &mut Reader<'a>) -> Result<Answer<'a>, Stop> {
    let at = reader.at();
    let mut request_id = None;
    let mut parts = Parts::default();
    while reader.next()?.is_some() {
        match local_name(reader) {
            b"requestId" => {
                reader.once(request_id.is_some(), Field::RequestId, reader.at())?;
                request_id = Some(reader.text(Field::RequestId, TextKind::Unbounded)?);
            }
            b"transactionStatus" => {
                transaction(reader)?;
            }
            name => parts.take(reader, name)?,
        }
    }
    let transactions = Transactions::checked(reader.content());
    Ok(Answer { request_id: request_id.flatten(), status: parts.status(reader, at)?, transactions })
}

fn transaction<'a>(reader: &mut Reader<'a>) -> Result<Status<'a>, Stop> {
    let at = reader.at();
    let mut parts = Parts::default();
    while reader.next()?.is_some() {
        parts.take(reader, local_name(reader))?;
    }
    parts.status(reader, at)
}

/// The elements of a status. The inner option is `None` for a blank element.
#[derive(Default)]
struct Parts<'a> {
    code: Option<Text<'a>>,
    message: Option<Option<Text<'a>>>,
    detail: Option<Option<Text<'a>>>,
    detail_message: Option<Option<Text<'a>>>,
}

impl<'a> Parts<'a> {
    fn take(&mut self, reader: &mut Reader<'a>, name: &[u8]) -> Result<(), Stop> {
        let at = reader.at();
        let (part, field, kind) = match name {
            b"status" => {
                reader.once(self.code.is_some(), Field::VipStatus, at)?;
                self.code = Some(reader.mandatory(Field::VipStatus, TextKind::Name)?);
                return Ok(());
            }
            b"statusMessage" => (&mut self.message, Field::StatusMessage, TextKind::Unbounded),
            b"detail" => (&mut self.detail, Field::Detail, TextKind::Name),
            b"detailMessage" => (&mut self.detail_message, Field::DetailMessage, TextKind::Unbounded),
            _ => return reader.skip(),
        };
        reader.once(part.is_some(), field, at)?;
        *part = Some(reader.text(field, kind)?);
        Ok(())
    }

    /// Returns the status; `at` is the offset of the element that must hold it.
    fn status(self, reader: &mut Reader<'a>, at: usize) -> Result<Status<'a>, Stop> {
        Ok(Status {
            code: self.code.ok_or_else(|| reader.refuse(Refusal::Missing(Field::VipStatus), at))?,
            message: self.message.flatten(),
            detail: self.detail.flatten(),
            detail_message: self.detail_message.flatten(),
        })
    }
}

/// Returns the name of the innermost open element without its prefix.
fn local_name<'a>(reader: &Reader<'a>) -> &'a [u8] {
    reader.name().rsplit(|byte| *byte == b':').next().unwrap_or_default()
}
