//! k-anonymity: every class has at least k persons, so that no record can be told from
//! those of k − 1 others by its quasi-identifiers.
//!
//! *Stops* singling out by the quasi-identifiers. *Does not stop* learning what all
//! persons of a class have in common (see l-diversity), or what somebody knows who can
//! link by another column.
//! *Parameters* `k`, from 2; `subsets_of`: instead of all quasi-identifiers together,
//! every combination of so many of them must be shared by k persons. That is weaker, for
//! whoever knows no more than so many things about a person: where all together reach k,
//! every combination of them does.
//!
//! Source: Sweeney, *k-anonymity: a model for protecting privacy* (2002); Samarati and
//! Sweeney (1998).

use serde_json::{Map, Value, json};

use super::{ClassCounts, PrivacyModel, TableCounts, at_least, number, parameters};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KAnonymity {
    /// The fewest persons of a class.
    pub(crate) k: u64,
    /// How many quasi-identifiers the combinations have that must reach k instead.
    pub(crate) subsets_of: Option<usize>,
}

impl PrivacyModel for KAnonymity {
    fn word(&self) -> &'static str {
        "k_anonymity"
    }

    fn reason(&self) -> &'static str {
        "below_k"
    }

    fn fewest_persons(&self) -> Option<u64> {
        Some(self.k).filter(|_| self.subsets_of.is_none())
    }

    fn measure(&self, class: &ClassCounts<'_>, _: &TableCounts) -> f64 {
        number(class.persons)
    }

    fn holds(&self, measured: f64) -> bool {
        // Combinations are counted over many classes, so no class is judged by itself.
        self.subsets_of.is_some() || at_least(measured, number(self.k))
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        one.min(other)
    }

    fn demanded(&self) -> Map<String, Value> {
        match self.subsets_of {
            None => parameters([("k", json!(self.k))]),
            Some(subsets_of) => parameters([("k", json!(self.k)), ("subsets_of", json!(subsets_of))]),
        }
    }

    fn in_words(&self) -> String {
        match self.subsets_of {
            None => format!("at least {} persons", self.k),
            Some(1) => format!("each of its quasi-identifiers in common with at least {} persons", self.k),
            Some(size) => {
                format!("every {size} of its quasi-identifiers in common with at least {} persons", self.k)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_of_exactly_k_is_large_enough() {
        let model = KAnonymity { k: 5, subsets_of: None };
        let holds = |persons| {
            let class = ClassCounts { persons, population: None, values: &[] };
            model.holds(model.measure(&class, &TableCounts::default()))
        };
        assert_eq!([4, 5, 6].map(holds), [false, true, true]);
    }
}
