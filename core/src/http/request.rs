//! The one request: a POST with a form body.

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
/// `host` is the value of the field `Host`, with the port if it is not 80; `path` is usually
/// [`SERVICE_PATH`](super::SERVICE_PATH). `out` then holds a secret: [`session::Exchange`](crate::session::Exchange)
/// wipes it after sending.
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
    check(Field::Host, host)?;
    check(Field::Path, path)?;
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

/// Refuses what would end a line or a word of the head.
fn check(field: Field, value: &str) -> Result<(), Error> {
    let reason = match value.chars().find(|c| !c.is_ascii_graphic()) {
        Some(c) => Unsendable::Character(c),
        None if value.is_empty() => Unsendable::Blank,
        None => return Ok(()),
    };
    Err(Error::Unsendable { field, reason })
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

    #[test]
    fn rule_10_1_nothing_breaks_out_of_the_head() {
        for (host, path) in [("a\r\nX: b", "/"), ("a b", "/"), ("", "/"), ("a", ""), ("a", "/ HTTP/1.1")] {
            let refused = write_post(&mut [0; 512], host, path, &request()).unwrap_err();
            assert!(matches!(refused, Error::Unsendable { .. }), "{host:?} {path:?}");
        }
    }
}
