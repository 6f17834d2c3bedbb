//! Converts between XML and typed messages. Nothing here panics, allocates or recurses, whatever the input is.
//!
//! Reading, from bytes to messages:
//!
//! - `declaration`: the XML declaration
//! - `tokens`: bytes to tags, texts and attributes, by `tokens/compact` (ours) or `tokens/xmlparser` (the crate)
//! - `reader`: pairs the tags, finds attributes, skips what is unknown: any well-formed document
//! - `text_value`: the text of an element or attribute, its references and its bound
//! - `schema`: which children an element has, as tables; `element_name` has their names, `packed` makes both small
//! - `rules`: which children stand together and which must be there
//! - `collect`: reads a message by the schema, in one loop for all of them
//! - `collect/optimistic`: reads an ordinary document without the stages above, on 64 bits
//! - `convert`: turns what was collected into messages and rows
//! - `reading`: reads a document that comes in pieces; `position` and `name_stack` are what it remembers of them
//! - `pieces`: what it hands out of a response
//! - `object`: what it hands out of an IP phone object, which is read in no other way
//! - `provisioning`: what it hands out of the file of a phone, which is read in no other way
//! - `parse_vip`: reads the answers of VIP User Services over `reader`
//!
//! Writing, from messages to bytes:
//!
//! - `encode`: elements and escapes, in the order of the service's DTD
//! - `sink`: where they go: a buffer, a form body, or a counter
//!
//! A document is checked once. Lists and texts read from the checked bytes later on and find nothing to refuse.

mod collect;
mod convert;
mod declaration;
mod element_name;
mod encode;
#[cfg(feature = "compact")]
mod name_stack;
#[cfg(feature = "phonexml")]
mod object;
mod packed;
#[cfg(feature = "vip")]
pub(crate) mod parse_vip;
#[cfg(feature = "compact")]
mod pieces;
#[cfg(feature = "compact")]
mod position;
#[cfg(feature = "provisioning")]
mod provisioning;
mod reader;
#[cfg(feature = "compact")]
mod reading;
mod rules;
mod schema;
mod sink;
mod text_value;
mod tokens;

use collect::Collected;
use element_name::ElementName;
pub(crate) use encode::{Encode, encode, encode_form, measure, measure_form};
#[cfg(feature = "phonexml")]
pub(crate) use object::{Objects, POSITIONS, Walk, is_page, position, priority};
#[cfg(feature = "phonexml")]
pub(crate) type ObjectReading = reading::Reading<Objects>;
#[cfg(feature = "compact")]
pub(crate) use pieces::Reading;
#[cfg(feature = "compact")]
pub use pieces::{Piece, PieceReader};
#[cfg(feature = "provisioning")]
pub(crate) use provisioning::PhoneFile;
#[cfg(feature = "provisioning")]
pub(crate) type PhoneFileReading = reading::Reading<PhoneFile>;
pub(crate) use reader::{ReadRow, Reader};
use schema::ContentModel;
pub(crate) use schema::Context;
pub(crate) use sink::Sink;
use tokens::Refused;

use crate::error::{Error, Field, Refusal};
use crate::message::{Message, Query, Request, Response};

#[inline(never)]
pub(crate) fn parse_message(xml: &[u8]) -> Result<Message<'_>, Error> {
    let mut collected = Collected::NOTHING;
    let root = read(xml, ElementName::Other, &mut collected)?;
    Ok(convert::message(root, &collected))
}

macro_rules! parse_one {
    ($function:ident, $message:ident, $convert:path) => {
        pub(crate) fn $function(xml: &[u8]) -> Result<$message<'_>, Error> {
            let mut collected = Collected::NOTHING;
            read(xml, ElementName::$message, &mut collected)?;
            Ok($convert(&collected))
        }
    };
}

parse_one!(parse_request, Request, convert::request);
parse_one!(parse_query, Query, convert::query);
parse_one!(parse_response, Response, convert::response);

/// Reads a message with this root, or any if `wanted` is [`ElementName::Other`]; returns the root.
fn read<'a>(
    xml: &'a [u8],
    wanted: ElementName,
    collected: &mut Collected<'a>,
) -> Result<ElementName, Refused> {
    #[cfg(all(feature = "optimistic", target_pointer_width = "64"))]
    {
        if let Some(root) = collect::optimistic::read(xml, wanted, collected) {
            return Ok(root);
        }
        *collected = Collected::NOTHING;
    }
    reader::document(xml, |reader, root| {
        let is_wanted =
            root.element != ElementName::Other && (wanted == ElementName::Other || wanted == root.element);
        if let (true, ContentModel::Elements(context)) = (is_wanted, root.content) {
            return reader.collect(context, collected).map(|()| root.element);
        }
        let refusal = match wanted {
            ElementName::Request => Refusal::OtherRoot(Field::Request),
            ElementName::Query => Refusal::OtherRoot(Field::Query),
            ElementName::Response => Refusal::OtherRoot(Field::Response),
            _ => Refusal::UnknownRoot,
        };
        Err(reader.refuse(refusal, reader.at()))
    })
}
