//! The phone over HTTPS: which certificates a person gets logged in through, and what the screen says of every other one.
//! Needs the environment that `cargo xtask setup` makes.
#![cfg(feature = "mbedtls")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[allow(dead_code, reason = "each test binary uses its part of it")]
mod common;
mod desk;

use std::cell::Cell;
use std::rc::Rc;

use common::{Engine, NOW, Served, services};
use desk::{APP_SECRET, Desk, Line, PIN};

/// The types of TLS's records that are no data of the application's: change of cipher, alert, handshake.
const RECORDS: std::ops::RangeInclusive<u8> = 20..=22;

/// What the idle screen says first.
const NOBODY: &str = "Nobody logged in";

/// The lines of a configuration for a service.
fn lines(served: &Served, host: &str, file: &str, name: Option<&str>) -> String {
    let kind = if served.is_self_signed { "service-certificate" } else { "service-ca" };
    let name = name.map(|name| format!("service-name = {name}\n")).unwrap_or_default();
    format!("service = https://{host}:{}\n{kind} = {file}\n{name}", served.port)
}

fn configuration(services: &str, language: &str) -> String {
    format!("{services}appID = emphone\nappCertificate = {APP_SECRET}\nlanguage = {language}\n")
}

fn known(time: u64) -> Rc<Cell<Option<u64>>> {
    Rc::new(Cell::new(Some(time)))
}

/// A phone with one service.
fn phone(certificate: &str, host: &str, name: Option<&str>, language: &str) -> Desk {
    let served = &services()[certificate];
    let text = configuration(&lines(served, host, "ca.pem", name), language);
    Desk::new(&text, &[("ca.pem", &served.file)], Engine::new(), known(NOW))
}

/// The kinds of the records that were sent.
fn records(mut sent: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = sent {
        kinds.push(*kind);
        sent = &rest[usize::from(u16::from_be_bytes([*high, *low]))..];
    }
    assert!(sent.is_empty(), "a record is cut");
    kinds
}

/// What the phone sends, or is sent where a service speaks TLS, shows nothing of a request or an answer.
fn is_in_clear(bytes: &[u8]) -> Option<&'static str> {
    const TEXTS: [&str; 7] = ["secret", "emphone", "john", PIN, "DPJOHN", "HTTP", "response"];
    TEXTS.into_iter().find(|text| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

fn nothing_in_clear(lines: &[Line]) {
    for line in lines {
        assert_eq!((is_in_clear(&line.sent), is_in_clear(&line.received)), (None, None));
    }
}

/// A text of a screen without blanks: where a line ends is of no account.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

fn nothing_but_tls(lines: &[Line]) {
    for line in lines {
        let kinds = records(&line.sent);
        assert!(kinds.iter().all(|kind| RECORDS.contains(kind)), "{kinds:?}");
        assert_eq!(is_in_clear(&line.sent), None);
    }
}

#[test]
fn a_person_logs_in_through_every_right_certificate_and_nothing_is_in_clear() {
    for (certificate, host, name) in [
        ("P-256", "127.0.0.1", None),
        ("P-256", "10.0.0.1", Some("localhost")),
        ("P-384", "localhost", None),
        ("RSA-2048", "localhost", None),
        ("RSA-4096", "localhost", None),
        ("intermediate", "localhost", None),
        ("chain of six", "localhost", None),
        ("common name only", "localhost", None),
        ("self-signed", "localhost", None),
        ("self-signed", "10.0.0.1", Some("localhost")),
        ("1.2 only", "localhost", None),
    ] {
        let mut desk = phone(certificate, host, name, "en");
        desk.wait_for(NOBODY);
        assert_eq!(desk.state(), "nobody, secure, ready", "{certificate}");
        desk.log_in();
        desk.wait_for("Logged in");
        desk.press("soft1");
        desk.wait_for("Logged in: john");
        assert_eq!(desk.state(), "user, secure, ready", "{certificate}");
        desk.press("soft1 soft1");
        desk.wait_for("Logged out");
        let lines = desk.wire.0.borrow();
        assert!(lines.len() >= 3 && lines.iter().all(|line| line.closed && line.host == host));
        nothing_in_clear(&lines);
    }
}

/// What is wrong, the host, and what the screen says, in both languages.
const REFUSED: [(&str, &str, &str, &str); 13] = [
    (
        "expired",
        "localhost",
        "The service's certificate expired on 2002-01-01. Nothing was sent. Tell the administrator.",
        "Das Zertifikat des Dienstes lief am 2002-01-01 ab. Nichts wurde gesendet. Melden Sie es dem Administrator.",
    ),
    (
        "not yet valid",
        "localhost",
        "It is 2026-11-27 on this phone. Nothing",
        "Dieses Telefon hat den 2026-11-27.",
    ),
    (
        "wrong name",
        "localhost",
        "is for another name: somewhere.else.example. Nothing was sent.",
        "gilt für einen anderen Namen: somewhere.else.example.",
    ),
    (
        "self-signed",
        "other.example",
        "is for another name: localhost.",
        "für einen anderen Namen: localhost.",
    ),
    (
        "unknown CA",
        "localhost",
        "The service's certificate is not trusted. Nothing was sent.",
        "Dem Zertifikat des Dienstes wird nicht vertraut. Nichts wurde gesendet.",
    ),
    ("no intermediate", "localhost", "certificate is not trusted.", "wird nicht vertraut."),
    ("issuer not CA", "localhost", "certificate is not trusted.", "wird nicht vertraut."),
    ("wrong usage", "localhost", "is not one of a server. Nothing", "ist keins für Server. Nichts"),
    (
        "SHA-1",
        "localhost",
        "This phone cannot use the service's certificate.",
        "kann das Zertifikat des Dienstes nicht nutzen.",
    ),
    (
        "wrong key",
        "localhost",
        "The service lacks the key of its certificate.",
        "Dem Dienst fehlt der Schlüssel",
    ),
    (
        "http",
        "localhost",
        "What answers at this port does not speak TLS.",
        "Was an diesem Port antwortet, spricht kein TLS.",
    ),
    (
        "1.3 only",
        "localhost",
        "The service does not speak TLS 1.2, the highest version set up on this phone. Nothing was sent.",
        "Der Dienst spricht kein TLS 1.2, die höchste Version, die auf diesem Telefon eingestellt ist.",
    ),
    (
        "client certificate",
        "localhost",
        "The service wants a certificate of this phone, which has none. Nothing was sent.",
        "Der Dienst verlangt ein Zertifikat dieses Telefons; es hat keins. Nichts",
    ),
];

#[test]
fn every_refusal_is_told_by_its_cause_in_both_languages_and_only_tls_went_out() {
    for (certificate, host, english, german) in REFUSED {
        for (language, expected) in [("en", english), ("de", german)] {
            let mut desk = phone(certificate, host, None, language);
            desk.wait_for_end();
            let text = desk.whole_text();
            assert!(dense(&text).contains(&dense(expected)), "{certificate}: {text}");
            assert_eq!(desk.state(), "unknown, secure, ready", "{certificate}");
            nothing_but_tls(&desk.wire.0.borrow());
        }
    }
}

#[test]
fn a_service_of_tls_1_3_alone_is_reached_where_the_configuration_allows_it_and_one_of_1_2_still_is() {
    for (certificate, host) in
        [("1.3 only", "localhost"), ("self-signed, 1.3 only", "localhost"), ("1.2 only", "localhost")]
    {
        let served = &services()[certificate];
        let text = lines(served, host, "ca.pem", None) + "service-tls = 1.3\n";
        let files = [("ca.pem", &*served.file)];
        let mut desk = Desk::new(&configuration(&text, "en"), &files, Engine::new(), known(NOW));
        desk.wait_for(NOBODY);
        desk.log_in();
        desk.wait_for("Logged in");
        desk.press("soft1");
        desk.wait_for("Logged in: john");
        // The other tests find nobody there.
        desk.press("soft1 soft1");
        desk.wait_for("Logged out");
        nothing_in_clear(&desk.wire.0.borrow());
    }
}

#[test]
fn a_pin_is_not_sent_to_a_service_that_is_refused() {
    let mut desk = phone("wrong name", "localhost", None, "en");
    desk.wait_for_end();
    desk.log_in();
    desk.wait_for("Login failed");
    let text = desk.whole_text();
    assert!(
        dense(&text).contains(&dense("another name: somewhere.else.example. Nothing was sent.")),
        "{text}"
    );
    nothing_but_tls(&desk.wire.0.borrow());
}

#[test]
fn the_backup_is_reached_by_its_own_trust_after_every_refusal_and_never_by_that_of_the_other() {
    let good = &services()["P-256"];
    for (certificate, host, ..) in REFUSED {
        let bad = &services()[certificate];
        let both = lines(bad, host, "bad.pem", None) + &lines(good, "localhost", "good.pem", None);
        let files = [("bad.pem", &*bad.file), ("good.pem", &*good.file)];
        let mut desk = Desk::new(&configuration(&both, "en"), &files, Engine::new(), known(NOW));
        desk.wait_for(NOBODY);
        assert_eq!(desk.state(), "nobody, secure, ready", "{certificate}");
        assert!(desk.wire.0.borrow().iter().all(|line| is_in_clear(&line.sent).is_none()));
    }
    let one = lines(good, "localhost", "good.pem", None);
    let other = lines(&services()["RSA-2048"], "localhost", "good.pem", None);
    let mut desk = Desk::new(
        &configuration(&(other + &one), "en"),
        &[("good.pem", &good.file)],
        Engine::new(),
        known(NOW),
    );
    desk.wait_for(NOBODY);
    assert_eq!(
        records(&desk.wire.0.borrow()[0].sent).iter().filter(|kind| !RECORDS.contains(kind)).count(),
        0
    );
}

#[test]
fn without_the_time_or_with_too_little_memory_the_phone_says_so() {
    let served = &services()["P-256"];
    let text = configuration(&lines(served, "localhost", "ca.pem", None), "en");
    let time = Rc::new(Cell::new(None));
    let mut desk = Desk::new(&text, &[("ca.pem", &served.file)], Engine::new(), time.clone());
    desk.wait_for_end();
    let told = desk.whole_text();
    let expected = "This phone does not know the time, so it cannot check the service. Nothing was sent.";
    assert!(dense(&told).contains(&dense(expected)), "{told}");
    assert!(desk.wire.0.borrow().is_empty(), "nothing was connected to");
    time.set(Some(NOW));
    desk.log_in();
    desk.wait_for("Logged in");
    drop(desk);

    for certificate in ["P-256", "RSA-2048", "unknown CA"] {
        let served = &services()[certificate];
        let text = configuration(&lines(served, "localhost", "ca.pem", None), "en");
        let mut desk =
            Desk::new(&text, &[("ca.pem", &served.file)], Engine::with_arena(20 * 1024), known(NOW));
        desk.wait_for_end();
        let told = desk.whole_text();
        let expected = "This phone has too little memory for TLS. Nothing was sent. Restart the phone.";
        assert!(dense(&told).contains(&dense(expected)), "{certificate}: {told}");
        nothing_but_tls(&desk.wire.0.borrow());
    }
}

#[test]
fn the_next_request_resumes_the_session_until_the_time_is_another() {
    let mut desk = phone("P-256", "localhost", None, "en");
    desk.wait_for(NOBODY);
    desk.log_in();
    desk.wait_for("Logged in");
    desk.press("soft1");
    desk.wait_for("Logged in: john");
    let before = desk.wire.0.borrow().len();
    desk.wire.1.set(true);
    desk.press("soft1 soft1");
    desk.wait_for("Logged out");
    // A handshake without a certificate is shorter than one with it.
    let received = |line: &Line| line.received.len();
    let lines: Vec<usize> = desk.wire.0.borrow().iter().map(received).collect();
    let is_whole: Vec<bool> = lines.iter().map(|length| *length > 1000).collect();
    assert!(before > 1, "{lines:?}");
    assert!(is_whole[0] && is_whole[before] && is_whole[1..before].iter().all(|whole| !whole), "{lines:?}");
}

#[test]
fn about_tells_the_time_and_where_it_is_from() {
    let served = &services()["P-256"];
    let text = configuration(&lines(served, "localhost", "ca.pem", None), "en");
    let time = Rc::new(Cell::new(None));
    let mut desk = Desk::new(&text, &[("ca.pem", &served.file)], Engine::new(), time.clone());
    desk.wait_for_end();
    desk.press("soft3");
    desk.wait_for("Menu");
    desk.press("4");
    desk.wait_for("About this phone");
    let told = dense(&desk.whole_text());
    assert!(told.contains(&dense("Time (UTC): not known Service:")), "{told}");
    time.set(Some(NOW));
    desk.press("soft3");
    desk.wait_for("Menu");
    desk.press("4");
    desk.wait_for("About this phone");
    let told = dense(&desk.whole_text());
    assert!(told.contains(&dense("Time (UTC): 2026-11-27 14:00 from 127.0.0.1:123 Service:")), "{told}");
}
