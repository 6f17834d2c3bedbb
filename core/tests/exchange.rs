//! Section 11 of PROTOCOL.md: one exchange, in virtual time, with a scripted peer. Each test is named after its rule.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::time::Duration;

use hotdesk_core::http::Error as HttpError;
use hotdesk_core::session::{Deadlines, Exchange, ExchangeError, ExchangeFailure, Phase, Step};

const REQUEST: &[u8] = b"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nxml=12345";
const ANSWERS: [&str; 3] = [
    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nans\r\n3\r\nwer\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\nanswer",
];

fn seconds(seconds: u64) -> Duration {
    // The epoch is the driver's own; nothing may depend on its being zero.
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

/// Sends the whole request, `size` bytes at a time, and returns what the peer got.
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
        // Nothing changes any more.
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
                    // Only its end could tell that this answer is not complete; the document's check will.
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
fn rule_11_2_statuses_that_say_it_was_not_carried_out() {
    for (status, may_have_happened) in [
        (201, true),
        (204, true),
        (302, false),
        (401, false),
        (404, false),
        (500, true),
        (503, false),
        (504, true),
    ] {
        let mut buffers = Buffers::new();
        let mut exchange = buffers.start();
        exchange.connected(seconds(1));
        send(&mut exchange, 1000);
        let answer =
            format!("HTTP/1.1 {status} X\r\nLocation: http://elsewhere/\r\nContent-Length: 600\r\n\r\n");
        exchange.received(answer.as_bytes(), seconds(2));
        assert_eq!(failed(&exchange), (ExchangeFailure::Status(status), may_have_happened));
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

#[test]
fn calls_that_do_not_fit_the_step_change_nothing() {
    let mut buffers = Buffers::new();
    let mut exchange = buffers.start();
    exchange.received(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", seconds(1));
    assert_eq!((exchange.step(), exchange.result()), (Step::Connect, None));
    exchange.connected(seconds(1));
    exchange.connect_failed();
    exchange.connected(seconds(3));
    exchange.received(b"", seconds(3));
    assert_eq!((exchange.step(), exchange.deadline()), (Step::Exchange, Some(seconds(11))));
}
