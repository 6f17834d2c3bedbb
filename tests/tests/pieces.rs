//! Reading in pieces finds what reading the whole finds: on every vector, at every split.

use hotdesk_core::{Error, PieceReader, Refusal};
use hotdesk_tests::pieces::{pieces, same, whole};
use hotdesk_tests::{checks, encode, messages, vectors};
use proptest::prelude::*;

#[test]
fn every_vector_reads_the_same_at_every_split() {
    for vector in vectors().into_iter().filter(|vector| !vector.is_form()) {
        println!("{}", vector.path);
        checks::pieces(&vector.input);
    }
}

#[test]
fn pieces_of_the_prolog_and_the_root_may_be_cut_anywhere() {
    let xml = "\u{feff}<?xml version='1.0'?>\n<!-- a --><?b c?>\n<response a='1' é='2'>\n<!-- d --><other><x/>e&amp;\
               </other><userDevicesResults b=''><user c='3' id='f'><none/></user><user id='g'></user>\
               </userDevicesResults></response>";
    let good =
        xml.replace("<user id='g'></user>", "<user id='g'><deviceName>h</deviceName></user><!-- i -->");
    for xml in [xml, &good, "<response/>", "<response><success a='1'/></response> <!-- j -->\n"] {
        let expected = whole(xml.as_bytes());
        for size in 1..xml.len() {
            same(&expected, &pieces(1024, xml.as_bytes().chunks(size)), xml);
        }
    }
}

#[test]
fn children_of_a_user_read_the_same_in_any_order() {
    let profile = "<deviceProfile><deviceProfileName>p</deviceProfileName>\
                   <isDefaultDeviceProfile>t</isDefaultDeviceProfile></deviceProfile>";
    let children = [
        "",
        "<none/>",
        "<doesNotExist></doesNotExist>",
        "<failure><errorMessage>f</errorMessage></failure>",
        "<deviceName>d</deviceName>",
        profile,
        "<exists/>",
        "<deviceName> </deviceName>",
    ];
    for results in ["userDevicesResults", "deviceProfileResults", "checkUserResults"] {
        for first in children {
            for second in children {
                for third in children {
                    let users = format!("<user id='u'>{first}{second}</user>\n<user id='v'>{third}</user>");
                    let xml = format!("<response>\n<{results}>{users}</{results}></response>");
                    same(&whole(xml.as_bytes()), &pieces(1024, [xml.as_bytes()]), &xml);
                    let user = format!("<user id='u'>\n{first}\n{second}\n{third}</user>");
                    let xml = format!("<response><{results}>{user}</{results}></response>");
                    same(&whole(xml.as_bytes()), &pieces(1024, xml.as_bytes().chunks(50)), &xml);
                }
            }
        }
    }
}

#[test]
fn rule_1_1_bytes_that_are_not_utf_8_are_refused_where_they_stand() {
    for xml in [
        &b"<response><success/></response>\xC3"[..],
        b"<response><success/>\xE2\x82",
        b"<response\xF0\x9F\x98",
        b"<response><a></a>\xFF",
    ] {
        let expected = whole(xml);
        assert!(matches!(expected.1, Some((Error::Refused { reason: Refusal::NotUtf8, .. }, _))));
        for size in 1..=xml.len() {
            assert_eq!(pieces(1024, xml.chunks(size)).1, expected.1);
        }
    }
}

#[test]
fn rule_1_3_characters_that_are_not_of_the_declared_us_ascii_are_refused_where_they_stand() {
    for rest in [
        "<response><success/></response>\n<!-- é -->",
        "<response><success/>\u{10FFFF}</response>",
        "<!-- a\nü --><response><success/></response>",
        "<response><checkUserResults><user id='é'><exists/></user></checkUserResults></response>",
        "<response><é/><success/></response>",
    ] {
        for mark in ["", "\u{feff}"] {
            let xml = format!("{mark}<?xml version='1.0' encoding='US-ASCII'?>{rest}");
            let expected = whole(xml.as_bytes());
            assert!(
                matches!(expected.1, Some((Error::Refused { reason: Refusal::NotAscii, .. }, _))),
                "{xml}"
            );
            for size in 1..=xml.len() {
                assert_eq!(pieces(1024, xml.as_bytes().chunks(size)).1, expected.1, "{xml} by {size}");
            }
        }
    }
}

#[test]
fn rules_of_a_response_hold_in_pieces() {
    let mark = "\u{feff}";
    for xml in [
        format!("{mark}<?xml version='1.1'?><response><success/></response>"),
        format!("{mark}<?xml version='1.0'?><response><success/></response>"),
        format!("{mark}<response/>"),
        "<query/>".to_owned(),
        "\n <response>\n</response>".to_owned(),
        "<response>a &nbsp;<success/></response>".to_owned(),
        "<response><success/>\n<other>a &</other></response>".to_owned(),
        "<request/>".to_owned(),
        "<response><success/><success/></response>".to_owned(),
        "<response><success/><failure><errorMessage/></failure></response>".to_owned(),
        "<response><failure><errorMessage/></failure><success/></response>".to_owned(),
        "<response><success/><checkUserResults/></response>".to_owned(),
        "<response><other><success/><failure/></other></response>".to_owned(),
        "<response>\n<deviceUserResults/></response>".to_owned(),
        "<response>\n<userDevicesResults>\n</userDevicesResults></response>".to_owned(),
        "<response><checkUserResults></checkUserResults></response>".to_owned(),
        "<response><userDevicesResults><user id='a%40b'><none/></user></userDevicesResults></response>"
            .to_owned(),
    ] {
        let expected = whole(xml.as_bytes());
        for size in 1..=xml.len() {
            same(&expected, &pieces(1024, xml.as_bytes().chunks(size)), &xml);
        }
    }
}

#[test]
fn accepted_responses_read_through_a_window_of_1024_bytes() {
    for vector in vectors().into_iter().filter(|vector| !vector.is_form()) {
        let expected = whole(&vector.input);
        if expected.1.is_none() && !vector.path.contains("long") {
            same(&expected, &pieces(1024, vector.input.chunks(100)), &vector.path);
        }
    }
}

#[test]
fn rule_14_1_a_thousand_profiles_read_in_constant_memory() {
    let profile = "<deviceProfile><deviceProfileName>DPJOHNIPC</deviceProfileName>\
                   <isDefaultDeviceProfile>f</isDefaultDeviceProfile></deviceProfile>\n";
    let xml = format!(
        "<response><deviceProfileResults><user id='john'>{}</user></deviceProfileResults></response>",
        profile.repeat(1000)
    );
    let found = pieces(1024, xml.as_bytes().chunks(536));
    assert_eq!(found, whole(xml.as_bytes()));
    assert_eq!(found.0.len(), 1002);
    assert!(size_of::<PieceReader<'_>>() <= 512, "{}", size_of::<PieceReader<'_>>());
}

#[test]
fn rule_14_2_what_does_not_fit_into_the_window_is_refused() {
    let xml = format!("<response><!--{}--><success/></response>", "x".repeat(2000));
    let (_, refused) = pieces(1024, [xml.as_bytes()]);
    assert_eq!(refused, Some((Error::Refused { reason: Refusal::Window, position: 10 }, (1, 11))));
    let (found, refused) = pieces(4096, [xml.as_bytes()]);
    assert_eq!((found.len(), refused), (1, None));
    // So are the names of open elements, if they take more than 96 bytes.
    let xml = |length| format!("<response><{}/><success/></response>", "x".repeat(length));
    let (found, refused) = pieces(1024, [xml(88).as_bytes()]);
    assert_eq!((found.len(), refused), (1, None));
    let (_, refused) = pieces(1024, [xml(89).as_bytes()]);
    assert_eq!(refused, Some((Error::Refused { reason: Refusal::Window, position: 10 }, (1, 11))));
    // What was read before is not in the window any more.
    let xml = format!("<response><!--{}--><success/></response>", "x".repeat(1010));
    assert_eq!(pieces(1024, [xml.as_bytes()]), whole(xml.as_bytes()));
}

proptest! {
    #[test]
    fn made_up_responses_read_the_same_in_chunks_of_any_size(sample in messages::sample(), size in 1_usize..300) {
        let xml = sample.view(encode);
        same(&whole(&xml), &pieces(xml.len().max(1024), xml.chunks(size)), &String::from_utf8_lossy(&xml));
    }
}
