//! The page of symbols: everything in ASCII but letters, digits and blanks, to be put into a user ID.
//!
//! It is laid out as the number keys are: a key picks what is at its place.

use crate::Key;

/// The keys of a row.
const COLUMNS: usize = 3;

/// Entries of a page at the places of the keys 1 to 9 and 0, frequent ones first.
const PAGES: [&[&str]; 4] = [
    &["@", ".", "-", "_", "+", "'", "&", "/", "\\", ".com"],
    &["!", "#", "$", "%", "*", "=", "?", "^", "~"],
    &["(", ")", "[", "]", "{", "}", "<", ">", "|"],
    &[",", ";", ":", "\"", "`"],
];

/// A page of symbols, one of them selected.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Symbols {
    page: usize,
    selected: usize,
}

/// What a key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Picked {
    /// Nothing yet.
    Open,
    /// A text for the user ID.
    Text(&'static str),
    /// The person goes back without one.
    Nothing,
}

impl Symbols {
    /// The place of key 0, below that of key 8.
    pub(crate) const ZERO: usize = 9;

    /// The page, counted from 0.
    pub(crate) fn page(&self) -> usize {
        self.page
    }

    /// The entries of the page.
    pub(crate) fn entries(&self) -> &'static [&'static str] {
        PAGES.get(self.page).copied().unwrap_or_default()
    }

    /// The entry that Select picks.
    pub(crate) fn selected(&self) -> usize {
        self.selected
    }

    /// Handles a key: a number picks, `*` and `#` turn the page, arrows move, and move on to the next page.
    pub(crate) fn press(&mut self, key: Key) -> Picked {
        let last = self.entries().len().saturating_sub(1);
        match key {
            Key::Digit(0) => return self.pick(Self::ZERO),
            Key::Digit(digit) => return self.pick(usize::from(digit) - 1),
            Key::Select | Key::Soft1 => return self.pick(self.selected),
            Key::Soft3 => return Picked::Nothing,
            Key::Star => self.turn(1),
            Key::Pound => self.turn(PAGES.len() - 1),
            Key::Right if self.selected < last => self.selected += 1,
            Key::Right => self.turn(1),
            Key::Left if self.selected > 0 => self.selected -= 1,
            Key::Left => self.turn_back_to_its_last(),
            Key::Down if (6..Self::ZERO).contains(&self.selected) && last == Self::ZERO => {
                self.selected = Self::ZERO
            }
            Key::Down if self.selected + COLUMNS <= last => self.selected += COLUMNS,
            Key::Down => self.turn(1),
            Key::Up if self.selected == Self::ZERO => self.selected = Self::ZERO - 2,
            Key::Up if self.selected >= COLUMNS => self.selected -= COLUMNS,
            Key::Up => self.turn_back_to_its_last(),
            _ => {}
        }
        Picked::Open
    }

    fn pick(self, index: usize) -> Picked {
        self.entries().get(index).map_or(Picked::Open, |text| Picked::Text(text))
    }

    fn turn(&mut self, pages: usize) {
        *self = Self { page: (self.page + pages) % PAGES.len(), selected: 0 };
    }

    fn turn_back_to_its_last(&mut self) {
        self.turn(PAGES.len() - 1);
        self.selected = self.entries().len().saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    const KEYS: [Key; 17] = [
        Key::Digit(0),
        Key::Digit(1),
        Key::Digit(2),
        Key::Digit(3),
        Key::Digit(4),
        Key::Digit(5),
        Key::Digit(6),
        Key::Digit(7),
        Key::Digit(8),
        Key::Digit(9),
        Key::Star,
        Key::Pound,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::Select,
    ];

    /// What at most so many keys give.
    fn reached(symbols: Symbols, presses: usize, found: &mut Vec<&'static str>) {
        for key in KEYS {
            let mut symbols = symbols;
            match symbols.press(key) {
                Picked::Text(text) => found.push(text),
                Picked::Open if presses > 1 => reached(symbols, presses - 1, found),
                Picked::Open | Picked::Nothing => {}
            }
        }
    }

    #[test]
    fn every_ascii_symbol_takes_three_keys_at_most() {
        let mut found = Vec::new();
        reached(Symbols::default(), 3, &mut found);
        found.sort_unstable();
        found.dedup();
        let expected: Vec<String> = (b'!'..=b'~')
            .map(char::from)
            .filter(|character| !character.is_ascii_alphanumeric())
            .map(String::from)
            .collect();
        found.retain(|text| *text != ".com");
        assert_eq!(found, expected);
    }

    #[test]
    fn no_symbol_is_there_twice() {
        let mut all = PAGES.concat();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn arrows_reach_every_entry_and_come_back() {
        for (there, back) in [(Key::Right, Key::Left), (Key::Down, Key::Up)] {
            let mut symbols = Symbols::default();
            let mut seen = Vec::new();
            for _ in 0..PAGES.concat().len() {
                seen.push((symbols.page, symbols.selected));
                assert!(symbols.selected < symbols.entries().len());
                symbols.press(there);
            }
            seen.sort_unstable();
            seen.dedup();
            if there == Key::Right {
                assert_eq!(seen.len(), PAGES.concat().len());
                assert_eq!((symbols.page, symbols.selected), (0, 0), "round and round");
            }
            for _ in 0..100 {
                symbols.press(back);
                assert!(symbols.selected < symbols.entries().len());
            }
        }
    }

    #[test]
    fn zero_is_below_eight() {
        let mut symbols = Symbols { page: 0, selected: 7 };
        symbols.press(Key::Down);
        assert_eq!(symbols.press(Key::Select), Picked::Text(".com"));
        symbols.press(Key::Up);
        assert_eq!(symbols.selected, 7);
    }

    #[test]
    fn a_key_without_a_symbol_picks_none() {
        let mut symbols = Symbols { page: 3, selected: 0 };
        assert_eq!(symbols.press(Key::Digit(6)), Picked::Open);
        assert_eq!(symbols.press(Key::Digit(0)), Picked::Open);
        assert_eq!(symbols.press(Key::Soft3), Picked::Nothing);
    }
}
