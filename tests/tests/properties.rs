//! Properties of the core over random messages and over bytes that are no messages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use hotdesk_core::{AppCertificate, Error, Message, Operation, form};
use hotdesk_tests::messages::{Sample, certificate, name, sample};
use hotdesk_tests::{Vector, checks, encode, good_documents, vectors};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A change to a document: what a broken peer, a cut connection or an attacker does to one.
#[derive(Debug, Clone)]
enum Change {
    Cut(Index),
    Drop(Index, Index),
    Repeat(Index, Index),
    Replace(Index, u8),
    Insert(Index, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let tokens = vec![
        "<",
        ">",
        "/>",
        "</",
        "&",
        "&amp;",
        "&#0;",
        "&#x10FFFF;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE a>",
        "<?xml version='1.0'?>",
        "\"",
        "'",
        "=",
        " ",
        "\0",
        "\u{feff}",
        "%",
        "%C3",
        "<none/>",
        "<userID>x</userID>",
        "<a>",
        "</a>",
        " code=\"1\"",
        "\r",
        "ü",
    ];
    let index = any::<Index>;
    prop_oneof![
        index().prop_map(Change::Cut),
        (index(), index()).prop_map(|(a, b)| Change::Drop(a, b)),
        (index(), index()).prop_map(|(a, b)| Change::Repeat(a, b)),
        (index(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (index(), select(tokens)).prop_map(|(at, token)| Change::Insert(at, token)),
    ]
}

fn apply(document: &mut Vec<u8>, change: &Change) {
    let place = |at: &Index, document: &[u8]| at.index(document.len() + 1);
    let range = |a: &Index, b: &Index, document: &[u8]| {
        let (a, b) = (place(a, document), place(b, document));
        a.min(b)..a.max(b)
    };
    match change {
        Change::Cut(at) => document.truncate(place(at, document)),
        Change::Drop(a, b) => drop(document.drain(range(a, b, document))),
        Change::Repeat(a, b) => {
            let range = range(a, b, document);
            let piece = document[range.clone()].to_vec();
            document.splice(range.end..range.end, piece);
        }
        Change::Replace(at, byte) if !document.is_empty() => {
            let at = at.index(document.len());
            document[at] = *byte;
        }
        Change::Replace(..) => {}
        Change::Insert(at, token) => {
            let at = place(at, document);
            document.splice(at..at, token.bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_message_survives_encode_and_parse(sample in sample()) {
        sample.view(|message| {
            let encoded = encode(message);
            prop_assert_eq!(&Message::parse(&encoded).unwrap(), message);
            prop_assert_eq!(encode(&Message::parse(&encoded).unwrap()), encoded);
            Ok(())
        })?;
    }

    #[test]
    fn any_message_survives_the_form(sample in sample()) {
        sample.view(|message| {
            let mut body = vec![0; message.form_len().unwrap()];
            let length = message.encode_form(&mut body).unwrap();
            prop_assert_eq!(length, body.len(), "form_len and encode_form differ");
            prop_assert!(body.is_ascii() && body.starts_with(b"xml="));
            let document = encode(message);
            prop_assert_eq!(form::decode(&mut body).unwrap(), document.as_slice());
            Ok(())
        })?;
    }

    #[test]
    fn a_buffer_too_small_is_told_the_size_and_keeps_nothing(sample in sample(), at in any::<Index>()) {
        sample.view(|message| {
            let needed = message.encoded_len().unwrap();
            let mut out = vec![0; at.index(needed)];
            prop_assert_eq!(message.encode(&mut out), Err(Error::BufferTooSmall { needed }));
            prop_assert!(out.iter().all(|byte| *byte == 0), "part of a message is left in the buffer");
            let needed = message.form_len().unwrap();
            let mut out = vec![0; at.index(needed)];
            prop_assert_eq!(message.encode_form(&mut out), Err(Error::BufferTooSmall { needed }));
            prop_assert!(out.iter().all(|byte| *byte == 0), "part of a message is left in the buffer");
            Ok(())
        })?;
    }

    #[test]
    fn any_name_and_certificate_reach_the_reader_unchanged(
        id in name(), secret in certificate(), device in name(), user in name(), profile in name(),
    ) {
        let sample = Sample::Login {
            app: (id.clone(), secret.clone(), false),
            device: device.clone(),
            user: user.clone(),
            profile: Some(profile.clone()),
            duration: None,
            rest: (None, None, None),
        };
        let encoded = sample.view(encode);
        let Ok(Message::Request(request)) = Message::parse(&encoded) else { panic!("no request") };
        let Operation::Login(login) = request.operation else { panic!("no login") };
        let AppCertificate::Plain(certificate) = request.app.certificate else { panic!("encrypted") };
        prop_assert_eq!(request.app.id.to_string(), id);
        prop_assert_eq!(certificate.expose().to_string(), secret);
        prop_assert_eq!(login.device_name.to_string(), device);
        prop_assert_eq!(login.user_id.to_string(), user);
        prop_assert_eq!(login.device_profile.map(|profile| profile.to_string()), Some(profile));
    }

    #[test]
    fn a_secret_is_in_no_debug_output(digits in "[0-9]{8,12}", user in name()) {
        let sample = Sample::Login {
            app: (user.clone(), digits.clone(), false),
            device: "SEP".to_owned(),
            user: "john".to_owned(),
            profile: None,
            duration: None,
            rest: (None, None, None),
        };
        prop_assume!(!user.contains(&digits));
        let shown = sample.view(|message| format!("{message:?} {message:#?}"));
        prop_assert!(!shown.contains(&digits), "{}", shown);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(document in proptest::collection::vec(any::<u8>(), 0..256)) {
        checks::document(&document);
    }

    #[test]
    fn no_change_to_a_vector_makes_the_reader_panic(
        vector in select(documents()), changes in proptest::collection::vec(change(), 1..4),
    ) {
        let mut document = vector.input;
        for change in &changes {
            apply(&mut document, change);
        }
        checks::document(&document);
    }

    #[test]
    fn no_bytes_make_the_form_reader_panic(mut body in proptest::collection::vec(any::<u8>(), 0..256)) {
        let length = body.len();
        match form::decode(&mut body) {
            Ok(document) => prop_assert!(document.len() <= length),
            Err(error) => prop_assert!(error.position().is_some_and(|position| position <= length)),
        }
    }
}

fn documents() -> Vec<Vector> {
    vectors().into_iter().filter(|vector| !vector.is_form()).collect()
}

#[test]
fn every_prefix_of_a_message_is_refused_at_its_end_or_before() {
    for vector in good_documents().iter().filter(|vector| vector.group() == "samples") {
        for length in 0..vector.input.len() {
            let prefix = &vector.input[..length];
            let error = Message::parse(prefix).expect_err("a cut document");
            assert!(error.position().unwrap() <= length, "{} cut at {length}", vector.path);
        }
    }
}
