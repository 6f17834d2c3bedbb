//! `hotdesk-bench CASE ITERATIONS`: runs one case so many times, for an instruction counter around it.
//!
//! The instructions of one iteration are the difference of two runs, so that nothing of the start counts. Without
//! arguments it prints each case with its bytes and allocations. It must never measure time: a machine's load is in it.

mod allocations;
mod messages;
mod peers;

use std::hint::black_box;
use std::process::ExitCode;

use hotdesk_core::{Message, Response, UserDevicesStatus, UserProfilesStatus, form};
use messages::SAMPLES;

/// One thing to run: its name, how many bytes one iteration reads or writes, and the iteration.
struct Case {
    name: &'static str,
    bytes: usize,
    run: Box<dyn FnMut()>,
}

fn case(name: &'static str, bytes: usize, run: impl FnMut() + 'static) -> Case {
    Case { name, bytes, run: Box::new(run) }
}

/// A case over the twelve samples.
fn samples<T: 'static>(name: &'static str, read: fn(messages::Kind, &'static str) -> T) -> Case {
    let bytes = SAMPLES.iter().map(|(_, text)| text.len()).sum();
    case(name, bytes, move || {
        for (kind, text) in SAMPLES {
            keep(read(*kind, black_box(text)));
        }
    })
}

fn cases() -> Vec<Case> {
    let mut all = vec![
        samples("parse/from_utf8", |_, text| std::str::from_utf8(text.as_bytes()).is_ok()),
        samples("parse/scan", |_, text| scan(text.as_bytes())),
        samples("parse/hotdesk", |_, text| Message::parse(text.as_bytes())),
        samples("parse/hotdesk, every row read", |_, text| read_rows(text.as_bytes())),
        samples("parse/hotdesk over xmlparser", |_, text| {
            hotdesk_core_xmlparser::Message::parse(text.as_bytes())
        }),
        samples("parse/xmlparser tokens", |_, text| peers::xmlparser_tokens(text)),
        samples("parse/quick-xml events", |_, text| peers::quick_xml_events(text)),
        samples("parse/quick-xml Reader", |_, text| peers::quick_xml_reader(text)),
        samples("parse/quick-xml serde", peers::quick_xml_serde),
        samples("parse/roxmltree", |_, text| peers::roxmltree(text)),
        samples("parse/serde-xml-rs", peers::serde_xml_rs),
    ];
    for (name, rows) in [("rows/10", 10), ("rows/1000", 1000)] {
        let text = messages::profiles(rows);
        all.push(case(name, text.len(), move || keep(Message::parse(black_box(text.as_bytes())))));
    }
    all.extend(encoding());
    all.extend(forms());
    all
}

/// The least that any reader of the messages does: checks UTF-8, and looks at each byte for markup.
#[inline(never)]
fn scan(bytes: &[u8]) -> Option<usize> {
    std::str::from_utf8(bytes).ok()?;
    let mut last = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(byte, b'<' | b'>' | b'&') {
            // A reader does something with each place; without this the compiler looks at sixteen bytes at a time.
            last = black_box(at);
        }
    }
    Some(last)
}

/// Uses a value up where the compiler cannot see it.
fn keep<T>(value: T) {
    let _ = black_box(value);
}

/// Parses, and then takes each row of a list, which reads it a second time.
fn read_rows(document: &[u8]) {
    let message = Message::parse(document).expect("the samples are read");
    let Message::Response(response) = message else {
        return keep(message);
    };
    match response {
        Response::DeviceUserResults(results) => results.devices.iter().for_each(keep),
        Response::UserDevicesResults(results) => {
            for user in results.users.iter() {
                if let UserDevicesStatus::LoggedIn(devices) = black_box(user).status {
                    devices.iter().for_each(keep);
                }
            }
        }
        Response::DeviceProfileResults(results) => {
            for user in results.users.iter() {
                if let UserProfilesStatus::Found(profiles) = black_box(user).status {
                    profiles.iter().for_each(keep);
                }
            }
        }
        other => keep(other),
    }
}

fn encoding() -> Vec<Case> {
    let mut buffer = [0; 1024];
    let length = messages::login().encode(&mut buffer).expect("a Login fits");
    let document = buffer[..length].to_vec();
    let body = messages::login().form_len().expect("a Login can be sent");
    let (login, mut to, mut other, mut form) = (messages::login(), [0; 1024], [0; 1024], [0; 1024]);
    let peer = peers::login();
    vec![
        case("encode/memcpy", length, move || {
            other[..length].copy_from_slice(black_box(&document));
            black_box(&mut other);
        }),
        case("encode/hotdesk", length, move || {
            keep(black_box(&login).encode(black_box(&mut to)));
        }),
        case("encode/hotdesk form", body, move || {
            keep(black_box(&login).encode_form(black_box(&mut form)));
        }),
        case("encode/quick-xml serde", length, move || {
            keep(quick_xml::se::to_string(black_box(&peer)));
        }),
    ]
}

/// The Login as a client posts it: decoding its form, and parsing the document that comes out.
fn forms() -> Vec<Case> {
    let mut body = [0; 1024];
    let length = messages::login().encode_form(&mut body).expect("a Login fits");
    let body = body[..length].to_vec();
    let mut decoded = body.clone();
    let document = form::decode(&mut decoded).expect("a form is decoded").to_vec();
    let (mut copy, mut to, from) = (body.clone(), body.clone(), body.clone());
    vec![
        case("form/copy", length, move || {
            copy.copy_from_slice(black_box(&from));
            black_box(&mut copy);
        }),
        // The decoder works in place, so it needs a fresh copy each time.
        case("form/copy and decode", length, move || {
            to.copy_from_slice(black_box(&body));
            keep(form::decode(black_box(&mut to)));
        }),
        case("form/parse", document.len(), move || keep(Message::parse(black_box(&document)))),
    ]
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.as_slice() {
        [] => {
            for mut case in cases() {
                // Once before counting: whatever is made at the first use is not charged to a message.
                (case.run)();
                println!("{}\t{}\t{}", case.name, case.bytes, allocations::during(&mut case.run));
            }
            ExitCode::SUCCESS
        }
        [name, iterations] => {
            let found = cases().into_iter().find(|case| case.name == name);
            let (Some(mut case), Ok(iterations)) = (found, iterations.parse::<usize>()) else {
                eprintln!("hotdesk-bench: no case {name:?}, or {iterations:?} is no number");
                return ExitCode::FAILURE;
            };
            (0..iterations).for_each(|_| (case.run)());
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: hotdesk-bench [CASE ITERATIONS]");
            ExitCode::FAILURE
        }
    }
}
