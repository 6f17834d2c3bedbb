//! Every bound: at it, and one over.

use hotdesk_core::phonexml::{Mode, Object};
use hotdesk_core::{Field, Limit, Refusal};
use hotdesk_tests::objects::pieces;

use crate::{good, tolerated};

/// A text of so many characters of four bytes each.
fn long(characters: usize) -> String {
    "\u{1F600}".repeat(characters)
}

const SOFT_KEY: &str =
    "<SoftKeyItem><Name>n</Name><URL>SoftKey:Exit</URL><Position>1</Position></SoftKeyItem>";
const KEY: &str = "<KeyItem><Key>NavUp</Key><URL>Key:NavUp</URL></KeyItem>";
const MENU_ITEM: &str = "<MenuItem><Name>n</Name><URL>Dial:1</URL></MenuItem>";
const INPUT_ITEM: &str = "<InputItem><QueryStringParam>q</QueryStringParam></InputItem>";
const ENTRY: &str = "<DirectoryEntry><Name>n</Name><Telephone>1</Telephone></DirectoryEntry>";

#[test]
fn rule_15_4_each_list_has_its_bound_and_is_never_shortened() {
    for (object, before, row, tag, field, most) in [
        ("Menu", "", MENU_ITEM, "<MenuItem>", Field::MenuItem, 100),
        ("IconMenu", "", MENU_ITEM, "<MenuItem>", Field::MenuItem, 32),
        ("Input", "<URL>http://a/</URL>", INPUT_ITEM, "<InputItem>", Field::InputItem, 5),
        ("Directory", "", ENTRY, "<DirectoryEntry>", Field::DirectoryEntry, 32),
        ("Execute", "", "<ExecuteItem URL='Key:A'/>", "<ExecuteItem", Field::ExecuteItem, 3),
        ("Response", "", "<ResponseItem Status='0'/>", "<ResponseItem", Field::ResponseItem, 3),
        ("Text", "", SOFT_KEY, "<SoftKeyItem>", Field::SoftKeyItem, 16),
        ("Menu", "", KEY, "<KeyItem>", Field::KeyItem, 32),
        ("Image", "", SOFT_KEY, "<SoftKeyItem>", Field::SoftKeyItem, 16),
    ] {
        let xml = |count: usize| {
            format!("<CiscoIPPhone{object}>{before}{}</CiscoIPPhone{object}>", row.repeat(count))
        };
        good(&xml(most));
        let over = xml(most + 1);
        let limit = u8::try_from(most).unwrap();
        let read = tolerated(&over, Refusal::TooMany(field, limit), tag);
        let count = match &read {
            Object::Menu(it) if field == Field::MenuItem => it.items.iter().count(),
            Object::Input(it) => it.items.iter().count(),
            Object::Directory(it) => it.entries.iter().count(),
            Object::Execute(it) => it.items.iter().count(),
            Object::Response(it) => it.items.iter().count(),
            it if field == Field::KeyItem => it.screen().unwrap().keys.iter().count(),
            it => it.screen().unwrap().soft_keys.iter().count(),
        };
        assert_eq!(count, most + 1, "{object}");
    }
}

#[test]
fn rule_15_5_texts_of_a_screen_have_bounds_in_characters() {
    for (tag, field, most) in [("Title", Field::Title, 32), ("Prompt", Field::Prompt, 32)] {
        for object in ["Text", "Input", "Menu", "IconMenu", "Directory", "Image", "GraphicFileMenu"] {
            let url = if object == "Input" { "<URL>http://a/</URL>" } else { "" };
            let xml = |count: usize| {
                format!("<CiscoIPPhone{object}>{url}<{tag}> {} </{tag}></CiscoIPPhone{object}>", long(count))
            };
            good(&xml(most));
            let limit = Limit::Label;
            let (over, tag) = (xml(most + 1), format!("<{tag}>"));
            let read = tolerated(&over, Refusal::TooLong(field, limit), &tag);
            let screen = read.screen().unwrap();
            let text = if field == Field::Title { screen.title } else { screen.prompt };
            assert_eq!(text.unwrap().chars().count(), most + 1, "never cut");
        }
    }
    let app = |count: usize| format!("<CiscoIPPhoneText appId='{}'/>", long(count));
    good(&app(64));
    tolerated(&app(65), Refusal::TooLong(Field::ObjectAppId, Limit::MenuName), "<CiscoIPPhoneText");
}

#[test]
fn rules_15_6_to_15_8_texts_of_items_have_bounds_in_characters() {
    let soft_key = "<CiscoIPPhoneText><SoftKeyItem><Name>N</Name><URL>U</URL><URLDown>D</URLDown><Position>1</Position>\
                    </SoftKeyItem></CiscoIPPhoneText>";
    let key = "<CiscoIPPhoneText><KeyItem><Key>NavUp</Key><URL>U</URL><URLDown>D</URLDown></KeyItem></CiscoIPPhoneText>";
    let menu = "<CiscoIPPhoneMenu><MenuItem><Name>N</Name><URL>U</URL></MenuItem></CiscoIPPhoneMenu>";
    let entry = "<CiscoIPPhoneDirectory><DirectoryEntry><Name>N</Name><Telephone>T</Telephone></DirectoryEntry>\
                 </CiscoIPPhoneDirectory>";
    let input = "<CiscoIPPhoneInput><URL>U</URL><InputItem><DisplayName>N</DisplayName><QueryStringParam>Q</QueryStringParam>\
                 <DefaultValue>V</DefaultValue></InputItem></CiscoIPPhoneInput>";
    let text = "<CiscoIPPhoneText><Text>T</Text></CiscoIPPhoneText>";
    for (xml, tag, letter, field, most) in [
        (soft_key, "Name", "N", Field::Name, 32),
        (soft_key, "URL", "U", Field::Url, 256),
        (soft_key, "URLDown", "D", Field::UrlDown, 256),
        (key, "URL", "U", Field::Url, 256),
        (key, "URLDown", "D", Field::UrlDown, 256),
        (menu, "Name", "N", Field::Name, 64),
        (menu, "URL", "U", Field::Url, 256),
        (entry, "Name", "N", Field::Name, 32),
        (entry, "Telephone", "T", Field::Telephone, 32),
        (input, "URL", "U", Field::Url, 256),
        (input, "DisplayName", "N", Field::DisplayName, 32),
        (input, "QueryStringParam", "Q", Field::QueryStringParam, 32),
        (input, "DefaultValue", "V", Field::DefaultValue, 32),
        (text, "Text", "T", Field::ObjectText, 4000),
    ] {
        let with = |count: usize| {
            xml.replace(&format!("<{tag}>{letter}</{tag}>"), &format!("<{tag}>{}</{tag}>", long(count)))
        };
        assert_ne!(with(1), xml);
        if most < 4000 {
            good(&with(most));
            let limits = [Limit::Label, Limit::MenuName, Limit::Url];
            let limit = limits.into_iter().find(|limit| limit.most() == most).unwrap();
            tolerated(&with(most + 1), Refusal::TooLong(field, limit), &format!("<{tag}>"));
        } else {
            let strict = |count| Object::parse(with(count).as_bytes(), Mode::Strict).map(|_| ());
            assert_eq!(strict(most), Ok(()));
            assert!(strict(most + 1).is_err());
        }
    }
}

#[test]
fn rule_15_11_a_menu_of_57_kilobytes_reads_item_by_item_through_4_kilobytes() {
    use std::fmt::Write as _;

    let mut xml = format!("<CiscoIPPhoneMenu><Title>{}</Title>", long(32));
    for item in 0..100 {
        let url = "a".repeat(256 - 18);
        write!(
            xml,
            "<MenuItem><Name>{}</Name><URL>http://a/?i={item:03}&amp;{url}</URL></MenuItem>",
            long(64)
        )
        .unwrap();
    }
    xml.push_str("</CiscoIPPhoneMenu>");
    assert!(xml.len() > 55_000, "{}", xml.len());
    let found = pieces(4096, xml.as_bytes().chunks(536), Mode::Strict);
    assert_eq!((found.parts.len(), found.refused), (101, None));
    assert!(size_of::<hotdesk_core::phonexml::PieceReader<'_>>() <= 512);
    // What does not fit into the window is refused with its place.
    let found = pieces(256, xml.as_bytes().chunks(536), Mode::Lenient);
    let refused = found.refused.unwrap().0;
    assert!(matches!(refused, hotdesk_core::Error::Refused { reason: Refusal::Window, .. }), "{refused:?}");
}
