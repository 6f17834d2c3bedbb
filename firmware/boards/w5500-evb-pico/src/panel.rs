//! The display: an ST7789 panel of 320 x 240 pixels on SPI1. It is drawn to directly; no picture is kept in RAM.

use core::convert::Infallible;

use embassy_rp::gpio::Output;
use embassy_rp::pac::SPI1;
use embassy_rp::pac::spi::regs::Sr as Status;
use embassy_rp::peripherals;
use embassy_rp::spi::{Blocking, Spi};
use hotdesk_board::delay::SleepingDelay;
use hotdesk_board::direct::Direct;
use hotdesk_phone::view::{LAYOUT_320X240, Layout};
use mipidsi::Builder;
use mipidsi::interface::{Interface, InterfaceKind};
use mipidsi::models::ST7789;
use mipidsi::options::{ColorInversion, Orientation, Rotation};

/// The keypad has three softkeys.
pub(crate) static LAYOUT: Layout = Layout { softkey_places: 3, ..LAYOUT_320X240 };

/// The panel's bus. embassy-rp's driver waits for each byte; this one keeps the wire busy, pixel by pixel.
pub(crate) struct Bus {
    data: Output<'static>,
    _spi: Spi<'static, peripherals::SPI1, Blocking>,
    /// Low for good: the panel is alone on its bus.
    _select: Output<'static>,
}

impl Bus {
    /// Sends words of so many bits, and waits until they are on the wire.
    fn send(&mut self, bits: u8, words: impl IntoIterator<Item = u16>) {
        SPI1.cr1().modify(|control| control.set_sse(false));
        SPI1.cr0().modify(|control| control.set_dss(bits.saturating_sub(1)));
        SPI1.cr1().modify(|control| control.set_sse(true));
        for word in words {
            // There is room nearly always: the loop is what takes the time of a picture.
            if !SPI1.sr().read().tnf() {
                wait(|status| status.tnf());
            }
            SPI1.dr().write(|data| data.set_data(word));
        }
        wait(|status| !status.bsy());
    }
}

/// Waits until the port's status is so, with a bound: a word leaves within a quarter of a microsecond, whatever the panel does. A
/// port that is stuck loses words, and what is drawn with them.
fn wait(is_so: impl Fn(Status) -> bool) {
    const PATIENCE: u32 = 1_000;
    let _ = (0..PATIENCE).any(|_| is_so(SPI1.sr().read()));
}

/// A pixel of this panel has two bytes, the higher one first.
fn word<const N: usize>(pixel: [u8; N]) -> u16 {
    pixel.iter().fold(0, |word, byte| word << 8 | u16::from(*byte))
}

impl Interface for Bus {
    type Word = u8;
    type Error = Infallible;
    const KIND: InterfaceKind = InterfaceKind::Serial4Line;

    fn send_command(&mut self, command: u8, arguments: &[u8]) -> Result<(), Infallible> {
        self.data.set_low();
        self.send(8, [command.into()]);
        self.data.set_high();
        self.send(8, arguments.iter().map(|byte| (*byte).into()));
        Ok(())
    }

    fn send_pixels<const N: usize>(
        &mut self,
        pixels: impl IntoIterator<Item = [u8; N]>,
    ) -> Result<(), Infallible> {
        self.send(16, pixels.into_iter().map(word));
        Ok(())
    }

    fn send_repeated_pixel<const N: usize>(&mut self, pixel: [u8; N], count: u32) -> Result<(), Infallible> {
        let pixel = word(pixel);
        self.send(16, (0..count).map(|_| pixel));
        Ok(())
    }
}

/// The panel, after its start.
pub(crate) type Panel = Direct<mipidsi::Display<Bus, ST7789, Output<'static>>, Output<'static>>;

/// Starts the panel. `pins` are its CS, D/C, RESET and BL.
pub(crate) fn start(spi: Spi<'static, peripherals::SPI1, Blocking>, pins: [Output<'static>; 4]) -> Panel {
    let [mut select, data, reset, backlight] = pins;
    select.set_low();
    let started = Builder::new(ST7789, Bus { data, _spi: spi, _select: select })
        .display_size(240, 320)
        .orientation(Orientation::new().rotate(Rotation::Deg90))
        .invert_colors(ColorInversion::Inverted)
        .reset_pin(reset)
        .init(&mut SleepingDelay::new(embassy_rp::clocks::clk_sys_freq()));
    let Ok(panel) = started else { unreachable!("pins and bus have no errors") };
    Direct::new(panel, backlight, &LAYOUT)
}
