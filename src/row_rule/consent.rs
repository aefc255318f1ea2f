//! The consent gate as a row rule: reads the columns of evidence, words as written
//! and dates after `null_values`, and asks [`ColumnGate`] about each record.

use super::{Reads, RowRule, RuleCells};
use crate::consent::columns::evidence::{DateColumn, FlagColumn, NoticeEvidence, PurposeEvidence};
use crate::consent::columns::gate::{ColumnGate, RecordCells};
use crate::consent::finding::Finding;
use crate::model::name::ColumnName;
use crate::model::outcome::detail::Detail;
use crate::model::outcome::reason::DropReason;

/// The rule.
#[derive(Debug)]
pub struct Consent {
    gate: ColumnGate,
    reads: Vec<Reads>,
    columns: ColumnIndices,
}

/// The index of each column among those the rule reads.
#[derive(Debug, Default)]
struct ColumnIndices {
    given_at: usize,
    purposes: Option<usize>,
    refused: Option<usize>,
    withdrawn_at: Option<usize>,
    notice: Option<usize>,
    recipients: Option<usize>,
    /// Of several columns that grant, those behind the first.
    more_granted: Vec<usize>,
    /// Of several columns that refuse, those behind the first.
    more_refused: Vec<usize>,
}

impl Consent {
    /// Wraps a gate.
    #[must_use]
    pub fn new(gate: ColumnGate) -> Self {
        let evidence = gate.evidence();
        // Words are matched before `null_values`: the policy may list an empty cell
        // as a no. Dates are read after them: a null value among them is a missing
        // date.
        let mut reads = Vec::new();
        let mut add = |wanted: Reads| {
            reads.push(wanted);
            reads.len() - 1
        };
        let raw = |column: &ColumnName| Reads::raw(column.clone());
        let value = |date: &DateColumn| Reads::value(date.column.clone());
        let flags = |flags: &[FlagColumn], add: &mut dyn FnMut(Reads) -> usize| {
            let mut indices = flags.iter().map(|flag| add(raw(&flag.column)));
            (indices.next(), indices.collect::<Vec<usize>>())
        };
        let (purposes, more_granted) = match &evidence.purposes {
            PurposeEvidence::Granted { flags: granted, .. } => flags(granted, &mut add),
            PurposeEvidence::Tokens { column, .. } => (Some(add(raw(column))), Vec::new()),
            PurposeEvidence::Membership { .. } => (None, Vec::new()),
        };
        let given_at = add(value(&evidence.given_at));
        let (refused, more_refused) = flags(&evidence.refused, &mut add);
        let withdrawn_at = evidence.withdrawn_at.as_ref().map(|date| add(value(date)));
        let notice = match &evidence.notice {
            NoticeEvidence::Column(column) => Some(add(raw(column))),
            NoticeEvidence::InForceAtGiven => None,
        };
        let recipients = evidence.recipients.as_ref().map(|column| add(raw(&column.column)));
        let columns =
            ColumnIndices { given_at, purposes, refused, withdrawn_at, notice, recipients, more_granted, more_refused };
        Self { gate, reads, columns }
    }

    /// What one row says, except for what stands in further columns.
    #[inline(always)]
    fn record<'a>(&self, cells: &RuleCells<'_, 'a>, row: usize) -> RecordCells<'a> {
        let cell = |column: Option<usize>| column.and_then(|column| cells[column][row]);
        RecordCells {
            purposes: cell(self.columns.purposes),
            refused: cell(self.columns.refused),
            given_at: cell(Some(self.columns.given_at)),
            withdrawn_at: cell(self.columns.withdrawn_at),
            notice: cell(self.columns.notice),
            recipients: cell(self.columns.recipients),
            more_granted: &[],
            more_refused: &[],
        }
    }

    /// Whether a row is read with one column for each answer.
    fn is_plain(&self) -> bool {
        self.columns.more_granted.is_empty() && self.columns.more_refused.is_empty()
    }

    /// Asks about one row, with all its columns.
    fn ask<R>(&self, cells: &RuleCells<'_, '_>, row: usize, about: impl FnOnce(&RecordCells<'_>) -> R) -> R {
        let record = self.record(cells, row);
        if self.is_plain() {
            return about(&record);
        }
        let more = |columns: &[usize]| columns.iter().map(|column| cells[*column][row]).collect::<Vec<_>>();
        let (granted, refused) = (more(&self.columns.more_granted), more(&self.columns.more_refused));
        about(&RecordCells { more_granted: &granted, more_refused: &refused, ..record })
    }
}

impl RowRule for Consent {
    fn reads(&self) -> &[Reads] {
        &self.reads
    }

    fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>]) {
        let is_plain = self.is_plain();
        for (row, verdict) in verdicts.iter_mut().enumerate() {
            if verdict.is_some() {
                continue;
            }
            *verdict = if is_plain {
                self.gate.judge(&self.record(cells, row))
            } else {
                self.ask(cells, row, |record| self.gate.judge(record))
            };
        }
    }

    fn trace(&self, cells: &RuleCells<'_, '_>, row: usize, findings: &mut Vec<Finding<'static>>) {
        let _ = self.ask(cells, row, |record| self.gate.resolve(record, findings));
    }

    fn restricts(&self, cells: &RuleCells<'_, '_>, row: usize) -> Option<DropReason> {
        self.ask(cells, row, |record| self.gate.restricts(record))
    }

    fn drops_for(&self, _: DropReason) -> bool {
        true
    }

    fn detail(&self, reason: DropReason, cells: &RuleCells<'_, '_>, row: usize) -> Detail {
        self.ask(cells, row, |record| match reason {
            DropReason::ConsentUnknown => self.gate.doubt(record),
            _ => self.gate.detail(record),
        })
    }
}

#[cfg(test)]
#[path = "tests/consent.rs"]
mod tests;
