//! What IP phone objects hold, and how they are read (PROTOCOL.md section 15): one grammar for a document that is read
//! whole and for one that comes in pieces. What a strict reader refuses, a lenient one remembers and reads on.

use super::element_name::ElementName;
use super::position::Position;
use super::reader::Reader;
use super::reading::{Document, Grammar, Open};
use super::schema::Context;
use super::text_value::{TextKind, TextValue};
use super::tokens::{Stop, Token};
use crate::bytes::same;
use crate::error::{Error, Field, Limit, Refusal};
use crate::phonexml::{
    CASE, DirectoryEntry, ExecuteItem, InputFlags, InputItem, Key, KeyItem, Kind, MenuItem, Mode, Piece,
    Priority, ResponseItem, SoftKeyItem, Start, index_of, index_of_any_case,
};
use crate::text::{Text, number};

/// A text of an object, in an element or an attribute.
pub(super) struct Part {
    /// Where its name is in [`NAMES`].
    name: u8,
    name_length: u8,
    pub(super) field: Field,
    pub(super) required: bool,
    /// How long it may be; without one, any length.
    pub(super) limit: Option<Limit>,
}

/// The names of all parts, some inside others. (Code size: a part has two bytes for its name, not eight.)
static NAMES: &[u8] = b"TitlePromptTextTimerappIdNumberDisplayNameQueryStringParamDefaultValueInputFlagsTelephoneURLDown\
                      PositionPriorityStatusDataMenuItemInputItemDirectoryEntryExecuteItemResponseItemSoftKeyItem";

/// An element inside the root: a text, or a row of texts.
struct Element {
    part: Part,
    /// How many rows there may be.
    most: u8,
    slot: Slot,
    /// The objects that have it, one bit each.
    kinds: u16,
}

/// What an element inside the root is. Texts are first, and one bit each in [`Objects::seen`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Title,
    Prompt,
    Text,
    Url,
    Timer,
    MenuItem,
    InputItem,
    DirectoryEntry,
    ExecuteItem,
    ResponseItem,
    SoftKeyItem,
    KeyItem,
}

/// How many slots are texts, and how many are rows.
const TEXTS: usize = Slot::MenuItem as usize;
const ROWS: usize = Slot::KeyItem as usize - TEXTS + 1;

/// How many texts a row has at most.
const PARTS: usize = 4;

/// The bit of a row's first text in [`Objects::seen`].
const FIRST_OF_ROW: u16 = 1 << TEXTS;

#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "runs when this crate is compiled, where a panic is an error of the compiler"
)]
const fn part(name: &str, field: Field, limit: Option<Limit>, required: bool) -> Part {
    let name = name.as_bytes();
    let (mut start, mut same) = (0, 0);
    while same < name.len() {
        if NAMES[start + same] == name[same] {
            same += 1;
        } else {
            (start, same) = (start + 1, 0);
        }
    }
    assert!(start < 256, "its place is a byte");
    Part { name: start as u8, name_length: name.len() as u8, field, required, limit }
}

impl Part {
    /// Returns its name on the wire.
    #[inline(never)]
    pub(super) fn name(&self) -> &'static [u8] {
        let start = usize::from(self.name);
        NAMES.get(start..start.saturating_add(self.name_length.into())).unwrap_or_default()
    }
}

pub(super) const TITLE: Part = part("Title", Field::Title, Some(Limit::Label), false);
pub(super) const PROMPT: Part = part("Prompt", Field::Prompt, Some(Limit::Label), false);
pub(super) const TEXT: Part = part("Text", Field::ObjectText, Some(Limit::ObjectText), false);
pub(super) const STATUS_TEXT: Part = part("Text", Field::ObjectText, None, false);
pub(super) const URL: Part = part("URL", Field::Url, Some(Limit::Url), true);
pub(super) const TIMER: Part = part("Timer", Field::Timer, None, false);
pub(super) static APP_ID: Part = part("appId", Field::ObjectAppId, Some(Limit::MenuName), false);
pub(super) static NUMBER: Part = part("Number", Field::ErrorNumber, None, true);

/// The texts of each row, in the order in which they are written.
pub(super) static MENU_ITEM: [Part; 2] = [
    part("Name", Field::Name, Some(Limit::MenuName), false),
    part("URL", Field::Url, Some(Limit::Url), true),
];
pub(super) static INPUT_ITEM: [Part; PARTS] = [
    part("DisplayName", Field::DisplayName, Some(Limit::Label), false),
    part("QueryStringParam", Field::QueryStringParam, Some(Limit::Label), true),
    part("DefaultValue", Field::DefaultValue, Some(Limit::Label), false),
    part("InputFlags", Field::InputFlags, None, false),
];
pub(super) static DIRECTORY_ENTRY: [Part; 2] = [
    part("Name", Field::Name, Some(Limit::Label), false),
    part("Telephone", Field::Telephone, Some(Limit::Label), false),
];
pub(super) static SOFT_KEY_ITEM: [Part; PARTS] = [
    part("Name", Field::Name, Some(Limit::Label), false),
    part("URL", Field::Url, Some(Limit::Url), true),
    part("URLDown", Field::UrlDown, Some(Limit::Url), false),
    part("Position", Field::Position, None, true),
];
pub(super) static KEY_ITEM: [Part; 3] = [
    part("Key", Field::Key, None, true),
    part("URL", Field::Url, Some(Limit::Url), true),
    part("URLDown", Field::UrlDown, Some(Limit::Url), false),
];
/// Attributes, as are those of a `ResponseItem`.
pub(super) static EXECUTE_ITEM: [Part; 2] =
    [part("URL", Field::ExecuteUrl, Some(Limit::Url), true), part("Priority", Field::Priority, None, false)];
pub(super) static RESPONSE_ITEM: [Part; 3] = [
    part("Status", Field::ResponseStatus, None, true),
    part("Data", Field::ResponseData, None, false),
    part("URL", Field::ResponseUrl, Some(Limit::Url), false),
];

/// The texts of each row, in the order of the slots.
static PARTS_OF_ROWS: [&[Part]; ROWS] =
    [&MENU_ITEM, &INPUT_ITEM, &DIRECTORY_ENTRY, &EXECUTE_ITEM, &RESPONSE_ITEM, &SOFT_KEY_ITEM, &KEY_ITEM];

/// How many rows of each kind an object may have.
pub(super) const SOFT_KEYS: u8 = 16;
pub(super) const KEYS: u8 = 32;
pub(super) const MENU_ITEMS: u8 = 100;
pub(super) const ICON_MENU_ITEMS: u8 = 32;
pub(super) const INPUT_ITEMS: u8 = 5;
pub(super) const DIRECTORY_ENTRIES: u8 = 32;
pub(super) const EXECUTE_ITEMS: u8 = 3;
pub(super) const RESPONSE_ITEMS: u8 = 3;

/// What is known inside the roots. Of a row the limit is how many there may be.
static ELEMENTS: [Element; 14] = [
    row("MenuItem", Field::MenuItem, MENU_ITEMS, Slot::MenuItem, bit(Kind::Menu)),
    row("MenuItem", Field::MenuItem, ICON_MENU_ITEMS, Slot::MenuItem, bit(Kind::IconMenu)),
    row("InputItem", Field::InputItem, INPUT_ITEMS, Slot::InputItem, bit(Kind::Input)),
    row(
        "DirectoryEntry",
        Field::DirectoryEntry,
        DIRECTORY_ENTRIES,
        Slot::DirectoryEntry,
        bit(Kind::Directory),
    ),
    row("SoftKeyItem", Field::SoftKeyItem, SOFT_KEYS, Slot::SoftKeyItem, SCREENS),
    row("KeyItem", Field::KeyItem, KEYS, Slot::KeyItem, SCREENS),
    text(TITLE, Slot::Title, SCREENS),
    text(PROMPT, Slot::Prompt, SCREENS),
    text(TEXT, Slot::Text, bit(Kind::Text)),
    text(URL, Slot::Url, bit(Kind::Input)),
    row("ExecuteItem", Field::ExecuteItem, EXECUTE_ITEMS, Slot::ExecuteItem, bit(Kind::Execute)),
    row("ResponseItem", Field::ResponseItem, RESPONSE_ITEMS, Slot::ResponseItem, bit(Kind::Response)),
    text(STATUS_TEXT, Slot::Text, bit(Kind::Status)),
    text(TIMER, Slot::Timer, bit(Kind::Status)),
];

const fn text(part: Part, slot: Slot, kinds: u16) -> Element {
    Element { part, most: 1, slot, kinds }
}

const fn row(name: &str, field: Field, most: u8, slot: Slot, kinds: u16) -> Element {
    Element { part: part(name, field, None, false), most, slot, kinds }
}

const fn bit(kind: Kind) -> u16 {
    1 << kind as u16
}

/// The objects with a screen, which are the first kinds.
const SCREENS: u16 = (bit(Kind::GraphicFileMenu) << 1).wrapping_sub(1);

/// Returns the element of that name inside an object of the kind.
#[inline(never)]
fn element(kind: Kind, name: &[u8]) -> Option<&'static Element> {
    ELEMENTS.iter().find(|element| element.kinds & bit(kind) != 0 && same(element.part.name(), name))
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
        Field::ExecuteUrl => return index_of("SoftKey Notify ", &text.split(':').0).is_none(),
        _ => return true,
    };
    index_of(words, text).is_some()
}

/// Reads a position, 1 to 16; nothing for any.
pub(crate) fn position(text: &Text<'_>) -> Option<u8> {
    u8::try_from(index_of(POSITIONS, text)?).ok().filter(|index| *index > 0)
}

pub(crate) fn priority(text: &Text<'_>) -> Priority {
    match index_of(PRIORITIES, text) {
        Some(1) => Priority::WhenIdle,
        Some(2) => Priority::OnlyIfIdle,
        _ => Priority::AtOnce,
    }
}

/// Returns true for a URI that loads a page.
pub(crate) fn is_page(text: &Text<'_>) -> bool {
    let (scheme, rest) = text.split(':');
    rest.is_some() && index_of_any_case("http https ", &scheme, CASE).is_some()
}

/// What is known of an object while it is read.
#[derive(Clone)]
pub(crate) struct Objects {
    mode: Mode,
    kind: Kind,
    root: Position,
    /// Which texts were seen: of the root by their [`Slot`]s, then of the row that is read by their places in it.
    seen: u16,
    /// How many rows were read, by their slots.
    rows: [u8; ROWS],
    /// An `ExecuteItem` loads a page.
    page: bool,
    /// What a strict reader would have refused first.
    tolerated: Option<Error>,
}

impl Objects {
    pub(crate) const fn new(mode: Mode) -> Self {
        Self {
            mode,
            kind: Kind::Error,
            root: Position::START,
            seen: 0,
            rows: [0; ROWS],
            page: false,
            tolerated: None,
        }
    }

    /// Returns what a strict reader would have refused first.
    pub(crate) const fn tolerated(&self) -> Option<Error> {
        self.tolerated
    }

    /// Refuses what only a strict reader refuses; a lenient one remembers the first.
    #[cold]
    #[inline(never)]
    fn fault(&mut self, reader: &mut Reader<'_>, refusal: Refusal, at: usize) -> Result<(), Stop> {
        if self.mode == Mode::Strict {
            return Err(reader.refuse(refusal, at));
        }
        // Of what comes once more with more bytes, the first stays the same.
        self.tolerated.get_or_insert(Error::refused(refusal, at));
        Ok(())
    }

    /// Takes an element that is not known. Of an object with a picture it may be one.
    fn unknown(&mut self, reader: &mut Reader<'_>, at: usize) -> Result<(), Stop> {
        if self.kind.has_picture() { Ok(()) } else { self.fault(reader, Refusal::UnknownElement, at) }
    }

    /// Checks a text against its bound and its values.
    #[inline(never)]
    fn check(
        &mut self,
        reader: &mut Reader<'_>,
        part: &Part,
        text: &Option<Text<'_>>,
        at: usize,
    ) -> Result<(), Stop> {
        let refusal = match (text, part.limit) {
            (None, _) if part.required => Refusal::Missing(part.field),
            (Some(text), Some(limit)) if is_over(text, limit) => Refusal::TooLong(part.field, limit),
            (Some(text), _) if !is_value(part.field, text) => Refusal::Value(part.field),
            _ => return Ok(()),
        };
        self.fault(reader, refusal, at)
    }

    /// Reads a text whose start tag was read, unless one of its name was there before, which `bit` says.
    #[inline(never)]
    fn text<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        part: &Part,
        bit: u16,
        text: &mut Option<Text<'p>>,
    ) -> Result<(), Stop> {
        let at = reader.at();
        if self.seen & bit != 0 {
            return Err(reader.refuse(Refusal::Repeated(part.field), at));
        }
        let mut value = TextValue::NONE;
        reader.read_text(part.field, TextKind::Unbounded, &mut value)?;
        // Not before: what is cut comes once more with more bytes.
        self.seen |= bit;
        *text = value.get();
        // What a row misses is told at its end.
        if text.is_some() || bit < FIRST_OF_ROW { self.check(reader, part, text, at) } else { Ok(()) }
    }

    /// Reads an attribute of the start tag at `at`, which was read last.
    #[inline(never)]
    fn attribute<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        part: &Part,
        at: usize,
        text: &mut Option<Text<'p>>,
    ) -> Result<(), Stop> {
        *text = reader.optional_attribute(part.name(), part.field)?;
        self.check(reader, part, text, at)
    }

    /// Reads a text inside the root, whose start tag was read.
    #[inline(never)]
    fn text_of_root<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        element: &Element,
        piece: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        let mut text = None;
        self.text(reader, &element.part, 1 << element.slot as u8, &mut text)?;
        let Some(text) = text else { return Ok(()) };
        *piece = match element.slot {
            Slot::Title => Piece::Title(text),
            Slot::Prompt => Piece::Prompt(text),
            Slot::Url => Piece::Url(text),
            Slot::Timer => number(&text).map_or(Piece::More, Piece::Timer),
            _ => Piece::Text(text),
        };
        Ok(())
    }

    /// Reads a row, whose start tag was read.
    #[inline(never)]
    fn item<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        element: &Element,
        at: usize,
        piece: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        let Element { part: Part { field, .. }, most, slot, .. } = *element;
        let index = (slot as usize).wrapping_sub(TEXTS);
        let mut parts = PARTS_OF_ROWS.get(index).copied().unwrap_or_default();
        if self.rows.get(index).is_some_and(|count| *count >= most) {
            self.fault(reader, Refusal::TooMany(field, most), at)?;
        }
        let mut texts = [None; PARTS];
        if matches!(slot, Slot::ExecuteItem | Slot::ResponseItem) {
            for (part, text) in parts.iter().zip(&mut texts) {
                self.attribute(reader, part, at, text)?;
            }
            // There are no elements in it.
            parts = &[];
        }
        self.seen &= FIRST_OF_ROW.wrapping_sub(1);
        while reader.next()?.is_some() {
            let mut bit = FIRST_OF_ROW;
            let known = parts.iter().zip(&mut texts).find(|(part, _)| {
                let is_it = same(part.name(), reader.name());
                if !is_it {
                    bit <<= 1;
                }
                is_it
            });
            match known {
                Some((part, text)) => self.text(reader, part, bit, text)?,
                None => {
                    self.unknown(reader, reader.at())?;
                    reader.skip()?;
                }
            }
        }
        for (part, text) in parts.iter().zip(&texts) {
            if text.is_none() {
                self.check(reader, part, text, at)?;
            }
        }
        if slot == Slot::ExecuteItem && texts[0].is_some_and(|url| is_page(&url)) {
            if self.page {
                self.fault(reader, Refusal::TwoPages, at)?;
            }
            self.page = true;
        }
        if let Some(count) = self.rows.get_mut(index) {
            *count = count.saturating_add(1);
        }
        *piece = match slot {
            Slot::InputItem => Piece::InputItem(InputItem(texts)),
            Slot::DirectoryEntry => Piece::DirectoryEntry(DirectoryEntry(texts)),
            Slot::ExecuteItem => Piece::ExecuteItem(ExecuteItem(texts)),
            Slot::ResponseItem => Piece::ResponseItem(ResponseItem(texts)),
            Slot::SoftKeyItem => Piece::SoftKeyItem(SoftKeyItem(texts)),
            Slot::KeyItem => Piece::KeyItem(KeyItem(texts)),
            _ => Piece::MenuItem(MenuItem(texts)),
        };
        Ok(())
    }
}

/// Returns true for a text over its bound.
pub(super) fn is_over(text: &Text<'_>, limit: Limit) -> bool {
    text.chars().count() > limit.most()
}

impl Grammar for Objects {
    type Piece<'p> = Piece<'p>;

    fn more<'p>() -> Piece<'p> {
        Piece::More
    }

    fn is_more(piece: &Piece<'_>) -> bool {
        matches!(piece, Piece::More)
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
        piece: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        let at = position.at;
        let Some(kind) = Kind::of_root(reader.name()) else {
            return Err(reader.refuse(Refusal::UnknownObject, at));
        };
        let (mut app_id, mut error_number) = (None, None);
        let is_error = kind == Kind::Error;
        if is_error || kind.has_screen() {
            let mut text = None;
            self.attribute(reader, if is_error { &NUMBER } else { &APP_ID }, at, &mut text)?;
            if is_error {
                error_number = text.as_ref().and_then(number);
            } else {
                app_id = text;
            }
        }
        self.kind = kind;
        self.root = position;
        *piece = Piece::Start(Start { kind, app_id, error_number });
        Ok(())
    }

    #[inline(never)]
    fn inside<'p>(
        &mut self,
        open: &mut Open,
        reader: &mut Reader<'p>,
        _: (Position, &str),
        piece: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        match open.token(reader, Context::Ignored)? {
            Token::Start(child) => {
                let (at, name) = reader.token_at();
                reader.start_tag(child)?;
                if open.depth() == 1 {
                    match element(self.kind, name) {
                        Some(text) if (text.slot as usize) < TEXTS => {
                            return self.text_of_root(reader, text, piece);
                        }
                        Some(row) => return self.item(reader, row, at, piece),
                        None => self.unknown(reader, at)?,
                    }
                }
                open.push(reader, name, at)
            }
            Token::End => {
                open.pop();
                let url = 1 << Slot::Url as u16;
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
        let mut piece = Piece::More;
        loop {
            let starts = self.here.at == 0;
            self.document.step(&mut self.rest, &mut self.here, true, &mut piece)?;
            if !matches!(piece, Piece::More) {
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
