//! k where a missing cell may be any value: two records match if, in each quasi-identifier,
//! they are equal or one of them is missing. A person is hidden among all persons with a
//! record that matches one of theirs; k is the fewest of these over all classes.
//!
//! Matching is no equivalence, for two records may match a third and not each other. So
//! classes are compared by the set of their missing columns: for two such sets, the classes
//! of one are looked up among those of the other by the columns that neither lacks. That is
//! exact, and costs the classes times the different sets, not the classes times themselves.
//! The classes must fit the memory; where they do not, or it would take too long, k is not
//! measured, and why is said.

use std::collections::{BTreeMap, HashMap};
use std::io;

use rayon::prelude::*;

use super::class_store::StoredRows;
use super::classes::CountedClasses;
use super::entry::{EntryShape, MISSING};
use crate::engine::context::RunContext;
use crate::engine::spill::entries::DIGEST_PARTITIONS;

/// The most comparisons that are made.
const MOST_COMPARISONS: u64 = 200_000_000;

/// The smallest number of persons who match a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LooseK {
    /// It was counted. `None` without a class.
    Exact(Option<u64>),
    /// The classes do not fit the memory.
    TooManyClasses {
        /// How many there are.
        classes: u64,
        /// How many would fit.
        most: u64,
    },
    /// Too many comparisons would be made.
    TooManyComparisons {
        /// How many.
        comparisons: u64,
        /// How many are made.
        most: u64,
    },
}

/// Measures it over the counted classes; of persons with several classes `repeated` has
/// the classes.
pub(super) fn loose_k(
    context: &RunContext<'_>,
    shape: EntryShape,
    counted: &CountedClasses,
    repeated: &StoredRows,
) -> io::Result<LooseK> {
    if counted.with_missing == 0 {
        return Ok(LooseK::Exact(counted.sizes.smallest()));
    }
    let classes = counted.sizes.classes();
    // A class is held with its columns, its count, and its entry in a table.
    let most = context.memory.ordered_whole() / (shape.columns as u64 * 8 + 96);
    if classes > most {
        return Ok(LooseK::TooManyClasses { classes, most });
    }
    let mut held = HeldClasses { columns: shape.columns, ..HeldClasses::default() };
    for part in 0..DIGEST_PARTITIONS {
        counted.rows.each(part, 1 + shape.columns, |row| held.add(row))?;
    }
    let mut comparisons = classes * held.by_missing.len() as u64 * 2;
    for part in 0..DIGEST_PARTITIONS {
        repeated.each_variable(part, |person| {
            let of_person = (person.len() / shape.columns.max(1)) as u64;
            comparisons = comparisons.saturating_add(classes.saturating_mul(of_person));
        })?;
    }
    if comparisons > MOST_COMPARISONS {
        return Ok(LooseK::TooManyComparisons { comparisons, most: MOST_COMPARISONS });
    }
    let mut matching = held.matching();
    for part in 0..DIGEST_PARTITIONS {
        repeated.each_variable(part, |person| held.take_off(person, &mut matching))?;
    }
    Ok(LooseK::Exact(matching.into_iter().min()))
}

/// The columns that a class lacks; there are at most 128 quasi-identifiers.
fn missing_in(columns: &[u64]) -> u128 {
    (0..128).zip(columns).filter(|(_, digest)| **digest == MISSING).fold(0, |set, (column, _)| set | 1 << column)
}

/// All classes, by the set of columns that they lack.
#[derive(Default)]
struct HeldClasses {
    columns: usize,
    persons: Vec<u64>,
    digests: Vec<u64>,
    by_missing: BTreeMap<u128, Vec<u32>>,
}

impl HeldClasses {
    fn add(&mut self, row: &[u64]) {
        let (Some((persons, columns)), Ok(number)) = (row.split_first(), u32::try_from(self.persons.len())) else {
            return;
        };
        self.persons.push(*persons);
        self.digests.extend_from_slice(columns);
        self.by_missing.entry(missing_in(columns)).or_default().push(number);
    }

    fn of(&self, class: u32) -> &[u64] {
        let start = class as usize * self.columns;
        self.digests.get(start..start + self.columns).unwrap_or_default()
    }

    /// The cells of a class in the columns that are in neither set.
    fn project(&self, class: u32, lacking: u128) -> impl Iterator<Item = u64> + '_ {
        (0..128).zip(self.of(class)).filter(move |(column, _)| lacking >> column & 1 == 0).map(|(_, digest)| *digest)
    }

    /// By class: the persons of all classes that match it, added up.
    fn matching(&self) -> Vec<u64> {
        let counted = self.by_missing.par_iter().map(|(lacking, own)| {
            let mut matching = vec![0; own.len()];
            for (others_lack, others) in &self.by_missing {
                let either = lacking | others_lack;
                let mut persons: HashMap<Vec<u64>, u64> = HashMap::with_capacity(others.len());
                for other in others {
                    *persons.entry(self.project(*other, either).collect()).or_default() +=
                        self.persons[*other as usize];
                }
                let mut projected = Vec::with_capacity(self.columns);
                for (class, matching) in own.iter().zip(&mut matching) {
                    projected.clear();
                    projected.extend(self.project(*class, either));
                    *matching += persons.get(&projected).copied().unwrap_or(0);
                }
            }
            matching
        });
        let counted: Vec<Vec<u64>> = counted.collect();
        let mut all = vec![0; self.persons.len()];
        for (own, counted) in self.by_missing.values().zip(counted) {
            for (class, matching) in own.iter().zip(counted) {
                all[*class as usize] = matching;
            }
        }
        all
    }

    /// Takes off a person with several classes wherever more than one of them matches.
    fn take_off(&self, person: &[u64], matching: &mut [u64]) {
        for (class, matching) in (0_u32..).zip(matching) {
            let own = self.of(class);
            let matches =
                |other: &&[u64]| own.iter().zip(*other).all(|(a, b)| a == b || *a == MISSING || *b == MISSING);
            let counted = person.chunks_exact(self.columns.max(1)).filter(matches).count() as u64;
            *matching -= counted.saturating_sub(1);
        }
    }
}
