//! What softkeys, keys and items do.

use hotdesk_core::Text;
use hotdesk_core::phonexml::{Init, Mode, Object, SoftKey, Uri};

#[test]
fn rule_15_10_a_uri_is_known_by_its_scheme() {
    let uri = |text: &'static str| Uri::from(Text::from(text));
    for (text, expected) in [
        ("http://10.0.2.2/a?b=c:d", Uri::Http("http://10.0.2.2/a?b=c:d".into())),
        ("HTTPS://a", Uri::Http("HTTPS://a".into())),
        ("Key:Line1", Uri::Key("Line1".into())),
        ("SoftKey:Select", Uri::SoftKey(SoftKey::Select)),
        ("SoftKey:Exit", Uri::SoftKey(SoftKey::Exit)),
        ("SoftKey:Update", Uri::SoftKey(SoftKey::Update)),
        ("SoftKey:Submit", Uri::SoftKey(SoftKey::Submit)),
        ("SoftKey:<<", Uri::SoftKey(SoftKey::Backspace)),
        ("SoftKey:Cancel", Uri::SoftKey(SoftKey::Cancel)),
        ("SoftKey:Search", Uri::SoftKey(SoftKey::Search)),
        ("SoftKey:Dial", Uri::SoftKey(SoftKey::Dial)),
        ("SoftKey:EditDial", Uri::SoftKey(SoftKey::EditDial)),
        ("SoftKey:Next", Uri::SoftKey(SoftKey::Next)),
        ("SoftKey:Jump", Uri::SoftKey(SoftKey::Other("Jump".into()))),
        ("SoftKey:", Uri::SoftKey(SoftKey::Other("".into()))),
        ("Init:CallHistory", Uri::Init(Init::CallHistory)),
        ("Init:Services", Uri::Init(Init::Services)),
        ("Init:Messages", Uri::Init(Init::Messages)),
        ("Init:Directories", Uri::Init(Init::Directories)),
        ("Init:AppDialpad", Uri::Init(Init::Other("AppDialpad".into()))),
        ("EditDial:5", Uri::EditDial("5".into())),
        ("Play:a.raw", Uri::Play("a.raw".into())),
        ("QueryStringParam:message=1", Uri::QueryStringParam("message=1".into())),
        ("SendDigits:5", Uri::SendDigits("5".into())),
        ("RTPRx:10.0.2.2:16384", Uri::Rtp("RTPRx:10.0.2.2:16384".into())),
        ("RTPTx:Stop", Uri::Rtp("RTPTx:Stop".into())),
        ("RTPMRx:1", Uri::Rtp("RTPMRx:1".into())),
        ("RTPMTx:1", Uri::Rtp("RTPMTx:1".into())),
        ("Display:On:5", Uri::Display("On:5".into())),
        ("Notify:http:h:80:p:u:d", Uri::Notify("http:h:80:p:u:d".into())),
        ("App:Close:0:a", Uri::App("Close:0:a".into())),
        ("Application:Cisco/Contacts", Uri::App("Cisco/Contacts".into())),
        ("Device:Unlock", Uri::Device("Unlock".into())),
        ("Vibrate:500", Uri::Vibrate("500".into())),
        ("key:Line1", Uri::Other("key:Line1".into())),
        ("ftp://a/b", Uri::Other("ftp://a/b".into())),
        ("menu.xml", Uri::Other("menu.xml".into())),
        ("httpx://a", Uri::Other("httpx://a".into())),
        ("http", Uri::Other("http".into())),
        ("", Uri::Other("".into())),
    ] {
        assert_eq!(uri(text), expected, "{text}");
    }
    for (text, number, use_app_ui, app_id) in [
        ("Dial:1001", "1001", false, None),
        ("Dial:1001:1:Cisco/App", "1001", true, Some("Cisco/App".into())),
        ("Dial:1001:0:a:b", "1001", false, Some("a:b".into())),
        ("Dial:1001:1", "1001", true, None),
        ("Dial:", "", false, None),
    ] {
        let Uri::Dial(dial) = uri(text) else { panic!("{text}") };
        assert_eq!(
            (dial.number(), dial.use_app_ui(), dial.app_id()),
            (number.into(), use_app_ui, app_id),
            "{text}"
        );
    }
}

#[test]
fn rule_15_10_a_uri_is_read_through_references_sections_and_comments() {
    for written in [
        "SoftKey:&lt;&lt;",
        "Soft<!-- -->Key&#58;<![CDATA[<<]]>",
        "<![CDATA[SoftKey:<]]>&#x3C;",
        " SoftKey:&lt;&#60; ",
    ] {
        let xml = format!("<CiscoIPPhoneMenu><MenuItem><URL>{written}</URL></MenuItem></CiscoIPPhoneMenu>");
        let Object::Menu(menu) = Object::parse(xml.as_bytes(), Mode::Strict).unwrap().object else {
            panic!()
        };
        assert_eq!(
            menu.items.iter().next().unwrap().uri(),
            Some(Uri::SoftKey(SoftKey::Backspace)),
            "{written}"
        );
    }
    let xml = "<CiscoIPPhoneMenu><MenuItem><URL>D<![CDATA[ial:1]]>2<!-- : -->&#51;:<![CDATA[1:a]]>&amp;b</URL></MenuItem></CiscoIPPhoneMenu>";
    let Object::Menu(menu) = Object::parse(xml.as_bytes(), Mode::Strict).unwrap().object else { panic!() };
    let Some(Uri::Dial(dial)) = menu.items.iter().next().unwrap().uri() else { panic!() };
    assert_eq!((dial.number(), dial.use_app_ui(), dial.app_id()), ("123".into(), true, Some("a&b".into())));
}
