//! Lays out a form: the user ID under its label, the PIN as stars beside its own, and a line that says what keys do.
//!
//! It must never lay out a digit of a PIN. Labels and hint stay where they are: of what is longer than its place, the part
//! around the cursor is seen.

use super::layout::{Layout, Role};
use super::page::Page;
use crate::app::{App, Field, Form};
use crate::font::marks;
use crate::words;

/// Lines besides those of the user ID: its label, the PIN, the hint.
const OTHER_LINES: usize = 3;

pub(super) fn put(app: &App<'_>, page: &mut Page<'_>) {
    let form = app.form();
    let (columns, lines) = (page.layout.columns, page.layout.lines);
    let cells = cells(form);
    let user_lines = user_lines(form, page.layout);

    if form.only() == Some(Field::Pin) {
        pin(app, 0, page);
    } else {
        label(app, Field::User, 0, page);
        user(form, cells, Window::new(form.cursor(), cells, columns * user_lines), page);
    }
    if form.only().is_none() {
        pin(app, 1 + user_lines, page);
    }
    hint(app, lines.saturating_sub(1), page);
}

/// Whether a line shows the field that is not in use.
pub(super) fn is_in_other_field(app: &App<'_>, layout: &Layout, line: usize) -> bool {
    let form = app.form();
    let pin_line = 1 + user_lines(form, layout);
    let field = match line {
        _ if form.only().is_some() || line > pin_line => return false,
        _ if line == pin_line => Field::Pin,
        _ => Field::User,
    };
    field != form.focused()
}

/// Cells of the user ID: one more than characters, the cursor.
fn cells(form: &Form) -> usize {
    form.user().chars().count() + 1
}

fn user_lines(form: &Form, layout: &Layout) -> usize {
    cells(form).div_ceil(layout.columns).clamp(1, layout.lines.saturating_sub(OTHER_LINES).max(1))
}

/// The part of a text that is seen: the cursor is in its middle wherever there is enough text on both sides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start: usize,
    pub(super) len: usize,
}

impl Window {
    pub(super) fn new(cursor: usize, cells: usize, room: usize) -> Self {
        let last = cells.saturating_sub(room);
        Self { start: cursor.saturating_sub(room / 2).min(last), len: cells.min(room) }
    }
}

fn label(app: &App<'_>, field: Field, line: usize, page: &mut Page<'_>) {
    let role = if app.form().focused() == field { Role::Text } else { Role::Faint };
    page.text(line, words::field(app, field), role);
}

fn user(form: &Form, cells: usize, window: Window, page: &mut Page<'_>) {
    let columns = page.layout.columns;
    // A letter that can still change is the place of typing itself.
    let typing_at = match (form.focused(), form.letters()) {
        (Field::Pin, _) => None,
        (Field::User, Some(_)) => form.cursor().checked_sub(1),
        (Field::User, None) => Some(form.cursor()),
    };
    let text = form.user().chars().chain([' ']).enumerate().skip(window.start).take(window.len);
    for (place, (index, character)) in text.enumerate() {
        let role = if typing_at == Some(index) { Role::Selected } else { Role::Text };
        let character = match place {
            0 if window.start > 0 => marks::GOES_BACK,
            _ if place + 1 == window.len && index + 1 < cells => marks::GOES_ON,
            _ => character,
        };
        page.body(1 + place / columns, place % columns, character, role);
    }
}

fn pin(app: &App<'_>, line: usize, page: &mut Page<'_>) {
    let form = app.form();
    label(app, Field::Pin, line, page);
    let start = words::field(app, Field::Pin).chars().count() + 1;
    let stars = form.pin().len();
    let window = Window::new(stars, stars + 1, page.layout.columns.saturating_sub(start));
    for place in 0..window.len {
        let (character, role) = match window.start + place {
            _ if place == 0 && window.start > 0 => (marks::GOES_BACK, Role::Text),
            index if index < stars => ('*', Role::Text),
            _ if form.focused() == Field::Pin => (' ', Role::Selected),
            _ => break,
        };
        page.body(line, start + place, character, role);
    }
}

/// What the form has to say, or else the letters of the key that was pressed, or else what `#` and `*` do.
fn hint(app: &App<'_>, line: usize, page: &mut Page<'_>) {
    let form = app.form();
    match (form.hint(), form.letters()) {
        (Some(hint), _) => page.text(line, words::form_hint(app, hint), Role::Text),
        (None, Some((letters, tap))) => {
            for (column, letter) in letters.chars().enumerate() {
                page.body(line, column, letter, if column == tap { Role::Selected } else { Role::Text });
            }
        }
        (None, None) if form.focused() == Field::User => {
            page.text(line, words::typing_keys(app, form.mode().next()), Role::Faint);
        }
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_seen_wherever_it_is_and_no_mark_is_over_it() {
        for room in [5, 16, 21, 80] {
            for cells in 1..200 {
                for cursor in 0..cells {
                    let window = Window::new(cursor, cells, room);
                    let place = cursor - window.start;
                    assert!(place < window.len && window.start + window.len <= cells);
                    assert!(window.start == 0 || place > 0, "{cursor} of {cells} in {room}");
                    assert!(window.start + window.len == cells || place + 1 < window.len);
                }
            }
        }
    }

    #[test]
    fn what_fits_is_seen_whole() {
        assert_eq!(Window::new(3, 21, 21), Window { start: 0, len: 21 });
        assert_eq!(Window::new(21, 22, 21), Window { start: 1, len: 21 });
    }
}
