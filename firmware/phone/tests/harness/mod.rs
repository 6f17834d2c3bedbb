//! A phone on a desk: the real `run`, a display that is read back from its pixels, a network that does what a test
//! says, and a clock that stands still until the test moves it.

// Test code: a surprise is to stop the test. Each test binary uses its part of this.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub(crate) mod answers;
pub(crate) mod board;
pub(crate) mod dice;
pub(crate) mod display;
pub(crate) mod memory;
pub(crate) mod network;
pub(crate) mod service;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_time::{Duration, MockDriver};
use hotdesk_core::DeviceName;
use hotdesk_phone::{App, Buffers, Config, Failure, Key, KeyQueue, SetupError, Start, run, view};

use board::Bench;
use display::{Picture, Recorder};
use memory::Place;
use network::{Double, Wire};

pub(crate) const DEVICE: &str = "SEP003094C25B15";
pub(crate) const APP_SECRET: &str = "app&secret<9>";
pub(crate) const PIN: &str = "73519";

/// Room for a request and an answer; small, so that "too long" is soon reached.
pub(crate) const REQUEST_BYTES: usize = 2048;
pub(crate) const ANSWER_BYTES: usize = 2048;
/// Room for a page; small, so that a list is soon longer.
pub(crate) const PAGE_BYTES: usize = 3072;

/// The clock is one for the whole process.
static CLOCK: Mutex<()> = Mutex::new(());

/// Reserves the clock for one test and sets it to zero.
pub(crate) fn clock() -> MutexGuard<'static, ()> {
    let clock = CLOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    MockDriver::get().reset();
    clock
}

/// A phone that runs.
pub(crate) struct Desk {
    setup: Result<String, SetupError>,
    running: Running,
    woken: Arc<Woken>,
    pictures: Rc<RefCell<Recorder>>,
    pub(crate) wire: Rc<RefCell<Wire>>,
    pub(crate) bench: Rc<RefCell<Bench>>,
    _clock: MutexGuard<'static, ()>,
}

/// What a restart ends.
struct Running {
    future: Pin<Box<dyn Future<Output = ()>>>,
    app: &'static RefCell<App<'static>>,
    keys: &'static KeyQueue<NoopRawMutex, 64>,
    memory: Vec<Place>,
}

impl Desk {
    /// Switches a phone on with the text of its configuration file. The network has no link yet.
    pub(crate) fn new(configuration: &str) -> Self {
        Self::with(Ok(configuration.to_owned()), Start::PowerOn)
    }

    /// Starts a phone with or without a configuration file.
    pub(crate) fn with(setup: Result<String, SetupError>, start: Start) -> Self {
        let clock = clock();
        let pictures = Rc::new(RefCell::new(Recorder::default()));
        let wire = Rc::new(RefCell::new(Wire::default()));
        let bench = Rc::new(RefCell::new(Bench::default()));
        {
            let facts = &mut bench.borrow_mut().facts;
            // As a board does that keeps it.
            facts.failure =
                start.is_failure().then(|| Failure { start: start.clone(), at_start: facts.starts });
            facts.start = start;
        }
        let running = boot(&setup, &pictures, &wire, &bench);
        let woken = Arc::new(Woken::default());
        let mut desk = Self { setup, running, woken, pictures, wire, bench, _clock: clock };
        desk.woken.0.store(true, Ordering::SeqCst);
        desk.settle();
        desk
    }

    /// Writes another configuration file, which is read at the next start.
    pub(crate) fn change_card(&mut self, configuration: &str) {
        self.setup = Ok(configuration.to_owned());
    }

    /// Switches the phone off and on.
    pub(crate) fn power_cycle(&mut self) {
        self.restart();
        self.settle();
    }

    /// Restarts the phone, as its board does.
    fn restart(&mut self) {
        // Nothing of the phone outlasts it, and time begins again.
        self.running.future = Box::pin(std::future::pending());
        MockDriver::get().reset();
        {
            let mut bench = self.bench.borrow_mut();
            bench.restarts += 1;
            bench.facts.starts += 1;
            bench.facts.start = Start::Restart;
        }
        self.running = boot(&self.setup, &self.pictures, &self.wire, &self.bench);
        self.woken.0.store(true, Ordering::SeqCst);
    }

    /// Runs the phone as far as it gets without time passing, and looks for secrets in what it shows.
    pub(crate) fn settle(&mut self) {
        let waker = Waker::from(self.woken.clone());
        let mut context = Context::from_waker(&waker);
        while self.woken.0.swap(false, Ordering::SeqCst) {
            let polled = self.running.future.as_mut().poll(&mut context);
            assert!(matches!(polled, Poll::Pending), "the phone stopped");
            let debug = format!("{:?}", self.running.app.borrow());
            for secret in [PIN, APP_SECRET] {
                assert!(!debug.contains(secret), "a secret in {debug}");
                assert!(!self.picture().text().contains(secret), "a secret on the display");
            }
            let restarts = {
                let mut bench = self.bench.borrow_mut();
                !bench.restarts_slowly && std::mem::take(&mut bench.is_restarting)
            };
            if restarts {
                self.restart();
            }
        }
    }

    /// Where the phone's memory has these digits, if it has them.
    pub(crate) fn remembers(&self, digits: &str) -> Vec<&'static str> {
        self.running.memory.iter().filter(|place| place.has(digits)).map(Place::name).collect()
    }

    /// Lets time pass, in steps, as it does.
    pub(crate) fn wait(&mut self, milliseconds: u64) {
        let mut left = milliseconds;
        while left > 0 {
            let step = left.min(100);
            self.skip(step);
            left -= step;
        }
    }

    /// Lets time pass in one step.
    pub(crate) fn skip(&mut self, milliseconds: u64) {
        MockDriver::get().advance(Duration::from_millis(milliseconds));
        self.settle();
    }

    /// Presses keys: `0` to `9`, `*`, `#`, `up`, `down`, `left`, `right`, `select`, `soft1` to `soft3`; several
    /// digits in one word are pressed one after the other. Each comes up at once.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace().flat_map(keys_of) {
            self.push(key);
            self.running.keys.hold(key, false);
        }
    }

    /// Holds a key for so many milliseconds. Without them it is pressed, and its release is lost.
    pub(crate) fn hold(&mut self, name: &str, milliseconds: Option<u64>) {
        let &[key] = &keys_of(name)[..] else { panic!("{name} is not one key") };
        self.push(key);
        if let Some(milliseconds) = milliseconds {
            self.wait(milliseconds);
            self.running.keys.hold(key, false);
        }
    }

    fn push(&mut self, key: Key) {
        assert!(self.running.keys.push(key), "the queue is full");
        self.running.keys.hold(key, true);
        self.settle();
    }

    /// The app, for other displays to show it.
    pub(crate) fn app(&self) -> std::cell::Ref<'_, App<'static>> {
        self.running.app.borrow()
    }

    /// What the display shows now.
    pub(crate) fn picture(&self) -> Picture {
        self.pictures.borrow().last()
    }

    /// How many pictures were shown so far.
    pub(crate) fn pictures(&self) -> usize {
        self.pictures.borrow().count()
    }
}

pub(crate) fn keys_of(word: &str) -> Vec<Key> {
    let named = match word {
        "up" => Key::Up,
        "down" => Key::Down,
        "left" => Key::Left,
        "right" => Key::Right,
        "select" => Key::Select,
        "line1" => Key::Line(0),
        "line2" => Key::Line(1),
        "line3" => Key::Line(2),
        "soft1" => Key::Soft1,
        "soft2" => Key::Soft2,
        "soft3" => Key::Soft3,
        _ => return word.chars().map(key).collect(),
    };
    vec![named]
}

/// Reads the configuration and the settings as a board does, and starts a phone with them.
fn boot(
    setup: &Result<String, SetupError>,
    pictures: &Rc<RefCell<Recorder>>,
    wire: &Rc<RefCell<Wire>>,
    bench: &Rc<RefCell<Bench>>,
) -> Running {
    let setup = setup.as_ref().map_err(|error| *error).and_then(|text| {
        let mut config = Config::parse(text.as_bytes()).map_err(SetupError::File)?;
        let settings = &mut bench.borrow_mut().settings;
        *settings =
            settings.take().filter(|text| config.change(text.as_bytes()).expect("what the phone wrote"));
        Ok(&*Box::leak(Box::new(config)))
    });
    let app: &'static RefCell<App<'static>> =
        Box::leak(Box::new(RefCell::new(App::new(DeviceName::try_from(DEVICE).unwrap(), setup))));
    let keys: &'static KeyQueue<NoopRawMutex, 64> = Box::leak(Box::new(KeyQueue::new()));
    let page: &'static mut [u8] = Box::leak(Box::new([0; PAGE_BYTES]));
    let kept = Place::of("the page", page);
    app.borrow_mut().give_page(page);
    let file = &bench.borrow().file;
    if !file.is_empty() {
        app.borrow_mut().restore_file(file);
    }
    let buffers = Buffers {
        cells: Box::leak(Box::new([view::Cell::BLANK; view::LAYOUT_128X64.cells()])),
        request: Box::leak(Box::new([0; REQUEST_BYTES])),
        answer: Box::leak(Box::new([0; ANSWER_BYTES])),
    };
    let mut memory = vec![
        kept,
        Place::of("the app", app),
        Place::of("the queue of keys", keys),
        Place::of("the buffer for requests", &*buffers.request),
        Place::of("the buffer for answers", &*buffers.answer),
    ];
    let display = display::Screen::new(pictures.clone());
    let network = Double::new(wire.clone());
    let board = board::Double(bench.clone());
    let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
        let _never = run(app, keys, display, network, board, buffers).await;
    });
    memory.push(Place::of("the phone's future", &*future));
    Running { future, app, keys, memory }
}

fn key(character: char) -> Key {
    match character {
        '*' => Key::Star,
        '#' => Key::Pound,
        _ => Key::Digit(u8::try_from(character.to_digit(10).expect("a key of the keypad")).unwrap()),
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}
