//! The checks of the fuzz targets over randomly changed vectors, from a fixed seed: a few seconds of fuzzing on any
//! compiler.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::fs;
use std::path::{Path, PathBuf};

use hotdesk_tests::{OBJECTS, PHONE_FILES, checks, vectors, vectors_of};

/// How many changed documents each check is run over.
const CASES: usize = 100_000;

/// A xorshift generator: every run makes the same changes, so a failure can be repeated.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns a number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let (a, b) = (self.below(length + 1), self.below(length + 1));
        a.min(b)..a.max(b)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// Reads the words of a dictionary of the fuzzer.
fn dictionary(name: &str) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| word(line.strip_prefix('"').unwrap().strip_suffix('"').unwrap())).collect()
}

/// Decodes `\"`, `\\` and `\xNN`.
fn word(mut quoted: &str) -> Vec<u8> {
    let mut word = Vec::new();
    while let Some(&byte) = quoted.as_bytes().first() {
        let length = match (byte, quoted.as_bytes().get(1)) {
            (b'\\', Some(b'x')) => {
                word.push(u8::from_str_radix(&quoted[2..4], 16).unwrap());
                4
            }
            (b'\\', Some(escaped)) => {
                word.push(*escaped);
                2
            }
            _ => {
                word.push(byte);
                1
            }
        };
        quoted = &quoted[length..];
    }
    word
}

/// Changes a document as a broken peer, a cut connection or an attacker does.
fn change(document: &mut Vec<u8>, words: &[Vec<u8>], other: &[u8], chance: &mut Chance) {
    let place = chance.below(document.len() + 1);
    let range = chance.range(document.len());
    match chance.below(8) {
        0 => document.truncate(place),
        1 => drop(document.drain(range)),
        2 => {
            let piece = document[range.clone()].to_vec();
            document.splice(range.end..range.end, piece);
        }
        3 if place < document.len() => document[place] = chance.next().to_be_bytes()[0],
        4 => {
            let behind = chance.range(other.len());
            document.splice(range, other[behind].iter().copied());
        }
        _ => drop(document.splice(place..place, words[chance.below(words.len())].iter().copied())),
    }
}

/// Runs a check over the seeds as they are, and then over changed ones.
fn run(check: fn(&[u8]), seeds: &[Vec<u8>], seed: u64) {
    run_with(&dictionary("dictionary"), CASES, check, seeds, seed);
}

fn run_with(words: &[Vec<u8>], cases: usize, check: fn(&[u8]), seeds: &[Vec<u8>], seed: u64) {
    let mut chance = Chance(seed);
    seeds.iter().for_each(|seed| check(seed));
    for _ in 0..cases {
        let mut document = seeds[chance.below(seeds.len())].clone();
        for _ in 0..=chance.below(4) {
            let other = &seeds[chance.below(seeds.len())];
            change(&mut document, words, other, &mut chance);
        }
        // The output of a failed test shows the document.
        let shown = String::from_utf8_lossy(&document).into_owned();
        std::panic::catch_unwind(|| check(&document)).unwrap_or_else(|_| panic!("for {shown:?}"));
    }
}

fn documents() -> Vec<Vec<u8>> {
    vectors().into_iter().map(|vector| vector.input).collect()
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("seeds").join(target))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn changed_answers_keep_every_promise() {
    run(checks::answer, &documents(), 1);
}

#[test]
fn changed_requests_keep_every_promise() {
    run(checks::request, &documents(), 2);
}

#[test]
fn changed_answers_are_the_same_in_pieces_cut_at_every_place() {
    // Each is read as often as it has bytes.
    run_with(&dictionary("dictionary"), CASES / 50, checks::pieces, &documents(), 7);
}

#[test]
fn changed_texts_of_screens_are_read_as_rows_of_the_tables() {
    run_with(&dictionary("dictionary-explain"), CASES / 5, checks::explain, &seeds("explain"), 8);
}

#[test]
fn changed_http_answers_are_the_same_in_any_pieces() {
    run(checks::http, &seeds("http"), 3);
}

#[test]
fn changed_exchanges_end_wiped_and_are_the_same_in_any_pieces() {
    run(checks::session, &seeds("session"), 4);
}

#[test]
fn changed_objects_are_the_same_whole_in_pieces_and_written() {
    let seeds: Vec<Vec<u8>> = vectors_of(OBJECTS).into_iter().map(|vector| vector.input).collect();
    run_with(&dictionary("dictionary-phone"), CASES / 10, checks::object, &seeds, 10);
}

#[test]
fn changed_files_of_phones_are_the_same_in_any_pieces() {
    // Files are long, and each is read ten times.
    let seeds: Vec<Vec<u8>> = vectors_of(PHONE_FILES).into_iter().map(|vector| vector.input).collect();
    run_with(&dictionary("dictionary-provisioning"), CASES / 100, checks::phone_file, &seeds, 12);
}

#[test]
fn changed_urls_queries_and_fields_keep_every_promise() {
    run_with(&dictionary("dictionary-phone"), CASES, checks::emapp, &seeds("emapp"), 11);
}

#[test]
fn mutated_answers_of_vip_services_and_records_keep_their_promises() {
    run_with(&dictionary("dictionary-vip"), CASES / 2, checks::vip, &seeds("vip"), 12);
}

#[test]
fn changed_traces_tell_the_same_in_pieces_and_no_secret() {
    let rows = hotdesk_tests::logs::log_vectors("rows.toml");
    let seeds: Vec<Vec<u8>> =
        rows.into_iter().map(|vector| format!("\u{7}{}", vector.log).into_bytes()).collect();
    run_with(&dictionary("dictionary-logs"), CASES / 50, checks::logs, &seeds, 13);
}

#[test]
fn quick_xml_reads_the_same_in_changed_documents() {
    run(checks::quick_xml, &documents(), 5);
}

#[test]
fn both_tokenizers_say_the_same_of_changed_documents() {
    run(checks::tokenizers, &documents(), 6);
}

#[test]
fn both_readers_say_the_same_of_changed_documents() {
    run(checks::readers, &documents(), 9);
}
