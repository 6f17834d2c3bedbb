//! What a failure says: what happened, what is known now, what to do; then, smaller, its code and name.

use core::fmt;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::session::{ExchangeFailure, Phase};
use hotdesk_core::{Error, http};

use super::Words;
use super::codes::{self, Meaning, Remedy};
use super::course::logged_out;
use super::packed::{Text, fill};
#[cfg(feature = "tls")]
use super::secured;
use crate::app::{App, Ask, ConnectError, Failure, Holder, NetworkState, Screen, Signer, Trouble};
use crate::config::AppUser;
use crate::part::{Part, write_all, write_texts};

/// A failure of what somebody asked for.
pub(super) fn failed(app: &App<'_>, failure: &Failure, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    if app.lost_profile(failure) {
        return words.profile_gone.write(out);
    }
    let (what, remedy) = meaning(failure.trouble, app.signer(failure.ask), words);
    #[cfg(feature = "browser")]
    if failure.ask == Ask::Page {
        let (what, remedy) = super::browser::meaning(failure.trouble, (what, remedy), words);
        what.write(out)?;
        return remedy_after(app, remedy, out);
    }
    happened(failure.trouble, what, words, out)?;
    hint(app, failure.trouble, app.signer(failure.ask), out)?;
    service_says(app, failure.trouble, out)?;
    known(app, failure, out)?;
    if app.logged_out().is_some() {
        out.write_str(" ")?;
        logged_out(app, out)?;
    }
    if !matches!(failure.trouble, Trouble::Cancelled { .. }) {
        remedy_after(app, remedy, out)?;
    }
    if failure.calls_for_a_look() && !failure.settled && app.is_looking() {
        words.asking_who.write_after("\n", out)?;
    }
    Ok(())
}

/// Why a question has no answer, beside what the screen says of it.
pub(super) fn told(app: &App<'_>, trouble: Trouble, signer: Signer, out: &mut dyn fmt::Write) -> fmt::Result {
    let (what, remedy) = meaning(trouble, signer, app.words());
    happened(trouble, what, app.words(), out)?;
    hint(app, trouble, signer, out)?;
    // What the service says is kept only where somebody asked.
    if signer == Signer::Person {
        service_says(app, trouble, out)?;
    }
    remedy_after(app, remedy, out)
}

/// The code and the name of the failure on the screen, for whoever is told of it. Nothing where there is none.
pub(crate) fn note(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    match app.screen() {
        #[cfg(feature = "browser")]
        Screen::Failed(failure) if failure.ask == Ask::Page => {
            super::browser::name(failure.trouble, out)?;
            name(failure.trouble, app.words(), out)
        }
        #[cfg(feature = "browser")]
        Screen::Page => super::browser::note(app, out),
        Screen::Failed(failure) => name(failure.trouble, app.words(), out),
        Screen::NoProfiles(trouble) => name(*trouble, app.words(), out),
        Screen::Idle if app.network() == NetworkState::Ready => {
            app.look_trouble().map_or(Ok(()), |trouble| name(trouble, app.words(), out))
        }
        _ => Ok(()),
    }
}

/// What is known of a change that failed.
fn known(app: &App<'_>, failure: &Failure, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    let is_known = failure.settled || !failure.trouble.may_have_happened();
    match (failure.ask, app.holder(), app.elsewhere()) {
        _ if failure.is_uncertain() => {
            out.write_str(" ")?;
            match (failure.ask, app.last_holder(), app.elsewhere()) {
                (Ask::Logout, Some(user), _) => {
                    fill(out, words.logout_of_unknown, &[Part::Text(user.as_str())])
                }
                (Ask::LogoutThere, _, Some(elsewhere)) => {
                    fill(out, words.logout_there_unknown, &[Part::Text(elsewhere.device.as_str())])
                }
                (Ask::Logout | Ask::LogoutThere, ..) => words.logout_unknown.write(out),
                _ => words.login_unknown.write(out),
            }
        }
        (Ask::LogoutThere, _, Some(elsewhere)) if is_known => {
            out.write_str(" ")?;
            fill(out, words.still_logged_in_there, &[Part::Text(elsewhere.device.as_str())])
        }
        (Ask::Login, Holder::Nobody, _) if failure.settled => words.not_logged_in.write_after(" ", out),
        (Ask::Logout, Holder::Nobody, _) if failure.settled => {
            words.nobody_is_logged_in.write_after(" ", out)
        }
        (Ask::Login, Holder::User(user), _) if failure.settled => {
            out.write_str(" ")?;
            fill(out, words.is_logged_in, &[Part::Text(user.as_str())])
        }
        (Ask::Logout, Holder::User(user), _) if is_known => {
            out.write_str(" ")?;
            fill(out, words.is_logged_in, &[Part::Text(user.as_str())])
        }
        _ => Ok(()),
    }
}

/// What may be the cause, as far as the phone can tell: a blank that nobody sees in the configuration.
fn hint(app: &App<'_>, trouble: Trouble, signer: Signer, out: &mut dyn fmt::Write) -> fmt::Result {
    let refused = trouble == Trouble::Refused(Some(EmServiceCode::INVALID_APP_USER));
    let app_user = app.config().and_then(|config| config.app_user()).filter(|_| signer == Signer::AppUser);
    if refused && app_user.is_some_and(AppUser::certificate_has_outer_blank) {
        app.words().outer_blank.write_after(" ", out)?;
    }
    Ok(())
}

pub(super) fn remedy_after(app: &App<'_>, remedy: Remedy, out: &mut dyn fmt::Write) -> fmt::Result {
    out.write_str(" ")?;
    let text = remedy.text(app.words());
    match (remedy, app.config()) {
        #[cfg(feature = "provisioning")]
        (Remedy::ChangeIt, Some(config)) => fill(out, text, &[Part::UserPage(&app.user_page(config))]),
        #[cfg(not(feature = "provisioning"))]
        (Remedy::ChangeIt, Some(config)) => fill(out, text, &[Part::UserPage(&config.user_page())]),
        _ => fill(out, text, &[Part::Text(app.device().as_str())]),
    }
}

/// What the service gives as its reason where its code says nothing.
fn service_says(app: &App<'_>, trouble: Trouble, out: &mut dyn fmt::Write) -> fmt::Result {
    let Trouble::Refused(code) = trouble else { return Ok(()) };
    if code.is_some_and(|code| code.name().is_some()) {
        return Ok(());
    }
    let words = app.words();
    let text = app.service_text();
    if text.as_str().is_empty() {
        return words.no_reason.write_after(" ", out);
    }
    out.write_str(" ")?;
    let end = if text.goes_on() { "..." } else { "" };
    fill(out, words.service_says, &[text.as_str(), end].map(Part::Text))
}

/// Writes what happened: `what`, and the name and days of a certificate in it.
fn happened(trouble: Trouble, what: Text, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    #[cfg(feature = "tls")]
    if let Trouble::NoConnection(ConnectError::Refusal(refusal)) = trouble {
        return secured::refused(refusal, words, out);
    }
    let _ = (trouble, words);
    what.write(out)
}

/// What happened, and what the person does.
fn meaning(trouble: Trouble, signer: Signer, words: &Words) -> Meaning {
    match trouble {
        Trouble::Refused(code) => code
            .and_then(|code| codes::of_service(code, signer, words))
            .unwrap_or((words.service_refused, Remedy::TellAdmin)),
        #[cfg(feature = "tls")]
        Trouble::NoConnection(ConnectError::Refusal(refusal)) => (words.tls_failed, secured::remedy(refusal)),
        Trouble::NoConnection(error) => (no_connection(error, words), Remedy::TryLaterOrTell),
        Trouble::RequestTooLong { .. } => (words.request_too_long, Remedy::ShortenId),
        Trouble::Unsendable => (words.unsendable, Remedy::TellAdmin),
        Trouble::NoAnswer(error) => no_answer(error.failure(), words),
        Trouble::NetworkLost => (words.no_network, Remedy::TryLater),
        #[cfg(feature = "browser")]
        Trouble::NotFollowed(None) => (words.page_https, Remedy::TellAdmin),
        #[cfg(feature = "browser")]
        Trouble::NotFollowed(Some(_)) => (words.page_not_followed, Remedy::TellAdmin),
        Trouble::Unreadable { .. } => (words.answer_unreadable, Remedy::TellAdmin),
        Trouble::Unexpected => (words.other_answer, Remedy::TellAdmin),
        Trouble::DeviceUnknown => (words.phone_unknown, Remedy::TellName),
        Trouble::NoApplicationUser => (words.app_user_missing, Remedy::AskAdmin),
        Trouble::Cancelled { sent: true } => (words.request_sent, Remedy::Nothing),
        Trouble::Cancelled { sent: false } => (words.cancelled_in_time, Remedy::Nothing),
    }
}

fn no_connection(error: ConnectError, words: &Words) -> Text {
    match error {
        ConnectError::HostNotFound => words.host_not_found,
        ConnectError::NameServerSilent => words.name_server_silent,
        ConnectError::NameServerFailed => words.name_server_failed,
        ConnectError::NoNameServer => words.no_name_server,
        ConnectError::Refused => words.connection_refused,
        ConnectError::TimedOut => words.service_silent,
        ConnectError::NoNetwork => words.no_network,
        #[cfg(feature = "tls")]
        ConnectError::Refusal(_) => words.tls_failed,
        #[cfg(feature = "provisioning")]
        ConnectError::NoService => words.no_service_yet,
    }
}

fn no_answer(failure: ExchangeFailure, words: &Words) -> Meaning {
    match failure {
        ExchangeFailure::TimedOut(Phase::Answer) => (words.answer_late, Remedy::TryLater),
        ExchangeFailure::Broken | ExchangeFailure::Http(http::Error::CutShort) => {
            (words.connection_broke, Remedy::TryLater)
        }
        ExchangeFailure::Http(http::Error::BodyTooLong { .. }) => (words.answer_too_long, Remedy::TellAdmin),
        ExchangeFailure::Status(status) => codes::of_status(status.number(), words),
        ExchangeFailure::Http(_) => (words.answer_unreadable, Remedy::TellAdmin),
        // Time-outs before the answer, and a failure that a later core may tell apart.
        _ => (words.service_did_not_answer, Remedy::TryLater),
    }
}

/// Writes code and name. What only a programmer can use is in English.
pub(super) fn name(trouble: Trouble, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    match trouble {
        Trouble::Refused(Some(code)) => coded(code, words, out),
        Trouble::Refused(None) => words.no_code.write(out),
        #[cfg(feature = "tls")]
        Trouble::NoConnection(ConnectError::Refusal(refusal)) => secured::name(refusal, words, out),
        Trouble::NoConnection(_) => words.no_connection.write(out),
        Trouble::RequestTooLong { needed } => fill(out, words.bytes_needed, &[Part::number(needed)]),
        Trouble::Unsendable => words.request_not_sent.write(out),
        Trouble::NoAnswer(error) => match error.failure() {
            ExchangeFailure::TimedOut(Phase::Answer)
            | ExchangeFailure::Broken
            | ExchangeFailure::Http(http::Error::CutShort) => words.answer_cut.write(out),
            ExchangeFailure::Http(http::Error::BodyTooLong { limit }) => {
                fill(out, words.more_than_bytes, &[Part::number(limit)])
            }
            ExchangeFailure::Status(status) => fill(out, words.status, &[Part::number(status.number())]),
            ExchangeFailure::Http(error) => write_texts(out, &["HTTP: ", error.name()]),
            _ => words.no_answer.write(out),
        },
        Trouble::Unreadable { error, line, column } => {
            fill(out, words.line_and_column, &[line, column].map(Part::number))?;
            // Nothing else is wrong with what was read.
            let Error::Refused { reason, .. } = error else { return Ok(()) };
            write_texts(out, &[" ", reason.name()])?;
            reason.field().map_or(Ok(()), |field| write_texts(out, &[" ", field.name()]))
        }
        Trouble::Unexpected => words.answer_unexpected.write(out),
        Trouble::NetworkLost => words.answer_cut.write(out),
        #[cfg(feature = "browser")]
        Trouble::NotFollowed(_) => Ok(()),
        Trouble::DeviceUnknown | Trouble::NoApplicationUser | Trouble::Cancelled { .. } => Ok(()),
    }
}

fn coded(code: EmServiceCode, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    write_coded(code.number(), code.name(), words, out)
}

/// Writes the number of a code with its name.
pub(super) fn write_coded(
    number: u16,
    name: Option<&str>,
    words: &Words,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    write_all(out, &[Part::Text("["), Part::number(number)])?;
    write_texts(out, &["] ", name.unwrap_or(words.unknown_code)])
}
