//! The one private interface to a tokenizer, and the choice of it: `compact`, our own, or the crate xmlparser by the
//! feature of that name. With both features on, `compact` is used.
//!
//! A tokenizer turns bytes into tokens and refuses what is no well-formed token. Of the protocol it knows no more than
//! `schema` says of the place: which names are known there. It pairs no tags but the innermost, checks no references and
//! counts no depth: `reader` does.

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

/// Why the document was refused, and where. It takes two words; an [`Error`] takes three, which would be copied by a call.
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

/// Says that the document was refused. The reason is with the tokens: so results stay small on the way up.
#[derive(Clone, Copy, Debug)]
pub struct Stop;

/// The name of what is around all elements, a document or a fragment: no end tag has it, for these bytes are not UTF-8.
pub(super) const OUTSIDE: &[u8] = b"\xFF";

/// One piece of content. Where it starts, and the name in a start tag, are with the tokens.
pub(super) enum Token {
    /// `<name`, and what is known of it where it stands; what is in the tag follows.
    Start(&'static Child),
    /// The end tag of the innermost open element.
    End,
    /// Text up to what comes next, with its references as they stand.
    Text,
    /// A CDATA section, a comment or a processing instruction: nothing in it needs a check.
    Checked,
    /// The end of the input.
    Nothing,
}

/// One piece of a start tag behind its name.
pub(super) enum TagToken {
    /// `name="value"`: both are with the tokens.
    Attribute {
        /// Nothing in the value needs decoding; if this is false, something may.
        plain: bool,
    },
    /// `>`
    Open,
    /// `/>`
    Empty,
}
