//! Lays out a list of any length: one line an entry, the first nine with the digit that picks them.

use core::fmt::{self, Write as _};

use super::layout::Role;
use super::page::Page;
use crate::app::{App, List};
use crate::font::marks;
use crate::words;

pub(super) fn put(app: &App<'_>, list: List, page: &mut Page<'_>) {
    let lines = page.layout.lines;
    let top = first_seen(list, lines);
    // Where not all is seen, the last column is for the scroll marks.
    let columns = page.layout.columns - usize::from(list.len > lines);
    for (line, index) in (top..list.len).take(lines).enumerate() {
        let role = if index == list.selected { Role::Selected } else { Role::Text };
        let mut entry = Entry { page, line, columns, role, column: 0, next: None, goes_on: false };
        // An entry takes any text.
        let _ = match char::from_digit(u32::try_from(index + 1).unwrap_or(u32::MAX), 10) {
            _ if !list.numbered => Ok(()),
            Some(digit) => entry.write_char(digit).and_then(|()| entry.write_char(' ')),
            None => entry.write_str("  "),
        };
        let _ = words::list_item(app, index, &mut entry);
        entry.finish();
    }
    page.scroll_marks(top, list.len);
}

/// The first entry that is seen: the selected one is in the middle wherever the list has as many on both sides.
fn first_seen(list: List, lines: usize) -> usize {
    list.selected.saturating_sub(lines / 2).min(list.len.saturating_sub(lines))
}

/// The entry that a line shows, if it shows one.
pub(super) fn at_line(list: List, lines: usize, line: usize) -> Option<usize> {
    let index = first_seen(list, lines) + line;
    (line < lines && index < list.len).then_some(index)
}

/// A line being written. A text that is too long ends with a mark.
struct Entry<'p, 'c> {
    page: &'p mut Page<'c>,
    line: usize,
    columns: usize,
    role: Role,
    /// Where `next` goes.
    column: usize,
    /// The last character written, not on the page yet: the mark may take its place.
    next: Option<char>,
    goes_on: bool,
}

impl Entry<'_, '_> {
    fn put(&mut self, character: char) {
        self.page.body(self.line, self.column, character, self.role);
        self.column += 1;
    }

    fn finish(mut self) {
        if let Some(last) = self.next.take() {
            self.put(if self.goes_on { marks::GOES_ON } else { last });
        }
        while self.column < self.columns {
            self.put(' ');
        }
    }
}

impl fmt::Write for Entry<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.next.is_some() && self.column + 1 >= self.columns {
                self.goes_on = true;
            } else if let Some(before) = self.next.replace(character) {
                self.put(before);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_entry_is_seen_in_a_list_of_any_length() {
        for lines in [1, 4, 9] {
            for len in 0..50 {
                for selected in 0..len {
                    let top = first_seen(List { len, selected, numbered: true }, lines);
                    assert!((top..top + lines).contains(&selected), "{selected} of {len} on {lines} lines");
                    assert!(top == 0 || top + lines <= len, "no line is left empty at {selected} of {len}");
                }
            }
        }
    }
}
