//! The phone on template: this firmware has never run.
//!
//! Makes the drivers and hands them to `hotdesk_board`. It must never decide anything a person can see.
#![no_std]
#![no_main]

mod chip;
mod display;
mod keys;
mod network;
mod serial;

use chip::Chip;
use cortex_m::Peripherals;
use display::Panel;
use hotdesk_board::board::Board;
use hotdesk_board::settings::Ram;
use hotdesk_board::wiring::{Network, Phone};
use hotdesk_board::{clock, executor, stack, wiring};
use hotdesk_phone::SetupError;
use hotdesk_phone::view::Cell;
use network::Ethernet;
use static_cell::StaticCell;

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    // GAP clocks: the HAL's `init` gives the pins, sets the clocks and starts time.
    let Some(mut core) = Peripherals::take() else { unreachable!("nobody took the peripherals before") };
    clock::start(&mut core.SYST, chip::CORE_CLOCK_HZ, chip::set_alarm);
    serial::start();
    let (network, phone) = make_phone();
    executor::run(|spawner| {
        executor::start(spawner, keys::watch());
        executor::start(spawner, run_network(network));
        executor::start(spawner, run_phone(phone));
    })
}

/// Makes the phone. What only this needs of the stack is free again when the tasks run.
#[inline(never)]
fn make_phone() -> (Network<Ethernet>, Phone<Panel, Board<Chip, Ram>>) {
    static CELLS: StaticCell<[Cell; display::LAYOUT.cells()]> = StaticCell::new();
    // GAP configuration: read the text of HOTDESK.TXT into the buffer, from a card or from the flash, and return its length.
    // GAP storage: where the board has flash to spare, a `FlashStorage` with two sectors of it.
    let (app, board) = wiring::set_up(Chip, Ram::default(), chip::mac_address(), |_, _name, _buffer| {
        Err(SetupError::NoFile)
    });
    let display = Panel::start();
    let cells = CELLS.init_with(|| [Cell::BLANK; display::LAYOUT.cells()]);
    // GAP chance: bits of an oscillator or of a random number generator, if the chip has one.
    wiring::connect(app, board, display, cells, Ethernet, clock::cycles())
}

#[embassy_executor::task]
async fn run_network(network: Network<Ethernet>) -> ! {
    network.run().await
}

#[embassy_executor::task]
async fn run_phone(phone: Phone<Panel, Board<Chip, Ram>>) -> ! {
    phone.run().await
}
