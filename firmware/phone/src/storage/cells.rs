//! A flash for tests, whose power fails where they say so.

use std::cell::RefCell;
use std::prelude::v1::*;
use std::rc::Rc;
use std::vec::Vec;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

/// Bytes of a page, where a test does not want others.
pub(super) const PAGE: usize = 1024;
/// Bytes of a flash of two pages.
pub(super) const PAGES: usize = 2 * PAGE;

/// A flash whose power fails after so many bytes: the byte in work is left half done.
#[derive(Clone)]
pub(super) struct Cells {
    pub(super) bytes: Vec<u8>,
    pub(super) power: usize,
    /// Bytes that were read.
    pub(super) read: usize,
    /// A byte that stays as it is.
    pub(super) worn: Option<usize>,
}

impl Cells {
    /// A flash as it may come: with anything in it.
    pub(super) fn new(filled_with: u8) -> Self {
        Self::of(PAGES, filled_with)
    }

    /// The same, of so many bytes.
    pub(super) fn of(bytes: usize, filled_with: u8) -> Self {
        Self { bytes: vec![filled_with; bytes], power: usize::MAX, read: 0, worn: None }
    }

    fn change(&mut self, at: usize, after: impl Fn(u8) -> u8) -> Result<(), NorFlashErrorKind> {
        if self.worn == Some(at) {
            return Ok(());
        }
        let before = self.bytes[at];
        self.power = self.power.checked_sub(1).ok_or(NorFlashErrorKind::Other)?;
        let changed = if self.power == 0 { 0x5A } else { 0xFF };
        self.bytes[at] = before & !changed | after(before) & changed;
        if self.power == 0 { Err(NorFlashErrorKind::Other) } else { Ok(()) }
    }

    pub(super) fn holds(&self, text: &[u8]) -> bool {
        self.bytes.windows(text.len()).any(|bytes| bytes == text)
    }
}

/// The way to a flash that is written `WORD` bytes at a time and erased by `PAGE` bytes.
pub(super) struct Flash<const WORD: usize, const PAGE: usize>(pub(super) Rc<RefCell<Cells>>);

impl<const WORD: usize, const PAGE: usize> ErrorType for Flash<WORD, PAGE> {
    type Error = NorFlashErrorKind;
}

impl<const WORD: usize, const PAGE: usize> ReadNorFlash for Flash<WORD, PAGE> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        let mut cells = self.0.borrow_mut();
        cells.read += out.len();
        let bytes = cells.bytes.get(offset as usize..).and_then(|rest| rest.get(..out.len()));
        out.copy_from_slice(bytes.ok_or(NorFlashErrorKind::OutOfBounds)?);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.borrow().bytes.len()
    }
}

impl<const WORD: usize, const PAGE: usize> NorFlash for Flash<WORD, PAGE> {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = PAGE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        let mut cells = self.0.borrow_mut();
        (from as usize..to as usize).try_for_each(|at| cells.change(at, |_| 0xFF))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        assert!((offset as usize).is_multiple_of(WORD) && bytes.len().is_multiple_of(WORD));
        let mut cells = self.0.borrow_mut();
        // A flash only clears bits.
        let places = bytes.iter().zip(offset as usize..);
        places.into_iter().try_for_each(|(byte, at)| cells.change(at, |before| before & byte))
    }
}
