//! How a run divides the memory it may use. With more of it, fewer and larger
//! pieces are spilled; what is delivered does not depend on it.

use super::spill::partitions::{MOST_HELD, PAGE};

/// The memory a run may use for its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryBudget {
    bytes: u64,
    verdicts: u64,
}

/// About what a block takes until it is spilled: its text, the offsets of its
/// fields, its rows.
const BLOCK_BYTES: u64 = 2 << 20;

impl MemoryBudget {
    /// A budget of so many bytes; the verdicts of consent logs may take half of it.
    /// A run keeps to it as far as it can: with less than some 32 MiB it still
    /// takes what its smallest buffers need.
    #[must_use]
    pub fn of(bytes: u64) -> Self {
        Self { bytes, verdicts: bytes / 2 }
    }

    /// Bytes of verdicts of consent logs that are held in memory; if there are
    /// more, all of them are spilled.
    pub(super) fn verdicts_held(self) -> u64 {
        self.verdicts
    }

    /// Blocks that may be read and not yet counted.
    pub(super) fn blocks_in_flight(self, workers: usize) -> u64 {
        let enough = workers as u64 * 2 + 2;
        enough.min((self.bytes / 4 / BLOCK_BYTES).max(2))
    }

    /// Bytes that each of so many partitions may hold in memory before it spills.
    pub(super) fn held_by_one_of(self, partitions: usize) -> usize {
        let share = self.bytes / 5 / partitions.max(1) as u64;
        usize::try_from(share).unwrap_or(usize::MAX).clamp(PAGE, MOST_HELD)
    }

    /// Bytes of waiting rows that are sorted at a time.
    pub(super) fn ordered_at_a_time(self) -> u64 {
        (self.bytes / 22).max(1 << 20)
    }

    /// What the chunks may cost together that are being encoded or wait to be
    /// appended. A single chunk may cost more.
    pub(super) fn written_at_a_time(self) -> u64 {
        self.bytes
    }

    /// Bytes of the largest partition that is sorted without being split.
    pub(super) fn ordered_whole(self) -> u64 {
        (self.bytes / 5).max(4 << 20)
    }
}

impl Default for MemoryBudget {
    /// 128 MiB, even with a hundred million records; and 512 MiB for the verdicts
    /// of consent logs, which are thirty million subjects.
    fn default() -> Self {
        Self { bytes: 128 << 20, verdicts: 512 << 20 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_grow_with_the_whole_and_never_vanish() {
        let shares = |bytes: u64| {
            let memory = MemoryBudget::of(bytes);
            let held = memory.held_by_one_of(768) as u64;
            [memory.blocks_in_flight(64), held, memory.ordered_at_a_time(), memory.ordered_whole()]
        };
        let mut before = shares(0);
        assert_eq!(before, [2, PAGE as u64, 1 << 20, 4 << 20]);
        for bytes in [1 << 20, 64 << 20, 128 << 20, 1 << 30, 1 << 40, u64::MAX] {
            let now = shares(bytes);
            assert!(before.iter().zip(&now).all(|(before, now)| before <= now), "{bytes}");
            before = now;
        }
        assert_eq!(MemoryBudget::default().blocks_in_flight(2), 6);
        assert_eq!(MemoryBudget::default().blocks_in_flight(64), 16);
    }
}
