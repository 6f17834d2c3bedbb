//! Where in a document a reader in pieces is: offset, line and column. It knows nothing of XML but line ends.

/// A position in the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    pub(super) at: usize,
    /// Both from 0.
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Position {
    /// The start of a document.
    pub(super) const START: Self = Self { at: 0, line: 0, column: 0 };

    /// Returns the position behind `bytes`.
    pub(super) fn behind(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            if *byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.column = 0;
            } else if byte & 0xC0 != 0x80 {
                self.column = self.column.saturating_add(1);
            }
        }
        self.at = self.at.saturating_add(bytes.len());
        self
    }

    /// Returns the position of offset `at` in `text`, which starts at this position.
    pub(super) fn of(self, text: &str, at: usize) -> Self {
        let bytes = text.as_bytes().get(..at.saturating_sub(self.at)).unwrap_or(text.as_bytes());
        // A byte order mark is no column.
        let mark = if self.at == 0 && bytes.starts_with("\u{feff}".as_bytes()) { 1 } else { 0 };
        let mut position = self.behind(bytes);
        if position.line == 0 {
            position.column = position.column.saturating_sub(mark);
        }
        position
    }
}
