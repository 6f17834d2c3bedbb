//! Turns the fonts in `font/` into what `src/font.rs` includes: a raw image of each, and the characters of all; and the
//! texts of the languages into what `src/words/packed.rs` includes.
//!
//! Runs on the PC. It refuses a font it does not understand and never guesses at a glyph.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[path = "build/words.rs"]
mod words;

/// The fonts, by the size of their cells.
const FONTS: [(usize, usize); 3] = [(6, 10), (10, 20), (12, 24)];
/// Glyphs side by side in the image: 4 of them fill whole bytes, as widths are even.
const PER_ROW: usize = 4;

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
        fs::write(Path::new(&out).join(format!("{width}x{height}.raw")), image(&font.glyphs, width, height))?;
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

/// The characters in the order of their glyphs, as `StrGlyphMapping` takes them: NUL, first and last of a range.
fn source(font: &Font) -> Result<String, Box<dyn Error>> {
    let replacement = font
        .glyphs
        .iter()
        .position(|(code, _)| *code == font.default)
        .ok_or("DEFAULT_CHAR names a character the font lacks")?;
    let codes: Vec<u32> = font.glyphs.iter().map(|(code, _)| *code).collect();
    let mut characters = String::new();
    for range in codes.chunk_by(|code, next| code + 1 == *next) {
        let ends =
            (range.first().copied().and_then(char::from_u32), range.last().copied().and_then(char::from_u32));
        let (Some(first), Some(last)) = ends else { return Err("ENCODING is no Unicode character".into()) };
        characters.extend(if first == last { vec![first] } else { vec!['\0', first, last] });
    }
    let mut source = String::new();
    writeln!(source, "/// The characters in the order of their glyphs.")?;
    writeln!(source, "const CHARACTERS: &str = {characters:?};")?;
    writeln!(source, "/// Where the glyph for everything else stands.")?;
    writeln!(source, "const REPLACEMENT: usize = {replacement};")?;
    Ok(source)
}

/// Lays the glyphs out as one 1-bit image, `PER_ROW` side by side.
fn image(glyphs: &[Glyph], width: usize, height: usize) -> Vec<u8> {
    let mut image = Vec::new();
    for band in glyphs.chunks(PER_ROW) {
        for row in 0..height {
            let bits = (0..PER_ROW).fold(0u64, |bits, column| {
                let pixels = band.get(column).and_then(|(_, rows)| rows.get(row)).copied().unwrap_or(0);
                (bits << width) | u64::from(pixels >> (16 - width))
            });
            let bytes = PER_ROW * width / 8;
            image.extend(bits.to_be_bytes().into_iter().skip(8 - bytes));
        }
    }
    image
}
