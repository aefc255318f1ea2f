//! The subject check: a row that waits takes the most restrictive reason among
//! its subject's records. Digests of waiting rows and of restricted subjects are
//! joined partition by partition, so memory holds one partition's subjects.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io;
use std::sync::Mutex;

use rayon::prelude::*;

use super::partitions::Partitions;
use super::port::SpillSpace;
use super::store::{DIGEST_ENTRY, DIGEST_PARTITIONS, RESTRICTED_ENTRY, Store};
use crate::model::reason::DropReason;

/// The rows to be dropped with their subject, by the partition of the row.
pub(super) struct Withheld {
    records: Partitions,
    /// Most rows that one delivered subject has.
    pub(super) most_rows_of_one_subject: u64,
    /// Subjects that are delivered.
    pub(super) subjects: u64,
}

/// Bytes of a withheld row: record, rank of the reason.
const WITHHELD_ENTRY: usize = 8 + 2;

/// The digest is random already.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 << 8) | u64::from(byte);
        }
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }
}

/// What is known of the subject of a waiting row.
#[derive(Clone, Copy, Default)]
struct Subject {
    reason: Option<DropReason>,
    rows: u64,
}

type Subjects = HashMap<u64, Subject, BuildHasherDefault<Identity>>;

/// Joins the two sides of `store`.
pub(super) fn join(store: &Store, space: &dyn SpillSpace) -> io::Result<Withheld> {
    let withheld =
        Mutex::new(Withheld { records: Partitions::new(store.rows.count()), most_rows_of_one_subject: 0, subjects: 0 });
    (0..DIGEST_PARTITIONS).into_par_iter().try_for_each(|part| join_partition(store, part, space, &withheld))?;
    withheld.into_inner().map_err(|_| io::Error::other("poisoned"))
}

fn join_partition(store: &Store, part: usize, space: &dyn SpillSpace, withheld: &Mutex<Withheld>) -> io::Result<()> {
    let waiting = usize::try_from(store.digests.bytes(part)).map_err(io::Error::other)? / DIGEST_ENTRY;
    let mut subjects = Subjects::with_capacity_and_hasher(waiting, BuildHasherDefault::default());
    each_entry::<DIGEST_ENTRY>(&store.digests, part, |entry| {
        subjects.entry(number(entry)).or_default().rows += 1;
        Ok(())
    })?;
    each_entry::<RESTRICTED_ENTRY>(&store.restricted, part, |entry| {
        if let Some(subject) = subjects.get_mut(&number(entry)) {
            let reason = DropReason::from_rank([entry[8], entry[9]]);
            let reason = reason.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
            subject.reason = Some(subject.reason.map_or(reason, |known| known.min(reason)));
        }
        Ok(())
    })?;
    let mut dropped: Vec<(u32, [u8; WITHHELD_ENTRY])> = Vec::new();
    each_entry::<DIGEST_ENTRY>(&store.digests, part, |entry| {
        if let Some(reason) = subjects.get(&number(entry)).and_then(|subject| subject.reason) {
            let mut out = [0; WITHHELD_ENTRY];
            out[..8].copy_from_slice(&entry[8..16]);
            out[8..].copy_from_slice(&reason.to_rank());
            let row_part = u32::from_le_bytes([entry[16], entry[17], entry[18], entry[19]]);
            dropped.push((row_part, out));
        }
        Ok(())
    })?;
    let passing = || subjects.values().filter(|subject| subject.reason.is_none());
    let most = passing().map(|subject| subject.rows).max().unwrap_or(0);
    let mut withheld = withheld.lock().map_err(|_| io::Error::other("poisoned"))?;
    withheld.subjects += passing().count() as u64;
    withheld.most_rows_of_one_subject = withheld.most_rows_of_one_subject.max(most);
    for (row_part, entry) in dropped {
        withheld.records.append(space, row_part as usize, &[&entry])?;
    }
    Ok(())
}

fn number(entry: &[u8]) -> u64 {
    entry.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn each_entry<const N: usize>(
    partitions: &Partitions,
    part: usize,
    mut take: impl FnMut(&[u8; N]) -> io::Result<()>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    for piece in partitions.pieces(part) {
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

impl Withheld {
    /// The rows of one partition that are dropped after all, ascending by record.
    pub(super) fn of_partition(&self, part: usize) -> io::Result<Vec<(u64, DropReason)>> {
        let mut records = Vec::new();
        each_entry::<WITHHELD_ENTRY>(&self.records, part, |entry| {
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
    use crate::engine::partitions::tests::MemorySpace;
    use crate::engine::stage::Minimised;
    use crate::policy::plan::RowOrder;

    #[test]
    fn the_earliest_reason_of_a_subject_spreads_to_all_its_rows() {
        let space = MemorySpace::default();
        let mut store = Store::new(RowOrder::Extract);
        let mut minimised = Minimised::default();
        for (record, subject) in [(1, 10), (2, 20), (3, 10), (4, u64::MAX), (5, 20), (6, 20)] {
            minimised.push(record, subject, |out| out.push(0));
        }
        let restricted = [
            (10, DropReason::RecipientNotNamed),
            (10, DropReason::ConsentWithdrawn),
            (10, DropReason::ConsentExpired),
            (30, DropReason::Erased),
        ];
        store.take(&space, &minimised, &restricted).unwrap();
        let withheld = join(&store, &space).unwrap();
        let reason = DropReason::ConsentWithdrawn;
        assert_eq!(withheld.of_partition(0).unwrap(), [(1, reason), (3, reason)]);
        assert_eq!(withheld.subjects, 2);
        assert_eq!(withheld.most_rows_of_one_subject, 3);
    }
}
