//! The exchange against a scripted peer in virtual time. Whatever happens, it ends by its deadlines, leaves no byte of
//! the request behind, and says whether the request may have been carried out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::time::Duration;

use hotdesk_core::http::{OfChange, Status};
use hotdesk_core::session::{Deadlines, Exchange, ExchangeFailure, Phase, Step};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const REQUEST: &[u8] = b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nPIN=12345";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n<response><success/></response>";
const BODY: &[u8] = b"<response><success/></response>";

/// What the peer or the network does, or the time.
#[derive(Debug, Clone)]
enum Event {
    Connected,
    ConnectFailed,
    /// The transport takes some of what is offered, or all.
    Take(Option<Index>),
    /// Some of the answer arrives, or all the rest.
    Arrive(Option<Index>),
    /// Bytes of another answer arrive.
    Junk(&'static [u8]),
    Closed,
    Broken,
    Wait(u16),
}

fn event() -> impl Strategy<Value = Event> {
    let junk: Vec<&'static [u8]> = vec![
        b"",
        b"\0",
        b"HTTP/1.1 503 Busy\r\n\r\n",
        b"HTTP/1.1 500 Oops\r\n\r\n",
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 000 X\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"SSH-2.0\r\n\r\n",
    ];
    prop_oneof![
        3 => Just(Event::Connected),
        1 => Just(Event::ConnectFailed),
        4 => option::of(any::<Index>()).prop_map(Event::Take),
        4 => option::of(any::<Index>()).prop_map(Event::Arrive),
        1 => select(junk).prop_map(Event::Junk),
        1 => Just(Event::Closed),
        1 => Just(Event::Broken),
        2 => (0_u16..9_000).prop_map(Event::Wait),
    ]
}

/// How many of `all` bytes.
fn part(index: &Option<Index>, all: usize) -> usize {
    index.map_or(all, |index| index.index(all + 1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_it_ends_wiped_and_honest(events in vec(event(), 0..24)) {
        let mut request = REQUEST.to_vec();
        let mut answer = [0; 2048];
        let mut now = Duration::ZERO;
        let mut exchange = Exchange::start(&mut request, &mut answer, Deadlines::default(), now);
        let (mut taken, mut arrived, mut only_the_answer) = (0, 0, true);
        let mut ended = None;
        for event in &events {
            let was = exchange.result().map(|result| result.map(<[u8]>::to_vec));
            match event {
                Event::Connected => exchange.connected(now),
                Event::ConnectFailed => exchange.connect_failed(),
                Event::Take(index) => {
                    let offered = exchange.outgoing();
                    prop_assert!(REQUEST.ends_with(offered), "bytes that are no part of the request");
                    prop_assert!(offered.is_empty() || offered.len() == REQUEST.len() - taken, "a byte sent twice");
                    let count = part(index, offered.len());
                    exchange.sent(count);
                    taken += count;
                }
                Event::Arrive(index) if exchange.step() == Step::Exchange => {
                    let count = part(index, ANSWER.len() - arrived);
                    exchange.received(&ANSWER[arrived..arrived + count], now);
                    arrived += count;
                }
                Event::Arrive(_) => {}
                Event::Junk(bytes) => {
                    only_the_answer &= exchange.step() != Step::Exchange || bytes.is_empty();
                    exchange.received(bytes, now);
                }
                Event::Closed => exchange.closed(now),
                Event::Broken => exchange.broken(),
                Event::Wait(milliseconds) => {
                    now += Duration::from_millis(u64::from(*milliseconds));
                    exchange.tick(now);
                }
            }
            let is = exchange.result().map(|result| result.map(<[u8]>::to_vec));
            if was.is_some() {
                prop_assert_eq!(&was, &is, "a result changed");
            }
            prop_assert_eq!(is.is_some(), exchange.step() == Step::Done);
            prop_assert_eq!(is.is_none(), exchange.deadline().is_some());
            if let Some(deadline) = exchange.deadline() {
                prop_assert!(deadline > now, "a deadline passed and nothing happened");
            }
            ended = is;
        }
        if let Some(Ok(body)) = &ended && only_the_answer {
            prop_assert_eq!(body.as_slice(), BODY);
            prop_assert_eq!(arrived, ANSWER.len());
        }
        if let Some(Err(error)) = &ended && taken > 0 {
            let turned_away = matches!(error.failure(), ExchangeFailure::Status(status)
                if status.of_change() == OfChange::NotCarriedOut);
            prop_assert_eq!(error.may_have_happened(), !turned_away, "{:?}", error);
        }
        if ended.is_none() {
            // It always ends, even if only time passes.
            let deadline = exchange.deadline().unwrap();
            exchange.tick(deadline);
            let Some(Err(error)) = exchange.result() else { panic!("no end at the deadline") };
            prop_assert!(matches!(error.failure(), ExchangeFailure::TimedOut(_)));
        }
        drop(exchange);
        prop_assert!(request.iter().all(|byte| *byte == 0), "the request is left in memory");
    }
}

#[test]
fn before_a_byte_was_offered_nothing_can_have_happened() {
    let mut request = REQUEST.to_vec();
    let mut answer = [0; 2048];
    let mut exchange = Exchange::start(&mut request, &mut answer, Deadlines::default(), Duration::ZERO);
    exchange.tick(Duration::from_secs(5));
    let error = exchange.result().unwrap().unwrap_err();
    assert_eq!(
        (error.failure(), error.may_have_happened()),
        (ExchangeFailure::TimedOut(Phase::Connect), false)
    );
}

#[test]
fn an_offered_byte_may_have_arrived_even_if_the_transport_never_said_so() {
    let mut request = REQUEST.to_vec();
    let mut answer = [0; 2048];
    let mut exchange = Exchange::start(&mut request, &mut answer, Deadlines::default(), Duration::ZERO);
    exchange.connected(Duration::ZERO);
    assert_eq!(exchange.outgoing(), REQUEST);
    exchange.broken();
    assert!(exchange.result().unwrap().unwrap_err().may_have_happened());
}

#[test]
fn bytes_that_dribble_do_not_push_the_last_deadline_back() {
    let mut request = REQUEST.to_vec();
    let mut answer = [0; 2048];
    let deadlines = Deadlines::default();
    let mut exchange = Exchange::start(&mut request, &mut answer, deadlines, Duration::ZERO);
    exchange.connected(Duration::ZERO);
    let length = exchange.outgoing().len();
    exchange.sent(length);
    let mut now = Duration::ZERO;
    for byte in ANSWER {
        exchange.received(&[*byte], now);
        now += Duration::from_secs(1);
        exchange.tick(now);
    }
    let error = exchange.result().unwrap().unwrap_err();
    assert_eq!(
        (error.failure(), error.may_have_happened()),
        (ExchangeFailure::TimedOut(Phase::Answer), true)
    );
}

#[test]
fn a_status_other_than_200_is_no_answer_whatever_its_body_says() {
    for (status, may_have_happened) in
        [(302, true), (404, false), (408, true), (500, true), (502, true), (503, false)]
    {
        let mut request = REQUEST.to_vec();
        let mut answer = [0; 2048];
        let mut exchange = Exchange::start(&mut request, &mut answer, Deadlines::default(), Duration::ZERO);
        exchange.connected(Duration::ZERO);
        assert!(!exchange.outgoing().is_empty());
        let bytes = String::from_utf8(ANSWER.to_vec()).unwrap().replace("200", &status.to_string());
        exchange.received(bytes.as_bytes(), Duration::ZERO);
        exchange.closed(Duration::ZERO);
        let error = exchange.result().unwrap().unwrap_err();
        assert_eq!(
            (error.failure(), error.may_have_happened()),
            (ExchangeFailure::Status(Status::new(status).unwrap()), may_have_happened)
        );
    }
}
