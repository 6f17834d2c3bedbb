//! Lays out the page of symbols as the number keys are laid out: each symbol beside the key that picks it.

use super::layout::Role;
use super::page::Page;
use crate::app::Symbols;

/// The keys in their places, and in the last row those that turn the page.
const KEYS: [[char; 3]; 4] = [['1', '2', '3'], ['4', '5', '6'], ['7', '8', '9'], ['*', '0', '#']];

pub(super) fn put(symbols: &Symbols, page: &mut Page<'_>) {
    let width = page.layout.columns / 3;
    for (line, row) in KEYS.iter().enumerate() {
        for (column, key) in row.iter().enumerate() {
            let index = match key {
                '*' | '#' => None,
                '0' => Some(Symbols::ZERO),
                _ => Some(line * row.len() + column),
            };
            let text = match key {
                '*' => "\u{BB}",
                '#' => "\u{AB}",
                _ => index.and_then(|index| symbols.entries().get(index)).copied().unwrap_or_default(),
            };
            if text.is_empty() {
                continue;
            }
            let selected = index == Some(symbols.selected());
            let cells = [*key, ' '].into_iter().chain(text.chars()).enumerate();
            for (place, character) in cells {
                let role = match place {
                    _ if selected => Role::Selected,
                    0 => Role::Faint,
                    _ => Role::Text,
                };
                page.body(line, column * width + place, character, role);
            }
        }
    }
}
