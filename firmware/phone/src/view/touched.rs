//! The layouts of displays that are touched: what keys are on the glass, on which screen.

use embedded_graphics::geometry::{Point, Size};

use super::layout::{Bar, Layout, Others};
use super::pad::Pad;
use crate::Key;
use crate::font::{FONT_10X20, FONT_12X24};

/// 480 x 272 pixels on glass that is touched: the keys are on the display.
///
/// The panel is 95 mm wide: a key of the pad measures 10 by 9 mm, a softkey 23 by 9 mm, the line of a list 6 mm. A screen to be read
/// has two keys that scroll; the number keys are there where they type something, in the same place.
pub static LAYOUT_480X272_TOUCH: Layout = Layout {
    columns: 35,
    pad: Some(SCROLL_KEYS),
    others: Some(&Others { list: LIST, typing: TYPING, finding: FINDING }),
    ..TOUCHED
};

/// What all screens on this glass have in common.
const TOUCHED: Layout = Layout {
    size: Size::new(480, 272),
    font: &FONT_12X24,
    columns: 0,
    title_columns: 39,
    lines: 8,
    left: 6,
    title: Bar { top: 0, height: 30, text_top: 3 },
    body_top: 33,
    line_pitch: 24,
    softkeys: Bar { top: 228, height: 44, text_top: 238 },
    softkey_places: 4,
    softkey_gap: 2,
    pad: None,
    others: None,
};

const LIST: Layout =
    Layout { columns: 35, pad: Some(SCROLL_KEYS), lines: 6, body_top: 36, line_pitch: 32, ..TOUCHED };
const TYPING: Layout = Layout { columns: 21, pad: Some(NUMBER_KEYS), ..TOUCHED };
const FINDING: Layout = Layout { columns: 21, pad: Some(NUMBER_KEYS), ..LIST };

const SCROLL_KEYS: Pad =
    Pad { keys: &[Key::Up, Key::Down], columns: 1, at: Point::new(428, 32), ..NUMBER_KEYS };
const NUMBER_KEYS: Pad = Pad {
    keys: &[
        Key::Digit(1),
        Key::Digit(2),
        Key::Digit(3),
        Key::Up,
        Key::Digit(4),
        Key::Digit(5),
        Key::Digit(6),
        Key::Down,
        Key::Digit(7),
        Key::Digit(8),
        Key::Digit(9),
        Key::Left,
        Key::Star,
        Key::Digit(0),
        Key::Pound,
        Key::Right,
    ],
    columns: 4,
    at: Point::new(266, 32),
    key: Size::new(52, 47),
    gap: 2,
    legend: &FONT_10X20,
};
