//! Turns `font/hotdesk-6x10.bdf` into the raw image and the list of characters that `src/font.rs` includes.
//!
//! Runs on the PC. It refuses a font it does not understand and never guesses at a glyph.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const FONT: &str = "font/hotdesk-6x10.bdf";
const HEIGHT: usize = 10;
/// A row of a glyph: 6 pixels in the high bits of a byte.
type Glyph = (u32, [u8; HEIGHT]);
/// Glyphs side by side in the image: 4 of them fill whole bytes (24 pixels in 3 bytes).
const PER_ROW: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FONT}");
    println!("cargo::rerun-if-changed=build.rs");
    let text = fs::read_to_string(FONT)?;
    let (glyphs, default) = parse(&text)?;
    let replacement = glyphs
        .iter()
        .position(|(code, _)| *code == default)
        .ok_or("DEFAULT_CHAR names a character the font lacks")?;

    let mut characters = String::new();
    for (code, _) in &glyphs {
        characters.push(char::from_u32(*code).ok_or("ENCODING is no Unicode character")?);
    }
    let mut source = String::new();
    writeln!(source, "/// The characters in the order of their glyphs.")?;
    writeln!(source, "const CHARACTERS: &str = {characters:?};")?;
    writeln!(source, "/// Where the glyph for everything else stands.")?;
    writeln!(source, "const REPLACEMENT: usize = {replacement};")?;
    writeln!(source, "/// Width of the image in pixels.")?;
    writeln!(source, "const IMAGE_WIDTH: u32 = {};", PER_ROW * 6)?;

    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("font.rs"), source)?;
    fs::write(Path::new(&out).join("font.raw"), image(&glyphs))?;
    Ok(())
}

/// Reads the glyphs in file order and the code of the default character.
fn parse(text: &str) -> Result<(Vec<Glyph>, u32), Box<dyn Error>> {
    let mut glyphs = Vec::new();
    let mut default = None;
    let mut code = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
        match keyword {
            "DEFAULT_CHAR" => default = Some(value.parse()?),
            "ENCODING" => code = Some(value.parse()?),
            "BBX" if value != "6 10 0 -2" => return Err(format!("{line}: every glyph is 6 x 10 here").into()),
            "BITMAP" => {
                let mut rows = [0; HEIGHT];
                for row in &mut rows {
                    *row = u8::from_str_radix(lines.next().ok_or("BITMAP is cut")?, 16)?;
                }
                glyphs.push((code.take().ok_or("BITMAP without ENCODING")?, rows));
            }
            _ => {}
        }
    }
    Ok((glyphs, default.ok_or("DEFAULT_CHAR is missing")?))
}

/// Lays the glyphs out as one 1-bit image, `PER_ROW` side by side.
fn image(glyphs: &[Glyph]) -> Vec<u8> {
    let mut image = Vec::new();
    for band in glyphs.chunks(PER_ROW) {
        for row in 0..HEIGHT {
            let bits = (0..PER_ROW).fold(0u32, |bits, column| {
                let pixels = band.get(column).and_then(|(_, rows)| rows.get(row)).copied().unwrap_or(0);
                (bits << 6) | u32::from(pixels >> 2)
            });
            image.extend_from_slice(&bits.to_be_bytes()[1..]);
        }
    }
    image
}
