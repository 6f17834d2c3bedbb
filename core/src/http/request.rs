//! The one request: a POST with a form body. It must never write a head that a host or a path could break out of.

use crate::error::{Error, Field, Unsendable};
use crate::form;
use crate::message::{Query, Request};
use crate::wire::{self, Sink};

/// A message that a client sends: a [`Request`] or a [`Query`]. Sealed.
pub trait Outgoing: wire::Encode {}

impl Outgoing for Request<'_> {}
impl Outgoing for Query<'_> {}

/// Writes the whole HTTP request for `message` into `out` and returns its length in bytes.
///
/// `host` is the value of the field `Host`: a name, an IPv4 address, or an IPv6 address in brackets, and `:` and the port
/// if that is not 80. `path` is usually [`SERVICE_PATH`](super::SERVICE_PATH). `out` then holds a secret:
/// [`session::Exchange`](crate::session::Exchange) wipes it after sending.
///
/// # Errors
///
/// [`Error::BufferTooSmall`] with the size needed; [`Error::Unsendable`] with the field that cannot be sent.
///
/// ```
/// use hotdesk_core::{AppInfo, Logout, Request, http};
///
/// let request = Request::new(AppInfo::new("appid", "apppasswd"), Logout::new("SEP003094C25B15"));
/// let mut out = [0; 512];
/// let length = http::write_post(&mut out, "10.0.2.2:8080", http::SERVICE_PATH, &request)?;
/// assert!(out[..length].starts_with(b"POST /emservice/EMServiceServlet HTTP/1.1\r\nHost: 10.0.2.2:8080\r\n"));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
///
/// A response is never posted:
///
/// ```compile_fail,E0277
/// # use hotdesk_core::{Response, http};
/// let _ = http::write_post(&mut [0; 512], "10.0.2.2:8080", http::SERVICE_PATH, &Response::Success);
/// ```
pub fn write_post<M: Outgoing>(out: &mut [u8], host: &str, path: &str, message: &M) -> Result<usize, Error> {
    let body = wire::measure_form(message)?;
    let head = write_head(out, host, path, body)?;
    wire::encode_form(out.get_mut(head..).unwrap_or_default(), message)?;
    Ok(head.saturating_add(body))
}

/// Writes the head for a body of that length and returns the head's length; refuses an `out` in which both do not fit.
fn write_head(out: &mut [u8], host: &str, path: &str, body: usize) -> Result<usize, Error> {
    check(Field::Host, host, is_host_character, is_host)?;
    check(Field::Path, path, is_path_character, |path| path.starts_with('/'))?;
    let mut head = Sink::plain(out);
    for part in ["POST ", path, " HTTP/1.1\r\nHost: ", host, "\r\nContent-Type: ", form::CONTENT_TYPE] {
        head.put(part);
    }
    head.put("\r\nContent-Length: ");
    head.number(body);
    head.put("\r\nConnection: close\r\n\r\n");
    let head = head.count();
    let needed = head.saturating_add(body);
    if needed > out.len() {
        return Err(Error::BufferTooSmall { needed });
    }
    Ok(head)
}

/// Refuses a value that its field cannot have, so that none ends a line or a word of the head.
fn check(
    field: Field,
    value: &str,
    is_character: fn(char) -> bool,
    is_value: fn(&str) -> bool,
) -> Result<(), Error> {
    let reason = match value.chars().find(|c| !is_character(*c)) {
        Some(c) => Unsendable::Character(c),
        None if value.is_empty() => Unsendable::Blank,
        None if !is_value(value) => Unsendable::Value,
        None => return Ok(()),
    };
    Err(Error::Unsendable { field, reason })
}

pub(crate) fn is_host_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '[' | ']')
}

/// Whether it is a name or an address, with or without a colon and a port after it.
pub(crate) fn is_host(host: &str) -> bool {
    // By bytes: a search in a text could panic.
    let part = |bytes: &'_ [u8], end: u8| bytes.iter().position(|byte| *byte == end);
    let (is_name, port) = match host.as_bytes() {
        [b'[', rest @ ..] => {
            let end = part(rest, b']').and_then(|end| rest.split_at_checked(end));
            let Some((address, [_, port @ ..])) = end else { return false };
            let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
            (address.contains(&b':') && address.iter().all(is_digit), port)
        }
        name => {
            let end = part(name, b':').unwrap_or(name.len());
            let (name, port) = name.split_at_checked(end).unwrap_or((name, &[]));
            (!name.is_empty() && !name.iter().any(|byte| matches!(byte, b'[' | b']')), port)
        }
    };
    is_name
        && matches!(port, [] | [b':', ..])
        && (port.is_empty() || is_port(port.get(1..).unwrap_or_default()))
}

/// Whether it is a number from 1 to 65535, in digits only.
fn is_port(digits: &[u8]) -> bool {
    let number = digits.iter().try_fold(0_u32, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| digit.wrapping_sub(b'0'))?;
        Some(number.saturating_mul(10).saturating_add(digit.into()))
    });
    matches!(number, Some(1..=65535))
}

/// The characters of a path and a query in a URI (RFC 3986).
pub(crate) fn is_path_character(c: char) -> bool {
    c.is_ascii_graphic()
        && !matches!(c, '"' | '#' | '<' | '>' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{AppCertificate, AppInfo, LogoutAll, Operation};

    fn request() -> Request<'static> {
        let app = AppInfo { id: "a".into(), certificate: AppCertificate::Plain("b".into()) };
        Request { app, operation: Operation::LogoutAll(LogoutAll::default()) }
    }

    #[test]
    fn rule_10_1_the_length_is_that_of_the_body() {
        let mut out = [0; 512];
        let length = write_post(&mut out, "host", "/p", &request()).unwrap();
        let text = core::str::from_utf8(&out[..length]).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert_eq!(
            head,
            std::format!(
                "POST /p HTTP/1.1\r\nHost: host\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: {}\r\nConnection: close",
                body.len()
            )
        );
        assert_eq!(
            body,
            "xml=%3Crequest%3E%3CappInfo%3E%3CappID%3Ea%3C%2FappID%3E%3CappCertificate%3Eb%3C%2FappCertificate%3E\
             %3C%2FappInfo%3E%3ClogoutAll%3E%3C%2FlogoutAll%3E%3C%2Frequest%3E"
        );
        let short = write_post(&mut out[..length - 1], "host", "/p", &request());
        assert_eq!(short, Err(Error::BufferTooSmall { needed: length }));
    }

    fn refused(host: &str, path: &str) -> Option<std::string::String> {
        use std::string::ToString;

        write_post(&mut [0; 512], host, path, &request()).err().map(|error| error.to_string())
    }

    #[test]
    fn rule_10_1_a_host_is_a_name_or_an_address_and_perhaps_a_port() {
        for host in [
            "em1",
            "em1.example.com",
            "em1.example.com.",
            "em_1",
            "10.0.2.2",
            "10.0.2.2:8080",
            "[::1]",
            "[2001:db8::1]:8443",
            "[::ffff:10.0.2.2]:1",
            "a:1",
            "a:65535",
            "a:00080",
            "-",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(refused(host, "/"), None, "{host}");
        }
        for host in [
            ":80",
            "a:",
            "a:0",
            "a:65536",
            "a:99999999999",
            "a:-1",
            "a:8o",
            "a:1:2",
            "::1",
            "[]",
            "[]:80",
            "[::1",
            "::1]",
            "[::1]80",
            "[::1]:",
            "[::1]:0",
            "[em1]",
            "[10.0.2.2]",
            "[::g]",
            "a[::1]",
            "a]b",
            "[[::1]]",
        ] {
            let expected = "HTTP host must be a name or an address, with a port of 1 to 65535 after a colon or without one";
            assert_eq!(refused(host, "/").as_deref(), Some(expected), "{host}");
        }
        for (host, code) in [
            ("em 1", "0020"),
            ("a\r\nX: b", "000D"),
            ("a\nb", "000A"),
            ("a\0", "0000"),
            ("a/b", "002F"),
            ("user:pass@em1", "0040"),
            ("em1?", "003F"),
            ("em1#", "0023"),
            ("http://em1", "002F"),
            ("a%20b", "0025"),
            ("[fe80::1%25eth0]", "0025"),
            ("b\u{fc}cher", "00FC"),
            ("a,b", "002C"),
            ("\u{202e}a", "202E"),
        ] {
            let expected = std::format!("HTTP host contains U+{code}, which it cannot carry; remove it");
            assert_eq!(refused(host, "/"), Some(expected), "{host}");
        }
        assert_eq!(refused("", "/").as_deref(), Some("HTTP host is blank; give it a value"));
    }

    #[test]
    fn rule_10_1_a_path_starts_with_a_slash_and_has_the_characters_of_a_uri() {
        for path in ["/", super::super::SERVICE_PATH, "/a;b=c/d?e=f&g=%20", "/~a/(b)!$'*+,:@"] {
            assert_eq!(refused("a", path), None, "{path}");
        }
        for path in ["a", "?", "*", "http://em1/"] {
            assert_eq!(
                refused("a", path).as_deref(),
                Some("HTTP path must be a path that starts with /"),
                "{path}"
            );
        }
        for path in ["/ HTTP/1.1", "/a\r\nb", "/a#b", "/\"", "/<", "/\\", "/\u{e4}", "/[", "/a\0", "/\u{7f}"]
        {
            let error = refused("a", path).unwrap();
            assert!(
                error.starts_with("HTTP path contains U+") && error.ends_with("it cannot carry; remove it"),
                "{error}"
            );
        }
        assert!(refused("a", "").is_some());
    }
}
