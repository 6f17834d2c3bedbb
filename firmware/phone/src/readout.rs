//! The screen in numbers, for a rig that has no emulator to take a picture from: what the app shows, drawn once more by the same
//! [`View`], band by band, and told in pieces. It is for test images only.
//!
//! What is told is what the view draws: of a PIN its stars. A panel that shows something else is not found out by it.
//!
//! | piece | bytes |
//! |---|---|
//! | each | its number, two bytes, then what is told; numbers count from 0 |
//! | 0 | width and height in pixels, two bytes each; then the colours, three bytes each: red, green, blue |
//! | the next | runs of pixels, row by row from the top left, as long as there are pixels |
//! | the last | number 65,535, then the Adler-32 of what the pieces before tell, four bytes |
//!
//! Numbers of several bytes begin with the lowest. A run is one byte or two. The upper five bits of the first are the place of its
//! colour, or 31 for the colours of the pixels above; the lower three are how many pixels it has, 1 to 7, or 0 where the second byte has that
//! number less 8.

use core::convert::Infallible;

use adler2::Adler32;
use embassy_futures::yield_now;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Dimensions as _, OriginDimensions, Point, Size};
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};
use embedded_graphics::primitives::{PointsIter, Rectangle};
use heapless::Vec;

use crate::view::{Cell, Colours, Indexed, LAYOUT_320X240, LAYOUT_480X272, Layout, View};
use crate::{Display, Light, Shared};

/// Asks for the screen, on the keypad's line.
pub const REQUEST: [u8; 3] = *b"?s\n";

/// Bytes of a piece at most.
pub const PIECE_BYTES: usize = 128;

/// Cells of the largest layout in [`view`](crate::view), at least.
pub const MOST_CELLS: usize = 512;
const _: () = assert!(LAYOUT_320X240.cells() <= MOST_CELLS && LAYOUT_480X272.cells() <= MOST_CELLS);
#[cfg(feature = "touch")]
const _: () = assert!(crate::view::LAYOUT_480X272_TOUCH.cells() <= MOST_CELLS);

/// The number of the last piece.
const LAST: u16 = u16::MAX;
/// In the place of a colour: the pixels look as those above.
const ABOVE: u8 = 31;
const _: () = assert!(Indexed::COUNT <= ABOVE as usize && 6 + 3 * Indexed::COUNT <= PIECE_BYTES);
/// The fewest pixels that a run of two bytes has, and the most.
const LONG: usize = 8;
const LONGEST: usize = LONG + u8::MAX as usize;

/// Finds [`REQUEST`] on the keypad's line. It keeps no byte: one may be a digit of a PIN.
///
/// ```
/// use hotdesk_phone::readout::Requests;
///
/// let mut requests = Requests::new();
/// assert!(!b"+5\n-5\n?s".iter().any(|byte| requests.push(*byte)));
/// assert!(requests.push(b'\n'));
/// ```
#[derive(Debug, Default)]
pub struct Requests {
    /// How many bytes of a request the line ends with.
    matched: usize,
}

impl Requests {
    /// No byte has come yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { matched: 0 }
    }

    /// Takes the next byte, and says whether a request ends with it.
    pub fn push(&mut self, byte: u8) -> bool {
        let is_next = |place| REQUEST.get(place) == Some(&byte);
        self.matched = if is_next(self.matched) { self.matched + 1 } else { usize::from(is_next(0)) };
        if self.matched < REQUEST.len() {
            return false;
        }
        self.matched = 0;
        true
    }
}

/// Tells what is to be seen on a display.
#[derive(Debug)]
pub struct Readout<'m> {
    layout: &'static Layout,
    view: View<'m>,
    band: &'m mut [u8],
}

impl<'m> Readout<'m> {
    /// A readout of a display of this layout.
    ///
    /// `cells` has [`Layout::cells`] places, `band` a byte for each pixel of one row at least; the more rows it holds, the less often
    /// the screen is drawn.
    #[must_use]
    pub fn new(layout: &'static Layout, cells: &'m mut [Cell], band: &'m mut [u8]) -> Self {
        Self { layout, view: View::new(layout, cells), band }
    }

    /// Gives `out` the pieces of the screen as the app is to be seen now, in the colours `C` of the display. Other tasks come to
    /// their turn meanwhile; what they change is not told.
    pub async fn tell<C: Colours>(&mut self, app: &impl Shared<'_>, out: impl AsyncFnMut(&[u8])) {
        app.read(|app| self.view.lay_out(app));
        let mut pieces = Pieces::new(out);
        let [width, height] = [self.layout.size.width, self.layout.size.height]
            .map(|length| u16::try_from(length).unwrap_or(u16::MAX));
        for byte in [width, height].into_iter().flat_map(u16::to_le_bytes) {
            pieces.push(byte).await;
        }
        for colour in Indexed::colours_of::<C>().map(Into::<Rgb888>::into) {
            for byte in [colour.r(), colour.g(), colour.b()] {
                pieces.push(byte).await;
            }
        }
        pieces.finish().await;
        let (width, height) = (usize::from(width), usize::from(height));
        let rows = self.band.len().checked_div(width).unwrap_or(0);
        let mut top = 0;
        while top < height && rows > 0 {
            let pixels = rows.min(height - top) * width;
            let pixels = self.band.get_mut(..pixels).unwrap_or_default();
            let mut band = Band { layout: self.layout, width, top, pixels };
            self.view.forget();
            while self.view.draw_row(&mut band).unwrap_or(false) {
                yield_now().await;
            }
            pieces.push_runs(band.pixels, width).await;
            top += rows;
        }
        pieces.finish().await;
        pieces.end().await;
    }
}

/// Rows of pixels, the first of them `top`. What is drawn above or below is left out.
struct Band<'b> {
    layout: &'static Layout,
    width: usize,
    top: usize,
    pixels: &'b mut [u8],
}

impl Band<'_> {
    /// The place of a point, which must be inside.
    fn place(&self, point: Point) -> Option<usize> {
        let (x, y) = (usize::try_from(point.x).ok()?, usize::try_from(point.y).ok()?);
        Some(y.checked_sub(self.top)? * self.width + x)
    }

    /// The part of an area that is inside.
    fn inside(&self, area: &Rectangle) -> Rectangle {
        let rows = u32::try_from(self.pixels.len() / self.width).unwrap_or(0);
        let top = i32::try_from(self.top).unwrap_or(i32::MAX);
        area.intersection(&Rectangle::new(Point::new(0, top), Size::new(self.layout.size.width, rows)))
    }
}

impl OriginDimensions for Band<'_> {
    fn size(&self) -> Size {
        self.layout.size
    }
}

impl DrawTarget for Band<'_> {
    type Color = Indexed;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Indexed>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, colour) in pixels {
            if !self.bounding_box().contains(point) {
                continue;
            }
            if let Some(pixel) = self.place(point).and_then(|place| self.pixels.get_mut(place)) {
                *pixel = colour.number();
            }
        }
        Ok(())
    }

    fn fill_contiguous<I: IntoIterator<Item = Indexed>>(
        &mut self,
        area: &Rectangle,
        colours: I,
    ) -> Result<(), Infallible> {
        if self.inside(area).is_zero_sized() {
            return Ok(());
        }
        self.draw_iter(area.points().zip(colours).map(|(point, colour)| Pixel(point, colour)))
    }

    fn fill_solid(&mut self, area: &Rectangle, colour: Indexed) -> Result<(), Infallible> {
        let inside = self.inside(area);
        let width = usize::try_from(inside.size.width).unwrap_or(0);
        for y in inside.rows() {
            let row =
                self.place(Point::new(inside.top_left.x, y)).and_then(|first| self.pixels.get_mut(first..));
            row.unwrap_or_default().iter_mut().take(width).for_each(|pixel| *pixel = colour.number());
        }
        Ok(())
    }
}

impl Display for Band<'_> {
    fn layout(&self) -> &'static Layout {
        self.layout
    }

    fn set_light(&mut self, _: Light) {}

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Pieces on their way out.
struct Pieces<O> {
    out: O,
    number: u16,
    piece: Vec<u8, PIECE_BYTES>,
    sum: Adler32,
}

impl<O: AsyncFnMut(&[u8])> Pieces<O> {
    fn new(out: O) -> Self {
        let mut pieces = Self { out, number: 0, piece: Vec::new(), sum: Adler32::new() };
        pieces.begin(0);
        pieces
    }

    fn begin(&mut self, number: u16) {
        self.number = number;
        self.piece.clear();
        let _ = self.piece.extend_from_slice(&number.to_le_bytes());
    }

    async fn push(&mut self, byte: u8) {
        if self.piece.is_full() {
            self.finish().await;
        }
        let _ = self.piece.push(byte);
    }

    /// Gives out the piece, and begins the next one.
    async fn finish(&mut self) {
        self.sum.write_slice(self.piece.get(size_of::<u16>()..).unwrap_or_default());
        (self.out)(&self.piece).await;
        self.begin(self.number.wrapping_add(1));
    }

    /// Gives out the last piece, behind one that is finished.
    async fn end(mut self) {
        let sum = self.sum.checksum();
        self.begin(LAST);
        let _ = self.piece.extend_from_slice(&sum.to_le_bytes());
        (self.out)(&self.piece).await;
    }

    async fn push_runs(&mut self, pixels: &[u8], width: usize) {
        let mut at = 0;
        while let Some([colour, ..]) = pixels.get(at..) {
            let rest = || pixels.get(at..).unwrap_or_default().iter().take(LONGEST);
            let same = rest().take_while(|pixel| *pixel == colour).count();
            let above = at.checked_sub(width).and_then(|above| pixels.get(above..)).unwrap_or_default();
            let as_above = rest().zip(above).take_while(|(pixel, above)| pixel == above).count();
            let (what, length) = if as_above > same { (ABOVE, as_above) } else { (*colour, same) };
            // Neither is longer than LONGEST.
            match length.checked_sub(LONG).map(u8::try_from) {
                Some(more) => {
                    self.push(what << 3).await;
                    self.push(more.unwrap_or(u8::MAX)).await;
                }
                None => self.push(what << 3 | u8::try_from(length).unwrap_or(0)).await,
            }
            at += length;
        }
    }
}
