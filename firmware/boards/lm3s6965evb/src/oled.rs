//! The display: a 128 x 64 OLED with 16 greys behind an SSD0323 controller.
//!
//! Drawing goes to a frame in RAM. `flush` sends what became other, and lets other tasks run each few rows: a row takes the
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

use embassy_futures::yield_now;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::pixelcolor::Gray4;
use embedded_graphics::primitives::Rectangle;
use hotdesk_board::greys::{Frame, LAST_COLUMN, ROWS};
use hotdesk_phone::view::{LAYOUT_128X64, Layout};
use hotdesk_phone::{Bitmap, Display, Light};

use crate::gpio::Output;
use crate::mmio::GPIO_C;
use crate::ssi::Ssi;

/// How many rows are sent before other tasks run.
const ROWS_AT_A_TIME: usize = 8;

const SET_COLUMNS: u8 = 0x15;
const SET_ROWS: u8 = 0x75;
const SET_REMAP: u8 = 0xA0;
const SHOW_MEMORY: u8 = 0xA4;
const DISPLAY_OFF: u8 = 0xAE;
const DISPLAY_ON: u8 = 0xAF;

/// The display, turned on.
pub struct Oled {
    ssi: Ssi,
    data_not_command: Output,
    frame: &'static mut Frame,
}

impl Oled {
    /// Turns the display on, black. `select` is PD0, which selects the display from here on.
    #[must_use]
    pub fn start(ssi: Ssi, mut select: Output, frame: &'static mut Frame) -> Self {
        select.set(true);
        let mut oled = Self { ssi, data_not_command: Output::new(GPIO_C, 7, false), frame };
        oled.command(&[SET_REMAP, 0x00, SHOW_MEMORY, DISPLAY_ON]);
        for row in 0..ROWS {
            oled.send(row);
        }
        oled
    }

    fn command(&mut self, bytes: &[u8]) {
        self.data_not_command.set(false);
        self.ssi.send(bytes);
    }

    /// Sends what changed in a row, and says whether something did.
    fn send(&mut self, row: usize) -> bool {
        let (Ok(at), Some((first, pixels))) = (u8::try_from(row), self.frame.take_changed(row)) else {
            return false;
        };
        self.data_not_command.set(false);
        self.ssi.send(&[SET_COLUMNS, first, LAST_COLUMN, SET_ROWS, at, at]);
        self.data_not_command.set(true);
        self.ssi.send(pixels);
        true
    }
}

impl OriginDimensions for Oled {
    fn size(&self) -> Size {
        self.frame.size()
    }
}

impl DrawTarget for Oled {
    type Color = Gray4;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        self.frame.draw_iter(pixels)
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Gray4) -> Result<(), Infallible> {
        self.frame.fill_solid(area, color)
    }
}

impl Display for Oled {
    fn layout(&self) -> &'static Layout {
        &LAYOUT_128X64
    }

    fn set_light(&mut self, light: Light) {
        self.command(&[if light == Light::Off { DISPLAY_OFF } else { DISPLAY_ON }]);
    }

    fn draw_bitmap(
        &mut self,
        at: Point,
        bitmap: &Bitmap,
        ink: Gray4,
        ground: Gray4,
    ) -> Result<(), Infallible> {
        self.frame.draw_bitmap(at, bitmap, ink, ground)
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
