//! The settings that can be changed on the phone: names of the configuration, in its form.
//!
//! The configuration file comes first. What is set on the phone counts over it, until the file gives another value to one
//! of these names: then the file counts alone.

use crate::Language;
use crate::config::{Brightness, Name, UserIdMode};

/// Bytes of the settings as text, at most.
pub const LIMIT: usize = 256;

/// What counts at once when it is changed. A change of the services counts from the next start on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) language: Language,
    pub(crate) user_id_mode: Option<UserIdMode>,
    pub(crate) brightness: Brightness,
    pub(crate) poll_minutes: u16,
}

impl Settings {
    /// Those of a phone without a configuration.
    pub(crate) fn in_language(language: Language) -> Self {
        Self { language, user_id_mode: None, brightness: Brightness::High, poll_minutes: 0 }
    }
}

/// Which names have a value that was set on the phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed(u8);

impl Changed {
    /// The names that can be set on the phone, in the order in which they are written.
    pub(crate) const NAMES: [Name; 5] =
        [Name::Service, Name::Language, Name::UserIdMode, Name::Brightness, Name::PollMinutes];

    pub(crate) fn has(self, name: Name) -> bool {
        self.0 & Self::bit(name) != 0
    }

    pub(crate) fn add(&mut self, name: Name) {
        self.0 |= Self::bit(name);
    }

    /// The names of it.
    pub(crate) fn names(self) -> impl Iterator<Item = Name> {
        Self::NAMES.into_iter().filter(move |name| self.has(*name))
    }

    fn bit(name: Name) -> u8 {
        let place = Self::NAMES.iter().position(|known| *known == name);
        place.and_then(|place| 1_u8.checked_shl(u32::try_from(place).ok()?)).unwrap_or(0)
    }
}
