//! The ordered distance of t-closeness, of a table whose values are many: a class of v of
//! m values takes v·log m steps, where adding up all values takes m. Exact, for it counts
//! in whole numbers.

/// How often each value is in the table, in the order of the values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OrderedTable {
    /// Persons up to and with each value.
    up_to: Vec<u64>,
    /// The sums of these numbers before each value.
    sums: Vec<u128>,
}

impl OrderedTable {
    /// Takes the counts, each above 0.
    pub(crate) fn new(counts: &[u64]) -> Self {
        let (mut up_to, mut sums) = (Vec::with_capacity(counts.len()), Vec::with_capacity(counts.len() + 1));
        let (mut below, mut sum) = (0, 0);
        sums.push(0);
        for count in counts {
            below += count;
            sum += u128::from(below);
            up_to.push(below);
            sums.push(sum);
        }
        Self { up_to, sums }
    }

    /// Σᵢ|Σⱼ≤ᵢ(pⱼ − qⱼ)| / (m − 1) of a class with these counts by position, ascending.
    #[expect(clippy::cast_precision_loss, reason = "the last step; the sum before it is exact")]
    pub(crate) fn distance(&self, class: &[(u32, u64)]) -> f64 {
        let (Some(all), Some(steps)) = (self.up_to.last().copied(), self.up_to.len().checked_sub(1)) else {
            return 0.0;
        };
        let persons: u64 = class.iter().map(|(_, count)| count).sum();
        if steps == 0 || persons == 0 {
            return 0.0;
        }
        let (mut below, mut sum) = (0_u64, 0_u128);
        let ends = class.iter().skip(1).map(|(position, _)| *position as usize).chain([self.up_to.len()]);
        let first = class.first().map_or(0, |(position, _)| *position as usize);
        sum += self.of_run(0..first, 0, persons, all);
        for ((position, count), end) in class.iter().zip(ends) {
            below += count;
            sum += self.of_run(*position as usize..end, below, persons, all);
        }
        sum as f64 / (u128::from(persons) * u128::from(all)) as f64 / steps as f64
    }

    /// `Σ|below·all − up_to·persons|` over a run of positions, in which the class has no
    /// further value.
    fn of_run(&self, run: std::ops::Range<usize>, below: u64, persons: u64, all: u64) -> u128 {
        let own = u128::from(below) * u128::from(all);
        let persons = u128::from(persons);
        let Some(values) = self.up_to.get(run.clone()) else { return 0 };
        let turn = run.start + values.partition_point(|up_to| u128::from(*up_to) * persons <= own);
        let sum = |from: usize, to: usize| persons * (self.sums[to] - self.sums[from]);
        let (less, more) = ((turn - run.start) as u128 * own, (run.end - turn) as u128 * own);
        (less - sum(run.start, turn)) + (sum(turn, run.end) - more)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::name::OutputName;
    use crate::privacy::models::t_closeness::{Distance, TCloseness, ValueOrder};
    use crate::privacy::models::{ClassCounts, PrivacyModel as _, TableCounts};

    proptest! {
        /// It is the distance of the model.
        #[test]
        fn it_is_the_distance_that_the_model_measures(
            counts in prop::collection::vec((1_u64..50, 0_u64..5), 1..20),
        ) {
            let class: Vec<(u32, u64)> =
                (0..).zip(&counts).filter(|(_, (_, own))| *own > 0).map(|(at, (_, own))| (at, *own)).collect();
            prop_assume!(!class.is_empty());
            let table: Vec<u64> = counts.iter().map(|(others, own)| others + own).collect();
            let column = OutputName::parse("s").unwrap();
            let model = TCloseness { column, t: 0.0, distance: Distance::Ordered(ValueOrder::Natural) };
            let seen = ClassCounts { persons: 1, population: None, values: &class };
            let expected = model.measure(&seen, &TableCounts::new(table.clone()));
            let found = OrderedTable::new(&table).distance(&class);
            prop_assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn one_value_has_no_distance() {
        assert_eq!(OrderedTable::new(&[7]).distance(&[(0, 3)]), 0.0);
        assert_eq!(OrderedTable::default().distance(&[]), 0.0);
        assert_eq!(OrderedTable::new(&[1, 1]).distance(&[(0, 1)]), 0.5);
    }
}
