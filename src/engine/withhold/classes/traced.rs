//! The classes of records that are traced: how many persons each has, and which
//! quasi-identifier, left out, would make it large enough. Looks at every waiting row for
//! each of a few classes.

use std::collections::{BTreeMap, HashSet};
use std::io;

use super::entry::{ClassCollector, ClassLayout};
use super::table::{Counting, PartitionClasses};
use crate::engine::trace::ClassTrace;
use crate::engine::withhold::partition::CheckPartition;
use crate::engine::withhold::round::CheckRound;

/// A class with traced records.
struct TracedClass {
    records: Vec<u64>,
    /// The digests of its quasi-identifiers.
    columns: Vec<u64>,
    persons: u64,
}

/// For each class, and for each quasi-identifier: the subjects of the rows that are equal
/// in all others, up to k.
type SubjectsWithout = Vec<Vec<HashSet<u64>>>;

/// The classes of these records, which are ascending, by record; `k` where the policy
/// demands k-anonymity.
pub(super) fn traced_classes(
    round: &CheckRound<'_>,
    counting: Counting<'_>,
    records: &[u64],
    k: Option<u64>,
) -> io::Result<BTreeMap<u64, ClassTrace>> {
    let found = round.each(|partition| find(partition, counting, records))?;
    let classes: Vec<TracedClass> = found.into_iter().flatten().collect();
    let mut without: SubjectsWithout = vec![vec![HashSet::new(); counting.layout.columns]; classes.len()];
    if let Some(k) = k {
        for part in round.each(|partition| subjects_without(partition, counting.layout, &classes, k))? {
            for (all, part) in without.iter_mut().flatten().zip(part.into_iter().flatten()) {
                all.extend(part);
            }
        }
    }
    let mut traces = BTreeMap::new();
    for (class, without) in classes.iter().zip(&without) {
        let enough = |subjects: &HashSet<u64>| k.is_some_and(|k| subjects.len() as u64 >= k);
        let columns = without.iter().enumerate().filter(|(_, subjects)| enough(subjects));
        let enough_without: Vec<usize> = columns.map(|(column, _)| column).collect();
        let trace = ClassTrace { persons: class.persons, enough_without, is_suppressed: false };
        traces.extend(class.records.iter().map(|record| (*record, trace.clone())));
    }
    Ok(traces)
}

/// The classes of one partition that have traced records.
fn find(partition: &CheckPartition<'_>, counting: Counting<'_>, records: &[u64]) -> io::Result<Vec<TracedClass>> {
    let table = PartitionClasses::of(partition, counting)?;
    let mut found: BTreeMap<u32, TracedClass> = BTreeMap::new();
    partition.each_row(|row, bytes| {
        if records.binary_search(&row.record()).is_err() {
            return Ok(());
        }
        if let Some(class) = table.class_of(row, bytes) {
            let columns = (0..counting.layout.columns).map(|column| counting.layout.column(bytes, column)).collect();
            let persons = table.persons[class as usize];
            let traced = || TracedClass { records: Vec::new(), columns, persons };
            found.entry(class).or_insert_with(traced).records.push(row.record());
        }
        Ok(())
    })?;
    Ok(found.into_values().collect())
}

fn subjects_without(
    partition: &CheckPartition<'_>,
    layout: ClassLayout,
    classes: &[TracedClass],
    k: u64,
) -> io::Result<SubjectsWithout> {
    let mut without: SubjectsWithout = vec![vec![HashSet::new(); layout.columns]; classes.len()];
    partition.each_row(|row, bytes| {
        if row.withheld.is_some() {
            return Ok(());
        }
        for (class, without) in classes.iter().zip(&mut without) {
            let mut others =
                (0..layout.columns).filter(|column| layout.column(bytes, *column) != class.columns[*column]);
            let (first, second) = (others.next(), others.next());
            if second.is_some() {
                continue;
            }
            for (column, subjects) in without.iter_mut().enumerate() {
                if first.is_none_or(|first| first == column) && (subjects.len() as u64) < k {
                    subjects.insert(ClassLayout::subject(bytes));
                }
            }
        }
        Ok(())
    })?;
    Ok(without)
}

impl ClassCollector {
    /// The same, with a digest of each quasi-identifier in every entry.
    pub(super) fn with_columns(mut self) -> Self {
        self.layout.columns = self.quasi_identifiers.len();
        self
    }
}
