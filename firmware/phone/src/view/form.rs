//! Draws a form: each field's label and what is typed in it. It must never draw a digit of a PIN.

use embedded_graphics::draw_target::DrawTarget;

use super::layout::{Colours, Layout, Role};
use super::page::Page;
use crate::app::{Field, Form};
use crate::words;

pub(super) fn draw<D: DrawTarget<Color: Colours>>(
    form: &Form,
    page: &mut Page<'_, D>,
) -> Result<(), D::Error> {
    let lines = Lines::new(form, page.layout);
    let user = form.user();
    let settled = user.chars().count() - usize::from(form.is_letter_pending());
    let user = user
        .chars()
        .enumerate()
        .map(|(index, character)| (character, if index < settled { Role::Text } else { Role::Selected }));
    let stars = core::iter::repeat_n(('*', Role::Text), form.pin().len());

    label(form, Field::User, lines.seen(0), page)?;
    // A letter that can still change is the place of typing itself, so no cursor comes after it.
    value(user, form.focused() == Field::User && !form.is_letter_pending(), 1, &lines, page)?;
    label(form, Field::Pin, lines.seen(1 + lines.user), page)?;
    value(stars, form.focused() == Field::Pin, 2 + lines.user, &lines, page)?;
    page.scroll_marks(lines.top, lines.all)
}

/// Where the lines of a form are: label, value, label, stars. What does not fit is scrolled so that the place where
/// the person types is seen.
struct Lines {
    width: usize,
    /// Lines of the user ID.
    user: usize,
    /// Lines of the whole form.
    all: usize,
    /// The first line that is seen.
    top: usize,
    /// How many are seen.
    room: usize,
}

impl Lines {
    fn new(form: &Form, layout: &Layout) -> Self {
        // One cell more than characters: the cursor.
        let cells = [form.user().chars().count() + 1, form.pin().len() + 1];
        let fits = cells.iter().all(|cells| *cells <= layout.columns);
        let width = if fits { layout.columns } else { layout.columns - 1 };
        let [user, pin] = cells.map(|cells| cells.div_ceil(width));
        let all = 2 + user + pin;
        let typing_at = match form.focused() {
            Field::User => user,
            Field::Pin => all - 1,
        };
        Self { width, user, all, top: (typing_at + 1).saturating_sub(layout.lines), room: layout.lines }
    }

    /// The line of the display for a line of the form, if it is visible.
    fn seen(&self, line: usize) -> Option<usize> {
        line.checked_sub(self.top).filter(|line| *line < self.room)
    }
}

fn label<D: DrawTarget<Color: Colours>>(
    form: &Form,
    field: Field,
    line: Option<usize>,
    page: &mut Page<'_, D>,
) -> Result<(), D::Error> {
    let Some(line) = line else { return Ok(()) };
    let role = if form.focused() == field { Role::Text } else { Role::Faint };
    let note = words::field_note(field, form.hint());
    // The last column is for a scroll mark.
    let start = (page.layout.columns - 1).saturating_sub(note.chars().count());
    let cells = words::field(field).chars().enumerate().chain((start..).zip(note.chars()));
    for (column, character) in cells {
        page.body(line, column, character, role)?;
    }
    Ok(())
}

/// Draws the text of a field, and a cursor after it if one is wanted.
fn value<D: DrawTarget<Color: Colours>>(
    typed: impl Iterator<Item = (char, Role)>,
    cursor: bool,
    first_line: usize,
    lines: &Lines,
    page: &mut Page<'_, D>,
) -> Result<(), D::Error> {
    let cursor = cursor.then_some((' ', Role::Selected));
    for (index, (character, role)) in typed.chain(cursor).enumerate() {
        if let Some(line) = lines.seen(first_line + index / lines.width) {
            page.body(line, index % lines.width, character, role)?;
        }
    }
    Ok(())
}
