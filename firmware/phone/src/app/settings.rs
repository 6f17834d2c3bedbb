//! The settings on the phone: behind the admin code where there is one, changed one at a time, kept by the board.
//!
//! What the board could not keep does not count. The code is a secret like a PIN: typed into the form's PIN, and wiped with it.

use core::fmt;
use core::time::Duration;

use super::form::Outcome;
use super::{App, DONE_TIME, Field, Hint, Screen};
use crate::config::{self, Brightness, Name, Service, UserIdMode};
use crate::part::{Part, write_all};
use crate::settings::{Changed, LIMIT, Settings};
use crate::{Effect, Key, Language, NotKept};

/// How long a wrong code holds up the next one; each further one doubles it.
const FIRST_HOLD: Duration = Duration::from_secs(2);

/// The longest hold.
const LAST_HOLD: Duration = Duration::from_secs(300);

/// The intervals to choose from, in minutes; 0 is never.
const POLL_CHOICES: [u16; 6] = [0, 1, 5, 15, 60, 240];

/// A line of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    Language,
    UserIdMode,
    Brightness,
    Polling,
    /// The services, by their place.
    Service(usize),
    Forget,
}

impl Setting {
    /// The lines in their order.
    pub(crate) const ALL: [Self; 7] = [
        Self::Language,
        Self::UserIdMode,
        Self::Brightness,
        Self::Polling,
        Self::Service(0),
        Self::Service(1),
        Self::Forget,
    ];

    fn name(self) -> Option<Name> {
        match self {
            Self::Language => Some(Name::Language),
            Self::UserIdMode => Some(Name::UserIdMode),
            Self::Brightness => Some(Name::Brightness),
            Self::Polling => Some(Name::PollMinutes),
            Self::Service(_) => Some(Name::Service),
            Self::Forget => None,
        }
    }
}

/// How often a wrong admin code was typed in a row, and when the next one may be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attempts {
    wrong: u32,
    held_until: Duration,
}

impl App<'_> {
    /// The settings that count now.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The names that have a value set on the phone.
    pub(crate) fn changed(&self) -> Changed {
        self.changed
    }

    /// Opens the settings, or asks for the code that opens them.
    pub(super) fn open_settings(&mut self) {
        let has_code = self.config().is_some_and(|config| config.admin_code().is_some());
        if !has_code {
            self.go(Screen::Settings { selected: 0 });
        } else if self.now < self.attempts.held_until {
            self.go(Screen::CodeHeld);
        } else {
            self.go(Screen::AdminCode);
            self.form.ask_only(Field::Pin, "");
        }
    }

    pub(super) fn press_in_admin_code(&mut self, key: Key) {
        match self.form.press(key, self.now) {
            Outcome::Stay => {}
            Outcome::Cancel => self.open_menu(),
            Outcome::Submit => {
                let code = self.config().and_then(|config| config.admin_code());
                if code.is_some_and(|code| code.is(self.form.pin().expose())) {
                    self.hold_codes(0);
                    self.go(Screen::Settings { selected: 0 });
                } else {
                    self.hold_codes(self.attempts.wrong.saturating_add(1));
                    self.go(Screen::CodeHeld);
                }
                self.effect = Some(Effect::CountWrongCodes(self.attempts.wrong));
            }
        }
    }

    /// Holds up the next code, after so many wrong ones in a row.
    pub(super) fn hold_codes(&mut self, wrong: u32) {
        let hold =
            wrong.checked_sub(1).map(|before| FIRST_HOLD.saturating_mul(1 << before.min(8)).min(LAST_HOLD));
        self.attempts = Attempts { wrong, held_until: self.now.saturating_add(hold.unwrap_or_default()) };
    }

    /// Seconds until the next code may be typed.
    pub(crate) fn code_held_for(&self) -> u64 {
        let left = self.attempts.held_until.saturating_sub(self.now);
        left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0))
    }

    /// When the screen that shows them looks different.
    pub(super) fn code_held_changes_at(&self) -> Option<Duration> {
        let after = self.code_held_for().checked_sub(1)?;
        let next = self.attempts.held_until.saturating_sub(Duration::from_secs(after));
        matches!(self.screen, Screen::CodeHeld).then_some(next)
    }

    pub(super) fn press_in_settings(&mut self, key: Key, selected: usize) {
        let last = Setting::ALL.len().saturating_sub(1);
        let chosen = match key {
            Key::Up => return self.screen = Screen::Settings { selected: selected.saturating_sub(1) },
            Key::Down => {
                return self.screen = Screen::Settings { selected: selected.saturating_add(1).min(last) };
            }
            Key::Select | Key::Soft1 => Some(selected),
            Key::Digit(digit) => usize::from(digit).checked_sub(1),
            Key::Soft3 => return self.open_menu(),
            _ => None,
        };
        match chosen.and_then(|index| Setting::ALL.get(index)) {
            Some(Setting::Service(place)) => {
                let mut text = heapless::String::<LIMIT>::new();
                if let Some(service) = self.config().and_then(|config| config.services().get(*place)) {
                    // One that is longer than what can be typed starts empty.
                    let _ = Part::Service(service).write(&mut text);
                }
                self.go(Screen::ServiceForm { place: *place });
                self.form.ask_only(Field::User, &text);
            }
            Some(Setting::Forget) => self.go(Screen::ForgetConfirm),
            Some(setting) => self.go(Screen::Choose { setting: *setting, selected: self.chosen(*setting) }),
            None => {}
        }
    }

    /// How many values a setting has to choose from.
    pub(crate) fn choices(&self, setting: Setting) -> usize {
        match setting {
            Setting::Language => Language::all().count(),
            Setting::UserIdMode => 3,
            Setting::Brightness => 2,
            Setting::Polling => POLL_CHOICES.len(),
            Setting::Service(_) | Setting::Forget => 0,
        }
    }

    /// The place of the value that a setting has; the first where it is none to choose.
    fn chosen(&self, setting: Setting) -> usize {
        let has = |index: &usize| self.with(setting, *index) == self.settings;
        (0..self.choices(setting)).find(has).unwrap_or(0)
    }

    /// The settings as they are with another value for one of them.
    pub(crate) fn with(&self, setting: Setting, index: usize) -> Settings {
        let mut settings = self.settings;
        match setting {
            Setting::Language => settings.language = Language::all().nth(index).unwrap_or_default(),
            Setting::UserIdMode => {
                let modes = [Some(UserIdMode::Letters), Some(UserIdMode::Digits)];
                settings.user_id_mode = modes.get(index).copied().flatten();
            }
            Setting::Brightness => {
                settings.brightness = if index == 0 { Brightness::High } else { Brightness::Low };
            }
            Setting::Polling => settings.poll_minutes = POLL_CHOICES.get(index).copied().unwrap_or(0),
            Setting::Service(_) | Setting::Forget => {}
        }
        settings
    }

    pub(super) fn press_in_choices(&mut self, key: Key, setting: Setting, selected: usize) {
        let last = self.choices(setting).saturating_sub(1);
        let chosen = match key {
            Key::Up => return self.screen = Screen::Choose { setting, selected: selected.saturating_sub(1) },
            Key::Down => {
                return self.screen =
                    Screen::Choose { setting, selected: selected.saturating_add(1).min(last) };
            }
            Key::Select | Key::Soft1 => Some(selected),
            Key::Digit(digit) => usize::from(digit).checked_sub(1).filter(|index| *index <= last),
            Key::Soft3 => return self.back_to_settings(setting),
            _ => None,
        };
        if let Some(index) = chosen {
            let settings = self.with(setting, index);
            self.save(setting, settings);
        }
    }

    pub(super) fn press_in_service(&mut self, key: Key, place: usize) {
        match self.form.press(key, self.now) {
            Outcome::Stay => {}
            Outcome::Cancel => self.back_to_settings(Setting::Service(place)),
            // Without a backup there is no second line; a phone without a service is of no use.
            Outcome::Submit if place > 0 && self.form.user().is_empty() => self.save_service(place),
            Outcome::Submit => match self.typed_service(place) {
                Ok(_) => self.save_service(place),
                Err(error) => self.go(Screen::BadService { place, error }),
            },
        }
    }

    fn typed_service(&self, place: usize) -> Result<Service, config::Error> {
        #[cfg(feature = "tls")]
        if let Some(config) = self.config() {
            return config.typed(place, self.form.user());
        }
        let _ = place;
        Service::typed(self.form.user())
    }

    pub(super) fn press_in_bad_service(&mut self, key: Key, place: usize) {
        match key {
            Key::Soft1 | Key::Select | Key::Soft3 => self.go(Screen::ServiceForm { place }),
            _ => self.scroll(key),
        }
    }

    fn save_service(&mut self, place: usize) {
        let before = self.changed;
        self.changed.add(Name::Service);
        let is_too_long = self.write_text(&mut Count(0), Some(place)).is_err();
        self.changed = before;
        if is_too_long {
            self.form.say(Hint::Full);
        } else {
            self.save(Setting::Service(place), self.settings);
        }
    }

    /// Has the board keep a setting.
    fn save(&mut self, setting: Setting, settings: Settings) {
        self.before = (self.settings, self.changed);
        self.use_settings(settings);
        if let Some(name) = setting.name() {
            self.changed.add(name);
        }
        self.effect = Some(Effect::Save);
        self.go(Screen::Saving { setting });
    }

    fn use_settings(&mut self, settings: Settings) {
        self.settings = settings;
        self.form.start_in(settings.user_id_mode);
        self.polling.ask_every(config::interval(settings.poll_minutes), self.now);
    }

    pub(super) fn press_in_forget(&mut self, key: Key) {
        match key {
            Key::Soft1 | Key::Select => {
                self.effect = Some(Effect::Forget);
                self.go(Screen::Saving { setting: Setting::Forget });
            }
            Key::Soft3 => self.back_to_settings(Setting::Forget),
            _ => self.scroll(key),
        }
    }

    /// Takes in whether the board has done what it was told.
    pub(super) fn kept(&mut self, kept: Result<(), NotKept>) {
        let Screen::Saving { setting } = self.screen else { return };
        if kept.is_err() && setting != Setting::Forget {
            let (settings, changed) = self.before;
            self.use_settings(settings);
            self.changed = changed;
        }
        // What went wrong takes longer to read.
        let time = if kept.is_ok() { DONE_TIME } else { DONE_TIME.saturating_mul(10) };
        self.go(Screen::Saved { setting, kept: kept.is_ok(), until: self.now.saturating_add(time) });
    }

    /// Goes on from the screen that says what became of a change: some count from the next start on.
    pub(super) fn after_saving(&mut self, setting: Setting, kept: bool) {
        match setting {
            Setting::Service(_) | Setting::Forget if kept => self.restart(),
            _ => self.back_to_settings(setting),
        }
    }

    fn back_to_settings(&mut self, setting: Setting) {
        let selected = Setting::ALL.iter().position(|line| *line == setting).unwrap_or(0);
        self.go(Screen::Settings { selected });
    }

    /// Writes the settings made on the phone into `out`, in the form of the configuration file, and returns their length:
    /// [`settings::LIMIT`](crate::settings::LIMIT) bytes at most.
    #[must_use]
    pub fn write_settings(&self, out: &mut [u8]) -> usize {
        let typed = match self.screen {
            Screen::Saving { setting: Setting::Service(place) } => Some(place),
            _ => None,
        };
        let mut text = Text { out, len: 0 };
        // What does not fit is not saved: `save_service` has looked.
        self.write_text(&mut text, typed).map_or(0, |()| text.len)
    }

    /// Writes them; the service at the place `typed` is the one in the form.
    fn write_text(&self, out: &mut dyn fmt::Write, typed: Option<usize>) -> fmt::Result {
        let Some(config) = self.config() else { return Ok(()) };
        config.print_line().iter().try_for_each(|byte| out.write_char(char::from(*byte)))?;
        for name in self.changed.names() {
            let value = match name {
                Name::Service => {
                    for place in 0..config::SERVICES {
                        match config.services().get(place) {
                            _ if typed == Some(place) && self.form.user().is_empty() => {}
                            _ if typed == Some(place) => write_line(name, Part::Text(self.form.user()), out)?,
                            Some(service) => write_line(name, Part::Service(service), out)?,
                            None => {}
                        }
                    }
                    continue;
                }
                Name::Language => Part::Text(self.settings.language.code()),
                Name::UserIdMode => Part::Text(match self.settings.user_id_mode {
                    Some(UserIdMode::Letters) => "letters",
                    Some(UserIdMode::Digits) => "digits",
                    None => "last",
                }),
                Name::Brightness => {
                    let is_low = self.settings.brightness == Brightness::Low;
                    Part::Text(if is_low { "low" } else { "high" })
                }
                _ => Part::number(self.settings.poll_minutes),
            };
            write_line(name, value, out)?;
        }
        Ok(())
    }
}

fn write_line(name: Name, value: Part<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write_all(out, &[Part::Text(name.text()), Part::Text(" = "), value, Part::Text("\n")])
}

/// A text in bytes that are there.
pub(super) struct Text<'o> {
    pub(super) out: &'o mut [u8],
    pub(super) len: usize,
}

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len.saturating_add(text.len());
        self.out.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Only whether a text would fit.
struct Count(usize);

impl fmt::Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        if self.0 <= LIMIT { Ok(()) } else { Err(fmt::Error) }
    }
}
