//! Between bytes and typed messages, in both directions. One pass checks a document; whatever reads it again later
//! (lists, texts) reads what was checked. Nothing here recurses, allocates, panics or keeps a row.

mod build;
mod class;
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
pub(crate) use grammar::Context;
#[cfg(feature = "compact")]
pub use pieces::{Piece, PieceReader};
pub(crate) use reader::{Reader, Row};
pub(crate) use sink::Sink;
use tag::Tag;

use gather::Found;
use grammar::{Child, Holds};

use crate::error::{Error, Field, Refusal};
use crate::message::{Message, Query, Request, Response};

#[inline(never)]
pub(crate) fn parse_message(xml: &[u8]) -> Result<Message<'_>, Error> {
    let (mut found, mut error) = (Found::NOTHING, NO_ERROR);
    match read(xml, Tag::Other, &mut found, &mut error) {
        Some(root) => Ok(build::message(root, &found)),
        None => Err(error),
    }
}

macro_rules! parse_one {
    ($function:ident, $message:ident, $build:path) => {
        pub(crate) fn $function(xml: &[u8]) -> Result<$message<'_>, Error> {
            let (mut found, mut error) = (Found::NOTHING, NO_ERROR);
            match read(xml, Tag::$message, &mut found, &mut error) {
                Some(_) => Ok($build(&found)),
                None => Err(error),
            }
        }
    };
}

parse_one!(parse_request, Request, build::request);
parse_one!(parse_query, Query, build::query);
parse_one!(parse_response, Response, build::response);

/// What stands in the place of an error before there is one.
const NO_ERROR: Error = Error::refused(Refusal::NoRoot, 0);

/// Reads a message with this root, or any if `wanted` is [`Tag::Other`]; returns the root, or nothing and the `error`.
/// That goes into a place of the caller's and not up as a result, which would be copied by a call.
#[inline(never)]
fn read<'a>(xml: &'a [u8], wanted: Tag, found: &mut Found<'a>, error: &mut Error) -> Option<Tag> {
    let root = reader::document(xml, |reader, root| {
        let refusal = match root {
            Some(Child { tag, holds: Holds::Elements(context), .. })
                if wanted == Tag::Other || wanted == *tag =>
            {
                return reader.gather(*context, found).map(|()| *tag);
            }
            _ => match wanted {
                Tag::Request => Refusal::OtherRoot(Field::Request),
                Tag::Query => Refusal::OtherRoot(Field::Query),
                Tag::Response => Refusal::OtherRoot(Field::Response),
                _ => Refusal::UnknownRoot,
            },
        };
        Err(reader.refuse(refusal, reader.at()))
    });
    root.map_err(|refused| *error = refused).ok()
}
