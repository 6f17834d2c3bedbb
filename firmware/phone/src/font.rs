//! The fonts, one a size of cells, made by `build.rs` from the BDF files in `font/`.
//!
//! Nothing is read at run time. All have the same characters: ASCII, Latin-1, an ellipsis, four arrows, the [`marks`], and a
//! box that is drawn for everything else, never left out. A font that no layout names is not linked.

use embedded_graphics::geometry::Size;

include!(concat!(env!("OUT_DIR"), "/characters.rs"));

/// Cells of 6 x 10 pixels: the fixed font of the X Window System.
pub static FONT_6X10: Font =
    Font::new(include_bytes!(concat!(env!("OUT_DIR"), "/6x10.raw")), Size::new(6, 10));

/// Cells of 10 x 20 pixels.
pub static FONT_10X20: Font =
    Font::new(include_bytes!(concat!(env!("OUT_DIR"), "/10x20.raw")), Size::new(10, 20));

/// Cells of 12 x 24 pixels.
pub static FONT_12X24: Font =
    Font::new(include_bytes!(concat!(env!("OUT_DIR"), "/12x24.raw")), Size::new(12, 24));

/// A font whose glyphs fill cells of one size.
#[derive(Debug)]
pub struct Font {
    /// A bit for each pixel. A glyph starts with a byte.
    image: &'static [u8],
    glyph_bytes: usize,
    cell: Size,
}

impl Font {
    const fn new(image: &'static [u8], cell: Size) -> Self {
        Self { image, glyph_bytes: image.len() / GLYPHS, cell }
    }

    /// The size of a cell, in pixels.
    #[must_use]
    pub const fn cell(&self) -> Size {
        self.cell
    }

    /// Returns what a glyph looks like.
    pub(crate) fn bitmap(&self, glyph: Glyph) -> Bitmap {
        let start = usize::from(glyph.0).saturating_mul(self.glyph_bytes);
        Bitmap { bytes: self.image.get(start..).unwrap_or_default(), size: self.cell }
    }
}

/// What a glyph looks like: ink or ground, pixel by pixel.
#[derive(Debug)]
pub struct Bitmap {
    /// A bit for each pixel, row by row from the left, 1 for ink. What follows is of other glyphs.
    bytes: &'static [u8],
    size: Size,
}

impl Bitmap {
    /// Its size: that of a cell of its font.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Returns the rows from the top, a bit for each pixel: 1 for ink, the right one in the lowest bit.
    pub fn rows(&self) -> impl Iterator<Item = u16> {
        let width = self.size.width;
        let (mut bytes, mut bits, mut count) = (self.bytes.iter(), 0_u32, 0_u32);
        (0..self.size.height).map_while(move |_| {
            while count < width {
                bits = bits << 8 | u32::from(*bytes.next()?);
                count += 8;
            }
            count -= width;
            let [low, high, ..] = (bits >> count & ((1 << width) - 1)).to_le_bytes();
            Some(u16::from_le_bytes([low, high]))
        })
    }

    /// Returns the pixels, row by row from the left: true for ink.
    pub fn pixels(&self) -> impl Iterator<Item = bool> {
        let (mut bytes, mut byte, mut left) = (self.bytes.iter(), 0_u8, 0_u32);
        let pixels = core::iter::from_fn(move || {
            match left.checked_sub(1) {
                Some(fewer) => left = fewer,
                None => (byte, left) = (*bytes.next()?, 7),
            }
            let is_ink = byte & 0x80 != 0;
            byte <<= 1;
            Some(is_ink)
        });
        pixels.take(usize::try_from(self.size.width * self.size.height).unwrap_or(0))
    }
}

/// Characters that follow one another.
struct Range {
    first: u16,
    last: u16,
    /// The glyph of the first.
    glyph: u16,
}

/// The number of a glyph, the same in all fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Glyph(pub(crate) u16);

impl Glyph {
    /// Returns the glyph of a character.
    pub(crate) fn of(character: char) -> Self {
        let Ok(character) = u16::try_from(u32::from(character)) else { return Self(REPLACEMENT) };
        RANGES
            .iter()
            .find(|range| (range.first..=range.last).contains(&character))
            .map_or(Self(REPLACEMENT), |range| {
                Self(range.glyph.saturating_add(character.saturating_sub(range.first)))
            })
    }
}

/// Marks that are characters of the fonts, so that whoever reads a picture by the fonts reads them, too. The font
/// files have their names.
pub(crate) mod marks {
    /// There is a link and an address.
    pub(crate) const LINK_READY: char = '\u{E000}';
    /// There is a link and no address yet.
    pub(crate) const LINK_NO_ADDRESS: char = '\u{E001}';
    /// There is no link.
    pub(crate) const LINK_DOWN: char = '\u{E002}';
    /// The connection to the service is secured.
    #[cfg(feature = "tls")]
    pub(crate) const SECURE: char = '\u{E003}';
    /// The connection to the service is not secured.
    pub(crate) const NOT_SECURE: char = '\u{E004}';
    /// Somebody is logged in.
    pub(crate) const USER: char = '\u{E005}';
    /// Nobody is logged in.
    pub(crate) const NOBODY: char = '\u{E006}';
    /// It is not known who is logged in.
    pub(crate) const USER_UNKNOWN: char = '\u{E007}';
    /// A wait goes on: these follow one another.
    pub(crate) const WAIT: [char; 4] = ['\u{E008}', '\u{E009}', '\u{E00A}', '\u{E00B}'];
    /// A text goes on: a double angle.
    pub(crate) const GOES_ON: char = '\u{BB}';
    /// A text began before: a double angle.
    pub(crate) const GOES_BACK: char = '\u{AB}';
    /// There is more above.
    pub(crate) const MORE_ABOVE: char = '\u{2191}';
    /// There is more below.
    pub(crate) const MORE_BELOW: char = '\u{2193}';
    /// The keys that navigate, on a display that is touched.
    pub(crate) const UP: char = MORE_ABOVE;
    pub(crate) const DOWN: char = MORE_BELOW;
    pub(crate) const LEFT: char = '\u{2190}';
    pub(crate) const RIGHT: char = '\u{2192}';
}
