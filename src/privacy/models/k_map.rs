//! k-map: the class of every record has at least k persons in the population, so that
//! whoever knows everybody's quasi-identifiers still finds k persons for it.
//!
//! *Stops* linking with a register of the population. *Does not stop* somebody who knows
//! who is in the delivery: there the class of the delivery counts (k-anonymity).
//! *Parameters* `k`, from 2; `population`: a file with a row a person and the columns of
//! the delivery, in the same values. A class that it does not have has no person.
//!
//! Source: Sweeney, *Computational disclosure control* (2001), section 4.3.

use serde_json::{Map, Value, json};

use super::{ClassCounts, PrivacyModel, TableCounts, at_least, number, parameters};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KMap {
    /// The fewest persons of a class in the population.
    pub(crate) k: u64,
}

impl PrivacyModel for KMap {
    fn word(&self) -> &'static str {
        "k_map"
    }

    fn reason(&self) -> &'static str {
        "below_k_map"
    }

    fn measure(&self, class: &ClassCounts<'_>, _: &TableCounts) -> f64 {
        number(class.population.unwrap_or(0))
    }

    fn holds(&self, measured: f64) -> bool {
        at_least(measured, number(self.k))
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        one.min(other)
    }

    fn demanded(&self) -> Map<String, Value> {
        parameters([("k", json!(self.k))])
    }

    fn needs_population(&self) -> bool {
        true
    }

    fn in_words(&self) -> String {
        format!("at least {} persons of the population", self.k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_class_of_the_population_has_no_person() {
        let model = KMap { k: 3 };
        let holds = |population| {
            let class = ClassCounts { persons: 9, population, values: &[] };
            model.holds(model.measure(&class, &TableCounts::default()))
        };
        assert_eq!([None, Some(2), Some(3)].map(holds), [false, false, true]);
    }
}
