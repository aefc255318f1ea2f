//! What a scan writes down: where the fields of accepted records end, and the
//! verdicts on the others. Holds places, never text.

use std::ops::{Deref, Range};

use crate::engine::port::Quarantined;
use crate::model::outcome::structure_fault::StructureFault;

/// The most bytes a record may have, without its line ending.
pub(crate) const MAX_RECORD: usize = 1 << 20;
/// The most bytes the value of a field may have.
pub(crate) const MAX_FIELD: usize = 1 << 16;
/// U+FEFF, which starts a file, not a record.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A quoted cell in which quotes are doubled: where its text starts, after the
/// opening quote, and where the closing quote is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EscapedField {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Offsets in a buffer, one after another. A caller that writes many at a time may write
/// more than it takes: those are overwritten by the next.
#[derive(Debug, Default)]
pub(crate) struct Offsets {
    /// Of any content from `used` on.
    written: Vec<u32>,
    used: usize,
}

impl Offsets {
    /// Adds a place.
    #[inline(always)]
    pub(crate) fn push(&mut self, place: u32) {
        if self.used == self.written.len() {
            self.grow();
        }
        if let Some(free) = self.written.get_mut(self.used) {
            *free = place;
            self.used += 1;
        }
    }

    /// Room behind the last, to be written to and then [`Self::take`]n.
    #[inline(always)]
    pub(crate) fn room<const ROOM: usize>(&mut self) -> Option<&mut [u32; ROOM]> {
        while self.written.len() - self.used < ROOM {
            self.grow();
        }
        self.written.get_mut(self.used..)?.first_chunk_mut()
    }

    /// Takes what was written behind the last.
    #[inline(always)]
    pub(crate) fn take(&mut self, count: usize) {
        self.used = (self.used + count).min(self.written.len());
    }

    #[cold]
    fn grow(&mut self) {
        self.written.resize((self.written.len() * 2).max(1 << 10), 0);
    }

    /// Adds several.
    pub(crate) fn extend(&mut self, places: &[u32]) {
        for &place in places {
            self.push(place);
        }
    }

    /// The one with that number.
    #[inline(always)]
    pub(crate) fn get_mut(&mut self, number: usize) -> Option<&mut u32> {
        self.written.get_mut(..self.used)?.get_mut(number)
    }

    /// Keeps the first `count`.
    #[inline(always)]
    pub(crate) fn truncate(&mut self, count: usize) {
        self.used = self.used.min(count);
    }

    /// Moves some forward, to `to`.
    pub(crate) fn copy_within(&mut self, from: Range<usize>, to: usize) {
        self.written.copy_within(from, to);
    }

    /// How many would fit without more memory.
    pub(crate) fn capacity(&self) -> usize {
        self.written.capacity()
    }
}

impl Deref for Offsets {
    type Target = [u32];

    #[inline(always)]
    fn deref(&self) -> &[u32] {
        self.written.get(..self.used).unwrap_or_default()
    }
}

/// What was found in one buffer.
#[derive(Debug, Default)]
pub(crate) struct FieldIndex {
    /// Where the buffer starts in the (decompressed) file.
    pub(crate) origin: u64,
    /// Where each accepted record starts.
    pub(crate) starts: Offsets,
    /// Where each of its fields ends. The next one starts one after.
    pub(crate) ends: Offsets,
    /// Where the second of two quotes inside quotes is, in the run of plain
    /// records that is being scanned.
    pub(crate) doubled: Vec<u32>,
    /// The fields of the one record that is judged carefully.
    pub(crate) scratch: Vec<u32>,
    /// Cells of accepted records with doubled quotes, ascending.
    pub(crate) escaped: Vec<EscapedField>,
    /// Malformed records, ascending.
    pub(crate) quarantined: Vec<Quarantined>,
    /// Records so far, accepted and malformed.
    pub(crate) records: u32,
    /// Whether a quote was seen at all.
    pub(crate) has_quotes: bool,
}

impl FieldIndex {
    /// Forgets everything but its allocations.
    pub(crate) fn reset(&mut self, origin: u64) {
        self.origin = origin;
        self.starts.truncate(0);
        self.ends.truncate(0);
        self.doubled.clear();
        self.escaped.clear();
        self.quarantined.clear();
        self.records = 0;
        self.has_quotes = false;
    }

    /// Writes down a malformed record that starts at `start` of the buffer.
    pub(crate) fn quarantine(&mut self, start: usize, length: usize, fault: StructureFault, column: Option<u32>) {
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
pub(crate) fn place(at: usize) -> u32 {
    at as u32
}

/// The place before `start`; wraps for 0, and [`after`] wraps back.
#[inline(always)]
pub(crate) fn before(start: usize) -> u32 {
    place(start).wrapping_sub(1)
}

/// The place after `end`.
#[inline(always)]
pub(crate) fn after(end: u32) -> usize {
    end.wrapping_add(1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_of_the_room_stands_behind_the_last() {
        let mut places = Offsets::default();
        places.push(7);
        for round in 0..3_000 {
            let room = places.room::<80>().unwrap();
            room[..3].copy_from_slice(&[round, 1, 2]);
            places.take(2);
        }
        assert_eq!((places.len(), places[0], places[5_999], places[6_000]), (6_001, 7, 2_999, 1));
        places.truncate(3);
        assert_eq!(*places, [7, 0, 1]);
        places.extend(&[5, 6]);
        assert_eq!((places.get_mut(4).copied(), places.get_mut(5)), (Some(6), None));
    }
}
