//! A naive second implementation of the gate and of what a delivered record looks
//! like, written from the design and not from the code: one record at a time, plain
//! strings, its own calendar. The engine must give the same rows and the same
//! counts.

mod calendar;
mod generated;
mod log;
mod minimise;
mod policy;
mod random;
mod tape;
mod traced;
mod verdict;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use self::calendar::{Day, Period};
pub use self::log::{Event, LogPolicy};
use self::minimise::{header, minimise};
pub use self::policy::{Action, Evidence, Flag, Normalise, Notice, Policy, Register, Said};
pub use self::tape::Tape;
pub use self::verdict::FOLLOWED;
use self::verdict::{Dropped, Judge, Record};
use crate::kit::{Options, Outcome, Project};

/// What the naive implementation says of an extract.
#[derive(Debug, PartialEq, Eq)]
pub struct Expected {
    pub dropped: BTreeMap<String, u64>,
    /// Notices and parties of the reasons, and records that followed another.
    pub details: BTreeMap<(String, String), u64>,
    /// Delivered rows in the order of the extract.
    pub rows: Vec<Vec<String>>,
}

/// Reads an extract; blanks around cells go where the policy says so.
pub fn read_extract(bytes: &[u8], trim: bool) -> Vec<Record> {
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    let cell = |text: &str| if trim { text.trim_matches(' ').to_owned() } else { text.to_owned() };
    let record = |row: csv::StringRecord| header.iter().map(str::to_owned).zip(row.iter().map(cell)).collect();
    reader.records().map(|row| record(row.unwrap())).collect()
}

pub fn expect(policy: &Policy, as_of: Day, master: &[u8], records: &[Record]) -> Expected {
    let mut expected = Expected { dropped: BTreeMap::new(), details: BTreeMap::new(), rows: Vec::new() };
    for (record, verdict) in records.iter().zip(Judge::new(policy, as_of).judge(records)) {
        match verdict {
            None => expected.rows.push(minimise(policy, as_of, master, record)),
            Some(Dropped { reason, about }) => {
                *expected.dropped.entry(reason.clone()).or_default() += 1;
                *expected.details.entry((reason, about)).or_default() += 1;
            }
        }
    }
    // A reason that is about nothing, and that nobody followed, has no second level.
    let told: BTreeSet<String> =
        expected.details.keys().filter(|(_, about)| !about.is_empty()).map(|(reason, _)| reason.clone()).collect();
    expected.details.retain(|(reason, _), _| told.contains(reason));
    expected
}

/// Whether the engine comes to the same; says what differs.
pub fn compare(policy: &Policy, expected: &Expected, found: &Outcome) -> Result<(), String> {
    let found_dropped: BTreeMap<String, u64> =
        found.dropped.iter().filter(|(_, n)| **n > 0).map(|(reason, n)| (reason.clone(), *n)).collect();
    if found_dropped != expected.dropped {
        return Err(format!("reasons\nexpected {:?}\nfound    {found_dropped:?}", expected.dropped));
    }
    if found.details != expected.details {
        return Err(format!("details\nexpected {:?}\nfound    {:?}", expected.details, found.details));
    }
    if !found.rows.is_empty() && found.header != header(policy) {
        return Err(format!("the header is {:?}", found.header));
    }
    let mut rows = expected.rows.clone();
    let mut found_rows = found.rows.clone();
    if !policy.order_of_extract {
        // A missing pseudonym stands before all others.
        if !found_rows.is_sorted_by(|one, next| one[0] <= next[0]) {
            return Err("the rows are not in the order of their pseudonyms".to_owned());
        }
        rows.sort();
        found_rows.sort();
    }
    if rows != found_rows {
        return Err(format!("rows\nexpected {rows:?}\nfound    {found_rows:?}"));
    }
    if !found.balances() {
        return Err("the counts do not balance".to_owned());
    }
    Ok(())
}

/// Judges an extract both ways.
pub fn agree(
    project: &Project,
    policy: &Policy,
    document: &Path,
    extract: &Path,
    as_of: Day,
    options: Options<'_>,
) -> Result<Expected, String> {
    let records = read_extract(&std::fs::read(extract).unwrap(), policy.trim);
    let expected = expect(policy, as_of, &project.master(), &records);
    let options = Options { as_of: as_of.date(), ..options };
    let found = project.outcome(document, extract, options).map_err(|error| format!("no outcome: {error}"))?;
    compare(policy, &expected, &found)?;
    let verdicts = Judge::new(policy, as_of).judge(&records);
    let ids = traced::ids(&records, &policy.subject);
    if !ids.is_empty() {
        let answer = project.trace(document, extract, options, &ids);
        traced::compare_each(&answer, &policy.subject, &records, &verdicts)?;
    }
    Ok(expected)
}
