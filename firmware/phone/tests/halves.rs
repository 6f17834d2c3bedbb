//! The phone as two halves, of which the front interrupts the back wherever that looks at the app or changes it.

// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_time::{Duration, MockDriver};
use harness::answers::{self, Framing};
use harness::board::{self, Bench};
use harness::display::{self, Picture, Recorder};
use harness::network::{Double, Wire};
use harness::{ANSWER_BYTES, DEVICE, PAGE_BYTES, PIN, REQUEST_BYTES, clock, keys_of};
use hotdesk_core::DeviceName;
use hotdesk_phone::view::{self, LAYOUT_128X64};
use hotdesk_phone::{App, Buffers, Config, KeyQueue, NetworkState, Phone, Shared};

/// Polls of a half in a row, enough for all it can do without time passing.
const POLLS: usize = 100;

type Half = Pin<Box<dyn Future<Output = ()>>>;

/// An app whose users are interrupted: before the access that is counted down to, a key is pressed and the front runs.
struct Interrupted {
    app: RefCell<App<'static>>,
    keys: KeyQueue<NoopRawMutex, 64>,
    front: RefCell<Option<Half>>,
    /// Accesses until the interrupt, and the key it brings.
    due: Cell<Option<(usize, &'static str)>>,
}

impl Interrupted {
    fn access(&self) {
        if self.front.try_borrow_mut().is_err() {
            // The front's own: nothing interrupts that.
            return;
        }
        match self.due.take() {
            Some((0, key)) => self.press(key),
            Some((left, key)) => self.due.set(Some((left - 1, key))),
            None => {}
        }
    }

    fn press(&self, keys: &str) {
        for key in keys.split_whitespace().flat_map(keys_of) {
            assert!(self.keys.push(key), "the queue is full");
            self.keys.hold(key, false);
            poll(self.front.borrow_mut().as_mut().unwrap());
        }
    }
}

impl Shared<'static> for &'static Interrupted {
    fn read<R>(&self, look: impl FnOnce(&App<'static>) -> R) -> R {
        self.access();
        look(&self.app.borrow())
    }

    fn change<R>(&self, change: impl FnOnce(&mut App<'static>) -> R) -> R {
        self.access();
        change(&mut self.app.borrow_mut())
    }
}

fn poll(half: &mut Half) {
    for _ in 0..POLLS {
        assert!(
            half.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(),
            "the phone stopped"
        );
    }
}

/// A phone of which the test runs each half.
struct Halves {
    app: &'static Interrupted,
    back: Half,
    wire: Rc<RefCell<Wire>>,
    pictures: Rc<RefCell<Recorder>>,
}

impl Halves {
    fn new(configuration: &str) -> Self {
        let config: &'static Config = Box::leak(Box::new(Config::parse(configuration.as_bytes()).unwrap()));
        let app: &'static Interrupted = Box::leak(Box::new(Interrupted {
            app: RefCell::new(App::new(DeviceName::try_from(DEVICE).unwrap(), Ok(config))),
            keys: KeyQueue::new(),
            front: RefCell::default(),
            due: Cell::default(),
        }));
        app.app.borrow_mut().give_page(vec![0; PAGE_BYTES].leak());
        let (wire, pictures): (Rc<RefCell<Wire>>, Rc<RefCell<Recorder>>) = Default::default();
        let bench = Rc::new(RefCell::new(Bench::default()));
        let facts = bench.borrow().facts.clone();
        let app_of_halves: &'static &'static Interrupted = Box::leak(Box::new(app));
        let phone: &'static Phone<'_, _, NoopRawMutex> =
            Box::leak(Box::new(Phone::new(app_of_halves, &LAYOUT_128X64, facts)));
        let cells = vec![view::Cell::BLANK; LAYOUT_128X64.cells()].leak();
        let display = display::Screen::new(pictures.clone());
        let front: Half = Box::pin(async move {
            let _never = phone.front(&app.keys, display, cells).await;
        });
        app.front.replace(Some(front));
        let (request, answer) = (vec![0; REQUEST_BYTES].leak(), vec![0; ANSWER_BYTES].leak());
        let buffers = Buffers { cells: &mut [], request, answer };
        let network = Double::new(wire.clone());
        let back: Half = Box::pin(async move {
            let _never = phone.back(network, board::Double(bench), buffers).await;
        });
        wire.borrow_mut().set_state(NetworkState::Ready);
        let mut halves = Self { app, back, wire, pictures };
        halves.run();
        halves
    }

    /// Runs both halves as far as they get without time passing.
    fn run(&mut self) {
        poll(&mut self.back);
        poll(self.app.front.borrow_mut().as_mut().unwrap());
        poll(&mut self.back);
        poll(self.app.front.borrow_mut().as_mut().unwrap());
    }

    fn press(&mut self, keys: &str) {
        self.app.press(keys);
        self.run();
    }

    fn answer(&mut self, answer: &[u8]) {
        self.wire.borrow_mut().answer([answer]);
        self.run();
    }

    /// Runs both halves, and has the key come after so many accesses to the app; returns whether there were that many.
    fn run_and_interrupt(&mut self, accesses: usize, key: &'static str) -> bool {
        self.app.due.set(Some((accesses, key)));
        self.run();
        let came = self.app.due.take().is_none();
        if !came {
            self.press(key);
        }
        came
    }

    fn picture(&self) -> Picture {
        self.pictures.borrow().last()
    }

    fn operations(&self) -> Vec<String> {
        let requests = self.wire.borrow().requests();
        requests.iter().map(|request| request.split(' ').next().unwrap().to_owned()).collect()
    }
}

fn configuration() -> String {
    format!("service = em1.example.com\nappID = emphone\nappCertificate = {}\n", harness::APP_SECRET)
}

/// Runs the story with the key at each place where it can come, until it comes after the whole answer.
fn at_each_access(story: impl Fn(usize) -> bool) {
    let _clock = clock();
    let places = (0..).take_while(|&accesses| story(accesses)).count();
    assert!(places > 1, "the key never came while the answer was taken in");
}

#[test]
fn an_answer_is_not_the_logins_wherever_the_key_comes() {
    at_each_access(|accesses| {
        MockDriver::get().reset();
        let mut phone = Halves::new(&format!("{}pollMinutes = 1\n", configuration()));
        let nobody = answers::http(answers::holder(None).as_bytes(), Framing::Length);
        phone.answer(&nobody);
        while phone.operations().len() == 1 {
            MockDriver::get().advance(Duration::from_secs(1));
            phone.run();
        }
        phone.press("soft1 5 666 44 66 down");
        phone.press(PIN);
        phone.wire.borrow_mut().answer([&nobody[..]]);
        let came = phone.run_and_interrupt(accesses, "soft1");
        assert_eq!(phone.picture().row(1), "Logging in john", "key at access {accesses}");
        assert_eq!(phone.operations(), ["deviceUserQuery", "deviceUserQuery", "login"]);
        phone.answer(&answers::http(answers::SUCCESS.as_bytes(), Framing::Length));
        assert_eq!(phone.picture().row(0), "Logged in", "key at access {accesses}");
        came
    });
}

#[test]
fn an_answer_is_not_the_logouts_wherever_the_key_comes() {
    at_each_access(|accesses| {
        MockDriver::get().reset();
        let mut phone = Halves::new(&format!("{}pollMinutes = 1\n", configuration()));
        let john = answers::http(answers::holder(Some("john")).as_bytes(), Framing::Length);
        phone.answer(&john);
        assert_eq!(phone.picture().row(1), "Logged in: john");
        while phone.operations().len() == 1 {
            MockDriver::get().advance(Duration::from_secs(1));
            phone.run();
        }
        phone.press("soft1");
        phone.wire.borrow_mut().answer([&john[..]]);
        let came = phone.run_and_interrupt(accesses, "soft1");
        assert_eq!(phone.operations(), ["deviceUserQuery", "deviceUserQuery", "logout"]);
        phone.answer(&answers::http(answers::SUCCESS.as_bytes(), Framing::Length));
        assert_eq!(phone.picture().row(0), "Logged out", "key at access {accesses}");
        came
    });
}

#[test]
fn a_page_that_is_given_up_is_not_the_next_one_wherever_the_key_comes() {
    at_each_access(|accesses| {
        MockDriver::get().reset();
        let mut phone = Halves::new(&format!("{}login = emapp\n", configuration()));
        phone.answer(&answers::http(answers::holder(None).as_bytes(), Framing::Length));
        phone.press("soft1");
        // The back has not heard of it yet.
        phone.app.press("soft3");
        let came = phone.run_and_interrupt(accesses, "soft1");
        let text = "<CiscoIPPhoneText><Title>Stock</Title><Text>It is here.</Text></CiscoIPPhoneText>";
        phone.answer(&answers::page(&[], text));
        assert_eq!(phone.picture().row(1), "It is here.", "key at access {accesses}");
        came
    });
}
