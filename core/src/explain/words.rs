//! Compares what a screen shows with the names of the tables, letter by letter: case, blanks and marks do not count,
//! words may be shortened, the end may be cut. Every comparison ends with the name, or passes over the text once.

use core::str::Chars;

/// How a text names a row, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is the beginning of the name, but too little of it to be evidence alone.
    Glimpse,
    /// It is the beginning of the name.
    Cut,
    /// It is the name with words shortened, in either.
    Shortened,
    /// It is the name.
    Whole,
}

/// As many letters of a word are left at least where it is shortened.
const SHORTENED: usize = 3;

/// As many letters must be left of a name that is cut beside its number: too few would be no evidence.
const CUT_BESIDE_NUMBER: usize = 3;

/// Without a number it must be half of the name, within these bounds.
const CUT_ALONE: (usize, usize) = (8, 20);

/// Compares a text with a name. Beside a number that has this name less is asked of it: it may be shorter, and go on
/// behind the name; without a number a mark must stand there.
pub(super) fn fit(text: &str, name: &str, beside_number: bool) -> Option<Fit> {
    let start =
        Walk { text: Letters::new(text), name: Letters::new(name), word: 0, letters: 0, shortened: false };
    let (end, shortened) = start.run()?;
    let full = if shortened { Fit::Shortened } else { Fit::Whole };
    match end {
        End::Both => Some(full),
        End::Text { letters, left } => {
            let (least, most) = CUT_ALONE;
            let enough =
                if beside_number { CUT_BESIDE_NUMBER } else { ((letters + left) / 2).clamp(least, most) };
            match letters {
                _ if letters >= enough => Some(Fit::Cut),
                _ if letters >= least => Some(Fit::Glimpse),
                _ => None,
            }
        }
        End::Name { rest } => {
            let marked = !rest.trim_start().starts_with(is_letter);
            (beside_number || marked).then_some(full)
        }
    }
}

/// Returns true if there is no letter and no digit in the text.
pub(super) fn is_empty(text: &str) -> bool {
    Letters::new(text).next().is_none()
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

/// Returns true if the text ends with this, given as small letters without blanks.
pub(super) fn ends_with(text: &str, end: &str) -> bool {
    let mut letters = text.chars().rev().filter(|c| is_letter(*c)).map(|c| c.to_ascii_lowercase());
    end.chars().rev().all(|c| letters.next() == Some(c))
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

impl<'t> Walk<'t, '_> {
    /// Goes on to the end of text or name. It calls itself where a word starts in one of them only and the letters are
    /// equal all the same ("LoginType", "Login type"; "Conn. error", "Connection error"): not more often than the name
    /// has words.
    fn run(mut self) -> Option<(End<'t>, bool)> {
        loop {
            let here = self.clone();
            let (in_text, in_name) = match (self.text.next(), self.name.next()) {
                (None, None) => return Some((End::Both, self.shortened)),
                (None, Some(_)) => {
                    let left = here.name.count();
                    return Some((End::Text { letters: self.letters, left }, self.shortened));
                }
                (Some(letter), None) if letter.starts => {
                    return Some((End::Name { rest: here.text.chars.as_str() }, self.shortened));
                }
                (Some(_), None) => {
                    if self.word < SHORTENED {
                        return None;
                    }
                    self = Self {
                        text: here.text.past_word(),
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
                self.letters += 1;
                self.word = if in_text.starts && in_name.starts { 1 } else { self.word + 1 };
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
        || (c >= '\u{c0}' && !matches!(c, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}'))
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}
