//! The class check: withholds the waiting rows of equivalence classes that do not meet the
//! privacy models of the policy, or suppresses the cells of their quasi-identifiers.
//!
//! The digest of an entry is that of the delivered quasi-identifiers, so that all rows of
//! a class are in one partition, and memory holds the classes of one partition for each
//! worker. Models that judge a class by itself, such as k-anonymity, are enforced
//! partition by partition. Where classes are compared with the table or with each other,
//! or become one, the counted classes are spilled and judged again until nothing changes.

mod class_rows;
mod coding;
mod entry;
mod judge;
mod merged;
mod subsets;
mod table;
mod together;

use std::io;
use std::sync::{Mutex, PoisonError};

use self::coding::ValueCoding;
use self::entry::{ClassCollector, ClassLayout};
use self::judge::Judge;
use self::table::{ClassTable, Counting};
use self::together::Together;
use super::WaitingRowCheck;
use super::decide::CheckRound;
use super::partition::{CheckPartition, Decisions};
use crate::engine::port::OutputColumn;
use crate::engine::spill::entries::RowEntries;
use crate::model::cells::Cells;
use crate::model::column_type::ColumnType;
use crate::model::digest::SubjectHasher;
use crate::model::outcome::reason::DropReason;
use crate::policy::plan::privacy::{ModelRule, OnViolation, PrivacyRules};
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::findings::ClassFindings;

/// The check.
pub(crate) struct ClassCheck {
    collector: ClassCollector,
    /// Each with the index of its sensitive column among those that are counted.
    models: Vec<(ModelRule, Option<usize>)>,
    subsets: Option<(usize, u64)>,
    on_violation: OnViolation,
    findings: Mutex<ClassFindings>,
}

/// What happens to the rows of a class that does not meet a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enforcement {
    Drop,
    Suppress,
}

impl ClassCheck {
    /// The check that a policy asks for, over the columns of its delivery.
    pub(crate) fn new(rules: &PrivacyRules, output: &[OutputColumn], hasher: &SubjectHasher) -> Self {
        let mut sensitive: Vec<(usize, ValueCoding)> = Vec::new();
        let mut models = Vec::new();
        for rule in &rules.models {
            let column = rule.sensitive.map(|position| {
                let column_type = output.get(position).map_or(ColumnType::Text, |column| column.column_type);
                // The same column may be counted with an order and without.
                sensitive.push((position, ValueCoding::new(rule.model.order(), column_type)));
                sensitive.len() - 1
            });
            models.push((rule.clone(), column));
        }
        let columns = if rules.subsets.is_some() { rules.quasi_identifiers.len() } else { 0 };
        let layout = ClassLayout { sensitive: sensitive.len(), columns };
        let quasi_identifiers = rules.quasi_identifiers.clone();
        Self {
            collector: ClassCollector { hasher: hasher.clone(), quasi_identifiers, sensitive, layout },
            models,
            subsets: rules.subsets,
            on_violation: rules.on_violation,
            findings: Mutex::default(),
        }
    }

    /// What it found, once it has decided.
    pub(crate) fn findings(&self) -> ClassFindings {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether every class can be judged by itself.
    fn judges_classes_alone(&self) -> bool {
        let compares = self.models.iter().any(|(rule, _)| rule.model.compares_with_table());
        !compares && self.subsets.is_none() && self.on_violation != OnViolation::SuppressCells
    }

    fn counting(&self, round: &CheckRound<'_>) -> Counting {
        // A pair takes some 24 bytes, with a value as many more.
        let bytes = round.memory.ordered_whole() / rayon::current_num_threads().max(1) as u64;
        Counting {
            layout: self.collector.layout,
            subjects_have_one_row: round.subjects_have_one_row(),
            most_pairs: usize::try_from(bytes / 48).unwrap_or(usize::MAX),
        }
    }

    fn reason(model: u8) -> DropReason {
        DropReason::Class(model)
    }

    /// Judges each class of a partition by itself, and drops the rows of those that do
    /// not meet a model.
    fn decide_alone(
        &self,
        counting: Counting,
        partition: &CheckPartition<'_>,
        decisions: &mut Decisions,
    ) -> io::Result<ClassFindings> {
        let table = ClassTable::of(partition, counting)?;
        let judge = Judge { models: &self.models, tables: &[], population: None };
        let mut found = self.nothing_found();
        let mut verdicts = Vec::with_capacity(table.len());
        table.each_class(|class| {
            found.before.add(class.persons);
            found.records += class.rows;
            let verdict = if class.rows == 0 { None } else { judge.judge(class, &mut found.worst) };
            match verdict {
                Some(_) => found.dropped += class.rows,
                None => found.after.add(class.persons),
            }
            verdicts.push(verdict);
            Ok(())
        })?;
        self.enforce(partition, decisions, &table, &verdicts, Enforcement::Drop)?;
        Ok(found)
    }

    /// Withholds the rows of the classes that have a verdict, or suppresses their cells.
    fn enforce(
        &self,
        partition: &CheckPartition<'_>,
        decisions: &mut Decisions,
        table: &ClassTable,
        verdicts: &[Option<u8>],
        enforcement: Enforcement,
    ) -> io::Result<()> {
        if verdicts.iter().all(Option::is_none) {
            return Ok(());
        }
        partition.each_row(|row, bytes| {
            let class = table.class_of(row, bytes).and_then(|class| verdicts.get(class as usize));
            if let Some(Some(model)) = class
                && row.withheld.is_none()
            {
                match enforcement {
                    Enforcement::Drop => decisions.withhold(row, Self::reason(*model)),
                    Enforcement::Suppress => decisions.suppress_cells(row),
                }
            }
            Ok(())
        })
    }

    fn nothing_found(&self) -> ClassFindings {
        let models = self.models.len();
        ClassFindings { worst: vec![None; models], ..ClassFindings::default() }
    }

    /// Adds what was found in one partition to what was found in others.
    fn merge(&self, all: &mut ClassFindings, one: &ClassFindings) {
        all.before.merge(&one.before);
        all.after.merge(&one.after);
        all.records += one.records;
        all.dropped += one.dropped;
        all.suppressed += one.suppressed;
        for (((rule, _), all), one) in self.models.iter().zip(&mut all.worst).zip(&one.worst) {
            *all = match (*all, *one) {
                (Some(all), Some(one)) => Some(rule.model.worse(all, one)),
                (all, one) => all.or(one),
            };
        }
    }
}

impl WaitingRowCheck for ClassCheck {
    fn entry_bytes(&self) -> usize {
        self.collector.layout.size()
    }

    fn collect(&self, subjects: &[u64], columns: &[Cells], rows: &[usize], entries: &mut RowEntries) {
        self.collector.collect(subjects, columns, rows, entries);
    }

    fn decide(&self, round: &CheckRound<'_>) -> io::Result<()> {
        let counting = self.counting(round);
        let found = if self.judges_classes_alone() {
            let parts = round.decide_each(|partition, decisions| self.decide_alone(counting, partition, decisions))?;
            let mut all = self.nothing_found();
            parts.iter().for_each(|part| self.merge(&mut all, part));
            all
        } else {
            Together::new(self, round, counting).decide()?
        };
        let mut findings = self.findings.lock().map_err(|_| io::Error::other("poisoned"))?;
        // Should it run again, what it dropped before was dropped by it.
        let before = (findings.records > 0).then(|| findings.clone());
        *findings = found;
        if let Some(before) = before {
            findings.before = before.before;
            findings.dropped += before.dropped;
            findings.records = before.records;
        }
        Ok(())
    }
}
