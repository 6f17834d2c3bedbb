//! Turns the fonts in `font/` into what `src/font.rs` includes: a raw image of each, and the characters of all; and the
//! texts of the languages into what `src/words/packed.rs` includes.
//!
//! Runs on the PC. It refuses a font it does not understand and never guesses at a glyph.

#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "runs when the phone is built, where a panic is an error of the build"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[path = "build/words.rs"]
mod words;

/// The fonts, by the size of their cells.
const FONTS: [(usize, usize); 3] = [(6, 10), (10, 20), (12, 24)];

/// A character and the rows of its cell, the left pixel in the highest bit.
type Glyph = (u32, Vec<u16>);

fn main() -> Result<(), Box<dyn Error>> {
    for file in ["build.rs", "build/words.rs", "src/words/text.rs", "src/words/en.rs", "src/words/de.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let out = env::var("OUT_DIR")?;
    let mut first = None;
    for (width, height) in FONTS {
        let path = format!("font/hotdesk-{width}x{height}.bdf");
        println!("cargo::rerun-if-changed={path}");
        let font =
            parse(&fs::read_to_string(&path)?, width, height).map_err(|error| format!("{path}: {error}"))?;
        fs::write(Path::new(&out).join(format!("{width}x{height}.raw")), image(&font.glyphs, width))?;
        let characters = source(&font)?;
        // A text that one display can show, the others show, too.
        if *first.get_or_insert_with(|| characters.clone()) != characters {
            return Err(
                format!("{path} has other characters than the first font, or in another order").into()
            );
        }
    }
    fs::write(Path::new(&out).join("words.rs"), words::source()?)?;
    fs::write(Path::new(&out).join("characters.rs"), first.ok_or("no font")?)?;
    Ok(())
}

struct Font {
    glyphs: Vec<Glyph>,
    /// The code of the character drawn for those the font lacks.
    default: u32,
}

/// Reads the glyphs in file order.
fn parse(text: &str, width: usize, height: usize) -> Result<Font, Box<dyn Error>> {
    let mut glyphs = Vec::new();
    let mut default = None;
    let mut code = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
        match keyword {
            "DEFAULT_CHAR" => default = Some(value.parse()?),
            "ENCODING" => code = Some(value.parse()?),
            "BBX" if !value.starts_with(&format!("{width} {height} 0 ")) => {
                return Err(format!("{line}: every glyph is {width} x {height} here").into());
            }
            "BITMAP" => {
                let mut rows = Vec::new();
                for _ in 0..height {
                    let digits = lines.next().ok_or("BITMAP is cut")?;
                    rows.push(u16::from_str_radix(digits, 16)? << (16 - 4 * digits.len()));
                }
                glyphs.push((code.take().ok_or("BITMAP without ENCODING")?, rows));
            }
            _ => {}
        }
    }
    Ok(Font { glyphs, default: default.ok_or("DEFAULT_CHAR is missing")? })
}

/// The ranges of characters that follow one another, and how many glyphs there are.
fn source(font: &Font) -> Result<String, Box<dyn Error>> {
    let codes: Vec<u16> =
        font.glyphs.iter().map(|(code, _)| u16::try_from(*code)).collect::<Result<_, _>>()?;
    let replacement = codes
        .iter()
        .position(|code| u32::from(*code) == font.default)
        .ok_or("DEFAULT_CHAR names a character the font lacks")?;
    let ranges: Vec<_> = codes.chunk_by(|code, next| code + 1 == *next).collect();
    let mut source = String::new();
    writeln!(source, "/// How many glyphs each font has.")?;
    writeln!(source, "const GLYPHS: usize = {};", codes.len())?;
    writeln!(source, "/// The glyph of every other character.")?;
    writeln!(source, "const REPLACEMENT: u16 = {replacement};")?;
    writeln!(source, "static RANGES: [Range; {}] = [", ranges.len())?;
    let mut glyph = 0;
    for range in ranges {
        let (Some(first), Some(last)) = (range.first(), range.last()) else { continue };
        writeln!(source, "    Range {{ first: {first}, last: {last}, glyph: {glyph} }},")?;
        glyph += range.len();
    }
    writeln!(source, "];")?;
    Ok(source)
}

/// The pixels of each glyph, a bit each, row by row from the left, and what is left of its last byte.
fn image(glyphs: &[Glyph], width: usize) -> Vec<u8> {
    let mut image = Vec::new();
    for (_, rows) in glyphs {
        let pixels: Vec<bool> =
            rows.iter().flat_map(|row| (0..width).map(move |x| row << x & 0x8000 != 0)).collect();
        let byte = |pixels: &[bool]| {
            (0..8).fold(0, |byte, bit| byte << 1 | u8::from(pixels.get(bit) == Some(&true)))
        };
        image.extend(pixels.chunks(8).map(byte));
    }
    image
}
