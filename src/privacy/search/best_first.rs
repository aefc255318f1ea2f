//! Lattices too large to be searched whole: from good nodes to better ones, while there
//! is time.
//!
//! First up from the bottom, each time by the column that brings the most records into
//! classes for what it costs, until a node satisfies; then down again as long as that
//! is better; the same from the top. Then the neighbours of the best node whose
//! neighbours were not yet looked at, again and again: a level lower, a level higher,
//! and one column lower with another higher, which leads from one minimum to the next.
//! In between it starts anew from the best node, some columns lowered and others raised
//! at random, as far as a bisection says that they must be. The numbers drawn are the
//! same each time. What is found is not proven to be the best.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};

use super::classes::packed::PackedCode;
use super::explorer::Explorer;
use super::lattice::{below, is_below, lowered, raised};
use super::scoring::Rank;

/// Nodes that are remembered as looked at; then the search ends.
const MOST_SEEN: usize = 2_000_000;

/// Failing nodes that are remembered, to know others by.
const MOST_FAILING: usize = 512;

/// Nodes whose neighbours are looked at between two starts.
const BETWEEN_STARTS: usize = 20;

/// Starts after which the search ends if none of them found a better node.
const VAIN_STARTS: u32 = 5_000;

/// A satisfying node whose neighbours wait; the best comes first.
#[derive(Debug, PartialEq)]
struct Unexpanded(Rank);

impl Eq for Unexpanded {}

impl Ord for Unexpanded {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.compare(&self.0)
    }
}

impl PartialOrd for Unexpanded {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Neighbourhood<'e, 'a, P> {
    explorer: &'e mut Explorer<'a, P>,
    seen: HashSet<Vec<u8>>,
    /// Nodes that fail, none below another.
    failing: Vec<Vec<u8>>,
    next: BinaryHeap<Unexpanded>,
    draws: Draws,
}

/// Numbers that look random and are the same each time: `SplitMix64`, of Vigna (2015).
struct Draws(u64);

impl Draws {
    /// A number below `end`; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

/// Searches until nothing is left to try or the time is over. Gives whether the answer
/// is proven, which it is only where no node satisfies.
pub(crate) fn best_first<P: PackedCode>(explorer: &mut Explorer<'_, P>) -> bool {
    let top = explorer.data.lattice.top().to_vec();
    // The top is the last to satisfy.
    let Some(score) = explorer.look(&top).score else { return true };
    let mut search =
        Neighbourhood { explorer, seen: HashSet::new(), failing: Vec::new(), next: BinaryHeap::new(), draws: Draws(1) };
    let _is_over = search.run(Rank { score, levels: top });
    false
}

impl<P: PackedCode> Neighbourhood<'_, '_, P> {
    /// `None` when the time is over.
    fn run(&mut self, top: Rank) -> Option<()> {
        if let Some(low) = self.ascend()? {
            self.descend(low)?;
        }
        self.descend(top)?;
        self.next.extend(self.explorer.best_rank().map(Unexpanded));
        let mut vain = 0;
        while vain < VAIN_STARTS {
            let before = self.explorer.best_rank();
            for _ in 0..BETWEEN_STARTS {
                let Some(Unexpanded(Rank { levels, .. })) = self.next.pop() else { break };
                for neighbour in self.neighbours(&levels) {
                    self.look(&neighbour)?;
                }
            }
            self.start_anew()?;
            vain = if self.explorer.best_rank() == before { vain + 1 } else { 0 };
        }
        Some(())
    }

    /// From the best node, or from the bottom, to another that satisfies, and down.
    fn start_anew(&mut self) -> Option<()> {
        let tops = self.explorer.data.lattice.top().to_vec();
        let mut levels = match self.explorer.best_rank() {
            Some(best) if self.draws.below(4) > 0 => best.levels,
            _ => self.explorer.data.lattice.bottom(),
        };
        let lowered: Vec<usize> = (0..=self.draws.below(3)).map(|_| self.draws.below(tops.len())).collect();
        for column in &lowered {
            levels[*column] = u8::try_from(self.draws.below(usize::from(levels[*column]) + 1)).unwrap_or(0);
        }
        // Up in some order of columns, each by as many levels as are drawn, while that
        // can be better than the best.
        let mut path = vec![levels.clone()];
        loop {
            let free: Vec<usize> =
                (0..tops.len()).filter(|column| levels[*column] < tops[*column] && !lowered.contains(column)).collect();
            let Some(column) = free.get(self.draws.below(free.len())) else { break };
            let by = 1 + self.draws.below(usize::from(tops[*column] - levels[*column]));
            for _ in 0..by {
                levels[*column] += 1;
                path.push(levels.clone());
            }
        }
        let is_hopeless = |levels: &Vec<u8>| self.explorer.is_hopeless(levels, self.explorer.scoring.least(levels));
        let end = path.iter().position(is_hopeless).unwrap_or(path.len());
        path.truncate(end);
        let Some(last) = path.last() else { return Some(()) };
        let Some(mut found) = self.try_node(last)? else { return Some(()) };
        let (mut low, mut high) = (0, path.len() - 1);
        while low < high {
            let middle = low.midpoint(high);
            match self.try_node(&path[middle])? {
                Some(rank) => (found, high) = (rank, middle),
                None => low = middle + 1,
            }
        }
        self.descend(found)
    }

    /// What a node costs, if it satisfies, also if it was looked at before; the outer
    /// `None` when the time is over.
    #[expect(clippy::option_option, reason = "the outer one ends the search, by `?`")]
    fn try_node(&mut self, levels: &[u8]) -> Option<Option<Rank>> {
        if !self.explorer.may_go_on() || self.seen.len() >= MOST_SEEN {
            return None;
        }
        if self.failing.iter().any(|failing| is_below(levels, failing)) {
            return Some(None);
        }
        self.seen.insert(levels.to_vec());
        let score = self.explorer.look(levels).score;
        if score.is_none() {
            self.remember_failing(levels);
        }
        Some(score.map(|score| Rank { score, levels: levels.to_vec() }))
    }

    /// What a node costs, if it satisfies and was not looked at before; the outer `None` when
    /// the time is over.
    #[expect(clippy::option_option, reason = "the outer one ends the search, by `?`")]
    fn look(&mut self, levels: &[u8]) -> Option<Option<f64>> {
        if !self.explorer.may_go_on() || self.seen.len() >= MOST_SEEN {
            return None;
        }
        let least = self.explorer.scoring.least(levels);
        if self.explorer.is_hopeless(levels, least)
            || self.failing.iter().any(|failing| is_below(levels, failing))
            || !self.seen.insert(levels.to_vec())
        {
            return Some(None);
        }
        let look = self.explorer.look(levels);
        match look.score {
            Some(score) => self.next.push(Unexpanded(Rank { score, levels: levels.to_vec() })),
            None => self.remember_failing(levels),
        }
        Some(look.score)
    }

    fn remember_failing(&mut self, levels: &[u8]) {
        self.failing.retain(|failing| !is_below(failing, levels));
        if self.failing.len() == MOST_FAILING {
            self.failing.remove(0);
        }
        self.failing.push(levels.to_vec());
    }

    /// Up from the bottom to a node that satisfies.
    #[expect(clippy::option_option, reason = "the outer one ends the search, by `?`")]
    fn ascend(&mut self) -> Option<Option<Rank>> {
        let data = self.explorer.data;
        let mut levels = data.lattice.bottom();
        let mut suppressed = {
            let look = self.explorer.look(&levels);
            if let Some(score) = look.score {
                return Some(Some(Rank { score, levels }));
            }
            look.suppressed
        };
        loop {
            if !self.explorer.may_go_on() {
                return None;
            }
            let cost = self.explorer.scoring.product(&levels, |_| 0);
            let mut best: Option<(f64, Vec<u8>, u64, Option<f64>)> = None;
            for above in data.lattice.above(&levels) {
                let look = self.explorer.look(&above);
                let dearer = self.explorer.scoring.product(&above, |_| 0) - cost;
                let gained = suppressed - look.suppressed.min(suppressed);
                #[expect(clippy::cast_precision_loss, reason = "a rate, to compare by")]
                let rate = (gained as f64 + 0.001) / dearer.max(1e-12);
                if best.as_ref().is_none_or(|(most, ..)| rate > *most) {
                    best = Some((rate, above, look.suppressed, look.score));
                }
            }
            let Some((_, above, left, score)) = best else { return Some(None) };
            self.seen.insert(above.clone());
            if let Some(score) = score {
                return Some(Some(Rank { score, levels: above }));
            }
            self.remember_failing(&above);
            (levels, suppressed) = (above, left);
        }
    }

    /// Down from a node as long as that is better, each time where it is best.
    fn descend(&mut self, from: Rank) -> Option<()> {
        let mut here = from;
        loop {
            let mut best = None;
            for levels in below(&here.levels) {
                if let Some(score) = self.look(&levels)? {
                    let rank = Rank { score, levels };
                    if best.as_ref().is_none_or(|best| rank.is_before(best)) {
                        best = Some(rank);
                    }
                }
            }
            match best {
                Some(rank) if rank.is_before(&here) => here = rank,
                _ => return Some(()),
            }
        }
    }

    fn neighbours(&self, levels: &[u8]) -> Vec<Vec<u8>> {
        let lattice = &self.explorer.data.lattice;
        let columns = 0..levels.len();
        let lower = below(levels);
        let swaps = columns.clone().filter(|low| levels[*low] > 0).flat_map(|low| {
            let lower = lowered(levels, low);
            let higher = columns.clone().filter(move |high| *high != low && levels[*high] < lattice.top()[*high]);
            higher.map(move |high| raised(&lower, high)).collect::<Vec<_>>()
        });
        lower.chain(swaps).chain(lattice.above(levels)).collect()
    }
}
