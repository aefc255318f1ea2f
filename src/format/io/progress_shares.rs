//! How many stored bytes each block of a file stands for, where blocks are cut from
//! what a reader made of those bytes: for progress. Holds no content.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

/// The shares of the blocks that are cut and not yet parsed.
#[derive(Debug, Default)]
pub(crate) struct StoredShares(Mutex<ShareQueue>);

#[derive(Debug, Default)]
struct ShareQueue {
    consumed: u64,
    by_block: BTreeMap<u64, u64>,
}

impl StoredShares {
    /// Says that `consumed` stored bytes were used by the time a block was cut.
    pub(crate) fn note(&self, block: u64, consumed: u64) {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = mem::replace(&mut shares.consumed, consumed);
        let share = consumed.saturating_sub(before);
        shares.by_block.insert(block, share);
    }

    /// The share of a block, once; then 0.
    pub(crate) fn take(&self, block: u64) -> u64 {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shares.by_block.remove(&block).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_what_was_consumed() {
        let shares = StoredShares::default();
        for (block, consumed) in [(0, 10), (1, 10), (2, 25)] {
            shares.note(block, consumed);
        }
        assert_eq!([2, 0, 1, 0].map(|block| shares.take(block)), [15, 10, 0, 0]);
    }
}
