//! Traces as vectors: the lines of public ones, and for each sequence that tells a problem a near one that does not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use hotdesk_bindings::logs::{Filter, Options, Traces};
use hotdesk_tests::logs::{LogVector, log_vectors, told};
use serde_json::Value;

/// Returns where `found` lacks what `expected` has. Lists must have the same length.
fn lacks(expected: &Value, found: &Value, place: &str) -> Vec<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => expected
            .iter()
            .flat_map(|(key, value)| {
                lacks(
                    value,
                    found.get(key).unwrap_or(&Value::String("(absent)".into())),
                    &format!("{place}.{key}"),
                )
            })
            .collect(),
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            let pairs = expected.iter().zip(found).enumerate();
            pairs
                .flat_map(|(at, (expected, found))| lacks(expected, found, &format!("{place}[{at}]")))
                .collect()
        }
        _ if expected == found => Vec::new(),
        _ => vec![format!("{place}: expected {expected}, found {found}")],
    }
}

/// A number stands for a row with this code; null for one without.
fn check(vector: &LogVector) -> Vec<String> {
    let (stories, summary) = told(vector.log.as_bytes(), usize::MAX, 1000);
    let found = Value::Array(stories.iter().map(|story| serde_json::from_str(story).unwrap()).collect());
    let mut wrong = lacks(&vector.told, &found, "told");
    if let Some(expected) = &vector.summary {
        let summary: Value = serde_json::from_str(&summary).unwrap();
        wrong.extend(lacks(expected, &summary["summary"], "summary"));
    }
    if !wrong.is_empty() {
        wrong.push(found.to_string());
    }
    wrong
}

fn check_all(file: &str) {
    let vectors = log_vectors(file);
    let wrong: Vec<String> = vectors
        .iter()
        .flat_map(|vector| check(vector).into_iter().map(|wrong| format!("{}: {wrong}", vector.name)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_lines_of_public_traces_are_read() {
    assert_eq!(log_vectors("samples.toml").len(), 16);
    check_all("samples.toml");
}

#[test]
fn each_sequence_is_told_and_none_that_is_only_near() {
    check_all("rows.toml");
}

#[test]
fn pieces_of_any_size_tell_the_same() {
    for vector in log_vectors("rows.toml") {
        let whole = told(vector.log.as_bytes(), usize::MAX, 1000);
        for size in [1, 7, 64, 1000] {
            assert_eq!(told(vector.log.as_bytes(), size, 1000), whole, "{} in pieces of {size}", vector.name);
        }
    }
}

#[test]
fn a_log_that_is_made_anew_ends_its_last_line_and_is_counted_from_its_start() {
    let text = |user: &str| {
        let request = "EMApp Request parameters: Logout=null Device Name=SEP1 User Id=";
        format!("2018-04-14 08:00:00,000 INFO  [t] EMAppServlet - {request}{user} Device Profile=null\n")
    };
    let mut traces = Traces::new(Options { filter: Filter::default(), open: 10 });
    let source = traces.add("emapp.log", "emapp", 0, None);
    assert_eq!(traces.wants(), Some(source));
    traces.feed(source, format!("{}no layout at", text("abaker")).as_bytes());
    assert_eq!(traces.wants(), Some(source));
    traces.rest(source);
    assert_eq!(traces.wants(), None);
    traces.renew(source);
    traces.feed(source, format!("all\n{}", text("bclark")).as_bytes());
    assert_eq!(traces.wants(), Some(source));
    traces.finish(source);
    assert_eq!(traces.wants(), None);
    traces.end();
    let stories: Vec<Value> =
        traces.stories().iter().map(|story| serde_json::from_str(story).unwrap()).collect();
    let told: Vec<_> = stories.iter().map(|story| (&story["user"], &story["line"])).collect();
    assert_eq!(told, [(&"abaker".into(), &"emapp.log:1".into()), (&"bclark".into(), &"emapp.log:2".into())]);
    let summary: Value = serde_json::from_str(&traces.summary()).unwrap();
    let lines = &summary["summary"]["lines"]["notUnderstood"]["lines"];
    assert_eq!(lines, &serde_json::json!(["emapp.log:2", "emapp.log:1"]));
}

#[test]
fn a_secret_stays_hidden_where_the_tag_of_an_error_was_torn() {
    let request = "2018-04-14 08:00:00,000 INFO  [t] EMAppServlet - EMApp Request parameters: Logout=null \
                   Device Name=SEP1 User Id=abaker Device Profile=null";
    for (torn, text) in [
        ("<error code18 aCertificate>geheim 1</error>", "***"),
        ("<error code=\"18\" appCertificate>geheim 1</error>", "***"),
        ("<error code=\"18\">Somebody else, seq=geheim</error>", "Somebody else, seq=***"),
        ("<error code=\"18\"> Somebody else: SEP1 </error>", "Somebody else: SEP1"),
    ] {
        let (stories, summary) = told(format!("{request}\n{torn}\n").as_bytes(), usize::MAX, 10);
        let [story] = stories.as_slice() else { panic!("{torn}: {stories:?}") };
        assert!(!format!("{story}{summary}").contains("geheim"), "{torn}: {story}");
        let story: Value = serde_json::from_str(story).unwrap();
        assert_eq!((&story["text"], &story["code"]["number"]), (&text.into(), &18.into()), "{torn}");
    }
}

#[test]
fn collapsed_blanks_empty_lines_and_notes_change_nothing() {
    for vector in log_vectors("rows.toml").into_iter().filter(|vector| !vector.name.contains("blank")) {
        let collapse = |line: &str| line.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        let copied: String = vector
            .log
            .lines()
            .map(|line| format!("{}\n\n ##### 13:32:27,814 a note\n", collapse(line)))
            .collect();
        let copied = LogVector { log: copied, summary: None, ..without_places(vector) };
        let wrong = check(&copied);
        assert!(wrong.is_empty(), "{}: {}", copied.name, wrong.join("\n"));
    }
}

/// Drops the numbers of lines, which other lines in between change.
fn without_places(mut vector: LogVector) -> LogVector {
    for story in vector.told.as_array_mut().unwrap() {
        for cause in story.get_mut("causes").and_then(Value::as_array_mut).into_iter().flatten() {
            cause.as_object_mut().unwrap().remove("lines");
        }
    }
    vector
}
