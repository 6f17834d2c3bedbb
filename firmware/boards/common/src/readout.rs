//! Tells a rig on the serial line what the screen shows: `hotdesk_phone::readout`, for test images only.
//!
//! The rig asks on the keypad's line; the pieces go out among the lines of the log, each in a frame of its own. Its first two bytes
//! are 0xFF, which no line of defmt's begins with: those are the line's number, and defmt has no more than 65,533 lines. Behind the
//! piece is a 1.

use core::cell::RefCell;

use critical_section::Mutex;
#[cfg(not(feature = "tls"))]
use embassy_futures::select::{Either, select};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
#[cfg(not(feature = "tls"))]
use embassy_sync::blocking_mutex::raw::RawMutex;
use embassy_sync::signal::Signal;
use embassy_time::Timer;
use hotdesk_phone::Display;
#[cfg(not(feature = "tls"))]
use hotdesk_phone::net::Network;
use hotdesk_phone::readout::{MOST_CELLS, Readout, Requests};
use hotdesk_phone::view::{Cell, Layout};
#[cfg(not(feature = "tls"))]
use hotdesk_phone::{Board, Buffers, KeyQueue};
use static_cell::ConstStaticCell;

use crate::log;
use crate::wiring::PhoneApp;

/// What is drawn at a time: some rows of a wide display.
const BAND_BYTES: usize = 4096;
/// Between two looks at whether the log has room for a piece.
const LOOK_MILLIS: u64 = 2;

static REQUESTS: Mutex<RefCell<Requests>> = Mutex::new(RefCell::new(Requests::new()));
static ASKED: Signal<CriticalSectionRawMutex, ()> = Signal::new();

/// Takes a byte of the keypad's line.
pub(crate) fn receive(byte: u8) {
    if critical_section::with(|token| REQUESTS.borrow_ref_mut(token).push(byte)) {
        ASKED.signal(());
    }
}

#[cfg(not(feature = "tls"))]
/// Runs the phone as `hotdesk_phone::run` does, and tells what is to be seen on its display as often as it is asked.
pub(crate) async fn run<D: Display, N: Network, B: Board, M: RawMutex, const KEYS: usize>(
    app: PhoneApp,
    keys: &KeyQueue<M, KEYS>,
    display: D,
    network: N,
    board: B,
    buffers: Buffers<'_>,
) -> ! {
    let telling = tell::<D>(app, display.layout());
    match select(hotdesk_phone::run(app, keys, display, network, board, buffers), telling).await {
        Either::First(never) | Either::Second(never) => never,
    }
}

/// Tells what is to be seen on a display as often as it is asked, for ever.
pub(crate) async fn tell<D: Display>(app: PhoneApp, layout: &'static Layout) -> ! {
    static CELLS: ConstStaticCell<[Cell; MOST_CELLS]> = ConstStaticCell::new([Cell::BLANK; MOST_CELLS]);
    static BAND: ConstStaticCell<[u8; BAND_BYTES]> = ConstStaticCell::new([0; BAND_BYTES]);
    defmt::warn!("a test image: it tells a rig what the screen shows");
    let mut readout = Readout::new(layout, CELLS.take(), BAND.take());
    loop {
        ASKED.wait().await;
        let send = async |piece: &[u8]| {
            while !log::send(piece) {
                Timer::after_millis(LOOK_MILLIS).await;
            }
        };
        readout.tell::<D::Color>(app, send).await;
    }
}
