//! The consent gate as a row rule where the evidence is a log: looks up what the
//! logs say of the subject of each record. Without a verdict a record is dropped.

use std::sync::Arc;

use super::verdicts::LogVerdicts;
use crate::consent::log::status::NO_EVIDENCE;
use crate::engine::spill::row_codec::RowLayout;
use crate::identifier::form::Form;
use crate::model::outcome::detail::Detail;
use crate::model::outcome::read::Read;
use crate::model::outcome::reason::{DropReason, Verdict};
use crate::row_rule::{Reads, RowRule, RuleCells};

/// The rule.
#[derive(Debug)]
pub(in crate::engine) struct LogRule {
    reads: [Reads; 1],
    form: Form,
    verdicts: Arc<LogVerdicts>,
}

impl LogRule {
    /// Looks up what `verdicts` say of the subjects that `reads` reads.
    pub(in crate::engine) fn new(reads: Reads, form: Form, verdicts: Arc<LogVerdicts>) -> Self {
        Self { reads: [reads], form, verdicts }
    }

    /// `None` for an id that cannot have a verdict.
    fn digest(&self, subject: Option<&str>, canonical: &mut String) -> Option<u128> {
        match self.form.read(subject, canonical) {
            Read::Value(id) => Some(self.verdicts.hasher().wide(id)),
            Read::Missing | Read::Unreadable(_) => None,
        }
    }
}

impl RowRule for LogRule {
    fn reads(&self) -> &[Reads] {
        &self.reads
    }

    fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>]) {
        // Without a verdict there is no evidence of a consent.
        let unknown = Some(DropReason::ConsentUnknown);
        let mut canonical = String::new();
        let (mut rows, mut digests) = (Vec::with_capacity(verdicts.len()), Vec::with_capacity(verdicts.len()));
        for (row, (verdict, subject)) in verdicts.iter_mut().zip(cells[0]).enumerate() {
            if verdict.is_some() {
                continue;
            }
            *verdict = unknown;
            if let Some(digest) = self.digest(*subject, &mut canonical) {
                rows.push(row);
                digests.push(digest);
            }
        }
        let mut found = Vec::with_capacity(rows.len());
        self.verdicts.look_up(&digests, &mut found);
        for (row, found) in rows.into_iter().zip(found) {
            verdicts[row] = match found {
                Some(Verdict::Keep) => None,
                Some(Verdict::Drop(reason)) => Some(reason),
                None => unknown,
            };
        }
    }

    fn relied_on(&self, cells: &RuleCells<'_, '_>, rows: &[usize], out: &mut Vec<u16>) {
        let mut canonical = String::new();
        let subject = |row: &usize| cells[0].get(*row).copied().flatten();
        // Each has a digest, since it has a verdict.
        let digests: Vec<u128> =
            rows.iter().map(|row| self.digest(subject(row), &mut canonical).unwrap_or_default()).collect();
        let mut found = Vec::with_capacity(rows.len());
        self.verdicts.relied_on(&digests, &mut found);
        // Where one cannot be read, the run fails.
        out.extend(found.into_iter().map(|number| number.unwrap_or(RowLayout::NO_CODE)));
    }

    fn drops_for(&self, _: DropReason) -> bool {
        true
    }

    fn detail(&self, reason: DropReason, cells: &RuleCells<'_, '_>, row: usize) -> Detail {
        let subject = cells[0].get(row).copied().flatten();
        let digest = self.digest(subject, &mut String::new());
        let found = digest.map(|digest| self.verdicts.detail(digest));
        match (found, reason) {
            (None | Some(Detail::NONE), DropReason::ConsentUnknown) => NO_EVIDENCE,
            (found, _) => found.unwrap_or(Detail::NONE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::consent_log::codes::VerdictCodes;
    use crate::model::digest::SubjectHasher;
    use crate::model::name::ColumnName;

    #[test]
    fn without_verdicts_nobody_passes() {
        let none = LogVerdicts::new(SubjectHasher::new(&[3; 16]), 0, VerdictCodes::new(0, 0));
        let reads = Reads::value(ColumnName::parse("id").unwrap());
        let rule = LogRule::new(reads, Form::default(), Arc::new(none));
        let mut verdicts = [None, None, Some(DropReason::NoSubject)];
        rule.judge(&[&[Some("a"), None, Some("c")]], &mut verdicts);
        let unknown = Some(DropReason::ConsentUnknown);
        assert_eq!(verdicts, [unknown, unknown, Some(DropReason::NoSubject)]);
    }
}
