//! What a node costs by a metric, and what it costs at least, before its classes are
//! known.

use std::cmp::Ordering;

use super::classes::facts::NodeFacts;
use super::classes::microdata::Microdata;
use super::classes::packed::PackedCode;
use super::classes::quasi_column::QuasiColumn;
use super::classes::table::ClassTable;
use super::lattice::height;
use crate::privacy::utility::metric::Metric;
use crate::privacy::utility::{discernibility, entropy, loss, precision};

/// What a node costs, and the order among nodes that cost the same: the lower one, and
/// then the one whose first column is lower. So the answer does not depend on the
/// order in which nodes are looked at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rank {
    pub(crate) score: f64,
    pub(crate) levels: Vec<u8>,
}

impl Rank {
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let by_score = self.score.total_cmp(&other.score);
        by_score
            .then_with(|| height(&self.levels).cmp(&height(&other.levels)))
            .then_with(|| self.levels.cmp(&other.levels))
    }

    pub(crate) fn is_before(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Less
    }
}

/// What each level of each column costs.
#[derive(Debug)]
pub(crate) struct Scoring {
    metric: Metric,
    tops: Vec<u8>,
    records: u64,
    /// By column and level, the leaves under the values of all records.
    leaves: Vec<Vec<u128>>,
    entropy: Vec<Vec<f64>>,
    all_leaves: Vec<u32>,
}

impl Scoring {
    pub(crate) fn new<P: PackedCode>(metric: Metric, data: &Microdata<P>) -> Self {
        let columns = &data.columns;
        let mut scoring = Self {
            metric,
            tops: data.lattice.top().to_vec(),
            records: data.bottom.records(),
            leaves: Vec::with_capacity(columns.len()),
            entropy: Vec::with_capacity(columns.len()),
            all_leaves: columns.iter().map(QuasiColumn::all_leaves).collect(),
        };
        for (number, column) in columns.iter().enumerate() {
            let mut raw = vec![0_u64; column.values()];
            let field = data.packing.field(number);
            for class in data.bottom.classes() {
                raw[class.key.code(field) as usize] += u64::from(class.records);
            }
            let levels = 0..=column.top();
            let leaves_at = |level: u8| {
                let leaves = column.leaves(level);
                let codes = raw.iter().zip(column.codes(level));
                codes.map(|(records, code)| u128::from(*records) * u128::from(leaves[*code as usize])).sum()
            };
            scoring.leaves.push(levels.clone().map(leaves_at).collect());
            // What is rounded must not make a higher level cheaper than a lower one.
            let mut least = 0.0_f64;
            let entropy_at = |level: u8| {
                least = least.max(entropy::of_column(&raw, column.codes(level)));
                least
            };
            scoring.entropy.push(levels.map(entropy_at).collect());
        }
        scoring
    }

    /// Whether the metric is loss.
    pub(crate) fn is_by_loss(&self) -> bool {
        self.metric == Metric::Loss
    }

    /// What the node costs at least, and no node above it costs less. Of discernibility
    /// nothing is known before the classes are.
    pub(crate) fn least(&self, levels: &[u8]) -> f64 {
        match self.metric {
            Metric::Loss => self.product(levels, |_| 0),
            Metric::NonUniformEntropy => self.entropy(levels),
            Metric::Discernibility => 0.0,
            Metric::Precision => precision::lost(levels, &self.tops),
        }
    }

    /// The same once the classes are known.
    pub(crate) fn least_of(&self, levels: &[u8], facts: &NodeFacts) -> f64 {
        match self.metric {
            Metric::Discernibility => as_score(facts.all_squares),
            _ => self.least(levels),
        }
    }

    /// What the node costs, of its classes and of its loss as a product.
    pub(crate) fn score(&self, levels: &[u8], facts: &NodeFacts, product: f64) -> f64 {
        match self.metric {
            Metric::Loss => product,
            Metric::NonUniformEntropy | Metric::Precision => self.least(levels),
            Metric::Discernibility => as_score(self.discernibility(facts)),
        }
    }

    /// The loss of a node before the root is taken: the order is the same, and of equal
    /// sums of leaves it is the same number. `hidden` are the leaves that suppressed
    /// records have in a column beyond those under their values.
    pub(crate) fn product(&self, levels: &[u8], hidden: impl Fn(usize) -> u128) -> f64 {
        let columns = levels.iter().zip(&self.leaves).zip(&self.all_leaves).enumerate();
        let losses = columns.map(|(number, ((level, leaves), all_leaves))| {
            loss::of_column(leaves[usize::from(*level)] + hidden(number), self.records, *all_leaves)
        });
        losses.fold(1.0, |product, loss| product * (1.0 + loss))
    }

    /// The same, where records are suppressed in classes of fewer than `k`.
    pub(crate) fn product_of<P: PackedCode>(
        &self,
        data: &Microdata<P>,
        levels: &[u8],
        table: &ClassTable<P>,
        k: u32,
    ) -> f64 {
        let small: Vec<(P, u32)> =
            table.people().filter(|(_, people)| *people < k).map(|(class, _)| (class.key, class.records)).collect();
        let hidden = |number: usize| {
            let (column, field) = (&data.columns[number], data.packing.field(number));
            let (leaves, all) = (column.leaves(levels[number]), column.all_leaves());
            let mut hidden = 0;
            for (key, records) in &small {
                hidden += u64::from(*records) * u64::from(all - leaves[key.code(field) as usize]);
            }
            u128::from(hidden)
        };
        self.product(levels, hidden)
    }

    /// Loss, of its product.
    pub(crate) fn loss(&self, product: f64) -> f64 {
        loss::of_product(product, self.tops.len())
    }

    pub(crate) fn entropy(&self, levels: &[u8]) -> f64 {
        levels.iter().zip(&self.entropy).map(|(level, column)| column[usize::from(*level)]).sum()
    }

    pub(crate) fn precision(&self, levels: &[u8]) -> f64 {
        1.0 - precision::lost(levels, &self.tops)
    }

    pub(crate) fn discernibility(&self, facts: &NodeFacts) -> u128 {
        discernibility::of_classes(facts.squares, facts.suppressed, self.records)
    }
}

/// Exact for fewer than 94 million records; of more, nodes may be told apart no longer
/// that differ in the sixteenth digit.
#[expect(clippy::cast_precision_loss, reason = "rounding keeps the order")]
fn as_score(discernibility: u128) -> f64 {
    discernibility as f64
}
