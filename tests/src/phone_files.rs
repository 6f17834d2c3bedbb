//! What is read of a file that a phone loads from its cluster, in one form, to compare. Nothing that the reader hands out may
//! be left out.

use hotdesk_core::provisioning::{Page, PageUrl, Piece, PieceReader, ServiceSource};
use hotdesk_core::{Error, Refusal, Text};

/// What a reader found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Each piece as JSON, in the order of the file.
    pub pieces: Vec<String>,
    /// The refusal with its line and column.
    pub refused: Option<(Error, (usize, usize))>,
}

/// What a reader with a window of this size finds in the pieces.
///
/// # Panics
///
/// Panics if the reader does not end where the file does, forgets a refusal, or leaves something in its window.
pub fn read<'a>(window: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Found {
    let mut window = vec![0xAA; window];
    let mut found = Found::default();
    let mut reader = PieceReader::new(&mut window);
    if !feed(&mut reader, pieces, &mut found) {
        reader.end();
        assert!(drain(&mut reader, &mut found), "more wanted behind the end");
    }
    drop(reader);
    assert!(window.iter().all(|byte| *byte == 0), "something of the file is left in the window");
    if found.refused.is_some() {
        found.pieces.clear();
    }
    found
}

/// Feeds the pieces; returns true if they were refused.
fn feed<'a>(
    reader: &mut PieceReader<'_>,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    found: &mut Found,
) -> bool {
    for mut piece in pieces {
        while !piece.is_empty() {
            let taken = reader.feed(piece);
            piece = &piece[taken..];
            if drain(reader, found) {
                assert!(found.refused.is_some(), "ended before the end");
                return true;
            }
        }
    }
    false
}

/// Reads until more bytes are wanted; returns true at the end or a refusal.
fn drain(reader: &mut PieceReader<'_>, found: &mut Found) -> bool {
    loop {
        match reader.next() {
            Ok(Piece::More) => return false,
            Ok(Piece::End) => return true,
            Ok(piece) => found.pieces.push(json_of(&piece)),
            Err(error) => {
                assert_eq!(reader.next(), Err(error), "a refusal stays");
                found.refused = Some((error, reader.line_column()));
                return true;
            }
        }
    }
}

/// Returns what is read of a file as one line of JSON: each piece by its element, or the refusal.
///
/// # Panics
///
/// Panics as [`read`] does.
pub fn json(xml: &[u8]) -> String {
    let found = read(xml.len().max(1), [xml]);
    match found.refused {
        None => format!(r#"{{"pieces":[{}]}}"#, found.pieces.join(",")),
        // The only escape that a message needs is that of a quote, and Debug writes it as JSON does.
        Some((error, (line, column))) => {
            format!(r#"{{"refused":{{"line":{line},"column":{column},"message":{:?}}}}}"#, error.to_string())
        }
    }
}

fn json_of(piece: &Piece<'_>) -> String {
    let text = |text: Text<'_>| format!("{:?}", text.to_string());
    let optional = |value: Option<Text<'_>>| value.map_or("null".to_owned(), text);
    match piece {
        Piece::Member(it) => {
            let priority = it.priority.map_or("null".to_owned(), |priority| priority.to_string());
            format!(r#"["member",{priority},{}]"#, text(it.process_node_name))
        }
        Piece::TimeServer(it) => format!(r#"["ntp",{},{}]"#, text(it.name), optional(it.mode)),
        Piece::UserLocale(it) => {
            let (name, code, set) = (optional(it.name), optional(it.lang_code), optional(it.win_char_set));
            format!(r#"["userLocale",{name},{code},{set}]"#)
        }
        Piece::UserId(it) => format!(r#"["userId",{}]"#, text(*it)),
        Piece::Url(it) => format!(r#"["{}",{}]"#, element(it), text(it.url)),
        Piece::IdleTimeout(seconds) => format!(r#"["idleTimeout",{seconds}]"#),
        Piece::PhoneServices { use_https } => format!(r#"["phoneServices",{use_https}]"#),
        Piece::ServiceSource(it) => {
            let number = match it {
                ServiceSource::Entries => 0,
                ServiceSource::Urls => 1,
                ServiceSource::Both => 2,
            };
            format!(r#"["provisioning",{number}]"#)
        }
        Piece::PhoneService(it) => {
            format!(r#"["phoneService","{:?}",{},{}]"#, it.page, optional(it.name), text(it.url))
        }
        Piece::VersionStamp(it) => format!(r#"["versionStamp",{}]"#, text(*it)),
        other => panic!("{other:?}"),
    }
}

/// The element that has this URL.
fn element(url: &PageUrl<'_>) -> String {
    let page = match url.page {
        Page::Authentication => "authentication",
        Page::Directory => "directory",
        Page::Idle => "idle",
        Page::Information => "information",
        Page::Messages => "messages",
        Page::Services => "services",
        other => panic!("{other:?}"),
    };
    if url.secure {
        let (initial, rest) = page.split_at(1);
        format!("secure{}{rest}URL", initial.to_uppercase())
    } else {
        format!("{page}URL")
    }
}

/// Compares what was found in some pieces with what was found in others.
///
/// # Panics
///
/// Panics with the context if they differ.
pub fn same(expected: &Found, got: &Found, context: &str) {
    match (&expected.refused, &got.refused) {
        // Bytes that are not of the encoding are not seen before they come.
        (Some((Error::Refused { reason: Refusal::NotUtf8 | Refusal::NotAscii, .. }, _)), Some(_))
        | (Some(_), Some((Error::Refused { reason: Refusal::NotUtf8 | Refusal::NotAscii, .. }, _))) => {}
        _ => assert_eq!(expected, got, "{context}"),
    }
}
