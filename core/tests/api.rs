//! What callers can do with the public types: the traits they have, what constructors take, how errors read. Much of it
//! is tested by compiling.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::{
    AppCertificate, AppId, AppInfo, Certificate, CheckUser, CheckUserResults, DeviceName, DeviceProfile,
    DeviceProfileQuery, DeviceProfileResults, DeviceResult, DeviceStatus, DeviceUserQuery, DeviceUserResults,
    Error, ExclusiveDuration, Failure, Field, Limit, List, Login, LoginType, Logout, LogoutAll, Message,
    ProfileName, Query, Refusal, Request, Response, Row, Rows, Secret, Text, Unsendable, UserCheck,
    UserDevices, UserDevicesQuery, UserDevicesResults, UserDevicesStatus, UserId, UserProfiles,
    UserProfilesStatus, http, limits,
};

fn app() -> AppInfo<'static> {
    AppInfo::new("appid", "apppasswd")
}

fn written(message: impl Into<Message<'static>>) -> Result<usize, Error> {
    message.into().encode(&mut [0; 2048])
}

#[test]
fn code_can_be_generic_over_lists() {
    fn count<'a, T: Row<'a>>(list: List<'a, T>) -> usize {
        list.iter().count()
    }
    fn first<'a, T: Row<'a> + Debug>(list: &List<'a, T>) -> String {
        let rows: Rows<'a, T> = list.into_iter();
        format!("{:?}", rows.clone().next().unwrap())
    }
    let xml = b"<response><checkUserResults><user id='a'><exists/></user><user id='b'><exists/></user>\
                </checkUserResults></response>";
    let Ok(Response::CheckUserResults(results)) = Response::parse(xml) else { panic!() };
    assert_eq!(count(results.users), 2);
    assert_eq!(first(&results.users), "UserCheck { id: \"a\", exists: true }");
    assert_eq!(count::<Text<'_>>(List::from(&["a", "b", "c"])), 3);
}

#[test]
fn a_list_is_made_of_what_is_at_hand_and_read_in_a_for_loop() {
    let strings = ["SEP1".to_owned(), "SEP2".to_owned()];
    let names: Vec<&str> = strings.iter().map(String::as_str).collect();
    let kept = [DeviceName::from_str("SEP1").unwrap(), DeviceName::from_str("SEP2").unwrap()];
    let texts: Vec<Text<'_>> = kept.iter().map(Text::from).collect();
    let pair = [Text::from("SEP1"), Text::from("SEP2")];
    let lists: [List<'_, Text<'_>>; 4] = [
        List::from(&["SEP1", "SEP2"]),
        List::from(names.as_slice()),
        List::from(&pair),
        List::from(texts.as_slice()),
    ];
    for list in &lists {
        let mut seen = Vec::new();
        for name in list {
            seen.push(name.to_string());
        }
        assert_eq!(seen, ["SEP1", "SEP2"]);
        assert_eq!(format!("{list:?}"), format!("{:?}", list.iter()));
        let mut rows = list.iter();
        rows.next();
        assert_eq!(format!("{rows:?}"), "[\"SEP2\"]");
        // `FromStr` reads what `Display` writes.
        let query = Query::new(app(), DeviceUserQuery::new(*list));
        let mut out = [0; 512];
        let length = query.encode(&mut out).unwrap();
        assert_eq!(Query::parse(&out[..length]), Ok(query));
    }
}

#[test]
fn messages_are_made_of_strings_and_of_kept_names() {
    let (device, user) = (DeviceName::try_from("SEP1").unwrap(), UserId::try_from("john").unwrap());
    let pin = Certificate::try_from("12345").unwrap();
    let plain = Request::new(AppInfo::new("john", "12345"), Login::new("SEP1", "john"));
    assert_eq!(plain, Request::new(AppInfo::new(&user, &pin), Login::new(&device, &user)));
    assert_eq!(
        plain,
        Request::new(AppInfo::new(Text::from("john"), Secret::from("12345")), {
            Login::new(Text::from("SEP1"), Text::from("john"))
        })
    );
    let (owned, secret) = (String::from("SEP1"), String::from("12345"));
    assert_eq!(plain, Request::new(AppInfo::new("john", &secret), Login::new(&owned, &user)));
    assert_eq!(Logout::new("SEP1"), Logout::new(&device));
    assert!(matches!(AppInfo::encrypted("a", "b").certificate, AppCertificate::Encrypted(_)));

    let mut login = Login::new("SEP1", "john");
    login.device_profile = Some("p".into());
    login.login_type = Some(LoginType::UserId);
    assert_eq!(login, Login::new("SEP1", "john").with_device_profile("p").with_login_type(LoginType::UserId));

    let operations = [
        Query::new(app(), DeviceUserQuery::new(&["SEP1"])),
        Query::new(app(), UserDevicesQuery::new(&["john"])),
        Query::new(app(), CheckUser::new(&["john"]).with_remote_ip_addr("::1")),
        Query::new(app(), DeviceProfileQuery::new(&["john"]).with_is_via_header_set("true")),
    ];
    assert!(operations.into_iter().all(|query| written(query).is_ok()));
    let devices = [DeviceResult::new("SEP1", DeviceStatus::DoesNotExist)];
    let places = [UserDevices::new("john", UserDevicesStatus::None)];
    let profiles = [UserProfiles::new("john", UserProfilesStatus::None)];
    let users = [UserCheck::new("john", true)];
    let responses: [Response<'_>; 5] = [
        Failure::new(EmServiceCode::new(26), "Busy").into(),
        DeviceUserResults::new(&devices).into(),
        UserDevicesResults::new(&places).into(),
        DeviceProfileResults::new(&profiles).into(),
        CheckUserResults::new(&users).into(),
    ];
    assert!(responses.iter().all(|response| response.encode(&mut [0; 512]).is_ok()));
}

/// Checks a bounded name as a key, as a string, and as a value in a message.
macro_rules! name {
    ($name:ident, $example:literal) => {{
        fn has_traits<N>()
        where
            N: Clone + Ord + Hash + Display + Debug + AsRef<str> + Borrow<str> + FromStr<Err = Error>,
            N: for<'a> TryFrom<&'a [u8], Error = Error> + for<'a> TryFrom<Text<'a>, Error = Error>,
        {
        }
        has_traits::<$name>();
        let (name, example) = ($name::from_str($example).unwrap(), $example);
        assert_eq!(name, example);
        assert_eq!(name, *example);
        assert_eq!(example, name);
        assert_eq!(*example, name);
        let text = Text::from(&name);
        assert!(text == name && name == text && $name::try_from(text).as_ref() == Ok(&name));
        assert_eq!(AsRef::<str>::as_ref(&name), example);
        assert_eq!(format!("{name:>20}|{name:?}"), format!("{example:>20}|{example:?}"));

        let other = $name::from_str("0").unwrap();
        assert_eq!(HashMap::from([(name.clone(), 1)]).get(example), Some(&1));
        assert_eq!(BTreeSet::from([name.clone(), other.clone()]).first(), Some(&other));
        assert_eq!(HashSet::from([name.clone(), name.clone(), other]).len(), 2);

        assert_eq!($name::try_from(example.as_bytes()).as_ref(), Ok(&name));
        let refused = Error::Refused { reason: Refusal::NotUtf8, position: 2 };
        assert_eq!($name::try_from(b"ab\xFF".as_slice()), Err(refused));
        let longest = "ä".repeat(limits::NAME_CHARS);
        assert_eq!($name::from_str(&longest).unwrap(), longest.as_str());
        for (text, wrong) in
            [(longest + "x", Unsendable::TooLong(Limit::Name)), (" ".to_owned(), Unsendable::Blank)]
        {
            let error = $name::from_str(&text).unwrap_err();
            assert!(matches!(error, Error::Unsendable { reason, .. } if reason == wrong), "{error:?}");
        }
    }};
}

#[test]
fn names_are_keys_and_strings() {
    name!(UserId, "em@cisco.com");
    name!(DeviceName, "SEP003094C25B15");
    name!(ProfileName, "UserDevProf");
    name!(AppId, "appid");
}

#[test]
fn rule_2_6_a_bound_is_set_when_the_core_is_built() {
    let bound = |name: Option<&str>, usual| name.map_or(usual, |set| set.parse().unwrap());
    assert_eq!(limits::NAME_CHARS, bound(option_env!("HOTDESK_NAME_CHARS"), 128));
    assert_eq!(limits::CERTIFICATE_BYTES, bound(option_env!("HOTDESK_CERTIFICATE_BYTES"), 256));
    assert_eq!(limits::HTTP_FIELDS, bound(option_env!("HOTDESK_HTTP_FIELDS"), 32));
    // A name takes four bytes per character, and a length.
    assert!(size_of::<UserId>() <= limits::NAME_BYTES + 12, "{}", size_of::<UserId>());
    let longest = "x".repeat(limits::NAME_CHARS);
    let request = Request::new(app(), Logout::new(longest.as_str()));
    let mut out = [0; 8192];
    let length = request.encode(&mut out).unwrap();
    assert_eq!(Request::parse(&out[..length]), Ok(request));
    let over = format!("{longest}x");
    let over = Request::new(app(), Logout::new(over.as_str())).encode(&mut out).unwrap_err();
    assert_eq!(
        over.to_string(),
        format!("deviceName is longer than {} characters; shorten it", limits::NAME_CHARS)
    );
}

#[test]
fn a_text_is_padded_compared_ordered_and_hashed_as_the_string_it_is() {
    let xml = b"<response><failure><errorMessage>R&amp;D&#252;</errorMessage></failure></response>";
    let Ok(Response::Failure(failure)) = Response::parse(xml) else { panic!() };
    let (coded, plain) = (failure.text, "R&Dü");
    for text in [coded, Text::from(plain)] {
        assert_eq!(format!("{text}|{text:6}|{text:>6}|{text:*^7}|{text:.2}|{text:>4.1}|{text:2}"), {
            format!("{plain}|{plain:6}|{plain:>6}|{plain:*^7}|{plain:.2}|{plain:>4.1}|{plain:2}")
        });
        assert_eq!(text, *plain);
        assert_eq!(text, plain);
        assert_eq!(*plain, text);
        assert_eq!(plain, text);
    }
    assert_eq!(HashSet::from([coded, Text::from(plain)]).len(), 1);
    assert!(Text::from("R&C") < coded && coded < Text::from("R&D\u{fd}") && coded.cmp(&plain.into()).is_eq());
}

#[test]
fn a_login_type_prints_and_parses_as_on_the_wire() {
    for (known, wire) in
        [(LoginType::UserId, "UID"), (LoginType::DirectoryNumber, "DN"), (LoginType::SelfService, "SP")]
    {
        assert_eq!((known.to_string().as_str(), wire.parse()), (wire, Ok(known)));
        assert_eq!(format!("{known:>4}"), format!("{wire:>4}"));
    }
    for other in ["", "uid", "XY", " UID"] {
        assert!(other.parse::<LoginType>().is_err(), "{other:?}");
    }
    assert_eq!(HashSet::from([LoginType::UserId, LoginType::UserId]).len(), 1);
}

#[test]
fn what_is_kept_of_a_secret_is_wiped_and_never_shown() {
    fn wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
    let certificate: Certificate = "apppasswd".parse().unwrap();
    wiped(&certificate);
    let request = Request::new(AppInfo::new("appid", &certificate), LogoutAll::new());
    let shown = format!("{certificate:?} {request:?} {:?}", Message::from(request));
    assert!(shown.contains("***") && !shown.contains("passwd"), "{shown}");
    assert_eq!(Certificate::try_from(b"apppasswd".as_slice()).as_ref(), Ok(&certificate));
    assert_eq!(Certificate::try_from("").unwrap_err().to_string(), "certificate is blank; give it a value");
}

#[test]
fn an_error_says_what_is_wrong_with_what() {
    let login = Login::new("SEP1", "john");
    let error = |request: Request<'static>| written(request).unwrap_err().to_string();
    for (wrong, said) in [
        (error(Request::new(app(), Login::new("", "john"))), "deviceName is blank; give it a value"),
        (
            error(Request::new(app(), login.with_device_profile(""))),
            "deviceProfile is blank; give it a value or leave it out",
        ),
        (
            error(Request::new(app(), LogoutAll::new().with_remote_ip_addr(" "))),
            "remoteIPAddr is blank; give it a value or leave it out",
        ),
        (
            error(Request::new(AppInfo::encrypted("a", " "), LogoutAll::new())),
            "appEncryptedCertificate is blank; give it a value",
        ),
        (
            error(Request::new(app(), Logout::new("a\u{7}"))),
            "deviceName contains U+0007, which XML cannot carry; remove it",
        ),
        (
            written(Query::new(app(), CheckUser::new(&[""; 0]))).unwrap_err().to_string(),
            "there is no userID in the list; add one",
        ),
        (
            written(Response::from(DeviceUserResults::new(&[]))).unwrap_err().to_string(),
            "there is no device in the list; add one",
        ),
    ] {
        assert_eq!(wrong, said);
    }
    let request = Request::new(app(), LogoutAll::new());
    for (host, path, said) in [
        ("em 1", "/", "HTTP host contains U+0020, which it cannot carry; remove it"),
        ("", "/", "HTTP host is blank; give it a value"),
        ("em1", "/é", "HTTP path contains U+00E9, which it cannot carry; remove it"),
    ] {
        let error = http::write_post(&mut [0; 512], host, path, &request).unwrap_err();
        assert_eq!(error.to_string(), said);
    }
    let small = request.encode(&mut [0; 10]).unwrap_err();
    let needed = request.encoded_len().unwrap();
    assert_eq!(small.to_string(), format!("the buffer is too small; the message needs {needed} bytes"));
    let boxed: Box<dyn StdError + Send + Sync> = small.into();
    assert!(boxed.downcast_ref::<Error>().is_some());
}

#[test]
fn every_state_of_a_device_is_written_whole() {
    let last = [None, Some(Text::from("em"))];
    let emcc = [None, Some(false), Some(true)];
    let mut states = vec![DeviceStatus::DoesNotExist];
    for (last_login, emcc) in last.into_iter().flat_map(|last| emcc.map(|emcc| (last, emcc))) {
        states.push(DeviceStatus::LoggedOut { last_login, emcc });
        states.push(DeviceStatus::LoggedIn { user: "em@cisco.com".into(), last_login, emcc });
    }
    let devices: Vec<_> = states.iter().map(|status| DeviceResult::new("SEP1", *status)).collect();
    let response = Response::from(DeviceUserResults::new(devices.as_slice()));
    let mut out = vec![0; response.encoded_len().unwrap()];
    response.encode(&mut out).unwrap();
    let Ok(Response::DeviceUserResults(read)) = Response::parse(&out) else { panic!() };
    assert!(read.devices.iter().eq(devices.iter().copied()), "{read:?}");
}

#[test]
fn every_public_type_can_be_printed_shared_and_sent() {
    fn value<T: Debug + Clone + Send + Sync + Unpin>() {}
    fn key<T: Debug + Clone + Send + Sync + Eq + Hash>() {}
    fn kept<T: Debug + Send + Sync + Unpin>() {}
    value::<Message<'_>>();
    value::<Request<'_>>();
    value::<Query<'_>>();
    value::<Response<'_>>();
    value::<AppInfo<'_>>();
    value::<List<'_, Text<'_>>>();
    value::<Rows<'_, DeviceProfile<'_>>>();
    value::<Secret<'_>>();
    value::<DeviceResult<'_>>();
    value::<UserProfiles<'_>>();
    key::<Text<'_>>();
    key::<Login<'_>>();
    key::<Logout<'_>>();
    key::<LogoutAll<'_>>();
    key::<ExclusiveDuration>();
    key::<LoginType>();
    key::<DeviceStatus<'_>>();
    key::<Error>();
    key::<Refusal>();
    key::<Field>();
    key::<EmServiceCode>();
    kept::<Certificate>();
    kept::<http::ResponseReader<'_>>();
    kept::<http::RequestReader<'_>>();
    kept::<hotdesk_core::session::Exchange<'_>>();
    kept::<hotdesk_core::session::Session<'_, '_>>();
    #[cfg(feature = "compact")]
    kept::<hotdesk_core::PieceReader<'_>>();
    assert!(Field::AppId < Field::Time);
    assert_eq!(format!("{:>8}", Field::UserId), "  userID");
    assert_eq!(
        Message::try_from(b"<response><success/></response>".as_slice()),
        Ok(Response::Success.into())
    );
}
