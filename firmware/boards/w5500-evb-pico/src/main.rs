//! The phone on the W5500-EVB-Pico: this firmware has run on an emulator, not on the board.
//!
//! Makes the drivers and hands them to `hotdesk_board`. It must never decide anything a person can see.
#![no_std]
#![no_main]

mod chip;
mod flash;
mod panel;
mod serial;
#[cfg(feature = "tls")]
mod tls;

use chip::Rp;
use embassy_rp::gpio::{AnyPin, Input, Level, Output, Pull};
use embassy_rp::peripherals::SPI0;
use embassy_rp::spi::{self, Blocking, Spi};
use embassy_rp::{Peri, Peripherals, bind_interrupts};
use embassy_time::Delay;
use embedded_hal_bus::spi::ExclusiveDevice;
use flash::PicoStorage;
use hotdesk_board::board::Board;
use hotdesk_board::matrix::Matrix;
use hotdesk_board::wiring::{Network, Phone};
use hotdesk_board::{executor, stack, wiring};
use hotdesk_phone::Key;
use hotdesk_phone::view::Cell;
use panel::Panel;
use static_cell::{ConstStaticCell, StaticCell};

bind_interrupts!(struct Interrupts {
    UART0_IRQ => serial::Handler;
    #[cfg(feature = "pico2")]
    TRNG_IRQ => embassy_rp::trng::InterruptHandler<embassy_rp::peripherals::TRNG>;
});

/// Frames between the Ethernet chip and the stack.
const RECEIVED_FRAMES: usize = 4;
const SENT_FRAMES: usize = 2;

/// The panel takes more than the chip is specified for; 62.5 MHz is what others run it at.
const PANEL_HZ: u32 = 62_500_000;
/// The W5500 is specified for 33 MHz.
const ETHERNET_HZ: u32 = 31_250_000;

/// The keys by row and column, as keypads of 20 keys have them; those have F1, F2 and ESC where the softkeys are here.
const KEYS: [[Key; 4]; 5] = [
    [Key::Soft1, Key::Soft2, Key::Pound, Key::Star],
    [Key::Digit(1), Key::Digit(2), Key::Digit(3), Key::Up],
    [Key::Digit(4), Key::Digit(5), Key::Digit(6), Key::Down],
    [Key::Digit(7), Key::Digit(8), Key::Digit(9), Key::Soft3],
    [Key::Left, Key::Digit(0), Key::Right, Key::Select],
];

type Keys = Matrix<Output<'static>, Input<'static>, 5, 4>;
type Chip = ExclusiveDevice<Spi<'static, SPI0, Blocking>, Output<'static>, Delay>;
type Ethernet = hotdesk_w5500::Runner<'static, Chip, Input<'static>, Output<'static>>;
type Device = hotdesk_w5500::Device<'static>;
type PicoPhone = Phone<Panel, Board<Rp, PicoStorage>>;

/// What the tasks run with.
struct Tasks {
    keys: Keys,
    ethernet: Ethernet,
    network: Network<Device>,
    phone: PicoPhone,
}

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    let pins = embassy_rp::init(embassy_rp::config::Config::default());
    let Tasks { keys, ethernet, network, phone } = make_phone(pins);
    executor::run(|spawner| {
        #[cfg(feature = "tls")]
        let phone = tls::split(spawner, phone);
        executor::start_above(spawner, watch_keys(keys));
        executor::start(spawner, run_ethernet(ethernet));
        executor::start(spawner, run_network(network));
        executor::start(spawner, run_phone(phone));
    })
}

/// Makes the phone. What only this needs of the stack is free again when the tasks run.
#[inline(never)]
fn make_phone(p: Peripherals) -> Tasks {
    serial::start(p.UART0, p.PIN_0, p.PIN_1, Interrupts);
    let (storage, mac) = flash::start(p.FLASH);
    let (app, board) = wiring::set_up(Rp::new(p.WATCHDOG), storage, mac, |storage, name, buffer| {
        hotdesk_board::flash::read_file(storage, name, flash::FILES, buffer)
    });

    let high = |pin: Peri<'static, AnyPin>| Output::new(pin, Level::High);
    let up = |pin: Peri<'static, AnyPin>| Input::new(pin, Pull::Up);
    let rows: [Peri<'static, AnyPin>; 5] =
        [p.PIN_2.into(), p.PIN_3.into(), p.PIN_4.into(), p.PIN_5.into(), p.PIN_6.into()];
    let columns: [Peri<'static, AnyPin>; 4] =
        [p.PIN_7.into(), p.PIN_8.into(), p.PIN_9.into(), p.PIN_22.into()];
    let keys = Matrix { keys: KEYS, rows: rows.map(high), columns: columns.map(up) };

    let mut config = spi::Config::default();
    config.frequency = PANEL_HZ;
    let spi = Spi::new_blocking_txonly(p.SPI1, p.PIN_10, p.PIN_11, config);
    let pins: [Peri<'static, AnyPin>; 4] =
        [p.PIN_13.into(), p.PIN_14.into(), p.PIN_15.into(), p.PIN_12.into()];
    let panel = panel::start(spi, pins.map(high));

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
    #[cfg(feature = "rp2040")]
    let chance = embassy_rp::clocks::RoscRng.next_u64();
    #[cfg(feature = "pico2")]
    let chance = embassy_rp::trng::Trng::new(p.TRNG, Interrupts, Default::default()).blocking_next_u64();
    let (network, phone) = wiring::connect(app, board, panel, cells, device, chance);
    Tasks { keys, ethernet, network, phone }
}

#[embassy_executor::task]
async fn watch_keys(keys: Keys) -> ! {
    keys.watch().await
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
async fn run_phone(phone: PicoPhone) -> ! {
    phone.run().await
}
