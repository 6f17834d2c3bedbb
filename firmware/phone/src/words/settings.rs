//! What the settings say: their names, their values, and what became of a change.

use core::fmt::{self, Write};

use super::Words;
use super::packed::fill;
use crate::Keeps;
use crate::app::{App, Setting};
use crate::config::{Brightness, UserIdMode};
use crate::part::{Part, write_texts};
use crate::settings::Settings;

pub(super) fn setting_name(setting: Setting, words: &Words) -> &'static str {
    match setting {
        Setting::Language => words.set_language,
        Setting::UserIdMode => words.set_user_id_mode,
        Setting::Brightness => words.set_brightness,
        Setting::Polling => words.set_polling,
        Setting::Service(0) => words.service,
        Setting::Service(_) => words.backup,
        Setting::Forget => words.forget,
    }
}

/// A line of the list of settings: name and value.
pub(super) fn setting_line(app: &App<'_>, index: usize, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    let Some(setting) = Setting::ALL.get(index) else { return Ok(()) };
    out.write_str(setting_name(*setting, words))?;
    match setting {
        Setting::Forget => Ok(()),
        Setting::Service(place) => {
            let service = app.config().and_then(|config| config.services().get(*place));
            match service {
                Some(service) => {
                    out.write_str(" ")?;
                    Part::Service(service).write(out)
                }
                None => words.none.write_after(" ", out),
            }
        }
        _ => {
            out.write_str(": ")?;
            setting_value(*setting, *app.settings(), app, out)
        }
    }
}

/// The value of a setting.
pub(super) fn setting_value(
    setting: Setting,
    settings: Settings,
    app: &App<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    let words = app.words();
    out.write_str(match setting {
        Setting::Language => settings.language.name(),
        Setting::UserIdMode => match settings.user_id_mode {
            Some(UserIdMode::Letters) => words.mode_letters,
            Some(UserIdMode::Digits) => words.mode_digits,
            None => words.mode_last,
        },
        Setting::Brightness if settings.brightness == Brightness::High => words.brightness_high,
        Setting::Brightness => words.brightness_low,
        Setting::Polling if settings.poll_minutes == 0 => words.never,
        Setting::Polling => return fill(out, words.short_minutes, &[Part::number(settings.poll_minutes)]),
        Setting::Service(_) | Setting::Forget => "",
    })
}

/// What is asked before it is forgotten, with what that is.
pub(super) fn forget_question(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    app.words().forget_question.write(out)?;
    names(app, out)
}

/// What became of a change.
pub(super) fn saved(app: &App<'_>, setting: Setting, kept: bool, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    match (setting, kept) {
        (_, false) => return words.not_saved.write(out),
        (Setting::Forget, true) => {
            words.forgotten.write(out)?;
            names(app, out)?;
        }
        (_, true) => {
            words.saved.write(out)?;
            if app.facts().is_some_and(|facts| facts.keeps == Keeps::UntilPowerOff) {
                words.keeps_until_power_off.write_after(" ", out)?;
            }
        }
    }
    if matches!(setting, Setting::Service(_) | Setting::Forget) {
        words.restarts_now.write_after("\n", out)?;
    }
    Ok(())
}

/// The names that have a value set on the phone.
fn names(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let mut between = " ";
    for name in app.changed().names() {
        write_texts(out, &[between, name.text()])?;
        between = ", ";
    }
    if between == " " { app.words().forget_nothing.write_after(" ", out) } else { Ok(()) }
}
