//! Tests of the configuration as a whole; those of a value are beside it.

use std::prelude::v1::*;

use super::*;

#[cfg(feature = "tls")]
#[test]
fn a_time_server_has_port_123_where_none_is_given() {
    for (text, expected) in [
        ("timeServer = ntp.example.com", "ntp.example.com:123"),
        ("timeserver=10.0.0.1:1123", "10.0.0.1:1123"),
    ] {
        let config = Config::parse(format!("service = h\n{text}\n").as_bytes()).unwrap();
        assert_eq!(config.time_server().unwrap().to_string(), expected);
    }
    assert_eq!(Config::parse(b"service = h").unwrap().time_server(), None);
    let error = Config::parse(b"service = h\ntimeServer = a..b").unwrap_err();
    assert_eq!(error.to_string(), "Line 2: bad host. Write an IPv4 address or a name.");
}

#[test]
fn primary_and_backup_stand_in_file_order() {
    let config =
        Config::parse(b"\xEF\xBB\xBF# a comment\r\nservice=em1.example.com\r\n\r\nservice = 10.0.0.2:80\r\n")
            .unwrap();
    let services: heapless::Vec<_, 2> = config.services().iter().map(ToString::to_string).collect();
    assert_eq!(services.as_slice(), ["em1.example.com:8080", "10.0.0.2:80"]);
    assert!(config.app_user().is_none());
}

#[test]
fn a_certificate_keeps_its_blanks_and_signs() {
    let config = Config::parse(b"service = h\nappID =  emphone \nappCertificate =  a#b=c \r\n").unwrap();
    let user = config.app_user().unwrap();
    assert_eq!(user.id().as_str(), "emphone");
    assert_eq!(user.certificate().as_secret().expose(), " a#b=c ");
}

#[test]
fn name_servers_and_a_domain_are_for_whom_dhcp_does_not_name_them() {
    let text =
        b"service = em1\nnameServer = 10.0.0.1\nnameServer = 10.0.0.2:5353\nsearchDomain = lab.example.com\n";
    let config = Config::parse(text).unwrap();
    let servers: heapless::Vec<_, 2> = config.name_servers().iter().map(ToString::to_string).collect();
    assert_eq!(servers.as_slice(), ["10.0.0.1:53", "10.0.0.2:5353"]);
    assert_eq!(config.search_domain(), "lab.example.com");
    let config = Config::parse(b"service = em1").unwrap();
    assert_eq!((config.name_servers(), config.search_domain()), (&[][..], ""));
}

#[test]
fn a_phone_asks_every_five_minutes_unless_told_otherwise() {
    for (line, minutes) in [("", Some(5)), ("pollMinutes = 0", None), ("pollMinutes = 1440", Some(1440))] {
        let config = Config::parse(format!("service = h\n{line}").as_bytes()).unwrap();
        assert_eq!(config.poll_interval(), minutes.map(|minutes| Duration::from_secs(60 * minutes)));
    }
}

#[test]
fn a_user_id_may_be_told_to_start_with_digits_or_letters() {
    for (line, mode) in [
        ("", None),
        ("userIdMode = digits", Some(UserIdMode::Digits)),
        ("userIDMode = Letters", Some(UserIdMode::Letters)),
    ] {
        let config = Config::parse(format!("service = h\n{line}").as_bytes()).unwrap();
        assert_eq!(config.user_id_mode(), mode, "{line}");
    }
}

#[test]
fn no_debug_form_shows_the_certificate() {
    let config = Config::parse(b"service = h\nappID = a\nappCertificate = verysecret\n").unwrap();
    assert!(!format!("{config:?}").contains("verysecret"));
}

#[test]
fn names_count_in_capitals_as_well() {
    let config = Config::parse(b"Service = h\nAPPID = a\nappcertificate = b\nPOLLMINUTES = 7\n").unwrap();
    assert_eq!(config.services()[0].host(), "h");
    assert_eq!(config.app_user().unwrap().id().as_str(), "a");
    assert_eq!(config.poll_interval(), Some(Duration::from_secs(7 * 60)));
}

#[test]
fn a_comment_may_have_any_bytes() {
    let config = Config::parse(b"# B\xFCro\r\n  #\xFF = 1\nservice = h\n").unwrap();
    assert_eq!(config.services()[0].host(), "h");
}

#[test]
fn a_certificate_with_a_blank_that_nobody_sees_is_noticed() {
    for (certificate, expected) in [
        ("secret", false),
        ("a secret", false),
        ("s", false),
        ("secret ", true),
        ("secret\t", true),
        ("secret\u{a0}", true),
        (" secret", true),
    ] {
        let text = format!("service = h\nappID = a\nappCertificate = {certificate}\r\n");
        let config = Config::parse(text.as_bytes()).unwrap();
        let noticed = config.app_user().unwrap().certificate_has_outer_blank();
        assert_eq!(noticed, expected, "{certificate:?}");
    }
}

/// Settings as the phone writes them over this file.
fn settings(file: &str, text: &str) -> std::vec::Vec<u8> {
    let config = Config::parse(file.as_bytes()).unwrap();
    [&config.print_line()[..], text.as_bytes()].concat()
}

#[test]
fn settings_count_over_the_file_they_were_made_over() {
    let file = "service = a\nservice = b\nlanguage = en\npollMinutes = 5\nappID = x\nappCertificate = y\n";
    let text = "service = c:80\nlanguage = de\nuserIdMode = digits\nbrightness = low\npollMinutes = 0\n";
    let settings = settings(file, text);
    let mut config = Config::parse(file.as_bytes()).unwrap();
    assert_eq!(config.change(&settings), Ok(true));
    assert_eq!(config.services().len(), 1, "the list is replaced");
    assert_eq!(config.services()[0].to_string(), "c:80");
    assert_eq!(config.language().code(), "de");
    assert_eq!(config.user_id_mode(), Some(UserIdMode::Digits));
    assert_eq!(config.settings().brightness, Brightness::Low);
    assert_eq!(config.poll_interval(), None);
    assert_eq!(config.changed().names().count(), 5);
    assert!(config.app_user().is_some(), "what cannot be set on the phone stays");
}

#[test]
fn a_file_with_other_values_for_the_settings_counts_alone() {
    let settings = settings("service = a\nlanguage = en\n", "language = de\n");
    for (file, counts) in [
        ("service = a\nlanguage = en\n", true),
        // What is no setting, how it is written and comments make no other file.
        ("# new\nSERVICE=a\nlanguage =  en\r\nsearchDomain = lab\nadminCode = 1\n", true),
        ("service = b\nlanguage = en\n", false),
        ("service = a\n", false),
        ("service = a\nlanguage = en\npollMinutes = 5\n", false),
        ("service = alanguage = en\n", false),
    ] {
        let Ok(mut config) = Config::parse(file.as_bytes()) else { continue };
        assert_eq!(config.change(&settings), Ok(counts), "{file}");
        assert_eq!(config.language().code() == "de", counts, "{file}");
    }
}

#[test]
fn settings_with_a_mistake_change_nothing() {
    let file = "service = a\n";
    for text in [
        "language = de\npollMinutes = x\n",
        "language = de\nappID = mallory\n",
        "language = de\nadminCode = 1\n",
    ] {
        let mut config = Config::parse(file.as_bytes()).unwrap();
        let error = config.change(&settings(file, text)).unwrap_err();
        assert_eq!(error.line(), Some(3), "{text}");
        assert_eq!((config.language().code(), config.changed().names().count()), ("en", 0));
    }
}

#[test]
fn an_admin_code_is_a_secret() {
    let config = Config::parse(b"service = h\nadminCode = 4711\n").unwrap();
    assert!(config.admin_code().unwrap().is("4711"));
    assert!(!format!("{config:?}").contains("4711"));
    assert!(Config::parse(b"service = h").unwrap().admin_code().is_none());
}
