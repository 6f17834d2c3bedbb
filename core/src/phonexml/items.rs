//! The rows of objects, and lists of them: over a document that was checked, or over a caller's slice.

use core::fmt;

use super::Mode;
use super::flags::InputFlags;
use super::keys::Key;
use super::pieces::Piece;
use super::uri::Uri;
use crate::secret::Secret;
use crate::text::{Text, number};
use crate::wire::{POSITIONS, Walk, position, priority};

/// The texts of an item, in the order of its table in `wire::object`. (Code size: all items are alike in memory, so that one
/// piece of code makes them all; what a text stands for is found when it is asked for.)
pub(crate) type Texts<'a> = [Option<Text<'a>>; 4];

macro_rules! items {
    ($($(#[$doc:meta])* $item:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = |$texts:ident| $value:expr,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $item<'a>(pub(crate) Texts<'a>);

        impl<'a> $item<'a> {
            $(
                $(#[$field_doc])*
                pub fn $field(&self) -> $type {
                    let $texts = &self.0;
                    $value
                }
            )*
        }

        impl<'a> Item<'a> for $item<'a> {}

        impl<'a> OfPiece<'a> for $item<'a> {
            fn of(piece: Piece<'a>) -> Option<Self> {
                match piece {
                    Piece::$item(item) => Some(item),
                    _ => None,
                }
            }

            fn texts(&self) -> &Texts<'a> {
                &self.0
            }
        }
    )*};
}

/// Shows items by what their texts stand for.
macro_rules! debug {
    ($($item:ident { $($field:ident)* })*) => {$(
        impl fmt::Debug for $item<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($item))$(.field(stringify!($field), &self.$field()))*.finish()
            }
        }

        #[cfg(feature = "defmt")]
        impl defmt::Format for $item<'_> {
            fn format(&self, f: defmt::Formatter<'_>) {
                defmt::write!(f, "{=str}", stringify!($item));
                $(defmt::write!(f, " {=str}: {}", stringify!($field), self.$field());)*
            }
        }
    )*};
}

items! {
    /// An item of a menu.
    MenuItem {
        /// `Name`, up to 64 characters; empty if it is blank. Two line feeds in it ask for three lines.
        name: Text<'a> = |texts| or_empty(texts[0]),
        /// `URL`: what choosing it does. Only a lenient reader hands out an item without.
        url: Option<Text<'a>> = |texts| texts[1],
    }
    /// A field that a person fills in.
    InputItem {
        /// `DisplayName`, up to 32 characters; empty if it is blank.
        display_name: Text<'a> = |texts| or_empty(texts[0]),
        /// `QueryStringParam`: the name of the parameter, up to 32 characters. Only a lenient reader hands out a field without.
        query_string_param: Option<Text<'a>> = |texts| texts[1],
        /// `DefaultValue`, up to 32 characters: what is in the field at first.
        default_value: Option<Text<'a>> = |texts| texts[2],
        /// `InputFlags`: what may be typed. Where they are missing or none that is known, plain text; any `P` in them, in
        /// either case, hides the field.
        flags: InputFlags = |texts| texts[3].map_or(InputFlags::PLAIN_TEXT, InputFlags::lenient),
    }
    /// An entry of a directory.
    DirectoryEntry {
        /// `Name`, up to 32 characters; empty if it is blank.
        name: Text<'a> = |texts| or_empty(texts[0]),
        /// `Telephone`, up to 32 characters: the number to call; empty if it is blank.
        telephone: Text<'a> = |texts| or_empty(texts[1]),
    }
    /// A softkey. An object with one has none of the phone's own.
    SoftKeyItem {
        /// `Name`, up to 32 characters; empty if it is blank.
        name: Text<'a> = |texts| or_empty(texts[0]),
        /// `URL`: what releasing it does. Only a lenient reader hands out a softkey without.
        url: Option<Text<'a>> = |texts| texts[1],
        /// `URLDown`: what pressing it does, an internal URI.
        url_down: Option<Text<'a>> = |texts| texts[2],
        /// `Position`, 1 to 16. `None` is any: -1, or no valid one, which a lenient reader takes.
        position: Option<u8> = |texts| position(&texts[3]?),
    }
    /// A key that does something on this page.
    KeyItem {
        /// `Key`: which key. Only a lenient reader hands out an item without.
        key: Option<Key> = |texts| Key::read(texts[0]?),
        /// `URL`: what releasing it does. Only a lenient reader hands out an item without.
        url: Option<Text<'a>> = |texts| texts[1],
        /// `URLDown`: what pressing it does, an internal URI.
        url_down: Option<Text<'a>> = |texts| texts[2],
    }
    /// Something that a phone is told to do.
    ExecuteItem {
        /// `URL`: what is to be done. Only a lenient reader hands out an item without.
        url: Option<Text<'a>> = |texts| texts[0],
        /// `Priority`: when. Where it is missing, or none that a lenient reader knows, at once.
        priority: Priority = |texts| priority(&or_empty(texts[1])),
    }
    /// What became of something that a phone was told to do.
    ResponseItem {
        /// `Status`: 0 done, 1 not read, 4 URI not found, 6 internal error. Only a lenient reader hands out an item without.
        status: Option<u16> = |texts| number(&texts[0]?),
        /// `Data`: the phone's words for it; empty if it is blank.
        data: Text<'a> = |texts| or_empty(texts[1]),
        /// `URL`: what was to be done; empty if it is blank.
        url: Text<'a> = |texts| or_empty(texts[2]),
    }
}

debug! {
    MenuItem { name url }
    DirectoryEntry { name telephone }
    SoftKeyItem { name url url_down position }
    KeyItem { key url url_down }
    ExecuteItem { url priority }
    ResponseItem { status data url }
}

/// Returns a text that a caller gave, unless it is blank.
fn given<'a>(text: impl Into<Text<'a>>) -> Option<Text<'a>> {
    Some(text.into()).filter(|text| !text.is_blank())
}

fn or_empty(text: Option<Text<'_>>) -> Text<'_> {
    text.unwrap_or(Text::EMPTY)
}

/// When an [`ExecuteItem`] that loads a page is carried out. It says nothing about other URIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Priority {
    /// 0: at once.
    #[default]
    AtOnce,
    /// 1: when the phone is idle.
    WhenIdle,
    /// 2: only if the phone is idle now.
    OnlyIfIdle,
}

impl Priority {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "0",
            Self::WhenIdle => "1",
            Self::OnlyIfIdle => "2",
        }
    }
}

impl<'a> MenuItem<'a> {
    /// Makes an item.
    pub fn new(name: impl Into<Text<'a>>, url: impl Into<Text<'a>>) -> Self {
        Self([given(name), given(url), None, None])
    }
}

impl<'a> InputItem<'a> {
    /// Makes an empty field.
    pub fn new(
        display_name: impl Into<Text<'a>>,
        query_string_param: impl Into<Text<'a>>,
        flags: InputFlags,
    ) -> Self {
        let flags = Text::from(flags.as_str());
        Self([given(display_name), given(query_string_param), None, Some(flags)])
    }

    /// Sets what is in the field at first.
    #[must_use]
    pub fn with_default_value(mut self, value: impl Into<Text<'a>>) -> Self {
        self.0[2] = given(value);
        self
    }
}

impl<'a> DirectoryEntry<'a> {
    /// Makes an entry.
    pub fn new(name: impl Into<Text<'a>>, telephone: impl Into<Text<'a>>) -> Self {
        Self([given(name), given(telephone), None, None])
    }
}

impl<'a> SoftKeyItem<'a> {
    /// Makes a softkey at a position of 1 to 16, or at any. Another one is refused when it is written.
    pub fn new(name: impl Into<Text<'a>>, url: impl Into<Text<'a>>, position: impl Into<Option<u8>>) -> Self {
        let position = match position.into() {
            None => "-1",
            // What is no position is refused when it is written.
            Some(0) => "0",
            Some(position) => {
                POSITIONS.split(' ').nth(position.into()).filter(|it| !it.is_empty()).unwrap_or("0")
            }
        };
        Self([given(name), given(url), None, Some(Text::from(position))])
    }

    /// Sets what pressing it does.
    #[must_use]
    pub fn with_url_down(mut self, uri: impl Into<Text<'a>>) -> Self {
        self.0[2] = given(uri);
        self
    }
}

impl<'a> KeyItem<'a> {
    /// Binds a key.
    pub fn new(key: Key, url: impl Into<Text<'a>>) -> Self {
        Self([Some(Text::from(key.name())), given(url), None, None])
    }

    /// Sets what pressing it does.
    #[must_use]
    pub fn with_url_down(mut self, uri: impl Into<Text<'a>>) -> Self {
        self.0[2] = given(uri);
        self
    }
}

impl<'a> ExecuteItem<'a> {
    /// Makes an item that is carried out at once.
    pub fn new(url: impl Into<Text<'a>>) -> Self {
        Self([given(url), None, None, None])
    }

    /// Sets when it is carried out.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.0[1] = Some(Text::from(priority.as_str()));
        self
    }
}

impl<'a> ResponseItem<'a> {
    /// Makes an item. `status` is a number in digits, such as 0 for what was done.
    pub fn new(status: impl Into<Text<'a>>, data: impl Into<Text<'a>>, url: impl Into<Text<'a>>) -> Self {
        Self([given(status), given(data), given(url), None])
    }
}

macro_rules! uris {
    ($($item:ident)*) => {$(
        impl<'a> $item<'a> {
            /// Returns its `URL` by what it does.
            pub fn uri(&self) -> Option<Uri<'a>> {
                self.url().map(Uri::from)
            }
        }
    )*};
}

uris!(MenuItem SoftKeyItem KeyItem ExecuteItem);

/// With the default value of a hidden field masked.
impl fmt::Debug for InputItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("InputItem");
        shown
            .field("display_name", &self.display_name())
            .field("query_string_param", &self.query_string_param());
        match self.default_value() {
            Some(_) if self.flags().is_password => shown.field("default_value", &Some(Secret::from(""))),
            value => shown.field("default_value", &value),
        };
        shown.field("flags", &self.flags()).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for InputItem<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "InputItem display_name: {} query_string_param: {}",
            self.display_name(),
            self.query_string_param()
        );
        match self.default_value() {
            Some(_) if self.flags().is_password => defmt::write!(f, " default_value: ***"),
            value => defmt::write!(f, " default_value: {}", value),
        }
        defmt::write!(f, " flags: {}", self.flags());
    }
}

/// What [`Items`] can hold. This trait is sealed.
pub trait Item<'a>: Copy + OfPiece<'a> {}

/// How an item is found in a document. It seals that trait, as it cannot be named outside this crate.
pub trait OfPiece<'a>: Sized {
    /// Returns the item that was handed out, if it is one of this type.
    #[doc(hidden)]
    fn of(piece: Piece<'a>) -> Option<Self>;

    /// Returns the texts of the item.
    #[doc(hidden)]
    fn texts(&self) -> &Texts<'a>;
}

/// A list of an object. A parsed one reads its items from the document each time; one to be sent is made from a slice or an
/// array.
///
/// ```
/// use hotdesk_core::phonexml::{Items, MenuItem};
///
/// let items = [MenuItem::new("Sales", "http://10.0.2.2/sales"), MenuItem::new("Stock", "http://10.0.2.2/stock")];
/// let list = Items::from(&items);
/// assert_eq!(list.iter().count(), 2);
/// assert!(list.into_iter().any(|item| item.name() == "Stock"));
/// ```
#[derive(Clone, Copy)]
pub struct Items<'a, T>(Source<'a, T>);

#[derive(Clone, Copy)]
enum Source<'a, T> {
    /// A document that was checked.
    Document(&'a str),
    Slice(&'a [T]),
}

impl<'a, T: Item<'a>> Items<'a, T> {
    pub(super) const fn checked(document: &'a str) -> Self {
        Self(Source::Document(document))
    }

    /// Returns the items in their order. Each call starts at the first.
    pub fn iter(&self) -> ItemsIter<'a, T> {
        ItemsIter(match self.0 {
            Source::Document(document) => ItemSource::Document(Walk::new(document, Mode::Lenient)),
            Source::Slice(items) => ItemSource::Slice(items.iter()),
        })
    }

    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// No items.
impl<T> Default for Items<'_, T> {
    fn default() -> Self {
        Self(Source::Slice(&[]))
    }
}

impl<'a, T: Item<'a>> From<&'a [T]> for Items<'a, T> {
    fn from(items: &'a [T]) -> Self {
        Self(Source::Slice(items))
    }
}

impl<'a, T: Item<'a>, const N: usize> From<&'a [T; N]> for Items<'a, T> {
    fn from(items: &'a [T; N]) -> Self {
        Self(Source::Slice(items))
    }
}

impl<'a, T: Item<'a>> IntoIterator for Items<'a, T> {
    type Item = T;
    type IntoIter = ItemsIter<'a, T>;

    fn into_iter(self) -> ItemsIter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Item<'a>> IntoIterator for &Items<'a, T> {
    type Item = T;
    type IntoIter = ItemsIter<'a, T>;

    fn into_iter(self) -> ItemsIter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Item<'a> + PartialEq> PartialEq for Items<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Item<'a> + Eq> Eq for Items<'a, T> {}

impl<'a, T: Item<'a> + fmt::Debug> fmt::Debug for Items<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(feature = "defmt")]
impl<'a, T: Item<'a> + defmt::Format> defmt::Format for Items<'a, T> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "[");
        self.iter().for_each(|item| defmt::write!(f, "{} ", item));
        defmt::write!(f, "]");
    }
}

/// The items of an [`Items`] that are still to come.
#[derive(Clone)]
pub struct ItemsIter<'a, T>(ItemSource<'a, T>);

#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is no allocator to box with, and one function holds it at a time"
)]
enum ItemSource<'a, T> {
    Document(Walk<'a>),
    Slice(core::slice::Iter<'a, T>),
}

impl<'a, T: Item<'a>> Iterator for ItemsIter<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            ItemSource::Document(walk) => loop {
                // The document was checked by this same code, so there is no error to report.
                match walk.next().ok()? {
                    Piece::End => return None,
                    piece => {
                        if let Some(item) = T::of(piece) {
                            return Some(item);
                        }
                    }
                }
            },
            ItemSource::Slice(items) => items.next().copied(),
        }
    }
}

impl<'a, T: Item<'a> + fmt::Debug> fmt::Debug for ItemsIter<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
