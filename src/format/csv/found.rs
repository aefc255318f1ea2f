//! What a scan writes down: where the fields of accepted records end, and the
//! verdicts on the others. Holds places, never text.

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

/// What was found in one buffer.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Where the buffer starts in the (decompressed) file.
    pub(super) origin: u64,
    /// For every accepted record one number more than it has fields: the place
    /// before its first byte, then the end of each field. A field starts one
    /// after the place before it.
    pub(super) ends: Vec<u32>,
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
        self.ends.clear();
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
