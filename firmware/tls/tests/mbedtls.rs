//! The engine Mbed TLS against the simulator's port with TLS: which certificates it takes, why it refuses the others, and
//! what is left in its memory. Needs the environment that `cargo xtask setup` makes.
#![cfg(feature = "mbedtls")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[allow(dead_code, reason = "each test binary uses its part of it")]
mod common;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use common::{Engine, NOW, Services, Stream, ask, get, services};
use embassy_futures::block_on;
use embedded_io_async::{Read, Write};
use hotdesk_tls::{Date, Error, MbedTls, Service, Session, Tls, Trust, Version};

/// Every certificate that a phone takes, and the name that it is for.
const GOOD: [(&str, &str); 9] = [
    ("P-256", "127.0.0.1"),
    ("P-256", "localhost"),
    ("P-384", "127.0.0.1"),
    ("RSA-2048", "127.0.0.1"),
    ("RSA-4096", "127.0.0.1"),
    ("intermediate", "127.0.0.1"),
    ("chain of six", "127.0.0.1"),
    ("common name only", "localhost"),
    ("self-signed", "localhost"),
];

#[test]
fn a_right_certificate_is_taken_and_a_request_answered() {
    let services = services();
    let mut engine = Engine::new();
    for (certificate, name) in GOOD {
        let served = &services[certificate];
        let service = served.as_called(name);
        assert_eq!(ask(&mut engine, served.port, &service), Ok(Version::Tls12), "{certificate} as {name}");
    }
}

#[test]
fn a_wrong_certificate_is_refused_for_what_is_wrong_and_the_next_service_is_reached() {
    let services = services();
    let mut engine = Engine::new();
    for (certificate, cause) in [
        ("expired", Error::Expired),
        ("not yet valid", Error::NotYetValid),
        ("wrong name", Error::OtherName),
        ("unknown CA", Error::NotTrusted),
        ("wrong usage", Error::WrongKind),
        ("no intermediate", Error::NotTrusted),
        ("issuer not CA", Error::NotTrusted),
        ("SHA-1", Error::Unusable),
        ("wrong key", Error::WrongKey),
    ] {
        let served = &services[certificate];
        assert_eq!(
            ask(&mut engine, served.port, &served.as_called("127.0.0.1")),
            Err(cause),
            "{certificate}"
        );
        let good = &services["P-256"];
        assert_eq!(ask(&mut engine, good.port, &good.as_called("127.0.0.1")), Ok(Version::Tls12));
    }
}

#[test]
fn what_a_refused_certificate_says_of_itself_is_told() {
    let services = services();
    let mut engine = Engine::new();
    let mut shown = |certificate: &str, name| {
        let served = &services[certificate];
        let service = served.as_called(name);
        block_on(engine.connect(Stream::to(served.port), &service)).err().unwrap().shown
    };
    let day = |year| Date { year, month: 1, day: 1 };
    for (certificate, name, ends) in [
        ("wrong name", "somewhere.else.example", 3000),
        ("expired", "127.0.0.1", 2002),
        ("self-signed", "localhost", 3000),
    ] {
        let shown = shown(certificate, "node.example").unwrap();
        assert_eq!(shown.name.unwrap().as_str(), name, "{certificate}");
        assert_eq!((shown.begins, shown.ends), (day(2000), day(ends)), "{certificate}");
    }
    assert!(shown("not yet valid", "127.0.0.1").unwrap().begins > day(2070));
    for certificate in ["SHA-1", "wrong key"] {
        assert_eq!(shown(certificate, "127.0.0.1"), None, "{certificate}");
    }
}

#[test]
fn a_self_signed_certificate_is_checked_for_its_name_and_for_being_the_trusted_one() {
    let services = services();
    let mut engine = Engine::new();
    let own = &services["self-signed"];
    assert_eq!(ask(&mut engine, own.port, &own.as_called("node.example")), Err(Error::OtherName));
    let other = Service { trust: services["self-signed, 1.3 only"].trust(), ..own.as_called("localhost") };
    assert_eq!(ask(&mut engine, own.port, &other), Err(Error::NotTrusted));
    let authority = Service { trust: services["P-256"].trust(), ..own.as_called("localhost") };
    assert_eq!(ask(&mut engine, own.port, &authority), Err(Error::NotTrusted));
}

#[test]
fn tls_1_3_is_spoken_where_it_is_allowed() {
    let services = services();
    let mut engine = Engine::new();
    for (name, served) in
        [("127.0.0.1", "1.3 only"), ("localhost", "self-signed, 1.3 only"), ("127.0.0.1", "P-256")]
    {
        let served = &services[served];
        let service = Service { highest: Version::Tls13, ..served.as_called(name) };
        assert_eq!(ask(&mut engine, served.port, &service), Ok(Version::Tls13));
    }
    let served = &services["1.2 only"];
    let service = Service { highest: Version::Tls13, ..served.as_called("127.0.0.1") };
    assert_eq!(ask(&mut engine, served.port, &service), Ok(Version::Tls12));
    let served = &services["wrong key, 1.3 only"];
    let service = Service { highest: Version::Tls13, ..served.as_called("127.0.0.1") };
    assert_eq!(ask(&mut engine, served.port, &service), Err(Error::WrongKey));
}

#[test]
fn a_service_of_other_versions_one_that_wants_a_certificate_and_one_without_tls_are_told_apart() {
    let services = services();
    let mut engine = Engine::new();
    for (name, highest, cause) in [
        ("1.3 only", Version::Tls12, Error::OtherVersion),
        ("client certificate", Version::Tls12, Error::WantsCertificate),
        ("client certificate", Version::Tls13, Error::WantsCertificate),
    ] {
        let served = &services[name];
        let service = Service { highest, ..served.as_called("127.0.0.1") };
        assert_eq!(ask(&mut engine, served.port, &service), Err(cause), "{name} up to {highest:?}");
        let good = &services["P-256"];
        assert_eq!(ask(&mut engine, good.port, &good.as_called("127.0.0.1")), Ok(Version::Tls12));
    }
    // In cipher, once the phone has the first answer to read, or broken before that.
    let served = &services["client certificate, 1.3 only"];
    let service = Service { highest: Version::Tls13, ..served.as_called("127.0.0.1") };
    let refused = ask(&mut engine, served.port, &service).unwrap_err();
    assert!(matches!(refused, Error::NothingInCommon | Error::Connection(_)), "{refused}");
    let plain = &services["http"];
    assert_eq!(ask(&mut engine, plain.port, &plain.as_called("127.0.0.1")), Err(Error::NotTls));
}

#[test]
fn without_time_or_a_name_or_a_readable_trust_nothing_is_sent() {
    let services = services();
    let served = &services["P-256"];
    let mut engine = Engine::new();
    let good = served.as_called("127.0.0.1");
    let long = "x".repeat(256);
    for (service, cause) in [
        (Service { time: None, ..good }, Error::NoTime),
        (Service { name: "", ..good }, Error::Name),
        (Service { name: &long, ..good }, Error::Name),
        (Service { name: "a\0b", ..good }, Error::Name),
        (Service { trust: Trust::Authority(&[0x30, 0x81, 3, 2, 1, 5]), ..good }, Error::Trust),
    ] {
        let stream = Stream::to(served.port);
        let sent = stream.sent();
        let refused = block_on(engine.connect(stream, &service)).err().unwrap();
        assert_eq!((refused.error, refused.shown), (cause, None));
        assert_eq!(sent.get(), 0, "{cause}");
    }
}

#[test]
fn the_time_that_is_given_is_what_a_certificate_is_checked_against() {
    let services = services();
    let mut engine = Engine::new();
    let good = &services["P-256"];
    let before = Service { time: Some(900_000_000), ..good.as_called("127.0.0.1") };
    let refused = ask(&mut engine, good.port, &before);
    assert!(matches!(refused, Err(Error::NotYetValid | Error::NotTrusted)), "{refused:?}");
    let expired = &services["expired"];
    let then = Service { time: Some(1_000_000_000), ..expired.as_called("127.0.0.1") };
    assert_eq!(ask(&mut engine, expired.port, &then), Ok(Version::Tls12));
}

#[test]
fn a_session_is_resumed_until_trust_name_or_time_changes_or_it_is_forgotten() {
    let services = services();
    let served = &services["1.2 only"];
    let service = served.as_called("127.0.0.1");
    let mut engine = Engine::new();
    let received = |engine: &mut MbedTls, service: &Service<'_>| get(engine, served.port, service).unwrap().1;
    let whole = received(&mut engine, &service);
    let resumed = received(&mut engine, &service);
    assert!(resumed + 300 < whole, "a resumed session has no certificate: {resumed} of {whole} bytes");
    let is_resumed = |bytes: usize| bytes + 300 < whole;
    assert!(!is_resumed(received(&mut engine, &Service { name: "localhost", ..service })));
    assert!(is_resumed(received(&mut engine, &Service { name: "localhost", ..service })));
    assert!(!is_resumed(received(&mut engine, &service)));
    let other = Service { trust: services["1.3 only"].trust(), ..service };
    assert_eq!(ask(&mut engine, served.port, &other), Err(Error::NotTrusted));
    assert!(!is_resumed(received(&mut engine, &service)));
    assert!(!is_resumed(received(&mut engine, &Service { time: Some(NOW - 1), ..service })));
    assert!(is_resumed(received(&mut engine, &Service { time: Some(NOW + 11 * 3600), ..service })));
    assert!(!is_resumed(received(&mut engine, &Service { time: Some(NOW + 13 * 3600), ..service })));
    engine.forget();
    assert!(!is_resumed(received(&mut engine, &Service { time: Some(NOW + 13 * 3600), ..service })));
}

#[test]
fn too_small_an_arena_is_told_as_that_and_as_nothing_else() {
    let services = services();
    for certificate in ["P-256", "RSA-2048", "chain of six", "unknown CA"] {
        let served = &services[certificate];
        let mut told = 0;
        for size in (2048..96 * 1024).step_by(3000) {
            let mut engine = Engine::with_arena(size);
            match ask(&mut engine, served.port, &served.as_called("127.0.0.1")) {
                Err(Error::OutOfMemory) => told += 1,
                Err(Error::NotTrusted) => assert_eq!(certificate, "unknown CA"),
                made => assert_eq!(made, Ok(Version::Tls12), "{certificate} with {size} bytes"),
            }
            engine.forget();
            assert_eq!(engine.arena().used, 0);
        }
        assert!(told > 5, "{told}");
    }
}

#[test]
fn a_handshake_that_is_dropped_anywhere_leaves_nothing_and_the_next_one_succeeds() {
    let services = services();
    let served = &services["P-256"];
    let service = served.as_called("127.0.0.1");
    let mut engine = Engine::new();
    let mut cut = 0;
    for most in (0..).step_by(61) {
        engine.forget();
        let whole = {
            let stream = Stream::stalling_after(most, served.port);
            let received = stream.received();
            let mut connecting = pin!(engine.connect(stream, &service));
            loop {
                let has_stalled = received.get() == most;
                match connecting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(made) => break made.map(|_| true).unwrap(),
                    // Once more than it stalled, so that it has done with what came.
                    Poll::Pending if has_stalled => break false,
                    Poll::Pending => {}
                }
            }
        };
        engine.forget();
        assert_eq!(engine.arena().used, 0, "after {most} bytes");
        if whole {
            break;
        }
        cut += 1;
    }
    assert!(cut > 10, "{cut}");
    assert_eq!(ask(&mut engine, served.port, &service), Ok(Version::Tls12));
}

#[test]
fn after_500_sessions_the_arena_is_empty() {
    let services = services();
    let mut engine = Engine::new();
    for number in 0..500 {
        let served = &services[["1.2 only", "expired", "1.2 only", "1.2 only", "wrong name"][number % 5]];
        let service = served.as_called("127.0.0.1");
        if number % 7 == 0 {
            engine.forget();
        }
        if number % 11 == 3 {
            let mut connecting = pin!(engine.connect(Stream::to(served.port), &service));
            let _ = connecting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            continue;
        }
        let made = ask(&mut engine, served.port, &service);
        assert_eq!(made.is_ok(), service_is_good(served, services), "{number}: {made:?}");
    }
    engine.forget();
    let figures = engine.arena();
    assert_eq!((figures.used, figures.failed), (0, 0));
}

fn service_is_good(served: &common::Served, services: &Services) -> bool {
    served.port == services["1.2 only"].port
}

#[test]
fn after_a_session_no_byte_of_it_is_left_in_the_arena() {
    let services = services();
    let served = &services["1.2 only"];
    let service = served.as_called("127.0.0.1");
    let mut engine = Engine::new();
    block_on(async {
        let mut session = engine.connect(Stream::to(served.port), &service).await.unwrap();
        session
            .write_all(b"GET /?pin=5551234 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        session.flush().await.unwrap();
        let mut answer = [0; 64];
        assert!(session.read(&mut answer).await.unwrap() > 8);
        assert!(session.close().await.is_some());
    });
    assert!(engine.arena().peak > 16 * 1024);
    assert!(!engine.is_wiped(), "it holds the session that may be resumed");
    for text in [b"5551234".as_slice(), b"HTTP/1.1"] {
        assert!(!engine.holds(text), "{}", text.escape_ascii());
    }
    engine.forget();
    assert!(engine.is_wiped());
}
