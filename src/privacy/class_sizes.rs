//! How many classes of each size there are, and what follows for the people in them.
//!
//! A size is a number of persons where the subject of each record is known, else of
//! records. With n persons in J classes of the sizes f, the prosecutor knows that a
//! person is in the data, and picks one of the f in the class of this person.
//!
//! Sources: Skinner and Elliot, *A measure of disclosure risk for microdata* (2002),
//! for the risks; Bayardo and Agrawal, *Data privacy through optimal k-anonymization*
//! (2005), for discernibility; `LeFevre`, `DeWitt` and Ramakrishnan, *Mondrian
//! multidimensional k-anonymity* (2006), for the average class size.

use std::collections::BTreeMap;

/// The ranges of a histogram of sizes, from the first size to the last; the last range has
/// no end. Finer where a person is easier found.
pub(crate) const RANGES: [(u64, Option<u64>); 8] = [
    (1, Some(1)),
    (2, Some(2)),
    (3, Some(4)),
    (5, Some(9)),
    (10, Some(19)),
    (20, Some(49)),
    (50, Some(99)),
    (100, None),
];

/// The number of classes of each size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassSizes {
    by_size: BTreeMap<u64, u64>,
}

impl ClassSizes {
    /// Adds a class. One without persons is none.
    pub fn add(&mut self, persons: u64) {
        self.add_classes(persons, 1);
    }

    /// Adds several classes of one size.
    pub fn add_classes(&mut self, persons: u64, classes: u64) {
        if persons > 0 && classes > 0 {
            *self.by_size.entry(persons).or_default() += classes;
        }
    }

    /// Adds the classes of others.
    pub fn merge(&mut self, others: &Self) {
        others.iter().for_each(|(size, classes)| self.add_classes(size, classes));
    }

    /// The sizes, ascending, each with its number of classes.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, u64)> {
        self.by_size.iter().map(|(size, classes)| (*size, *classes))
    }

    /// The classes and the persons in them by [`RANGES`] of sizes, ascending.
    pub(crate) fn by_range(&self) -> [(u64, u64); RANGES.len()] {
        let mut counts = [(0, 0); RANGES.len()];
        for (size, classes) in self.iter() {
            let range = RANGES.partition_point(|(from, _)| *from <= size).saturating_sub(1);
            if let Some((own, persons)) = counts.get_mut(range) {
                *own += classes;
                *persons += size * classes;
            }
        }
        counts
    }

    /// How many classes there are.
    pub fn classes(&self) -> u64 {
        self.by_size.values().sum()
    }

    /// How many persons there are in all classes.
    pub fn persons(&self) -> u64 {
        self.iter().map(|(size, classes)| size * classes).sum()
    }

    /// The size of the smallest class, which is k. `None` without a class.
    pub fn smallest(&self) -> Option<u64> {
        self.by_size.keys().next().copied()
    }

    /// The size of the largest class.
    pub fn largest(&self) -> Option<u64> {
        self.by_size.keys().next_back().copied()
    }

    /// Persons in classes of fewer than `k`: those whose risk is above 1/k.
    pub fn persons_below(&self, k: u64) -> u64 {
        self.by_size.range(..k).map(|(size, classes)| size * classes).sum()
    }

    /// The prosecutor's success rate J/n, the average of 1/f over all persons: 0 without
    /// persons.
    pub fn average_risk(&self) -> f64 {
        share(self.classes(), self.persons())
    }

    /// The highest risk, 1 / min f: 0 without persons.
    pub fn highest_risk(&self) -> f64 {
        self.smallest().map_or(0.0, |smallest| share(1, smallest))
    }

    /// The share of persons who are alone in their class.
    pub fn uniqueness(&self) -> f64 {
        share(self.by_size.get(&1).copied().unwrap_or(0), self.persons())
    }

    /// The share of persons whose risk is above `threshold`: Σ f·[1/f > threshold] / n.
    pub fn at_risk(&self, threshold: f64) -> f64 {
        let at_risk = |&(size, _): &(u64, u64)| share(1, size) > threshold;
        share(self.iter().filter(at_risk).map(|(size, classes)| size * classes).sum(), self.persons())
    }

    /// n / J: 0 without a class.
    pub fn average_class_size(&self) -> f64 {
        share(self.persons(), self.classes())
    }

    /// Σ f² over the classes, and n for each of `suppressed` persons, of n with these.
    pub fn discernibility(&self, suppressed: u64) -> u128 {
        let squares: u128 = self.iter().map(|(size, classes)| u128::from(size).pow(2) * u128::from(classes)).sum();
        squares + u128::from(suppressed) * u128::from(self.persons() + suppressed)
    }
}

/// A part of a whole; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share is shown to some digits; counts stay exact")]
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(sizes: &[u64]) -> ClassSizes {
        let mut found = ClassSizes::default();
        sizes.iter().for_each(|size| found.add(*size));
        found
    }

    #[test]
    fn what_follows_from_sizes_is_what_the_definitions_say() {
        let found = sizes(&[1, 1, 2, 4, 0]);
        assert_eq!((found.classes(), found.persons()), (4, 8));
        assert_eq!((found.smallest(), found.largest()), (Some(1), Some(4)));
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(found.average_risk(), 0.5);
        close(found.highest_risk(), 1.0);
        close(found.uniqueness(), 0.25);
        // A risk of exactly the threshold is not above it.
        close(found.at_risk(0.25), 0.5);
        close(found.at_risk(0.5), 0.25);
        assert_eq!((found.persons_below(2), found.persons_below(4), found.persons_below(5)), (2, 4, 8));
        close(found.average_class_size(), 2.0);
        assert_eq!((found.discernibility(0), found.discernibility(2)), (22, 42));
    }

    #[test]
    fn every_class_is_in_one_range() {
        let all: Vec<u64> = (0..=130).collect();
        let found = sizes(&all);
        let ranges = found.by_range();
        assert_eq!(ranges.iter().map(|(classes, _)| *classes).collect::<Vec<_>>(), [1, 1, 2, 5, 10, 30, 50, 31]);
        assert_eq!(ranges.iter().map(|(_, persons)| *persons).sum::<u64>(), found.persons());
        for (own, next) in RANGES.iter().zip(&RANGES[1..]) {
            assert_eq!(own.1, Some(next.0 - 1));
        }
    }

    #[test]
    fn nothing_has_no_risk_and_merging_adds() {
        let none = ClassSizes::default();
        assert_eq!((none.smallest(), none.classes(), none.discernibility(3)), (None, 0, 9));
        assert!(none.average_risk() + none.highest_risk() + none.uniqueness() + none.average_class_size() == 0.0);
        let mut both = sizes(&[1, 3]);
        both.merge(&sizes(&[3, 5]));
        assert_eq!(both, sizes(&[5, 3, 3, 1]));
    }
}
