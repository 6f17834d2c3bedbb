//! A page while it is loaded: what of its head a phone obeys, then its body. It must hand out nothing of a body that is
//! neither an object nor a text.

use super::{ContentType, Refresh};
use crate::http::Status;
use crate::phonexml;

/// What a phone obeys of the head of an answer. Cookies are not among it: the login application needs none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Head<'a> {
    /// The status.
    pub status: Status,
    /// `Content-Type`; without one, nothing is said of the body.
    pub content_type: ContentType,
    /// `Refresh`, if it is there.
    pub refresh: Option<Refresh<'a>>,
    /// `Location`, if it is there.
    pub location: Option<&'a str>,
    /// `Expires` is there. Whoever has no clock takes such a page for expired.
    pub expires: bool,
}

impl<'a> Head<'a> {
    pub(crate) fn read(status: Status, fields: &[httparse::Header<'a>]) -> Self {
        let value = |name: &str| {
            let field = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
            core::str::from_utf8(field.value).ok()
        };
        Self {
            status,
            content_type: ContentType::parse(value("Content-Type").unwrap_or_default()),
            refresh: value("Refresh").map(Refresh::parse),
            location: value("Location"),
            expires: value("Expires").is_some(),
        }
    }
}

/// A part of a page, as a [`Session`](crate::session::Session) hands it out that was started for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PagePart<'p> {
    /// The head, also of an answer with another status than 200.
    Head(Head<'p>),
    /// A piece of an object.
    Piece(phonexml::Piece<'p>),
    /// Bytes of a text that is shown as it is.
    Text(&'p [u8]),
}
