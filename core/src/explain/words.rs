//! Compares what a screen shows with the names of the tables, letter by letter: case, blanks and marks do not count,
//! words may be shortened, the end may be cut. Every comparison stops at the end of the name.

use core::str::Chars;

use super::quotes;

/// How well a text names a row, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is so many words from within the name; or the name, where one word without quotes stands for what the name has in
    /// quotes.
    Within(u8),
    /// It is the beginning of the name, but too little of it to be evidence alone.
    Glimpse,
    /// It is the beginning of the name.
    Cut,
    /// It is the name with words shortened, in either.
    Shortened,
    /// It is a second name of the row.
    Second,
    /// It is the name.
    Whole,
}

/// How much of a name a text must have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Half of the name, within [`CUT_ALONE`]; and behind the name a mark or nothing.
    Alone,
    /// [`CUT_BESIDE_NUMBER`] letters, for the number of the row is there, too. More words may follow.
    BesideNumber,
}

/// A shortened word keeps at least this many letters.
const SHORTENED: usize = 3;

/// A name cut beside its number keeps at least this many letters.
const CUT_BESIDE_NUMBER: usize = 3;

/// The bounds of half a name.
const CUT_ALONE: (usize, usize) = (8, 20);

/// Words in the names of many rows, and words of any sentence: alone they are no evidence for a row.
const GENERAL: &str = "error err code status number result unavailable again and not the for";

/// Compares a text with a name from the beginning of both.
pub(super) fn fit(text: &str, name: &str, evidence: Evidence) -> Option<Fit> {
    let (words, parameter) = parameter(name);
    let (end, shortened) = compare(text, words)?;
    // Symbolic names are not shortened.
    if shortened && name.contains('_') {
        return None;
    }
    let full = if shortened { Fit::Shortened } else { Fit::Whole };
    match end {
        // The words alone are cut before what the name has in quotes.
        End::Both if parameter && !is_documented_alone(words) => Some(Fit::Cut),
        End::Both => Some(full),
        End::Text { letters, left } => {
            let (least, most) = CUT_ALONE;
            let enough = match evidence {
                Evidence::Alone => letters.midpoint(left).clamp(least, most),
                Evidence::BesideNumber => CUT_BESIDE_NUMBER,
            };
            match letters {
                _ if evidence == Evidence::BesideNumber && !is_evidence(text) => None,
                _ if letters >= enough => Some(Fit::Cut),
                _ if letters >= least => Some(Fit::Glimpse),
                _ => None,
            }
        }
        End::Name { rest } if parameter => fit_parameter(rest, full),
        End::Name { rest } => {
            (word_ends(rest) && (evidence == Evidence::BesideNumber || !word_follows(rest))).then_some(full)
        }
    }
}

/// Compares what follows a name with what the name has in quotes, for which any text may stand. Without quotes it must
/// be one word, and the last.
fn fit_parameter(rest: &str, full: Fit) -> Option<Fit> {
    let rest = rest.trim_start_matches([' ', ':']);
    if let Some(quoted) = quotes::at_start(rest) {
        return (!word_follows(quoted.after)).then_some(full);
    }
    let one = !without_marks_behind(rest).contains(char::is_whitespace);
    match rest.starts_with(is_letter) {
        true => one.then_some(Fit::Within(1)),
        false => Some(Fit::Cut),
    }
}

/// Parts a name from what it has in quotes at its end.
fn parameter(name: &str) -> (&str, bool) {
    let quote = name.find('\'').and_then(|at| name.get(..at)).filter(|words| words.ends_with(' '));
    quote.map_or((name, false), |words| (words, true))
}

/// Whether sources show the words without what the name has in quotes: of the texts of refusals, those that name the
/// error first.
fn is_documented_alone(words: &str) -> bool {
    words.contains(':')
}

/// Compares the words right before a number with a name: they may start within the text and end it.
pub(super) fn fit_before(text: &str, name: &str) -> Option<Fit> {
    word_starts(end_of(text))
        .filter_map(|(at, rest)| {
            let (words, _) = parameter(name);
            match compare(rest, words) {
                // A name that starts earlier is the better one.
                Some((End::Both, false)) if at == 0 => Some(Fit::Whole),
                Some((End::Both, _)) => Some(Fit::Shortened),
                _ => fit_within(rest, name).filter(|fit| at == 0 || *fit > Fit::Within(1)),
            }
        })
        .max()
}

/// Compares a text with the words of a name: it must be some of them, in their order and next to each other, and one of
/// them not general.
pub(super) fn fit_within(text: &str, name: &str) -> Option<Fit> {
    // No name has more words than this.
    let count = words(text).take(33).count();
    let mut starts = word_starts(name);
    let is_in_name = |(_, rest)| matches!(compare(text, rest), Some((End::Both | End::Text { .. }, false)));
    let fits = count <= 32 && is_evidence(text) && starts.any(is_in_name);
    fits.then(|| Fit::Within(u8::try_from(count).unwrap_or(u8::MAX)))
}

/// Whether one of the words is not general.
fn is_evidence(text: &str) -> bool {
    words(text).any(|word| {
        let singular = word.strip_suffix(['s', 'S']).unwrap_or(word);
        word.len() >= SHORTENED && !is_one_of(word, GENERAL) && !is_one_of(singular, GENERAL)
    })
}

/// Returns the words of a text; an apostrophe parts them.
pub(super) fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c| !is_letter(c)).filter(|word| !word.is_empty())
}

/// Returns true if the word is one of a list, in which blanks part them, in any case.
pub(super) fn is_one_of(word: &str, list: &str) -> bool {
    list.split(' ').any(|of| word.eq_ignore_ascii_case(of))
}

/// Returns the text from its first letter on.
pub(super) fn without_marks(text: &str) -> &str {
    text.trim_start_matches(|c| !is_letter(c))
}

/// Returns the text to its last letter.
pub(super) fn without_marks_behind(text: &str) -> &str {
    text.trim_end_matches(|c| !is_letter(c))
}

/// Returns true if a word follows after blanks.
pub(super) fn word_follows(text: &str) -> bool {
    text.trim_start().starts_with(is_letter)
}

/// Returns the end of a text as far as it can be a name: no text of a table is longer than 255 bytes.
fn end_of(text: &str) -> &str {
    let mut starts = text.len().saturating_sub(255)..=text.len();
    starts.find_map(|start| text.get(start..)).unwrap_or_default()
}

/// Returns where each word of a text starts, and the text from there on.
pub(super) fn word_starts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut inside = false;
    text.char_indices().filter_map(move |(at, c)| {
        let starts = is_letter(c) && !inside;
        inside = is_letter(c) || (inside && is_apostrophe(c));
        if starts { Some((at, text.get(at..)?)) } else { None }
    })
}

/// Returns true if the name is at the start of the text, word by word and not shortened, and ends there or at a mark or
/// blank; or if it is cut by the end of the text.
pub(super) fn starts_with_words(text: &str, name: &str) -> bool {
    let (words, parameter) = parameter(name);
    match compare(text, words) {
        Some((End::Both, false)) => !parameter || is_documented_alone(words),
        Some((End::Text { letters, .. }, false)) => letters >= CUT_ALONE.1,
        Some((End::Name { rest }, false)) if parameter => fit_parameter(rest, Fit::Whole) == Some(Fit::Whole),
        Some((End::Name { rest }, false)) => word_ends(rest),
        _ => false,
    }
}

/// Returns true if the text is exactly this name.
pub(super) fn is_name(text: &str, name: &str) -> bool {
    matches!(compare(text, name), Some((End::Both, false)))
}

/// Returns true if there is no letter and no digit in the text.
pub(super) fn is_empty(text: &str) -> bool {
    !text.contains(is_letter)
}

/// Returns the text behind the word "Error" that screens put first.
pub(super) fn without_error(text: &str) -> &str {
    const ERROR: &str = "error";
    match text.split_at_checked(ERROR.len()) {
        Some((word, rest)) if word.eq_ignore_ascii_case(ERROR) && !rest.starts_with(is_letter) => rest,
        _ => text,
    }
}

/// Returns the text behind a prefix that is given as small letters without blanks.
pub(super) fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let mut letters = Letters::new(text);
    prefix.chars().all(|c| letters.next().is_some_and(|letter| letter.c == c)).then_some(())?;
    Some(letters.chars.as_str())
}

/// Returns where the end of a text starts, if that is made of whole words and equals this, given as small letters
/// without blanks.
pub(super) fn end_at(text: &str, end: &str) -> Option<usize> {
    let mut letters = text.char_indices().rev().filter(|(_, c)| is_letter(*c));
    let mut at = text.len();
    for wanted in end.chars().rev() {
        let (here, c) = letters.next()?;
        (c.to_ascii_lowercase() == wanted).then_some(())?;
        at = here;
    }
    let before = text.get(..at)?;
    (!before.ends_with(is_letter)).then_some(at)
}

/// Returns true if the text has all words of a phrase in their order, each at least as the beginning of a word.
pub(super) fn has_phrase(text: &str, phrase: &str) -> bool {
    let mut wanted = phrase.split(' ');
    let mut want = wanted.next();
    for word in text.split(|c: char| !is_letter(c) && !is_apostrophe(c)) {
        let Some(beginning) = want else { break };
        if strip_prefix(word, beginning).is_some() {
            want = wanted.next();
        }
    }
    want.is_none()
}

/// Returns true if the text behind a name or number does not go on in the same word, as `_PIN` does in `NO_PIN` and
/// `-bit` in `26-bit`.
pub(super) fn word_ends(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some('_') => false,
        Some(c) if "-./\\@&+=~*#%$".contains(c) => !chars.next().is_some_and(|c| is_letter(c) || c == '_'),
        Some(c) => !is_letter(c),
        None => true,
    }
}

/// Where a comparison ended without a difference.
enum End<'a> {
    Both,
    /// The text ended, after so many letters and with so many left of the name.
    Text {
        letters: usize,
        left: usize,
    },
    /// The name ended; this is behind it in the text.
    Name {
        rest: &'a str,
    },
}

/// A text and a name, equal so far.
#[derive(Clone)]
struct Walk<'t, 'n> {
    text: Letters<'t>,
    name: Letters<'n>,
    /// Letters that are equal since the last word started in either.
    word: usize,
    letters: usize,
    shortened: bool,
}

/// Compares a text with a name from the beginning of both: returns where they end, and whether words are shortened.
fn compare<'t>(text: &'t str, name: &str) -> Option<(End<'t>, bool)> {
    let (text, name) = (Letters::new(text), Letters::new(name));
    // Most names differ in their first letter.
    (text.clone().next()?.c == name.clone().next()?.c).then_some(())?;
    Walk { text, name, word: 0, letters: 0, shortened: false }.run()
}

impl<'t> Walk<'t, '_> {
    /// Goes on to the end of text or name. It calls itself where a word starts in one of them only and the letters are
    /// equal all the same ("LoginType", "Login type"; "Conn. error", "Connection error"): not more often than the name
    /// has words.
    fn run(mut self) -> Option<(End<'t>, bool)> {
        loop {
            let here = self.clone();
            let (in_text, in_name) = match (self.text.next(), self.name.next()) {
                // The name ends, but its last word in the text was cut ("SUCCESS_NO_").
                (None, None) if here.text.chars.as_str().starts_with('_') => return None,
                (None, None) => return Some((End::Both, self.shortened)),
                (None, Some(_)) => {
                    let left = here.name.count();
                    return Some((End::Text { letters: self.letters, left }, self.shortened));
                }
                (Some(letter), None) if letter.starts => {
                    return Some((End::Name { rest: here.text.chars.as_str() }, self.shortened));
                }
                (Some(_), None) => {
                    // A name counts only where a word ends. The one name-ending abbreviation is "admin".
                    let rest = strip_prefix(here.text.chars.as_str(), "istrator")?;
                    (self.word == "admin".len()).then_some(())?;
                    self = Self {
                        text: Letters { chars: rest.chars(), starts: false },
                        name: here.name,
                        word: 0,
                        shortened: true,
                        ..self
                    };
                    continue;
                }
                (Some(in_text), Some(in_name)) => (in_text, in_name),
            };
            let may_shorten = in_text.starts != in_name.starts && self.word >= SHORTENED;
            if in_text.c == in_name.c {
                self.letters = self.letters.saturating_add(1);
                self.word = if in_text.starts && in_name.starts { 1 } else { self.word.saturating_add(1) };
                if !may_shorten {
                    continue;
                }
                let end = self.clone().run();
                if end.is_some() {
                    return end;
                }
            } else if !may_shorten {
                return None;
            }
            self = Self { word: 0, shortened: true, ..here };
            if in_text.starts {
                self.name = self.name.past_word();
            } else {
                self.text = self.text.past_word();
            }
        }
    }
}

/// A letter or digit, small; and whether a word starts with it.
struct Letter {
    c: char,
    starts: bool,
}

/// The letters and digits of a text. An apostrophe is left out, anything else parts words.
#[derive(Clone)]
struct Letters<'a> {
    chars: Chars<'a>,
    starts: bool,
}

impl<'a> Letters<'a> {
    fn new(text: &'a str) -> Self {
        Self { chars: text.chars(), starts: true }
    }

    /// Passes over the rest of the word.
    fn past_word(mut self) -> Self {
        loop {
            let here = self.clone();
            match self.next() {
                Some(letter) if !letter.starts => {}
                _ => return here,
            }
        }
    }
}

impl Iterator for Letters<'_> {
    type Item = Letter;

    fn next(&mut self) -> Option<Letter> {
        loop {
            let c = self.chars.next()?;
            if is_letter(c) {
                let starts = core::mem::replace(&mut self.starts, false);
                return Some(Letter { c: c.to_ascii_lowercase(), starts });
            }
            self.starts |= !is_apostrophe(c);
        }
    }
}

/// Whether this belongs to a word. Names are ASCII; beyond, letters are told from marks by their blocks, for the tables
/// of Unicode would be larger than all else here.
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || (c >= '\u{c0}'
            && !matches!(c, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}')
            // Of the full-width forms, the marks.
            && !matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}'))
}

pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}
