//! The boards differ in pins, clocks, drivers and memory, and in nothing else: each `main.rs` wires the same, and what boards
//! share is in no board.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The folder that `cargo xtask new-board` copies.
const TEMPLATE: &str = "template";

/// The most lines of Rust in a board's own folder. The emulated board has drivers of its own for everything.
const LINES: usize = 450;
const LINES_WITH_DRIVERS: (&str, usize) = ("lm3s6965evb", 1_100);

/// What a `main.rs` calls of what is shared, in the order of its text.
const WIRING: [&str; 8] = [
    "stack::paint()",
    "make_phone(",
    "executor::run(",
    "executor::start(spawner, run_network(network))",
    "executor::start(spawner, run_phone(phone))",
    "wiring::set_up(",
    "wiring::connect(",
    "phone.run().await",
];

/// What only the shared wiring does, and what a person can see only the phone decides.
const SHARED: [&str; 16] = [
    "App::",
    "Config::parse",
    "ConfigV4",
    "DhcpConfig",
    "DeviceName",
    "EmbassyNetwork",
    "Event::",
    "KeyQueue",
    "StackResources",
    "global_logger",
    "hotdesk_phone::run",
    "impl hotdesk_phone::Board",
    "panic_handler",
    "raw::Executor",
    "record::begin",
    "starts::count",
];

fn boards() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware/boards")
}

/// The names of the boards' folders, the template's among them.
fn names() -> Vec<String> {
    let folders = fs::read_dir(boards()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = folders
        .filter(|folder| folder.join("src/main.rs").is_file())
        .map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 3, "{names:?}");
    names
}

fn read(name: &str, file: &str) -> String {
    let path = boards().join(name).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The Rust files of a board, with their text.
fn sources(name: &str) -> Vec<(String, String)> {
    let files = fs::read_dir(boards().join(name).join("src")).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn every_main_wires_the_same_in_the_same_order() {
    for name in names() {
        let main = read(&name, "src/main.rs");
        let places: Vec<usize> = WIRING
            .iter()
            .map(|call| {
                let at = main.find(call);
                at.unwrap_or_else(|| panic!("{name}: main.rs has no {call}"))
            })
            .collect();
        assert!(places.is_sorted(), "{name}: main.rs wires in another order: {places:?}");
        // Everything else that it has of the shared package is a type, a driver's part, or time.
        let shared = main.matches("wiring::set_up").count() + main.matches("wiring::connect").count();
        assert_eq!(shared, 2, "{name}");
    }
}

#[test]
fn nothing_that_is_shared_is_in_a_board() {
    for name in names() {
        for (path, source) in sources(&name) {
            let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                for word in SHARED {
                    assert!(!line.contains(word), "{path}: {word} is for firmware/boards/common: {line}");
                }
            }
        }
    }
}

#[test]
fn a_boards_folder_stays_small() {
    for name in names() {
        let lines: usize = sources(&name).iter().map(|(_, source)| source.lines().count()).sum();
        let most = if name == LINES_WITH_DRIVERS.0 { LINES_WITH_DRIVERS.1 } else { LINES };
        assert!(lines <= most, "{name} has {lines} lines of Rust, more than {most}");
    }
}

#[test]
fn every_board_says_first_what_it_has_run_on() {
    for name in names() {
        for file in ["README.md", "src/main.rs"] {
            let text = read(&name, file);
            let first: String = text.lines().take(4).collect();
            assert!(
                ["has never run", "has never met the chip", "has run on"]
                    .iter()
                    .any(|words| first.contains(words)),
                "{name}: {file} does not say first what it has run on: {first}"
            );
        }
    }
}

#[test]
fn every_board_is_in_the_table_has_a_budget_and_no_gap() {
    let root = boards().join("../..");
    let table = fs::read_to_string(root.join("xtask/src/boards.rs")).unwrap();
    for name in names() {
        let budgets = root.join("tests/budgets").join(&name).with_extension("json");
        assert!(budgets.is_file(), "{name}: no {}", budgets.display());
        if name == TEMPLATE {
            continue;
        }
        assert!(table.contains(&format!("name: \"{name}\"")), "{name} is not in xtask/src/boards.rs");
        for (path, source) in sources(&name) {
            assert!(!source.contains("GAP "), "{path}: something is to be filled in");
        }
    }
}
