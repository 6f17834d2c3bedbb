//! What may be shown of a trace: PINs, passwords and certificates are masked, and every text has a bound.

/// How many characters of a name or text are shown.
const LONGEST: usize = 200;

/// What a name of a field or element ends with whose value is a secret, in small letters.
const SECRETS: [&[u8]; 6] = [b"pin", b"seq", b"password", b"passwd", b"certificate", b"cert"];

/// Returns a text as it may be shown: secrets are `***`, and what is longer than 200 characters ends in `…`.
///
/// A secret is what stands behind a name that ends with `pin`, `seq`, `password` or `certificate` and one of `=`, `:`,
/// `>` or a percent-encoded `=`, up to the next blank, `&` or `<`, or between quotes.
pub(super) fn masked(text: &[u8]) -> String {
    bounded(&hidden(text))
}

/// Returns a text with its secrets as `***`. What is shown of a part alone is cut out of this: the name of a secret may
/// stand before it.
pub(super) fn hidden(text: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(text.len().min(LONGEST * 4));
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        shown.push(byte);
        at += 1;
        let separator = match byte {
            b'>' => Separator::Tag,
            b'=' | b':' => Separator::Plain,
            b'D' | b'd' if is_encoded_equals(&shown) => Separator::Encoded,
            _ => continue,
        };
        if !names_secret(&shown) {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
        let value = rest.get(blanks..).unwrap_or_default();
        let length = length(value, separator);
        if length > 0 {
            shown.extend_from_slice(b"***");
        }
        at += blanks + length;
    }
    shown
}

/// Returns the first 200 characters of what [`hidden`] gave.
pub(super) fn bounded(shown: &[u8]) -> String {
    let text = String::from_utf8_lossy(shown);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

/// What stands between the name of a secret and its value.
#[derive(Clone, Copy, PartialEq)]
enum Separator {
    Plain,
    Encoded,
    Tag,
}

/// Returns how many bytes at the start of a text are the value of a secret: rather too many than too few.
fn length(value: &[u8], separator: Separator) -> usize {
    if let Some((quote @ (b'"' | b'\''), rest)) = value.split_first() {
        return rest.iter().position(|byte| byte == quote).map_or(value.len(), |end| end + 2);
    }
    let ends = |(at, byte): (usize, &u8)| match (separator, byte) {
        (_, b'<') => true,
        (Separator::Tag, _) => false,
        (Separator::Encoded, b'%') => is_encoded_ampersand(value.get(at + 1..).unwrap_or_default()),
        (_, byte) => byte.is_ascii_whitespace() || *byte == b'&',
    };
    value.iter().enumerate().position(ends).unwrap_or(value.len())
}

/// Returns true if the `%` before this begins a percent-encoded `&`, encoded once or more often.
fn is_encoded_ampersand(mut behind: &[u8]) -> bool {
    while let Some(shorter) = behind.strip_prefix(b"25") {
        behind = shorter;
    }
    behind.starts_with(b"26")
}

/// Returns true if what was written ends with a percent-encoded `=`, encoded once or more often.
fn is_encoded_equals(shown: &[u8]) -> bool {
    let Some(before) = shown.strip_suffix(b"3D").or_else(|| shown.strip_suffix(b"3d")) else { return false };
    let mut before = before;
    while let Some(shorter) = before.strip_suffix(b"25") {
        before = shorter;
    }
    before.ends_with(b"%")
}

/// Returns true if the name before the separator at the end is that of a secret.
fn names_secret(shown: &[u8]) -> bool {
    let before = match shown.split_last() {
        Some((b'=' | b':' | b'>', before)) => before,
        _ => shown.rsplitn(2, |byte| *byte == b'%').nth(1).unwrap_or_default(),
    };
    let name = before.trim_ascii_end();
    let name = name.strip_suffix(b"\"").unwrap_or(name);
    SECRETS.iter().any(|secret| {
        let tail = name.len().checked_sub(secret.len()).and_then(|start| name.get(start..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(secret))
    })
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn secrets_are_masked_in_every_form() {
        for (text, shown) in [
            ("device=SEP1&seq=12345&userid=u", "device=SEP1&seq=***&userid=u"),
            ("SEP1%26seq%3D12345%26x%3D1", "SEP1%26seq%3D***%26x%3D1"),
            ("seq%253d12345", "seq%253d***"),
            ("<appEncryptedCertificate>ab 12</appInfo>", "<appEncryptedCertificate>***</appInfo>"),
            ("<appCertificate>cut off he", "<appCertificate>***"),
            ("UserID: u Password: geheim Locale: 1", "UserID: u Password:*** Locale: 1"),
            ("oldpin=1&newpin=2&confirmnewpin=3", "oldpin=***&newpin=***&confirmnewpin=***"),
            ("PIN = 12345", "PIN =***"),
            ("seq=1%2334,5;6&x=1", "seq=***&x=1"),
            ("\"password\": \"a b\", 1", "\"password\":***, 1"),
            ("seq%3D12%2523%26x", "seq%3D***%26x"),
        ] {
            assert_eq!(masked(text.as_bytes()), shown);
        }
    }

    #[test]
    fn other_words_stay() {
        for text in ["authenticate pin for adgjm", "Password:", "seq=&userid=u", "pinned=1", "a=b:c>d"] {
            assert_eq!(masked(text.as_bytes()), text);
        }
    }

    #[test]
    fn a_long_text_says_that_it_goes_on() {
        assert_eq!(masked(&[b'x'; 300]).chars().count(), 201);
        assert!(masked(&[b'x'; 300]).ends_with('…'));
    }
}
