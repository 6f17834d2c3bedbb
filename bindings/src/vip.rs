//! Answers of VIP services and reporting records, as plain values for Python. It decides nothing: what an answer means
//! follows from the call that was made, which `hotdesk.vip` is told.

use hotdesk_core::codes::vip::VipCode;
use hotdesk_core::vip::{Answer, Records, Status};
use hotdesk_core::{Error, Text};

use crate::codes::{Row, row};
use crate::decode::text as owned;

/// Code, message, detail, detail message, transaction ID, credential ID, credential type.
pub(crate) type StatusParts =
    (String, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>);

/// Operation, request ID, number of a number challenge, status, statuses of the transactions, and for each credential
/// its ID and whether the push was sent.
pub(crate) type AnswerParts = (
    String,
    Option<String>,
    Option<String>,
    StatusParts,
    Vec<StatusParts>,
    Vec<(Option<String>, Option<bool>)>,
);

/// Line, column, start and end of a record in the input; its code, or what is wrong with it.
pub(crate) type RecordParts = (usize, usize, usize, usize, Option<String>, Option<String>);

/// Reads an answer.
pub(crate) fn answer(input: &[u8]) -> Result<AnswerParts, Error> {
    let answer = Answer::parse(input)?;
    Ok((
        answer.operation.to_owned(),
        optional(answer.request_id),
        optional(answer.numbers_challenge_value),
        status(&answer.status),
        answer.transactions.iter().map(|inner| status(&inner)).collect(),
        answer.pushes.iter().map(|push| (optional(push.credential_id), push.sent)).collect(),
    ))
}

fn status(status: &Status<'_>) -> StatusParts {
    (
        owned(status.code),
        optional(status.message),
        optional(status.detail),
        optional(status.detail_message),
        optional(status.transaction_id),
        optional(status.credential_id),
        optional(status.credential_type),
    )
}

fn optional(text: Option<Text<'_>>) -> Option<String> {
    text.map(owned)
}

/// Reads the records of a text, each one or what is wrong with it.
pub(crate) fn records(input: &[u8]) -> Vec<RecordParts> {
    let (mut line, mut line_start, mut counted) = (1, 0, 0);
    let mut place = |position: usize| {
        for (offset, byte) in input.get(counted..position).unwrap_or_default().iter().enumerate() {
            if *byte == b'\n' {
                line += 1;
                line_start = counted + offset + 1;
            }
        }
        counted = position;
        let before = input.get(line_start..position).unwrap_or_default();
        // In characters, as an editor counts.
        (line, before.iter().filter(|byte| *byte & 0xC0 != 0x80).count() + 1)
    };
    Records::new(input)
        .map(|record| match record {
            Ok(record) => {
                let (line, column) = place(record.position);
                let end = record.position + record.json.len();
                (line, column, record.position, end, Some(record.code.to_owned()), None)
            }
            Err(error) => {
                let (line, column) = place(error.position);
                (line, column, error.position, error.position, None, Some(error.reason.to_string()))
            }
        })
        .collect()
}

/// Returns the row of a code: as the status of a push or of any other call of User Services, as that of the voice
/// service, or as a `detail`. `None` for a code that has none.
pub(crate) fn code_row(code: &str, of: &str) -> Option<Row> {
    let code: VipCode = code.parse().ok()?;
    let found = match of {
        "voice" => code.voice(),
        "detail" => code.detail(),
        _ => code.row(),
    };
    found.map(row)
}
