//! Section 8 of PROTOCOL.md: how messages are written. Each test is named after its rule.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{APP_INFO, parse, written};
use hotdesk_core::{
    AppInfo, CheckUser, DeviceProfile, DeviceProfileResults, DeviceResult, DeviceStatus, DeviceUserQuery,
    DeviceUserResults, Error, ExclusiveDuration, Failure, Field, Limit, Login, LoginType, Logout, LogoutAll,
    Message, Query, Request, Response, Text, Unsendable, UserDevices, UserDevicesResults, UserDevicesStatus,
    UserProfiles, UserProfilesStatus, form, limits,
};

/// The twelve documents of the EM API Request Types Reference, without the blanks between their elements.
const SAMPLES: [&str; 12] = [
    "<request><appInfo><appID>appid</appID><appCertificate>apppasswd</appCertificate></appInfo><login><deviceName>SEP003094C25B15</deviceName><userID>john</userID><deviceProfile>UserDevProf</deviceProfile><exclusiveDuration><time>60</time></exclusiveDuration></login></request>",
    "<response><success/></response>",
    "<response><failure><error code=\"3\">Could not authenticate 'appid'</error></failure></response>",
    "<request><appInfo><appID>appid</appID><appCertificate>apppasswd</appCertificate></appInfo><logout><deviceName>SEP003094C25B15</deviceName></logout></request>",
    "<request><appInfo><appID>appid</appID><appCertificate>apppasswd</appCertificate></appInfo><logoutAll></logoutAll></request>",
    "<query><appInfo><appID>appid</appID><appCertificate>apppasswd</appCertificate></appInfo><deviceUserQuery><deviceName>SEP003094C25B15</deviceName></deviceUserQuery></query>",
    "<response><deviceUserResults><device name=\"SEP003094C25B15\"><userID>one</userID><none/></device></deviceUserResults></response>",
    "<response><userDevicesResults><user id=\"em%40cisco.com\"><deviceName>SEP402CF4915265</deviceName></user></userDevicesResults></response>",
    "<query><appInfo><appID>appid</appID><appCertificate>apppasswd</appCertificate></appInfo><userDevicesQuery><userID>john</userID></userDevicesQuery></query>",
    "<response><deviceUserResults><device name=\"SEP402CF4915265\"><userID>em%40cisco.com</userID><lastlogin>em</lastlogin><emccDevice>no</emccDevice></device></deviceUserResults></response>",
    "<query><appInfo><appID>appid</appID><appCertificate>apppassword</appCertificate></appInfo><deviceProfileQuery><userID>john</userID></deviceProfileQuery></query>",
    "<response><deviceProfileResults><user id=\"john\"><deviceProfile><deviceProfileName>DPJOHNIPC</deviceProfileName><isDefaultDeviceProfile>t</isDefaultDeviceProfile></deviceProfile></user></deviceProfileResults></response>",
];

fn logout(device_name: &str) -> Message<'_> {
    Message::Request(Request::new(app(), Logout::new(device_name)))
}

fn app() -> AppInfo<'static> {
    AppInfo::new("a", "b")
}

fn unsendable(message: &Message<'_>, field: Field, reason: Unsendable) {
    let error = Error::Unsendable { field, reason };
    let mut out = [0xAA; 2048];
    assert_eq!(message.encode(&mut out), Err(error));
    assert_eq!(message.encoded_len(), Err(error));
    assert_eq!(message.encode_form(&mut out), Err(error));
    assert_eq!(message.form_len(), Err(error));
    assert!(out.iter().all(|byte| *byte == 0), "something of a refused message is left: {out:?}");
}

#[test]
fn rule_8_1_the_samples_are_written_as_they_were_read() {
    for sample in SAMPLES {
        assert_eq!(written(&parse(sample)), sample);
        // As printed: blanks between and after the elements.
        let printed = sample.replace("><", ">  \n    <") + "\n";
        assert_eq!(written(&parse(&printed)), sample);
    }
}

#[test]
fn rule_8_1_elements_stand_in_the_order_of_the_grammar() {
    let login = Login::new("d", "u")
        .with_device_profile("p")
        .with_exclusive_duration(ExclusiveDuration::Indefinite)
        .with_login_type(LoginType::SelfService)
        .with_remote_ip_addr("::1")
        .with_is_via_header_set("true");
    assert_eq!(
        written(&Request::new(app(), login).into()),
        format!(
            "<request>{APP_INFO}<login><deviceName>d</deviceName><userID>u</userID><deviceProfile>p</deviceProfile>\
             <exclusiveDuration><indefinite/></exclusiveDuration><loginType>SP</loginType>\
             <remoteIPAddr>::1</remoteIPAddr><isViaHeaderSet>true</isViaHeaderSet></login></request>"
        )
    );
    let users = [Text::from("u"), Text::from("v")];
    let check = CheckUser::new(&users).with_login_type(LoginType::DirectoryNumber);
    assert_eq!(
        written(&Query::new(app(), check).into()),
        format!(
            "<query>{APP_INFO}<checkUser><userID>u</userID><userID>v</userID><loginType>DN</loginType></checkUser>\
             </query>"
        )
    );
    let encrypted = AppInfo::encrypted("a", "c");
    let all = LogoutAll::new().with_remote_ip_addr("::1");
    assert_eq!(
        written(&Request::new(encrypted, all).into()),
        "<request><appInfo><appID>a</appID><appEncryptedCertificate>c</appEncryptedCertificate></appInfo>\
         <logoutAll><remoteIPAddr>::1</remoteIPAddr></logoutAll></request>"
    );
}

#[test]
fn rule_8_2_no_value_leaves_its_element() {
    let name = "</deviceName>x&amp;\"'>\r\n\t]]>é";
    let xml = written(&logout(name));
    assert!(
        xml.contains("<deviceName>&lt;/deviceName&gt;x&amp;amp;\"'&gt;&#13;\n\t]]&gt;é</deviceName>"),
        "{xml}"
    );
    assert_eq!(parse(&xml), logout(name));

    let name = "\"><none/>&'\r\n\t";
    let status = DeviceStatus::LoggedOut { last_login: Some("a<b".into()), emcc: Some(true) };
    let device = [DeviceResult::new(name, status)];
    let message = Response::from(DeviceUserResults::new(&device[..])).into();
    assert_eq!(
        written(&message),
        "<response><deviceUserResults><device name=\"&quot;&gt;&lt;none/&gt;&amp;'&#13;&#10;&#9;\"><none/>\
         <lastlogin>a&lt;b</lastlogin><emccDevice>yes</emccDevice></device></deviceUserResults></response>"
    );

    let app = AppInfo::new("a&b", " p<&>'\"\r ");
    let message = Request::new(app, LogoutAll::new()).into();
    assert_eq!(parse(&written(&message)), message);
}

#[test]
fn rule_8_3_empty_elements() {
    let all = Request::new(app(), LogoutAll::new());
    assert!(written(&all.into()).contains("<logoutAll></logoutAll>"));
    let users = [
        UserDevices::new("a", UserDevicesStatus::None),
        UserDevices::new("b", UserDevicesStatus::DoesNotExist),
    ];
    let message = Response::from(UserDevicesResults::new(&users[..])).into();
    assert_eq!(
        written(&message),
        "<response><userDevicesResults><user id=\"a\"><none/></user><user id=\"b\"><doesNotExist/></user>\
         </userDevicesResults></response>"
    );
    let failure = Response::Failure(Failure::new(None, "")).into();
    assert_eq!(written(&failure), "<response><failure><errorMessage></errorMessage></failure></response>");
}

#[test]
fn rule_8_4_ids_in_responses_are_percent_coded() {
    let users = [UserDevices::new("Jü+100% @<\u{1}-._~", UserDevicesStatus::None)];
    let message = Response::from(UserDevicesResults::new(&users[..])).into();
    let xml = written(&message);
    assert!(xml.contains("<user id=\"J%C3%BC%2B100%25%20%40%3C%01-._~\">"), "{xml}");
    assert_eq!(parse(&xml), message);
}

#[test]
fn rule_8_5_what_a_reader_would_refuse_is_not_written() {
    unsendable(&logout(" \n"), Field::DeviceName, Unsendable::Blank);
    unsendable(
        &logout(&"x".repeat(limits::NAME_CHARS + 1)),
        Field::DeviceName,
        Unsendable::TooLong(Limit::Name),
    );
    for c in ['\0', '\u{1b}', '\u{fffe}'] {
        unsendable(&logout(&format!("a{c}")), Field::DeviceName, Unsendable::Character(c));
    }
    let signed =
        |id, certificate| Message::Request(Request::new(AppInfo::new(id, certificate), LogoutAll::new()));
    unsendable(&signed("", "b"), Field::AppId, Unsendable::Blank);
    unsendable(&signed("a", " "), Field::AppCertificate, Unsendable::Blank);
    let long = "ä".repeat(limits::CERTIFICATE_BYTES / 2 + 1);
    let too_long = Unsendable::TooLong(Limit::Certificate);
    unsendable(&signed("a", long.as_str()), Field::AppCertificate, too_long);
    unsendable(&signed("a", "b\u{7}"), Field::AppCertificate, Unsendable::Character('\u{7}'));

    let query = Query::new(app(), DeviceUserQuery::new(&[""; 0]));
    unsendable(&query.into(), Field::DeviceName, Unsendable::EmptyList);
    let users = [UserProfiles::new("u", UserProfilesStatus::Found((&[][..]).into()))];
    let results = Response::from(DeviceProfileResults::new(&users[..]));
    unsendable(&results.into(), Field::DeviceProfile, Unsendable::EmptyList);
    let users = [UserDevices::new("", UserDevicesStatus::None)];
    let results = Response::from(UserDevicesResults::new(&users[..]));
    unsendable(&results.into(), Field::UserIdAttribute, Unsendable::Blank);
}

#[test]
fn rule_8_6_what_was_read_is_written_so_that_it_reads_the_same() {
    for xml in [
        "<response><deviceUserResults><device name='a'><none/></device><device name='b'><doesNotExist/></device>\
         <device name='c'><lastlogin>x</lastlogin><userID>a+b%</userID></device></deviceUserResults></response>",
        "<response><deviceProfileResults><user id='a'/><user id='b'><failure><errorMessage>x</errorMessage></failure>\
         </user><user id='c'><doesNotExist/></user></deviceProfileResults></response>",
        "<response><checkUserResults><user id='a'><exists>a</exists></user><user id='b'><doesNotExist/></user>\
         </checkUserResults></response>",
        "<response><failure><error code='00004'><![CDATA[<&>]]>&#13;x</error></failure></response>",
    ] {
        let message = parse(xml);
        let once = written(&message);
        assert_eq!(parse(&once), message);
        assert_eq!(written(&parse(&once)), once);
    }
}

#[test]
fn a_message_of_parsed_pieces_is_written_decoded() {
    // A user ID from a response is percent-coded there, but not in a request.
    let xml = "<response><userDevicesResults><user id='R%26D'><deviceName>d&amp;1</deviceName></user>\
               </userDevicesResults></response>";
    let Message::Response(Response::UserDevicesResults(results)) = parse(xml) else { panic!() };
    let user = results.users.iter().next().unwrap();
    let UserDevicesStatus::LoggedIn(devices) = user.status else { panic!() };
    let login = Login::new(devices.iter().next().unwrap(), user.id);
    let xml = written(&Request::new(app(), login).into());
    assert!(xml.contains("<deviceName>d&amp;1</deviceName><userID>R&amp;D</userID>"), "{xml}");
    // Rows of a response can be written into another response.
    let rows: Vec<_> = results.users.iter().collect();
    let again = Response::from(UserDevicesResults::new(&rows[..]));
    assert_eq!(again, Response::UserDevicesResults(results));
}

#[test]
fn every_sink_gets_the_same_bytes() {
    for sample in SAMPLES {
        let message = parse(sample);
        let mut form = vec![0; message.form_len().unwrap()];
        assert_eq!(message.encode_form(&mut form), Ok(form.len()));
        assert!(form.is_ascii() && form.starts_with(b"xml=%3C"));
        assert_eq!(form::decode(&mut form).unwrap(), sample.as_bytes());
        assert_eq!(message.encoded_len(), Ok(sample.len()));
    }
}

#[test]
fn a_buffer_that_is_too_small_is_wiped_and_the_size_needed_is_told() {
    for sample in SAMPLES {
        let message = parse(sample);
        for length in 0..sample.len() {
            let mut out = vec![0xAA; length];
            assert_eq!(message.encode(&mut out), Err(Error::BufferTooSmall { needed: sample.len() }));
            assert!(out.iter().all(|byte| *byte == 0));
        }
        let needed = message.form_len().unwrap();
        let mut out = vec![0xAA; needed - 1];
        assert_eq!(message.encode_form(&mut out), Err(Error::BufferTooSmall { needed }));
        assert!(out.iter().all(|byte| *byte == 0));
    }
}

#[test]
fn profiles_are_written_with_their_flag() {
    let profiles = [DeviceProfile::new("p", false)];
    let users = [UserProfiles::new("u", UserProfilesStatus::Found(profiles[..].into()))];
    let message = Response::from(DeviceProfileResults::new(&users[..])).into();
    assert_eq!(
        written(&message),
        "<response><deviceProfileResults><user id=\"u\"><deviceProfile><deviceProfileName>p</deviceProfileName>\
         <isDefaultDeviceProfile>f</isDefaultDeviceProfile></deviceProfile></user></deviceProfileResults></response>"
    );
}
