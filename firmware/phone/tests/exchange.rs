//! What may happen between a phone and a service on the wire: segments, framings, ends in the middle, and a display
//! that is slow or broken meanwhile.

// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::Gray4;
use harness::answers::{self, Framing};
use harness::board;
use harness::network::{Double, End, Wire};
use harness::{APP_SECRET, DEVICE, Desk, PIN, REQUEST_BYTES};
use hotdesk_core::DeviceName;
use hotdesk_phone::view::{LAYOUT_128X64, Layout};
use hotdesk_phone::{App, Buffers, Config, Display, KeyQueue, Light, NetworkState, run, view};

const FRAMINGS: [Framing; 3] = [Framing::Length, Framing::Chunked, Framing::Close];

fn configuration() -> String {
    format!("service = em1.example.com\nappID = emphone\nappCertificate = {APP_SECRET}\n")
}

/// A phone that has asked who is logged in and waits for the answer.
fn asking() -> Desk {
    let mut desk = Desk::new(&configuration());
    desk.wire.borrow_mut().set_state(NetworkState::Ready);
    desk.settle();
    desk
}

/// A phone that has sent a login and waits for the answer.
fn logging_in() -> Desk {
    let mut desk = asking();
    answer(&mut desk, &answers::http(answers::holder(None).as_bytes(), Framing::Length), usize::MAX, None);
    desk.press("soft1 5 666 44 66 down");
    desk.press(PIN);
    desk.press("select");
    assert_eq!(desk.picture().row(1), "Logging in john");
    desk
}

fn answer(desk: &mut Desk, bytes: &[u8], segment: usize, end: Option<End>) {
    for segment in bytes.chunks(segment.max(1)) {
        desk.wire.borrow_mut().answer([segment]);
        desk.settle();
    }
    if let Some(end) = end {
        desk.wire.borrow_mut().end(end);
        desk.settle();
    }
}

#[test]
fn an_answer_reads_the_same_in_any_segments_and_framing() {
    for framing in FRAMINGS {
        let bytes = answers::http(answers::holder(Some("john")).as_bytes(), framing);
        for segment in [1, 2, 3, 5, 64, 127, 128, 129, bytes.len()] {
            let mut desk = asking();
            answer(&mut desk, &bytes, segment, Some(End::Closed));
            assert_eq!(desk.picture().row(1), "Logged in: john", "{framing:?} in segments of {segment}");
        }
    }
}

#[test]
fn an_interim_answer_is_not_the_answer() {
    let mut desk = asking();
    let mut bytes = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    bytes.extend(answers::http(answers::holder(Some("john")).as_bytes(), Framing::Length));
    answer(&mut desk, &bytes, 10, None);
    assert_eq!(desk.picture().row(1), "Logged in: john");
}

/// Wherever the answer ends, the login is sent once and a question follows; only the whole answer is a success.
#[test]
fn a_login_cut_after_any_byte_is_asked_about_and_not_sent_again() {
    for framing in FRAMINGS {
        let bytes = answers::http(answers::SUCCESS.as_bytes(), framing);
        for end in [End::Closed, End::Reset] {
            for length in 0..=bytes.len() {
                let mut desk = logging_in();
                answer(&mut desk, &bytes[..length], usize::MAX, Some(end));
                let place = format!("{framing:?}, {end:?} after {length} of {}", bytes.len());
                // An answer that ends with the connection is not whole when the connection breaks.
                let whole = length == bytes.len() && (framing, end) != (Framing::Close, End::Reset);
                let requests = desk.wire.borrow().requests();
                let operations: Vec<&str> = requests.iter().map(|r| r.split(' ').next().unwrap()).collect();
                if whole {
                    assert_eq!(desk.picture().row(0), "Logged in", "{place}");
                    assert_eq!(operations, ["deviceUserQuery", "login"], "{place}");
                } else {
                    assert_eq!(desk.picture().row(1), "The answer was lost.", "{place}");
                    assert_eq!(operations, ["deviceUserQuery", "login", "deviceUserQuery"], "{place}");
                    let truth = answers::http(answers::holder(Some("john")).as_bytes(), Framing::Length);
                    answer(&mut desk, &truth, usize::MAX, None);
                    assert_eq!(desk.picture().row(0), "Logged in after all", "{place}");
                    desk.press("soft1");
                    assert_eq!(desk.picture().row(1), "Logged in: john", "{place}");
                }
            }
        }
    }
}

#[test]
fn an_answer_that_comes_with_a_key_is_not_the_logins() {
    let mut desk = Desk::new(&format!("{}pollMinutes = 1\n", configuration()));
    desk.wire.borrow_mut().set_state(NetworkState::Ready);
    desk.settle();
    let nobody = answers::http(answers::holder(None).as_bytes(), Framing::Length);
    answer(&mut desk, &nobody, usize::MAX, None);
    while desk.wire.borrow().requests().len() == 1 {
        desk.wait(1_000);
    }
    // The answer to what the phone asks by itself is there as the login is sent.
    desk.press("soft1 5 666 44 66 down");
    desk.press(PIN);
    desk.wire.borrow_mut().answer([&nobody[..]]);
    desk.press("soft1");
    assert_eq!(desk.picture().row(1), "Logging in john");
    let last = |desk: &Desk| desk.wire.borrow().requests().last().unwrap().clone();
    assert!(last(&desk).starts_with("login "), "{}", last(&desk));
    answer(&mut desk, &answers::http(answers::SUCCESS.as_bytes(), Framing::Length), usize::MAX, None);
    assert_eq!(desk.picture().row(0), "Logged in");
}

#[test]
fn an_answer_that_comes_with_a_key_is_not_to_what_the_key_asks_for() {
    let mut desk = Desk::new(&format!("{}login = emapp\n", configuration()));
    desk.wire.borrow_mut().set_state(NetworkState::Ready);
    desk.settle();
    let nobody = answers::http(answers::holder(None).as_bytes(), Framing::Length);
    answer(&mut desk, &nobody, usize::MAX, None);
    desk.press("soft1");
    let form = "<CiscoIPPhoneInput><Title>Please Login</Title><URL>/emapp/EMAppServlet</URL><InputItem>\
        <DisplayName>PIN</DisplayName><QueryStringParam>seq</QueryStringParam><InputFlags>NP</InputFlags>\
        </InputItem></CiscoIPPhoneInput>";
    answer(&mut desk, &answers::page(&[], form), usize::MAX, None);
    assert_eq!(desk.picture().row(0).trim_end(), "Please Login  123");
    // The phone asks who is logged in behind the page; the answer is there as the form is sent.
    desk.wire.borrow_mut().answer([&nobody[..]]);
    desk.press("soft1");
    assert!(desk.wire.borrow().requests().last().unwrap().ends_with("/emapp/EMAppServlet?seq="));
    let text = "<CiscoIPPhoneText><Title>Done</Title><Text>Login successful.</Text></CiscoIPPhoneText>";
    answer(&mut desk, &answers::page(&[], text), usize::MAX, None);
    assert_eq!(desk.picture().row(1), "Login successful.");
}

#[test]
fn every_connection_is_ended_and_wiped_after_its_exchange() {
    let mut desk = logging_in();
    answer(&mut desk, &answers::http(answers::SUCCESS.as_bytes(), Framing::Length), usize::MAX, None);
    let wire = desk.wire.borrow();
    assert!(wire.lines.iter().all(|line| line.closed));
    assert_eq!(wire.wipes, wire.lines.len());
}

/// 128 times `&`, the longest that can be typed, in an ID that the request has twice.
#[test]
fn a_request_longer_than_its_buffer_is_not_sent_in_part() {
    let mut desk = asking();
    answer(&mut desk, &answers::http(answers::holder(None).as_bytes(), Framing::Length), usize::MAX, None);
    desk.press("soft1");
    for _ in 0..128 {
        desk.press("*7");
    }
    desk.press("down 1 select");
    assert_eq!(desk.picture().row(1), "The request is too");
    assert_eq!(desk.wire.borrow().requests().len(), 1, "the question at the start alone");
    desk.press("soft1 soft1 5 down 1 select");
    assert_eq!(desk.wire.borrow().requests().len(), 2, "the phone works on");
}

/// What is read whole fits into the smallest buffer: the one that holds any head. The names of this row have 128 characters,
/// each of them as long on the wire as ASCII gets.
#[test]
fn the_longest_row_fits_into_a_buffer_for_any_head() {
    let device = harness::DEVICE;
    let (user, before) = ("%40".repeat(128), "&amp;".repeat(128));
    let row = format!("<userID>{user}</userID><lastlogin>{before}</lastlogin><emccDevice>no</emccDevice>");
    let document = format!(
        "<?xml version=\"1.0\"?><response><deviceUserResults><device name=\"{device}\">{row}</device>\
         </deviceUserResults></response>"
    );
    assert!(document.len() < harness::ANSWER_BYTES);
    let mut desk = asking();
    answer(&mut desk, &answers::http(document.as_bytes(), Framing::Length), usize::MAX, None);
    assert!(desk.picture().text().contains("@@@@@@@@"), "{}", desk.picture().text());
}

/// The phone's own buffer holds nothing of a request once it is sent.
#[test]
fn the_request_buffer_is_wiped() {
    let _clock = harness::clock();
    let config = Config::parse(configuration().as_bytes()).unwrap();
    let app = RefCell::new(App::new(DeviceName::try_from(DEVICE).unwrap(), Ok(&config)));
    let keys = KeyQueue::<NoopRawMutex, 8>::new();
    let wire = Rc::new(RefCell::new(Wire::default()));
    wire.borrow_mut().set_state(NetworkState::Ready);
    let mut request = [0; REQUEST_BYTES];
    let mut space = [0; 4096];
    {
        let buffers = Buffers {
            cells: &mut [view::Cell::BLANK; LAYOUT_128X64.cells()],
            request: &mut request,
            answer: &mut space,
        };
        let display = Troubled { shown: Rc::default(), trouble: Trouble::None };
        let mut phone =
            pin!(run(&app, &keys, display, Double::new(wire.clone()), board::Double::default(), buffers));
        poll_a_while(phone.as_mut());
        assert_eq!(wire.borrow().requests().len(), 1, "the request is sent, its answer not there yet");
    }
    assert!(request.iter().all(|byte| *byte == 0));
}

#[test]
fn a_slow_display_does_not_hold_up_the_network() {
    check_with_display(Trouble::Slow, 1);
}

#[test]
fn a_display_that_fails_does_not_stop_the_phone() {
    check_with_display(Trouble::Fails, 2);
}

#[test]
fn the_board_hears_of_progress_as_long_as_the_display_takes_pictures() {
    for (trouble, pulses) in [(Trouble::None, 5), (Trouble::Fails, 5), (Trouble::Slow, 0)] {
        let _clock = harness::clock();
        let config = Config::parse(configuration().as_bytes()).unwrap();
        let app = RefCell::new(App::new(DeviceName::try_from(DEVICE).unwrap(), Ok(&config)));
        let keys = KeyQueue::<NoopRawMutex, 8>::new();
        let bench = Rc::new(RefCell::new(board::Bench::default()));
        let buffers = Buffers {
            cells: &mut [view::Cell::BLANK; LAYOUT_128X64.cells()],
            request: &mut [0; REQUEST_BYTES],
            answer: &mut [0; 4096],
        };
        let display = Troubled { shown: Rc::default(), trouble };
        let board = board::Double(bench.clone());
        let mut phone = pin!(run(&app, &keys, display, Double::new(Rc::default()), board, buffers));
        poll_a_while(phone.as_mut());
        for _ in 0..5 {
            embassy_time::MockDriver::get().advance(hotdesk_phone::PULSE);
            poll_a_while(phone.as_mut());
        }
        assert_eq!(bench.borrow().pulses, pulses);
    }
}

/// Boots a phone with a display in trouble: it asks and takes the answer, and has tried to show pictures.
fn check_with_display(trouble: Trouble, pictures: usize) {
    let _clock = harness::clock();
    let config = Config::parse(configuration().as_bytes()).unwrap();
    let app = RefCell::new(App::new(DeviceName::try_from(DEVICE).unwrap(), Ok(&config)));
    let keys = KeyQueue::<NoopRawMutex, 8>::new();
    let wire = Rc::new(RefCell::new(Wire::default()));
    wire.borrow_mut().set_state(NetworkState::Ready);
    let shown = Rc::new(Cell::new(0));
    let buffers = Buffers {
        cells: &mut [view::Cell::BLANK; LAYOUT_128X64.cells()],
        request: &mut [0; REQUEST_BYTES],
        answer: &mut [0; 4096],
    };
    let display = Troubled { shown: shown.clone(), trouble };
    let mut phone =
        pin!(run(&app, &keys, display, Double::new(wire.clone()), board::Double::default(), buffers));
    poll_a_while(phone.as_mut());
    assert_eq!(wire.borrow().requests().len(), 1);
    let bytes = answers::http(answers::holder(Some("john")).as_bytes(), Framing::Length);
    wire.borrow_mut().answer([&bytes[..]]);
    poll_a_while(phone.as_mut());
    assert_eq!(app.borrow().screen_name(), "idle");
    assert!(shown.get() >= pictures);
}

fn poll_a_while<F: Future>(mut future: std::pin::Pin<&mut F>) {
    for _ in 0..100 {
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending(), "the phone stopped");
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    Slow,
    Fails,
}

struct Troubled {
    shown: Rc<Cell<usize>>,
    trouble: Trouble,
}

impl OriginDimensions for Troubled {
    fn size(&self) -> Size {
        Size::new(128, 64)
    }
}

impl DrawTarget for Troubled {
    type Color = Gray4;
    type Error = &'static str;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(&mut self, _: I) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl Display for Troubled {
    fn layout(&self) -> &'static Layout {
        &LAYOUT_128X64
    }

    fn set_light(&mut self, _light: Light) {}

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.shown.set(self.shown.get() + 1);
        match self.trouble {
            Trouble::None => Ok(()),
            Trouble::Slow => std::future::pending().await,
            Trouble::Fails => Err("no display"),
        }
    }
}
