//! How row groups and record batches are cut into blocks: a group may be larger than any cache, and
//! what is judged together should fit into one. Arithmetic only.

use std::ops::Range;

use crate::engine::port::{Payload, Ticket};

/// Rows of a block.
pub(crate) const SLICE_ROWS: u64 = 16_384;

/// A block: part of a row group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowGroupSlice {
    pub(crate) group: usize,
    /// How many slices its group has.
    pub(crate) of: u32,
    /// Rows of its group before it.
    pub(crate) start: u32,
    pub(crate) rows: u32,
}

impl RowGroupSlice {
    /// The slice of that number of a group of so many rows.
    pub(crate) fn of_group(group: usize, rows: u64, number: u64) -> Option<Self> {
        let start = number.checked_mul(SLICE_ROWS).filter(|start| *start < rows)?;
        Some(Self {
            group,
            of: u32::try_from(slices(rows)).ok()?,
            start: u32::try_from(start).ok()?,
            rows: u32::try_from((rows - start).min(SLICE_ROWS)).ok()?,
        })
    }

    /// The share of the group's `bytes` that this slice stands for.
    pub(crate) fn share_of(&self, bytes: u64) -> u64 {
        let share = share(u64::from(self.start) / SLICE_ROWS, u64::from(self.of), bytes);
        share.end - share.start
    }
}

/// Bits of a part for the number of its slice; the others are its group.
const SLICE_BITS: u32 = 32;

/// Gives the slices of every group in turn.
#[derive(Debug, Default)]
pub(crate) struct SliceFeed {
    group: usize,
    slice: u64,
    given: u64,
}

impl SliceFeed {
    /// The ticket of the next slice, if one is left; `rows` says how many rows a
    /// group has.
    pub(crate) fn next(&mut self, rows: impl Fn(usize) -> Option<u64>) -> Option<Ticket> {
        while rows(self.group) == Some(0) {
            self.group += 1;
        }
        let payload = Payload::Part((self.group as u64) << SLICE_BITS | self.slice);
        let count = slices(rows(self.group)?);
        (self.group, self.slice) =
            if self.slice + 1 < count { (self.group, self.slice + 1) } else { (self.group + 1, 0) };
        self.given += 1;
        Some(Ticket { number: self.given - 1, payload, from: None })
    }
}

/// The group of a slice, and its number there.
pub(crate) fn place_of(payload: &Payload) -> Option<(usize, u64)> {
    let Payload::Part(part) = payload else { return None };
    Some((usize::try_from(part >> SLICE_BITS).ok()?, part & ((1 << SLICE_BITS) - 1)))
}

/// How many slices so many rows make.
pub(crate) fn slices(rows: u64) -> u64 {
    rows.div_ceil(SLICE_ROWS)
}

/// What falls to one of `shares` if `all` is divided among them: together they are
/// all of it, and none has much more than another.
pub(crate) fn share(number: u64, shares: u64, all: u64) -> Range<u64> {
    let edge = |number: u64| {
        let edge = u128::from(all) * u128::from(number.min(shares)) / u128::from(shares.max(1));
        u64::try_from(edge).unwrap_or(all)
    };
    edge(number)..edge(number.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_the_rows_of_their_group() {
        for rows in [1, SLICE_ROWS - 1, SLICE_ROWS, SLICE_ROWS + 1, 122_880, u64::from(u32::MAX) - 1] {
            let all = slices(rows);
            let slice = |number| RowGroupSlice::of_group(3, rows, number);
            assert_eq!(slice(all), None);
            let first = slice(0).unwrap();
            assert_eq!((first.group, first.start, u64::from(first.of)), (3, 0, all));
            let last = slice(all - 1).unwrap();
            assert_eq!(u64::from(last.start) + u64::from(last.rows), rows);
            assert!(all == 1 || u64::from(first.rows) == SLICE_ROWS);
        }
        assert_eq!(RowGroupSlice::of_group(0, 0, 0), None);
    }

    #[test]
    fn shares_are_all_there_is_and_no_more() {
        for (shares, all) in [(1, 10), (3, 10), (10, 3), (7, 0), (15, u64::MAX)] {
            let mut end = 0;
            for number in 0..shares {
                let share = share(number, shares, all);
                assert_eq!(share.start, end);
                assert!(share.end - share.start <= all / shares + 1);
                end = share.end;
            }
            assert_eq!(end, all);
        }
        let bytes: u64 =
            (0..3).map(|number| RowGroupSlice::of_group(0, 2 * SLICE_ROWS + 1, number).unwrap().share_of(1001)).sum();
        assert_eq!(bytes, 1001);
    }
}
