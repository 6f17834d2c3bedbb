//! The display: a panel RK043FN48H of 480 x 272 pixels that the chip's display controller (LTDC) sends the frame to, again and
//! again. The frame has a byte a pixel, the number of a colour: at 16 bits it would take 261 kB of the 262 kB of SRAM.
#![allow(unsafe_code)] // A section of its own for the frame.

use embassy_stm32::gpio::Output;
use embassy_stm32::ltdc::{
    Ltdc, LtdcConfiguration, LtdcLayer, LtdcLayerConfig, PixelFormat, PolarityActive, PolarityEdge, RgbColor,
};
use embassy_stm32::peripherals::LTDC;
use embassy_time::Duration;
use embedded_graphics::pixelcolor::{Rgb888, RgbColor as _};
use hotdesk_board::executor;
use hotdesk_board::frame::{Frame, Framed, frame};
use hotdesk_board::touch::Shown;
use hotdesk_phone::view::{Indexed, LAYOUT_480X272_TOUCH, Layout};

const WIDTH: u16 = 480;
const HEIGHT: u16 = 272;

/// How the panel is laid out.
pub(crate) static LAYOUT: &Layout = &LAYOUT_480X272_TOUCH;
/// What is on the panel now, for the fingers on it.
pub(crate) static SHOWN: Shown = Shown::new(LAYOUT);

/// The panel with its light.
pub(crate) type Panel = Framed<Output<'static>, { WIDTH as usize }, { HEIGHT as usize }>;

/// The panel's timing and polarities, as in ST's board support (rk043fn48h.h, stm32746g_discovery_lcd.c: data enable "active
/// low", the pixel clock not inverted): 59 pictures a second.
#[rustfmt::skip]
const TIMING: LtdcConfiguration = LtdcConfiguration {
    active_width: WIDTH, h_sync: 41, h_back_porch: 13, h_front_porch: 32,
    active_height: HEIGHT, v_sync: 10, v_back_porch: 2, v_front_porch: 2,
    h_sync_polarity: PolarityActive::ActiveLow, v_sync_polarity: PolarityActive::ActiveLow,
    data_enable_polarity: PolarityActive::ActiveLow, pixel_clock_polarity: PolarityEdge::RisingEdge,
};

/// The whole panel, numbers of colours.
#[rustfmt::skip]
const LAYER: LtdcLayerConfig = LtdcLayerConfig {
    layer: LtdcLayer::Layer1, pixel_format: PixelFormat::L8,
    window_x0: 0, window_x1: WIDTH, window_y0: 0, window_y1: HEIGHT,
};

/// Several pictures.
const PATIENCE: Duration = Duration::from_millis(100);

// SAFETY: memory.x puts this section into SRAM, which the display controller can read, and nothing loads or clears it: any
// content is valid.
#[unsafe(link_section = ".frame")]
static FRAME: Frame<{ WIDTH as usize }, { HEIGHT as usize }> = frame();

/// Starts the panel, dark. `on` is its DISP.
pub(crate) fn start(
    mut controller: Ltdc<'static, LTDC>,
    mut on: Output<'static>,
    backlight: Output<'static>,
) -> Panel {
    let mut colours = [RgbColor::default(); 256];
    for (place, colour) in colours.iter_mut().zip(Indexed::COLOURS.map(Rgb888::from)) {
        *place = RgbColor { red: colour.r(), green: colour.g(), blue: colour.b() };
    }
    let panel = Framed::new(&FRAME, backlight, &SHOWN);
    controller.init(&TIMING);
    controller.init_layer(&LAYER, Some(&colours));
    let started = controller.set_buffer(LtdcLayer::Layer1, FRAME.as_ptr().cast());
    match executor::wait(PATIENCE, started) {
        Some(Ok(())) => {}
        Some(Err(_)) => defmt::error!("panel: the display controller does not get the frame"),
        None => defmt::error!("panel: the display controller sends no picture"),
    }
    on.set_high();
    // Dropped, they would turn their pins off.
    core::mem::forget((controller, on));
    panel
}
