//! The desk phone on the LM3S6965 evaluation board: makes the drivers, reads the configuration, and hands both to
//! `hotdesk_phone`. It must never decide anything a person can see.
#![no_std]
#![no_main]

use core::cell::RefCell;

use cortex_m::Peripherals;
use embassy_net::{Runner, Stack, StackResources};
use hotdesk_board::{executor, identity, keypad, stack, starts};
use hotdesk_core::limits::HTTP_HEAD_BYTES;
use hotdesk_lm3s6965evb::board::Lm3s6965Evb;
use hotdesk_lm3s6965evb::ethernet::{self, Ethernet};
use hotdesk_lm3s6965evb::gpio::Output;
use hotdesk_lm3s6965evb::keypad as keypad_line;
use hotdesk_lm3s6965evb::mmio::GPIO_D;
use hotdesk_lm3s6965evb::oled::{Frame, Oled};
use hotdesk_lm3s6965evb::ssi::Ssi;
use hotdesk_lm3s6965evb::{buttons, card, clock, guard, log_port, settings, sysctl};
use hotdesk_phone::net::EmbassyNetwork;
use hotdesk_phone::view::{Cell, LAYOUT_128X64};
use hotdesk_phone::{App, Buffers, Config, SetupError};
use static_cell::StaticCell;
use zeroize::Zeroize;

/// The longest configuration file, in bytes.
const CONFIGURATION_MAX: usize = 1024;
/// The longest HTTP request, in bytes: a login with IDs and names of 128 ASCII letters fits.
const REQUEST_MAX: usize = 2048;
/// The longest answer that is read whole, in bytes: any head that is accepted, then one row, a success, or a failure with its
/// reason. A list is read in pieces, through a window of this size.
const ANSWER_MAX: usize = HTTP_HEAD_BYTES;
/// What TCP receives ahead and keeps until it is acknowledged, in bytes each.
const TCP_BUFFER: usize = 1024;
/// DHCP, and one connection or question for a name.
const SOCKETS: usize = 2;

/// `main` never returns, so its frame takes stack from the tasks for good: what only the start needs is in separate
/// functions that are not inlined.
#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    let Some(mut core) = Peripherals::take() else { unreachable!("nobody took the peripherals before") };
    guard::start(&mut core.MPU);
    sysctl::enable_clocks();
    log_port::start();
    let board = Lm3s6965Evb::start();
    clock::start(&mut core.SYST);

    let mut ssi = Ssi::start();
    let mut select = Output::new(GPIO_D, 0, true);
    let app = make_app(&mut ssi, &mut select);
    let display = make_display(ssi, select);
    keypad_line::start();
    buttons::start();
    // No oscillator gives random bits here; the cycles it took to read the card differ between starts.
    let seed = identity::seed(ethernet::mac_address(), clock::cycles(), starts::count());
    let (network, runner) = make_network(&app.borrow(), seed);
    // The configuration, with its certificate, was on this stack.
    stack::wipe();
    executor::run(|spawner| {
        let (Ok(run_network), Ok(run_phone)) =
            (run_network(runner), run_phone(app, display, network, board, seed))
        else {
            unreachable!("each task is started once")
        };
        spawner.spawn(run_network);
        spawner.spawn(run_phone);
    })
}

/// Makes the app, named after the MAC address and set up from the SD card.
#[inline(never)]
fn make_app(ssi: &mut Ssi, select: &mut Output) -> &'static RefCell<App<'static>> {
    static APP: StaticCell<RefCell<App<'static>>> = StaticCell::new();
    let device = identity::device_name(ethernet::mac_address());
    defmt::info!("starting {=str}", device.as_str());
    let setup = read_configuration(ssi, select);
    if let Err(error) = &setup {
        defmt::warn!("no configuration: {}", error);
    }
    APP.init_with(|| RefCell::new(App::new(device, setup)))
}

#[inline(never)]
fn make_display(ssi: Ssi, select: Output) -> Oled {
    static FRAME: StaticCell<Frame> = StaticCell::new();
    Oled::start(ssi, select, FRAME.init_with(Frame::new))
}

#[inline(never)]
fn make_network(app: &App<'_>, seed: u64) -> (Stack<'static>, Runner<'static, Ethernet>) {
    static FRAMES: StaticCell<ethernet::Buffers> = StaticCell::new();
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    let mut dhcp = embassy_net::DhcpConfig::default();
    // An administrator finds the phone by it in the list of leases. 15 letters fit.
    dhcp.hostname = app.device().as_str().try_into().ok();
    embassy_net::new(
        Ethernet::start(FRAMES.init_with(ethernet::Buffers::new)),
        embassy_net::Config::dhcpv4(dhcp),
        RESOURCES.init_with(StackResources::new),
        seed,
    )
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, Ethernet>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn run_phone(
    app: &'static RefCell<App<'static>>,
    display: Oled,
    stack: Stack<'static>,
    board: Lm3s6965Evb,
    seed: u64,
) -> ! {
    static CELLS: StaticCell<[Cell; LAYOUT_128X64.cells()]> = StaticCell::new();
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
        cells: CELLS.init_with(|| [Cell::BLANK; LAYOUT_128X64.cells()]),
        request: REQUEST.init_with(|| [0; REQUEST_MAX]),
        answer: ANSWER.init_with(|| [0; ANSWER_MAX]),
    };
    hotdesk_phone::run(app, &keypad::KEYS, display, network, board, buffers).await
}

/// Reads the configuration from the SD card. The file's bytes hold a certificate, so they are wiped.
///
/// Card, file and settings take stack one after the other, not together: none of the three is inlined.
#[inline(never)]
fn read_configuration(ssi: &mut Ssi, select: &mut Output) -> Result<&'static Config, SetupError> {
    let mut buffer = [0; CONFIGURATION_MAX];
    let setup = card::read_configuration(ssi, select, &mut buffer).and_then(|bytes| parse(bytes));
    buffer.zeroize();
    let config = setup?;
    hotdesk_board::settings::take_over(&mut settings::storage(), config);
    Ok(config)
}

#[inline(never)]
fn parse(file: &[u8]) -> Result<&'static mut Config, SetupError> {
    static CONFIG: StaticCell<Config> = StaticCell::new();
    Config::parse(file).map(|config| CONFIG.init(config)).map_err(SetupError::File)
}
