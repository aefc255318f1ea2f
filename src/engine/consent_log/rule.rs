//! The consent gate as a row rule where the evidence is a log: looks up what the
//! logs say of the subject of each record. Without verdicts it drops every record.

use std::sync::Arc;

use super::verdicts::LogVerdicts;
use crate::consent::log::status::NO_EVIDENCE;
use crate::identifier::form::Form;
use crate::model::digest::SubjectHasher;
use crate::model::name::ColumnName;
use crate::model::outcome::detail::Detail;
use crate::model::outcome::read::Read;
use crate::model::outcome::reason::{DropReason, Verdict};
use crate::row_rule::{Reads, RowRule, RuleCells};

/// The rule.
#[derive(Debug)]
pub(in crate::engine) struct LogRule {
    reads: [Reads; 1],
    form: Form,
    opened: Option<(SubjectHasher, Arc<LogVerdicts>)>,
}

impl LogRule {
    /// A rule without verdicts, which drops every record.
    pub(in crate::engine) fn closed(subject: ColumnName, form: Form) -> Self {
        Self { reads: [Reads::value(subject)], form, opened: None }
    }

    /// A rule with verdicts; `key` is the key of their digests.
    pub(in crate::engine) fn opened(
        subject: ColumnName,
        form: Form,
        hasher: &SubjectHasher,
        verdicts: &Arc<LogVerdicts>,
    ) -> Self {
        let opened = Some((hasher.clone(), Arc::clone(verdicts)));
        Self { opened, ..Self::closed(subject, form) }
    }

    /// `None` for an id that cannot have a verdict.
    fn digest(&self, subject: Option<&str>, canonical: &mut String) -> Option<u128> {
        let (hasher, _) = self.opened.as_ref()?;
        match self.form.read(subject, canonical) {
            Read::Value(id) => Some(hasher.wide(id)),
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
        let Some((_, log)) = &self.opened else { return };
        let mut found = Vec::with_capacity(rows.len());
        log.look_up(&digests, &mut found);
        for (row, found) in rows.into_iter().zip(found) {
            verdicts[row] = match found {
                Some(Verdict::Keep) => None,
                Some(Verdict::Drop(reason)) => Some(reason),
                None => unknown,
            };
        }
    }

    fn drops_for(&self, _: DropReason) -> bool {
        true
    }

    fn detail(&self, reason: DropReason, cells: &RuleCells<'_, '_>, row: usize) -> Detail {
        let subject = cells[0].get(row).copied().flatten();
        let digest = self.digest(subject, &mut String::new());
        let found = self.opened.as_ref().zip(digest).map(|((_, verdicts), digest)| verdicts.detail(digest));
        match (found, reason) {
            (None | Some(Detail::NONE), DropReason::ConsentUnknown) => NO_EVIDENCE,
            (found, _) => found.unwrap_or(Detail::NONE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_verdicts_nobody_passes() {
        let rule = LogRule::closed(ColumnName::parse("id").unwrap(), Form::default());
        let mut verdicts = [None, None, Some(DropReason::NoSubject)];
        rule.judge(&[&[Some("a"), None, Some("c")]], &mut verdicts);
        let unknown = Some(DropReason::ConsentUnknown);
        assert_eq!(verdicts, [unknown, unknown, Some(DropReason::NoSubject)]);
    }
}
