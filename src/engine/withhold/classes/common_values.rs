//! Counts the values of one column among the rows that no check withholds, and decides
//! which of them are delivered (`top_values`). It withholds nothing itself.
//!
//! Counted as classes are: the digest of an entry is that of the cell, and a person with
//! several rows counts once. Memory also holds the different values, and no more of them
//! than a column of categories has.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Mutex, PoisonError};

use super::entry::{ClassCollector, ClassLayout};
use super::table::{Counting, PartitionClasses};
use crate::engine::spill::entries::RowEntries;
use crate::engine::withhold::WaitingRowCheck;
use crate::engine::withhold::round::CheckRound;
use crate::model::cells::{Cell, Cells};
use crate::model::digest::SubjectHasher;
use crate::transform::texts::top_values::TopValues;

/// The most different values of a column, and bytes of them.
const MOST_VALUES: usize = 100_000;
const MOST_BYTES: usize = 8 << 20;

/// The check.
pub(crate) struct CommonValuesCheck {
    action: TopValues,
    position: usize,
    collector: ClassCollector,
    names: Mutex<ValueNames>,
    decided: Mutex<MergedColumn>,
}

/// The different values of a column, by the digest of their class.
#[derive(Debug, Default)]
struct ValueNames {
    names: HashMap<u128, Box<str>>,
    bytes: usize,
    are_too_many: bool,
}

/// What becomes of the values of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MergedColumn {
    /// Its position in the delivery.
    pub(crate) position: usize,
    /// The values that are delivered.
    pub(crate) kept: HashSet<Box<str>>,
    /// What every other value becomes.
    pub(crate) other: String,
    /// Whether there are more different values than are counted: then none is kept, and
    /// the run must be refused.
    pub(crate) is_too_varied: bool,
}

impl CommonValuesCheck {
    /// The check of the column at a position of the delivery.
    pub(crate) fn new(action: &TopValues, position: usize, hasher: &SubjectHasher) -> Self {
        let collector = ClassCollector {
            hasher: hasher.clone(),
            quasi_identifiers: vec![position],
            sensitive: Vec::new(),
            layout: ClassLayout { sensitive: 0, columns: 0 },
        };
        let decided = MergedColumn { position, other: action.other.clone(), ..MergedColumn::default() };
        let (names, decided) = (Mutex::default(), Mutex::new(decided));
        Self { action: action.clone(), position, collector, names, decided }
    }

    /// What it decided.
    pub(crate) fn decided(&self) -> MergedColumn {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn digest(&self, value: &str) -> u128 {
        let mut bytes = Vec::with_capacity(value.len() + 9);
        Cell::Text(value).append_to(&mut bytes);
        self.collector.hasher.wide_bytes(&bytes)
    }

    /// Remembers the values of some rows, each once.
    fn name(&self, column: &Cells, rows: &[usize]) {
        let values: HashSet<&str> = rows.iter().filter_map(|row| column.text(*row)).collect();
        let digested: Vec<(u128, &str)> = values.into_iter().map(|value| (self.digest(value), value)).collect();
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        for (digest, value) in digested {
            if names.are_too_many || names.names.contains_key(&digest) {
                continue;
            }
            names.bytes += value.len();
            names.names.insert(digest, value.into());
            if names.names.len() > MOST_VALUES || names.bytes > MOST_BYTES {
                *names = ValueNames { are_too_many: true, ..ValueNames::default() };
            }
        }
    }
}

impl WaitingRowCheck for CommonValuesCheck {
    fn entry_bytes(&self) -> usize {
        self.collector.layout.size()
    }

    fn collect(&self, subjects: &[u64], columns: &[Cells], rows: &[usize], entries: &mut RowEntries) {
        if let Some(column) = columns.get(self.position) {
            self.name(column, rows);
        }
        self.collector.collect(subjects, columns, rows, entries);
    }

    fn decide(&self, round: &CheckRound<'_>) -> io::Result<()> {
        let names = self.names.lock().map_err(|_| io::Error::other("poisoned"))?;
        let mut decided = self.decided.lock().map_err(|_| io::Error::other("poisoned"))?;
        decided.is_too_varied = names.are_too_many;
        if names.are_too_many {
            return Ok(());
        }
        let counting = Counting::of_classes(self.collector.layout, round);
        let parts = round.each(|partition| {
            let table = PartitionClasses::of(partition, counting)?;
            Ok(table.counted(partition.number()).collect::<Vec<_>>())
        })?;
        // What has no name is a missing cell.
        let known = parts.iter().flatten().filter_map(|counted| Some((names.names.get(&counted.digest)?, counted)));
        let kept = self.action.kept(known.map(|(name, counted)| (name.as_ref(), counted.persons)).collect());
        decided.kept = kept.into_iter().map(Into::into).collect();
        Ok(())
    }
}
