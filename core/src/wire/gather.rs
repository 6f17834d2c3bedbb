//! Reads messages by the tables of `grammar`, in one loop for all of them: children come in any order, an element that
//! is not known where it stands is skipped, and what was found is kept until `build` makes a message or a row of it. It
//! must not know what a message is for.

use super::grammar::{Child, Context, Holds, Often, Slot, bits, excluded, slot};
use super::reader::Reader;
use super::tag::Tag;
use super::tokens::Stop;
use super::words::{Kind, Words};
use crate::error::{Field, Refusal};
use crate::text::{BYTES, Text, append};

/// What was found in a message, or in a row of one.
pub(super) struct Found<'a> {
    /// The slots that are in use.
    seen: u16,
    /// How many of its two slots a `device` has used.
    count: u8,
    kept: [Kept<'a>; slot::COUNT],
    /// The content of the list that ended last.
    content: Option<&'a str>,
}

/// What is kept of an element. What is empty is all zeros: it costs no table to copy from.
#[derive(Clone, Copy)]
struct Kept<'a> {
    tag: Tag,
    /// Where it is.
    at: usize,
    words: Words<'a>,
    /// What the words stand for.
    number: u32,
}

/// The slots of a row.
const ROW: u16 = PART
    | bits([
        slot::NAME,
        slot::HAS,
        slot::USER_FAILURE,
        slot::NONE,
        slot::DOES_NOT_EXIST,
        slot::USER,
        slot::FREE,
        slot::LAST_LOGIN,
        slot::EMCC,
    ]);

/// The slots of a part of a row.
const PART: u16 = bits([slot::ERROR, slot::CODE, slot::PROFILE_NAME, slot::IS_DEFAULT]);

impl<'a> Found<'a> {
    pub(super) const NOTHING: Self = Self {
        seen: 0,
        count: 0,
        kept: [Kept { tag: Tag::Other, at: 0, words: Words::NONE, number: 0 }; slot::COUNT],
        content: None,
    };

    /// Returns true if something is in the slot.
    pub(super) const fn has(&self, slot: Slot) -> bool {
        self.seen & bits([slot]) != 0
    }

    fn get(&self, slot: Slot) -> Option<&Kept<'a>> {
        self.kept.get(usize::from(slot)).filter(|_| self.has(slot))
    }

    /// Returns the name of the element in the slot.
    pub(super) fn tag(&self, slot: Slot) -> Tag {
        self.get(slot).map_or(Tag::Other, |kept| kept.tag)
    }

    /// Returns the text in the slot; an empty one if there is none.
    #[inline(never)]
    pub(super) fn text(&self, slot: Slot) -> Text<'a> {
        self.optional(slot).unwrap_or(Text::EMPTY)
    }

    /// Returns the text in the slot, if there is one.
    #[inline(never)]
    pub(super) fn optional(&self, slot: Slot) -> Option<Text<'a>> {
        self.get(slot)?.words.text()
    }

    /// Returns what the words in the slot stand for, if there are any.
    pub(super) fn number(&self, slot: Slot) -> Option<u32> {
        self.get(slot).filter(|kept| kept.words.any()).map(|kept| kept.number)
    }

    /// Returns the code of an `error`, if it was one.
    pub(super) fn code(&self) -> Option<u32> {
        self.get(slot::CODE).map(|kept| kept.number)
    }

    /// Returns the content of the list that ended last.
    pub(super) const fn content(&self) -> &'a str {
        match self.content {
            Some(content) => content,
            None => "",
        }
    }

    /// Puts an element into the slot; what is read of it goes there.
    #[inline]
    fn keep(&mut self, slot: Slot, tag: Tag, at: usize) -> Option<&mut Kept<'a>> {
        self.seen |= bits([slot]);
        let kept = self.kept.get_mut(usize::from(slot))?;
        kept.tag = tag;
        kept.at = at;
        kept.number = 0;
        kept.words.clear();
        Some(kept)
    }

    /// Counts a child that is about to be read, and says why it cannot stand here, if it cannot.
    fn refuses(&mut self, child: &Child) -> Option<Refusal> {
        if matches!(child.often, Often::Once | Often::Filler) && self.has(child.slot) {
            return Some(match self.tag(child.slot) {
                _ if child.slot == slot::OPERATION && child.tag.is_result() => Refusal::TwoResults,
                _ if child.slot == slot::OPERATION => Refusal::TwoOperations,
                tag if tag == child.tag => Refusal::Repeated(child.field),
                _ => Refusal::Excluded(child.field),
            });
        }
        if matches!(child.often, Often::Filler | Often::NoneFiller) {
            // It stops at three.
            self.count = self.count.wrapping_add(1);
        }
        (self.count > 2).then_some(Refusal::ThirdSlot)
    }
}

impl<'a> Reader<'a> {
    /// Reads the element whose start tag was read last to its end.
    pub(super) fn gather(&mut self, context: Context, found: &mut Found<'a>) -> Result<(), Stop> {
        let outside = self.depth().wrapping_sub(1);
        self.enter(context, found)?;
        while self.depth() != outside {
            match self.next()? {
                Some(child) => self.take(child, found)?,
                None => self.leave(found)?,
            }
        }
        Ok(())
    }

    /// Reads a child whose start tag was read: up to its end if it is a text.
    #[inline]
    fn take(&mut self, child: &Child, found: &mut Found<'a>) -> Result<(), Stop> {
        let (tag, at) = (child.tag, self.at());
        if let Some(refusal) = found.refuses(child) {
            return Err(self.refuse(refusal, at));
        }
        if tag == Tag::Error {
            self.code(found)?;
        }
        let kept = found.keep(child.slot, tag, at);
        let (kind, blank) = match child.holds {
            Holds::Elements(context) => return self.enter(context, found),
            Holds::Text(kind) => (kind, false),
            Holds::Blank(kind) => (kind, true),
            Holds::Value => (Kind::Words, child.field == Field::LoginType),
        };
        let Some(kept) = kept else { return Ok(()) };
        self.read_words(child.field, kind, &mut kept.words)?;
        if !kept.words.any() {
            return if blank { Ok(()) } else { Err(self.refuse(Refusal::Blank(child.field), at)) };
        }
        if matches!(child.holds, Holds::Value) { self.value(child.field, kept, at) } else { Ok(()) }
    }

    /// Goes into the element whose start tag was read last.
    fn enter(&mut self, context: Context, found: &mut Found<'a>) -> Result<(), Stop> {
        self.set_context(context);
        let (field, kind) = match context {
            Context::Failure | Context::DeviceProfile => {
                found.seen &= !PART;
                return Ok(());
            }
            Context::Device => (Field::DeviceNameAttribute, Kind::Name),
            Context::UserDevices | Context::UserProfiles | Context::UserCheck => {
                (Field::UserIdAttribute, Kind::CodedName)
            }
            _ => return Ok(()),
        };
        found.seen &= !ROW;
        found.count = 0;
        let at = self.at();
        let Some(kept) = found.keep(slot::NAME, Tag::Other, at) else { return Ok(()) };
        self.read_attribute(field, kind, &mut kept.words).map(|_| ())
    }

    /// Leaves the element that ended.
    fn leave(&mut self, found: &mut Found<'a>) -> Result<(), Stop> {
        let (context, at) = self.ended();
        if let Some(refusal) = context.missing(found.seen) {
            return Err(self.refuse(refusal, at));
        }
        if context.is_row()
            && let Some(exclusion) = excluded(found.seen)
        {
            let at = found.get(exclusion.slot).map_or(at, |kept| kept.at);
            return Err(self.refuse(Refusal::Excluded(exclusion.field), at));
        }
        if context.is_list() {
            found.content = Some(self.content());
        }
        Ok(())
    }

    /// Reads the code of the `error` whose start tag was read last.
    fn code(&mut self, found: &mut Found<'a>) -> Result<(), Stop> {
        let field = Field::ErrorCodeAttribute;
        let Some(kept) = found.keep(slot::CODE, Tag::Error, self.at()) else { return Ok(()) };
        // A certificate keeps its blanks; a code has none.
        let at = self.read_attribute(field, Kind::Certificate, &mut kept.words)?;
        self.value(field, kept, at)
    }

    /// Takes what was kept for what it stands for.
    fn value(&mut self, field: Field, kept: &mut Kept<'a>, at: usize) -> Result<(), Stop> {
        match kept.words.text().and_then(|text| number(field, text)) {
            Some(number) => {
                kept.number = number;
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
fn number(field: Field, text: Text<'_>) -> Option<u32> {
    let word = !matches!(field, Field::Time | Field::ErrorCodeAttribute);
    let radix = if word { BYTES } else { 10 };
    let (mut number, mut length) = (0, 0_usize);
    for c in text.chars() {
        number = append(number, radix, Some(c))?;
        length = length.wrapping_add(1);
    }
    if word {
        let found = WORDS.iter().find(|(of, word, _)| *of == field && number == u32::from_be_bytes(*word));
        return found.map(|(_, _, value)| u32::from(*value));
    }
    if field == Field::ErrorCodeAttribute && (!matches!(length, 1..=5) || number > u32::from(u16::MAX)) {
        return None;
    }
    Some(number)
}
