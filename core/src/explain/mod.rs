//! From what a person read on a screen or in a log to the rows of the code tables. It must never guess: what is not in
//! a table has no reading, and where several rows are possible all of them are listed. It never panics or allocates.

mod number;
mod quotes;
mod rows;
mod words;

use crate::codes::symptom::PHRASES;
use crate::codes::{Family, NameSource, Row, azure_mfa, em_service};

use number::{Kind, List, Number};
use rows::{RowSet, all_rows};
use words::{Evidence, Fit};

/// Returns what a number or a text of a screen can mean, in the order of the families; rows that are only shown under
/// the number come last.
///
/// A text is one or more of these, in any case and with any blanks and marks between its words:
/// - a number, or a family and a number: `26`, `em:26`, `vip:6009`, `mfa:14` ([`Family::from_name`]). A number without
///   a family is read in all of them, as decimal and, if it has four hexadecimal digits, as a VIP code. `emcc:47` is the
///   row of the service, for most of its codes mean the same in Cross Cluster use;
/// - a number among words: in brackets or quotes, behind `Error` or `Code`, before `error`, or at the start:
///   `[201]-Authentication error`, `Login is unavailable(213)`, `they receive 201 error`. If words beside it are of a name
///   with this number, there are those rows only; otherwise every row that shows the number, of Extension Mobility alone
///   where the words say `Login is unavailable`, of one family where they name it (`Error Code: 23 EMCC`);
/// - several numbers: `code 26, code 27`;
/// - an error of the phone: `XML Error [4]`, `HTTP Error [503]`, `CiscoIPPhoneError 4`;
/// - a name, also with words shortened (to three letters) or cut off (half of it and eight letters, or twenty; all names
///   that begin so are read). It ends where a word ends. [Second names](Row::second_names) count as well; the symbolic
///   results of Azure MFA and the texts of refusals are found anywhere in the text;
/// - a sentence that has one of these in quotes: `it says "error file not found"`;
/// - a symptom described in words: `phone resets instead of restarting`.
///
/// A number that the end of the text may have cut is not read: `(21` is none, `(213` is, because no longer code begins
/// so. The time is linear in the length of the text.
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
pub fn explain(text: &str) -> Readings {
    let text = text.trim();
    let mut found = Found::default();
    number::lists(text).for_each(|list| list_of_numbers(&list, &mut found));
    if found.is_empty() {
        found = name(text);
    }
    quoted(text, 1, &mut found);
    anywhere(text, &mut found);
    found.add(&Found::of(&|row| has_code_phrase(text, row)));
    if found.is_empty() {
        found = Found::of(&|row| has_phrase(text, row));
    }
    Readings { found, next: 0, shown_as: false }
}

/// The readings of a text: an iterator over rows.
#[derive(Clone, Debug)]
pub struct Readings {
    found: Found,
    next: u8,
    /// False while the rows that have the number are listed, true for those that are shown under it.
    shown_as: bool,
}

impl Readings {
    /// Returns true if the row was read from the symbolic name of a result of Azure MFA and from nothing else. Reports show
    /// these names without a number; they are mapped to rows by description, which is an inference.
    ///
    /// ```
    /// use hotdesk_core::explain::explain;
    ///
    /// let readings = explain("FAILED_PHONE_BUSY");
    /// let row = readings.clone().next().unwrap();
    /// assert_eq!(row.number(), Some(101));
    /// assert!(readings.is_mapped_by_text(row));
    /// assert!(!explain("mfa:101").is_mapped_by_text(row));
    /// ```
    pub fn is_mapped_by_text(&self, row: Row) -> bool {
        all_rows().any(|(at, of)| of == row && self.found.by_text.contains(at))
    }
}

impl Iterator for Readings {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            for (at, row) in all_rows().skip(self.next.into()) {
                self.next = at.saturating_add(1);
                let is_next = match (self.shown_as, self.found.own.contains(at)) {
                    (false, own) => own,
                    (true, own) => !own && self.found.shown.contains(at),
                };
                if is_next {
                    return Some(row);
                }
            }
            if self.shown_as {
                return None;
            }
            (self.next, self.shown_as) = (0, true);
        }
    }
}

/// The rows that a text, or a part of it, can mean.
#[derive(Clone, Debug, Default)]
struct Found {
    own: RowSet,
    /// Rows of another number than the one read, under which phones show them.
    shown: RowSet,
    /// Of the rows, those mapped by a symbolic name.
    by_text: RowSet,
}

impl Found {
    fn of(is_found: &dyn Fn(Row) -> bool) -> Self {
        Self { own: RowSet::of(is_found), ..Self::default() }
    }

    fn is_empty(&self) -> bool {
        self.own.is_empty() && self.shown.is_empty()
    }

    /// Adds the rows that a part of the text names. If some of them were found by their number, the part says which rows
    /// of that number are meant, and adds none.
    fn add(&mut self, named: &Self) {
        if named.own.is_empty() {
            return;
        }
        let mut adds = true;
        for (at, meant) in all_rows().filter(|(at, _)| named.own.contains(*at)) {
            if !self.own.contains(at) && !self.shown.contains(at) {
                continue;
            }
            adds = false;
            let numbers = [meant.number(), meant.shown_as()];
            let is_same = |number: Option<u16>| number.is_some() && numbers.contains(&number);
            for (at, row) in all_rows().filter(|(at, _)| !named.own.contains(*at)) {
                if is_same(row.number()) {
                    self.own.remove(at);
                }
                if is_same(row.shown_as()) {
                    self.shown.remove(at);
                }
            }
        }
        if adds {
            self.own.insert_all(&named.own);
            self.by_text.insert_all(&named.by_text);
        }
    }
}

/// The letters of the shortest name, "Success"; nothing shorter is one.
const SHORTEST: usize = 7;

/// The texts before the number of any Extension Mobility code.
const GENERAL: [&str; 3] = ["loginisunavailable", "logoutisunavailable", "pleasetrytologinagain"];

/// Phrases for codes that have a number, as [`PHRASES`] are for symptoms.
const CODE_PHRASES: [(Family, u16, &str); 1] = [(Family::EmApp, 201, "user inactive ldap")];

/// Reads numbers that are next to each other.
fn list_of_numbers(list: &List<'_>, found: &mut Found) {
    let kind = list.kind();
    let after_to_next = list.after_to_next();
    let beside = |row| fit_beside(list, after_to_next, row);
    // A number that is repeated is read once, whatever it takes to compare all names with the words beside it.
    let mut seen = RowSet::default();
    for number in list.numbers() {
        let rows = RowSet::of(&|row| number.is_of(row) || number.is_shown_by(row));
        let is_new = all_rows().any(|(at, _)| rows.contains(at) && !seen.contains(at));
        if !is_new {
            continue;
        }
        seen.insert_all(&rows);
        match kind {
            Kind::Named(family) => drop(of_family(family, number, found)),
            Kind::Phone(source, text) => {
                let label = |row: Row| {
                    if row.source() != source {
                        return None;
                    }
                    words::fit(text, row.name(), Evidence::BesideNumber)
                };
                if !best(number, Fit::Within(0), &label, found) {
                    found.own.insert_all(&RowSet::of(&|row| row.source() == source && number.is_of(row)));
                }
            }
            Kind::Codes(family) => {
                if !best(number, Fit::Within(0), &beside, found) {
                    code(list, number, family, found);
                }
            }
            // Without a mark a number counts only together with its name.
            Kind::Unmarked { at_an_end } => {
                let least = if at_an_end { Fit::Cut } else { Fit::Shortened };
                best(number, least, &beside, found);
            }
        }
    }
}

/// Reads a number that is marked as a code and has no name beside it.
fn code(list: &List<'_>, number: Number, family: Option<&str>, found: &mut Found) {
    let is_login = |row: Row| matches!(row.family(), Family::EmService | Family::EmApp | Family::Emcc);
    let is_emcc = family.is_some_and(|family| Family::from_name(family).eq([Family::Emcc]));
    if let Some(family) = family
        && (of_family(family, number, found) || !is_emcc)
    {
        return;
    }
    // The login page shows codes of its own in Cross Cluster use, too.
    let general = is_emcc || GENERAL.iter().any(|general| words::end_at(list.before, general).is_some());
    found.own.insert_all(&RowSet::of(&|row| number.is_of(row) && (!general || is_login(row))));
    found.shown.insert_all(&RowSet::of(&|row| number.is_shown_by(row)));
}

/// Reads a number of the families of a name, and returns true if there is one.
fn of_family(family: &str, number: Number, found: &mut Found) -> bool {
    let of = |asked: &str| {
        RowSet::of(&|row| number.is_of(row) && Family::from_name(asked).any(|family| family == row.family()))
    };
    // In Cross Cluster use a number without a meaning of its own has that of the service.
    let is_emcc = Family::from_name(family).eq([Family::Emcc]);
    found.own.insert_all(&of(family)) || (is_emcc && found.own.insert_all(&of(Family::EmService.as_str())))
}

/// Reads the rows of a number that fit best, and returns true if one fits at least so well.
fn best(number: Number, least: Fit, fit: &dyn Fn(Row) -> Option<Fit>, found: &mut Found) -> bool {
    let (mut own, mut shown, mut best) = (RowSet::default(), RowSet::default(), None);
    for (at, row) in all_rows() {
        let is_own = number.is_of(row);
        if !is_own && !number.is_shown_by(row) {
            continue;
        }
        let fit = fit(row).filter(|fit| *fit >= least);
        if fit > best {
            (own, shown, best) = (RowSet::default(), RowSet::default(), fit);
        }
        if fit.is_some() && fit == best {
            if is_own { own.insert(at) } else { shown.insert(at) }
        }
    }
    found.own.insert_all(&own);
    found.shown.insert_all(&shown);
    best.is_some()
}

/// Returns how well the words beside a number name a row.
fn fit_beside(list: &List<'_>, after_to_next: &str, row: Row) -> Option<Fit> {
    let before = words::without_error(words::without_marks(list.before));
    best_name(row, &|name| {
        let starts = [before, list.after].map(|text| words::fit(text, name, Evidence::BesideNumber));
        let within = [words::fit_before(before, name), words::fit_within(after_to_next, name)];
        starts.into_iter().chain(within).max().flatten()
    })
}

/// Reads a text as a name.
fn name(text: &str) -> Found {
    let text = words::without_marks(text);
    if text.chars().filter(|c| words::is_letter(*c)).take(SHORTEST).count() < SHORTEST {
        return Found::default();
    }
    let body = words::without_error(text);
    let found = names(&[text, body]);
    if found.is_empty() { names(&[number::without_cut(body)]) } else { found }
}

/// Reads the rows that the texts name best.
fn names(texts: &[&str]) -> Found {
    let fit = |name: &str| texts.iter().filter_map(|text| words::fit(text, name, Evidence::Alone)).max();
    let mut best = None;
    for (_, row) in all_rows() {
        best = best.max(best_name(row, &fit).filter(|fit| *fit != Fit::Glimpse));
    }
    let mut found = Found::default();
    let Some(best) = best else { return found };
    // Where a cut text is enough for one name, the longer ones that begin so are possible too.
    let least = if best == Fit::Cut { Fit::Glimpse } else { best };
    for (at, row) in all_rows() {
        if best_name(row, &fit) >= Some(least) {
            found.own.insert(at);
            if row.family() == Family::AzureMfa && fit(row.name()) < Some(least) {
                found.by_text.insert(at);
            }
        }
    }
    found
}

/// Returns how well the best of a row's names fits.
fn best_name(row: Row, fit: &dyn Fn(&str) -> Option<Fit>) -> Option<Fit> {
    let mut best = fit(row.name());
    for (_, name) in row.sourced_names() {
        let fit = fit(name);
        best = best.max(if fit == Some(Fit::Whole) { Some(Fit::Second) } else { fit });
    }
    best
}

/// Adds what the text has in quotes, each read alone as a name; quotes within quotes where the outer ones are none.
fn quoted(text: &str, depth: u8, found: &mut Found) {
    for quoted in quotes::each(text) {
        if quotes::is_name(quoted.before) {
            continue;
        }
        let named = name(quoted.inside.trim());
        if let (true, Some(depth)) = (named.is_empty(), depth.checked_sub(1)) {
            self::quoted(quoted.inside, depth, found);
        }
        found.add(&named);
    }
}

/// Adds what is read wherever the text has it: symbolic names, and the texts of refusals.
fn anywhere(text: &str, found: &mut Found) {
    let is_symbol = |c: char| c == '_' || words::is_letter(c);
    let of = |family, number| RowSet::of(&|row| row.family() == family && row.number() == Some(number));
    for (at, rest) in words::word_starts(text) {
        let is_inside = text.get(..at).is_some_and(|before| before.ends_with('_'));
        let symbol = if is_inside { None } else { rest.split(|c| !is_symbol(c)).next() };
        if let Some(symbol) = symbol.filter(|symbol| symbol.contains('_')) {
            let mut names = azure_mfa::SECOND_NAMES.of_source(NameSource::Report);
            if let Some((number, _)) = names.find(|(_, name)| words::is_name(symbol, name)) {
                let own = of(Family::AzureMfa, number);
                found.add(&Found { by_text: own.clone(), own, shown: RowSet::default() });
            }
        }
        let mut names = em_service::SECOND_NAMES.of_source(NameSource::Refusal);
        if let Some((number, _)) = names.find(|(_, name)| words::starts_with_words(rest, name)) {
            found.add(&Found { own: of(Family::EmService, number), ..Found::default() });
        }
    }
}

fn has_code_phrase(text: &str, row: Row) -> bool {
    CODE_PHRASES.iter().any(|(of, number, phrase)| {
        *of == row.family() && Some(*number) == row.number() && words::has_phrase(text, phrase)
    })
}

fn has_phrase(text: &str, row: Row) -> bool {
    row.family() == Family::Symptom
        && PHRASES
            .get(usize::from(row.index()))
            .is_some_and(|phrases| phrases.iter().any(|phrase| words::has_phrase(text, phrase)))
}
