//! What a screen shows, explained: the forms of PROTOCOL.md 7.4, every error of the troubleshooting guide, cut texts.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod sentences;

use hotdesk_core::codes::{Family, Row};
use hotdesk_core::explain::explain;
use hotdesk_tests::screens::{cut, cut_name, names};

/// A row as the tests write it: `em-service:26`, `vip:601B`, or the name of a row without a number.
fn written(row: Row) -> String {
    match row.code() {
        Some(code) => format!("{}:{code}", row.family().as_str()),
        None => row.name().to_owned(),
    }
}

fn read(text: &str) -> Vec<String> {
    explain(text).map(written).collect()
}

#[track_caller]
fn reads(text: &str, rows: &[&str]) {
    assert_eq!(read(text), rows, "{text}");
}

#[test]
fn a_number_with_its_family_is_that_row_only() {
    reads("em:26", &["em-service:26"]);
    reads("em:23", &["em-service:23"]);
    reads("em:201", &["em-app:201"]);
    reads("em-service:1", &["em-service:1"]);
    reads(" EM-App : 213 ", &["em-app:213"]);
    reads("emcc:23", &["emcc:23"]);
    reads("phone:4", &["phone:4", "phone:4"]);
    reads("vip:6009", &["vip:6009"]);
    reads("VIP:601b", &["vip:601B"]);
    reads("vip:0000", &["vip:0000"]);
    reads("mfa:14", &["azure-mfa:14"]);
    reads("VIP 6009", &["vip:6009"]);
    reads("azure-mfa:145", &["azure-mfa:145"]);
    for unknown in [
        "em:13",
        "em:203",
        "emcc:13",
        "emcc:201",
        "vip:602C",
        "mfa:26",
        "symptom:1",
        "sip:26",
        "em:-26",
        "em:",
    ] {
        reads(unknown, &[]);
    }
}

#[test]
fn a_bare_number_is_every_row_that_has_or_shows_it() {
    reads("26", &["em-service:26"]);
    reads("201", &["em-app:201", "em-service:39", "em-service:44"]);
    reads("23", &["em-service:23", "emcc:23", "azure-mfa:23", "em-service:40"]);
    reads("4", &["em-service:4", "phone:4", "phone:4", "azure-mfa:4"]);
    reads("503", &["phone:503", "phone:503"]);
    reads("6009", &["vip:6009"]);
    reads("601b", &["vip:601B"]);
    reads("7000", &["vip:7000", "vip:7000"]);
    reads("49B5", &["vip:49B5"]);
    reads("0000", &["vip:0000"]);
    for text in ["[26]", " (26) ", "Error [26]", "Error: 26", "Error Code: 26", "error 26", "code=26", "26."]
    {
        reads(text, &["em-service:26"]);
    }
    for unknown in ["34", "48", "203", "65535", "99999999999999999999", "026", "1.5", "9-0-3", "26th"] {
        reads(unknown, &[]);
    }
}

#[test]
fn rule_7_4_a_number_beside_its_name_is_that_row_only() {
    reads("[201]-Authentication error", &["em-app:201"]);
    reads("Error[201]-Authentication error", &["em-app:201"]);
    reads("Error [22]-Dev.logon disabled", &["em-service:22"]);
    reads("Error:- [26]- Busy, please try again", &["em-service:26"]);
    reads("Error:- [26]- Busy, \u{2026}", &["em-service:26"]);
    reads("DN has multiple users(47)", &["em-service:47"]);
    reads("DN has multiple users(216)", &["em-app:216"]);
    reads("LoginType invalid(215)", &["em-app:215"]);
    reads("Server Busy! (503)", &["phone:503"]);
    reads("File Not Found (404)", &["phone:404"]);
    reads("[201]-configuration issue", &["em-service:39"]);
    reads("Error [208]-EM service connection error", &["em-app:208"]);
    reads("14 | User is Blocked |", &["azure-mfa:14"]);
    reads("26 Busy, please try again", &["em-service:26"]);
    reads("6009 Authentication failed.", &["vip:6009"]);
    reads("[23]-User not found in the directory", &["em-service:23"]);
}

#[test]
fn rule_7_4_a_number_beside_a_general_text_is_every_row_that_shows_it() {
    let shown_as_201 = ["em-app:201", "em-service:39", "em-service:44"];
    let shown_as_23 = ["em-service:23", "emcc:23", "em-service:40"];
    reads("Please try to login again (201)", &shown_as_201);
    reads("Error[201]-\u{2026}", &shown_as_201);
    reads("Login is unavailable(213)", &["em-app:213"]);
    reads("Logout is unavailable (23)", &shown_as_23);
    reads("Login is unavailable(23) / Logout is unavailable(23)", &shown_as_23);
    reads("login   is unavailable  ( 23 )", &shown_as_23);
    reads("Login is unavailable 23", &shown_as_23);
    reads("Error Message On Phone: Login is unavailable(1) / Logout is unavailable(1)", &["em-service:1"]);
    reads("Anmeldung nicht verf\u{fc}gbar(213)", &["em-app:213"]);
    reads("Login is unavailable", &[]);
    reads("Login is unavailable(13)", &[]);
}

#[test]
fn the_phones_own_errors_are_read_by_source_and_number() {
    reads("XML Error [4]", &["phone:4"]);
    reads("Error:- XML Error [4] Parse Error", &["phone:4"]);
    assert_eq!(explain("XML Error [4]").next().unwrap().name(), "XML Error [4] Parse Error");
    for text in ["CiscoIPPhoneError 4", "CiscoIPPhoneError Number: 4", "<CiscoIPPhoneError Number=\"4\"/>"] {
        reads(text, &["phone:4"]);
        assert_eq!(explain(text).next().unwrap().name(), "CiscoIPPhoneError 4 authentication error");
    }
    reads("XML Error [5]", &["phone:5"]);
    reads("HTTP Error [8]", &["phone:8"]);
    reads("HTTP Error [10]", &["phone:10"]);
    reads("HTTP Error [404]", &["phone:404"]);
    for text in ["Http Error [503]", "HTTP Error [503]", "Error:- Http Error [503]", "httperror[ 503 ]"] {
        reads(text, &["phone:503"]);
        assert_eq!(explain(text).next().unwrap().name(), "Http Error [503]");
    }
    // Not the service's 22, nor the number of an object.
    for unknown in ["HTTP Error [22]", "XML Error [8]", "CiscoIPPhoneError 8"] {
        reads(unknown, &[]);
    }
}

#[test]
fn a_text_without_a_number_is_the_row_of_this_name() {
    for (text, row) in [
        ("Untrusted IP Error", "em-service:28"),
        ("untrusted ip   error", "em-service:28"),
        ("Error:- Untrusted IP Error", "em-service:28"),
        ("Untrusted IP Error - ask the administrator", "em-service:28"),
        ("Host not found", "Host not found"),
        ("Connection failed", "Connection failed"),
        ("Server Busy!", "phone:503"),
        ("File Not Found", "phone:404"),
        ("Data too large!", "Data too large!"),
        ("No services configured", "No services configured"),
        ("Filename too long!", "Filename too long!"),
        ("Services Unavailable", "Services Unavailable"),
        ("HTTP connection failed", "phone:500"),
        ("EMCC not activated", "em-app:211"),
        ("Error on Parsing", "em-service:1"),
        ("Device Profile not found", "em-service:12"),
        ("Blank user ID or PIN", "em-app:202"),
        ("Got Voicemail", "azure-mfa:13"),
        ("Authentication failed.", "vip:6009"),
    ] {
        reads(text, &[row]);
    }
    reads("Dev.logon disabled", &["em-service:5", "em-service:22", "emcc:5"]);
    reads("DN has multiple users", &["em-service:47", "em-app:216"]);
    reads("Used Cache", &["azure-mfa:6", "azure-mfa:8", "azure-mfa:9"]);
}

#[test]
fn every_problem_of_the_troubleshooting_guide_without_a_number_has_its_row() {
    for line in include_str!("../../data/symptoms.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (text, row) = line.split_once('\t').unwrap();
        for text in [text.to_owned(), text.replace('\'', "\u{2019}"), text.to_uppercase()] {
            reads(&text, &[row]);
        }
    }
}

#[test]
fn every_error_of_the_troubleshooting_guide_with_a_number_has_its_row() {
    for (text, row) in [
        ("Error[201]-Authentication error", "em-app:201"),
        ("Error [22]-Dev.logon disabled", "em-service:22"),
        ("Error [205]-User Profile Absent", "em-app:205"),
        ("Error [208]-EMService Conn. error", "em-app:208"),
        ("Error [25]-User logged in elsewhere", "em-service:25"),
        ("Error:- Http Error [503]", "phone:503"),
        ("Error:- [202]-Blank userid or pin", "em-app:202"),
        ("Error:- [26]- Busy, please try again", "em-service:26"),
        ("Error:-[6]-Database Error", "em-service:6"),
        ("Error:- [207]-Device Name Empty", "em-app:207"),
        ("Error:- XML Error [4] Parse Error", "phone:4"),
        ("Error:- Login is unavailable(213)", "em-app:213"),
        ("Error Code: 47", "em-service:47"),
        ("Error Message on Phone : DN has multiple users(47)", "em-service:47"),
    ] {
        reads(text, &[row]);
    }
    reads("Error code : 23", &["em-service:23", "emcc:23", "azure-mfa:23", "em-service:40"]);
}

#[test]
fn symptoms_are_known_in_shorter_words() {
    reads("phone resets instead of restarting", &["the phone resets instead of restarting"]);
    reads("certificate not in the keystore", &["Certificate not found in the keystore"]);
    let gone = "the phone services are no longer available";
    reads("services gone after a log-out", &[gone]);
    reads("services gone after a logout", &[gone]);
    reads("Services no longer available after logout", &[gone]);
    reads("phone services are no longer available", &[gone]);
    reads("8945 phone doesn\u{2019}t show EM service", &["8945 phone does not show EM service"]);
}

#[test]
fn rule_7_4_a_number_cut_by_the_end_is_read_only_where_no_longer_one_begins_so() {
    reads("Login is unavailable(213", &["em-app:213"]);
    reads("Error [22", &["em-service:22", "azure-mfa:22"]);
    reads("HTTP Error [503", &["phone:503"]);
    for cut in [
        "Login is unavailable(21",
        "Login is unavailable(2",
        "Login is unavailable(",
        "[20",
        "[2",
        "Error [1",
    ] {
        reads(cut, &[]);
    }
}

#[test]
fn rule_7_4_nothing_is_guessed() {
    for text in [
        "",
        "   ",
        "Error",
        "Error:-",
        "[]",
        "...",
        "Login",
        "Device",
        "User",
        "the weather",
        "I have 3 phones",
        "3 apples",
        "Error: 5 phones cannot log in",
        "version 11.5",
        "Extension mobility",
        "Change Password policy of the domain",
        "Extension mobility fails after upgrade to 11.5",
        "Untrusted IP Errors everywhere",
    ] {
        reads(text, &[]);
    }
}

#[test]
fn a_numbered_text_cut_anywhere_reads_the_same_row_or_nothing_wrong() {
    for (text, from, row) in [
        ("[205]-User Profile Absent", 5, "em-app:205"),
        ("Error [22]-Dev.logon disabled", 14, "em-service:22"),
        ("Error:- [26]- Busy, please try again", 12, "em-service:26"),
        ("Login is unavailable(213)", 24, "em-app:213"),
        ("Error[201]-Authentication error", 14, "em-app:201"),
        ("XML Error [4] Parse Error", 12, "phone:4"),
        ("Http Error [503]", 13, "phone:503"),
        ("LoginType invalid(215)", 21, "em-app:215"),
        ("DN has multiple users(47)", 25, "em-service:47"),
    ] {
        let length = text.chars().count();
        for characters in 0..=length {
            let found = read(&cut(text, characters));
            if characters >= from {
                assert_eq!(found, [row], "{}", cut(text, characters));
            } else {
                assert!(found.is_empty() || found.iter().any(|found| found == row), "{text} cut: {found:?}");
            }
        }
    }
}

#[test]
fn a_name_cut_anywhere_reads_its_row_from_half_or_twenty_letters_on_or_nothing_wrong() {
    for (place, (_, name)) in names().into_iter().enumerate() {
        for characters in 0..=name.chars().count() {
            cut_name(place, characters, 0);
        }
    }
}

#[test]
fn a_name_behind_or_before_its_number_may_be_cut_anywhere_and_oddly_written() {
    for (place, (_, name)) in names().into_iter().enumerate() {
        for characters in 0..=name.chars().count() {
            [3, 4, 9, 14, 16, 23].into_iter().for_each(|style| cut_name(place, characters, style));
        }
    }
}

#[test]
fn every_row_is_found_by_its_family_and_number_and_by_number_and_name() {
    for row in Family::ALL.into_iter().flat_map(Family::rows) {
        let Some(code) = row.code() else { continue };
        let by_family = format!("{}:{code}", row.family().as_str());
        assert!(explain(&by_family).any(|found| found == row), "{by_family}");
        assert!(explain(&code.to_string()).any(|found| found == row), "{code}");
        let screen = format!("Error [{code}]-{}", row.name());
        let found: Vec<_> = explain(&screen).collect();
        assert!(found.contains(&row), "{screen}: {found:?}");
        assert!(found.iter().all(|found| found.name() == row.name()), "{screen}: {found:?}");
    }
}

/// Texts in which several codes or none are read, whatever the kind.
#[track_caller]
fn each_reads(cases: &[(&str, &[&str])]) {
    for (text, rows) in cases {
        reads(text, rows);
    }
}
