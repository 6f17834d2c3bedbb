//! Answers of VIP services: a SOAP envelope, or the answer alone (PROTOCOL.md section 13). Elements are matched by local
//! name; prefixes are not resolved. Unknown elements are skipped, as in every message.

use super::reader::{Reader, document};
use super::text_value::TextKind;
use super::tokens::Stop;
use crate::error::{Error, Field, Refusal};
use crate::text::Text;
use crate::vip::{Answer, Push, Pushes, Status, Transactions};

/// Reads an answer.
pub(crate) fn answer(xml: &[u8]) -> Result<Answer<'_>, Error> {
    Ok(document(xml, |reader, _| envelope(reader))?)
}

/// Returns the next transaction in the content of an answer that has been checked.
pub(crate) fn next_transaction<'a>(reader: &mut Reader<'a>) -> Option<Status<'a>> {
    next_row(reader, b"transactionStatus", transaction)
}

/// Returns the next credential that a push was meant for, in the content of an answer that has been checked.
pub(crate) fn next_push<'a>(reader: &mut Reader<'a>) -> Option<Push<'a>> {
    next_row(reader, b"pushDetail", |reader| push(reader, &mut None))
}

fn next_row<'a, T>(
    reader: &mut Reader<'a>,
    name: &[u8],
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Stop>,
) -> Option<T> {
    // The content has been checked, so nothing is refused here.
    while reader.next().ok()?.is_some() {
        if local_name(reader) == name {
            return read(reader).ok();
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
    let operation = core::str::from_utf8(local_name(reader)).unwrap_or_default();
    // The form with a `ReasonCode` has the ID as an attribute.
    let attribute = reader.optional_attribute(b"RequestId", Field::RequestId)?;
    let mut request_id = None;
    let mut numbers_challenge_value = None;
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
            b"pushDetail" => {
                push(reader, &mut numbers_challenge_value)?;
            }
            b"numbersChallengeValue" => number(reader, &mut numbers_challenge_value)?,
            b"Status" => reasons(reader, &mut parts)?,
            name => parts.take(reader, name)?,
        }
    }
    let content = reader.content();
    Ok(Answer {
        operation,
        request_id: request_id.flatten().or(attribute),
        status: parts.status(reader, at)?,
        numbers_challenge_value,
        pushes: Pushes::checked(content),
        transactions: Transactions::checked(content),
    })
}

/// Reads the number of a number challenge, which an answer has once.
fn number<'a>(reader: &mut Reader<'a>, found: &mut Option<Text<'a>>) -> Result<(), Stop> {
    reader.once(found.is_some(), Field::NumbersChallengeValue, reader.at())?;
    *found = Some(reader.mandatory(Field::NumbersChallengeValue, TextKind::Name)?);
    Ok(())
}

fn push<'a>(reader: &mut Reader<'a>, challenge: &mut Option<Text<'a>>) -> Result<Push<'a>, Stop> {
    let (mut credential_id, mut sent) = (None, None);
    while reader.next()?.is_some() {
        let at = reader.at();
        match local_name(reader) {
            b"pushCredentialId" => {
                reader.once(credential_id.is_some(), Field::PushCredentialId, at)?;
                credential_id = Some(reader.text(Field::PushCredentialId, TextKind::Name)?);
            }
            b"pushSent" => {
                reader.once(sent.is_some(), Field::PushSent, at)?;
                let text = reader.mandatory(Field::PushSent, TextKind::Name)?;
                sent = Some(if text == "true" || text == "1" {
                    true
                } else if text == "false" || text == "0" {
                    false
                } else {
                    return Err(reader.refuse(Refusal::Value(Field::PushSent), at));
                });
            }
            b"numbersChallengeValue" => number(reader, challenge)?,
            _ => reader.skip()?,
        }
    }
    Ok(Push { credential_id: credential_id.flatten(), sent })
}

fn transaction<'a>(reader: &mut Reader<'a>) -> Result<Status<'a>, Stop> {
    let at = reader.at();
    let mut parts = Parts::default();
    while reader.next()?.is_some() {
        parts.take(reader, local_name(reader))?;
    }
    parts.status(reader, at)
}

/// Reads a `Status` whose parts have names of their own.
fn reasons<'a>(reader: &mut Reader<'a>, parts: &mut Parts<'a>) -> Result<(), Stop> {
    while reader.next()?.is_some() {
        let name: &[u8] = match local_name(reader) {
            b"ReasonCode" => b"status",
            b"StatusMessage" => b"statusMessage",
            b"ErrorDetail" => b"detailMessage",
            _ => b"",
        };
        parts.take(reader, name)?;
    }
    Ok(())
}

/// The elements of a status. The inner option is `None` for a blank element.
#[derive(Default)]
struct Parts<'a> {
    code: Option<Text<'a>>,
    message: Option<Option<Text<'a>>>,
    detail: Option<Option<Text<'a>>>,
    detail_message: Option<Option<Text<'a>>>,
    transaction_id: Option<Option<Text<'a>>>,
    credential_id: Option<Option<Text<'a>>>,
    credential_type: Option<Option<Text<'a>>>,
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
            b"transactionId" => (&mut self.transaction_id, Field::TransactionId, TextKind::Name),
            b"credentialId" => (&mut self.credential_id, Field::CredentialId, TextKind::Name),
            b"credentialType" => (&mut self.credential_type, Field::CredentialType, TextKind::Name),
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
            transaction_id: self.transaction_id.flatten(),
            credential_id: self.credential_id.flatten(),
            credential_type: self.credential_type.flatten(),
        })
    }
}

/// Returns the name of the innermost open element without its prefix.
fn local_name<'a>(reader: &Reader<'a>) -> &'a [u8] {
    reader.name().rsplit(|byte| *byte == b':').next().unwrap_or_default()
}
