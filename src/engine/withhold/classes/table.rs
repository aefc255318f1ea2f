//! Counts the classes of one partition: persons, and persons by value of each sensitive
//! column. A person with several rows in a class counts once, and once for each of the
//! different values.
//!
//! Memory holds a few words a class. To see who was counted already, the rows are
//! counted in several turns, each with the subjects whose digests are in one range, so
//! that a turn holds no more pairs of a class and a subject than it may.

use std::collections::HashMap;
use std::io;

use super::entry::ClassLayout;
use super::population::Population;
use crate::engine::withhold::digest_hasher::BuildDigestHasher;
use crate::engine::withhold::partition::{CheckPartition, WaitingRow};
use crate::engine::withhold::round::CheckRound;

/// How classes are counted.
#[derive(Clone, Copy)]
pub(super) struct Counting<'p> {
    pub(super) layout: ClassLayout,
    pub(super) population: Option<&'p Population>,
    /// Whether no subject has several rows, so that rows can be counted.
    pub(super) subjects_have_one_row: bool,
    /// The most pairs of a class and a subject in one turn.
    pub(super) most_pairs: usize,
}

impl Counting<'_> {
    /// Counts in the memory that a worker may take.
    pub(super) fn of_classes(layout: ClassLayout, round: &CheckRound<'_>) -> Self {
        // A pair takes some 24 bytes, with a value as many more.
        let bytes = round.memory.ordered_whole() / rayon::current_num_threads().max(1) as u64;
        Self {
            layout,
            population: None,
            subjects_have_one_row: round.subjects_have_one_row(),
            most_pairs: usize::try_from(bytes / 48).unwrap_or(usize::MAX),
        }
    }
}

/// A class that has rows which are not withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CountedClass {
    pub(super) digest: u128,
    pub(super) persons: u64,
    pub(super) rows: u64,
}

/// How many persons of a class have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ValueCount {
    pub(super) class: u32,
    pub(super) code: u64,
    pub(super) persons: u64,
}

/// The classes of one partition, numbered in the order of their first entries. That order
/// is the same whenever the partition is read.
#[derive(Debug, Default)]
pub(super) struct PartitionClasses {
    numbers: HashMap<u128, u32, BuildDigestHasher>,
    /// By class.
    pub(super) persons: Vec<u64>,
    /// By class: rows that are not withheld.
    pub(super) rows: Vec<u64>,
    /// By class: persons in the population. Empty where none is known.
    pub(super) population: Vec<u64>,
    /// By sensitive column, sorted by class and code.
    pub(super) values: Vec<Vec<ValueCount>>,
    /// The digests of the quasi-identifiers, class after class.
    pub(super) columns: Vec<u64>,
}

/// The wide digest of a row's class, but for the byte that its partition shares.
#[inline]
fn class_digest(row: &WaitingRow<'_>, bytes: &[u8]) -> u128 {
    u128::from(row.digest()) << 64 | u128::from(ClassLayout::class(bytes))
}

impl PartitionClasses {
    /// Counts the rows of a partition that are not withheld.
    pub(super) fn of(partition: &CheckPartition<'_>, counting: Counting<'_>) -> io::Result<Self> {
        let mut table = Self { values: vec![Vec::new(); counting.layout.sensitive], ..Self::default() };
        let mut rows = 0;
        partition.each_row(|row, bytes| {
            let class = table.number(partition.number(), class_digest(row, bytes), counting, bytes)? as usize;
            if row.withheld.is_none() {
                table.rows[class] += 1;
                rows += 1;
            }
            Ok(())
        })?;
        if counting.subjects_have_one_row {
            table.persons.clone_from(&table.rows);
            if counting.layout.sensitive == 0 {
                return Ok(table);
            }
        }
        let turns = rows / counting.most_pairs.max(1) + 1;
        for turn in 0..turns {
            table.take_turn(partition, counting, (turn, turns))?;
        }
        table.values.iter_mut().for_each(merge_equal);
        Ok(table)
    }

    /// The number of a class, which is added if it is new.
    fn number(&mut self, part: usize, digest: u128, counting: Counting<'_>, bytes: &[u8]) -> io::Result<u32> {
        let layout = counting.layout;
        let next = u32::try_from(self.rows.len()).map_err(io::Error::other)?;
        let number = *self.numbers.entry(digest).or_insert(next);
        if number == next {
            self.rows.push(0);
            self.persons.push(0);
            self.population.extend(counting.population.map(|population| population.of((part as u128) << 120 | digest)));
            self.columns.extend((0..layout.columns).map(|column| layout.column(bytes, column)));
        }
        Ok(number)
    }

    /// The number of a row's class, which the table has.
    pub(super) fn class_of(&self, row: &WaitingRow<'_>, bytes: &[u8]) -> Option<u32> {
        self.numbers.get(&class_digest(row, bytes)).copied()
    }

    /// The number of the class of a digest, if it is in this partition.
    pub(super) fn find(&self, partition: usize, digest: u128) -> Option<u32> {
        let is_here = digest >> 120 == partition as u128;
        self.numbers.get(&(digest << 8 >> 8)).copied().filter(|_| is_here)
    }

    /// The classes with rows, in any order, and their whole digests.
    pub(super) fn counted(&self, partition: usize) -> impl Iterator<Item = CountedClass> {
        let class = move |(digest, number): (&u128, &u32)| CountedClass {
            digest: (partition as u128) << 120 | digest,
            persons: self.persons[*number as usize],
            rows: self.rows[*number as usize],
        };
        self.numbers.iter().map(class).filter(|class| class.rows > 0)
    }

    /// How many classes there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Counts the subjects of one range, each once a class and value.
    fn take_turn(
        &mut self,
        partition: &CheckPartition<'_>,
        counting: Counting<'_>,
        (turn, turns): (usize, usize),
    ) -> io::Result<()> {
        let mut pairs: Vec<(u32, u64)> = Vec::new();
        let mut values: Vec<Vec<(u32, u64, u64)>> = vec![Vec::new(); counting.layout.sensitive];
        partition.each_row(|row, bytes| {
            let subject = ClassLayout::subject(bytes);
            if row.withheld.is_some() || !is_of_turn(subject, turn, turns) {
                return Ok(());
            }
            let Some(class) = self.class_of(row, bytes) else { return Err(io::ErrorKind::InvalidData.into()) };
            if !counting.subjects_have_one_row {
                pairs.push((class, subject));
            }
            for (sensitive, values) in values.iter_mut().enumerate() {
                values.push((class, ClassLayout::value(bytes, sensitive), subject));
            }
            Ok(())
        })?;
        pairs.sort_unstable();
        pairs.dedup();
        for (class, _) in pairs {
            self.persons[class as usize] += 1;
        }
        for (counts, mut values) in self.values.iter_mut().zip(values) {
            values.sort_unstable();
            values.dedup();
            let same = |a: &(u32, u64, u64), b: &(u32, u64, u64)| (a.0, a.1) == (b.0, b.1);
            let counted = values.chunk_by(same).filter_map(|group| {
                let (class, code, _) = *group.first()?;
                Some(ValueCount { class, code, persons: group.len() as u64 })
            });
            counts.extend(counted);
        }
        Ok(())
    }
}

/// Whether a subject is counted in a turn. The digest is random, so that turns are of
/// about equal size.
fn is_of_turn(subject: u64, turn: usize, turns: usize) -> bool {
    (u128::from(subject) * turns as u128) >> 64 == turn as u128
}

/// Sorts counts and adds up those of the same class and value, which several turns found.
fn merge_equal(counts: &mut Vec<ValueCount>) {
    counts.sort_unstable();
    counts.dedup_by(|later, first| {
        let is_same = (later.class, later.code) == (first.class, first.code);
        if is_same {
            first.persons += later.persons;
        }
        is_same
    });
}
