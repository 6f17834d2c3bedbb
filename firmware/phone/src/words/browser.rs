//! What the phone says of a page: what the page says, what a number in it means, and why there is none, in the words of phones with
//! their meaning.

use core::fmt::{self, Write};

use hotdesk_core::codes::{Source, phone};
use hotdesk_core::session::ExchangeFailure;
use hotdesk_core::{Error, Refusal};

use super::codes::{self, Meaning, Remedy};
use super::failure::remedy_after;
use super::packed::fill;
use super::{Words, mode};
use crate::app::{App, ConnectError, Signer, Trouble};
use crate::browser::{Content, Field, Part, Say};
use crate::part::{self, write_texts};

/// Codes of the login application and of the service have three digits at most.
const LAST_CODE: u16 = 999;

pub(super) fn title<'a>(app: &'a App<'_>) -> &'a str {
    let page = &app.browser().page;
    if app.browser().fields.symbols().is_some() {
        return app.words().symbols;
    }
    let said = page.text(Part::Title).or_else(|| page.text(Part::Prompt));
    let own = if app.browser().url.is_empty() { app.words().services } else { app.words().page };
    said.filter(|text| !text.is_empty()).unwrap_or(own)
}

pub(super) fn title_note(app: &App<'_>) -> &'static str {
    let fields = &app.browser().fields;
    if let Some(symbols) = fields.symbols() {
        return ["1/4", "2/4", "3/4", "4/4"].get(symbols.page()).copied().unwrap_or_default();
    }
    fields.focused().map_or("", |field| mode(Field::mode(field)))
}

/// What the last line of a form says.
pub(crate) fn fields_hint(app: &App<'_>) -> &'static str {
    if app.browser().fields.is_full() { app.words().no_more_fits } else { "" }
}

pub(super) fn softkeys<'a>(app: &'a App<'_>) -> [&'a str; 3] {
    let words = app.words();
    if app.browser().say != Say::Nothing {
        return [words.key_ok, "", words.key_back];
    }
    if app.shows_fields() && app.browser().fields.symbols().is_some() {
        return [words.key_select, "", words.key_back];
    }
    [0, 1, 2].map(|place| match app.page_soft_key(place) {
        (Some(label), _) => label,
        (None, "SoftKey:Submit") => words.key_submit,
        (None, "SoftKey:<<") => "<<",
        (None, "SoftKey:Select") => words.key_select,
        (None, "SoftKey:Exit") => words.key_back,
        (None, "SoftKey:Next") => words.key_next,
        (None, "SoftKey:Update") => words.key_update,
        (None, "More") => words.key_more,
        (None, _) => "",
    })
}

/// The text of a page that shows text.
pub(super) fn body(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    let page = &app.browser().page;
    let prompt = page.text(Part::Prompt).filter(|_| page.text(Part::Title).is_some());
    match (app.browser().say, page.content) {
        (Say::Cannot, _) => return words.page_cannot.write(out),
        (Say::Prompt, _) => out.write_str(page.text(Part::Prompt).unwrap_or_default())?,
        (_, Content::Error(number)) => {
            let known = codes::of_phone(Source::PhoneObject, number, words);
            let (what, remedy) = known.unwrap_or((words.page_unreadable, Remedy::TellAdmin));
            what.write(out)?;
            return remedy_after(app, remedy, out);
        }
        (_, Content::Directory) => {
            for row in 0..page.rows() {
                let Some((name, number)) = page.row_at(row) else { break };
                write_texts(out, &[if row > 0 { "\n" } else { "" }, name, "\n  ", number])?;
            }
        }
        (_, Content::List | Content::Execute) => words.page_empty.write(out)?,
        _ => {
            out.write_str(page.text(Part::Text).unwrap_or_default())?;
            if let Some(prompt) = prompt {
                write_texts(out, &["\n", prompt])?;
            }
        }
    }
    let Some(code) = app.page_code() else { return Ok(()) };
    match of_code(code, words) {
        Some((what, remedy)) => {
            out.write_str("\n")?;
            what.write(out)?;
            remedy_after(app, remedy, out)
        }
        // One of a second factor, which stands behind what it means.
        None if code > LAST_CODE => Ok(()),
        None => {
            out.write_str("\n")?;
            fill(out, words.number_unknown, &[part::Part::number(code)])
        }
    }
}

/// What is said, smaller, below a page.
pub(super) fn note(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let page = &app.browser().page;
    match page.content {
        Content::Error(number) => phone_name(Source::PhoneObject, number, out),
        _ if page.is_cut() => app.words().page_cut.write(out),
        _ => Ok(()),
    }
}

/// A number that the login application shows: its own, or one of the service. Some mean something else for a visitor, and it is for
/// visitors that the application shows those.
fn of_code(code: u16, words: &Words) -> Option<Meaning> {
    codes::of_app(code, words)
        .or_else(|| codes::of_visitor(code, words))
        .or_else(|| codes::of_service(code.into(), Signer::Person, words))
}

/// What a page that did not come means; `other` is what it means for an answer of the service.
pub(super) fn meaning(trouble: Trouble, other: Meaning, words: &Words) -> Meaning {
    match trouble {
        Trouble::NoAnswer(error) => match error.failure() {
            ExchangeFailure::Status(status) if !matches!(status.number(), 429 | 503) => {
                (words.page_not_fetched, Remedy::TellAdmin)
            }
            _ => other,
        },
        Trouble::Unreadable { error, .. } if is_too_long(error) => (words.answer_too_long, Remedy::TellAdmin),
        Trouble::Unreadable { .. } => (words.page_unreadable, Remedy::TellAdmin),
        Trouble::Unexpected => (words.page_unsupported, Remedy::TellAdmin),
        _ => other,
    }
}

/// What a phone calls it. A line feed follows.
pub(super) fn name(trouble: Trouble, out: &mut dyn Write) -> fmt::Result {
    let (source, number) = match trouble {
        Trouble::NoConnection(ConnectError::HostNotFound) => return out.write_str("Host not found\n"),
        Trouble::NoConnection(_) => (Source::PhoneHttp, 10),
        Trouble::NoAnswer(error) => match error.failure() {
            ExchangeFailure::Status(status) if matches!(status.number(), 404 | 500 | 503) => {
                (Source::PhoneHttp, status.number())
            }
            _ => (Source::PhoneHttp, 8),
        },
        Trouble::Unreadable { error, .. } if is_too_long(error) => return out.write_str("Data too large!\n"),
        Trouble::Unreadable { .. } => (Source::PhoneXml, 4),
        Trouble::Unexpected => (Source::PhoneXml, 5),
        _ => return Ok(()),
    };
    phone_name(source, number, out)?;
    out.write_str("\n")
}

fn phone_name(source: Source, number: u16, out: &mut dyn Write) -> fmt::Result {
    phone::rows(source, number).next().map_or(Ok(()), |row| out.write_str(row.name()))
}

/// A text is longer than the phone's memory for one.
fn is_too_long(error: Error) -> bool {
    matches!(error, Error::Refused { reason: Refusal::Window, .. })
}
