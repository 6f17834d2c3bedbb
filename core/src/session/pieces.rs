//! The answer to a query while it is read in pieces (PROTOCOL.md section 14), in the buffer that its head was in. It must
//! hand out nothing but what a [`PieceReader`](crate::PieceReader) does, and know of it only what a session must.

use super::outcome::SessionError;
use crate::codes::em_service::EmServiceCode;
use crate::wire::{Piece, Reading};

/// How far such an answer is read.
pub(super) struct Pieces {
    reading: Reading,
    said: Said,
    /// Why the document is refused.
    refused: Option<SessionError>,
}

/// What the answer is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Results,
    Failure(Option<EmServiceCode>),
    /// None to a query.
    Success,
}

impl Pieces {
    pub(super) const NOTHING: Self = Self { reading: Reading::new(), said: Said::Results, refused: None };

    /// Takes bytes of the document and hands out what they complete. `window` is the same each time.
    pub(super) fn feed(&mut self, window: &mut [u8], bytes: &[u8], on_piece: &mut dyn FnMut(Piece<'_>)) {
        let mut rest = bytes;
        while self.refused.is_none() && !rest.is_empty() {
            let taken = self.reading.feed(window, rest);
            rest = rest.get(taken..).unwrap_or_default();
            self.hand_out(window, on_piece);
        }
    }

    /// Takes the end of the document.
    pub(super) fn end(&mut self, window: &[u8], on_piece: &mut dyn FnMut(Piece<'_>)) {
        self.reading.end();
        self.hand_out(window, on_piece);
    }

    /// Returns what the answer is, once all of it was read.
    pub(super) const fn said(&self) -> Said {
        self.said
    }

    /// Returns why the document is refused, if it is.
    pub(super) const fn refused(&self) -> Option<SessionError> {
        self.refused
    }

    fn hand_out(&mut self, window: &[u8], on_piece: &mut dyn FnMut(Piece<'_>)) {
        while self.refused.is_none() {
            let piece = match self.reading.next(window) {
                Ok(piece) => piece,
                Err(error) => {
                    let (line, column) = self.reading.line_column();
                    self.refused = Some(SessionError::Unreadable { error, line, column });
                    return;
                }
            };
            match piece {
                Piece::More => return,
                Piece::Failure(failure) => self.said = Said::Failure(failure.code),
                Piece::Success => self.said = Said::Success,
                _ => {}
            }
            on_piece(piece);
            if piece == Piece::End {
                return;
            }
        }
    }
}
