//! The display: a 128 x 64 OLED with 16 greys behind an SSD0323 controller.
//!
//! Drawing goes to a frame in RAM, in the display's own form: two pixels a byte, the left one in the high nibble. `flush`
//! compares it with what the display shows and sends what differs, row by row, and lets other tasks run between rows: a
//! row takes the port 0.2 ms, the whole display 11 ms.
//!
//! | command | bytes after it | meaning |
//! |---|---|---|
//! | 0x15 | first, last | columns written from now on, in steps of two pixels (0 to 63) |
//! | 0x75 | first, last | rows written from now on (0 to 63) |
//! | 0xA0 | 0x00 | columns grow to the right, the high nibble is the left pixel |
//! | 0xA4 | | show what was written |
//! | 0xAF | | display on |
//!
//! PC7 low: commands; high: pixels. PD0 high selects the display on the port that it shares with the SD card.

use core::convert::Infallible;
use core::ops::Range;

use embassy_futures::yield_now;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Dimensions, OriginDimensions, Point, Size};
use embedded_graphics::pixelcolor::{Gray4, GrayColor};
use embedded_graphics::primitives::{PointsIter, Rectangle};
use hotdesk_phone::Display;
use hotdesk_phone::view::{LAYOUT_128X64, Layout};

use crate::gpio::Output;
use crate::mmio::GPIO_C;
use crate::ssi::Ssi;

const SIZE: Size = Size::new(128, 64);
const ROWS: usize = SIZE.height as usize;
/// Two pixels a byte.
const ROW_BYTES: usize = SIZE.width as usize / 2;

/// A row of pixels.
type Row = [u8; ROW_BYTES];

const LAST_COLUMN: u8 = 63;

const SET_COLUMNS: u8 = 0x15;
const SET_ROWS: u8 = 0x75;
const SET_REMAP: u8 = 0xA0;
const SHOW_MEMORY: u8 = 0xA4;
const DISPLAY_ON: u8 = 0xAF;

/// What is drawn and what is shown, 4 KiB each, for a `StaticCell`.
pub struct Frames {
    drawn: [Row; ROWS],
    shown: [Row; ROWS],
}

impl Frames {
    /// Black frames.
    #[must_use]
    pub const fn new() -> Self {
        Self { drawn: [[0; ROW_BYTES]; ROWS], shown: [[0; ROW_BYTES]; ROWS] }
    }
}

impl Default for Frames {
    fn default() -> Self {
        Self::new()
    }
}

/// The display, turned on.
pub struct Oled {
    panel: Panel,
    frames: &'static mut Frames,
}

impl Oled {
    /// Turns the display on, black. `select` is PD0, which selects the display from here on.
    #[must_use]
    pub fn start(ssi: Ssi, mut select: Output, frames: &'static mut Frames) -> Self {
        select.set(true);
        let mut panel = Panel { ssi, data_not_command: Output::new(GPIO_C, 7, false) };
        panel.command(&[SET_REMAP, 0x00, SHOW_MEMORY, DISPLAY_ON]);
        // The controller's memory is undefined at power-up.
        for (row, pixels) in (0..).zip(&frames.shown) {
            panel.write(row, 0, pixels);
        }
        Self { panel, frames }
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
            if let Some(row) = self.frames.drawn.get_mut(y) {
                put(row, x, color);
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
        for row in self.frames.drawn.get_mut(span(area.rows())).unwrap_or_default() {
            for (x, color) in columns.clone().zip(colors.by_ref()) {
                put(row, x, color);
            }
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Gray4) -> Result<(), Infallible> {
        let area = area.intersection(&self.bounding_box());
        let columns = span(area.columns());
        if columns.is_empty() {
            return Ok(());
        }
        // Whole bytes between a half one at either end.
        let whole = columns.start.div_ceil(2)..columns.end / 2;
        let ends = [columns.start, columns.end.saturating_sub(1)];
        for row in self.frames.drawn.get_mut(span(area.rows())).unwrap_or_default() {
            row.get_mut(whole.clone()).unwrap_or_default().fill(color.luma() << 4 | color.luma());
            for end in ends {
                put(row, end, color);
            }
        }
        Ok(())
    }
}

/// Sets a pixel, if the row has it.
fn put(row: &mut Row, x: usize, color: Gray4) {
    if let Some(pair) = row.get_mut(x / 2) {
        *pair = if x.is_multiple_of(2) {
            *pair & 0x0F | color.luma() << 4
        } else {
            *pair & 0xF0 | color.luma()
        };
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

    async fn flush(&mut self) -> Result<(), Infallible> {
        let Frames { drawn, shown } = &mut *self.frames;
        for (row, (drawn, shown)) in (0..).zip(drawn.iter().zip(shown)) {
            let Some((first, last)) = changed(drawn, shown) else { continue };
            let span = usize::from(first)..=usize::from(last);
            self.panel.write(row, first, drawn.get(span).unwrap_or_default());
            *shown = *drawn;
            yield_now().await;
        }
        Ok(())
    }
}

/// The first and the last byte in which two rows differ.
fn changed(drawn: &Row, shown: &Row) -> Option<(u8, u8)> {
    if drawn == shown {
        return None;
    }
    let pairs = drawn.iter().zip(shown);
    let mut columns = (0..).zip(pairs).filter(|(_, (drawn, shown))| drawn != shown).map(|(column, _)| column);
    let first = columns.next()?;
    Some((first, columns.last().unwrap_or(first)))
}
