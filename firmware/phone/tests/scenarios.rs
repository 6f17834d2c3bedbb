//! Runs the scenarios: what a person presses, what the network does, and what is seen, in virtual time.
//!
//! A scenario is a text file; its name says what it pins. Empty lines and lines with `#` are skipped. The steps:
//!
//! | step | meaning |
//! |---|---|
//! | `config app user` / `config no app user` / `config two services` | switches the phone on; a file of its own follows `config` in lines with `>`, BLANK for a blank at an end |
//! | `no card`, `no file`, `unreadable card`, `long file` | switches it on without a configuration |
//! | `started by the watchdog` / `after a panic` / `hard fault` / `stack overflow` / `exception` / `reset` | why the phone starts, before it is switched on |
//! | `kept SETTINGS` / `kept nothing` | what the board keeps of what was set on the phone |
//! | `card` | another configuration file, in lines with `>`, for the next start |
//! | `broken memory` | the memory for settings does not do what it is told |
//! | `network ready` / `no address` / `no link` | what the network says from now on |
//! | `host NAME refuses` / `silent` / `unknown` / `accepts` | how a host meets connections from now on |
//! | `host NAME has silent name servers` / `failing name servers` / `no name server` | who is to be asked for its address |
//! | `takes N` | connections take N bytes and no more from now on |
//! | `profiles are asked for` | questions for profiles are seen and answered by the scenario; else each finds one |
//! | `press KEYS` | see `Desk::press` |
//! | `hold KEY N` | holds a key for N milliseconds |
//! | `stick KEY` | presses a key whose release is lost |
//! | `choose TEXT` | goes through a list to the entry with TEXT, whatever its number, and selects it |
//! | `wait N` | lets N milliseconds pass |
//! | `wait up to N` | lets time pass until something is asked that no `asked` has seen, N milliseconds at most |
//! | `screen` | six lines `\|…\|` follow: title, four lines, labels |
//! | `state TEXT` | what the marks in the title bar say: who, secured or not, link |
//! | `light bright` / `low` / `dim` / `off` | how bright the picture is |
//! | `picture NAME` | takes a picture; in the gallery alone |
//! | `inverse ROW TEXT` | the cells of the row that are dark on light spell TEXT |
//! | `asked TEXT` | the last request; `nothing asked`: there is none since the last `asked` |
//! | `asked N times` | how many requests there were in all |
//! | `saves slowly` | the memory for settings takes its time: it does not answer |
//! | `restarts slowly` | a restart takes its time: it does not come about |
//! | `restarted N times` | how often the phone had its board restart it |
//! | `answer success` / `nobody` / `user ID` / `where ID DEVICES` / `failure CODE TEXT` | a whole answer; of names, `A01..A99` are all between; a document of its own follows `answer` in lines with `>` |
//! | `answer profiles USER NAME…` | profiles of a user: the default one ends with a star |
//! | `page FIELDS` | a page, a document in lines with `>`; fields of its head, with ` | ` between |
//! | `page menu N` | a menu of N items, each 250 bytes long |
//! | `raw` | bytes with escapes follow in lines with `>` |
//! | `flood N TEXT` | TEXT, N times |
//! | `close`, `reset` | the service ends the connection |
//!
//! `HOTDESK_BLESS=1 cargo test -p hotdesk-phone --test scenarios` writes into each `screen` what is seen. Such a change is
//! a claim that the new screen is right: read it line by line.

// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub(crate) mod gallery;
mod harness;

use std::fmt::Write as _;
use std::path::Path;

use gallery::{Displays, Picture};
use harness::answers::{self, Framing};
use harness::network::{End, Host};
use harness::{APP_SECRET, Desk};
use hotdesk_phone::{ConnectError, Fault, Language, NetworkState, SetupError, Start};

macro_rules! scenarios {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })*

        #[test]
        fn every_scenario_file_is_run() {
            let mut files: Vec<String> = std::fs::read_dir(folder()).unwrap()
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
                .collect();
            files.sort();
            let mut listed = vec![$(stringify!($name)),*];
            listed.sort();
            assert_eq!(files, listed);
        }
    };
}

include!("scenarios.list");

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios"))
}

fn run(name: &str) {
    let file = folder().join(name).with_extension("txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut player = Player::new(None, None);
    let blessed = player.play(name, &text);
    if blessed != text {
        std::fs::write(&file, blessed).unwrap();
    }
}

/// The pictures of every screen in a language.
pub(crate) fn pictures(language: Language) -> Vec<Picture> {
    let mut player = Player::new(Some(language), Some(Displays::new()));
    player.play("gallery", include_str!("gallery.txt"));
    player.displays.map(|displays| displays.pictures).unwrap_or_default()
}

#[test]
fn the_gallery_has_every_screen() {
    let taken = pictures(Language::default()).into_iter().map(|picture| picture.screen).collect();
    let missing: Vec<_> = gallery::screens().difference(&taken).copied().collect();
    assert!(missing.is_empty(), "no picture of {missing:?}: add one to tests/gallery.txt");
}

#[test]
fn every_screen_looks_as_on_its_sheet_in_every_size_and_language() {
    let seen = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    let differences: Vec<String> =
        Language::all().flat_map(|language| gallery::compare(language, &pictures(language), &seen)).collect();
    let advice = "if that is right, `cargo run -p hotdesk-phone --example screens` writes the sheets anew";
    assert!(differences.is_empty(), "{}\n{advice}", differences.join("\n"));
}

/// What nobody looks at is at least a quarter darker than what somebody does, whatever the settings want.
#[test]
fn every_size_is_visibly_darker_after_two_minutes_and_dark_after_ten_at_any_brightness() {
    let mut brightest = Vec::new();
    for brightness in ["brightness = high", "brightness = low", "BLANK"] {
        let mut player = Player::new(None, Some(Displays::new()));
        let script = format!(
            "config\n> service = a\n> {brightness}\nnetwork ready\npress soft3\npicture lit\n\
             wait 120000\npicture dim\nwait 480000\npicture off\n"
        );
        player.play("light", &script);
        let [lit, dim, off] = &player.displays.unwrap().pictures[..] else { panic!("three pictures") };
        for ((lit, dim), off) in lit.canvases.iter().zip(&dim.canvases).zip(&off.canvases) {
            let ((lit_sum, lit_peak), (dim_sum, dim_peak)) = (lit.light(), dim.light());
            assert!(dim_sum * 4 <= lit_sum * 3, "{brightness}: {dim_sum} of {lit_sum}");
            assert!(dim_peak * 4 <= lit_peak * 3 && dim_peak > 0, "{brightness}: {dim_peak} of {lit_peak}");
            assert_eq!(off.light(), (0, 0), "{brightness}");
        }
        brightest.push(lit.canvases.iter().map(gallery::sheet::Canvas::light).collect::<Vec<_>>());
    }
    let [high, low, default] = &brightest[..] else { panic!("three brightnesses") };
    assert_eq!(high, default);
    assert!(high.iter().zip(low).all(|(high, low)| low.0 * 4 <= high.0 * 3), "{low:?} of {high:?}");
}

#[test]
fn every_pixel_of_a_text_can_be_read_in_every_size_and_language() {
    for language in Language::all() {
        for picture in pictures(language) {
            let sizes = picture.layouts.iter().zip(&picture.canvases);
            let titles = sizes.map(|(layout, canvas)| gallery::read(layout, canvas).swap_remove(0));
            let mut words = titles.map(|title| title.split(' ').next().unwrap().to_owned());
            let small = words.next();
            assert!(words.all(|larger| Some(larger) == small), "{}", picture.name);
        }
    }
}

struct Player {
    desk: Option<Desk>,
    /// Why the phone starts.
    start: Start,
    /// Requests that an `asked` has seen.
    asked: usize,
    /// The language of every configuration, if not its own.
    language: Option<Language>,
    /// What pictures are taken of.
    displays: Option<Displays>,
}

impl Player {
    fn new(language: Option<Language>, displays: Option<Displays>) -> Self {
        Self { desk: None, start: Start::PowerOn, asked: 0, language, displays }
    }

    /// Returns the scenario, with what is seen in its screens where that is wished.
    fn play(&mut self, name: &str, text: &str) -> String {
        let blesses = std::env::var_os("HOTDESK_BLESS").is_some();
        let mut blessed = String::new();
        let mut lines = (1..).zip(text.lines()).peekable();
        while let Some((number, line)) = lines.next() {
            writeln!(blessed, "{line}").unwrap();
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let mut block = Vec::new();
            while let Some((_, line)) = lines.next_if(|(_, line)| line.starts_with(['>', '|'])) {
                block.push(line);
            }
            if blesses && line == "screen" {
                let picture = self.desk().picture();
                (0..6).for_each(|row| writeln!(blessed, "|{:21}|", picture.row(row)).unwrap());
                continue;
            }
            block.iter().for_each(|line| writeln!(blessed, "{line}").unwrap());
            self.step(line, &block, &format!("{name}.txt:{number}: {line}"));
        }
        blessed
    }

    fn step(&mut self, line: &str, block: &[&str], place: &str) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (verb, rest) {
            ("config", _) => {
                let language = self.language.map(|language| format!("\nlanguage = {}\n", language.code()));
                let text = configuration(rest, block).replace("APP_SECRET", APP_SECRET);
                self.switch_on(Ok(text + &language.unwrap_or_default()));
            }
            ("picture", _) => {
                let desk = self.desk.as_ref().expect("a scenario starts with its configuration");
                self.displays.as_mut().expect("pictures are taken in the gallery").take(rest, &desk.app());
            }
            ("no", "card") => self.switch_on(Err(SetupError::NoCard)),
            ("no", "file") => self.switch_on(Err(SetupError::NoFile)),
            ("unreadable", "card") => self.switch_on(Err(SetupError::Unreadable)),
            ("long", "file") => self.switch_on(Err(SetupError::TooLong { bound: 2048 })),
            ("started", _) => self.start = start(rest),
            ("kept", _) => self.kept(rest, place),
            ("card", "") => {
                self.desk().change_card(&configuration("", block).replace("APP_SECRET", APP_SECRET))
            }
            ("broken", "memory") => self.desk().bench.borrow_mut().is_broken = true,
            ("network", _) => self.wire(|desk| desk.wire.borrow_mut().set_state(state(rest))),
            ("host", _) => {
                let (name, how) = rest.split_once(' ').unwrap();
                self.desk().wire.borrow_mut().set_host(name, host(how));
            }
            ("takes", _) => self.desk().wire.borrow_mut().takes = Some(rest.parse().unwrap()),
            ("profiles", "are asked for") => self.desk().wire.borrow_mut().answers_profiles = false,
            ("press", _) => self.desk().press(rest),
            ("hold", _) => {
                let (key, milliseconds) = rest.split_once(' ').unwrap();
                self.desk().hold(key, Some(milliseconds.parse().unwrap()));
            }
            ("stick", _) => self.desk().hold(rest, None),
            ("choose", _) => self.choose(rest, place),
            ("wait", _) if rest.starts_with("up to ") => {
                let end: u64 = rest.trim_start_matches("up to ").parse().unwrap();
                for _ in 0..end / 100 {
                    if self.requests().len() > self.asked {
                        return;
                    }
                    self.desk().wait(100);
                }
                panic!("{place}: nothing was asked");
            }
            ("wait", _) => self.desk().wait(rest.parse().unwrap()),
            ("screen", "") => self.screen(block, place),
            ("state", _) => assert_eq!(self.desk().picture().state(), rest, "{place}"),
            ("light", _) => {
                let light = format!("{:?}", self.desk().picture().light()).to_lowercase();
                assert_eq!(light, rest, "{place}");
            }
            ("inverse", _) => {
                let (row, text) = rest.split_once(' ').unwrap_or((rest, ""));
                let inverse = self.desk().picture().inverse(row.parse().unwrap());
                assert_eq!(inverse.trim_end(), text, "{place}");
            }
            ("nothing", "asked") => assert_eq!(self.requests().len(), self.asked, "{place}"),
            ("asked", _) if rest.ends_with(" times") => {
                let times: usize = rest.trim_end_matches(" times").parse().unwrap();
                assert_eq!(self.requests().len(), times, "{place}");
            }
            ("asked", _) => {
                let requests = self.requests();
                assert!(requests.len() > self.asked, "{place}: nothing was asked");
                self.asked = requests.len();
                let expected = rest.replace("APP_SECRET", APP_SECRET);
                assert_eq!(requests.last().unwrap(), &expected, "{place}");
            }
            ("saves", "slowly") => self.desk().bench.borrow_mut().saves_slowly = true,
            ("restarts", "slowly") => self.desk().bench.borrow_mut().restarts_slowly = true,
            ("restarted", _) => {
                let times: usize = rest.trim_end_matches(" times").parse().unwrap();
                assert_eq!(self.desk().bench.borrow().restarts, times, "{place}");
            }
            ("answer", _) => {
                let bytes = answers::http(&document(rest, block), Framing::Length);
                self.wire(|desk| desk.wire.borrow_mut().answer([&bytes[..]]));
            }
            ("page", _) => {
                let document = match rest.strip_prefix("menu ") {
                    Some(items) => answers::menu(items.parse().unwrap()),
                    None => joined(block),
                };
                let fields: Vec<&str> = rest.split(" | ").filter(|field| field.contains(": ")).collect();
                let bytes = answers::page(&fields, &document);
                self.wire(|desk| desk.wire.borrow_mut().answer([&bytes[..]]));
            }
            ("raw", "") => {
                let bytes = unescape(&joined(block));
                self.wire(|desk| desk.wire.borrow_mut().answer([&bytes[..]]));
            }
            ("flood", _) => {
                let (times, text) = rest.split_once(' ').unwrap();
                let bytes = text.repeat(times.parse().unwrap());
                self.wire(|desk| desk.wire.borrow_mut().answer([bytes.as_bytes()]));
            }
            ("close", "") => self.wire(|desk| desk.wire.borrow_mut().end(End::Closed)),
            ("reset", "") => self.wire(|desk| desk.wire.borrow_mut().end(End::Reset)),
            _ => panic!("{place}: no such step"),
        }
    }

    fn kept(&mut self, expected: &str, place: &str) {
        let bench = self.desk().bench.clone();
        let kept = bench.borrow().settings.clone();
        // The first line says which file they were made over.
        let kept = kept.as_deref().map(|text| text.split_once('\n').unwrap().1.trim_end().to_owned());
        assert_eq!(kept.unwrap_or_else(|| "nothing".to_owned()), expected, "{place}");
    }

    fn choose(&mut self, text: &str, place: &str) {
        self.desk().press(&"up ".repeat(20));
        for _ in 0..20 {
            let picture = self.desk().picture();
            let is_selected = (1..5).any(|row| picture.inverse(row).trim_end().ends_with(text));
            self.desk().press(if is_selected { "select" } else { "down" });
            if is_selected {
                return;
            }
        }
        panic!("{place}: no such entry");
    }

    /// Switches another phone on. The clock is one: the phone before gives it back.
    fn switch_on(&mut self, setup: Result<String, SetupError>) {
        self.desk = None;
        self.desk = Some(Desk::with(setup, self.start.clone()));
    }

    fn desk(&mut self) -> &mut Desk {
        self.desk.as_mut().expect("a scenario starts with its configuration")
    }

    fn wire(&mut self, change: impl FnOnce(&mut Desk)) {
        change(self.desk());
        self.desk().settle();
    }

    fn requests(&mut self) -> Vec<String> {
        self.desk().wire.borrow().requests()
    }

    fn screen(&mut self, block: &[&str], place: &str) {
        let expected: Vec<&str> =
            block.iter().map(|line| line.trim_start_matches('|').trim_end_matches('|').trim_end()).collect();
        let picture = self.desk().picture();
        let seen: Vec<String> = (0..6).map(|row| picture.row(row)).collect();
        assert_eq!(seen, expected, "{place}\n{}", picture.text());
    }
}

fn configuration(name: &str, block: &[&str]) -> String {
    let app_user = format!("appID = emphone\nappCertificate = {APP_SECRET}\n");
    match name {
        "app user" => format!("service = em1.example.com\n{app_user}"),
        "no app user" => "service = em1.example.com\n".to_owned(),
        "two services" => format!("service = em1.example.com\nservice = 10.0.0.2:80\n{app_user}"),
        "" => joined(block),
        _ => panic!("no configuration {name}"),
    }
}

fn document(name: &str, block: &[&str]) -> Vec<u8> {
    let (kind, rest) = name.split_once(' ').unwrap_or((name, ""));
    match kind {
        "success" => answers::SUCCESS.to_owned(),
        "nobody" => answers::holder(None),
        "user" => answers::holder(Some(rest)),
        "profiles" => {
            let mut words = rest.split_whitespace();
            let user = words.next().unwrap();
            answers::profiles(user, &words.flat_map(names).collect::<Vec<_>>())
        }
        "where" => {
            let mut words = rest.split_whitespace();
            let user = words.next().unwrap();
            answers::devices(user, &words.flat_map(names).collect::<Vec<_>>())
        }
        "failure" => {
            let (code, text) = rest.split_once(' ').unwrap_or((rest, ""));
            answers::failure(code, text)
        }
        "" => joined(block),
        _ => panic!("no answer {name}"),
    }
    .into_bytes()
}

/// The names that a word stands for: `A01..A99` for all between, a star behind the word marks the last one.
fn names(word: &str) -> Vec<String> {
    let Some((first, last)) = word.split_once("..") else { return vec![word.to_owned()] };
    let digits = first.trim_start_matches(|character: char| !character.is_ascii_digit());
    let prefix = first.strip_suffix(digits).unwrap();
    let number =
        |text: &str| text.strip_prefix(prefix).unwrap().trim_end_matches('*').parse::<usize>().unwrap();
    let mut names: Vec<String> = (number(first)..=number(last))
        .map(|number| format!("{prefix}{number:0width$}", width = digits.len()))
        .collect();
    if last.ends_with('*') {
        names.last_mut().unwrap().push('*');
    }
    names
}

fn joined(block: &[&str]) -> String {
    let line = |line: &&str| line.trim_start_matches('>').trim_start().replace("BLANK", " ");
    block.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads `\r`, `\n` and `\xHH`; line ends of the block itself do not count.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.replace('\n', "").into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next().unwrap() {
                b'r' => b'\r',
                b'n' => b'\n',
                b'x' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                other => panic!("no escape {other}"),
            },
            other => other,
        });
    }
    bytes
}

fn state(name: &str) -> NetworkState {
    match name {
        "no link" => NetworkState::NoLink,
        "no address" => NetworkState::NoAddress,
        "ready" => NetworkState::Ready,
        _ => panic!("no network state {name}"),
    }
}

fn start(name: &str) -> Start {
    match name {
        "by the watchdog" => Start::Watchdog { program_counter: Some(0x1_23AC) },
        "after a panic" => Start::Panic { line: 4711, calls: [0x1_23AC, 0x1_8F00, 0x4_0B12, 0] },
        "after a hard fault" => Start::HardFault(Fault {
            program_counter: 0x1_23AC,
            link_register: 0x1_2345,
            status: 0x8200,
            address: 0x6000_0000,
        }),
        "after a stack overflow" => Start::StackOverflow,
        "after an exception" => Start::Exception { number: 23 },
        "by a reset" => Start::Reset,
        _ => panic!("no start {name}"),
    }
}

fn host(name: &str) -> Host {
    match name {
        "accepts" => Host::Accepts,
        "refuses" => Host::Refuses,
        "unknown" => Host::Unknown,
        "silent" => Host::Silent,
        "has silent name servers" => Host::Unnamed(ConnectError::NameServerSilent),
        "has failing name servers" => Host::Unnamed(ConnectError::NameServerFailed),
        "has no name server" => Host::Unnamed(ConnectError::NoNameServer),
        _ => panic!("no way of a host {name}"),
    }
}
