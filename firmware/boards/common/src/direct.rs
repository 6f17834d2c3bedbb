//! A display that is drawn to directly, with a light of its own: no picture is kept in RAM.

use core::convert::Infallible;

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::{Rgb565, RgbColor};
use embedded_graphics::primitives::Rectangle;
use embedded_hal::digital::OutputPin;
use hotdesk_phone::view::Layout;
use hotdesk_phone::{Display, Light};

/// A panel's driver, its light and how it is laid out.
pub struct Direct<P, L> {
    panel: P,
    light: L,
    layout: &'static Layout,
}

impl<P: DrawTarget<Color = Rgb565, Error = Infallible>, L: OutputPin> Direct<P, L> {
    /// Clears the panel.
    #[must_use]
    pub fn new(mut panel: P, light: L, layout: &'static Layout) -> Self {
        let _ = panel.clear(Rgb565::BLACK);
        Self { panel, light, layout }
    }
}

impl<P: OriginDimensions, L> OriginDimensions for Direct<P, L> {
    fn size(&self) -> Size {
        self.panel.size()
    }
}

impl<P: DrawTarget<Color = Rgb565, Error = Infallible> + OriginDimensions, L> DrawTarget for Direct<P, L> {
    type Color = Rgb565;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb565>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        self.panel.draw_iter(pixels)
    }

    fn fill_contiguous<I: IntoIterator<Item = Rgb565>>(
        &mut self,
        area: &Rectangle,
        colors: I,
    ) -> Result<(), Infallible> {
        self.panel.fill_contiguous(area, colors)
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Rgb565) -> Result<(), Infallible> {
        self.panel.fill_solid(area, color)
    }
}

impl<P: DrawTarget<Color = Rgb565, Error = Infallible> + OriginDimensions, L: OutputPin> Display
    for Direct<P, L>
{
    fn layout(&self) -> &'static Layout {
        self.layout
    }

    fn set_light(&mut self, light: Light) {
        let _ = self.light.set_state((light != Light::Off).into());
    }

    /// What was drawn is on the panel already; other tasks come to their turn between two pictures.
    async fn flush(&mut self) -> Result<(), Infallible> {
        embassy_futures::yield_now().await;
        Ok(())
    }
}
