//! How brightly the display is lit, so that no picture burns in: bright when somebody is there, dim after two minutes,
//! off after ten.
//!
//! A key wakes the display and does nothing else: whoever presses it may not have read what it would do. What a person
//! waits for, and what calls for one, wakes it as well; what the phone finds out by itself does not.

use core::time::Duration;

use super::{App, Screen};
use crate::config::Brightness;

/// How long the display stays bright.
const BRIGHT_TIME: Duration = Duration::from_secs(2 * 60);

/// How long it shows anything.
const LIT_TIME: Duration = Duration::from_secs(10 * 60);

/// How brightly the display is lit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// Somebody is at the phone.
    Bright,
    /// Somebody is at the phone, and the settings want it low.
    Low,
    /// Nobody was for two minutes. It is darker than low.
    Dim,
    /// Nobody was for ten minutes. The display shows nothing.
    Off,
}

impl App<'_> {
    /// How brightly the display is to be lit, as of the last event, whatever the settings want.
    #[must_use]
    pub fn light(&self) -> Light {
        let dark = self.now.saturating_sub(self.lit_at);
        if dark < BRIGHT_TIME {
            Light::Bright
        } else if dark < LIT_TIME {
            Light::Dim
        } else {
            Light::Off
        }
    }

    /// How brightly the display is drawn.
    pub(crate) fn drawn_light(&self) -> Light {
        match (self.light(), self.settings().brightness) {
            (Light::Bright, Brightness::Low) => Light::Low,
            (light, _) => light,
        }
    }

    /// When the light changes, if nothing happens.
    pub(super) fn light_changes_at(&self) -> Option<Duration> {
        let after = match self.light() {
            Light::Bright => BRIGHT_TIME,
            Light::Off => return None,
            _ => LIT_TIME,
        };
        Some(self.lit_at.saturating_add(after))
    }

    /// Lights the display for a key, and says whether it was bright already.
    pub(super) fn wake_light(&mut self) -> bool {
        let was_bright = self.light() == Light::Bright;
        self.lit_at = self.now;
        was_bright
    }

    /// Lights the display for a screen that somebody waits for or must see.
    pub(super) fn light_for(&mut self, screen: &Screen) {
        if screen.is_for_somebody() {
            self.lit_at = self.now;
        }
    }
}

#[cfg(test)]
mod tests {
    use hotdesk_core::{DeviceName, Response};

    use super::*;
    use crate::{Config, Event, Key, NetworkState};

    fn answer() -> Response<'static> {
        Response::parse(b"<response><success/></response>").unwrap()
    }

    #[test]
    fn an_answer_that_a_person_waits_for_wakes_the_display() {
        let config = Config::parse(b"service = a\n").unwrap();
        let mut app = App::new(DeviceName::try_from("SEP003094C25B15").unwrap(), Ok(&config));
        app.handle(Event::Network(NetworkState::Ready), Duration::ZERO);
        for key in [Key::Soft1, Key::Digit(5), Key::Down, Key::Digit(1), Key::Select] {
            app.handle(Event::Key(key), Duration::ZERO);
        }
        app.handle(Event::Time, BRIGHT_TIME);
        assert_eq!(app.light(), Light::Dim);
        app.handle(Event::Answer(Ok(answer())), BRIGHT_TIME);
        assert_eq!(app.light(), Light::Bright);
    }

    #[test]
    fn a_light_is_asked_for_when_it_changes() {
        let mut app =
            App::new(DeviceName::try_from("SEP003094C25B15").unwrap(), Err(crate::SetupError::NoCard));
        assert_eq!(app.wake_at(), Some(BRIGHT_TIME));
        app.handle(Event::Time, BRIGHT_TIME);
        assert_eq!((app.light(), app.wake_at()), (Light::Dim, Some(LIT_TIME)));
        app.handle(Event::Time, LIT_TIME);
        assert_eq!((app.light(), app.wake_at()), (Light::Off, None));
    }
}
