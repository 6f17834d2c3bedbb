//! What objects hold, and what only a strict reader refuses.

use hotdesk_core::phonexml::{InputKind, Key, Mode, Object, Priority};
use hotdesk_core::{Error, Field, Refusal};
use hotdesk_tests::objects::{pieces, whole};

use crate::{good, refused, tolerated};

#[test]
fn rule_15_1_the_root_is_an_object_by_its_exact_name() {
    for name in ["Text", "Menu", "IconMenu", "Directory", "Execute", "Response", "Status"] {
        good(&format!("<CiscoIPPhone{name}/>"));
    }
    for name in ["Image", "ImageFile", "GraphicMenu", "GraphicFileMenu", "IconFileMenu", "StatusFile"] {
        let xml =
            format!("<CiscoIPPhone{name}><Data>00</Data><New a='1'><Title/></New></CiscoIPPhone{name}>");
        let Object::Picture(picture) = good(&xml) else { panic!("{name}") };
        assert_eq!(picture.kind.name(), format!("CiscoIPPhone{name}"));
    }
    for root in [
        "CiscoIPPhone",
        "CiscoIPPhonetext",
        "ciscoIPPhoneText",
        "CiscoIPPhoneTextX",
        "x:CiscoIPPhoneText",
        "a",
    ] {
        refused(&format!("<!-- --><{root}/>"), Refusal::UnknownObject, "<");
    }
    refused("", Refusal::NoRoot, "");
    refused("<CiscoIPPhoneText/><CiscoIPPhoneText/>", Refusal::SecondRoot, "<CiscoIPPhoneText/>");
}

#[test]
fn rule_15_2_a_lenient_reader_says_what_a_strict_one_refuses_first() {
    let xml =
        "<CiscoIPPhoneMenu><New/><MenuItem><Name>a</Name></MenuItem><Title>t</Title></CiscoIPPhoneMenu>";
    let parsed = Object::parse(xml.as_bytes(), Mode::Lenient).unwrap();
    assert_eq!(parsed.tolerated, Some(Error::Refused { reason: Refusal::UnknownElement, position: 18 }));
    assert_eq!(Object::parse(xml.as_bytes(), Mode::Strict), Err(parsed.tolerated.unwrap()));
    assert_eq!(parsed.object.screen().unwrap().title.unwrap(), "t");
    // In pieces it is known once it was read.
    assert_eq!(pieces(1024, xml.as_bytes().chunks(3), Mode::Lenient).tolerated, parsed.tolerated);
    // What a strict reader refuses has line and column, also where the window has gone on.
    let xml = format!(
        "\n <CiscoIPPhoneInput>{}\n</CiscoIPPhoneInput>",
        "<Title/>".to_owned() + &"<!-- -->\n".repeat(200)
    );
    let error = Error::Refused { reason: Refusal::Missing(Field::Url), position: 2 };
    assert_eq!(pieces(256, xml.as_bytes().chunks(100), Mode::Strict).refused, Some((error, (2, 2))));
    assert_eq!(whole(xml.as_bytes(), Mode::Strict).refused, Some((error, (2, 2))));
}

#[test]
fn rule_15_3_unknown_elements_are_skipped_and_told_and_unknown_attributes_are_ignored() {
    for (place, xml) in [
        ("root", "<CiscoIPPhoneText><New><Title>no</Title></New><Title>t</Title></CiscoIPPhoneText>"),
        (
            "row",
            "<CiscoIPPhoneMenu><Title>t</Title><MenuItem><New/><URL>Dial:1</URL></MenuItem></CiscoIPPhoneMenu>",
        ),
        ("case", "<CiscoIPPhoneText><New/><title>T</title><Title>t</Title></CiscoIPPhoneText>"),
    ] {
        let read = tolerated(xml, Refusal::UnknownElement, "<New");
        assert_eq!(read.screen().unwrap().title.unwrap(), "t", "{place}");
    }
    // In attributes' rows, too.
    tolerated(
        "<CiscoIPPhoneExecute><ExecuteItem URL='Key:A'><New/></ExecuteItem></CiscoIPPhoneExecute>",
        Refusal::UnknownElement,
        "<New",
    );
    // What is known elsewhere is not known here.
    tolerated("<CiscoIPPhoneText><MenuItem/></CiscoIPPhoneText>", Refusal::UnknownElement, "<MenuItem");
    tolerated(
        "<CiscoIPPhoneExecute><Title>a</Title></CiscoIPPhoneExecute>",
        Refusal::UnknownElement,
        "<Title",
    );
    good(
        "<CiscoIPPhoneText a='1'><Title b='2'>t</Title>words<SoftKeyItem c='3'><Name/><URL d='4'>Key:A</URL>\
          <Position e='5'>1</Position></SoftKeyItem></CiscoIPPhoneText>",
    );
    good("<CiscoIPPhoneStatus><Depth>2</Depth><Data>00</Data></CiscoIPPhoneStatus>");
    refused("<CiscoIPPhoneText><New>&nbsp;</New></CiscoIPPhoneText>", Refusal::UnknownEntity, "&nbsp;");
}

#[test]
fn rule_15_5_texts_of_a_screen_are_there_once_in_any_order() {
    let Object::Text(page) = good(
        "<CiscoIPPhoneText><Prompt>p</Prompt><Text>a&#13;b\n</Text><Title>  t\n</Title></CiscoIPPhoneText>",
    ) else {
        panic!()
    };
    assert_eq!((page.screen.title, page.screen.prompt), (Some("t".into()), Some("p".into())));
    assert_eq!(page.text.unwrap(), "a\rb");
    refused(
        "<CiscoIPPhoneText><Title>a</Title><Title/></CiscoIPPhoneText>",
        Refusal::Repeated(Field::Title),
        "<Title/>",
    );
    refused(
        "<CiscoIPPhoneText><Text/><Text>a</Text></CiscoIPPhoneText>",
        Refusal::Repeated(Field::ObjectText),
        "<Text>",
    );
    refused(
        "<CiscoIPPhoneText><Title>a<b/></Title></CiscoIPPhoneText>",
        Refusal::ElementInText(Field::Title),
        "<b/>",
    );
    let Object::Text(page) = good("<CiscoIPPhoneText appId='a&amp;b'><Title> </Title></CiscoIPPhoneText>")
    else {
        panic!()
    };
    assert_eq!((page.screen.title, page.screen.app_id, page.text), (None, Some("a&b".into()), None));
}

fn soft_key(inside: &str) -> String {
    format!("<CiscoIPPhoneText><SoftKeyItem>{inside}</SoftKeyItem></CiscoIPPhoneText>")
}

#[test]
fn rule_15_6_a_softkey_has_a_url_and_a_position_and_a_key_is_one_of_19() {
    let first =
        |object: Object<'_>| object.screen().unwrap().soft_keys.iter().next().map(|key| key.position());
    for (position, expected) in [("1", Some(1)), ("16", Some(16)), ("-1", None), ("\n4 ", Some(4))] {
        let xml = soft_key(&format!("<URL>Key:A</URL><Position>{position}</Position>"));
        assert_eq!(first(good(&xml)), Some(expected), "{position}");
    }
    for position in ["0", "17", "-2", "01", "1 2", "x", "1.0", "65537"] {
        let xml = soft_key(&format!("<URL>Key:A</URL><Position>{position}</Position>"));
        assert_eq!(
            first(tolerated(&xml, Refusal::Value(Field::Position), "<Position>")),
            Some(None),
            "{position}"
        );
    }
    for missing in ["", "<Position/>", "<Position> </Position>"] {
        let xml = soft_key(&format!("<URL>Key:A</URL>{missing}"));
        assert_eq!(first(tolerated(&xml, Refusal::Missing(Field::Position), "<SoftKeyItem>")), Some(None));
    }
    tolerated(
        &soft_key("<Name>a</Name><Position>1</Position>"),
        Refusal::Missing(Field::Url),
        "<SoftKeyItem>",
    );
    let down = soft_key("<URL>Key:A</URL><URLDown>hTTps://a/</URLDown><Position>1</Position>");
    tolerated(&down, Refusal::Value(Field::UrlDown), "<URLDown>");
    let twice = soft_key("<URL>Key:A</URL><Position>1</Position><Position/>");
    refused(&twice, Refusal::Repeated(Field::Position), "<Position/>");

    assert_eq!(Key::ALL.len(), 19);
    for key in Key::ALL {
        let xml = format!(
            "<CiscoIPPhoneText><KeyItem><Key>{key}</Key><URL>Key:A</URL></KeyItem></CiscoIPPhoneText>"
        );
        let read = good(&xml).screen().unwrap().keys.iter().next().unwrap().key();
        assert_eq!(read, Some(key));
    }
    for key in ["KeyPad", "keyPad1", "KeyPad10", "NavUp Key", "VolUp"] {
        let xml = format!(
            "<CiscoIPPhoneText><KeyItem><Key>{key}</Key><URL>Key:A</URL></KeyItem></CiscoIPPhoneText>"
        );
        let read = tolerated(&xml, Refusal::Value(Field::Key), "<Key>");
        assert_eq!(read.screen().unwrap().keys.iter().next().unwrap().key(), None);
    }
    let keypad: Vec<_> = "0123456789*#a".chars().map(Key::from_digit).collect();
    assert_eq!(keypad[..12].iter().flatten().count(), 12);
    assert_eq!((keypad[5], keypad[12]), (Some(Key::KeyPad5), None));
}

#[test]
fn rule_15_7_menus_directories_and_statuses() {
    let Object::Menu(menu) =
        good("<CiscoIPPhoneMenu><MenuItem><URL>Dial:1</URL></MenuItem></CiscoIPPhoneMenu>")
    else {
        panic!()
    };
    assert_eq!(menu.items.iter().next().unwrap().name(), "");
    for item in ["<MenuItem><Name>a</Name></MenuItem>", "<MenuItem/>", "<MenuItem><URL> </URL></MenuItem>"] {
        let xml = format!("<CiscoIPPhoneMenu>{item}</CiscoIPPhoneMenu>");
        let Object::Menu(menu) = tolerated(&xml, Refusal::Missing(Field::Url), "<MenuItem") else { panic!() };
        assert_eq!(menu.items.iter().next().unwrap().url(), None);
    }
    let Object::Directory(it) = good("<CiscoIPPhoneDirectory><DirectoryEntry/></CiscoIPPhoneDirectory>")
    else {
        panic!()
    };
    let entry = it.entries.iter().next().unwrap();
    assert_eq!((entry.name(), entry.telephone()), ("".into(), "".into()));
    for (timer, expected) in [("0", Some(0)), ("65535", Some(65_535)), ("", None)] {
        let xml = format!("<CiscoIPPhoneStatus><Timer>{timer}</Timer></CiscoIPPhoneStatus>");
        let Object::Status(status) = good(&xml) else { panic!() };
        assert_eq!(status.timer, expected);
    }
    for timer in ["-1", "65536", "1s", "99999999999"] {
        let xml = format!("<CiscoIPPhoneStatus><Timer>{timer}</Timer></CiscoIPPhoneStatus>");
        let Object::Status(status) = tolerated(&xml, Refusal::Value(Field::Timer), "<Timer>") else {
            panic!()
        };
        assert_eq!(status.timer, None);
    }
}

#[test]
fn rule_15_8_input_flags_have_18_spellings_and_what_may_be_secret_is_hidden() {
    let read = |flags: &str, is_good: bool| {
        let xml = format!(
            "<CiscoIPPhoneInput><URL>http://a/</URL><InputItem><QueryStringParam>q</QueryStringParam>{flags}</InputItem>\
             </CiscoIPPhoneInput>"
        );
        let object = if is_good {
            good(&xml)
        } else {
            tolerated(&xml, Refusal::Value(Field::InputFlags), "<InputFlags>")
        };
        let Object::Input(form) = object else { panic!() };
        form.items.iter().next().unwrap().flags()
    };
    let kinds = [
        ("A", InputKind::PlainText),
        ("T", InputKind::Telephone),
        ("N", InputKind::Numeric),
        ("E", InputKind::Equation),
        ("U", InputKind::UpperCase),
        ("L", InputKind::LowerCase),
    ];
    for (letter, kind) in kinds {
        for (spelling, is_password) in
            [(letter.to_owned(), false), (format!("{letter}P"), true), (format!("P{letter}"), true)]
        {
            let flags = read(&format!("<InputFlags>{spelling}</InputFlags>"), true);
            assert_eq!((flags.kind, flags.is_password), (kind, is_password), "{spelling}");
            assert_eq!(spelling.parse(), Ok(flags));
        }
    }
    for absent in ["", "<InputFlags/>", "<InputFlags> </InputFlags>"] {
        assert_eq!(read(absent, true).as_str(), "A");
    }
    for (wrong, is_password) in [
        ("P", true),
        ("PNP", true),
        ("np", true),
        ("NN", false),
        ("X", false),
        ("N P", true),
        ("PP", true),
        ("AN", false),
    ] {
        let flags = read(&format!("<InputFlags>{wrong}</InputFlags>"), false);
        assert_eq!((flags.kind, flags.is_password), (InputKind::PlainText, is_password), "{wrong}");
        assert!(wrong.parse::<hotdesk_core::phonexml::InputFlags>().is_err());
    }
    let form = |inside: &str| format!("<CiscoIPPhoneInput>{inside}</CiscoIPPhoneInput>");
    tolerated(&form("<Title>t</Title>"), Refusal::Missing(Field::Url), "<CiscoIPPhoneInput>");
    tolerated(&form("<URL/>"), Refusal::Missing(Field::Url), "<URL/>");
    let nameless = form("<URL>http://a/</URL><InputItem><InputFlags>A</InputFlags></InputItem>");
    tolerated(&nameless, Refusal::Missing(Field::QueryStringParam), "<InputItem>");
}

#[test]
fn rule_15_8_the_default_value_of_a_hidden_field_is_masked() {
    for (flags, is_shown) in [("A", true), ("NP", false), ("xp", false)] {
        let xml = format!(
            "<CiscoIPPhoneInput><URL>http://a/</URL><InputItem><QueryStringParam>seq</QueryStringParam>\
             <DefaultValue>12345</DefaultValue><InputFlags>{flags}</InputFlags></InputItem></CiscoIPPhoneInput>"
        );
        let shown = format!("{:?}", Object::parse(xml.as_bytes(), Mode::Lenient).unwrap());
        assert_eq!(shown.contains("12345"), is_shown, "{shown}");
        assert_eq!(shown.contains("***"), !is_shown, "{shown}");
    }
}

#[test]
fn rule_15_9_executes_their_answers_and_errors() {
    let execute = |items: &str| format!("<CiscoIPPhoneExecute>{items}</CiscoIPPhoneExecute>");
    let xml = execute(
        "<ExecuteItem Priority='1' URL='http://a/?b=1&amp;c'/><ExecuteItem URL='Key:A'/><ExecuteItem URL='Notification:a'/>",
    );
    let Object::Execute(it) = good(&xml) else { panic!() };
    let priorities: Vec<Priority> = it.items.iter().map(|item| item.priority()).collect();
    assert_eq!(priorities, [Priority::WhenIdle, Priority::AtOnce, Priority::AtOnce]);
    assert_eq!(it.items.iter().next().unwrap().url().unwrap(), "http://a/?b=1&c");
    for uri in ["SoftKey:Exit", "Notify:http:h:80:p:u:d"] {
        tolerated(
            &execute(&format!("<ExecuteItem URL='{uri}'/>")),
            Refusal::Value(Field::ExecuteUrl),
            "<ExecuteItem",
        );
    }
    tolerated(&execute("<ExecuteItem/>"), Refusal::Missing(Field::ExecuteUrl), "<ExecuteItem");
    tolerated(
        &execute("<ExecuteItem URL='Key:A' Priority='3'/>"),
        Refusal::Value(Field::Priority),
        "<ExecuteItem",
    );
    let pages =
        execute("<ExecuteItem URL='http://a/'/><ExecuteItem URL='Key:A'/><ExecuteItem  URL='HTTPS://b/'/>");
    tolerated(&pages, Refusal::TwoPages, "<ExecuteItem  ");

    let response = |item: &str| format!("<CiscoIPPhoneResponse>{item}</CiscoIPPhoneResponse>");
    let xml = response("<ResponseItem URL='Key:A' Data='Success' Status='0'/>");
    let Object::Response(it) = good(&xml) else { panic!() };
    let item = it.items.iter().next().unwrap();
    assert_eq!((item.status(), item.data(), item.url()), (Some(0), "Success".into(), "Key:A".into()));
    tolerated(&response("<ResponseItem/>"), Refusal::Missing(Field::ResponseStatus), "<ResponseItem");
    tolerated(
        &response("<ResponseItem Status='-1'/>"),
        Refusal::Value(Field::ResponseStatus),
        "<ResponseItem",
    );

    for number in 1..=4 {
        let xml = format!("<CiscoIPPhoneError Number=\"{number}\" />");
        let Object::Error(error) = good(&xml) else { panic!() };
        assert_eq!(error.number, Some(number));
    }
    for (number, expected) in [("6", Some(6)), ("0", Some(0)), ("x", None)] {
        let xml = format!("<CiscoIPPhoneError Number='{number}'/>");
        let read = tolerated(&xml, Refusal::Value(Field::ErrorNumber), "<CiscoIPPhoneError");
        let Object::Error(error) = read else { panic!() };
        assert_eq!(error.number, expected);
    }
    tolerated("<CiscoIPPhoneError/>", Refusal::Missing(Field::ErrorNumber), "<CiscoIPPhoneError");
}
