//! Draws a row of cells on a display: those that do not look yet as they are to.

use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

use super::layout::{FACE_CELLS, LABEL_COLUMNS, Layout, Palette, Role, Row};
use super::pad::Pad;
use super::page::{Cell, Look};
use crate::Display;
use crate::font::{Font, Glyph};

/// A display being drawn.
pub(super) struct Painter<'p, D: Display> {
    pub(super) layout: &'p Layout,
    pub(super) palette: Palette<D::Color>,
    pub(super) display: &'p mut D,
}

impl<D: Display> Painter<'_, D> {
    /// Draws what is behind the cells of a row, over everything, and notes that its cells are blank.
    pub(super) fn clear(&mut self, row: Row, cells: &mut [Cell]) -> Result<(), D::Error> {
        self.display.fill_solid(&self.layout.band(row), self.palette.ground)?;
        if row == Row::Title {
            let title = self.layout.title;
            let size = Size::new(self.layout.size.width, title.height);
            self.display.fill_solid(&Rectangle::new(Point::new(0, title.top), size), self.palette.title)?;
        }
        for cell in cells {
            cell.shown = Look::BLANK;
        }
        Ok(())
    }

    /// Draws the cells of a row that changed, and says whether there were any.
    pub(super) fn draw(&mut self, row: Row, cells: &mut [Cell]) -> Result<bool, D::Error> {
        match row {
            Row::Title => self.line(self.layout.title.text_top, self.palette.title, cells),
            Row::Line(line) => self.line(self.layout.line_top(line), self.palette.ground, cells),
            Row::Softkeys => {
                let label = |painter: &mut Self, place, label: &mut [Cell]| painter.softkey(place, label);
                self.keys(cells.chunks_mut(LABEL_COLUMNS).enumerate(), label)
            }
            Row::Pad { first } => {
                let Some(pad) = self.layout.pad() else { return Ok(false) };
                let key = |painter: &mut Self, place, face: &mut [Cell]| painter.pad_key(pad, place, face);
                self.keys((first..).zip(cells.chunks_mut(FACE_CELLS)), key)
            }
        }
    }

    /// Cells that become blank are drawn together as far as they follow one another.
    fn line(&mut self, top: i32, ground: D::Color, cells: &mut [Cell]) -> Result<bool, D::Error> {
        let mut draws = false;
        let mut column = 0;
        for cells in cells.chunk_by_mut(|one, next| becomes_blank(*one) && becomes_blank(*next)) {
            let at = self.layout.cell(column, top);
            column += cells.len();
            let Some(first) = cells.first().filter(|cell| cell.shown != cell.wanted) else { continue };
            match first.wanted.parts() {
                Some((glyph, role)) => self.glyph(self.layout.font, at, glyph, role)?,
                None => {
                    let Size { width, height } = self.layout.font.cell();
                    let count = u32::try_from(cells.len()).unwrap_or(1);
                    self.display.fill_solid(&Rectangle::new(at, Size::new(count * width, height)), ground)?;
                }
            }
            for cell in cells {
                cell.shown = cell.wanted;
            }
            draws = true;
        }
        Ok(draws)
    }

    /// Draws those keys of which a cell changed.
    fn keys<'c>(
        &mut self,
        keys: impl Iterator<Item = (usize, &'c mut [Cell])>,
        mut draw: impl FnMut(&mut Self, usize, &mut [Cell]) -> Result<(), D::Error>,
    ) -> Result<bool, D::Error> {
        let mut draws = false;
        for (place, cells) in keys.filter(|(_, cells)| cells.iter().any(|cell| cell.shown != cell.wanted)) {
            draw(self, place, cells)?;
            for cell in cells {
                cell.shown = cell.wanted;
            }
            draws = true;
        }
        Ok(draws)
    }

    fn softkey(&mut self, place: usize, label: &[Cell]) -> Result<(), D::Error> {
        let area = self.layout.softkey(place);
        self.key_ground(&area, label)?;
        self.centred(&area, self.layout.softkeys.text_top, self.layout.font, label)
    }

    fn pad_key(&mut self, pad: &Pad, place: usize, face: &[Cell]) -> Result<(), D::Error> {
        let area = pad.area(place);
        self.key_ground(&area, face)?;
        let Some((character, legend)) = face.split_at_checked(1) else { return Ok(()) };
        let height = self.layout.font.cell().height.cast_signed();
        let legend_height = if length(legend) == 0 { 0 } else { pad.legend.cell().height.cast_signed() };
        let top = area.top_left.y + (area.size.height.cast_signed() - height - legend_height) / 2;
        self.centred(&area, top, self.layout.font, character)?;
        self.centred(&area, top + height, pad.legend, legend)
    }

    /// Draws what is behind the text of a key. Where it has none, there is no key.
    fn key_ground(&mut self, area: &Rectangle, text: &[Cell]) -> Result<(), D::Error> {
        let ground = if length(text) == 0 { self.palette.ground } else { self.palette.softkey };
        self.display.fill_solid(area, ground)
    }

    /// Draws a text in the middle of an area.
    fn centred(
        &mut self,
        area: &Rectangle,
        top: i32,
        font: &'static Font,
        text: &[Cell],
    ) -> Result<(), D::Error> {
        let pitch = font.cell().width;
        let width = u32::try_from(length(text)).unwrap_or(0).saturating_mul(pitch);
        let indent = (area.size.width.saturating_sub(width) / 2).cast_signed();
        let mut at = Point::new(area.top_left.x + indent, top);
        for cell in text {
            if let Some((glyph, role)) = cell.wanted.parts() {
                self.glyph(font, at, glyph, role)?;
            }
            at.x += pitch.cast_signed();
        }
        Ok(())
    }

    fn glyph(&mut self, font: &Font, at: Point, glyph: Glyph, role: Role) -> Result<(), D::Error> {
        let (ink, ground) = self.palette.cell(role);
        self.display.draw_bitmap(at, &font.bitmap(glyph), ink, ground)
    }
}

fn becomes_blank(cell: Cell) -> bool {
    cell.wanted == Look::BLANK && cell.shown != Look::BLANK
}

/// How many cells a text has up to its last character.
fn length(text: &[Cell]) -> usize {
    text.iter().rposition(|cell| cell.wanted != Look::BLANK).map_or(0, |last| last + 1)
}
