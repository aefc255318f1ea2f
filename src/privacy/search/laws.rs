//! Laws of the search, on small random tables: it finds what looking at every node
//! finds, and rolled-up classes are those counted from the records.

#![expect(clippy::cast_precision_loss, reason = "small tables")]

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::classes::facts::ClassLimit;
use super::classes::quasi_column::QuasiColumn;
use super::explorer::{Found, SearchObserver, Solution};
use super::search_table::SearchTable;
use crate::privacy::utility::metric::Metric;

struct Unhurried;

impl SearchObserver for Unhurried {
    fn may_go_on(&self) -> bool {
        true
    }

    fn looked_at(&self, _: u64) {}
}

/// A table with its hierarchies as plain lists, for the naive count.
#[derive(Debug, Clone)]
struct Small {
    /// By column and level, what each raw code is.
    levels: Vec<Vec<Vec<u32>>>,
    /// By column and level, the leaves under each code.
    leaves: Vec<Vec<Vec<u32>>>,
    all_leaves: Vec<u32>,
    /// By column, the raw code of each record.
    codes: Vec<Vec<u32>>,
    subjects: Vec<u32>,
}

impl Small {
    fn table(&self, by_subject: bool) -> SearchTable {
        let columns = self.levels.iter().zip(&self.leaves).zip(&self.all_leaves);
        let columns = columns.map(|((levels, leaves), all)| QuasiColumn::new(levels, leaves, *all).unwrap());
        SearchTable::count(columns.collect(), &self.codes, by_subject.then_some(&self.subjects[..])).unwrap()
    }

    fn records(&self) -> usize {
        self.subjects.len()
    }

    /// The records of each class, counted from the records.
    fn classes(&self, node: &[u8]) -> Vec<Vec<usize>> {
        let mut classes: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
        for record in 0..self.records() {
            let class =
                |column: usize| self.levels[column][usize::from(node[column])][self.codes[column][record] as usize];
            classes.entry((0..node.len()).map(class).collect()).or_default().push(record);
        }
        classes.into_values().collect()
    }

    fn people(&self, class: &[usize], by_subject: bool) -> usize {
        if by_subject {
            class.iter().map(|record| self.subjects[*record]).collect::<BTreeSet<_>>().len()
        } else {
            class.len()
        }
    }

    fn nodes(&self) -> Vec<Vec<u8>> {
        self.levels.iter().fold(vec![Vec::new()], |nodes, levels| {
            let levels = 0..u8::try_from(levels.len()).unwrap();
            let longer = nodes.iter().flat_map(|node| levels.clone().map(|level| [&node[..], &[level]].concat()));
            longer.collect()
        })
    }

    /// Suppressed records and cost, by the definitions.
    fn cost(&self, node: &[u8], metric: Metric, k: usize, by_subject: bool) -> (usize, f64) {
        let records = self.records();
        let classes = self.classes(node);
        let (kept, small): (Vec<_>, Vec<_>) =
            classes.into_iter().partition(|class| self.people(class, by_subject) >= k);
        let suppressed = small.iter().map(Vec::len).sum();
        let tops: Vec<f64> = self.levels.iter().map(|levels| (levels.len() - 1) as f64).collect();
        let cost = match metric {
            Metric::Loss => {
                let of_column = |column: usize| {
                    let all = f64::from(self.all_leaves[column]);
                    let code = |record: usize| {
                        self.levels[column][usize::from(node[column])][self.codes[column][record] as usize]
                    };
                    let share = |record: usize| {
                        f64::from(self.leaves[column][usize::from(node[column])][code(record) as usize]) / all
                    };
                    let shares: f64 =
                        kept.iter().flatten().map(|record| share(*record)).sum::<f64>() + suppressed as f64;
                    let (n, least) = (records as f64, records as f64 / all);
                    if all > 1.0 { (shares - least) / (n - least) } else { 0.0 }
                };
                (0..node.len()).map(|column| of_column(column) + 1.0).product::<f64>().powf(1.0 / node.len() as f64)
                    - 1.0
            }
            Metric::NonUniformEntropy => {
                let of_column = |column: usize| {
                    let alike = |level: usize, record: usize| {
                        let codes = &self.levels[column][level];
                        let code = |record: usize| codes[self.codes[column][record] as usize];
                        (0..records).filter(|other| code(*other) == code(record)).count() as f64
                    };
                    let bits = |record| -(alike(0, record) / alike(usize::from(node[column]), record)).log2();
                    (0..records).map(bits).sum::<f64>()
                };
                (0..node.len()).map(of_column).sum()
            }
            Metric::Discernibility => {
                (kept.iter().map(|class| class.len().pow(2)).sum::<usize>() + suppressed * records) as f64
            }
            Metric::Precision => {
                let shares =
                    node.iter().zip(&tops).map(|(level, top)| if *top > 0.0 { f64::from(*level) / top } else { 0.0 });
                shares.sum::<f64>() / node.len() as f64
            }
        };
        (suppressed, cost)
    }
}

fn cost_of(solution: &Solution, metric: Metric) -> f64 {
    match metric {
        Metric::Loss => solution.loss,
        Metric::NonUniformEntropy => solution.non_uniform_entropy,
        Metric::Discernibility => solution.discernibility as f64,
        Metric::Precision => 1.0 - solution.precision,
    }
}

/// A column of some levels: at each, codes of the level below are put together.
fn column() -> impl Strategy<Value = (Vec<Vec<u32>>, Vec<Vec<u32>>, u32)> {
    (1_usize..6, 1_usize..4, 0_u32..3, any::<[u8; 12]>()).prop_map(|(values, height, unseen, parents)| {
        let mut levels = vec![(0..values as u32).collect::<Vec<u32>>()];
        let mut parents = parents.into_iter();
        for _ in 1..height {
            let below = levels.last().unwrap();
            let most = below.iter().max().unwrap() + 1;
            let wanted: Vec<u32> =
                (0..most).map(|_| u32::from(parents.next().unwrap_or(0)) % most.div_ceil(2)).collect();
            // Dense again.
            let mut dense: BTreeMap<u32, u32> = BTreeMap::new();
            for parent in &wanted {
                let next = dense.len() as u32;
                dense.entry(*parent).or_insert(next);
            }
            levels.push(below.iter().map(|code| dense[&wanted[*code as usize]]).collect());
        }
        let all = values as u32 + unseen;
        let leaves_of = |level: &Vec<u32>| {
            let mut leaves = vec![0; *level.iter().max().unwrap() as usize + 1];
            level.iter().for_each(|code| leaves[*code as usize] += 1);
            // Values that the data do not have lie under the last code.
            if levels[0] != *level {
                *leaves.last_mut().unwrap() += unseen;
            }
            leaves
        };
        let leaves = levels.iter().map(leaves_of).collect();
        (levels, leaves, all)
    })
}

fn small() -> impl Strategy<Value = Small> {
    (proptest::collection::vec(column(), 1..5), 1_usize..40).prop_flat_map(|(columns, records)| {
        let codes: Vec<_> =
            columns.iter().map(|(levels, ..)| proptest::collection::vec(0..levels[0].len() as u32, records)).collect();
        (Just(columns), codes, proptest::collection::vec(0_u32..12, records)).prop_map(|(columns, codes, subjects)| {
            let mut small = Small { levels: Vec::new(), leaves: Vec::new(), all_leaves: Vec::new(), codes, subjects };
            for (levels, leaves, all) in columns {
                // Leaves of values that were not seen count only where a level has them.
                small.levels.push(levels);
                small.leaves.push(leaves);
                small.all_leaves.push(all);
            }
            small
        })
    })
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * left.abs().max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn the_search_finds_the_best_of_all_nodes(
        small in small(),
        k in 1_usize..6,
        limit in prop_oneof![Just(0_usize), 0_usize..40],
        by_subject: bool,
    ) {
        let table = small.table(by_subject);
        for metric in Metric::ALL {
            let asked = ClassLimit { k: k as u32, max_suppressed: limit as u64 };
            let Found { best, nodes, looked_at, is_proven, .. } = table.search(metric, asked, &Unhurried);
            prop_assert!(is_proven && u128::from(looked_at) <= nodes);
            prop_assert_eq!(nodes, small.nodes().len() as u128);
            let costs = small.nodes().into_iter().map(|node| small.cost(&node, metric, k, by_subject));
            let least = costs.filter(|(suppressed, _)| *suppressed <= limit).map(|(_, cost)| cost).min_by(f64::total_cmp);
            match (&best, least) {
                (Some(best), Some(least)) => {
                    let found = cost_of(best, metric);
                    prop_assert!(close(found, least), "{:?}: {} is not {}", metric, found, least);
                    let (suppressed, cost) = small.cost(&best.levels, metric, k, by_subject);
                    prop_assert_eq!(best.facts.suppressed, suppressed as u64);
                    prop_assert!(close(found, cost));
                }
                (None, None) => {}
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn rolled_up_classes_are_those_counted_from_the_records(small in small(), by_subject: bool, k in 1_usize..6) {
        let table = small.table(by_subject);
        let limit = ClassLimit { k: k as u32, max_suppressed: u64::MAX };
        let mut walked = Vec::new();
        table.every_node(Metric::Loss, limit, &mut |node, solution| walked.push((node.to_vec(), solution.unwrap())));
        let mut nodes: Vec<_> = walked.iter().map(|(node, _)| node.clone()).collect();
        nodes.sort();
        prop_assert_eq!(nodes, small.nodes());
        for (node, solution) in walked {
            let classes = small.classes(&node);
            let people = |class: &Vec<usize>| small.people(class, by_subject);
            let mut expected: Vec<u64> = classes.iter().map(|class| people(class) as u64).collect();
            expected.sort_unstable();
            let sizes = table.sizes(&node, 0);
            let found: Vec<u64> = sizes.iter().flat_map(|(size, classes)| (0..classes).map(move |_| size)).collect();
            prop_assert_eq!(found, expected);
            let kept: Vec<_> = classes.iter().filter(|class| people(class) >= k).collect();
            prop_assert_eq!(solution.facts.classes, kept.len() as u64);
            prop_assert_eq!(solution.facts.kept, kept.iter().map(|class| class.len() as u64).sum::<u64>());
            let least = kept.iter().map(|class| people(class) as u32).min();
            prop_assert_eq!(solution.facts.people.map(|(least, _)| least), least);
        }
    }

    /// Whatever is recoded is in a class of k, and only gains.
    #[test]
    fn local_recoding_only_gains(small in small(), k in 1_usize..6, by_subject: bool) {
        let table = small.table(by_subject);
        let limit = ClassLimit { k: k as u32, max_suppressed: u64::MAX };
        let first = table.search(Metric::Loss, limit, &Unhurried).best.unwrap();
        let recoded = table.recode(&first, k as u32, &Unhurried);
        let kept: u64 = recoded.rounds.iter().map(|round| round.facts.kept).sum();
        prop_assert_eq!(kept + recoded.suppressed, first.facts.suppressed);
        prop_assert!(recoded.rounds.iter().all(|round| round.facts.people.is_some_and(|(least, _)| least >= k as u32)));
        prop_assert!(recoded.loss <= recoded.loss_before + 1e-12);
        prop_assert!(close(recoded.loss_before, first.loss));
        prop_assert_eq!(recoded.rounds.is_empty(), close(recoded.loss, recoded.loss_before) && kept == 0);
    }
}

/// A lattice of 4¹⁰ nodes is not searched whole; but with time enough what is found is
/// as good as what looking at every node of its columns by themselves gives.
#[test]
fn a_large_lattice_is_searched_from_good_nodes_to_better_ones() {
    let levels = |values: u32| -> Vec<Vec<u32>> {
        (0..4).map(|level| (0..values).map(|code| code >> level).collect()).collect()
    };
    let leaves = |levels: &[Vec<u32>]| -> Vec<Vec<u32>> {
        let count = |level: &Vec<u32>| {
            let mut leaves = vec![0; *level.iter().max().unwrap() as usize + 1];
            level.iter().for_each(|code| leaves[*code as usize] += 1);
            leaves
        };
        levels.iter().map(count).collect()
    };
    let columns: Vec<QuasiColumn> =
        (0..10).map(|_| QuasiColumn::new(&levels(8), &leaves(&levels(8)), 8).unwrap()).collect();
    // Two columns vary, the others do not: those may stay as they are.
    let codes: Vec<Vec<u32>> = (0..10_u32)
        .map(|column| {
            (0..64_u32)
                .map(|record| match column {
                    0 => record % 8,
                    1 => record / 8,
                    _ => 5,
                })
                .collect()
        })
        .collect();
    let table = SearchTable::count(columns, &codes, None).unwrap();
    let found = table.search(Metric::Loss, ClassLimit { k: 4, max_suppressed: 0 }, &Unhurried);
    assert!(!found.is_proven);
    assert_eq!(found.nodes, 1 << 20);
    let best = found.best.unwrap();
    assert_eq!(best.levels[2..], [0; 8]);
    assert_eq!(best.levels[..2].iter().sum::<u8>(), 2);
    assert_eq!(best.facts.people, Some((4, 4)));
    assert_eq!(table.search(Metric::Loss, ClassLimit { k: 65, max_suppressed: 0 }, &Unhurried).best, None);
}

/// Whoever has no time gets an answer that does not claim to be one.
#[test]
fn a_search_that_is_stopped_proves_nothing() {
    struct Hurried(Cell<u64>);

    impl SearchObserver for Hurried {
        fn may_go_on(&self) -> bool {
            self.0.replace(self.0.get().saturating_sub(1)) > 0
        }

        fn looked_at(&self, _: u64) {}
    }

    let levels: Vec<Vec<u32>> = (0..4).map(|level| (0..8).map(|code| code >> level).collect()).collect();
    let leaves: Vec<Vec<u32>> = (0..4).map(|level| vec![1 << level; 8 >> level]).collect();
    for columns in [3_u32, 10] {
        let column = || QuasiColumn::new(&levels, &leaves, 8).unwrap();
        let codes: Vec<Vec<u32>> =
            (0..columns).map(|column| (0..64).map(|record| record >> column & 7).collect()).collect();
        let table = SearchTable::count((0..columns).map(|_| column()).collect(), &codes, None).unwrap();
        let limit = ClassLimit { k: 2, max_suppressed: 0 };
        for looks in [0, 1, 3] {
            let found = table.search(Metric::Loss, limit, &Hurried(Cell::new(looks)));
            assert!(!found.is_proven, "{columns} columns");
            assert!(found.best.is_none_or(|best| best.facts.suppressed == 0));
        }
    }
}
