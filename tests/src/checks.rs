//! What must hold for any bytes. The fuzz targets run these checks, and so do the tests that change vectors at random.
//!
//! Each check takes one input and panics if the core breaks a promise. No check may draw random numbers: the same input
//! always has the same outcome.

use std::time::Duration;

use hotdesk_bindings::decode;
use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::http::{self, OfChange, RequestError, RequestReader, ResponseReader, Status};
use hotdesk_core::session::{
    Deadlines, Exchange, ExchangeError, ExchangeFailure, Next, Plan, Retry, Session, Step, Task, Wanted,
};
use hotdesk_core::{AppInfo, Error, Login, Message, Query, Refusal, Request, Response, form};

use crate::quick_xml::values;
use crate::texts::texts;

/// Reads a document as a message of any kind.
///
/// An accepted document reads the same after it is written; a refusal has a position within the document.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn document(input: &[u8]) {
    match Message::parse(input) {
        Ok(message) => {
            assert_eq!(texts(&message), texts(&message), "a second reading differs");
            if let Ok(length) = message.encoded_len() {
                // A text may hold a character that only a percent escape can carry; then there is no length.
                let mut encoded = vec![0; length];
                assert_eq!(message.encode(&mut encoded), Ok(length));
                let again = Message::parse(&encoded).expect("what was written must be read");
                assert_eq!(again, message);
                assert_eq!(texts(&again), texts(&message));
                let mut twice = vec![0; length];
                assert_eq!(again.encode(&mut twice), Ok(length));
                assert_eq!(twice, encoded, "a second writing differs");
            }
            decode(input).expect("decode must read what the core reads");
        }
        Err(error) => refusal(input, error),
    }
}

fn refusal(input: &[u8], error: Error) {
    let position = error.position().expect("a refusal has a position");
    assert!(position <= input.len(), "{error} at {position} of {}", input.len());
    let (line, column) = error.line_column(input);
    assert!(line >= 1 && column >= 1);
    let refusal = decode(input).expect_err("decode must refuse what the core refuses");
    assert_eq!((refusal.line, refusal.column, refusal.position), (line, column, position));
    assert!(!refusal.message.contains('\n'), "a refusal is one line");
}

/// Reads an answer: [`Response::parse`], [`Message::parse`] and a reader in pieces agree, and [`document`] holds.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn answer(input: &[u8]) {
    match (Response::parse(input), Message::parse(input)) {
        (Ok(response), message) => assert_eq!(message, Ok(Message::Response(response))),
        (Err(_), Ok(message)) => {
            assert!(!matches!(message, Message::Response(_)), "only one of two readers refuses");
        }
        (Err(_), Err(_)) => {}
    }
    answer_in_pieces(input);
    document(input);
}

/// Reads a request or a query, as the body of a form and as a document; [`document`] holds for both.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn request(input: &[u8]) {
    let mut body = input.to_vec();
    match form::decode(&mut body) {
        Ok(decoded) => {
            assert!(decoded.len() <= input.len());
            document(decoded);
        }
        Err(error) => assert!(error.position().is_some_and(|position| position <= input.len())),
    }
    match Message::parse(input) {
        Ok(Message::Request(request)) => {
            assert_eq!(Request::parse(input), Ok(request));
            through_form(&request.into());
        }
        Ok(Message::Query(query)) => {
            assert_eq!(Query::parse(input), Ok(query));
            through_form(&query.into());
        }
        _ => assert!(Request::parse(input).is_err() && Query::parse(input).is_err()),
    }
    document(input);
}

/// The form body carries the document unchanged.
fn through_form(message: &Message<'_>) {
    let length = message.form_len().expect("what a request holds can be sent");
    let mut body = vec![0; length];
    assert_eq!(message.encode_form(&mut body), Ok(length));
    let document = crate::encode(message);
    assert_eq!(form::decode(&mut body), Ok(document.as_slice()));
}

/// Splits bytes into pieces of 1 to 16 bytes, or into single bytes, by the seed.
fn cut(bytes: &[u8], seed: u8) -> impl Iterator<Item = &[u8]> {
    let mut state = u32::from(seed);
    let mut rest = bytes;
    std::iter::from_fn(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let length = if seed == 0 { 1 } else { 1 + usize::from(state.to_be_bytes()[0] % 16) };
        let (piece, behind) = rest.split_at(length.min(rest.len()));
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What was read of an HTTP answer: the error, the status, the body.
type Answered = (Result<(), http::Error>, Option<Status>, Option<Vec<u8>>);

/// Reads the input as an HTTP answer and as a request, whole and split by its first byte: the outcome is the same.
///
/// # Panics
///
/// Panics if splitting changes the outcome.
pub fn http(input: &[u8]) {
    let Some((seed, bytes)) = input.split_first() else { return };
    let whole = read([bytes].into_iter());
    assert_eq!(read(cut(bytes, *seed)), whole, "in pieces");
    let incoming = serve([bytes].into_iter());
    assert_eq!(serve(cut(bytes, *seed)), incoming, "in pieces");
    if let (Ok(()), Some(Status::OK), Some(body)) = &whole {
        document(body);
    }
}

fn read<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> Answered {
    let mut buffer = [0; 2048];
    let mut reader = ResponseReader::new(&mut buffer);
    let mut outcome = Ok(());
    for piece in pieces {
        outcome = outcome.and_then(|()| reader.receive(piece));
    }
    let outcome = outcome.and_then(|()| reader.close());
    assert_eq!(reader.close(), outcome, "closing twice changes the outcome");
    (outcome, reader.status(), reader.body().map(<[u8]>::to_vec))
}

/// What was read of an HTTP request: the error; the method, the target and the body.
type Served = (Result<(), RequestError>, Option<(String, String, Vec<u8>)>);

/// Reads an HTTP request, as a server does.
fn serve<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> Served {
    let mut buffer = [0; 2048];
    let mut reader = RequestReader::new(&mut buffer);
    let mut outcome = Ok(());
    for piece in pieces {
        outcome = outcome.and_then(|()| reader.receive(piece));
    }
    let outcome = outcome.and_then(|()| reader.close());
    let request = reader.request();
    assert_eq!(request.is_some(), outcome.is_ok());
    let request = request.map(|it| (it.method.to_owned(), it.target.to_owned(), it.body.to_vec()));
    (outcome, request)
}

/// Explains the input as the text of a screen, and a name of the tables that is cut and written as the first bytes say
/// ([`crate::screens::cut_name`]). Every reading is a row of the tables, none appears twice, and the name is never
/// misread.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn explain(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let found = crate::screens::readings(&text);
    assert_eq!(crate::screens::readings(&text), found, "a second reading differs");
    if let [high, low, characters, style, ..] = input {
        crate::screens::cut_name(u16::from_be_bytes([*high, *low]).into(), (*characters).into(), *style);
    }
}

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

/// Reads an answer in pieces through a window: it is read or refused as the whole is, unless a part of it is longer
/// than the window.
fn answer_in_pieces(input: &[u8]) {
    use crate::pieces::pieces;

    const WINDOW: usize = 1024;

    let whole = pieces(WINDOW, [input]);
    let seed = input.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    assert_eq!(pieces(WINDOW, cut(input, seed)), whole, "in pieces");
    match (whole.1, Response::parse(input)) {
        (Some((Error::Refused { reason: Refusal::Window, .. }, _)), _) => {}
        // Of several errors the reader of the whole may report a later one: it checks all bytes for UTF-8 first.
        (refused, parsed) => assert_eq!(refused.is_none(), parsed.is_ok(), "{refused:?} and {parsed:?}"),
    }
}

/// Reads an answer in pieces through a window that holds all of it. In single bytes, and split in two at every byte, it
/// gives the rows of the whole, or the refusal with the same line and column. Names of open elements over the reader's
/// bound are refused at every split.
///
/// # Panics
///
/// Panics if this does not hold.
pub fn pieces(input: &[u8]) {
    use crate::pieces::{pieces, same, whole};

    let window = input.len().max(1024);
    let mut expected = whole(input);
    let at_once = pieces(window, [input]);
    if matches!(at_once.1, Some((Error::Refused { reason: Refusal::Window, .. }, _))) {
        expected = at_once;
    } else {
        same(&expected, &at_once, "in one piece");
    }
    same(&expected, &pieces(window, input.chunks(1)), "byte by byte");
    // An input longer than a fuzzer's is not split everywhere: that would take minutes.
    for split in (0..input.len()).step_by(1 + input.len() / 2049) {
        let (head, tail) = input.split_at(split);
        same(&expected, &pieces(window, [head, tail]), &format!("cut at {split}"));
    }
}

/// Reads an IP phone object: whole and in pieces, strictly and leniently, and writes what a strict reader takes.
///
/// In pieces, in single bytes and split in two at a few bytes that the input decides, it gives what the whole gives. A strict
/// reader refuses what a lenient one tolerated first. What a strict reader takes reads the same after it is written.
///
/// # Panics
///
/// Panics if this does not hold.
pub fn object(input: &[u8]) {
    const SPLITS: usize = 6;

    let seed = input.iter().fold(7_usize, |seed, byte| seed.wrapping_mul(31).wrapping_add((*byte).into()));
    let splits =
        (0..SPLITS).map(|index| seed.rotate_left(11 * u32::try_from(index).unwrap()) % (input.len() + 1));
    object_split(input, &splits.collect::<Vec<_>>());
}

/// As [`object`], but split in two at every byte.
///
/// # Panics
///
/// As [`object`] does.
pub fn object_at_every_split(input: &[u8]) {
    object_split(input, &(0..=input.len()).collect::<Vec<_>>());
}

fn object_split(input: &[u8], splits: &[usize]) {
    use hotdesk_core::phonexml::{Mode, Object};

    use crate::objects::{pieces, same, whole};

    let window = input.len().max(1024);
    for mode in [Mode::Lenient, Mode::Strict] {
        let mut expected = whole(input, mode);
        let at_once = pieces(window, [input], mode);
        if matches!(at_once.refused, Some((Error::Refused { reason: Refusal::Window, .. }, _))) {
            expected = at_once;
        } else {
            same(&expected, &at_once, "in one piece");
        }
        same(&expected, &pieces(window, input.chunks(1), mode), "byte by byte");
        for split in splits {
            let (head, tail) = input.split_at(*split);
            same(&expected, &pieces(window, [head, tail], mode), "in two pieces");
        }
    }
    match (Object::parse(input, Mode::Lenient), Object::parse(input, Mode::Strict)) {
        (Ok(lenient), Ok(strict)) => {
            assert_eq!((lenient.tolerated, strict.tolerated), (None, None));
            assert_eq!(lenient, strict);
        }
        (Ok(lenient), Err(refused)) => assert_eq!(lenient.tolerated, Some(refused)),
        (Err(error), strict) => {
            let refused = strict.expect_err("a strict reader takes less").position();
            let position = error.position();
            assert!(position <= Some(input.len()) && refused <= Some(input.len()));
        }
    }
    if let Ok(parsed) = Object::parse(input, Mode::Strict) {
        crate::objects::through_writing(&parsed.object);
    }
}

/// Reads the input as a URL of a service, a query string and header fields, and builds URLs of it.
///
/// A URL that is followed is one of a URI's characters with a host, and is followed again as it is; what was added to it reads
/// as it was; it prints no secret, and leaves nothing in its buffer.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn emapp(input: &[u8]) {
    use hotdesk_core::emapp::{ContentType, Phone, Preferences, Query, Refresh, Url};
    use hotdesk_core::{Secret, Text};

    const PIN: &str = "8w1!";

    let text = String::from_utf8_lossy(input);
    let (first, second) = text.split_once('\n').unwrap_or((&text, &text));
    let phone = Phone { device_name: "SEP001122334455", emcc: input.len().is_multiple_of(2) };
    let (mut buffer, mut other) = ([7; 512], [7; 512]);
    if let Ok(mut url) = Url::new(&mut buffer, first, &phone) {
        assert!(url.expose().bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
        assert!(url.expose_target().starts_with('/') && !url.host().is_empty(), "{url}");
        assert!(
            !url.expose().contains('#') && !url.expose().contains('@') || url.expose_target().contains('@')
        );
        if let Ok(again) = Url::new(&mut other, url.expose(), &phone) {
            assert_eq!(again.expose(), url.expose());
            assert!(!again.had_blanks());
        }
        if let Ok(next) = Url::following(&mut other, second, &phone, &url) {
            assert!(next.scheme() == url.scheme() || next.scheme() == hotdesk_core::emapp::Scheme::Https);
        }
        let before = url.expose().to_owned();
        match url.push_secret(second, Secret::from(PIN)) {
            Ok(()) => {
                assert!(!format!("{url}{url:?}").contains(PIN));
                let name = Text::from(second).chars().collect::<String>();
                let name = name.trim_matches([' ', '\t', '\r', '\n']);
                let query = Query::of_target(url.expose_target());
                let last = query.parameters().last().expect("one was added");
                assert_eq!((last.0.to_string().trim(), last.1.to_string().as_str()), (name.trim(), PIN));
                let mut out = [7; 1024];
                let length = url.write_get(&mut out, "en").expect("a URL is within its bound");
                assert!(out[..length].ends_with(b"\r\n\r\n"));
                assert_eq!(out[..length].iter().filter(|byte| **byte == b'\n').count(), 7);
            }
            Err(_) => assert_eq!(url.expose(), before),
        }
    }
    assert!(buffer.iter().all(|byte| *byte == 0), "the URL is left in memory");
    let query = Query::new(&text);
    let found = query.parameters().count();
    assert!(found <= 1 + text.matches('&').count());
    for (name, _) in query.parameters().take(20) {
        assert!(query.get(&name.to_string()).is_some());
    }
    let _ = (query.device_name(), query.user_id(), query.pin(), query.is_emcc(), query.login_type());
    let _ = (
        query.profile(),
        query.is_logout(),
        query.is_headset_based(),
        query.is_refresh(),
        query.has_blanks(),
    );
    let refresh = Refresh::parse(&text);
    assert_ne!(refresh.seconds, Some(0));
    assert_eq!(ContentType::parse(&text), ContentType::parse(&text.to_ascii_uppercase()));
    for preference in Preferences::parse(&text) {
        assert!(!preference.name.is_empty() && preference.quality <= 1000);
    }
    let best = Preferences::parse(&text).best(&["en", "de"]);
    assert!(best.is_none_or(|best| best == "en" || best == "de"));
}

/// Compares with quick-xml: what the core reads, quick-xml reads as well-formed, and each text of the message is a text
/// or an attribute that quick-xml found.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn quick_xml(input: &[u8]) {
    let Ok(message) = Message::parse(input) else { return };
    let mut found = values(input, matches!(message, Message::Response(_)));
    for text in texts(&message) {
        if text.is_empty() {
            // The text of a failure may be empty; an empty element gives quick-xml nothing to find.
            continue;
        }
        let place = found.iter().position(|value| value.is(&text));
        let place = place.unwrap_or_else(|| panic!("quick-xml has no {text:?}, only {found:?}"));
        found.swap_remove(place);
    }
}

/// Compares the core's two tokenizers: both read a document, with the same values, or both refuse it.
///
/// # Panics
///
/// Panics if the two differ.
pub fn tokenizers(input: &[u8]) {
    use hotdesk_core_xmlparser as other;

    match (Message::parse(input), other::Message::parse(input)) {
        (Ok(message), Ok(same)) => {
            assert_eq!(format!("{message:?}"), format!("{same:?}"));
            // Secrets are masked above; what is written holds them.
            let length = message.encoded_len();
            assert_eq!(format!("{length:?}"), format!("{:?}", same.encoded_len()));
            if let Ok(length) = length {
                let (mut one, mut two) = (vec![0; length], vec![0; length]);
                assert_eq!(message.encode(&mut one), Ok(length));
                assert_eq!(same.encode(&mut two), Ok(length));
                assert_eq!(one, two);
            }
        }
        // Of several errors in one document each may report another one first.
        (Err(_), Err(_)) => {}
        (one, two) => panic!("only one of two tokenizers refuses: {one:?}, {two:?}"),
    }
}

/// Compares the core's two readers: the optimistic one, which hands on what it does not read, and the careful one alone.
/// Both read a document, with the same values, or both refuse it, for the same reason at the same place.
///
/// # Panics
///
/// Panics if the two differ.
pub fn readers(input: &[u8]) {
    use hotdesk_core_careful as careful;

    assert_eq!(written(Request::parse(input)), careful_written(careful::Request::parse(input)));
    assert_eq!(written(Query::parse(input)), careful_written(careful::Query::parse(input)));
    assert_eq!(written(Response::parse(input)), careful_written(careful::Response::parse(input)));
    assert_eq!(written(Message::parse(input)), careful_written(careful::Message::parse(input)));
}

macro_rules! written {
    ($function:ident, $core:ident) => {
        /// What was read, as text and as it is written again, where secrets are not masked; or the refusal.
        fn $function<'a, M>(read: Result<M, $core::Error>) -> String
        where
            M: Copy + core::fmt::Debug + Into<$core::Message<'a>>,
        {
            let Ok(message) = read else { return format!("{read:?}") };
            let mut buffer = vec![0; message.into().encoded_len().unwrap_or(0)];
            let length = message.into().encode(&mut buffer);
            format!("{message:?} {length:?} {}", String::from_utf8_lossy(&buffer))
        }
    };
}

written!(written, hotdesk_core);
written!(careful_written, hotdesk_core_careful);
