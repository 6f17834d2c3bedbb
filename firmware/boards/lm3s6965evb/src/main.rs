//! The phone on the LM3S6965 evaluation board as QEMU emulates it: this firmware has never met the chip.
//!
//! Makes the drivers and hands them to `hotdesk_board`. It must never decide anything a person can see.
#![no_std]
#![no_main]

use cortex_m::Peripherals;
use hotdesk_board::board::Board;
use hotdesk_board::greys::Frame;
use hotdesk_board::settings::Ram;
use hotdesk_board::wiring::{Network, Phone};
use hotdesk_board::{executor, stack, wiring};
use hotdesk_lm3s6965evb::ethernet::{self, Ethernet};
use hotdesk_lm3s6965evb::gpio::Output;
use hotdesk_lm3s6965evb::mmio::GPIO_D;
use hotdesk_lm3s6965evb::oled::Oled;
use hotdesk_lm3s6965evb::ssi::Ssi;
use hotdesk_lm3s6965evb::watchdog::Lm3s6965;
use hotdesk_lm3s6965evb::{buttons, card, clock, serial, sysctl};
use hotdesk_phone::view::{Cell, LAYOUT_128X64};
use static_cell::StaticCell;

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    let Some(mut core) = Peripherals::take() else { unreachable!("nobody took the peripherals before") };
    stack::guard(&mut core.MPU);
    sysctl::enable_clocks();
    serial::start();
    clock::start(&mut core.SYST);
    let (network, phone) = make_phone();
    executor::run(|spawner| {
        executor::start(spawner, run_network(network));
        executor::start(spawner, run_phone(phone));
    })
}

/// Makes the phone. What only this needs of the stack is free again when the tasks run.
#[inline(never)]
fn make_phone() -> (Network<Ethernet>, Phone<Oled, Board<Lm3s6965, Ram>>) {
    let mut ssi = Ssi::start();
    let mut select = Output::new(GPIO_D, 0, true);
    let (app, board) = wiring::set_up(Lm3s6965, Ram::default(), ethernet::mac_address(), |_, _, buffer| {
        card::read_configuration(&mut ssi, &mut select, buffer)
    });
    let (display, cells) = make_display(ssi, select);
    buttons::start();
    // No oscillator gives random bits here; the cycles it took to read the card differ between starts.
    wiring::connect(app, board, display, cells, Ethernet::start(), hotdesk_board::clock::cycles())
}

#[inline(never)]
fn make_display(ssi: Ssi, select: Output) -> (Oled, &'static mut [Cell]) {
    static FRAME: StaticCell<Frame> = StaticCell::new();
    static CELLS: StaticCell<[Cell; LAYOUT_128X64.cells()]> = StaticCell::new();
    let display = Oled::start(ssi, select, FRAME.init_with(Frame::new));
    (display, CELLS.init_with(|| [Cell::BLANK; LAYOUT_128X64.cells()]))
}

#[embassy_executor::task]
async fn run_network(network: Network<Ethernet>) -> ! {
    network.run().await
}

#[embassy_executor::task]
async fn run_phone(phone: Phone<Oled, Board<Lm3s6965, Ram>>) -> ! {
    phone.run().await
}
