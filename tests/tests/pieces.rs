//! Reading in pieces finds what reading the whole finds: on every vector, at every split.
#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

use hotdesk_core::{Error, Piece, PieceReader, Refusal, Response, UserDevicesStatus, UserProfilesStatus};
use hotdesk_tests::{encode, messages, vectors};
use proptest::prelude::*;

/// What a reader found, in order; and the refusal with its line and column, if it was refused.
type Found = (Vec<String>, Option<(Error, (usize, usize))>);

const USER_END: &str = "user ends, doesNotExist:";

/// What `Response::parse` finds.
fn whole(xml: &[u8]) -> Found {
    let mut found = Vec::new();
    let response = match Response::parse(xml) {
        Ok(response) => response,
        Err(error) => return (found, Some((error, error.line_column(xml)))),
    };
    match response {
        Response::Success => found.push("success".to_owned()),
        Response::Failure(failure) => found.push(format!("{failure:?}")),
        Response::DeviceUserResults(results) => {
            found.extend(results.devices.iter().map(|device| format!("{device:?}")));
        }
        Response::CheckUserResults(results) => {
            found.extend(results.users.iter().map(|user| format!("{user:?}")));
        }
        Response::UserDevicesResults(results) => {
            for user in results.users {
                found.push(format!("user {:?}", user.id));
                if let UserDevicesStatus::LoggedIn(devices) = user.status {
                    found.extend(devices.iter().map(|device| format!("device {device:?}")));
                }
                found.push(format!("{USER_END} {}", user.status == UserDevicesStatus::DoesNotExist));
            }
        }
        Response::DeviceProfileResults(results) => {
            for user in results.users {
                found.push(format!("user {:?}", user.id));
                match user.status {
                    UserProfilesStatus::Found(profiles) => {
                        found.extend(profiles.iter().map(|profile| format!("{profile:?}")));
                    }
                    UserProfilesStatus::Failure(failure) => found.push(format!("user {failure:?}")),
                    _ => {}
                }
                found.push(format!("{USER_END} {}", user.status == UserProfilesStatus::DoesNotExist));
            }
        }
    }
    (found, None)
}

/// What a reader with a window of that size finds in the pieces.
fn pieces<'a>(window: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Found {
    let mut window = vec![0xAA; window];
    let mut reader = PieceReader::new(&mut window);
    let mut found = Vec::new();
    for mut piece in pieces {
        while !piece.is_empty() {
            let taken = reader.feed(piece);
            piece = &piece[taken..];
            if let Some(refused) = drain(&mut reader, &mut found) {
                return refused
                    .map_or_else(|| panic!("ended before the end"), |refused| (found, Some(refused)));
            }
        }
    }
    reader.end();
    let refused = drain(&mut reader, &mut found);
    (found, refused.unwrap_or_else(|| panic!("more wanted behind the end")))
}

/// Reads until more bytes are wanted; returns the refusal or nothing at the end.
#[allow(clippy::type_complexity, reason = "one caller takes it apart")]
fn drain(reader: &mut PieceReader<'_>, found: &mut Vec<String>) -> Option<Option<(Error, (usize, usize))>> {
    loop {
        let piece = match reader.next() {
            Ok(piece) => piece,
            Err(error) => {
                assert_eq!(reader.next(), Err(error), "a refusal stays");
                return Some(Some((error, reader.line_column())));
            }
        };
        found.push(match piece {
            Piece::More => return None,
            Piece::End => return Some(None),
            Piece::Success => "success".to_owned(),
            Piece::Failure(failure) => format!("{failure:?}"),
            Piece::Device(device) => format!("{device:?}"),
            Piece::Check(user) => format!("{user:?}"),
            Piece::User(id) => format!("user {id:?}"),
            Piece::DeviceName(name) => format!("device {name:?}"),
            Piece::Profile(profile) => format!("{profile:?}"),
            Piece::UserFailure(failure) => format!("user {failure:?}"),
            Piece::UserEnd { does_not_exist } => format!("{USER_END} {does_not_exist}"),
            piece => panic!("{piece:?}"),
        });
    }
}

fn same(expected: &Found, got: &Found, context: &str) {
    match (&expected.1, &got.1) {
        (None, None) => assert_eq!(expected.0, got.0, "{context}"),
        // In pieces, bytes that are no UTF-8 are not known before they come.
        (Some((Error::Refused { reason: Refusal::NotUtf8, .. }, _)), Some(_)) => {}
        (refused, got) => assert_eq!(refused, got, "{context}"),
    }
}

#[test]
fn every_vector_reads_the_same_at_every_split() {
    for vector in vectors().into_iter().filter(|vector| !vector.is_form()) {
        let xml = &vector.input[..];
        let expected = whole(xml);
        let room = xml.len().max(1024);
        same(&expected, &pieces(room, [xml]), &vector.path);
        same(&expected, &pieces(room, xml.chunks(1)), &format!("{} byte by byte", vector.path));
        let step = 1 + xml.len() / 1500;
        for split in (0..xml.len()).step_by(step) {
            let (head, tail) = xml.split_at(split);
            same(&expected, &pieces(room, [head, tail]), &format!("{} at {split}", vector.path));
        }
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
}

proptest! {
    #[test]
    fn made_up_responses_read_the_same_in_chunks_of_any_size(sample in messages::sample(), size in 1_usize..300) {
        let xml = sample.view(encode);
        same(&whole(&xml), &pieces(xml.len().max(1024), xml.chunks(size)), &String::from_utf8_lossy(&xml));
    }
}
