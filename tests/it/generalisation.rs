//! The search for levels of generalisation, on a published table: the optimum and
//! every measure that others published of it (`SCANT_CORPORA`; ARX 3.9.2 and its
//! sources say how they were made).

use std::cell::Cell;
use std::collections::HashMap;
use std::fs;

use scant::internals::{ClassLimit, Found, Metric, QuasiColumn, SearchObserver, SearchTable, Solution};

use crate::kit::third_party;

const COLUMNS: [&str; 9] =
    ["sex", "age", "race", "marital-status", "education", "native-country", "workclass", "occupation", "salary-class"];
const RECORDS: u64 = 30_162;
const NODES: usize = 12_960;

/// As long as it takes; counts the nodes looked at.
#[derive(Default)]
struct Patient(Cell<u64>);

impl SearchObserver for Patient {
    fn may_go_on(&self) -> bool {
        true
    }

    fn looked_at(&self, nodes: u64) {
        self.0.set(nodes);
    }
}

/// A column of the data with its hierarchy, and the codes of its cells.
fn column(rows: &[Vec<&str>], number: usize, hierarchy: &str) -> (QuasiColumn, Vec<u32>) {
    let rules: Vec<Vec<&str>> = hierarchy.lines().map(|line| line.split(';').collect()).collect();
    let mut levels = Vec::new();
    let mut leaves = Vec::new();
    for level in 0..rules[0].len() {
        let mut codes: HashMap<&str, u32> = HashMap::new();
        let mut under = Vec::new();
        let of_rule = |rule: &Vec<&'_ str>| rule[level].to_owned();
        let mut of_rules = Vec::new();
        let words: Vec<String> = rules.iter().map(of_rule).collect();
        for word in &words {
            let next = u32::try_from(codes.len()).unwrap();
            let code = *codes.entry(word).or_insert(next);
            if code == next {
                under.push(0);
            }
            under[code as usize] += 1;
            of_rules.push(code);
        }
        levels.push(of_rules);
        leaves.push(under);
    }
    let find: HashMap<&str, u32> = (0..).zip(&rules).map(|(code, rule)| (rule[0], code)).collect();
    let codes = rows.iter().map(|row| find[row[number]]).collect();
    let all = u32::try_from(rules.len()).unwrap();
    (QuasiColumn::new(&levels, &leaves, all).unwrap(), codes)
}

fn adult() -> Option<SearchTable> {
    let folder = third_party("corpora", "adult")?;
    let text = fs::read_to_string(folder.join("adult.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(';').collect()).collect();
    assert_eq!(rows[0], COLUMNS);
    let hierarchies =
        COLUMNS.map(|name| fs::read_to_string(folder.join(format!("adult_hierarchy_{name}.csv"))).unwrap());
    let (columns, codes): (Vec<_>, Vec<_>) =
        hierarchies.iter().enumerate().map(|(number, hierarchy)| column(&rows[1..], number, hierarchy)).unzip();
    Some(SearchTable::count(columns, &codes, None).unwrap())
}

fn share(percent: u64) -> u64 {
    RECORDS * percent / 100
}

fn search(table: &SearchTable, metric: Metric, k: u32, max_suppressed: u64) -> Found {
    let found = table.search(metric, ClassLimit { k, max_suppressed }, &Patient::default());
    assert!(found.is_proven);
    assert_eq!(found.nodes, NODES as u128);
    found
}

#[track_caller]
fn assert_close(found: f64, published: f64, within: f64) {
    assert!((found - published).abs() < within, "{found} is not {published}");
}

#[test]
fn risks_before_anything_is_generalised_are_those_published() {
    let Some(table) = adult() else { return };
    assert_eq!(table.records(), RECORDS);
    let raw = table.sizes(&[0; 9], 0);
    assert_eq!((raw.classes(), raw.persons(), raw.smallest(), raw.largest()), (19_502, RECORDS, Some(1), Some(45)));
    let smallest: Vec<(u64, u64)> = raw.iter().take(5).collect();
    assert_eq!(smallest, [(1, 15_512), (2, 2_098), (3, 754), (4, 375), (5, 189)]);
    assert_close(raw.average_risk(), 0.646_575_160_798_355_5, 1e-9);
    assert_close(raw.uniqueness(), 0.514_289_503_348_584_4, 1e-9);
    assert_close(raw.at_risk(0.2), 0.778_131_423_645_646_8, 1e-9);
}

/// The rows of the published table: k, the suppression limit in per cent, levels,
/// non-uniform entropy.
const OPTIMA: [(u32, u64, [u8; 9], f64); 4] = [
    (5, 0, [1, 2, 1, 1, 3, 2, 2, 1, 1], 407_289.538_892_529_3),
    (100, 0, [0, 4, 1, 1, 3, 2, 2, 1, 1], 453_196.893_245_874_3),
    (5, 4, [1, 0, 1, 1, 3, 2, 2, 0, 1], 255_559.854_557_310_67),
    (100, 4, [1, 1, 1, 1, 3, 2, 2, 1, 1], 379_417.346_057_098_8),
];

#[test]
fn the_optima_of_non_uniform_entropy_are_those_published() {
    let Some(table) = adult() else { return };
    let found = OPTIMA.map(|(k, percent, levels, entropy)| {
        let best = search(&table, Metric::NonUniformEntropy, k, share(percent)).best.unwrap();
        assert_eq!(best.levels, levels);
        assert_close(best.non_uniform_entropy, entropy, 1e-9);
        best
    });
    let facts = found.each_ref().map(|best| (best.facts.classes, best.facts.people, best.facts.suppressed));
    assert_eq!(facts[0], (48, Some((5, 2_198)), 0));
    assert_eq!(found[0].discernibility, 36_472_972);
    assert_eq!((facts[1].0, facts[1].1.unwrap().0, facts[1].2), (12, 397, 0));
    assert_eq!((facts[2].0, facts[2].1.unwrap().1, facts[2].2), (1_046, 165, 906));
    assert_eq!(found[2].discernibility, 28_740_226);
    assert_eq!(facts[3].2, 866);
}

/// The levels that ARX found by its heuristic search, and their loss.
const BY_LOSS: [(u64, [u8; 9], f64, u64); 2] = [
    (100, [0, 3, 0, 0, 2, 1, 1, 1, 0], 0.220_411_928_479_842_92, 2_553),
    (4, [0, 3, 0, 1, 1, 1, 1, 2, 0], 0.266_110_819_157_574_95, 1_178),
];

#[test]
fn loss_is_that_published_and_the_published_levels_are_the_optimum() {
    let Some(table) = adult() else { return };
    for (percent, levels, loss, suppressed) in BY_LOSS {
        let found = search(&table, Metric::Loss, 5, share(percent));
        let best = found.best.unwrap();
        assert_eq!((&best.levels[..], best.facts.suppressed), (&levels[..], suppressed));
        assert_close(best.loss, loss, 3e-10);
        // What else is shown suppresses less the more it costs.
        let mut last = best;
        for other in found.others {
            assert!(other.facts.suppressed < last.facts.suppressed && other.loss >= last.loss);
            last = other;
        }
    }
}

/// Leads through all nodes and gives the best for each question: a metric, and the
/// most records suppressed.
fn best_of_all<const N: usize>(table: &SearchTable, k: u32, asked: [(Metric, u64); N]) -> [Solution; N] {
    let mut nodes = 0;
    let mut best: [Option<Solution>; N] = [const { None }; N];
    table.every_node(Metric::Loss, ClassLimit { k, max_suppressed: RECORDS }, &mut |_, solution| {
        nodes += 1;
        let solution = solution.unwrap();
        for ((metric, limit), best) in asked.iter().zip(&mut best) {
            let is_better = best.as_ref().is_none_or(|best| key(*metric, &solution) < key(*metric, best));
            if solution.facts.suppressed <= *limit && is_better {
                *best = Some(solution.clone());
            }
        }
    });
    assert_eq!(nodes, NODES);
    best.map(Option::unwrap)
}

#[test]
fn no_node_of_all_is_better_than_those_published_for_k_5() {
    let Some(table) = adult() else { return };
    let by_entropy = Metric::NonUniformEntropy;
    let others = [Metric::Discernibility, Metric::Precision].map(|metric| (metric, 0));
    let asked = [(by_entropy, 0), (by_entropy, share(4)), (Metric::Loss, RECORDS), (Metric::Loss, share(4))];
    let [entropy, entropy_4, loss, loss_4, discernibility, precision] =
        best_of_all(&table, 5, [asked[0], asked[1], asked[2], asked[3], others[0], others[1]]);
    assert_eq!([entropy.levels, entropy_4.levels], [OPTIMA[0].2, OPTIMA[2].2]);
    assert_eq!([loss.levels, loss_4.levels], [BY_LOSS[0].1, BY_LOSS[1].1]);
    // Of these two nothing is published: the search is the one to be checked.
    for ((metric, limit), best) in others.into_iter().zip([discernibility, precision]) {
        assert_eq!(search(&table, metric, 5, limit).best.unwrap().levels, best.levels, "{metric:?}");
    }
}

#[test]
fn no_node_of_all_is_better_than_those_published_for_k_100() {
    let Some(table) = adult() else { return };
    let asked = [
        (Metric::NonUniformEntropy, 0),
        (Metric::NonUniformEntropy, share(4)),
        (Metric::Discernibility, share(4)),
        (Metric::Loss, 0),
    ];
    let [entropy, entropy_4, discernibility, loss] = best_of_all(&table, 100, asked);
    assert_eq!([entropy.levels, entropy_4.levels], [OPTIMA[1].2, OPTIMA[3].2]);
    for ((metric, limit), best) in asked.into_iter().skip(2).zip([discernibility, loss]) {
        assert_eq!(search(&table, metric, 100, limit).best.unwrap().levels, best.levels, "{metric:?}");
    }
}

/// What a node costs, and the order of those that cost the same.
#[expect(clippy::cast_precision_loss, reason = "less than 2⁵³ for so many records")]
fn key(metric: Metric, solution: &Solution) -> (f64, u32, Vec<u8>) {
    let cost = match metric {
        Metric::Loss => solution.score,
        Metric::NonUniformEntropy => solution.non_uniform_entropy,
        Metric::Discernibility => solution.discernibility as f64,
        Metric::Precision => 1.0 - solution.precision,
        other => panic!("{other:?}"),
    };
    (cost, solution.levels.iter().map(|level| u32::from(*level)).sum(), solution.levels.clone())
}
