//! What a scan writes down: where the fields of accepted records end, and the
//! verdicts on the others. Holds places, never text.

use std::ops::{Deref, Range};

use crate::engine::port::Quarantined;
use crate::model::reason::StructureFault;

/// The most bytes a record may have, without its line ending.
pub(super) const MAX_RECORD: usize = 1 << 20;
/// The most bytes the value of a field may have.
pub(super) const MAX_FIELD: usize = 1 << 16;
/// U+FEFF, which starts a file, not a record.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A quoted cell in which quotes are doubled: where its text starts, after the
/// opening quote, and where the closing quote stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Escaped {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// Places in a buffer, one after another. Written several at a time: those a
/// group has too many are overwritten by the next.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Of any content from `used` on.
    written: Vec<u32>,
    used: usize,
}

/// Places written at a time.
const GROUP: usize = 8;

impl Places {
    /// Adds a place.
    #[inline(always)]
    pub(super) fn push(&mut self, place: u32) {
        if self.used == self.written.len() {
            self.grow();
        }
        if let Some(free) = self.written.get_mut(self.used) {
            *free = place;
            self.used += 1;
        }
    }

    /// Adds `at` plus the number of each bit that is set, the lowest first.
    #[inline(always)]
    pub(super) fn push_bits(&mut self, at: u32, mut bits: u64) {
        if self.written.len() - self.used < 64 {
            self.grow();
        }
        let count = bits.count_ones() as usize;
        let free = self.written.get_mut(self.used..).unwrap_or_default();
        let (groups, _) = free.as_chunks_mut::<GROUP>();
        for group in groups {
            // Always a whole group: how many bits are set cannot be foreseen, and a
            // wrong guess costs more than the writes.
            for place in group {
                *place = at.wrapping_add(bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
            if bits == 0 {
                break;
            }
        }
        self.used += count;
    }

    #[cold]
    fn grow(&mut self) {
        self.written.resize((self.written.len() * 2).max(1 << 10), 0);
    }

    /// Adds several.
    pub(super) fn extend(&mut self, places: &[u32]) {
        for &place in places {
            self.push(place);
        }
    }

    /// The last one added.
    #[inline(always)]
    pub(super) fn last_mut(&mut self) -> Option<&mut u32> {
        self.written.get_mut(self.used.wrapping_sub(1))
    }

    /// Keeps the first `count`.
    #[inline(always)]
    pub(super) fn truncate(&mut self, count: usize) {
        self.used = self.used.min(count);
    }

    /// Moves some forward, to `to`.
    pub(super) fn copy_within(&mut self, from: Range<usize>, to: usize) {
        self.written.copy_within(from, to);
    }

    /// How many would fit without more memory.
    pub(super) fn capacity(&self) -> usize {
        self.written.capacity()
    }
}

impl Deref for Places {
    type Target = [u32];

    #[inline(always)]
    fn deref(&self) -> &[u32] {
        self.written.get(..self.used).unwrap_or_default()
    }
}

/// What was found in one buffer.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Where the buffer starts in the (decompressed) file.
    pub(super) origin: u64,
    /// For every accepted record one number more than it has fields: the place
    /// before its first byte, then the end of each field. A field starts one
    /// after the place before it.
    pub(super) ends: Places,
    /// The fields of the one record that is judged carefully.
    pub(super) scratch: Vec<u32>,
    /// Cells of accepted records with doubled quotes, ascending.
    pub(super) escaped: Vec<Escaped>,
    /// Malformed records, ascending.
    pub(super) quarantined: Vec<Quarantined>,
    /// Records so far, accepted and malformed.
    pub(super) records: u32,
    /// Whether a quote was seen at all.
    pub(super) has_quotes: bool,
}

impl Found {
    /// Forgets everything but its allocations.
    pub(super) fn reset(&mut self, origin: u64) {
        self.origin = origin;
        self.ends.truncate(0);
        self.escaped.clear();
        self.quarantined.clear();
        self.records = 0;
        self.has_quotes = false;
    }

    /// Writes down a malformed record that starts at `start` of the buffer.
    pub(super) fn quarantine(&mut self, start: usize, length: usize, fault: StructureFault, column: Option<u32>) {
        self.quarantined.push(Quarantined {
            index: self.records,
            offset: self.origin + start as u64,
            length: length as u64,
            fault,
            column,
        });
        self.records += 1;
    }
}

/// A place in a buffer.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a buffer is far smaller than 4 GiB, and a check here would cost")]
pub(super) fn place(at: usize) -> u32 {
    at as u32
}

/// The place before `start`; wraps for 0, and [`after`] wraps back.
#[inline(always)]
pub(super) fn before(start: usize) -> u32 {
    place(start).wrapping_sub(1)
}

/// The place after `end`.
#[inline(always)]
pub(super) fn after(end: u32) -> usize {
    end.wrapping_add(1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_become_places_however_many_there_are() {
        let mut places = Places::default();
        let mut expected = Vec::new();
        for bits in [0, 1, 1 << 63, 0xFF, 0x1FF, u64::MAX, 0x8000_0000_0000_0001, 0x5555_5555_5555_5555] {
            places.push(7);
            places.push_bits(1000, bits);
            expected.push(7);
            expected.extend((0..64).filter(|bit| bits >> bit & 1 == 1).map(|bit| 1000 + bit));
            assert_eq!(*places, *expected);
        }
        places.truncate(3);
        assert_eq!(*places, expected[..3]);
        places.extend(&[5, 6]);
        assert_eq!(places.last_mut(), Some(&mut 6));
    }
}
