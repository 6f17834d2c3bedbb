//! A query whose answer is read in pieces: longer than the buffer, in any framing and segments, past services that fail.

use std::time::Duration;

use hotdesk_core::session::{Deadlines, ExchangeFailure, Next, Outcome, Plan, Retry, Session, SessionError};
use hotdesk_core::{Piece, PieceReader, http};

const NOW: Duration = Duration::ZERO;
const BUFFER: usize = 2048;
const SUCCESS: &str = "<response><success/></response>";

fn plan(services: usize) -> Plan {
    Plan { services, deadlines: Deadlines::default(), retry: Retry::ONCE, seed: 1 }
}

/// The profiles of one user: 140 kB for a thousand.
fn profiles(count: usize) -> String {
    let mut rows = String::new();
    for number in 0..count {
        rows += &format!(
            "<deviceProfile>\n<deviceProfileName>UDP &amp; {number}</deviceProfileName>\n\
             <isDefaultDeviceProfile>f</isDefaultDeviceProfile>\n</deviceProfile>\n"
        );
    }
    format!(
        "<response><deviceProfileResults><user id='john'>{rows}</user></deviceProfileResults></response>\n"
    )
}

fn failure(code: u16) -> String {
    format!("<response><failure><error code='{code}'>no</error></failure></response>")
}

fn with_length(document: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{document}", document.len()).into_bytes()
}

fn until_closed(document: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n\r\n{document}").into_bytes()
}

fn chunked(document: &str) -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in document.as_bytes().chunks(5000) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

/// What a reader of the whole document hands out.
fn expected(document: &str) -> Vec<String> {
    let mut window = vec![0; BUFFER];
    let mut reader = PieceReader::new(&mut window);
    let mut rest = document.as_bytes();
    let mut pieces = Vec::new();
    loop {
        match reader.next().unwrap() {
            Piece::More if rest.is_empty() => reader.end(),
            Piece::More => rest = &rest[reader.feed(rest)..],
            piece => pieces.push(format!("{piece:?}")),
        }
        if pieces.last().is_some_and(|last| last == "End") {
            return pieces;
        }
    }
}

/// Runs a query past services that answer so, in segments of so many bytes; returns what the last one handed out.
fn run(plan: Plan, answers: &[Vec<u8>], segment: usize) -> (Vec<String>, String) {
    let (mut out, mut buffer) = ([0; 16], [0; BUFFER]);
    let mut session = Session::start_in_pieces(plan, &mut out, &mut buffer, NOW);
    let mut answers = answers.iter();
    let mut pieces: Vec<String> = Vec::new();
    loop {
        match session.next() {
            Next::Connect { .. } => {
                pieces.clear();
                session.connected(NOW);
            }
            Next::Write { .. } => session.write(|out| Ok::<_, ()>(out.len())).unwrap(),
            Next::Exchange => {
                let sent = session.outgoing().len();
                session.sent(sent);
                let mut on_piece = |piece: Piece<'_>| pieces.push(format!("{piece:?}"));
                for bytes in answers.next().unwrap().chunks(segment) {
                    session.received_in_pieces(bytes, NOW, &mut on_piece);
                }
                if session.next() == Next::Exchange {
                    session.closed_in_pieces(NOW, &mut on_piece);
                }
            }
            Next::Wait => session.tick(session.deadline().unwrap()),
            Next::Done => break,
        }
    }
    assert_eq!(answers.next(), None, "every service was asked");
    (pieces, format!("{:?}", session.finish().unwrap()))
}

#[test]
fn rule_14_3_an_answer_longer_than_the_buffer_is_read_in_any_framing_and_segments() {
    let document = profiles(1000);
    assert!(document.len() > 50 * BUFFER);
    let expected = expected(&document);
    assert_eq!(expected.len(), 1003);
    let read = format!("{:?}", Outcome::Read { service: 0 });
    for answer in [with_length(&document), chunked(&document), until_closed(&document)] {
        for segment in [1, 127, 1460, answer.len()] {
            assert_eq!(
                run(plan(1), std::slice::from_ref(&answer), segment),
                (expected.clone(), read.clone()),
                "{segment}"
            );
        }
    }
}

#[test]
fn rule_14_3_what_a_service_that_fails_handed_out_is_void() {
    let document = profiles(20);
    let whole = with_length(&document);
    let cut = whole[..whole.len() / 2].to_vec();
    let expected = (expected(&document), format!("{:?}", Outcome::Read { service: 1 }));
    let refused = with_length(&document.replace("</deviceProfile>\n</user>", "</user>"));
    let status =
        [b"HTTP/1.1 503 Busy\r\nContent-Length: 9999\r\n\r\n".as_slice(), document.as_bytes()].concat();
    for first in [cut, refused, status, with_length(SUCCESS), with_length(""), b"SSH-2.0\r\n\r\n".to_vec()] {
        for segment in [1, 100, first.len()] {
            assert_eq!(run(plan(2), &[first.clone(), whole.clone()], segment), expected);
        }
    }
}

#[test]
fn rule_14_3_a_failure_is_an_answer_and_busy_is_tried_again() {
    let read = |service| format!("{:?}", Outcome::Read { service });
    let (pieces, outcome) = run(plan(2), &[with_length(&failure(6))], 7);
    assert!(pieces[0].contains("Failure"), "{pieces:?}");
    assert_eq!(outcome, read(0));

    let busy = Plan { retry: Retry { busy: 1, ..Retry::ONCE }, ..plan(1) };
    let document = profiles(3);
    let (pieces, outcome) = run(busy, &[with_length(&failure(26)), with_length(&document)], 50);
    assert_eq!((pieces, outcome), (expected(&document), read(0)));
}

#[test]
fn rule_14_3_a_refusal_says_where_as_for_the_whole_document() {
    let document = profiles(100).replace("UDP &amp; 99", "UDP & 99");
    let (_, outcome) = run(plan(1), &[with_length(&document)], 33);
    let error = hotdesk_core::Response::parse(document.as_bytes()).unwrap_err();
    let (line, column) = error.line_column(document.as_bytes());
    let unreadable = SessionError::Unreadable { error, line, column };
    assert_eq!(outcome, format!("{:?}", Outcome::Failed { service: Some(0), error: unreadable }));
}

#[test]
fn rule_14_3_no_more_than_the_head_must_fit() {
    let head = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(BUFFER));
    let (pieces, outcome) = run(plan(1), &[head.into_bytes()], 100);
    assert!(pieces.is_empty());
    let failed = ExchangeFailure::Http(http::Error::HeadTooLong { limit: BUFFER });
    assert!(outcome.contains(&format!("{failed:?}")), "{outcome}");
}
