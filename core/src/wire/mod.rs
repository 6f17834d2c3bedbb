//! Between bytes and typed messages, in both directions. One pass checks a document; whatever reads it again later
//! (lists, texts) reads what was checked. Nothing here recurses, allocates, panics or keeps a row.

mod declaration;
mod encode;
mod parse_query;
mod parse_request;
mod parse_response;
#[cfg(feature = "vip")]
pub(crate) mod parse_vip;
#[cfg(feature = "compact")]
mod pieces;
mod reader;
mod sink;
mod tag;
mod tokens;

pub(crate) use encode::{encode, encode_form, measure, measure_form};
#[cfg(feature = "compact")]
pub use pieces::{Piece, PieceReader};
pub(crate) use reader::{Reader, Row};
pub(crate) use sink::Sink;
pub(crate) use tag::Tag;

use crate::error::{Error, Refusal};
use crate::message::{Message, Query, Request, Response};

pub(crate) fn parse_message(xml: &[u8]) -> Result<Message<'_>, Error> {
    reader::document(xml, |reader, root| match root.tag {
        Tag::Request => parse_request::request(reader, root).map(Message::Request),
        Tag::Query => parse_query::query(reader, root).map(Message::Query),
        Tag::Response => parse_response::response(reader, root).map(Message::Response),
        _ => Err(reader.refuse(Refusal::UnknownRoot, root.at)),
    })
}

macro_rules! parse_one {
    ($function:ident, $message:ident, $root:literal, $read:path) => {
        pub(crate) fn $function(xml: &[u8]) -> Result<$message<'_>, Error> {
            reader::document(xml, |reader, root| match root.tag {
                Tag::$message => $read(reader, root),
                _ => Err(reader.refuse(Refusal::OtherRoot($root), root.at)),
            })
        }
    };
}

parse_one!(parse_request, Request, "request", parse_request::request);
parse_one!(parse_query, Query, "query", parse_query::query);
parse_one!(parse_response, Response, "response", parse_response::response);
