//! The risk of those whose classes are known in a population too: of being found by a
//! journalist, who wants to find anybody, and by a marketer, who wants to find as many as
//! possible. Neither knows who is in the data; both know the population.
//!
//! With f persons of a class in the data and F in the population: a journalist finds one
//! of a class with 1/F, and a marketer f/F of them.

use std::collections::BTreeMap;

use super::super::class_sizes::share;

/// What is known of the classes of one size in the population.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct OfSize {
    classes: u64,
    persons: u64,
}

/// The classes of the data, by their size in the population. What follows from them does
/// not depend on the order in which they are added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PopulationRisk {
    by_size: BTreeMap<u64, OfSize>,
    /// Classes with fewer persons in the population than in the data.
    pub(crate) smaller: u64,
}

impl PopulationRisk {
    /// Adds a class with so many persons in the data and in the population. Where the
    /// population has fewer, it is none of this data, or cells are written in another way;
    /// the class counts as if it had those of the data, who are people at any rate.
    pub(crate) fn add(&mut self, persons: u64, population: u64) {
        if persons == 0 {
            return;
        }
        self.smaller += u64::from(population < persons);
        let of_size = self.by_size.entry(population.max(persons)).or_default();
        of_size.classes += 1;
        of_size.persons += persons;
    }

    /// Adds the classes of others.
    pub(crate) fn merge(&mut self, others: &Self) {
        self.smaller += others.smaller;
        for (size, added) in &others.by_size {
            let of_size = self.by_size.entry(*size).or_default();
            of_size.classes += added.classes;
            of_size.persons += added.persons;
        }
    }

    fn persons(&self) -> u64 {
        self.by_size.values().map(|of_size| of_size.persons).sum()
    }

    /// Persons of the population in the classes of the data: Σ F.
    pub(crate) fn population(&self) -> u64 {
        self.by_size.iter().map(|(size, of_size)| size * of_size.classes).sum()
    }

    /// The share of the persons whom a journalist finds with more than `threshold`:
    /// Σ f·[1/F > threshold] / n.
    pub(crate) fn at_risk(&self, threshold: f64) -> f64 {
        let at_risk = self.by_size.iter().filter(|(size, _)| share(1, **size) > threshold);
        share(at_risk.map(|(_, of_size)| of_size.persons).sum(), self.persons())
    }

    /// The highest risk that a journalist makes: 1 / min F.
    pub(crate) fn highest(&self) -> f64 {
        self.by_size.keys().next().map_or(0.0, |smallest| share(1, *smallest))
    }

    /// The success rate of a journalist: max(J / Σ F, Σ (f/F) / n).
    pub(crate) fn journalist(&self) -> f64 {
        let classes = self.by_size.values().map(|of_size| of_size.classes).sum();
        share(classes, self.population()).max(self.marketer())
    }

    /// The share of the persons whom a marketer finds: Σ (f/F) / n.
    pub(crate) fn marketer(&self) -> f64 {
        let persons = self.persons();
        // Of one size together, so that the sum does not depend on the order of classes.
        let found: f64 = self.by_size.iter().map(|(size, of_size)| share(of_size.persons, *size)).sum();
        if persons == 0 { 0.0 } else { found / share(persons, 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_what_the_definitions_say() {
        let mut risk = PopulationRisk::default();
        for (persons, population) in [(1, 10), (2, 4), (3, 4)] {
            risk.add(persons, population);
        }
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        // Σ f/F = 0.1 + 0.5 + 0.75, of six persons; J / Σ F = 3 / 18.
        close(risk.marketer(), 1.35 / 6.0);
        close(risk.journalist(), 1.35 / 6.0);
        close(risk.highest(), 0.25);
        close(risk.at_risk(0.2), 5.0 / 6.0);
        close(risk.at_risk(0.25), 0.0);
        assert_eq!((risk.population(), risk.smaller), (18, 0));
    }

    #[test]
    fn a_population_that_lacks_people_makes_no_risk_smaller() {
        let mut risk = PopulationRisk::default();
        risk.add(4, 0);
        risk.add(2, 1);
        let mut both = PopulationRisk::default();
        both.add(0, 7);
        both.merge(&risk);
        assert_eq!((both.smaller, both.population()), (2, 6));
        assert_eq!((both.highest(), both.marketer()), (0.5, 2.0 / 6.0));
        let none = PopulationRisk::default();
        assert_eq!((none.highest(), none.marketer(), none.journalist(), none.at_risk(0.1)), (0.0, 0.0, 0.0, 0.0));
    }
}
