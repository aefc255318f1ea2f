//! Judges classes that depend on each other: by their distance from the whole table, by
//! combinations of quasi-identifiers, or since the rows of some of them become one class.
//!
//! The classes are judged again until nothing changes: classes that were dropped count no
//! more. Where cells are suppressed, the rows stay, in the class of all rows without
//! quasi-identifiers. If that class does not meet the models, its suppressed rows are
//! dropped, and the others are judged again without them.

mod merged;
mod subsets;

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use rayon::prelude::*;

use self::merged::MergedClass;
use self::subsets::{PAIR, SubsetInput, Subsets};
use crate::engine::spill::entries::DIGEST_PARTITIONS;
use crate::engine::spill::partitions::Partitions;
use crate::engine::withhold::classes::class_rows::{ClassRow, ClassRows};
use crate::engine::withhold::classes::coding::UNORDERED;
use crate::engine::withhold::classes::demand::{ClassDemand, Enforcement};
use crate::engine::withhold::classes::entry::ClassLayout;
use crate::engine::withhold::classes::judge::{Judge, ValueTable, Verdicts};
use crate::engine::withhold::classes::population::Population;
use crate::engine::withhold::classes::table::{Counting, PartitionClasses};
use crate::engine::withhold::partition::CheckPartition;
use crate::engine::withhold::round::CheckRound;
use crate::policy::plan::privacy::OnViolation;
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::findings::ClassFindings;
use crate::privacy::models::number;

const PAIRS_AT_A_TIME: usize = 4096;

/// One run of the check.
pub(super) struct Together<'a> {
    demand: &'a ClassDemand,
    round: &'a CheckRound<'a>,
    counting: Counting<'a>,
    rows: ClassRows,
    /// The number of the class and the subject of every row, by partition: for
    /// combinations of quasi-identifiers, where subjects may have several rows.
    pairs: Mutex<Partitions>,
}

/// What a partition says of its classes.
struct Surveyed {
    sizes: ClassSizes,
    records: u64,
    classes: usize,
    /// The class of the rows without any quasi-identifier.
    natural: Option<usize>,
    /// By model: persons with a value that the order of the policy does not have.
    unordered: Vec<u64>,
}

impl<'a> Together<'a> {
    pub(super) fn new(demand: &'a ClassDemand, round: &'a CheckRound<'a>, counting: Counting<'a>) -> Self {
        let buffer = round.memory.held_by_one_of(4 * DIGEST_PARTITIONS);
        let rows = ClassRows::new(counting.layout.sensitive, counting.layout.columns, buffer);
        let pairs = Mutex::new(Partitions::with_buffer(DIGEST_PARTITIONS, buffer));
        Self { demand, round, counting, rows, pairs }
    }

    /// Whether combinations are counted by subject and not by row.
    fn counts_pairs(&self) -> bool {
        self.demand.subsets.is_some() && !self.counting.subjects_have_one_row
    }

    /// Counts the classes, judges them and decides about their rows.
    pub(super) fn decide(&self) -> io::Result<ClassFindings> {
        let missing = self.demand.collector.all_missing();
        let surveyed = self.round.each(|partition| {
            let table = PartitionClasses::of(partition, self.counting)?;
            self.rows.add(self.round.space, partition.number(), &table)?;
            let mut sizes = ClassSizes::default();
            table.persons.iter().for_each(|persons| sizes.add(*persons));
            if self.counts_pairs() {
                self.add_pairs(partition, &table)?;
            }
            let natural = table.find(partition.number(), missing).map(|class| class as usize);
            let unordered = self.demand.models.iter().map(|(rule, sensitive)| {
                let values =
                    sensitive.and_then(|column| table.values.get(column)).filter(|_| rule.model.order().is_some());
                let outside = values.into_iter().flatten().filter(|count| count.code == UNORDERED);
                outside.map(|count| count.persons).sum()
            });
            let unordered = unordered.collect();
            Ok(Surveyed { sizes, records: table.rows.iter().sum(), classes: table.len(), natural, unordered })
        })?;
        let mut found = self.demand.nothing_found();
        let mut verdicts: Verdicts = surveyed.iter().map(|part| vec![None; part.classes]).collect();
        for part in &surveyed {
            found.before.merge(&part.sizes);
            found.records += part.records;
            found.unordered.iter_mut().zip(&part.unordered).for_each(|(all, part)| *all += part);
        }
        let mut enforcement = match self.demand.on_violation {
            OnViolation::DropRecord | OnViolation::Refuse => Enforcement::Drop,
            OnViolation::SuppressCells => Enforcement::Suppress,
        };
        let mut fewest = self.judge_until_stable(&mut verdicts, enforcement)?;
        let mut merged = None;
        if enforcement == Enforcement::Suppress && verdicts.iter().flatten().any(Option::is_some) {
            let class = self.merged(&verdicts)?;
            let tables = self.tables(&verdicts, enforcement)?;
            let judge = self.judge(&tables);
            let is_enough = self.demand.subsets.is_none_or(|(_, k)| class.persons >= k);
            if class.rows > 0 && is_enough && judge.judge(&class, &mut found.worst).is_none() {
                merged = Some(class);
            } else {
                found.worst.fill(None);
                enforcement = Enforcement::Drop;
                fewest = self.judge_until_stable(&mut verdicts, enforcement)?;
            }
        }
        let natural: Vec<Option<usize>> =
            surveyed.iter().map(|part| part.natural.filter(|_| merged.is_some())).collect();
        self.find(&verdicts, enforcement, &natural, &mut found)?;
        if let Some(class) = merged {
            found.after.add(class.persons);
        }
        if self.demand.subsets.is_some()
            && let Some(worst) = found.worst.first_mut()
        {
            *worst = fewest.map(number);
        }
        let verdicts = &verdicts;
        self.round.decide_each(|partition, decisions| {
            let of_part = verdicts.get(partition.number()).map_or(&[][..], Vec::as_slice);
            if of_part.iter().all(Option::is_none) {
                return Ok(());
            }
            let table = PartitionClasses::of(partition, self.counting)?;
            ClassDemand::enforce(partition, decisions, &table, of_part, enforcement)
        })?;
        Ok(found)
    }

    fn judge<'t>(&'t self, tables: &'t [ValueTable]) -> Judge<'t> {
        Judge { models: &self.demand.models, tables }
    }

    /// Judges all classes, again and again, until none gets a verdict. Returns the fewest
    /// persons who share a combination, where these are judged.
    fn judge_until_stable(&self, verdicts: &mut Verdicts, enforcement: Enforcement) -> io::Result<Option<u64>> {
        let subsets = self.demand.subsets.map(|(size, k)| Subsets { size, k, enforcement });
        let mut fewest = None;
        loop {
            let tables = self.tables(verdicts, enforcement)?;
            let judge = self.judge(&tables);
            let judged = verdicts.par_iter_mut().enumerate().map(|(part, verdicts)| {
                let mut is_changed = false;
                let mut unused = vec![None; self.demand.models.len()];
                self.rows.each(part, |number, class| {
                    let verdict = &mut verdicts[number];
                    if verdict.is_none() && class.rows > 0 {
                        *verdict = judge.judge(class, &mut unused);
                        is_changed |= verdict.is_some();
                    }
                    Ok(())
                })?;
                Ok::<bool, io::Error>(is_changed)
            });
            let mut is_changed = judged.collect::<io::Result<Vec<_>>>()?.contains(&true);
            if let Some(subsets) = &subsets {
                let input = SubsetInput {
                    collector: &self.demand.collector,
                    rows: &self.rows,
                    pairs: self.counts_pairs().then_some(&self.pairs),
                    counting: self.counting,
                    space: self.round.space,
                    memory: self.round.memory,
                };
                let (is_more, least) = subsets.judge(&input, verdicts)?;
                is_changed |= is_more;
                fewest = least;
            }
            if !is_changed {
                return Ok(fewest);
            }
        }
    }

    /// The counts of the values of the rows that stay.
    fn tables(&self, verdicts: &Verdicts, enforcement: Enforcement) -> io::Result<Vec<ValueTable>> {
        if !self.demand.models.iter().any(|(rule, _)| rule.model.compares_with_table()) {
            return Ok(Vec::new());
        }
        let counted = verdicts.par_iter().enumerate().map(|(part, verdicts)| {
            let mut counts: Vec<BTreeMap<u64, u64>> = vec![BTreeMap::new(); self.counting.layout.sensitive];
            self.rows.each(part, |number, class| {
                if verdicts[number].is_none() || enforcement == Enforcement::Suppress {
                    for (counts, values) in counts.iter_mut().zip(&class.values) {
                        for (code, persons) in values {
                            *counts.entry(*code).or_default() += persons;
                        }
                    }
                }
                Ok(())
            })?;
            Ok::<_, io::Error>(counts)
        });
        let mut all: Vec<BTreeMap<u64, u64>> = vec![BTreeMap::new(); self.counting.layout.sensitive];
        for counts in counted.collect::<io::Result<Vec<_>>>()? {
            for (all, counts) in all.iter_mut().zip(counts) {
                for (code, persons) in counts {
                    *all.entry(code).or_default() += persons;
                }
            }
        }
        Ok(all.iter().map(ValueTable::new).collect())
    }

    /// The class that the rows of all classes with a verdict become, together with those
    /// that have no quasi-identifier anyway.
    fn merged(&self, verdicts: &Verdicts) -> io::Result<ClassRow> {
        let buffer = self.round.memory.held_by_one_of(4 * DIGEST_PARTITIONS);
        let merged = MergedClass::new(self.counting.layout.sensitive, buffer);
        let missing = self.demand.collector.all_missing();
        self.round.each(|partition| {
            let verdicts = verdicts.get(partition.number()).map_or(&[][..], Vec::as_slice);
            let table = PartitionClasses::of(partition, self.counting)?;
            let natural = table.find(partition.number(), missing);
            let mut rows = Vec::new();
            partition.each_row(|row, bytes| {
                let class = table.class_of(row, bytes);
                let has_verdict = class.and_then(|class| verdicts.get(class as usize)).is_some_and(Option::is_some);
                if row.withheld.is_none() && (has_verdict || (class.is_some() && class == natural)) {
                    rows.push(bytes.to_vec());
                }
                if rows.len() < PAIRS_AT_A_TIME {
                    return Ok(());
                }
                merged.add(self.round.space, &rows)?;
                rows.clear();
                Ok(())
            })?;
            merged.add(self.round.space, &rows)
        })?;
        // Whoever has no quasi-identifier may be anybody.
        merged.count(self.counting.population.map(Population::persons))
    }

    /// Counts what is dropped or suppressed, and the classes that stay.
    fn find(
        &self,
        verdicts: &Verdicts,
        enforcement: Enforcement,
        natural: &[Option<usize>],
        found: &mut ClassFindings,
    ) -> io::Result<()> {
        let tables = self.tables(verdicts, enforcement)?;
        let judge = self.judge(&tables);
        for ((part, verdicts), natural) in verdicts.iter().enumerate().zip(natural) {
            self.rows.each(part, |number, class| {
                match verdicts[number] {
                    Some(_) if enforcement == Enforcement::Suppress => found.suppressed += class.rows,
                    Some(_) => found.dropped += class.rows,
                    // Such rows are in the merged class.
                    None if *natural == Some(number) => {}
                    None => {
                        found.after.add(class.persons);
                        if class.rows > 0 {
                            let _ = judge.judge(class, &mut found.worst);
                        }
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn add_pairs(&self, partition: &CheckPartition<'_>, table: &PartitionClasses) -> io::Result<()> {
        let mut pairs = Vec::with_capacity(PAIRS_AT_A_TIME);
        let add = |pairs: &mut Vec<[u8; PAIR]>| {
            let mut own = self.pairs.lock().map_err(|_| io::Error::other("poisoned"))?;
            own.push_all(self.round.space, partition.number(), pairs)?;
            pairs.clear();
            Ok::<(), io::Error>(())
        };
        partition.each_row(|row, bytes| {
            if let Some(class) = table.class_of(row, bytes).filter(|_| row.withheld.is_none()) {
                let mut pair = [0; PAIR];
                pair[..4].copy_from_slice(&class.to_le_bytes());
                pair[4..].copy_from_slice(&ClassLayout::subject(bytes).to_le_bytes());
                pairs.push(pair);
            }
            if pairs.len() == PAIRS_AT_A_TIME { add(&mut pairs) } else { Ok(()) }
        })?;
        add(&mut pairs)
    }
}
