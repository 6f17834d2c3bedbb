//! The form that asks for user ID and PIN, for a login and for a logout that a person signs.
//!
//! The PIN leaves it only for the request, and is wiped once that is answered, or as soon as the form is left.

use core::time::Duration;

use zeroize::Zeroize;

use super::entry::{Entry, Mode};
use super::pin::{Full, Pin};
use super::symbols::{Picked, Symbols};
use crate::Key;
use crate::config::UserIdMode;

/// A field of the form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Field {
    #[default]
    User,
    Pin,
}

impl Field {
    fn other(self) -> Self {
        match self {
            Self::User => Self::Pin,
            Self::Pin => Self::User,
        }
    }
}

/// What the form says about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// The field must not be empty.
    Needed(Field),
    /// Nothing more fits into the field.
    Full,
    /// A PIN has digits only.
    DigitsOnly,
}

/// What a key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The form stays.
    Stay,
    /// Both fields are filled and the person wants it sent.
    Submit,
    /// The person wants to leave.
    Cancel,
}

/// User ID, PIN, and the field that is being typed in.
#[derive(Debug, Default)]
pub(crate) struct Form {
    user: Entry,
    pin: Pin,
    focus: Field,
    hint: Option<Hint>,
    /// The one field there is, where the other is not asked for.
    only: Option<Field>,
    /// The page of symbols for the user ID, while it is open.
    symbols: Option<Symbols>,
}

impl Form {
    /// An empty form. Every user ID starts in the mode told, or else in the one used last.
    pub(crate) fn new(mode: Option<UserIdMode>) -> Self {
        Self { user: Entry::new(mode), ..Self::default() }
    }

    /// Handles a key.
    pub(crate) fn press(&mut self, key: Key, now: Duration) -> Outcome {
        self.hint = None;
        if let Some(symbols) = &mut self.symbols {
            let picked = symbols.press(key);
            self.pick(picked);
            return Outcome::Stay;
        }
        match key {
            Key::Soft1 => return self.submit(),
            Key::Select if self.focus == Field::Pin || self.only.is_some() => return self.submit(),
            Key::Soft3 => return Outcome::Cancel,
            Key::Up | Key::Down if self.only.is_some() => {}
            Key::Up | Key::Down | Key::Select => self.focus(self.focus.other()),
            _ => match self.focus {
                Field::User => self.press_in_user(key, now),
                Field::Pin => self.press_in_pin(key),
            },
        }
        Outcome::Stay
    }

    fn press_in_user(&mut self, key: Key, now: Duration) {
        match key {
            Key::Soft2 => self.user.delete(),
            Key::Left => self.user.left(),
            Key::Right => self.user.right(),
            Key::Star => {
                self.user.settle();
                self.symbols = Some(Symbols::default());
            }
            _ => {
                let room = self.user.press(key, now);
                self.check(room);
            }
        }
    }

    fn press_in_pin(&mut self, key: Key) {
        match key {
            Key::Soft2 => self.pin.pop(),
            Key::Digit(digit @ 0..=9) => {
                let room = self.pin.push(digit);
                self.check(room);
            }
            Key::Star | Key::Pound => self.hint = Some(Hint::DigitsOnly),
            _ => {}
        }
    }

    /// Goes back from the page of symbols with what was picked there.
    fn pick(&mut self, picked: Picked) {
        match picked {
            Picked::Open => return,
            Picked::Text(text) => {
                let room = self.user.insert(text);
                self.check(room);
            }
            Picked::Nothing => {}
        }
        self.symbols = None;
    }

    fn check(&mut self, room: Result<(), Full>) {
        if room.is_err() {
            self.hint = Some(Hint::Full);
        }
    }

    /// Whether a key that is held acts again and again.
    pub(crate) fn repeats(&self, key: Key) -> bool {
        match key {
            Key::Left | Key::Right => true,
            Key::Soft2 => self.symbols.is_none(),
            Key::Up | Key::Down => self.symbols.is_some(),
            _ => false,
        }
    }

    /// Takes a user ID as if it was typed.
    pub(crate) fn set_user(&mut self, user: &str) {
        self.user.clear();
        let room = self.user.insert(user);
        self.check(room);
    }

    /// Asks for one field alone, which starts with this text: a user ID field for any text, a PIN empty.
    pub(crate) fn ask_only(&mut self, field: Field, text: &str) {
        self.clear();
        self.only = Some(field);
        self.focus = field;
        // A text that does not fit is left out.
        let _ = self.user.insert(text);
    }

    /// The one field there is, where the other is not asked for.
    pub(crate) fn only(&self) -> Option<Field> {
        self.only
    }

    /// Says something about what was submitted.
    pub(crate) fn say(&mut self, hint: Hint) {
        self.hint = Some(hint);
    }

    /// Has every user ID start in this mode, or else in the one used last.
    pub(crate) fn start_in(&mut self, mode: Option<UserIdMode>) {
        self.user.start_in(mode);
    }

    /// Goes to a field.
    pub(crate) fn focus(&mut self, field: Field) {
        self.user.settle();
        self.focus = field;
    }

    /// Fixes a letter whose time is over.
    pub(crate) fn time(&mut self, now: Duration) {
        if self.user.settles_at().is_some_and(|at| now >= at) {
            self.user.settle();
        }
    }

    /// When [`Form::time`] has something to do.
    pub(crate) fn wake_at(&self) -> Option<Duration> {
        self.user.settles_at()
    }

    /// Forgets the PIN.
    pub(crate) fn wipe_pin(&mut self) {
        self.pin.zeroize();
    }

    /// Forgets both fields.
    pub(crate) fn clear(&mut self) {
        self.wipe_pin();
        self.user.clear();
        self.focus = Field::User;
        self.hint = None;
        self.only = None;
        self.symbols = None;
    }

    /// The user ID as typed.
    pub(crate) fn user(&self) -> &str {
        self.user.value()
    }

    /// How many characters of the user ID are before the cursor.
    pub(crate) fn cursor(&self) -> usize {
        self.user.cursor()
    }

    /// While the letter before the cursor can change: the characters of its key, and which of them it is now.
    pub(crate) fn letters(&self) -> Option<(&'static str, usize)> {
        self.user.letters()
    }

    /// The page of symbols, while it is open.
    pub(crate) fn symbols(&self) -> Option<&Symbols> {
        self.symbols.as_ref()
    }

    /// What the number keys give in the user ID field.
    pub(crate) fn mode(&self) -> Mode {
        self.user.mode()
    }

    /// The PIN as typed: for the request, and for the number of stars.
    pub(crate) fn pin(&self) -> &Pin {
        &self.pin
    }

    /// The field that keys go to.
    pub(crate) fn focused(&self) -> Field {
        self.focus
    }

    /// What the form says about a field.
    pub(crate) fn hint(&self) -> Option<Hint> {
        self.hint
    }

    fn submit(&mut self) -> Outcome {
        if self.only == Some(Field::User) {
            // Whether it may be empty is its own business.
            self.user.settle();
            return Outcome::Submit;
        }
        let empty = if self.user.value().is_empty() && self.only.is_none() {
            Field::User
        } else if self.pin.len() == 0 {
            Field::Pin
        } else {
            self.user.settle();
            return Outcome::Submit;
        };
        self.focus(empty);
        self.hint = Some(Hint::Needed(empty));
        Outcome::Stay
    }
}
