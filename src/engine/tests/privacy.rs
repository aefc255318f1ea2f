//! Whole runs under privacy models, against an oracle that looks at all records again for
//! each record.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::privacy_oracle::{Census, Demand, ORDER, Oracle, Outcome, Person, Violation};
use super::whole_run::{Machine, POLICY_HEAD, run_among};
use crate::model::outcome::reason::DropReason;

const COLUMNS: &str = r#"
[columns.no]
role = "insensitive"
keep = { because = "the number of the row" }
[columns.one]
role = "quasi_identifier"
keep = { because = "a class" }
[columns.two]
role = "quasi_identifier"
keep = { because = "a class" }
[columns.three]
role = "quasi_identifier"
keep = { because = "a class" }
[columns.illness]
role = "sensitive"
keep = { because = "a value" }
[columns.id]
role = "direct_identifier"
pseudonymise = { domain = "subscriber" }
"#;

fn ran(people: &[Person], demands: &[Demand], census: &Census, violation: Violation, machine: Machine) -> Outcome {
    let on_violation = match violation {
        Violation::Drop => "drop_record",
        Violation::Refuse => "refuse",
        Violation::Suppress => "suppress_cells",
    };
    let demands: String = demands.iter().map(|demand| demand.text()).collect();
    let text = format!(
        "{POLICY_HEAD}{COLUMNS}[privacy]\n{demands}on_violation = \"{on_violation}\"\n[output]\nformat = \"csv\"\n"
    );
    let mut extract = "no,id,ok,given,notice,one,two,three,illness\n".to_owned();
    for (number, person) in people.iter().enumerate() {
        let ok = if person.has_agreed { "Y" } else { "N" };
        let quasi = person.quasi.map(|cell| cell.map(|cell| format!("c{cell}")).unwrap_or_default()).join(",");
        extract += &format!("{number},s{},{ok},2018-01-01,n1,{quasi},{}\n", person.subject, ORDER[person.illness]);
    }
    let cell = |cell: &Option<u8>| cell.map(|cell| format!("c{cell}"));
    let census: Vec<_> =
        census.iter().map(|(quasi, persons)| (quasi.iter().map(cell).collect::<Vec<_>>(), *persons)).collect();
    let (account, written) = run_among(&text, &extract, &census, machine, &|_| Vec::new());
    let mut outcome = Outcome { dropped: account.dropped.clone(), ..Outcome::default() };
    for line in written.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let quasi = [1, 2, 3].map(|at| cells[at].strip_prefix('c').map(|cell| cell.parse().unwrap()));
        outcome.delivered.insert(cells[0].parse().unwrap(), quasi);
    }
    let classes = account.classes.unwrap();
    let of_models = |(reason, count): (&DropReason, &u64)| matches!(reason, DropReason::Class(_)).then_some(*count);
    assert_eq!(classes.dropped, account.dropped.iter().filter_map(of_models).sum::<u64>());
    assert_eq!(classes.records, classes.dropped + account.delivered);
    assert_sizes(people, &outcome, &classes.after);
    outcome
}

/// The sizes that are told are those of the delivered classes.
fn assert_sizes(people: &[Person], outcome: &Outcome, after: &crate::privacy::class_sizes::ClassSizes) {
    let mut classes: BTreeMap<[Option<u8>; 3], BTreeSet<usize>> = BTreeMap::new();
    for (at, quasi) in &outcome.delivered {
        classes.entry(*quasi).or_default().insert(people[*at].subject);
    }
    let mut expected = crate::privacy::class_sizes::ClassSizes::default();
    classes.values().for_each(|subjects| expected.add(subjects.len() as u64));
    assert_eq!(*after, expected);
}

fn person() -> impl Strategy<Value = Person> {
    let cell = || prop_oneof![1 => Just(None), 6 => (0_u8..3).prop_map(Some)];
    let quasi = [cell().boxed(), cell().boxed(), cell().boxed()];
    (0_usize..25, proptest::bool::weighted(0.97), quasi, 0_usize..4)
        .prop_map(|(subject, has_agreed, quasi, illness)| Person { subject, has_agreed, quasi, illness })
}

/// Records of one person each, or of persons with several records; with one class that
/// is larger than the others, so that something is left.
fn people() -> impl Strategy<Value = Vec<Person>> {
    (proptest::collection::vec(person(), 1..40), any::<bool>(), 0_u8..3).prop_map(|(mut people, is_once, most)| {
        for (at, person) in people.iter_mut().enumerate() {
            if is_once {
                person.subject = at;
            }
            if at % 3 > 0 {
                person.quasi = [Some(0), Some(most % 2), Some(0)];
            }
        }
        // A person who refused once is delivered by no record.
        let refused: BTreeSet<usize> =
            people.iter().filter(|person| !person.has_agreed).map(|person| person.subject).collect();
        people.iter_mut().for_each(|person| person.has_agreed = !refused.contains(&person.subject));
        people
    })
}

/// A population in which some classes are missing, as large as those of the people or
/// larger.
fn census() -> impl Strategy<Value = Census> {
    let cell = || prop_oneof![1 => Just(None), 6 => (0_u8..3).prop_map(Some)];
    let class = [cell().boxed(), cell().boxed(), cell().boxed()];
    let common = [[Some(0), Some(0), Some(0)], [Some(0), Some(1), Some(0)]];
    (proptest::collection::btree_map(class, 1_u64..40, 1..20), [1_u64..60, 1..60])
        .prop_map(move |(census, persons)| census.into_iter().chain(common.into_iter().zip(persons)).collect())
}

fn demands() -> impl Strategy<Value = Vec<Demand>> {
    let k = (2_usize..5, prop_oneof![2 => Just(None), 1 => Just(Some(1)), 1 => Just(Some(2))])
        .prop_map(|(k, subsets_of)| Demand::K { k, subsets_of });
    let l = prop_oneof![
        (2_usize..4).prop_map(Demand::Distinct),
        (1.5_f64..3.0).prop_map(Demand::Entropy),
        (2_usize..4, 0.5_f64..3.0).prop_map(|(l, c)| Demand::Recursive { l, c }),
    ];
    let others = prop_oneof![
        (0.1_f64..0.6).prop_map(Demand::Equal),
        (0.1_f64..0.6).prop_map(Demand::Ordered),
        (0.3_f64..2.0, any::<bool>()).prop_map(|(beta, is_enhanced)| Demand::Beta { beta, is_enhanced }),
        (0.5_f64..2.0).prop_map(Demand::Delta),
    ];
    use proptest::option::of;
    let population = prop_oneof![
        2 => Just(None),
        1 => (2_u64..20).prop_map(|k| Some(Demand::KMap(k))),
        1 => (0.0_f64..0.2, 0.3_f64..1.0).prop_map(|(min, max)| Some(Demand::Presence { min, max })),
    ];
    (of(k), population, of(l), of(others)).prop_filter_map("no demand", |(k, population, l, others)| {
        let demands: Vec<Demand> = [k, population, l, others].into_iter().flatten().collect();
        (!demands.is_empty()).then_some(demands)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1200))]

    #[test]
    fn every_model_withholds_what_its_definition_says(
        people in people(),
        demands in demands(),
        census in census(),
        violation in prop_oneof![Just(Violation::Drop), Just(Violation::Refuse), Just(Violation::Suppress)],
        (threads, block_bytes) in (1_usize..4, prop_oneof![Just(64), Just(1 << 16)]),
    ) {
        let machine = Machine { threads, block_bytes };
        let expected = Oracle { people: &people, demands: &demands, population: &census }.outcome(violation);
        prop_assert_eq!(ran(&people, &demands, &census, violation, machine), expected);
    }
}
