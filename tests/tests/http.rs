//! The HTTP reader on answers as servers send them: segmentation changes nothing, and what cannot be read is an error
//! at once, not a wait.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use hotdesk_core::http::{Error, ResponseReader, SERVICE_PATH, Status, write_post};
use hotdesk_core::{Message, form, limits};
use hotdesk_tests::{encode, good_documents};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

const BUFFER: usize = 4096;

/// What a reader says of an answer after the connection ended.
type Outcome = Result<(Option<Status>, Option<Vec<u8>>), Error>;

/// Reads an answer whose bytes come in these segments, then the end of the connection.
fn read<'s>(segments: impl IntoIterator<Item = &'s [u8]>) -> Outcome {
    let mut buffer = [0; BUFFER];
    let mut reader = ResponseReader::new(&mut buffer);
    for segment in segments {
        reader.receive(segment)?;
    }
    reader.close()?;
    Ok((reader.status(), reader.body().map(<[u8]>::to_vec)))
}

fn answer(status: u16, body: &[u8]) -> Outcome {
    Ok((Some(Status::new(status).unwrap()), Some(body.to_vec())))
}

/// Answers, and what is to be read from each.
fn answers() -> Vec<(Vec<u8>, Outcome)> {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(limits::HTTP_HEAD_BYTES));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(limits::HTTP_FIELDS + 1));
    let over = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BUFFER + 1);
    let texts: Vec<(&str, Outcome)> = vec![
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", answer(200, b"hello")),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, what follows is not read",
            answer(200, b"hello"),
        ),
        ("HTTP/1.1 200\r\ncontent-length:5\r\nServer: x\r\n\r\nhello", answer(200, b"hello")),
        ("HTTP/1.0 200 OK\r\n\r\nhello", answer(200, b"hello")),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", answer(200, b"")),
        ("HTTP/1.1 204 No Content\r\n\r\n", answer(204, b"")),
        ("HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nContent-Length: 4\r\n\r\nbusy", answer(503, b"busy")),
        ("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", answer(302, b"")),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello",
            answer(200, b"hello"),
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n03;a=b\r\nllo\r\n0\r\n\r\n",
            answer(200, b"hello"),
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
            answer(200, b"0123456789"),
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", Err(Error::CutShort)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", Err(Error::CutShort)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", Err(Error::CutShort)),
        ("HTTP/1.1 200 OK\r\nContent-Le", Err(Error::CutShort)),
        ("", Err(Error::CutShort)),
        ("HTTP/1.1 100 Continue\r\n\r\n", Err(Error::CutShort)),
        ("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", Err(Error::Upgrade)),
        ("SSH-2.0-OpenSSH_9.2p1\r\n\r\n", Err(Error::Head)),
        ("<html>\n\n</html>", Err(Error::Head)),
        ("HTTP/2 200 OK\r\n\r\n", Err(Error::Head)),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", Err(Error::ContentLength)),
        ("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", Err(Error::ContentLength)),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello", Err(Error::ContentLength)),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            Err(Error::BodyTooLong { limit: BUFFER }),
        ),
        ("HTTP/1.1 000 OK\r\nContent-Length: 5\r\n\r\nhello", Err(Error::Head)),
        ("HTTP/1.1 099 OK\r\nContent-Length: 5\r\n\r\nhello", Err(Error::Head)),
        (
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
            Err(Error::ContentEncoding),
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 zz\r\nhello\r\n", Err(Error::Chunk)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\r\nhello\r\n", Err(Error::Chunk)),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            Err(Error::ContentLength),
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", Err(Error::TransferEncoding)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", Err(Error::TransferEncoding)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloo\r\n", Err(Error::Chunk)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", Err(Error::Chunk)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", Err(Error::Chunk)),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
            Err(Error::BodyTooLong { limit: BUFFER }),
        ),
        (&over, Err(Error::BodyTooLong { limit: BUFFER })),
        (&long, Err(Error::HeadTooLong { limit: limits::HTTP_HEAD_BYTES })),
        (&many, Err(Error::TooManyFields)),
    ];
    texts.into_iter().map(|(text, outcome)| (text.as_bytes().to_vec(), outcome)).collect()
}

#[test]
fn an_answer_reads_the_same_whole_byte_by_byte_and_cut_in_two_anywhere() {
    for (bytes, expected) in answers() {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).into_owned();
        assert_eq!(read([bytes.as_slice()]), expected, "{shown:?}");
        assert_eq!(read(bytes.chunks(1)), expected, "byte by byte: {shown:?}");
        for at in 0..bytes.len() {
            let (head, tail) = bytes.split_at(at);
            assert_eq!(read([head, tail]), expected, "cut at {at}: {shown:?}");
        }
    }
}

#[test]
fn a_complete_answer_does_not_wait_for_the_connection_to_end() {
    for (bytes, expected) in answers().into_iter().filter(|(bytes, _)| !bytes.starts_with(b"HTTP/1.0")) {
        let Ok((status, Some(body))) = expected else { continue };
        let mut buffer = [0; BUFFER];
        let mut reader = ResponseReader::new(&mut buffer);
        reader.receive(&bytes).unwrap();
        if !String::from_utf8_lossy(&bytes).contains("103 Early") {
            assert_eq!((reader.status(), reader.body()), (status, Some(body.as_slice())));
        }
    }
}

#[test]
fn an_error_stays_an_error() {
    let mut buffer = [0; BUFFER];
    let mut reader = ResponseReader::new(&mut buffer);
    assert_eq!(reader.receive(b"hello\r\n\r\n"), Err(Error::Head));
    assert_eq!(reader.receive(b"HTTP/1.1 200 OK\r\n\r\n"), Err(Error::Head));
    assert_eq!(reader.close(), Err(Error::Head));
    assert_eq!((reader.status(), reader.body()), (None, None));
}

#[test]
fn a_body_without_an_end_stops_at_the_bound() {
    let mut buffer = [0; BUFFER];
    let mut reader = ResponseReader::new(&mut buffer);
    reader.receive(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let endless = std::iter::repeat_n([b'x'; 1000], 1000);
    let error = endless.map(|segment| reader.receive(&segment)).find_map(Result::err);
    assert_eq!(error, Some(Error::BodyTooLong { limit: BUFFER }));
}

#[test]
fn a_post_carries_the_form_and_its_length() {
    for vector in good_documents() {
        let message = Message::parse(&vector.input).unwrap();
        let mut out = vec![0; 64 * 1024];
        let length = match message {
            Message::Request(request) => write_post(&mut out, "10.0.2.2:8080", SERVICE_PATH, &request),
            Message::Query(query) => write_post(&mut out, "10.0.2.2:8080", SERVICE_PATH, &query),
            _ => continue,
        };
        let length = length.unwrap();
        let at = out.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&out[..at]).unwrap().to_owned();
        let lines: Vec<&str> = head.split("\r\n").collect();
        assert_eq!(lines[0], "POST /emservice/EMServiceServlet HTTP/1.1");
        for line in [
            "Host: 10.0.2.2:8080",
            "Content-Type: application/x-www-form-urlencoded",
            "Connection: close",
            &format!("Content-Length: {}", length - at - 4),
        ] {
            assert!(lines.contains(&line), "{line}: {head}");
        }
        assert_eq!(form::decode(&mut out[at + 4..length]).unwrap(), encode(&message).as_slice());
    }
}

/// How the end of a body is marked.
#[derive(Debug, Clone)]
enum Framing {
    Length,
    Closed,
    Chunks(Vec<(Index, String)>, String),
}

fn framing() -> impl Strategy<Value = Framing> {
    let extension = "(;[a-z]{1,8}(=[a-z]{1,8})?)?";
    prop_oneof![
        Just(Framing::Length),
        Just(Framing::Closed),
        (vec((any::<Index>(), extension), 0..6), "(X-[A-Z]{1,5}: [ -~]{0,20}\r\n){0,2}")
            .prop_map(|(chunks, trailer)| Framing::Chunks(chunks, trailer)),
    ]
}

/// Writes an answer as a server would.
fn write(status: u16, fields: &[String], body: &[u8], framing: &Framing) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status} Reason\r\n").into_bytes();
    for field in fields {
        out.extend(format!("X-{field}\r\n").bytes());
    }
    match framing {
        Framing::Length => out.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes()),
        Framing::Closed => out.extend(b"\r\n"),
        Framing::Chunks(chunks, _) => {
            out.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            let mut rest = body;
            for (index, extension) in chunks.iter().filter(|_| !body.is_empty()) {
                let length = index.index(body.len()).min(rest.len());
                if length > 0 {
                    out.extend(format!("{length:X}{extension}\r\n").bytes());
                    out.extend(&rest[..length]);
                    out.extend(b"\r\n");
                    rest = &rest[length..];
                }
            }
            if !rest.is_empty() {
                out.extend(format!("{:x}\r\n", rest.len()).bytes());
                out.extend(rest);
                out.extend(b"\r\n");
            }
        }
    }
    match framing {
        Framing::Length | Framing::Closed => out.extend(body),
        Framing::Chunks(_, trailer) => out.extend(format!("0\r\n{trailer}\r\n").bytes()),
    }
    out
}

/// Splits bytes into segments at these offsets.
fn cut<'b>(bytes: &'b [u8], places: &[Index]) -> Vec<&'b [u8]> {
    let mut places: Vec<usize> = places.iter().map(|at| at.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_answer_is_read_from_any_segments(
        status in 200_u16..1000,
        fields in vec("[A-Za-z-]{1,12}: [ -~]{0,40}", 0..8),
        body in vec(any::<u8>(), 0..600),
        framing in framing(),
        places in vec(any::<Index>(), 0..8),
    ) {
        prop_assume!(![204, 304].contains(&status));
        let bytes = write(status, &fields, &body, &framing);
        prop_assert_eq!(read(cut(&bytes, &places)), answer(status, &body));
    }

    #[test]
    fn splitting_changes_nothing_whatever_the_bytes(
        changes in vec((any::<Index>(), any::<u8>()), 0..4),
        which in any::<Index>(),
        places in vec(any::<Index>(), 0..8),
    ) {
        let answers = answers();
        let mut bytes = which.get(&answers).0.clone();
        for (at, byte) in changes.iter().filter(|_| !which.get(&answers).0.is_empty()) {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        prop_assert_eq!(read(cut(&bytes, &places)), read([bytes.as_slice()]));
    }
}
