//! The desk phone on the W5500-EVB-Pico: makes the drivers, reads the configuration, and hands both to `hotdesk_phone`. It
//! must never decide anything a person can see.
#![no_std]
#![no_main]

mod board;
mod flash;
mod keys;
mod panel;
mod serial;

use core::cell::RefCell;

use board::W5500EvbPico;
use embassy_net::{Runner, Stack, StackResources};
use embassy_rp::clocks::RoscRng;
use embassy_rp::gpio::{AnyPin, Input, Level, Output, Pull};
use embassy_rp::peripherals::SPI0;
use embassy_rp::spi::{self, Blocking, Spi};
use embassy_rp::{Peri, Peripherals, bind_interrupts};
use embassy_time::Delay;
use embedded_hal_bus::spi::ExclusiveDevice;
use flash::BoardFlash;
use hotdesk_board::{executor, identity, keypad, stack, starts};
use hotdesk_phone::net::EmbassyNetwork;
use hotdesk_phone::storage::Storage;
use hotdesk_phone::view::Cell;
use hotdesk_phone::{App, Buffers, Config, SetupError};
use panel::Panel;
use static_cell::{ConstStaticCell, StaticCell};
use zeroize::Zeroize;

bind_interrupts!(struct Interrupts {
    UART0_IRQ => serial::Handler;
});

/// The longest configuration, in bytes.
const CONFIGURATION_MAX: usize = 2048;
/// The longest HTTP request, in bytes: a login with IDs and names of 128 ASCII letters fits.
const REQUEST_MAX: usize = 2048;
/// The longest answer, in bytes: one row, a success, or a failure with its reason.
const ANSWER_MAX: usize = 4096;
/// What TCP receives ahead and keeps until it is acknowledged, in bytes each.
const TCP_BUFFER: usize = 1024;
/// DHCP, and one connection or question for a name.
const SOCKETS: usize = 2;
/// Frames between the Ethernet chip and the stack.
const RECEIVED_FRAMES: usize = 4;
const SENT_FRAMES: usize = 2;

/// The panel takes more than the chip is specified for; 62.5 MHz is what others run it at.
const PANEL_HZ: u32 = 62_500_000;
/// The W5500 is specified for 33 MHz.
const ETHERNET_HZ: u32 = 31_250_000;

type Chip = ExclusiveDevice<Spi<'static, SPI0, Blocking>, Output<'static>, Delay>;
type Ethernet = hotdesk_w5500::Runner<'static, Chip, Input<'static>, Output<'static>>;
type Device = hotdesk_w5500::Device<'static>;

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    let pins = embassy_rp::init(embassy_rp::config::Config::default());
    start(pins)
}

#[inline(never)]
fn start(p: Peripherals) -> ! {
    serial::start(p.UART0, p.PIN_0, p.PIN_1, Interrupts);
    let mut flash = BoardFlash::new(p.FLASH);
    let mac = flash.mac_address();
    let (app, settings) = make_app(mac, flash);
    let board = W5500EvbPico::start(mac, p.WATCHDOG, settings);

    let high = |pin: Peri<'static, AnyPin>| Output::new(pin, Level::High);
    let up = |pin: Peri<'static, AnyPin>| Input::new(pin, Pull::Up);
    let rows = [
        high(p.PIN_2.into()),
        high(p.PIN_3.into()),
        high(p.PIN_4.into()),
        high(p.PIN_5.into()),
        high(p.PIN_6.into()),
    ];
    let columns = [up(p.PIN_7.into()), up(p.PIN_8.into()), up(p.PIN_9.into()), up(p.PIN_22.into())];

    let mut config = spi::Config::default();
    config.frequency = PANEL_HZ;
    let spi = Spi::new_blocking_txonly(p.SPI1, p.PIN_10, p.PIN_11, config);
    static LINE: StaticCell<[u8; panel::LINE]> = StaticCell::new();
    let line = LINE.init([0; panel::LINE]);
    let Some(panel) = Panel::start(
        spi,
        high(p.PIN_13.into()),
        high(p.PIN_14.into()),
        high(p.PIN_15.into()),
        high(p.PIN_12.into()),
        line,
    ) else {
        unreachable!("the pins and the bus have no errors")
    };

    let mut config = spi::Config::default();
    config.frequency = ETHERNET_HZ;
    let spi = Spi::new_blocking(p.SPI0, p.PIN_18, p.PIN_19, p.PIN_16, config);
    let Ok(chip) = ExclusiveDevice::new(spi, high(p.PIN_17.into()), Delay);
    // Made by the compiler: it is half as large as the stack.
    static FRAMES: ConstStaticCell<hotdesk_w5500::State<RECEIVED_FRAMES, SENT_FRAMES>> =
        ConstStaticCell::new(hotdesk_w5500::State::new());
    let (device, ethernet) =
        hotdesk_w5500::new(mac, FRAMES.take(), chip, up(p.PIN_21.into()), high(p.PIN_20.into()));
    let seed = identity::seed(mac, RoscRng.next_u64(), starts::count());
    let (network, runner) = make_network(&app.borrow(), device, seed);

    // The configuration, with its certificate, was on this stack.
    stack::wipe();
    executor::run(|spawner| {
        let (Ok(keys), Ok(run_ethernet), Ok(run_network), Ok(run_phone)) = (
            keys::watch(rows, columns),
            run_ethernet(ethernet),
            run_network(runner),
            run_phone(app, panel, network, board, seed),
        ) else {
            unreachable!("each task is started once")
        };
        spawner.spawn(keys);
        spawner.spawn(run_ethernet);
        spawner.spawn(run_network);
        spawner.spawn(run_phone);
    })
}

/// Makes the app, named after the MAC address and set up from the flash.
#[inline(never)]
fn make_app(mac: [u8; 6], flash: BoardFlash) -> (&'static RefCell<App<'static>>, Storage<BoardFlash>) {
    static APP: StaticCell<RefCell<App<'static>>> = StaticCell::new();
    let device = identity::device_name(mac);
    defmt::info!("starting {=str}", device.as_str());
    let (setup, settings) = read_configuration(flash);
    if let Err(error) = &setup {
        defmt::warn!("no configuration: {}", error);
    }
    (APP.init_with(|| RefCell::new(App::new(device, setup))), settings)
}

/// Reads the configuration from the flash, and what was set on the phone. The bytes hold a certificate, so they are wiped.
///
/// Bytes and settings take stack one after the other, not together: what uses them is not inlined.
#[inline(never)]
fn read_configuration(mut flash: BoardFlash) -> (Result<&'static Config, SetupError>, Storage<BoardFlash>) {
    let mut buffer = [0; CONFIGURATION_MAX];
    let parsed = flash.read_configuration(&mut buffer).and_then(|bytes| parse(bytes));
    buffer.zeroize();
    let mut settings = Storage::new(flash);
    let setup = parsed.map(|config| {
        hotdesk_board::settings::take_over(&mut settings, config);
        &*config
    });
    (setup, settings)
}

#[inline(never)]
fn parse(file: &[u8]) -> Result<&'static mut Config, SetupError> {
    static CONFIG: StaticCell<Config> = StaticCell::new();
    Config::parse(file).map(|config| CONFIG.init(config)).map_err(SetupError::File)
}

#[inline(never)]
fn make_network(app: &App<'_>, device: Device, seed: u64) -> (Stack<'static>, Runner<'static, Device>) {
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    let mut dhcp = embassy_net::DhcpConfig::default();
    // An administrator finds the phone by it in the list of leases. 15 letters fit.
    dhcp.hostname = app.device().as_str().try_into().ok();
    embassy_net::new(
        device,
        embassy_net::Config::dhcpv4(dhcp),
        RESOURCES.init_with(StackResources::new),
        seed,
    )
}

#[embassy_executor::task]
async fn run_ethernet(mut ethernet: Ethernet) -> ! {
    ethernet.run().await
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, Device>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn run_phone(
    app: &'static RefCell<App<'static>>,
    panel: Panel,
    stack: Stack<'static>,
    board: W5500EvbPico,
    seed: u64,
) -> ! {
    static CELLS: StaticCell<[Cell; panel::LAYOUT.cells()]> = StaticCell::new();
    static RECEIVED: StaticCell<[u8; TCP_BUFFER]> = StaticCell::new();
    static SENT: StaticCell<[u8; TCP_BUFFER]> = StaticCell::new();
    static REQUEST: StaticCell<[u8; REQUEST_MAX]> = StaticCell::new();
    static ANSWER: StaticCell<[u8; ANSWER_MAX]> = StaticCell::new();
    let network = EmbassyNetwork::new(
        stack,
        RECEIVED.init_with(|| [0; TCP_BUFFER]),
        SENT.init_with(|| [0; TCP_BUFFER]),
        app.borrow().config(),
        seed,
    );
    let buffers = Buffers {
        cells: CELLS.init_with(|| [Cell::BLANK; panel::LAYOUT.cells()]),
        request: REQUEST.init_with(|| [0; REQUEST_MAX]),
        answer: ANSWER.init_with(|| [0; ANSWER_MAX]),
    };
    hotdesk_phone::run(app, &keypad::KEYS, panel, network, board, buffers).await
}
