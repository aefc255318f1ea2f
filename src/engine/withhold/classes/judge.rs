//! Judges one class by every model.

use std::collections::BTreeMap;

use super::class_rows::ClassRow;
use super::coding::{MISSING, UNORDERED};
use crate::policy::plan::privacy::ModelRule;
use crate::privacy::models::{ClassCounts, TableCounts};

/// The verdicts by partition and class: the model that a class does not meet.
pub(super) type Verdicts = Vec<Vec<Option<u8>>>;

/// How many persons of the table have each value of a sensitive column.
#[derive(Debug, Clone, Default)]
pub(super) struct ValueTable {
    /// Ascending.
    codes: Vec<u64>,
    counts: TableCounts,
}

impl ValueTable {
    /// Takes the counts by code.
    pub(super) fn new(counts: &BTreeMap<u64, u64>) -> Self {
        Self { codes: counts.keys().copied().collect(), counts: TableCounts::new(counts.values().copied().collect()) }
    }

    /// The position of a code, which the table has.
    fn position(&self, code: u64) -> u32 {
        self.codes.binary_search(&code).ok().and_then(|position| u32::try_from(position).ok()).unwrap_or(u32::MAX)
    }
}

/// The models, each with the index of its sensitive column among those that are counted.
pub(super) struct Judge<'a> {
    pub(super) models: &'a [(ModelRule, Option<usize>)],
    /// By sensitive column. Those of columns that no model compares with the table may be
    /// left out.
    pub(super) tables: &'a [ValueTable],
}

impl Judge<'_> {
    /// The first model that a class does not meet; else its numbers are added to `worst`.
    pub(super) fn judge(&self, class: &ClassRow, worst: &mut [Option<f64>]) -> Option<u8> {
        let none = ValueTable::default();
        let mut values: Vec<(u32, u64)> = Vec::new();
        let mut measured = Vec::with_capacity(self.models.len());
        for (number, (rule, sensitive)) in (0..).zip(self.models) {
            let mut own: &[(u64, u64)] =
                sensitive.and_then(|column| class.values.get(column)).map_or(&[], Vec::as_slice);
            if !rule.model.counts_missing()
                && let Some(((MISSING, _), others)) = own.split_first()
            {
                own = others;
            }
            let table = sensitive.and_then(|column| self.tables.get(column)).unwrap_or(&none);
            values.clear();
            if rule.model.compares_with_table() {
                values.extend(own.iter().map(|(code, persons)| (table.position(*code), *persons)));
            } else {
                values.extend((0..).zip(own).map(|(position, (_, persons))| (position, *persons)));
            }
            // What has no place in the order cannot be compared with anything.
            let is_unordered = rule.model.order().is_some() && own.last().is_some_and(|(code, _)| *code == UNORDERED);
            let counts = ClassCounts { persons: class.persons, population: class.population, values: &values };
            let found = if is_unordered { f64::INFINITY } else { rule.model.measure(&counts, &table.counts) };
            if is_unordered || !rule.model.holds(found) {
                return Some(number);
            }
            measured.push(found);
        }
        for (((rule, _), worst), found) in self.models.iter().zip(worst).zip(measured) {
            *worst = Some(worst.map_or(found, |worst| rule.model.worse(worst, found)));
        }
        None
    }
}
