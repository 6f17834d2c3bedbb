//! Finds the number in what a screen shows. A number that may be cut, or part of a longer one, is none.

use super::words::is_letter;
use crate::codes::{Family, Row};

/// A number as it stands in a text: decimal, four hexadecimal digits, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    decimal: Option<u16>,
    hexadecimal: Option<u16>,
}

impl Number {
    /// Reads a whole text as a number. Codes are written without leading zeros, but for VIP's four digits.
    pub(super) fn of(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let zeros = text.len() > 1 && text.starts_with('0');
        let hex = text.len() == 4
            && text.bytes().all(|b| b.is_ascii_hexdigit())
            && text.bytes().any(|b| b.is_ascii_digit());
        let decimal = if digits && !zeros { text.parse().ok() } else { None };
        let hexadecimal = if hex { u16::from_str_radix(text, 16).ok() } else { None };
        (decimal.is_some() || hexadecimal.is_some()).then_some(Self { decimal, hexadecimal })
    }

    /// Returns true if this is the row's own number.
    pub(super) fn is_of(self, row: Row) -> bool {
        let number = if row.family() == Family::Vip { self.hexadecimal } else { self.decimal };
        number.is_some() && row.number() == number
    }

    /// Returns true if this number behind a bracket ends with it: the bracket is closed, or the text is cut there and no
    /// longer number that is known begins so.
    fn is_closed(self, after: &str) -> bool {
        let after = after.trim_start();
        let begins =
            |longer: u16| self.decimal.is_some_and(|number| [longer / 10, longer / 100].contains(&number));
        let rows = || Family::ALL.into_iter().filter(|family| *family != Family::Vip).flat_map(Family::rows);
        after.starts_with([']', ')'])
            || (after.is_empty()
                && !rows().filter_map(Row::number).any(|longer| longer > 9 && begins(longer)))
    }

    /// Returns true if phones show this number in place of the row's own.
    pub(super) fn is_shown_by(self, row: Row) -> bool {
        self.decimal.is_some() && row.shown_as() == self.decimal
    }
}

/// A number and the text on both sides of it.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) number: Number,
    pub(super) before: &'a str,
    pub(super) after: &'a str,
}

/// Words right before a number that mark it as a code.
const LABELS: [&str; 8] = ["error", "err", "code", "status", "number", "result", "unavailable", "again"];

/// Returns the first number that is marked as a code: in brackets, or at the start or behind a label and with no word
/// right behind it.
pub(super) fn marked(text: &str) -> Option<Found<'_>> {
    let mut first = true;
    tokens(text).find_map(|(before, token, after)| {
        let first = core::mem::replace(&mut first, false);
        let number = Number::of(token)?;
        let labelled = || first || LABELS.iter().any(|label| last_word(before).eq_ignore_ascii_case(label));
        let marked = if opens(before) { number.is_closed(after) } else { ends(after) && labelled() };
        marked.then_some(Found { number, before, after })
    })
}

/// Returns the number that a text begins or ends with.
pub(super) fn at_an_end(text: &str) -> Option<Found<'_>> {
    tokens(text).find_map(|(before, token, after)| {
        let at_an_end = last_word(before).is_empty() || !after.contains(is_letter);
        let number = Number::of(token)?;
        (at_an_end && !opens(before)).then_some(Found { number, before, after })
    })
}

/// Returns the number that a text begins with, if it is not cut or part of a longer one.
pub(super) fn first(text: &str) -> Option<Number> {
    let (before, token, after) = tokens(text).next()?;
    let number = Number::of(token)?;
    let whole = if opens(before) { number.is_closed(after) } else { ends(after) };
    whole.then_some(number)
}

/// Returns the text without the bracket that its end leaves open.
pub(super) fn without_cut(text: &str) -> &str {
    match text.rfind(['[', '(']).and_then(|at| Some((text.get(..at)?, text.get(at..)?))) {
        Some((before, rest)) if !rest.contains([']', ')']) => before,
        _ => text,
    }
}

/// The runs of letters and digits in a text, each with the text before and behind it.
fn tokens(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(is_letter)?;
        let length = text.get(start..)?.find(|c| !is_letter(c));
        at = length.map_or(text.len(), |length| start + length);
        Some((text.get(..start)?, text.get(start..at)?, text.get(at..)?))
    })
}

fn opens(before: &str) -> bool {
    before.trim_end().ends_with(['[', '('])
}

/// Whether a number ends where the text behind it starts: no word follows, and no more digits behind a mark.
fn ends(after: &str) -> bool {
    let mut chars = after.chars();
    match chars.next() {
        None => true,
        Some(c) if c.is_whitespace() => {
            !after.trim_start().starts_with(|c: char| is_letter(c) || c == '[' || c == '(')
        }
        Some(_) => !chars.next().is_some_and(|c| c.is_ascii_digit()),
    }
}

fn last_word(text: &str) -> &str {
    text.trim_end_matches(|c| !is_letter(c)).rsplit(|c| !is_letter(c)).next().unwrap_or_default()
}
