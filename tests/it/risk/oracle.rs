//! A naive second implementation over small random tables: sets of persons by class, pairs
//! of records, and sums over all values.

#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{close, risk, subset};
use crate::kit::{Project, Random};

type Cells = Vec<Option<usize>>;

struct Table {
    /// The person, if known.
    persons: Vec<Option<usize>>,
    quasi: Vec<Cells>,
    sensitive: Vec<Option<usize>>,
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn cell(random: &mut Random, sides: usize, missing: usize) -> Option<usize> {
    (random.below(100) >= missing).then(|| random.below(sides))
}

fn shown(cell: Option<usize>) -> String {
    cell.map_or_else(String::new, |value| value.to_string())
}

impl Table {
    fn random(random: &mut Random) -> Self {
        let (rows, columns) = (1 + random.below(40), 1 + random.below(4));
        let (sides, missing, people) = (1 + random.below(4), random.below(40), 1 + random.below(30));
        let mut table = Self { persons: Vec::new(), quasi: Vec::new(), sensitive: Vec::new() };
        for _ in 0..rows {
            table.persons.push(cell(random, people, 10));
            table.quasi.push((0..columns).map(|_| cell(random, sides, missing)).collect());
            table.sensitive.push(cell(random, 4, 10));
        }
        table
    }

    fn csv(&self) -> String {
        let columns = self.quasi[0].len();
        let mut text = format!("id,{},s\n", NAMES[..columns].join(","));
        for row in 0..self.quasi.len() {
            let person = self.persons[row].map_or_else(String::new, |person| format!("p{person}"));
            let quasi: Vec<String> = self.quasi[row].iter().map(|cell| shown(*cell)).collect();
            text += &format!("{person},{},{}\n", quasi.join(","), shown(self.sensitive[row]));
        }
        text
    }

    /// Who a record is of: a person, the one who stands for all that name nobody, or itself.
    fn owner(&self, row: usize, by_person: bool) -> Option<usize> {
        if by_person { self.persons[row] } else { Some(row) }
    }

    /// The owners of each class of some columns.
    fn classes(&self, columns: &[usize], by_person: bool) -> BTreeMap<Cells, BTreeSet<Option<usize>>> {
        let mut classes = BTreeMap::<Cells, BTreeSet<_>>::new();
        for row in 0..self.quasi.len() {
            let class = columns.iter().map(|column| self.quasi[row][*column]).collect();
            classes.entry(class).or_default().insert(self.owner(row, by_person));
        }
        classes
    }

    fn loose_k(&self, by_person: bool) -> usize {
        let matches = |a: &Cells, b: &Cells| a.iter().zip(b).all(|(a, b)| a.is_none() || b.is_none() || a == b);
        let rows = 0..self.quasi.len();
        let owners = |own: usize| {
            let others = rows.clone().filter(|other| matches(&self.quasi[own], &self.quasi[*other]));
            others.map(|other| self.owner(other, by_person)).collect::<BTreeSet<_>>().len()
        };
        rows.clone().map(owners).min().unwrap()
    }

    /// Of each class, the owners of each value.
    fn values(&self, by_person: bool) -> Vec<BTreeMap<Option<usize>, usize>> {
        let mut classes = BTreeMap::<&Cells, BTreeMap<Option<usize>, BTreeSet<_>>>::new();
        for row in 0..self.quasi.len() {
            let values = classes.entry(&self.quasi[row]).or_default();
            values.entry(self.sensitive[row]).or_default().insert(self.owner(row, by_person));
        }
        let count = |values: BTreeMap<Option<usize>, BTreeSet<Option<usize>>>| {
            values.into_iter().map(|(value, owners)| (value, owners.len())).collect()
        };
        classes.into_values().map(count).collect()
    }
}

fn separation(sizes: &[usize]) -> f64 {
    let members: Vec<usize> =
        sizes.iter().enumerate().flat_map(|(class, size)| std::iter::repeat_n(class, *size)).collect();
    let pairs = (0..members.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
    let (mut all, mut apart) = (0_u32, 0_u32);
    for (a, b) in pairs {
        all += 1;
        apart += u32::from(members[a] != members[b]);
    }
    if all == 0 { 0.0 } else { f64::from(apart) / f64::from(all) }
}

fn check_sensitive(table: &Table, by_person: bool, found: &Value) {
    let classes = table.values(by_person);
    let mut whole = BTreeMap::<Option<usize>, usize>::new();
    for class in &classes {
        class.iter().for_each(|(value, count)| *whole.entry(*value).or_default() += count);
    }
    let all: usize = whole.values().sum();
    let share = |class: &BTreeMap<Option<usize>, usize>, value: &Option<usize>| {
        class.get(value).copied().unwrap_or(0) as f64 / class.values().sum::<usize>() as f64
    };
    let (mut entropy, mut equal, mut ordered) = (f64::INFINITY, 0.0_f64, 0.0_f64);
    let mut distinct = usize::MAX;
    let mut recursive = 0.0_f64;
    for class in &classes {
        distinct = distinct.min(class.len());
        let h: f64 = class.keys().map(|value| share(class, value)).map(|p| -p * p.ln()).sum();
        entropy = entropy.min(h.exp());
        let (mut below, mut distance, mut half) = (0.0, 0.0, 0.0);
        for (value, count) in &whole {
            let difference = share(class, value) - *count as f64 / all as f64;
            half += difference.abs() / 2.0;
            below += difference;
            distance += f64::abs(below);
        }
        equal = equal.max(half);
        ordered = ordered.max(if whole.len() > 1 { distance / (whole.len() - 1) as f64 } else { 0.0 });
        let mut counts: Vec<usize> = class.values().copied().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let rest: usize = counts.iter().skip(1).sum();
        recursive = recursive.max(counts[0] as f64 / rest as f64);
    }
    assert_eq!(found["distinct_l"], json!(distinct));
    close(&found["entropy_l"], entropy);
    close(&found["t_equal"], equal);
    assert_eq!(found["recursive"].as_array().unwrap().is_empty(), distinct == 1);
    if distinct > 1 {
        close(&found["recursive"][0]["c"], recursive);
    }
    if whole.keys().any(Option::is_some) {
        close(&found["t_ordered"], ordered);
    }
}

#[test]
fn random_tables_are_measured_as_the_definitions_say() {
    let project = Project::new();
    let mut random = Random::new(16);
    for round in 0..60 {
        let table = Table::random(&mut random);
        project.write("extract.csv", table.csv());
        let columns = table.quasi[0].len();
        let names = NAMES[..columns].join(",");
        let by_person = round % 2 == 0;
        let mut arguments = vec!["extract.csv", "--quasi", &names, "--sensitive", "s", "--threshold", "0.3"];
        if by_person {
            arguments.extend(["--subject", "id"]);
        }
        let document = risk(&project, &arguments);
        for bits in 1_usize..1 << columns {
            let subset_columns: Vec<usize> = (0..columns).filter(|column| bits >> column & 1 == 1).collect();
            let classes = table.classes(&subset_columns, by_person);
            let sizes: Vec<usize> = classes.values().map(BTreeSet::len).collect();
            let all: usize = sizes.iter().sum();
            let names: Vec<&str> = subset_columns.iter().map(|column| NAMES[*column]).collect();
            let found = subset(&document, &names);
            assert_eq!(found["classes"], json!(sizes.len()), "{}", table.csv());
            assert_eq!(found["k"], json!(sizes.iter().min().unwrap()), "{names:?} {}", table.csv());
            close(&found["distinction"], sizes.len() as f64 / all as f64);
            close(&found["separation"], separation(&sizes));
            let alone = sizes.iter().filter(|size| **size == 1).count();
            close(&found["uniqueness"], alone as f64 / all as f64);
            if subset_columns.len() == columns {
                let at_risk: usize = sizes.iter().filter(|size| 1.0 / **size as f64 > 0.3).sum();
                close(&document["prosecutor"]["at_risk"], at_risk as f64 / all as f64);
                close(&document["prosecutor"]["highest"], 1.0 / *sizes.iter().min().unwrap() as f64);
                assert_eq!(document["classes"]["members"], json!(all));
            }
        }
        assert_eq!(document["k_if_missing_matches"], json!({ "k": table.loose_k(by_person) }), "{}", table.csv());
        check_sensitive(&table, by_person, &document["sensitive"][0]);
    }
}
