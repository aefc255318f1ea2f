//! The classes of subsets of the quasi-identifiers: which columns find people.

use std::cmp::Ordering;

use super::super::class_sizes::ClassSizes;
use super::super::utility::separation::separation;

/// The classes that some of the columns make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SubsetSizes {
    /// The positions of the columns, ascending.
    pub(crate) columns: Vec<usize>,
    /// Their classes.
    pub(crate) sizes: ClassSizes,
}

impl SubsetSizes {
    /// α-distinction: different values among all.
    pub(crate) fn distinction(&self) -> f64 {
        self.sizes.average_risk()
    }

    /// α-separation: pairs that differ, of all pairs.
    pub(crate) fn separation(&self) -> f64 {
        separation(&self.sizes)
    }

    /// The most identifying first: by distinction, then by separation; of those that are
    /// equal the one of fewer columns, which is the worse news.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let by_value = other.distinction().total_cmp(&self.distinction());
        let by_value = by_value.then_with(|| other.separation().total_cmp(&self.separation()));
        by_value.then_with(|| (self.columns.len(), &self.columns).cmp(&(other.columns.len(), &other.columns)))
    }
}

/// All subsets of up to `most` of so many columns, small ones first, and all columns
/// together.
pub(crate) fn subsets(columns: usize, most: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut grown: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..most.min(columns) {
        let next = |subset: &Vec<usize>| {
            let from = subset.last().map_or(0, |last| last + 1);
            (from..columns).map(|column| [subset.as_slice(), &[column]].concat()).collect::<Vec<_>>()
        };
        grown = grown.iter().flat_map(next).collect();
        all.extend(grown.iter().cloned());
    }
    if most < columns {
        all.push((0..columns).collect());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_are_all_of_each_size_and_the_whole() {
        assert_eq!(subsets(2, 3), [vec![0], vec![1], vec![0, 1]]);
        assert_eq!(subsets(3, 1), [vec![0], vec![1], vec![2], vec![0, 1, 2]]);
        assert_eq!(subsets(9, 3).len(), 9 + 36 + 84 + 1);
        assert_eq!(subsets(1, 0), [[0]]);
        assert_eq!(subsets(4, 4).len(), 15);
    }

    #[test]
    fn what_identifies_most_comes_first() {
        let subset = |columns: &[usize], sizes: &[u64]| {
            let mut counted = ClassSizes::default();
            sizes.iter().for_each(|size| counted.add(*size));
            SubsetSizes { columns: columns.to_vec(), sizes: counted }
        };
        let mut found = [subset(&[0], &[2, 2]), subset(&[1], &[3, 1]), subset(&[0, 1], &[1; 4]), subset(&[2], &[1; 4])];
        found.sort_by(SubsetSizes::order);
        let columns: Vec<_> = found.iter().map(|subset| subset.columns.as_slice()).collect();
        assert_eq!(columns, [&[2][..], &[0, 1], &[0], &[1]]);
    }
}
