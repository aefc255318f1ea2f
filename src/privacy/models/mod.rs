//! The privacy models: each a condition that every class must meet, one file a model.
//!
//! A model measures one number of a class and says which numbers it lets pass. It knows
//! no file, no other class and no engine; how a class is counted is not its matter. A
//! *value* is one cell of a sensitive column; a missing cell is a value of its own, but not
//! one that makes a class diverse. A
//! person with several records in a class counts once, and once for each of the
//! different values.
//!
//! Numbers are floating point: a number that misses its limit by less than a part in
//! 10¹² meets it.

pub(crate) mod beta_likeness;
pub(crate) mod delta_disclosure;
pub(crate) mod delta_presence;
pub(crate) mod distinct_l_diversity;
pub(crate) mod entropy_l_diversity;
pub(crate) mod k_anonymity;
pub(crate) mod k_map;
#[cfg(test)]
mod laws;
pub(crate) mod recursive_l_diversity;
pub(crate) mod t_closeness;

use std::fmt;

use serde_json::{Map, Value};

use crate::model::name::OutputName;

/// A class, as models see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClassCounts<'c> {
    /// Persons in the class.
    pub(crate) persons: u64,
    /// Persons in the same class of the population; `None` where no population is
    /// known.
    pub(crate) population: Option<u64>,
    /// For each value of the model's sensitive column that is in the class: its
    /// position among the values of the table, and how many persons have it. Ascending
    /// by position, counts above 0.
    pub(crate) values: &'c [(u32, u64)],
}

impl ClassCounts<'_> {
    /// The number of pairs of a person and a value.
    fn pairs(&self) -> u64 {
        self.values.iter().map(|(_, count)| count).sum()
    }
}

/// How often each value is in the whole table, by position; in the order of the values
/// where they have one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TableCounts {
    counts: Vec<u64>,
    pairs: u64,
    different: u64,
}

impl TableCounts {
    /// Takes the counts by position.
    pub(crate) fn new(counts: Vec<u64>) -> Self {
        let (pairs, different) = (counts.iter().sum(), counts.iter().filter(|count| **count > 0).count() as u64);
        Self { counts, pairs, different }
    }

    /// The share of the value at a position.
    fn share(&self, position: u32) -> f64 {
        share(self.counts.get(position as usize).copied().unwrap_or(0), self.pairs)
    }
}

/// A condition that every class of the delivered records must meet.
pub(crate) trait PrivacyModel: fmt::Debug + Send + Sync {
    /// The key of the policy, such as `k_anonymity`.
    fn word(&self) -> &'static str;

    /// The reason for which records of a class that does not meet it are dropped.
    fn reason(&self) -> &'static str;

    /// The sensitive column of which it counts the values.
    fn sensitive(&self) -> Option<&OutputName> {
        None
    }

    /// Whether a missing cell counts as a value. Where the values of a class must be
    /// diverse it does not: it is none that could be another.
    fn counts_missing(&self) -> bool {
        true
    }

    /// The fewest persons that a class must have, where that is the condition.
    fn fewest_persons(&self) -> Option<u64> {
        None
    }

    /// How the values of the sensitive column are ordered, where that matters.
    fn order(&self) -> Option<&t_closeness::ValueOrder> {
        None
    }

    /// Whether it compares a class with the whole table: then a class may miss the
    /// condition because others were dropped.
    fn compares_with_table(&self) -> bool {
        false
    }

    /// Whether it counts persons of a population, which a delivery does not show.
    fn needs_population(&self) -> bool {
        false
    }

    /// The number that the condition is about.
    fn measure(&self, class: &ClassCounts<'_>, table: &TableCounts) -> f64;

    /// Whether a class of that number meets it.
    fn holds(&self, measured: f64) -> bool;

    /// The worse of two numbers.
    fn worse(&self, one: f64, other: f64) -> f64;

    /// What the policy demands, as documents say it.
    fn demanded(&self) -> Map<String, Value>;

    /// The condition in words, such as `at least 5 persons`.
    fn in_words(&self) -> String;
}

/// Parameters as documents say them.
fn parameters<const N: usize>(parameters: [(&str, Value); N]) -> Map<String, Value> {
    parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// By how much a number may miss its limit, relative to it.
const TOLERANCE: f64 = 1e-12;

fn at_least(measured: f64, limit: f64) -> bool {
    measured >= limit - limit.abs() * TOLERANCE
}

fn at_most(measured: f64, limit: f64) -> bool {
    measured <= limit + limit.abs().max(1.0) * TOLERANCE
}

/// A part of a whole; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "compared with a tolerance; counts are far below 2^53")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A count, to be compared with a limit.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}
