//! The first letters of what a person looks for in a list, typed on the number keys.
//!
//! A letter changes when its key is pressed again within a second. Capitals do not count, so there are none.

use core::time::Duration;

use heapless::String;

use super::entry::{LETTER_TIMEOUT, Mode};
use crate::Key;

/// Letters that can be typed; more do nothing.
const LETTERS: usize = 12;

/// Letters as far as they are typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letters {
    text: String<LETTERS>,
    /// The key of the last letter, how often it was pressed before, and how long it can be pressed again.
    last: Option<(Key, usize, Duration)>,
}

impl Letters {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Types a number key or `*`; other keys do nothing here. Returns whether the letters are others now.
    pub(crate) fn press(&mut self, key: Key, now: Duration) -> bool {
        let characters = characters(key);
        let again = self.last.filter(|(last, _, until)| *last == key && now < *until);
        let tap = again.map_or(0, |(_, tap, _)| tap + 1) % characters.len().max(1);
        let Some(character) = characters.chars().nth(tap) else { return false };
        if again.is_some() {
            self.text.pop();
        }
        self.last = Some((key, tap, now.saturating_add(LETTER_TIMEOUT)));
        self.text.push(character).is_ok()
    }

    /// Deletes the last letter. Returns whether there was one.
    pub(crate) fn pop(&mut self) -> bool {
        self.last = None;
        self.text.pop().is_some()
    }

    /// Whether a name begins with the letters. One that no key has stands for any.
    pub(crate) fn begin(&self, mut name: impl Iterator<Item = char>) -> bool {
        self.text.chars().all(|letter| {
            name.next().is_some_and(|there| !there.is_ascii() || there.eq_ignore_ascii_case(&letter))
        })
    }
}

/// The characters of a key, in the order of its presses. Each is one byte.
fn characters(key: Key) -> &'static str {
    match key {
        Key::Digit(0) => "0 ",
        Key::Star => "&/+#(",
        key => Mode::Lower.characters(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[(Key, u64)]) -> Letters {
        let mut letters = Letters::default();
        for (key, at) in keys {
            letters.press(*key, Duration::from_millis(*at));
        }
        letters
    }

    #[test]
    fn a_key_pressed_again_within_a_second_changes_its_letter() {
        let five = Key::Digit(5);
        assert_eq!(typed(&[(five, 0), (five, 999)]).as_str(), "k");
        assert_eq!(typed(&[(five, 0), (five, 1000)]).as_str(), "jj");
        assert_eq!(typed(&[(five, 0), (Key::Digit(6), 1), (five, 2)]).as_str(), "jmj");
    }

    #[test]
    fn names_are_found_in_capitals_or_not_and_foreign_letters_stand_for_any() {
        let letters = typed(&[(Key::Digit(2), 0), (Key::Digit(8), 1), (Key::Digit(8), 2)]);
        assert_eq!(letters.as_str(), "au");
        for (name, found) in
            [("Aux", true), ("au", true), ("\u{c4}u", true), ("a\u{fc}", true), ("a", false), ("bau", false)]
        {
            assert_eq!(letters.begin(name.chars()), found, "{name}");
        }
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut letters = Letters::default();
        for _ in 0..LETTERS {
            letters.press(Key::Digit(1), Duration::ZERO);
            letters.press(Key::Digit(2), Duration::ZERO);
        }
        let full = letters.clone();
        assert!(!letters.press(Key::Digit(3), Duration::ZERO));
        assert_eq!(letters.as_str(), full.as_str());
    }
}
