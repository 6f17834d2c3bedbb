//! Reads messages by the tables of `grammar`, in one loop for all of them: children come in any order, an element that
//! is not known where it stands is skipped, and what was found is kept until `build` makes a message or a row of it. It
//! must not know what a message is for.

use super::grammar::{Child, Context, Holds, Often, Slot, bits, slot};
use super::reader::{Next, Reader};
use super::tag::Tag;
use super::tokens::Stop;
use super::words::{Kind, Words};
use crate::error::{Field, Refusal};
use crate::text::Text;

/// What was found in a message, or in a row of one.
pub(super) struct Found<'a> {
    /// The slots that are in use.
    seen: u16,
    /// How many of its two slots a `device` has used, or how many `none` a `user` holds.
    count: usize,
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
const ROW: u16 = bits([
    slot::NAME,
    slot::USER,
    slot::LAST_LOGIN,
    slot::EMCC,
    slot::NONE,
    slot::DOES_NOT_EXIST,
    slot::HAS,
    slot::USER_FAILURE,
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

    fn at(&self, slot: Slot) -> Option<usize> {
        self.get(slot).map(|kept| kept.at)
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

    /// Counts a child that is about to be read, or says why it cannot stand here.
    fn admit(&mut self, child: &Child) -> Result<(), Refusal> {
        let seen = self.has(child.slot);
        match child.often {
            Often::Rows => return Ok(()),
            Often::OneOperation if seen => return Err(Refusal::TwoOperations),
            Often::OneResult if seen => return Err(Refusal::TwoResults),
            Often::Once | Often::Filler if seen => {
                let same = self.tag(child.slot) == child.tag;
                return Err(if same {
                    Refusal::Repeated(child.field)
                } else {
                    Refusal::Excluded(child.field)
                });
            }
            Often::Once | Often::OneOperation | Often::OneResult => return Ok(()),
            Often::None | Often::Filler | Often::NoneFiller => {}
        }
        self.count = self.count.saturating_add(1);
        if self.count > 2 && child.often != Often::None {
            return Err(Refusal::ThirdSlot);
        }
        Ok(())
    }

    /// Says what is wrong with an element that ended, and where if it is not the element itself.
    fn wrong(&self, context: Context) -> Option<(Refusal, Option<usize>)> {
        if let Some(refusal) = context.missing(self.seen) {
            return Some((refusal, None));
        }
        let present = match context {
            Context::Device => bits([slot::USER, slot::LAST_LOGIN, slot::EMCC, slot::NONE]),
            Context::UserDevices | Context::UserCheck => bits([slot::HAS]),
            Context::UserProfiles => bits([slot::HAS, slot::USER_FAILURE]),
            _ => return None,
        };
        let present = self.seen & present != 0;
        let (refusal, at) = if context == Context::Device {
            (Refusal::Excluded(Field::DoesNotExist), self.at(slot::DOES_NOT_EXIST).filter(|_| present)?)
        } else if let Some(wrong) =
            absence_in_user(self.count, self.at(slot::NONE), self.at(slot::DOES_NOT_EXIST), present)
        {
            wrong
        } else if context == Context::UserProfiles && self.has(slot::HAS) {
            (Refusal::Excluded(Field::Failure), self.at(slot::USER_FAILURE)?)
        } else {
            return None;
        };
        Some((refusal, Some(at)))
    }
}

/// Says where `none` or `doesNotExist` stands in a `user` although something is there (`present`), or both do, or `none`
/// does twice. `none` is where the first of `nones` is.
pub(super) fn absence_in_user(
    nones: usize,
    none: Option<usize>,
    does_not_exist: Option<usize>,
    present: bool,
) -> Option<(Refusal, usize)> {
    match (does_not_exist, none) {
        (Some(at), _) if present || nones > 0 => Some((Refusal::Excluded(Field::DoesNotExist), at)),
        (_, Some(at)) if present => Some((Refusal::Excluded(Field::None), at)),
        (_, Some(at)) if nones > 1 => Some((Refusal::Repeated(Field::None), at)),
        _ => None,
    }
}

impl<'a> Reader<'a> {
    /// Reads the element whose start tag was read last to its end.
    pub(super) fn gather(&mut self, context: Context, found: &mut Found<'a>) -> Result<(), Stop> {
        let outside = self.depth().wrapping_sub(1);
        self.enter(context, found)?;
        while self.depth() != outside {
            match self.next()? {
                Next::Child(child) => self.take(child, found)?,
                Next::Unknown => {}
                Next::End => self.leave(found)?,
            }
        }
        Ok(())
    }

    /// Reads a child whose start tag was read: up to its end if it is a text.
    #[inline]
    fn take(&mut self, child: &Child, found: &mut Found<'a>) -> Result<(), Stop> {
        let (tag, at) = (child.tag, self.at());
        if let Err(refusal) = found.admit(child) {
            return Err(self.refuse(refusal, at));
        }
        if tag == Tag::Error {
            self.code(found)?;
        }
        let (kind, blank) = match child.holds {
            Holds::Elements(context) => {
                if !found.has(child.slot) {
                    found.keep(child.slot, tag, at);
                }
                return self.enter(context, found);
            }
            Holds::Text(kind) => (kind, false),
            Holds::Blank(kind) => (kind, true),
            Holds::Value => (Kind::Words, child.field == Field::LoginType),
        };
        let Some(kept) = found.keep(child.slot, tag, at) else { return Ok(()) };
        self.read_words(child.field, kind, &mut kept.words)?;
        let refusal = match kept.words.text() {
            None if blank => return Ok(()),
            None => Refusal::Blank(child.field),
            Some(text) if matches!(child.holds, Holds::Value) => match number(child.field, text) {
                Some(number) => {
                    kept.number = number;
                    return Ok(());
                }
                None => Refusal::Value(child.field),
            },
            Some(_) => return Ok(()),
        };
        Err(self.refuse(refusal, at))
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
        self.name_attribute(field, kind, &mut kept.words)
    }

    /// Leaves the element that ended.
    fn leave(&mut self, found: &mut Found<'a>) -> Result<(), Stop> {
        let (context, at) = self.ended();
        if let Some((refusal, place)) = found.wrong(context) {
            return Err(self.refuse(refusal, place.unwrap_or(at)));
        }
        if context.is_list() {
            found.content = Some(self.content());
        }
        Ok(())
    }

    /// Reads the code of the `error` whose start tag was read last.
    fn code(&mut self, found: &mut Found<'a>) -> Result<(), Stop> {
        let field = Field::ErrorCodeAttribute;
        let (text, at) = self.attribute(field)?;
        let Some(number) = number(field, text) else {
            return Err(self.refuse(Refusal::Value(field), at));
        };
        if let Some(kept) = found.keep(slot::CODE, Tag::Error, at) {
            kept.number = number;
        }
        Ok(())
    }
}

/// Returns what a text stands for: the number it spells, or which of the words it is.
fn number(field: Field, text: Text<'_>) -> Option<u32> {
    let (mut value, mut word, mut length) = (Some(0_u32), 0, 0_usize);
    for c in text.chars() {
        value = value.and_then(|value| value.checked_mul(10)?.checked_add(c.to_digit(10)?));
        // The last four characters; the words have up to three.
        word = word << 8 | u32::from(c) & 0xFF | if c.is_ascii() { 0 } else { 0x80 };
        length = length.saturating_add(1);
    }
    let words: [&[u8; 4]; 3] = match field {
        Field::EmccDevice => [b"\0\0no", b"\0yes", b"    "],
        Field::IsDefaultDeviceProfile => [b"\0\0\0f", b"\0\0\0t", b"    "],
        Field::LoginType => [b"\0UID", b"\0\0DN", b"\0\0SP"],
        Field::ErrorCodeAttribute => {
            return value.filter(|value| matches!(length, 1..=5) && *value <= u32::from(u16::MAX));
        }
        _ => return value,
    };
    let known = |known: &[u8; 4]| length <= 3 && word == u32::from_be_bytes(*known);
    (0..).zip(words).find(|(_, word)| known(word)).map(|(place, _)| place)
}
