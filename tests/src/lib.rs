//! Shared by tests, fuzz targets and benches: the vectors on disk, random messages, and what must hold for any bytes.
//!
//! It may panic: what it reads is part of this repository, and a vector that cannot be read is a failed test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken vector file or promise must fail the test that meets it"
)]

use hotdesk_core::Message;

pub mod checks;
pub mod logs;
pub mod messages;
pub mod objects;
pub mod phone_files;
pub mod pieces;
mod quick_xml;
pub mod screens;
mod texts;
mod vectors;

pub use texts::texts;
pub use vectors::{
    OBJECTS, PHONE_FILES, Vector, files, good_documents, index, index_of, rules, vectors, vectors_of,
};

/// Encodes a message into a buffer of exactly its length.
///
/// # Panics
///
/// Panics if the message cannot be encoded, or `encoded_len` and `encode` differ.
pub fn encode(message: &Message<'_>) -> Vec<u8> {
    let mut out = vec![0; message.encoded_len().unwrap()];
    let length = message.encode(&mut out).unwrap();
    assert_eq!(length, out.len(), "encoded_len and encode differ");
    out
}
