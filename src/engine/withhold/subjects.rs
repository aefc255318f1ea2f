//! The subject check: a row that waits takes the most restrictive reason among
//! its subject's records. Digests of waiting rows and of restricted subjects are
//! joined partition by partition, so memory holds one partition's subjects.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io;
use std::sync::Mutex;

use rayon::prelude::*;

use crate::engine::port::SpillSpace;
use crate::engine::spill::partitions::{PartitionPiece, Partitions};
use crate::engine::spill::store::{
    ClosedStore, DIGEST_BYTES, DIGEST_ENTRY, DIGEST_PARTITIONS, RECORD, RESTRICTED_ENTRY, StoreSection,
};
use crate::model::outcome::reason::DropReason;

/// The rows to be dropped with their subject, by the partition of the row.
pub(crate) struct WithheldRows {
    records: Partitions,
    /// Most rows that one delivered subject has.
    pub(crate) most_rows_of_one_subject: u64,
    /// Subjects that are delivered.
    pub(crate) subjects: u64,
}

/// Bytes of a withheld row: record, rank of the reason.
const WITHHELD_ENTRY: usize = 8 + 2;
/// What the partitions of withheld rows hold back: there are many, and few rows.
const WITHHELD_BUFFER: usize = 1 << 10;

/// The digest is random already, but its first bits are the same all over a
/// partition, and a table looks at those first.
#[derive(Default)]
struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64((self.0 << 8) | u64::from(byte));
        }
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// What is known of the subject of a waiting row.
#[derive(Clone, Copy, Default)]
struct SubjectState {
    reason: Option<DropReason>,
    rows: u64,
}

type SubjectTable = HashMap<u64, SubjectState, BuildHasherDefault<DigestHasher>>;

/// Tells most digests that are not in a set from those that are: one bit of
/// sixteen is set, and all fit in the cache next to the processor.
struct BloomFilter {
    bits: Vec<u64>,
    mask: u64,
}

impl BloomFilter {
    fn with_room_for(digests: usize) -> Self {
        let words = (digests / 4).next_power_of_two();
        Self { bits: vec![0; words], mask: (words as u64) * 64 - 1 }
    }

    #[inline]
    fn place(&self, digest: u64) -> (usize, u64) {
        let bit = digest & self.mask;
        // The mask keeps it within the words there are.
        (usize::try_from(bit / 64).unwrap_or_default(), 1 << (bit % 64))
    }

    fn add(&mut self, digest: u64) {
        let (word, bit) = self.place(digest);
        self.bits[word] |= bit;
    }

    #[inline]
    fn may_hold(&self, digest: u64) -> bool {
        let (word, bit) = self.place(digest);
        self.bits[word] & bit != 0
    }
}

/// Joins the two sides of `store`.
pub(crate) fn join(store: &ClosedStore, space: &dyn SpillSpace) -> io::Result<WithheldRows> {
    let records = Partitions::with_buffer(store.row_partitions(), WITHHELD_BUFFER);
    let withheld = Mutex::new(WithheldRows { records, most_rows_of_one_subject: 0, subjects: 0 });
    (0..DIGEST_PARTITIONS).into_par_iter().try_for_each(|part| join_partition(store, part, space, &withheld))?;
    withheld.into_inner().map_err(|_| io::Error::other("poisoned"))
}

fn join_partition(
    store: &ClosedStore,
    part: usize,
    space: &dyn SpillSpace,
    withheld: &Mutex<WithheldRows>,
) -> io::Result<()> {
    let waiting = usize::try_from(store.bytes(StoreSection::Digests, part)).map_err(io::Error::other)? / DIGEST_ENTRY;
    let mut subjects = SubjectTable::with_capacity_and_hasher(waiting, BuildHasherDefault::default());
    let mut sieve = BloomFilter::with_room_for(waiting);
    each_entry::<DIGEST_ENTRY>(store.pieces(StoreSection::Digests, part), |entry| {
        sieve.add(digest(entry));
        subjects.entry(digest(entry)).or_default().rows += 1;
        Ok(())
    })?;
    let mut is_anyone_restricted = false;
    each_entry::<RESTRICTED_ENTRY>(store.pieces(StoreSection::Restricted, part), |entry| {
        // Most restricted subjects have no row that waits.
        if sieve.may_hold(digest(entry))
            && let Some(subject) = subjects.get_mut(&digest(entry))
        {
            let reason = DropReason::from_rank([entry[DIGEST_BYTES], entry[DIGEST_BYTES + 1]]);
            let reason = reason.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
            subject.reason = Some(subject.reason.map_or(reason, |known| known.min(reason)));
            is_anyone_restricted = true;
        }
        Ok(())
    })?;
    let mut dropped: Vec<(u32, [u8; WITHHELD_ENTRY])> = Vec::new();
    if is_anyone_restricted {
        each_entry::<DIGEST_ENTRY>(store.pieces(StoreSection::Digests, part), |entry| {
            if let Some(reason) = subjects.get(&digest(entry)).and_then(|subject| subject.reason) {
                let mut out = [0; WITHHELD_ENTRY];
                out[..8].copy_from_slice(&entry[RECORD]);
                out[8..].copy_from_slice(&reason.to_rank());
                let [.., a, b, c, d] = *entry;
                let row_part = u32::from_le_bytes([a, b, c, d]);
                dropped.push((row_part, out));
            }
            Ok(())
        })?;
    }
    let passing = || subjects.values().filter(|subject| subject.reason.is_none());
    let most = passing().map(|subject| subject.rows).max().unwrap_or(0);
    let passing = passing().count() as u64;
    let mut withheld = withheld.lock().map_err(|_| io::Error::other("poisoned"))?;
    withheld.subjects += passing;
    withheld.most_rows_of_one_subject = withheld.most_rows_of_one_subject.max(most);
    for (row_part, entry) in dropped {
        withheld.records.push(space, row_part as usize, entry)?;
    }
    Ok(())
}

/// The bytes of a digest that its partition does not say: all digests that meet
/// here share the others.
fn digest(entry: &[u8]) -> u64 {
    entry.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes) << 8 >> 8)
}

fn number(entry: &[u8]) -> u64 {
    entry.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn each_entry<'p, const N: usize>(
    pieces: impl Iterator<Item = io::Result<PartitionPiece<'p>>>,
    mut take: impl FnMut(&[u8; N]) -> io::Result<()>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    for piece in pieces {
        bytes.clear();
        piece?.read_into(&mut bytes)?;
        let (entries, rest) = bytes.as_chunks::<N>();
        if !rest.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        entries.iter().try_for_each(&mut take)?;
    }
    Ok(())
}

impl WithheldRows {
    /// The rows of one partition that are dropped after all, ascending by record.
    pub(crate) fn of_partition(&self, part: usize) -> io::Result<Vec<(u64, DropReason)>> {
        let mut records = Vec::new();
        each_entry::<WITHHELD_ENTRY>(self.records.pieces(part), |entry| {
            let reason = DropReason::from_rank([entry[8], entry[9]]);
            records.push((number(entry), reason.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?));
            Ok(())
        })?;
        records.sort_unstable();
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::memory_budget::MemoryBudget;
    use crate::engine::spill::minimised::MinimisedRows;
    use crate::engine::spill::partitions::tests::MemorySpace;
    use crate::engine::spill::store::SpillStore;
    use crate::policy::plan::RowOrder;

    #[test]
    fn the_earliest_reason_of_a_subject_spreads_to_all_its_rows() {
        let space = MemorySpace::default();
        let store = SpillStore::new(RowOrder::Extract, 2, MemoryBudget::default());
        let mut minimised = MinimisedRows::default();
        for (record, subject) in [(1, 10), (2, 20), (3, 10), (4, u64::MAX), (5, 20), (6, 20)] {
            minimised.push(record, subject, |out| out.push(0)).unwrap();
        }
        let restricted = [
            (10, DropReason::RecipientNotNamed),
            (10, DropReason::ConsentWithdrawn),
            (10, DropReason::ConsentExpired),
            (30, DropReason::Erased),
        ];
        store.take(0, 0, &space, &minimised, &restricted[..2]).unwrap();
        store.take(1, 0, &space, &MinimisedRows::default(), &restricted[2..]).unwrap();
        let withheld = join(&store.close(&space).unwrap(), &space).unwrap();
        let reason = DropReason::ConsentWithdrawn;
        assert_eq!(withheld.of_partition(0).unwrap(), [(1, reason), (3, reason)]);
        assert_eq!(withheld.subjects, 2);
        assert_eq!(withheld.most_rows_of_one_subject, 3);
    }
}
