//! Walks through a lattice so that the classes of each node are rolled up from those of
//! a node just below, mostly by merging neighbours, with no more tables at a time than
//! there are columns.

use super::classes::microdata::Microdata;
use super::classes::packed::PackedCode;
use super::classes::table::ClassTable;
use super::explorer::Explorer;
use super::flash::NodeTags;

/// What to do above a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Onward {
    /// Go on.
    Up,
    /// No node above this one is wanted.
    NothingAbove,
}

/// Who is led through a lattice.
pub(crate) trait LatticeWalker<P> {
    /// Whether a node between these two may be wanted. All lie above the first, which
    /// is about to be rolled up, and below the second.
    fn wants(&mut self, lowest: &[u8], highest: &[u8]) -> NodesWanted;

    /// Is at a node; `None` ends the walk.
    fn visit(&mut self, levels: &[u8], table: &ClassTable<P>) -> Option<Onward>;
}

/// Whether nodes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NodesWanted {
    /// Some may be.
    Some,
    /// None of these.
    NoneHere,
    /// None above the first at all.
    NoneAbove,
}

/// Leads to every node that is wanted. `None` where the walker ended it.
pub(crate) fn walk<P: PackedCode>(data: &Microdata<P>, walker: &mut impl LatticeWalker<P>) -> Option<()> {
    let levels = data.lattice.bottom();
    match walker.wants(&levels, data.lattice.top()) {
        NodesWanted::Some => onward(data, walker, &levels, &data.bottom, 0).map(|_| ()),
        NodesWanted::NoneHere | NodesWanted::NoneAbove => Some(()),
    }
}

/// Visits the node, and those above it in which only columns from place `place` of the
/// order are higher. The order ends with the column that is cheapest to roll up, so
/// most steps are made in that.
fn onward<P: PackedCode>(
    data: &Microdata<P>,
    walker: &mut impl LatticeWalker<P>,
    levels: &[u8],
    table: &ClassTable<P>,
    place: usize,
) -> Option<Onward> {
    if walker.visit(levels, table)? == Onward::NothingAbove {
        return Some(Onward::NothingAbove);
    }
    let order = data.packing.order();
    let tops = data.lattice.top();
    for (place, column) in order.iter().enumerate().skip(place) {
        let mut lowest = levels.to_vec();
        let mut highest = levels.to_vec();
        for later in &order[place + 1..] {
            highest[*later] = tops[*later];
        }
        let mut last: Option<(Vec<u8>, ClassTable<P>)> = None;
        for level in levels[*column] + 1..=tops[*column] {
            lowest[*column] = level;
            highest[*column] = tops[*column];
            if walker.wants(&lowest, &highest) != NodesWanted::Some {
                break;
            }
            highest[*column] = level;
            let wanted = walker.wants(&lowest, &highest);
            if wanted == NodesWanted::NoneAbove {
                break;
            }
            let rolled_up = match &last {
                Some((from, table)) => data.roll_up(table, from, &lowest),
                None => data.roll_up(table, levels, &lowest),
            };
            if wanted == NodesWanted::Some
                && onward(data, walker, &lowest, &rolled_up, place + 1)? == Onward::NothingAbove
            {
                break;
            }
            last = Some((lowest.clone(), rolled_up));
        }
    }
    Some(Onward::Up)
}

/// Looks at every node that may be better than the best.
pub(crate) struct Rest<'e, 'a, P> {
    pub(crate) explorer: &'e mut Explorer<'a, P>,
    pub(crate) tags: &'e NodeTags,
}

impl<P: PackedCode> LatticeWalker<P> for Rest<'_, '_, P> {
    fn wants(&mut self, lowest: &[u8], highest: &[u8]) -> NodesWanted {
        if self.explorer.is_hopeless(lowest, self.explorer.scoring.least(lowest)) {
            NodesWanted::NoneAbove
        } else if self.tags.fails(self.explorer.data.lattice.number(highest)) {
            NodesWanted::NoneHere
        } else {
            NodesWanted::Some
        }
    }

    fn visit(&mut self, levels: &[u8], table: &ClassTable<P>) -> Option<Onward> {
        if !self.explorer.may_go_on() {
            return None;
        }
        if !self.tags.is_looked_at(self.explorer.data.lattice.number(levels)) {
            self.explorer.count_look();
        }
        let look = self.explorer.judge(levels, table);
        // Where nothing is suppressed a node costs the least it can, and those above
        // cost no less.
        let is_least = look.score.is_some() && look.suppressed == 0;
        let is_over = is_least || self.explorer.is_hopeless(levels, look.least);
        Some(if is_over { Onward::NothingAbove } else { Onward::Up })
    }
}
