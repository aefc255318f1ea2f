//! The consent gate as a row rule: reads the columns of evidence, words as written
//! and dates after `null_values`, and asks [`ColumnGate`] about each record.

use super::{Reads, RowRule, RuleCells};
use crate::consent::columns::evidence::{NoticeEvidence, PurposeEvidence};
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
    refused: Option<usize>,
    withdrawn_at: Option<usize>,
    notice: Option<usize>,
    recipients: Option<usize>,
}

const PURPOSES: usize = 0;
const GIVEN_AT: usize = 1;

impl Consent {
    /// Wraps a gate.
    #[must_use]
    pub fn new(gate: ColumnGate) -> Self {
        let evidence = gate.evidence();
        let purposes = match &evidence.purposes {
            PurposeEvidence::Granted(flag) => &flag.column,
            PurposeEvidence::Tokens { column, .. } => column,
        };
        // Words are matched before `null_values`: the policy may list an empty cell
        // as a no. Dates are read after them: a null value among them is a missing
        // date.
        let mut reads = vec![Reads::raw(purposes.clone()), Reads::value(evidence.given_at.column.clone())];
        let mut add = |wanted: Option<Reads>| {
            reads.push(wanted?);
            Some(reads.len() - 1)
        };
        let raw = |column: &ColumnName| Reads::raw(column.clone());
        let notice = match &evidence.notice {
            NoticeEvidence::Column(column) => Some(column),
            NoticeEvidence::InForceAtGiven => None,
        };
        let columns = ColumnIndices {
            refused: add(evidence.refused.as_ref().map(|flag| raw(&flag.column))),
            withdrawn_at: add(evidence.withdrawn_at.as_ref().map(|date| Reads::value(date.column.clone()))),
            notice: add(notice.map(raw)),
            recipients: add(evidence.recipients.as_ref().map(|column| raw(&column.column))),
        };
        Self { gate, reads, columns }
    }
}

impl Consent {
    #[inline(always)]
    fn record<'a>(&self, cells: &RuleCells<'_, 'a>, row: usize) -> RecordCells<'a> {
        let cell = |column: Option<usize>| column.and_then(|column| cells[column][row]);
        RecordCells {
            purposes: cell(Some(PURPOSES)),
            refused: cell(self.columns.refused),
            given_at: cell(Some(GIVEN_AT)),
            withdrawn_at: cell(self.columns.withdrawn_at),
            notice: cell(self.columns.notice),
            recipients: cell(self.columns.recipients),
        }
    }
}

impl RowRule for Consent {
    fn reads(&self) -> &[Reads] {
        &self.reads
    }

    fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>]) {
        for (row, verdict) in verdicts.iter_mut().enumerate() {
            if verdict.is_some() {
                continue;
            }
            *verdict = self.gate.judge(&self.record(cells, row));
        }
    }

    fn trace(&self, cells: &RuleCells<'_, '_>, row: usize, findings: &mut Vec<Finding<'static>>) {
        let _ = self.gate.resolve(&self.record(cells, row), findings);
    }

    fn restricts(&self, cells: &RuleCells<'_, '_>, row: usize) -> Option<DropReason> {
        self.gate.restricts(&self.record(cells, row))
    }

    fn drops_for(&self, _: DropReason) -> bool {
        true
    }

    fn detail(&self, reason: DropReason, cells: &RuleCells<'_, '_>, row: usize) -> Detail {
        let record = self.record(cells, row);
        match reason {
            DropReason::ConsentUnknown => self.gate.doubt(&record),
            _ => self.gate.detail(&record),
        }
    }
}

#[cfg(test)]
#[path = "tests/consent.rs"]
mod tests;
