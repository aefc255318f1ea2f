//! What a run found of its lists: counts for the account and the report, and the
//! answers to deletion lists.

use super::lists::{ReadList, by_column};
use crate::manifest::document::ListSection;
use crate::policy::plan::Plan;
use crate::release::error::ReleaseError;
use crate::release::publish::staging::Staging;
use crate::release::read::ReadResult;
use crate::suppression::comparison::Unread;

impl ReadResult {
    /// The lists, with what was found of them.
    pub(crate) fn list_sections(&self) -> Vec<ListSection> {
        let found = |(number, read): (usize, &ReadList)| {
            let not_compared = self.matches.not_compared(number);
            let not_compared = not_compared.map(|(column, reason, count)| (Unread { column, reason }, count));
            let items = read.work_items.as_ref();
            ListSection {
                found: self.matches.found(number),
                compared: self.matches.compared(number),
                incomplete: self.matches.incomplete(number),
                records_without_value: self.matches.without_value(number),
                not_comparable: by_column(&read.list.columns, not_compared),
                not_answered: items.map(|items| items.not_answered(number, &self.matches, self.is_certain(number))),
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
            if let Some(items) = &read.work_items {
                let is_certain = self.is_certain(number);
                items.answer(number, (rule.name.as_str(), rule.kind), &self.matches, is_certain, staging)?;
            }
        }
        Ok(())
    }
}
