//! Draws a text of any length, of which the app says the first line to be seen, and faintly the note that ends it.

use core::cell::Cell;
use core::fmt;

use embedded_graphics::draw_target::DrawTarget;

use super::layout::{Colours, Role};
use super::page::Page;
use super::wrap::Wrap;
use crate::app::App;
use crate::words;

/// Returns by how many lines the text can be scrolled.
pub(super) fn draw<D: DrawTarget<Color: Colours>>(
    app: &App<'_>,
    page: &mut Page<'_, D>,
) -> Result<usize, D::Error> {
    let (columns, room) = (page.layout.columns, page.layout.lines);
    let mut width = columns;
    let mut lines = count(app, width);
    if lines > room {
        // The last column is for the scroll marks.
        width = columns - 1;
        lines = count(app, width);
    }
    let last_top = lines.saturating_sub(room);
    // The text may have become shorter since it was scrolled.
    let top = app.top().min(last_top);
    let mut drawn = Ok(());
    let role = Cell::new(Role::Text);
    let mut wrap = Wrap::new(width, |line, column, character| {
        if drawn.is_ok()
            && let Some(line) = line.checked_sub(top).filter(|line| *line < room)
        {
            drawn = page.body(line, column, character, role.get());
        }
    });
    // The wrap takes any text.
    let _ = write(app, &role, &mut wrap);
    wrap.finish();
    drawn?;
    page.scroll_marks(top, lines)?;
    Ok(last_top)
}

fn count(app: &App<'_>, width: usize) -> usize {
    let mut wrap = Wrap::new(width, |_, _, _| {});
    let _ = write(app, &Cell::new(Role::Text), &mut wrap);
    wrap.finish()
}

/// Writes text and note, and tells which of them comes.
fn write(app: &App<'_>, role: &Cell<Role>, out: &mut dyn fmt::Write) -> fmt::Result {
    words::body(app, out)?;
    out.write_str("\n")?;
    role.set(Role::Faint);
    words::note(app, out)
}
