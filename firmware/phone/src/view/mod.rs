//! Draws the app on a display, by the display's layout.
//!
//! A title bar, lines of text, a list or a form, and softkeys, all in cells of one size; only cells that changed are
//! drawn. It changes nothing, decides nothing, and never draws a digit of a PIN.

mod form;
mod indexed;
pub(crate) mod keys;
mod layout;
mod list;
mod pad;
mod page;
mod symbols;
mod text;
mod title;
#[cfg(feature = "touch")]
mod touched;
pub(crate) mod wrap;

use core::fmt;

use embedded_graphics::draw_target::DrawTarget;
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
use crate::app::{App, Body, Light};

/// What there is to see of the app, on one display.
///
/// ```
/// use embedded_graphics::mock_display::MockDisplay;
/// use embedded_graphics::pixelcolor::Gray4;
/// use hotdesk_core::DeviceName;
/// use hotdesk_phone::view::{Cell, LAYOUT_128X64, View};
/// use hotdesk_phone::{App, SetupError};
///
/// let mut app = App::new(DeviceName::try_from("SEP003094C25B15")?, Err(SetupError::NoCard));
/// let mut display = MockDisplay::<Gray4>::new();
/// display.set_allow_overdraw(true);
/// display.set_allow_out_of_bounds_drawing(true);
/// let mut cells = [Cell::BLANK; LAYOUT_128X64.cells()];
/// let mut view = View::new(&LAYOUT_128X64, &mut cells);
/// let lines = view.draw(&app, &mut display)?;
/// app.can_scroll(lines);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct View<'m> {
    layout: &'m Layout,
    cells: &'m mut [Cell],
    /// The light that the display shows `cells` in, and the layout they are of. Without them it is not known what the
    /// display shows.
    shown: Option<(Light, &'m Layout)>,
}

impl<'m> View<'m> {
    /// The view on a display of this layout that shows anything yet.
    ///
    /// `cells` remembers what is shown, so that what did not change is not drawn again. It should have
    /// [`Layout::cells`] places; with fewer, everything is drawn each time.
    #[must_use]
    pub fn new(layout: &'m Layout, cells: &'m mut [Cell]) -> Self {
        Self { layout, cells, shown: None }
    }

    /// Draws what changed since it was called last, and returns by how many lines the text can be scrolled:
    /// [`App::can_scroll`] takes it.
    ///
    /// A target smaller than the layout clips what is drawn outside.
    ///
    /// # Errors
    ///
    /// The display's own. The next call draws everything.
    pub fn draw<D: DrawTarget<Color: Colours>>(
        &mut self,
        app: &App<'_>,
        display: &mut D,
    ) -> Result<usize, D::Error> {
        let light = app.drawn_light();
        let layout = self.layout.shown(app);
        let as_before = |(shown, of): (Light, &Layout)| shown == light && core::ptr::eq(of, layout);
        let anew = !self.shown.take().is_some_and(as_before) || self.cells.len() < self.layout.cells();
        let lines = match layout::palette(light) {
            Some(palette) => {
                let mut page = Page::new(layout, palette, self.cells, display);
                if anew {
                    page.clear()?;
                }
                let lines = screen(app, &mut page)?;
                page.finish()?;
                lines
            }
            None if anew => {
                display.fill_solid(&Rectangle::new(Point::zero(), self.layout.size), D::Color::OFF)?;
                usize::MAX
            }
            None => usize::MAX,
        };
        self.shown = Some((light, layout));
        Ok(lines)
    }

    /// Forgets what the display shows, which may be something else now: the next call draws everything.
    pub fn forget(&mut self) {
        self.shown = None;
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("layout", &self.layout).finish_non_exhaustive()
    }
}

fn screen<D: DrawTarget<Color: Colours>>(app: &App<'_>, page: &mut Page<'_, D>) -> Result<usize, D::Error> {
    title::draw(app, page)?;
    let softkeys = keys::softkeys(app, page.layout);
    for (place, softkey) in softkeys.iter().enumerate().take(page.layout.softkey_places) {
        page.softkey(place, softkey.label)?;
    }
    let (scrolls, lines) = match app.body() {
        Body::List(list) => list::draw(app, list, page).map(|()| (list.len > 1, 0)),
        Body::Form => form::draw(app, page).map(|()| (false, 0)),
        Body::Symbols(symbols) => symbols::draw(&symbols, page).map(|()| (false, 0)),
        Body::Text => text::draw(app, page).map(|lines| (lines > 0, lines)),
    }?;
    pad::draw(app, scrolls, page)?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use core::convert::Infallible;
    use core::time::Duration;
    use std::prelude::v1::*;

    use embedded_graphics::Pixel;
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

    impl DrawTarget for Counter {
        type Color = Gray4;
        type Error = Infallible;

        fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(&mut self, pixels: I) -> Result<(), Infallible> {
            self.0 += pixels.into_iter().count();
            Ok(())
        }
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
        view.draw(&app, &mut Counter::default()).unwrap();
        let draw = |key: &Key| {
            app.handle(Event::Key(*key), Duration::ZERO);
            let mut counter = Counter::default();
            view.draw(&app, &mut counter).unwrap();
            counter.0
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
    fn without_memory_for_cells_everything_is_drawn() {
        let all = 128 * 64;
        assert!(drawn(&mut [], &[Key::Digit(7), Key::Left]).into_iter().all(|pixels| pixels > all));
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
            let mut counter = Counter::default();
            view.draw(&app, &mut counter).unwrap();
            counter.0
        };
        let whole = draw(false);
        assert_eq!([draw(false), draw(true)], [0, whole]);
    }
}
