//! What reading IP phone objects in pieces and reading them whole find, in one form, to compare. Nothing that a reader hands
//! out may be left out.

use std::fmt::Debug;

use hotdesk_core::phonexml::{Item, Items, Mode, Object, Piece, PieceReader, Screen};
use hotdesk_core::{Error, Refusal, Text};

/// What a reader found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Each text and item, in the order of their kinds.
    pub parts: Vec<String>,
    /// What a strict reader would have refused.
    pub tolerated: Option<Error>,
    /// The refusal with its line and column.
    pub refused: Option<(Error, (usize, usize))>,
}

/// What [`Object::parse`] finds.
pub fn whole(xml: &[u8], mode: Mode) -> Found {
    match Object::parse(xml, mode) {
        Ok(parsed) => Found { parts: parts(&parsed.object), tolerated: parsed.tolerated, refused: None },
        Err(error) => Found { refused: Some((error, error.line_column(xml))), ..Found::default() },
    }
}

/// Returns each text and item of an object.
///
/// # Panics
///
/// Panics if the core has grown an object that is not handled here.
pub fn parts(object: &Object<'_>) -> Vec<String> {
    fn items<'a, T: Item<'a> + Debug>(found: &mut Vec<String>, items: Items<'a, T>) {
        found.extend(items.iter().map(|item| format!("{item:?}")));
    }
    let mut found = Vec::new();
    let screen = |found: &mut Vec<String>, screen: &Screen<'_>| {
        found.extend(screen.app_id.map(|text| format!("appId {text:?}")));
        found.extend(screen.title.map(|text| format!("Title {text:?}")));
        found.extend(screen.prompt.map(|text| format!("Prompt {text:?}")));
        items(found, screen.soft_keys);
        items(found, screen.keys);
    };
    match object {
        Object::Text(it) => {
            screen(&mut found, &it.screen);
            found.extend(it.text.map(|text| format!("Text {text:?}")));
        }
        Object::Input(it) => {
            screen(&mut found, &it.screen);
            found.extend(it.url.map(|text| format!("URL {text:?}")));
            items(&mut found, it.items);
        }
        Object::Menu(it) => {
            screen(&mut found, &it.screen);
            items(&mut found, it.items);
        }
        Object::Directory(it) => {
            screen(&mut found, &it.screen);
            items(&mut found, it.entries);
        }
        Object::Execute(it) => items(&mut found, it.items),
        Object::Response(it) => items(&mut found, it.items),
        Object::Error(it) => found.push(format!("Number {:?}", it.number)),
        Object::Status(it) => {
            found.extend(it.text.map(|text| format!("Text {text:?}")));
            found.extend(it.timer.map(|seconds| format!("Timer {seconds}")));
        }
        Object::Picture(it) => {
            screen(&mut found, &it.screen);
            found.push(format!("{:?}", it.kind));
        }
        other => panic!("{other:?}"),
    }
    sort(&mut found);
    found
}

/// Brings the parts into the order of their kinds: in pieces they come as they stand.
fn sort(parts: &mut [String]) {
    parts.sort_by(|a, b| a.split(' ').next().cmp(&b.split(' ').next()));
}

/// Returns what is read of a document as one line of JSON: the object by its root, with its texts and items as the document
/// names them, and what a strict reader would have refused; or the refusal.
///
/// # Panics
///
/// Panics if the core has grown an object that is not handled here.
pub fn json(xml: &[u8]) -> String {
    let place = |error: Error| {
        let (line, column) = error.line_column(xml);
        // The only escape that a message needs is that of a quote, and Debug writes it as JSON does.
        format!(r#"{{"line":{line},"column":{column},"message":{:?}}}"#, error.to_string())
    };
    let parsed = match Object::parse(xml, Mode::Lenient) {
        Ok(parsed) => parsed,
        Err(error) => return format!(r#"{{"refused":{}}}"#, place(error)),
    };
    let mut members = Vec::new();
    let (root, screen) = match &parsed.object {
        Object::Text(it) => ("CiscoIPPhoneText", Some(it.screen)),
        Object::Input(it) => ("CiscoIPPhoneInput", Some(it.screen)),
        Object::Menu(it) => ("CiscoIPPhoneMenu", Some(it.screen)),
        Object::Directory(it) => ("CiscoIPPhoneDirectory", Some(it.screen)),
        Object::Execute(_) => ("CiscoIPPhoneExecute", None),
        Object::Response(_) => ("CiscoIPPhoneResponse", None),
        Object::Error(_) => ("CiscoIPPhoneError", None),
        Object::Status(_) => ("CiscoIPPhoneStatus", None),
        Object::Picture(it) => (it.kind.name(), Some(it.screen)),
        other => panic!("{other:?}"),
    };
    let mut text = |name: &str, text: Option<Text<'_>>| {
        members.extend(text.map(|text| format!("{name:?}:{:?}", text.to_string())));
    };
    if let Some(screen) = screen {
        text("appId", screen.app_id);
        text("Title", screen.title);
        text("Prompt", screen.prompt);
    }
    match &parsed.object {
        Object::Text(it) => text("Text", it.text),
        Object::Input(it) => {
            text("URL", it.url);
            rows(&mut members, "InputItem", it.items, |item| {
                let name = item.query_string_param().unwrap_or("".into());
                let value = item.default_value().unwrap_or("".into());
                vec![
                    quoted(item.display_name()),
                    quoted(name),
                    quoted(value),
                    format!("{:?}", item.flags().as_str()),
                ]
            });
        }
        Object::Menu(it) => rows(&mut members, "MenuItem", it.items, |item| {
            vec![quoted(item.name()), quoted(item.url().unwrap_or("".into()))]
        }),
        Object::Directory(it) => rows(&mut members, "DirectoryEntry", it.entries, |entry| {
            vec![quoted(entry.name()), quoted(entry.telephone())]
        }),
        Object::Execute(it) => rows(&mut members, "ExecuteItem", it.items, |item| {
            vec![quoted(item.url().unwrap_or("".into())), format!("\"{:?}\"", item.priority())]
        }),
        Object::Response(it) => rows(&mut members, "ResponseItem", it.items, |item| {
            let status = item.status().map_or("null".to_owned(), |status| status.to_string());
            vec![status, quoted(item.data()), quoted(item.url())]
        }),
        Object::Error(it) => members.extend(it.number.map(|number| format!("\"Number\":{number}"))),
        Object::Status(it) => {
            text("Text", it.text);
            members.extend(it.timer.map(|seconds| format!("\"Timer\":{seconds}")));
        }
        _ => {}
    }
    if let Some(screen) = screen {
        rows(&mut members, "SoftKeyItem", screen.soft_keys, |item| {
            let position = item.position().map_or("null".to_owned(), |position| position.to_string());
            let (url, down) = (item.url().unwrap_or("".into()), item.url_down().unwrap_or("".into()));
            vec![quoted(item.name()), quoted(url), quoted(down), position]
        });
        rows(&mut members, "KeyItem", screen.keys, |item| {
            let key = item.key().map_or("null".to_owned(), |key| format!("{:?}", key.name()));
            let (url, down) = (item.url().unwrap_or("".into()), item.url_down().unwrap_or("".into()));
            vec![key, quoted(url), quoted(down)]
        });
    }
    let tolerated =
        parsed.tolerated.map_or(String::new(), |error| format!(r#","tolerated":{}"#, place(error)));
    format!(r#"{{"{root}":{{{}}}{tolerated}}}"#, members.join(","))
}

fn quoted(text: Text<'_>) -> String {
    format!("{:?}", text.to_string())
}

/// Adds a member with rows, if there are any.
fn rows<'a, T: Item<'a>>(
    members: &mut Vec<String>,
    name: &str,
    items: Items<'a, T>,
    row: impl Fn(T) -> Vec<String>,
) {
    if !items.is_empty() {
        let rows: Vec<String> = items.iter().map(|item| format!("[{}]", row(item).join(","))).collect();
        members.push(format!("{name:?}:[{}]", rows.join(",")));
    }
}

/// What a reader with a window of this size finds in the pieces.
///
/// # Panics
///
/// Panics if the reader does not end where the document does, or forgets a refusal.
pub fn pieces<'a>(window: usize, pieces: impl IntoIterator<Item = &'a [u8]>, mode: Mode) -> Found {
    let mut window = vec![0xAA; window];
    let mut reader = PieceReader::new(&mut window, mode);
    let mut found = Found::default();
    for mut piece in pieces {
        while !piece.is_empty() {
            let taken = reader.feed(piece);
            piece = &piece[taken..];
            if drain(&mut reader, &mut found) {
                assert!(found.refused.is_some(), "ended before the end");
                found.parts.clear();
                return found;
            }
        }
    }
    reader.end();
    assert!(drain(&mut reader, &mut found), "more wanted behind the end");
    found.tolerated = reader.tolerated();
    if found.refused.is_some() {
        (found.parts, found.tolerated) = (Vec::new(), None);
    }
    sort(&mut found.parts);
    found
}

/// Reads until more bytes are wanted; returns true at the end or a refusal.
fn drain(reader: &mut PieceReader<'_>, found: &mut Found) -> bool {
    loop {
        let piece = match reader.next() {
            Ok(piece) => piece,
            Err(error) => {
                assert_eq!(reader.next(), Err(error), "a refusal stays");
                found.refused = Some((error, reader.line_column()));
                return true;
            }
        };
        let part = match piece {
            Piece::More => return false,
            Piece::End => return true,
            Piece::Start(start) => {
                found.parts.extend(start.app_id.map(|text| format!("appId {text:?}")));
                let is_shown_as_picture = start.kind.has_picture()
                    && !["CiscoIPPhoneIconMenu", "CiscoIPPhoneStatus"].contains(&start.kind.name());
                match start.kind {
                    hotdesk_core::phonexml::Kind::Error => format!("Number {:?}", start.error_number),
                    kind if is_shown_as_picture => format!("{kind:?}"),
                    _ => continue,
                }
            }
            Piece::Title(text) => format!("Title {text:?}"),
            Piece::Prompt(text) => format!("Prompt {text:?}"),
            Piece::Text(text) => format!("Text {text:?}"),
            Piece::Url(text) => format!("URL {text:?}"),
            Piece::Timer(seconds) => format!("Timer {seconds}"),
            Piece::MenuItem(item) => format!("{item:?}"),
            Piece::InputItem(item) => format!("{item:?}"),
            Piece::DirectoryEntry(item) => format!("{item:?}"),
            Piece::ExecuteItem(item) => format!("{item:?}"),
            Piece::ResponseItem(item) => format!("{item:?}"),
            Piece::SoftKeyItem(item) => format!("{item:?}"),
            Piece::KeyItem(item) => format!("{item:?}"),
            piece => panic!("{piece:?}"),
        };
        found.parts.push(part);
    }
}

/// Compares what was found in pieces with what was found in the whole.
///
/// # Panics
///
/// Panics with the context if they differ.
pub fn same(expected: &Found, got: &Found, context: &str) {
    match (&expected.refused, &got.refused) {
        // In pieces, bytes that are not of the encoding are not seen before they come.
        (Some((Error::Refused { reason: Refusal::NotUtf8 | Refusal::NotAscii, .. }, _)), Some(_)) => {}
        (Some(refused), Some(got)) => assert_eq!(refused, got, "{context}"),
        _ => assert_eq!(expected, got, "{context}"),
    }
}

/// Writes an object that a strict reader took, and reads it again: it is the same.
///
/// # Panics
///
/// Panics if it is not, or cannot be written.
pub fn through_writing(object: &Object<'_>) {
    if let Object::Picture(_) = object {
        assert!(object.encoded_len().is_err(), "a picture is not written");
        return;
    }
    let length = object.encoded_len().expect("what a strict reader takes can be written");
    let mut out = vec![0; length];
    assert_eq!(object.encode(&mut out), Ok(length));
    let again = Object::parse(&out, Mode::Strict).expect("what was written must be read");
    assert_eq!(again.object, *object);
    let mut twice = vec![0; length];
    assert_eq!(again.object.encode(&mut twice), Ok(length));
    assert_eq!(twice, out, "a second writing differs");
    assert!(object.encode(&mut out[1..]).is_err());
}
