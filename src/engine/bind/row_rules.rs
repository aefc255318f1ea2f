//! Makes the row rules of a plan: the only list of them, in the order of judgement.

use super::selection::{never_listed, selection};
use super::{BindFault, Binder, BoundRule};
use crate::consent::columns::evidence::ColumnEvidence;
use crate::consent::columns::gate::ColumnGate;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::policy::plan::Evidence;
use crate::row_rule::consent::Consent;
use crate::row_rule::minimum_age::MinimumAge;
use crate::row_rule::retention::Retention;
use crate::row_rule::{Reads, RowRule};
use crate::transform::Inapplicable;

/// The rules; and what the gate reads, with its slots, if the evidence is a log. That
/// gate is the last rule, and is made when the logs were read.
pub(super) type BoundRules = (Vec<BoundRule>, Option<(Reads, Vec<usize>)>);

impl Binder<'_> {
    /// The rules in the order of judgement.
    pub(super) fn rules(&mut self) -> BoundRules {
        let plan = self.plan;
        let mut rules: Vec<Box<dyn RowRule>> = Vec::new();
        for rule in &plan.rows.selections {
            if let Some(fault) = never_listed(rule, self.type_of(&rule.column)) {
                let (column, start) = (rule.column.clone(), rule.place.start);
                self.faults.push(BindFault::Inapplicable { column, start, fault });
            }
            rules.push(Box::new(selection(plan, rule)));
        }
        if let Some(rule) = &plan.rows.minimum_age {
            let reader = self.days(&rule.column, &rule.format);
            rules.push(Box::new(MinimumAge::new(rule.column.clone(), reader, rule.years, plan.as_of)));
        }
        if let Some(rule) = &plan.rows.retention {
            let reader = self.days(&rule.column, &rule.format);
            rules.push(Box::new(Retention::new(rule.column.clone(), reader, rule.max_age, plan.as_of)));
        }
        let is_log = match &plan.consent.evidence {
            Evidence::Columns(columns) => {
                for date in [Some(&columns.given_at), columns.withdrawn_at.as_ref()].into_iter().flatten() {
                    if date.place.pointer.is_none() {
                        self.check_dates(&date.place.column, &date.format);
                    }
                }
                self.check_json(columns);
                let nulls = &plan.extract.dialect.null_values.words;
                let columns = columns.clone().of_types(|name| self.type_of(name));
                rules.push(Box::new(Consent::new(ColumnGate::new(plan.consent.demand.clone(), columns), nulls)));
                false
            }
            Evidence::Events(_) => true,
        };
        let rules = rules.into_iter().map(|rule| self.rule(rule)).collect();
        let reads = is_log.then(|| Reads::value(plan.extract.subject.clone()));
        (rules, reads.map(|reads| (reads.clone(), self.slots(&[reads]))))
    }

    /// A fault for each column that a pointer leads into and that is no text.
    fn check_json(&mut self, columns: &ColumnEvidence) {
        let mut seen: Vec<&ColumnName> = Vec::new();
        for place in columns.places().filter(|place| place.pointer.is_some()) {
            let found = self.type_of(&place.column);
            if found != ColumnType::Text && !seen.contains(&&place.column) {
                let fault = Inapplicable::WrongType { action: "pointer", wants: "text that is JSON", found };
                self.faults.push(BindFault::Inapplicable { column: place.column.clone(), start: 0, fault });
            }
            seen.push(&place.column);
        }
    }
}
