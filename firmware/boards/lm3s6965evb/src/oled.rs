//! The display: a 128 x 64 OLED with 16 greys behind an SSD0323 controller.
//!
//! Drawing goes to a frame in RAM, in the display's own form: two pixels a byte, the left one in the high nibble. Each row
//! notes which of its bytes became others. `flush` sends those, and lets other tasks run each few rows: a row takes the
//! port 0.2 ms, the whole display 11 ms. Eight pixels at a time are a word in a register: the leftmost one in its highest
//! nibble.
//!
//! | command | bytes after it | meaning |
//! |---|---|---|
//! | 0x15 | first, last | columns written from now on, in steps of two pixels (0 to 63) |
//! | 0x75 | first, last | rows written from now on (0 to 63) |
//! | 0xA0 | 0x00 | columns grow to the right, the high nibble is the left pixel |
//! | 0xA4 | | show what was written |
//! | 0xAE | | display off: it keeps its memory |
//! | 0xAF | | display on |
//!
//! PC7 low: commands; high: pixels. PD0 high selects the display on the port that it shares with the SD card.

use core::convert::Infallible;
use core::ops::Range;

use embassy_futures::yield_now;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::pixelcolor::{Gray4, GrayColor};
use embedded_graphics::primitives::Rectangle;
use hotdesk_phone::view::{LAYOUT_128X64, Layout};
use hotdesk_phone::{Bitmap, Display, Light};

use crate::gpio::Output;
use crate::mmio::GPIO_C;
use crate::ssi::Ssi;

const SIZE: Size = Size::new(128, 64);
const ROWS: usize = SIZE.height as usize;
/// Two pixels a byte.
const ROW_BYTES: usize = SIZE.width as usize / 2;
/// Bytes that are changed together.
const WORD: usize = 4;
/// The last byte of a word, and the first one of a row's last word.
const LAST_OF_WORD: u8 = 3;
const LAST_WORD: u8 = LAST_COLUMN - LAST_OF_WORD;

const LAST_COLUMN: u8 = 63;

/// How many rows are sent before other tasks run.
const ROWS_AT_A_TIME: usize = 8;

const SET_COLUMNS: u8 = 0x15;
const SET_ROWS: u8 = 0x75;
const SET_REMAP: u8 = 0xA0;
const SHOW_MEMORY: u8 = 0xA4;
const DISPLAY_OFF: u8 = 0xAE;
const DISPLAY_ON: u8 = 0xAF;

/// What is drawn, 4 KiB, for a `StaticCell`.
pub struct Frame([Row; ROWS]);

impl Frame {
    /// A black frame, of which the display shows nothing yet: the controller's memory is undefined at power-up.
    #[must_use]
    pub const fn new() -> Self {
        Self([const { Row { pixels: [0; ROW_BYTES], changed: (0, LAST_COLUMN) } }; ROWS])
    }
}

impl Default for Frame {
    fn default() -> Self {
        Self::new()
    }
}

/// A row of pixels.
struct Row {
    pixels: [u8; ROW_BYTES],
    /// The first and the last byte that the display may not show yet. There is none where the first is behind the last.
    changed: (u8, u8),
}

impl Row {
    const UNCHANGED: (u8, u8) = (u8::MAX, 0);

    /// Sets those of the eight pixels from the byte `start` on that `mask` has ones for. What looks so already has not changed.
    fn put(&mut self, start: u8, pixels: u32, mask: u32) {
        let word = self.pixels.get_mut(usize::from(start)..).and_then(<[u8]>::first_chunk_mut::<WORD>);
        let Some(word) = word else { return };
        let shown = u32::from_be_bytes(*word);
        let differing = (shown ^ pixels) & mask;
        if differing == 0 {
            return;
        }
        *word = (shown ^ differing).to_be_bytes();
        let (first, last) = self.changed;
        self.changed = (first.min(start), last.max(start.saturating_add(LAST_OF_WORD)));
    }
}

/// Eight pixels of a color.
fn all_eight(color: Gray4) -> u32 {
    u32::from(color.luma()).saturating_mul(0x1111_1111)
}

/// Ones for those of eight pixels that have this number or a higher one.
fn pixels_from(number: u8) -> u32 {
    u32::MAX.checked_shr(u32::from(number).saturating_mul(4)).unwrap_or(0)
}

/// Ones for those of eight pixels whose bit is set, the rightmost one's being the lowest.
fn pixels_of(bits: u8) -> u32 {
    let mut pixels = u32::from(bits);
    pixels = (pixels | pixels << 12) & 0x000F_000F;
    pixels = (pixels | pixels << 6) & 0x0303_0303;
    pixels = (pixels | pixels << 3) & 0x1111_1111;
    pixels.saturating_mul(0xF)
}

/// The display, turned on.
pub struct Oled {
    panel: Panel,
    frame: &'static mut Frame,
}

impl Oled {
    /// Turns the display on, black. `select` is PD0, which selects the display from here on.
    #[must_use]
    pub fn start(ssi: Ssi, mut select: Output, frame: &'static mut Frame) -> Self {
        select.set(true);
        let mut panel = Panel { ssi, data_not_command: Output::new(GPIO_C, 7, false) };
        panel.command(&[SET_REMAP, 0x00, SHOW_MEMORY, DISPLAY_ON]);
        let mut oled = Self { panel, frame };
        for row in 0..ROWS {
            oled.send(row);
        }
        oled
    }

    /// Those of these rows that the display has.
    fn rows(&mut self, rows: Range<u8>) -> &mut [Row] {
        let [start, end] = [rows.start, rows.end].map(|row| usize::from(row).min(ROWS));
        self.frame.0.get_mut(start..end).unwrap_or_default()
    }

    /// Sends what changed in a row, and says whether something did.
    fn send(&mut self, row: usize) -> bool {
        let (Some(Row { pixels, changed }), Ok(row)) = (self.frame.0.get_mut(row), u8::try_from(row)) else {
            return false;
        };
        let (first, last) = core::mem::replace(changed, Row::UNCHANGED);
        if first > last {
            return false;
        }
        self.panel.write(row, first, pixels.get(usize::from(first)..=usize::from(last)).unwrap_or_default());
        true
    }
}

/// The controller behind its lines.
struct Panel {
    ssi: Ssi,
    data_not_command: Output,
}

impl Panel {
    fn command(&mut self, bytes: &[u8]) {
        self.data_not_command.set(false);
        self.ssi.send(bytes);
    }

    /// Writes `pixels` into one row from the byte column `first` on.
    fn write(&mut self, row: u8, first: u8, pixels: &[u8]) {
        self.command(&[SET_COLUMNS, first, LAST_COLUMN, SET_ROWS, row, row]);
        self.data_not_command.set(true);
        self.ssi.send(pixels);
    }
}

impl OriginDimensions for Oled {
    fn size(&self) -> Size {
        SIZE
    }
}

impl DrawTarget for Oled {
    type Color = Gray4;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        pixels.into_iter().try_for_each(|Pixel(point, color)| {
            self.fill_solid(&Rectangle::new(point, Size::new(1, 1)), color)
        })
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Gray4) -> Result<(), Infallible> {
        let [columns, rows] = [area.columns(), area.rows()].map(span);
        let pixels = all_eight(color);
        for start in (columns.start / 2..columns.end.div_ceil(2)).step_by(WORD) {
            // The word may go beyond the row: it is set further left then.
            let start = start.min(LAST_WORD);
            let [from, to] =
                [columns.start, columns.end].map(|column| column.saturating_sub(start.saturating_mul(2)));
            let mask = pixels_from(from) & !pixels_from(to);
            for row in self.rows(rows.clone()) {
                row.put(start, pixels, mask);
            }
        }
        Ok(())
    }
}

/// The columns or rows of an area, none of them negative.
fn span(range: Range<i32>) -> Range<u8> {
    let [start, end] = [range.start, range.end].map(|edge| u8::try_from(edge.max(0)).unwrap_or(u8::MAX));
    start..end
}

impl Display for Oled {
    fn layout(&self) -> &'static Layout {
        &LAYOUT_128X64
    }

    fn set_light(&mut self, light: Light) {
        self.panel.command(&[if light == Light::Off { DISPLAY_OFF } else { DISPLAY_ON }]);
    }

    fn draw_bitmap(
        &mut self,
        at: Point,
        bitmap: &Bitmap,
        ink: Gray4,
        ground: Gray4,
    ) -> Result<(), Infallible> {
        let [x, y] = [at.x, at.y].map(u8::try_from);
        let x = x.unwrap_or(u8::MAX);
        let start = (x / 2).min(LAST_WORD);
        // Where in the word it begins and ends.
        let from = x.saturating_sub(start.saturating_mul(2));
        let to = u8::try_from(bitmap.size().width).unwrap_or(u8::MAX).saturating_add(from);
        let (Ok(y), Some(behind)) = (y, 8_u8.checked_sub(to)) else {
            let colors = bitmap.pixels().map(|is_ink| if is_ink { ink } else { ground });
            return self.fill_contiguous(&Rectangle::new(at, bitmap.size()), colors);
        };
        let mask = pixels_from(from) & !pixels_from(to);
        let (ground, ink) = (all_eight(ground), all_eight(ink));
        for (row, bits) in self.rows(y..u8::MAX).iter_mut().zip(bitmap.rows()) {
            let [bits, _] = bits.to_le_bytes();
            let is_ink = pixels_of(bits.unbounded_shl(behind.into()));
            row.put(start, ground & !is_ink | ink & is_ink, mask);
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        let mut sent = 0_usize;
        for row in 0..ROWS {
            if self.send(row) {
                sent = sent.saturating_add(1);
                if sent.is_multiple_of(ROWS_AT_A_TIME) {
                    yield_now().await;
                }
            }
        }
        Ok(())
    }
}
