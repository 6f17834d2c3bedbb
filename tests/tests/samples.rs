//! The sample messages of the Request Types Reference through the core in both directions.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use hotdesk_core::Message;
use hotdesk_tests::{Vector, encode, good_documents, vectors};

fn samples() -> Vec<Vector> {
    vectors().into_iter().filter(|vector| vector.group() == "samples").collect()
}

/// Removes the white space between tags, and nothing else.
fn without_layout(document: &[u8]) -> String {
    let text = std::str::from_utf8(document).unwrap();
    let mut out = String::new();
    for piece in text.split_inclusive('>') {
        out.push_str(if piece.trim_start().starts_with('<') { piece.trim_start() } else { piece });
    }
    out.trim_end().to_owned()
}

#[test]
fn there_are_twelve_samples() {
    assert_eq!(samples().len(), 12);
}

#[test]
fn a_sample_comes_back_byte_for_byte_but_for_white_space() {
    for sample in samples() {
        let message = Message::parse(&sample.input).unwrap();
        let encoded = String::from_utf8(encode(&message)).unwrap();
        assert_eq!(encoded, without_layout(&sample.input), "{}", sample.path);
    }
}

#[test]
fn what_was_parsed_encodes_and_parses_to_the_same() {
    for vector in good_documents() {
        let message = Message::parse(&vector.input).unwrap();
        let encoded = encode(&message);
        assert_eq!(Message::parse(&encoded).unwrap(), message, "{}", vector.path);
        assert_eq!(encode(&Message::parse(&encoded).unwrap()), encoded, "{}", vector.path);
    }
}

#[test]
fn a_certificate_keeps_its_blanks_and_is_masked() {
    let vector =
        vectors().into_iter().find(|v| v.path == "requests/login-certificate-with-blanks.xml").unwrap();
    let Message::Request(request) = Message::parse(&vector.input).unwrap() else { panic!("no request") };
    let hotdesk_core::AppCertificate::Plain(secret) = request.app.certificate else { panic!("encrypted") };
    assert_eq!(secret.expose(), " p w ");
    assert_eq!(request.app.id, "appid");
    assert!(!format!("{request:?}").contains("p w"));
}

#[test]
fn no_refusal_repeats_the_certificate() {
    for vector in vectors().into_iter().filter(Vector::is_refused) {
        assert!(!vector.expected.contains("secret"), "{}", vector.path);
    }
}
