//! The phone on the W5500-EVB-Pico: this firmware has run on an emulator, not on the board.
//!
//! Makes the drivers and hands them to `hotdesk_board`. It must never decide anything a person can see.
#![no_std]
#![no_main]

mod chip;
mod flash;
mod keys;
mod panel;
mod serial;

use chip::Rp;
use embassy_rp::clocks::RoscRng;
use embassy_rp::gpio::{AnyPin, Input, Level, Output, Pull};
use embassy_rp::peripherals::SPI0;
use embassy_rp::spi::{self, Blocking, Spi};
use embassy_rp::{Peri, Peripherals, bind_interrupts};
use embassy_time::Delay;
use embedded_hal_bus::spi::ExclusiveDevice;
use flash::BoardFlash;
use hotdesk_board::board::Board;
use hotdesk_board::wiring::{Network, Phone};
use hotdesk_board::{executor, stack, wiring};
use hotdesk_phone::view::Cell;
use panel::Panel;
use static_cell::{ConstStaticCell, StaticCell};

bind_interrupts!(struct Interrupts {
    UART0_IRQ => serial::Handler;
});

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

/// What the tasks run with.
struct Tasks {
    matrix: ([Output<'static>; 5], [Input<'static>; 4]),
    ethernet: Ethernet,
    network: Network<Device>,
    phone: Phone<Panel, Board<Rp, BoardFlash>>,
}

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    let pins = embassy_rp::init(embassy_rp::config::Config::default());
    let Tasks { matrix: (rows, columns), ethernet, network, phone } = make_phone(pins);
    executor::run(|spawner| {
        executor::start(spawner, keys::watch(rows, columns));
        executor::start(spawner, run_ethernet(ethernet));
        executor::start(spawner, run_network(network));
        executor::start(spawner, run_phone(phone));
    })
}

/// Makes the phone. What only this needs of the stack is free again when the tasks run.
#[inline(never)]
fn make_phone(p: Peripherals) -> Tasks {
    serial::start(p.UART0, p.PIN_0, p.PIN_1, Interrupts);
    let mut flash = BoardFlash::new(p.FLASH);
    let mac = flash.mac_address();
    let (app, board) = wiring::set_up(Rp::new(p.WATCHDOG), flash, mac, BoardFlash::read_configuration);

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
    static CELLS: StaticCell<[Cell; panel::LAYOUT.cells()]> = StaticCell::new();
    let cells = CELLS.init_with(|| [Cell::BLANK; panel::LAYOUT.cells()]);
    let (network, phone) = wiring::connect(app, board, panel, cells, device, RoscRng.next_u64());
    Tasks { matrix: (rows, columns), ethernet, network, phone }
}

#[embassy_executor::task]
async fn run_ethernet(mut ethernet: Ethernet) -> ! {
    ethernet.run().await
}

#[embassy_executor::task]
async fn run_network(network: Network<Device>) -> ! {
    network.run().await
}

#[embassy_executor::task]
async fn run_phone(phone: Phone<Panel, Board<Rp, BoardFlash>>) -> ! {
    phone.run().await
}
