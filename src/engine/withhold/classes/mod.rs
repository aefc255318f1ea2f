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
pub(crate) mod common_values;
mod demand;
mod entry;
mod judge;
pub(crate) mod population;
mod table;
mod together;
mod traced;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use self::demand::{ClassDemand, Enforcement};
use self::judge::Judge;
use self::population::Population;
use self::table::{Counting, PartitionClasses};
use self::together::Together;
use self::traced::traced_classes;
use super::WaitingRowCheck;
use super::partition::{CheckPartition, Decisions};
use super::round::CheckRound;
use crate::engine::port::OutputColumn;
use crate::engine::spill::entries::RowEntries;
use crate::engine::trace::ClassTrace;
use crate::model::cells::Cells;
use crate::model::digest::SubjectHasher;
use crate::policy::plan::privacy::PrivacyRules;
use crate::privacy::findings::ClassFindings;

/// The check.
pub(crate) struct ClassCheck {
    demand: ClassDemand,
    population: Option<Arc<Population>>,
    findings: Mutex<ClassFindings>,
    /// The numbers of records whose classes are traced, ascending.
    traced: Vec<u64>,
    traces: Mutex<BTreeMap<u64, ClassTrace>>,
}

impl ClassCheck {
    /// The check that a policy asks for, over the columns of its delivery.
    pub(crate) fn new(
        rules: &PrivacyRules,
        output: &[OutputColumn],
        hasher: &SubjectHasher,
        population: Option<Arc<Population>>,
    ) -> Self {
        Self {
            demand: ClassDemand::new(rules, output, hasher),
            population,
            findings: Mutex::default(),
            traced: Vec::new(),
            traces: Mutex::default(),
        }
    }

    /// The same, made to trace the classes of some records.
    pub(crate) fn for_tracing(mut self) -> Self {
        self.demand.collector = self.demand.collector.with_columns();
        self
    }

    /// Traces the classes of the records of these numbers, which are ascending.
    pub(crate) fn trace(&mut self, records: Vec<u64>) {
        self.traced = records;
    }

    /// The classes that were traced, by record.
    pub(crate) fn traces(&self) -> BTreeMap<u64, ClassTrace> {
        self.traces.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it found, once it has decided.
    pub(crate) fn findings(&self) -> ClassFindings {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn counting(&self, round: &CheckRound<'_>) -> Counting<'_> {
        Counting { population: self.population.as_deref(), ..Counting::of_classes(self.demand.collector.layout, round) }
    }

    /// Judges each class of a partition by itself, and drops the rows of those that do
    /// not meet a model.
    fn decide_alone(
        &self,
        counting: Counting<'_>,
        partition: &CheckPartition<'_>,
        decisions: &mut Decisions,
    ) -> io::Result<ClassFindings> {
        let table = PartitionClasses::of(partition, counting)?;
        let judge = Judge { models: &self.demand.models, tables: &[] };
        let mut found = self.demand.nothing_found();
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
        ClassDemand::enforce(partition, decisions, &table, &verdicts, Enforcement::Drop)?;
        Ok(found)
    }
}

impl WaitingRowCheck for ClassCheck {
    fn entry_bytes(&self) -> usize {
        self.demand.collector.layout.size()
    }

    fn collect(&self, subjects: &[u64], columns: &[Cells], rows: &[usize], entries: &mut RowEntries) {
        self.demand.collector.collect(subjects, columns, rows, entries);
    }

    fn decide(&self, round: &CheckRound<'_>) -> io::Result<()> {
        let counting = self.counting(round);
        let is_first = self.findings().records == 0;
        if is_first && !self.traced.is_empty() {
            let traces = traced_classes(round, counting, &self.traced, self.demand.k())?;
            *self.traces.lock().map_err(|_| io::Error::other("poisoned"))? = traces;
        }
        let found = if self.demand.judges_classes_alone() {
            let parts = round.decide_each(|partition, decisions| self.decide_alone(counting, partition, decisions))?;
            let mut all = self.demand.nothing_found();
            for part in &parts {
                self.demand.merge(&mut all, part);
            }
            all
        } else {
            Together::new(&self.demand, round, counting).decide()?
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
