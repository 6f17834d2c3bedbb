//! Finds what a text has in quotes, whichever quotes a language or a keyboard has.

use super::words::{self, is_letter};

/// The opening marks, each with the marks that close it. `'` and its curly forms are quotes only where no letter comes
/// before the opening one or follows the closing one; elsewhere they are apostrophes.
const PAIRS: [(char, &[char]); 14] = [
    ('"', &['"', '\u{201d}']),
    ('\u{201c}', &['\u{201d}', '"']),
    ('\u{201e}', &['\u{201c}', '\u{201d}']),
    ('\u{201d}', &['\u{201d}']),
    ('\u{ab}', &['\u{bb}']),
    ('\u{bb}', &['\u{ab}', '\u{bb}']),
    ('\u{2039}', &['\u{203a}']),
    ('\u{203a}', &['\u{2039}', '\u{203a}']),
    ('\'', &['\'', '\u{2019}']),
    ('\u{2018}', &['\u{2019}', '\'']),
    ('\u{201a}', &['\u{2018}', '\u{2019}']),
    ('`', &['`', '\'']),
    ('\u{300c}', &['\u{300d}']),
    ('\u{300e}', &['\u{300f}']),
];

/// A text in quotes, the text before it and the text after it, both without the quotes.
#[derive(Clone, Copy)]
pub(super) struct Quoted<'a> {
    pub(super) before: &'a str,
    pub(super) inside: &'a str,
    pub(super) after: &'a str,
}

/// Returns what a text has in quotes if it starts with them; to its end if they are not closed.
pub(super) fn at_start(text: &str) -> Option<Quoted<'_>> {
    let closing = closing(text.chars().next()?)?;
    let rest = text.get(text.chars().next()?.len_utf8()..)?;
    let (inside, after) = split(rest, closing).unwrap_or((rest, ""));
    Some(Quoted { before: "", inside, after })
}

/// Returns true if a text ends with an opening quote and the text after a gap starts with one that closes it.
pub(super) fn enclose(before: &str, after: &str) -> bool {
    let opening = before.trim_end().chars().next_back();
    opening.and_then(closing).is_some_and(|closing| after.trim_start().starts_with(closing))
}

/// Returns true if what is in quotes behind a text is the name of somebody, and nothing a screen says.
pub(super) fn is_name(before: &str) -> bool {
    words::end_at(before, "couldnotauthenticate").is_some()
}

/// Returns every text in quotes, in order. One that is not closed goes on to the end, as it does on a narrow screen.
pub(super) fn each(text: &str) -> impl Iterator<Item = Quoted<'_>> {
    let mut at = 0;
    // Marks that nothing further on closes are not looked for again, so the time stays linear.
    let mut unclosed = [false; PAIRS.len()];
    core::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let found = rest.char_indices().find(|(_, c)| PAIRS.iter().any(|(opening, _)| opening == c));
            let (offset, c) = found?;
            let opening = at.saturating_add(offset);
            let before = text.get(..opening)?;
            at = opening.saturating_add(c.len_utf8());
            let pair = PAIRS.iter().zip(&mut unclosed).find(|((opening, _), _)| *opening == c);
            let Some(((_, closing), unclosed)) = pair else { continue };
            // Behind a letter it is an apostrophe, behind a number a measure (`7"`).
            let part_of_word = (is_single(c) && before.ends_with(is_letter))
                || (c == '"' && before.ends_with(|c: char| c.is_ascii_digit()));
            if *unclosed || part_of_word {
                continue;
            }
            let rest = text.get(at..)?;
            match split(rest, closing) {
                Some((inside, after)) => {
                    at = text.len().saturating_sub(after.len());
                    return Some(Quoted { before, inside, after });
                }
                None => {
                    *unclosed = true;
                    return Some(Quoted { before, inside: rest, after: "" });
                }
            }
        }
    })
}

fn closing(opening: char) -> Option<&'static [char]> {
    PAIRS.iter().find(|(of, _)| *of == opening).map(|(_, closing)| *closing)
}

fn is_single(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{201a}')
}

/// Parts a text at the first mark that closes, which no letter follows if it could be an apostrophe.
fn split<'a>(text: &'a str, closing: &[char]) -> Option<(&'a str, &'a str)> {
    let mut marks = text.char_indices().filter(|(_, c)| closing.contains(c));
    marks.find_map(|(at, c)| {
        let after = text.get(at.saturating_add(c.len_utf8())..)?;
        let apostrophe = is_single(c) && after.starts_with(is_letter);
        (!apostrophe).then_some((text.get(..at)?, after))
    })
}
