//! The grid of character cells that every screen is drawn in.

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::mono_font::MonoTextStyleBuilder;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Baseline;
use embedded_graphics::text::renderer::TextRenderer;

use super::layout::{Bar, Colours, Layout, Role};

/// Fills the last column of a title or an entry that is longer: a double angle, for "continued".
pub(super) const GOES_ON: char = '\u{BB}';
/// There is more above.
const MORE_ABOVE: char = '\u{2191}';
/// There is more below.
const MORE_BELOW: char = '\u{2193}';

/// A display being drawn.
pub(super) struct Page<'d, D> {
    pub(super) layout: &'d Layout,
    display: &'d mut D,
}

impl<'d, D: DrawTarget<Color: Colours>> Page<'d, D> {
    /// Clears the display to its ground.
    pub(super) fn new(layout: &'d Layout, display: &'d mut D) -> Result<Self, D::Error> {
        display.fill_solid(&Rectangle::new(Point::zero(), layout.size), D::Color::PALETTE.ground)?;
        Ok(Self { layout, display })
    }

    /// Draws the title at the left and a note at the right. A title that leaves too little room ends with a mark.
    pub(super) fn title(&mut self, title: &str, note: &str) -> Result<(), D::Error> {
        let bar = self.layout.title;
        self.bar(bar, Role::Title)?;
        let columns = self.layout.columns;
        let start = columns.saturating_sub(note.chars().count());
        let room = if note.is_empty() { columns } else { start.saturating_sub(1) };
        let too_long = title.chars().nth(room).is_some();
        for (column, character) in title.chars().take(room).enumerate() {
            let last = column + 1 == room;
            self.cell(column, bar.text_top, if last && too_long { GOES_ON } else { character }, Role::Title)?;
        }
        for (column, character) in (start..columns).zip(note.chars()) {
            self.cell(column, bar.text_top, character, Role::Title)?;
        }
        Ok(())
    }

    /// Draws the labels of the softkeys, each in the middle of its third.
    pub(super) fn softkeys(&mut self, labels: [&str; 3]) -> Result<(), D::Error> {
        let bar = self.layout.softkeys;
        self.bar(bar, Role::Softkey)?;
        let columns = self.layout.columns / labels.len();
        for (index, label) in labels.into_iter().enumerate() {
            let start = index * columns + columns.saturating_sub(label.chars().count()) / 2;
            for (column, character) in (start..).zip(label.chars()) {
                self.cell(column, bar.text_top, character, Role::Softkey)?;
            }
        }
        Ok(())
    }

    /// Draws a character in one of the lines between the bars.
    pub(super) fn body(
        &mut self,
        line: usize,
        column: usize,
        character: char,
        role: Role,
    ) -> Result<(), D::Error> {
        let height = pixels(self.layout.font.character_size.height);
        let y = i32::try_from(line).unwrap_or(0).saturating_mul(height).saturating_add(self.layout.body_top);
        self.cell(column, y, character, role)
    }

    /// Marks in the last column that there is more above or below the lines from `top` on.
    pub(super) fn scroll_marks(&mut self, top: usize, lines: usize) -> Result<(), D::Error> {
        let Layout { columns, lines: seen, .. } = *self.layout;
        let column = columns.saturating_sub(1);
        if top > 0 {
            self.body(0, column, MORE_ABOVE, Role::Text)?;
        }
        if lines > top.saturating_add(seen) {
            self.body(seen.saturating_sub(1), column, MORE_BELOW, Role::Text)?;
        }
        Ok(())
    }

    fn bar(&mut self, bar: Bar, role: Role) -> Result<(), D::Error> {
        let area = Rectangle::new(Point::new(0, bar.top), Size::new(self.layout.size.width, bar.height));
        let (_, ground) = D::Color::PALETTE.cell(role);
        self.display.fill_solid(&area, ground)
    }

    fn cell(&mut self, column: usize, y: i32, character: char, role: Role) -> Result<(), D::Error> {
        let Layout { font, left, .. } = *self.layout;
        let x = i32::try_from(column)
            .unwrap_or(0)
            .saturating_mul(pixels(font.character_size.width))
            .saturating_add(left);
        let (ink, ground) = D::Color::PALETTE.cell(role);
        let style = MonoTextStyleBuilder::new().font(font).text_color(ink).background_color(ground).build();
        let mut text = [0; 4];
        let text = character.encode_utf8(&mut text);
        // `Text` would look for lines and their ends first.
        style.draw_string(text, Point::new(x, y), Baseline::Top, self.display)?;
        Ok(())
    }
}

fn pixels(length: u32) -> i32 {
    i32::try_from(length).unwrap_or(0)
}
