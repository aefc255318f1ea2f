//! Which columns tell records apart, before anything is generalised.
//!
//! Motwani and Xu, Efficient algorithms for masking and finding quasi-identifiers
//! (2007): α-distinction and α-separation of a set of columns.

use crate::privacy::class_sizes::ClassSizes;

/// α-separation: pairs that differ, of all pairs. 0 where there is no pair.
#[expect(clippy::cast_precision_loss, reason = "a measure; counts are exact up to 2⁵³")]
pub(crate) fn separation(sizes: &ClassSizes) -> f64 {
    let pairs = |size: u64| u128::from(size) * u128::from(size.saturating_sub(1)) / 2;
    let all = pairs(sizes.persons());
    let alike: u128 = sizes.iter().map(|(size, classes)| pairs(size) * u128::from(classes)).sum();
    if all == 0 { 0.0 } else { (all - alike) as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Of five people, by age, sex and state.
    const PEOPLE: [[&str; 3]; 5] =
        [["20", "F", "CA"], ["30", "F", "CA"], ["40", "F", "TX"], ["20", "M", "NY"], ["40", "M", "CA"]];

    fn measured(columns: &[usize]) -> (f64, f64) {
        let mut classes: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
        for person in PEOPLE {
            *classes.entry(columns.iter().map(|column| person[*column]).collect()).or_default() += 1;
        }
        let mut sizes = ClassSizes::default();
        classes.values().for_each(|size| sizes.add(*size));
        // α-distinction, different values among all, is the average risk.
        (sizes.average_risk(), separation(&sizes))
    }

    #[test]
    fn the_worked_example_of_the_paper() {
        assert_eq!(measured(&[1]), (0.4, 0.6));
        assert_eq!(measured(&[2]), (0.6, 0.7));
        assert_eq!(measured(&[0]), (0.6, 0.8));
        assert_eq!(measured(&[1, 2]), (0.8, 0.9));
        for others in [&[0, 1][..], &[0, 2], &[0, 1, 2]] {
            assert_eq!(measured(others), (1.0, 1.0));
        }
        assert_eq!(separation(&ClassSizes::default()), 0.0);
    }
}
