//! The phone on the STM32F746G-DISCO: this firmware has never run, neither on the board nor on an emulator. It was built.
//!
//! Makes the drivers and hands them to `hotdesk_board`. It must never decide anything a person can see. Pins are those of
//! UM1907; embassy-stm32 checks that each can do what it is for, unless it is said otherwise.
#![no_std]
#![no_main]

mod card;
mod chip;
mod flash;
mod panel;
mod serial;
#[cfg(feature = "tls")]
mod tls;

use chip::Stm32F746;
use cortex_m::peripheral::SCB;
use embassy_stm32::eth::{self, Ethernet, GenericPhy, PacketQueue, Sma};
use embassy_stm32::exti::{self, ExtiInput};
use embassy_stm32::gpio::{AfType, AnyPin, Flex, Input, Level, Output, OutputType, Pull, Speed};
use embassy_stm32::i2c::{self, I2c, Master};
use embassy_stm32::ltdc::{self, Ltdc};
use embassy_stm32::mode::{Async, Blocking};
use embassy_stm32::peripherals::{self, ETH, ETH_SMA};
use embassy_stm32::rcc::{self, Hse, HseMode, Pll};
use embassy_stm32::rng::{self, Rng};
use embassy_stm32::sdmmc::{self, Sdmmc};
use embassy_stm32::time::Hertz;
use embassy_stm32::{Config, Peri, Peripherals, bind_interrupts, dma, interrupt};
use embassy_time::Duration;
use flash::ChipStorage;
use hotdesk_board::wiring::{Network, Phone};
use hotdesk_board::{executor, stack, touch, wiring};
use hotdesk_phone::view::Cell;
use panel::Panel;
use static_cell::{ConstStaticCell, StaticCell};

bind_interrupts!(struct Interrupts {
    DMA2_STREAM3 => dma::InterruptHandler<peripherals::DMA2_CH3>;
    ETH => eth::InterruptHandler;
    EXTI15_10 => exti::InterruptHandler<interrupt::typelevel::EXTI15_10>;
    LTDC => ltdc::InterruptHandler<peripherals::LTDC>;
    RNG => rng::InterruptHandler<peripherals::RNG>;
    SDMMC1 => sdmmc::InterruptHandler<peripherals::SDMMC1>;
    USART1 => serial::Handler;
});

/// Frames between the Ethernet controller and the stack, each way.
const FRAMES: usize = 4;
/// What the touch controller is specified for.
const TOUCH_HZ: Hertz = Hertz(400_000);
/// Many times what reading the touch controller takes.
const TOUCH_PATIENCE: Duration = Duration::from_millis(10);

type Device = Ethernet<'static, ETH, GenericPhy<Sma<'static, ETH_SMA>>>;
type DiscoPhone = Phone<Panel, hotdesk_board::board::Board<Stm32F746, ChipStorage>>;
type Touch = (I2c<'static, Blocking, Master>, ExtiInput<'static, Async>);

/// What the tasks run with.
struct Tasks {
    touch: Touch,
    network: Network<Device>,
    phone: DiscoPhone,
}

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    let Some(mut core) = cortex_m::Peripherals::take() else {
        unreachable!("nobody took the peripherals before")
    };
    // The data cache stays off: DMA reads and writes past it.
    SCB::enable_icache(&mut core.SCB);
    let pins = embassy_stm32::init(clocks());
    let Tasks { touch, network, phone } = make_phone(pins);
    executor::run(|spawner| {
        #[cfg(feature = "tls")]
        let phone = tls::split(spawner, phone);
        executor::start_above(spawner, watch_touch(touch));
        executor::start(spawner, run_network(network));
        executor::start(spawner, run_phone(phone));
    })
}

/// The processor at 216 MHz from the board's oscillator of 25 MHz (UM1907), 48 MHz for card and random numbers, and
/// 134 MHz / 7 / 2 = 9.57 MHz for the pixels: the HAL halves the PLL's clock.
#[rustfmt::skip]
fn clocks() -> Config {
    use rcc::{PllMul::{MUL134, MUL432}, PllPDiv, PllPreDiv::DIV25, PllQDiv, PllRDiv};
    let mut config = Config::default();
    config.rcc.hse = Some(Hse { freq: Hertz(25_000_000), mode: HseMode::Oscillator });
    config.rcc.pll_src = rcc::PllSource::HSE;
    config.rcc.pll =
        Some(Pll { prediv: DIV25, mul: MUL432, divp: Some(PllPDiv::DIV2), divq: Some(PllQDiv::DIV9), divr: None });
    config.rcc.pllsai = Some(Pll { prediv: DIV25, mul: MUL134, divp: None, divq: None, divr: Some(PllRDiv::DIV7) });
    config.rcc.sys = rcc::Sysclk::PLL1_P;
    config.rcc.ahb_pre = rcc::AHBPrescaler::DIV1;
    config.rcc.apb1_pre = rcc::APBPrescaler::DIV4;
    config.rcc.apb2_pre = rcc::APBPrescaler::DIV2;
    config
}

/// Makes the phone. What only this needs of the stack is free again when the tasks run.
#[inline(never)]
#[rustfmt::skip]
fn make_phone(p: Peripherals) -> Tasks {
    serial::start(p.USART1, p.PA9, p.PB7, Interrupts);
    let (storage, mac) = flash::start(p.FLASH);
    let slot = Sdmmc::new_4bit(p.SDMMC1, p.DMA2_CH3, Interrupts, p.PC12, p.PD2,
        p.PC8, p.PC9, p.PC10, p.PC11, sdmmc::Config::default());
    // The slot's switch connects it to ground.
    let is_there = Input::new(p.PC13, Pull::Up).is_low();
    let mut read = card::reader(slot, is_there);
    let (app, board) = wiring::set_up(Stm32F746::new(p.IWDG), storage, mac, |_, name, buffer| read(name, buffer));

    // Clock, the two syncs, blue, green, red.
    let controller = Ltdc::new_with_pins(p.LTDC, Interrupts, p.PI14, p.PI10, p.PI9,
        p.PE4, p.PJ13, p.PJ14, p.PJ15, p.PG12, p.PK4, p.PK5, p.PK6,
        p.PJ7, p.PJ8, p.PJ9, p.PJ10, p.PJ11, p.PK0, p.PK1, p.PK2,
        p.PI15, p.PJ0, p.PJ1, p.PJ2, p.PJ3, p.PJ4, p.PJ5, p.PJ6);
    // The HAL has no place for the data enable line: PK7's function 14, unchecked. It stays what it is when this is forgotten.
    let mut enable = Flex::new(p.PK7);
    enable.set_as_af_unchecked(14, AfType::output(OutputType::PushPull, Speed::VeryHigh));
    core::mem::forget(enable);
    let low = |pin: Peri<'static, AnyPin>| Output::new(pin, Level::Low, Speed::Low);
    let panel = panel::start(controller, low(p.PI12.into()), low(p.PK3.into()));

    let mut config = i2c::Config::default();
    config.frequency = TOUCH_HZ;
    config.timeout = TOUCH_PATIENCE;
    let bus = I2c::new_blocking(p.I2C3, p.PH7, p.PH8, config);
    let line = ExtiInput::new(p.PI13, p.EXTI13, Pull::Up, Interrupts);

    let chance = Rng::new(p.RNG, Interrupts).next_u64();
    // Made by the compiler: it is nearly as large as the stack.
    static QUEUE: ConstStaticCell<PacketQueue<FRAMES, FRAMES>> = ConstStaticCell::new(PacketQueue::new());
    let device = Ethernet::new(QUEUE.take(), p.ETH, Interrupts, p.PA1, p.PA7, p.PC4, p.PC5, p.PG13, p.PG14, p.PG11,
        mac, p.ETH_SMA, p.PA2, p.PC1);
    static CELLS: StaticCell<[Cell; panel::LAYOUT.cells()]> = StaticCell::new();
    let cells = CELLS.init_with(|| [Cell::BLANK; panel::LAYOUT.cells()]);
    let (network, phone) = wiring::connect(app, board, panel, cells, device, chance);
    Tasks { touch: (bus, line), network, phone }
}

#[embassy_executor::task]
async fn watch_touch(touch: Touch) -> ! {
    touch::watch(touch.0, touch.1, &panel::SHOWN).await
}

#[embassy_executor::task]
async fn run_network(network: Network<Device>) -> ! {
    network.run().await
}

#[embassy_executor::task]
async fn run_phone(phone: DiscoPhone) -> ! {
    phone.run().await
}
