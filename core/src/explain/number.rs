//! Finds the numbers in what a screen shows, and what around them says that they are codes. A number that may be cut, or
//! part of a longer one, is none.

use super::quotes;
use super::words::{self, is_letter, is_one_of};
use crate::codes::{Family, Row, Source};

/// A number as a text has it: decimal, four hexadecimal digits, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    decimal: Option<u16>,
    hexadecimal: Option<u16>,
}

impl Number {
    /// Reads a whole text as a number. Codes are written in ASCII digits and without leading zeros, but for VIP's four
    /// digits.
    fn of(text: &str) -> Option<Self> {
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

    /// Returns true if phones show this number in place of the row's own.
    pub(super) fn is_shown_by(self, row: Row) -> bool {
        self.decimal.is_some() && row.shown_as() == self.decimal
    }

    /// Returns true if this number behind a bracket ends with it: the bracket is closed, or the text is cut there and no
    /// longer number that is known begins so.
    fn is_closed(self, after: &str) -> bool {
        let after = after.trim_start();
        let begins =
            |longer: u16| self.decimal.is_some_and(|number| [longer / 10, longer / 100].contains(&number));
        let rows = || Family::ALL.into_iter().filter(|family| *family != Family::Vip).flat_map(Family::rows);
        after.starts_with(CLOSING)
            || (after.is_empty()
                && !rows().filter_map(Row::number).any(|longer| longer > 9 && begins(longer)))
    }

    /// Returns true if this is an HTTP status, so that more words may follow it ("404 Not Found").
    fn is_status(self) -> bool {
        self.decimal.is_some_and(|number| (100..600).contains(&number))
    }

    /// Returns true if this is no count of one or none ("1 error").
    fn is_no_count(self) -> bool {
        self.decimal.is_none_or(|number| number > 1)
    }
}

/// Numbers next to each other, as in `26, 27`: most often one.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    text: &'a str,
    /// The text since the list before.
    pub(super) before: &'a str,
    /// From the first number to the last.
    numbers: &'a str,
    last: Number,
    count: usize,
    /// Only blanks part the numbers.
    is_blank: bool,
    /// The text behind, to its end.
    pub(super) after: &'a str,
    is_first: bool,
}

/// What the text around a list says of its numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'a> {
    /// They are of the families of this name: `em:26`.
    Named(&'a str),
    /// They are codes, perhaps of the families of this name: `EMCC error 23`.
    Codes(Option<&'a str>),
    /// They are of one of the phone's sources: `HTTP Error [503]`. The text starts with the name of the source.
    Phone(Source, &'a str),
    /// Nothing; at an end of the text or not.
    Unmarked { at_an_end: bool },
}

/// The brackets that open and close around numbers, full-width ones of Asian keyboards too.
const OPENING: [char; 6] = ['[', '(', '{', '\u{ff3b}', '\u{ff08}', '\u{3010}'];
const CLOSING: [char; 6] = [']', ')', '}', '\u{ff3d}', '\u{ff09}', '\u{3011}'];

/// Words right before a number that mark it as a code where the text or a sentence ends behind it.
const LABELS: &str = "error err code status number result detail reasoncode unavailable again";

/// Those that mark it also where one of [`FOLLOWING`] comes behind it.
const SINGULARS: &str = "error err code";

/// The same before several numbers. Before one they count something ("errors: 3").
const PLURALS: &str = "errors codes statuses numbers results errorcodes";

/// Words right behind a number that mark it as a code: `201 error`.
const LABELS_BEHIND: &str = "error err code status";

/// Words behind those that say that the number is a count ("5 error messages").
const COUNTED: &str = "messages codes logs lines entries reports texts screens pages types events counts";

/// Words before a number that make it no code although `error` follows ("on line 26 error").
const OTHER_NUMBERS: &str =
    "version release cucm manager line port page step extension ext model phone room floor";

/// Words that may follow a number behind a label. After any other word the number could count what is named there
/// ("error 5 phones").
const FOLLOWING: &str = "while when whenever after before during since on in at from for with and or but if as is was mean \
    means appears occurs comes shows every then again please";

/// Words before "code" that make it one of another kind.
const OTHER_CODES: &str = "pin access dial country area zip postal feature door";

/// Words between a label and its number ("the error is 26").
const FILLERS: &str = "is was no nr of";

/// Words between a number and the family it belongs to.
const LINKS: &str = "in of for on from with the";

/// Families whose names are words that mean nothing else, so that they count anywhere beside a number.
const HINTS: &str = "emcc vip mfa azure-mfa em-service em-app";

/// What phones put before a number of their own, letters only; a longer one before its beginning.
const PHONE_LABELS: [(&str, Source); 6] = [
    ("ciscoipphoneerrornumber", Source::PhoneObject),
    ("ciscoipphoneerror", Source::PhoneObject),
    ("xmlerror", Source::PhoneXml),
    ("httperror", Source::PhoneHttp),
    ("httpstatus", Source::PhoneHttp),
    ("http", Source::PhoneHttp),
];

/// More numbers than this with only blanks between them are data, not codes.
const MOST_BY_BLANKS: usize = 16;

/// Returns the lists of numbers in a text.
pub(super) fn lists(text: &str) -> impl Iterator<Item = List<'_>> {
    let (mut at, mut behind, mut is_first) = (0, 0, true);
    core::iter::from_fn(move || {
        loop {
            let (start, mut end) = token(text, at)?;
            at = end;
            let first = core::mem::replace(&mut is_first, false);
            let Some(mut last) = text.get(start..end).and_then(Number::of) else { continue };
            let first_end = end;
            let (mut count, mut is_blank) = (1_usize, true);
            while let Some((next_end, number)) = next_of_list(text, end) {
                is_blank &= text.get(end..next_end)?.starts_with(char::is_whitespace);
                (end, last, count) = (next_end, number, count.saturating_add(1));
            }
            let mut list = List {
                text,
                before: text.get(behind..start)?,
                numbers: text.get(start..end)?,
                last,
                count,
                is_blank,
                after: text.get(end..)?,
                is_first: first,
            };
            // What counts something behind a code is not of its list ("error 26, 3 times").
            if (2..=MOST_BY_BLANKS).contains(&count) && matches!(list.kind(), Kind::Unmarked { .. }) {
                end = first_end;
                list.numbers = text.get(start..end)?;
                (list.last, list.count, list.after) = (Number::of(list.numbers)?, 1, text.get(end..)?);
            }
            (at, behind) = (end, end);
            return Some(list);
        }
    })
}

/// Returns the text without the bracket that its end leaves open.
pub(super) fn without_cut(text: &str) -> &str {
    match text.rfind(OPENING).and_then(|at| Some((text.get(..at)?, text.get(at..)?))) {
        Some((before, rest)) if !rest.contains(CLOSING) => before,
        _ => text,
    }
}

impl<'a> List<'a> {
    pub(super) fn numbers(&self) -> impl Iterator<Item = Number> + use<'a> {
        self.numbers.split(|c| !is_letter(c)).filter_map(Number::of)
    }

    /// Returns the text behind, as far as the next number.
    pub(super) fn after_to_next(&self) -> &'a str {
        let mut at = 0;
        while let Some((start, end)) = token(self.after, at) {
            if self.after.get(start..end).and_then(Number::of).is_some() {
                return self.after.get(..start).unwrap_or_default();
            }
            at = end;
        }
        self.after
    }

    /// Reads the text around the numbers.
    pub(super) fn kind(&self) -> Kind<'a> {
        let in_brackets = self.before.trim_end().ends_with(OPENING);
        let closed = in_brackets && self.last.is_closed(self.after);
        let quoted = quotes::enclose(self.before, self.after) && !quotes::is_name(self.before);
        let ends = ends(self.after);
        // A word may follow that says nothing of the number, or the family.
        let behind = words_behind(self.after);
        let family_behind = behind.is_some_and(|words| words.family.is_some());
        let goes_on = ends || behind.is_some_and(|words| words.family.is_some() || words.follows);
        let labelled_behind = !in_brackets
            && self.last.is_no_count()
            && behind.is_some_and(|words| words.label)
            && !is_one_of(last_word(self.before), OTHER_NUMBERS);
        let joined = !words::word_ends(self.after);
        if self.is_part() {
            return Kind::Unmarked { at_an_end: false };
        }

        let (family, is_explicit) = family_before(self.before);
        if let Some(family) = family
            && is_explicit
            && (closed
                || goes_on
                || labelled_behind
                || (!in_brackets && !joined && self.before.ends_with(':')))
        {
            return Kind::Named(family);
        }
        if let Some((source, text)) = self.phone_source()
            && (closed || (!in_brackets && (goes_on || labelled_behind || self.follows_status(source))))
        {
            return Kind::Phone(source, text);
        }
        let label = label_before(self.before);
        // Screens put a dash between a number and its name ("201-Authentication error").
        let behind_label = match () {
            () if is_one_of(label, SINGULARS) || (self.count > 1 && is_one_of(label, PLURALS)) => {
                let bracket = self.after.trim_start().starts_with(OPENING);
                goes_on || labelled_behind || bracket || self.after.starts_with('-')
            }
            () => is_one_of(label, LABELS) && (ends || family_behind),
        };
        let alone = self.is_first && (is_alone(self.after) || family_behind);
        let several = self.count > 1 && self.last.is_status() && behind.is_some_and(|words| words.plural);
        let is_code = match in_brackets {
            _ if self.is_blank && self.count > MOST_BY_BLANKS => false,
            true => closed,
            false => {
                quoted || behind_label || alone || labelled_behind || several || (family.is_some() && goes_on)
            }
        };
        if is_code {
            return Kind::Codes(family.or(behind.and_then(|words| words.family)));
        }
        let counted = behind.is_some_and(|words| words.counted);
        let at_an_end = !in_brackets && !counted && (self.is_first || words::is_empty(self.after));
        Kind::Unmarked { at_an_end }
    }

    /// Returns the phone's source that is named right before the numbers, or right behind, and the text from there on.
    fn phone_source(&self) -> Option<(Source, &'a str)> {
        let from_there = [self.before, self.numbers, self.after].map(str::len).into_iter().sum();
        let start = self.text.len().saturating_sub(from_there);
        let before = PHONE_LABELS.iter().find_map(|(label, source)| {
            let at = words::end_at(self.before, label)?;
            Some((*source, self.text.get(start.saturating_add(at)..)?))
        });
        let behind = || {
            let mut labels = PHONE_LABELS.iter().filter(|(label, _)| label.ends_with("error"));
            let (_, source) = labels.find(|(label, _)| {
                let rest = words::strip_prefix(self.after, label);
                self.after.starts_with(char::is_whitespace)
                    && rest.is_some_and(|rest| !rest.starts_with(is_letter))
                    && self.last.is_no_count()
            })?;
            Some((*source, self.after))
        };
        before.or_else(behind)
    }

    /// Whether the first number is the end of a longer one, as in `11.5` and `10:42`.
    fn is_part(&self) -> bool {
        let start = self.text.len().saturating_sub(self.after.len()).saturating_sub(self.numbers.len());
        let mut before = self.text.get(..start).unwrap_or_default().chars().rev();
        before.next().is_some_and(|c| ".:,-/".contains(c))
            && before.next().is_some_and(|c| c.is_ascii_digit())
    }

    fn follows_status(&self, source: Source) -> bool {
        source == Source::PhoneHttp
            && self.count == 1
            && self.last.is_status()
            && words::word_ends(self.after)
    }
}

/// What the words right behind a number say of it.
#[derive(Clone, Copy)]
struct Behind<'a> {
    family: Option<&'a str>,
    /// It is a label, of one code or of several.
    label: bool,
    plural: bool,
    /// It, or a word soon behind it, is a label of several codes.
    counted: bool,
    /// It says nothing.
    follows: bool,
}

fn words_behind(after: &str) -> Option<Behind<'_>> {
    let gap_end = after.find(is_letter)?;
    // Words of another sentence, and a word that the number is part of, say nothing of it.
    let gap = after.get(..gap_end)?;
    if gap.contains(['.', ';', '!', '?', '_', '\n']) {
        return None;
    }
    let is_next = gap == "-" || gap.chars().all(char::is_whitespace);
    // Three words at most count.
    let near = after.get(gap_end..)?;
    let near = near.char_indices().nth(64).map_or(near, |(at, _)| near.get(..at).unwrap_or_default());
    let clause = near.split(['.', ',', ';', ':', '!', '?', '"', '\n']).next()?;
    let mut words = clause.split(|c| !is_letter(c) && c != '-').filter(|word| !word.is_empty());
    let first = words.next()?;
    let [second, third] = [words.next(), words.next()].map(Option::unwrap_or_default);
    let label = is_next && is_one_of(first, LABELS_BEHIND);
    let skipped = is_one_of(first, LINKS) || label;
    let family = match (hint(first), skipped.then(|| hint(second)).flatten()) {
        (None, None) if label && is_one_of(second, LINKS) => hint(third),
        (first, second) => first.or(second),
    };
    Some(Behind {
        family,
        label: label && !is_one_of(second, COUNTED),
        plural: is_next && is_one_of(first, PLURALS),
        counted: [first, second, third].iter().any(|word| is_one_of(word, PLURALS)),
        follows: is_next && is_one_of(first, FOLLOWING),
    })
}

fn hint(word: &str) -> Option<&str> {
    is_one_of(word, HINTS).then_some(word)
}

/// Returns the family that is named before a number, and whether it is named as `em:26` does, or alone.
fn family_before(before: &str) -> (Option<&str>, bool) {
    let name = |text: &str| -> usize {
        let kept = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
        kept.len()
    };
    let trimmed = before.trim_end_matches([':', ' ']);
    let word = trimmed.get(name(trimmed)..).unwrap_or_default();
    let is_family = |word: &str| Family::from_name(word).next().is_some();
    let is_alone = words::is_empty(trimmed.get(..name(trimmed)).unwrap_or_default());
    if trimmed.len() < before.len() && is_family(word) && (is_alone || hint(word).is_some()) {
        let is_marked = before.trim_end().ends_with(':');
        return (Some(word), is_alone || is_marked);
    }
    // Behind labels and marks: `EMCC error code: [23]`.
    let mut rest = before;
    loop {
        rest = words::without_marks_behind(rest);
        let word = rest.get(name(rest)..).unwrap_or_default();
        if hint(word).is_some() {
            return (Some(word), false);
        }
        if ![LABELS, PLURALS, "login logon logout"].iter().any(|labels| is_one_of(word, labels)) {
            return (None, false);
        }
        rest = rest.get(..name(rest)).unwrap_or_default();
    }
}

/// Whether a number ends where the text behind it starts: no word follows, and no more digits behind a mark.
fn ends(after: &str) -> bool {
    let mut chars = after.chars();
    match chars.next() {
        None => true,
        Some('_') => false,
        Some(c) if c.is_whitespace() => {
            !words::word_follows(after) && !after.trim_start().starts_with(OPENING)
        }
        Some(_) => !chars.next().is_some_and(|c| c.is_ascii_digit()),
    }
}

/// Whether a number at the start of a text is all it says: not a measure (`7"`, `30%`), nor one of a list of points
/// ("1. Restart").
fn is_alone(after: &str) -> bool {
    let ends = ends(after) && words::word_ends(after);
    match after.chars().next() {
        Some('.' | ')') => words::is_empty(after),
        Some(c) => ends && (c.is_whitespace() || ",;:!?|/-=\u{2013}\u{2014}\u{2026}".contains(c)),
        None => true,
    }
}

/// Returns the word right before a number, or the one before a filler.
fn label_before(before: &str) -> &str {
    let mut words = words::words(before).rev();
    let [last, previous] = [words.next(), words.next()].map(Option::unwrap_or_default);
    match () {
        () if is_one_of(last, FILLERS) => {
            if is_one_of(previous, SINGULARS) {
                previous
            } else {
                ""
            }
        }
        () if is_one_of(previous, OTHER_CODES) => "",
        () => last,
    }
}

/// Returns the next number of a list: parted from the last by blanks, one of the marks of lists, and `and` or `or`.
fn next_of_list(text: &str, end: usize) -> Option<(usize, Number)> {
    let (mut start, mut next_end) = token(text, end)?;
    if !is_gap(text.get(end..start)?) {
        return None;
    }
    if is_one_of(text.get(start..next_end)?, "and or und oder") {
        let word_end = next_end;
        (start, next_end) = token(text, word_end)?;
        if !text.get(word_end..start)?.chars().all(char::is_whitespace) {
            return None;
        }
    }
    Some((next_end, Number::of(text.get(start..next_end)?)?))
}

fn is_gap(gap: &str) -> bool {
    let marks = gap.trim();
    marks.is_empty() || (marks.len() == 1 && marks.contains([',', ';', '/', '&', '+', '|']))
}

/// Returns the next run of letters and digits from a place in the text on.
fn token(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = at.saturating_add(text.get(at..)?.find(is_letter)?);
    let length = text.get(start..)?.find(|c| !is_letter(c));
    Some((start, length.map_or(text.len(), |length| start.saturating_add(length))))
}

fn last_word(text: &str) -> &str {
    words::words(text).next_back().unwrap_or_default()
}
