//! What view and words read of the app. Nothing here changes it.

use super::{
    App, Ask, Body, Failure, Field, Form, Holder, Light, List, Mode, NetworkState, Notice, Profiles, Screen,
    ServiceText, Setting, Signer, Trouble,
};
use crate::Key;
use crate::config::SetupError;
use crate::words::Words;

impl App<'_> {
    pub(crate) fn words(&self) -> &'static Words {
        self.settings.language.words()
    }

    pub(crate) fn setup_error(&self) -> Option<SetupError> {
        self.setup.err()
    }

    pub(crate) fn network(&self) -> NetworkState {
        self.network
    }

    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// How often the softkeys turned to the next actions on this screen.
    pub(crate) fn turns(&self) -> usize {
        self.turns
    }

    /// What is between title and softkeys.
    pub(crate) fn body(&self) -> Body {
        match self.screen {
            _ if self.screen.has_form() => {
                self.form.symbols().map_or(Body::Form, |symbols| Body::Symbols(*symbols))
            }
            #[cfg(feature = "browser")]
            Screen::Page if self.shows_fields() => {
                self.browser.fields.symbols().map_or(Body::Fields, |symbols| Body::Symbols(*symbols))
            }
            #[cfg(feature = "browser")]
            Screen::Page if self.shows_rows() => Body::List(List {
                len: self.browser.page.rows(),
                selected: self.browser.page.selected(),
                numbered: true,
            }),
            Screen::Menu { selected } => Body::List(List {
                len: self.menu().count(),
                selected: self.menu_position(selected),
                numbered: true,
            }),
            Screen::Profiles if self.profiles.len() > 0 => Body::List(List {
                len: self.profiles.len(),
                selected: self.profiles.selected(),
                numbered: false,
            }),
            Screen::Settings { selected } => {
                Body::List(List { len: Setting::ALL.len(), selected, numbered: true })
            }
            Screen::Choose { setting, selected } => {
                Body::List(List { len: self.choices(setting), selected, numbered: true })
            }
            Screen::LoginTimes { selected } => {
                Body::List(List { len: self.login_times().len(), selected, numbered: true })
            }
            _ => Body::Text,
        }
    }

    /// What the number keys type on this screen. Where they pick an entry of a list, they type nothing.
    pub(crate) fn types(&self) -> Option<Mode> {
        #[cfg(feature = "browser")]
        if self.shows_fields() {
            return self.browser.fields.focused().map(crate::browser::Field::mode);
        }
        match (&self.screen, self.form.focused()) {
            (screen, Field::User) if screen.has_form() => Some(self.form.mode()),
            (screen, Field::Pin) if screen.has_form() => Some(Mode::Digits),
            (Screen::Explain { .. }, _) => Some(Mode::Digits),
            // The first letters of an entry, in which capitals do not count.
            (Screen::Profiles, _) => Some(Mode::Lower),
            _ => None,
        }
    }

    pub(crate) fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// Whether a key that is held acts again and again: what moves through a text or a list, and what edits. One that
    /// wakes the display does not act at all.
    pub(crate) fn repeats(&self, key: Key) -> bool {
        if self.light() != Light::Bright {
            return false;
        }
        #[cfg(feature = "browser")]
        if self.shows_fields() {
            return self.browser.fields.repeats(key);
        }
        match self.body() {
            #[cfg(feature = "browser")]
            Body::Fields => false,
            Body::Form | Body::Symbols(_) => self.form.repeats(key),
            // In a list of profiles, letters and long names as well.
            Body::List(List { numbered: false, .. }) => {
                matches!(key, Key::Up | Key::Down | Key::Left | Key::Right | Key::Soft2)
            }
            Body::List(_) | Body::Text => match key {
                Key::Up | Key::Down => true,
                Key::Soft2 => matches!(self.screen, Screen::Explain { .. }),
                _ => false,
            },
        }
    }

    /// Whether the login being made is the one that is on, once more.
    pub(crate) fn is_staying(&self) -> bool {
        self.staying
    }

    pub(crate) fn top(&self) -> usize {
        self.top
    }

    pub(crate) fn service_text(&self) -> &ServiceText {
        &self.service_text
    }

    /// Whether the phone is finding out who is logged in, or about to.
    pub(crate) fn is_looking(&self) -> bool {
        self.look || self.in_flight.is_some_and(|flight| flight.ask == Ask::Who)
    }

    /// What happened without anybody at the phone, since a key was pressed.
    pub(crate) fn notice(&self) -> Option<Notice> {
        self.notice
    }

    /// Why it is not sure who is logged in now: the last question failed.
    pub(crate) fn look_trouble(&self) -> Option<Trouble> {
        self.look_trouble
    }

    /// Whether the person can try again what failed: not where somebody is in the way.
    pub(crate) fn can_retry(&self, failure: &Failure) -> bool {
        let hindered =
            failure.settled && failure.ask == Ask::Login && matches!(self.holder(), Holder::User(_));
        (failure.can_retry() || self.lost_profile(failure)) && !hindered
    }

    pub(crate) fn has_app_user(&self) -> bool {
        self.config().is_some_and(|config| config.app_user().is_some())
    }

    /// Who signs what is asked: what is asked for a login always the person, the rest the application user where there
    /// is one. So the service checks the PIN before it tells anything of a user.
    pub(crate) fn signer(&self, ask: Ask) -> Signer {
        match ask {
            Ask::Login | Ask::Profiles => Signer::Person,
            _ if self.has_app_user() => Signer::AppUser,
            _ => Signer::Person,
        }
    }
}
