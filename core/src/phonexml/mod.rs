//! The objects of IP phone services: what a phone is sent by the login application, by directories and by any other
//! service (section 15 of [`protocol`](crate::protocol)). It reads and writes them; it shows nothing and follows nothing.
//!
//! [`Object::parse`] reads one that is whole in memory, [`PieceReader`] one that is larger: an item at a time, through a
//! window of the caller's. Pictures are named and skipped.
//!
//! A lenient reader takes what services in the field send (an unknown element, a softkey without `Position`, too many
//! items) and says what of it newer phones refuse; a strict one refuses it.

mod flags;
mod items;
mod keys;
mod object;
mod pieces;
mod uri;

pub use flags::{InputFlags, InputKind};
pub use items::{
    DirectoryEntry, ExecuteItem, InputItem, Item, Items, ItemsIter, KeyItem, MenuItem, Priority,
    ResponseItem, SoftKeyItem,
};
pub use keys::Key;
pub use object::{
    Kind, Object, Parsed, PhoneDirectory, PhoneError, PhoneExecute, PhoneInput, PhoneMenu, PhonePicture,
    PhoneResponse, PhoneStatus, PhoneText, Screen,
};
pub use pieces::{Piece, PieceReader, Start};
pub use uri::{Dial, Init, SoftKey, Uri};

use crate::text::Text;

/// How much a reader takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Mode {
    /// What services in the field send. What a strict reader refuses first is remembered.
    #[default]
    Lenient,
    /// What phones from firmware 8.3(2) on take.
    Strict,
}

/// Returns which of `names` a name is; each has a blank behind it.
pub(crate) fn index_of(names: &str, name: &Text<'_>) -> Option<usize> {
    index_of_any_case(names, name, 0)
}

/// The same for `names` in small letters and a name in any case, with [`CASE`]; without it, `case` is 0.
#[inline(never)]
pub(crate) fn index_of_any_case(names: &str, name: &Text<'_>, case: u32) -> Option<usize> {
    let (mut chars, mut is_same) = (name.chars(), true);
    let mut index = 0_usize;
    for byte in names.bytes() {
        if byte != b' ' {
            is_same &= chars.next().map(|c| u32::from(c) | case) == Some(u32::from(byte));
        } else if is_same && chars.next().is_none() {
            return Some(index);
        } else {
            (chars, is_same) = (name.chars(), true);
            index = index.saturating_add(1);
        }
    }
    None
}

/// The bit that small letters of ASCII have and large ones do not.
pub(crate) const CASE: u32 = 0x20;
