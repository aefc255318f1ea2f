//! One row of the table: an input, what is changed in the policy, and the exact
//! expected result. Every case runs twice, through the library on one thread with
//! tiny blocks and through the command, and both must agree.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use scant::RunReport;
use scant::internals::{BindFault, InputFault, InputFaultKind, ReleaseError};

use super::project::{DELIVERED_HEADER, InputProject, POLICY, assert_error_clean, delivered, exit_of};
use crate::kit::Options;

/// A bad input by its number in the list.
pub struct Case {
    pub number: u16,
    pub name: &'static str,
    check: Check,
}

enum Check {
    Own(fn()),
    Trial(Trial),
}

/// A case that needs more than files and a policy.
pub fn own(number: u16, name: &'static str, check: fn()) -> Case {
    Case { number, name, check: Check::Own(check) }
}

/// A case of the table; `name` says what is bad.
pub fn case(number: u16, name: &'static str) -> Trial {
    Trial {
        number,
        name,
        files: Vec::new(),
        beside: Vec::new(),
        policy: POLICY.to_owned(),
        with_key: false,
        expect_records: None,
        outcome: Outcome::default(),
        fault: None,
    }
}

/// A case being written down.
pub struct Trial {
    number: u16,
    name: &'static str,
    files: Vec<(String, Vec<u8>)>,
    beside: Vec<(String, Vec<u8>)>,
    policy: String,
    with_key: bool,
    expect_records: Option<u64>,
    outcome: Outcome,
    fault: Option<Fault>,
}

/// Why there is no delivery.
enum Fault {
    Input { kind: InputFaultKind, record: Option<u64>, column: Option<u32> },
    Policy { path: &'static str },
}

/// What becomes of the records; without a delivered one the run is refused.
#[derive(Default)]
struct Outcome {
    data: String,
    dropped: BTreeMap<String, u64>,
    quarantined: Vec<(u64, &'static str, Option<u32>)>,
    unreadable: BTreeMap<String, BTreeMap<&'static str, u64>>,
}

impl Trial {
    /// The extract, as `extract.csv`.
    pub fn csv(self, content: impl Into<Vec<u8>>) -> Self {
        self.file("extract.csv", content)
    }

    /// A file of the extract.
    pub fn file(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.to_owned(), content.into()));
        self
    }

    /// A file beside the extract.
    pub fn beside(mut self, name: &str, content: &str) -> Self {
        self.beside.push((name.to_owned(), content.into()));
        self
    }

    /// Changes the policy.
    pub fn policy(mut self, from: &str, to: &str) -> Self {
        assert!(self.policy.contains(from), "{}: the policy has no {from}", self.name);
        self.policy = self.policy.replace(from, to);
        self
    }

    /// Adds to the policy, before its `[output]`.
    pub fn and_policy(self, tables: &str) -> Self {
        self.policy("[output]", &format!("{tables}\n\n[output]"))
    }

    pub fn with_key(mut self) -> Self {
        self.with_key = true;
        self
    }

    pub fn expect_records(mut self, count: u64) -> Self {
        self.expect_records = Some(count);
        self
    }

    pub fn drops(mut self, reason: &str, count: u64) -> Self {
        self.outcome.dropped.insert(reason.to_owned(), count);
        self
    }

    pub fn quarantines(mut self, record: u64, fault: &'static str, column: Option<u32>) -> Self {
        self.outcome.quarantined.push((record, fault, column));
        self
    }

    pub fn unreadable(mut self, column: &str, reason: &'static str, count: u64) -> Self {
        self.outcome.unreadable.entry(column.to_owned()).or_default().insert(reason, count);
        self
    }

    /// The records of [`super::project::row`] that are delivered.
    pub fn delivers(self, rows: &[u32]) -> Case {
        let data = rows.iter().fold(String::new(), |text, &number| text + &delivered(number));
        self.delivers_text(&data)
    }

    /// The delivered lines, after the usual header.
    pub fn delivers_text(self, lines: &str) -> Case {
        self.delivers_file(&format!("{DELIVERED_HEADER}{lines}"))
    }

    /// The delivered file.
    pub fn delivers_file(mut self, data: &str) -> Case {
        self.outcome.data = data.to_owned();
        self.done()
    }

    /// No record is delivered, so there is no delivery.
    pub fn delivers_nothing(self) -> Case {
        self.done()
    }

    pub fn fails(self, kind: InputFaultKind) -> Case {
        self.fails_at(kind, None, None)
    }

    pub fn fails_at(mut self, kind: InputFaultKind, record: Option<u64>, column: Option<u32>) -> Case {
        self.fault = Some(Fault::Input { kind, record, column });
        self.done()
    }

    /// The policy is refused, for something at `path`.
    pub fn policy_fails(mut self, path: &'static str) -> Case {
        self.fault = Some(Fault::Policy { path });
        self.done()
    }

    fn done(self) -> Case {
        Case { number: self.number, name: self.name, check: Check::Trial(self) }
    }

    fn check(&self) {
        let project = InputProject::new(&self.policy).with_key(self.with_key);
        let write = |(name, content): &(String, Vec<u8>)| project.write(name, content);
        let extracts: Vec<PathBuf> = self.files.iter().map(write).collect();
        self.beside.iter().map(write).for_each(drop);
        let size = self.files.iter().map(|(_, content)| content.len()).sum::<usize>();
        let options = Options {
            expect_records: self.expect_records,
            threads: 1,
            // The smaller the blocks, the more a record is cut by their borders.
            block_bytes: Some((size / 16).max(64)),
            ..Options::default()
        };
        match &self.fault {
            Some(fault) => fault.check(&project, &extracts, options),
            None => self.outcome.check(&project, &extracts, options),
        }
    }
}

impl Fault {
    fn check(&self, project: &InputProject, extracts: &[PathBuf], options: Options<'_>) {
        let error = project.deliver(extracts, options).expect_err("a delivery was made");
        assert_error_clean(&error);
        let exit = match self {
            Self::Input { kind, record, column } => {
                let found = input_faults(&error);
                assert!(!found.is_empty(), "not a fault of the extract: {error:?}");
                let is_it = |fault: &InputFault| {
                    fault.kind == *kind
                        && record.is_none_or(|record| fault.record == Some(record))
                        && column.is_none_or(|column| fault.column == Some(column))
                };
                assert!(found.iter().all(is_it), "another fault: {found:?}");
                4
            }
            Self::Policy { path } => {
                let ReleaseError::Policy { refused, .. } = &error else { panic!("not the policy: {error:?}") };
                let paths: Vec<&str> = refused.faults.iter().map(|fault| fault.path.as_str()).collect();
                assert_eq!(paths, [*path]);
                3
            }
        };
        project.assert_nothing_delivered("to");
        let output = project.command(extracts, options).output().unwrap();
        assert_eq!(exit_of(&output), Some(exit), "{}", String::from_utf8_lossy(&output.stderr));
        project.assert_nothing_delivered("again");
    }
}

fn input_faults(error: &ReleaseError) -> Vec<InputFault> {
    match error {
        ReleaseError::Input(fault) => vec![fault.clone()],
        ReleaseError::Bind { faults, .. } => faults
            .iter()
            .filter_map(|fault| match fault {
                BindFault::Input(fault) => Some(fault.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

impl Outcome {
    fn check(&self, project: &InputProject, extracts: &[PathBuf], mut options: Options<'_>) {
        let malformed = self.quarantined.len() as u64;
        if malformed > 0 {
            // None is allowed unless somebody says so.
            let error = project.deliver(extracts, options).expect_err("malformed records were accepted");
            assert_error_clean(&error);
            let ReleaseError::TooManyQuarantined { found, allowed: 0, report, .. } = &error else {
                panic!("{error:?}")
            };
            assert_eq!(*found, malformed, "{report:?}");
            project.assert_nothing_delivered("to");
            let output = project.command(extracts, options).output().unwrap();
            assert_eq!(exit_of(&output), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
            project.assert_nothing_delivered("again");
            options.max_malformed = Some(malformed);
        }
        let result = project.deliver(extracts, options);
        let output = project.command(extracts, options).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        if self.data.is_empty() {
            let error = result.expect_err("a delivery was made");
            assert_error_clean(&error);
            let ReleaseError::Refused { report, .. } = &error else { panic!("{error:?}") };
            self.check_counts(report);
            assert_eq!(exit_of(&output), Some(5), "{stderr}");
            project.assert_nothing_delivered("to");
            project.assert_nothing_delivered("again");
            return;
        }
        let delivery = result.unwrap_or_else(|error| panic!("{error:?}"));
        self.check_counts(&delivery.report);
        assert_eq!(exit_of(&output), Some(0), "{stderr}");
        for to in ["to", "again"] {
            let data = String::from_utf8(project.data(to)).unwrap();
            assert_eq!(data, self.data, "in `{to}`");
            project.assert_complete_and_clean(to);
            self.check_places(project, to);
            check_balance(project, to);
        }
    }

    fn check_counts(&self, report: &RunReport) {
        assert_eq!(report.dropped, self.dropped);
        let mut quarantined = BTreeMap::new();
        self.quarantined.iter().for_each(|(_, fault, _)| *quarantined.entry(*fault).or_default() += 1);
        assert_eq!(report.quarantined, quarantined);
        assert_eq!(report.unreadable, self.unreadable);
    }

    fn check_places(&self, project: &InputProject, to: &str) {
        let text = std::fs::read_to_string(project.path(to).join("out.internal/quarantine.csv")).unwrap();
        let mut lines = csv::Reader::from_reader(text.as_bytes());
        let places: Vec<(u64, String, String)> = lines
            .records()
            .map(|line| line.unwrap())
            .map(|line| (line[1].parse().unwrap(), line[4].to_owned(), line[5].to_owned()))
            .collect();
        let column = |column: Option<u32>| column.map_or_else(String::new, |column| column.to_string());
        let expected: Vec<(u64, String, String)> =
            self.quarantined.iter().map(|(record, fault, at)| (*record, (*fault).to_owned(), column(*at))).collect();
        assert_eq!(places, expected);
    }
}

/// What was read is what was delivered, dropped and quarantined; as the account
/// in the kept folder tells it.
pub fn check_balance(project: &InputProject, to: &str) {
    let account = project.json(&format!("{to}/out.internal/account.json"));
    let records = &account["records"];
    let sum = |value: &serde_json::Value| -> u64 {
        value.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum()
    };
    let read = records["read"].as_u64().unwrap();
    let delivered = records["delivered"].as_u64().unwrap();
    assert_eq!(read, delivered + sum(&records["dropped"]) + sum(&records["quarantined"]), "the balance");
}

/// Runs the cases of one section and names every one that fails.
#[track_caller]
pub fn run_all(cases: Vec<Case>) {
    let mut failed = Vec::new();
    for case in cases {
        let check = || match &case.check {
            Check::Own(check) => check(),
            Check::Trial(trial) => trial.check(),
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(check)) {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
            failed.push(format!("{} {}: {text}", case.number, case.name));
        }
    }
    assert!(failed.is_empty(), "{} failed\n\n{}", failed.len(), failed.join("\n\n"));
}
