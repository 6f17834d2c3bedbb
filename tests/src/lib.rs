//! What several tests share: the vectors on disk, and messages made up at random.
//!
//! It may stop at the first surprise: what it reads is part of this repository, and a vector that cannot be read is a
//! failed test.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a broken vector file must fail the test that reads it"
)]

use hotdesk_core::Message;

pub mod messages;
mod vectors;

pub use vectors::{Vector, files, good_documents, index, vectors};

/// Encodes a message into a buffer of just its length.
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
