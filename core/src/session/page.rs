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
