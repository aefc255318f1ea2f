//! How the records of a few people were judged: the same rules are run again for
//! one record at a time, and everything they find is kept. The run's own verdict
//! counts; if the rules now give another, that is a bug and the run stops. Holds
//! positions, days and reasons, never a cell.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::bind::{Binding, BoundRule};
use super::fault::EngineError;
use super::port::{Rows, Wanted};
use crate::consent::finding::Finding;
use crate::consent::log::status::ConsentStatus;
use crate::identifier::form::Form;
use crate::model::name::ColumnName;
use crate::model::outcome::read::Read;
use crate::model::outcome::reason::DropReason;
use crate::policy::plan::Plan;
use crate::suppression::{ListFindings, SuppressionList};

/// An id with more records than this cannot be one person: its records must not be
/// shown to one.
pub(crate) const MOST_RECORDS: usize = 1000;

const DRIFTED: EngineError = EngineError::Bug { step: "tracing: another verdict than the run's" };

/// Whose records are traced.
#[derive(Debug)]
pub struct Tracer {
    /// The ids in the form in which subjects are compared, each with its index
    /// among those asked for.
    ids: HashMap<String, usize>,
    /// What each of the ids asked for means.
    asked: Vec<RequestedId>,
}

/// An id that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedId {
    /// It is a sentinel or cannot be compared, so it names no person.
    Nobody,
    /// It is the same as the one before it with this index.
    SameAs(usize),
    /// It may name a person.
    Somebody,
}

impl Tracer {
    /// Traces the records of these ids, compared as `plan` compares subjects.
    #[must_use]
    pub fn new<'i>(plan: &Plan, ids: impl IntoIterator<Item = &'i str>) -> Self {
        let mut tracer = Self { ids: HashMap::new(), asked: Vec::new() };
        let mut scratch = String::new();
        for (index, id) in ids.into_iter().enumerate() {
            let asked = match plan.extract.subject_form.read(Some(id), &mut scratch) {
                Read::Value(canonical) => {
                    let first = *tracer.ids.entry(canonical.to_owned()).or_insert(index);
                    if first == index { RequestedId::Somebody } else { RequestedId::SameAs(first) }
                }
                Read::Missing | Read::Unreadable(_) => RequestedId::Nobody,
            };
            tracer.asked.push(asked);
        }
        tracer
    }

    /// What each of the ids asked for means, in their order.
    #[must_use]
    pub fn asked(&self) -> &[RequestedId] {
        &self.asked
    }
}

/// What one event of a consent log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTrace {
    /// The index of the id asked for.
    pub subject: usize,
    /// The log.
    pub file: Arc<str>,
    /// The row in it, counted from 1 after the header.
    pub number: u64,
    /// The status of the subject by this event alone.
    pub status: ConsentStatus,
    /// What the gate found on its way to the status.
    pub findings: Vec<Finding<'static>>,
}

/// The result of comparing a record with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOutcome {
    /// It is on the list.
    On,
    /// It is not on the list.
    NotOn,
    /// It cannot be compared, so it may be on the list.
    NotCompared,
}

/// What one rule decided about one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTrace {
    /// The reason by which a trace names the rule; `None`: the consent gate.
    pub tests: Option<DropReason>,
    /// The list that was compared, by its index in the policy, and the result.
    pub list: Option<(usize, ListOutcome)>,
    /// The columns it read.
    pub columns: Vec<ColumnName>,
    /// Its verdict.
    pub verdict: Option<DropReason>,
    /// What it found on its way to the verdict.
    pub findings: Vec<Finding<'static>>,
}

/// The class of a record that passed every test of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassTrace {
    /// Persons in it, before any class was judged.
    pub persons: u64,
    /// The quasi-identifiers, by their index among those of the policy, without any one
    /// of which as many persons as the policy asks for would be alike.
    pub enough_without: Vec<usize>,
    /// Whether the record is delivered without its quasi-identifiers.
    pub is_suppressed: bool,
}

/// How one record was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTrace {
    /// The index of the id asked for.
    pub subject: usize,
    /// The file.
    pub file: Arc<str>,
    /// The record in it, counted from 1 after the header.
    pub number: u64,
    /// The result of every list, then of each rule up to the one that dropped the
    /// record.
    pub rules: Vec<RuleTrace>,
    /// The reason of its own that it was dropped for; `None`: it passed every test.
    pub own: Option<DropReason>,
    /// What it says of its subject, if that is more than the reason it was dropped
    /// for: this restricts the other records of the subject.
    pub restricts: Option<DropReason>,
    /// Why it was dropped because of another record of its subject.
    pub followed: Option<DropReason>,
    /// Its class, where the policy has privacy models.
    pub class: Option<ClassTrace>,
    /// Its number in the run.
    pub(super) record: u64,
}

impl RecordTrace {
    /// Why it was not delivered; `None`: it was.
    #[must_use]
    pub fn verdict(&self) -> Option<DropReason> {
        self.own.or(self.followed)
    }
}

/// The traces of a run so far.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    records: Vec<RecordTrace>,
    of_subject: BTreeMap<usize, usize>,
}

impl Traces {
    /// Adds the traces of a block; `before` records of its file came before it.
    pub(super) fn add(&mut self, traces: Vec<RecordTrace>, before: u64) {
        for mut trace in traces {
            let count = self.of_subject.entry(trace.subject).or_default();
            *count += 1;
            // One more is kept, so that exactly as many can be distinguished from
            // too many.
            if *count <= MOST_RECORDS + 1 {
                trace.number += before;
                self.records.push(trace);
            }
        }
    }

    /// All traces, with the reasons for which waiting rows were withheld; no reason where
    /// their cells are suppressed.
    pub(super) fn finish(
        mut self,
        withheld: &BTreeMap<u64, Option<DropReason>>,
        mut classes: BTreeMap<u64, ClassTrace>,
    ) -> Vec<RecordTrace> {
        for trace in &mut self.records {
            let decided = withheld.get(&trace.record).copied();
            trace.followed = decided.flatten();
            let is_suppressed = decided == Some(None);
            trace.class = classes.remove(&trace.record).map(|class| ClassTrace { is_suppressed, ..class });
        }
        self.records
    }

    /// The numbers of the records whose rows wait, ascending.
    pub(super) fn waiting(&self) -> Vec<u64> {
        let waiting = self.records.iter().filter(|trace| trace.own.is_none());
        let mut waiting: Vec<u64> = waiting.map(|trace| trace.record).collect();
        waiting.sort_unstable();
        waiting
    }
}

/// A block whose records are traced.
pub(super) struct TracedBlock<'b> {
    pub(super) binding: &'b Binding,
    pub(super) file: &'b Arc<str>,
    pub(super) first_record: u64,
    pub(super) rows: &'b dyn Rows,
    pub(super) subjects: &'b [Option<&'b str>],
    /// What the run decided.
    pub(super) verdicts: &'b [Option<DropReason>],
}

impl Tracer {
    /// The index of an id of the extract among those asked for.
    pub(super) fn find(&self, form: &Form, id: &str, scratch: &mut String) -> Option<usize> {
        match form.read(Some(id), scratch) {
            Read::Value(canonical) => self.ids.get(canonical).copied(),
            Read::Missing | Read::Unreadable(_) => None,
        }
    }

    /// Traces the records of a block whose ids were asked for. They are numbered
    /// within the block.
    pub(super) fn trace(&self, block: &TracedBlock<'_>) -> Result<Vec<RecordTrace>, EngineError> {
        let mut scratch = String::new();
        let mut traces = Vec::new();
        for (row, subject) in block.subjects.iter().enumerate() {
            let Some(id) = subject else { continue };
            if let Some(subject) = self.find(&block.binding.subject_form, id, &mut scratch) {
                traces.push(block.record(row, subject)?);
            }
        }
        Ok(traces)
    }
}

impl TracedBlock<'_> {
    fn record(&self, row: usize, subject: usize) -> Result<RecordTrace, EngineError> {
        let only = [u32::try_from(row).map_err(|_| DRIFTED)?];
        let slots: Vec<Vec<Option<&str>>> = self
            .binding
            .slots
            .iter()
            .map(|slot| {
                let mut cells = Vec::with_capacity(1);
                self.rows.gather(slot.source, Wanted::Only(&only), slot.view, &mut cells);
                cells
            })
            .collect();
        let cells =
            |read: &[usize]| -> Vec<&[Option<&str>]> { read.iter().map(|&slot| slots[slot].as_slice()).collect() };
        let mut verdict = [None];
        let lists = &self.binding.lists;
        let mut found = ListFindings::new(lists.rule.lists().len());
        lists.rule.judge(&cells(&lists.slots), &mut verdict, 0, &mut found);
        let of_list = |(index, list): (usize, &SuppressionList)| {
            let (outcome, verdict) = if found.hits.iter().any(|hit| hit.list == index) {
                (ListOutcome::On, Some(list.reason))
            } else if found.not_compared.iter().any(|not_compared| not_compared.list == index) {
                (ListOutcome::NotCompared, list.not_comparable)
            } else {
                (ListOutcome::NotOn, None)
            };
            RuleTrace {
                tests: verdict.or(Some(list.reason)),
                list: Some((index, outcome)),
                columns: list.columns.clone(),
                verdict,
                findings: Vec::new(),
            }
        };
        let mut rules: Vec<RuleTrace> = lists.rule.lists().enumerate().map(of_list).collect();
        for bound in &self.binding.rules {
            if verdict[0].is_some() {
                break;
            }
            let cells = cells(&bound.slots);
            bound.rule.judge(&cells, &mut verdict);
            let mut findings = Vec::new();
            bound.rule.trace(&cells, 0, &mut findings);
            rules.push(RuleTrace {
                tests: bound.rule.tests(),
                list: None,
                columns: bound.rule.reads().iter().map(|reads| reads.column.clone()).collect(),
                verdict: verdict[0],
                findings,
            });
        }
        let own = self.verdicts[row];
        // A record that passed every rule can still be dropped by an action.
        if verdict[0] != own && (verdict[0].is_some() || own != Some(DropReason::UnreadableCell)) {
            return Err(DRIFTED);
        }
        let restricts = |bound: &BoundRule| bound.rule.restricts(&cells(&bound.slots), 0);
        let may_say_more = own.is_some_and(DropReason::may_be_of_the_record);
        let restricts = self.binding.rules.iter().filter(|_| may_say_more).find_map(restricts);
        let index = u64::from(self.rows.index_in_block(row));
        Ok(RecordTrace {
            subject,
            file: Arc::clone(self.file),
            number: index + 1,
            rules,
            own,
            restricts,
            followed: None,
            class: None,
            record: self.first_record + index,
        })
    }
}
