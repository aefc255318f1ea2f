//! The subject check: waiting rows joined with restricted subjects, both spilled
//! to memory, at the shares of the synthetic extract (a fifth waits, two fifths
//! restrict). Records of the extract a second.

use std::io;

use divan::Bencher;
use divan::counter::ItemsCount;
use scant::internals::{DropReason, Spill, SpillSpace, SubjectCheckInput};

/// Spill files in memory, so that no disk is measured.
struct Memory;

struct MemorySpill(Vec<u8>);

impl SpillSpace for Memory {
    fn create(&self) -> io::Result<Box<dyn Spill>> {
        Ok(Box::new(MemorySpill(Vec::new())))
    }
}

impl Spill for MemorySpill {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let from = self.0.get(start..start + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(from);
        Ok(())
    }
}

/// The digest of a subject: as good as random, as keyed digests are.
fn digest(subject: u64) -> u64 {
    let mixed = (subject ^ (subject >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed ^ (mixed >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB)
}

/// Waiting rows, each its record and digest, and restricted subjects.
type Sides = (Vec<(u64, u64)>, Vec<(u64, DropReason)>);

/// The sides of so many records, of which every thirty-third speaks of the subject
/// of the record before.
fn sides(records: u64) -> Sides {
    let subject = |record: u64| digest(record - u64::from(record % 33 == 1));
    let waiting = (0..records).filter(|record| record % 5 == 0).map(|record| (record, subject(record)));
    let restricts = |record: &u64| matches!(record % 5, 1 | 3);
    let restricted = (0..records).filter(restricts).map(|record| (subject(record), DropReason::ConsentWithdrawn));
    (waiting.collect(), restricted.collect())
}

#[divan::bench(args = [106_520, 1_065_200], sample_count = 10, sample_size = 1)]
fn put_away(bencher: Bencher<'_, '_>, records: u64) {
    let (waiting, restricted) = sides(records);
    let put_away = || SubjectCheckInput::new(&waiting, &restricted, &Memory).expect("room in memory");
    bencher.counter(ItemsCount::new(records)).bench_local(put_away);
}

#[divan::bench(args = [106_520, 1_065_200], sample_count = 10, sample_size = 1)]
fn join(bencher: Bencher<'_, '_>, records: u64) {
    let (waiting, restricted) = sides(records);
    let check = SubjectCheckInput::new(&waiting, &restricted, &Memory).expect("room in memory");
    let passing = check.join(&Memory).expect("a join");
    assert!(passing > 0 && passing < waiting.len() as u64, "some pass and some do not");
    bencher.counter(ItemsCount::new(records)).bench_local(|| check.join(&Memory).expect("a join"));
}
