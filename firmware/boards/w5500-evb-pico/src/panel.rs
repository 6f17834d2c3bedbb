//! The display: an ST7789 panel of 320 x 240 pixels on SPI1. It is drawn to directly; no picture is kept in RAM.

use embassy_rp::gpio::{Level, Output};
use embassy_rp::peripherals::SPI1;
use embassy_rp::spi::{Blocking, Spi};
use embassy_time::Delay;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::{Rgb565, RgbColor};
use embedded_graphics::primitives::Rectangle;
use embedded_hal_bus::spi::{ExclusiveDevice, NoDelay};
use hotdesk_phone::view::{LAYOUT_320X240, Layout};
use hotdesk_phone::{Display, Light};
use mipidsi::Builder;
use mipidsi::interface::SpiInterface;
use mipidsi::models::ST7789;
use mipidsi::options::{ColorInversion, Orientation, Rotation};
use static_cell::StaticCell;

/// Bytes on their way to the panel: pixels are sent so many at a time.
const LINE_BYTES: usize = 640;

/// The keypad has three softkeys.
pub(crate) static LAYOUT: Layout = Layout { softkey_places: 3, ..LAYOUT_320X240 };

type Device = ExclusiveDevice<Spi<'static, SPI1, Blocking>, Output<'static>, NoDelay>;
type Interface = SpiInterface<'static, Device, Output<'static>>;

/// The panel does not answer, so the only error is one of the pins or the bus, which have none.
type Error = <Interface as mipidsi::interface::Interface>::Error;

/// The panel, after its start.
pub(crate) struct Panel {
    panel: mipidsi::Display<Interface, ST7789, Output<'static>>,
    /// The light behind the glass.
    backlight: Output<'static>,
}

impl Panel {
    /// Starts the panel and clears it. `pins` are its CS, D/C, RESET and BL.
    pub(crate) fn start(spi: Spi<'static, SPI1, Blocking>, pins: [Output<'static>; 4]) -> Self {
        static LINE: StaticCell<[u8; LINE_BYTES]> = StaticCell::new();
        let [select, data, reset, backlight] = pins;
        let Ok(device) = ExclusiveDevice::new_no_delay(spi, select);
        let interface = SpiInterface::new(device, data, LINE.init([0; LINE_BYTES]));
        let started = Builder::new(ST7789, interface)
            .display_size(240, 320)
            .orientation(Orientation::new().rotate(Rotation::Deg90))
            .invert_colors(ColorInversion::Inverted)
            .reset_pin(reset)
            .init(&mut Delay);
        let Ok(mut panel) = started else { unreachable!("the pins and the bus have no errors") };
        let _ = panel.clear(Rgb565::BLACK);
        Self { panel, backlight }
    }
}

impl OriginDimensions for Panel {
    fn size(&self) -> Size {
        self.panel.size()
    }
}

impl DrawTarget for Panel {
    type Color = Rgb565;
    type Error = Error;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb565>>>(&mut self, pixels: I) -> Result<(), Error> {
        self.panel.draw_iter(pixels)
    }

    fn fill_contiguous<I: IntoIterator<Item = Rgb565>>(
        &mut self,
        area: &Rectangle,
        colors: I,
    ) -> Result<(), Error> {
        self.panel.fill_contiguous(area, colors)
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Rgb565) -> Result<(), Error> {
        self.panel.fill_solid(area, color)
    }
}

impl Display for Panel {
    fn layout(&self) -> &'static Layout {
        &LAYOUT
    }

    fn set_light(&mut self, light: Light) {
        self.backlight.set_level(Level::from(light != Light::Off));
    }

    /// What was drawn is on the panel already; other tasks come to their turn between two pictures.
    async fn flush(&mut self) -> Result<(), Error> {
        embassy_futures::yield_now().await;
        Ok(())
    }
}
