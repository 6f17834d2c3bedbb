//! IP phone XML: every object at its limits and one over, strictly and leniently, whole and in pieces, read and written; the
//! objects of public servers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod kinds;
mod limits;
mod uris;
mod writing;

use std::collections::BTreeSet;

use hotdesk_core::phonexml::{Mode, Object};
use hotdesk_core::{Error, Refusal};
use hotdesk_tests::objects::json;
use hotdesk_tests::{OBJECTS, checks, index_of, rules, vectors_of};

/// Reads an object leniently; a strict reader takes it, too.
#[track_caller]
fn good(xml: &str) -> Object<'_> {
    let parsed = Object::parse(xml.as_bytes(), Mode::Strict).unwrap_or_else(|error| panic!("{error}: {xml}"));
    checks::object(xml.as_bytes());
    parsed.object
}

/// Reads an object that only a lenient reader takes, for this reason at this text.
#[track_caller]
fn tolerated<'a>(xml: &'a str, expected: Refusal, at: &str) -> Object<'a> {
    let parsed =
        Object::parse(xml.as_bytes(), Mode::Lenient).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let place = xml.rfind(at).unwrap();
    assert_eq!(parsed.tolerated, Some(Error::Refused { reason: expected, position: place }), "{xml}");
    checks::object(xml.as_bytes());
    parsed.object
}

/// An object that no reader takes, for this reason at this text.
#[track_caller]
fn refused(xml: &str, expected: Refusal, at: &str) {
    let error = Object::parse(xml.as_bytes(), Mode::Lenient).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::Refused { reason: expected, position: xml.rfind(at).unwrap() }, "{xml}");
    checks::object(xml.as_bytes());
}

#[test]
fn every_object_on_disk_reads_as_its_json_says_whole_and_in_pieces() {
    for vector in vectors_of(OBJECTS) {
        assert_eq!(json(&vector.input), vector.expected, "{}", vector.path);
        assert_eq!(vector.is_refused(), vector.path.starts_with("refused/"), "{}", vector.path);
        checks::object_at_every_split(&vector.input);
    }
}

#[test]
fn the_index_names_every_object_what_it_shows_and_where_it_comes_from() {
    let rules = rules();
    let files: BTreeSet<String> = vectors_of(OBJECTS).into_iter().map(|vector| vector.path).collect();
    assert_eq!(index_of(OBJECTS).into_keys().collect::<BTreeSet<_>>(), files);
    for (path, table) in index_of(OBJECTS) {
        let text = |key: &str| table.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        assert!(!text("about").is_empty() && !text("source").is_empty(), "{path}");
        for rule in text("rule").split(", ") {
            assert!(rules.contains(rule), "{path}: PROTOCOL.md has no rule {rule:?}");
        }
    }
}
