//! No record is lost without being counted: a thousand damaged copies of a good
//! extract, and the laws of the account.

mod damage;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scant::internals::{Account, DropReason, ReleaseError, ReliedOn, StructureFault};
use scant::{RunReport, Unreadable};

use self::damage::damage;
use crate::kit::{IN_FRONT, Options, Project, Random, data_of, keep_all, policy_for_gated};

const COPIES: usize = 1000;
const RECORDS: usize = 30;

/// A good record: a subject, its answer, an id that no one change makes another's.
struct Good {
    subject: String,
    yes: bool,
    line: String,
}

fn good_records(random: &mut Random) -> Vec<Good> {
    (0..RECORDS)
        .map(|number| {
            // Some subjects have two records; one in six says no.
            let subject = format!("subject-{:02}", number % 25);
            let yes = number % 6 != 5;
            let id: String = (0..8).map(|_| char::from(b"ghkmnprstvwxyz"[random.below(14)])).collect();
            let note = ["plain", "\"with, comma\"", "\"with \"\"quotes\"\"\"", "", "naïve"][number % 5];
            let answer = if yes { "Y" } else { "N" };
            let line = format!("{subject},{answer},2018-06-30,{id},{note},{number}");
            Good { subject, yes, line }
        })
        .collect()
}

fn id_of(line: &str) -> &str {
    line.split(',').nth(3).unwrap()
}

fn text_of(records: &[Good]) -> String {
    let header = format!("{},id,note,number\n", IN_FRONT.join(","));
    records.iter().fold(header, |text, record| text + &record.line + "\n")
}

/// Delivers into a fresh folder; gives the delivered rows by id.
struct Bench {
    project: Project,
    strict: PathBuf,
    with_line_breaks: PathBuf,
}

type Rows = BTreeMap<String, Vec<csv::StringRecord>>;

impl Bench {
    fn new() -> Self {
        let project = Project::new();
        let subject = "[columns.gate_subject]\nrole = \"direct_identifier\"\nas = \"person\"\n\
                       pseudonymise = { domain = \"subscriber\", bits = 128 }\n";
        let columns = format!("{subject}{}", keep_all(["id", "note", "number"]));
        let policy = |name: &str, extract: &str| {
            let inside = project.path(name);
            fs::create_dir(&inside).unwrap();
            let output = "format = \"csv\"\n[guards]\nmax_quarantined = 1000";
            policy_for_gated(&inside, &columns, extract, output)
        };
        let strict = policy("strict", "");
        let with_line_breaks = policy("with-line-breaks", "newline_in_fields = true");
        Self { project, strict, with_line_breaks }
    }

    fn deliver(&self, text: &[u8], policy: &Path) -> Result<(RunReport, Rows), ReleaseError> {
        let extract = self.project.write("extract.csv", text);
        let delivery = self.project.deliver(policy, &extract, Options { threads: 1, ..Options::default() })?;
        let mut rows = Rows::new();
        for row in csv::Reader::from_reader(data_of(&delivery).as_slice()).records() {
            let row = row.unwrap();
            rows.entry(row[1].to_owned()).or_default().push(row);
        }
        fs::remove_dir_all(&delivery.folder).unwrap();
        fs::remove_dir_all(&delivery.kept).unwrap();
        Ok((delivery.report, rows))
    }
}

fn check_counts(report: &RunReport, case: &str) {
    let (dropped, quarantined): (u64, u64) = (report.dropped.values().sum(), report.quarantined.values().sum());
    assert_eq!(report.read, report.delivered + dropped + quarantined, "{case}: {report:?}");
}

#[test]
fn a_damaged_extract_balances_and_changes_no_other_record() {
    let bench = Bench::new();
    let mut random = Random::new(2018);
    let records = good_records(&mut random);
    let good = text_of(&records);
    let (report, clean) = bench.deliver(good.as_bytes(), &bench.strict).unwrap();
    check_counts(&report, "clean");
    let refused: BTreeSet<&str> =
        records.iter().filter(|record| !record.yes).map(|record| record.subject.as_str()).collect();
    let may_go = |record: &&Good| !refused.contains(record.subject.as_str());
    assert_eq!(clean.len(), records.iter().filter(may_go).count());
    // What each record gives if every subject says yes.
    let all_yes: Vec<Good> = records
        .iter()
        .map(|r| Good { subject: r.subject.clone(), yes: true, line: r.line.replacen(",N,", ",Y,", 1) })
        .collect();
    let (_, rows) = bench.deliver(text_of(&all_yes).as_bytes(), &bench.strict).unwrap();
    assert_eq!(rows.len(), RECORDS);

    let (mut delivered, mut untouched, mut fatal) = (0, 0, BTreeSet::new());
    for copy in 0..COPIES {
        let has_line_breaks = copy % 3 == 2;
        let (bytes, what) = damage(good.as_bytes(), &mut random);
        let case = format!("copy {copy} ({what}), line breaks {has_line_breaks}");
        let policy = if has_line_breaks { &bench.with_line_breaks } else { &bench.strict };
        match bench.deliver(&bytes, policy) {
            Ok((report, found)) => {
                check_counts(&report, &case);
                delivered += 1;
                untouched += check_rows(&records, &rows, &bytes, &found, has_line_breaks, &case);
            }
            Err(ReleaseError::Input(fault)) => {
                fatal.insert(fault.kind.name());
            }
            Err(ReleaseError::Bind { faults, .. }) => assert!(!faults.is_empty(), "{case}"),
            Err(error) => check_counts(error.report().unwrap_or_else(|| panic!("{case}: {error:?}")), &case),
        }
    }
    assert!(delivered > COPIES / 2, "{delivered} deliveries, {fatal:?}");
    assert!(untouched > delivered * RECORDS / 3, "only {untouched} records were told apart");
    assert!(fatal.len() >= 3, "{fatal:?}");
}

/// A record whose line nobody touched has the row it had, or none for a reason.
/// Gives the number of those that were held to exactly one of the two.
fn check_rows(records: &[Good], rows: &Rows, bytes: &[u8], found: &Rows, has_line_breaks: bool, case: &str) -> usize {
    let mut told_apart = 0;
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let converted = lines.iter().filter(|line| line.ends_with(b"\r")).count() > RECORDS;
    let header = text_of(&[]);
    let is_whole = |line: &str| {
        let line = if converted { format!("{line}\r") } else { line.to_owned() };
        // The last piece is not ended by a line break.
        lines.iter().filter(|own| **own == line.as_bytes()).count() == 1
    };
    let header_is_whole = lines[0].strip_suffix(b"\r").unwrap_or(lines[0]) == header.trim_end().as_bytes()
        && lines[0].ends_with(b"\r") == converted;
    let (whole, touched): (Vec<&Good>, Vec<&Good>) = records.iter().partition(|record| is_whole(&record.line));
    let mut touched_subjects: BTreeSet<String> = touched.iter().map(|record| record.subject.clone()).collect();
    let known: BTreeSet<&[u8]> = whole.iter().map(|record| record.line.as_bytes()).collect();
    for line in &lines {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !known.contains(line) {
            let first = String::from_utf8_lossy(line.split(|byte| *byte == b',').next().unwrap()).into_owned();
            touched_subjects.insert(first.trim_matches('"').to_owned());
        }
    }
    for record in whole {
        let id = id_of(&record.line);
        let found = found.get(id);
        if let Some(found) = found {
            assert!(record.yes, "{case}: a refused record, {}", record.line);
            assert_eq!(found, &rows[id], "{case}: {}", record.line);
        }
        if has_line_breaks || !header_is_whole || touched_subjects.contains(&record.subject) {
            continue;
        }
        let refused = records.iter().any(|other| other.subject == record.subject && !other.yes);
        assert_eq!(found.is_some(), !refused, "{case}: {}", record.line);
        told_apart += 1;
    }
    told_apart
}

/// Steps of a worker's life, from which any account can be made.
fn accounts() -> impl Strategy<Value = Account> {
    let step = (0_usize..6, 0_u64..1000, 0_usize..3);
    (0_usize..4, proptest::collection::vec(step, 0..40)).prop_map(|(columns, steps)| {
        let mut account = Account::new(columns);
        for (kind, record, which) in steps {
            account.read.add(record);
            account.fates.add(record);
            match kind {
                0 => {
                    account.delivered += 1;
                    *account.relied_on.entry(ReliedOn { notice: Some(which), month: None }).or_default() += 1;
                }
                1 => {
                    let reason = [DropReason::ConsentUnknown, DropReason::Own(1), DropReason::NoSubject][which];
                    *account.dropped.entry(reason).or_default() += 1;
                    *account.with_their_subject.entry(reason).or_default() += u64::from(record % 2 == 0);
                }
                2 => {
                    let fault = [StructureFault::Nul, StructureFault::BareCr, StructureFault::ExtraField][which];
                    *account.quarantined.entry(fault).or_default() += 1;
                }
                3 => {
                    account.subjects += record % 7;
                    account.most_rows_of_one_subject = account.most_rows_of_one_subject.max(record);
                }
                _ => {}
            }
            for tally in [&mut account.columns, &mut account.delivered_columns]
                .into_iter()
                .filter_map(|columns| columns.get_mut(which))
            {
                match kind {
                    0 => tally.count_changed(),
                    1 => tally.count_missing(),
                    2 => tally.count_unchanged(),
                    _ => tally.count_unreadable(Unreadable::Date),
                }
            }
        }
        account
    })
}

fn merged(mut one: Account, other: &Account) -> Account {
    one.merge(other);
    one
}

proptest! {
    #[test]
    fn accounts_merge_in_any_order_and_grouping(a in accounts(), b in accounts(), c in accounts()) {
        prop_assert_eq!(merged(a.clone(), &b), merged(b.clone(), &a));
        prop_assert_eq!(merged(merged(a.clone(), &b), &c), merged(a.clone(), &merged(b.clone(), &c)));
        prop_assert_eq!(merged(a.clone(), &Account::default()), a.clone());
        prop_assert_eq!(merged(Account::default(), &a), a);
    }
}
