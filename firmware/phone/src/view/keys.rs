//! What the softkeys beside the display mean, and the keys beside its lines, on the screen that is shown.
//!
//! A screen has up to three actions, the last at the right end of the bar, and shortcuts that show where there are more
//! than three softkeys. Where there are fewer softkeys than actions, the last one turns to the next actions.

use super::form;
use super::layout::Layout;
use super::list;
use crate::Key;
use crate::app::{App, Body};
use crate::words;

/// The most softkeys a display has.
pub(super) const PLACES: usize = 8;

/// The most actions a screen has, besides shortcuts.
const ACTIONS: usize = 3;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Nothing, here and now.
    Nothing,
    /// What the app knows it by.
    Key(Key),
    /// The softkeys turn to the next actions.
    More,
    /// It chooses this entry of the list.
    Entry(usize),
}

/// A softkey: its label, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Softkey<'a> {
    pub(super) label: &'a str,
    meaning: Meaning,
}

impl<'a> Softkey<'a> {
    const NONE: Self = Self { label: "", meaning: Meaning::Nothing };

    fn new(label: &'a str, key: Key) -> Self {
        if label.is_empty() { Self::NONE } else { Self { label, meaning: Meaning::Key(key) } }
    }
}

/// What a key of the board means now.
pub(crate) fn meaning(app: &App<'_>, layout: &Layout, key: Key) -> Meaning {
    let layout = layout.shown(app);
    // With as many softkeys as a screen has actions each is what the app knows it by, with a label or without.
    if layout.softkey_places == ACTIONS && matches!(key, Key::Soft1 | Key::Soft2 | Key::Soft3) {
        return Meaning::Key(key);
    }
    let place = match key {
        Key::Soft1 => 0,
        Key::Soft2 => 1,
        Key::Soft3 => 2,
        Key::Soft4 => 3,
        Key::Soft5 => 4,
        Key::Soft6 => 5,
        Key::Soft7 => 6,
        Key::Soft8 => 7,
        Key::Line(line) => {
            return match app.body() {
                Body::List(entries) => list::at_line(entries, layout.lines, usize::from(line))
                    .map_or(Meaning::Nothing, Meaning::Entry),
                Body::Form if form::is_in_other_field(app, layout, usize::from(line)) => {
                    Meaning::Key(Key::Down)
                }
                _ => Meaning::Nothing,
            };
        }
        Key::Beside => return Meaning::Nothing,
        _ => return Meaning::Key(key),
    };
    softkeys(app, layout).get(place).map_or(Meaning::Nothing, |softkey| softkey.meaning)
}

/// The softkeys of the screen, from the left. Those that the layout has no place for are none.
pub(super) fn softkeys<'a>(app: &'a App<'_>, layout: &Layout) -> [Softkey<'a>; PLACES] {
    let [first, second, last] = words::softkeys(app);
    let actions =
        [Softkey::new(first, Key::Soft1), Softkey::new(second, Key::Soft2), Softkey::new(last, Key::Soft3)];
    let mut softkeys = [Softkey::NONE; PLACES];
    if layout.softkey_places < ACTIONS {
        turn(app, &actions, softkeys.get_mut(..layout.softkey_places).unwrap_or_default());
        return softkeys;
    }
    if let Some((end, begin)) =
        softkeys.get_mut(..layout.softkey_places).and_then(<[Softkey]>::split_last_mut)
    {
        let [first, second, last] = actions;
        for (place, action) in begin.iter_mut().zip([first, second]) {
            *place = action;
        }
        *end = last;
        // On three softkeys the place between the two stays free.
        if layout.softkey_places > ACTIONS {
            let shortcuts = words::shortcuts(app).into_iter().zip([Key::Soft4, Key::Soft5]);
            let shortcuts = shortcuts.map(|(label, key)| Softkey::new(label, key));
            let mut shortcuts = shortcuts.filter(|shortcut| *shortcut != Softkey::NONE);
            for place in begin.iter_mut().filter(|place| **place == Softkey::NONE) {
                *place = shortcuts.next().unwrap_or(Softkey::NONE);
            }
        }
    }
    softkeys
}

/// Lays out more actions than there are places: the last place is for More.
fn turn<'a>(app: &App<'_>, actions: &[Softkey<'a>], places: &mut [Softkey<'a>]) {
    let mut actions = actions.iter().copied().filter(|action| *action != Softkey::NONE);
    let count = actions.clone().count();
    if count > places.len()
        && let Some((more, begin)) = places.split_last_mut()
    {
        *more = Softkey { label: words::more(app), meaning: Meaning::More };
        let pages = count.div_ceil(begin.len().max(1));
        let skipped = app.turns() % pages * begin.len();
        for (place, action) in begin.iter_mut().zip(actions.skip(skipped)) {
            *place = action;
        }
        return;
    }
    for place in places {
        *place = actions.next().unwrap_or(Softkey::NONE);
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::prelude::v1::*;

    use hotdesk_core::DeviceName;

    use super::*;
    use crate::view::{LAYOUT_128X64, LAYOUT_320X240};
    use crate::{Config, Event, NetworkState};

    fn idle(config: &Config) -> App<'_> {
        let mut app = App::new(DeviceName::try_from("SEP003094C25B15").unwrap(), Ok(config));
        app.handle(Event::Network(NetworkState::Ready), Duration::ZERO);
        app
    }

    fn labels<'a>(app: &'a App<'_>, layout: &Layout) -> Vec<&'a str> {
        softkeys(app, layout).iter().take(layout.softkey_places).map(|softkey| softkey.label).collect()
    }

    #[test]
    fn a_shortcut_shows_where_there_is_room_for_it() {
        let config = Config::parse(b"service = a\n").unwrap();
        let app = idle(&config);
        let [log_in, log_out, menu] = words::softkeys(&app);
        let five = Layout { softkey_places: 5, ..LAYOUT_320X240 };
        assert_eq!(labels(&app, &LAYOUT_128X64), [log_in, log_out, menu]);
        assert_eq!(labels(&app, &five), [log_in, log_out, "About", "", menu]);
        assert_eq!(meaning(&app, &five, Key::Soft3), Meaning::Key(Key::Soft5));
        assert_eq!(meaning(&app, &five, Key::Soft5), Meaning::Key(Key::Soft3));
    }

    #[test]
    fn more_actions_than_softkeys_take_turns() {
        let config = Config::parse(b"service = a\n").unwrap();
        let mut app = idle(&config);
        let two = Layout { softkey_places: 2, ..LAYOUT_128X64 };
        let [log_in, log_out, menu] = words::softkeys(&app).map(str::to_owned);
        for (label, key) in
            [(&log_in, Key::Soft1), (&log_out, Key::Soft2), (&menu, Key::Soft3), (&log_in, Key::Soft1)]
        {
            assert_eq!(labels(&app, &two), [label, "More"]);
            assert_eq!(meaning(&app, &two, Key::Soft1), Meaning::Key(key));
            assert_eq!(meaning(&app, &two, Key::Soft2), Meaning::More);
            app.handle(Event::Turned, Duration::ZERO);
        }
        app.handle(Event::Key(Key::Soft3), Duration::ZERO);
        assert_eq!(labels(&app, &two), ["Select", "Back"], "they fit in the menu");
        assert_eq!(meaning(&app, &two, Key::Soft3), Meaning::Nothing);
    }

    #[test]
    fn a_key_beside_a_line_chooses_what_the_line_shows() {
        let config = Config::parse(b"service = a\n").unwrap();
        let mut app = idle(&config);
        assert_eq!(meaning(&app, &LAYOUT_320X240, Key::Line(0)), Meaning::Nothing);
        app.handle(Event::Key(Key::Soft3), Duration::ZERO);
        assert_eq!(meaning(&app, &LAYOUT_320X240, Key::Line(1)), Meaning::Entry(1));
        assert_eq!(meaning(&app, &LAYOUT_320X240, Key::Line(200)), Meaning::Nothing);
    }
}
