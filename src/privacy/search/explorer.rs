//! Looks at nodes: rolls up their classes, judges them, and keeps the best.

use std::rc::Rc;

use super::classes::facts::{ClassLimit, NodeFacts};
use super::classes::microdata::Microdata;
use super::classes::packed::PackedCode;
use super::classes::table::ClassTable;
use super::lattice::is_below;
use super::scoring::{Rank, Scoring};
use crate::privacy::utility::metric::Metric;

/// Whoever waits for a search.
pub trait SearchObserver {
    /// Whether there is time to look at another node.
    fn may_go_on(&self) -> bool;
    /// So many nodes were looked at.
    fn looked_at(&self, nodes: u64);
}

/// A node that satisfies, and what it costs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Solution {
    /// The level of each column.
    pub levels: Vec<u8>,
    /// Its classes.
    pub facts: NodeFacts,
    /// By the metric that was asked for; the less the better. For loss, before the root
    /// is taken.
    pub score: f64,
    /// Loss, with what is suppressed.
    pub loss: f64,
    /// Non-uniform entropy.
    pub non_uniform_entropy: f64,
    /// Discernibility.
    pub discernibility: u128,
    /// Precision.
    pub precision: f64,
}

impl Solution {
    pub(crate) fn rank(&self) -> Rank {
        Rank { score: self.score, levels: self.levels.clone() }
    }
}

/// What a look at a node gave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// What it costs; `None` where it does not satisfy.
    pub(crate) score: Option<f64>,
    pub(crate) suppressed: u64,
    /// What nodes above it cost at least.
    pub(crate) least: f64,
}

/// Entries of the tables that are kept to roll up others from.
const KEPT_ENTRIES: usize = 4_000_000;

/// How many of them; to find the smallest, all are compared with a node.
const KEPT_TABLES: usize = 256;

/// The nodes looked at in one search.
pub(crate) struct Explorer<'a, P> {
    pub(crate) data: &'a Microdata<P>,
    pub(crate) scoring: Scoring,
    pub(crate) limit: ClassLimit,
    observer: &'a dyn SearchObserver,
    /// Tables by their nodes, the latest last.
    kept: Vec<(Vec<u8>, Rc<ClassTable<P>>)>,
    kept_entries: usize,
    best: Option<Solution>,
    /// Nodes of which none costs more and suppresses more than another.
    front: Vec<Solution>,
    looked_at: u64,
}

impl<'a, P: PackedCode> Explorer<'a, P> {
    pub(crate) fn new(
        data: &'a Microdata<P>,
        metric: Metric,
        limit: ClassLimit,
        observer: &'a dyn SearchObserver,
    ) -> Self {
        let scoring = Scoring::new(metric, data);
        Self {
            data,
            scoring,
            limit,
            observer,
            kept: Vec::new(),
            kept_entries: 0,
            best: None,
            front: Vec::new(),
            looked_at: 0,
        }
    }

    pub(crate) fn may_go_on(&self) -> bool {
        self.observer.may_go_on()
    }

    /// The best node so far.
    pub(crate) fn best_rank(&self) -> Option<Rank> {
        self.best.as_ref().map(Solution::rank)
    }

    /// Whether neither this node nor one above it can be better than the best.
    pub(crate) fn is_hopeless(&self, levels: &[u8], least: f64) -> bool {
        self.best.as_ref().is_some_and(|best| !Rank { score: least, levels: levels.to_vec() }.is_before(&best.rank()))
    }

    /// Rolls up a node's classes from the smallest table that is kept of a node below,
    /// and judges it.
    pub(crate) fn look(&mut self, levels: &[u8]) -> Look {
        let below = self.kept.iter().filter(|(node, _)| is_below(node, levels)).min_by_key(|(_, table)| table.len());
        let bottom = self.data.lattice.bottom();
        let (node, table) = below.map_or((&bottom, &self.data.bottom), |(node, table)| (node, table.as_ref()));
        let rolled_up = self.data.roll_up(table, node, levels);
        let is_worth_keeping = rolled_up.len() < table.len() / 8 * 7;
        self.count_look();
        let look = self.judge(levels, &rolled_up);
        if is_worth_keeping {
            self.keep(levels, rolled_up);
        }
        look
    }

    fn keep(&mut self, levels: &[u8], table: ClassTable<P>) {
        self.kept_entries += table.len();
        self.kept.push((levels.to_vec(), Rc::new(table)));
        while self.kept.len() > KEPT_TABLES || self.kept_entries > KEPT_ENTRIES {
            let (_, oldest) = self.kept.remove(0);
            self.kept_entries -= oldest.len();
        }
    }

    /// Another node is looked at.
    pub(crate) fn count_look(&mut self) {
        self.looked_at += 1;
        self.observer.looked_at(self.looked_at);
    }

    /// Judges a node whose classes these are.
    pub(crate) fn judge(&mut self, levels: &[u8], table: &ClassTable<P>) -> Look {
        let facts = NodeFacts::of(table, self.limit.k);
        let least = self.scoring.least_of(levels, &facts);
        if !facts.satisfies(self.limit) {
            return Look { score: None, suppressed: facts.suppressed, least };
        }
        // What is suppressed has to be weighed for loss, and for what is shown.
        let product = self.scoring.is_by_loss().then(|| self.product(levels, table));
        let score = self.scoring.score(levels, &facts, product.unwrap_or_default());
        let rank = Rank { score, levels: levels.to_vec() };
        let is_best = self.best.as_ref().is_none_or(|best| rank.is_before(&best.rank()));
        let is_beside = |other: &Solution| facts.suppressed < other.facts.suppressed || rank.is_before(&other.rank());
        if self.front.iter().all(is_beside) {
            let product = product.unwrap_or_else(|| self.product(levels, table));
            let solution = self.solved(rank.clone(), facts, product);
            self.front.retain(|other| other.facts.suppressed < facts.suppressed || other.rank().is_before(&rank));
            self.front.push(solution.clone());
            if is_best {
                self.best = Some(solution);
            }
        }
        Look { score: Some(score), suppressed: facts.suppressed, least }
    }

    /// What a node costs, if it satisfies.
    pub(crate) fn solution(&self, levels: &[u8], table: &ClassTable<P>) -> Option<Solution> {
        let facts = NodeFacts::of(table, self.limit.k);
        facts.satisfies(self.limit).then(|| {
            let product = self.product(levels, table);
            let rank = Rank { score: self.scoring.score(levels, &facts, product), levels: levels.to_vec() };
            self.solved(rank, facts, product)
        })
    }

    fn product(&self, levels: &[u8], table: &ClassTable<P>) -> f64 {
        self.scoring.product_of(self.data, levels, table, self.limit.k)
    }

    fn solved(&self, Rank { score, levels }: Rank, facts: NodeFacts, product: f64) -> Solution {
        Solution {
            score,
            loss: self.scoring.loss(product),
            non_uniform_entropy: self.scoring.entropy(&levels),
            discernibility: self.scoring.discernibility(&facts),
            precision: self.scoring.precision(&levels),
            levels,
            facts,
        }
    }

    /// What was found.
    pub(crate) fn finish(self, is_proven: bool) -> Found {
        let mut others = self.front;
        others.retain(|other| self.best.as_ref().is_some_and(|best| best.levels != other.levels));
        others.sort_by(|left, right| left.rank().compare(&right.rank()));
        Found { best: self.best, others, nodes: self.data.lattice.nodes(), looked_at: self.looked_at, is_proven }
    }
}

/// The result of a search.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Found {
    /// The node that costs least; `None` where none that was looked at satisfies.
    pub best: Option<Solution>,
    /// Of the others that were looked at: those which suppress less than every node
    /// that costs less.
    pub others: Vec<Solution>,
    /// The nodes of the lattice.
    pub nodes: u128,
    /// Those whose classes were rolled up.
    pub looked_at: u64,
    /// Whether no node can be better; and where there is none, that none satisfies.
    pub is_proven: bool,
}
