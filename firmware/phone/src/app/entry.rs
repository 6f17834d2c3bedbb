//! The user ID while it is typed on twelve keys: letters by pressing a key several times, anywhere in the ID.
//!
//! It holds no secret. The value is complete at any time; a letter that can still change is the one before the cursor.

use core::time::Duration;

use heapless::String;

use super::pin::Full;
use crate::Key;
use crate::config::UserIdMode;

/// Bytes of a user ID that is typed. Every key gives ASCII, and an ID may have 128 characters (`core/PROTOCOL.md`).
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
    /// The mode that `#` changes to.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Lower => Self::Upper,
            Self::Upper => Self::Digits,
            Self::Digits => Self::Lower,
        }
    }

    /// What a key gives besides its digit.
    pub(crate) fn letters(self, key: Key) -> &'static str {
        let characters = self.characters(key);
        characters.strip_suffix(|last: char| last.is_ascii_digit()).unwrap_or(characters)
    }

    /// The characters of a key, in the order of its presses. They are ASCII.
    pub(super) fn characters(self, key: Key) -> &'static str {
        let (lower, upper, digit) = match key {
            Key::Digit(0) => ("0", "0", "0"),
            // What user IDs have most often besides letters.
            Key::Digit(1) => ("@.-_1", "@.-_1", "1"),
            Key::Digit(2) => ("abc2", "ABC2", "2"),
            Key::Digit(3) => ("def3", "DEF3", "3"),
            Key::Digit(4) => ("ghi4", "GHI4", "4"),
            Key::Digit(5) => ("jkl5", "JKL5", "5"),
            Key::Digit(6) => ("mno6", "MNO6", "6"),
            Key::Digit(7) => ("pqrs7", "PQRS7", "7"),
            Key::Digit(8) => ("tuv8", "TUV8", "8"),
            Key::Digit(9) => ("wxyz9", "WXYZ9", "9"),
            _ => ("", "", ""),
        };
        match self {
            Mode::Lower => lower,
            Mode::Upper => upper,
            Mode::Digits => digit,
        }
    }
}

impl From<UserIdMode> for Mode {
    fn from(mode: UserIdMode) -> Self {
        match mode {
            UserIdMode::Letters => Self::Lower,
            UserIdMode::Digits => Self::Digits,
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
    /// Where the next character goes: a byte of the value at which a character starts, or its end.
    cursor: usize,
    mode: Mode,
    /// The mode that every ID starts in, where the phone is told one.
    told: Option<Mode>,
    /// The mode in which a character was typed last.
    used: Mode,
    pending: Option<Pending>,
}

impl Entry {
    /// An empty entry. Every ID starts in the mode told, or else in the one used last.
    pub(crate) fn new(told: Option<UserIdMode>) -> Self {
        let told = told.map(Mode::from);
        Self { told, mode: told.unwrap_or_default(), ..Self::default() }
    }

    /// Has every ID start in this mode, or else in the one used last.
    pub(crate) fn start_in(&mut self, told: Option<UserIdMode>) {
        self.told = told.map(Mode::from);
    }

    /// What is typed, with the letter that can still change.
    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    /// How many characters are before the cursor.
    pub(crate) fn cursor(&self) -> usize {
        self.before_cursor().chars().count()
    }

    /// What the number keys give now.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// While the letter before the cursor can change: the characters of its key, and which of them it is now.
    pub(crate) fn letters(&self) -> Option<(&'static str, usize)> {
        self.pending.map(|pending| (self.mode.characters(pending.key), pending.tap))
    }

    /// When the letter before the cursor stops being changeable.
    pub(crate) fn settles_at(&self) -> Option<Duration> {
        self.pending.map(|pending| pending.until)
    }

    /// Fixes a letter that could still change.
    pub(crate) fn settle(&mut self) {
        self.pending = None;
    }

    /// Types a number key, or changes the mode with `#`. Other keys do nothing here. A letter whose time is over must
    /// have been fixed before.
    pub(crate) fn press(&mut self, key: Key, now: Duration) -> Result<(), Full> {
        if key == Key::Pound {
            self.settle();
            self.mode = self.mode.next();
            return Ok(());
        }
        let characters = self.mode.characters(key);
        let again = self.pending.filter(|pending| pending.key == key);
        let tap = again.map_or(0, |pending| pending.tap + 1) % characters.len().max(1);
        let Some(character) = characters.get(tap..=tap) else { return Ok(()) };
        if again.is_some() {
            self.delete();
        }
        self.insert(character)?;
        self.used = self.mode;
        self.pending =
            (characters.len() > 1).then(|| Pending { key, tap, until: now.saturating_add(LETTER_TIMEOUT) });
        Ok(())
    }

    /// Types a whole text, or nothing of it where it is too long.
    pub(crate) fn insert(&mut self, text: &str) -> Result<(), Full> {
        self.settle();
        self.value.insert_str(self.cursor, text).map_err(|_| Full)?;
        self.cursor += text.len();
        Ok(())
    }

    /// Deletes the character before the cursor.
    pub(crate) fn delete(&mut self) {
        let end = self.cursor;
        self.left();
        if self.cursor < end {
            self.value.remove(self.cursor);
            #[cfg(feature = "browser")]
            self.wipe_end();
        }
    }

    /// Moves the cursor before the character that it is behind.
    pub(crate) fn left(&mut self) {
        self.settle();
        let before = self.before_cursor().chars().next_back();
        self.cursor -= before.map_or(0, char::len_utf8);
    }

    /// Fixes a letter that could still change, or else moves the cursor behind the next character.
    pub(crate) fn right(&mut self) {
        if self.pending.take().is_none() {
            let after = self.value.get(self.cursor..).and_then(|after| after.chars().next());
            self.cursor += after.map_or(0, char::len_utf8);
        }
    }

    /// Forgets what was typed, for the next ID.
    pub(crate) fn clear(&mut self) {
        self.settle();
        self.value.clear();
        self.cursor = 0;
        self.mode = self.told.unwrap_or(self.used);
    }

    /// Begins anew in this mode, empty.
    #[cfg(feature = "browser")]
    pub(crate) fn start(&mut self, mode: Mode) {
        self.clear();
        self.mode = mode;
    }

    /// Forgets what was typed, a secret perhaps.
    #[cfg(feature = "browser")]
    pub(crate) fn wipe(&mut self) {
        self.clear();
        zeroize::Zeroize::zeroize(&mut self.value);
    }

    /// Wipes what a deletion leaves behind the end: it may be a secret's.
    #[cfg(feature = "browser")]
    fn wipe_end(&mut self) {
        let length = self.value.len();
        while self.value.push('\0').is_ok() {}
        self.value.truncate(length);
    }

    fn before_cursor(&self) -> &str {
        self.value.get(..self.cursor).unwrap_or(&self.value)
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    fn typed(keys: &[Key]) -> Entry {
        let mut entry = Entry::default();
        type_keys(&mut entry, keys);
        entry
    }

    fn type_keys(entry: &mut Entry, keys: &[Key]) {
        for key in keys {
            entry.press(*key, Duration::ZERO).unwrap();
        }
    }

    fn full() -> Entry {
        let mut entry = Entry::new(Some(UserIdMode::Digits));
        type_keys(&mut entry, &[Key::Digit(1); USER_CHARACTERS]);
        entry
    }

    #[test]
    fn a_key_pressed_past_its_last_character_starts_again() {
        assert_eq!(typed(&[Key::Digit(2); 5]).value(), "a");
    }

    #[test]
    fn the_letters_of_a_key_are_told_while_one_can_change() {
        let mut entry = typed(&[Key::Digit(7); 3]);
        assert_eq!(entry.letters(), Some(("pqrs7", 2)));
        entry.right();
        assert_eq!((entry.letters(), entry.cursor()), (None, 1), "right fixes it and moves nothing");
        type_keys(&mut entry, &[Key::Digit(0)]);
        assert_eq!(entry.letters(), None, "there is nothing that it could become");
    }

    #[test]
    fn characters_come_and_go_at_the_cursor() {
        let mut entry = typed(&[5, 4, 6].map(Key::Digit));
        entry.left();
        entry.left();
        type_keys(&mut entry, &[Key::Digit(6); 3]);
        assert_eq!((entry.value(), entry.cursor()), ("jogm", 2));
        type_keys(&mut entry, &[Key::Digit(6)]);
        assert_eq!(
            (entry.value(), entry.cursor()),
            ("j6gm", 2),
            "the letter that can change is in the middle"
        );
        entry.right();
        entry.right();
        entry.delete();
        assert_eq!((entry.value(), entry.cursor()), ("j6m", 2));
    }

    #[test]
    fn the_cursor_stays_at_either_end() {
        let mut entry = typed(&[Key::Digit(2)]);
        for _ in 0..3 {
            entry.left();
        }
        entry.delete();
        assert_eq!((entry.value(), entry.cursor()), ("a", 0), "there is nothing before it");
        for _ in 0..3 {
            entry.right();
        }
        assert_eq!(entry.cursor(), 1);
    }

    #[test]
    fn a_full_field_refuses_what_does_not_fit_as_a_whole_and_keeps_the_rest() {
        let mut entry = full();
        assert_eq!(entry.press(Key::Digit(2), Duration::ZERO), Err(Full));
        entry.delete();
        assert_eq!(entry.insert(".com"), Err(Full));
        assert_eq!(entry.insert("@"), Ok(()));
        assert_eq!(entry.value().len(), USER_CHARACTERS);
    }

    #[test]
    fn a_full_field_still_changes_its_letter() {
        let mut entry = full();
        entry.delete();
        type_keys(&mut entry, &[Key::Pound, Key::Digit(2), Key::Digit(2)]);
        assert!(entry.value().ends_with("1b"));
    }

    #[test]
    fn an_id_starts_in_the_mode_told_or_else_in_the_one_used_last() {
        let mut entry = Entry::new(None);
        assert_eq!(entry.mode(), Mode::Lower);
        type_keys(&mut entry, &[Key::Pound, Key::Pound]);
        entry.clear();
        assert_eq!(entry.mode(), Mode::Lower, "nothing was typed in the other mode");
        type_keys(&mut entry, &[Key::Pound, Key::Pound, Key::Digit(4)]);
        entry.clear();
        assert_eq!(entry.mode(), Mode::Digits);

        for (told, mode) in [(UserIdMode::Digits, Mode::Digits), (UserIdMode::Letters, Mode::Lower)] {
            let mut entry = Entry::new(Some(told));
            assert_eq!(entry.mode(), mode);
            type_keys(&mut entry, &[Key::Pound, Key::Digit(4)]);
            entry.clear();
            assert_eq!(entry.mode(), mode);
        }
    }

    /// Every key and the passing of time, at random, against a plain model: a list of characters and a place in it.
    #[test]
    fn the_cursor_is_at_a_character_and_what_is_typed_is_as_in_a_plain_list() {
        let mut dice = 0x9E37_79B9_7F4A_7C15_u64;
        let mut roll = |sides: u64| {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            dice % sides
        };
        for round in 0..200 {
            let mut entry = Entry::new([None, Some(UserIdMode::Digits)][round % 2]);
            let (mut list, mut place) = (Vec::<char>::new(), 0_usize);
            // Some characters of more than one byte: an ID may come from the service.
            if round % 3 == 0 {
                entry.insert("j\u{f6}rg\u{4e00}").unwrap();
                list = "j\u{f6}rg\u{4e00}".chars().collect();
                place = list.len();
            }
            for _ in 0..400 {
                let bytes = entry.value().len();
                match roll(16) {
                    0 | 1 => {
                        entry.left();
                        place = place.saturating_sub(1);
                    }
                    2 | 3 => {
                        let changes = entry.letters().is_some();
                        entry.right();
                        place = if changes { place } else { (place + 1).min(list.len()) };
                    }
                    4 => {
                        entry.delete();
                        if place > 0 {
                            place -= 1;
                            list.remove(place);
                        }
                    }
                    5 => entry.settle(),
                    6 => entry.press(Key::Pound, Duration::ZERO).unwrap(),
                    7 => {
                        if entry.insert(".com").is_ok() {
                            list.splice(place..place, ".com".chars());
                            place += 4;
                        } else {
                            assert!(bytes + 4 > USER_CHARACTERS);
                        }
                    }
                    _ => {
                        let key = Key::Digit(u8::try_from(roll(10)).unwrap());
                        let replaces = entry.pending.is_some_and(|pending| pending.key == key);
                        if entry.press(key, Duration::ZERO).is_ok() {
                            let character = entry.before_cursor().chars().next_back().unwrap();
                            if replaces {
                                list[place - 1] = character;
                            } else {
                                list.insert(place, character);
                                place += 1;
                            }
                        } else {
                            assert_eq!(bytes, USER_CHARACTERS);
                        }
                    }
                }
                assert!(entry.value().is_char_boundary(entry.cursor), "{entry:?}");
                assert!(entry.value().len() <= USER_CHARACTERS);
                assert_eq!(entry.value(), list.iter().collect::<std::string::String>());
                assert_eq!(entry.cursor(), place);
            }
        }
    }
}
