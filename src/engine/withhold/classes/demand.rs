//! What a policy demands of classes, ready to be judged over the columns of a delivery, and
//! how it is enforced on the rows of a partition.

use std::io;

use super::coding::ValueCoding;
use super::entry::{ClassCollector, ClassLayout};
use super::table::PartitionClasses;
use crate::engine::port::OutputColumn;
use crate::engine::withhold::partition::{CheckPartition, Decisions};
use crate::model::column_type::ColumnType;
use crate::model::digest::SubjectHasher;
use crate::model::outcome::reason::DropReason;
use crate::policy::plan::privacy::{ModelRule, OnViolation, PrivacyRules};
use crate::privacy::findings::ClassFindings;

/// What is demanded.
pub(super) struct ClassDemand {
    pub(super) collector: ClassCollector,
    /// Each with the index of its sensitive column among those that are counted.
    pub(super) models: Vec<(ModelRule, Option<usize>)>,
    pub(super) subsets: Option<(usize, u64)>,
    pub(super) on_violation: OnViolation,
}

/// What happens to the rows of a class that does not meet a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Enforcement {
    Drop,
    Suppress,
}

impl ClassDemand {
    /// What a policy demands, over the columns of its delivery.
    pub(super) fn new(rules: &PrivacyRules, output: &[OutputColumn], hasher: &SubjectHasher) -> Self {
        let mut sensitive: Vec<(usize, ValueCoding)> = Vec::new();
        let mut models = Vec::new();
        for rule in &rules.models {
            let column = rule.sensitive.map(|position| {
                let column_type = output.get(position).map_or(ColumnType::Text, |column| column.column_type);
                // The same column may be counted with an order and without.
                sensitive.push((position, ValueCoding::new(rule.model.order(), column_type)));
                sensitive.len() - 1
            });
            models.push((rule.clone(), column));
        }
        let columns = if rules.subsets.is_some() { rules.quasi_identifiers.len() } else { 0 };
        let layout = ClassLayout { sensitive: sensitive.len(), columns };
        let quasi_identifiers = rules.quasi_identifiers.clone();
        Self {
            collector: ClassCollector { hasher: hasher.clone(), quasi_identifiers, sensitive, layout },
            models,
            subsets: rules.subsets,
            on_violation: rules.on_violation,
        }
    }

    /// Whether every class can be judged by itself.
    pub(super) fn judges_classes_alone(&self) -> bool {
        let compares = self.models.iter().any(|(rule, _)| rule.model.compares_with_table());
        !compares && self.subsets.is_none() && self.on_violation != OnViolation::SuppressCells
    }

    /// The fewest persons of a class, where the policy demands k-anonymity.
    pub(super) fn k(&self) -> Option<u64> {
        self.models.iter().find_map(|(rule, _)| rule.model.fewest_persons())
    }

    /// Withholds the rows of the classes that have a verdict, or suppresses their cells.
    pub(super) fn enforce(
        partition: &CheckPartition<'_>,
        decisions: &mut Decisions,
        table: &PartitionClasses,
        verdicts: &[Option<u8>],
        enforcement: Enforcement,
    ) -> io::Result<()> {
        if verdicts.iter().all(Option::is_none) {
            return Ok(());
        }
        partition.each_row(|row, bytes| {
            let class = table.class_of(row, bytes).and_then(|class| verdicts.get(class as usize));
            if let Some(Some(model)) = class
                && row.withheld.is_none()
            {
                match enforcement {
                    Enforcement::Drop => decisions.withhold(row, DropReason::Class(*model)),
                    Enforcement::Suppress => decisions.suppress_cells(row),
                }
            }
            Ok(())
        })
    }

    pub(super) fn nothing_found(&self) -> ClassFindings {
        let models = self.models.len();
        ClassFindings { worst: vec![None; models], unordered: vec![0; models], ..ClassFindings::default() }
    }

    /// Adds what was found in one partition to what was found in others.
    pub(super) fn merge(&self, all: &mut ClassFindings, one: &ClassFindings) {
        all.before.merge(&one.before);
        all.after.merge(&one.after);
        all.records += one.records;
        all.dropped += one.dropped;
        all.suppressed += one.suppressed;
        for (((rule, _), all), one) in self.models.iter().zip(&mut all.worst).zip(&one.worst) {
            *all = match (*all, *one) {
                (Some(all), Some(one)) => Some(rule.model.worse(all, one)),
                (all, one) => all.or(one),
            };
        }
    }
}
