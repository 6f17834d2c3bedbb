//! Section 10 of PROTOCOL.md: reading an HTTP answer. Each test is named after its rule.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use hotdesk_core::http::{Error, ResponseReader, Status};
use hotdesk_core::limits;

/// What an answer is read as, delivered in segments of `size` bytes, with 64 bytes for a head and a body.
fn read_in(answer: &[u8], size: usize) -> Result<(u16, Vec<u8>), Error> {
    let mut buffer = [0; 160];
    let mut reader = ResponseReader::new(&mut buffer);
    for segment in answer.chunks(size) {
        reader.receive(segment)?;
    }
    reader.close()?;
    Ok((reader.status().unwrap().number(), reader.body().unwrap().to_vec()))
}

/// The same for every segment size.
fn read(answer: &str) -> Result<(u16, Vec<u8>), Error> {
    let whole = read_in(answer.as_bytes(), answer.len().max(1));
    for size in 1..answer.len() {
        assert_eq!(read_in(answer.as_bytes(), size), whole, "segments of {size}: {answer:?}");
    }
    whole
}

fn ok(body: &str) -> Result<(u16, Vec<u8>), Error> {
    Ok((200, body.into()))
}

#[test]
fn rule_10_2_heads_that_are_read() {
    assert_eq!(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), ok("ok"));
    assert_eq!(read("HTTP/1.0 200 OK\r\ncontent-length:2\r\n\r\nok"), ok("ok"));
    assert_eq!(read("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"), ok("ok"));
    assert_eq!(read("\r\nHTTP/1.1 200 OK\nContent-Length: 2\n\nok"), ok("ok"));
    assert_eq!(read("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), Ok((503, vec![])));
}

#[test]
fn rule_10_2_informational_answers_are_skipped() {
    let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\nContent-Length: 9\r\n\r\n\
                  HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    assert_eq!(read(answer), ok("ok"));
    assert_eq!(read("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), Err(Error::Upgrade));
}

#[test]
fn rule_10_2_a_status_has_three_digits_from_100_on() {
    for number in 0..1000_u16 {
        let answer =
            format!("HTTP/1.1 {number:03} X\r\nContent-Length: 31\r\n\r\n<response><success/></response>");
        let expected = match number {
            0..=99 => Err(Error::Head),
            101 => Err(Error::Upgrade),
            // An interim answer; the final one never comes.
            100 | 102..=199 => Err(Error::CutShort),
            204 | 304 => Ok((number, vec![])),
            _ => Ok((number, b"<response><success/></response>".to_vec())),
        };
        assert_eq!(read_in(answer.as_bytes(), 1000), expected, "{number:03}");
    }
    for status in ["20", "2000", "+20", "2 0", "0x7", ""] {
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(read(&answer), Err(Error::Head), "{status:?}");
    }
}

#[test]
fn rule_10_2_lines_end_with_a_line_feed_and_perhaps_one_carriage_return_before_it() {
    assert_eq!(
        read("\r\n\n\r\nHTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
        ok("ok"),
        "blank lines come first"
    );
    for head in [
        "HTTP/1.1 200 OK\r\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\r\nok",
        "HTTP/1.1 200 OK\r\nA: b\rContent-Length: 2\r\n\r\nok",
        "\r\r\nHTTP/1.1 200 OK\r\n\r\nok",
        // A folded field.
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\n A: b\r\n\r\nok",
        // Control characters.
        "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\nok",
        "HTTP/1.1 200 O\0K\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nA\0: b\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\nok",
    ] {
        assert_eq!(read(head), Err(Error::Head), "{head:?}");
    }
}

#[test]
fn rule_10_2_what_is_no_head_is_refused() {
    for head in [
        "<html></html>\r\n\r\n",
        "SSH-2.0-x\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA B: c\r\n\r\n",
    ] {
        assert_eq!(read(head), Err(Error::Head), "{head:?}");
    }
    let long = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "x".repeat(200));
    assert_eq!(read(&long), Err(Error::HeadTooLong { limit: 160 }));

    let mut buffer = [0; 8192];
    let mut reader = ResponseReader::new(&mut buffer);
    let error = reader.receive(&[b'x'; 4000]).unwrap_err();
    assert_eq!(error, Error::HeadTooLong { limit: limits::HTTP_HEAD_BYTES });
    assert_eq!(reader.receive(b"y"), Err(error));

    let fields = |count| format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(count));
    let mut read = |head: String| {
        let mut reader = ResponseReader::new(&mut buffer);
        reader.receive(head.as_bytes())
    };
    assert_eq!(read(fields(limits::HTTP_FIELDS)), Ok(()));
    assert_eq!(read(fields(limits::HTTP_FIELDS + 1)), Err(Error::TooManyFields));
}

#[test]
fn rule_10_3_a_length_is_one_number() {
    for field in [
        "Content-Length: \r\n",
        "Content-Length: 2x\r\n",
        "Content-Length: -2\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: 2, 2\r\n",
        "Content-Length: 2\r\nContent-Length: 2\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
    ] {
        assert_eq!(
            read(&format!("HTTP/1.1 200 OK\r\n{field}\r\nok")),
            Err(Error::ContentLength),
            "{field:?}"
        );
    }
}

#[test]
fn rule_10_3_a_length_is_any_number() {
    assert_eq!(read(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}2\r\n\r\nok", "0".repeat(90))), ok("ok"));
    // Larger than any buffer and any integer: it does not fit.
    for length in ["4294967296", "18446744073709551615", "18446744073709551616", "99999999999999999999999999"]
    {
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nok");
        assert_eq!(read(&answer), Err(Error::BodyTooLong { limit: 160 }), "{length}");
    }
}

#[test]
fn rule_10_3_a_coded_body_is_refused_by_name() {
    for coding in
        ["gzip", "GZIP", "br", "deflate", "x-gzip", "identity, gzip", "identity\r\nContent-Encoding: gzip"]
    {
        let answer =
            format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: 2\r\n\r\n\x1f\u{b}");
        assert_eq!(read(&answer), Err(Error::ContentEncoding), "{coding}");
    }
    for coding in ["", "identity", "Identity"] {
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: 2\r\n\r\nok");
        assert_eq!(read(&answer), ok("ok"), "{coding}");
    }
    assert_eq!(read("HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n"), Ok((304, vec![])));
    // The status is known although the body was not read.
    let mut buffer = [0; 160];
    let mut reader = ResponseReader::new(&mut buffer);
    let refused = reader.receive(b"HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\n\r\n");
    assert_eq!((refused, reader.status()), (Err(Error::ContentEncoding), Status::new(404)));
}

#[test]
fn rule_10_3_a_body_can_end_with_the_connection() {
    assert_eq!(read("HTTP/1.1 200 OK\r\n\r\nall of it"), ok("all of it"));
    assert_eq!(read("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), ok(""));
    let mut buffer = [0; 64];
    let mut reader = ResponseReader::new(&mut buffer);
    reader.receive(b"HTTP/1.1 200 OK\r\n\r\nall").unwrap();
    assert_eq!(reader.body(), None);
}

#[test]
fn rule_10_3_other_codings_are_refused_and_204_has_no_body() {
    for field in
        ["Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"]
    {
        assert_eq!(
            read(&format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n0\r\n\r\n")),
            Err(Error::TransferEncoding)
        );
    }
    let old = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(read(old), Err(Error::TransferEncoding));
    assert_eq!(read("HTTP/1.1 204 No Content\r\n\r\n"), Ok((204, vec![])));
}

#[test]
fn rule_10_4_chunks() {
    let chunked = |body: &str| read(&format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n{body}"));
    assert_eq!(chunked("5\r\nhello\r\n0\r\n\r\n"), ok("hello"));
    assert_eq!(
        chunked("05;a=\"b\"\r\nhello\r\nA \r\n 123456789\r\n000;x\r\nX: y\r\nZ:\r\n\r\n"),
        ok("hello 123456789")
    );
    assert_eq!(chunked("5\nhello\n0\n\n"), ok("hello"));
    assert_eq!(chunked("0\r\n\r\nignored"), ok(""));
    assert_eq!(chunked("5 \t ; a = b\r\nhello\r\n0\t\r\nA:\tb\r\n\r\n"), ok("hello"));
    for bad in [
        "\r\n",
        "x\r\n",
        "-5\r\nhello",
        "+5\r\nhello",
        "0x5\r\nhello",
        " 5\r\nhello",
        ";a\r\n",
        "5 zz\r\nhello",
        "5 5\r\nhello",
        "5\t5\r\nhello",
        "5 \0\r\nhello",
        "5\r\r\nhello",
        "5\r \nhello",
        "5\r;a\r\nhello",
        "5;a\r\r\nhello",
        "5;a\rb\r\nhello",
        "5;\0\r\nhello",
        "5;\u{7f}\r\nhello",
        "5\r\nhelloX\r\n",
        "5\r\nhello\rX",
        "5\r\nhello\r\r\n",
        "0\r\n\r\r\n",
        "0\r\nA: b\r\r\n\r\n",
        "0\r\nA: \0\r\n\r\n",
        "0\r\nA: b\rc\r\n\r\n",
    ] {
        assert_eq!(chunked(bad), Err(Error::Chunk), "{bad:?}");
    }
    let long = "x".repeat(limits::HTTP_LINE_BYTES + 1);
    assert_eq!(chunked(&format!("5;{long}\r\nhello")), Err(Error::LineTooLong));
    assert_eq!(chunked(&format!("0\r\n{long}\r\n\r\n")), Err(Error::LineTooLong));
}

#[test]
fn rule_10_6_a_body_over_the_buffer_is_refused_with_the_bound() {
    let body = "x".repeat(161);
    let limit = Err(Error::BodyTooLong { limit: 160 });
    assert_eq!(read(&format!("HTTP/1.1 200 OK\r\nContent-Length: 161\r\n\r\n{body}")), limit);
    assert_eq!(read(&format!("HTTP/1.1 200 OK\r\n\r\n{body}")), limit);
    assert_eq!(
        read(&format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA1\r\n{body}\r\n0\r\n\r\n")),
        limit
    );
    assert_eq!(
        read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
        limit,
        "a size over any number"
    );
    let fits = "x".repeat(160);
    assert_eq!(read(&format!("HTTP/1.1 200 OK\r\nContent-Length: 160\r\n\r\n{fits}")), ok(&fits));
}

#[test]
fn rule_10_6_an_answer_cut_after_any_byte_is_cut_short() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0;x\r\nA: b\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
    ] {
        for end in 0..answer.len() {
            assert_eq!(read_in(&answer.as_bytes()[..end], 7), Err(Error::CutShort), "{:?}", &answer[..end]);
        }
        assert!(read(answer).is_ok());
    }
}

#[test]
fn a_reader_prints_its_status_and_no_byte() {
    let mut buffer = [0; 160];
    let mut reader = ResponseReader::new(&mut buffer);
    reader.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\njohn").unwrap();
    assert_eq!(
        format!("{reader:?}"),
        "ResponseReader { status: Some(Status(200)), body_bytes: Some(4), .. }"
    );
}
