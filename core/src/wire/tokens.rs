//! The private interface to a tokenizer, and the choice between two: `compact`, our own, or the crate xmlparser. Each
//! has a feature of its name; with both features on, `compact` is used.
//!
//! A tokenizer turns bytes into tokens and refuses malformed ones. All it knows of the protocol is which names `schema`
//! lists for the current context. It matches only the innermost end tag; checking references and counting depth is up
//! to `reader`.

#[cfg(feature = "compact")]
mod compact;
#[cfg(all(feature = "xmlparser", not(feature = "compact")))]
mod xmlparser;

#[cfg(feature = "compact")]
pub(super) use compact::Tokens;
#[cfg(all(feature = "xmlparser", not(feature = "compact")))]
pub(super) use xmlparser::Tokens;

#[cfg(not(any(feature = "compact", feature = "xmlparser")))]
compile_error!("hotdesk-core needs a tokenizer: turn on its feature `compact` or its feature `xmlparser`");

use super::schema::Child;
use crate::error::{Error, Refusal};

/// Why the document was refused, and where. Code size: two words, because the three of an [`Error`] are copied by a
/// call.
#[derive(Clone, Copy)]
pub(super) struct Refused {
    pub(super) reason: Refusal,
    /// Offset in the input.
    pub(super) at: usize,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::refused(refused.reason, refused.at)
    }
}

/// The document was refused. The tokenizer keeps the reason, so that results stay small as they are passed up.
#[derive(Clone, Copy, Debug)]
pub struct Stop;

/// The name of the level outside all elements, in a document or a fragment. It is not UTF-8, so no end tag matches it.
pub(super) const OUTSIDE: &[u8] = b"\xFF";

/// One token of content. The tokenizer keeps its position and, for a start tag, its name.
pub(super) enum Token {
    /// `<name`, and what the schema says of it in this context; the rest of the tag follows.
    Start(&'static Child),
    /// The end tag of the innermost open element.
    End,
    /// Text up to the next markup, with its references undecoded.
    Text,
    /// A CDATA section, a comment or a processing instruction: nothing in it needs further checks.
    Checked,
    /// The end of the input.
    Nothing,
}

/// One token of a start tag, after its name.
pub(super) enum TagToken {
    /// `name="value"`; the tokenizer keeps both.
    Attribute {
        /// True if nothing in the value needs decoding; false if something may.
        plain: bool,
    },
    /// `>`
    Open,
    /// `/>`
    Empty,
}
