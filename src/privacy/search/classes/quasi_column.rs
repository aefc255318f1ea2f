//! One quasi-identifier as the search knows it: codes in place of values, and the code
//! of each at every level.

use thiserror::Error;

/// Why levels are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodeLevelsFault {
    /// There is no level, or no value.
    #[error("there are no levels, or no values")]
    Empty,
    /// Levels differ in how many values they generalise.
    #[error("levels generalise different numbers of values")]
    Uneven,
    /// Two values are one at a level, and two again above it.
    #[error("values that are one at level {0} are apart again above it")]
    NotNested(usize),
    /// A code is said to have more leaves than there are, or none.
    #[error("the leaves under a value of level {0} are none, or more than there are")]
    Leaves(usize),
}

/// The codes of one column at every level. Internally they are renumbered so that, at
/// each level, values with one parent lie together: then a generalised column is in
/// order where the column was, and classes can be rolled up by merging neighbours.
#[derive(Debug, Clone)]
pub struct QuasiColumn {
    /// The code, within, of a code as it was given.
    of_given: Vec<u32>,
    /// By level, the code at that level of each code of level 0.
    at: Vec<Vec<u32>>,
    /// By level, the leaves under each code.
    leaves: Vec<Vec<u32>>,
    all_leaves: u32,
}

impl QuasiColumn {
    /// A column of raw codes `0..n`: `levels[j][code]` is what a raw code is at level
    /// j, of which level 0 are the raw codes themselves; `leaves[j][c]` is how many leaves of the
    /// hierarchy lie under code c of level j, of `all_leaves`.
    ///
    /// # Errors
    /// [`CodeLevelsFault`], where this is no hierarchy.
    pub fn new(levels: &[Vec<u32>], leaves: &[Vec<u32>], all_leaves: u32) -> Result<Self, CodeLevelsFault> {
        let values = levels.first().map_or(0, Vec::len);
        if values == 0 || u32::try_from(values).is_err() {
            return Err(CodeLevelsFault::Empty);
        }
        if levels.len() != leaves.len() || levels.iter().any(|level| level.len() != values) {
            return Err(CodeLevelsFault::Uneven);
        }
        for (level, (codes, leaves)) in levels.iter().zip(leaves).enumerate() {
            let is_possible =
                |code: &u32| leaves.get(*code as usize).is_some_and(|leaves| *leaves > 0 && *leaves <= all_leaves);
            if !codes.iter().all(is_possible) {
                return Err(CodeLevelsFault::Leaves(level));
            }
        }
        let mut distinct = levels[0].clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() != values {
            return Err(CodeLevelsFault::NotNested(0));
        }
        for (level, (low, high)) in levels.iter().zip(&levels[1..]).enumerate() {
            let mut parents = vec![None; leaves[level].len()];
            for (low, high) in low.iter().zip(high) {
                if *parents[*low as usize].get_or_insert(*high) != *high {
                    return Err(CodeLevelsFault::NotNested(level));
                }
            }
        }
        let mut order: Vec<usize> = (0..values).collect();
        order.sort_by(|left, right| {
            let keys = levels.iter().rev().map(|level| (level[*left], level[*right]));
            keys.map(|(left, right)| left.cmp(&right)).find(|order| order.is_ne()).unwrap_or(left.cmp(right))
        });
        let mut of_given = vec![0; values];
        for (within, given) in (0_u32..).zip(&order) {
            of_given[*given] = within;
        }
        let mut column = Self {
            of_given,
            at: Vec::with_capacity(levels.len()),
            leaves: Vec::with_capacity(levels.len()),
            all_leaves,
        };
        for (level, under) in levels.iter().zip(leaves) {
            let mut codes: Vec<u32> = Vec::with_capacity(values);
            let mut of_code = Vec::new();
            let mut last = None;
            for given in &order {
                if last != Some(level[*given]) {
                    last = Some(level[*given]);
                    of_code.push(under[level[*given] as usize]);
                }
                // No more codes than values, which are counted in 32 bits.
                codes.push(u32::try_from(of_code.len()).unwrap_or(u32::MAX) - 1);
            }
            column.at.push(codes);
            column.leaves.push(of_code);
        }
        Ok(column)
    }

    /// The highest level.
    pub fn top(&self) -> u8 {
        u8::try_from(self.at.len() - 1).unwrap_or(u8::MAX)
    }

    /// Different values at level 0.
    pub(crate) fn values(&self) -> usize {
        self.of_given.len()
    }

    /// The code, within, of a code as it was given.
    pub(crate) fn within(&self, given: u32) -> Option<u32> {
        self.of_given.get(given as usize).copied()
    }

    /// The codes at a level, by the code at level 0.
    pub(crate) fn codes(&self, level: u8) -> &[u32] {
        &self.at[usize::from(level)]
    }

    /// The leaves under each code of a level.
    pub(crate) fn leaves(&self, level: u8) -> &[u32] {
        &self.leaves[usize::from(level)]
    }

    /// The leaves in all.
    pub(crate) fn all_leaves(&self) -> u32 {
        self.all_leaves
    }

    /// From each code of level `from` to its code at the higher level `to`.
    pub(crate) fn step(&self, from: u8, to: u8) -> Vec<u32> {
        let mut step = vec![0; self.leaves(from).len()];
        for (low, high) in self.codes(from).iter().zip(self.codes(to)) {
            step[*low as usize] = *high;
        }
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_with_one_parent_lie_together() {
        let levels = [vec![0, 1, 2, 3], vec![0, 1, 0, 1], vec![0; 4]];
        let leaves = [vec![1; 4], vec![2, 3], vec![5]];
        let column = QuasiColumn::new(&levels, &leaves, 5).unwrap();
        assert_eq!([0, 1, 2, 3].map(|given| column.within(given)), [Some(0), Some(2), Some(1), Some(3)]);
        assert_eq!(column.within(4), None);
        assert_eq!(column.codes(1), [0, 0, 1, 1]);
        assert_eq!(column.step(0, 1), [0, 0, 1, 1]);
        assert_eq!(column.step(1, 2), [0, 0]);
        assert_eq!(column.leaves(1), [2, 3]);
        assert_eq!(column.top(), 2);
    }

    #[test]
    fn what_is_no_hierarchy_is_refused() {
        let fault = |levels: &[Vec<u32>], leaves: &[Vec<u32>]| QuasiColumn::new(levels, leaves, 4).unwrap_err();
        assert_eq!(fault(&[], &[]), CodeLevelsFault::Empty);
        assert_eq!(fault(&[vec![0, 1], vec![0]], &[vec![1; 2], vec![2]]), CodeLevelsFault::Uneven);
        assert_eq!(fault(&[vec![0, 0]], &[vec![1]]), CodeLevelsFault::NotNested(0));
        let apart = [vec![0, 1, 2], vec![0, 0, 1], vec![0, 1, 1]];
        assert_eq!(fault(&apart, &[vec![1; 3], vec![2, 1], vec![1, 2]]), CodeLevelsFault::NotNested(1));
        assert_eq!(fault(&[vec![0, 1]], &[vec![1, 5]]), CodeLevelsFault::Leaves(0));
        assert_eq!(fault(&[vec![0, 1]], &[vec![1, 0]]), CodeLevelsFault::Leaves(0));
        assert_eq!(fault(&[vec![0, 2]], &[vec![1, 1]]), CodeLevelsFault::Leaves(0));
    }
}
