//! Breaks text into lines of cells, at blanks if possible, else within a word. Nothing is left out.

use core::fmt;

use super::layout::MAX_COLUMNS;

/// Takes text and hands out each character with its line and column.
pub(crate) struct Wrap<F> {
    width: usize,
    place: F,
    line: usize,
    column: usize,
    blanks: usize,
    word: [char; MAX_COLUMNS],
    len: usize,
}

impl<F: FnMut(usize, usize, char)> Wrap<F> {
    /// Starts at line 0, column 0. `width` is at most [`MAX_COLUMNS`].
    pub(crate) fn new(width: usize, place: F) -> Self {
        Self {
            width: width.clamp(1, MAX_COLUMNS),
            place,
            line: 0,
            column: 0,
            blanks: 0,
            word: [' '; MAX_COLUMNS],
            len: 0,
        }
    }

    /// Ends the text and says how many lines it has.
    pub(crate) fn finish(mut self) -> usize {
        self.end_word();
        self.line + usize::from(self.column > 0)
    }

    fn take(&mut self, character: char) {
        match character {
            '\n' => {
                self.end_word();
                self.next_line();
            }
            ' ' | '\t' | '\r' => {
                self.end_word();
                self.blanks += 1;
            }
            _ => {
                if let Some(slot) = self.word.get_mut(self.len) {
                    *slot = character;
                    self.len += 1;
                }
                if self.len == self.width {
                    self.end_word();
                }
            }
        }
    }

    fn end_word(&mut self) {
        if self.len == 0 {
            return;
        }
        if self.column + self.blanks + self.len > self.width {
            if self.column > 0 {
                self.next_line();
            }
            self.blanks = 0;
        }
        self.column += self.blanks;
        self.blanks = 0;
        for character in self.word.iter().take(self.len) {
            (self.place)(self.line, self.column, *character);
            self.column += 1;
        }
        self.len = 0;
    }

    fn next_line(&mut self) {
        self.line += 1;
        self.column = 0;
        self.blanks = 0;
    }
}

impl<F: FnMut(usize, usize, char)> fmt::Write for Wrap<F> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().for_each(|character| self.take(character));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use core::fmt::Write as _;
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn lines(width: usize, text: &str) -> Vec<String> {
        let mut cells = Vec::new();
        let mut wrap = Wrap::new(width, |line, column, character| cells.push((line, column, character)));
        wrap.write_str(text).unwrap();
        let count = wrap.finish();
        let mut lines = vec![String::new(); count];
        for (line, column, character) in cells {
            while lines[line].chars().count() < column {
                lines[line].push(' ');
            }
            lines[line].push(character);
        }
        lines
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(lines(21, "Someone else is logged in here."), ["Someone else is", "logged in here."]);
    }

    #[test]
    fn a_line_that_fits_exactly_is_not_broken() {
        assert_eq!(lines(6, "abc de fghijk"), ["abc de", "fghijk"]);
    }

    #[test]
    fn a_long_word_goes_on_in_the_next_line_with_every_character() {
        assert_eq!(lines(5, "ID: abcdefghijkl"), ["ID:", "abcde", "fghij", "kl"]);
    }

    #[test]
    fn the_widest_line_holds_a_word_of_its_width() {
        let word = "x".repeat(MAX_COLUMNS);
        assert_eq!(lines(MAX_COLUMNS, &format!("a {word} b")), ["a", &word, "b"]);
    }

    #[test]
    fn a_newline_ends_a_line_and_two_leave_one_empty() {
        assert_eq!(lines(10, "a\n\nb"), ["a", "", "b"]);
    }

    #[test]
    fn inner_blanks_are_kept() {
        assert_eq!(lines(10, "a  b"), ["a  b"]);
    }
}
