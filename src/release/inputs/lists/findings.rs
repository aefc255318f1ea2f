//! What a run found of its lists: counts for the account and the report, and the
//! answers to deletion lists.

use super::ReadList;
use super::entries::by_column;
use crate::manifest::document::ListSection;
use crate::policy::plan::Plan;
use crate::release::error::ReleaseError;
use crate::release::publish::deletion_status::{WorkItems, answer_name};
use crate::release::publish::staging::Staging;
use crate::release::read::ReadResult;
use crate::suppression::comparison::Unread;

impl ReadResult {
    /// The lists, with what was found of them.
    pub(crate) fn list_sections(&self) -> Vec<ListSection> {
        let found = |(number, read): (usize, &ReadList)| {
            let not_compared = self.matches.not_compared(number);
            let not_compared = not_compared.map(|(column, reason, count)| (Unread { column, reason }, count));
            let is_certain = self.is_certain(number);
            let not_answered = |items: &WorkItems| items.not_answered(number, &self.matches, is_certain);
            let not_answered: u64 = read.work_items.iter().map(not_answered).sum();
            ListSection {
                found: self.matches.found(number),
                compared: self.matches.compared(number),
                incomplete: self.matches.incomplete(number),
                records_without_value: self.matches.without_value(number),
                not_comparable: by_column(&read.list.columns, not_compared),
                not_answered: read.section.not_answered.map(|_| not_answered),
                ..read.section.clone()
            }
        };
        self.lists.iter().enumerate().map(found).collect()
    }

    /// Whether every record was compared with a list, so that what was not found is
    /// not there: none that its rule cannot read, and none that is malformed.
    fn is_certain(&self, list: usize) -> bool {
        self.before_join.quarantined_in_all() == 0 && self.matches.not_compared(list).next().is_none()
    }

    /// Writes the answers to deletion lists.
    pub(crate) fn answer(&self, plan: &Plan, staging: &Staging) -> Result<(), ReleaseError> {
        for (number, (read, rule)) in self.lists.iter().zip(&plan.consent.lists).enumerate() {
            if read.work_items.is_empty() {
                continue;
            }
            let is_certain = self.is_certain(number);
            let folder = format!("answer-{}", rule.name);
            staging.make_kept_folder(&folder)?;
            for (items, file) in read.work_items.iter().zip(&read.section.files) {
                let name = format!("{folder}/{}", answer_name(&file.file));
                items.answer((number, rule.kind), &name, &self.matches, is_certain, staging)?;
            }
            staging.seal_kept_folder(&folder)?;
        }
        Ok(())
    }
}
