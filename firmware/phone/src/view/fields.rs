//! Lays out the form of a page: a line for the prompt, a line for each field, and a line that says what keys do. It must never lay out
//! what is typed into a hidden field.

use super::form::Window;
use super::layout::Role;
use super::page::Page;
use crate::app::App;
use crate::browser::Part;
use crate::font::marks;
use crate::words;

/// Lines besides those of the fields: the prompt, and what keys do.
const OTHER_LINES: usize = 2;

/// Cells that a value has at least.
const LEAST: usize = 9;

pub(super) fn put(app: &App<'_>, page: &mut Page<'_>) {
    let lines = page.layout.lines;
    let browser = app.browser();
    page.text(0, browser.page.text(Part::Prompt).unwrap_or_default(), Role::Faint);
    let room = lines.saturating_sub(OTHER_LINES).max(1);
    let first = (browser.fields.focus() + 1).saturating_sub(room);
    let labels = browser.page.records().filter(|(part, _)| *part == Part::Field).map(|(_, label)| label);
    for (index, label) in labels.enumerate().take(browser.fields.len()).skip(first).take(room) {
        field(app, index, label, 1 + index - first, page);
    }
    let hint = lines.saturating_sub(1);
    match browser.fields.focused().and_then(|field| field.letters()) {
        Some((letters, tap)) => {
            for (column, letter) in letters.chars().enumerate() {
                page.body(hint, column, letter, if column == tap { Role::Selected } else { Role::Text });
            }
        }
        None => page.text(hint, words::fields_hint(app), Role::Faint),
    }
}

fn field(app: &App<'_>, index: usize, label: &str, line: usize, page: &mut Page<'_>) {
    let fields = &app.browser().fields;
    let Some(field) = fields.get(index) else { return };
    let is_focused = fields.focus() == index;
    let columns = page.layout.columns;
    let most = columns.saturating_sub(LEAST + 1);
    let length = label.chars().count();
    let role = if is_focused { Role::Text } else { Role::Faint };
    for (column, character) in label.chars().take(most).enumerate() {
        let is_cut = column + 1 == most && length > most;
        page.body(line, column, if is_cut { marks::GOES_ON } else { character }, role);
    }
    let start = length.min(most) + 1;
    let count = field.expose().chars().count();
    let window = Window::new(field.cursor(), count + 1, columns.saturating_sub(start));
    // A letter that can still change is the place of typing itself.
    let typing_at = field.cursor().checked_sub(usize::from(field.letters().is_some()));
    let values = field.expose().chars().map(|c| if field.is_hidden() { '*' } else { c });
    for (place, (at, c)) in values.chain([' ']).enumerate().skip(window.start).take(window.len).enumerate() {
        let is_typed = is_focused && typing_at == Some(at);
        let c = match place {
            0 if window.start > 0 => marks::GOES_BACK,
            _ if place + 1 == window.len && at < count => marks::GOES_ON,
            _ => c,
        };
        page.body(line, start + place, c, if is_typed { Role::Selected } else { Role::Text });
    }
}
