//! A display that something else sends from a frame in RAM, again and again: a byte a pixel, the number of a colour.

use core::convert::Infallible;
use core::ops::Range;
use core::sync::atomic::{AtomicU8, Ordering};

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Dimensions, OriginDimensions, Size};
use embedded_graphics::primitives::{PointsIter, Rectangle};
use embedded_hal::digital::OutputPin;
use hotdesk_phone::view::{Colours, Indexed, Layout};
use hotdesk_phone::{Display, Light};

use crate::touch::Shown;

/// The frame, row by row. Where the hardware wants it is the board's to say; any content is valid.
pub type Frame<const WIDTH: usize, const HEIGHT: usize> = [[AtomicU8; WIDTH]; HEIGHT];

/// A black frame.
#[must_use]
pub const fn frame<const WIDTH: usize, const HEIGHT: usize>() -> Frame<WIDTH, HEIGHT> {
    [const { [const { AtomicU8::new(0) }; WIDTH] }; HEIGHT]
}

/// The display of a frame, with a light of its own.
pub struct Framed<L, const WIDTH: usize, const HEIGHT: usize> {
    frame: &'static Frame<WIDTH, HEIGHT>,
    light: L,
    shown: &'static Shown,
}

impl<L: OutputPin, const WIDTH: usize, const HEIGHT: usize> Framed<L, WIDTH, HEIGHT> {
    /// Clears the frame and turns the light on. `shown` tells the fingers how the display is laid out.
    #[must_use]
    pub fn new(frame: &'static Frame<WIDTH, HEIGHT>, mut light: L, shown: &'static Shown) -> Self {
        frame.iter().flatten().for_each(|pixel| pixel.store(Indexed::OFF.number(), Ordering::Relaxed));
        let _ = light.set_high();
        Self { frame, light, shown }
    }

    /// The pixels of an area of the display, row by row.
    fn pixels(&self, area: &Rectangle) -> impl Iterator<Item = &'static AtomicU8> + use<L, WIDTH, HEIGHT> {
        let span = |range: Range<i32>| {
            usize::try_from(range.start).unwrap_or(0)..usize::try_from(range.end).unwrap_or(0)
        };
        let (rows, columns) = (span(area.rows()), span(area.columns()));
        let rows = self.frame.get(rows).unwrap_or_default();
        rows.iter().flat_map(move |row| row.get(columns.clone()).unwrap_or_default())
    }
}

impl<L, const WIDTH: usize, const HEIGHT: usize> OriginDimensions for Framed<L, WIDTH, HEIGHT> {
    fn size(&self) -> Size {
        let [width, height] = [WIDTH, HEIGHT].map(|length| u32::try_from(length).unwrap_or(u32::MAX));
        Size::new(width, height)
    }
}

impl<L: OutputPin, const WIDTH: usize, const HEIGHT: usize> DrawTarget for Framed<L, WIDTH, HEIGHT> {
    type Color = Indexed;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Indexed>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, colour) in pixels {
            self.fill_solid(&Rectangle::new(point, Size::new(1, 1)), colour)?;
        }
        Ok(())
    }

    fn fill_contiguous<I: IntoIterator<Item = Indexed>>(
        &mut self,
        area: &Rectangle,
        colours: I,
    ) -> Result<(), Infallible> {
        if area.intersection(&self.bounding_box()) != *area {
            return self.draw_iter(area.points().zip(colours).map(|(point, colour)| Pixel(point, colour)));
        }
        for (pixel, colour) in self.pixels(area).zip(colours) {
            pixel.store(colour.number(), Ordering::Relaxed);
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, colour: Indexed) -> Result<(), Infallible> {
        let area = area.intersection(&self.bounding_box());
        self.pixels(&area).for_each(|pixel| pixel.store(colour.number(), Ordering::Relaxed));
        Ok(())
    }
}

impl<L: OutputPin, const WIDTH: usize, const HEIGHT: usize> Display for Framed<L, WIDTH, HEIGHT> {
    fn layout(&self) -> &'static Layout {
        self.shown.first()
    }

    fn set_light(&mut self, light: Light) {
        // A dim picture has dim colours.
        let _ = self.light.set_state((light != Light::Off).into());
    }

    fn set_layout(&mut self, layout: &'static Layout) {
        self.shown.set(layout);
    }

    /// What was drawn is seen with the next picture; other tasks come to their turn between two.
    async fn flush(&mut self) -> Result<(), Infallible> {
        embassy_futures::yield_now().await;
        Ok(())
    }
}
