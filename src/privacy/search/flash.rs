//! Which nodes satisfy, by monotonicity: a node above one that satisfies does, too, and
//! a node below one that does not does not either.
//!
//! Kohlmayer, Prasser, Eckert, Kemper and Kuhn, Flash: efficient, stable and optimal
//! k-anonymity (PASSAT 2012). From each node not yet known, from the bottom up, a path
//! is built greedily to the top and searched by bisection for the lowest node that
//! satisfies. What lies above a node that does not is tried first.

use super::classes::packed::PackedCode;
use super::explorer::Explorer;
use super::lattice::{below, height};
use super::scoring::Rank;

/// What is known of each node.
pub(crate) struct NodeTags {
    tags: Vec<Known>,
    looked_at: Vec<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    Satisfies,
    Fails,
}

impl NodeTags {
    /// Whether the classes of the node of this number were looked at.
    pub(crate) fn is_looked_at(&self, number: usize) -> bool {
        self.looked_at[number]
    }

    /// Whether the node of this number is known to fail.
    pub(crate) fn fails(&self, number: usize) -> bool {
        self.tags[number] == Known::Fails
    }
}

/// Tags every node that could be better than the best that is found. `None` if the time
/// is over before.
pub(crate) fn flash<P: PackedCode>(explorer: &mut Explorer<'_, P>) -> Option<NodeTags> {
    let lattice = explorer.data.lattice.clone();
    let nodes = usize::try_from(lattice.nodes()).ok()?;
    let mut tags = NodeTags { tags: vec![Known::Nothing; nodes], looked_at: vec![false; nodes] };
    let mut order: Vec<Rank> = (0..nodes)
        .map(|number| {
            let levels = lattice.node(number);
            Rank { score: explorer.scoring.least(&levels), levels }
        })
        .collect();
    order.sort_by(|left, right| height(&left.levels).cmp(&height(&right.levels)).then_with(|| left.compare(right)));
    let mut waiting: Vec<Rank> = Vec::new();
    for Rank { levels, .. } in order {
        explore(explorer, &mut tags, levels, &mut waiting)?;
        // The cheapest first.
        while let Some(at) = cheapest(&waiting) {
            let Rank { levels, .. } = waiting.swap_remove(at);
            let mut above: Vec<Rank> =
                lattice.above(&levels).map(|levels| Rank { score: explorer.scoring.least(&levels), levels }).collect();
            above.sort_by(Rank::compare);
            for Rank { levels, .. } in above {
                explore(explorer, &mut tags, levels, &mut waiting)?;
            }
        }
    }
    Some(tags)
}

fn cheapest(waiting: &[Rank]) -> Option<usize> {
    (0..waiting.len()).min_by(|left, right| waiting[*left].compare(&waiting[*right]))
}

/// Builds a path from a node and searches it.
fn explore<P: PackedCode>(
    explorer: &mut Explorer<'_, P>,
    tags: &mut NodeTags,
    from: Vec<u8>,
    failed: &mut Vec<Rank>,
) -> Option<()> {
    let data = explorer.data;
    let lattice = &data.lattice;
    let is_open = |explorer: &Explorer<'_, P>, tags: &NodeTags, levels: &[u8]| {
        tags.tags[lattice.number(levels)] == Known::Nothing
            && !explorer.is_hopeless(levels, explorer.scoring.least(levels))
    };
    if !is_open(explorer, tags, &from) {
        return Some(());
    }
    let mut path = vec![Rank { score: explorer.scoring.least(&from), levels: from }];
    while let Some(last) = path.last() {
        let above = lattice.above(&last.levels).filter(|levels| is_open(explorer, tags, levels));
        let above = above.map(|levels| Rank { score: explorer.scoring.least(&levels), levels });
        let Some(next) = above.min_by(Rank::compare) else { break };
        path.push(next);
    }
    let (mut low, mut high) = (0, path.len());
    while low < high {
        if !explorer.may_go_on() {
            return None;
        }
        let middle = low.midpoint(high);
        let node = &path[middle];
        tags.looked_at[lattice.number(&node.levels)] = true;
        if explorer.look(&node.levels).score.is_some() {
            tag(tags, lattice.number(&node.levels), Known::Satisfies, |number| {
                lattice.above(&lattice.node(number)).map(|levels| lattice.number(&levels)).collect()
            });
            high = middle;
        } else {
            tag(tags, lattice.number(&node.levels), Known::Fails, |number| {
                below(&lattice.node(number)).map(|levels| lattice.number(&levels)).collect()
            });
            failed.push(node.clone());
            low = middle + 1;
        }
    }
    Some(())
}

/// Tags a node, and all that follow from it.
fn tag(tags: &mut NodeTags, number: usize, known: Known, next: impl Fn(usize) -> Vec<usize>) {
    let mut to_do = vec![number];
    while let Some(number) = to_do.pop() {
        if tags.tags[number] == Known::Nothing {
            tags.tags[number] = known;
            to_do.extend(next(number));
        }
    }
}
