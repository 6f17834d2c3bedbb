//! Every rule of PROTOCOL.md has a test named after it: in the core, in its tests, in this folder or here.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use hotdesk_core::http::{ResponseReader, Status};
use hotdesk_core::session::{Deadlines, Exchange, ExchangeFailure, Step};
use hotdesk_core::{AppCertificate, Error, Field, LoginType, Message, Operation, Refusal, Request};
use hotdesk_tests::{rules, vectors};

/// Adds the rule numbers in the names of the tests below a folder, such as `rule_1_2_…` and `rules_5_1_to_5_4_…`.
fn tested(folder: &Path, found: &mut BTreeSet<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            tested(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            for name in source.lines().filter_map(|line| line.trim_start().strip_prefix("fn rule")) {
                let words = name.split('_').filter(|word| !matches!(*word, "" | "s" | "to"));
                let numbers: Vec<u8> = words.map_while(|word| word.parse().ok()).collect();
                match numbers.as_slice() {
                    [] => {}
                    [section, rule] => drop(found.insert(format!("{section}.{rule}"))),
                    [section, from, same, to] if section == same => {
                        found.extend((*from..=*to).map(|rule| format!("{section}.{rule}")));
                    }
                    _ => panic!("{}: rule{name}", path.display()),
                }
            }
        }
    }
}

#[test]
fn every_rule_has_a_test_named_after_it_and_no_test_names_another_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for folder in ["tests", "../core/tests", "../core/src"] {
        tested(&root.join(folder), &mut found);
    }
    let rules = rules();
    let untested: Vec<_> = rules.difference(&found).collect();
    assert!(untested.is_empty(), "no test is named after rules {untested:?}");
    let unknown: Vec<_> = found.difference(&rules).collect();
    assert!(unknown.is_empty(), "tests are named after rules that are not there: {unknown:?}");
}

const APP_INFO: &str = "<appInfo><appID>a</appID><appCertificate>b</appCertificate></appInfo>";

/// A request with `inside` in its operation.
fn request(operation: &str, inside: &str) -> String {
    format!("<request>{APP_INFO}<{operation}>{inside}</{operation}></request>")
}

fn read(xml: &str) -> Operation<'_> {
    match Message::parse(xml.as_bytes()) {
        Ok(Message::Request(Request { operation, .. })) => operation,
        other => panic!("{xml}: {other:?}"),
    }
}

#[track_caller]
fn refused(xml: &str, expected: Refusal) {
    match Message::parse(xml.as_bytes()) {
        Err(Error::Refused { reason, .. }) => assert_eq!(reason, expected, "{xml}"),
        other => panic!("{xml}: {other:?}"),
    }
}

#[test]
fn rule_2_2_blanks_of_a_certificate_stay_however_it_is_written() {
    for written in [" b ", "&#32;b ", " <![CDATA[b ]]>", "<![CDATA[ b ]]>", " <!-- c -->b "] {
        let xml = format!(
            "<request><appInfo><appID> a </appID><appCertificate>{written}</appCertificate></appInfo><logoutAll/>\
             </request>"
        );
        let Ok(Message::Request(request)) = Message::parse(xml.as_bytes()) else { panic!("{xml}") };
        assert_eq!(request.app.id, "a");
        let AppCertificate::Plain(certificate) = request.app.certificate else { panic!("{xml}") };
        assert_eq!(certificate.expose(), " b ", "{written}");
    }
}

#[test]
fn rule_3_2_unknown_elements_and_texts_are_skipped_at_every_place_of_every_sample() {
    for sample in vectors().into_iter().filter(|vector| vector.group() == "samples") {
        let xml = std::str::from_utf8(&sample.input).unwrap().trim_end();
        let message = Message::parse(xml.as_bytes()).unwrap();
        let mut places = 0;
        // Between two tags, inside the root: behind a tag that only blanks part from the next one.
        for (place, _) in xml.match_indices('>').filter(|(at, _)| xml[at + 1..].trim_start().starts_with('<'))
        {
            let (head, tail) = xml.split_at(place + 1);
            for unknown in ["<new a='1'>x<userID>y</userID><!-- z --></new>", "<new/>", "words", "<?new?>"] {
                let with = format!("{head}{unknown}{tail}");
                assert_eq!(Message::parse(with.as_bytes()), Ok(message), "{with}");
            }
            places += 1;
        }
        assert!(places >= 2, "{}: {places}", sample.path);
    }
}

#[test]
fn rule_3_4_a_blank_stands_for_no_mandatory_text_anywhere() {
    let app = |id: &str, certificate: &str| {
        format!(
            "<request><appInfo><appID>{id}</appID><appCertificate>{certificate}</appCertificate></appInfo><logoutAll/>\
             </request>"
        )
    };
    let login = |device: &str, user: &str| {
        request("login", &format!("<deviceName>{device}</deviceName><userID>{user}</userID>"))
    };
    let query = |operation: &str, name: &str| {
        format!("<query>{APP_INFO}<{operation}><{name}>VALUE</{name}></{operation}></query>")
    };
    let response = |result: &str, inside: &str| format!("<response><{result}>{inside}</{result}></response>");
    let device = |inside: &str| response("deviceUserResults", &format!("<device name='d'>{inside}</device>"));
    let user = |result: &str, inside: &str| response(result, &format!("<user id='u'>{inside}</user>"));
    let profile = |name: &str, flag: &str| {
        let inside = format!(
            "<deviceProfile><deviceProfileName>{name}</deviceProfileName><isDefaultDeviceProfile>{flag}\
             </isDefaultDeviceProfile></deviceProfile>"
        );
        user("deviceProfileResults", &inside)
    };
    for (xml, field) in [
        (app("VALUE", "c"), Field::AppId),
        (app("a", "VALUE"), Field::AppCertificate),
        (login("VALUE", "u"), Field::DeviceName),
        (login("d", "VALUE"), Field::UserId),
        (request("logout", "<deviceName>VALUE</deviceName>"), Field::DeviceName),
        (query("deviceUserQuery", "deviceName"), Field::DeviceName),
        (query("userDevicesQuery", "userID"), Field::UserId),
        (query("checkUser", "userID"), Field::UserId),
        (query("deviceProfileQuery", "userID"), Field::UserId),
        (device("<userID>VALUE</userID>"), Field::UserId),
        (device("<none/><lastlogin>VALUE</lastlogin>"), Field::LastLogin),
        (device("<none/><emccDevice>VALUE</emccDevice>"), Field::EmccDevice),
        (user("userDevicesResults", "<deviceName>VALUE</deviceName>"), Field::DeviceName),
        (profile("VALUE", "t"), Field::DeviceProfileName),
        (profile("p", "VALUE"), Field::IsDefaultDeviceProfile),
    ] {
        for blank in ["", " \r\n\t", "&#32;&#x9;", "<!-- c -->", "<![CDATA[ ]]>", " <?p?> "] {
            refused(&xml.replace("VALUE", blank), Refusal::Blank(field));
        }
    }
    for (result, row, attribute, field) in [
        ("deviceUserResults", "device", "name", Field::DeviceNameAttribute),
        ("userDevicesResults", "user", "id", Field::UserIdAttribute),
        ("deviceProfileResults", "user", "id", Field::UserIdAttribute),
        ("checkUserResults", "user", "id", Field::UserIdAttribute),
    ] {
        for blank in ["", " \n", "&#32;"] {
            let xml = response(result, &format!("<{row} {attribute}='{blank}'><doesNotExist/></{row}>"));
            refused(&xml, Refusal::Blank(field));
        }
    }
}

#[test]
fn rule_3_6_a_text_that_is_no_such_value_is_refused() {
    let device = |inside: &str| {
        format!(
            "<response><deviceUserResults><device name='d'><none/>{inside}</device></deviceUserResults></response>"
        )
    };
    let profile = |flag: &str| {
        format!(
            "<response><deviceProfileResults><user id='u'><deviceProfile><deviceProfileName>p</deviceProfileName>\
             <isDefaultDeviceProfile>{flag}</isDefaultDeviceProfile></deviceProfile></user></deviceProfileResults>\
             </response>"
        )
    };
    let login =
        |inside: &str| request("login", &format!("<deviceName>d</deviceName><userID>u</userID>{inside}"));
    let time = |time: &str| login(&format!("<exclusiveDuration><time>{time}</time></exclusiveDuration>"));
    for (good, bad, value) in [
        (device("<emccDevice> yes </emccDevice>"), device("<emccDevice>YES</emccDevice>"), Field::EmccDevice),
        (profile("f"), profile("false"), Field::IsDefaultDeviceProfile),
        (login("<loginType>DN</loginType>"), login("<loginType>DNX</loginType>"), Field::LoginType),
        (time("\n60 "), time("60m"), Field::Time),
    ] {
        assert!(Message::parse(good.as_bytes()).is_ok(), "{good}");
        refused(&bad, Refusal::Value(value));
    }
}

#[test]
fn rule_4_2_a_login_has_device_and_user_and_may_have_more_in_any_order() {
    let xml = request(
        "login",
        "<isViaHeaderSet>true</isViaHeaderSet><remoteIPAddr>10.0.0.1</remoteIPAddr><loginType>SP</loginType>\
         <deviceProfile>p</deviceProfile><userID>u</userID><deviceName>d</deviceName>",
    );
    let Operation::Login(login) = read(&xml) else { panic!() };
    assert_eq!((login.device_name, login.user_id), ("d".into(), "u".into()));
    assert_eq!((login.device_profile, login.login_type), (Some("p".into()), Some(LoginType::SelfService)));
    assert_eq!(
        (login.remote_ip_addr, login.is_via_header_set),
        (Some("10.0.0.1".into()), Some("true".into()))
    );
    let xml = request("login", "<deviceName>d</deviceName><userID>u</userID>");
    let Operation::Login(login) = read(&xml) else { panic!() };
    assert_eq!((login.device_profile, login.exclusive_duration, login.login_type), (None, None, None));
    assert_eq!((login.remote_ip_addr, login.is_via_header_set), (None, None));
    refused(&request("login", "<userID>u</userID>"), Refusal::Missing(Field::DeviceName));
    refused(&request("login", "<deviceName>d</deviceName>"), Refusal::Missing(Field::UserId));
}

#[test]
fn rule_4_5_a_logout_has_a_device_and_may_have_two_more() {
    let xml =
        request("logout", "<remoteIPAddr>::1</remoteIPAddr><deviceName>d</deviceName><userID>x</userID>");
    let Operation::Logout(logout) = read(&xml) else { panic!() };
    assert_eq!((logout.device_name, logout.remote_ip_addr), ("d".into(), Some("::1".into())));
    assert_eq!(logout.is_via_header_set, None);
    refused(&request("logout", "<isViaHeaderSet>true</isViaHeaderSet>"), Refusal::Missing(Field::DeviceName));
}

#[test]
fn rule_4_6_a_logout_of_all_needs_nothing() {
    let xml = request("logoutAll", "");
    let Operation::LogoutAll(all) = read(&xml) else { panic!() };
    assert_eq!((all.remote_ip_addr, all.is_via_header_set), (None, None));
    let xml = request("logoutAll", "<isViaHeaderSet>true</isViaHeaderSet><remoteIPAddr>::1</remoteIPAddr>");
    let Operation::LogoutAll(all) = read(&xml) else { panic!() };
    assert_eq!((all.remote_ip_addr, all.is_via_header_set), (Some("::1".into()), Some("true".into())));
}

#[test]
fn rule_10_5_an_answer_cut_in_two_anywhere_is_read_the_same() {
    let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n\
                  6;a=b\r\nanswer\r\nA\r\n 123456789\r\n0\r\nTrailer: z\r\n\r\n"
        .as_bytes();
    for split in 0..=answer.len() {
        let mut buffer = [0; 256];
        let mut reader = ResponseReader::new(&mut buffer);
        let (head, tail) = answer.split_at(split);
        reader.receive(head).unwrap();
        reader.receive(tail).unwrap();
        reader.close().unwrap();
        assert_eq!(reader.status(), Some(Status::OK), "cut at {split}");
        assert_eq!(reader.body(), Some(&b"answer 123456789"[..]), "cut at {split}");
    }
}

#[test]
fn rule_10_7_only_200_carries_a_message_and_no_redirect_is_followed() {
    for status in [200, 201, 206, 301, 302, 307, 400, 404, 500, 503] {
        let mut request = *b"POST";
        let mut answer = [0; 512];
        let now = Duration::ZERO;
        let mut exchange = Exchange::start(&mut request, &mut answer, Deadlines::default(), now);
        exchange.connected(now);
        let count = exchange.outgoing().len();
        exchange.sent(count);
        let head =
            format!("HTTP/1.1 {status} X\r\nLocation: http://elsewhere/\r\nContent-Length: 7\r\n\r\nmessage");
        exchange.received(head.as_bytes(), now);
        assert_eq!(exchange.step(), Step::Done);
        assert!(exchange.outgoing().is_empty(), "{status}: something is sent after the answer");
        match exchange.result().unwrap() {
            Ok(body) => assert_eq!((status, body), (200, &b"message"[..])),
            Err(error) => {
                assert_eq!(error.failure(), ExchangeFailure::Status(Status::new(status).unwrap()));
            }
        }
    }
}

#[test]
fn rule_11_4_what_was_sent_is_overwritten_before_an_exchange_ends_and_the_rest_when_it_ends() {
    type End = fn(&mut Exchange<'_>);
    let ends: [(End, &[u8]); 5] = [
        (|_| {}, b"\0\0\0\0secret"),
        (
            |exchange| exchange.received(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Duration::ZERO),
            &[0; 10],
        ),
        (|exchange| exchange.received(b"no HTTP\r\n\r\n", Duration::ZERO), &[0; 10]),
        (|exchange| exchange.broken(), &[0; 10]),
        (|exchange| exchange.tick(Duration::from_secs(3600)), &[0; 10]),
    ];
    for (end, left) in ends {
        let mut request = *b"POSTsecret";
        let mut answer = [0; 512];
        let mut exchange = Exchange::start(&mut request, &mut answer, Deadlines::default(), Duration::ZERO);
        exchange.connected(Duration::ZERO);
        assert_eq!(exchange.outgoing(), b"POSTsecret");
        exchange.sent(4);
        end(&mut exchange);
        // One that is dropped wipes everything; one that is forgotten shows what it wiped before.
        std::mem::forget(exchange);
        assert_eq!(request, left);
    }
}
