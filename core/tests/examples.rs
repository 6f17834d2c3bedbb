//! The examples, against a service on this machine.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use hotdesk_core::http::{RequestReader, Status, write_response};
use hotdesk_core::session::Deadlines;
use hotdesk_core::{Message, form};

#[allow(dead_code, reason = "a test calls what main does")]
#[path = "../examples/login.rs"]
mod login;
#[cfg(feature = "compact")]
#[allow(dead_code, reason = "a test calls what main does")]
#[path = "../examples/pieces.rs"]
mod pieces;

/// Reads a request and returns the message in it.
fn read(stream: &mut TcpStream) -> String {
    let mut buffer = [0; 4096];
    let mut reader = RequestReader::new(&mut buffer);
    let mut byte = [0];
    while reader.request().is_none() {
        assert_eq!(std::io::Read::read(stream, &mut byte).unwrap(), 1, "the request was cut short");
        reader.receive(&byte).unwrap();
    }
    let mut body = reader.request().unwrap().body.to_vec();
    let document = form::decode(&mut body).unwrap();
    match Message::parse(document).unwrap() {
        Message::Request(request) => format!("{:?}", request.operation),
        Message::Query(query) => format!("{:?}", query.operation),
        other => panic!("{other:?}"),
    }
}

/// Answers one connection after the other; an answer of `None` closes it without sending anything. Returns the address
/// it listens on and a handle that yields what it received.
fn service(answers: &'static [Option<&'static str>]) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = thread::spawn(move || {
        let mut seen = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            seen.push(read(&mut stream));
            if let Some(answer) = answer {
                let mut out = [0; 2048];
                let length = write_response(&mut out, Status::OK, "text/xml", answer.as_bytes()).unwrap();
                // In segments with arbitrary boundaries.
                out[..length].chunks(7).for_each(|segment| stream.write_all(segment).unwrap());
            }
        }
        seen
    });
    (address, served)
}

/// Returns an address on which nothing listens.
fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn deadlines() -> Deadlines {
    let second = Duration::from_secs(1);
    Deadlines { connect: 10 * second, first_byte: 20 * second, answer: 30 * second }
}

#[test]
fn the_login_goes_to_the_second_service_if_the_first_is_down() {
    let (second, served) = service(&[Some("<response><success/></response>")]);
    let said = login::log_in("SEP1", "john", "12345", &[nobody(), second], deadlines()).unwrap();
    assert_eq!(said, "john is logged in on SEP1");
    let seen = served.join().unwrap();
    assert!(seen[0].contains("SEP1") && seen[0].contains("john"), "{seen:?}");
}

#[test]
fn the_login_says_what_the_service_refuses() {
    const REFUSED: &str = "<response><failure><error code='12'>Invalid PIN</error></failure></response>";
    let (address, served) = service(&[Some(REFUSED)]);
    let said = login::log_in("SEP1", "john", "0", std::slice::from_ref(&address), deadlines()).unwrap();
    assert_eq!(said, format!("refused by {address}: Invalid PIN"));
    served.join().unwrap();
}

#[test]
fn a_lost_answer_to_the_login_is_followed_by_a_query() {
    const LOGGED_IN: &str = "<response><deviceUserResults><device name='SEP1'><userID>john</userID><none/></device>\
                     </deviceUserResults></response>";
    let (address, served) = service(&[None, Some(LOGGED_IN)]);
    let said = login::log_in("SEP1", "john", "12345", &[address], deadlines()).unwrap();
    assert_eq!(said, "john is logged in on SEP1, although the answer was lost");
    let seen = served.join().unwrap();
    assert!(seen[0].starts_with("Login") && seen[1].starts_with("DeviceUserQuery"), "{seen:?}");
}

#[test]
#[cfg(feature = "compact")]
fn profiles_are_printed_as_they_arrive() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut document = String::from("<response><deviceProfileResults><user id='john'>");
        for row in 0..200 {
            document += &format!(
                "<deviceProfile><deviceProfileName>P{row}</deviceProfileName>\
                 <isDefaultDeviceProfile>{}</isDefaultDeviceProfile></deviceProfile>",
                if row == 3 { "t" } else { "f" }
            );
        }
        document += "</user></deviceProfileResults></response>";
        document.as_bytes().chunks(11).for_each(|segment| stream.write_all(segment).unwrap());
    });
    let mut lines = Vec::new();
    pieces::print_profiles(stream, |line| lines.push(line)).unwrap();
    served.join().unwrap();
    assert_eq!(lines.len(), 201);
    assert_eq!((lines[0].as_str(), lines[4].as_str()), ("john:", "  P3 (default)"));

    let cut = b"<response><deviceProfileResults><user id='john'>".as_slice();
    let error = pieces::print_profiles(cut, |_| {}).unwrap_err();
    assert_eq!(error.to_string(), "the document ends too early; send all of it");
}
