//! Section 6 of PROTOCOL.md: what a response holds. Each test is named after its rule.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{parse, refuse};
use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::{
    Choice, DeviceProfile, DeviceResult, DeviceStatus, Failure, Field, Message, Refusal, Response, Text,
    UserDevicesStatus, UserProfilesStatus,
};

fn device(inside: &str) -> String {
    format!("<response><deviceUserResults><device name='d'>{inside}</device></deviceUserResults></response>")
}

fn read_device(xml: &str) -> DeviceResult<'_> {
    let Message::Response(Response::DeviceUserResults(results)) = parse(xml) else { panic!("{xml}") };
    results.devices.iter().next().unwrap()
}

fn user(results: &str, inside: &str) -> String {
    format!("<response><{results}><user id='u'>{inside}</user></{results}></response>")
}

#[test]
fn rule_6_1_a_result_is_read_by_its_name() {
    // As the answer to a userDevicesQuery, as RT shows it.
    let xml = device("<userID>john</userID><none/>");
    assert!(matches!(Response::parse(xml.as_bytes()), Ok(Response::DeviceUserResults(_))));
}

#[test]
fn rule_6_2_slots_of_a_device() {
    let john = Some(Text::from("john"));
    let em = Some(Text::from("em"));
    for (inside, user, last_login) in [
        ("<userID>john</userID><lastlogin>em</lastlogin>", john, em),
        ("<lastlogin>em</lastlogin><userID>john</userID>", john, em),
        ("<userID>john</userID><none/>", john, None),
        ("<none/><userID>john</userID>", john, None),
        ("<userID>john</userID>", john, None),
        ("<none/><lastlogin>em</lastlogin>", None, em),
        ("<lastlogin>em</lastlogin><none/>", None, em),
        ("<none/><none/>", None, None),
        ("<none/>", None, None),
        ("<none>x</none><other/><none></none>", None, None),
    ] {
        let xml = device(inside);
        let device = read_device(&xml);
        let emcc = None;
        let status = match user {
            Some(user) => DeviceStatus::LoggedIn { user, last_login, emcc },
            None => DeviceStatus::LoggedOut { last_login, emcc },
        };
        assert_eq!(device.status, status, "{inside}");
        assert_eq!((device.user(), device.last_login(), device.emcc()), (user, last_login, emcc), "{inside}");
    }
    for inside in [
        "<userID>a</userID><none/>§<none/>",
        "<none/><none/>§<none/>",
        "<userID>a</userID><lastlogin>b</lastlogin>§<none/>",
        "<none/><none/>§<userID>a</userID>",
        "<none/><none/>§<lastlogin>a</lastlogin>",
    ] {
        refuse(&device(inside), Refusal::ThirdSlot);
    }
    refuse(&device("<userID>a</userID>§<userID>b</userID>"), Refusal::Repeated(Field::UserId));
    refuse(&device("<userID>a</userID>§<lastlogin/>"), Refusal::Blank(Field::LastLogin));
    for inside in ["", "<lastlogin>em</lastlogin>", "<emccDevice>no</emccDevice>"] {
        let xml = device(inside).replace("<device ", "§<device ");
        refuse(&xml, Refusal::MissingOneOf(Choice::Device));
    }
    refuse(
        "<response><deviceUserResults>§<device><none/></device></deviceUserResults></response>",
        Refusal::Missing(Field::DeviceNameAttribute),
    );
    refuse(
        "<response><deviceUserResults><device name='§ '><none/></device></deviceUserResults></response>",
        Refusal::Blank(Field::DeviceNameAttribute),
    );
    refuse("<response>§<deviceUserResults/></response>", Refusal::Missing(Field::Device));
}

#[test]
fn rule_6_2_each_row_is_read_on_its_own() {
    let rows = "<device name='a' id='x'><userID>u</userID><lastlogin>l</lastlogin><emccDevice>yes</emccDevice></device>";
    let xml = format!("<response><deviceUserResults>{rows}{rows}</deviceUserResults></response>");
    let Message::Response(Response::DeviceUserResults(results)) = parse(&xml) else { panic!() };
    let status = DeviceStatus::LoggedIn { user: "u".into(), last_login: Some("l".into()), emcc: Some(true) };
    let row = DeviceResult::new("a", status);
    assert!(results.devices.iter().eq([row, row]));
    let refused = |second: &str, reason| {
        for first in
            [rows, "<device name='a'><none/><none/></device>", "<device name='a'><doesNotExist/></device>"]
        {
            refuse(
                &format!("<response><deviceUserResults>{first}{second}</deviceUserResults></response>"),
                reason,
            );
        }
    };
    refused("§<device name='b'/>", Refusal::MissingOneOf(Choice::Device));
    refused("§<device><none/></device>", Refusal::Missing(Field::DeviceNameAttribute));
    refused("§<device id='x'><none/></device>", Refusal::Missing(Field::DeviceNameAttribute));
}

#[test]
fn rule_6_3_emcc_device() {
    for (inside, emcc) in [
        ("<none/><none/><emccDevice> yes </emccDevice>", true),
        ("<emccDevice>no</emccDevice><none/>", false),
        ("<userID>a</userID><emccDevice>no</emccDevice><lastlogin>b</lastlogin>", false),
    ] {
        assert_eq!(read_device(&device(inside)).emcc(), Some(emcc), "{inside}");
    }
    for other in ["true", "t", "f", "UID", "DN", "1", "Yes"] {
        let inside = format!("<none/>§<emccDevice>{other}</emccDevice>");
        refuse(&device(&inside), Refusal::Value(Field::EmccDevice));
    }
    refuse(&device("<none/>§<emccDevice/>"), Refusal::Blank(Field::EmccDevice));
}

#[test]
fn rule_6_4_does_not_exist_stands_alone() {
    assert_eq!(read_device(&device("<doesNotExist/>")).status, DeviceStatus::DoesNotExist);
    for inside in [
        "§<doesNotExist/><none/>",
        "<userID>a</userID>§<doesNotExist/>",
        "§<doesNotExist/><lastlogin>a</lastlogin>",
        "§<doesNotExist/><emccDevice>no</emccDevice>",
    ] {
        refuse(&device(inside), Refusal::Excluded(Field::DoesNotExist));
    }
    refuse(&device("<doesNotExist/>§<doesNotExist/>"), Refusal::Repeated(Field::DoesNotExist));
    for (results, beside) in [
        ("userDevicesResults", "<deviceName>d</deviceName>"),
        ("userDevicesResults", "<none/>"),
        ("deviceProfileResults", "<none/>"),
        ("deviceProfileResults", "<failure><errorMessage/></failure>"),
        ("checkUserResults", "<exists/>"),
    ] {
        refuse(&user(results, &format!("{beside}§<doesNotExist/>")), Refusal::Excluded(Field::DoesNotExist));
    }
}

#[test]
fn rule_6_5_where_users_are_logged_in() {
    let xml = "<response><userDevicesResults>\
        <user id='a%40b'><deviceName>d1</deviceName><x/><deviceName> d2 </deviceName></user>\
        <user id='c'><none/></user><other/><user id='d'><doesNotExist/></user></userDevicesResults></response>";
    let Message::Response(Response::UserDevicesResults(results)) = parse(xml) else { panic!() };
    let users: Vec<_> = results.users.iter().collect();
    assert_eq!(users.len(), 3);
    assert_eq!(users[0].id, "a@b");
    let UserDevicesStatus::LoggedIn(devices) = users[0].status else { panic!() };
    assert!(devices.iter().eq([Text::from("d1"), Text::from("d2")]));
    assert_eq!(users[1].status, UserDevicesStatus::None);
    assert_eq!(users[2].status, UserDevicesStatus::DoesNotExist);

    let empty = user("userDevicesResults", "").replace("<user ", "§<user ");
    refuse(&empty, Refusal::MissingOneOf(Choice::UserDevices));
    refuse(&user("userDevicesResults", "<deviceName>d</deviceName>§<none/>"), Refusal::Excluded(Field::None));
    refuse(&user("userDevicesResults", "§<deviceName/>"), Refusal::Blank(Field::DeviceName));
    // A `failure` says nothing here.
    parse(&user("userDevicesResults", "<failure/><deviceName>d</deviceName>"));
    for id in ["", "%20", "%20%0A", "&#32;"] {
        let xml = user("userDevicesResults", "<none/>").replace("'u'", &format!("'§{id}'"));
        refuse(&xml, Refusal::Blank(Field::UserIdAttribute));
    }
    refuse(&device("§<userID>%20</userID>"), Refusal::Blank(Field::UserId));
    let xml = user("userDevicesResults", "<none/>").replace("id='u'", "id='a\tb\nc' name='x'");
    let Message::Response(Response::UserDevicesResults(results)) = parse(&xml) else { panic!() };
    assert_eq!(results.users.iter().next().unwrap().id, "a b c");
}

#[test]
fn rule_6_6_device_profiles() {
    let xml = "<response><deviceProfileResults>\
        <user id='a'><deviceProfile><isDefaultDeviceProfile>t</isDefaultDeviceProfile>\
        <deviceProfileName>p&amp;1</deviceProfileName></deviceProfile>\
        <deviceProfile><deviceProfileName>p%40</deviceProfileName>\
        <isDefaultDeviceProfile>f</isDefaultDeviceProfile></deviceProfile></user>\
        <user id='b'/><user id='c'><none/></user><user id='d'><doesNotExist/></user>\
        <user id='e'><failure><error code='6'>busy</error></failure></user></deviceProfileResults></response>";
    let Message::Response(Response::DeviceProfileResults(results)) = parse(xml) else { panic!() };
    let users: Vec<_> = results.users.iter().map(|user| user.status).collect();
    let UserProfilesStatus::Found(profiles) = users[0] else { panic!() };
    let expected =
        [("p&1", true), ("p%40", false)].map(|(name, is_default)| DeviceProfile::new(name, is_default));
    assert!(profiles.iter().eq(expected));
    assert_eq!(users[1], UserProfilesStatus::None);
    assert_eq!(users[2], UserProfilesStatus::None);
    assert_eq!(users[3], UserProfilesStatus::DoesNotExist);
    let failure = Failure::new(EmServiceCode::new(6), "busy");
    assert_eq!(users[4], UserProfilesStatus::Failure(failure));

    let profile = |inside: &str| user("deviceProfileResults", inside);
    let flag = "<isDefaultDeviceProfile>t</isDefaultDeviceProfile>";
    refuse(
        &profile(&format!("§<deviceProfile>{flag}</deviceProfile>")),
        Refusal::Missing(Field::DeviceProfileName),
    );
    refuse(
        &profile("§<deviceProfile><deviceProfileName>p</deviceProfileName></deviceProfile>"),
        Refusal::Missing(Field::IsDefaultDeviceProfile),
    );
    refuse(
        &profile("<deviceProfile>§<isDefaultDeviceProfile>true</isDefaultDeviceProfile></deviceProfile>"),
        Refusal::Value(Field::IsDefaultDeviceProfile),
    );
    refuse(
        &profile("<deviceProfile>§<isDefaultDeviceProfile> </isDefaultDeviceProfile></deviceProfile>"),
        Refusal::Blank(Field::IsDefaultDeviceProfile),
    );
    let failure = "<failure><error code='1'>a</error></failure>";
    refuse(&profile(&format!("§<none/>{failure}")), Refusal::Excluded(Field::None));
    let two = format!("<user id='a'>{failure}</user><user id='b'>{failure}</user>");
    parse(&format!("<response><deviceProfileResults>{two}</deviceProfileResults></response>"));
    let whole = format!("<deviceProfile><deviceProfileName>p</deviceProfileName>{flag}</deviceProfile>");
    refuse(&profile(&format!("{whole}§<none/>")), Refusal::Excluded(Field::None));
    refuse(&profile(&format!("{whole}{failure}§<none/>")), Refusal::Excluded(Field::None));
    let last = format!("{whole}{failure}<none/>§<doesNotExist/>");
    refuse(&profile(&last), Refusal::Excluded(Field::DoesNotExist));
    refuse(
        &profile(&format!("{whole}§<failure><errorMessage/></failure>")),
        Refusal::Excluded(Field::Failure),
    );
}

#[test]
fn rule_6_7_whether_users_exist() {
    let xml = "<response><checkUserResults><user id='a'><exists/></user><user id='b'><exists>b</exists></user>\
        <user id='c'><doesNotExist/></user></checkUserResults></response>";
    let Message::Response(Response::CheckUserResults(results)) = parse(xml) else { panic!() };
    assert!(results.users.iter().map(|user| user.exists).eq([true, true, false]));
    refuse(&user("checkUserResults", "<exists/>§<exists/>"), Refusal::Repeated(Field::Exists));
    for inside in ["", "<none/>"] {
        let neither = user("checkUserResults", inside).replace("<user ", "§<user ");
        refuse(&neither, Refusal::MissingOneOf(Choice::UserCheck));
    }
    parse(&user("checkUserResults", "<exists/><none/><none/>"));
    refuse(
        "<response><checkUserResults>§<user/></checkUserResults></response>",
        Refusal::Missing(Field::UserIdAttribute),
    );
}

#[test]
fn rule_6_8_failures() {
    let failure = |inside: &str| format!("<response><failure>{inside}</failure></response>");
    for (inside, code, text) in [
        ("<error code='3'>Could not authenticate 'appid'</error>", Some(3), "Could not authenticate 'appid'"),
        ("<error code=\"00018\">\n Another user \n</error>", Some(18), "Another user"),
        ("<error code='65535'/>", Some(65535), ""),
        ("<error code='&#49;'>x</error>", Some(1), "x"),
        ("<errorMessage>no code</errorMessage>", None, "no code"),
        ("<errorMessage code='3'/>", None, ""),
        ("<error code='3' a='4'/>", Some(3), ""),
    ] {
        let xml = failure(inside);
        let Message::Response(Response::Failure(failure)) = parse(&xml) else { panic!("{inside}") };
        assert_eq!(
            (failure.code.map(EmServiceCode::number), failure.text),
            (code, Text::from(text)),
            "{inside}"
        );
    }
    refuse(&failure("<error code='§ '>x</error>"), Refusal::Blank(Field::ErrorCodeAttribute));
    refuse(&failure("<error code='§'>x</error>"), Refusal::Blank(Field::ErrorCodeAttribute));
    for code in ["-1", "+1", " 3", "3 ", "1h", "0x3", "65536", "000003", "٣"] {
        refuse(
            &failure(&format!("<error code='§{code}'>x</error>")),
            Refusal::Value(Field::ErrorCodeAttribute),
        );
    }
    refuse(&failure("§<error>x</error>"), Refusal::Missing(Field::ErrorCodeAttribute));
    refuse(&failure("<error code='1'/>§<errorMessage/>"), Refusal::Excluded(Field::ErrorMessage));
    refuse(&failure("<errorMessage/>§<error code='1'/>"), Refusal::Excluded(Field::Error));
    refuse(&failure("<error code='1'/>§<error code='1'/>"), Refusal::Repeated(Field::Error));
    refuse("<response>§<failure/></response>", Refusal::MissingOneOf(Choice::Failure));
}

#[test]
fn rule_6_9_names_match_without_regard_to_case() {
    let xml = device("<userID>J%C3%9CRGEN</userID>");
    assert!(read_device(&xml).user().unwrap().eq_ignore_case("jürgen"));
    for (one, other) in [("ΑΘΗΝΆ", "αθηνά"), ("ЁЛКИН", "ёлкин"), ("ŁÓDŹ", "łódź"), ("NGUYỄN", "nguyễn")]
    {
        assert!(Text::from(one).eq_ignore_case(other), "{one} {other}");
    }
    assert!(!Text::from("john").eq_ignore_case("johnny"));
}

#[test]
fn ten_thousand_rows_are_read_in_one_pass_each() {
    let rows: String = (0..10_000)
        .map(|i| format!("<device name='SEP{i:012X}'><userID>u{i}</userID><none/></device>\n"))
        .collect();
    let xml = format!("<response><deviceUserResults>{rows}</deviceUserResults></response>");
    let Message::Response(Response::DeviceUserResults(results)) = parse(&xml) else { panic!() };
    assert_eq!(results.devices.iter().count(), 10_000);
    let last = results.devices.iter().last().unwrap();
    assert_eq!((last.name, last.user().unwrap()), ("SEP00000000270F".into(), "u9999".into()));
}
