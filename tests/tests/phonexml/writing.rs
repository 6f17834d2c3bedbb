//! What is written: by a service, or by a phone that answers an execute.

use hotdesk_core::phonexml::{
    DirectoryEntry, ExecuteItem, InputFlags, InputItem, Items, Key, KeyItem, MenuItem, Mode, Object,
    PhoneDirectory, PhoneError, PhoneExecute, PhoneInput, PhoneMenu, PhoneResponse, PhoneStatus, PhoneText,
    Priority, ResponseItem, Screen, SoftKeyItem,
};
use hotdesk_core::{Error, Field, Limit, Unsendable};
use hotdesk_tests::objects::through_writing;

#[track_caller]
fn written(object: &Object<'_>) -> String {
    through_writing(object);
    let mut out = vec![0; object.encoded_len().unwrap()];
    object.encode(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

#[test]
fn rule_15_12_objects_are_written_in_order_and_escaped() {
    let soft_keys = [
        SoftKeyItem::new("Submit", "SoftKey:Submit", 1),
        SoftKeyItem::new("<<", "SoftKey:<<", None).with_url_down("Play:a.raw"),
    ];
    let keys = [KeyItem::new(Key::KeyPadStar, "http://a/?b&c").with_url_down("Key:Soft1")];
    let screen =
        Screen::new("R&D").with_prompt("p").with_soft_keys(&soft_keys).with_keys(&keys).with_app_id("a\"b");
    let flags: InputFlags = "PN".parse().unwrap();
    let items = [
        InputItem::new("User ID", "userid", InputFlags::PLAIN_TEXT).with_default_value("abaker"),
        InputItem::new("PIN", "seq", flags),
    ];
    let form = Object::from(PhoneInput::new(screen, "http://a/b?c=1&d", &items));
    assert_eq!(
        written(&form),
        format!(
            "{DECLARATION}<CiscoIPPhoneInput appId=\"a&quot;b\"><Title>R&amp;D</Title><Prompt>p</Prompt>\
             <URL>http://a/b?c=1&amp;d</URL><InputItem><DisplayName>User ID</DisplayName><QueryStringParam>userid\
             </QueryStringParam><DefaultValue>abaker</DefaultValue><InputFlags>A</InputFlags></InputItem><InputItem>\
             <DisplayName>PIN</DisplayName><QueryStringParam>seq</QueryStringParam><InputFlags>NP</InputFlags></InputItem>\
             <SoftKeyItem><Name>Submit</Name><URL>SoftKey:Submit</URL><Position>1</Position></SoftKeyItem><SoftKeyItem>\
             <Name>&lt;&lt;</Name><URL>SoftKey:&lt;&lt;</URL><URLDown>Play:a.raw</URLDown><Position>-1</Position>\
             </SoftKeyItem><KeyItem><Key>KeyPadStar</Key><URL>http://a/?b&amp;c</URL><URLDown>Key:Soft1</URLDown>\
             </KeyItem></CiscoIPPhoneInput>"
        )
    );
    let executes =
        [ExecuteItem::new("http://a/"), ExecuteItem::new("Key:A").with_priority(Priority::OnlyIfIdle)];
    let results = [ResponseItem::new("0", "Success", "Key:A"), ResponseItem::new("6", "", "")];
    let entries = [DirectoryEntry::new("Ann", "1"), DirectoryEntry::new("", "2")];
    let menu = [MenuItem::new("a\r\rb", "Dial:1")];
    for (object, expected) in [
        (
            PhoneExecute::new(&executes).into(),
            "<CiscoIPPhoneExecute><ExecuteItem URL=\"http://a/\"/><ExecuteItem URL=\"Key:A\" Priority=\"2\"/></CiscoIPPhoneExecute>",
        ),
        (
            PhoneResponse::new(&results).into(),
            "<CiscoIPPhoneResponse><ResponseItem Status=\"0\" Data=\"Success\" URL=\"Key:A\"/><ResponseItem Status=\"6\"/>\
             </CiscoIPPhoneResponse>",
        ),
        (
            PhoneDirectory::new(Screen::default(), &entries).into(),
            "<CiscoIPPhoneDirectory><DirectoryEntry><Name>Ann</Name><Telephone>1</Telephone></DirectoryEntry><DirectoryEntry>\
             <Telephone>2</Telephone></DirectoryEntry></CiscoIPPhoneDirectory>",
        ),
        (
            PhoneMenu::new(Screen::new("t"), &menu).into(),
            "<CiscoIPPhoneMenu><Title>t</Title><MenuItem><Name>a&#13;&#13;b</Name><URL>Dial:1</URL></MenuItem></CiscoIPPhoneMenu>",
        ),
        (PhoneError::new(4).into(), "<CiscoIPPhoneError Number=\"4\"/>"),
        (
            PhoneStatus::new("a", 5).into(),
            "<CiscoIPPhoneStatus><Text>a</Text><Timer>5</Timer></CiscoIPPhoneStatus>",
        ),
        (
            PhoneText::new(Screen::default(), "a").into(),
            "<CiscoIPPhoneText><Text>a</Text></CiscoIPPhoneText>",
        ),
    ] {
        assert_eq!(written(&object), format!("{DECLARATION}{expected}"));
    }
}

#[test]
fn rule_15_12_what_a_strict_reader_refuses_is_not_written() {
    #[track_caller]
    fn not(object: impl Into<Object<'static>>, field: Field, reason: Unsendable) {
        let mut out = [7; 64];
        assert_eq!(object.into().encode(&mut out), Err(Error::Unsendable { field, reason }));
        assert_eq!(out, [0; 64], "wiped");
    }
    fn leak<T>(items: Vec<T>) -> &'static [T] {
        items.leak()
    }
    let long: &'static str = "x".repeat(257).leak();
    let screen = |screen| PhoneText::new(screen, "a");
    not(screen(Screen::new(&long[..33])), Field::Title, Unsendable::TooLong(Limit::Label));
    not(screen(Screen::new("a\0")), Field::Title, Unsendable::Character('\0'));
    not(
        screen(Screen::default().with_app_id(&long[..65])),
        Field::ObjectAppId,
        Unsendable::TooLong(Limit::MenuName),
    );
    for position in [0, 17, 255] {
        let keys = leak(vec![SoftKeyItem::new("a", "Key:A", position)]);
        not(screen(Screen::default().with_soft_keys(keys)), Field::Position, Unsendable::Value);
    }
    let down = leak(vec![SoftKeyItem::new("a", "Key:A", 1).with_url_down("http://a/")]);
    not(screen(Screen::default().with_soft_keys(down)), Field::UrlDown, Unsendable::Value);
    let many = leak(vec![SoftKeyItem::new("a", "Key:A", 1); 17]);
    not(screen(Screen::default().with_soft_keys(many)), Field::SoftKeyItem, Unsendable::TooMany(16));
    let many = leak(vec![KeyItem::new(Key::NavUp, "Key:A"); 33]);
    not(screen(Screen::default().with_keys(many)), Field::KeyItem, Unsendable::TooMany(32));
    not(
        PhoneMenu::new(Screen::default(), leak(vec![MenuItem::new("a", "Dial:1"); 101])),
        Field::MenuItem,
        Unsendable::TooMany(100),
    );
    not(
        PhoneMenu::new(Screen::default(), leak(vec![MenuItem::new("a", " ")])),
        Field::Url,
        Unsendable::Blank,
    );
    not(
        PhoneMenu::new(Screen::default(), leak(vec![MenuItem::new("a", long)])),
        Field::Url,
        Unsendable::TooLong(Limit::Url),
    );
    let item = InputItem::new("a", "q", InputFlags::PLAIN_TEXT);
    not(
        PhoneInput::new(Screen::default(), "http://a/", leak(vec![item; 6])),
        Field::InputItem,
        Unsendable::TooMany(5),
    );
    not(PhoneInput::new(Screen::default(), "", Items::default()), Field::Url, Unsendable::Blank);
    not(PhoneInput::default(), Field::Url, Unsendable::Blank);
    let nameless = leak(vec![InputItem::new("a", "", InputFlags::PLAIN_TEXT)]);
    not(
        PhoneInput::new(Screen::default(), "http://a/", nameless),
        Field::QueryStringParam,
        Unsendable::Blank,
    );
    not(
        PhoneExecute::new(leak(vec![ExecuteItem::new("Key:A"); 4])),
        Field::ExecuteItem,
        Unsendable::TooMany(3),
    );
    not(
        PhoneExecute::new(leak(vec![ExecuteItem::new("http://a/"); 2])),
        Field::ExecuteUrl,
        Unsendable::TooMany(1),
    );
    not(
        PhoneExecute::new(leak(vec![ExecuteItem::new("SoftKey:Exit")])),
        Field::ExecuteUrl,
        Unsendable::Value,
    );
    not(
        PhoneResponse::new(leak(vec![ResponseItem::new("x", "", "")])),
        Field::ResponseStatus,
        Unsendable::Value,
    );
    not(PhoneError::new(6), Field::ErrorNumber, Unsendable::Value);
    not(PhoneError::default(), Field::ErrorNumber, Unsendable::Blank);
    let text = Object::parse(b"<CiscoIPPhoneImage/>", Mode::Lenient).unwrap().object;
    not(text, Field::Object, Unsendable::Value);
    let error = Error::Unsendable { field: Field::MenuItem, reason: Unsendable::TooMany(100) };
    assert_eq!(error.to_string(), "there are more than 100 MenuItem in one object; send fewer");
}
