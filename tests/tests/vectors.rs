//! Every vector through the decode function over each of the core's tokenizers; and a check that the index of the
//! vectors is complete.

use std::collections::BTreeSet;

use hotdesk_bindings::decode;
use hotdesk_tests::{Vector, files, index, rules, vectors};

/// Makes a function that returns what decode says, in the form that the vectors' JSON has.
macro_rules! outcome {
    ($name:ident, $core:ident, $bindings:ident) => {
        fn $name(vector: &Vector) -> String {
            let mut body = vector.input.clone();
            let document = if vector.is_form() {
                match $core::form::decode(&mut body) {
                    Ok(document) => document,
                    Err(error) => return refused(error.line_column(&vector.input), &error.to_string()),
                }
            } else {
                &vector.input
            };
            match $bindings::decode(document) {
                Ok(json) => json,
                Err(refusal) => refused((refusal.line, refusal.column), &refusal.message),
            }
        }
    };
}

outcome!(over_compact, hotdesk_core, hotdesk_bindings);
outcome!(over_xmlparser, hotdesk_core_xmlparser, hotdesk_bindings_xmlparser);

fn refused((line, column): (usize, usize), message: &str) -> String {
    // The only escape that a message needs is that of a quote, and Debug writes it as JSON does.
    format!(r#"{{"refused":{{"line":{line},"column":{column},"message":{message:?}}}}}"#)
}

/// Runs every vector; the values and the refusals must be those of its JSON, to the letter.
fn decode_to_their_json(outcome: fn(&Vector) -> String) {
    let vectors = vectors();
    let failures: Vec<String> = vectors
        .iter()
        .map(|vector| (vector, outcome(vector)))
        .filter(|(vector, got)| *got != vector.expected)
        .map(|(vector, got)| format!("{}\n  expected {}\n  got      {got}", vector.path, vector.expected))
        .collect();
    assert!(failures.is_empty(), "{} of {} vectors:\n{}", failures.len(), vectors.len(), failures.join("\n"));
}

#[test]
fn every_vector_decodes_to_its_json() {
    decode_to_their_json(over_compact);
}

#[test]
fn every_vector_decodes_to_its_json_over_xmlparser() {
    decode_to_their_json(over_xmlparser);
}

#[test]
fn the_index_names_every_vector_and_nothing_else() {
    let messages: BTreeSet<String> = files().into_iter().filter(|path| !path.ends_with(".json")).collect();
    let indexed: BTreeSet<String> = index().into_keys().collect();
    let missing: Vec<_> = messages.difference(&indexed).collect();
    let without_file: Vec<_> = indexed.difference(&messages).collect();
    assert!(missing.is_empty(), "not in index.toml: {missing:?}");
    assert!(without_file.is_empty(), "in index.toml without a file: {without_file:?}");
}

#[test]
fn every_expectation_stands_beside_a_message() {
    let files: BTreeSet<String> = files().into_iter().collect();
    for json in files.iter().filter(|path| path.ends_with(".json")) {
        let stem = json.trim_end_matches("json");
        let beside = ["xml", "form"].iter().filter(|ext| files.contains(&format!("{stem}{ext}"))).count();
        assert_eq!(beside, 1, "{json} stands beside {beside} messages");
    }
}

#[test]
fn every_vector_says_what_it_shows_and_where_it_comes_from() {
    let rules = rules();
    for (path, table) in index() {
        let text = |key: &str| table.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        assert!(!text("about").is_empty(), "{path}: no about");
        assert!(!text("source").is_empty(), "{path}: no source");
        for rule in text("rule").split(", ") {
            assert!(rules.contains(rule), "{path}: PROTOCOL.md has no rule {rule:?}");
        }
        for key in table.keys() {
            assert!(
                ["about", "source", "rule", "strict"].contains(&key.as_str()),
                "{path}: unknown key {key}"
            );
        }
    }
}

#[test]
fn every_request_and_query_says_whether_a_strict_server_takes_it() {
    for vector in vectors().into_iter().filter(|v| ["requests", "queries"].contains(&v.group())) {
        let strict = index().get(&vector.path).and_then(|table| table.get("strict")?.as_bool());
        assert!(strict.is_some(), "{}: no strict", vector.path);
    }
}

#[test]
fn a_megabyte_of_open_tags_is_refused_with_a_position() {
    let refusal = decode("<a>".repeat(350_000).as_bytes()).expect_err("no message");
    assert_eq!((refusal.line, refusal.column), (1, 1), "{refusal:?}");
    let nested = format!("<request>{}", "<a>".repeat(350_000));
    let refusal = decode(nested.as_bytes()).expect_err("no message");
    assert_eq!((refusal.line, refusal.column), (1, 31), "the ninth level: {refusal:?}");
}
