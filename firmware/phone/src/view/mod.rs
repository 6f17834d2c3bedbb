//! Draws the app on a display, by the display's layout.
//!
//! A title bar, lines of text, a list or a form, and softkeys, all in cells of one size. A picture is laid out first, which
//! takes little time, then drawn by rows of cells; only cells that changed are drawn. It changes nothing, decides nothing,
//! and never draws a digit of a PIN.

#[cfg(feature = "browser")]
mod fields;
mod form;
mod indexed;
pub(crate) mod keys;
mod layout;
mod list;
mod pad;
mod page;
mod paint;
mod symbols;
mod text;
mod title;
#[cfg(feature = "touch")]
mod touched;
pub(crate) mod wrap;

use core::fmt;

use embedded_graphics::geometry::Point;
use embedded_graphics::primitives::Rectangle;

pub use self::indexed::Indexed;
pub use self::layout::{
    Bar, Colours, LAYOUT_128X64, LAYOUT_320X240, LAYOUT_480X272, Layout, Others, Palette,
};
pub use self::pad::Pad;
pub use self::page::Cell;
#[cfg(feature = "touch")]
pub use self::touched::LAYOUT_480X272_TOUCH;

use self::page::Page;
use self::paint::Painter;
use crate::Display;
use crate::app::{App, Body, Light};

/// What there is to see of the app, on one display.
///
/// ```
/// use hotdesk_core::DeviceName;
/// use hotdesk_phone::view::{Cell, LAYOUT_128X64, View};
/// use hotdesk_phone::{App, Display, SetupError};
///
/// fn show(display: &mut impl Display) -> Result<(), Box<dyn core::error::Error>> {
///     let mut app = App::new(DeviceName::try_from("SEP003094C25B15")?, Err(SetupError::NoCard));
///     let mut cells = [Cell::BLANK; LAYOUT_128X64.cells()];
///     let mut view = View::new(&LAYOUT_128X64, &mut cells);
///     let lines = view.lay_out(&app);
///     app.can_scroll(lines);
///     while view.draw_row(display).map_err(|_| "the display does not take the picture")? {
///         // Whatever else there is to do goes on here.
///     }
///     Ok(())
/// }
/// ```
pub struct View<'m> {
    layout: &'m Layout,
    cells: &'m mut [Cell],
    /// The light that the picture is drawn for, and how its screen is laid out.
    light: Light,
    shown: &'m Layout,
    /// The row to be drawn next.
    next: usize,
    /// How many rows, counted from the first one, the display shows as `cells` says, in this light and layout. What it shows
    /// in the others is not known.
    known: usize,
}

impl<'m> View<'m> {
    /// The view on a display of this layout that shows anything yet.
    ///
    /// `cells` remembers what is to be shown and what is, so that what did not change is not drawn again. It must have
    /// [`Layout::cells`] places: cells without one are not drawn.
    #[must_use]
    pub fn new(layout: &'m Layout, cells: &'m mut [Cell]) -> Self {
        Self { layout, cells, light: Light::Bright, shown: layout, next: 0, known: 0 }
    }

    /// Lays out what the display is to show from now on; a picture that is not drawn to its end is given up. Returns by
    /// how many lines the text can be scrolled: [`App::can_scroll`] takes it.
    pub fn lay_out(&mut self, app: &App<'_>) -> usize {
        let (light, shown) = (app.drawn_light(), self.layout.shown(app));
        if light != self.light || !core::ptr::eq(shown, self.shown) {
            (self.light, self.shown) = (light, shown);
            self.forget();
        }
        self.next = 0;
        match light {
            Light::Off => usize::MAX,
            _ => screen(app, &mut Page::new(shown, self.cells)),
        }
    }

    /// Draws the next row of cells that the display does not show yet as it was laid out, and says whether there was one:
    /// when there is none, the picture is whole.
    ///
    /// A target smaller than the layout clips what is drawn outside.
    ///
    /// # Errors
    ///
    /// The display's own. The next picture is drawn whole.
    pub fn draw_row<D: Display>(&mut self, display: &mut D) -> Result<bool, D::Error> {
        let drawn = self.draw_next(display);
        if drawn.is_err() {
            self.forget();
        }
        drawn
    }

    fn draw_next<D: Display>(&mut self, display: &mut D) -> Result<bool, D::Error> {
        let Some(palette) = layout::palette(self.light) else {
            let was_dark = core::mem::replace(&mut self.known, usize::MAX) != 0;
            if !was_dark {
                display.fill_solid(&Rectangle::new(Point::zero(), self.layout.size), D::Color::OFF)?;
            }
            return Ok(!was_dark);
        };
        let mut painter = Painter { layout: self.shown, palette, display };
        while let Some((row, cells)) = self.shown.row(self.next) {
            let cells = self.cells.get_mut(cells).unwrap_or_default();
            let is_new = self.next >= self.known;
            if is_new {
                painter.clear(row, cells)?;
            }
            let draws = painter.draw(row, cells)?;
            self.next += 1;
            self.known = self.known.max(self.next);
            if is_new || draws {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Forgets what the display shows, which may be something else now: the next picture is drawn whole.
    pub fn forget(&mut self) {
        self.known = 0;
        self.next = 0;
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("layout", &self.layout).finish_non_exhaustive()
    }
}

/// Lays out a screen, and returns by how many lines its text can be scrolled.
fn screen(app: &App<'_>, page: &mut Page<'_>) -> usize {
    title::put(app, page);
    let softkeys = keys::softkeys(app, page.layout);
    for (place, softkey) in softkeys.iter().enumerate().take(page.layout.softkey_places) {
        page.softkey(place, softkey.label);
    }
    let (scrolls, lines) = match app.body() {
        Body::List(list) => {
            list::put(app, list, page);
            (list.len > 1, 0)
        }
        Body::Form => {
            form::put(app, page);
            (false, 0)
        }
        #[cfg(feature = "browser")]
        Body::Fields => {
            fields::put(app, page);
            (false, 0)
        }
        Body::Symbols(symbols) => {
            symbols::put(&symbols, page);
            (false, 0)
        }
        Body::Text => {
            let lines = text::put(app, page);
            (lines > 0, lines)
        }
    };
    pad::put(app, scrolls, page);
    lines
}

#[cfg(test)]
mod tests {
    use core::convert::Infallible;
    use core::time::Duration;
    use std::prelude::v1::*;

    use embedded_graphics::Pixel;
    use embedded_graphics::draw_target::DrawTarget;
    use embedded_graphics::geometry::{OriginDimensions, Size};
    use embedded_graphics::pixelcolor::Gray4;
    use hotdesk_core::DeviceName;

    use super::*;
    use crate::{Config, Event, Key, NetworkState};

    /// Counts the pixels that are drawn.
    #[derive(Default)]
    struct Counter(usize);

    impl OriginDimensions for Counter {
        fn size(&self) -> Size {
            LAYOUT_128X64.size
        }
    }

    impl Display for Counter {
        fn layout(&self) -> &'static Layout {
            &LAYOUT_128X64
        }

        fn set_light(&mut self, _light: Light) {}

        async fn flush(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }

    impl DrawTarget for Counter {
        type Color = Gray4;
        type Error = Infallible;

        fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(&mut self, pixels: I) -> Result<(), Infallible> {
            self.0 += pixels.into_iter().count();
            Ok(())
        }
    }

    /// The pixels drawn to the end of a picture.
    fn pixels(view: &mut View<'_>, app: &App<'_>) -> usize {
        let mut counter = Counter::default();
        view.lay_out(app);
        while view.draw_row(&mut counter).unwrap() {}
        counter.0
    }

    /// The pixels drawn for each key, after a login form was drawn whole.
    fn drawn(cells: &mut [Cell], keys: &[Key]) -> Vec<usize> {
        let config = Config::parse(b"service = a\n").unwrap();
        let mut app = App::new(DeviceName::try_from("SEP003094C25B15").unwrap(), Ok(&config));
        app.handle(Event::Network(NetworkState::Ready), Duration::ZERO);
        for key in [Key::Soft1, Key::Digit(1), Key::Down] {
            app.handle(Event::Key(key), Duration::ZERO);
        }
        let mut view = View::new(&LAYOUT_128X64, cells);
        pixels(&mut view, &app);
        let draw = |key: &Key| {
            app.handle(Event::Key(*key), Duration::ZERO);
            pixels(&mut view, &app)
        };
        keys.iter().map(draw).collect()
    }

    #[test]
    fn only_cells_that_changed_are_drawn() {
        let mut cells = [Cell::BLANK; LAYOUT_128X64.cells()];
        // A digit of the PIN is a star, and the cursor behind it. A key that does nothing draws nothing.
        assert_eq!(drawn(&mut cells, &[Key::Digit(7), Key::Left, Key::Digit(8)]), [120, 0, 120]);
    }

    #[test]
    fn a_display_that_lost_its_picture_is_drawn_whole() {
        let app = App::new(DeviceName::try_from("SEP003094C25B15").unwrap(), Err(crate::SetupError::NoCard));
        let mut cells = [Cell::BLANK; LAYOUT_128X64.cells()];
        let mut view = View::new(&LAYOUT_128X64, &mut cells);
        let mut draw = |forgets: bool| {
            if forgets {
                view.forget();
            }
            pixels(&mut view, &app)
        };
        let whole = draw(false);
        assert_eq!([draw(false), draw(true)], [0, whole]);
    }
}
