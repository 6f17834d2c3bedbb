//! The fonts, one a size of cells, made by `build.rs` from the BDF files in `font/`.
//!
//! Nothing is read at run time. All have the same characters: ASCII, Latin-1, an ellipsis, up and down arrow, the [`marks`], and a
//! box that is drawn for everything else, never left out. A font that no layout names is not linked.

use embedded_graphics::geometry::Size;
use embedded_graphics::image::ImageRaw;
use embedded_graphics::mono_font::mapping::StrGlyphMapping;
use embedded_graphics::mono_font::{DecorationDimensions, MonoFont};

include!(concat!(env!("OUT_DIR"), "/characters.rs"));

static CHARACTERS_OF_ALL: StrGlyphMapping<'static> = StrGlyphMapping::new(CHARACTERS, REPLACEMENT);

/// Cells of 6 x 10 pixels: the fixed font of the X Window System.
pub static FONT_6X10: MonoFont<'static> =
    font(include_bytes!(concat!(env!("OUT_DIR"), "/6x10.raw")), Size::new(6, 10), 7);

/// Cells of 10 x 20 pixels.
pub static FONT_10X20: MonoFont<'static> =
    font(include_bytes!(concat!(env!("OUT_DIR"), "/10x20.raw")), Size::new(10, 20), 15);

/// Cells of 12 x 24 pixels.
pub static FONT_12X24: MonoFont<'static> =
    font(include_bytes!(concat!(env!("OUT_DIR"), "/12x24.raw")), Size::new(12, 24), 18);

const fn font(image: &'static [u8], cell: Size, baseline: u32) -> MonoFont<'static> {
    MonoFont {
        // Four glyphs side by side.
        image: ImageRaw::new(image, 4 * cell.width),
        character_size: cell,
        character_spacing: 0,
        baseline,
        underline: DecorationDimensions::default_underline(cell.height),
        strikethrough: DecorationDimensions::default_strikethrough(cell.height),
        glyph_mapping: &CHARACTERS_OF_ALL,
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
}
