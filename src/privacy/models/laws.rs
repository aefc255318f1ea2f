//! What the models measure, against their definitions written out over lists of values,
//! and how they behave when a limit moves.

#![expect(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "small numbers")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::beta_likeness::BetaLikeness;
use super::delta_disclosure::DeltaDisclosure;
use super::distinct_l_diversity::DistinctLDiversity;
use super::entropy_l_diversity::EntropyLDiversity;
use super::recursive_l_diversity::RecursiveLDiversity;
use super::t_closeness::{Distance, TCloseness, ValueOrder};
use super::{ClassCounts, PrivacyModel, TableCounts};
use crate::model::name::OutputName;

fn column() -> OutputName {
    OutputName::parse("illness").unwrap()
}

/// Values of the class, and of the rest of the table.
type Lists = (Vec<u32>, Vec<u32>);

fn lists() -> impl Strategy<Value = Lists> {
    (prop::collection::vec(0_u32..6, 1..12), prop::collection::vec(0_u32..6, 0..30))
}

fn counted(values: &[u32]) -> Vec<(u32, u64)> {
    let mut counts = BTreeMap::new();
    values.iter().for_each(|value| *counts.entry(*value).or_default() += 1);
    counts.into_iter().collect()
}

fn measured(model: &dyn PrivacyModel, (class, rest): &Lists) -> f64 {
    let all: Vec<u32> = class.iter().chain(rest).copied().collect();
    let mut counts = vec![0; 6];
    counted(&all).into_iter().for_each(|(value, count)| counts[value as usize] = count);
    let values = counted(class);
    let class = ClassCounts { persons: class.len() as u64, population: None, values: &values };
    model.measure(&class, &TableCounts::new(counts))
}

/// The shares of every value of the table, in the class and in the table.
fn shares((class, rest): &Lists) -> Vec<(f64, f64)> {
    let all: Vec<u32> = class.iter().chain(rest).copied().collect();
    let of = |values: &[u32], value| values.iter().filter(|own| **own == value).count() as f64 / values.len() as f64;
    let different: BTreeSet<u32> = all.iter().copied().collect();
    different.into_iter().map(|value| (of(class, value), of(&all, value))).collect()
}

fn close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() < 1e-9
}

proptest! {
    #[test]
    fn what_is_measured_is_what_the_definition_says(lists in lists()) {
        let shares = shares(&lists);
        let mut frequencies: Vec<usize> = counted(&lists.0).into_iter().map(|(_, count)| count as usize).collect();
        frequencies.sort_unstable_by(|a, b| b.cmp(a));

        let distinct = measured(&DistinctLDiversity { column: column(), l: 2 }, &lists);
        prop_assert!(close(distinct, frequencies.len() as f64));

        let entropy: f64 = shares.iter().filter(|(p, _)| *p > 0.0).map(|(p, _)| -p * p.ln()).sum();
        let model = EntropyLDiversity { column: column(), l: 2.0 };
        prop_assert!(close(measured(&model, &lists).ln(), entropy));

        for l in 2..5 {
            let least: usize = frequencies.iter().skip(l - 1).sum();
            let expected = if least == 0 { f64::INFINITY } else { frequencies[0] as f64 / least as f64 };
            let model = RecursiveLDiversity { column: column(), l: l as u64, c: 1.0 };
            prop_assert!(close(measured(&model, &lists), expected));
        }

        let equal: f64 = shares.iter().map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0;
        let model = TCloseness { column: column(), t: 0.1, distance: Distance::Equal };
        prop_assert!(close(measured(&model, &lists), equal));

        let ordered: f64 = (1..=shares.len())
            .map(|to| shares[..to].iter().map(|(p, q)| p - q).sum::<f64>().abs())
            .sum::<f64>() / (shares.len() - 1).max(1) as f64;
        let model = TCloseness { column: column(), t: 0.1, distance: Distance::Ordered(ValueOrder::Natural) };
        prop_assert!(close(measured(&model, &lists), ordered), "{} {ordered}", measured(&model, &lists));

        let gains: Vec<(f64, f64)> = shares.iter().map(|(p, q)| ((p - q) / q, *q)).collect();
        let basic = gains.iter().map(|(gain, _)| *gain).fold(0.0, f64::max);
        let model = BetaLikeness { column: column(), beta: 1.0, is_enhanced: false };
        prop_assert!(close(measured(&model, &lists), basic));
        let is_above = gains.iter().any(|(gain, q)| *gain > -q.ln() + 1e-9);
        let model = BetaLikeness { column: column(), beta: 1.0, is_enhanced: true };
        let enhanced = if is_above { f64::INFINITY } else { basic };
        prop_assert!(close(measured(&model, &lists), enhanced));

        let delta = shares.iter().map(|(p, q)| (p / q).ln().abs()).fold(0.0, f64::max);
        let model = DeltaDisclosure { column: column(), delta: 1.0 };
        prop_assert!(close(measured(&model, &lists), delta));
    }

    /// The order of the values does not matter where none is asked for, and the whole
    /// table as one class is as close to itself as can be.
    #[test]
    fn the_whole_table_is_like_itself(values in prop::collection::vec(0_u32..6, 1..30)) {
        let lists = (values, Vec::new());
        for distance in [Distance::Equal, Distance::Ordered(ValueOrder::Natural)] {
            let model = TCloseness { column: column(), t: 0.0, distance };
            prop_assert!(model.holds(measured(&model, &lists)));
        }
        let model = BetaLikeness { column: column(), beta: 1e-6, is_enhanced: true };
        prop_assert!(model.holds(measured(&model, &lists)));
        let model = DeltaDisclosure { column: column(), delta: 1e-6 };
        prop_assert!(model.holds(measured(&model, &lists)));
    }

    /// A stricter limit never lets pass what a laxer one does not.
    #[test]
    fn a_stricter_limit_lets_no_more_pass(lists in lists(), one in 0.0..3.0_f64, other in 0.0..3.0_f64) {
        let (lower, higher) = (one.min(other), one.max(other));
        let (column, few, many) = (column(), lower as u64 + 1, higher as u64 + 1);
        let pairs: [(Box<dyn PrivacyModel>, Box<dyn PrivacyModel>); 7] = [
            (
                Box::new(DistinctLDiversity { column: column.clone(), l: few }),
                Box::new(DistinctLDiversity { column: column.clone(), l: many }),
            ),
            (
                Box::new(EntropyLDiversity { column: column.clone(), l: lower }),
                Box::new(EntropyLDiversity { column: column.clone(), l: higher }),
            ),
            (
                Box::new(RecursiveLDiversity { column: column.clone(), l: 2, c: higher }),
                Box::new(RecursiveLDiversity { column: column.clone(), l: 2, c: lower }),
            ),
            (
                Box::new(TCloseness { column: column.clone(), t: higher / 3.0, distance: Distance::Equal }),
                Box::new(TCloseness { column: column.clone(), t: lower / 3.0, distance: Distance::Equal }),
            ),
            (
                Box::new(BetaLikeness { column: column.clone(), beta: higher, is_enhanced: false }),
                Box::new(BetaLikeness { column: column.clone(), beta: lower, is_enhanced: false }),
            ),
            // The enhanced form is the stricter one.
            (
                Box::new(BetaLikeness { column: column.clone(), beta: lower, is_enhanced: false }),
                Box::new(BetaLikeness { column: column.clone(), beta: lower, is_enhanced: true }),
            ),
            (
                Box::new(DeltaDisclosure { column: column.clone(), delta: higher }),
                Box::new(DeltaDisclosure { column, delta: lower }),
            ),
        ];
        for (lax, strict) in &pairs {
            let (by_lax, by_strict) = (measured(&**lax, &lists), measured(&**strict, &lists));
            prop_assert!(!strict.holds(by_strict) || lax.holds(by_lax), "{strict:?} {by_strict}");
        }
    }
}

#[test]
fn three_equal_values_have_the_entropy_of_three() {
    for count in 1..50 {
        let lists = ([0_u32, 1, 2].repeat(count), Vec::new());
        let model = EntropyLDiversity { column: column(), l: 3.0 };
        assert!(model.holds(measured(&model, &lists)), "{count}");
    }
}
