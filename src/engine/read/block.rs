//! Runs one block through every rule and every action: source rows in,
//! [`MinimisedRows`] out, with the reasons of the rows that are dropped. Pure; runs
//! on any worker.

use super::list_matches::{ComparedRecords, Match, compared_records};
use super::verdicts::{ReasonCounts, count, find_rows, passing_rows};
use crate::account::Account;
use crate::engine::bind::{Binding, BoundRule};
use crate::engine::fault::{EngineError, InputFault};
use crate::engine::port::{ByValue, Parsed, Rows, Wanted};
use crate::engine::spill::minimised::MinimisedRows;
use crate::engine::trace::{RecordTrace, TracedBlock, Tracer};
use crate::engine::value_codes::ValueCodes;
use crate::engine::withhold::list::CheckList;
use crate::model::cells::Cells;
use crate::model::digest::SubjectHasher;
use crate::model::outcome::cell_state::CellState;
use crate::model::outcome::detail::Detail;
use crate::model::outcome::read::Read;
use crate::model::outcome::reason::DropReason;
use crate::row_rule::View;
use crate::suppression::{Hit, ListFindings};

/// Rows judged at a time.
const TILE_ROWS: usize = 64;

/// What a worker needs to process a block.
pub(crate) struct BlockProcessor<'a> {
    pub(crate) binding: &'a Binding,
    pub(crate) hasher: &'a SubjectHasher,
    pub(crate) checks: &'a CheckList,
    pub(crate) codes: &'a ValueCodes,
    pub(crate) file: &'a std::sync::Arc<str>,
    /// The number of the block's first record; the others follow. The records of a
    /// run all have different numbers, which ascend in the order of the input.
    pub(crate) first_record: u64,
    /// How many admitted records of the block have their kept cells examined for
    /// their shape: the first ones.
    pub(crate) looked_at: usize,
    /// Traces some records, if any are asked for.
    pub(crate) tracer: Option<&'a Tracer>,
}

/// A block after every rule and action.
pub(crate) struct ProcessedBlock {
    pub(crate) account: Account,
    /// Subjects of records dropped for a reason that restricts their other records.
    pub(crate) restricted: Vec<(u64, DropReason)>,
    pub(crate) minimised: MinimisedRows,
    /// Records that are on a list.
    pub(crate) matches: Vec<Match>,
    /// How the records were compared with each list.
    pub(crate) compared: Vec<ComparedRecords>,
    /// The first cell that must be readable and is not.
    pub(crate) refused: Option<InputFault>,
    /// Of the records that are traced: how they were judged.
    pub(crate) traces: Vec<RecordTrace>,
}

/// The subjects of a block's rows, and which of them are in canonical form already,
/// so that they need not be normalised again.
pub(super) struct BlockSubjects<'a> {
    pub(super) cells: Vec<Option<&'a str>>,
    pub(super) are_canonical: Vec<bool>,
}

/// The cells of some rows after every action.
pub(super) struct MinimisedCells {
    /// By column of the delivery.
    pub(super) columns: Vec<Cells>,
    /// What became of each.
    pub(super) states: Vec<Vec<CellState>>,
    /// By measured column: the numbers of the values.
    pub(super) codes: Vec<Vec<u16>>,
    /// The first cell that must be readable and is not.
    pub(super) refused: Option<InputFault>,
}

impl BlockSubjects<'_> {
    fn with_capacity(rows: usize) -> Self {
        Self { cells: Vec::with_capacity(rows), are_canonical: Vec::with_capacity(rows) }
    }
}

impl BlockProcessor<'_> {
    /// Processes a block.
    pub(crate) fn run(&self, parsed: &Parsed) -> Result<ProcessedBlock, EngineError> {
        let rows = parsed.rows.as_ref();
        let mut account = Account::new(self.binding.columns.len() + self.binding.derived.len());
        for index in 0..parsed.records {
            account.read.add(self.record(index));
        }
        for bad in &parsed.quarantined {
            account.fates.add(self.record(bad.index));
            *account.quarantined.entry(bad.fault).or_default() += 1;
        }
        let mut subjects = BlockSubjects::with_capacity(rows.len());
        let mut findings = ListFindings::new(self.binding.lists.rule.lists().len());
        let mut details = Vec::new();
        let mut restricted = Vec::new();
        let mut relied_on = Vec::new();
        let mut verdicts =
            self.judge(rows, &mut subjects, &mut findings, &mut details, &mut restricted, &mut relied_on);
        let matches = self.matches(&findings.hits, &subjects);
        let compared = compared_records(&findings);
        let only: Vec<u32> = (0_u32..).zip(&verdicts).filter(|(_, v)| v.is_none()).map(|(row, _)| row).collect();
        let MinimisedCells { columns, states, mut codes, refused } =
            self.minimise((rows, &subjects), &only, &mut verdicts, &mut account);
        codes.push(relied_on);
        // Indices within `only` of the rows that still pass.
        let passing: Vec<usize> =
            only.iter().enumerate().filter(|(_, row)| verdicts[**row as usize].is_none()).map(|(at, _)| at).collect();

        // Without malformed records the index of a row is that of its record.
        let is_whole = parsed.quarantined.is_empty();
        let index = |row: usize| match u32::try_from(row) {
            Ok(row) if is_whole => row,
            _ => rows.index_in_block(row),
        };
        let mut canonical = String::new();
        let mut dropped = ReasonCounts::default();
        for (row, verdict) in verdicts.iter().enumerate() {
            let Some(reason) = verdict else { continue };
            account.fates.add(self.record(index(row)));
            dropped.add(*reason);
        }
        account.dropped.extend(dropped.counted());
        account.details.extend(details);
        let mut minimised = MinimisedRows::with_capacity(passing.len());
        let mut digests = Vec::with_capacity(passing.len());
        for &at in &passing {
            let row = only[at] as usize;
            // Cannot be missing: `judge` dropped the rows without a subject.
            let digest = self.digest(&subjects, row, &mut canonical);
            digests.push(digest.ok_or(EngineError::Bug { step: "subject" })?);
            let record = self.record(index(row));
            let pushed = minimised.push(record, |out| self.binding.layout.encode(&columns, &states, &codes, at, out));
            pushed.ok_or(EngineError::Bug { step: "a row of more than 4 GiB" })?;
        }
        let minimised = minimised.with_entries(self.checks.collect(&digests, &columns, &passing));
        let traces = self.tracer.map_or(Ok(Vec::new()), |tracer| {
            let Self { binding, file, first_record, .. } = *self;
            tracer.trace(&TracedBlock {
                binding,
                file,
                first_record,
                rows,
                subjects: &subjects.cells,
                verdicts: &verdicts,
            })
        })?;
        Ok(ProcessedBlock { account, restricted, minimised, matches, compared, refused, traces })
    }

    fn record(&self, index: u32) -> u64 {
        self.first_record + u64::from(index)
    }

    /// `None` for a subject that names no person: no other record can have the
    /// same.
    fn digest(&self, subjects: &BlockSubjects<'_>, row: usize, canonical: &mut String) -> Option<u64> {
        let subject = subjects.cells[row];
        if subjects.are_canonical[row] {
            return subject.map(|subject| self.hasher.digest(subject));
        }
        match self.binding.subject_form.read(subject, canonical) {
            Read::Value(subject) => Some(self.hasher.digest(subject)),
            Read::Missing | Read::Unreadable(_) => None,
        }
    }

    /// Whether an id is not missing, not a sentinel, and can be compared with
    /// others.
    fn names_somebody(&self, subject: Option<&str>, canonical: &mut String) -> bool {
        matches!(self.binding.subject_form.read(subject, canonical), Read::Value(_))
    }

    /// Judges every row. Appends the subjects of the rows, the subjects whose
    /// other records must not be delivered either, and for each row that passes what its
    /// consent rests on. Judges a few rows at a time, so
    /// that their cells and offsets are still in the first-level cache when the
    /// last rule reads them.
    fn judge<'a>(
        &self,
        rows: &'a dyn Rows,
        subjects: &mut BlockSubjects<'a>,
        findings: &mut ListFindings,
        details: &mut Vec<((DropReason, Detail), u64)>,
        restricted: &mut Vec<(u64, DropReason)>,
        relied_on: &mut Vec<u16>,
    ) -> Vec<Option<DropReason>> {
        let mut canonical = String::new();
        let mut verdicts: Vec<Option<DropReason>> = Vec::with_capacity(rows.len());
        let mut slots: Vec<Vec<Option<&str>>> = vec![Vec::with_capacity(TILE_ROWS); self.binding.slots.len()];
        let by_value = self.by_value(rows);
        let needed = self.needed_slots(&by_value);
        let asked = |reason: DropReason| reason.has_detail() || reason.may_be_of_the_record() || reason.spreads();
        let asked = DropReason::ranks(asked);
        let mut room = Vec::with_capacity(TILE_ROWS);
        for start in (0..rows.len()).step_by(TILE_ROWS) {
            let tile = start..rows.len().min(start + TILE_ROWS);
            rows.gather(self.binding.subject, Wanted::Run(tile.clone()), View::Value, &mut subjects.cells);
            for &id in &subjects.cells[start..] {
                let is_canonical = id.is_some_and(|id| self.binding.subject_form.is_canonical(id));
                let names_somebody = is_canonical || self.names_somebody(id, &mut canonical);
                subjects.are_canonical.push(is_canonical);
                verdicts.push((!names_somebody).then_some(DropReason::NoSubject));
            }
            for &number in &needed {
                let (slot, cells) = (&self.binding.slots[number], &mut slots[number]);
                cells.clear();
                rows.gather(slot.source, Wanted::Run(tile.clone()), slot.view, cells);
            }
            let mut cells: Vec<&[Option<&str>]> = Vec::with_capacity(slots.len());
            let lists = &self.binding.lists;
            cells.extend(lists.slots.iter().map(|&slot| slots[slot].as_slice()));
            lists.rule.judge(&cells, &mut verdicts[start..], start, findings);
            for (bound, by_value) in self.binding.rules.iter().zip(&by_value) {
                if let Some(by_value) = by_value {
                    by_value.judge(tile.clone(), &mut verdicts[start..]);
                    continue;
                }
                cells.clear();
                cells.extend(bound.slots.iter().map(|&slot| slots[slot].as_slice()));
                bound.rule.judge(&cells, &mut verdicts[start..]);
            }
            // The gate is the last rule, and `cells` are still those it read.
            let Some(gate) = self.binding.rules.last() else { continue };
            gate.rule.relied_on(&cells, passing_rows(&verdicts[start..], &mut room), relied_on);
            for &row in find_rows(&verdicts[start..], asked, &mut room) {
                let Some(reason) = verdicts[start + row] else { continue };
                if reason.has_detail() {
                    let detail = match reason {
                        DropReason::NoSubject => self.unnamed(subjects.cells[start + row], &mut canonical),
                        DropReason::AgeUnknown | DropReason::RetentionExceeded | DropReason::Own(_) => {
                            self.of_one_row(rows, &slots, reason, (start, row))
                        }
                        _ => gate.rule.detail(reason, &cells, row),
                    };
                    count(details, (reason, detail));
                }
                let own = Some(reason).filter(|reason| reason.spreads() && self.spreads(*reason));
                let said = if reason.may_be_of_the_record() {
                    let single = self.restriction(rows, &slots, (start, row));
                    single.or_else(|| gate.rule.restricts(&cells, row))
                } else {
                    None
                };
                if own.is_none() && said.is_none() {
                    continue;
                }
                let Some(digest) = self.digest(subjects, start + row, &mut canonical) else { continue };
                for reason in [own, said].into_iter().flatten() {
                    restricted.push((digest, reason));
                }
            }
        }
        verdicts
    }

    /// For each rule that reads one column with few different values: the verdicts
    /// by these values. Never for the gate, the last rule, since more than its
    /// verdicts is needed.
    fn by_value<'a>(&self, rows: &'a dyn Rows) -> Vec<Option<ByValue<'a>>> {
        let count = self.binding.rules.len();
        let by_value = |(number, bound): (usize, &BoundRule)| {
            let [slot] = bound.slots[..] else { return None };
            let slot = self.binding.slots.get(slot).filter(|_| number + 1 < count)?;
            rows.by_value(slot.source, slot.view, number, &|cells| {
                let mut verdicts = vec![None; cells.len()];
                bound.rule.judge(&[cells], &mut verdicts);
                verdicts
            })
        };
        self.binding.rules.iter().enumerate().map(by_value).collect()
    }

    /// The slots that a rule reads row by row.
    fn needed_slots(&self, by_value: &[Option<ByValue<'_>>]) -> Vec<usize> {
        let by_row = self.binding.rules.iter().zip(by_value).filter(|(_, by_value)| by_value.is_none());
        let slots = by_row.flat_map(|(bound, _)| &bound.slots).chain(&self.binding.lists.slots);
        let mut slots: Vec<usize> = slots.copied().collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Which subjects have records on which lists.
    fn matches(&self, hits: &[Hit], subjects: &BlockSubjects<'_>) -> Vec<Match> {
        let mut canonical = String::new();
        let matched = |&Hit { list, entry, row }: &Hit| Match {
            list,
            entry,
            subject: self.digest(subjects, row, &mut canonical),
        };
        hits.iter().map(matched).collect()
    }
}
