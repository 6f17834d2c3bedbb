//! What IP phone objects hold, and how they are read (PROTOCOL.md section 15): one grammar for a document that is read
//! whole and for one that comes in pieces. What a strict reader refuses, a lenient one remembers and reads on.

use super::element_name::ElementName;
use super::position::Position;
use super::reader::Reader;
use super::reading::{Document, Grammar, Open};
use super::schema::Context;
use super::text_value::TextKind;
use super::tokens::{Stop, Token};
use crate::bytes::same;
use crate::error::{Error, Field, Limit, Refusal};
use crate::phonexml::{
    DirectoryEntry, ExecuteItem, InputFlags, InputItem, Key, KeyItem, Kind, MenuItem, Mode, Piece, Priority,
    ResponseItem, SoftKeyItem, Start, index_of,
};
use crate::text::{Text, append};

/// A text of an object, in an element or an attribute.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) field: Field,
    /// How many characters it may have; 0 for any number.
    pub(super) limit: u16,
    pub(super) required: bool,
}

/// An element inside the root.
struct Element {
    part: &'static Part,
    content: Content,
}

/// What is read of an element inside the root.
#[derive(Clone, Copy)]
enum Content {
    /// A text, once.
    Text(Slot),
    /// Rows of texts, of which so many are allowed.
    Item(ItemKind, u16),
}

/// The texts of an object, one bit each in [`Objects::seen`].
#[derive(Clone, Copy)]
enum Slot {
    Title = 1,
    Prompt = 2,
    Text = 4,
    Url = 8,
    Timer = 16,
}

/// The rows of objects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ItemKind {
    /// The rows that an object is about; which ones, its kind says.
    Menu,
    Input,
    Directory,
    Execute,
    Response,
    SoftKey,
    Key,
}

/// How many texts a row has at most.
const PARTS: usize = 4;

const fn part(name: &'static str, field: Field, limit: u16, required: bool) -> Part {
    Part { name, field, limit, required }
}

pub(super) static TITLE: Part = part("Title", Field::Title, 32, false);
pub(super) static PROMPT: Part = part("Prompt", Field::Prompt, 32, false);
pub(super) static TEXT: Part = part("Text", Field::ObjectText, 4000, false);
pub(super) static STATUS_TEXT: Part = part("Text", Field::ObjectText, 0, false);
pub(super) static URL: Part = part("URL", Field::Url, 256, true);
pub(super) static TIMER: Part = part("Timer", Field::Timer, 0, false);
pub(super) static APP_ID: Part = part("appId", Field::ObjectAppId, 64, false);
pub(super) static NUMBER: Part = part("Number", Field::ErrorNumber, 0, true);

/// The texts of each row, in the order in which they are written.
pub(super) static MENU_ITEM: [Part; 2] =
    [part("Name", Field::Name, 64, false), part("URL", Field::Url, 256, true)];
pub(super) static INPUT_ITEM: [Part; PARTS] = [
    part("DisplayName", Field::DisplayName, 32, false),
    part("QueryStringParam", Field::QueryStringParam, 32, true),
    part("DefaultValue", Field::DefaultValue, 32, false),
    part("InputFlags", Field::InputFlags, 0, false),
];
pub(super) static DIRECTORY_ENTRY: [Part; 2] =
    [part("Name", Field::Name, 32, false), part("Telephone", Field::Telephone, 32, false)];
pub(super) static SOFT_KEY_ITEM: [Part; PARTS] = [
    part("Name", Field::Name, 32, false),
    part("URL", Field::Url, 256, true),
    part("URLDown", Field::UrlDown, 256, false),
    part("Position", Field::Position, 0, true),
];
pub(super) static KEY_ITEM: [Part; 3] = [
    part("Key", Field::Key, 0, true),
    part("URL", Field::Url, 256, true),
    part("URLDown", Field::UrlDown, 256, false),
];
/// Attributes, as are those of a `ResponseItem`.
pub(super) static EXECUTE_ITEM: [Part; 2] =
    [part("URL", Field::ExecuteUrl, 256, true), part("Priority", Field::Priority, 0, false)];
pub(super) static RESPONSE_ITEM: [Part; 3] = [
    part("Status", Field::ResponseStatus, 0, true),
    part("Data", Field::ResponseData, 0, false),
    part("URL", Field::ResponseUrl, 256, false),
];

/// The names of rows.
static MENU: Part = part("MenuItem", Field::MenuItem, 0, false);
static INPUT: Part = part("InputItem", Field::InputItem, 0, false);
static DIRECTORY: Part = part("DirectoryEntry", Field::DirectoryEntry, 0, false);
static EXECUTE: Part = part("ExecuteItem", Field::ExecuteItem, 0, false);
static RESPONSE: Part = part("ResponseItem", Field::ResponseItem, 0, false);
static SOFT_KEY: Part = part("SoftKeyItem", Field::SoftKeyItem, 0, false);
static KEY: Part = part("KeyItem", Field::KeyItem, 0, false);

impl ItemKind {
    const fn parts(self) -> &'static [Part] {
        match self {
            Self::Menu => &MENU_ITEM,
            Self::Input => &INPUT_ITEM,
            Self::Directory => &DIRECTORY_ENTRY,
            Self::Execute => &EXECUTE_ITEM,
            Self::Response => &RESPONSE_ITEM,
            Self::SoftKey => &SOFT_KEY_ITEM,
            Self::Key => &KEY_ITEM,
        }
    }

    /// Returns true if the texts of the row are attributes.
    const fn is_attributes(self) -> bool {
        matches!(self, Self::Execute | Self::Response)
    }
}

/// How many rows of each kind an object may have.
pub(super) const SOFT_KEYS: u16 = 16;
pub(super) const KEYS: u16 = 32;
pub(super) const MENU_ITEMS: u16 = 100;
pub(super) const ICON_MENU_ITEMS: u16 = 32;
pub(super) const INPUT_ITEMS: u16 = 5;
pub(super) const DIRECTORY_ENTRIES: u16 = 32;
pub(super) const EXECUTE_ITEMS: u16 = 3;
pub(super) const RESPONSE_ITEMS: u16 = 3;

/// What is known inside each root, and inside every root with a screen.
static OF_SCREENS: [Element; 4] = [
    Element { part: &TITLE, content: Content::Text(Slot::Title) },
    Element { part: &PROMPT, content: Content::Text(Slot::Prompt) },
    Element { part: &SOFT_KEY, content: Content::Item(ItemKind::SoftKey, SOFT_KEYS) },
    Element { part: &KEY, content: Content::Item(ItemKind::Key, KEYS) },
];
static OF_TEXT: [Element; 1] = [Element { part: &TEXT, content: Content::Text(Slot::Text) }];
static OF_INPUT: [Element; 2] = [
    Element { part: &URL, content: Content::Text(Slot::Url) },
    Element { part: &INPUT, content: Content::Item(ItemKind::Input, INPUT_ITEMS) },
];
static OF_MENU: [Element; 1] = [Element { part: &MENU, content: Content::Item(ItemKind::Menu, MENU_ITEMS) }];
static OF_ICON_MENU: [Element; 1] =
    [Element { part: &MENU, content: Content::Item(ItemKind::Menu, ICON_MENU_ITEMS) }];
static OF_DIRECTORY: [Element; 1] =
    [Element { part: &DIRECTORY, content: Content::Item(ItemKind::Directory, DIRECTORY_ENTRIES) }];
static OF_EXECUTE: [Element; 1] =
    [Element { part: &EXECUTE, content: Content::Item(ItemKind::Execute, EXECUTE_ITEMS) }];
static OF_RESPONSE: [Element; 1] =
    [Element { part: &RESPONSE, content: Content::Item(ItemKind::Response, RESPONSE_ITEMS) }];
static OF_STATUS: [Element; 2] = [
    Element { part: &STATUS_TEXT, content: Content::Text(Slot::Text) },
    Element { part: &TIMER, content: Content::Text(Slot::Timer) },
];

/// Returns the element of that name inside an object of the kind.
#[inline(never)]
fn element(kind: Kind, name: &[u8]) -> Option<&'static Element> {
    let own: &'static [Element] = match kind {
        Kind::Text => &OF_TEXT,
        Kind::Input => &OF_INPUT,
        Kind::Menu => &OF_MENU,
        Kind::IconMenu => &OF_ICON_MENU,
        Kind::Directory => &OF_DIRECTORY,
        Kind::Execute => &OF_EXECUTE,
        Kind::Response => &OF_RESPONSE,
        Kind::Status => &OF_STATUS,
        _ => &[],
    };
    let of_screens: &'static [Element] = if kind.has_screen() { &OF_SCREENS } else { &[] };
    own.iter().chain(of_screens).find(|element| same(element.part.name.as_bytes(), name))
}

/// The values of a `Position`, -1 for any.
pub(crate) const POSITIONS: &str = "-1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 ";
const PRIORITIES: &str = "0 1 2 ";
const ERROR_NUMBERS: &str = "1 2 3 4 ";

/// Returns true if a text is one that its field can have.
pub(super) fn is_value(field: Field, text: &Text<'_>) -> bool {
    let words = match field {
        Field::Position => POSITIONS,
        Field::InputFlags => InputFlags::SPELLINGS,
        Field::Key => Key::NAMES,
        Field::Priority => PRIORITIES,
        Field::ErrorNumber => ERROR_NUMBERS,
        Field::Timer | Field::ResponseStatus => return number(text).is_some(),
        Field::UrlDown => return !is_page(text),
        Field::ExecuteUrl => return index_of("SoftKey Notify ", text.split(':').0).is_none(),
        _ => return true,
    };
    index_of(words, *text).is_some()
}

/// Reads a number of digits only.
pub(crate) fn number(text: &Text<'_>) -> Option<u16> {
    let mut chars = text.chars();
    let first = append(0, 10, chars.next())?;
    u16::try_from(chars.try_fold(first, |number, c| append(number, 10, Some(c)))?).ok()
}

/// Reads a position, 1 to 16; nothing for any.
pub(crate) fn position(text: &Text<'_>) -> Option<u8> {
    u8::try_from(index_of(POSITIONS, *text)?).ok().filter(|index| *index > 0)
}

pub(crate) fn priority(text: &Text<'_>) -> Priority {
    match index_of(PRIORITIES, *text) {
        Some(1) => Priority::WhenIdle,
        Some(2) => Priority::OnlyIfIdle,
        _ => Priority::AtOnce,
    }
}

/// Returns true for a URI that loads a page.
pub(crate) fn is_page(text: &Text<'_>) -> bool {
    let mut chars = text.chars().map(|c| c.to_ascii_lowercase());
    let is_http = "http".chars().all(|c| chars.next() == Some(c));
    is_http && matches!((chars.next(), chars.next()), (Some(':'), _) | (Some('s'), Some(':')))
}

/// What is known of an object while it is read.
#[derive(Clone)]
pub(crate) struct Objects {
    mode: Mode,
    kind: Kind,
    root: Position,
    /// Which texts were seen, by their [`Slot`]s.
    seen: u8,
    /// How many rows were read.
    items: u16,
    soft_keys: u16,
    keys: u16,
    /// An `ExecuteItem` loads a page.
    page: bool,
    /// What a strict reader would have refused first.
    tolerated: Option<(Refusal, usize)>,
}

impl Objects {
    pub(crate) const fn new(mode: Mode) -> Self {
        Self {
            mode,
            kind: Kind::Error,
            root: Position::START,
            seen: 0,
            items: 0,
            soft_keys: 0,
            keys: 0,
            page: false,
            tolerated: None,
        }
    }

    /// Returns what a strict reader would have refused first.
    pub(crate) fn tolerated(&self) -> Option<Error> {
        self.tolerated.map(|(reason, at)| Error::refused(reason, at))
    }

    /// Refuses what only a strict reader refuses; a lenient one remembers the first.
    fn fault(&mut self, reader: &mut Reader<'_>, refusal: Refusal, at: usize) -> Result<(), Stop> {
        if self.mode == Mode::Strict {
            return Err(reader.refuse(refusal, at));
        }
        // Of what comes once more with more bytes, the first stays the same.
        self.tolerated.get_or_insert((refusal, at));
        Ok(())
    }

    /// Takes an element that is not known. Of an object with a picture it may be one.
    fn unknown(&mut self, reader: &mut Reader<'_>, at: usize) -> Result<(), Stop> {
        if self.kind.has_picture() { Ok(()) } else { self.fault(reader, Refusal::UnknownElement, at) }
    }

    /// Checks a text against its bound and its values.
    fn check(
        &mut self,
        reader: &mut Reader<'_>,
        part: &Part,
        text: Option<Text<'_>>,
        at: usize,
    ) -> Result<(), Stop> {
        let refusal = match text {
            None if part.required => Refusal::Missing(part.field),
            Some(text) if is_over(part, &text) => Refusal::TooLong(part.field, Limit::Characters(part.limit)),
            Some(text) if !is_value(part.field, &text) => Refusal::Value(part.field),
            _ => return Ok(()),
        };
        self.fault(reader, refusal, at)
    }

    /// Reads a text inside the root, whose start tag was read.
    #[inline(never)]
    fn text<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        part: &Part,
        slot: Slot,
        at: usize,
        piece: &mut Option<Piece<'p>>,
    ) -> Result<(), Stop> {
        let bit = slot as u8;
        if self.seen & bit != 0 {
            return Err(reader.refuse(Refusal::Repeated(part.field), at));
        }
        let text = reader.text(part.field, TextKind::Unbounded)?;
        self.check(reader, part, text, at)?;
        self.seen |= bit;
        *piece = text.and_then(|text| {
            Some(match slot {
                Slot::Title => Piece::Title(text),
                Slot::Prompt => Piece::Prompt(text),
                Slot::Text => Piece::Text(text),
                Slot::Url => Piece::Url(text),
                Slot::Timer => Piece::Timer(number(&text)?),
            })
        });
        Ok(())
    }

    /// Reads a row, whose start tag was read.
    #[inline(never)]
    fn item<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        name: &Part,
        (kind, most): (ItemKind, u16),
        at: usize,
        piece: &mut Option<Piece<'p>>,
    ) -> Result<(), Stop> {
        let count = match kind {
            ItemKind::SoftKey => self.soft_keys,
            ItemKind::Key => self.keys,
            _ => self.items,
        };
        if count >= most {
            self.fault(reader, Refusal::TooMany(name.field, most), at)?;
        }
        let parts = kind.parts();
        let mut texts = [None; PARTS];
        if kind.is_attributes() {
            for (part, text) in parts.iter().zip(&mut texts) {
                *text = reader.optional_attribute(part.name, part.field)?;
                self.check(reader, part, *text, at)?;
            }
        }
        let mut seen = 0_u8;
        while reader.next()?.is_some() {
            let (name, at) = (reader.name(), reader.at());
            let elements = if kind.is_attributes() { &[] } else { parts };
            let known = elements
                .iter()
                .zip(&mut texts)
                .zip(0_u8..)
                .find(|((part, _), _)| same(part.name.as_bytes(), name));
            let Some(((part, text), index)) = known else {
                self.unknown(reader, at)?;
                reader.skip()?;
                continue;
            };
            if seen >> index & 1 != 0 {
                return Err(reader.refuse(Refusal::Repeated(part.field), at));
            }
            seen |= 1 << index;
            *text = reader.text(part.field, TextKind::Unbounded)?;
            if text.is_some() {
                self.check(reader, part, *text, at)?;
            }
        }
        if !kind.is_attributes() {
            for (part, text) in parts.iter().zip(texts).filter(|(_, text)| text.is_none()) {
                self.check(reader, part, text, at)?;
            }
        }
        if kind == ItemKind::Execute && texts[0].is_some_and(|url| is_page(&url)) {
            if self.page {
                self.fault(reader, Refusal::TwoPages, at)?;
            }
            self.page = true;
        }
        let counter = match kind {
            ItemKind::SoftKey => &mut self.soft_keys,
            ItemKind::Key => &mut self.keys,
            _ => &mut self.items,
        };
        *counter = counter.saturating_add(1);
        *piece = Some(match kind {
            ItemKind::Menu => Piece::MenuItem(MenuItem(texts)),
            ItemKind::Input => Piece::InputItem(InputItem(texts)),
            ItemKind::Directory => Piece::DirectoryEntry(DirectoryEntry(texts)),
            ItemKind::Execute => Piece::ExecuteItem(ExecuteItem(texts)),
            ItemKind::Response => Piece::ResponseItem(ResponseItem(texts)),
            ItemKind::SoftKey => Piece::SoftKeyItem(SoftKeyItem(texts)),
            ItemKind::Key => Piece::KeyItem(KeyItem(texts)),
        });
        Ok(())
    }
}

/// Returns true for a text over its bound.
pub(super) fn is_over(part: &Part, text: &Text<'_>) -> bool {
    part.limit > 0 && text.chars().count() > usize::from(part.limit)
}

impl Grammar for Objects {
    type Piece<'p> = Piece<'p>;

    fn more<'p>() -> Piece<'p> {
        Piece::More
    }

    fn end<'p>() -> Piece<'p> {
        Piece::End
    }

    #[inline(never)]
    fn root<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        _: ElementName,
        position: Position,
        piece: &mut Option<Piece<'p>>,
    ) -> Result<(), Stop> {
        let at = position.at;
        let Some(kind) = Kind::of_root(reader.name()) else {
            return Err(reader.refuse(Refusal::UnknownObject, at));
        };
        let app_id = if kind.has_screen() {
            let app_id = reader.optional_attribute(APP_ID.name, APP_ID.field)?;
            self.check(reader, &APP_ID, app_id, at)?;
            app_id
        } else {
            None
        };
        let mut error_number = None;
        if kind == Kind::Error {
            let text = reader.optional_attribute(NUMBER.name, NUMBER.field)?;
            self.check(reader, &NUMBER, text, at)?;
            error_number = text.as_ref().and_then(number);
        }
        self.kind = kind;
        self.root = position;
        *piece = Some(Piece::Start(Start { kind, app_id, error_number }));
        Ok(())
    }

    #[inline(never)]
    fn inside<'p>(
        &mut self,
        open: &mut Open,
        reader: &mut Reader<'p>,
        _: (Position, &str),
        piece: &mut Option<Piece<'p>>,
    ) -> Result<(), Stop> {
        match open.token(reader, Context::Ignored)? {
            Token::Start(child) => {
                let (at, name) = reader.token_at();
                reader.start(child)?;
                if open.depth() == 1 {
                    match element(self.kind, name).map(|element| (element.part, element.content)) {
                        Some((part, Content::Text(slot))) => return self.text(reader, part, slot, at, piece),
                        Some((part, Content::Item(kind, most))) => {
                            return self.item(reader, part, (kind, most), at, piece);
                        }
                        None => self.unknown(reader, at)?,
                    }
                }
                open.push(reader, name, at)
            }
            Token::End => {
                open.pop();
                let url = Slot::Url as u8;
                if open.depth() == 0 && self.kind == Kind::Input && self.seen & url == 0 {
                    self.fault(reader, Refusal::Missing(Field::Url), self.root.at)?;
                }
                Ok(())
            }
            Token::Text => reader.other_text(),
            Token::Checked => Ok(()),
            Token::Nothing => Err(reader.cut_short()),
        }
    }

    fn kept(&self, at: usize) -> Option<Position> {
        Some(self.root).filter(|root| root.at == at)
    }
}

/// The pieces of a document that is whole, one after the other.
#[derive(Clone)]
pub(crate) struct Walk<'a> {
    rest: &'a str,
    here: Position,
    document: Document<Objects>,
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(document: &'a str, mode: Mode) -> Self {
        Self { rest: document, here: Position::START, document: Document::new(Objects::new(mode)) }
    }

    /// Returns what comes next.
    pub(crate) fn next(&mut self) -> Result<Piece<'a>, Error> {
        let mut piece = None;
        loop {
            let starts = self.here.at == 0;
            self.document.step(&mut self.rest, &mut self.here, true, &mut piece)?;
            if let Some(piece) = piece {
                return Ok(piece);
            }
            if starts && let Some(at) = self.document.not_ascii(self.here, self.rest) {
                return Err(Error::refused(Refusal::NotAscii, at));
            }
        }
    }

    /// Returns what a strict reader would have refused first.
    pub(crate) fn tolerated(&self) -> Option<Error> {
        self.document.grammar.tolerated()
    }
}
