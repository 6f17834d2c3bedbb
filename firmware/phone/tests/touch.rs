//! A person logs in and out on a display that is touched, and touches what is written there: each key is found by reading it
//! from the picture.

// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, dead_code)]

mod gallery;
mod harness;

use std::cell::{Cell as Place, RefCell};
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::MutexGuard;
use std::task::{Context, Waker};

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_time::{Instant, MockDriver};
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::{DrawTarget, DrawTargetExt};
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use gallery::sheet::Canvas;
use harness::answers::{self, Framing};
use harness::dice::Dice;
use harness::network::{Double, Wire};
use harness::{DEVICE, board, clock};
use hotdesk_core::DeviceName;
use hotdesk_phone::keypad::KeyEvent;
use hotdesk_phone::touch::{ARRIVE, Glass, Touch};
use hotdesk_phone::view::{Cell, Indexed, LAYOUT_480X272_TOUCH, Layout};
use hotdesk_phone::{App, Buffers, Config, Display, KeyQueue, Light, NetworkState, run};

const CONFIGURATION: &str = "service = em1.example.com\nappID = emphone\nappCertificate = secret\n";
const LAYOUT: &Layout = &LAYOUT_480X272_TOUCH;

/// What is on the glass.
struct Shown {
    canvas: RefCell<Canvas>,
    layout: Place<&'static Layout>,
}

/// The phone's side of it.
struct Screen(Rc<Shown>);

impl OriginDimensions for Screen {
    fn size(&self) -> Size {
        LAYOUT.size
    }
}

impl DrawTarget for Screen {
    type Color = Indexed;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Indexed>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        self.0.canvas.borrow_mut().color_converted().draw_iter(pixels)
    }
}

impl Display for Screen {
    fn layout(&self) -> &'static Layout {
        LAYOUT
    }

    fn set_light(&mut self, _: Light) {}

    fn set_layout(&mut self, layout: &'static Layout) {
        self.0.layout.set(layout);
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        embassy_futures::yield_now().await;
        Ok(())
    }
}

struct Phone {
    future: Pin<Box<dyn Future<Output = ()>>>,
    keys: &'static KeyQueue<NoopRawMutex, 16>,
    shown: Rc<Shown>,
    wire: Rc<RefCell<Wire>>,
    glass: Glass,
    _clock: MutexGuard<'static, ()>,
}

impl Phone {
    /// A phone that has found nobody logged in.
    fn new() -> Self {
        let clock = clock();
        let config: &'static Config = Box::leak(Box::new(Config::parse(CONFIGURATION.as_bytes()).unwrap()));
        let app = App::new(DeviceName::try_from(DEVICE).unwrap(), Ok(config));
        let app: &'static RefCell<App<'static>> = Box::leak(Box::new(RefCell::new(app)));
        let keys: &'static KeyQueue<NoopRawMutex, 16> = Box::leak(Box::new(KeyQueue::new()));
        let canvas = RefCell::new(Canvas::new(LAYOUT.size));
        let shown = Rc::new(Shown { canvas, layout: Place::new(LAYOUT) });
        let wire = Rc::new(RefCell::new(Wire::default()));
        let buffers = Buffers {
            cells: vec![Cell::BLANK; LAYOUT.cells()].leak(),
            request: vec![0; 2048].leak(),
            answer: vec![0; 2048].leak(),
        };
        let (screen, network) = (Screen(shown.clone()), Double::new(wire.clone()));
        let future = Box::pin(async move {
            let _never = run(app, keys, screen, network, board::Double::default(), buffers).await;
        });
        let mut phone = Self { future, keys, shown, wire, glass: Glass::new(), _clock: clock };
        phone.look(&[]);
        phone.wire.borrow_mut().set_state(NetworkState::Ready);
        phone.settle();
        phone.answer(&answers::holder(None));
        phone
    }

    fn settle(&mut self) {
        // Whatever is to be done is done within a few polls.
        for _ in 0..50 {
            let polled = self.future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending(), "the phone stopped");
        }
    }

    fn wait(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds.div_ceil(10) {
            MockDriver::get().advance(ARRIVE);
            self.settle();
        }
    }

    fn answer(&mut self, document: &str) {
        self.wire.borrow_mut().answer([&answers::http(document.as_bytes(), Framing::Length)[..]]);
        self.settle();
    }

    /// What the board does every few milliseconds.
    fn look(&mut self, touches: &[Touch]) {
        let keys = self.keys;
        self.glass.update(self.shown.layout.get(), touches, Instant::now(), |event| match event {
            KeyEvent::Pressed(key) => {
                assert!(keys.push(key));
                keys.hold(key, true);
            }
            KeyEvent::Released(key) => keys.hold(key, false),
        });
        self.settle();
    }

    fn hold(&mut self, at: Point, milliseconds: u64) {
        for _ in 0..milliseconds / 10 {
            self.look(&[Touch { id: 0, at }]);
            self.wait(10);
        }
        for _ in 0..5 {
            self.look(&[]);
            self.wait(10);
        }
        assert!(self.glass.is_untouched());
    }

    fn tap(&mut self, at: Point) {
        self.hold(at, 60);
    }

    /// The rows of the picture: the title without the marks at its end, and the lines.
    fn rows(&self) -> Vec<String> {
        let mut rows = gallery::read(self.shown.layout.get(), &self.shown.canvas.borrow());
        rows[0] = rows[0].split("  ").next().unwrap().to_owned();
        rows
    }

    /// Where a softkey with this label is.
    fn softkey(&self, label: &str) -> Point {
        let (canvas, bar) = (self.shown.canvas.borrow(), LAYOUT.softkeys);
        let width = 12 * u32::try_from(label.len()).unwrap();
        let middle = |place: u32| 120 * place + 59;
        let shows = |place: &u32| {
            let left = middle(*place) - width / 2;
            let letters = (0..label.len()).map(|index| {
                let x = left + 12 * u32::try_from(index).unwrap();
                canvas.glyph(x, bar.text_top.unsigned_abs(), Size::new(12, 24))
            });
            letters.collect::<Option<String>>().as_deref() == Some(label)
        };
        let place = (0..4).find(shows).unwrap_or_else(|| panic!("no softkey {label}"));
        Point::new(middle(place).cast_signed(), 250)
    }

    /// The keys of the pad: what is written on each, and where it is.
    fn pad(&self) -> Vec<(String, Point)> {
        let pad = self.shown.layout.get().pad.unwrap();
        let canvas = self.shown.canvas.borrow();
        let pitch = pad.key + Size::new(pad.gap, pad.gap);
        let place = |index: usize| {
            let count = |count: usize| u32::try_from(count).unwrap();
            let (column, row) = (count(index % pad.columns), count(index / pad.columns));
            let corner = pad.at + Size::new(column * pitch.width, row * pitch.height);
            let left = corner.x.unsigned_abs() + (pad.key.width - 12) / 2;
            // With a legend below it, the character is higher.
            let character = [1, 11]
                .into_iter()
                .find_map(|top| canvas.glyph(left, corner.y.unsigned_abs() + top, Size::new(12, 24)))
                .unwrap_or_else(|| panic!("nothing to read on key {index}"));
            (character.to_string(), corner + pad.key / 2)
        };
        (0..pad.keys.len()).map(place).collect()
    }

    /// Types on the keys with these characters.
    fn types(&mut self, characters: &str) {
        for character in characters.chars() {
            if character == ' ' {
                self.wait(1100);
                continue;
            }
            let pad = self.pad();
            let key = pad.iter().find(|(written, _)| written.starts_with(character));
            self.tap(key.unwrap_or_else(|| panic!("no key {character} among {pad:?}")).1);
        }
    }

    /// Where a line is that starts so.
    fn line(&self, start: &str) -> Point {
        let layout = self.shown.layout.get();
        let line = self.rows().iter().skip(1).position(|row| row.trim_start().starts_with(start));
        let line = u32::try_from(line.unwrap_or_else(|| panic!("{start} in {:?}", self.rows()))).unwrap();
        let top = layout.body_top + (line * layout.line_pitch).cast_signed();
        Point::new(60, top + 12)
    }

    fn tap_softkey(&mut self, label: &str) {
        self.tap(self.softkey(label));
    }
}

#[test]
fn a_person_logs_in_and_out_by_touch() {
    let mut phone = Phone::new();
    assert_eq!(phone.rows()[1], "Nobody logged in");
    phone.tap_softkey("Log in");
    phone.types("5 666 44 66 ");
    assert_eq!(phone.rows()[2], "john");
    phone.tap(phone.line("PIN:"));
    phone.types("73519");
    assert_eq!(phone.rows()[3], "PIN: *****");
    phone.tap_softkey("Submit");
    assert_eq!(phone.rows()[1], "Logging in john");
    phone.answer(answers::SUCCESS);
    assert_eq!(phone.rows()[..2], ["Logged in", "john"]);
    phone.tap_softkey("OK");
    phone.tap_softkey("Log out");
    phone.tap_softkey("Yes");
    phone.answer(answers::SUCCESS);
    assert_eq!(phone.rows()[0], "Logged out");
    let requests = phone.wire.borrow().requests();
    let asked: Vec<&str> = requests.iter().filter_map(|request| request.split_whitespace().next()).collect();
    assert_eq!(asked, ["deviceUserQuery", "login", "logout"], "{requests:?}");
}

#[test]
fn a_touch_on_a_line_of_a_list_chooses_it() {
    let mut phone = Phone::new();
    phone.tap_softkey("Menu");
    phone.tap(phone.line("4 What does"));
    assert_eq!(phone.rows()[..2], ["What does … mean?", "Type the number:"]);
    phone.types("26");
    phone.tap_softkey("Submit");
    assert_eq!(phone.rows()[1], "The service is busy. Wait a minute,");
}

#[test]
fn a_touch_on_a_field_of_the_form_goes_to_it() {
    let mut phone = Phone::new();
    phone.tap_softkey("Log in");
    phone.tap(phone.line("PIN:"));
    phone.types("12");
    phone.tap(phone.line("PIN:"));
    phone.types("3");
    assert_eq!(phone.rows()[3], "PIN: ***", "it is there already");
    phone.tap(phone.line("User ID:"));
    phone.types("2 ");
    assert_eq!(phone.rows()[2], "a");
}

#[test]
fn a_held_delete_goes_on_until_the_finger_slides_off() {
    let mut phone = Phone::new();
    phone.tap_softkey("Log in");
    phone.types("2 2 2 2 2 2 2 2 2 2 2 2 ");
    let at = phone.softkey("<<");
    phone.hold(at, 800);
    let left = phone.rows()[2].len();
    assert!((7..10).contains(&left), "{left} of 12 after the first press and 0.3 s of repeats");
    for x in [at.x, at.x, at.x + 200] {
        phone.look(&[Touch { id: 0, at: Point::new(x, at.y) }]);
        phone.wait(10);
    }
    for _ in 0..200 {
        phone.look(&[Touch { id: 0, at: Point::new(at.x + 200, at.y) }]);
        phone.wait(10);
    }
    assert_eq!(phone.rows()[2].len(), left - 1, "pressed once, and held no longer");
}

#[test]
fn the_first_touch_of_a_dark_display_wakes_it_wherever_it_is() {
    for at in [Point::new(5, 5), Point::new(200, 100), Point::new(60, 250)] {
        let mut phone = Phone::new();
        for _ in 0..130 {
            MockDriver::get().advance(embassy_time::Duration::from_secs(5));
            phone.settle();
        }
        phone.tap(at);
        assert_eq!(phone.rows()[0], DEVICE, "{at}: idle, and awake");
        phone.tap_softkey("Menu");
        assert_eq!(phone.rows()[0], "Menu", "{at}");
    }
}

#[test]
fn a_touch_beside_every_key_does_nothing() {
    let mut phone = Phone::new();
    phone.tap_softkey("Log in");
    let before = phone.rows();
    phone.tap(Point::new(200, 10));
    phone.tap(Point::new(200, 150));
    assert_eq!(phone.rows(), before);
}

#[test]
fn whatever_fingers_do_the_glass_is_readable_and_works_afterwards() {
    let mut phone = Phone::new();
    let mut dice = Dice(0x6A09_E667_F3BC_C908);
    let mut fingers: Vec<Touch> = Vec::new();
    for step in 0..5_000 {
        let at = |dice: &mut Dice| {
            let [x, y] = [480, 272].map(|length| i32::try_from(dice.roll(length)).unwrap());
            Point::new(x, y)
        };
        match dice.roll(8) {
            0 | 1 if fingers.len() < 3 => {
                fingers.push(Touch { id: u8::try_from(dice.roll(5)).unwrap(), at: at(&mut dice) });
            }
            2 | 3 => fingers.truncate(fingers.len().saturating_sub(1)),
            4 => fingers.iter_mut().for_each(|finger| finger.at = at(&mut dice)),
            _ => {}
        }
        phone.look(&fingers);
        phone.wait(10);
        if step % 10 == 0 {
            // Panics where a cell holds no glyph, and a digit of a PIN would be one.
            for row in phone.rows() {
                let pin = row.strip_prefix("PIN: ").unwrap_or_default();
                assert!(pin.chars().all(|character| matches!(character, '*' | '\u{AB}')), "{row}");
            }
        }
    }
    for _ in 0..5 {
        phone.look(&[]);
        phone.wait(10);
    }
    assert!(phone.glass.is_untouched());
    // Left alone, it goes back to where it was.
    phone.wait(300_000);
    phone.tap(Point::new(5, 5));
    assert_eq!(phone.rows()[0], DEVICE);
    phone.tap_softkey("Menu");
    assert_eq!(phone.rows()[0], "Menu");
}
