//! The grid of character cells that every screen is laid out in.
//!
//! It knows no display: what of it a display shows already, and what is to be drawn, is [`super::paint`]'s.

use super::layout::{FACE_CELLS, LABEL_COLUMNS, Layout, Role};
use super::pad::Face;
use crate::font::{Glyph, marks};

/// A cell of the display: what it shows, and what it is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub(super) shown: Look,
    pub(super) wanted: Look,
}

impl Cell {
    /// A cell without ink.
    pub const BLANK: Self = Self { shown: Look::BLANK, wanted: Look::BLANK };
}

/// What a cell looks like: a glyph and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look(u16);

impl Look {
    /// Without ink, on what is behind the cells.
    pub(super) const BLANK: Self = Self(0);

    /// Bits of the glyph's number.
    const GLYPH_BITS: u32 = 10;

    fn new(character: char, role: Role) -> Self {
        if character == ' ' && role != Role::Selected {
            return Self::BLANK;
        }
        Self((role as u16 + 1) << Self::GLYPH_BITS | Glyph::of(character).0)
    }

    /// The glyph and what it is for, unless it is blank.
    pub(super) fn parts(self) -> Option<(Glyph, Role)> {
        let role = match (self.0 >> Self::GLYPH_BITS).checked_sub(1)? {
            role if role == Role::Text as u16 => Role::Text,
            role if role == Role::Faint as u16 => Role::Faint,
            role if role == Role::Selected as u16 => Role::Selected,
            role if role == Role::Title as u16 => Role::Title,
            role if role == Role::Legend as u16 => Role::Legend,
            _ => Role::Softkey,
        };
        Some((Glyph(self.0 & ((1 << Self::GLYPH_BITS) - 1)), role))
    }
}

/// A picture being laid out: what its cells are to show.
pub(super) struct Page<'p> {
    pub(super) layout: &'p Layout,
    cells: &'p mut [Cell],
}

impl<'p> Page<'p> {
    /// Starts an empty picture.
    pub(super) fn new(layout: &'p Layout, cells: &'p mut [Cell]) -> Self {
        for cell in &mut *cells {
            cell.wanted = Look::BLANK;
        }
        Self { layout, cells }
    }

    /// Puts a character into the title bar.
    pub(super) fn title(&mut self, column: usize, character: char) {
        if column < self.layout.title_columns {
            self.put(column, character, Role::Title);
        }
    }

    /// Puts a character into one of the lines between the bars.
    pub(super) fn body(&mut self, line: usize, column: usize, character: char, role: Role) {
        if line < self.layout.lines && column < self.layout.columns {
            self.put(self.layout.line_cell(line) + column, character, role);
        }
    }

    /// Puts a text at the start of one of the lines between the bars.
    pub(super) fn text(&mut self, line: usize, text: &str, role: Role) {
        for (column, character) in text.chars().enumerate() {
            self.body(line, column, character, role);
        }
    }

    /// Empties the lines between the bars.
    pub(super) fn clear_body(&mut self) {
        for line in 0..self.layout.lines {
            for column in 0..self.layout.columns {
                self.body(line, column, ' ', Role::Text);
            }
        }
    }

    /// Puts the label of a softkey: 7 characters at most.
    pub(super) fn softkey(&mut self, place: usize, label: &str) {
        for (index, character) in (self.layout.softkey_cell(place)..).zip(label.chars().take(LABEL_COLUMNS)) {
            self.put(index, character, Role::Softkey);
        }
    }

    /// Puts what is written on a key of the pad.
    pub(super) fn pad_key(&mut self, place: usize, face: &Face) {
        let first = self.layout.pad_cell(place);
        let role = if face.is_faint { Role::Legend } else { Role::Softkey };
        self.put(first, face.character, Role::Softkey);
        for (index, character) in (first + 1..first + FACE_CELLS).zip(face.legend.chars()) {
            self.put(index, character, role);
        }
    }

    /// Marks in the last column that there is more above or below the lines from `top` on. The marks look like keys, so that
    /// none is taken for the end of the word before it.
    pub(super) fn scroll_marks(&mut self, top: usize, lines: usize) {
        let Layout { columns, lines: seen, .. } = *self.layout;
        let column = columns.saturating_sub(1);
        if top > 0 {
            self.body(0, column, marks::MORE_ABOVE, Role::Softkey);
        }
        if lines > top.saturating_add(seen) {
            self.body(seen.saturating_sub(1), column, marks::MORE_BELOW, Role::Softkey);
        }
    }

    fn put(&mut self, index: usize, character: char, role: Role) {
        if let Some(cell) = self.cells.get_mut(index) {
            cell.wanted = Look::new(character, role);
        }
    }
}
