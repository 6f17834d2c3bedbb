//! From what a person read on a screen or in a log to the rows of the code tables. It must never guess: what is not
//! in a table has no reading, and where several rows are possible all of them are listed.

mod number;
mod words;

use core::iter::FlatMap;

use crate::codes::symptom::PHRASES;
use crate::codes::{Family, Row, Rows, Source};

use number::Number;
use words::Fit;

/// Returns what a number or a text of a screen can mean, in the order of the families; rows that are only shown under
/// the number come last.
///
/// A text is one of these, in any case and with any blanks and marks between its words:
/// - a number, or a family and a number: `26`, `em:26`, `vip:6009`, `mfa:14` ([`Family::from_name`]). A number without
///   a family is read in all of them, as decimal and, if it has four hexadecimal digits, as a VIP code;
/// - a number among words: in brackets, behind `Error` or `Code`, or at the start: `[201]-Authentication error`,
///   `Login is unavailable(213)`. If the words are a name with this number, there is that reading only; otherwise
///   every row that shows the number, of Extension Mobility alone where the words say `Login is unavailable`;
/// - an error of the phone: `XML Error [4]`, `HTTP Error [503]`, `CiscoIPPhoneError 4`;
/// - a name alone, also with words shortened (to three letters) or cut off (half of it and eight letters, or twenty;
///   all names that begin so are read);
/// - a symptom told in words: `phone resets instead of restarting`.
///
/// A number that the end of the text may have cut is not read: `(21`, but `(213`, since no longer code begins so. The time is linear in the length of the text.
///
/// ```
/// use hotdesk_core::codes::Family;
/// use hotdesk_core::explain::explain;
///
/// let read = |text| explain(text).map(|row| (row.family(), row.number())).collect::<Vec<_>>();
/// assert_eq!(read("em:26"), [(Family::EmService, Some(26))]);
/// assert_eq!(read("Error [22]-Dev.logon disabled"), [(Family::EmService, Some(22))]);
/// // What a screen shows as 201 may be 39 or 44 inside.
/// let shown = [(Family::EmApp, Some(201)), (Family::EmService, Some(39)), (Family::EmService, Some(44))];
/// assert_eq!(read("Please try to login again (201)"), shown);
/// assert_eq!(read("Untrusted IP Error"), [(Family::EmService, Some(28))]);
/// assert_eq!(read("the weather"), []);
/// ```
pub fn explain(text: &str) -> Readings<'_> {
    Readings { question: Question::of(text.trim()), rows: all_rows(), shown_as: false }
}

/// The readings of a text: an iterator over rows.
#[derive(Clone, Debug)]
pub struct Readings<'a> {
    question: Question<'a>,
    rows: AllRows,
    /// False while the rows that have the number are listed, true for those that are shown under it.
    shown_as: bool,
}

impl Iterator for Readings<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            for row in self.rows.by_ref() {
                if self.question.takes(row, self.shown_as) {
                    return Some(row);
                }
            }
            if self.shown_as {
                return None;
            }
            (self.rows, self.shown_as) = (all_rows(), true);
        }
    }
}

type AllRows = FlatMap<core::array::IntoIter<Family, 7>, Rows, fn(Family) -> Rows>;

fn all_rows() -> AllRows {
    Family::ALL.into_iter().flat_map(Family::rows)
}

/// Texts that stand before the number of any Extension Mobility code.
const GENERAL: [&str; 3] = ["loginisunavailable", "logoutisunavailable", "pleasetrytologinagain"];

/// What stands before a number of the phone's own, letters only; a longer one before its beginning.
const LABELS: [(&str, Source); 6] = [
    ("xmlerror", Source::PhoneXml),
    ("httperror", Source::PhoneHttp),
    ("httpstatus", Source::PhoneHttp),
    ("http", Source::PhoneHttp),
    ("ciscoipphoneerrornumber", Source::PhoneObject),
    ("ciscoipphoneerror", Source::PhoneObject),
];

/// Phrases for codes that have a number, as [`PHRASES`] are for symptoms.
const CODE_PHRASES: [(Family, u16, &str); 1] = [(Family::EmApp, 201, "user inactive ldap")];

/// What was asked, once the text is taken apart.
#[derive(Clone, Debug)]
enum Question<'a> {
    Nothing,
    /// Every row of these families that has or shows the number.
    Number {
        families: Families<'a>,
        number: Number,
    },
    /// The rows of a source's number.
    Phone {
        source: Source,
        number: Number,
    },
    /// The rows that one of the texts names at least so well, of this number if there is one.
    Names {
        texts: [&'a str; 3],
        number: Option<Number>,
        least: Fit,
    },
    /// The rows one of whose phrases the text has.
    Phrase(&'a str),
}

#[derive(Clone, Copy, Debug)]
enum Families<'a> {
    All,
    Login,
    Named(&'a str),
}

impl<'a> Question<'a> {
    fn of(text: &'a str) -> Self {
        if let Some((name, rest)) = text.rsplit_once([':', ' '])
            && let Some(number) = Number::of(rest)
            && let name = name.trim_end_matches([':', ' '])
            && Family::from_name(name).next().is_some()
        {
            return Self::Number { families: Families::Named(name), number };
        }
        let body = words::without_error(text);
        if let Some((source, number)) = labelled(body) {
            return Self::named([body, "", ""], Some(number), Some(source))
                .unwrap_or(Self::Phone { source, number });
        }
        if let Some(found) = number::marked(body) {
            let number = Some(found.number);
            return Self::named([found.before, found.after, ""], number, None).unwrap_or_else(|| {
                let general = GENERAL.iter().any(|general| words::ends_with(found.before, general));
                let families = if general { Families::Login } else { Families::All };
                Self::Number { families, number: found.number }
            });
        }
        // A number at either end that nothing marks as a code only counts together with its name.
        let at_an_end = number::at_an_end(body)
            .and_then(|found| Self::named([found.before, found.after, ""], Some(found.number), None));
        at_an_end
            .or_else(|| Self::named([text, body, ""], None, None))
            .or_else(|| Self::named([number::without_cut(body), "", ""], None, None))
            .unwrap_or_else(|| if words::is_empty(body) { Self::Nothing } else { Self::Phrase(text) })
    }

    /// Asks for the rows that the texts name best, if they name any of the number and source.
    fn named(texts: [&'a str; 3], number: Option<Number>, source: Option<Source>) -> Option<Self> {
        all_rows()
            .filter(|row| source.is_none_or(|source| row.source() == source))
            .filter(|row| number.is_none_or(|number| number.is_of(*row) || number.is_shown_by(*row)))
            .filter_map(|row| fit(&texts, row, number))
            .max()
            .filter(|best| *best != Fit::Glimpse)
            // Where a cut text is enough for one name, the longer ones that begin so are possible too.
            .map(|best| if best == Fit::Cut { Fit::Glimpse } else { best })
            .map(|least| Self::Names { texts, number, least })
    }

    fn takes(&self, row: Row, shown_as: bool) -> bool {
        let has = |number: Number| if shown_as { number.is_shown_by(row) } else { number.is_of(row) };
        match *self {
            Self::Nothing => false,
            Self::Number { families: Families::All, number } => has(number),
            Self::Number { families: Families::Login, number } => {
                matches!(row.family(), Family::EmService | Family::EmApp | Family::Emcc) && has(number)
            }
            Self::Number { families: Families::Named(name), number } => {
                !shown_as && number.is_of(row) && Family::from_name(name).any(|family| family == row.family())
            }
            Self::Phone { source, number } => row.source() == source && has(number),
            Self::Names { ref texts, number, least } => {
                number.map_or(!shown_as, has) && fit(texts, row, number) >= Some(least)
            }
            Self::Phrase(text) => !shown_as && has_phrase(text, row),
        }
    }
}

/// How well the best of the texts names the row.
fn fit(texts: &[&str; 3], row: Row, number: Option<Number>) -> Option<Fit> {
    texts.iter().filter_map(|text| words::fit(text, row.name(), number.is_some())).max()
}

/// Reads a number of the phone's own behind its label.
fn labelled(text: &str) -> Option<(Source, Number)> {
    LABELS.iter().find_map(|(label, source)| {
        let rest = words::strip_prefix(text, label)?;
        Some((*source, number::first(rest)?))
    })
}

fn has_phrase(text: &str, row: Row) -> bool {
    match row.family() {
        Family::Symptom => PHRASES
            .get(usize::from(row.index()))
            .is_some_and(|phrases| phrases.iter().any(|phrase| words::has_phrase(text, phrase))),
        family => CODE_PHRASES.iter().any(|(of, number, phrase)| {
            *of == family && Some(*number) == row.number() && words::has_phrase(text, phrase)
        }),
    }
}
