//! The one font, 6 x 10 pixels a character, made by `build.rs` from `font/hotdesk-6x10.bdf`.
//!
//! Nothing is read at run time. A character that the font lacks is drawn as a box, never left out.

use embedded_graphics::geometry::Size;
use embedded_graphics::image::ImageRaw;
use embedded_graphics::mono_font::mapping::StrGlyphMapping;
use embedded_graphics::mono_font::{DecorationDimensions, MonoFont};

include!(concat!(env!("OUT_DIR"), "/font.rs"));

static MAPPING: StrGlyphMapping<'static> = StrGlyphMapping::new(CHARACTERS, REPLACEMENT);

/// The font of every text on the display: ASCII, Latin-1, up and down arrow, and a box for the rest.
pub static FONT_6X10: MonoFont<'static> = MonoFont {
    image: ImageRaw::new(include_bytes!(concat!(env!("OUT_DIR"), "/font.raw")), IMAGE_WIDTH),
    character_size: Size::new(6, 10),
    character_spacing: 0,
    baseline: 7,
    underline: DecorationDimensions::default_underline(10),
    strikethrough: DecorationDimensions::default_strikethrough(10),
    glyph_mapping: &MAPPING,
};
