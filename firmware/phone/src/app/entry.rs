//! The user ID while it is typed on twelve keys: letters by pressing a key several times.
//!
//! It holds no secret. The value is complete at any time; a letter that can still change is its last character.

use core::time::Duration;

use heapless::String;

use super::pin::Full;
use crate::Key;

/// Characters a user ID may have (`core/PROTOCOL.md`); every key gives ASCII, one byte each.
pub(crate) const USER_CHARACTERS: usize = 128;

/// How long a letter can still be changed by pressing its key again.
pub(crate) const LETTER_TIMEOUT: Duration = Duration::from_secs(1);

/// What the number keys give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    #[default]
    Lower,
    Upper,
    Digits,
}

impl Mode {
    fn next(self) -> Self {
        match self {
            Self::Lower => Self::Upper,
            Self::Upper => Self::Digits,
            Self::Digits => Self::Lower,
        }
    }
}

/// A letter that changes when its key is pressed again.
#[derive(Clone, Copy, Debug)]
struct Pending {
    key: Key,
    tap: usize,
    until: Duration,
}

/// A user ID as far as it is typed.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    value: String<USER_CHARACTERS>,
    mode: Mode,
    pending: Option<Pending>,
}

impl Entry {
    /// What is typed, with the letter that can still change.
    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    /// What the number keys give now.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether the last letter can still change.
    pub(crate) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// When the last letter stops being changeable.
    pub(crate) fn settles_at(&self) -> Option<Duration> {
        self.pending.map(|pending| pending.until)
    }

    /// Fixes a letter that could still change.
    pub(crate) fn settle(&mut self) {
        self.pending = None;
    }

    /// Types a number key, `*` or `#`. Other keys do nothing here. A letter whose time is over must have been fixed
    /// before.
    pub(crate) fn press(&mut self, key: Key, now: Duration) -> Result<(), Full> {
        if key == Key::Pound {
            self.settle();
            self.mode = self.mode.next();
            return Ok(());
        }
        let characters = self.characters(key);
        let again = self.pending.filter(|pending| pending.key == key);
        let tap = again.map_or(0, |pending| pending.tap + 1) % characters.len().max(1);
        let Some(character) = characters.chars().nth(tap) else { return Ok(()) };
        if again.is_some() {
            self.value.pop();
        }
        self.value.push(character).map_err(|_| Full)?;
        self.pending =
            (characters.len() > 1).then(|| Pending { key, tap, until: now.saturating_add(LETTER_TIMEOUT) });
        Ok(())
    }

    /// Deletes the last character.
    pub(crate) fn pop(&mut self) {
        self.settle();
        self.value.pop();
    }

    /// Forgets everything typed.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The characters of a key, in the order of its presses.
    fn characters(&self, key: Key) -> &'static str {
        let (lower, upper, digit) = match key {
            Key::Digit(0) => ("0", "0", "0"),
            Key::Digit(1) => ("1", "1", "1"),
            Key::Digit(2) => ("abc2", "ABC2", "2"),
            Key::Digit(3) => ("def3", "DEF3", "3"),
            Key::Digit(4) => ("ghi4", "GHI4", "4"),
            Key::Digit(5) => ("jkl5", "JKL5", "5"),
            Key::Digit(6) => ("mno6", "MNO6", "6"),
            Key::Digit(7) => ("pqrs7", "PQRS7", "7"),
            Key::Digit(8) => ("tuv8", "TUV8", "8"),
            Key::Digit(9) => ("wxyz9", "WXYZ9", "9"),
            Key::Star => (SYMBOLS, SYMBOLS, SYMBOLS),
            _ => ("", "", ""),
        };
        match self.mode {
            Mode::Lower => lower,
            Mode::Upper => upper,
            Mode::Digits => digit,
        }
    }
}

/// The characters of `*`, frequent ones first: everything in ASCII but letters, digits and blanks.
const SYMBOLS: &str = ".@-_+'&/\\%!#$*=?^~(){}[]<>,;:\"|`";

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    fn typed(keys: &[Key]) -> Entry {
        let mut entry = Entry::default();
        for key in keys {
            entry.press(*key, Duration::ZERO).unwrap();
        }
        entry
    }

    #[test]
    fn star_reaches_every_ascii_symbol_once() {
        let mut symbols: Vec<char> = SYMBOLS.chars().collect();
        symbols.sort_unstable();
        let expected: Vec<char> =
            (b'!'..=b'~').map(char::from).filter(|c| !c.is_ascii_alphanumeric()).collect();
        assert_eq!(symbols, expected);
    }

    #[test]
    fn a_key_pressed_past_its_last_character_starts_again() {
        let entry = typed(&[Key::Digit(2); 5]);
        assert_eq!(entry.value(), "a");
    }

    #[test]
    fn a_full_field_refuses_a_character_and_keeps_the_rest() {
        let mut entry = Entry::default();
        for _ in 0..USER_CHARACTERS {
            entry.press(Key::Digit(1), Duration::ZERO).unwrap();
        }
        assert_eq!(entry.press(Key::Digit(2), Duration::ZERO), Err(Full));
        assert_eq!(entry.value().len(), USER_CHARACTERS);
    }

    #[test]
    fn a_full_field_still_changes_its_last_letter() {
        let mut entry = Entry::default();
        for _ in 1..USER_CHARACTERS {
            entry.press(Key::Digit(1), Duration::ZERO).unwrap();
        }
        entry.press(Key::Digit(2), Duration::ZERO).unwrap();
        entry.press(Key::Digit(2), Duration::ZERO).unwrap();
        assert!(entry.value().ends_with('b'));
    }
}
