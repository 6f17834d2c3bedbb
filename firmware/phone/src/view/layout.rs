//! What a display has room for: its size, its font, where bars, lines and softkeys are, and its colours.
//!
//! A layout belongs to a display. The app knows none, and a layout that no display names is not linked.

use embedded_graphics::geometry::Size;
use embedded_graphics::mono_font::MonoFont;
use embedded_graphics::pixelcolor::{Gray4, GrayColor, PixelColor, Rgb565};

use crate::font::FONT_6X10;

/// The most columns a layout has: a word that a line has no room for is kept while it is read.
pub(crate) const MAX_COLUMNS: usize = 40;

/// How the screens are laid out on a display of one size. All measures are in pixels.
#[derive(Debug)]
pub struct Layout {
    /// The size of the display.
    pub size: Size,
    /// The font of every text. Its cells are the columns and lines.
    pub font: &'static MonoFont<'static>,
    /// Cells of a line, 40 at most.
    pub columns: usize,
    /// Lines between title bar and softkeys.
    pub lines: usize,
    /// Left edge of the first column.
    pub left: i32,
    /// The bar behind the title.
    pub title: Bar,
    /// Top of the first line.
    pub body_top: i32,
    /// The bar behind the labels of the softkeys.
    pub softkeys: Bar,
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

/// 128 x 64 pixels: 21 columns, 4 lines, 3 softkeys, cells of 6 x 10 pixels.
pub static LAYOUT_128X64: Layout = Layout {
    size: Size::new(128, 64),
    font: &FONT_6X10,
    columns: 21,
    lines: 4,
    left: 1,
    title: Bar { top: 0, height: 11, text_top: 0 },
    body_top: 12,
    softkeys: Bar { top: 53, height: 11, text_top: 54 },
};

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
    /// A softkey's label.
    Softkey,
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
    /// The selected line and the place of typing; their text has the colour of the ground.
    pub selected: C,
    /// The title bar, and its text.
    pub title: (C, C),
    /// A softkey, and its label.
    pub softkey: (C, C),
}

/// A kind of pixels that the phone has colours for.
pub trait Colours: PixelColor {
    /// The colours.
    const PALETTE: Palette<Self>;
}

impl<C: PixelColor> Palette<C> {
    /// The ink and the ground of a cell.
    pub(crate) fn cell(&self, role: Role) -> (C, C) {
        match role {
            Role::Text => (self.text, self.ground),
            Role::Faint => (self.faint, self.ground),
            Role::Selected => (self.ground, self.selected),
            Role::Title => (self.title.1, self.title.0),
            Role::Softkey => (self.softkey.1, self.softkey.0),
        }
    }
}

impl Colours for Gray4 {
    const PALETTE: Palette<Self> = Palette {
        ground: Self::BLACK,
        text: Self::WHITE,
        faint: Self::new(9),
        selected: Self::WHITE,
        title: (Self::WHITE, Self::BLACK),
        softkey: (Self::WHITE, Self::BLACK),
    };
}

impl Colours for Rgb565 {
    const PALETTE: Palette<Self> = Palette {
        ground: Self::new(1, 3, 3),
        text: Self::new(29, 59, 29),
        faint: Self::new(16, 34, 18),
        selected: Self::new(31, 50, 8),
        title: (Self::new(3, 21, 14), Self::new(31, 63, 31)),
        softkey: (Self::new(5, 14, 8), Self::new(29, 59, 29)),
    };
}
