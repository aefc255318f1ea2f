//! The consent gate as a row rule: reads the columns of evidence, words as written
//! and dates after `null_values`, and asks [`ColumnGate`] about each record.

use super::consent_texts::Texts;
use super::{Reads, RowRule, RuleCells};
use crate::consent::columns::evidence::{EvidenceText, FlagColumn, NoticeEvidence, PurposeEvidence};
use crate::consent::columns::gate::{ColumnGate, RecordCells};
use crate::consent::finding::Finding;
use crate::model::outcome::detail::Detail;
use crate::model::outcome::reason::DropReason;

/// The rule.
#[derive(Debug)]
pub struct Consent {
    gate: ColumnGate,
    texts: Texts,
    indices: TextIndices,
    /// Whether every answer is in one column of its own, as nearly always.
    is_plain: bool,
}

/// The index of each text among those that are read.
#[derive(Debug, Default)]
struct TextIndices {
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
    /// Wraps a gate. `nulls` are the words that stand for a missing date.
    #[must_use]
    pub fn new(gate: ColumnGate, nulls: &[String]) -> Self {
        let evidence = gate.evidence();
        let mut texts = Texts::new(nulls);
        let flags = |flags: &[FlagColumn], texts: &mut Texts| {
            let all: Vec<usize> = flags.iter().map(|flag| texts.word(&flag.place)).collect();
            let more = all.iter().skip(1).copied().collect();
            (all.first().copied(), more)
        };
        let (purposes, more_granted) = match &evidence.purposes {
            PurposeEvidence::Granted { flags: granted, .. } => flags(granted, &mut texts),
            PurposeEvidence::Tokens { place, .. } => (Some(texts.word(place)), Vec::new()),
            PurposeEvidence::Membership { .. } => (None, Vec::new()),
        };
        let given_at = texts.date(&evidence.given_at.place);
        let (refused, more_refused) = flags(&evidence.refused, &mut texts);
        let withdrawn_at = evidence.withdrawn_at.as_ref().map(|date| texts.date(&date.place));
        let notice = match &evidence.notice {
            NoticeEvidence::Named(place) => Some(texts.word(place)),
            NoticeEvidence::InForceAtGiven => None,
        };
        let recipients = evidence.recipients.as_ref().map(|own| texts.word(&own.place));
        let is_plain = !texts.has_json() && more_granted.is_empty() && more_refused.is_empty();
        let indices =
            TextIndices { given_at, purposes, refused, withdrawn_at, notice, recipients, more_granted, more_refused };
        Self { gate, texts, indices, is_plain }
    }

    /// What one row says, as `text` has it, except for what stands in further columns.
    #[inline(always)]
    fn record<'a>(&self, text: impl Fn(usize) -> EvidenceText<'a>) -> RecordCells<'a> {
        let of = |index: Option<usize>| index.map(&text).unwrap_or_default();
        RecordCells {
            purposes: of(self.indices.purposes),
            refused: of(self.indices.refused),
            given_at: text(self.indices.given_at),
            withdrawn_at: of(self.indices.withdrawn_at),
            notice: of(self.indices.notice),
            recipients: of(self.indices.recipients),
            more_granted: &[],
            more_refused: &[],
        }
    }

    /// What one row says where every answer is in one column of its own: then texts
    /// and columns have the same indices.
    #[inline(always)]
    fn plain_record<'a>(&self, cells: &RuleCells<'_, 'a>, row: usize) -> RecordCells<'a> {
        self.record(|index| cells[index][row].into())
    }

    /// Asks about one row, whatever its columns are.
    fn ask<R>(&self, cells: &RuleCells<'_, '_>, row: usize, about: impl FnOnce(&RecordCells<'_>) -> R) -> R {
        if self.is_plain {
            return about(&self.plain_record(cells, row));
        }
        self.texts.with(cells, row, |texts| {
            let more = |indices: &[usize]| indices.iter().map(|index| texts[*index]).collect::<Vec<_>>();
            let (granted, refused) = (more(&self.indices.more_granted), more(&self.indices.more_refused));
            let record = self.record(|index| texts[index]);
            about(&RecordCells { more_granted: &granted, more_refused: &refused, ..record })
        })
    }
}

impl RowRule for Consent {
    fn reads(&self) -> &[Reads] {
        self.texts.reads()
    }

    fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>]) {
        for (row, verdict) in verdicts.iter_mut().enumerate() {
            if verdict.is_some() {
                continue;
            }
            *verdict = if self.is_plain {
                self.gate.judge(&self.plain_record(cells, row))
            } else {
                self.ask(cells, row, |record| self.gate.judge(record))
            };
        }
    }

    fn trace(&self, cells: &RuleCells<'_, '_>, row: usize, findings: &mut Vec<Finding<'static>>) {
        let _ = self.ask(cells, row, |record| self.gate.resolve(record, findings));
    }

    fn relied_on(&self, cells: &RuleCells<'_, '_>, rows: &[usize], out: &mut Vec<u16>) {
        out.extend(rows.iter().map(|row| {
            if self.is_plain {
                self.gate.relied_on(&self.plain_record(cells, *row))
            } else {
                self.ask(cells, *row, |record| self.gate.relied_on(record))
            }
        }));
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
