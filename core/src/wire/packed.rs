//! Constant lists in one array, in which a list that is a part of another, or starts as another ends, is not repeated. All
//! of it runs when this crate is compiled, where a panic is an error of the compiler.

/// Defines a type that packs lists of `$item`; `$same` compares two of them. (A macro, because a constant function cannot
/// call a comparison that it is given.)
macro_rules! packed {
    ($packed:ident, $item:ty, $same:path) => {
        /// Lists in one array.
        struct $packed<const LISTS: usize, const SIZE: usize> {
            items: [$item; SIZE],
            /// How many items are in use.
            size: usize,
            /// Where each list starts.
            starts: [usize; LISTS],
        }

        #[allow(
            clippy::arithmetic_side_effects,
            clippy::indexing_slicing,
            reason = "runs when this crate is compiled"
        )]
        impl<const LISTS: usize, const SIZE: usize> $packed<LISTS, SIZE> {
            /// Packs the lists in this order into an array that has `filler` where it is not in use.
            const fn new(lists: &[&[$item]; LISTS], order: &[usize; LISTS], filler: $item) -> Self {
                let mut packed = Self { items: [filler; SIZE], size: 0, starts: [0; LISTS] };
                let mut i = 0;
                while i < LISTS {
                    let list = order[i];
                    packed.starts[list] = packed.add(lists[list]);
                    i += 1;
                }
                packed
            }

            /// Returns where the list is already, or has its start at the end, after it was put there.
            const fn add(&mut self, list: &[$item]) -> usize {
                let mut start = 0;
                while !self.fits(list, start) {
                    start += 1;
                }
                let mut i = 0;
                while i < list.len() {
                    self.items[start + i] = list[i];
                    i += 1;
                }
                if self.size < start + i {
                    self.size = start + i;
                }
                start
            }

            /// Returns true if nothing else than the list is there.
            const fn fits(&self, list: &[$item], start: usize) -> bool {
                let mut i = 0;
                while i < list.len() && start + i < self.size {
                    if !$same(&list[i], &self.items[start + i]) {
                        return false;
                    }
                    i += 1;
                }
                true
            }
        }
    };
}

pub(super) use packed;

/// Returns the numbers of the lists with these lengths, from the longest on: a list can be a part of a longer one.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "runs when this crate is compiled"
)]
pub(super) const fn longest_first<const LISTS: usize>(lengths: [usize; LISTS]) -> [usize; LISTS] {
    let mut order = as_given();
    let mut sorted = 1;
    while sorted < LISTS {
        let mut i = sorted;
        while i > 0 && lengths[order[i - 1]] < lengths[order[i]] {
            (order[i - 1], order[i]) = (order[i], order[i - 1]);
            i -= 1;
        }
        sorted += 1;
    }
    order
}

/// Returns the numbers of so many lists.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "runs when this crate is compiled"
)]
pub(super) const fn as_given<const LISTS: usize>() -> [usize; LISTS] {
    let mut order = [0; LISTS];
    let mut i = 0;
    while i < LISTS {
        order[i] = i;
        i += 1;
    }
    order
}
