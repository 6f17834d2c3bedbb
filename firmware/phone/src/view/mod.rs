//! Draws the app on a display, by the display's layout.
//!
//! A title bar, lines of text, a list or a form, and the labels of the softkeys, all in cells of one size. It changes
//! nothing, decides nothing, and never draws a digit of a PIN.

mod form;
mod layout;
mod list;
mod page;
mod symbols;
mod text;
pub(crate) mod wrap;

use embedded_graphics::draw_target::DrawTarget;

pub use self::layout::{Bar, Colours, LAYOUT_128X64, Layout, Palette};

use self::page::Page;
use crate::app::{App, Body};
use crate::words;

/// Draws the whole screen, and returns by how many lines its text can be scrolled: [`App::can_scroll`] takes it.
///
/// A target smaller than the layout clips what is drawn outside.
///
/// ```
/// use embedded_graphics::mock_display::MockDisplay;
/// use embedded_graphics::pixelcolor::Gray4;
/// use hotdesk_core::DeviceName;
/// use hotdesk_phone::{App, SetupError, view};
///
/// let mut app = App::new(DeviceName::try_from("SEP003094C25B15")?, Err(SetupError::NoCard));
/// let mut display = MockDisplay::<Gray4>::new();
/// display.set_allow_overdraw(true);
/// display.set_allow_out_of_bounds_drawing(true);
/// let lines = view::draw(&app, &view::LAYOUT_128X64, &mut display)?;
/// app.can_scroll(lines);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The display's own.
pub fn draw<D: DrawTarget<Color: Colours>>(
    app: &App<'_>,
    layout: &Layout,
    display: &mut D,
) -> Result<usize, D::Error> {
    let mut page = Page::new(layout, display)?;
    page.title(words::title(app), words::title_note(app))?;
    page.softkeys(words::softkeys(app))?;
    match app.body() {
        Body::List(list) => list::draw(app, list, &mut page).map(|()| 0),
        Body::Form => form::draw(app, &mut page).map(|()| 0),
        Body::Symbols(symbols) => symbols::draw(&symbols, &mut page).map(|()| 0),
        Body::Text => text::draw(app, &mut page),
    }
}
