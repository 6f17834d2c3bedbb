//! Prints the device profiles of an answer as they are read: the answer can be of any length, the memory stays the same.
//!
//! ```sh
//! cargo run --example pieces < answer.xml
//! ```
#![allow(clippy::indexing_slicing, reason = "what was read is within the segment")]

use std::error::Error;
use std::io::Read;

use hotdesk_core::{Piece, PieceReader};

fn main() -> Result<(), Box<dyn Error>> {
    print_profiles(std::io::stdin().lock(), |line| println!("{line}"))
}

/// Reads a response to its end and calls `print` with a line for each user and each device profile.
pub(crate) fn print_profiles(
    mut source: impl Read,
    mut print: impl FnMut(String),
) -> Result<(), Box<dyn Error>> {
    // The longest row, tag or text between tags must fit into the window.
    let mut window = [0; 1024];
    let mut reader = PieceReader::new(&mut window);
    let mut segment = [0; 256];
    // What was read and not fed yet.
    let mut unread = 0..0;
    loop {
        match reader.next()? {
            Piece::More => {
                if unread.is_empty() {
                    unread = 0..source.read(&mut segment)?;
                    if unread.is_empty() {
                        reader.end();
                    }
                }
                unread.start += reader.feed(&segment[unread.clone()]);
            }
            Piece::User(id) => print(format!("{id}:")),
            Piece::Profile(profile) => {
                print(format!("  {}{}", profile.name, if profile.is_default { " (default)" } else { "" }));
            }
            Piece::UserFailure(failure) => print(format!("  failed: {}", failure.text)),
            Piece::Failure(failure) => return Err(failure.text.to_string().into()),
            // Only now is what was printed known to come from a whole and correct document.
            Piece::End => return Ok(()),
            _ => {}
        }
    }
}
