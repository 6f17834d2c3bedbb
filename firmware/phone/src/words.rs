//! Every text a person reads, in one place and in the person's words.
//!
//! A display line has 21 characters and four lines are seen at once, so texts are short. No text holds a PIN or a
//! certificate.

use core::fmt;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::http;
use hotdesk_core::session::{ExchangeFailure, Phase};

use crate::app::{
    App, Ask, Came, ConnectError, Failure, Field, Hint, Holder, MenuItem, Mode, NetworkState, Notice, Screen,
    ServiceText, Signer, Trouble,
};
use crate::config::SetupError;

/// The text of the title bar.
pub(crate) fn title<'a>(app: &'a App<'_>) -> &'a str {
    match app.screen() {
        Screen::Starting => "hotdesk",
        Screen::SetupFailed => "Setup failed",
        Screen::Idle => app.device().as_str(),
        Screen::Menu { .. } => "Menu",
        Screen::About => "About this phone",
        Screen::Form(_) if app.form().symbols().is_some() => "Symbols",
        Screen::Form(Ask::Logout) | Screen::LogoutConfirm => "Log out",
        Screen::Form(_) => "Log in",
        Screen::Busy(_) | Screen::Settling(_) => "Please wait",
        Screen::Done { ask: Ask::Logout, came: Came::AfterAll, .. } => "Logged out after all",
        Screen::Done { came: Came::AfterAll, .. } => "Logged in after all",
        Screen::Done { ask: Ask::Logout, .. } => "Logged out",
        Screen::Done { .. } => "Logged in",
        Screen::Failed(failure) => match (failure.ask, failure.is_uncertain()) {
            (Ask::Who, _) => "Query failed",
            (Ask::Login, false) => "Login failed",
            (Ask::Login, true) => "Login uncertain",
            (Ask::Logout, false) => "Logout failed",
            (Ask::Logout, true) => "Logout uncertain",
        },
    }
}

/// The labels of the three softkeys. An empty one does nothing.
pub(crate) fn softkeys(app: &App<'_>) -> [&'static str; 3] {
    match app.screen() {
        Screen::Starting | Screen::SetupFailed | Screen::Busy(_) | Screen::Settling(_) => ["", "", ""],
        Screen::Idle => match app.holder() {
            Holder::Nobody => ["Login", "", "Menu"],
            Holder::User(_) => ["Logout", "", "Menu"],
            Holder::Unknown => ["Login", "Logout", "Menu"],
        },
        Screen::Menu { .. } => ["Select", "", "Back"],
        Screen::About => ["", "", "Back"],
        Screen::Form(_) if app.form().symbols().is_some() => ["Select", "", "Back"],
        Screen::Form(_) => ["Submit", "<<", "Cancel"],
        Screen::LogoutConfirm => ["Yes", "", "No"],
        Screen::Done { .. } => ["OK", "", ""],
        Screen::Failed(failure) if app.can_retry(failure) => ["OK", "", "Retry"],
        Screen::Failed(_) => ["OK", "", ""],
    }
}

/// What is at the right end of the title bar: on a form, what the number keys give.
pub(crate) fn title_note(app: &App<'_>) -> &'static str {
    let form = app.form();
    match (app.screen(), form.symbols(), form.focused()) {
        (Screen::Form(_), Some(symbols), _) => {
            ["1/4", "2/4", "3/4", "4/4"].get(symbols.page()).copied().unwrap_or_default()
        }
        (Screen::Form(_), None, Field::User) => mode(form.mode()),
        _ => "",
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Lower => "abc",
        Mode::Upper => "ABC",
        Mode::Digits => "123",
    }
}

/// An entry of the list on the screen, counted from 0.
pub(crate) fn list_item(app: &App<'_>, index: usize, out: &mut dyn fmt::Write) -> fmt::Result {
    match app.screen() {
        Screen::Menu { .. } => app.menu().nth(index).map_or(Ok(()), |item| out.write_str(menu_item(item))),
        _ => Ok(()),
    }
}

fn menu_item(item: MenuItem) -> &'static str {
    match item {
        MenuItem::Login => "Log in",
        MenuItem::Logout => "Log out",
        MenuItem::Who => "Who is logged in",
        MenuItem::About => "About this phone",
    }
}

/// The label of a form's field.
pub(crate) fn field(field: Field) -> &'static str {
    match field {
        Field::User => "User ID:",
        Field::Pin => "PIN:",
    }
}

/// What a form says about what was pressed.
pub(crate) fn form_hint(hint: Hint) -> &'static str {
    match hint {
        Hint::Needed(Field::User) => "Type your user ID",
        Hint::Needed(Field::Pin) => "Type your PIN",
        Hint::Full => "No more fits in here",
        Hint::DigitsOnly => "A PIN has digits only",
    }
}

/// What `#` and `*` do in a user ID; `#` changes to the `next` mode.
pub(crate) fn typing_keys(next: Mode) -> &'static str {
    match next {
        Mode::Lower => "# abc  * symbols",
        Mode::Upper => "# ABC  * symbols",
        Mode::Digits => "# 123  * symbols",
    }
}

/// The text of a screen that shows text.
pub(crate) fn body(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    match app.screen() {
        Screen::Starting => {
            out.write_str("Starting")?;
            network(app.network(), out)
        }
        Screen::SetupFailed => {
            writeln!(out, "{}", app.device())?;
            app.setup_error().map_or(Ok(()), |error| setup(error, out))
        }
        Screen::Idle => {
            holder(app, out)?;
            network(app.network(), out)?;
            match (app.network(), app.look_trouble(), app.notice()) {
                (NetworkState::Ready, Some(trouble), _) => {
                    out.write_str("\n")?;
                    match trouble {
                        Trouble::Refused(code) => refused(app, code, Signer::AppUser, None, out),
                        trouble => reason(trouble, out),
                    }
                }
                (_, _, Some(notice)) => out.write_str(match notice {
                    Notice::Began => "\nLogged in remotely.",
                    Notice::Ended => "\nThe login has ended.",
                    Notice::Replaced => "\nThe user has changed.",
                }),
                _ => Ok(()),
            }
        }
        Screen::Settling(_) => out.write_str("The answer was lost.\nAsking who is logged in"),
        Screen::Busy(ask) => match (ask, app.form().user()) {
            (Ask::Who, _) => out.write_str("Asking who is logged in"),
            (Ask::Login, user) => write!(out, "Logging in {user}"),
            (Ask::Logout, _) => out.write_str("Logging out"),
        },
        Screen::Done { ask, came, .. } => {
            match (ask, app.holder()) {
                (Ask::Login, Holder::User(user)) => write!(out, "{user}")?,
                _ => holder(app, out)?,
            }
            out.write_str(match (ask, came) {
                (_, Came::Said) => "",
                (_, Came::AfterAll) => "\nOnly the answer was lost.",
                (Ask::Logout, Came::Already) => "\nThe login had ended before.",
                (_, Came::Already) => "\nYou were logged in here already.",
            })
        }
        Screen::LogoutConfirm => match app.holder() {
            Holder::User(user) => write!(out, "Log out {user}?"),
            Holder::Nobody => out.write_str("Nobody logged in.\nLog out anyway?"),
            Holder::Unknown => out.write_str("Log out who is logged in?"),
        },
        Screen::Failed(failure) => failed(app, failure, out),
        Screen::About => about(app, out),
        Screen::Menu { .. } | Screen::Form(_) => Ok(()),
    }
}

fn holder(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    match app.holder() {
        Holder::User(user) => write!(out, "Logged in: {user}"),
        Holder::Nobody => out.write_str("Nobody logged in"),
        Holder::Unknown => out.write_str("Logged in: not known"),
    }
}

fn network(state: NetworkState, out: &mut dyn fmt::Write) -> fmt::Result {
    match state {
        NetworkState::NoLink => out.write_str("\nWaiting for link"),
        NetworkState::NoAddress => out.write_str("\nWaiting for address"),
        NetworkState::Ready => Ok(()),
    }
}

fn setup(error: SetupError, out: &mut dyn fmt::Write) -> fmt::Result {
    match error {
        SetupError::NoCard => out.write_str("No SD card. Insert one with HOTDESK.TXT and restart."),
        SetupError::NoFile => out.write_str("No HOTDESK.TXT on the SD card. Write it and restart."),
        SetupError::Unreadable => out.write_str("The SD card cannot be read. Format it as FAT and restart."),
        SetupError::TooLong { bound } => {
            write!(out, "HOTDESK.TXT is too long. {bound} bytes are the limit. Shorten it and restart.")
        }
        SetupError::File(error) => write!(out, "HOTDESK.TXT\n{error}\nThen restart."),
    }
}

fn about(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    writeln!(out, "hotdesk {}", env!("CARGO_PKG_VERSION"))?;
    write!(out, "Device:\n{}", app.device())?;
    let Some(config) = app.config() else { return Ok(()) };
    for (label, service) in ["Service:", "Backup:"].iter().zip(config.services()) {
        write!(out, "\n{label}\n{service}")?;
    }
    match config.app_user() {
        Some(user) => write!(out, "\nApplication user:\n{}", user.id()),
        None => out.write_str("\nApplication user:\nnone"),
    }
}

/// A failure: what it is, what to do, and what is known now.
fn failed(app: &App<'_>, failure: &Failure, out: &mut dyn fmt::Write) -> fmt::Result {
    let signer = app.signer(failure.ask);
    match failure.trouble {
        Trouble::Refused(code) => refused(app, code, signer, Some(app.service_text()), out)?,
        trouble => reason(trouble, out)?,
    }
    if failure.ask == Ask::Who || !failure.trouble.calls_for_a_look() {
        return Ok(());
    }
    if failure.is_uncertain() {
        out.write_str(match failure.ask {
            Ask::Logout => "\nIt is not known whether you are logged out.",
            Ask::Who | Ask::Login => "\nIt is not known whether you are logged in.",
        })?;
    }
    if app.is_looking() {
        out.write_str("\nAsking who is logged in")
    } else if failure.settled && failure.ask == Ask::Login && matches!(app.holder(), Holder::Nobody) {
        out.write_str("\nYou are not logged in.")
    } else if failure.settled {
        out.write_str("\n")?;
        holder(app, out)
    } else {
        Ok(())
    }
}

fn refused(
    app: &App<'_>,
    code: Option<EmServiceCode>,
    signer: Signer,
    text: Option<&ServiceText>,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let known = code.and_then(|code| Some((code, code.name()?, remedy(code.number(), signer)?)));
    if let Some((code, name, remedy)) = known {
        write!(out, "[{}] {name}\n{remedy}", code.number())?;
        return if code == EmServiceCode::DEVICE_DOES_NOT_EXIST {
            write!(out, "\n{}", app.device())
        } else {
            Ok(())
        };
    }
    match code {
        Some(code) => writeln!(out, "[{}] Unknown code", code.number())?,
        None => out.write_str("No code\n")?,
    }
    match text {
        Some(text) if text.as_str().is_empty() => out.write_str("The service gave no reason.\n")?,
        Some(text) => {
            let end = if text.goes_on() { " (and more)" } else { "" };
            writeln!(out, "The service says: {}{end}", text.as_str())?;
        }
        None => {}
    }
    out.write_str("Tell the administrator.")
}

/// What the person does about a code of the service; core's table has their names.
fn remedy(code: u16, signer: Signer) -> Option<&'static str> {
    Some(match (code, signer) {
        (0, _) => "The service had a problem. Try later.",
        (1, _) => "The service could not read what this phone sent. Tell the administrator.",
        (2, _) => "User ID or PIN was empty. Type both.",
        (3, Signer::Person) => "User ID or PIN is wrong. Type them again.",
        (3, Signer::AppUser) => "This phone's application user is wrong. Tell the administrator.",
        (4, _) => "Your settings do not allow this. Ask the administrator.",
        (5, _) => "This phone is not set up for logging out. Tell the administrator.",
        (6, _) => "The service's database failed. Try later.",
        (7, _) => "The time of the automatic logout could not be set. Tell the administrator.",
        (8, _) => "The service does not know this question. Tell the administrator.",
        (9, _) => "The service could not check your user ID. Type it again or try later.",
        (10, Signer::Person) => "You may not do this yourself. Ask the administrator.",
        (10, Signer::AppUser) => "This phone's application user lacks rights. Tell the administrator.",
        (11, _) => "The service does not know this phone. Tell the administrator its name:",
        (12, _) => "Your device profile is missing. Tell the administrator.",
        (18, _) => "Someone else is logged in here and must log out first.",
        (19, _) => "Nobody was logged in here. Nothing to do.",
        (20 | 21, _) => "The service could not read this phone's settings. Try later.",
        (22, _) => "This phone is not set up for logging in. Take another one or tell the administrator.",
        (23, _) => "The service does not know this user ID. Type it again.",
        (25, _) => "You are logged in on another phone. Log out there first.",
        (26, _) => "The service is busy. Wait a minute, then try again.",
        (27, _) => "Change your password or PIN on your user page first.",
        (28, _) => "The service does not trust this phone's address. Tell the administrator.",
        (29, _) => "A part of the service is down. Tell the administrator.",
        (30, _) => "A proxy is in the way and not allowed. Tell the administrator.",
        (31, _) => "You may not log in away from your own site. Ask the administrator.",
        (32, _) => "This phone takes no visitors from other sites. Take another one.",
        (33, _) => "No place for a visitor is free. Try later.",
        (35 | 36, _) => "Your own site was not found from here. Tell the administrator.",
        (37, _) => "This phone's name exists twice. Tell the administrator.",
        (38, _) => "Visitors from other sites are not allowed here. Ask the administrator.",
        (39, _) => "The service is not set up right. Tell the administrator.",
        (40, _) => "Your own site did not answer. Try later.",
        (41, _) => "Change your PIN on your user page first.",
        (42 | 44, _) => "Your own site is not known by its ID. Tell the administrator.",
        (43, _) => "This phone's security does not fit your site's. Take another one.",
        (45, _) => "Your own site runs a version that does not fit. Tell the administrator.",
        (46, _) => "Your own site's security does not fit. Tell the administrator.",
        (47, _) => "Several people share this number. Log in with your user ID.",
        _ => return None,
    })
}

/// What is wrong with an answer, or that there is none.
fn no_answer(failure: ExchangeFailure, out: &mut dyn fmt::Write) -> fmt::Result {
    match failure {
        ExchangeFailure::TimedOut(Phase::Answer) => out.write_str("Answer cut\nIt was not complete in time."),
        ExchangeFailure::TimedOut(_) => out.write_str("No answer\nThe service did not answer in time."),
        ExchangeFailure::Broken | ExchangeFailure::Http(http::Error::CutShort) => {
            out.write_str("Answer cut\nThe connection broke off.")
        }
        ExchangeFailure::Http(http::Error::BodyTooLong { limit }) => {
            write!(out, "Answer too long\nThis phone reads up to {limit} bytes. Tell the administrator.")
        }
        ExchangeFailure::Status(status) => {
            writeln!(out, "HTTP status {status}")?;
            out.write_str(match status.number() {
                429 | 503 => "The service is down or busy. Try later.",
                500..600 => "The service had a problem. Try later.",
                _ => "This is not the service. Tell the administrator.",
            })
        }
        ExchangeFailure::Http(error) => write!(out, "Answer not readable\nTell the administrator:\n{error}."),
        // A failure that a later core may tell apart.
        _ => out.write_str("No answer\nTell the administrator."),
    }
}

/// What went wrong on the way to an answer.
fn reason(trouble: Trouble, out: &mut dyn fmt::Write) -> fmt::Result {
    match trouble {
        Trouble::NoConnection(error) => {
            out.write_str("No connection\n")?;
            out.write_str(match error {
                ConnectError::HostNotFound => "The service's name was not found.",
                ConnectError::NameServerSilent => "The name server did not answer.",
                ConnectError::NameServerFailed => "The name server failed.",
                ConnectError::NoNameServer => "This network has no name server.",
                ConnectError::Refused => "The service refused the connection.",
                ConnectError::TimedOut => "The service did not respond.",
            })?;
            out.write_str(" Nothing was sent. Try later or tell the administrator.")
        }
        Trouble::RequestTooLong { needed } => {
            write!(
                out,
                "Request too long\nIt needs {needed} bytes. Nothing was sent. Type a shorter user ID."
            )
        }
        Trouble::Unsendable => {
            out.write_str("Request not sent\nA sign in it cannot be sent. Tell the administrator.")
        }
        Trouble::NoAnswer(error) => no_answer(error.failure(), out),
        Trouble::Unreadable { error, line, column } => {
            write!(
                out,
                "Answer not readable\nTell the administrator:\nline {line}, column {column}:\n{error}."
            )
        }
        Trouble::Unexpected => out
            .write_str("Answer not expected\nThe service answered another question. Tell the administrator."),
        Trouble::DeviceUnknown => {
            out.write_str("Phone not known\nThe service does not know this phone. Tell the administrator.")
        }
        Trouble::NoApplicationUser => {
            out.write_str("Cannot ask\nThis phone has no application user. Ask the administrator for one.")
        }
        Trouble::Refused(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use hotdesk_core::codes::Family;

    use super::*;
    use crate::view::wrap::Wrap;

    #[test]
    fn every_code_that_has_a_name_has_a_remedy_and_no_other_has() {
        for number in 0..=u16::MAX {
            let named = EmServiceCode::new(number).name().is_some();
            for signer in [Signer::Person, Signer::AppUser] {
                assert_eq!(remedy(number, signer).is_some(), named, "{number} {signer:?}");
            }
        }
    }

    #[test]
    fn a_remedy_is_five_lines_at_most() {
        for row in Family::EmService.rows() {
            for signer in [Signer::Person, Signer::AppUser] {
                let text = remedy(row.number().unwrap(), signer).unwrap();
                let mut wrap = Wrap::new(20, |_, _, _| {});
                fmt::Write::write_str(&mut wrap, text).unwrap();
                assert!(wrap.finish() <= 5, "{text}");
            }
        }
    }
}
