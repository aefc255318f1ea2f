//! A folder of its own for one test, with a key, in which deliveries are made:
//! through the library, or by the command as people start it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use scant::engine::progress::NoObserver;
use scant::model::outcome::detail::Why;
use scant::release::deliver::{Clock, Order, deliver};
use scant::release::error::ReleaseError;
use scant::release::guards::GuardOptions;
use scant::release::inputs::keyset;
use scant::release::inputs::policy::load;
use scant::release::report::{Delivery, RunReport};
use scant::release::trace::trace;

use crate::oracle::FOLLOWED;

/// A clock that stands still.
pub struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> String {
        "2026-11-01T00:00:00Z".to_owned()
    }

    fn seconds(&self) -> f64 {
        0.0
    }

    fn peak_memory(&self) -> Option<u64> {
        None
    }
}

pub struct Workshop {
    folder: tempfile::TempDir,
    outputs: Cell<usize>,
}

/// How a run is started; the default is two threads and nothing allowed.
#[derive(Default)]
pub struct Terms {
    pub threads: Option<usize>,
    pub block_bytes: Option<usize>,
    pub max_malformed: Option<u64>,
    pub memory_bytes: Option<usize>,
    pub consent: Vec<PathBuf>,
}

/// What a run came to: counts, and the delivered rows with their header.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub read: u64,
    pub dropped: BTreeMap<String, u64>,
    /// The second level of the reasons, in the words of the oracle.
    pub details: BTreeMap<(String, String), u64>,
    pub quarantined: BTreeMap<String, u64>,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Workshop {
    pub fn new() -> Self {
        let workshop = Self { folder: tempfile::tempdir().unwrap(), outputs: Cell::new(0) };
        keyset::create(&workshop.path("key.json"), jiff::civil::date(2026, 11, 1)).unwrap();
        workshop
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Puts the register and a policy of the sample here, with the replacements,
    /// each of which must apply.
    pub fn story(&self, policy: &str, replace: &[(&str, &str)]) -> PathBuf {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/story");
        self.write("register.toml", fs::read(sample.join("register.toml")).unwrap());
        let mut text = fs::read_to_string(sample.join(policy)).unwrap();
        for (from, to) in replace {
            assert!(text.contains(from), "{policy} has no {from}");
            text = text.replace(from, to);
        }
        self.write(policy, text)
    }

    /// The secret of the key, to derive pseudonyms a second time.
    pub fn master(&self) -> Vec<u8> {
        let keyset: serde_json::Value = serde_json::from_slice(&fs::read(self.path("key.json")).unwrap()).unwrap();
        let hex = keyset["keys"][0]["secret"].as_str().unwrap();
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// A target nobody has used.
    pub fn fresh_output(&self) -> PathBuf {
        self.outputs.set(self.outputs.get() + 1);
        self.path(&format!("out-{}", self.outputs.get()))
    }

    /// Delivers through the library.
    pub fn deliver(&self, policy: &Path, extract: &Path, as_of: &str, terms: &Terms) -> Result<Delivery, ReleaseError> {
        let loaded = load(policy, as_of.parse().unwrap())?;
        let key = self.path("key.json");
        let extracts = [extract.to_owned()];
        let stop = AtomicBool::new(false);
        let order = Order {
            loaded: &loaded,
            today: as_of.parse().unwrap(),
            extracts: &extracts,
            consent: &terms.consent,
            memory_bytes: terms.memory_bytes,
            key: Some(&key),
            internal: None,
            max_malformed: terms.max_malformed,
            expect_records: None,
            guarding: GuardOptions::default(),
            threads: terms.threads.unwrap_or(2),
            block_bytes: terms.block_bytes,
            observer: &NoObserver,
            stop: &stop,
        };
        deliver(&order, &self.fresh_output(), &NoClock)
    }

    /// Asks about these ids, and gives the answer.
    pub fn trace(
        &self,
        policy: &Path,
        extract: &Path,
        as_of: &str,
        terms: &Terms,
        ids: &[String],
    ) -> serde_json::Value {
        let loaded = load(policy, as_of.parse().unwrap()).unwrap();
        let stop = AtomicBool::new(false);
        let order = Order {
            loaded: &loaded,
            today: as_of.parse().unwrap(),
            extracts: &[extract.to_owned()],
            consent: &[],
            key: None,
            internal: None,
            max_malformed: terms.max_malformed,
            expect_records: None,
            guarding: GuardOptions::default(),
            threads: terms.threads.unwrap_or(2),
            memory_bytes: terms.memory_bytes,
            block_bytes: terms.block_bytes,
            observer: &NoObserver,
            stop: &stop,
        };
        let answer = self.path("answer.json");
        trace(&order, ids, &answer, self.folder()).unwrap();
        let text = fs::read(&answer).unwrap();
        fs::remove_file(answer).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Delivers CSV through the library and reads it back. A run in which no
    /// record may be delivered is an outcome, too.
    pub fn outcome(&self, policy: &Path, extract: &Path, as_of: &str, terms: &Terms) -> Result<Outcome, ReleaseError> {
        let (report, header, rows) = match self.deliver(policy, extract, as_of, terms) {
            Ok(delivery) => {
                let data = fs::read_dir(delivery.folder.join("data")).unwrap().next().unwrap().unwrap().path();
                let (header, rows) = read_csv(&fs::read(data).unwrap());
                assert_eq!(rows.len() as u64, delivery.report.delivered, "the file holds what the account says");
                fs::remove_dir_all(&delivery.folder).unwrap();
                fs::remove_dir_all(&delivery.kept).unwrap();
                (delivery.report, header, rows)
            }
            Err(ReleaseError::Refused { report, .. }) => (*report, Vec::new(), Vec::new()),
            Err(other) => return Err(other),
        };
        let details = told(&report);
        let quarantined = report.quarantined.into_iter().map(|(fault, n)| (fault.to_owned(), n)).collect();
        Ok(Outcome { read: report.read, dropped: report.dropped, details, quarantined, header, rows })
    }
}

/// What the details of a report say, in the words of the oracle.
fn told(report: &RunReport) -> BTreeMap<(String, String), u64> {
    let mut told = BTreeMap::new();
    for (reason, parts) in &report.details {
        for part in parts {
            let mut about = [part.notice.as_deref(), part.party.as_deref()].into_iter().flatten().collect::<Vec<_>>();
            about.extend(part.not_chosen.then_some("not chosen"));
            about.extend(part.column.as_deref());
            about.extend(part.why.map(why));
            about.extend(part.with_their_subject.then_some(FOLLOWED));
            assert_eq!(told.insert((reason.clone(), about.join(" ")), part.records), None, "{reason} twice");
        }
        let sum: u64 = parts.iter().map(|part| part.records).sum();
        assert_eq!(Some(&sum), report.dropped.get(reason), "{reason}");
    }
    told
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Missing => "missing",
        Why::Sentinel => "sentinel",
        Why::Implausible => "implausible",
        Why::Unreadable => "unreadable",
        Why::NoEvidence => "no evidence",
    }
}

impl Outcome {
    pub fn balances(&self) -> bool {
        let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
        self.read == self.rows.len() as u64 + sum(&self.dropped) + sum(&self.quarantined)
    }
}

/// The header and the rows of a delivered CSV file.
pub fn read_csv(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = texts(reader.headers().unwrap());
    (header, reader.records().map(|record| texts(&record.unwrap())).collect())
}

/// The command itself.
pub fn scant() -> Command {
    Command::new(env!("CARGO_BIN_EXE_scant"))
}

/// What a command said, for assertions that fail.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\nstdout: {}\nstderr: {}", output.status, text(&output.stdout), text(&output.stderr))
}

/// The names in a folder, sorted.
pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
