//! The grid of character cells that every screen is drawn in.

use embedded_graphics::Drawable;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::mono_font::{MonoTextStyle, MonoTextStyleBuilder};
use embedded_graphics::pixelcolor::{Gray4, GrayColor};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::{Baseline, Text};

use super::wrap::COLUMNS;
use crate::font::FONT;

/// Width of the display in pixels.
const WIDTH: u32 = 128;
/// Top and height of the bar behind the title.
const TITLE_BAR: (i32, u32) = (0, 11);
/// Top of the title's characters.
const TITLE_Y: i32 = 0;
/// Top of the first line and the distance to the next.
const BODY_Y: i32 = 12;
/// Top and height of the bar behind the softkeys' labels.
const SOFTKEY_BAR: (i32, u32) = (53, 11);
/// Top of the labels' characters.
const SOFTKEY_Y: i32 = 54;
/// Columns of a softkey's label.
const SOFTKEY_COLUMNS: usize = COLUMNS / 3;
/// Fills the last column of a title that is longer: a double angle, for "continued".
const GOES_ON: char = '\u{BB}';

/// How a cell is lit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Light on dark.
    Bright,
    /// Grey on dark: a label that is not in use.
    Dim,
    /// Dark on light: selected, or the place of typing.
    Inverse,
}

impl Ink {
    fn style(self) -> MonoTextStyle<'static, Gray4> {
        let (text, ground) = match self {
            Self::Bright => (Gray4::WHITE, Gray4::BLACK),
            Self::Dim => (Gray4::new(9), Gray4::BLACK),
            Self::Inverse => (Gray4::BLACK, Gray4::WHITE),
        };
        MonoTextStyleBuilder::new().font(&FONT).text_color(text).background_color(ground).build()
    }
}

/// A display being drawn.
pub(super) struct Page<'d, D> {
    display: &'d mut D,
}

impl<'d, D: DrawTarget<Color = Gray4>> Page<'d, D> {
    /// Clears the display to dark.
    pub(super) fn new(display: &'d mut D) -> Result<Self, D::Error> {
        display.fill_solid(&Rectangle::new(Point::zero(), Size::new(WIDTH, 64)), Gray4::BLACK)?;
        Ok(Self { display })
    }

    /// Draws the title. One that is too long ends with a mark.
    pub(super) fn title(&mut self, title: &str) -> Result<(), D::Error> {
        self.bar(TITLE_BAR)?;
        let too_long = title.chars().nth(COLUMNS).is_some();
        for (column, character) in title.chars().take(COLUMNS).enumerate() {
            let last = column + 1 == COLUMNS;
            self.cell(column, TITLE_Y, if last && too_long { GOES_ON } else { character }, Ink::Inverse)?;
        }
        Ok(())
    }

    /// Draws the labels of the softkeys, each in the middle of its third.
    pub(super) fn softkeys(&mut self, labels: [&str; 3]) -> Result<(), D::Error> {
        self.bar(SOFTKEY_BAR)?;
        for (index, label) in labels.into_iter().enumerate() {
            let start = index * SOFTKEY_COLUMNS + SOFTKEY_COLUMNS.saturating_sub(label.chars().count()) / 2;
            for (column, character) in (start..).zip(label.chars()) {
                self.cell(column, SOFTKEY_Y, character, Ink::Inverse)?;
            }
        }
        Ok(())
    }

    /// Draws a character in one of the four lines.
    pub(super) fn body(
        &mut self,
        line: usize,
        column: usize,
        character: char,
        ink: Ink,
    ) -> Result<(), D::Error> {
        let y = i32::try_from(line).unwrap_or(0).saturating_mul(FONT_HEIGHT).saturating_add(BODY_Y);
        self.cell(column, y, character, ink)
    }

    fn bar(&mut self, (y, height): (i32, u32)) -> Result<(), D::Error> {
        self.display.fill_solid(&Rectangle::new(Point::new(0, y), Size::new(WIDTH, height)), Gray4::WHITE)
    }

    fn cell(&mut self, column: usize, y: i32, character: char, ink: Ink) -> Result<(), D::Error> {
        let x = i32::try_from(column).unwrap_or(0).saturating_mul(FONT_WIDTH).saturating_add(1);
        let mut text = [0; 4];
        let text = character.encode_utf8(&mut text);
        Text::with_baseline(text, Point::new(x, y), ink.style(), Baseline::Top).draw(self.display)?;
        Ok(())
    }
}

/// Pixels from a cell to the one beside it.
const FONT_WIDTH: i32 = 6;
/// Pixels from a cell to the one below it.
const FONT_HEIGHT: i32 = 10;
