//! Between bytes and typed messages, in both directions. One pass checks a document; whatever reads it again later
//! (lists, texts) reads what was checked. Nothing here recurses, allocates, panics or keeps a row.

mod declaration;
mod encode;
mod parse_query;
mod parse_request;
mod parse_response;
mod reader;
mod sink;
mod tokens;

pub(crate) use encode::{encode, encode_form, measure, measure_form};
pub(crate) use reader::{Reader, Row};
pub(crate) use sink::Sink;

use crate::error::{Error, Refusal};
use crate::message::{Message, Query, Request, Response};

pub(crate) fn parse_message(xml: &[u8]) -> Result<Message<'_>, Error> {
    let mut reader = Reader::document(xml)?;
    let root = reader.root()?;
    let message = match root.name {
        "request" => Message::Request(parse_request::request(&mut reader, &root)?),
        "query" => Message::Query(parse_query::query(&mut reader, &root)?),
        "response" => Message::Response(parse_response::response(&mut reader, &root)?),
        _ => return Err(Error::refused(Refusal::UnknownRoot, root.at)),
    };
    reader.finish()?;
    Ok(message)
}

macro_rules! parse_one {
    ($function:ident, $message:ident, $root:literal, $read:path) => {
        pub(crate) fn $function(xml: &[u8]) -> Result<$message<'_>, Error> {
            let mut reader = Reader::document(xml)?;
            let root = reader.root()?;
            if root.name != $root {
                return Err(Error::refused(Refusal::OtherRoot($root), root.at));
            }
            let message = $read(&mut reader, &root)?;
            reader.finish()?;
            Ok(message)
        }
    };
}

parse_one!(parse_request, Request, "request", parse_request::request);
parse_one!(parse_query, Query, "query", parse_query::query);
parse_one!(parse_response, Response, "response", parse_response::response);
