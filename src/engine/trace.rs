//! How the records of a few people were judged: the same rules, asked again one
//! record at a time, with everything they found. The last word on a record is the
//! run's own verdict; where what was found leads elsewhere, that is a bug and the
//! run stops. Holds positions, days and reasons, no cell.

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

/// More records than that are nobody's: an id that stands for many people, whose
/// records must not be told to one of them.
pub(crate) const MOST_RECORDS: usize = 1000;

const DRIFTED: EngineError = EngineError::Bug { step: "tracing: another verdict than the run's" };

/// Whose records are traced.
#[derive(Debug)]
pub struct Tracer {
    /// Ids as subjects are compared, and which of those asked for it is.
    ids: HashMap<String, usize>,
    /// What each of the ids asked for is.
    asked: Vec<RequestedId>,
}

/// An id that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedId {
    /// It stands for no value, or cannot be compared: it names nobody.
    Nobody,
    /// It is the same as one before it, by position.
    SameAs(usize),
    /// It may name somebody.
    Somebody,
}

impl Tracer {
    /// Traces the records of these ids, compared as `plan` compares subjects.
    #[must_use]
    pub fn new<'i>(plan: &Plan, ids: impl IntoIterator<Item = &'i str>) -> Self {
        let mut tracer = Self { ids: HashMap::new(), asked: Vec::new() };
        let mut scratch = String::new();
        for (place, id) in ids.into_iter().enumerate() {
            let asked = match plan.extract.subject_form.read(Some(id), &mut scratch) {
                Read::Value(canonical) => {
                    let first = *tracer.ids.entry(canonical.to_owned()).or_insert(place);
                    if first == place { RequestedId::Somebody } else { RequestedId::SameAs(first) }
                }
                Read::Missing | Read::Unreadable(_) => RequestedId::Nobody,
            };
            tracer.asked.push(asked);
        }
        tracer
    }

    /// What each of the ids asked for is, in their order.
    #[must_use]
    pub fn asked(&self) -> &[RequestedId] {
        &self.asked
    }
}

/// What one event of a consent log comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTrace {
    /// Which of the ids asked for.
    pub subject: usize,
    /// The log.
    pub file: Arc<str>,
    /// The row in it, counted from 1 after the header.
    pub number: u64,
    /// What is known of the subject by it.
    pub status: ConsentStatus,
    /// What was found on the way there.
    pub findings: Vec<Finding<'static>>,
}

/// What comparing a record with a list came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOutcome {
    /// It is on the list.
    On,
    /// It is not.
    NotOn,
    /// It cannot be compared: it may be.
    NotCompared,
}

/// What one rule said of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTrace {
    /// The reason it drops records for; `None`: several, as the consent gate does.
    pub tests: Option<DropReason>,
    /// The list it compared with, by its position in the policy, and what came of it.
    pub list: Option<(usize, ListOutcome)>,
    /// The columns it read.
    pub columns: Vec<ColumnName>,
    /// Its verdict.
    pub verdict: Option<DropReason>,
    /// What it found on the way there.
    pub findings: Vec<Finding<'static>>,
}

/// How one record was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTrace {
    /// Which of the ids asked for.
    pub subject: usize,
    /// The file.
    pub file: Arc<str>,
    /// The record in it, counted from 1 after the header.
    pub number: u64,
    /// What every list said, then each rule up to the one that dropped it.
    pub rules: Vec<RuleTrace>,
    /// Why it was dropped for itself; `None`: it passed every test of its own.
    pub own: Option<DropReason>,
    /// What it says of its subject beside the reason of its own that it was dropped
    /// for: other records follow that.
    pub restricts: Option<DropReason>,
    /// Why it was dropped for another record of its subject.
    pub followed: Option<DropReason>,
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
            // One more is kept, so that too many can be told from just as many.
            if *count <= MOST_RECORDS + 1 {
                trace.number += before;
                self.records.push(trace);
            }
        }
    }

    /// Every trace, with what became of its record after its own tests.
    pub(super) fn finish(mut self, withheld: &BTreeMap<u64, DropReason>) -> Vec<RecordTrace> {
        for trace in &mut self.records {
            trace.followed = withheld.get(&trace.record).copied();
        }
        self.records
    }

    /// The records that wait, ascending.
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
    /// Which of the ids asked for a subject is, if it is one.
    pub(super) fn find(&self, form: &Form, id: &str, scratch: &mut String) -> Option<usize> {
        match form.read(Some(id), scratch) {
            Read::Value(canonical) => self.ids.get(canonical).copied(),
            Read::Missing | Read::Unreadable(_) => None,
        }
    }

    /// Traces the records of a block that were asked for. Their numbers are those
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
        let of_list = |(place, list): (usize, &SuppressionList)| {
            let (outcome, verdict) = if found.hits.iter().any(|hit| hit.list == place) {
                (ListOutcome::On, Some(list.reason))
            } else if found.not_compared.iter().any(|not_compared| not_compared.list == place) {
                (ListOutcome::NotCompared, list.not_comparable)
            } else {
                (ListOutcome::NotOn, None)
            };
            RuleTrace {
                tests: verdict.or(Some(list.reason)),
                list: Some((place, outcome)),
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
        // Only an action may still drop what every rule let pass.
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
            record: self.first_record + index,
        })
    }
}
