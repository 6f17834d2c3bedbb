//! The core's code tables and its reading of what a screen shows, as rows for Python. It decides nothing.

use std::borrow::Cow;

use hotdesk_core::codes::{Code, Family};
use hotdesk_core::explain;
use pyo3::prelude::*;

/// A code as its family writes it.
#[derive(IntoPyObject)]
pub(crate) enum Written {
    /// A number.
    Number(u16),
    /// Four hexadecimal digits.
    Text(String),
}

/// Family, code, name, meaning, who must act, remedy.
pub(crate) type Row =
    (&'static str, Option<Written>, &'static str, Cow<'static, str>, &'static str, &'static str);

/// What a meaning also says where the row was read from a symbolic name of Azure MFA.
const MAPPED_BY_TEXT: &str = " Reports give this result no number: the row is mapped by its text.";

/// Returns every row of every table.
pub(crate) fn rows() -> Vec<Row> {
    Family::ALL.into_iter().flat_map(Family::rows).map(row).collect()
}

/// Returns the rows that a text can mean.
pub(crate) fn explain(text: &str) -> Vec<Row> {
    let readings = explain::explain(text);
    let mapped = readings.clone();
    let read = |found: hotdesk_core::codes::Row| {
        let mut row = row(found);
        if mapped.is_mapped_by_text(found) {
            row.3 += MAPPED_BY_TEXT;
        }
        row
    };
    readings.map(read).collect()
}

/// Returns a row as Python has it.
pub(crate) fn row(row: hotdesk_core::codes::Row) -> Row {
    let code = row.code().map(|code| match code {
        Code::Vip(code) => Written::Text(code.to_string()),
        Code::Number(number) => Written::Number(number),
    });
    (row.family().as_str(), code, row.name(), row.meaning().into(), row.who().as_str(), row.remedy())
}
