//! The layouts of displays that are touched: what keys are on the glass, on which screen.

use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

use super::keys::PLACES;
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

/// The softkeys, from the left.
const SOFTKEYS: [Key; PLACES] =
    [Key::Soft1, Key::Soft2, Key::Soft3, Key::Soft4, Key::Soft5, Key::Soft6, Key::Soft7, Key::Soft8];

impl Layout {
    /// The key at a point of the display, and its area. Between two keys, the nearer one; beside all keys, [`Key::Beside`].
    pub(crate) fn key_at(&self, point: Point) -> (Key, Rectangle) {
        let softkeys = SOFTKEYS.into_iter().take(self.softkey_places).enumerate();
        let softkeys = softkeys.map(|(place, key)| (key, self.softkey_reach(place)));
        let pad = self.pad().into_iter().flat_map(|pad| {
            pad.keys.iter().enumerate().map(|(place, key)| (*key, reaching(pad.area(place), pad.gap)))
        });
        let lines =
            (0..self.lines).filter_map(|line| Some((Key::Line(u8::try_from(line).ok()?), self.line(line))));
        softkeys
            .chain(pad)
            .chain(lines)
            .find(|(_, area)| area.contains(point))
            .unwrap_or((Key::Beside, Rectangle::new(Point::zero(), self.size)))
    }

    /// The area of a softkey with what is around it: softkeys share the whole width.
    fn softkey_reach(&self, place: usize) -> Rectangle {
        let width = self.size.width / u32::try_from(self.softkey_places.max(1)).unwrap_or(1);
        let Rectangle { top_left, size } = reaching(self.softkey(place), self.softkey_gap);
        let left = i32::try_from(place).unwrap_or(0) * width.cast_signed();
        Rectangle::new(Point::new(left, top_left.y), Size::new(width, size.height))
    }

    /// The area of a line between the bars: as wide as its cells, with half of what is between it and the next.
    fn line(&self, line: usize) -> Rectangle {
        let cell = self.font.cell();
        let columns = u32::try_from(self.columns).unwrap_or(0);
        let between = self.line_pitch.saturating_sub(cell.height) / 2;
        let top = self.line_top(line) - between.cast_signed();
        Rectangle::new(
            Point::new(0, top),
            Size::new(self.left.unsigned_abs() + columns * cell.width, self.line_pitch),
        )
    }
}

/// A key with half of the gap around it, and the gap's middle.
fn reaching(area: Rectangle, gap: u32) -> Rectangle {
    area.offset(gap.div_ceil(2).cast_signed())
}
