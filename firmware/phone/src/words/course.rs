//! What the phone says on the way of a login past whoever is in its way, and while it waits.

use core::fmt;

use super::packed::fill;
use crate::app::{App, Ask, Holder, LoggedOut};
use crate::part::Part;

/// The question before a colleague is logged out.
pub(super) fn take_over(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    let Holder::User(user) = app.holder() else { return words.holder_nobody.write(out) };
    fill(out, words.is_here, &[Part::Text(user.as_str())])?;
    out.write_str("\n")?;
    match app.form().user() {
        "" => fill(out, words.take_over_yourself, &[Part::Text(user.as_str())]),
        typed => fill(out, words.take_over_user, &[user.as_str(), typed].map(Part::Text)),
    }
}

/// The question before somebody is logged out on another phone.
pub(super) fn elsewhere(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    let Some(elsewhere) = app.elsewhere() else { return Ok(()) };
    let user = app.form().user();
    match elsewhere.others {
        0 => fill(out, words.is_elsewhere, &[user, elsewhere.device.as_str()].map(Part::Text)),
        others => {
            let device = Part::Text(elsewhere.device.as_str());
            fill(out, words.is_elsewhere_and, &[Part::Text(user), device, Part::number(others)])
        }
    }?;
    words.move_here.write_after("\n", out)
}

/// What is waited for, and what cancelling it can do.
pub(super) fn busy(app: &App<'_>, ask: Ask, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    let typed = app.form().user();
    match (ask, app.holder(), app.elsewhere()) {
        (Ask::Who, ..) => words.asking_who.write(out),
        (Ask::Profiles, ..) => words.asking_profiles.write(out),
        #[cfg(feature = "browser")]
        (Ask::Page, ..) => words.loading_page.write(out),
        (Ask::Where, ..) => fill(out, words.asking_where, &[Part::Text(typed)]),
        (Ask::Login, ..) => fill(out, words.logging_in, &[Part::Text(typed)]),
        (Ask::Logout, Holder::User(user), _) => {
            fill(out, words.logging_out_user, &[Part::Text(user.as_str())])
        }
        (Ask::LogoutThere, _, Some(elsewhere)) => {
            fill(out, words.logging_out_there, &[Part::Text(elsewhere.device.as_str())])
        }
        (Ask::Logout | Ask::LogoutThere, ..) => words.logging_out.write(out),
    }?;
    if ask.is_change() { words.cancel_may_be_late.write_after("\n", out) } else { Ok(()) }
}

/// When the service is asked again, and what has happened until then.
pub(super) fn service_busy(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let seconds = app.waiting().map_or(0, |waiting| waiting.seconds);
    app.words().service_busy.write(out)?;
    out.write_str(" ")?;
    fill(out, app.words().trying_again, &[Part::number(seconds)])?;
    out.write_str("\n")?;
    match app.logged_out() {
        Some(_) => logged_out(app, out),
        None => app.words().nothing_changed.write(out),
    }
}

/// Who was logged out for a login.
pub(super) fn logged_out(app: &App<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    match (app.logged_out(), app.holder(), app.last_holder(), app.elsewhere()) {
        // Somebody came in between, and it is that name which is known now.
        (Some(LoggedOut::Here), Holder::User(_), ..) => words.user_before_was_logged_out.write(out),
        (Some(LoggedOut::Here), _, Some(user), _) => {
            fill(out, words.was_logged_out, &[Part::Text(user.as_str())])
        }
        (Some(LoggedOut::There), .., Some(elsewhere)) => {
            fill(out, words.was_logged_out_there, &[Part::Text(elsewhere.device.as_str())])
        }
        _ => Ok(()),
    }
}
