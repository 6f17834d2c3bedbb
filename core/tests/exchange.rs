//! Section 11 of PROTOCOL.md: one exchange, in virtual time, with a scripted peer. Each test is named after its rule.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::time::Duration;

use hotdesk_core::http::{Error as HttpError, Status};
use hotdesk_core::session::{Deadlines, Exchange, ExchangeError, ExchangeFailure, Phase, Step};

const REQUEST: &[u8] = b"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nxml=12345";
const ANSWERS: [&str; 3] = [
    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nans\r\n3\r\nwer\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\nanswer",
];

fn seconds(seconds: u64) -> Duration {
    // The driver chooses the epoch; nothing may depend on it being zero.
    Duration::from_secs(1_000_000 + seconds)
}

/// The two buffers an exchange borrows.
struct Buffers {
    request: Vec<u8>,
    answer: [u8; 256],
}

impl Buffers {
    fn new() -> Self {
        Self { request: REQUEST.to_vec(), answer: [0; 256] }
    }

    fn start(&mut self) -> Exchange<'_> {
        Exchange::start(&mut self.request, &mut self.answer, Deadlines::default(), seconds(0))
    }

    fn assert_wiped(&self) {
        assert!(self.request.iter().all(|byte| *byte == 0), "the request is still there: {:?}", self.request);
    }
}

/// Sends the whole request, `size` bytes at a time, and returns what the peer received.
fn send(exchange: &mut Exchange<'_>, size: usize) -> Vec<u8> {
    let mut got = Vec::new();
    loop {
        let outgoing = exchange.outgoing();
        if outgoing.is_empty() {
            return got;
        }
        let taken = size.min(outgoing.len());
        got.extend_from_slice(&outgoing[..taken]);
        exchange.sent(taken);
    }
}

fn failed(exchange: &Exchange<'_>) -> (ExchangeFailure, bool) {
    assert_eq!(exchange.step(), Step::Done);
    assert_eq!(exchange.deadline(), None);
    let error: ExchangeError = exchange.result().unwrap().unwrap_err();
    (error.failure(), error.may_have_happened())
}

#[test]
fn an_exchange_byte_by_byte_gives_the_body() {
    for answer in ANSWERS {
        let mut buffers = Buffers::new();
        let mut exchange = buffers.start();
        assert_eq!((exchange.step(), exchange.outgoing()), (Step::Connect, &b""[..]));
        exchange.connected(seconds(1));
        assert_eq!(exchange.step(), Step::Exchange);
        assert_eq!(send(&mut exchange, 1), REQUEST);
        for byte in answer.as_bytes() {
            assert_eq!(exchange.result(), None);
            exchange.received(&[*byte], seconds(2));
        }
        exchange.closed(seconds(3));
        assert_eq!(exchange.step(), Step::Done);
        assert_eq!(exchange.result(), Some(Ok(&b"answer"[..])));
        // Nothing changes after the end.
        exchange.received(b"more", seconds(4));
        exchange.broken();
        exchange.tick(seconds(100));
        assert_eq!(exchange.result(), Some(Ok(&b"answer"[..])));
        drop(exchange);
        buffers.assert_wiped();
    }
}

#[test]
fn rule_11_1_connecting_has_a_deadline() {
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    assert_eq!(exchange.deadline(), Some(seconds(5)));
    exchange.tick(seconds(5) - Duration::from_nanos(1));
    assert_eq!(exchange.step(), Step::Connect);
    exchange.connected(seconds(5));
    assert_eq!(failed(&exchange), (ExchangeFailure::TimedOut(Phase::Connect), false));
}

#[test]
fn rule_11_1_the_first_byte_has_a_deadline() {
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.connected(seconds(4));
    assert_eq!(exchange.deadline(), Some(seconds(14)));
    send(&mut exchange, 7);
    exchange.tick(seconds(14));
    assert_eq!(failed(&exchange), (ExchangeFailure::TimedOut(Phase::FirstByte), true));
}

#[test]
fn rule_11_1_the_whole_answer_has_a_deadline_however_it_dribbles() {
    for answer in ANSWERS {
        let mut buffers = Buffers::new();
        let mut exchange = buffers.start();
        exchange.connected(seconds(1));
        send(&mut exchange, 1000);
        for (i, byte) in answer.as_bytes().iter().enumerate() {
            exchange.received(&[*byte], seconds(2 + i as u64));
            if i == 0 {
                assert_eq!(exchange.deadline(), Some(seconds(21)));
            }
        }
        assert_eq!(failed(&exchange), (ExchangeFailure::TimedOut(Phase::Answer), true));
    }
}

#[test]
fn rule_11_2_without_a_connection_nothing_can_have_happened() {
    let fail: [fn(&mut Exchange<'_>); 3] = [
        |exchange| exchange.connect_failed(),
        |exchange| exchange.broken(),
        |exchange| exchange.closed(seconds(1)),
    ];
    for fail in fail {
        let mut buffers = Buffers::new();
        let mut exchange = buffers.start();
        fail(&mut exchange);
        assert_eq!(failed(&exchange), (ExchangeFailure::ConnectFailed, false));
        drop(exchange);
        buffers.assert_wiped();
    }
    // Connected, but nothing was handed out yet.
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.connected(seconds(1));
    exchange.broken();
    assert_eq!(failed(&exchange), (ExchangeFailure::Broken, false));
}

#[test]
fn rule_11_2_what_arrives_before_the_request_was_sent_is_no_answer() {
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.connected(seconds(1));
    exchange.received(ANSWERS[0].as_bytes(), seconds(1));
    assert_eq!(failed(&exchange), (ExchangeFailure::Unasked, false));
}

#[test]
fn rule_11_2_a_break_after_any_sent_byte_may_have_happened() {
    for sent in 0..=REQUEST.len() {
        let mut buffers = Buffers::new();
        let mut exchange = buffers.start();
        exchange.connected(seconds(1));
        assert_eq!(exchange.outgoing(), REQUEST);
        exchange.sent(sent);
        exchange.broken();
        assert_eq!(failed(&exchange), (ExchangeFailure::Broken, true));
        drop(exchange);
        buffers.assert_wiped();
    }
}

#[test]
fn rule_11_2_an_answer_cut_after_any_byte_may_have_happened() {
    let close: fn(&mut Exchange<'_>) = |exchange| exchange.closed(seconds(2));
    let broken: fn(&mut Exchange<'_>) = |exchange| exchange.broken();
    let silence: fn(&mut Exchange<'_>) = |exchange| exchange.tick(seconds(60));
    for answer in ANSWERS {
        let close_delimited = !answer.contains("ing:") && !answer.contains("Length:");
        let head = answer.find("\r\n\r\n").unwrap() + 4;
        for end in 0..answer.len() {
            for (kind, fault) in [("close", close), ("break", broken), ("silence", silence)] {
                let mut buffers = Buffers::new();
                let mut exchange = buffers.start();
                exchange.connected(seconds(1));
                send(&mut exchange, 1000);
                exchange.received(&answer.as_bytes()[..end], seconds(1));
                fault(&mut exchange);
                if kind == "close" && close_delimited && end >= head {
                    // Without a length, this answer seems complete; parsing the document finds that it is not.
                    assert_eq!(exchange.result(), Some(Ok(&answer.as_bytes()[head..end])));
                    continue;
                }
                let failure = match (kind, end) {
                    ("silence", 0) => ExchangeFailure::TimedOut(Phase::FirstByte),
                    ("silence", _) => ExchangeFailure::TimedOut(Phase::Answer),
                    ("close", 1..) => ExchangeFailure::Http(HttpError::CutShort),
                    _ => ExchangeFailure::Broken,
                };
                assert_eq!(failed(&exchange), (failure, true), "{kind} after {end}: {answer:?}");
            }
        }
    }
}

#[test]
fn rule_11_3_only_some_statuses_say_that_a_change_was_not_carried_out() {
    const NOT_CARRIED_OUT: [u16; 14] = [400, 401, 403, 404, 405, 411, 413, 414, 415, 421, 429, 431, 501, 503];

    for number in (201..1000).chain([0, 7, 99, 100, 101, 199]) {
        let mut buffers = Buffers::new();
        let mut exchange = buffers.start();
        exchange.connected(seconds(1));
        send(&mut exchange, 1000);
        let answer =
            format!("HTTP/1.1 {number:03} X\r\nLocation: http://elsewhere/\r\nContent-Length: 31\r\n\r\n");
        exchange.received(answer.as_bytes(), seconds(2));
        exchange.received(b"<response><success/></response>", seconds(2));
        exchange.closed(seconds(2));
        let failure = match number {
            ..100 => ExchangeFailure::Http(HttpError::Head),
            101 => ExchangeFailure::Http(HttpError::Upgrade),
            // An interim answer; the final one never comes.
            100..200 => ExchangeFailure::Http(HttpError::CutShort),
            _ => ExchangeFailure::Status(Status::new(number).unwrap()),
        };
        assert_eq!(failed(&exchange), (failure, !NOT_CARRIED_OUT.contains(&number)), "{number}");
    }
}

#[test]
fn a_status_counts_even_where_its_body_cannot_be_read() {
    for field in ["Content-Length: 600", "Content-Encoding: gzip", "Transfer-Encoding: chunked\r\n\r\nzz"] {
        let mut buffers = Buffers::new();
        let mut exchange = buffers.start();
        exchange.connected(seconds(1));
        send(&mut exchange, 1000);
        exchange.received(format!("HTTP/1.1 404 X\r\n{field}\r\n\r\n").as_bytes(), seconds(2));
        assert_eq!(failed(&exchange), (ExchangeFailure::Status(Status::new(404).unwrap()), false), "{field}");
    }
}

#[test]
fn an_answer_that_is_too_long_is_a_lost_answer() {
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.connected(seconds(1));
    send(&mut exchange, 1000);
    exchange.received(b"HTTP/1.1 200 OK\r\nContent-Length: 257\r\n\r\n", seconds(2));
    let failure = ExchangeFailure::Http(HttpError::BodyTooLong { limit: 256 });
    assert_eq!(failed(&exchange), (failure, true));
}

#[test]
fn an_answer_before_the_whole_request_was_sent_counts() {
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.connected(seconds(1));
    exchange.outgoing();
    exchange.sent(10);
    exchange.received(ANSWERS[0].as_bytes(), seconds(1));
    assert_eq!(exchange.result(), Some(Ok(&b"answer"[..])));
    assert_eq!(exchange.outgoing(), b"");
    drop(exchange);
    buffers.assert_wiped();
}

#[test]
fn rule_11_4_what_was_sent_is_overwritten_at_once() {
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.connected(seconds(1));
    exchange.outgoing();
    exchange.sent(REQUEST.len() - 3);
    assert_eq!(exchange.outgoing(), b"345");
    exchange.sent(1000);
    assert_eq!(exchange.outgoing(), b"");
    drop(exchange);
    buffers.assert_wiped();
}

/// An exchange brought to one of its steps.
fn bring(exchange: &mut Exchange<'_>, to: usize) {
    match to {
        0 => {}
        1 => exchange.connected(seconds(1)),
        2 => {
            exchange.connected(seconds(1));
            exchange.outgoing();
            exchange.sent(5);
        }
        3 => {
            exchange.connected(seconds(1));
            send(exchange, 1000);
            exchange.received(&ANSWERS[0].as_bytes()[..20], seconds(2));
        }
        4 => {
            exchange.connected(seconds(1));
            send(exchange, 1000);
            exchange.received(ANSWERS[0].as_bytes(), seconds(2));
        }
        _ => exchange.connect_failed(),
    }
}

/// Everything observable about an exchange, and how it continues.
fn see(mut exchange: Exchange<'_>) -> String {
    let mut seen = format!("{:?} {:?} {:?};", exchange.step(), exchange.deadline(), exchange.result());
    exchange.connected(seconds(2));
    seen += &format!("{:?}", exchange.outgoing());
    exchange.sent(3);
    seen += &format!("{:?} ", exchange.outgoing());
    seen += &format!("{:?};", exchange.deadline());
    exchange.received(&ANSWERS[0].as_bytes()[20..], seconds(3));
    exchange.closed(seconds(3));
    seen + &format!("{:?} {:?}", exchange.step(), exchange.result())
}

#[test]
fn calls_that_do_not_fit_the_step_change_nothing() {
    type Call = (&'static str, fn(&mut Exchange<'_>));
    const LATE: u64 = 1000;
    let calls: [Call; 9] = [
        ("connected", |exchange| exchange.connected(seconds(LATE))),
        ("connect_failed", |exchange| exchange.connect_failed()),
        ("sent", |exchange| exchange.sent(3)),
        ("sent more than there is", |exchange| exchange.sent(usize::MAX)),
        ("received", |exchange| exchange.received(b"HTTP/1.1 200 OK\r\n\r\n", seconds(LATE))),
        ("received nothing", |exchange| exchange.received(b"", seconds(LATE))),
        ("closed", |exchange| exchange.closed(seconds(LATE))),
        ("broken", |exchange| exchange.broken()),
        ("tick", |exchange| exchange.tick(seconds(2))),
    ];
    let steps = ["connecting", "connected", "sending", "receiving", "answered", "failed"];
    for (to, step) in steps.iter().enumerate() {
        for (name, call) in calls {
            let fits = match name {
                "connected" | "connect_failed" => to == 0,
                // Bytes were offered, and not all of them have been sent.
                "sent" | "sent more than there is" => to == 2,
                "received" => (1..=3).contains(&to),
                "closed" | "broken" => to <= 3,
                _ => false,
            };
            let (mut with, mut without) = (Buffers::new(), Buffers::new());
            let mut called = with.start();
            bring(&mut called, to);
            call(&mut called);
            let mut left_alone = without.start();
            bring(&mut left_alone, to);
            assert_eq!(see(called) == see(left_alone), !fits, "{name} while {step}");
        }
    }
}

#[test]
fn what_was_not_offered_is_not_sent() {
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.sent(3);
    exchange.connected(seconds(1));
    exchange.sent(3);
    assert_eq!(exchange.outgoing(), REQUEST, "nothing was handed out before");
    exchange.sent(usize::MAX);
    assert_eq!(exchange.outgoing(), b"");
}

#[test]
fn an_exchange_prints_its_state_and_no_byte() {
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.connected(seconds(1));
    exchange.outgoing();
    let shown = format!("{exchange:?}");
    assert!(shown.starts_with("Exchange { state: AwaitingAnswer, sent: 0, length: 57"), "{shown}");
    assert!(!shown.contains("xml"), "{shown}");
}

#[test]
fn an_error_has_its_cause() {
    use std::error::Error as _;

    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.connected(seconds(1));
    send(&mut exchange, 1000);
    exchange.received(b"no HTTP\r\n\r\n", seconds(1));
    let error = exchange.result().unwrap().unwrap_err();
    assert_eq!(error.source().unwrap().downcast_ref::<HttpError>(), Some(&HttpError::Head));
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.connect_failed();
    assert!(exchange.result().unwrap().unwrap_err().source().is_none());
}
