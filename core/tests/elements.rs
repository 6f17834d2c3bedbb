//! Rules 3.3 and 3.4 of PROTOCOL.md for every element at every place: a repeated element is refused where one is
//! allowed, a missing mandatory element is refused, and rows may occur any number of times.
#![allow(clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{APP_INFO, parse, refuse};
use hotdesk_core::{Choice, Field, Refusal};

/// How many times an element may occur at a place.
#[derive(Clone, Copy, PartialEq)]
enum Often {
    Once,
    AtMostOnce,
    OnceOrMore,
    Any,
}
use Often::{Any, AtMostOnce, Once, OnceOrMore};

type Element = (&'static str, Field, Often);

const EXTRAS: [Element; 3] = [
    ("<loginType>UID</loginType>", Field::LoginType, AtMostOnce),
    ("<remoteIPAddr>10.0.0.1</remoteIPAddr>", Field::RemoteIpAddr, AtMostOnce),
    ("<isViaHeaderSet>true</isViaHeaderSet>", Field::IsViaHeaderSet, AtMostOnce),
];
const APP: Element = (APP_INFO, Field::AppInfo, Once);
const DEVICE: Element = ("<deviceName>d</deviceName>", Field::DeviceName, Once);
const USER: Element = ("<userID>u</userID>", Field::UserId, Once);
const DEVICES: Element = (DEVICE.0, DEVICE.1, OnceOrMore);
const USERS: Element = (USER.0, USER.1, OnceOrMore);
const DOES_NOT_EXIST: Element = ("<doesNotExist/>", Field::DoesNotExist, AtMostOnce);
const NONE: Element = ("<none/>", Field::None, AtMostOnce);
const PROFILE: &str = "<deviceProfile><deviceProfileName>p</deviceProfileName>\
    <isDefaultDeviceProfile>t</isDefaultDeviceProfile></deviceProfile>";

/// Every place: what precedes it, what follows it, and what may occur there. The last tag before it is that of the
/// enclosing element.
fn places() -> Vec<(String, String, Vec<Element>)> {
    let mut places = vec![
        place("<request>", "<logoutAll/></request>", &[APP]),
        place("<query>", "<checkUser><userID>u</userID></checkUser></query>", &[APP]),
        place(
            "<request><appInfo>",
            "</appInfo><logoutAll/></request>",
            &[
                ("<appID>a</appID>", Field::AppId, Once),
                ("<appCertificate>c</appCertificate>", Field::AppCertificate, Once),
            ],
        ),
        place(
            "<request><appInfo>",
            "</appInfo><logoutAll/></request>",
            &[(
                "<appEncryptedCertificate>c</appEncryptedCertificate>",
                Field::AppEncryptedCertificate,
                AtMostOnce,
            )],
        ),
    ];
    let operation = |root: &str, name: &str, elements: &[Element]| {
        let elements = [elements, &EXTRAS].concat();
        place(&format!("<{root}>{APP_INFO}<{name}>"), &format!("</{name}></{root}>"), &elements)
    };
    let duration = "<exclusiveDuration><time>1</time></exclusiveDuration>";
    places.extend([
        operation(
            "request",
            "login",
            &[
                DEVICE,
                USER,
                ("<deviceProfile>p</deviceProfile>", Field::DeviceProfile, AtMostOnce),
                (duration, Field::ExclusiveDuration, AtMostOnce),
            ],
        ),
        operation("request", "logout", &[DEVICE]),
        operation("request", "logoutAll", &[]),
        operation("query", "deviceUserQuery", &[DEVICES]),
        operation("query", "userDevicesQuery", &[USERS]),
        operation("query", "checkUser", &[USERS]),
        operation("query", "deviceProfileQuery", &[USERS]),
        operation("query", "userDeviceProfileQuery", &[USERS]),
    ]);
    for choice in
        [("<time>1</time>", Field::Time, AtMostOnce), ("<indefinite/>", Field::Indefinite, AtMostOnce)]
    {
        let before = format!("<request>{APP_INFO}<login><exclusiveDuration>");
        places.push(place(&before, "</exclusiveDuration></login></request>", &[choice]));
    }
    let result = |name: &str, row: &str, elements: &[Element]| {
        let (inside, behind) = (format!("<response><{name}>{row}"), format!("</{name}></response>"));
        let end = if row.starts_with("<device") { "</device>" } else { "</user>" };
        let end = if row.is_empty() { "" } else { end };
        place(&inside, &format!("{end}{behind}"), elements)
    };
    let error = ("<error code='1'>e</error>", Field::Error, AtMostOnce);
    let message = ("<errorMessage>e</errorMessage>", Field::ErrorMessage, AtMostOnce);
    places.extend([
        result("failure", "", &[error]),
        result("failure", "", &[message]),
        result("deviceUserResults", "", &[("<device name='d'><none/></device>", Field::Device, OnceOrMore)]),
        result("userDevicesResults", "", &[("<user id='u'><none/></user>", Field::User, OnceOrMore)]),
        result("deviceProfileResults", "", &[("<user id='u'/>", Field::User, OnceOrMore)]),
        result("checkUserResults", "", &[("<user id='u'><exists/></user>", Field::User, OnceOrMore)]),
    ]);
    for element in [
        (USER.0, USER.1, AtMostOnce),
        ("<lastlogin>u</lastlogin>", Field::LastLogin, AtMostOnce),
        ("<emccDevice>no</emccDevice>", Field::EmccDevice, AtMostOnce),
        ("<none/>", Field::None, Any),
        DOES_NOT_EXIST,
    ] {
        places.push(result("deviceUserResults", "<device name='d'>", &[element]));
    }
    for (results, element) in [
        ("userDevicesResults", (DEVICE.0, DEVICE.1, Any)),
        ("userDevicesResults", NONE),
        ("userDevicesResults", DOES_NOT_EXIST),
        ("deviceProfileResults", (PROFILE, Field::DeviceProfile, Any)),
        ("deviceProfileResults", ("<failure><error code='1'/></failure>", Field::Failure, AtMostOnce)),
        ("deviceProfileResults", NONE),
        ("deviceProfileResults", DOES_NOT_EXIST),
        ("checkUserResults", ("<exists/>", Field::Exists, AtMostOnce)),
        ("checkUserResults", DOES_NOT_EXIST),
    ] {
        places.push(result(results, "<user id='u'>", &[element]));
    }
    places.push(place(
        "<response><deviceProfileResults><user id='u'><deviceProfile>",
        "</deviceProfile></user></deviceProfileResults></response>",
        &[
            ("<deviceProfileName>p</deviceProfileName>", Field::DeviceProfileName, Once),
            ("<isDefaultDeviceProfile>t</isDefaultDeviceProfile>", Field::IsDefaultDeviceProfile, Once),
        ],
    ));
    places
}

fn place(before: &str, behind: &str, elements: &[Element]) -> (String, String, Vec<Element>) {
    (before.to_owned(), behind.to_owned(), elements.to_vec())
}

/// What must accompany the element at its place.
fn beside(elements: &[Element], element: &Element) -> String {
    let needed = elements.iter().filter(|other| matches!(other.2, Once | OnceOrMore) && other.1 != element.1);
    needed.map(|(xml, ..)| *xml).collect()
}

#[test]
fn rule_3_3_what_stands_once_is_refused_the_second_time_everywhere() {
    for (before, behind, elements) in places() {
        for element @ (xml, field, often) in &elements {
            let others = beside(&elements, element);
            match often {
                Once | AtMostOnce => {
                    refuse(&format!("{before}{others}{xml}§{xml}{behind}"), Refusal::Repeated(*field));
                }
                OnceOrMore | Any => {
                    parse(&format!("{before}{others}{xml}{xml}{behind}"));
                }
            }
        }
    }
}

#[test]
fn rule_3_4_what_must_stand_there_is_missed_everywhere() {
    for (before, behind, elements) in places() {
        let (around, tag) =
            before.split_at(before.rfind('<').unwrap_or_else(|| panic!("no tag in {before}")));
        for element in elements.iter().filter(|(.., often)| matches!(often, Once | OnceOrMore)) {
            let others = beside(&elements, element);
            refuse(&format!("{around}§{tag}{others}{behind}"), Refusal::Missing(element.1));
        }
    }
}

#[test]
fn rule_3_4_of_what_is_missing_the_first_is_named_and_a_choice_last() {
    let profile = "§<deviceProfile/>";
    for (marked, field) in [
        ("§<request/>".to_owned(), Field::AppInfo),
        ("§<query/>".to_owned(), Field::AppInfo),
        ("<request>§<appInfo/></request>".to_owned(), Field::AppId),
        (format!("<request>{APP_INFO}§<login/></request>"), Field::DeviceName),
        (
            format!(
                "<response><deviceProfileResults><user id='u'>{profile}</user></deviceProfileResults></response>"
            ),
            Field::DeviceProfileName,
        ),
    ] {
        refuse(&marked, Refusal::Missing(field));
    }
}

#[test]
fn rule_3_4_one_of_a_choice_is_missed_everywhere() {
    let result = |name: &str, row: &str| format!("<response><{name}>{row}</{name}></response>");
    for (marked, choice) in [
        (format!("§<request>{APP_INFO}</request>"), Choice::RequestOperation),
        (format!("§<query>{APP_INFO}</query>"), Choice::QueryOperation),
        (
            format!("<request>{APP_INFO}<login>§<exclusiveDuration/></login></request>"),
            Choice::ExclusiveDuration,
        ),
        ("§<response/>".to_owned(), Choice::Result),
        ("<response>§<failure/></response>".to_owned(), Choice::Failure),
        (result("deviceProfileResults", "<user id='u'>§<failure/></user>"), Choice::Failure),
        (result("deviceUserResults", "§<device name='d'/>"), Choice::Device),
        (result("deviceUserResults", "§<device name='d'><lastlogin>u</lastlogin></device>"), Choice::Device),
        (result("userDevicesResults", "§<user id='u'/>"), Choice::UserDevices),
        (result("checkUserResults", "§<user id='u'/>"), Choice::UserCheck),
    ] {
        refuse(&marked, Refusal::MissingOneOf(choice));
    }
}
