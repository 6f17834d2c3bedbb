//! The file that a phone loads from its cluster: every element, every bound, files of 200 kB and files that are cut or broken.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use hotdesk_core::provisioning::PieceReader;
use hotdesk_core::{Error, Field, Limit, Refusal};
use hotdesk_tests::phone_files::{Found, json, read};
use hotdesk_tests::{PHONE_FILES, checks, index_of, rules, vectors_of};

/// Reads a file; in any pieces it is the same.
#[track_caller]
fn pieces(xml: &str) -> Vec<String> {
    checks::phone_file_at_every_split(xml.as_bytes());
    let found = read(xml.len().max(1), [xml.as_bytes()]);
    assert_eq!(found.refused, None, "{xml}");
    found.pieces
}

/// A file that is refused, for this reason at the last place of this text.
#[track_caller]
fn refused(xml: &str, expected: Refusal, at: &str) {
    checks::phone_file_at_every_split(xml.as_bytes());
    let found = read(xml.len().max(1), [xml.as_bytes()]);
    let error = Error::Refused { reason: expected, position: xml.rfind(at).unwrap() };
    assert_eq!(found.refused.map(|(error, _)| error), Some(error), "{xml}");
}

fn device(inside: &str) -> String {
    format!("<device xsi:type=\"axl:XIPPhone\">{inside}</device>")
}

fn members(inside: &str) -> String {
    device(&format!(
        "<devicePool><callManagerGroup><members>{inside}</members></callManagerGroup></devicePool>"
    ))
}

fn ntps(inside: &str) -> String {
    device(&format!("<devicePool><dateTimeSetting><ntps>{inside}</ntps></dateTimeSetting></devicePool>"))
}

fn services(inside: &str) -> String {
    device(&format!("<phoneServices>{inside}</phoneServices>"))
}

#[test]
fn every_file_on_disk_reads_as_its_json_says_in_any_pieces() {
    for vector in vectors_of(PHONE_FILES) {
        assert_eq!(json(&vector.input), vector.expected, "{}", vector.path);
        assert_eq!(vector.is_refused(), vector.path.starts_with("refused/"), "{}", vector.path);
        checks::phone_file_at_every_split(&vector.input);
    }
}

#[test]
fn the_index_names_every_file_what_it_shows_and_where_it_comes_from() {
    let rules = rules();
    let files: BTreeSet<String> = vectors_of(PHONE_FILES).into_iter().map(|vector| vector.path).collect();
    let index = index_of(PHONE_FILES);
    assert_eq!(index.keys().cloned().collect::<BTreeSet<_>>(), files);
    for (path, table) in index {
        let text = |key: &str| table.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        assert!(!text("about").is_empty() && !text("source").is_empty(), "{path}");
        for rule in text("rule").split(", ") {
            assert!(rules.contains(rule), "{path}: PROTOCOL.md has no rule {rule:?}");
        }
    }
}

#[test]
fn rule_17_1_a_file_has_one_of_two_roots_and_prefixes_are_not_resolved() {
    for root in ["device", "Default"] {
        for attributes in ["", " xsi:type=\"axl:XIPPhone\"", " a:b='c' d:e='f' ctiid='1'"] {
            let xml = format!("<{root}{attributes}><versionStamp>1</versionStamp></{root}>");
            assert_eq!(pieces(&xml), [r#"["versionStamp","1"]"#]);
        }
    }
    for root in ["Device", "default", "html", "axl:device", "flat-profile"] {
        let xml = format!("<{root}><versionStamp>1</versionStamp></{root}>");
        refused(&xml, Refusal::NoPhoneFile, &format!("<{root}>"));
    }
    // Deeper than a message, in what is skipped as in a row.
    for (before, depth, after) in [
        ("", 2, ""),
        ("<userLocale>", 3, "</userLocale>"),
        (
            "<devicePool><callManagerGroup><members><member>",
            6,
            "</member></members></callManagerGroup></devicePool>",
        ),
    ] {
        let nested = |deepest: usize| {
            let (open, close) = ("<a>".repeat(deepest + 1 - depth), "</a>".repeat(deepest + 1 - depth));
            device(&format!("{before}{open}{close}{after}"))
        };
        assert!(pieces(&nested(12)).is_empty());
        refused(&nested(13), Refusal::PhoneFileTooDeep, "<a>");
    }
    // The same names elsewhere are other elements.
    let member =
        "<member priority='9'><callManager><processNodeName>n</processNodeName></callManager></member>";
    for elsewhere in [
        format!("<TVS><members>{member}</members></TVS>"),
        format!("<members>{member}</members>"),
        format!("<devicePool><members>{member}</members></devicePool>"),
        "<other><versionStamp>1</versionStamp><servicesURL>u</servicesURL></other>".to_owned(),
        "<ntps><ntp><name>n</name></ntp></ntps>".to_owned(),
        "<capf><processNodeName>n</processNodeName></capf>".to_owned(),
    ] {
        assert!(pieces(&device(&elsewhere)).is_empty(), "{elsewhere}");
    }
}

#[test]
fn rule_17_2_members_come_in_the_order_of_the_file_with_their_priority() {
    let xml = members(
        "<member priority=\" 1 \"><callManager><name>x</name><ports><a/></ports><processNodeName> backup </processNodeName>\
         </callManager></member><new/><member uuid='u'><callManager><processNodeName>any</processNodeName></callManager>\
         </member><member priority='0'><new>n</new><callManager><processNodeName>R&amp;D</processNodeName></callManager>\
         </member>",
    );
    let expected = [r#"["member",1,"backup"]"#, r#"["member",null,"any"]"#, r#"["member",0,"R&D"]"#];
    assert_eq!(pieces(&xml), expected);
    let without_pool = xml.replace("<devicePool>", "").replace("</devicePool>", "");
    assert_eq!(pieces(&without_pool), expected);
    for wrong in ["5", "-1", "first", "0x0", "99999999999999999999"] {
        let xml = members(&format!("<member priority='{wrong}'/>"));
        refused(&xml, Refusal::Value(Field::MemberPriority), "<member ");
    }
    let twice = members("<member><callManager/><callManager/></member>");
    refused(&twice, Refusal::Repeated(Field::CallManager), "<callManager/>");
    let name = "<processNodeName>n</processNodeName>";
    let twice = members(&format!("<member><callManager>{name}{name}</callManager></member>"));
    refused(&twice, Refusal::Repeated(Field::ProcessNodeName), name);
    let inside =
        members("<member><callManager><processNodeName><b/></processNodeName></callManager></member>");
    refused(&inside, Refusal::ElementInText(Field::ProcessNodeName), "<b/>");
}

#[test]
fn rule_17_3_time_servers_have_a_name_and_may_have_a_mode() {
    let xml =
        ntps("<ntp><nameV6/><name>a</name><ntpMode>Unicast</ntpMode></ntp><ntp><name>192.0.2.1</name></ntp>");
    assert_eq!(pieces(&xml), [r#"["ntp","a","Unicast"]"#, r#"["ntp","192.0.2.1",null]"#]);
    refused(&ntps("<ntp><name>a</name><name>b</name></ntp>"), Refusal::Repeated(Field::FileName), "<name>");
}

#[test]
fn rule_17_4_a_language_has_a_name_a_code_and_a_character_set() {
    let locale = "<userLocale><winCharSet>utf-8</winCharSet><uid>3</uid><name>German_Germany</name>\
                  <langCode>de</langCode></userLocale>";
    assert_eq!(pieces(&device(locale)), [r#"["userLocale","German_Germany","de","utf-8"]"#]);
    let code = "<userLocale><langCode>de_DE</langCode></userLocale>";
    assert_eq!(pieces(&device(code)), [r#"["userLocale",null,"de_DE",null]"#]);
    refused(&device(&format!("{code}{code}")), Refusal::Repeated(Field::UserLocale), "<userLocale>");
}

#[test]
fn rule_17_5_each_page_has_a_url_and_one_for_tls() {
    for page in ["authentication", "directory", "idle", "information", "messages", "services"] {
        let (initial, rest) = page.split_at(1);
        for name in [format!("{page}URL"), format!("secure{}{rest}URL", initial.to_uppercase())] {
            let element = format!("<{name}>http://h/?a=#DEVICENAME#&amp;b</{name}>");
            let expected = format!(r#"["{name}","http://h/?a=#DEVICENAME#&b"]"#);
            assert_eq!(pieces(&device(&element)), [expected]);
            let twice = device(&format!("{element}{element}"));
            let error = read(512, [twice.as_bytes()]).refused.unwrap().0;
            assert!(
                matches!(error, Error::Refused { reason: Refusal::Repeated(field), .. } if field.name() == name)
            );
        }
    }
    for other in ["secureservicesURL", "ServicesURL", "servicesUrl", "proxyServerURL"] {
        assert!(pieces(&device(&format!("<{other}>http://h/</{other}>"))).is_empty());
    }
    let timeout = |seconds: &str| device(&format!("<idleTimeout>{seconds}</idleTimeout>"));
    assert_eq!(pieces(&timeout("65535")), [r#"["idleTimeout",65535]"#]);
    for wrong in ["65536", "10s", "-1", "1.5"] {
        refused(&timeout(wrong), Refusal::Value(Field::IdleTimeout), "<idleTimeout>");
    }
}

#[test]
fn rule_17_6_services_are_told_with_their_menu_and_where_menus_come_from() {
    let xml = device(
        "<phoneServices useHTTPS='true'><provisioning>1</provisioning><phoneService type='0' category='0'><name>Log in</name>\
         <url>http://h/</url><vendor/><version>2</version></phoneService><phoneService type='1'><url>Application:Cisco/A</url>\
         </phoneService><phoneService type='2'><name>M</name><url>m</url></phoneService><phoneService><url>u</url>\
         </phoneService></phoneServices>",
    );
    let expected = [
        r#"["phoneServices",true]"#,
        r#"["provisioning",1]"#,
        r#"["phoneService","Services","Log in","http://h/"]"#,
        r#"["phoneService","Directory",null,"Application:Cisco/A"]"#,
        r#"["phoneService","Messages","M","m"]"#,
        r#"["phoneService","Services",null,"u"]"#,
    ];
    assert_eq!(pieces(&xml), expected);
    assert_eq!(pieces(&device("<phoneServices/>")), [r#"["phoneServices",false]"#]);
    for wrong in ["TRUE", "1", "yes"] {
        let xml = device(&format!("<phoneServices useHTTPS='{wrong}'/>"));
        refused(&xml, Refusal::Value(Field::UseHttps), "<phoneServices ");
    }
    let source = services("<provisioning>3</provisioning>");
    refused(&source, Refusal::Value(Field::Provisioning), "<provisioning>");
    let kind = services("<phoneService type='3'><url>u</url></phoneService>");
    refused(&kind, Refusal::Value(Field::PhoneServiceType), "<phoneService ");
}

#[test]
fn rule_17_7_a_file_has_one_version_and_one_user() {
    let xml = device(
        "<versionStamp>{Jan 01 2002 00:00:00}</versionStamp><userId serviceProfileFile='s'>abaker</userId>\
         <ownerId>desk12</ownerId>",
    );
    assert_eq!(pieces(&xml), [r#"["versionStamp","{Jan 01 2002 00:00:00}"]"#, r#"["userId","abaker"]"#]);
    for (name, field) in [("versionStamp", Field::VersionStamp), ("userId", Field::FileUserId)] {
        let twice = device(&format!("<{name}>a</{name}><{name}/>"));
        refused(&twice, Refusal::Repeated(field), &format!("<{name}/>"));
    }
}

#[test]
fn rule_17_8_what_is_blank_is_absent_and_leaves_its_row_out() {
    for blank in ["", " \r\n\t", "&#32;", "<!-- c -->", "<![CDATA[ ]]>"] {
        for xml in [
            members(&format!(
                "<member priority='{}'><callManager><processNodeName>{blank}</processNodeName></callManager></member>",
                blank.replace("<!-- c -->", "").replace("<![CDATA[ ]]>", "")
            )),
            members("<member/><member><callManager/></member>"),
            ntps(&format!("<ntp><name>{blank}</name><ntpMode>unicast</ntpMode></ntp><ntp/>")),
            device(&format!(
                "<userLocale><name>{blank}</name><langCode/><winCharSet>u</winCharSet></userLocale>"
            )),
            device(&format!(
                "<servicesURL>{blank}</servicesURL><idleTimeout>{blank}</idleTimeout><userId>{blank}</userId>\
                 <versionStamp>{blank}</versionStamp>"
            )),
        ] {
            assert!(pieces(&xml).is_empty(), "{xml}");
        }
        let service = services(&format!(
            "<provisioning>{blank}</provisioning><phoneService><name>n</name><url>{blank}</url></phoneService>"
        ));
        assert_eq!(pieces(&service), [r#"["phoneServices",false]"#]);
    }
}

#[test]
fn rule_17_9_each_text_has_its_bound_and_is_never_cut() {
    type File = fn(&str) -> String;

    let long = |count: usize| "\u{1F600}".repeat(count);
    let url: [(Field, File); 2] = [
        (Field::ServicesUrl, |text| device(&format!("<servicesURL>{text}</servicesURL>"))),
        (Field::PhoneServiceUrl, |text| services(&format!("<phoneService><url>{text}</url></phoneService>"))),
    ];
    for (field, file) in url {
        assert!(pieces(&file(&long(256))).last().unwrap().contains(&long(256)));
        let tag = format!("<{}>", field.name());
        refused(&file(&long(257)), Refusal::TooLong(field, Limit::Url), &tag);
    }
    let name: [(Field, File); 6] = [
        (Field::ProcessNodeName, |text| {
            members(&format!(
                "<member><callManager><processNodeName>{text}</processNodeName></callManager></member>"
            ))
        }),
        (Field::FileName, |text| ntps(&format!("<ntp><name>{text}</name></ntp>"))),
        (Field::LangCode, |text| device(&format!("<userLocale><langCode>{text}</langCode></userLocale>"))),
        (Field::FileName, |text| {
            services(&format!("<phoneService><name>{text}</name><url>u</url></phoneService>"))
        }),
        (Field::VersionStamp, |text| device(&format!("<versionStamp>{text}</versionStamp>"))),
        (Field::FileUserId, |text| device(&format!("<userId>{text}</userId>"))),
    ];
    for (field, file) in name {
        assert!(pieces(&file(&long(128))).last().unwrap().contains(&long(128)));
        refused(&file(&long(129)), Refusal::TooLong(field, Limit::Name), &long(129));
    }
}

/// A file of this many bytes at least, most of which nothing reads.
fn long_file(length: usize) -> String {
    let mut xml = String::from("<device xsi:type=\"axl:XIPPhone\"><versionStamp>1</versionStamp><sipLines>");
    let mut line = 0;
    while xml.len() < length {
        line += 1;
        write!(
            xml,
            "\n<line button=\"{line}\"><featureLabel>M\u{fc}ller &amp; {line}</featureLabel><!-- {line} --></line>"
        )
        .unwrap();
    }
    xml.push_str("</sipLines><phoneServices>");
    for service in 0..200 {
        write!(
            xml,
            "<phoneService type='0'><name>{service}</name><url>http://h/{service}</url></phoneService>"
        )
        .unwrap();
    }
    xml.push_str("</phoneServices><userId>abaker</userId></device>");
    xml
}

#[test]
fn rule_17_10_a_file_of_200_kilobytes_is_read_through_2_kilobytes_in_any_pieces() {
    let xml = long_file(200_000);
    let expected = read(2048, [xml.as_bytes()]);
    assert_eq!((expected.pieces.len(), expected.refused), (203, None));
    for size in [1, 7, 512, 536, 1460, 4096] {
        assert_eq!(read(2048, xml.as_bytes().chunks(size)), expected, "{size}");
    }
    assert!(size_of::<PieceReader<'_>>() <= 256, "{}", size_of::<PieceReader<'_>>());
    // What does not fit into the window is refused at its place.
    let long = device(&format!("<versionStamp>1</versionStamp><!-- {} -->", "c".repeat(2048)));
    let found = read(2048, [long.as_bytes()]);
    let position = long.find("<!--").unwrap();
    assert_eq!(found.refused.unwrap().0, Error::Refused { reason: Refusal::Window, position });
}

#[test]
fn rule_17_10_a_file_that_is_cut_anywhere_or_broken_is_refused_at_its_place() {
    let whole = std::str::from_utf8(&vectors_of(PHONE_FILES)[0].input).unwrap().trim_end().to_owned();
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let Found { refused, .. } = read(whole.len(), [&whole.as_bytes()[..end]]);
        let (error, _) = refused.unwrap_or_else(|| panic!("cut at {end} and taken"));
        let at_end = [Refusal::CutShort, Refusal::NoRoot];
        assert!(
            matches!(error, Error::Refused { reason, position } if at_end.contains(&reason) && position <= end)
        );
    }
    // Behind 200 kB, the place is told all the same.
    let broken = long_file(200_000).replace("</sipLines>", "\n</sipProfile>");
    let found = read(2048, broken.as_bytes().chunks(512));
    let (error, place) = found.refused.unwrap();
    let position = broken.find("</sipProfile>").unwrap();
    assert_eq!(error, Error::Refused { reason: Refusal::WrongEndTag, position });
    assert_eq!(place, error.line_column(broken.as_bytes()));
}

#[test]
fn rule_17_11_no_password_is_handed_out_or_left_in_the_window() {
    let xml = device(
        "<sshPassword>t0psecret</sshPassword><sipProfile><sipLines><line><authPassword>t0psecret</authPassword></line>\
         </sipLines></sipProfile><vendorConfig><adminPassword>t0psecret</adminPassword></vendorConfig>",
    );
    let mut window = [0xAA; 512];
    let mut reader = PieceReader::new(&mut window);
    assert_eq!(reader.feed(xml.as_bytes()), xml.len());
    assert!(!format!("{reader:?}").contains("t0psecret"));
    assert!(!format!("{:?}", reader.next()).contains("t0psecret"));
    drop(reader);
    assert_eq!(window, [0; 512]);
    assert!(pieces(&xml).is_empty());
}
