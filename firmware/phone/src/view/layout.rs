//! What a display has room for: its size, its font, where bars, lines and softkeys are, and its colours.
//!
//! A layout belongs to a display. The app knows none, and a layout that no display names is not linked, nor is its font.

use core::ops::Range;

use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::pixelcolor::{Gray4, GrayColor, PixelColor, Rgb565, Rgb888, RgbColor};
use embedded_graphics::primitives::Rectangle;

use super::pad::Pad;
use crate::app::{App, Body, Light};
use crate::font::{FONT_6X10, FONT_10X20, FONT_12X24, Font};

/// The most columns a layout has: a word that a line has no room for is kept while it is read.
pub(crate) const MAX_COLUMNS: usize = 40;

/// Columns of a softkey's label, on every display.
pub(crate) const LABEL_COLUMNS: usize = 7;

/// Characters on a key of a pad: its own, and four that it types.
pub(crate) const FACE_CELLS: usize = 5;

/// How the screens are laid out on a display of one size. All measures are in pixels.
#[derive(Debug)]
pub struct Layout {
    /// The size of the display.
    pub size: Size,
    /// The font of every text. Its cells are the columns and lines.
    pub font: &'static Font,
    /// Cells of a line, 40 at most.
    pub columns: usize,
    /// Cells of the title.
    pub title_columns: usize,
    /// Lines between title bar and softkeys.
    pub lines: usize,
    /// Left edge of the first column.
    pub left: i32,
    /// The bar behind the title.
    pub title: Bar,
    /// Top of the first line's cells.
    pub body_top: i32,
    /// From the top of a line to the top of the next.
    pub line_pitch: u32,
    /// The bar of the softkeys.
    pub softkeys: Bar,
    /// How many softkeys there are beside the bar.
    pub softkey_places: usize,
    /// Between two softkeys.
    pub softkey_gap: u32,
    /// The keys on the display itself, where it is touched.
    pub pad: Option<Pad>,
    /// Where the keys on the display depend on the screen: the layouts of its other screens.
    pub others: Option<&'static Others>,
}

/// The layouts of a display that is touched, besides the one of screens to be read.
#[derive(Debug)]
pub struct Others {
    /// A list: its lines are keys.
    pub list: Layout,
    /// What the number keys type into.
    pub typing: Layout,
    /// A list in which the number keys find an entry.
    pub finding: Layout,
}

/// A bar across the display with one line of text.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    /// Top edge of the bar.
    pub top: i32,
    /// Height of the bar.
    pub height: u32,
    /// Top edge of the text's cells.
    pub text_top: i32,
}

/// 128 x 64 pixels: 21 columns, 4 lines, 3 softkeys.
pub static LAYOUT_128X64: Layout = Layout {
    size: Size::new(128, 64),
    font: &FONT_6X10,
    columns: 21,
    title_columns: 21,
    lines: 4,
    left: 1,
    title: Bar { top: 0, height: 11, text_top: 0 },
    body_top: 12,
    line_pitch: 10,
    // As high as a cell: the rig reads a picture by rows of cells.
    softkeys: Bar { top: 54, height: 10, text_top: 54 },
    softkey_places: 3,
    softkey_gap: 1,
    pad: None,
    others: None,
};

/// 320 x 240 pixels: 31 columns, 9 lines, 4 softkeys.
pub static LAYOUT_320X240: Layout = Layout {
    size: Size::new(320, 240),
    font: &FONT_10X20,
    columns: 31,
    title_columns: 31,
    lines: 9,
    left: 5,
    title: Bar { top: 0, height: 24, text_top: 2 },
    body_top: 29,
    line_pitch: 20,
    softkeys: Bar { top: 214, height: 26, text_top: 217 },
    softkey_places: 4,
    softkey_gap: 2,
    pad: None,
    others: None,
};

/// 480 x 272 pixels: 39 columns, 8 lines, 4 softkeys.
pub static LAYOUT_480X272: Layout = Layout {
    size: Size::new(480, 272),
    font: &FONT_12X24,
    columns: 39,
    title_columns: 39,
    lines: 8,
    left: 6,
    title: Bar { top: 0, height: 30, text_top: 3 },
    body_top: 38,
    line_pitch: 24,
    softkeys: Bar { top: 240, height: 32, text_top: 244 },
    softkey_places: 4,
    softkey_gap: 2,
    pad: None,
    others: None,
};

impl Layout {
    /// How many cells there are to draw, on the screen that has most: what [`View::new`](super::View::new) wants memory for.
    #[must_use]
    pub const fn cells(&self) -> usize {
        let own = match self.pad() {
            Some(pad) => self.pad_cell(pad.keys.len()),
            None => self.pad_cell(0),
        };
        match self.others() {
            Some(Others { list, typing, finding }) => {
                larger(larger(own, list.cells()), larger(typing.cells(), finding.cells()))
            }
            None => own,
        }
    }

    /// The keys on the display. Without the feature there are none, and what draws them is not linked.
    pub(super) const fn pad(&self) -> Option<&Pad> {
        if cfg!(feature = "touch") { self.pad.as_ref() } else { None }
    }

    const fn others(&self) -> Option<&'static Others> {
        if cfg!(feature = "touch") { self.others } else { None }
    }

    /// The first cell of a line between the bars, among all.
    pub(super) const fn line_cell(&self, line: usize) -> usize {
        self.title_columns + line * self.columns
    }

    /// The first cell of a softkey.
    pub(super) const fn softkey_cell(&self, place: usize) -> usize {
        self.line_cell(self.lines) + place * LABEL_COLUMNS
    }

    /// The first cell of a key of the pad.
    pub(super) const fn pad_cell(&self, place: usize) -> usize {
        self.softkey_cell(self.softkey_places) + place * FACE_CELLS
    }

    /// A row of cells and which cells those are, counted from the title bar. Those of softkeys and keys are the places of what is
    /// written on them. The rows of the pad come last.
    pub(super) fn row(&self, number: usize) -> Option<(Row, Range<usize>)> {
        let Some(line) = number.checked_sub(1) else { return Some((Row::Title, 0..self.line_cell(0))) };
        let Some(behind) = line.checked_sub(self.lines) else {
            return Some((Row::Line(line), self.line_cell(line)..self.line_cell(line + 1)));
        };
        let Some(pad_row) = behind.checked_sub(1) else {
            return Some((Row::Softkeys, self.softkey_cell(0)..self.pad_cell(0)));
        };
        let pad = self.pad()?;
        let first = pad_row * pad.columns;
        let end = (first + pad.columns).min(pad.keys.len());
        (first < end).then(|| (Row::Pad { first }, self.pad_cell(first)..self.pad_cell(end)))
    }

    /// What a row of cells is on, from edge to edge of the display. Every pixel is in one of these areas; the pad is on those of
    /// lines.
    pub(super) fn band(&self, row: Row) -> Rectangle {
        let end = self.line_top(self.lines);
        let (top, bottom) = match row {
            Row::Title => (0, self.body_top),
            Row::Line(line) => (self.line_top(line), self.line_top(line + 1)),
            Row::Softkeys => (end, self.size.height.cast_signed()),
            Row::Pad { .. } => (0, 0),
        };
        Rectangle::new(Point::new(0, top), Size::new(self.size.width, bottom.abs_diff(top)))
    }

    /// The layout of the screen that the app shows: this one, or one of its `others`.
    #[must_use]
    pub fn shown(&self, app: &App<'_>) -> &Self {
        let Some(others) = self.others() else { return self };
        match (app.body(), app.types().is_some()) {
            (Body::List(_), false) => &others.list,
            (Body::List(_), true) => &others.finding,
            (_, true) => &others.typing,
            (_, false) => self,
        }
    }

    /// Where a cell is whose row of cells has its top edge at `top`.
    pub(crate) fn cell(&self, column: usize, top: i32) -> Point {
        Point::new(self.left + pixels(column) * self.font.cell().width.cast_signed(), top)
    }

    /// Top edge of a line between the bars.
    pub(crate) fn line_top(&self, line: usize) -> i32 {
        self.body_top + pixels(line) * self.line_pitch.cast_signed()
    }

    /// The area of a softkey, counted from the left.
    pub(crate) fn softkey(&self, place: usize) -> Rectangle {
        let places = u32::try_from(self.softkey_places.max(1)).unwrap_or(1);
        let pitch = (self.size.width + self.softkey_gap) / places;
        Rectangle::new(
            Point::new(pixels(place) * pitch.cast_signed(), self.softkeys.top),
            Size::new(pitch.saturating_sub(self.softkey_gap), self.softkeys.height),
        )
    }
}

const fn larger(one: usize, other: usize) -> usize {
    if one > other { one } else { other }
}

fn pixels(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(0)
}

/// A row of cells, which is drawn at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// The title bar.
    Title,
    /// One of the lines between the bars.
    Line(usize),
    /// The softkeys.
    Softkeys,
    /// Keys of the pad from this place on.
    Pad {
        /// The place of the first one.
        first: usize,
    },
}

/// What the pixels of a cell are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Text to read.
    Text,
    /// Text that matters less: the label of a field that is not in use.
    Faint,
    /// The line that is selected, or the place of typing.
    Selected,
    /// The title bar.
    Title,
    /// A softkey that does something.
    Softkey,
    /// On a key, what it does not type now.
    Legend,
}

/// The colours of a display, by what they are for.
#[derive(Clone, Copy, Debug)]
pub struct Palette<C> {
    /// Behind everything.
    pub ground: C,
    /// Text to read.
    pub text: C,
    /// Text that matters less.
    pub faint: C,
    /// The selected line and the place of typing. Their text has the colour of the ground.
    pub selected: C,
    /// The title bar.
    pub title: C,
    /// The text in the title bar.
    pub title_text: C,
    /// A softkey that does something. Where none does, there is ground.
    pub softkey: C,
    /// A softkey's label.
    pub softkey_text: C,
}

/// A kind of pixels that the phone has colours for.
pub trait Colours: PixelColor + Into<Rgb888> {
    /// The colours while somebody is at the phone.
    const BRIGHT: Palette<Self>;
    /// The same where the settings want it low.
    const LOW: Palette<Self>;
    /// The colours when nobody was for a while, the darkest.
    const DIM: Palette<Self>;
    /// A display that is off.
    const OFF: Self;
}

impl<C: PixelColor> Palette<C> {
    /// The ink and the ground of a cell.
    pub(crate) fn cell(&self, role: Role) -> (C, C) {
        match role {
            Role::Text => (self.text, self.ground),
            Role::Faint => (self.faint, self.ground),
            Role::Selected => (self.ground, self.selected),
            Role::Title => (self.title_text, self.title),
            Role::Softkey => (self.softkey_text, self.softkey),
            Role::Legend => (self.faint, self.softkey),
        }
    }
}

// Whoever reads a picture tells two greys apart that are four steps or more from each other.
impl Colours for Gray4 {
    const BRIGHT: Palette<Self> = Palette {
        ground: Self::BLACK,
        text: Self::WHITE,
        faint: Self::new(9),
        selected: Self::WHITE,
        title: Self::WHITE,
        title_text: Self::BLACK,
        softkey: Self::WHITE,
        softkey_text: Self::BLACK,
    };
    const LOW: Palette<Self> = Palette {
        ground: Self::BLACK,
        text: Self::new(9),
        faint: Self::new(6),
        selected: Self::new(9),
        title: Self::new(8),
        title_text: Self::BLACK,
        softkey: Self::new(8),
        softkey_text: Self::BLACK,
    };
    const DIM: Palette<Self> = Palette {
        ground: Self::BLACK,
        text: Self::new(5),
        faint: Self::new(4),
        selected: Self::new(5),
        title: Self::new(4),
        title_text: Self::BLACK,
        softkey: Self::new(4),
        softkey_text: Self::BLACK,
    };
    const OFF: Self = Self::BLACK;
}

impl Colours for Rgb565 {
    const BRIGHT: Palette<Self> = Palette {
        ground: Self::new(1, 3, 3),
        text: Self::new(29, 59, 29),
        faint: Self::new(17, 36, 19),
        selected: Self::new(31, 50, 8),
        title: Self::new(3, 22, 15),
        title_text: Self::new(31, 63, 31),
        softkey: Self::new(6, 16, 9),
        softkey_text: Self::new(31, 63, 31),
    };
    const LOW: Palette<Self> = Palette {
        ground: Self::BLACK,
        text: Self::new(19, 39, 19),
        faint: Self::new(13, 27, 14),
        selected: Self::new(21, 34, 5),
        title: Self::new(2, 14, 10),
        title_text: Self::new(21, 43, 21),
        softkey: Self::new(4, 10, 6),
        softkey_text: Self::new(21, 43, 21),
    };
    const DIM: Palette<Self> = Palette {
        ground: Self::BLACK,
        text: Self::new(11, 23, 11),
        faint: Self::new(8, 16, 8),
        selected: Self::new(12, 20, 3),
        title: Self::new(1, 7, 5),
        title_text: Self::new(12, 25, 12),
        softkey: Self::new(2, 5, 3),
        softkey_text: Self::new(12, 25, 12),
    };
    const OFF: Self = Self::BLACK;
}

/// The palette for a light. A display that is off has none.
pub(crate) fn palette<C: Colours>(light: Light) -> Option<Palette<C>> {
    match light {
        Light::Bright => Some(C::BRIGHT),
        Light::Low => Some(C::LOW),
        Light::Dim => Some(C::DIM),
        Light::Off => None,
    }
}
