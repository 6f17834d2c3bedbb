//! What must hold for any bytes. The fuzz targets run these checks, and so do the tests that change vectors at random.
//!
//! Each check takes one input and panics if the core breaks a promise. No check may draw random numbers: the same input
//! always has the same outcome.

mod logs;
mod phone;
mod session;
mod vip;

use hotdesk_bindings::decode;
use hotdesk_core::http::{self, RequestError, RequestReader, ResponseReader, Status};
use hotdesk_core::{Error, Message, Query, Refusal, Request, Response, form};

pub use self::logs::logs;
pub use self::phone::{emapp, object, object_at_every_split, phone_file, phone_file_at_every_split};
pub use self::session::session;
pub use self::vip::vip;

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
