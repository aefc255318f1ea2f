//! The search itself: for the optimum where the lattice is small, else for a good node.

use super::best_first::best_first;
use super::classes::facts::ClassLimit;
use super::classes::microdata::Microdata;
use super::classes::packed::PackedCode;
use super::explorer::{Explorer, Found, SearchObserver};
use super::flash::flash;
use super::lattice::Lattice;
use super::walk::{Rest, walk};
use crate::privacy::utility::metric::Metric;

/// The most nodes of a lattice that is searched for the optimum.
const SEARCHED_WHOLE: u128 = 100_000;

/// Whether the optimum is searched, of columns of these highest levels.
pub(crate) fn is_searched_whole(tops: &[u8]) -> bool {
    Lattice::new(tops.to_vec()).nodes() <= SEARCHED_WHOLE
}

/// Searches for the node that costs least.
pub(crate) fn search<P: PackedCode>(
    data: &Microdata<P>,
    metric: Metric,
    limit: ClassLimit,
    observer: &dyn SearchObserver,
) -> Found {
    let mut explorer = Explorer::new(data, metric, limit, observer);
    if !is_searched_whole(data.lattice.top()) {
        let is_proven = best_first(&mut explorer);
        return explorer.finish(is_proven);
    }
    let Some(tags) = flash(&mut explorer) else { return explorer.finish(false) };
    // These two cost a node no more than what is known before its classes are, so
    // nothing that is satisfied and not yet looked at can be better.
    if metric.ignores_suppression() {
        return explorer.finish(true);
    }
    let is_whole = walk(data, &mut Rest { explorer: &mut explorer, tags: &tags }).is_some();
    explorer.finish(is_whole)
}
