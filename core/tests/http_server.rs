//! Section 10 of PROTOCOL.md from the service's side: reading a request, writing an answer.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use hotdesk_core::http::{
    Error, RequestError, RequestReader, ResponseReader, SERVICE_PATH, Status, write_post, write_response,
};
use hotdesk_core::{AppInfo, Login, Request, form};

/// What a request is read as: method, target, content type, body.
type Read = Result<(String, String, Option<String>, String), Error>;

fn read_in(request: &[u8], size: usize) -> Read {
    let mut buffer = [0; 200];
    let mut reader = RequestReader::new(&mut buffer);
    for segment in request.chunks(size) {
        reader.receive(segment).map_err(RequestError::reason)?;
    }
    reader.close().map_err(RequestError::reason)?;
    let request = reader.request().unwrap();
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    Ok((request.method.into(), request.target.into(), request.content_type.map(Into::into), body))
}

/// Reads it with every segment size.
fn read(request: &str) -> Read {
    let whole = read_in(request.as_bytes(), request.len().max(1));
    for size in 1..request.len() {
        assert_eq!(read_in(request.as_bytes(), size), whole, "segments of {size}: {request:?}");
    }
    whole
}

fn ok(method: &str, target: &str, content_type: Option<&str>, body: &str) -> Read {
    Ok((method.into(), target.into(), content_type.map(Into::into), body.into()))
}

#[test]
fn rule_10_8_what_a_client_writes_a_service_reads() {
    let login = Request::new(AppInfo::new("a&b", "p<w"), Login::new("SEP003094C25B15", "john"));
    let mut out = [0; 2048];
    let length = write_post(&mut out, "em1:8080", SERVICE_PATH, &login).unwrap();

    let mut buffer = [0; 2048];
    let mut reader = RequestReader::new(&mut buffer);
    for byte in &out[..length] {
        assert!(reader.request().is_none());
        reader.receive(&[*byte]).unwrap();
    }
    let request = reader.request().unwrap();
    assert_eq!((request.method, request.target), ("POST", SERVICE_PATH));
    assert_eq!(request.content_type, Some(form::CONTENT_TYPE));
    let mut body = request.body.to_vec();
    assert_eq!(Request::parse(form::decode(&mut body).unwrap()).unwrap(), login);
}

#[test]
fn rule_10_8_a_body_has_a_length_or_chunks_or_is_none() {
    assert_eq!(read("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), ok("GET", "/", None, ""));
    assert_eq!(read("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nok"), ok("POST", "/", None, "ok"));
    assert_eq!(
        read(
            "\r\nPOST /p?q HTTP/1.1\r\nhost: h\r\ncontent-type: a/b; c\r\nContent-Length: 2\r\n\r\nok, more"
        ),
        ok("POST", "/p?q", Some("a/b; c"), "ok")
    );
    assert_eq!(
        read(
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\no\r\n1\r\nk\r\n0\r\nT: t\r\n\r\n"
        ),
        ok("POST", "/", None, "ok")
    );
}

#[test]
fn rule_10_8_the_host_is_named_once() {
    for fields in ["", "Host: a\r\nHost: a\r\n"] {
        assert_eq!(read(&format!("POST / HTTP/1.1\r\n{fields}Content-Length: 0\r\n\r\n")), Err(Error::Host));
    }
}

#[test]
fn rule_10_3_an_unclear_end_of_a_request_is_refused() {
    for (fields, error) in [
        ("Content-Length: 2\r\nContent-Length: 2", Error::ContentLength),
        ("Content-Length: 2\r\nTransfer-Encoding: chunked", Error::ContentLength),
        ("Transfer-Encoding: chunked\r\nContent-Length: 2", Error::ContentLength),
        ("Content-Length: 2,2", Error::ContentLength),
        ("Content-Length: +2", Error::ContentLength),
        ("Transfer-Encoding: gzip", Error::TransferEncoding),
        ("Transfer-Encoding: chunked, chunked", Error::TransferEncoding),
        ("Content-Encoding: gzip\r\nContent-Length: 2", Error::ContentEncoding),
        ("Content-Length : 2", Error::Head),
        ("X: a\r\n folded", Error::Head),
    ] {
        assert_eq!(
            read(&format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\nok")),
            Err(error),
            "{fields}"
        );
    }
    let old = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(read(old), Err(Error::TransferEncoding));
}

#[test]
fn rule_10_6_a_request_is_bounded_and_whole() {
    let request = |length: usize| {
        format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{}", "x".repeat(length))
    };
    let room = 200 + 100 - request(100).len();
    assert_eq!(read(&request(room)).unwrap().3.len(), room);
    assert_eq!(read(&request(room + 1)), Err(Error::BodyTooLong { limit: room }));
    let long = format!("POST /{} HTTP/1.1\r\nHost: h\r\n\r\n", "x".repeat(200));
    assert_eq!(read(&long), Err(Error::HeadTooLong { limit: 200 }));
    let whole = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok";
    for end in 0..whole.len() {
        assert_eq!(read_in(&whole.as_bytes()[..end], 7), Err(Error::CutShort), "cut after {end}");
    }
}

#[test]
fn an_error_tells_the_status_to_answer_with_and_stays() {
    let mut buffer = [0; 64];
    for (request, status) in [
        ("hello\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: 0123456789012345678901234567890123456789\r\n\r\n", 431),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: br\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\n\r\n", 415),
    ] {
        let mut reader = RequestReader::new(&mut buffer);
        let error = reader.receive(request.as_bytes()).unwrap_err();
        assert_eq!(error.status().number(), status, "{request:?}");
        assert!(error.to_string().contains("request"), "{error}");
        assert_eq!(reader.receive(b"more"), Err(error));
        assert_eq!(reader.close(), Err(error));
        assert!(reader.request().is_none());
    }
}

#[test]
fn what_a_service_writes_a_client_reads() {
    let mut out = [0; 256];
    for (status, body) in [
        (200, &b"<response><success/></response>"[..]),
        (503, b""),
        (404, b"<html>"),
        (204, b""),
        (304, b""),
        (999, b"x"),
    ] {
        let status = Status::new(status).unwrap();
        let length = write_response(&mut out, status, "text/xml; charset=utf-8", body).unwrap();
        let mut buffer = [0; 256];
        let mut reader = ResponseReader::new(&mut buffer);
        reader.receive(&out[..length]).unwrap();
        assert_eq!((reader.status(), reader.body()), (Some(status), Some(body)));
        let short = write_response(&mut out[..length - 1], status, "text/xml; charset=utf-8", body);
        assert_eq!(short, Err(hotdesk_core::Error::BufferTooSmall { needed: length }));
    }
}

#[test]
fn what_a_client_would_read_otherwise_is_not_written() {
    let refused = |status: u16, content_type: &str, body: &[u8]| {
        let error = write_response(&mut [0; 256], Status::new(status).unwrap(), content_type, body);
        error.unwrap_err().to_string()
    };
    assert_eq!(Status::new(7), None);
    for status in [100, 101, 103, 199] {
        assert_eq!(refused(status, "text/xml", b""), "HTTP status must be a final one, 200 to 999");
    }
    for status in [204, 304] {
        assert_eq!(refused(status, "text/xml", b"x"), "HTTP body must be empty with status 204 and 304");
    }
    assert_eq!(
        refused(200, "text/xml\r\nX: y", b""),
        "HTTP content type contains U+000D, which it cannot carry; remove it"
    );
}

#[test]
fn a_request_prints_no_secret() {
    let mut buffer = [0; 128];
    let mut reader = RequestReader::new(&mut buffer);
    reader.receive(b"POST /?PIN=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nPIN=1").unwrap();
    assert_eq!(format!("{:?}", reader.request().unwrap()), "POST request of 5 bytes");
    assert_eq!(format!("{reader:?}"), "RequestReader { request: Some(POST request of 5 bytes), .. }");
}
