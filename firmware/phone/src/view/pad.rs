//! The keys on a display that is touched: where they are, and what is written on them.
//!
//! It must never show which of them is pressed: a person types a PIN on them.

use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

use super::page::Page;
use crate::Key;
use crate::app::{App, Body, Field, Mode, Symbols};
use crate::font::{Font, marks};
use crate::words;

/// Keys of one size, in rows. All measures are in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Pad {
    /// The keys, row by row.
    pub keys: &'static [Key],
    /// Keys of a row.
    pub columns: usize,
    /// Top left corner of the first key.
    pub at: Point,
    /// The size of a key.
    pub key: Size,
    /// Between two keys.
    pub gap: u32,
    /// The font of what a key types, below its digit.
    pub legend: &'static Font,
}

/// What is written on a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Face {
    pub(super) character: char,
    /// What the key types besides its digit.
    pub(super) legend: &'static str,
    /// The key types nothing of the legend now.
    pub(super) is_faint: bool,
}

impl Pad {
    /// The area of a key.
    pub(crate) fn area(&self, place: usize) -> Rectangle {
        let columns = self.columns.max(1);
        let pitch = self.key + Size::new(self.gap, self.gap);
        let [column, row] = [place % columns, place / columns].map(|count| u32::try_from(count).unwrap_or(0));
        Rectangle::new(self.at + Size::new(column * pitch.width, row * pitch.height), self.key)
    }
}

/// Lays out the pad. Where it only scrolls and there is nothing to scroll, its keys are away.
pub(super) fn put(app: &App<'_>, scrolls: bool, page: &mut Page<'_>) {
    let Some(pad) = page.layout.pad() else { return };
    let mode = app.types();
    if scrolls || mode.is_some() {
        for (place, key) in pad.keys.iter().enumerate() {
            page.pad_key(place, &face(app, mode, *key));
        }
    }
}

fn face(app: &App<'_>, mode: Option<Mode>, key: Key) -> Face {
    let character = match key {
        Key::Digit(digit) => char::from_digit(u32::from(digit), 10).unwrap_or(' '),
        Key::Star => '*',
        Key::Pound => '#',
        Key::Up => marks::UP,
        Key::Down => marks::DOWN,
        Key::Left => marks::LEFT,
        Key::Right => marks::RIGHT,
        _ => ' ',
    };
    let plain = |legend| Face { character, legend, is_faint: false };
    match (app.body(), mode, key) {
        (Body::Symbols(symbols), _, _) => plain(symbol(&symbols, key)),
        (Body::Form, Some(mode), Key::Pound) if app.form().focused() == Field::User => {
            plain(words::mode(mode.next()))
        }
        // As on every telephone, for whoever knows a number by its letters.
        (_, Some(Mode::Digits), Key::Digit(2..)) => {
            Face { character, legend: Mode::Upper.letters(key), is_faint: true }
        }
        (_, Some(mode), _) => plain(mode.letters(key)),
        (_, None, _) => plain(""),
    }
}

/// The symbol that a key picks; those that turn the page have the marks of the page.
fn symbol(symbols: &Symbols, key: Key) -> &'static str {
    let place = match key {
        Key::Digit(0) => Symbols::ZERO,
        Key::Digit(digit) => usize::from(digit).saturating_sub(1),
        _ => return "",
    };
    symbols.entries().get(place).copied().unwrap_or_default()
}
