//! The title bar: the title at the left; at the right a note, a wait that goes on, and the state of the phone in marks
//! (who, secured or not, link).

use super::page::Page;
use crate::app::{App, Holder, NetworkState, Waiting};
use crate::font::marks;
use crate::words;

/// More seconds are shown as this.
const MOST_SECONDS: u64 = 999;

pub(super) fn put(app: &App<'_>, page: &mut Page<'_>) {
    let title = words::title(app);
    let wait = app.waiting();
    let columns = page.layout.title_columns;
    let note = words::title_note(app);
    let noted = note.chars().count() + wait.map_or(0, wait_columns);

    // The title has the first right to the bar, then the note; marks take what is left.
    let state = state(app);
    let free = columns.saturating_sub(title.chars().count() + 1 + noted);
    let marks = if noted == 0 { free } else { free.saturating_sub(1) }.min(state.len());
    let note_at = columns.saturating_sub(noted + if marks > 0 && noted > 0 { marks + 1 } else { marks });
    let room = if noted + marks == 0 { columns } else { note_at.saturating_sub(1) };

    let too_long = title.chars().nth(room).is_some();
    for (column, character) in title.chars().take(room).enumerate() {
        let last = column + 1 == room;
        page.title(column, if last && too_long { marks::GOES_ON } else { character });
    }
    let wait = wait.into_iter().flat_map(wait_characters);
    for (column, character) in (note_at..).zip(note.chars().chain(wait)) {
        page.title(column, character);
    }
    for (column, mark) in (columns - marks..).zip(state.into_iter().skip(state.len() - marks)) {
        page.title(column, mark);
    }
}

/// The marks of the phone's state. Where not all have room, the last ones are seen.
fn state(app: &App<'_>) -> [char; 3] {
    let who = match app.holder() {
        Holder::User(_) => marks::USER,
        Holder::Nobody => marks::NOBODY,
        Holder::Unknown => marks::USER_UNKNOWN,
    };
    let link = match app.network() {
        NetworkState::Ready => marks::LINK_READY,
        NetworkState::NoAddress => marks::LINK_NO_ADDRESS,
        NetworkState::NoLink => marks::LINK_DOWN,
    };
    [who, security(app), link]
}

/// Where one service is secured, all are.
fn security(app: &App<'_>) -> char {
    #[cfg(feature = "tls")]
    if app.config().is_some_and(crate::Config::is_secured) {
        return marks::SECURE;
    }
    let _ = app;
    marks::NOT_SECURE
}

fn wait_columns(wait: Waiting) -> usize {
    wait_characters(wait).count()
}

/// A mark that turns with each second, and the seconds.
fn wait_characters(wait: Waiting) -> impl Iterator<Item = char> {
    let turn = marks::WAIT.into_iter().cycle().nth(usize::try_from(wait.seconds % 4).unwrap_or(0));
    let seconds = u32::try_from(wait.seconds.min(MOST_SECONDS)).unwrap_or(0);
    let digits = [100, 10, 1].into_iter().filter(move |power| *power == 1 || seconds >= *power);
    let digits = digits.filter_map(move |power| char::from_digit(seconds / power % 10, 10));
    turn.into_iter().chain(digits).chain(['s'])
}
