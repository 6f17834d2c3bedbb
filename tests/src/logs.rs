//! Traces as vectors, and what must be told of them; what a reader tells, to compare.

use std::fs;
use std::path::Path;

use hotdesk_bindings::logs::{Filter, Options, Traces, runs};

/// The name of every vector's source, as the places of lines have it.
pub const SOURCE: &str = "trace.log";

/// Lines of traces, and what must be told of them.
#[derive(Debug, Clone)]
pub struct LogVector {
    /// What it shows; `near: …` is one that must not be told as its neighbour.
    pub name: String,
    /// Where its lines come from.
    pub source: String,
    /// The lines.
    pub log: String,
    /// What must be told, one story after the other, as JSON: other keys may be there.
    pub told: serde_json::Value,
    /// The same of the summary.
    pub summary: Option<serde_json::Value>,
}

/// Reads `logs/samples.toml` or `logs/rows.toml`.
///
/// # Panics
///
/// Panics if a file cannot be read or lacks a key.
pub fn log_vectors(file: &str) -> Vec<LogVector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/logs").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let all: toml::Table = toml::from_str(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
    let vector = |vector: &toml::Value| {
        let text = |key: &str| vector.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let name = text("name").unwrap_or_else(|| panic!("{file}: a vector has no name"));
        let json = |key: &str| {
            text(key).map(|text| serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {key}: {e}")))
        };
        LogVector {
            source: text("source").unwrap_or_else(|| panic!("{name}: no source")),
            log: text("log").unwrap_or_else(|| panic!("{name}: no log")),
            told: json("told").unwrap_or_else(|| panic!("{name}: nothing told")),
            summary: json("summary"),
            name,
        }
    };
    all["vector"].as_array().unwrap().iter().map(vector).collect()
}

/// Tells the stories and the summary of a log in pieces of `size` bytes, cut where its times go back.
pub fn told(log: &[u8], size: usize, open: usize) -> (Vec<String>, String) {
    let mut traces = Traces::new(Options { filter: Filter::default(), open });
    let runs = runs(log);
    let mut sources: Vec<&[u8]> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let end = runs.get(at + 1).map_or(log.len(), |next| next.offset);
        traces.add(SOURCE, "trace", run.lines, run.time);
        sources.push(&log[run.offset..end]);
    }
    let mut stories = Vec::new();
    while let Some(source) = traces.wants() {
        match sources[source] {
            [] => traces.finish(source),
            rest => {
                let (piece, rest) = rest.split_at(size.max(1).min(rest.len()));
                traces.feed(source, piece);
                sources[source] = rest;
            }
        }
        stories.append(&mut traces.stories());
    }
    traces.end();
    stories.append(&mut traces.stories());
    (stories, traces.summary())
}
