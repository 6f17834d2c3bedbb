//! What reading in pieces and reading the whole find, in one form, to compare. Nothing that a reader hands out may be
//! left out.

use hotdesk_core::{Error, Piece, PieceReader, Refusal, Response, UserDevicesStatus, UserProfilesStatus};

/// What a reader found, in order; and the refusal, if there was one, with its line and column.
pub type Found = (Vec<String>, Option<(Error, (usize, usize))>);

const USER_END: &str = "user ends, doesNotExist:";

/// What `Response::parse` finds.
pub fn whole(xml: &[u8]) -> Found {
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
        other => panic!("{other:?}"),
    }
    (found, None)
}

/// What a reader with a window of this size finds in the pieces.
///
/// # Panics
///
/// Panics if the reader does not end where the document does, or forgets a refusal.
pub fn pieces<'a>(window: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Found {
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

/// Compares what was found in pieces with what was found in the whole.
///
/// # Panics
///
/// Panics with the context if they differ.
pub fn same(expected: &Found, got: &Found, context: &str) {
    match (&expected.1, &got.1) {
        (None, None) => assert_eq!(expected.0, got.0, "{context}"),
        // In pieces, bytes that are not of the encoding are not seen before they come.
        (Some((Error::Refused { reason: Refusal::NotUtf8 | Refusal::NotAscii, .. }, _)), Some(_)) => {}
        (refused, got) => assert_eq!(refused, got, "{context}"),
    }
}
