//! The class of all rows whose quasi-identifiers are missing, once the cells of some rows
//! were suppressed: counted over the subjects of all classes that become one.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use rayon::prelude::*;

use crate::engine::port::SpillSpace;
use crate::engine::spill::entries::{DIGEST_PARTITIONS, digest_partition, each_entry};
use crate::engine::spill::partitions::Partitions;
use crate::engine::withhold::classes::class_rows::ClassRow;
use crate::engine::withhold::classes::entry::{ClassLayout, word};

/// The subjects and sensitive cells of the rows that become one class, by the first byte
/// of the digest of the subject.
pub(super) struct MergedClass {
    rows: Mutex<Partitions>,
    sensitive: usize,
}

impl MergedClass {
    pub(super) fn new(sensitive: usize, buffer: usize) -> Self {
        Self { rows: Mutex::new(Partitions::with_buffer(DIGEST_PARTITIONS, buffer)), sensitive }
    }

    /// Adds rows by the bytes that the class check keeps of them.
    pub(super) fn add(&self, space: &dyn SpillSpace, rows: &[Vec<u8>]) -> io::Result<()> {
        let mut own = self.rows.lock().map_err(|_| io::Error::other("poisoned"))?;
        let mut entry = Vec::new();
        for bytes in rows {
            let subject = ClassLayout::subject(bytes);
            entry.clear();
            entry.extend_from_slice(&subject.to_le_bytes());
            for sensitive in 0..self.sensitive {
                entry.extend_from_slice(&ClassLayout::value(bytes, sensitive).to_le_bytes());
            }
            own.append(space, digest_partition(subject), &entry)?;
        }
        Ok(())
    }

    /// The class with its counts.
    pub(super) fn count(self, population: Option<u64>) -> io::Result<ClassRow> {
        let partitions = self.rows.into_inner().map_err(|_| io::Error::other("poisoned"))?;
        let counted = (0..DIGEST_PARTITIONS).into_par_iter().map(|part| count_part(&partitions, part, self.sensitive));
        let mut class = ClassRow { population, ..ClassRow::default() };
        let mut values = vec![BTreeMap::new(); self.sensitive];
        for counted in counted.collect::<io::Result<Vec<_>>>()? {
            class.persons += counted.persons;
            class.rows += counted.rows;
            for (all, counted) in values.iter_mut().zip(counted.values) {
                for (code, persons) in counted {
                    *all.entry(code).or_default() += persons;
                }
            }
        }
        class.values = values.into_iter().map(|values| values.into_iter().collect()).collect();
        Ok(class)
    }
}

fn count_part(partitions: &Partitions, part: usize, sensitive: usize) -> io::Result<ClassRow> {
    let mut subjects = Vec::new();
    let mut values: Vec<Vec<(u64, u64)>> = vec![Vec::new(); sensitive];
    each_entry(8 * (1 + sensitive), partitions.pieces(part), |entry| {
        let subject = word(entry, 0);
        subjects.push(subject);
        for (column, values) in values.iter_mut().enumerate() {
            values.push((word(entry, 1 + column), subject));
        }
        Ok(())
    })?;
    let rows = subjects.len() as u64;
    subjects.sort_unstable();
    subjects.dedup();
    let by_code = |mut values: Vec<(u64, u64)>| {
        values.sort_unstable();
        values.dedup();
        let groups = values.chunk_by(|a, b| a.0 == b.0);
        groups.filter_map(|group| Some((group.first()?.0, group.len() as u64))).collect()
    };
    let values = values.into_iter().map(by_code).collect();
    Ok(ClassRow { persons: subjects.len() as u64, rows, values, ..ClassRow::default() })
}
