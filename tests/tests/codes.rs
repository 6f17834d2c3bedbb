//! The table of EM service codes against the sources' rows, kept as data: nothing missing, nothing added, no name
//! drifted.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;

use hotdesk_core::codes::em_service::{ALL, EmServiceCode};

fn rows() -> BTreeMap<u16, &'static str> {
    let lines = include_str!("../data/em-service-codes.tsv").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let (number, name) = line.split_once('\t').unwrap();
        (number.parse().unwrap(), name)
    };
    lines.map(row).collect()
}

#[test]
fn every_row_of_the_sources_is_in_the_table() {
    for (number, name) in rows() {
        assert_eq!(EmServiceCode::new(number).name(), Some(name), "code {number}");
    }
}

#[test]
fn every_number_of_the_table_is_a_row_of_the_sources() {
    let rows = rows();
    for number in 0..=u16::MAX {
        let code = EmServiceCode::new(number);
        assert_eq!(code.name(), rows.get(&number).copied(), "code {number}");
        assert_eq!(code.number(), number);
    }
}

#[test]
fn the_list_of_all_codes_holds_each_row_once() {
    let listed: Vec<u16> = ALL.iter().map(|row| row.code.number()).collect();
    assert_eq!(listed, rows().into_keys().collect::<Vec<_>>());
}

#[test]
fn every_row_says_what_it_means_who_must_act_and_what_to_do() {
    for number in rows().into_keys() {
        let code = EmServiceCode::new(number);
        assert!(code.who().is_some(), "code {number}");
        for text in [code.meaning(), code.remedy()] {
            let text = text.unwrap_or_default();
            assert!(text.len() > 10 && text.is_ascii(), "code {number}: {text:?}");
        }
    }
}

#[test]
fn an_unknown_code_keeps_its_number_and_claims_nothing() {
    for number in [13, 14, 15, 16, 17, 24, 34, 48, 65535] {
        let code = EmServiceCode::new(number);
        assert_eq!(code.number(), number);
        assert!(
            code.name().is_none()
                && code.meaning().is_none()
                && code.remedy().is_none()
                && code.who().is_none()
        );
    }
}
