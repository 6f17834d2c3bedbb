//! Lays out a text of any length, of which the app says the first line to be seen, and faintly the note that ends it.

use core::cell::Cell;
use core::fmt;

use super::layout::Role;
use super::page::Page;
use super::wrap::Wrap;
use crate::app::App;
use crate::words;

/// Returns by how many lines the text can be scrolled.
pub(super) fn put(app: &App<'_>, page: &mut Page<'_>) -> usize {
    let (columns, room) = (page.layout.columns, page.layout.lines);
    if put_from(app, 0, columns, page) <= room {
        return 0;
    }
    // The last column is for the scroll marks.
    let width = columns - 1;
    let put_again = |top: usize, page: &mut Page<'_>| {
        page.clear_body();
        put_from(app, top, width, page)
    };
    let mut top = app.top();
    let lines = put_again(top, page);
    let last_top = lines.saturating_sub(room);
    // The text may have become shorter since it was scrolled.
    if top > last_top {
        top = last_top;
        put_again(top, page);
    }
    page.scroll_marks(top, lines);
    last_top
}

/// Lays out the lines of the text from `top` on that there is room for, and returns how many lines it has.
fn put_from(app: &App<'_>, top: usize, width: usize, page: &mut Page<'_>) -> usize {
    let room = page.layout.lines;
    let role = Cell::new(Role::Text);
    let mut wrap = Wrap::new(width, |line, column, character| {
        if let Some(line) = line.checked_sub(top).filter(|line| *line < room) {
            page.body(line, column, character, role.get());
        }
    });
    // The wrap takes any text.
    let _ = write(app, &role, &mut wrap);
    wrap.finish()
}

/// Writes text and note, and tells which of them comes.
fn write(app: &App<'_>, role: &Cell<Role>, out: &mut dyn fmt::Write) -> fmt::Result {
    words::body(app, out)?;
    out.write_str("\n")?;
    role.set(Role::Faint);
    words::note(app, out)
}
