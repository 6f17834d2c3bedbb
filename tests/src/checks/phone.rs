//! What must hold of IP phone objects, and of the URLs and headers of the login application.
//!
//! No check may follow a URL.

use hotdesk_core::{Error, Refusal};

/// Reads an IP phone object: whole and in pieces, strictly and leniently, and writes what a strict reader takes.
///
/// In pieces, in single bytes and split in two at a few bytes that the input decides, it gives what the whole gives. A strict
/// reader refuses what a lenient one tolerated first. What a strict reader takes reads the same after it is written.
///
/// # Panics
///
/// Panics if this does not hold.
pub fn object(input: &[u8]) {
    object_split(input, &few_splits(input));
}

/// Returns a few places in the input, which decides them itself.
fn few_splits(input: &[u8]) -> Vec<usize> {
    const SPLITS: usize = 6;

    let seed = input.iter().fold(7_usize, |seed, byte| seed.wrapping_mul(31).wrapping_add((*byte).into()));
    (0..SPLITS)
        .map(|index| seed.rotate_left(11 * u32::try_from(index).unwrap()) % (input.len() + 1))
        .collect()
}

/// As [`object`], but split in two at every byte.
///
/// # Panics
///
/// As [`object`] does.
pub fn object_at_every_split(input: &[u8]) {
    object_split(input, &(0..=input.len()).collect::<Vec<_>>());
}

fn object_split(input: &[u8], splits: &[usize]) {
    use hotdesk_core::phonexml::{Mode, Object};

    use crate::objects::{pieces, same, whole};

    let window = input.len().max(1024);
    for mode in [Mode::Lenient, Mode::Strict] {
        let mut expected = whole(input, mode);
        let at_once = pieces(window, [input], mode);
        if matches!(at_once.refused, Some((Error::Refused { reason: Refusal::Window, .. }, _))) {
            expected = at_once;
        } else {
            same(&expected, &at_once, "in one piece");
        }
        same(&expected, &pieces(window, input.chunks(1), mode), "byte by byte");
        for split in splits {
            let (head, tail) = input.split_at(*split);
            same(&expected, &pieces(window, [head, tail], mode), "in two pieces");
        }
    }
    match (Object::parse(input, Mode::Lenient), Object::parse(input, Mode::Strict)) {
        (Ok(lenient), Ok(strict)) => {
            assert_eq!((lenient.tolerated, strict.tolerated), (None, None));
            assert_eq!(lenient, strict);
        }
        (Ok(lenient), Err(refused)) => assert_eq!(lenient.tolerated, Some(refused)),
        (Err(error), strict) => {
            let refused = strict.expect_err("a strict reader takes less").position();
            let position = error.position();
            assert!(position <= Some(input.len()) && refused <= Some(input.len()));
        }
    }
    if let Ok(parsed) = Object::parse(input, Mode::Strict) {
        crate::objects::through_writing(&parsed.object);
    }
}

/// Reads the file that a phone loads from its cluster: in one piece, in single bytes and split in two at a few bytes that the
/// input decides, it gives the same.
///
/// # Panics
///
/// Panics if this does not hold, or something of the file is left in memory.
pub fn phone_file(input: &[u8]) {
    phone_file_split(input, &few_splits(input));
}

/// As [`phone_file`], but split in two at every byte.
///
/// # Panics
///
/// As [`phone_file`] does.
pub fn phone_file_at_every_split(input: &[u8]) {
    phone_file_split(input, &(0..=input.len()).collect::<Vec<_>>());
}

fn phone_file_split(input: &[u8], splits: &[usize]) {
    use crate::phone_files::{read, same};

    let window = input.len().max(1024);
    let expected = read(window, [input]);
    if let Some((error, (line, column))) = expected.refused {
        assert!(error.position() <= Some(input.len()));
        assert_eq!((line, column), error.line_column(input));
    }
    same(&expected, &read(window, input.chunks(1)), "byte by byte");
    for split in splits {
        let (head, tail) = input.split_at(*split);
        same(&expected, &read(window, [head, tail]), "in two pieces");
    }
}

/// Reads the input as a URL of a service, a query string and header fields, and builds URLs of it.
///
/// A URL that is followed is one of a URI's characters with a host, and is followed again as it is; what was added to it reads
/// as it was; it prints no secret, and leaves nothing in its buffer.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn emapp(input: &[u8]) {
    use hotdesk_core::emapp::{ContentType, Phone, Preferences, Query, Refresh, Url};
    use hotdesk_core::{Secret, Text};

    const PIN: &str = "8w1!";

    let text = String::from_utf8_lossy(input);
    let (first, second) = text.split_once('\n').unwrap_or((&text, &text));
    let phone = Phone { device_name: "SEP001122334455", emcc: input.len().is_multiple_of(2) };
    let (mut buffer, mut other) = ([7; 512], [7; 512]);
    if let Ok(mut url) = Url::new(&mut buffer, first, &phone) {
        assert!(url.expose().bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
        assert!(url.expose_target().starts_with('/') && !url.host().is_empty(), "{url}");
        assert!(
            !url.expose().contains('#') && !url.expose().contains('@') || url.expose_target().contains('@')
        );
        if let Ok(again) = Url::new(&mut other, url.expose(), &phone) {
            assert_eq!(again.expose(), url.expose());
            assert!(!again.had_blanks());
        }
        if let Ok(next) = Url::following(&mut other, second, &phone, &url) {
            assert!(next.scheme() == url.scheme() || next.scheme() == hotdesk_core::emapp::Scheme::Https);
        }
        let before = url.expose().to_owned();
        match url.push_secret(second, Secret::from(PIN)) {
            Ok(()) => {
                assert!(!format!("{url}{url:?}").contains(PIN));
                let name = Text::from(second).chars().collect::<String>();
                let name = name.trim_matches([' ', '\t', '\r', '\n']);
                let query = Query::of_target(url.expose_target());
                let last = query.parameters().last().expect("one was added");
                assert_eq!((last.0.to_string().trim(), last.1.to_string().as_str()), (name.trim(), PIN));
                let mut out = [7; 1024];
                let length = url.write_get(&mut out, "en").expect("a URL is within its bound");
                assert!(out[..length].ends_with(b"\r\n\r\n"));
                assert_eq!(out[..length].iter().filter(|byte| **byte == b'\n').count(), 7);
            }
            Err(_) => assert_eq!(url.expose(), before),
        }
    }
    assert!(buffer.iter().all(|byte| *byte == 0), "the URL is left in memory");
    let query = Query::new(&text);
    let found = query.parameters().count();
    assert!(found <= 1 + text.matches('&').count());
    for (name, _) in query.parameters().take(20) {
        assert!(query.get(&name.to_string()).is_some());
    }
    let _ = (query.device_name(), query.user_id(), query.pin(), query.is_emcc(), query.login_type());
    let _ = (
        query.profile(),
        query.is_logout(),
        query.is_headset_based(),
        query.is_refresh(),
        query.has_blanks(),
    );
    let refresh = Refresh::parse(&text);
    assert_ne!(refresh.seconds, Some(0));
    assert_eq!(ContentType::parse(&text), ContentType::parse(&text.to_ascii_uppercase()));
    for preference in Preferences::parse(&text) {
        assert!(!preference.name.is_empty() && preference.quality <= 1000);
    }
    let best = Preferences::parse(&text).best(&["en", "de"]);
    assert!(best.is_none_or(|best| best == "en" || best == "de"));
}
