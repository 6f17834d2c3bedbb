//! The display: a 128 x 64 OLED with 16 greys behind an SSD0323 controller.
//!
//! Drawing goes to a frame in RAM. `flush` compares it with what the display shows and sends what differs, row by row,
//! and lets other tasks run between rows: a row takes the port 0.2 ms, the whole display 11 ms.
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

use embassy_futures::yield_now;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::framebuffer::{Framebuffer, buffer_size};
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::Gray4;
use embedded_graphics::pixelcolor::raw::{BigEndian, RawU4};
use hotdesk_phone::Display;
use hotdesk_phone::view::{LAYOUT_128X64, Layout};

use crate::gpio::Output;
use crate::mmio::GPIO_C;
use crate::ssi::Ssi;

const WIDTH: usize = 128;
const HEIGHT: usize = 64;
/// Two pixels a byte.
const ROW_BYTES: usize = WIDTH / 2;
const FRAME_BYTES: usize = buffer_size::<Gray4>(WIDTH, HEIGHT);

const LAST_COLUMN: u8 = 63;

const SET_COLUMNS: u8 = 0x15;
const SET_ROWS: u8 = 0x75;
const SET_REMAP: u8 = 0xA0;
const SHOW_MEMORY: u8 = 0xA4;
const DISPLAY_ON: u8 = 0xAF;

/// What is drawn and what is shown, 4 KiB each, for a `StaticCell`.
pub struct Frames {
    drawn: Framebuffer<Gray4, RawU4, BigEndian, WIDTH, HEIGHT, FRAME_BYTES>,
    shown: [u8; FRAME_BYTES],
}

impl Frames {
    /// Black frames.
    #[must_use]
    pub const fn new() -> Self {
        Self { drawn: Framebuffer::new(), shown: [0; FRAME_BYTES] }
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
        for (row, pixels) in (0..).zip(frames.shown.chunks(ROW_BYTES)) {
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
        self.frames.drawn.size()
    }
}

impl DrawTarget for Oled {
    type Color = Gray4;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        self.frames.drawn.draw_iter(pixels)
    }
}

impl Display for Oled {
    fn layout(&self) -> &'static Layout {
        &LAYOUT_128X64
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        let Frames { drawn, shown } = &mut *self.frames;
        let rows = drawn.data().chunks(ROW_BYTES).zip(shown.chunks_mut(ROW_BYTES));
        for (row, (drawn, shown)) in (0..).zip(rows) {
            let Some((first, last)) = changed(drawn, shown) else { continue };
            let span = usize::from(first)..=usize::from(last);
            self.panel.write(row, first, drawn.get(span).unwrap_or_default());
            shown.copy_from_slice(drawn);
            yield_now().await;
        }
        Ok(())
    }
}

/// The first and the last byte in which two rows differ.
fn changed(drawn: &[u8], shown: &[u8]) -> Option<(u8, u8)> {
    let pairs = drawn.iter().zip(shown);
    let mut columns = (0..).zip(pairs).filter(|(_, (drawn, shown))| drawn != shown).map(|(column, _)| column);
    let first = columns.next()?;
    Some((first, columns.last().unwrap_or(first)))
}
