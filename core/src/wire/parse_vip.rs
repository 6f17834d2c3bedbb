//! Answers of VIP User Services: a SOAP envelope, or the answer alone (core/PROTOCOL.md section 13). Elements are known
//! by their local names; prefixes are not resolved. What is not known is skipped, as in every message.

use super::reader::{Element, Kind, Reader, document};
use super::tokens::Stop;
use crate::error::{Error, Field};
use crate::text::Text;
use crate::vip::{Answer, Status, Transactions};

/// Reads an answer.
pub(crate) fn answer(xml: &[u8]) -> Result<Answer<'_>, Error> {
    document(xml, |reader, root| envelope(reader, xml, root))
}

/// Returns the next transaction of an answer's content that was checked.
pub(crate) fn next_transaction<'a>(reader: &mut Reader<'a>, content: &'a str) -> Option<Status<'a>> {
    // It was checked, so there is nothing to refuse.
    while let Some(child) = reader.child().ok()? {
        if name_at(content.as_bytes(), child.at) == b"transactionStatus" {
            return transaction(reader, content.as_bytes(), child).ok();
        }
        reader.skip().ok()?;
    }
    None
}

fn envelope<'a>(reader: &mut Reader<'a>, xml: &[u8], root: Element) -> Result<Answer<'a>, Stop> {
    if name_at(xml, root.at) != b"Envelope" {
        return content(reader, xml, root);
    }
    let mut answer = None;
    while let Some(part) = reader.child()? {
        if name_at(xml, part.at) != b"Body" {
            reader.skip()?;
            continue;
        }
        reader.once(answer.is_some(), Field::Body, part.at)?;
        let inner = reader.child()?;
        let inner = reader.given(inner, Field::VipStatus, part)?;
        answer = Some(content(reader, xml, inner)?);
        // A body holds one element; more of them would be other answers.
        reader.skip()?;
    }
    reader.given(answer, Field::Body, root)
}

/// Reads the element that holds the status.
fn content<'a>(reader: &mut Reader<'a>, xml: &[u8], element: Element) -> Result<Answer<'a>, Stop> {
    let start = reader.content_start();
    let mut request_id = None;
    let mut parts = Parts::default();
    while let Some(child) = reader.child()? {
        match name_at(xml, child.at) {
            b"requestId" => {
                reader.once(request_id.is_some(), Field::RequestId, child.at)?;
                request_id = Some(reader.text(Field::RequestId, Kind::Words)?);
            }
            b"transactionStatus" => {
                transaction(reader, xml, child)?;
            }
            name => parts.take(reader, name, child)?,
        }
    }
    let transactions = Transactions::checked(reader.content_since(start));
    Ok(Answer { request_id: request_id.flatten(), status: parts.status(reader, element)?, transactions })
}

fn transaction<'a>(reader: &mut Reader<'a>, xml: &[u8], element: Element) -> Result<Status<'a>, Stop> {
    let mut parts = Parts::default();
    while let Some(child) = reader.child()? {
        parts.take(reader, name_at(xml, child.at), child)?;
    }
    parts.status(reader, element)
}

/// The elements of a status; the inner option is empty for a blank one.
#[derive(Default)]
struct Parts<'a> {
    code: Option<Text<'a>>,
    message: Option<Option<Text<'a>>>,
    detail: Option<Option<Text<'a>>>,
    detail_message: Option<Option<Text<'a>>>,
}

impl<'a> Parts<'a> {
    fn take(&mut self, reader: &mut Reader<'a>, name: &[u8], child: Element) -> Result<(), Stop> {
        let (slot, field, kind) = match name {
            b"status" => {
                reader.once(self.code.is_some(), Field::VipStatus, child.at)?;
                self.code = Some(reader.mandatory(child, Field::VipStatus, Kind::Name)?);
                return Ok(());
            }
            b"statusMessage" => (&mut self.message, Field::StatusMessage, Kind::Words),
            b"detail" => (&mut self.detail, Field::Detail, Kind::Name),
            b"detailMessage" => (&mut self.detail_message, Field::DetailMessage, Kind::Words),
            _ => return reader.skip(),
        };
        reader.once(slot.is_some(), field, child.at)?;
        *slot = Some(reader.text(field, kind)?);
        Ok(())
    }

    fn status(self, reader: &mut Reader<'a>, element: Element) -> Result<Status<'a>, Stop> {
        Ok(Status {
            code: reader.given(self.code, Field::VipStatus, element)?,
            message: self.message.flatten(),
            detail: self.detail.flatten(),
            detail_message: self.detail_message.flatten(),
        })
    }
}

/// The local name of the element whose start tag begins at `at`.
fn name_at(source: &[u8], at: usize) -> &[u8] {
    let tag = source.get(at.saturating_add(1)..).unwrap_or_default();
    let name = tag
        .split(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>'))
        .next()
        .unwrap_or_default();
    name.rsplit(|byte| *byte == b':').next().unwrap_or_default()
}
