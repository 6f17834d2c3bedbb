//! The display: a 128 x 64 OLED with 16 greys behind an SSD0323 controller.
//!
//! Drawing goes to a frame in RAM, in the display's own form: two pixels a byte, the left one in the high nibble. Each row
//! notes which of its bytes became others. `flush` sends those, and lets other tasks run each few rows: a row takes the
//! port 0.2 ms, the whole display 11 ms.
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
use core::iter;
use core::ops::Range;

use embassy_futures::yield_now;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Dimensions, OriginDimensions, Point, Size};
use embedded_graphics::pixelcolor::{Gray4, GrayColor};
use embedded_graphics::primitives::{PointsIter, Rectangle};
use hotdesk_phone::view::{LAYOUT_128X64, Layout};
use hotdesk_phone::{Display, Light};

use crate::gpio::Output;
use crate::mmio::GPIO_C;
use crate::ssi::Ssi;

const SIZE: Size = Size::new(128, 64);
const ROWS: usize = SIZE.height as usize;
/// Two pixels a byte.
const ROW_BYTES: usize = SIZE.width as usize / 2;

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
        Self([const { Row { pixels: [0; ROW_BYTES], changed: Some((0, LAST_COLUMN)) } }; ROWS])
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
    /// The first and the last byte that the display does not show yet.
    changed: Option<(u8, u8)>,
}

impl Row {
    /// Sets the pixels from the column `x` on, as many as there are colors and columns.
    fn put(&mut self, x: usize, colors: impl Iterator<Item = Gray4>) {
        let mut byte = x / 2;
        let mut is_left = x.is_multiple_of(2);
        let mut pair = self.pixels.get(byte).copied().unwrap_or(0);
        for color in colors {
            if is_left {
                pair = pair & 0x0F | color.luma() << 4;
            } else {
                self.put_pair(byte, pair & 0xF0 | color.luma());
                byte = byte.saturating_add(1);
                pair = self.pixels.get(byte).copied().unwrap_or(0);
            }
            is_left = !is_left;
        }
        if !is_left {
            self.put_pair(byte, pair);
        }
    }

    /// Sets two pixels, if the row has them. What looks so already has not changed.
    fn put_pair(&mut self, byte: usize, pair: u8) {
        let (Some(shown), Ok(byte)) = (self.pixels.get_mut(byte), u8::try_from(byte)) else { return };
        if *shown != pair {
            *shown = pair;
            let (first, last) = self.changed.unwrap_or((byte, byte));
            self.changed = Some((first.min(byte), last.max(byte)));
        }
    }
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

    /// Sends what changed in a row, and says whether something did.
    fn send(&mut self, row: usize) -> bool {
        let (Some(Row { pixels, changed }), Ok(row)) = (self.frame.0.get_mut(row), u8::try_from(row)) else {
            return false;
        };
        let Some((first, last)) = changed.take() else { return false };
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
        for Pixel(Point { x, y }, color) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { continue };
            if let Some(row) = self.frame.0.get_mut(y) {
                row.put(x, iter::once(color));
            }
        }
        Ok(())
    }

    fn fill_contiguous<I: IntoIterator<Item = Gray4>>(
        &mut self,
        area: &Rectangle,
        colors: I,
    ) -> Result<(), Infallible> {
        if area.intersection(&self.bounding_box()) != *area {
            return self.draw_iter(area.points().zip(colors).map(|(point, color)| Pixel(point, color)));
        }
        let mut colors = colors.into_iter();
        let columns = span(area.columns());
        for row in self.frame.0.get_mut(span(area.rows())).unwrap_or_default() {
            row.put(columns.start, colors.by_ref().take(columns.len()));
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Gray4) -> Result<(), Infallible> {
        let area = area.intersection(&self.bounding_box());
        let columns = span(area.columns());
        for row in self.frame.0.get_mut(span(area.rows())).unwrap_or_default() {
            row.put(columns.start, columns.clone().map(|_| color));
        }
        Ok(())
    }
}

/// The columns or rows of an area that the display has.
fn span(range: Range<i32>) -> Range<usize> {
    usize::try_from(range.start).unwrap_or(0)..usize::try_from(range.end).unwrap_or(0)
}

impl Display for Oled {
    fn layout(&self) -> &'static Layout {
        &LAYOUT_128X64
    }

    fn set_light(&mut self, light: Light) {
        self.panel.command(&[if light == Light::Off { DISPLAY_OFF } else { DISPLAY_ON }]);
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
