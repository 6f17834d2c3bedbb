//! The device profiles of a user, to choose one of: a list of any length of which only the rows around the selected one
//! are kept. They come in pieces; whoever scrolls past them asks again.
//!
//! It must never hold more than its window, and never give a row for another than the one that was shown.

use core::time::Duration;

use heapless::Vec;
use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::{DeviceProfile, Piece, Text};

use super::letters::Letters;
use crate::Key;

/// Bytes of the names kept: one of the longest fits.
const NAME_BYTES: usize = 640;

/// Rows kept at most.
const ROWS: usize = 24;

/// Rows to be kept before the selected one and behind it, where they are short enough.
const AROUND: usize = 6;

/// How far a long name moves with a key.
const MOVE: usize = 8;

/// A list of profiles and the place in it.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    /// The names kept, one behind the other.
    names: Vec<u8, NAME_BYTES>,
    /// Where each ends in them.
    ends: Vec<u16, ROWS>,
    /// The place of the first one in the list.
    first: usize,
    /// The list: the rows that begin with the letters.
    found: Found,
    selected: usize,
    /// Characters of the selected name that are out of sight on the left.
    hidden: usize,
    /// What is typed; the list may still be another's.
    letters: Letters,
    /// The selected row when the rows kept were asked for.
    around: usize,
    /// The list is not the one that was there first.
    changed: bool,
    /// Select was pressed on a name that is being read again; the list says at its end whether it is the same.
    awaited: bool,
    reading: Option<Reading>,
}

/// What is known of a list beside its rows.
#[derive(Clone, Debug, Default)]
struct Found {
    letters: Letters,
    len: usize,
    default: Option<usize>,
    /// What tells all rows from those of another list; none before there was one.
    sum: Option<u32>,
}

/// An answer on its way in.
#[derive(Debug)]
struct Reading {
    found: Found,
    /// The row to keep others around; none until the default is known.
    around: Option<usize>,
    /// All rows of the user so far.
    rows: usize,
    sum: u32,
    /// The rows that come are the user's.
    is_ours: bool,
    /// Rows of this answer have taken the place of those before.
    replaced: bool,
    /// There is no room for another row.
    is_full: bool,
    user: User,
}

/// What an answer says of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    NotMentioned,
    Listed,
    Refused(Option<EmServiceCode>),
}

/// What an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// So many profiles.
    Profiles(usize),
    /// A failure, with its code if there is one.
    Refused(Option<EmServiceCode>),
    /// Nothing about the user.
    Unexpected,
}

impl Profiles {
    /// Forgets the list and what was typed.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes a piece of an answer about `user`; none where an answer starts.
    pub(crate) fn take(&mut self, piece: Option<Piece<'_>>, user: &str) {
        let Some(piece) = piece else { return self.start() };
        let Some(reading) = &mut self.reading else { return };
        match piece {
            Piece::User(id) => {
                reading.is_ours = id.eq_ignore_case(user);
                if reading.is_ours && reading.user == User::NotMentioned {
                    reading.user = User::Listed;
                }
            }
            Piece::UserEnd { .. } => reading.is_ours = false,
            Piece::Failure(failure) => reading.user = User::Refused(failure.code),
            Piece::UserFailure(failure) if reading.is_ours => reading.user = User::Refused(failure.code),
            Piece::Profile(profile) if reading.is_ours => self.row(profile),
            _ => {}
        }
    }

    /// Takes that the answer was read to its end, and says what it holds.
    pub(crate) fn end(&mut self) -> Content {
        let Some(Reading { mut found, sum, rows, replaced, user, .. }) = self.reading.take() else {
            return Content::Unexpected;
        };
        match user {
            User::NotMentioned => return Content::Unexpected,
            User::Refused(code) => return Content::Refused(code),
            User::Listed => {}
        }
        if !replaced {
            self.forget_rows();
        }
        let before = self.found.sum;
        found.sum = Some(sum);
        self.changed = before.is_some_and(|before| before != sum);
        self.awaited &= !self.changed;
        if before.is_none() {
            self.selected = found.default.unwrap_or(0);
        }
        self.selected = self.selected.min(found.len.saturating_sub(1));
        self.found = found;
        Content::Profiles(rows)
    }

    /// Takes that no answer comes.
    pub(crate) fn give_up(&mut self) {
        self.reading = None;
        self.awaited = false;
    }

    /// Whether rows are missing around the selected one, so that the list is to be asked for again.
    pub(crate) fn wants_rows(&self) -> bool {
        if self.is_searching() {
            return self
                .reading
                .as_ref()
                .is_none_or(|reading| reading.found.letters.as_str() != self.letters());
        }
        let kept = self.first..self.first + self.ends.len();
        let last = self.found.len.saturating_sub(1);
        let ends = [self.selected.saturating_sub(AROUND), self.selected.saturating_add(AROUND).min(last)];
        let missing = !kept.contains(&self.selected)
            || (self.around != self.selected && ends.iter().any(|row| !kept.contains(row)));
        self.found.len > 0 && missing && self.reading.is_none()
    }

    /// Moves through the list or types a letter.
    pub(crate) fn press(&mut self, key: Key, now: Duration) {
        self.changed = false;
        self.awaited = false;
        let last = self.found.len.saturating_sub(1);
        let hidden = self.hidden;
        self.hidden = 0;
        let typed = match key {
            Key::Left => return self.hidden = hidden.saturating_sub(MOVE),
            Key::Right => {
                let length = self.name(self.selected).map_or(0, |name| name.chars().count());
                let further = hidden.saturating_add(MOVE);
                return self.hidden = if further < length { further } else { hidden };
            }
            Key::Up => return self.selected = self.selected.saturating_sub(1),
            Key::Down => return self.selected = self.selected.saturating_add(1).min(last),
            Key::Soft2 => self.letters.pop(),
            key => self.letters.press(key, now),
        };
        if typed {
            self.selected = 0;
        }
    }

    /// The name of the selected row, if it is certain to be the one that is shown.
    pub(crate) fn chosen(&self) -> Option<&str> {
        self.shown().filter(|_| !self.reading.as_ref().is_some_and(|reading| reading.replaced))
    }

    /// Has the name that is shown chosen once the list is read, should it be the same list.
    pub(crate) fn await_choice(&mut self) {
        self.awaited = self.reading.is_some() && self.shown().is_some();
    }

    /// Whether a name that was selected can be chosen now that the list is read.
    pub(crate) fn was_awaited(&self) -> bool {
        self.awaited
    }

    fn shown(&self) -> Option<&str> {
        if self.is_searching() { None } else { self.name(self.selected) }
    }

    /// Whether rows are on their way.
    pub(crate) fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// A name of the list, if it is kept.
    pub(crate) fn name(&self, row: usize) -> Option<&str> {
        let row = row.checked_sub(self.first)?;
        let start = row.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        let bytes = self.names.get(usize::from(start)..usize::from(*self.ends.get(row)?))?;
        core::str::from_utf8(bytes).ok()
    }

    pub(crate) fn is_default(&self, row: usize) -> bool {
        self.found.default == Some(row)
    }

    /// How many rows begin with the letters.
    pub(crate) fn len(&self) -> usize {
        self.found.len
    }

    pub(crate) fn selected(&self) -> usize {
        self.selected
    }

    /// Characters of the selected name that are out of sight on the left.
    pub(crate) fn hidden(&self) -> usize {
        self.hidden
    }

    /// The letters typed.
    pub(crate) fn letters(&self) -> &str {
        self.letters.as_str()
    }

    /// Whether the list is still that of other letters.
    pub(crate) fn is_searching(&self) -> bool {
        self.found.letters.as_str() != self.letters.as_str()
    }

    /// Whether the list was found to be another than before.
    pub(crate) fn has_changed(&self) -> bool {
        self.changed
    }

    fn start(&mut self) {
        let around = self.found.sum.map(|_| self.selected);
        self.around = self.selected;
        let found = Found { letters: self.letters.clone(), ..Found::default() };
        self.reading = Some(Reading {
            found,
            around,
            rows: 0,
            sum: FNV_START,
            is_ours: false,
            replaced: false,
            is_full: false,
            user: User::NotMentioned,
        });
    }

    /// Takes the next row: counts it, and keeps it if it is near the selected one.
    fn row(&mut self, profile: DeviceProfile<'_>) {
        let Some(reading) = &mut self.reading else { return };
        reading.rows += 1;
        let name = profile.name;
        let marked = name.chars().chain([if profile.is_default { '\u{1}' } else { '\0' }]);
        reading.sum =
            marked.fold(reading.sum, |sum, character| (sum ^ u32::from(character)).wrapping_mul(FNV_PRIME));
        if !reading.found.letters.begin(name.chars()) {
            return;
        }
        let row = reading.found.len;
        reading.found.len += 1;
        let mut restart = false;
        if profile.is_default && reading.found.default.is_none() {
            reading.found.default = Some(row);
            if reading.around.is_none() {
                reading.around = Some(row);
                restart = reading.is_full;
                // The rows before it are missing.
                if restart {
                    self.around = usize::MAX;
                }
            }
        }
        let around = reading.around.unwrap_or(0);
        if row < around.saturating_sub(AROUND) && reading.around.is_some() || (reading.is_full && !restart) {
            return;
        }
        let first_of_answer = !core::mem::replace(&mut reading.replaced, true);
        reading.is_full = false;
        if first_of_answer || restart {
            self.forget_rows();
            self.first = row;
        }
        while !self.push(name) {
            // Rows before the selected one make room for those up to it.
            if self.first >= around || row > around.saturating_add(AROUND) || self.ends.is_empty() {
                if let Some(reading) = &mut self.reading {
                    reading.is_full = true;
                }
                return;
            }
            self.drop_first();
        }
    }

    fn forget_rows(&mut self) {
        self.names.clear();
        self.ends.clear();
    }

    /// Adds a row behind those kept, if there is room.
    fn push(&mut self, name: Text<'_>) -> bool {
        let length = self.names.len();
        let pushed = !self.ends.is_full()
            && name.chars().all(|character| {
                let mut bytes = [0; 4];
                self.names.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes()).is_ok()
            });
        let end = u16::try_from(self.names.len()).ok().filter(|_| pushed);
        let kept = end.is_some_and(|end| self.ends.push(end).is_ok());
        if !kept {
            self.names.truncate(length);
        }
        kept
    }

    fn drop_first(&mut self) {
        if self.ends.is_empty() {
            return;
        }
        let bytes = self.ends.remove(0);
        for end in &mut self.ends {
            *end = end.saturating_sub(bytes);
        }
        let kept = self.names.len().saturating_sub(usize::from(bytes));
        self.names.copy_within(usize::from(bytes).., 0);
        self.names.truncate(kept);
        self.first += 1;
    }
}

// FNV-1a.
const FNV_START: u32 = 0x811C_9DC5;
const FNV_PRIME: u32 = 0x0100_0193;
