//! A picture being drawn while other things happen: it gives way, and one that is out of date is not finished.

// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_time::Instant;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::{Gray4, GrayColor};
use harness::display::{Picture, WIDTH};
use harness::network::{Connection, Port};
use harness::{ANSWER_BYTES, DEVICE, REQUEST_BYTES, board};
use hotdesk_core::DeviceName;
use hotdesk_phone::net::{Address, Link, Network};
use hotdesk_phone::view::{self, LAYOUT_128X64, Layout, View};
use hotdesk_phone::{App, Buffers, Config, ConnectError, Display, Key, KeyQueue, Light, NetworkState, run};

/// Tops of the rows of cells, and the end of the last one.
const ROWS: [usize; 7] = [0, 12, 22, 32, 42, 52, 64];

/// What the phone has done to display and network.
#[derive(Default)]
struct Record {
    drawn: Picture,
    /// The rows of cells in which something was drawn, and after how many polls of the network.
    rows: Vec<(usize, usize)>,
    shown: Vec<Picture>,
    polls: usize,
}

/// A display of which every row that is drawn is noted.
#[derive(Clone)]
struct Panel(Rc<RefCell<Record>>);

impl OriginDimensions for Panel {
    fn size(&self) -> Size {
        LAYOUT_128X64.size
    }
}

impl DrawTarget for Panel {
    type Color = Gray4;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        let record = &mut *self.0.borrow_mut();
        for Pixel(point, grey) in pixels {
            let (x, y) = (usize::try_from(point.x).unwrap(), usize::try_from(point.y).unwrap());
            record.drawn.0[y * WIDTH + x] = grey.luma();
            let row = ROWS.iter().rposition(|top| *top <= y).unwrap();
            if record.rows.last() != Some(&(row, record.polls)) {
                record.rows.push((row, record.polls));
            }
        }
        Ok(())
    }
}

impl Display for Panel {
    fn layout(&self) -> &'static Layout {
        &LAYOUT_128X64
    }

    fn set_light(&mut self, _light: Light) {}

    async fn flush(&mut self) -> Result<(), Infallible> {
        let record = &mut *self.0.borrow_mut();
        record.shown.push(record.drawn.clone());
        Ok(())
    }
}

/// A network that is at work in each poll and never connects.
#[derive(Clone)]
struct Busy(Rc<RefCell<Record>>);

impl Link for Busy {
    fn state(&self) -> NetworkState {
        NetworkState::Ready
    }

    async fn state_after(&self, _seen: NetworkState) -> NetworkState {
        self.work().await
    }
}

impl Network for Busy {
    type Link = Self;

    type Connection<'c> = Connection;

    fn link(&self) -> Self {
        self.clone()
    }

    fn address(&self) -> Option<Address> {
        None
    }

    async fn connect(&mut self, _host: &str, _port: u16, _end: Instant) -> Result<Connection, ConnectError> {
        self.work().await
    }

    type Datagrams<'d> = Port;

    async fn datagrams(&mut self, _host: &str, _end: Instant) -> Result<(Ipv4Addr, Port), ConnectError> {
        self.work().await
    }

    async fn close<'c>(_connection: Connection) {}

    fn wipe(&mut self) {}
}

impl Busy {
    async fn work<T>(&self) -> T {
        poll_fn(|context: &mut Context<'_>| {
            self.0.borrow_mut().polls += 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }
}

/// A phone that shows who is logged in, polled by hand.
struct Phone {
    record: Rc<RefCell<Record>>,
    app: &'static RefCell<App<'static>>,
    keys: &'static KeyQueue<NoopRawMutex, 8>,
    running: Pin<Box<dyn Future<Output = ()>>>,
    _clock: std::sync::MutexGuard<'static, ()>,
}

impl Phone {
    fn start() -> Self {
        let clock = harness::clock();
        let record = Rc::new(RefCell::new(Record::default()));
        let config = Box::leak(Box::new(Config::parse(b"service = em1\n").unwrap()));
        let app: &'static _ =
            Box::leak(Box::new(RefCell::new(App::new(DeviceName::try_from(DEVICE).unwrap(), Ok(config)))));
        let keys: &'static _ = Box::leak(Box::new(KeyQueue::new()));
        let buffers = Buffers {
            cells: Box::leak(Box::new([view::Cell::BLANK; LAYOUT_128X64.cells()])),
            request: Box::leak(Box::new([0; REQUEST_BYTES])),
            answer: Box::leak(Box::new([0; ANSWER_BYTES])),
        };
        let (panel, network) = (Panel(record.clone()), Busy(record.clone()));
        let running: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
            let _never = run(app, keys, panel, network, board::Double::default(), buffers).await;
        });
        let mut phone = Self { record, app, keys, running, _clock: clock };
        phone.finish();
        phone
    }

    /// One turn of everything the phone does.
    fn poll(&mut self) {
        let polled = self.running.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending(), "the phone stopped");
    }

    /// Turns that are enough for every picture.
    fn finish(&mut self) {
        for _ in 0..50 {
            self.poll();
        }
    }

    /// Presses a key and goes on until so many more rows are drawn.
    fn press(&mut self, key: Key, rows: usize) {
        let before = self.rows();
        assert!(self.keys.push(key));
        let mut polls = 0;
        while self.rows() < before + rows {
            self.poll();
            polls += 1;
            assert!(polls < 100, "{rows} rows are drawn");
        }
    }

    fn rows(&self) -> usize {
        self.record.borrow().rows.len()
    }

    fn shown(&self) -> usize {
        self.record.borrow().shown.len()
    }

    fn picture(&self) -> Picture {
        self.record.borrow().shown.last().unwrap().clone()
    }

    /// What a display shows that knows nothing of the pictures before.
    fn drawn_anew(&self) -> Picture {
        let record = Rc::new(RefCell::new(Record::default()));
        let mut cells = [view::Cell::BLANK; LAYOUT_128X64.cells()];
        let mut view = View::new(&LAYOUT_128X64, &mut cells);
        view.lay_out(&self.app.borrow());
        while view.draw_row(&mut Panel(record.clone())).unwrap() {}
        record.take().drawn
    }
}

#[test]
fn the_network_is_served_between_two_rows() {
    let mut phone = Phone::start();
    let before = phone.rows();
    assert!(phone.keys.push(Key::Soft3));
    phone.finish();
    let record = phone.record.borrow();
    let rows = &record.rows[before..];
    assert_eq!(rows.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5], "the menu is drawn");
    assert!(rows.windows(2).all(|rows| rows[0].1 < rows[1].1), "rows and polls of the network: {rows:?}");
}

#[test]
fn a_picture_that_is_out_of_date_is_not_finished() {
    let menu_rows = 6;
    for drawn in 1..menu_rows {
        let mut phone = Phone::start();
        let shown = phone.shown();
        phone.press(Key::Soft3, drawn);
        assert_eq!(phone.app.borrow().screen_name(), "menu");
        phone.press(Key::Soft3, 0);
        phone.finish();
        assert_eq!(phone.app.borrow().screen_name(), "idle");
        assert_eq!(phone.shown() - shown, 1, "the menu is not shown after {drawn} of its rows");
        assert!(phone.picture() == phone.drawn_anew(), "of the menu nothing is left after {drawn} rows");
    }
}

#[test]
fn however_fast_things_change_something_is_shown() {
    let mut phone = Phone::start();
    phone.press(Key::Soft3, 6);
    phone.finish();
    let shown = phone.shown();
    for key in [[Key::Down; 4], [Key::Up; 4]].concat().into_iter().cycle().take(100) {
        phone.press(key, 0);
        phone.poll();
        phone.poll();
    }
    assert!(phone.shown() > shown, "the list is seen while it scrolls");
    phone.finish();
    assert!(phone.picture() == phone.drawn_anew());
}
