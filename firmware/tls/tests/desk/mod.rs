//! A phone whose network leads to the simulator's services: the real `run` over the real engine, and the display that the
//! phone's own tests read.

#[path = "../../../phone/tests/harness/board.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "the phone's")]
mod board;
#[path = "../../../phone/tests/harness/display.rs"]
#[allow(dead_code, reason = "the phone's")]
mod display;

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use hotdesk_core::DeviceName;
use hotdesk_phone::net::{Address, Datagrams, Link, Network, Secured};
use hotdesk_phone::time::{Clock, Known};
use hotdesk_phone::view::{Cell as Place, LAYOUT_128X64};
use hotdesk_phone::{App, Buffers, Config, ConnectError, Key, KeyQueue, NetworkState, SetupError, run};

use crate::common::{Engine, Stream};

pub(crate) const DEVICE: &str = "SEP003094C25B15";
pub(crate) const APP_SECRET: &str = "app&secret<9>";
pub(crate) const PIN: &str = "73519";
/// How long a service on the same machine may take for all that a test waits for at a time.
const PATIENCE: Duration = Duration::from_secs(30);

/// What went over the connections, from the first to the last, and whether the time is another before the next one.
#[derive(Clone, Default)]
pub(crate) struct Wire(pub(crate) Rc<RefCell<Vec<Line>>>, pub(crate) Rc<Cell<bool>>);

/// A connection.
#[derive(Clone, Default)]
pub(crate) struct Line {
    pub(crate) host: String,
    pub(crate) sent: Vec<u8>,
    pub(crate) received: Vec<u8>,
    /// The phone ended it in order.
    pub(crate) closed: bool,
}

/// A phone that runs.
pub(crate) struct Desk {
    phone: Pin<Box<dyn Future<Output = ()>>>,
    keys: &'static KeyQueue<NoopRawMutex, 64>,
    pictures: Rc<RefCell<display::Recorder>>,
    pub(crate) wire: Wire,
}

impl Desk {
    /// Switches a phone on with its configuration and the files beside it. Its engine is given, and what it knows of the time.
    pub(crate) fn new(
        configuration: &str,
        files: &[(&str, &str)],
        engine: Engine,
        time: Rc<Cell<Option<u64>>>,
    ) -> Self {
        let app: &'static RefCell<App<'static>> = Box::leak(Box::new(RefCell::new(App::new(
            DeviceName::try_from(DEVICE).unwrap(),
            configure(configuration, files),
        ))));
        let keys: &'static KeyQueue<NoopRawMutex, 64> = Box::leak(Box::new(KeyQueue::new()));
        let pictures = Rc::new(RefCell::new(display::Recorder::default()));
        let display = display::Screen::new(pictures.clone());
        let wire = Wire::default();
        let lan = Lan(wire.clone(), Rc::clone(&time));
        let network = Secured::new(lan, engine, move || time.get());
        let buffers = Buffers {
            cells: Box::leak(Box::new([Place::BLANK; LAYOUT_128X64.cells()])),
            request: Box::leak(Box::new([0; 2048])),
            answer: Box::leak(Box::new([0; 2048])),
        };
        let phone = Box::pin(async move {
            let _never = run(app, keys, display, network, board::Double::default(), buffers).await;
        });
        Self { phone, keys, pictures, wire }
    }

    /// Presses keys: `0` to `9`, `down`, `select`, `soft1`, `soft3`.
    pub(crate) fn press(&mut self, keys: &str) {
        for word in keys.split_whitespace() {
            let named = match word {
                "down" => Key::Down,
                "select" => Key::Select,
                "soft1" => Key::Soft1,
                "soft3" => Key::Soft3,
                _ => {
                    word.chars().for_each(|digit| {
                        self.push(Key::Digit(digit.to_digit(10).unwrap().try_into().unwrap()));
                    });
                    continue;
                }
            };
            self.push(named);
        }
    }

    fn push(&mut self, key: Key) {
        assert!(self.keys.push(key), "the queue is full");
        self.keys.hold(key, true);
        self.keys.hold(key, false);
        (0..20).for_each(|_| self.poll());
    }

    fn poll(&mut self) {
        let polled = self.phone.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Pending), "the phone stopped");
    }

    /// The text of the screen, once it has `wanted` in it, lines of a text joined by blanks.
    pub(crate) fn wait_for(&mut self, wanted: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            self.poll();
            let text = self.text();
            if text.contains(wanted) {
                return text;
            }
            assert!(Instant::now() < end, "no {wanted:?} in {text:?}");
            std::thread::yield_now();
        }
    }

    /// Waits until the first question has its answer or none.
    pub(crate) fn wait_for_end(&mut self) {
        let end = Instant::now() + PATIENCE;
        while !["Logged in: not known", "Angemeldet: unbekannt"].iter().any(|idle| self.text().contains(idle))
        {
            self.poll();
            assert!(Instant::now() < end, "{:?}", self.text());
            std::thread::yield_now();
        }
    }

    /// Types ID and PIN of the person, and sends them.
    pub(crate) fn log_in(&mut self) {
        self.press("soft1 5 666 44 66 down");
        self.press(PIN);
        self.press("select");
    }

    /// The lines between title and softkeys, joined by blanks, scrolled to their end.
    pub(crate) fn whole_text(&mut self) -> String {
        let mut lines: Vec<String> = (1..5).map(|row| self.line(row)).collect();
        loop {
            let before = self.text();
            self.press("down");
            if self.text() == before {
                break;
            }
            lines.push(self.line(4));
        }
        lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn line(&self, row: usize) -> String {
        // The last column has the arrows.
        self.pictures.borrow().last().row(row).trim_end_matches(['\u{2191}', '\u{2193}']).to_owned()
    }

    fn text(&self) -> String {
        (0..5).map(|row| self.line(row)).collect::<Vec<_>>().join(" ")
    }

    /// The marks of the title bar.
    pub(crate) fn state(&self) -> String {
        self.pictures.borrow().last().state()
    }
}

/// As a board does.
fn configure(text: &str, files: &[(&str, &str)]) -> Result<&'static Config, SetupError> {
    let mut config = Config::parse(text.as_bytes()).map_err(SetupError::File)?;
    let read = |name: &str, out: &mut [u8]| {
        let (_, file) = files.iter().find(|(file, _)| *file == name).ok_or(SetupError::NoFile)?;
        let bound = out.len();
        out.get_mut(..file.len()).ok_or(SetupError::TooLong { bound })?.copy_from_slice(file.as_bytes());
        Ok(file.len())
    };
    config.read_trust(read, &mut [0; 8192], Box::leak(Box::new([0; 8192])))?;
    Ok(Box::leak(Box::new(config)))
}

/// A network where every host is this machine, and the time, which a server on it told.
struct Lan(Wire, Rc<Cell<Option<u64>>>);

struct Cable;

impl Link for Cable {
    fn state(&self) -> NetworkState {
        NetworkState::Ready
    }

    async fn state_after(&self, _seen: NetworkState) -> NetworkState {
        pending().await
    }
}

/// Nobody asks by UDP here.
struct NoDatagrams;

impl Datagrams for NoDatagrams {
    async fn ask<R>(
        &mut self,
        _server: SocketAddrV4,
        _write: impl FnOnce(&mut [u8]) -> usize,
        _read: impl FnMut(SocketAddrV4, &[u8]) -> Option<R>,
        _patience: embassy_time::Duration,
        _deadline: embassy_time::Instant,
    ) -> Option<R> {
        None
    }
}

impl Network for Lan {
    type Link = Cable;
    type Connection<'c> = Connection;
    type Datagrams<'d> = NoDatagrams;

    fn link(&self) -> Cable {
        Cable
    }

    fn address(&self) -> Option<Address> {
        let address = Ipv4Addr::LOCALHOST;
        Some(Address { address, mask: address, gateway: None, name_servers: Default::default() })
    }

    async fn connect(
        &mut self,
        host: &str,
        port: u16,
        _deadline: embassy_time::Instant,
    ) -> Result<Connection, ConnectError> {
        let mut lines = self.0.0.borrow_mut();
        lines.push(Line { host: host.to_owned(), ..Line::default() });
        Ok(Connection { stream: Stream::to(port), wire: self.0.clone(), index: lines.len() - 1 })
    }

    async fn learn_time(&mut self, _deadline: embassy_time::Instant) -> bool {
        self.0.1.take()
    }

    fn known_time(&self) -> Option<Known> {
        let clock = Clock::new(0, None);
        clock.take(self.1.get()?, SocketAddrV4::new(Ipv4Addr::LOCALHOST, 123), Duration::ZERO);
        clock.known()
    }

    async fn datagrams(
        &mut self,
        _host: &str,
        _deadline: embassy_time::Instant,
    ) -> Result<(Ipv4Addr, NoDatagrams), ConnectError> {
        Err(ConnectError::HostNotFound)
    }

    async fn close<'c>(connection: Connection)
    where
        Self: 'c,
    {
        connection.wire.0.borrow_mut()[connection.index].closed = true;
    }

    fn wipe(&mut self) {}
}

/// A connection that keeps what goes over it.
struct Connection {
    stream: Stream,
    wire: Wire,
    index: usize,
}

impl ErrorType for Connection {
    type Error = ErrorKind;
}

impl Read for Connection {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        let length = self.stream.read(buffer).await?;
        self.wire.0.borrow_mut()[self.index].received.extend_from_slice(&buffer[..length]);
        Ok(length)
    }
}

impl Write for Connection {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let length = self.stream.write(bytes).await?;
        self.wire.0.borrow_mut()[self.index].sent.extend_from_slice(&bytes[..length]);
        Ok(length)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
