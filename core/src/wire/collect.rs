//! Reads messages by the tables of `schema`, in one loop for all of them: children come in any order, unknown elements
//! are skipped, and what was read is collected until `convert` turns it into a message or a row. It must not know what a
//! message is for.

#[cfg(all(feature = "optimistic", target_pointer_width = "64"))]
pub(super) mod optimistic;

use super::element_name::ElementName;
use super::reader::Reader;
use super::rules::Seen;
use super::schema::{Child, ContentModel, Context, Key, key};
use super::text_value::{TextKind, TextValue};
use super::tokens::Stop;
use crate::error::{Field, Refusal};
use crate::text::{BYTES, Text, append};

/// What was read of a message, or of a row of one: one entry for each [`Key`].
pub(super) struct Collected<'a> {
    /// The keys that have an entry.
    seen: Seen,
    entries: [Entry<'a>; key::COUNT],
    /// The content of the list that ended last.
    content: Option<&'a str>,
}

/// What is kept of an element. (An empty entry is all zeros, so that no table to copy it from is linked.)
#[derive(Clone, Copy)]
struct Entry<'a> {
    element: ElementName,
    /// Offset of its start tag.
    at: usize,
    text: TextValue<'a>,
    /// What the text stands for.
    number: u32,
}

impl<'a> Collected<'a> {
    pub(super) const NOTHING: Self = Self {
        seen: Seen::NOTHING,
        entries: [Entry { element: ElementName::Other, at: 0, text: TextValue::NONE, number: 0 }; key::COUNT],
        content: None,
    };

    /// Returns true if the key has an entry.
    pub(super) const fn has(&self, key: Key) -> bool {
        self.seen.has(key)
    }

    fn get(&self, key: Key) -> Option<&Entry<'a>> {
        self.entries.get(usize::from(key)).filter(|_| self.has(key))
    }

    /// Returns which element was read for the key.
    pub(super) fn element(&self, key: Key) -> ElementName {
        self.get(key).map_or(ElementName::Other, |entry| entry.element)
    }

    /// Returns the text for the key; an empty one if there is none.
    #[inline(never)]
    pub(super) fn text(&self, key: Key) -> Text<'a> {
        self.optional(key).unwrap_or(Text::EMPTY)
    }

    /// Returns the text for the key, if there is one.
    #[inline(never)]
    pub(super) fn optional(&self, key: Key) -> Option<Text<'a>> {
        self.get(key)?.text.get()
    }

    /// Returns what the text for the key stands for, if there is one.
    pub(super) fn number(&self, key: Key) -> Option<u32> {
        self.get(key).filter(|entry| entry.text.is_some()).map(|entry| entry.number)
    }

    /// Returns the code of an `error`, if it was one.
    pub(super) fn code(&self) -> Option<u32> {
        self.get(key::CODE).map(|entry| entry.number)
    }

    /// Returns the content of the list that ended last.
    pub(super) const fn content(&self) -> &'a str {
        match self.content {
            Some(content) => content,
            None => "",
        }
    }

    /// Starts the entry of an element, into which its text is read.
    #[inline]
    fn start(&mut self, key: Key, element: ElementName, at: usize) -> Option<&mut Entry<'a>> {
        self.seen.insert(key);
        let entry = self.entries.get_mut(usize::from(key))?;
        entry.element = element;
        entry.at = at;
        entry.number = 0;
        entry.text.clear();
        Some(entry)
    }

    /// Says why a child cannot stand here, or counts it.
    #[inline]
    fn refuses(&mut self, child: &Child) -> Option<Refusal> {
        let entries = &self.entries;
        let first = || entries.get(usize::from(child.key)).map_or(ElementName::Other, |entry| entry.element);
        self.seen.refuses(child, first)
    }
}

impl<'a> Reader<'a> {
    /// Reads the element whose start tag was read last to its end.
    pub(super) fn collect(&mut self, context: Context, collected: &mut Collected<'a>) -> Result<(), Stop> {
        let outside = self.depth().wrapping_sub(1);
        self.enter(context, collected)?;
        while self.depth() != outside {
            match self.next()? {
                Some(child) => self.take(child, collected)?,
                None => self.leave(collected)?,
            }
        }
        Ok(())
    }

    /// Reads a child whose start tag was read: up to its end if it is a text.
    #[inline]
    fn take(&mut self, child: &Child, collected: &mut Collected<'a>) -> Result<(), Stop> {
        let (element, at) = (child.element, self.at());
        if let Some(refusal) = collected.refuses(child) {
            return Err(self.refuse(refusal, at));
        }
        if element == ElementName::Error {
            self.code(collected)?;
        }
        let entry = collected.start(child.key, element, at);
        let (kind, blank) = match child.content {
            ContentModel::Elements(context) => return self.enter(context, collected),
            ContentModel::Text(kind) => (kind, false),
            ContentModel::Blank(kind) => (kind, true),
            ContentModel::Value => (TextKind::Unbounded, child.field == Field::LoginType),
        };
        let Some(entry) = entry else { return Ok(()) };
        self.read_text(child.field, kind, &mut entry.text)?;
        if !entry.text.is_some() {
            return if blank { Ok(()) } else { Err(self.refuse(Refusal::Blank(child.field), at)) };
        }
        if matches!(child.content, ContentModel::Value) { self.value(child.field, entry, at) } else { Ok(()) }
    }

    /// Goes into the element whose start tag was read last.
    fn enter(&mut self, context: Context, collected: &mut Collected<'a>) -> Result<(), Stop> {
        self.set_context(context);
        collected.seen.enter(context);
        let Some((field, kind)) = context.attribute() else { return Ok(()) };
        let at = self.at();
        let Some(entry) = collected.start(key::NAME, ElementName::Other, at) else { return Ok(()) };
        self.read_attribute(field, kind, &mut entry.text).map(|_| ())
    }

    /// Leaves the element that ended.
    fn leave(&mut self, collected: &mut Collected<'a>) -> Result<(), Stop> {
        let (context, at) = self.ended();
        if let Some((refusal, fault)) = collected.seen.at_end(context) {
            let at = fault.and_then(|key| collected.get(key)).map_or(at, |entry| entry.at);
            return Err(self.refuse(refusal, at));
        }
        if context.is_list() {
            collected.content = Some(self.content());
        }
        Ok(())
    }

    /// Reads the code of the `error` whose start tag was read last.
    fn code(&mut self, collected: &mut Collected<'a>) -> Result<(), Stop> {
        let field = Field::ErrorCodeAttribute;
        let Some(entry) = collected.start(key::CODE, ElementName::Error, self.at()) else { return Ok(()) };
        // A certificate keeps its blanks; a code has none.
        let at = self.read_attribute(field, TextKind::Certificate, &mut entry.text)?;
        self.value(field, entry, at)
    }

    /// Takes a text for what it stands for.
    fn value(&mut self, field: Field, entry: &mut Entry<'a>, at: usize) -> Result<(), Stop> {
        match entry.text.get().and_then(|text| number(field, text.chars())) {
            Some(number) => {
                entry.number = number;
                Ok(())
            }
            None => Err(self.refuse(Refusal::Value(field), at)),
        }
    }
}

/// The words that are values, and what each stands for.
static WORDS: [(Field, [u8; 4], u8); 7] = [
    (Field::EmccDevice, *b"\0\0no", 0),
    (Field::EmccDevice, *b"\0yes", 1),
    (Field::IsDefaultDeviceProfile, *b"\0\0\0f", 0),
    (Field::IsDefaultDeviceProfile, *b"\0\0\0t", 1),
    (Field::LoginType, *b"\0UID", 0),
    (Field::LoginType, *b"\0\0DN", 1),
    (Field::LoginType, *b"\0\0SP", 2),
];

/// Returns what a text stands for: the number it spells, or what the word does that it is.
fn number(field: Field, text: impl Iterator<Item = char>) -> Option<u32> {
    let word = !matches!(field, Field::Time | Field::ErrorCodeAttribute);
    let radix = if word { BYTES } else { 10 };
    let (mut number, mut length) = (0, 0_usize);
    for c in text {
        number = append(number, radix, Some(c))?;
        length = length.wrapping_add(1);
    }
    if word {
        let word = WORDS.iter().find(|(of, word, _)| *of == field && number == u32::from_be_bytes(*word));
        return word.map(|(_, _, value)| u32::from(*value));
    }
    if field == Field::ErrorCodeAttribute && (!matches!(length, 1..=5) || number > u32::from(u16::MAX)) {
        return None;
    }
    Some(number)
}
