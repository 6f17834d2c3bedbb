//! The display.

use core::convert::Infallible;

use embassy_futures::yield_now;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::Rgb565;
use hotdesk_phone::view::{LAYOUT_320X240, Layout};
use hotdesk_phone::{Display, Light};

/// GAP display: the layout of its size. `hotdesk_phone::view` has 128 x 64 in greys, 320 x 240 and 480 x 272 in colours.
pub(crate) static LAYOUT: &Layout = &LAYOUT_320X240;

/// The panel.
pub(crate) struct Panel;

impl Panel {
    /// Starts the panel, black.
    pub(crate) fn start() -> Self {
        // GAP display: mipidsi knows many controllers on SPI.
        Self
    }
}

impl OriginDimensions for Panel {
    fn size(&self) -> Size {
        Size::new(320, 240)
    }
}

impl DrawTarget for Panel {
    type Color = Rgb565;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb565>>>(&mut self, _pixels: I) -> Result<(), Infallible> {
        // GAP display: draw. `fill_contiguous` and `fill_solid` decide how long a screen takes: implement them, too.
        Ok(())
    }
}

impl Display for Panel {
    fn layout(&self) -> &'static Layout {
        LAYOUT
    }

    fn set_light(&mut self, _light: Light) {
        // GAP display: dim its light or turn it off.
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        // GAP display: send what was drawn, and let other tasks run each few milliseconds.
        yield_now().await;
        Ok(())
    }
}
