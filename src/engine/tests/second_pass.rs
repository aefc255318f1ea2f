//! Whole runs with checks in addition to that of subjects: each withholds classes
//! of equal cells that too few subjects share. Rows that one check withholds leave
//! fewer to the others. An oracle that compares every pair of rows, again and
//! again, says which rows are left.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use proptest::prelude::*;

use super::whole_run::{Machine, POLICY_HEAD, run_over};
use crate::engine::spill::entries::RowEntries;
use crate::engine::withhold::WaitingRowCheck;
use crate::engine::withhold::partition::{CheckPartition, Decisions};
use crate::engine::withhold::round::CheckRound;
use crate::model::cells::{Cell, Cells};
use crate::model::digest::SubjectHasher;
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
keep = { because = "another class" }
[columns.id]
role = "direct_identifier"
pseudonymise = { domain = "subscriber" }
[output]
format = "csv"
"#;

/// A record: its subject, whether it may be delivered by itself, its two classes.
#[derive(Debug, Clone, Copy)]
struct Person {
    subject: usize,
    has_agreed: bool,
    classes: [usize; 2],
}

/// Withholds the rows of a class that too few subjects share.
struct OneColumnCheck {
    hasher: SubjectHasher,
    /// The delivered column whose equal cells make a class.
    column: usize,
    at_least: usize,
    reason: DropReason,
}

impl WaitingRowCheck for OneColumnCheck {
    fn entry_bytes(&self) -> usize {
        8
    }

    fn collect(&self, subjects: &[u64], columns: &[Cells], rows: &[usize], entries: &mut RowEntries) {
        for (subject, row) in subjects.iter().zip(rows) {
            let Cell::Text(cell) = columns[self.column].cell(*row) else { panic!("a cell of text") };
            entries.push(self.hasher.digest(cell), &subject.to_le_bytes());
        }
    }

    fn decide(&self, round: &CheckRound<'_>) -> io::Result<()> {
        round.decide_each(|partition, decisions| self.decide_partition(partition, decisions)).map(drop)
    }
}

impl OneColumnCheck {
    fn decide_partition(&self, partition: &CheckPartition<'_>, decisions: &mut Decisions) -> io::Result<()> {
        let mut classes: HashMap<u64, HashSet<Vec<u8>>> = HashMap::new();
        partition.each_row(|row, subject| {
            let class = classes.entry(row.digest()).or_default();
            if row.withheld.is_none() {
                class.insert(subject.to_vec());
            }
            Ok(())
        })?;
        partition.each_row(|row, _| {
            if classes[&row.digest()].len() < self.at_least {
                decisions.withhold(row, self.reason);
            }
            Ok(())
        })
    }
}

/// One reason more restrictive, and one less, than that of a person who refused.
const REASONS: [DropReason; 2] = [DropReason::NotSelected, DropReason::UnreadableCell];
const REFUSED: DropReason = DropReason::ConsentRefused;

/// How a run is made.
#[derive(Debug, Clone, Copy)]
struct Setting {
    at_least: [usize; 2],
    threads: usize,
    block_bytes: usize,
    order: &'static str,
}

/// The results for the records.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// The delivered ones, ascending.
    delivered: Vec<usize>,
    dropped: BTreeMap<DropReason, u64>,
    with_their_subject: BTreeMap<DropReason, u64>,
    subjects: u64,
    most_rows_of_one_subject: u64,
}

/// The result of a run over the records, with a check for each of the two classes.
fn ran(people: &[Person], setting: Setting) -> Outcome {
    let text = format!("{POLICY_HEAD}{COLUMNS}order = \"{}\"\n", setting.order);
    let mut extract = "no,id,ok,given,notice,one,two\n".to_owned();
    for (number, person) in people.iter().enumerate() {
        let (ok, [one, two]) = (if person.has_agreed { "Y" } else { "N" }, person.classes);
        extract += &format!("{number},s{},{ok},2018-01-01,n1,c{one},c{two}\n", person.subject);
    }
    let checks = |hasher: &SubjectHasher| {
        let check = |class: usize| -> Box<dyn WaitingRowCheck> {
            let (hasher, at_least) = (hasher.clone(), setting.at_least[class]);
            Box::new(OneColumnCheck { hasher, column: 1 + class, at_least, reason: REASONS[class] })
        };
        vec![check(0), check(1)]
    };
    let machine = Machine { threads: setting.threads, block_bytes: setting.block_bytes };
    let (account, written) = run_over(&text, &extract, machine, &checks);
    let number = |line: &str| line.split(',').next().unwrap().parse().unwrap();
    let mut delivered: Vec<usize> = written.lines().skip(1).map(number).collect();
    if setting.order == "extract" {
        assert!(delivered.is_sorted());
    }
    delivered.sort_unstable();
    Outcome {
        delivered,
        dropped: account.dropped,
        with_their_subject: account.with_their_subject,
        subjects: account.subjects,
        most_rows_of_one_subject: account.most_rows_of_one_subject,
    }
}

/// Whether another record restricts the person of this one.
fn is_restricted(people: &[Person], person: &Person) -> bool {
    people.iter().any(|other| other.subject == person.subject && !other.has_agreed)
}

/// The subjects of the remaining rows in the class of a record.
fn subjects_of(people: &[Person], is_left: &[bool], person: &Person, class: usize) -> HashSet<usize> {
    let same = people.iter().zip(is_left).filter(|(other, _)| other.classes[class] == person.classes[class]);
    same.filter(|(_, is_left)| **is_left).map(|(other, _)| other.subject).collect()
}

/// The expected result: removes one record after another while a reason for one is
/// found, and then finds all reasons of each.
fn expected(people: &[Person], at_least: [usize; 2]) -> Outcome {
    let reason = |is_left: &[bool], person: &Person| {
        let is_small = |class: &usize| subjects_of(people, is_left, person, *class).len() < at_least[*class];
        let of_classes = [0, 1].into_iter().filter(is_small).map(|class| REASONS[class]);
        of_classes.chain(is_restricted(people, person).then_some(REFUSED)).min()
    };
    let mut is_left: Vec<bool> = people.iter().map(|person| person.has_agreed).collect();
    while let Some(found) = (0..people.len()).find(|at| is_left[*at] && reason(&is_left, &people[*at]).is_some()) {
        is_left[found] = false;
    }
    let mut outcome = Outcome::default();
    let mut rows_of = BTreeMap::<usize, u64>::new();
    for (number, person) in people.iter().enumerate() {
        if is_left[number] {
            outcome.delivered.push(number);
            *rows_of.entry(person.subject).or_default() += 1;
            continue;
        }
        let reason = if person.has_agreed { reason(&is_left, person).unwrap() } else { REFUSED };
        *outcome.dropped.entry(reason).or_default() += 1;
        if person.has_agreed && reason == REFUSED {
            *outcome.with_their_subject.entry(reason).or_default() += 1;
        }
    }
    outcome.subjects = rows_of.len() as u64;
    outcome.most_rows_of_one_subject = rows_of.into_values().max().unwrap_or(0);
    outcome
}

fn person() -> impl Strategy<Value = Person> {
    let classes = [0_usize..5, 0_usize..5];
    (0_usize..12, proptest::bool::weighted(0.93), classes).prop_map(|(subject, has_agreed, classes)| Person {
        subject,
        has_agreed,
        classes,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn checks_that_depend_on_each_other_end_where_the_oracle_does(
        people in proptest::collection::vec(person(), 1..50),
        at_least in [1_usize..5, 1_usize..5],
        (threads, block_bytes) in (1_usize..4, prop_oneof![Just(64), Just(1 << 16)]),
        order in prop_oneof![Just("extract"), Just("pseudonym")],
    ) {
        let setting = Setting { at_least, threads, block_bytes, order };
        prop_assert_eq!(ran(&people, setting), expected(&people, at_least));
    }
}

/// Records that each share one class with the record before and the other with the
/// record after, and two more at the ends.
fn chain(length: usize) -> Vec<Person> {
    let link = |at: usize| Person { subject: at, has_agreed: true, classes: [at / 2, at.div_ceil(2)] };
    let mut people: Vec<Person> = (0..length).map(link).collect();
    let end = |at: usize| Person { subject: length + at, ..link(at * (length - 1)) };
    people.extend([end(0), end(1)]);
    people
}

#[test]
fn one_refusal_is_felt_through_every_round() {
    let setting = Setting { at_least: [2, 2], threads: 2, block_bytes: 256, order: "pseudonym" };
    let mut people = chain(40);
    let all = ran(&people, setting);
    assert_eq!((all.delivered.len(), all.subjects), (42, 42));
    // Without the record at one end, the next two share too little, and so do those
    // after them.
    let refused = Person { has_agreed: false, ..people[40] };
    people.push(refused);
    let outcome = ran(&people, setting);
    assert_eq!(outcome, expected(&people, setting.at_least));
    assert_eq!(outcome.with_their_subject, BTreeMap::new());
    // The last two share both classes, so they need no other.
    assert_eq!(outcome.delivered, [39, 41]);
}
