//! URLs, query strings and header fields of the login application.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use hotdesk_core::emapp::{
    Body, Charset, ContentType, Phone, Preferences, Query, REDIRECTS, Refresh, Scheme, ServiceUrl, Url,
    UrlError,
};
use hotdesk_core::{Error, Field, LoginType, Secret, Unsendable};
use hotdesk_tests::checks;

const PHONE: Phone<'static> = Phone { device_name: "SEP001122334455", emcc: false };
const EMCC: Phone<'static> = Phone { device_name: "SEP001122334455", emcc: true };

/// Follows a URL of the configuration.
fn followed(url: &str, phone: &Phone<'_>) -> Result<String, UrlError> {
    checks::emapp(url.as_bytes());
    Url::new(&mut [0; 2048], url, phone).map(|url| url.expose().to_owned())
}

#[test]
fn rule_16_1_service_urls_of_each_kind_of_login_read_as_what_they_are() {
    for emcc in [false, true] {
        for login_type in
            [None, Some(LoginType::UserId), Some(LoginType::DirectoryNumber), Some(LoginType::SelfService)]
        {
            let mut url = ServiceUrl::new("https://10.0.2.2:8443");
            url.login_type = login_type;
            url.emcc = emcc;
            let url = followed(&url.to_string(), &EMCC).unwrap();
            let query = Query::of_target(&url);
            assert_eq!(query.device_name().unwrap(), "SEP001122334455");
            assert_eq!((query.login_type(), query.is_emcc()), (login_type, emcc), "{url}");
        }
    }
    let url = ServiceUrl::new("http://a").with_login_type(LoginType::UserId);
    assert_eq!(url.to_string(), "http://a/emapp/EMAppServlet?device=#DEVICENAME#&loginType=UID");
}

#[test]
fn rule_16_2_tokens_are_replaced_with_the_blanks_that_guides_print() {
    let base = "http://10.0.2.2:8080/emapp/EMAppServlet";
    for (query, without, with) in [
        ("?device=#DEVICENAME#", "?device=SEP001122334455", "?device=SEP001122334455"),
        ("?device=#DEVICENAME#&EMCC=#EMCC#", "?device=SEP001122334455", "?device=SEP001122334455&EMCC=true"),
        ("?EMCC=#EMCC#&device=#DEVICENAME#", "?device=SEP001122334455", "?EMCC=true&device=SEP001122334455"),
        (
            "?device=#DEVICENAME#&EMCC=#EMCC #&  loginType=DN",
            "?device=SEP001122334455&loginType=DN",
            "?device=SEP001122334455&EMCC=true&loginType=DN",
        ),
        ("? device=# DEVICENAME #", "?device=SEP001122334455", "?device=SEP001122334455"),
        ("?EMCC=#EMCC#", "", "?EMCC=true"),
        ("?a=1&EMCC=#EMCC#&EMCC=#EMCC#&b=2", "?a=1&b=2", "?a=1&EMCC=true&EMCC=true&b=2"),
        ("/#DEVICENAME#.xml", "/SEP001122334455.xml", "/SEP001122334455.xml"),
    ] {
        let url = format!("{base}{query}");
        assert_eq!(followed(&url, &PHONE), Ok(format!("{base}{without}")), "{query}");
        assert_eq!(followed(&url, &EMCC), Ok(format!("{base}{with}")), "{query}");
        let mut buffer = [0; 512];
        assert_eq!(Url::new(&mut buffer, &url, &PHONE).unwrap().had_blanks(), url.contains(' '), "{query}");
    }
    for query in ["?device=#DEVICE#", "?device=#devicename#", "#top", "?device=#DEVICENAME", "/#EMCC#"] {
        let refused = followed(&format!("{base}{query}"), &PHONE);
        assert_eq!(refused, Err(UrlError::Character('#')), "{query}");
    }
}

#[test]
fn rule_16_3_a_query_is_read_by_names_and_what_no_phone_replaced_is_absent() {
    let query = Query::new(
        "device=SEP001122334455%20&userid=a%40b+c&seq=%312+34&headsetbasedem=true&profile=UDP%20a&x=1",
    );
    assert_eq!(query.device_name().unwrap(), "SEP001122334455");
    assert_eq!(query.user_id().unwrap(), "a@b+c");
    assert_eq!(query.pin().unwrap().expose(), "12+34");
    assert_eq!(query.profile().unwrap(), "UDP a");
    assert!(query.is_headset_based() && query.has_blanks());
    assert!(!query.is_logout() && !query.is_refresh() && !query.is_emcc());
    assert_eq!(format!("{query:?}"), "***");
    for absent in [
        "",
        "device",
        "device=",
        "device=null",
        "device=%20",
        "device=#DEVICENAME#",
        "device=# DEVICENAME#",
        "Device=a",
    ] {
        assert_eq!(Query::new(absent).device_name(), None, "{absent}");
    }
    for (emcc, expected) in [
        ("true", true),
        (" true", true),
        ("#EMCC#", false),
        ("#EMCC #", false),
        ("null", false),
        ("", false),
        ("false", false),
    ] {
        assert_eq!(Query::new(&format!("a&&EMCC={emcc}&b")).is_emcc(), expected, "{emcc}");
    }
    let twice = Query::new("seq=1&seq=2&userid=a&userid=b&doLogout=true&refresh=true");
    assert_eq!((twice.pin().unwrap().expose(), twice.user_id()), ("1".into(), Some("a".into())));
    assert!(twice.is_logout() && twice.is_refresh() && !twice.has_blanks());
    assert_eq!(Query::new("%20%20loginType=SP").login_type(), Some(LoginType::SelfService));
    assert_eq!(Query::new("loginType=XX").login_type(), None);
    assert!(Query::new("a=b%20c").login_type().is_none() && !Query::new("userid=b%20c").has_blanks());
    assert_eq!(Query::of_target("/emapp/EMAppServlet").parameters().count(), 0);
    assert_eq!(Query::new("a=%zz&b=%").get("a").unwrap(), "%zz");
}

#[test]
fn rule_16_4_parameters_are_added_percent_encoded() {
    for (url, expected) in [
        ("http://a", "/?n%20m=%C3%A4%2B%26&q=1"),
        ("http://a/b", "/b?n%20m=%C3%A4%2B%26&q=1"),
        ("http://a/b?", "/b?n%20m=%C3%A4%2B%26&q=1"),
        ("http://a/b?c=d", "/b?c=d&n%20m=%C3%A4%2B%26&q=1"),
        ("http://a/b?c=d&", "/b?c=d&n%20m=%C3%A4%2B%26&q=1"),
        ("http://a/b?c?", "/b?c?&n%20m=%C3%A4%2B%26&q=1"),
        ("http://a?c", "/?c&n%20m=%C3%A4%2B%26&q=1"),
    ] {
        let mut buffer = [0; 256];
        let mut url = Url::new(&mut buffer, url, &PHONE).unwrap();
        url.push("n m", "\u{e4}+&").unwrap();
        url.push_parameter("q=1").unwrap();
        assert_eq!(url.expose_target(), expected);
    }
    // What a service sent stays, but for what no URI has.
    assert_eq!(
        followed("http://a/\u{fc}%20<\"b\">|?c=%2f'", &PHONE).unwrap(),
        "http://a/%C3%BC%20%3C%22b%22%3E%7C?c=%2f'"
    );
    let mut buffer = [0; 24];
    let mut url = Url::new(&mut buffer, "http://a/b", &PHONE).unwrap();
    assert_eq!(url.push("userid", "abakerabaker"), Err(UrlError::NoRoom { limit: 24 }));
    assert_eq!(url.expose(), "http://a/b");
    assert_eq!(url.push_parameter("a=#"), Err(UrlError::Character('#')));
    assert_eq!(url.expose(), "http://a/b");
    assert_eq!(Url::new(&mut [0; 9], "http://a/b", &PHONE).map(|_| ()), Err(UrlError::NoRoom { limit: 9 }));
}

#[test]
fn rule_16_5_a_url_with_a_pin_prints_without_it_is_wiped_and_gives_nothing_to_the_next() {
    let mut buffer = [0; 256];
    let mut url = Url::new(&mut buffer, "http://a/login?device=#DEVICENAME#", &PHONE).unwrap();
    assert_eq!(
        format!("{url} {url:?}"),
        "http://a/login?device=SEP001122334455 Url(http://a/login?device=SEP001122334455)"
    );
    url.push_secret("seq", Secret::from("12345")).unwrap();
    assert_eq!(format!("{url} {url:?}"), "http://a/login?*** Url(http://a/login?***)");
    assert_eq!(url.expose_target(), "/login?device=SEP001122334455&seq=12345");
    let mut next = [0; 256];
    for location in ["/done", "http://a/done"] {
        let next = Url::following(&mut next, location, &PHONE, &url).unwrap();
        assert_eq!(next.expose(), "http://a/done");
    }
    let mut out = [7; 64];
    assert!(matches!(url.write_get(&mut out, "en"), Err(Error::BufferTooSmall { needed: 65.. })));
    assert_eq!(out, [0; 64], "wiped");
    drop(url);
    assert_eq!(buffer, [0; 256], "wiped");
    // A secret that does not fit leaves nothing of it.
    let mut buffer = [0; 20];
    let mut url = Url::new(&mut buffer, "http://a/", &PHONE).unwrap();
    assert_eq!(url.push_secret("seq", Secret::from("1234567890")), Err(UrlError::NoRoom { limit: 20 }));
    std::mem::forget(url);
    assert_eq!(&buffer[..10], b"http://a/\0");
    assert_eq!(buffer[9..], [0; 11], "wiped");
}

#[test]
fn rule_16_5_the_request_names_the_page_its_host_and_the_language() {
    let mut buffer = [0; 256];
    let url = Url::new(&mut buffer, "http://[2001:db8::1]:8080/a?b=1", &PHONE).unwrap();
    let mut out = [0; 512];
    let length = url.write_get(&mut out, "de_DE").unwrap();
    assert_eq!(
        std::str::from_utf8(&out[..length]).unwrap(),
        "GET /a?b=1 HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\nAccept: x-CiscoIPPhone/*,text/*\r\nAccept-Language: de_DE\r\n\
         Accept-Charset: utf-8\r\nConnection: close\r\n\r\n"
    );
    for (language, reason) in [("", Unsendable::Blank), ("de\r\nX: y", Unsendable::Character('\r'))] {
        let refused = Err(Error::Unsendable { field: Field::AcceptLanguage, reason });
        assert_eq!(url.write_get(&mut out, language), refused);
    }
}

#[test]
fn rule_16_6_where_a_url_is_not_followed() {
    let long = |length: usize| format!("http://a/{}", "\u{e4}".repeat(length - 9));
    assert!(followed(&long(256), &PHONE).is_ok());
    for (url, expected) in [
        (long(257).as_str(), UrlError::TooLong),
        ("", UrlError::Scheme),
        ("/menu", UrlError::Scheme),
        ("//a/menu", UrlError::Scheme),
        ("menu.xml", UrlError::Scheme),
        ("ftp://a/", UrlError::Scheme),
        ("file:///etc/passwd", UrlError::Scheme),
        ("javascript:alert(1)", UrlError::Scheme),
        ("SoftKey:Exit", UrlError::Scheme),
        ("http:a", UrlError::Scheme),
        ("http:///a", UrlError::Host),
        ("http://?a", UrlError::Host),
        ("http://user:pass@a/", UrlError::Host),
        ("http://a:0/", UrlError::Host),
        ("http://a:65536/", UrlError::Host),
        ("http://b\u{fc}cher/", UrlError::Host),
        ("http://a\\b/", UrlError::Host),
        ("http://a/\0", UrlError::Character('\0')),
        ("http://a/\u{7f}", UrlError::Character('\u{7f}')),
        ("http://a/\u{85}", UrlError::Character('\u{85}')),
    ] {
        assert_eq!(followed(url, &PHONE), Err(expected), "{url}");
        let text = expected.to_string();
        assert!(text.starts_with("the URL") && !text.ends_with('.'), "{text}");
    }
    assert_eq!(followed("HttpS://A.example/B", &PHONE).unwrap(), "https://A.example/B");
    let (mut buffer, mut next) = ([0; 256], [0; 256]);
    let secure = Url::new(&mut buffer, "https://a:8443/x/y?z", &PHONE).unwrap();
    assert_eq!((secure.scheme(), secure.host(), secure.expose_target()), (Scheme::Https, "a:8443", "/x/y?z"));
    let follow = |next: &mut [u8], url: &str| {
        Url::following(next, url, &PHONE, &secure).map(|url| url.expose().to_owned())
    };
    assert_eq!(follow(&mut next, "http://a:8443/"), Err(UrlError::Downgrade));
    assert_eq!(follow(&mut next, "https://b/"), Ok("https://b/".to_owned()));
    assert_eq!(follow(&mut next, " /c?d=#DEVICENAME#"), Ok("https://a:8443/c?d=SEP001122334455".to_owned()));
    assert_eq!(follow(&mut next, "//b/c"), Err(UrlError::Scheme));
    assert_eq!(REDIRECTS, 2);
}

#[test]
fn rule_16_7_refresh() {
    let url = Some("http://a/b?c=d;e");
    for (value, seconds, expected) in [
        ("3; url=http://a/b?c=d;e", Some(3), url),
        ("3;URL = http://a/b?c=d;e ", Some(3), url),
        (" 3 , url=\"http://a/b?c=d;e\"", Some(3), url),
        ("3; url='http://a/b?c=d;e'", Some(3), url),
        ("0; url=http://a/b?c=d;e", None, url),
        ("; url=http://a/b?c=d;e", None, url),
        ("soon; url=http://a/b?c=d;e", None, url),
        ("-1", None, None),
        ("5", Some(5), None),
        ("5; url=", Some(5), None),
        ("5; http://a/", Some(5), None),
        ("99999999999", Some(u32::MAX), None),
        ("", None, None),
    ] {
        assert_eq!(Refresh::parse(value), Refresh { seconds, url: expected }, "{value}");
    }
}

#[test]
fn rule_16_8_only_text_xml_is_an_object_for_sure() {
    for (value, body, charset) in [
        ("text/xml", Body::Object, None),
        ("Text/XML;charset=UTF-8", Body::Object, Some(Charset::Utf8)),
        ("text/xml ; version=1; Charset = 'iso-8859-1'", Body::Object, Some(Charset::Latin1)),
        ("application/xml; charset=us-ascii", Body::ObjectAsOther, Some(Charset::UsAscii)),
        ("text/plain; charset=koi8-r", Body::Text, Some(Charset::Other)),
        ("text/html", Body::Other, None),
        ("text/xmlx", Body::Other, None),
        ("", Body::Other, None),
    ] {
        let read = ContentType::parse(value);
        assert_eq!((read.body, read.charset), (body, charset), "{value}");
    }
}

#[test]
fn rule_16_9_malformed_preferences_are_read_as_far_as_they_say_something() {
    let read = |value: &str| -> Vec<(String, u16)> {
        Preferences::parse(value).map(|it| (it.name.to_owned(), it.quality)).collect()
    };
    for (value, expected) in [
        ("utf-8,;q=0.8", vec![("utf-8", 1000)]),
        ("utf-8,iso-8859-1;q=0.8", vec![("utf-8", 1000), ("iso-8859-1", 800)]),
        ("iso-8859-1, utf-8;q=0.8", vec![("iso-8859-1", 1000), ("utf-8", 800)]),
        ("en_US", vec![("en_US", 1000)]),
        (" de ; Q = 0.125 ,, *;q=0", vec![("de", 125), ("*", 0)]),
        (
            "a;q=1.5,b;q=2,c;q=x,d;q=0.1234,e;q=",
            vec![("a", 1000), ("b", 1000), ("c", 1000), ("d", 1000), ("e", 1000)],
        ),
        ("", vec![]),
        (",,;;,", vec![]),
    ] {
        let expected: Vec<_> =
            expected.into_iter().map(|(name, quality)| (name.to_owned(), quality)).collect();
        assert_eq!(read(value), expected, "{value}");
    }
    for (value, best) in [
        ("de", Some("de")),
        ("en-US", Some("en")),
        ("en_US,de;q=0.9", Some("en")),
        ("de;q=0.5,EN;q=0.6", Some("en")),
        ("fr", None),
        ("fr,*;q=0.1", Some("en")),
        ("de;q=0", None),
        (",;q=0.8", None),
    ] {
        assert_eq!(Preferences::parse(value).best(&["en", "de"]), best, "{value}");
    }
}
