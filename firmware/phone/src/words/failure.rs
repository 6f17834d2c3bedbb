//! What a failure screen says.

use core::fmt;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::http;
use hotdesk_core::session::{ExchangeFailure, Phase};

use super::holder;
use super::text::{Words, fill};
use crate::app::{App, Ask, ConnectError, Failure, Holder, ServiceText, Signer, Trouble};

/// A failure: what it is, what to do, and what is known now.
pub(super) fn failed(app: &App<'_>, failure: &Failure, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    let signer = app.signer(failure.ask);
    match failure.trouble {
        Trouble::Refused(code) => refused(app, code, signer, Some(app.service_text()), out)?,
        trouble => reason(trouble, words, out)?,
    }
    if failure.ask == Ask::Who || !failure.trouble.calls_for_a_look() {
        return Ok(());
    }
    if failure.is_uncertain() {
        let unknown = match failure.ask {
            Ask::Logout => words.logout_unknown,
            Ask::Who | Ask::Login | Ask::Profiles => words.login_unknown,
        };
        write!(out, "\n{unknown}")?;
    }
    if app.is_looking() {
        write!(out, "\n{}", words.asking_who)
    } else if failure.settled && failure.ask == Ask::Login && matches!(app.holder(), Holder::Nobody) {
        write!(out, "\n{}", words.not_logged_in)
    } else if failure.settled {
        out.write_str("\n")?;
        holder(app, out)
    } else {
        Ok(())
    }
}

/// What the service refused, with which code.
pub(super) fn refused(
    app: &App<'_>,
    code: Option<EmServiceCode>,
    signer: Signer,
    text: Option<&ServiceText>,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let words = app.words();
    let known = code.and_then(|code| Some((code, code.name()?, (words.remedy)(code, signer)?)));
    if let Some((code, name, remedy)) = known {
        write!(out, "[{}] {name}\n{remedy}", code.number())?;
        return if code == EmServiceCode::DEVICE_DOES_NOT_EXIST {
            write!(out, "\n{}", app.device())
        } else {
            Ok(())
        };
    }
    match code {
        Some(code) => writeln!(out, "[{}] {}", code.number(), words.unknown_code)?,
        None => writeln!(out, "{}", words.no_code)?,
    }
    match text {
        Some(text) if text.as_str().is_empty() => writeln!(out, "{}", words.no_reason)?,
        Some(text) => {
            fill(out, words.service_says, &[&text.as_str()])?;
            writeln!(out, "{}", if text.goes_on() { words.and_more } else { "" })?;
        }
        None => {}
    }
    out.write_str(words.tell_admin)
}

/// What is wrong with an answer, or that there is none.
fn no_answer(failure: ExchangeFailure, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    match failure {
        ExchangeFailure::TimedOut(Phase::Answer) => out.write_str(words.answer_cut_late),
        ExchangeFailure::TimedOut(_) => out.write_str(words.no_answer),
        ExchangeFailure::Broken | ExchangeFailure::Http(http::Error::CutShort) => {
            out.write_str(words.answer_cut)
        }
        ExchangeFailure::Http(http::Error::BodyTooLong { limit }) => {
            fill(out, words.answer_too_long, &[&limit])
        }
        ExchangeFailure::Status(status) => {
            fill(out, words.status, &[&status])?;
            out.write_str(match status.number() {
                429 | 503 => words.status_busy,
                500..600 => words.status_problem,
                _ => words.status_not_the_service,
            })
        }
        ExchangeFailure::Http(error) => fill(out, words.answer_unreadable, &[&error]),
        // A failure that a later core may tell apart.
        _ => out.write_str(words.no_answer_at_all),
    }
}

/// What went wrong on the way to an answer.
pub(super) fn reason(trouble: Trouble, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    match trouble {
        Trouble::NoConnection(error) => {
            out.write_str(words.no_connection)?;
            out.write_str(match error {
                ConnectError::HostNotFound => words.host_not_found,
                ConnectError::NameServerSilent => words.name_server_silent,
                ConnectError::NameServerFailed => words.name_server_failed,
                ConnectError::NoNameServer => words.no_name_server,
                ConnectError::Refused => words.connection_refused,
                ConnectError::TimedOut => words.service_silent,
            })?;
            out.write_str(words.nothing_sent)
        }
        Trouble::RequestTooLong { needed } => fill(out, words.request_too_long, &[&needed]),
        Trouble::Unsendable => out.write_str(words.unsendable),
        Trouble::NoAnswer(error) => no_answer(error.failure(), words, out),
        Trouble::Unreadable { error, line, column } => {
            fill(out, words.document_unreadable, &[&line, &column, &error])
        }
        Trouble::Unexpected => out.write_str(words.unexpected),
        Trouble::DeviceUnknown => out.write_str(words.device_unknown),
        Trouble::NoApplicationUser => out.write_str(words.cannot_ask),
        Trouble::Refused(_) => Ok(()),
    }
}
