//! Pictures in memory, and a sheet of them as a PNG with few colours.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::OnceLock;

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_1::FONT_6X10;
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};
use embedded_graphics::text::Baseline;
use embedded_graphics::text::renderer::TextRenderer;

type Rgb = [u8; 3];

/// Behind the pictures.
const GROUND: Rgb = [96, 96, 104];
/// Between two pictures, and above a picture for its name.
const GAP: usize = 6;
const CAPTION: usize = 11;

/// A picture.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Canvas {
    width: usize,
    pixels: Vec<Rgb>,
}

impl Canvas {
    pub(crate) fn new(size: Size) -> Self {
        let [width, height] = [size.width, size.height].map(|length| usize::try_from(length).unwrap());
        Self { width, pixels: vec![GROUND; width * height] }
    }

    fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    fn at(&self, x: usize, y: usize) -> Rgb {
        self.pixels[y * self.width + x]
    }

    /// How much light there is in all, and how bright the brightest pixel is.
    pub(crate) fn light(&self) -> (u32, u32) {
        let luma = |[red, green, blue]: &Rgb| {
            (299 * u32::from(*red) + 587 * u32::from(*green) + 114 * u32::from(*blue)) / 1000
        };
        let pixels = self.pixels.iter().map(luma);
        (pixels.clone().sum(), pixels.max().unwrap_or(0))
    }

    /// The picture with each pixel repeated `scale` times in both directions.
    pub(crate) fn enlarged(&self, scale: usize) -> Self {
        let row = |row: &[Rgb]| {
            row.iter().flat_map(|pixel| vec![*pixel; scale]).collect::<Vec<Rgb>>().repeat(scale)
        };
        Self { width: self.width * scale, pixels: self.pixels.chunks(self.width).flat_map(row).collect() }
    }

    /// Writes the picture as a PNG with a palette.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let mut palette: Vec<Rgb> = Vec::new();
        let mut indices = Vec::with_capacity(self.pixels.len());
        for pixel in &self.pixels {
            let index = palette.iter().position(|colour| colour == pixel).unwrap_or_else(|| {
                palette.push(*pixel);
                palette.len() - 1
            });
            indices.push(u8::try_from(index)?);
        }
        std::fs::create_dir_all(path.parent().ok_or("a file in a folder")?)?;
        let Size { width, height } = self.size();
        let mut encoder = png::Encoder::new(File::create(path)?, width, height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette.concat());
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(&indices)?;
        Ok(())
    }

    /// The character that a cell shows: a glyph in two colours.
    pub(crate) fn glyph(&self, left: u32, top: u32, cell: Size) -> Option<char> {
        let [left, top, width, height] =
            [left, top, cell.width, cell.height].map(|length| usize::try_from(length).unwrap());
        let pixels: Vec<Rgb> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (left + x, top + y)))
            .map(|(x, y)| self.at(x, y))
            .collect();
        let paper = pixels[0];
        let ink = pixels.iter().find(|pixel| **pixel != paper);
        let Some(ink) = ink else { return Some(' ') };
        if pixels.iter().any(|pixel| *pixel != paper && pixel != ink) {
            return None;
        }
        let glyphs = glyphs(width, height);
        let mask = |colour: Rgb| pixels.iter().map(|pixel| *pixel == colour).collect::<Vec<bool>>();
        glyphs.get(&mask(*ink)).or_else(|| glyphs.get(&mask(paper))).copied()
    }
}

/// The glyphs of the font file of a size.
fn glyphs(width: usize, height: usize) -> &'static HashMap<Vec<bool>, char> {
    static FONTS: OnceLock<HashMap<usize, HashMap<Vec<bool>, char>>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let files = [
            (6, include_str!("../../font/hotdesk-6x10.bdf")),
            (10, include_str!("../../font/hotdesk-10x20.bdf")),
            (12, include_str!("../../font/hotdesk-12x24.bdf")),
        ];
        files.into_iter().map(|(width, file)| (width, parse(width, file))).collect()
    });
    let glyphs = &fonts[&width];
    assert!(glyphs.keys().all(|mask| mask.len() == width * height));
    glyphs
}

fn parse(width: usize, file: &str) -> HashMap<Vec<bool>, char> {
    let mut glyphs = HashMap::new();
    for glyph in file.split("STARTCHAR ").skip(1) {
        let code = glyph.lines().find_map(|line| line.strip_prefix("ENCODING ")).unwrap().parse().unwrap();
        let rows = glyph.lines().skip_while(|line| *line != "BITMAP").skip(1);
        let rows = rows
            .take_while(|line| *line != "ENDCHAR")
            .map(|row| (u32::from_str_radix(row, 16).unwrap(), 4 * row.len()));
        let mask =
            rows.flat_map(|(row, bits)| (0..width).map(move |x| row >> (bits - 1 - x) & 1 == 1)).collect();
        glyphs.entry(mask).or_insert(char::from_u32(code).unwrap());
    }
    glyphs
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(u32::try_from(self.width).unwrap(), u32::try_from(self.height()).unwrap())
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, colour) in pixels {
            let (x, y) = (usize::try_from(point.x).unwrap(), usize::try_from(point.y).unwrap());
            assert!(x < self.width && y < self.height(), "drawn outside of the display: {x}, {y}");
            self.pixels[y * self.width + x] = [colour.r(), colour.g(), colour.b()];
        }
        Ok(())
    }
}

/// Pictures beside and below each other, each with its name above.
pub(crate) struct Sheet {
    canvas: Canvas,
    /// The name of each picture, and its area with the name: left, top, width, height.
    places: Vec<(String, [usize; 4])>,
}

impl Sheet {
    pub(crate) fn new<'a>(
        pictures: impl Iterator<Item = (&'a str, &'a Canvas)>,
        scale: usize,
        columns: usize,
    ) -> Self {
        let pictures: Vec<(&str, &Canvas)> = pictures.collect();
        let (width, height) = (pictures[0].1.width * scale, pictures[0].1.height() * scale + CAPTION);
        let rows = pictures.len().div_ceil(columns);
        let size = [columns * (width + GAP) + GAP, rows * (height + GAP) + GAP];
        let [total_width, total_height] = size.map(|length| u32::try_from(length).unwrap());
        let mut canvas = Canvas::new(Size::new(total_width, total_height));
        let mut places = Vec::new();
        for (index, (name, picture)) in pictures.into_iter().enumerate() {
            let (left, top) = (GAP + index % columns * (width + GAP), GAP + index / columns * (height + GAP));
            let style = MonoTextStyle::new(&FONT_6X10, Rgb888::WHITE);
            let at = Point::new(i32::try_from(left).unwrap(), i32::try_from(top).unwrap());
            style.draw_string(name, at, Baseline::Top, &mut canvas).unwrap();
            let picture = picture.enlarged(scale);
            for y in 0..height - CAPTION {
                for x in 0..width {
                    canvas.pixels[(top + CAPTION + y) * canvas.width + left + x] = picture.at(x, y);
                }
            }
            places.push((name.to_owned(), [left, top, width, height]));
        }
        Self { canvas, places }
    }

    /// The names of the pictures that another sheet shows otherwise, or that the sheets do not have the same pictures.
    pub(crate) fn differences(&self, other: &Canvas) -> Vec<String> {
        if self.canvas.width != other.width || self.canvas.height() != other.height() {
            return vec!["the committed sheet has other pictures".to_owned()];
        }
        let differs = |[left, top, width, height]: [usize; 4]| {
            (top..top + height).any(|y| (left..left + width).any(|x| self.canvas.at(x, y) != other.at(x, y)))
        };
        self.places.iter().filter(|(_, place)| differs(*place)).map(|(name, _)| name.clone()).collect()
    }

    /// Writes the sheet as a PNG.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
        self.canvas.write(path)
    }

    /// Reads a sheet that was written.
    pub(crate) fn read(path: &Path) -> Result<Canvas, String> {
        let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = File::open(path).map_err(|error| named(&error))?;
        let mut decoder = png::Decoder::new(BufReader::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().map_err(|error| named(&error))?;
        let mut bytes = vec![0; reader.output_buffer_size().ok_or("too large")?];
        let info = reader.next_frame(&mut bytes).map_err(|error| named(&error))?;
        if info.color_type != png::ColorType::Rgb {
            return Err(named(&"no picture with a palette"));
        }
        let (pixels, _) = bytes.as_chunks::<3>();
        Ok(Canvas { width: usize::try_from(info.width).unwrap(), pixels: pixels.to_vec() })
    }
}
