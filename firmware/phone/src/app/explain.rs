//! A number that a person saw and asks the phone about. It must never ask the service: what numbers mean is in the phone.

use super::{App, Screen};
use crate::Key;

impl App<'_> {
    pub(super) fn press_in_explain(&mut self, key: Key, number: Option<u16>) {
        match (key, number) {
            (Key::Digit(digit @ 0..=9), _) => {
                let longer =
                    number.unwrap_or(0).checked_mul(10).and_then(|tens| tens.checked_add(digit.into()));
                // A digit more than any number has is not taken.
                self.screen = Screen::Explain { number: longer.or(number) };
            }
            (Key::Soft2, Some(typed)) => {
                self.screen = Screen::Explain { number: Some(typed / 10).filter(|rest| *rest > 0) };
            }
            (Key::Soft1 | Key::Select, Some(number)) => self.go(Screen::Explained { number }),
            (Key::Soft3, _) => self.open_menu(),
            _ => {}
        }
    }

    pub(super) fn press_in_explained(&mut self, key: Key, number: u16) {
        match key {
            Key::Soft3 => self.go(Screen::Explain { number: Some(number) }),
            _ => self.scroll(key),
        }
    }
}
