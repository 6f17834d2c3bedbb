//! Which children stand together in an element, and which must be there (PROTOCOL.md 3.3 to 3.5 and 6.2 to 6.8): once
//! for a document that is read whole and for one that is read in pieces. It must not know how either is read.

use super::element_name::ElementName;
use super::schema::{Cardinality, Child, Context, Key, key, keys};
use crate::error::{Field, Refusal};

/// An element that knows a child of one of these keys must have it.
const MANDATORY: u16 = keys([
    key::APP_INFO,
    key::APP_ID,
    key::CERTIFICATE,
    key::DEVICE_NAME,
    key::USER_ID,
    key::PROFILE_NAME,
    key::IS_DEFAULT,
    key::ROWS,
]);

/// An element with a [`Choice`](crate::Choice) must have a child of one of these.
const CHOICE: u16 = keys([
    key::OPERATION,
    key::MINUTES,
    key::ERROR,
    key::USER,
    key::FREE,
    key::HAS,
    key::NONE,
    key::DOES_NOT_EXIST,
]);

/// The keys of a row, which start anew with each.
pub(super) const ROW: u16 = PART
    | keys([
        key::NAME,
        key::HAS,
        key::USER_FAILURE,
        key::NONE,
        key::DOES_NOT_EXIST,
        key::USER,
        key::FREE,
        key::LAST_LOGIN,
        key::EMCC,
    ]);

/// The keys of a part of a row, which start anew with each.
pub(super) const PART: u16 = keys([key::ERROR, key::CODE, key::PROFILE_NAME, key::IS_DEFAULT]);

/// What excludes others in a row.
struct Exclusion {
    key: Key,
    /// What it cannot stand beside.
    beside: u16,
    field: Field,
}

/// The exclusions, in the order in which errors name them.
static EXCLUSIONS: [Exclusion; 3] = [
    Exclusion {
        key: key::DOES_NOT_EXIST,
        beside: keys([
            key::USER,
            key::LAST_LOGIN,
            key::EMCC,
            key::FREE,
            key::HAS,
            key::USER_FAILURE,
            key::NONE,
        ]),
        field: Field::DoesNotExist,
    },
    Exclusion { key: key::NONE, beside: keys([key::HAS, key::USER_FAILURE]), field: Field::None },
    Exclusion { key: key::USER_FAILURE, beside: keys([key::HAS]), field: Field::Failure },
];

/// What was seen of a message so far.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    keys: u16,
    /// How many of its two user slots a `device` has filled.
    filled: u8,
}

impl Seen {
    pub(super) const NOTHING: Self = Self { keys: 0, filled: 0 };

    /// Returns true if something was seen under the key.
    pub(super) const fn has(self, key: Key) -> bool {
        self.keys & keys([key]) != 0
    }

    pub(super) const fn insert(&mut self, key: Key) {
        self.keys |= keys([key]);
    }

    /// Starts an element: what its predecessor had counts no more.
    pub(super) const fn enter(&mut self, context: Context) {
        if context.is_row() {
            self.keys &= !ROW;
            self.filled = 0;
        } else if matches!(context, Context::Failure | Context::DeviceProfile) {
            self.keys &= !PART;
        }
    }

    /// Says why a child cannot stand here, or counts it. `first` is the element that was seen under its key.
    #[inline]
    pub(super) fn refuses(&mut self, child: &Child, first: impl FnOnce() -> ElementName) -> Option<Refusal> {
        if matches!(child.cardinality, Cardinality::Once | Cardinality::Filler) && self.has(child.key) {
            return Some(match child.key {
                key::OPERATION if child.element.is_result() => Refusal::TwoResults,
                key::OPERATION => Refusal::TwoOperations,
                _ if first() == child.element => Refusal::Repeated(child.field),
                _ => Refusal::Excluded(child.field),
            });
        }
        if matches!(child.cardinality, Cardinality::Filler | Cardinality::NoneFiller) {
            if self.filled == 2 {
                return Some(Refusal::ThirdSlot);
            }
            self.filled = self.filled.saturating_add(1);
        }
        None
    }

    /// Says what is wrong with an element of the context that ends, and under which key the child is that is at fault; under
    /// none if the element itself is.
    pub(super) fn at_end(self, context: Context) -> Option<(Refusal, Option<Key>)> {
        let known = context.keys();
        let missing = known & MANDATORY & !self.keys;
        if missing != 0 {
            let child = context.children().iter().find(|child| keys([child.key]) & missing != 0)?;
            return Some((Refusal::Missing(child.field), None));
        }
        if let Some(choice) = context.choice()
            && self.keys & known & CHOICE == 0
        {
            return Some((Refusal::MissingOneOf(choice), None));
        }
        if !context.is_row() {
            return None;
        }
        let breaks = |it: &&Exclusion| self.has(it.key) && self.keys & it.beside != 0;
        EXCLUSIONS.iter().find(breaks).map(|it| (Refusal::Excluded(it.field), Some(it.key)))
    }
}
