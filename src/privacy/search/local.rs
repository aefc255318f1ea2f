//! Local recoding: records that the best node suppresses are searched once more, by
//! themselves, for levels at which some of them can be kept; and again, until that
//! brings nothing.
//!
//! A class of a later round holds at least k people by itself, so the whole is as
//! k-anonymous as the first round. But a column then has values of several levels.

use super::classes::facts::ClassLimit;
use super::classes::microdata::Microdata;
use super::classes::packed::PackedCode;
use super::explorer::{SearchObserver, Solution};
use super::optimum::search;
use crate::privacy::utility::loss;
use crate::privacy::utility::metric::Metric;

/// Nodes of one round at which it ends without being proven.
const NODES_A_ROUND: u64 = 100_000;

/// What local recoding keeps.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recoded {
    /// The rounds after the first, each of the records that those before suppress.
    pub rounds: Vec<Solution>,
    /// Records that are suppressed in the end.
    pub suppressed: u64,
    /// Loss of all records after the first round.
    pub loss_before: f64,
    /// Loss of all records in the end.
    pub loss: f64,
}

/// Ends each round after so many nodes.
struct OneRound<'a> {
    observer: &'a dyn SearchObserver,
    looked_at: std::cell::Cell<u64>,
}

impl SearchObserver for OneRound<'_> {
    fn may_go_on(&self) -> bool {
        self.looked_at.get() < NODES_A_ROUND && self.observer.may_go_on()
    }

    fn looked_at(&self, nodes: u64) {
        self.looked_at.set(nodes);
        self.observer.looked_at(nodes);
    }
}

/// Recodes what `first` suppresses in classes of fewer than `k`.
pub(crate) fn recode<P: PackedCode>(
    data: &Microdata<P>,
    first: &Solution,
    k: u32,
    observer: &dyn SearchObserver,
) -> Recoded {
    let mut leaves = vec![0_u128; data.columns.len()];
    let mut rounds: Vec<Solution> = Vec::new();
    let mut rest = data.with_bottom(data.bottom.clone());
    let mut levels = first.levels.clone();
    loop {
        let table = rest.roll_up(&rest.bottom, &rest.lattice.bottom(), &levels);
        let mut small: Vec<P> = Vec::new();
        for (class, people) in table.people() {
            if people < k {
                small.push(class.key);
                continue;
            }
            for (number, (leaves, column)) in leaves.iter_mut().zip(&data.columns).enumerate() {
                let code = class.key.code(data.packing.field(number));
                *leaves += u128::from(class.records) * u128::from(column.leaves(levels[number])[code as usize]);
            }
        }
        let left = rest.bottom.only(|key| small.binary_search(&rest.key_at(key, &levels)).is_ok());
        rest = rest.with_bottom(left);
        if rest.bottom.classes().is_empty() || !observer.may_go_on() {
            break;
        }
        let limit = ClassLimit { k, max_suppressed: rest.bottom.records() };
        let one_round = OneRound { observer, looked_at: std::cell::Cell::new(0) };
        // Of the others only this metric counts suppressed records as more than kept ones.
        let best = search(&rest, Metric::Loss, limit, &one_round).best;
        match best.filter(|best| best.facts.kept > 0) {
            Some(best) => {
                levels.clone_from(&best.levels);
                rounds.push(best);
            }
            None => break,
        }
    }
    let (all, suppressed) = (data.bottom.records(), rest.bottom.records());
    let product = leaves.iter().zip(&data.columns).fold(1.0, |product, (kept, column)| {
        let leaves = kept + u128::from(suppressed) * u128::from(column.all_leaves());
        product * (1.0 + loss::of_column(leaves, all, column.all_leaves()))
    });
    Recoded { rounds, suppressed, loss_before: first.loss, loss: loss::of_product(product, leaves.len()) }
}
