//! A page of an IP phone service while it is read in pieces (PROTOCOL.md sections 15 and 16), in the buffer that its head was in. It
//! must hand out nothing but what a [`PieceReader`](crate::phonexml::PieceReader) does, the head before it, and a plain text.

use core::cell::Cell;

use super::exchange::Exchange;
use super::outcome::SessionError;
use crate::emapp::{Body, Head, PagePart};
use crate::phonexml::{Mode, Piece as ObjectPiece};
use crate::wire::{ObjectReading, Objects, Piece};

/// How far a page is read.
pub(super) struct Page {
    reading: ObjectReading,
    /// What the head says of the body.
    body: Body,
    /// Why the body is refused.
    refused: Option<SessionError>,
}

impl Page {
    pub(super) fn start() -> Self {
        Self { reading: ObjectReading::start(Objects::new(Mode::Lenient)), body: Body::Other, refused: None }
    }

    /// Takes the next bytes of the answer and hands out what they complete.
    pub(super) fn receive(
        &mut self,
        exchange: &mut Exchange<'_>,
        bytes: &[u8],
        now: core::time::Duration,
        on_piece: &mut dyn FnMut(Piece<'_>),
    ) {
        let Self { reading, body: last, refused } = self;
        let body = Cell::new(*last);
        let on_piece = core::cell::RefCell::new(on_piece);
        let mut on_head = |head: Head<'_>| {
            body.set(head.content_type.body);
            hand_out(&on_piece, PagePart::Head(head));
        };
        let mut on_body = |window: &mut [u8], bytes: &[u8]| match body.get() {
            Body::Object | Body::ObjectAsOther => {
                let mut rest = bytes;
                while refused.is_none() && !rest.is_empty() {
                    let taken = reading.feed(window, rest);
                    rest = rest.get(taken..).unwrap_or_default();
                    pieces(reading, window, refused, &on_piece);
                }
            }
            Body::Text => hand_out(&on_piece, PagePart::Text(bytes)),
            Body::Other => *refused = Some(SessionError::Unexpected),
        };
        exchange.received_page(bytes, now, &mut on_head, &mut on_body);
        *last = body.get();
    }

    /// Takes the end of the answer, and says whether all of it was read.
    pub(super) fn end(&mut self, window: &[u8], on_piece: &mut dyn FnMut(Piece<'_>)) {
        match self.body {
            Body::Object | Body::ObjectAsOther => {
                self.reading.end();
                let on_piece = core::cell::RefCell::new(on_piece);
                pieces(&mut self.reading, window, &mut self.refused, &on_piece);
            }
            Body::Text => {}
            // It has no body that could have been refused.
            Body::Other => self.refused = Some(SessionError::Unexpected),
        }
    }

    /// Returns why the body is refused, if it is.
    pub(super) const fn refused(&self) -> Option<SessionError> {
        self.refused
    }
}

type OnPiece<'o, 'f> = core::cell::RefCell<&'o mut (dyn FnMut(Piece<'_>) + 'f)>;

fn hand_out(on_piece: &OnPiece<'_, '_>, part: PagePart<'_>) {
    if let Ok(mut on_piece) = on_piece.try_borrow_mut() {
        on_piece(Piece::Page(part));
    }
}

#[inline(never)]
fn pieces(
    reading: &mut ObjectReading,
    window: &[u8],
    refused: &mut Option<SessionError>,
    on_piece: &OnPiece<'_, '_>,
) {
    while refused.is_none() {
        match reading.next(window) {
            Ok(ObjectPiece::More) => return,
            Ok(piece) => {
                hand_out(on_piece, PagePart::Piece(piece));
                if piece == ObjectPiece::End {
                    return;
                }
            }
            Err(error) => {
                let (line, column) = reading.line_column();
                *refused = Some(SessionError::Unreadable { error, line, column });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::format;
    use std::string::{String, ToString as _};
    use std::vec::Vec;

    use super::*;
    use crate::http::{Error as HttpError, Status};
    use crate::session::{Deadlines, ExchangeFailure, Outcome, Plan, Retry, Session};

    const NOW: Duration = Duration::ZERO;

    /// What a session hands out of an answer that comes in pieces of `size` bytes, and what becomes of it.
    fn load(answer: &[u8], size: usize) -> (Vec<String>, Result<(), SessionError>) {
        let plan = Plan { services: 1, deadlines: Deadlines::default(), retry: Retry::ONCE, seed: 0 };
        let (mut out, mut window) = ([0; 64], [0; 256]);
        let mut session = Session::start_page(plan, &mut out, &mut window, NOW);
        let mut parts: Vec<String> = Vec::new();
        let mut on_piece = |piece: Piece<'_>| match piece {
            Piece::Page(PagePart::Head(head)) => parts.push(format!("{} {:?}", head.status, head.location)),
            Piece::Page(PagePart::Piece(ObjectPiece::More)) => {}
            Piece::Page(PagePart::Piece(piece)) => parts.push(format!("{piece:?}")),
            Piece::Page(PagePart::Text(bytes)) => {
                let text = core::str::from_utf8(bytes).unwrap();
                match parts.last_mut() {
                    Some(last) if !last.starts_with("200 ") => last.push_str(text),
                    _ => parts.push(text.to_string()),
                }
            }
            piece => panic!("{piece:?} is of no page"),
        };
        session.connected(NOW);
        session.write(|out| Ok::<_, ()>(out.len().min(1))).unwrap();
        let sent = session.outgoing().len();
        session.sent(sent);
        for bytes in answer.chunks(size) {
            session.received_in_pieces(bytes, NOW, &mut on_piece);
        }
        session.closed_in_pieces(NOW, &mut on_piece);
        let outcome = match session.finish() {
            Some(Outcome::Read { .. }) => Ok(()),
            Some(Outcome::Failed { error, .. }) => Err(error),
            other => panic!("{other:?}"),
        };
        (parts, outcome)
    }

    #[test]
    fn rule_16_10_a_page_is_the_same_at_every_split() {
        for (answer, outcome) in [
            (
                "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<CiscoIPPhoneText><Title>A</Title><Text>B</Text></CiscoIPPhoneText>",
                Ok(()),
            ),
            ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nAB\nCD", Ok(())),
            ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html/>", Err(SessionError::Unexpected)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Err(SessionError::Unexpected)),
        ] {
            let (parts, seen) = load(answer.as_bytes(), 1000);
            assert_eq!(seen, outcome, "{answer}");
            for size in [1, 2, 3, 7, 40] {
                assert_eq!(
                    load(answer.as_bytes(), size),
                    (parts.clone(), seen),
                    "{answer} in pieces of {size}"
                );
            }
        }
    }

    #[test]
    fn rule_16_10_a_head_is_handed_out_whatever_its_status() {
        let (parts, outcome) =
            load(b"HTTP/1.1 302 Found\r\nlocation: /there\r\nContent-Length: 0\r\n\r\n", 9);
        assert_eq!(parts, ["302 Some(\"/there\")"]);
        let Err(SessionError::Exchange(error)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(error.failure(), ExchangeFailure::Status(Status::new(302).unwrap()));
    }

    #[test]
    fn a_page_that_is_cut_is_not_read() {
        let (_, outcome) = load(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 99\r\n\r\n<CiscoIPPhoneText>",
            5,
        );
        let Err(SessionError::Exchange(error)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(error.failure(), ExchangeFailure::Http(HttpError::CutShort));
        let (_, outcome) = load(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<CiscoIPPhoneText>", 5);
        assert!(matches!(outcome, Err(SessionError::Unreadable { .. })), "{outcome:?}");
    }
}
