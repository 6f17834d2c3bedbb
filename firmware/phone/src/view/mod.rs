//! Draws the app on a display of 128 x 64 pixels with 16 greys.
//!
//! Six rows of 21 cells, 6 x 10 pixels each: a title bar, four lines, and the labels of three softkeys. It changes
//! nothing, decides nothing, and never draws a digit of a PIN.

mod page;
pub(crate) mod wrap;

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::pixelcolor::Gray4;

use self::page::{Ink, Page};
use self::wrap::{COLUMNS, Wrap};
use crate::app::{App, Field, Form, MenuItem, Screen};
use crate::words;

/// Lines between the title bar and the softkeys.
const LINES: usize = 4;

/// Draws the whole screen.
///
/// The target is 128 x 64 pixels; a smaller one clips what is drawn outside. Cell (`column`, `row`) starts at x = 1 + 6
/// · `column` and y = 0, 12, 22, 32, 42, 54.
///
/// ```
/// use embedded_graphics::mock_display::MockDisplay;
/// use embedded_graphics::pixelcolor::Gray4;
/// use hotdesk_core::DeviceName;
/// use hotdesk_phone::{App, SetupError, view};
///
/// let app = App::new(DeviceName::try_from("SEP003094C25B15")?, Err(SetupError::NoCard));
/// let mut display = MockDisplay::<Gray4>::new();
/// display.set_allow_overdraw(true);
/// display.set_allow_out_of_bounds_drawing(true);
/// view::draw(&app, &mut display)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The display's own.
pub fn draw<D: DrawTarget<Color = Gray4>>(app: &App<'_>, display: &mut D) -> Result<(), D::Error> {
    let mut page = Page::new(display)?;
    page.title(words::title(app))?;
    page.softkeys(words::softkeys(app))?;
    match app.screen() {
        Screen::Menu { selected } => menu(*selected, &mut page),
        Screen::Form(_) => form(app.form(), &mut page),
        _ => text(app, &mut page),
    }
}

/// The largest number of lines by which a text can be scrolled, to its last lines.
pub(crate) fn last_top(app: &App<'_>) -> usize {
    layout(app).1.saturating_sub(LINES)
}

/// How wide the text of the screen is set and how many lines that makes. If it does not fit, the last column is for the
/// scroll marks.
fn layout(app: &App<'_>) -> (usize, usize) {
    let lines = count(app, COLUMNS);
    if lines <= LINES { (COLUMNS, lines) } else { (COLUMNS - 1, count(app, COLUMNS - 1)) }
}

fn count(app: &App<'_>, width: usize) -> usize {
    let mut wrap = Wrap::new(width, |_, _, _| {});
    // The wrap never fails.
    let _ = words::body(app, &mut wrap);
    wrap.finish()
}

fn text<D: DrawTarget<Color = Gray4>>(app: &App<'_>, page: &mut Page<'_, D>) -> Result<(), D::Error> {
    let (width, lines) = layout(app);
    // The text may have become shorter since it was scrolled.
    let top = app.top().min(lines.saturating_sub(LINES));
    let mut drawn = Ok(());
    let mut wrap = Wrap::new(width, |line, column, character| {
        if drawn.is_ok()
            && let Some(line) = line.checked_sub(top).filter(|line| *line < LINES)
        {
            drawn = page.body(line, column, character, Ink::Bright);
        }
    });
    let _ = words::body(app, &mut wrap);
    wrap.finish();
    drawn?;
    scroll_marks(page, top, lines)
}

fn menu<D: DrawTarget<Color = Gray4>>(selected: usize, page: &mut Page<'_, D>) -> Result<(), D::Error> {
    for (line, item) in MenuItem::ALL.into_iter().enumerate() {
        let ink = if line == selected { Ink::Inverse } else { Ink::Bright };
        let text = words::menu_item(item).chars();
        let number = char::from_digit(u32::try_from(line + 1).unwrap_or(0), 10);
        let cells = number.into_iter().chain([' ']).chain(text).chain(core::iter::repeat(' '));
        for (column, character) in cells.take(COLUMNS).enumerate() {
            page.body(line, column, character, ink)?;
        }
    }
    Ok(())
}

/// Where the lines of a form are: label, value, label, stars. What does not fit is scrolled so that the place where
/// the person types is seen.
struct FormLayout {
    width: usize,
    user_lines: usize,
    lines: usize,
    top: usize,
}

impl FormLayout {
    fn new(form: &Form) -> Self {
        // One cell more than characters: the cursor.
        let cells = [form.user().chars().count() + 1, form.pin().len() + 1];
        let fits = cells.iter().all(|cells| *cells <= COLUMNS);
        let width = if fits { COLUMNS } else { COLUMNS - 1 };
        let [user_lines, pin_lines] = cells.map(|cells| cells.div_ceil(width));
        let lines = 2 + user_lines + pin_lines;
        let typing_at = match form.focused() {
            Field::User => user_lines,
            Field::Pin => lines - 1,
        };
        Self { width, user_lines, lines, top: (typing_at + 1).saturating_sub(LINES) }
    }

    /// The line of the display for a line of the form, if it is visible.
    fn seen(&self, line: usize) -> Option<usize> {
        line.checked_sub(self.top).filter(|line| *line < LINES)
    }
}

fn form<D: DrawTarget<Color = Gray4>>(form: &Form, page: &mut Page<'_, D>) -> Result<(), D::Error> {
    let layout = FormLayout::new(form);
    let user = form.user();
    let settled = user.chars().count() - usize::from(form.is_letter_pending());
    let user = user
        .chars()
        .enumerate()
        .map(|(index, character)| (character, if index < settled { Ink::Bright } else { Ink::Inverse }));
    let stars = core::iter::repeat_n(('*', Ink::Bright), form.pin().len());

    label(form, Field::User, layout.seen(0), page)?;
    // A letter that can still change is the place of typing itself, so no cursor comes after it.
    value(user, form.focused() == Field::User && !form.is_letter_pending(), 1, &layout, page)?;
    label(form, Field::Pin, layout.seen(1 + layout.user_lines), page)?;
    value(stars, form.focused() == Field::Pin, 2 + layout.user_lines, &layout, page)?;
    scroll_marks(page, layout.top, layout.lines)
}

fn label<D: DrawTarget<Color = Gray4>>(
    form: &Form,
    field: Field,
    line: Option<usize>,
    page: &mut Page<'_, D>,
) -> Result<(), D::Error> {
    let Some(line) = line else { return Ok(()) };
    let focused = form.focused() == field;
    let ink = if focused { Ink::Bright } else { Ink::Dim };
    let note = words::field_note(field, focused, form.hint(), form.mode());
    // The last column is for a scroll mark.
    let start = (COLUMNS - 1).saturating_sub(note.chars().count());
    let cells = words::field(field).chars().enumerate().chain((start..).zip(note.chars()));
    for (column, character) in cells {
        page.body(line, column, character, ink)?;
    }
    Ok(())
}

/// Draws the text of a field, and a cursor after it if one is wanted.
fn value<D: DrawTarget<Color = Gray4>>(
    typed: impl Iterator<Item = (char, Ink)>,
    cursor: bool,
    first_line: usize,
    layout: &FormLayout,
    page: &mut Page<'_, D>,
) -> Result<(), D::Error> {
    let cursor = cursor.then_some((' ', Ink::Inverse));
    for (index, (character, ink)) in typed.chain(cursor).enumerate() {
        if let Some(line) = layout.seen(first_line + index / layout.width) {
            page.body(line, index % layout.width, character, ink)?;
        }
    }
    Ok(())
}

/// Marks that there is more above or below.
fn scroll_marks<D: DrawTarget<Color = Gray4>>(
    page: &mut Page<'_, D>,
    top: usize,
    lines: usize,
) -> Result<(), D::Error> {
    if top > 0 {
        page.body(0, COLUMNS - 1, '\u{2191}', Ink::Bright)?;
    }
    if lines > top + LINES {
        page.body(LINES - 1, COLUMNS - 1, '\u{2193}', Ink::Bright)?;
    }
    Ok(())
}
