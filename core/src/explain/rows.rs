//! Sets of rows, one bit a row: what the parts of a text say is put together without an allocation.

use core::array::IntoIter;

use crate::codes::{Family, Row, Rows};

/// As many bits as there are rows in all families, and some to spare; a test holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RowSet([u32; 8]);

/// Returns every row, in the order of the families, and its place among them.
pub(super) fn all_rows() -> AllRows {
    AllRows { families: Family::ALL.into_iter(), rows: None, at: 0 }
}

#[derive(Clone)]
pub(super) struct AllRows {
    families: IntoIter<Family, 7>,
    rows: Option<Rows>,
    at: u8,
}

impl Iterator for AllRows {
    type Item = (u8, Row);

    // In one place: it is called from many.
    #[inline(never)]
    fn next(&mut self) -> Option<(u8, Row)> {
        loop {
            if let Some(row) = self.rows.as_mut().and_then(Iterator::next) {
                let at = self.at;
                self.at = at.saturating_add(1);
                return Some((at, row));
            }
            self.rows = Some(self.families.next()?.rows());
        }
    }
}

impl RowSet {
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn contains(&self, at: u8) -> bool {
        self.0.get(usize::from(at >> 5)).is_some_and(|word| word >> (at & 31) & 1 == 1)
    }

    pub(super) fn insert(&mut self, at: u8) {
        if let Some(word) = self.0.get_mut(usize::from(at >> 5)) {
            *word |= 1 << (at & 31);
        }
    }

    pub(super) fn remove(&mut self, at: u8) {
        if let Some(word) = self.0.get_mut(usize::from(at >> 5)) {
            *word &= !(1 << (at & 31));
        }
    }

    /// Adds the rows of another set, and returns true if there was one.
    pub(super) fn insert_all(&mut self, other: &Self) -> bool {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
        !other.is_empty()
    }

    /// Returns the rows for which this is true.
    pub(super) fn of(is_in: &dyn Fn(Row) -> bool) -> Self {
        let mut rows = Self::default();
        for (at, row) in all_rows() {
            if is_in(row) {
                rows.insert(at);
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::{RowSet, all_rows};
    use crate::codes::Family;

    #[test]
    fn every_row_has_a_bit_of_its_own() {
        let rows = Family::ALL.into_iter().map(|family| family.rows().len()).sum();
        assert_eq!(all_rows().count(), rows);
        let all = RowSet::of(&|_| true);
        assert_eq!((0..=u8::MAX).filter(|at| all.contains(*at)).count(), rows);
    }
}
