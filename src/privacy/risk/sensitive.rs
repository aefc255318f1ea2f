//! What the classes tell of one sensitive column: the worst class by each measure of
//! l-diversity and t-closeness, as the models of these names measure it.

use std::collections::HashMap;

use super::super::models::distinct_l_diversity::DistinctLDiversity;
use super::super::models::entropy_l_diversity::EntropyLDiversity;
use super::super::models::recursive_l_diversity::RecursiveLDiversity;
use super::super::models::t_closeness::{Distance, TCloseness};
use super::super::models::{ClassCounts, PrivacyModel, TableCounts};
use super::ordered::OrderedTable;
use crate::model::name::OutputName;

/// The numbers l for which the recursive form is measured.
pub(crate) const RECURSIVE: std::ops::RangeInclusive<u64> = 2..=5;

/// How often each value is in the table, and where it stands.
#[derive(Debug)]
pub(crate) struct SensitiveMeter {
    /// By the code of a value: its position among all by how frequent it is.
    places: HashMap<u64, ValuePlace>,
    table: TableCounts,
    ordered: Option<OrderedTable>,
    measures: Vec<Box<dyn PrivacyModel>>,
}

#[derive(Debug, Clone, Copy)]
struct ValuePlace {
    /// Among all values, the rare ones first.
    by_count: u32,
    count: u64,
    /// Among the different numbers.
    by_number: u32,
}

/// One value of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableValue {
    /// By which it is known; equal texts have equal codes.
    pub(crate) code: u64,
    /// Compares as the values do, if all of them have an order.
    pub(crate) order: u64,
    /// How many persons have it, once for each of their classes.
    pub(crate) count: u64,
}

/// The worst of some classes, by each measure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WorstValues {
    /// By measure: distinct, entropy, recursive of each l, equal.
    measured: Vec<f64>,
    /// The largest ordered distance, where values have an order.
    pub(crate) ordered: Option<f64>,
}

impl SensitiveMeter {
    /// A meter for a table of these values; `is_ordered` says whether they have an order.
    pub(crate) fn new(mut values: Vec<TableValue>, is_ordered: bool) -> Self {
        values.retain(|value| value.count > 0);
        values.sort_unstable_by_key(|value| (value.count, value.order, value.code));
        let table = TableCounts::new(values.iter().map(|value| value.count).collect());
        let mut places: HashMap<u64, ValuePlace> = (0..)
            .zip(&values)
            .map(|(by_count, value)| (value.code, ValuePlace { by_count, count: value.count, by_number: 0 }))
            .collect();
        let ordered = is_ordered.then(|| {
            values.sort_unstable_by_key(|value| value.order);
            let mut counts = Vec::new();
            for (by_number, same) in (0..).zip(values.chunk_by(|a, b| a.order == b.order)) {
                counts.push(same.iter().map(|value| value.count).sum());
                for value in same {
                    places.entry(value.code).and_modify(|place| place.by_number = by_number);
                }
            }
            OrderedTable::new(&counts)
        });
        Self { places, table, ordered, measures: measures() }
    }

    /// How many different values the table has.
    pub(crate) fn different(&self) -> usize {
        self.places.len()
    }

    /// Of no class.
    pub(crate) fn none(&self) -> WorstValues {
        // Whichever of two far numbers is not the worse one.
        let best = |measure: &dyn PrivacyModel| -measure.worse(f64::NEG_INFINITY, f64::INFINITY);
        let measured = self.measures.iter().map(|measure| best(measure.as_ref())).collect();
        WorstValues { measured, ordered: self.ordered.as_ref().map(|_| 0.0) }
    }

    /// Measures a class by its values, by code, and how many persons have each.
    pub(crate) fn add(&self, persons: u64, values: &[(u64, u64)], worst: &mut WorstValues) {
        let mut by_count: Vec<(u64, u32, u64)> = Vec::with_capacity(values.len());
        let mut by_number: Vec<(u32, u64)> = Vec::with_capacity(values.len());
        for (code, persons) in values {
            let Some(place) = self.places.get(code) else { continue };
            by_count.push((place.count, place.by_count, *persons));
            by_number.push((place.by_number, *persons));
        }
        // Sums of floating-point numbers depend on their order, and codes are random.
        by_count.sort_unstable_by_key(|(count, _, persons)| (*count, *persons));
        let values: Vec<(u32, u64)> = by_count.iter().map(|(_, place, persons)| (*place, *persons)).collect();
        let class = ClassCounts { persons, population: None, values: &values };
        for (measure, worst) in self.measures.iter().zip(&mut worst.measured) {
            *worst = measure.worse(*worst, measure.measure(&class, &self.table));
        }
        if let (Some(table), Some(worst)) = (&self.ordered, &mut worst.ordered) {
            by_number.sort_unstable();
            let mut merged: Vec<(u32, u64)> = Vec::with_capacity(by_number.len());
            for (place, persons) in by_number {
                match merged.last_mut() {
                    Some((last, count)) if *last == place => *count += persons,
                    _ => merged.push((place, persons)),
                }
            }
            *worst = worst.max(table.distance(&merged));
        }
    }

    /// The worse by each measure.
    pub(crate) fn merge(&self, one: &mut WorstValues, other: &WorstValues) {
        for ((measure, one), other) in self.measures.iter().zip(&mut one.measured).zip(&other.measured) {
            *one = measure.worse(*one, *other);
        }
        one.ordered = one.ordered.zip(other.ordered).map(|(one, other)| one.max(other));
    }
}

impl WorstValues {
    fn at(&self, measure: usize) -> f64 {
        self.measured.get(measure).copied().unwrap_or_default()
    }

    /// The fewest different values of a class.
    pub(crate) fn distinct(&self) -> f64 {
        self.at(0)
    }

    /// The lowest e^H of a class.
    pub(crate) fn entropy(&self) -> f64 {
        self.at(1)
    }

    /// The highest `r₁ / (r_l + … + r_m)` of a class, for each l that every class has the
    /// values for.
    pub(crate) fn recursive(&self) -> Vec<(u64, f64)> {
        let measured = RECURSIVE.zip(self.measured.iter().skip(2).copied());
        measured.filter(|(_, ratio)| ratio.is_finite()).collect()
    }

    /// The largest distance of a class from the table, all values equally far apart.
    pub(crate) fn equal(&self) -> f64 {
        self.measured.last().copied().unwrap_or_default()
    }
}

/// The models by which classes are measured. Their limits and columns do not matter.
fn measures() -> Vec<Box<dyn PrivacyModel>> {
    let column = OutputName::parse("sensitive").expect("cannot fail: a plain word is the name of a column");
    let mut all: Vec<Box<dyn PrivacyModel>> = vec![
        Box::new(DistinctLDiversity { column: column.clone(), l: 1 }),
        Box::new(EntropyLDiversity { column: column.clone(), l: 1.0 }),
    ];
    for l in RECURSIVE {
        all.push(Box::new(RecursiveLDiversity { column: column.clone(), l, c: 1.0 }));
    }
    all.push(Box::new(TCloseness { column, t: 1.0, distance: Distance::Equal }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_class_is_found_by_each_measure() {
        // The incomes of Li et al. (2007), table 3, in thousands: three classes of three.
        let value = |code: u64, count| TableValue { code, order: code, count };
        let meter = SensitiveMeter::new((3..=11).map(|code| value(code, 1)).collect(), true);
        let measure = |class: &[u64]| {
            let mut worst = meter.none();
            let values: Vec<(u64, u64)> = class.iter().map(|code| (*code, 1)).collect();
            meter.add(3, &values, &mut worst);
            worst
        };
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(measure(&[3, 4, 5]).ordered.unwrap(), 0.375);
        close(measure(&[6, 8, 11]).ordered.unwrap(), 0.166_666_666_666_666_66);
        let mut worst = measure(&[3, 4, 5]);
        meter.merge(&mut worst, &measure(&[6, 8, 11]));
        close(worst.ordered.unwrap(), 0.375);
        close(worst.equal(), 6.0 / 9.0);
        close(worst.distinct(), 3.0);
        close(worst.entropy(), 3.0);
        let recursive = worst.recursive();
        assert_eq!(recursive.iter().map(|(l, _)| *l).collect::<Vec<_>>(), [2, 3]);
        close(recursive[0].1, 0.5);
        close(recursive[1].1, 1.0);
    }

    #[test]
    fn numbers_that_are_written_in_two_ways_are_one_number_and_two_values() {
        let value = |code, order| TableValue { code, order, count: 1 };
        let meter = SensitiveMeter::new(vec![value(7, 1), value(8, 1), value(9, 2)], true);
        assert_eq!(meter.different(), 3);
        let mut worst = meter.none();
        meter.add(2, &[(7, 1), (8, 1)], &mut worst);
        assert_eq!(worst.distinct(), 2.0);
        assert!((worst.ordered.unwrap() - 1.0 / 3.0).abs() < 1e-12);
        let unordered = SensitiveMeter::new(vec![value(7, 1)], false);
        assert_eq!(unordered.none().ordered, None);
    }
}
