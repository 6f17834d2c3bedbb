//! A frame of 128 x 64 pixels in 16 greys, for a display whose controller takes two pixels a byte, the left one in the high
//! nibble.
//!
//! Each row notes which of its bytes became others, so that only those are sent. Eight pixels at a time are a word in a
//! register: the leftmost one in its highest nibble.

use core::convert::Infallible;
use core::ops::Range;

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::pixelcolor::{Gray4, GrayColor};
use embedded_graphics::primitives::Rectangle;
use hotdesk_phone::Bitmap;

const SIZE: Size = Size::new(128, 64);
/// How many rows there are.
pub const ROWS: usize = SIZE.height as usize;
/// Two pixels a byte.
const ROW_BYTES: usize = SIZE.width as usize / 2;
/// The last byte of a row.
pub const LAST_COLUMN: u8 = 63;
/// Bytes that are changed together.
const WORD: usize = 4;
/// The last byte of a word, and the first one of a row's last word.
const LAST_OF_WORD: u8 = 3;
const LAST_WORD: u8 = LAST_COLUMN - LAST_OF_WORD;

/// What is drawn, 4 KiB, for a `StaticCell`.
pub struct Frame([Row; ROWS]);

impl Frame {
    /// A black frame, of which the display shows nothing yet: a controller's memory is undefined at power-up.
    #[must_use]
    pub const fn new() -> Self {
        Self([const { Row { pixels: [0; ROW_BYTES], changed: (0, LAST_COLUMN) } }; ROWS])
    }

    /// What the display does not show yet of a row: the place of its first byte, and the bytes. From here on it does.
    pub fn take_changed(&mut self, row: usize) -> Option<(u8, &[u8])> {
        let Row { pixels, changed } = self.0.get_mut(row)?;
        let (first, last) = core::mem::replace(changed, Row::UNCHANGED);
        pixels
            .get(usize::from(first)..=usize::from(last))
            .filter(|bytes| !bytes.is_empty())
            .map(|bytes| (first, bytes))
    }

    /// Draws a bitmap, as [`Display::draw_bitmap`](hotdesk_phone::Display::draw_bitmap).
    ///
    /// # Errors
    ///
    /// None.
    pub fn draw_bitmap(
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

    /// Those of these rows that the frame has.
    fn rows(&mut self, rows: Range<u8>) -> &mut [Row] {
        let [start, end] = [rows.start, rows.end].map(|row| usize::from(row).min(ROWS));
        self.0.get_mut(start..end).unwrap_or_default()
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

impl OriginDimensions for Frame {
    fn size(&self) -> Size {
        SIZE
    }
}

impl DrawTarget for Frame {
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
