//! The grid of character cells that every screen is drawn in, and what of it the display shows already.

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

use super::layout::{Colours, LABEL_COLUMNS, Layout, Palette, Role};
use crate::font::{Glyph, marks};

/// What one cell of the display shows: a glyph and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell(u16);

impl Cell {
    /// A cell without ink.
    pub const BLANK: Self = Self(0);

    /// Set on the cells that the picture being drawn has something in.
    const IN_USE: u16 = 1 << 15;

    fn new(character: char, role: Role) -> Self {
        if character == ' ' && role != Role::Selected {
            return Self::BLANK;
        }
        Self(Self::IN_USE | (role as u16 + 1) << 10 | Glyph::of(character).0)
    }
}

/// A display being drawn: cells that look as before are left alone.
pub(super) struct Page<'p, D: DrawTarget> {
    pub(super) layout: &'p Layout,
    palette: Palette<D::Color>,
    cells: &'p mut [Cell],
    display: &'p mut D,
}

impl<'p, D: DrawTarget<Color: Colours>> Page<'p, D> {
    /// Starts a picture on a display that shows `cells`.
    pub(super) fn new(
        layout: &'p Layout,
        palette: Palette<D::Color>,
        cells: &'p mut [Cell],
        display: &'p mut D,
    ) -> Self {
        Self { layout, palette, cells, display }
    }

    /// Draws what is behind the cells, over everything.
    pub(super) fn clear(&mut self) -> Result<(), D::Error> {
        self.cells.fill(Cell::BLANK);
        self.display.fill_solid(&Rectangle::new(Point::zero(), self.layout.size), self.palette.ground)?;
        let title = self.layout.title;
        let area = Rectangle::new(Point::new(0, title.top), Size::new(self.layout.size.width, title.height));
        self.display.fill_solid(&area, self.palette.title)
    }

    /// Ends the picture: what was there before, and is in it no more, goes.
    pub(super) fn finish(&mut self) -> Result<(), D::Error> {
        let columns = self.layout.columns;
        for index in 0..columns * (1 + self.layout.lines) {
            let Some(cell) = self.cells.get_mut(index) else { break };
            if *cell == Cell::BLANK {
                continue;
            }
            if cell.0 & Cell::IN_USE != 0 {
                cell.0 &= !Cell::IN_USE;
                continue;
            }
            *cell = Cell::BLANK;
            let (column, row) = (index % columns, index / columns);
            match row.checked_sub(1) {
                Some(line) => {
                    self.glyph(self.layout.cell(column, self.layout.line_top(line)), ' ', Role::Text)?
                }
                None => self.glyph(self.layout.cell(column, self.layout.title.text_top), ' ', Role::Title)?,
            }
        }
        Ok(())
    }

    /// Draws a character in the title bar.
    pub(super) fn title(&mut self, column: usize, character: char) -> Result<(), D::Error> {
        let at = self.layout.cell(column, self.layout.title.text_top);
        self.cell(column, at, character, Role::Title)
    }

    /// Draws a character in one of the lines between the bars.
    pub(super) fn body(
        &mut self,
        line: usize,
        column: usize,
        character: char,
        role: Role,
    ) -> Result<(), D::Error> {
        let at = self.layout.cell(column, self.layout.line_top(line));
        self.cell((1 + line) * self.layout.columns + column, at, character, role)
    }

    /// Draws a softkey with its label in the middle, or nothing but ground where the label is empty. Labels have 7
    /// characters at most.
    pub(super) fn softkey(&mut self, place: usize, label: &str) -> Result<(), D::Error> {
        let first = self.layout.columns * (1 + self.layout.lines) + place * LABEL_COLUMNS;
        let mut same = true;
        let mut characters = label.chars();
        for index in first..first + LABEL_COLUMNS {
            let character = characters.next();
            let now = character.map_or(Cell::BLANK, |character| Cell::new(character, Role::Softkey));
            same &= self.cells.get_mut(index).is_some_and(|shown| core::mem::replace(shown, now) == now);
        }
        if same {
            return Ok(());
        }
        let area = self.layout.softkey(place);
        let ground = if label.is_empty() { self.palette.ground } else { self.palette.softkey };
        self.display.fill_solid(&area, ground)?;
        let pitch = self.layout.font.cell().width;
        let width = u32::try_from(label.chars().count()).unwrap_or(0).saturating_mul(pitch);
        let indent = (area.size.width.saturating_sub(width) / 2).cast_signed();
        let mut at = Point::new(area.top_left.x + indent, self.layout.softkeys.text_top);
        for character in label.chars() {
            self.glyph(at, character, Role::Softkey)?;
            at.x += pitch.cast_signed();
        }
        Ok(())
    }

    /// Marks in the last column that there is more above or below the lines from `top` on. The marks look like keys, so that
    /// none is taken for the end of the word before it.
    pub(super) fn scroll_marks(&mut self, top: usize, lines: usize) -> Result<(), D::Error> {
        let Layout { columns, lines: seen, .. } = *self.layout;
        let column = columns.saturating_sub(1);
        if top > 0 {
            self.body(0, column, marks::MORE_ABOVE, Role::Softkey)?;
        }
        if lines > top.saturating_add(seen) {
            self.body(seen.saturating_sub(1), column, marks::MORE_BELOW, Role::Softkey)?;
        }
        Ok(())
    }

    fn cell(&mut self, index: usize, at: Point, character: char, role: Role) -> Result<(), D::Error> {
        let now = Cell::new(character, role);
        if let Some(shown) = self.cells.get_mut(index) {
            let before = core::mem::replace(shown, now);
            if before.0 & !Cell::IN_USE == now.0 & !Cell::IN_USE {
                return Ok(());
            }
        }
        self.glyph(at, character, role)
    }

    fn glyph(&mut self, at: Point, character: char, role: Role) -> Result<(), D::Error> {
        let (ink, ground) = self.palette.cell(role);
        let pixels = self.layout.font.pixels(Glyph::of(character));
        let colors = pixels.map(|is_ink| if is_ink { ink } else { ground });
        self.display.fill_contiguous(&Rectangle::new(at, self.layout.font.cell()), colors)
    }
}
