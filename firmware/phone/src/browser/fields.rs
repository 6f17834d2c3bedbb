//! What a person types into a form of a page, field by field. It must never show what is typed into a hidden field, and wipes
//! all of it once it was sent.

use core::fmt;
use core::time::Duration;

use heapless::Vec;
use hotdesk_core::phonexml::{InputFlags, InputKind};

use super::page::{Page, Part};
use crate::Key;
use crate::app::{Entry, Mode, Picked, Symbols};
use crate::config::UserIdMode;

/// Fields of a form.
const FIELDS: usize = 5;

/// A field.
#[derive(Default)]
pub(crate) struct Field {
    entry: Entry,
    flags: InputFlags,
}

/// The fields of the form that is shown.
#[derive(Default)]
pub(crate) struct Fields {
    fields: Vec<Field, FIELDS>,
    focus: usize,
    symbols: Option<Symbols>,
    is_full: bool,
}

impl Field {
    /// What is typed, to be sent.
    pub(crate) fn expose(&self) -> &str {
        self.entry.value()
    }

    pub(crate) fn is_hidden(&self) -> bool {
        self.flags.is_password
    }

    /// What the number keys give.
    pub(crate) fn mode(&self) -> Mode {
        self.entry.mode()
    }

    /// How many characters are before the cursor.
    pub(crate) fn cursor(&self) -> usize {
        self.entry.cursor()
    }

    /// The letters of the key that was pressed, unless they would show what is hidden.
    pub(crate) fn letters(&self) -> Option<(&'static str, usize)> {
        self.entry.letters().filter(|_| !self.flags.is_password)
    }
}

/// Nothing of what is typed.
impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Fields {
    /// Takes the fields of a page, with what is in them at first. A sixth one and what follows is left out.
    pub(crate) fn open(&mut self, page: &Page<'_>, told: Option<UserIdMode>) {
        self.wipe();
        for (part, text) in page.records() {
            let last = match part {
                Part::Field => {
                    let mode = told.map_or(Mode::Lower, Mode::from);
                    let mut field = Field::default();
                    field.entry.start(mode);
                    let _ = self.fields.push(field);
                    continue;
                }
                _ => self.fields.last_mut(),
            };
            let Some(field) = last else { continue };
            match part {
                // One that is too long is left out: half of it would be sent as it is.
                Part::Default => {
                    let _ = field.entry.insert(text);
                }
                Part::Flags => {
                    field.flags = text.parse().unwrap_or_default();
                    match field.flags.kind {
                        InputKind::PlainText => {}
                        InputKind::UpperCase => field.entry.start(Mode::Upper),
                        InputKind::LowerCase => field.entry.start(Mode::Lower),
                        _ => field.entry.start(Mode::Digits),
                    }
                }
                _ => {}
            }
        }
        // What is filled in need not be typed.
        let empty = self.fields.iter().position(|field| field.expose().is_empty());
        self.focus = empty.unwrap_or(0);
    }

    /// Forgets all that was typed.
    pub(crate) fn wipe(&mut self) {
        for field in &mut self.fields {
            field.entry.wipe();
        }
        self.fields.clear();
        (self.focus, self.symbols, self.is_full) = (0, None, false);
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Field> {
        self.fields.get(index)
    }

    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    pub(crate) fn focus(&self) -> usize {
        self.focus
    }

    pub(crate) fn focused(&self) -> Option<&Field> {
        self.fields.get(self.focus)
    }

    pub(crate) fn symbols(&self) -> Option<&Symbols> {
        self.symbols.as_ref()
    }

    /// Nothing more fits into the field.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Fixes a letter whose time is over.
    pub(crate) fn time(&mut self, now: Duration) {
        if self.wake_at().is_some_and(|at| now >= at)
            && let Some(field) = self.fields.get_mut(self.focus)
        {
            field.entry.settle();
        }
    }

    /// When [`Fields::time`] has something to do.
    pub(crate) fn wake_at(&self) -> Option<Duration> {
        self.focused()?.entry.settles_at()
    }

    /// Whether a key that is held acts again and again.
    pub(crate) fn repeats(&self, key: Key) -> bool {
        match key {
            Key::Left | Key::Right => true,
            Key::Up | Key::Down => self.symbols.is_some(),
            _ => false,
        }
    }

    /// Removes the character before the cursor.
    pub(crate) fn delete(&mut self) {
        self.is_full = false;
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.entry.delete();
        }
    }

    /// Handles a key that types or moves. Returns false for [`Key::Select`] in the last field: the form is to be sent.
    pub(crate) fn press(&mut self, key: Key, now: Duration) -> bool {
        self.is_full = false;
        let last = self.fields.len().saturating_sub(1);
        let Some(field) = self.fields.get_mut(self.focus) else { return key != Key::Select };
        if let Some(symbols) = &mut self.symbols {
            match symbols.press(key) {
                Picked::Open => return true,
                Picked::Text(text) => self.is_full = field.entry.insert(text).is_err(),
                Picked::Nothing => {}
            }
            self.symbols = None;
            return true;
        }
        let kind = field.flags.kind;
        match key {
            Key::Select if self.focus == last => return false,
            Key::Up | Key::Down | Key::Select => {
                field.entry.settle();
                self.focus =
                    if key == Key::Up { self.focus.saturating_sub(1) } else { last.min(self.focus + 1) };
            }
            Key::Left => field.entry.left(),
            Key::Right => field.entry.right(),
            Key::Star | Key::Pound if kind == InputKind::Telephone => {
                let text = if key == Key::Star { "*" } else { "#" };
                self.is_full = field.entry.insert(text).is_err();
            }
            Key::Star if kind != InputKind::Numeric => {
                field.entry.settle();
                self.symbols = Some(Symbols::default());
            }
            Key::Pound if kind == InputKind::PlainText => {
                let _ = field.entry.press(key, now);
            }
            Key::Digit(_) => self.is_full = field.entry.press(key, now).is_err(),
            _ => {}
        }
        true
    }
}
