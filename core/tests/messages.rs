//! Sections 2 to 5 of PROTOCOL.md: texts, what all messages share, requests and queries. Each test is named after its
//! rule.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{APP_INFO, SUCCESS, logout, parse, refuse, same};
use hotdesk_core::{
    AppCertificate, Certificate, Choice, ExclusiveDuration, Field, Limit, LoginType, Message, Operation,
    Query, QueryOperation, Refusal, Request, Response, Text, UserId, limits,
};

fn login(inside: &str) -> String {
    format!(
        "<request>{APP_INFO}<login><deviceName>d</deviceName><userID>u</userID>{inside}</login></request>"
    )
}

fn device_name(xml: &str) -> String {
    match parse(xml) {
        Message::Request(Request { operation: Operation::Logout(logout), .. }) => {
            logout.device_name.to_string()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rule_2_1_line_ends_are_line_feeds() {
    assert_eq!(device_name(&logout("a\r\nb\rc\nd&#13;e")), "a\nb\nc\nd\re");
    assert_eq!(device_name(&logout("a\r\nb\rc")), "a\nb\nc");
    assert_eq!(device_name(&logout("<![CDATA[a\r\nb\rc]]>")), "a\nb\nc");
    let xml = "<response><userDevicesResults><user id='a\r\nb\tc&#9;d'><none/></user></userDevicesResults></response>";
    let Message::Response(Response::UserDevicesResults(results)) = parse(xml) else { panic!() };
    assert_eq!(results.users.iter().next().unwrap().id, "a b c\td");
}

#[test]
fn rule_2_2_blanks_around_a_text_are_removed_but_not_around_a_certificate() {
    assert_eq!(device_name(&logout(" \r\n\tSEP 1&#32;&#x9;\n")), "SEP 1");
    assert_eq!(device_name(&logout("<![CDATA[  SEP&1 ]]> ")), "SEP&1");
    for blanks in [" ", "\t", "\n", "\r\n"] {
        assert_eq!(device_name(&logout(&format!("SEP{blanks}"))), "SEP");
        assert_eq!(device_name(&logout(&format!("{blanks}SEP"))), "SEP");
    }
    let xml = "<request><appInfo><appID> a </appID><appCertificate> b<![CDATA[ ]]></appCertificate></appInfo>\
               <logoutAll/></request>";
    let Message::Request(request) = parse(xml) else { panic!() };
    assert_eq!(request.app.id, "a");
    let AppCertificate::Plain(certificate) = request.app.certificate else { panic!() };
    assert_eq!(certificate.expose(), " b ");
}

#[test]
fn rule_2_3_ids_of_responses_are_percent_coded() {
    for (written, read) in [
        ("em%40cisco.com", "em@cisco.com"),
        ("a%2fb%2Fc", "a/b/c"),
        ("a+b%2Bc", "a+b+c"),
        ("J%C3%BCrgen%E2%82%AC%F0%9F%98%80", "Jürgen€😀"),
        ("100%", "100%"),
        ("%4", "%4"),
        ("%zz%40", "%zz@"),
        ("%FF%C3%28", "%FF%C3("),
        ("%C3x%A4", "%C3x%A4"),
        ("%C3xA4", "%C3xA4"),
        ("%ED%A0%80", "%ED%A0%80"),
        ("%2540", "%40"),
        ("a&#37;40b", "a@b"),
        ("<![CDATA[a%]]>40b", "a@b"),
    ] {
        let xml = format!(
            "<response><deviceUserResults><device name='d%40'><userID>{written}</userID>\
             <lastlogin>l%40</lastlogin></device></deviceUserResults></response>"
        );
        let Message::Response(Response::DeviceUserResults(results)) = parse(&xml) else { panic!() };
        let device = results.devices.iter().next().unwrap();
        assert_eq!(device.user().unwrap(), read, "{written}");
        assert_eq!(UserId::try_from(device.user().unwrap()).unwrap().as_str(), read);
        // Rule 2.4: these are plain.
        assert_eq!((device.name, device.last_login()), (Text::from("d%40"), Some(Text::from("l%40"))));
    }
}

#[test]
fn rule_2_4_ids_of_requests_and_queries_are_plain() {
    let xml = login("").replace("<userID>u<", "<userID>a%40b<");
    let Message::Request(Request { operation: Operation::Login(login), .. }) = parse(&xml) else { panic!() };
    assert_eq!(login.user_id, "a%40b");
    let xml = format!("<query>{APP_INFO}<checkUser><userID>a%40b</userID></checkUser></query>");
    let Message::Query(Query { operation: QueryOperation::CheckUser(check), .. }) = parse(&xml) else {
        panic!()
    };
    assert!(check.users.iter().eq([Text::from("a%40b")]));
}

#[test]
fn rule_2_4_no_other_text_is_percent_coded() {
    for written in ["a%40b", " a%40b ", "%40b", "a<!---->%40b"] {
        let read = written.trim().replace("<!---->", "");
        let xml = format!(
            "<request>{APP_INFO}<login><deviceName>{written}</deviceName><userID>{written}</userID>\
             <deviceProfile>{written}</deviceProfile><remoteIPAddr>{written}</remoteIPAddr>\
             <isViaHeaderSet>{written}</isViaHeaderSet></login></request>"
        );
        let Message::Request(Request { operation: Operation::Login(login), .. }) = parse(&xml) else {
            panic!()
        };
        assert_eq!((login.device_name, login.user_id), (Text::from(&*read), Text::from(&*read)));
        for text in [login.device_profile, login.remote_ip_addr, login.is_via_header_set] {
            assert_eq!(text, Some(Text::from(&*read)));
        }
    }
    // Nor does an escape count as one character for the bound.
    let long = "%C3%A4".repeat(22);
    for (operation, element, field) in
        [("checkUser", "userID", Field::UserId), ("deviceUserQuery", "deviceName", Field::DeviceName)]
    {
        let row = format!("<{element}>§{long}</{element}>");
        let xml = format!("<query>{APP_INFO}<{operation}>{row}</{operation}></query>");
        refuse(&xml, Refusal::TooLong(field, Limit::Name));
    }
    let xml = format!(
        "<response><userDevicesResults><user id='u'><deviceName>§{long}</deviceName></user></userDevicesResults></response>"
    );
    refuse(&xml, Refusal::TooLong(Field::DeviceName, Limit::Name));
}

#[test]
fn debug_shows_a_text_as_rust_does_a_string() {
    for text in ["a", "é\"€\n", "\u{1}\\"] {
        assert_eq!(format!("{:?}", Text::from(text)), format!("{text:?}"));
    }
}

#[test]
fn a_text_that_needs_no_decoding_is_a_slice() {
    let name = |inside: &str| {
        let xml = logout(inside);
        match parse(&xml) {
            Message::Request(Request { operation: Operation::Logout(logout), .. }) => {
                logout.device_name.as_str().map(str::to_owned)
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(name("SEP").as_deref(), Some("SEP"));
    assert_eq!(name(" SEP\n").as_deref(), Some("SEP"));
    assert_eq!(name("&#32;SEP\r\n").as_deref(), Some("SEP"));
    assert_eq!(name("<!--a-->SEP"), None);
    for (id, slice) in [("john", Some("john")), (" john ", Some("john")), ("a%40b", None), ("a\tb", None)] {
        let xml = format!(
            "<response><checkUserResults><user id='{id}'><exists/></user></checkUserResults></response>"
        );
        let Message::Response(Response::CheckUserResults(results)) = parse(&xml) else { panic!() };
        assert_eq!(results.users.iter().next().unwrap().id.as_str(), slice);
    }
}

#[test]
fn rule_2_5_a_text_holds_no_element() {
    refuse(&logout("SEP§<b>1</b>"), Refusal::ElementInText(Field::DeviceName));
}

#[test]
fn rule_2_6_what_is_over_its_bound_is_refused_not_cut() {
    let most = limits::NAME_CHARS;
    let name = "ä".repeat(most);
    assert_eq!(device_name(&logout(&name)), name);
    refuse(&logout(&format!(" §{name}x ")), Refusal::TooLong(Field::DeviceName, Limit::Name));
    assert_eq!(device_name(&logout(&"&amp;".repeat(most))), "&".repeat(most));
    refuse(
        &logout(&format!("§{}", "&amp;".repeat(most + 1))),
        Refusal::TooLong(Field::DeviceName, Limit::Name),
    );
    let ascii = "x".repeat(most);
    refuse(&logout(&format!("§{ascii}x")), Refusal::TooLong(Field::DeviceName, Limit::Name));
    // Surrounding blanks do not count.
    let blanks = " \n".repeat(100);
    assert_eq!(device_name(&logout(&format!("{blanks}{ascii}"))), ascii);
    assert_eq!(device_name(&logout(&format!("{ascii}{blanks}"))), ascii);
    for (element, field) in [
        ("deviceProfile", Field::DeviceProfile),
        ("remoteIPAddr", Field::RemoteIpAddr),
        ("isViaHeaderSet", Field::IsViaHeaderSet),
    ] {
        let long = login(&format!("<{element}>§{ascii}x</{element}>"));
        refuse(&long, Refusal::TooLong(field, Limit::Name));
    }
    let app_id = format!("<request><appInfo><appID>§{ascii}x</appID></appInfo><logoutAll/></request>");
    refuse(&app_id, Refusal::TooLong(Field::AppId, Limit::Name));
    let device = format!(
        "<response><deviceUserResults><device name='d'><lastlogin>§{ascii}x</lastlogin></device></deviceUserResults></response>"
    );
    refuse(&device, Refusal::TooLong(Field::LastLogin, Limit::Name));

    let user = |id: &str| {
        format!(
            "<response><checkUserResults><user id=\"{id}\"><exists/></user></checkUserResults></response>"
        )
    };
    assert!(Message::parse(user(&"%C3%A4".repeat(most)).as_bytes()).is_ok());
    let too_long = Refusal::TooLong(Field::UserIdAttribute, Limit::Name);
    refuse(&user(&format!("§{}", "%C3%A4".repeat(most + 1))), too_long);
    assert!(Message::parse(user(&ascii).as_bytes()).is_ok());
    refuse(&user(&format!("§{ascii}x")), too_long);

    let signed = |certificate: &str| {
        format!(
            "<request><appInfo><appID>a</appID><appCertificate>{certificate}</appCertificate></appInfo><logoutAll/></request>"
        )
    };
    // The bound is in bytes: two per character here.
    let longest = "ä".repeat(limits::CERTIFICATE_BYTES / 2);
    assert!(Message::parse(signed(&longest).as_bytes()).is_ok());
    let too_long = Refusal::TooLong(Field::AppCertificate, Limit::Certificate);
    refuse(&signed(&format!("§{}x", longest)), too_long);
    assert!(Certificate::try_from(longest.as_str()).is_ok());
    assert!(Certificate::try_from(format!("{}x", longest).as_str()).is_err());

    let encrypted =
        |certificate: &str| signed(certificate).replace("appCertificate", "appEncryptedCertificate");
    assert!(Message::parse(encrypted(&longest).as_bytes()).is_ok());
    let too_long = Refusal::TooLong(Field::AppEncryptedCertificate, Limit::Certificate);
    refuse(&encrypted(&format!("§{}x", longest)), too_long);

    for (start, end) in [("error code='1'", "error"), ("errorMessage", "errorMessage")] {
        for text in ["x".repeat(5000), "x&amp;".repeat(10_000)] {
            let words = format!("<response><failure><{start}>{text}</{end}></failure></response>");
            assert!(Message::parse(words.as_bytes()).is_ok());
        }
    }
}

#[test]
fn rule_2_7_names_and_fixed_words_are_case_sensitive() {
    refuse("§<Response><success/></Response>", Refusal::UnknownRoot);
    refuse("§<response><Success/></response>", Refusal::MissingOneOf(Choice::Result));
    refuse(&login("§<loginType>uid</loginType>"), Refusal::Value(Field::LoginType));
}

#[test]
fn rule_3_1_the_root_says_the_kind() {
    refuse("<?xml version='1.0'?> §<html></html>", Refusal::UnknownRoot);
    refuse("§<em:response><success/></em:response>", Refusal::UnknownRoot);
    let error = Request::parse(SUCCESS.as_bytes()).unwrap_err();
    assert_eq!(
        error,
        hotdesk_core::Error::Refused { reason: Refusal::OtherRoot(Field::Request), position: 0 }
    );
    assert!(Query::parse(SUCCESS.as_bytes()).is_err());
    assert_eq!(Response::parse(SUCCESS.as_bytes()), Ok(Response::Success));
}

#[test]
fn rule_3_2_any_order_and_unknown_elements() {
    let ordered = format!(
        "<request>{APP_INFO}<login><deviceName>d</deviceName><userID>u</userID><deviceProfile>p</deviceProfile>\
         <exclusiveDuration><time>60</time></exclusiveDuration><loginType>DN</loginType>\
         <remoteIPAddr>10.0.0.1</remoteIPAddr><isViaHeaderSet>false</isViaHeaderSet></login></request>"
    );
    let shuffled = "<request>\n<login> x <isViaHeaderSet>false</isViaHeaderSet>\
         <new><deviceName>other</deviceName><userID/></new><loginType> DN </loginType><userID>u</userID>\
         <exclusiveDuration><since/><time> 60 </time></exclusiveDuration><remoteIPAddr>10.0.0.1</remoteIPAddr>\
         <deviceName>d</deviceName><x:userID>other</x:userID><deviceProfile>p</deviceProfile></login>\
         <success/><appInfo version='2'><appCertificate>b</appCertificate><appVersion>7</appVersion>\
         <appID>a</appID></appInfo></request>";
    same(shuffled, &ordered);
}

#[test]
fn rule_3_3_a_known_element_stands_once() {
    refuse(&login("§<userID>v</userID>"), Refusal::Repeated(Field::UserId));
    refuse(
        &login("<deviceProfile/>§<deviceProfile>p</deviceProfile>"),
        Refusal::Repeated(Field::DeviceProfile),
    );
    refuse(&login("<loginType/>§<loginType/>"), Refusal::Repeated(Field::LoginType));
    refuse(
        &login("<exclusiveDuration><time>1</time>§<time>1</time></exclusiveDuration>"),
        Refusal::Repeated(Field::Time),
    );
    refuse(
        &format!("<request>{APP_INFO}§{APP_INFO}<logoutAll/></request>"),
        Refusal::Repeated(Field::AppInfo),
    );
    refuse(
        "<request><appInfo><appID>a</appID>§<appID>a</appID></appInfo></request>",
        Refusal::Repeated(Field::AppId),
    );
}

#[test]
fn rule_3_4_mandatory_elements_are_there_and_not_blank() {
    let blank = |inside: &str| format!("<request>{APP_INFO}<logout>{inside}</logout></request>");
    let missing = blank("").replace("<logout>", "§<logout>");
    refuse(&missing, Refusal::Missing(Field::DeviceName));
    for inside in [
        "§<deviceName/>",
        "§<deviceName> \n</deviceName>",
        "§<deviceName>&#32;<!--x--><![CDATA[ ]]></deviceName>",
    ] {
        refuse(&blank(inside), Refusal::Blank(Field::DeviceName));
    }
    refuse("§<request><logoutAll/></request>", Refusal::Missing(Field::AppInfo));
    refuse(&format!("§<request>{APP_INFO}</request>"), Refusal::MissingOneOf(Choice::RequestOperation));
    let app = |inside: &str| format!("<request>{inside}<logoutAll/></request>");
    refuse(
        &app("<appInfo><appID>a</appID>§<appCertificate> </appCertificate></appInfo>"),
        Refusal::Blank(Field::AppCertificate),
    );
    refuse(&app("§<appInfo><appID>a</appID></appInfo>"), Refusal::Missing(Field::AppCertificate));
    refuse(&app("§<appInfo><appCertificate>b</appCertificate></appInfo>"), Refusal::Missing(Field::AppId));
    refuse(&format!("<query>{APP_INFO}§<checkUser/></query>"), Refusal::Missing(Field::UserId));
    refuse(&login("§<exclusiveDuration/>"), Refusal::MissingOneOf(Choice::ExclusiveDuration));
    refuse(&login("<exclusiveDuration>§<time> </time></exclusiveDuration>"), Refusal::Blank(Field::Time));
    same(&login("<deviceProfile/><remoteIPAddr> </remoteIPAddr><loginType/><isViaHeaderSet/>"), &login(""));
}

#[test]
fn rule_3_5_of_a_choice_there_is_one() {
    refuse(&format!("<request>{APP_INFO}<logoutAll/>§<logoutAll/></request>"), Refusal::TwoOperations);
    refuse(
        &format!("<query>{APP_INFO}<checkUser><userID>u</userID></checkUser>§<deviceProfileQuery/></query>"),
        Refusal::TwoOperations,
    );
    for second in ["success", "failure", "deviceUserResults", "userDevicesResults", "deviceProfileResults"] {
        refuse(&format!("<response><success/>§<{second}/></response>"), Refusal::TwoResults);
    }
    refuse("<response><success/>§<checkUserResults/></response>", Refusal::TwoResults);
    refuse(
        "<request><appInfo><appID>a</appID><appCertificate>b</appCertificate>\
         §<appEncryptedCertificate>c</appEncryptedCertificate></appInfo><logoutAll/></request>",
        Refusal::Excluded(Field::AppEncryptedCertificate),
    );
    refuse(
        &login("<exclusiveDuration><time>1</time>§<indefinite/></exclusiveDuration>"),
        Refusal::Excluded(Field::Indefinite),
    );
    refuse(
        &login("<exclusiveDuration><indefinite/>§<time>1</time></exclusiveDuration>"),
        Refusal::Excluded(Field::Time),
    );
}

#[test]
fn rule_4_1_the_certificate_is_plain_or_encrypted() {
    let xml = "<request><appInfo><appID>a</appID><appEncryptedCertificate>b</appEncryptedCertificate></appInfo>\
               <logoutAll/></request>";
    let Message::Request(request) = parse(xml) else { panic!() };
    assert_eq!(request.app.certificate, AppCertificate::Encrypted("b".into()));
    assert!(!format!("{request:?}").contains("\"b\""), "a secret is in Debug: {request:?}");
}

#[test]
fn rules_4_2_4_5_and_4_6_each_text_is_where_it_belongs() {
    let extras = "<remoteIPAddr>r</remoteIPAddr><isViaHeaderSet>v</isViaHeaderSet>";
    let (remote, via) = (Some(Text::from("r")), Some(Text::from("v")));
    let xml = login(&format!("<deviceProfile>p</deviceProfile>{extras}"));
    let Message::Request(Request { operation: Operation::Login(login), .. }) = parse(&xml) else { panic!() };
    assert_eq!((login.device_name, login.user_id), ("d".into(), "u".into()));
    assert_eq!(login.device_profile, Some("p".into()));
    assert_eq!((login.remote_ip_addr, login.is_via_header_set), (remote, via));
    let xml = logout("d").replace("</logout>", &format!("{extras}</logout>"));
    let Message::Request(Request { operation: Operation::Logout(logout), .. }) = parse(&xml) else {
        panic!()
    };
    assert_eq!(
        (logout.device_name, logout.remote_ip_addr, logout.is_via_header_set),
        ("d".into(), remote, via)
    );
    let xml = format!("<request>{APP_INFO}<logoutAll>{extras}</logoutAll></request>");
    let Message::Request(Request { operation: Operation::LogoutAll(all), .. }) = parse(&xml) else {
        panic!()
    };
    assert_eq!((all.remote_ip_addr, all.is_via_header_set), (remote, via));
}

#[test]
fn rule_4_3_a_duration_is_whole_minutes_or_indefinite() {
    let duration = |inside: &str| {
        let xml = login(&format!("<exclusiveDuration>{inside}</exclusiveDuration>"));
        match parse(&xml) {
            Message::Request(Request { operation: Operation::Login(login), .. }) => login.exclusive_duration,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(duration("<time>0</time>"), Some(ExclusiveDuration::Minutes(0)));
    assert_eq!(duration("<time>4294967295</time>"), Some(ExclusiveDuration::Minutes(u32::MAX)));
    assert_eq!(duration("<indefinite/>"), Some(ExclusiveDuration::Indefinite));
    for time in ["1h", "-1", "+1", "1.5", "0x10", "4294967296", "1 0", "٣"] {
        let xml = login(&format!("<exclusiveDuration>§<time>{time}</time></exclusiveDuration>"));
        refuse(&xml, Refusal::Value(Field::Time));
    }
}

#[test]
fn rule_4_4_the_login_type_is_one_of_three() {
    for known in [LoginType::UserId, LoginType::DirectoryNumber, LoginType::SelfService] {
        let xml = login(&format!("<loginType>{}</loginType>", known.as_str()));
        let Message::Request(Request { operation: Operation::Login(login), .. }) = parse(&xml) else {
            panic!()
        };
        assert_eq!(login.login_type, Some(known));
    }
    for other in ["XY", "yes", "no", "t", "f", "0", "UIDx"] {
        refuse(&login(&format!("§<loginType>{other}</loginType>")), Refusal::Value(Field::LoginType));
    }
}

#[test]
fn rules_5_1_to_5_4_queries_hold_lists_of_any_length() {
    let rows = |element: &str, count: usize| {
        (0..count).map(|i| format!("<{element}>n{i}</{element}>")).collect::<String>()
    };
    for (operation, element) in [
        ("deviceUserQuery", "deviceName"),
        ("userDevicesQuery", "userID"),
        ("checkUser", "userID"),
        ("deviceProfileQuery", "userID"),
    ] {
        let xml = format!(
            "<query>{APP_INFO}<{operation}><loginType>SP</loginType>{}<other><{element}>no</{element}></other>\
             <remoteIPAddr>::1</remoteIPAddr>{}<isViaHeaderSet>true</isViaHeaderSet></{operation}></query>",
            rows(element, 10_000),
            rows(element, 1)
        );
        let Message::Query(query) = parse(&xml) else { panic!() };
        let (list, extras) = match query.operation {
            QueryOperation::DeviceUserQuery(q) => {
                (q.devices, (q.login_type, q.remote_ip_addr, q.is_via_header_set))
            }
            QueryOperation::UserDevicesQuery(q) => {
                (q.users, (q.login_type, q.remote_ip_addr, q.is_via_header_set))
            }
            QueryOperation::CheckUser(q) => (q.users, (q.login_type, q.remote_ip_addr, q.is_via_header_set)),
            QueryOperation::DeviceProfileQuery(q) => {
                (q.users, (q.login_type, q.remote_ip_addr, q.is_via_header_set))
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(list.iter().count(), 10_001, "{operation}");
        assert_eq!(list.iter().nth(9_999).unwrap(), "n9999");
        assert_eq!(list.iter().last().unwrap(), "n0");
        assert_eq!(extras, (Some(LoginType::SelfService), Some("::1".into()), Some("true".into())));
        refuse(
            &format!(
                "<query>{APP_INFO}<{operation}><{element}>a</{element}>§<{element}/></{operation}></query>"
            ),
            Refusal::Blank(if element == "userID" { Field::UserId } else { Field::DeviceName }),
        );
    }
}

#[test]
fn rule_5_4_the_older_name_is_read_as_the_same_query() {
    let xml = |name: &str| format!("<query>{APP_INFO}<{name}><userID>u</userID></{name}></query>");
    same(&xml("userDeviceProfileQuery"), &xml("deviceProfileQuery"));
}
