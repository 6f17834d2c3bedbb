//! A display that keeps its pixels, and the reading of text from them with the glyphs of the font file.

use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::OnceLock;

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::{Gray4, GrayColor};
use hotdesk_phone::view::{LAYOUT_128X64, Layout};
use hotdesk_phone::{Display, Light};

pub(crate) const WIDTH: usize = 128;
pub(crate) const HEIGHT: usize = 64;
const COLUMNS: usize = 21;
/// Tops of the title and the four lines.
const ROWS: [usize; 5] = [0, 12, 22, 32, 42];
/// Top of the softkeys' cells, columns of a label, the width of a softkey, and from one to the next.
const SOFTKEYS: usize = 54;
const LABEL: usize = 7;
const SOFTKEY_WIDTH: usize = 42;
const SOFTKEY_PITCH: usize = 43;
/// What the fonts' marks from U+E000 on say: of the phone's state, then of a wait that goes on.
const STATE: [&str; 8] =
    ["ready", "no address", "no link", "secure", "not secure", "user", "nobody", "unknown"];
const WAIT: [char; 4] = ['\u{25D4}', '\u{25D1}', '\u{25D5}', '\u{25CF}'];

/// What was shown last, and how often something was.
#[derive(Default)]
pub(crate) struct Recorder {
    last: Option<Picture>,
    count: usize,
}

impl Recorder {
    pub(crate) fn last(&self) -> Picture {
        self.last.clone().unwrap_or_default()
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }
}

/// A picture: greys from 0 to 15, row by row.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Picture(pub(crate) Vec<u8>);

impl Default for Picture {
    fn default() -> Self {
        Self(vec![0; WIDTH * HEIGHT])
    }
}

/// A cell as a person sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) character: char,
    pub(crate) inverse: bool,
}

impl Picture {
    /// The cells of a row: 0 is the title without the marks of the phone's state, 1 to 4 the lines, 5 the labels.
    pub(crate) fn cells(&self, row: usize) -> Vec<Cell> {
        if row == ROWS.len() {
            return (0..3).flat_map(|place| self.softkey(place)).collect();
        }
        let mut cells: Vec<Cell> = (0..COLUMNS).map(|column| self.cell(1 + 6 * column, ROWS[row])).collect();
        for cell in &mut cells {
            if let Some(mark) = mark(cell.character) {
                cell.character = mark.checked_sub(STATE.len()).map_or(' ', |turn| WAIT[turn]);
            }
        }
        cells
    }

    /// How bright the brightest pixel is.
    pub(crate) fn light(&self) -> Light {
        match self.0.iter().max() {
            Some(15) => Light::Bright,
            Some(9..) => Light::Low,
            Some(1..) => Light::Dim,
            _ => Light::Off,
        }
    }

    /// What the marks at the end of the title bar say.
    pub(crate) fn state(&self) -> String {
        let cells = (0..COLUMNS).map(|column| self.cell(1 + 6 * column, ROWS[0]));
        let marks = cells.filter_map(|cell| mark(cell.character)).filter_map(|mark| STATE.get(mark).copied());
        marks.collect::<Vec<_>>().join(", ")
    }

    /// The cells of a softkey, the label in their middle.
    fn softkey(&self, place: usize) -> Vec<Cell> {
        let left = place * SOFTKEY_PITCH;
        let grey = |x: usize| (0..10).map(move |y| self.0[(SOFTKEYS + y) * WIDTH + x]);
        let plain = |mut columns: std::ops::Range<usize>| {
            let ground = self.0[SOFTKEYS * WIDTH + left];
            columns.all(|x| grey(x).all(|pixel| pixel == ground))
        };
        let end = left + SOFTKEY_WIDTH;
        let indent = |length: usize| (SOFTKEY_WIDTH - 6 * length) / 2;
        let length = (0..=LABEL)
            .find(|length| plain(left..left + indent(*length)) && plain(end - indent(*length)..end))
            .unwrap_or_else(|| panic!("no label at {left}"));
        let label = (0..length).map(|index| self.cell(left + indent(length) + 6 * index, SOFTKEYS));
        let blank = Cell { character: ' ', inverse: self.0[SOFTKEYS * WIDTH + left] > 7 };
        let mut cells = vec![blank; (LABEL - length) / 2];
        cells.extend(label);
        cells.resize(LABEL, blank);
        cells
    }

    /// The text of a row without blanks at its end.
    pub(crate) fn row(&self, row: usize) -> String {
        let text: String = self.cells(row).iter().map(|cell| cell.character).collect();
        text.trim_end().to_owned()
    }

    /// All rows, one a line.
    pub(crate) fn text(&self) -> String {
        (0..6).map(|row| self.row(row)).collect::<Vec<_>>().join("\n")
    }

    /// The text of the cells of a row that are dark on light.
    pub(crate) fn inverse(&self, row: usize) -> String {
        self.cells(row).iter().filter(|cell| cell.inverse).map(|cell| cell.character).collect()
    }

    fn cell(&self, x: usize, y: usize) -> Cell {
        let at = |row: usize, column: usize| self.0[(y + row) * WIDTH + x + column];
        let mut greys: Vec<u8> = (0..60).map(|i| at(i / 6, i % 6)).collect();
        greys.sort_unstable();
        greys.dedup();
        assert!(greys.len() <= 2, "a cell at {x}, {y} with {greys:?}");
        let (dark, light) = (greys[0], greys[greys.len() - 1]);
        // A blank is known by its ground alone.
        let inverse = if dark == light { dark > 7 } else { false };
        let bits = |ink: u8| -> [u8; 10] {
            std::array::from_fn(|row| {
                (0..6).fold(0, |bits, column| bits << 1 | u8::from(at(row, column) == ink))
            })
        };
        if dark == light {
            return Cell { character: ' ', inverse };
        }
        if let Some(character) = glyphs().get(&bits(light)) {
            return Cell { character: *character, inverse: false };
        }
        let character = glyphs().get(&bits(dark)).unwrap_or_else(|| panic!("no glyph at {x}, {y}"));
        Cell { character: *character, inverse: true }
    }
}

/// The number of a mark of the fonts.
fn mark(character: char) -> Option<usize> {
    usize::try_from(u32::from(character).checked_sub(0xE000)?).ok().filter(|mark| *mark < 12)
}

/// The glyphs of the font file, as 6 bits a row. Where two characters look the same, the first is read.
fn glyphs() -> &'static HashMap<[u8; 10], char> {
    static GLYPHS: OnceLock<HashMap<[u8; 10], char>> = OnceLock::new();
    GLYPHS.get_or_init(|| {
        let font = include_str!("../../font/hotdesk-6x10.bdf");
        let mut glyphs = HashMap::new();
        for glyph in font.split("STARTCHAR ").skip(1) {
            let code =
                glyph.lines().find_map(|line| line.strip_prefix("ENCODING ")).unwrap().parse().unwrap();
            let rows = glyph.lines().skip_while(|line| *line != "BITMAP").skip(1).take(10);
            let rows: Vec<u8> = rows.map(|row| u8::from_str_radix(row, 16).unwrap() >> 2).collect();
            glyphs.entry(rows.try_into().unwrap()).or_insert(char::from_u32(code).unwrap());
        }
        glyphs
    })
}

/// The display the phone draws on.
pub(crate) struct Screen {
    drawn: Picture,
    light: Light,
    shown: Rc<RefCell<Recorder>>,
}

impl Screen {
    pub(crate) fn new(shown: Rc<RefCell<Recorder>>) -> Self {
        Self { drawn: Picture::default(), light: Light::Bright, shown }
    }
}

impl OriginDimensions for Screen {
    fn size(&self) -> Size {
        Size::new(128, 64)
    }
}

impl DrawTarget for Screen {
    type Color = Gray4;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, grey) in pixels {
            let (x, y) = (usize::try_from(point.x).unwrap(), usize::try_from(point.y).unwrap());
            assert!(x < WIDTH && y < HEIGHT, "drawn outside of the display: {x}, {y}");
            self.drawn.0[y * WIDTH + x] = grey.luma();
        }
        Ok(())
    }
}

impl Display for Screen {
    fn layout(&self) -> &'static Layout {
        &LAYOUT_128X64
    }

    fn set_light(&mut self, light: Light) {
        self.light = light;
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        // A real display takes its time; the phone must bear that.
        embassy_futures::yield_now().await;
        assert_eq!(self.light, self.drawn.light(), "the picture is drawn for the light");
        let mut shown = self.shown.borrow_mut();
        shown.last = Some(self.drawn.clone());
        shown.count += 1;
        Ok(())
    }
}
