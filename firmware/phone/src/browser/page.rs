//! What is kept of a page: its texts one behind the other, in memory of the caller's, as they came. Of a list that is longer only
//! the rows around the selected one are kept.
//!
//! It must never cut a text that is followed or sent, and never say that it has all of a page of which it left something out.

use hotdesk_core::Text;
use hotdesk_core::emapp::PagePart;
use hotdesk_core::phonexml::{Kind, Piece};
use zeroize::Zeroize as _;

/// Bytes that rows of a list leave to what comes behind them: softkeys, for example.
const BEHIND_ROWS: usize = 1024;

/// Rows before the selected one that are kept as well.
const BEFORE: usize = 5;

/// What a text of a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Part {
    Title,
    Prompt,
    Text,
    /// Where a form is sent.
    Url,
    /// A row of a list; its target follows.
    Row,
    Target,
    /// A field of a form: its name. The others of it follow.
    Field,
    Param,
    Default,
    Flags,
    /// A softkey, its position before its name; its target follows.
    SoftKey,
    /// A key, by its place among all; its target follows.
    Key,
    /// The page that follows this one.
    Refresh,
    /// The page in whose place this one is.
    Location,
}

impl Part {
    const ALL: [Self; 14] = [
        Self::Title,
        Self::Prompt,
        Self::Text,
        Self::Url,
        Self::Row,
        Self::Target,
        Self::Field,
        Self::Param,
        Self::Default,
        Self::Flags,
        Self::SoftKey,
        Self::Key,
        Self::Refresh,
        Self::Location,
    ];
}

/// How a page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Content {
    /// A text, a status, or what became of something.
    #[default]
    Text,
    Form,
    List,
    /// People and their numbers.
    Directory,
    /// What the phone is told to do.
    Execute,
    /// An error with its number.
    Error(u16),
    /// A picture, which no display here shows.
    Picture,
}

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Page<'m> {
    memory: &'m mut [u8],
    used: usize,
    pub(crate) content: Content,
    /// Rows of the list.
    rows: usize,
    /// The first row that is kept, and how many are.
    first: usize,
    kept: usize,
    selected: usize,
    /// Something of the page had no room.
    is_cut: bool,
    /// `Refresh` is there, and after how many seconds the phone loads by itself.
    refresh: Option<Option<u32>>,
    /// Nobody goes back to it.
    pub(crate) expires: bool,
}

impl<'m> Page<'m> {
    pub(crate) fn give(&mut self, memory: &'m mut [u8]) {
        self.memory = memory;
    }

    /// Forgets the page.
    pub(crate) fn clear(&mut self) {
        self.start();
        self.selected = 0;
    }

    /// Begins anew; the place in the list stays.
    pub(crate) fn start(&mut self) {
        if let Some(used) = self.memory.get_mut(..self.used) {
            used.zeroize();
        }
        (self.used, self.content, self.is_cut) = (0, Content::Text, false);
        (self.rows, self.first, self.kept) = (0, 0, 0);
        (self.refresh, self.expires) = (None, false);
    }

    /// Takes a part of an answer.
    pub(crate) fn take(&mut self, part: PagePart<'_>) {
        match part {
            PagePart::Head(head) => {
                self.expires = head.expires;
                if let Some(refresh) = head.refresh {
                    self.refresh = Some(refresh.seconds);
                    self.put_given(Part::Refresh, refresh.url.map(Text::from));
                }
                self.put_given(Part::Location, head.location.map(Text::from));
            }
            PagePart::Text(bytes) => self.append(bytes),
            PagePart::Piece(piece) => self.take_piece(piece),
            _ => {}
        }
    }

    fn take_piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Start(start) => {
                self.content = match start.kind {
                    Kind::Input => Content::Form,
                    Kind::Menu | Kind::IconMenu => Content::List,
                    Kind::Directory => Content::Directory,
                    Kind::Execute => Content::Execute,
                    Kind::Error => Content::Error(start.error_number.unwrap_or(0)),
                    kind if kind.has_picture() && kind != Kind::Status => Content::Picture,
                    _ => Content::Text,
                }
            }
            Piece::Title(text) => self.put(Part::Title, "", text),
            Piece::Prompt(text) => self.put(Part::Prompt, "", text),
            Piece::Text(text) => self.put(Part::Text, "", text),
            Piece::Url(text) => self.put(Part::Url, "", text),
            Piece::MenuItem(item) => self.row(item.name(), item.url()),
            Piece::DirectoryEntry(entry) => self.row(entry.name(), Some(entry.telephone())),
            Piece::ExecuteItem(item) => self.row(Text::from(""), item.url()),
            Piece::ResponseItem(item) => self.put(Part::Text, "", item.data()),
            Piece::InputItem(item) => {
                self.put(Part::Field, "", item.display_name());
                self.put(Part::Flags, "", Text::from(item.flags().as_str()));
                self.put_given(Part::Param, item.query_string_param());
                self.put_given(Part::Default, item.default_value());
            }
            Piece::SoftKeyItem(key) => {
                let place = key.position().unwrap_or(LAST_POSITION);
                self.put(Part::SoftKey, place_text(place.into()), key.name());
                self.put_given(Part::Target, key.url());
            }
            Piece::KeyItem(item) => {
                if let Some(key) = item.key() {
                    self.put(Part::Key, place_text(key as usize), Text::from(""));
                    self.put_given(Part::Target, item.url());
                }
            }
            _ => {}
        }
    }

    /// Takes a row of a list: it is counted, and kept if it is not before those that are wanted and there is room.
    fn row(&mut self, name: Text<'_>, target: Option<Text<'_>>) {
        let row = self.rows;
        self.rows += 1;
        let is_before = row + BEFORE < self.selected;
        if is_before || self.kept > 0 && row != self.first + self.kept {
            return;
        }
        let (used, was_cut) = (self.used, self.is_cut);
        self.put(Part::Row, "", name);
        self.put_given(Part::Target, target);
        let has_room = self.memory.len().saturating_sub(self.used) >= BEHIND_ROWS.min(self.memory.len() / 4);
        if has_room && self.is_cut == was_cut {
            if self.kept == 0 {
                self.first = row;
            }
            self.kept += 1;
        } else {
            self.used = used;
            self.is_cut = was_cut;
        }
    }

    /// Makes a page of the phone itself.
    pub(crate) fn add_row(&mut self, name: &str, target: &str) {
        self.content = Content::List;
        self.row(Text::from(name), Some(Text::from(target)));
    }

    /// Takes that the page is whole. One that cannot be loaded again ends with the last row that is kept.
    pub(crate) fn end(&mut self, can_load_again: bool) {
        if !can_load_again && self.rows > self.first + self.kept {
            self.is_cut = true;
            self.rows = self.first + self.kept;
        }
        self.selected = self.selected.min(self.rows.saturating_sub(1));
    }

    /// Every text, in the order in which they came.
    pub(crate) fn records(&self) -> Records<'_> {
        Records(self.memory.get(..self.used).unwrap_or_default())
    }

    /// The first text of the kind, if there is one.
    pub(crate) fn text(&self, part: Part) -> Option<&str> {
        self.records().find(|(it, _)| *it == part).map(|(_, text)| text)
    }

    /// A row and its target, if it is kept.
    pub(crate) fn row_at(&self, row: usize) -> Option<(&str, &str)> {
        let place = row.checked_sub(self.first)?;
        let mut records = self.records();
        let (_, name) = records.by_ref().filter(|(part, _)| *part == Part::Row).nth(place)?;
        Some((name, records.target()))
    }

    /// A softkey and its target, by its place among those of the page.
    pub(crate) fn soft_key(&self, place: usize) -> Option<(&str, &str)> {
        let mut left = place;
        for position in 1..=LAST_POSITION {
            let mut records = self.records();
            while let Some((part, text)) = records.next() {
                let Some(name) = text.strip_prefix(place_text(position.into())) else { continue };
                if part == Part::SoftKey {
                    let Some(rest) = left.checked_sub(1) else { return Some((name, records.target())) };
                    left = rest;
                }
            }
        }
        None
    }

    /// What a key of the phone does on this page, if it has a meaning of its own.
    pub(crate) fn key(&self, key: usize) -> Option<&str> {
        let mut records = self.records();
        records.by_ref().find(|(part, text)| *part == Part::Key && *text == place_text(key))?;
        Some(records.target())
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn selected(&self) -> usize {
        self.selected
    }

    /// Selects a row, and says whether it has to be loaded.
    pub(crate) fn select(&mut self, row: usize) -> bool {
        self.selected = row.min(self.rows.saturating_sub(1));
        self.rows > 0 && !(self.first..self.first + self.kept).contains(&self.selected)
    }

    /// Whether something of the page was left out.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether another page follows this one, and after how many seconds if not when a person asks for it.
    pub(crate) fn refresh(&self) -> Option<Option<u32>> {
        self.refresh
    }

    fn put_given(&mut self, part: Part, text: Option<Text<'_>>) {
        if let Some(text) = text {
            self.put(part, "", text);
        }
    }

    /// Keeps a text, or nothing of it where it does not fit.
    fn put(&mut self, part: Part, before: &str, text: Text<'_>) {
        let start = self.used;
        let mut fits = self.put_bytes(&[part as u8, 0, 0]) && self.put_bytes(before.as_bytes());
        for c in text.chars() {
            let c = match c {
                '\n' if part == Part::Text => c,
                '\r' if part == Part::Text => continue,
                c if c.is_control() => ' ',
                c => c,
            };
            fits = fits && self.put_bytes(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        if !fits {
            self.used = start;
            self.is_cut = true;
        }
        self.set_length(start);
    }

    /// Adds bytes to the text that comes as it is, as far as there is room.
    fn append(&mut self, bytes: &[u8]) {
        if self.text(Part::Text).is_none() {
            self.put(Part::Text, "", Text::from(""));
        }
        let end = self.used;
        let start = Records(self.memory.get(..end).unwrap_or_default()).start_of_last();
        for byte in bytes {
            let is_kept = *byte != b'\r' && !(byte.is_ascii_control() && *byte != b'\n');
            if is_kept && !self.put_bytes(&[*byte]) {
                self.is_cut = true;
            }
        }
        self.set_length(start);
    }

    fn put_bytes(&mut self, bytes: &[u8]) -> bool {
        let end = self.used.saturating_add(bytes.len());
        let Some(room) = self.memory.get_mut(self.used..end) else { return false };
        room.copy_from_slice(bytes);
        self.used = end;
        true
    }

    /// Writes the length of the record that starts there and is the last.
    fn set_length(&mut self, start: usize) {
        let length = u16::try_from(self.used.saturating_sub(start).saturating_sub(3)).unwrap_or(0);
        if let Some([_, low, high]) = self.memory.get_mut(start..start.saturating_add(3))
            && self.used > start
        {
            [*low, *high] = length.to_le_bytes();
        }
    }
}

/// The position of softkeys that have none: behind all others.
const LAST_POSITION: u8 = 17;

/// A number as a character, to be put before a text.
fn place_text(place: usize) -> &'static str {
    const PLACES: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
    PLACES.get(place..=place).unwrap_or("z")
}

/// Texts of a page.
#[derive(Clone)]
pub(crate) struct Records<'p>(&'p [u8]);

impl<'p> Records<'p> {
    /// The target that comes next, if it does.
    fn target(&mut self) -> &'p str {
        self.next().filter(|(part, _)| *part == Part::Target).map_or("", |(_, target)| target)
    }

    /// Where the last record starts.
    fn start_of_last(mut self) -> usize {
        let all = self.0.len();
        let mut start = 0;
        while !self.0.is_empty() {
            start = all - self.0.len();
            self.next();
        }
        start
    }
}

impl<'p> Iterator for Records<'p> {
    type Item = (Part, &'p str);

    fn next(&mut self) -> Option<Self::Item> {
        let [part, low, high, rest @ ..] = self.0 else { return None };
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (text, rest) = rest.split_at(length);
        self.0 = rest;
        let text = match core::str::from_utf8(text) {
            Ok(text) => text,
            // What is no UTF-8 in a text that came as it is ends it.
            Err(error) => text
                .get(..error.valid_up_to())
                .and_then(|text| core::str::from_utf8(text).ok())
                .unwrap_or_default(),
        };
        Some((*Part::ALL.get(usize::from(*part))?, text))
    }
}
