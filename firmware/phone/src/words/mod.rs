//! What each screen says, put together from the texts of the phone's language.
//!
//! The texts of a language are in one file (`en.rs`, `de.rs`), packed by `build/words.rs`; no other file has a text that a person reads. No text holds a
//! PIN or a certificate.

mod about;
#[cfg(feature = "browser")]
mod browser;
mod codes;
mod course;
mod explain;
mod failure;
mod language;
mod packed;
#[cfg(feature = "provisioning")]
mod provisioning;
#[cfg(feature = "tls")]
mod secured;
mod settings;
mod setup;
#[cfg(test)]
mod tests;
mod text;

use core::fmt;

use self::about::{about, exchanges};
use self::course::{busy, elsewhere, logged_out, service_busy, take_over};
use self::explain::explained;
use self::failure::{failed, told};
use self::packed::fill;
use self::settings::{forget_question, saved, setting_line, setting_name, setting_value};
use self::setup::setup;
use crate::app::{
    App, Ask, Came, Failure, Field, Hint, Holder, MenuItem, Mode, NetworkState, Notice, Screen, Signer,
    Trouble,
};
use crate::config::LoginTime;
use crate::font::marks;
use crate::part::{Part, write_texts};

pub use self::language::Language;

#[cfg(feature = "browser")]
pub(crate) use self::browser::fields_hint;
pub(crate) use self::failure::note;
#[cfg(feature = "tls")]
pub(crate) use self::secured::certificate_fault;
pub(crate) use self::setup::mistake;
pub(crate) type Words = self::text::Words<Text>;
pub(crate) use self::packed::Text;

/// The text of the title bar.
pub(crate) fn title<'a>(app: &'a App<'_>) -> &'a str {
    let words = app.words();
    match app.screen() {
        Screen::SetupFailed => words.setup_failed,
        // The phone's name can be read wherever somebody waits.
        Screen::Starting
        | Screen::Idle
        | Screen::Busy(_)
        | Screen::ServiceBusy { .. }
        | Screen::Settling(_) => app.device().as_str(),
        Screen::Menu { .. } => words.menu,
        Screen::About => words.about,
        Screen::Explain { .. } | Screen::Explained { .. } => words.explain,
        Screen::Exchanges => words.exchanges,
        Screen::RestartConfirm => words.restart,
        Screen::AdminCode | Screen::ServiceForm { .. } if app.form().symbols().is_some() => words.symbols,
        Screen::Choose { setting, .. } => setting_name(*setting, words),
        Screen::ForgetConfirm => words.forget,
        Screen::Settings { .. }
        | Screen::AdminCode
        | Screen::CodeHeld
        | Screen::ServiceForm { .. }
        | Screen::BadService { .. }
        | Screen::Saving { .. }
        | Screen::Saved { .. } => words.settings,
        Screen::Restarting => words.restart,
        Screen::Form(_) if app.form().symbols().is_some() => words.symbols,
        Screen::Form(Ask::Logout) | Screen::LogoutConfirm => words.log_out,
        Screen::Form(_) if app.is_staying() => words.stay,
        Screen::Form(_) => words.log_in,
        Screen::Ending => words.ending,
        Screen::Profiles if app.profiles().has_changed() => words.list_changed,
        Screen::Profiles => words.profiles,
        Screen::NoProfiles(_) => words.no_profiles,
        Screen::LoginTimes { .. } => words.login_times,
        Screen::TakeOver => words.take_over,
        Screen::Elsewhere => words.title_elsewhere,
        Screen::Done { ask: Ask::Logout | Ask::LogoutThere, came: Came::AfterAll, .. } => {
            words.logged_out_after_all
        }
        Screen::Done { came: Came::AfterAll, .. } => words.logged_in_after_all,
        Screen::Done { ask: Ask::Logout | Ask::LogoutThere, .. } => words.logged_out,
        Screen::Done { .. } => words.logged_in,
        #[cfg(feature = "browser")]
        Screen::Page => browser::title(app),
        Screen::Failed(failure) => failed_title(failure, words),
    }
}

fn failed_title(failure: &Failure, words: &Words) -> &'static str {
    let is_logout = matches!(failure.ask, Ask::Logout | Ask::LogoutThere);
    #[cfg(feature = "browser")]
    if failure.ask == Ask::Page {
        return words.page_failed;
    }
    match (failure.trouble, is_logout, failure.is_uncertain()) {
        _ if !failure.ask.is_change() => words.query_failed,
        (Trouble::Cancelled { .. }, false, false) => words.login_cancelled,
        (Trouble::Cancelled { .. }, true, false) => words.logout_cancelled,
        (_, false, false) => words.login_failed,
        (_, false, true) => words.login_uncertain,
        (_, true, false) => words.logout_failed,
        (_, true, true) => words.logout_uncertain,
    }
}

/// The labels of the three softkeys. An empty one does nothing.
pub(crate) fn softkeys<'a>(app: &'a App<'_>) -> [&'a str; 3] {
    let words = app.words();
    match app.screen() {
        Screen::Starting => ["", "", words.key_menu],
        Screen::SetupFailed => [words.key_restart, "", ""],
        Screen::Restarting => ["", "", ""],
        Screen::Busy(_) | Screen::ServiceBusy { .. } | Screen::Settling(_) => ["", "", words.key_cancel],
        Screen::Idle => match app.holder() {
            Holder::Nobody => [words.key_log_in, "", words.key_menu],
            Holder::User(_) => [words.key_log_out, "", words.key_menu],
            Holder::Unknown => [words.key_log_in, words.key_log_out, words.key_menu],
        },
        Screen::Explain { .. } => [words.key_submit, "<<", words.key_back],
        Screen::Explained { .. } => ["", "", words.key_back],
        Screen::Menu { .. } => [words.key_select, "", words.key_back],
        Screen::About => [words.key_exchanges, "", words.key_back],
        Screen::Exchanges => ["", "", words.key_back],
        Screen::RestartConfirm | Screen::ForgetConfirm => [words.key_yes, "", words.key_no],
        Screen::Settings { .. } | Screen::Choose { .. } => [words.key_select, "", words.key_back],
        Screen::CodeHeld => ["", "", words.key_cancel],
        Screen::BadService { .. } | Screen::Saved { .. } => [words.key_ok, "", ""],
        Screen::Saving { .. } => ["", "", ""],
        screen if screen.has_form() && app.form().symbols().is_some() => {
            [words.key_select, "", words.key_back]
        }
        Screen::Form(_) | Screen::AdminCode | Screen::ServiceForm { .. } => {
            [words.key_submit, "<<", words.key_cancel]
        }
        Screen::Ending => [words.key_stay, "", words.key_ok],
        Screen::Profiles => [
            if app.profiles().len() > 0 { words.key_select } else { "" },
            if app.profiles().letters().is_empty() { "" } else { "<<" },
            words.key_cancel,
        ],
        Screen::NoProfiles(_) => [words.key_yes, words.key_retry, words.key_cancel],
        Screen::LoginTimes { .. } => [words.key_select, "", words.key_cancel],
        Screen::LogoutConfirm | Screen::TakeOver | Screen::Elsewhere => [words.key_yes, "", words.key_no],
        Screen::Done { .. } => [words.key_ok, "", ""],
        #[cfg(feature = "browser")]
        Screen::Page => browser::softkeys(app),
        Screen::Failed(failure) if app.can_retry(failure) => [words.key_ok, "", words.key_retry],
        Screen::Failed(_) => [words.key_ok, "", ""],
    }
}

/// The labels of the shortcuts, for displays with more than three softkeys. An empty one does nothing.
pub(crate) fn shortcuts(app: &App<'_>) -> [&'static str; 2] {
    let words = app.words();
    match app.screen() {
        Screen::Idle if app.can_ask_who() => [words.key_who, words.key_about],
        Screen::Idle => ["", words.key_about],
        _ => ["", ""],
    }
}

/// The label of the softkey that turns to the next actions, where there are more of them than softkeys.
pub(crate) fn more(app: &App<'_>) -> &'static str {
    app.words().key_more
}

/// What is at the right end of the title bar: on a form, what the number keys give; over profiles, the letters typed.
pub(crate) fn title_note<'a>(app: &'a App<'_>) -> &'a str {
    #[cfg(feature = "browser")]
    if app.shows_fields() {
        return browser::title_note(app);
    }
    let form = app.form();
    match (app.screen(), form.symbols(), form.focused()) {
        (screen, Some(symbols), _) if screen.has_form() => {
            ["1/4", "2/4", "3/4", "4/4"].get(symbols.page()).copied().unwrap_or_default()
        }
        (screen, None, Field::User) if screen.has_form() => mode(form.mode()),
        (Screen::Profiles, ..) => app.profiles().letters(),
        _ => "",
    }
}

/// What the number keys give.
pub(crate) fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Lower => "abc",
        Mode::Upper => "ABC",
        Mode::Digits => "123",
    }
}

/// An entry of the list on the screen, counted from 0.
pub(crate) fn list_item(app: &App<'_>, index: usize, out: &mut dyn fmt::Write) -> fmt::Result {
    match app.screen() {
        Screen::Menu { .. } => {
            app.menu().nth(index).map_or(Ok(()), |item| out.write_str(menu_item(item, app.words())))
        }
        Screen::Settings { .. } => setting_line(app, index, out),
        Screen::Choose { setting, .. } => setting_value(*setting, app.with(*setting, index), app, out),
        Screen::Profiles => {
            let profiles = app.profiles();
            out.write_str(if profiles.is_default(index) { "* " } else { "  " })?;
            let name = profiles.name(index).unwrap_or(NOT_READ);
            if index != profiles.selected() || profiles.hidden() == 0 {
                return out.write_str(name);
            }
            out.write_char(marks::GOES_BACK)?;
            name.chars().skip(profiles.hidden()).try_for_each(|character| out.write_char(character))
        }
        #[cfg(feature = "browser")]
        Screen::Page => out.write_str(app.browser().page.row_at(index).map_or(NOT_READ, |(name, _)| name)),
        Screen::LoginTimes { .. } => match app.login_times().get(index) {
            Some(time) => login_time(*time, app.words(), out),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Stands for a name that is being read.
const NOT_READ: &str = "...";

fn login_time(time: LoginTime, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    match time {
        LoginTime::SystemDefault => words.time_default.write(out),
        LoginTime::Indefinite => words.time_indefinite.write(out),
        LoginTime::Minutes(1) => words.one_minute.write(out),
        LoginTime::Minutes(60) => words.one_hour.write(out),
        LoginTime::Minutes(minutes) if minutes % 60 == 0 => {
            fill(out, words.hours, &[Part::number(minutes / 60)])
        }
        LoginTime::Minutes(minutes) => fill(out, words.minutes, &[Part::number(minutes)]),
    }
}

fn menu_item(item: MenuItem, words: &Words) -> &'static str {
    match item {
        MenuItem::Login => words.menu_log_in,
        MenuItem::Logout => words.menu_log_out,
        MenuItem::TakeOver => words.menu_take_over,
        #[cfg(feature = "browser")]
        MenuItem::Services => words.services,
        MenuItem::Who => words.menu_who,
        MenuItem::Explain => words.explain,
        MenuItem::About => words.menu_about,
        MenuItem::Settings => words.settings,
        MenuItem::Restart => words.restart,
    }
}

/// The label of a form's field.
pub(crate) fn field(app: &App<'_>, field: Field) -> &'static str {
    let words = app.words();
    match (app.screen(), field) {
        (Screen::ServiceForm { place: 0 }, _) => words.service,
        (Screen::ServiceForm { .. }, _) => words.backup,
        (Screen::AdminCode, _) => words.admin_code,
        (_, Field::User) => words.user_id,
        (_, Field::Pin) => words.pin,
    }
}

/// What a form says about what was pressed.
pub(crate) fn form_hint(app: &App<'_>, hint: Hint) -> &'static str {
    match hint {
        Hint::Needed(Field::User) => app.words().type_user_id,
        Hint::Needed(Field::Pin) if matches!(app.screen(), Screen::AdminCode) => app.words().type_admin_code,
        Hint::Needed(Field::Pin) => app.words().type_pin,
        Hint::Full => app.words().no_more_fits,
        Hint::DigitsOnly if matches!(app.screen(), Screen::AdminCode) => app.words().type_admin_code,
        Hint::DigitsOnly => app.words().digits_only,
    }
}

/// What `#` and `*` do in a user ID; `#` changes to the `next` mode.
pub(crate) fn typing_keys(app: &App<'_>, next: Mode) -> &'static str {
    match next {
        Mode::Lower => app.words().keys_lower,
        Mode::Upper => app.words().keys_upper,
        Mode::Digits => app.words().keys_digits,
    }
}

/// The text of a screen that shows text.
pub(crate) fn body(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    match app.screen() {
        Screen::Starting => {
            words.starting.write(out)?;
            network(app, out)?;
            failed_start(app, out)
        }
        Screen::SetupFailed => {
            write_texts(out, &[app.device().as_str(), "\n"])?;
            app.setup_error().map_or(Ok(()), |error| setup(error, words, out))
        }
        Screen::Idle => {
            match (app.holder(), app.network()) {
                (Holder::Unknown, NetworkState::Ready) if app.is_looking() => words.asking_who.write(out),
                _ => holder(app, out),
            }?;
            if let Some(left) = app.seconds_left() {
                out.write_str("\n")?;
                fill(out, words.ends_in, &[Part::Minutes(left)])?;
            }
            network(app, out)?;
            match (app.network(), app.look_trouble(), app.notice()) {
                (NetworkState::Ready, Some(trouble), _) => {
                    out.write_str("\n")?;
                    told(app, trouble, Signer::AppUser, out)
                }
                _ if app.failed_start().is_some() => failed_start(app, out),
                (_, _, Some(notice)) => {
                    out.write_str("\n")?;
                    match notice {
                        Notice::Began => words.began,
                        Notice::Ended => words.ended,
                        Notice::Replaced => words.replaced,
                        Notice::NothingSent => words.cancelled_unsent,
                        Notice::Expired => words.expired,
                    }
                    .write(out)
                }
                _ => Ok(()),
            }
        }
        Screen::Settling(failure) => match failure.trouble {
            Trouble::Cancelled { .. } => words.cancelled_sent.write(out),
            _ => {
                words.answer_lost.write(out)?;
                words.asking_outcome.write_after("\n", out)
            }
        },
        Screen::Busy(ask) => busy(app, *ask, out),
        Screen::ServiceBusy { .. } => service_busy(app, out),
        Screen::TakeOver => take_over(app, out),
        Screen::Elsewhere => elsewhere(app, out),
        Screen::Done { ask, came, .. } => {
            match (ask, app.holder()) {
                (Ask::Login, Holder::User(user)) => out.write_str(user.as_str())?,
                (Ask::LogoutThere, _) => logged_out(app, out)?,
                _ => holder(app, out)?,
            }
            let how = match (ask, came) {
                (_, Came::Said) => return Ok(()),
                (_, Came::AfterAll) => words.only_answer_lost,
                (_, Came::BeforeCancel) => words.too_late_to_cancel,
                (Ask::Logout, Came::Already) => words.had_ended,
                (_, Came::Already) => words.were_logged_in,
                (_, Came::Unsure) => words.end_unknown,
            };
            how.write_after("\n", out)
        }
        Screen::LogoutConfirm => match app.holder() {
            Holder::User(user) => fill(out, words.log_out_user, &[Part::Text(user.as_str())]),
            Holder::Nobody => words.log_out_nobody.write(out),
            Holder::Unknown => words.log_out_unknown.write(out),
        },
        #[cfg(feature = "browser")]
        Screen::Page => browser::body(app, out),
        Screen::Failed(failure) => failed(app, failure, out),
        Screen::About => about(app, out),
        Screen::Ending => {
            fill(out, words.ends_soon, &[Part::Seconds(app.seconds_left().unwrap_or_default())])
        }
        Screen::Explain { number } => {
            words.type_number.write(out)?;
            out.write_str("\n")?;
            number.map_or(Ok(()), |number| Part::number(number).write(out))?;
            out.write_str("_")
        }
        Screen::Explained { number } => explained(app, *number, out),
        Screen::Exchanges => exchanges(app, out),
        Screen::RestartConfirm => words.restart_question.write(out),
        Screen::CodeHeld => fill(out, words.code_held, &[Part::number(app.code_held_for())]),
        Screen::BadService { place, error } => {
            write_texts(out, &[if *place == 0 { words.service } else { words.backup }, " "])?;
            mistake(*error, words, out)
        }
        Screen::ForgetConfirm => forget_question(app, out),
        Screen::Saving { .. } => words.saving.write(out),
        Screen::Saved { setting, kept, .. } => saved(app, *setting, *kept, out),
        Screen::Restarting => words.restarting.write(out),
        Screen::Profiles => fill(out, words.no_profile_begins, &[Part::Text(app.profiles().letters())]),
        Screen::NoProfiles(trouble) => {
            words.profiles_not_listed.write(out)?;
            out.write_str("\n")?;
            told(app, *trouble, Signer::Person, out)
        }
        Screen::Menu { .. }
        | Screen::Form(_)
        | Screen::LoginTimes { .. }
        | Screen::Settings { .. }
        | Screen::Choose { .. }
        | Screen::AdminCode
        | Screen::ServiceForm { .. } => Ok(()),
    }
}

fn holder(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    match app.holder() {
        Holder::User(user) => fill(out, words.holder, &[Part::Text(user.as_str())]),
        Holder::Nobody => words.holder_nobody.write(out),
        Holder::Unknown => words.holder_unknown.write(out),
    }
}

/// That the phone failed before this start, until a key is pressed.
fn failed_start(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    app.failed_start().map_or(Ok(()), |_| app.words().failed_start.write_after("\n", out))
}

fn network(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    match app.network() {
        NetworkState::NoLink => app.words().waiting_for_link.write_after("\n", out),
        NetworkState::NoAddress => app.words().waiting_for_address.write_after("\n", out),
        NetworkState::Ready => Ok(()),
    }
}
