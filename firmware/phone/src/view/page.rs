//! The grid of character cells that every screen is drawn in, and what of it the display shows already.

use core::ops::Range;
use core::{iter, mem};

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

use super::layout::{Colours, FACE_CELLS, LABEL_COLUMNS, Layout, Palette, Role};
use super::pad::{Face, Pad};
use crate::font::{Font, Glyph, marks};

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
        let layout = self.layout;
        for index in 0..layout.line_cell(layout.lines) {
            let Some(cell) = self.cells.get_mut(index) else { break };
            if *cell == Cell::BLANK {
                continue;
            }
            if cell.0 & Cell::IN_USE != 0 {
                cell.0 &= !Cell::IN_USE;
                continue;
            }
            *cell = Cell::BLANK;
            match index.checked_sub(layout.line_cell(0)) {
                Some(index) => {
                    let (column, line) = (index % layout.columns, index / layout.columns);
                    self.glyph(layout.cell(column, layout.line_top(line)), ' ', Role::Text)?;
                }
                None => self.glyph(layout.cell(index, layout.title.text_top), ' ', Role::Title)?,
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
        self.cell(self.layout.line_cell(line) + column, at, character, role)
    }

    /// Draws a softkey with its label in the middle, or nothing but ground where the label is empty. Labels have 7
    /// characters at most.
    pub(super) fn softkey(&mut self, place: usize, label: &str) -> Result<(), D::Error> {
        let first = self.layout.softkey_cell(place);
        if self.are_same(first..first + LABEL_COLUMNS, label.chars(), Role::Softkey) {
            return Ok(());
        }
        let area = self.layout.softkey(place);
        self.key_ground(&area, !label.is_empty())?;
        self.centred(&area, self.layout.softkeys.text_top, self.layout.font, label, Role::Softkey)
    }

    /// Draws a key of the pad, or nothing but ground where it has no face.
    pub(super) fn pad_key(&mut self, pad: &Pad, place: usize, face: Option<Face>) -> Result<(), D::Error> {
        let first = self.layout.pad_cell(place);
        let shown = face.into_iter().flat_map(|face| iter::once(face.character).chain(face.legend.chars()));
        let role = if face.is_some_and(|face| face.is_faint) { Role::Legend } else { Role::Softkey };
        if self.are_same(first..first + FACE_CELLS, shown, role) {
            return Ok(());
        }
        let area = pad.area(place);
        self.key_ground(&area, face.is_some())?;
        let Some(Face { character, legend, .. }) = face else { return Ok(()) };
        let mut bytes = [0; 4];
        let fonts = [self.layout.font, pad.legend];
        let heights = fonts.map(|font| font.cell().height.cast_signed());
        let legend_height = if legend.is_empty() { 0 } else { heights[1] };
        let top = area.top_left.y + (area.size.height.cast_signed() - heights[0] - legend_height) / 2;
        self.centred(&area, top, fonts[0], character.encode_utf8(&mut bytes), Role::Softkey)?;
        self.centred(&area, top + heights[0], fonts[1], legend, role)
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
            let before = mem::replace(shown, now);
            if before.0 & !Cell::IN_USE == now.0 & !Cell::IN_USE {
                return Ok(());
            }
        }
        self.glyph(at, character, role)
    }

    /// Takes what the cells of a key show now, and says whether they showed it before.
    fn are_same(
        &mut self,
        cells: Range<usize>,
        mut characters: impl Iterator<Item = char>,
        role: Role,
    ) -> bool {
        let mut same = true;
        for index in cells {
            let now = characters.next().map_or(Cell::BLANK, |character| Cell::new(character, role));
            same &= self.cells.get_mut(index).is_some_and(|shown| mem::replace(shown, now) == now);
        }
        same
    }

    /// Draws what is behind the text of a key.
    fn key_ground(&mut self, area: &Rectangle, is_there: bool) -> Result<(), D::Error> {
        let ground = if is_there { self.palette.softkey } else { self.palette.ground };
        self.display.fill_solid(area, ground)
    }

    /// Draws a text in the middle of an area.
    fn centred(
        &mut self,
        area: &Rectangle,
        top: i32,
        font: &Font,
        text: &str,
        role: Role,
    ) -> Result<(), D::Error> {
        let pitch = font.cell().width;
        let width = u32::try_from(text.chars().count()).unwrap_or(0).saturating_mul(pitch);
        let indent = (area.size.width.saturating_sub(width) / 2).cast_signed();
        let mut at = Point::new(area.top_left.x + indent, top);
        for character in text.chars() {
            self.glyph_in(font, at, character, role)?;
            at.x += pitch.cast_signed();
        }
        Ok(())
    }

    fn glyph(&mut self, at: Point, character: char, role: Role) -> Result<(), D::Error> {
        self.glyph_in(self.layout.font, at, character, role)
    }

    fn glyph_in(&mut self, font: &Font, at: Point, character: char, role: Role) -> Result<(), D::Error> {
        let (ink, ground) = self.palette.cell(role);
        let pixels = font.pixels(Glyph::of(character));
        let colors = pixels.map(|is_ink| if is_ink { ink } else { ground });
        self.display.fill_contiguous(&Rectangle::new(at, font.cell()), colors)
    }
}
