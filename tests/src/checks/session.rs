//! What must hold of an exchange and of a whole operation, whatever the peer sends and the network does.
//!
//! No check may look at a clock: time is part of the input.

use std::time::Duration;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::http::{OfChange, ResponseReader, Status};
use hotdesk_core::session::{
    Deadlines, Exchange, ExchangeError, ExchangeFailure, Next, Plan, Retry, Session, Step, Task, Wanted,
};
use hotdesk_core::{AppInfo, Login, Request, Response};

use super::cut;

/// How many of the first bytes of the input of [`session`] are events; the rest is what the peer sends.
const EVENTS: usize = 16;
const REQUEST: &[u8] = b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nPIN=12345";

/// Runs one exchange: without faults, whole and in pieces; then with the events of the first bytes. The answer is the
/// same in any pieces, the exchange always ends, sends no byte twice and leaves none of the request behind.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn session(input: &[u8]) {
    let Some((events, bytes)) = input.split_at_checked(EVENTS) else { return };
    let seed = events.first().copied().unwrap_or_default();
    let whole = in_order([bytes].into_iter());
    assert_eq!(in_order(cut(bytes, seed)), whole, "in pieces");
    out_of_order(events, bytes);
    operation(events, bytes);
}

/// Runs a whole operation, with the events deciding each connection and attempt, and the query after a lost answer. It
/// ends, leaves nothing behind, and sends the operation again only after an answer says that it was not carried out.
fn operation(events: &[u8], bytes: &[u8]) {
    const DEVICE: &str = "SEP003094C25B15";

    let request = Request::new(AppInfo::new("appid", "apppasswd"), Login::new(DEVICE, "john"));
    let plan = Plan { services: 2, deadlines: Deadlines::default(), retry: Retry::default(), seed: 7 };
    let (mut out, mut answer) = ([0; 64], [0; 2048]);
    let mut now = Duration::ZERO;
    let mut session = Session::start(Task::from(&request), plan, &mut out, &mut answer, now);
    let mut wanted = Wanted::Operation;
    // What was said on the current connection since the request was handed out.
    let mut heard: Option<Heard> = None;
    let (mut open, mut opened) = (false, 0);
    // Enough for every attempt and wait: the events repeat, and then only time passes.
    for turn in 0..10_000 {
        let event = events.get(turn % events.len()).filter(|_| turn < 200).copied().unwrap_or(7);
        if session.next() != Next::Exchange
            && let Some(heard) = heard.take()
        {
            match wanted {
                Wanted::Operation => open = !heard.says_not_carried_out(),
                Wanted::Query => open &= !heard.says_another_state(DEVICE, "john"),
            }
            opened += usize::from(open && wanted == Wanted::Operation);
        }
        match (session.next(), event & 7) {
            (Next::Done, _) => break,
            (_, 7) | (Next::Wait, _) => {
                now = session.deadline().expect("what is not done has a deadline");
                session.tick(now);
            }
            (Next::Connect { .. }, 1) => session.connect_failed(now),
            (Next::Connect { .. }, _) => session.connected(now),
            (Next::Write { wanted: it, .. }, _) => {
                wanted = it;
                let write = |out: &mut [u8]| {
                    out.iter_mut().zip(REQUEST).for_each(|(place, byte)| *place = *byte);
                    Ok::<usize, ()>(REQUEST.len())
                };
                assert_eq!(session.write(write), Ok(()));
            }
            (Next::Exchange, 0 | 2 | 3) => {
                let count = session.outgoing().len();
                if count > 0 && heard.is_none() {
                    assert!(!open || wanted == Wanted::Query, "sent while it may have been carried out");
                    heard = Some(Heard::default());
                }
                session.sent(count);
            }
            (Next::Exchange, 4) => {
                if let Some(heard) = &mut heard {
                    heard.bytes.extend_from_slice(bytes);
                }
                session.received(bytes, now);
            }
            (Next::Exchange, 5) => {
                if let Some(heard) = &mut heard {
                    heard.closed = true;
                }
                session.closed(now);
            }
            (Next::Exchange, _) => session.broken(now),
        }
    }
    assert_eq!(session.next(), Next::Done, "it goes on for ever");
    assert!(opened <= 2, "sent {opened} times although it may have been carried out each time");
    assert!(session.finish().is_some());
    assert!(out.iter().all(|byte| *byte == 0), "the request is left in memory");
}

/// What the other end said on one connection.
#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    closed: bool,
}

impl Heard {
    fn read<T>(&self, judge: impl FnOnce(Option<Status>, Option<Response<'_>>) -> T) -> T {
        let mut buffer = [0; 2048];
        let mut reader = ResponseReader::new(&mut buffer);
        let received = reader.receive(&self.bytes);
        let _ = received.and_then(|()| if self.closed { reader.close() } else { Ok(()) });
        let body = reader.body().and_then(|body| Response::parse(body).ok());
        judge(reader.status(), body)
    }

    fn says_not_carried_out(&self) -> bool {
        self.read(|status, response| match (status, response) {
            (Some(Status::OK), Some(Response::Failure(failure))) => {
                failure.code == Some(EmServiceCode::BUSY_PLEASE_TRY_AGAIN)
            }
            (Some(status), _) => status.of_change() == OfChange::NotCarriedOut,
            (None, _) => false,
        })
    }

    fn says_another_state(&self, device: &str, user: &str) -> bool {
        self.read(|status, response| match (status, response) {
            (Some(Status::OK), Some(Response::DeviceUserResults(results))) => {
                results.devices.iter().any(|row| {
                    row.name.eq_ignore_case(device) && !row.user().is_some_and(|it| it.eq_ignore_case(user))
                })
            }
            (Some(Status::OK), Some(Response::UserDevicesResults(results))) => {
                results.users.iter().any(|row| !row.id.eq_ignore_case(user))
            }
            _ => false,
        })
    }
}

fn in_order<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> Result<Vec<u8>, ExchangeError> {
    let mut request = REQUEST.to_vec();
    let mut answer = [0; 2048];
    let mut exchange = Exchange::start(&mut request, &mut answer, Deadlines::default(), Duration::ZERO);
    exchange.connected(Duration::ZERO);
    assert_eq!(exchange.outgoing(), REQUEST);
    exchange.sent(REQUEST.len());
    for piece in pieces {
        exchange.received(piece, Duration::ZERO);
    }
    exchange.closed(Duration::ZERO);
    let result = exchange.result().expect("an exchange ends with its connection").map(<[u8]>::to_vec);
    drop(exchange);
    assert!(request.iter().all(|byte| *byte == 0), "the request is left in memory");
    result
}

fn out_of_order(events: &[u8], bytes: &[u8]) {
    let mut request = REQUEST.to_vec();
    let mut answer = [0; 2048];
    let mut now = Duration::ZERO;
    let mut exchange = Exchange::start(&mut request, &mut answer, Deadlines::default(), now);
    let mut rest = bytes;
    let mut taken = 0;
    for event in events {
        let part = usize::from(event >> 3);
        let before = exchange.result().map(|result| result.map(<[u8]>::to_vec));
        match event & 7 {
            0 => exchange.connected(now),
            1 => exchange.connect_failed(),
            2 | 3 => {
                let offered = exchange.outgoing();
                assert!(REQUEST.ends_with(offered), "bytes that are no part of the request");
                assert!(offered.is_empty() || offered.len() == REQUEST.len() - taken, "a byte is sent twice");
                let count = if part == 31 { offered.len() } else { part.min(offered.len()) };
                exchange.sent(count);
                taken += count;
            }
            4 => {
                let count = if part == 31 { rest.len() } else { part.min(rest.len()) };
                let (piece, behind) = rest.split_at(count);
                exchange.received(piece, now);
                rest = behind;
            }
            5 => exchange.closed(now),
            6 => exchange.broken(),
            _ => {
                now += Duration::from_millis(u64::from(*event) * 25);
                exchange.tick(now);
            }
        }
        let after = exchange.result().map(|result| result.map(<[u8]>::to_vec));
        if before.is_some() {
            assert_eq!(before, after, "a result changed");
        }
        assert_eq!(after.is_some(), exchange.step() == Step::Done);
        assert_eq!(after.is_none(), exchange.deadline().is_some());
    }
    if let Some(deadline) = exchange.deadline() {
        exchange.tick(deadline);
        assert!(exchange.result().is_some_and(|result| result.is_err()), "no end at the deadline");
    }
    if let (Some(Err(error)), true) = (exchange.result(), taken == REQUEST.len()) {
        let turned_away = matches!(error.failure(), ExchangeFailure::Status(status)
            if status.of_change() == OfChange::NotCarriedOut);
        assert_eq!(error.may_have_happened(), !turned_away, "{error:?}");
    }
    drop(exchange);
    assert!(request.iter().all(|byte| *byte == 0), "the request is left in memory");
}
