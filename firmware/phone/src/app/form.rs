//! The form that asks for user ID and PIN, for a login and for a logout that a person signs.
//!
//! The PIN leaves it only for the request, and is wiped once that is answered, or as soon as the form is left.

use core::time::Duration;

use zeroize::Zeroize;

use super::entry::{Entry, Mode};
use super::pin::Pin;
use crate::Key;

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
    /// The field is full.
    Full(Field),
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
}

impl Form {
    /// Handles a key.
    pub(crate) fn press(&mut self, key: Key, now: Duration) -> Outcome {
        self.hint = None;
        match key {
            Key::Soft1 => return self.submit(),
            Key::Select if self.focus == Field::Pin => return self.submit(),
            Key::Soft3 => return Outcome::Cancel,
            Key::Up | Key::Down | Key::Select => self.focus(self.focus.other()),
            Key::Soft2 => match self.focus {
                Field::User => self.user.pop(),
                Field::Pin => self.pin.pop(),
            },
            Key::Right => self.user.settle(),
            Key::Left => {}
            Key::Digit(_) | Key::Star | Key::Pound => {
                let room = match (self.focus, key) {
                    (Field::User, _) => self.user.press(key, now),
                    (Field::Pin, Key::Digit(digit @ 0..=9)) => self.pin.push(digit),
                    (Field::Pin, _) => Ok(()),
                };
                if room.is_err() {
                    self.hint = Some(Hint::Full(self.focus));
                }
            }
        }
        Outcome::Stay
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
    }

    /// The user ID as typed.
    pub(crate) fn user(&self) -> &str {
        self.user.value()
    }

    /// Whether the user ID's last letter can still change.
    pub(crate) fn is_letter_pending(&self) -> bool {
        self.user.is_pending()
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
        let empty = if self.user.value().is_empty() {
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
