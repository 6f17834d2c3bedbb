//! What every text of every language must keep: room on every display, characters of every font, and a language of its
//! own. That none is missing is the compiler's business.

use core::fmt::Write as _;
use std::collections::BTreeMap;
use std::prelude::v1::*;

use hotdesk_core::codes::em_app::EmAppCode;
use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::codes::{Family, Source};

use super::codes::{Meaning, Remedy, of_app, of_phone, of_service, of_visitor};
use super::packed::fill;
use super::{Language, Text, Words};
use crate::app::Signer;
use crate::config::Name;
use crate::font::Glyph;
use crate::part::Part;
use crate::view::wrap::Wrap;
use crate::view::{LAYOUT_128X64, LAYOUT_320X240, LAYOUT_480X272, Layout};

const LAYOUTS: [&Layout; 3] = [&LAYOUT_128X64, &LAYOUT_320X240, &LAYOUT_480X272];

/// Columns of a softkey's label, on every display.
const LABEL: usize = 7;

/// What a name or a number in a text has room for where texts are measured.
const NAME: &str = "SEP003094C25B15";

/// Words that a text has in both languages on purpose, besides the names of a configuration.
const SAME_WORDS: &[&str] = &[
    "PIN",
    "Build",
    "Gateway",
    "Starts",
    "OK",
    "ID",
    "abc",
    "ABC",
    "LF",
    "CR",
    "HOTDESK.TXT",
    "FAT",
    "UTF-8",
    "(UTC)",
    "URL",
    "NAME",
    "emapp",
    "IPv4",
    "http",
    "https",
    "https://",
    "PEM",
    "base64",
    "TLS",
    "MB",
    "example.com",
    "digits",
    "letters",
    "last",
    "high",
    "low",
    "brightness",
    "indefinite",
    "default",
    "h",
    "min",
    "s",
    "in",
];

fn texts() -> impl Iterator<Item = (Language, &'static str, String)> {
    Language::all().flat_map(|language| {
        language.words().all().into_iter().map(move |(name, text)| (language, name, text))
    })
}

/// The part of `text.rs` that each text is in, by the comment above it.
fn parts() -> BTreeMap<&'static str, &'static str> {
    let mut part = "";
    let mut parts = BTreeMap::new();
    for line in include_str!("text.rs").lines() {
        if let Some(comment) = line.strip_prefix("    // ") {
            part = comment;
        } else if let Some((name, _)) =
            line.strip_prefix("    pub(crate) ").and_then(|line| line.split_once(": "))
        {
            parts.insert(name, part);
        }
    }
    parts
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split([' ', '\u{A0}', '\n']).map(|word| word.trim_matches(['.', ',', ':', '?', '"']));
    words.filter(|word| word.chars().any(char::is_alphabetic))
}

fn lines(text: &str, columns: usize) -> usize {
    let mut wrap = Wrap::new(columns, |_, _, _| {});
    wrap.write_str(text).unwrap();
    wrap.finish()
}

/// Every meaning that a person can be told, with what to do.
fn meanings(words: &'static Words) -> Vec<(String, Meaning)> {
    let mut all = Vec::new();
    for number in 0..=u16::MAX {
        for signer in [Signer::Person, Signer::AppUser] {
            let meaning = of_service(EmServiceCode::new(number), signer, words);
            all.extend(meaning.map(|meaning| (format!("{number} {signer:?}"), meaning)));
        }
        for (kind, meaning) in [("page", of_app(number, words)), ("visitors", of_visitor(number, words))] {
            all.extend(meaning.map(|meaning| (format!("{number} {kind}"), meaning)));
        }
        for source in [Source::PhoneXml, Source::PhoneHttp, Source::PhoneObject] {
            let meaning = of_phone(source, number, words);
            all.extend(meaning.map(|meaning| (format!("{number} {source:?}"), meaning)));
        }
    }
    all
}

#[test]
fn every_character_is_in_every_font() {
    // `build.rs` refuses fonts whose characters differ.
    let missing = Glyph::of('\u{25A1}');
    for (language, name, text) in texts() {
        for character in text.chars().filter(|character| *character != '\n') {
            assert!(Glyph::of(character) != missing, "{language:?} {name}: the font lacks {character:?}");
        }
    }
}

#[test]
fn every_text_has_its_room_on_every_display() {
    let parts = parts();
    let mut faults = Vec::new();
    for layout in LAYOUTS {
        // The last column may be for a scroll mark.
        let columns = layout.columns - 1;
        for (language, name, text) in texts() {
            let length = text.chars().count();
            let place = format!("{language:?} {name} on {}: {text:?}", layout.size.width);
            let filled = text.replace("{}", NAME);
            let word = text.split([' ', '\n']).map(|word| word.chars().count()).max();
            let fits = match parts[name] {
                "" => true,
                "Titles." => length < layout.columns,
                "Softkeys." => length <= LABEL,
                // After the digit that picks it.
                "The menu." => 2 + length <= columns,
                "The form." | "What `#` and `*` do in a user ID." => length <= layout.columns,
                _ => lines(&filled, columns) <= 8 && word <= Some(columns),
            };
            if !fits {
                faults.push(place);
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_setting_has_room_for_its_name_and_its_value() {
    // After the digit that picks it, before a scroll mark.
    let columns = LAYOUT_128X64.columns - 1;
    for language in Language::all() {
        let words = language.words();
        let values = [
            (words.set_language, language.name()),
            (words.set_user_id_mode, words.mode_letters),
            (words.set_user_id_mode, words.mode_digits),
            (words.set_user_id_mode, words.mode_last),
            (words.set_brightness, words.brightness_high),
            (words.set_brightness, words.brightness_low),
            (words.set_polling, words.never),
            (words.set_polling, "1440 min"),
        ];
        for (name, value) in values {
            let line = format!("1 {name}: {value}");
            assert!(line.chars().count() <= columns, "{language:?} {line}");
        }
    }
}

#[test]
fn what_happened_and_what_to_do_are_each_seen_at_once() {
    for language in Language::all() {
        for (code, (what, remedy)) in meanings(language.words()) {
            let remedy = remedy.text(language.words()).to_string().replace("{}", NAME);
            for layout in LAYOUTS {
                let columns = layout.columns - 1;
                let place = format!("{language:?} {code} on {}: {what} {remedy}", layout.size.width);
                assert!(lines(&what.to_string(), columns) <= layout.lines, "{place}");
                assert!(lines(&remedy, columns) <= layout.lines + 1, "{place}");
                if layout.size.width > 128 {
                    // With the name of the code.
                    assert!(lines(&format!("{what} {remedy}"), columns) + 2 <= layout.lines, "{place}");
                }
            }
        }
    }
}

#[test]
fn no_text_is_left_in_another_language() {
    let english = Language::default().words().all();
    let mut faults = Vec::new();
    for language in Language::all().filter(|language| *language != Language::default()) {
        for ((name, text), (_, english)) in language.words().all().into_iter().zip(&english) {
            let is_name = |word: &str| Name::ALL.iter().any(|(name, _)| *name == word);
            let shared = words(&text).filter(|word| {
                words(english).any(|other| other == *word) && !SAME_WORDS.contains(word) && !is_name(word)
            });
            faults.extend(shared.map(|word| format!("{language:?} {name}: {word:?} in {text:?}")));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_text_takes_in_the_same_and_ends_alike_in_every_language() {
    let english = Language::default().words().all();
    for language in Language::all() {
        for ((name, text), (_, english)) in language.words().all().into_iter().zip(&english) {
            let places = |text: &str| text.matches("{}").count();
            assert_eq!(places(&text), places(english), "{language:?} {name}: {text:?}");
            let end = |text: &str| text.chars().last().filter(|end| " .:".contains(*end));
            if parts()[name] != "Softkeys." && !name.starts_with("logi") && !name.starts_with("logo") {
                assert_eq!(end(&text), end(english), "{language:?} {name}: {text:?}");
            }
            assert!(!text.is_empty() && !text.contains("  *  "), "{language:?} {name}");
        }
    }
}

#[test]
fn every_code_that_has_a_name_has_a_meaning_and_no_other_has() {
    for words in Language::all().map(Language::words) {
        let visitors: Vec<_> = Family::Emcc.rows().filter_map(|row| row.number()).collect();
        let phone: Vec<_> =
            Family::Phone.rows().filter_map(|row| Some((row.source(), row.number()?))).collect();
        for number in 0..=u16::MAX {
            let named = EmServiceCode::new(number).name().is_some();
            for signer in [Signer::Person, Signer::AppUser] {
                let meaning = of_service(EmServiceCode::new(number), signer, words);
                assert_eq!(meaning.is_some(), named, "{number} {signer:?}");
            }
            assert_eq!(of_app(number, words).is_some(), EmAppCode::new(number).name().is_some(), "{number}");
            assert_eq!(of_visitor(number, words).is_some(), visitors.contains(&number), "{number}");
            for source in [Source::PhoneXml, Source::PhoneHttp, Source::PhoneObject] {
                // A failed status of HTTP is told as any other of its class.
                let expected = phone.contains(&(source, number)) && number < 100;
                assert_eq!(of_phone(source, number, words).is_some(), expected, "{number} {source:?}");
            }
        }
    }
}

#[test]
fn nobody_is_sent_to_type_what_the_application_user_has_wrong() {
    let words = Language::default().words();
    for number in 0..=u16::MAX {
        if let Some((_, remedy)) = of_service(EmServiceCode::new(number), Signer::AppUser, words) {
            assert!(
                !matches!(
                    remedy,
                    Remedy::TypeAgain | Remedy::TypeBoth | Remedy::TypeIdAgain | Remedy::ChangeIt
                ),
                "{number}"
            );
        }
    }
}

#[test]
fn a_language_has_a_code_and_a_name_of_its_own() {
    let codes: Vec<_> = Language::all().map(Language::code).collect();
    let names: Vec<_> = Language::all().map(Language::name).collect();
    assert_eq!((codes, names), (vec!["en", "de"], vec!["English", "Deutsch"]));
    assert_eq!(Language::find("DE").map(Language::code), Some("de"));
    assert_eq!(Language::find("d"), None);
}

#[test]
fn what_a_text_takes_in_is_written_in_its_place() {
    let words = Language::default().words();
    let filled = |text: Text, values: &[Part<'_>]| {
        let mut out = String::new();
        fill(&mut out, text, values).unwrap();
        out
    };
    assert_eq!(filled(words.line_and_column, &[1_u8, 22].map(Part::number)), "Line 1, column 22:");
    assert_eq!(filled(words.is_logged_in, &[Part::Text("{}")]), "{} is logged in.");
    assert_eq!(filled(words.not_logged_in, &[]), "You are not logged in.");
}
