//! Reads the ordinary document exactly as the careful reader does and no other: whatever deviates from it makes
//! [`read`] return nothing, and the careful reader starts from the beginning.
//!
//! Ordinary is a document as services print it: known elements only, in any order, each as often as it may be there; one
//! space and double quotes around the one attribute that an element has; blanks, but no other text between elements; texts
//! in which nothing needs decoding. What is wrong with a document, and where, is not found out here: no positions are kept.
//!
//! This is for 64-bit processors, which read eight bytes at a time. On 32 bits it would save little and take 4 kB.

use super::{Collected, number};
use crate::bytes::{PLAIN, VALUE, is};
use crate::error::Field;
use crate::wire::element_name::{COUNT, ElementName, NAMES};
use crate::wire::schema::{Child, ContentModel, Context, key};
use crate::wire::text_value::{TextKind, TextValue};

/// An open element, or what is around all of them.
#[derive(Clone, Copy)]
struct Level {
    element: ElementName,
    context: Context,
    /// How much of the document was left where its content started.
    content: usize,
}

/// Reads a message with this root, or any if `wanted` is [`ElementName::Other`]; returns the root.
#[inline(never)]
pub(in crate::wire) fn read<'a>(
    xml: &'a [u8],
    wanted: ElementName,
    collected: &mut Collected<'a>,
) -> Option<ElementName> {
    let text = core::str::from_utf8(xml).ok()?;
    let document = Document { text };
    let rest = skip_blanks(text.as_bytes()).strip_prefix(b"<")?;
    let (root, rest) = known(Context::Document, rest)?;
    let ([b'>', rest @ ..], ContentModel::Elements(context)) = (rest, root.content) else { return None };
    if wanted != ElementName::Other && wanted != root.element {
        return None;
    }
    let rest = document.content(rest, root, context, collected)?;
    skip_blanks(rest).is_empty().then_some(root.element)
}

/// How many elements can be open around the innermost one: the root, a result, a row of it.
const AROUND: usize = 3;

struct Document<'a> {
    text: &'a str,
}

impl<'a> Document<'a> {
    /// Reads what the root holds, and its end tag.
    #[inline]
    fn content(
        &self,
        mut rest: &'a [u8],
        root: &Child,
        context: Context,
        collected: &mut Collected<'a>,
    ) -> Option<&'a [u8]> {
        let mut open = Level { element: root.element, context, content: rest.len() };
        let mut around = [open; AROUND];
        let mut depth = 0_usize;
        loop {
            rest = skip_blanks(rest);
            let [b'<', after @ ..] = rest else { return None };
            if let [b'/', after @ ..] = after {
                self.leave(&open, rest.len(), collected)?;
                let Some(outer) = depth.checked_sub(1) else {
                    return after.strip_prefix(root.element.as_bytes())?.strip_prefix(b">");
                };
                rest = behind(after, open.element)?.strip_prefix(b">")?;
                depth = outer;
                open = *around.get(depth)?;
                continue;
            }
            let (child, after) = known(open.context, after)?;
            if collected.refuses(child).is_some() {
                return None;
            }
            let (attribute, after) = self.attribute(child, after)?;
            let (after, empty) = match after {
                [b'>', after @ ..] => (after, false),
                [b'/', b'>', after @ ..] => (after, true),
                _ => return None,
            };
            rest = after;
            if child.element == ElementName::Error {
                let entry = collected.start(key::CODE, ElementName::Error, 0)?;
                let code = attribute?;
                entry.text = TextValue::plain(code, TextKind::Unbounded)?;
                // Every value is of ASCII; another byte is none of its characters.
                entry.number = number(Field::ErrorCodeAttribute, code.bytes().map(char::from))?;
            }
            let entry = collected.start(child.key, child.element, 0)?;
            let kind = match child.content {
                ContentModel::Elements(context) => {
                    collected.seen.enter(context);
                    if let Some((_, kind)) = context.attribute() {
                        collected.start(key::NAME, ElementName::Other, 0)?.text =
                            TextValue::plain(attribute?, kind)?;
                    }
                    let level = Level { element: child.element, context, content: rest.len() };
                    if empty {
                        self.leave(&level, rest.len(), collected)?;
                    } else {
                        *around.get_mut(depth)? = open;
                        depth = depth.saturating_add(1);
                        open = level;
                    }
                    continue;
                }
                ContentModel::Text(kind) | ContentModel::Blank(kind) => kind,
                ContentModel::Value => TextKind::Unbounded,
            };
            if empty {
                return None;
            }
            let length = plain(rest);
            let text = self.text_of(rest, length)?;
            let after = rest.get(length..)?.strip_prefix(b"</")?;
            entry.text = TextValue::plain(text, kind)?;
            if matches!(child.content, ContentModel::Value) {
                entry.number = number(child.field, text.bytes().map(char::from))?;
            }
            rest = behind(after, child.element)?.strip_prefix(b">")?;
        }
    }

    /// Leaves an element whose content ends where so much of the document is left.
    #[inline]
    fn leave(&self, level: &Level, end: usize, collected: &mut Collected<'a>) -> Option<()> {
        if collected.seen.at_end(level.context).is_some() {
            return None;
        }
        if level.context.is_list() {
            let size = self.text.len();
            collected.content =
                Some(self.text.get(size.checked_sub(level.content)?..size.checked_sub(end)?)?);
        }
        Some(())
    }

    /// Reads the attribute of a start tag, if it has one: the one that is known there.
    #[inline]
    fn attribute(&self, child: &Child, rest: &'a [u8]) -> Option<(Option<&'a str>, &'a [u8])> {
        if rest.first() != Some(&b' ') {
            return Some((None, rest));
        }
        let opener: &[u8] = match child.element {
            ElementName::Device => b" name=\"",
            ElementName::User => b" id=\"",
            ElementName::Error => b" code=\"",
            _ => return None,
        };
        let value = rest.strip_prefix(opener)?;
        let length = value.iter().position(|byte| !is(*byte, VALUE))?;
        let text = self.text_of(value, length)?;
        Some((Some(text), value.get(length..)?.strip_prefix(b"\"")?))
    }

    /// The first bytes of `rest`, as text.
    #[inline]
    fn text_of(&self, rest: &[u8], length: usize) -> Option<&'a str> {
        let start = self.text.len().checked_sub(rest.len())?;
        self.text.get(start..start.checked_add(length)?)
    }
}

/// Returns the child whose name comes first, and what is behind the name.
#[inline]
fn known(context: Context, bytes: &[u8]) -> Option<(&'static Child, &[u8])> {
    context.children().iter().find_map(|child| {
        let rest = behind(bytes, child.element)?;
        matches!(rest, [b'>' | b' ' | b'/', ..]).then_some((child, rest))
    })
}

/// The first eight bytes of a name, and a mask of those that it has.
#[derive(Clone, Copy)]
struct Start {
    word: u64,
    mask: u64,
}

#[allow(clippy::indexing_slicing, reason = "runs when this crate is compiled")]
static STARTS: [Start; COUNT] = {
    let mut starts = [Start { word: 0, mask: 0 }; COUNT];
    let mut i = 0;
    while i < COUNT {
        let (name, mut byte) = (NAMES[i], 0);
        while byte < 8 && byte < name.len() {
            starts[i].word |= (name[byte] as u64) << (8 * byte);
            starts[i].mask |= 0xFF << (8 * byte);
            byte += 1;
        }
        i += 1;
    }
    starts
};

/// Returns what stands behind the name, if `bytes` start with it and there are eight of them.
#[inline]
fn behind(bytes: &[u8], element: ElementName) -> Option<&[u8]> {
    let start = STARTS.get(usize::from(element as u8))?;
    if (u64::from_le_bytes(*bytes.first_chunk()?) ^ start.word) & start.mask != 0 {
        return None;
    }
    let name = element.as_bytes();
    let (found, rest) = bytes.split_at_checked(name.len())?;
    // Words that overlap cover a name; the longest has three.
    let same = name.len() <= 8
        || found.last_chunk::<8>() == name.last_chunk::<8>()
            && (name.len() <= 16 || found.get(8..16) == name.get(8..16));
    same.then_some(rest)
}

/// A word of eight times the same byte.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The lowest seven bits of each byte; with the highest, the highest bit alone.
const LOW: u64 = each(0x7F);
const HIGH: u64 = each(0x80);

/// What stands behind the blanks at the start of `bytes`.
#[inline]
fn skip_blanks(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = bytes {
        bytes = rest;
        // Lines are indented with spaces.
        while let Some((word, rest)) = bytes.split_first_chunk() {
            let other = u64::from_le_bytes(*word) ^ each(b' ');
            if other != 0 {
                bytes = bytes.get(other.trailing_zeros() as usize / 8..).unwrap_or_default();
                break;
            }
            bytes = rest;
        }
    }
    bytes
}

/// How many bytes at the start of `bytes` read as they stand.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        // The highest bit of each byte from `'` to DEL that is no `<` and no `]`.
        let low = (word & LOW).wrapping_add(each(0x80 - b'\''));
        let (less, bracket) = (word ^ each(b'<'), word ^ each(b']'));
        let plain = low & (less & LOW).wrapping_add(LOW) & (bracket & LOW).wrapping_add(LOW) & !word & HIGH;
        let count = (plain ^ HIGH).trailing_zeros() as usize / 8;
        if count < 8 {
            rest = rest.get(count..).unwrap_or_default();
            break;
        }
        rest = after;
    }
    let other = rest.iter().position(|byte| !is(*byte, PLAIN)).unwrap_or(rest.len());
    bytes.len().saturating_sub(rest.len()).saturating_add(other)
}
