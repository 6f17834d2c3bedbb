//! An answer with device profiles, read in pieces: it is made row by row, so that it never lies in memory as a whole.

use hotdesk_core::{Piece, PieceReader};

/// The window: what the reader's own memory is measured beside.
pub(crate) type Window = [u8; 1024];

const HEAD: &[u8] = b"<response>\n    <deviceProfileResults>\n        <user id=\"john\">\n";

/// A row as the EM API Request Types Reference prints it.
const ROW: &[u8] = b"            <deviceProfile>\n                <deviceProfileName>DP00000</deviceProfileName>\n                \
<isDefaultDeviceProfile>f</isDefaultDeviceProfile>\n            </deviceProfile>\n";

const TAIL: &[u8] = b"        </user>\n    </deviceProfileResults>\n</response>";

/// Returns how long the answer with so many rows is.
#[cfg(feature = "pieces")]
pub(crate) const fn length(rows: usize) -> usize {
    HEAD.len() + rows * ROW.len() + TAIL.len()
}

/// Reads an answer with so many rows and returns how many profiles came out; none, if it was refused.
#[inline(never)]
pub(crate) fn read(rows: usize, window: &mut Window) -> usize {
    let mut reader = PieceReader::new(window);
    let mut profiles = 0;
    let rows = core::iter::repeat_n(ROW, rows);
    for mut piece in core::iter::once(HEAD).chain(rows).chain([TAIL]) {
        while !piece.is_empty() {
            let taken = reader.feed(piece);
            piece = piece.get(taken..).unwrap_or_default();
            if !drain(&mut reader, &mut profiles) {
                return 0;
            }
        }
    }
    reader.end();
    if drain(&mut reader, &mut profiles) { profiles } else { 0 }
}

/// Takes what is there; returns false at a refusal.
fn drain(reader: &mut PieceReader<'_>, profiles: &mut usize) -> bool {
    loop {
        match reader.next() {
            Ok(Piece::Profile(_)) => *profiles += 1,
            Ok(Piece::More | Piece::End) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}
