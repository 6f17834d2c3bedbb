//! What a screen makes of a code: the name of a row and its number, cut at the edge and oddly spaced. This makes such
//! texts and compares their readings with the row.

use hotdesk_core::codes::{Family, Row};
use hotdesk_core::explain::explain;

/// Returns every row of the tables with each of its names.
pub fn names() -> Vec<(Row, &'static str)> {
    let rows = Family::ALL.into_iter().flat_map(Family::rows);
    rows.flat_map(|row| names_of(row).map(move |name| (row, name))).collect()
}

fn names_of(row: Row) -> impl Iterator<Item = &'static str> {
    std::iter::once(row.name()).chain(row.second_names())
}

/// Returns the first characters of a text, as a screen of that width does.
pub fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// Returns the readings of a text.
///
/// # Panics
///
/// Panics if one is not a row of the tables, or appears twice.
pub fn readings(text: &str) -> Vec<Row> {
    let found: Vec<Row> = explain(text).collect();
    for (at, row) in found.iter().enumerate() {
        assert!(row.family().rows().any(|it| it == *row), "{text:?}: {row:?} is no row of its family");
        assert!(!found[..at].contains(row), "{text:?}: {row:?} twice");
    }
    found
}

/// Takes a name by its place among all, cuts it and writes it as the style says: upper case, wide blanks, `Error:-`
/// before it, and its number before or behind it, in brackets.
///
/// With a number that is whole, the row is among the readings, however its name is cut. A name alone reads its row from
/// half of it or twenty letters on; a shorter one reads nothing wrong: nothing, the row among others, or a row whose
/// whole name this is.
///
/// # Panics
///
/// Panics if this does not hold.
pub fn cut_name(place: usize, characters: usize, style: u8) {
    let names = names();
    let (row, name) = names[place % names.len()];
    let length = name.chars().count();
    let characters = characters % (length + 1);
    let shown = cut(name, characters);
    let shown = if style & 1 == 0 { shown } else { shown.to_uppercase() };
    let shown = if style & 2 == 0 { shown } else { shown.replace(' ', "   ") };
    let (text, numbered) = match (row.code(), style & 12) {
        (Some(code), 4) => (format!("[{code}]-{shown}"), true),
        (Some(code), 8) => (format!("{shown}({code})"), true),
        (Some(code), 12) => (format!("Error [ {code} ] - {shown}"), true),
        _ => (shown.clone(), false),
    };
    let text = if style & 16 == 0 || text.starts_with("Error") { text } else { format!("Error:- {text}") };
    let found = readings(&text);
    if numbered {
        assert!(found.contains(&row), "{text:?} of {row:?}: {found:?}");
        return;
    }
    if shown.parse::<u16>().is_ok() {
        // The beginning of "8945 phone" is a bare number.
        return;
    }
    let enough = (letters(name) / 2).clamp(8, 20);
    // A cut name can be the whole of another one; that one is read then.
    let is_name = |row: &Row| names_of(*row).any(|name| letters(name) == letters(&shown));
    let other = found.iter().all(is_name);
    if letters(&shown) >= enough || characters == length {
        assert!(!found.is_empty() && (found.contains(&row) || other), "{text:?}: {found:?}");
    } else {
        assert!(found.is_empty() || found.contains(&row) || other, "{text:?}: {found:?}");
    }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}
