//! Between bytes and typed messages, in both directions. One pass checks a document; whatever reads it again later
//! (lists, texts) reads what was checked. Nothing here recurses, allocates, panics or keeps a row.

mod build;
mod declaration;
mod encode;
mod gather;
mod grammar;
#[cfg(feature = "vip")]
pub(crate) mod parse_vip;
#[cfg(feature = "compact")]
mod pieces;
#[cfg(feature = "compact")]
mod place;
mod reader;
mod sink;
mod tag;
mod tokens;
mod words;

pub(crate) use encode::{encode, encode_form, measure, measure_form};
use gather::Found;
pub(crate) use grammar::Context;
use grammar::Holds;
#[cfg(feature = "compact")]
pub use pieces::{Piece, PieceReader};
pub(crate) use reader::{Reader, Row};
pub(crate) use sink::Sink;
use tag::Tag;
use tokens::Refused;

use crate::error::{Error, Field, Refusal};
use crate::message::{Message, Query, Request, Response};

#[inline(never)]
pub(crate) fn parse_message(xml: &[u8]) -> Result<Message<'_>, Error> {
    let mut found = Found::NOTHING;
    let root = read(xml, Tag::Other, &mut found)?;
    Ok(build::message(root, &found))
}

macro_rules! parse_one {
    ($function:ident, $message:ident, $build:path) => {
        pub(crate) fn $function(xml: &[u8]) -> Result<$message<'_>, Error> {
            let mut found = Found::NOTHING;
            read(xml, Tag::$message, &mut found)?;
            Ok($build(&found))
        }
    };
}

parse_one!(parse_request, Request, build::request);
parse_one!(parse_query, Query, build::query);
parse_one!(parse_response, Response, build::response);

/// Reads a message with this root, or any if `wanted` is [`Tag::Other`]; returns the root.
#[inline(never)]
fn read<'a>(xml: &'a [u8], wanted: Tag, found: &mut Found<'a>) -> Result<Tag, Refused> {
    reader::document(xml, |reader, root| {
        let is_wanted = root.tag != Tag::Other && (wanted == Tag::Other || wanted == root.tag);
        if let (true, Holds::Elements(context)) = (is_wanted, root.holds) {
            return reader.gather(context, found).map(|()| root.tag);
        }
        let refusal = match wanted {
            Tag::Request => Refusal::OtherRoot(Field::Request),
            Tag::Query => Refusal::OtherRoot(Field::Query),
            Tag::Response => Refusal::OtherRoot(Field::Response),
            _ => Refusal::UnknownRoot,
        };
        Err(reader.refuse(refusal, reader.at()))
    })
}
