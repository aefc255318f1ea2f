//! The result of a run: counts, and the delivered rows.

use std::collections::BTreeMap;

use scant::RunReport;
use scant::internals::Why;

use crate::oracle::FOLLOWED;

/// Counts, and the delivered rows with their header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) read: u64,
    pub(crate) dropped: BTreeMap<String, u64>,
    /// The second level of the reasons, in the words of the oracle.
    pub(crate) details: BTreeMap<(String, String), u64>,
    pub(crate) quarantined: BTreeMap<String, u64>,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Outcome {
    pub(crate) fn new(report: RunReport, header: Vec<String>, rows: Vec<Vec<String>>) -> Self {
        let details = details_of(&report);
        let quarantined = report.quarantined.into_iter().map(|(fault, n)| (fault.to_owned(), n)).collect();
        Self { read: report.read, dropped: report.dropped, details, quarantined, header, rows }
    }

    pub(crate) fn balances(&self) -> bool {
        let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
        self.read == self.rows.len() as u64 + sum(&self.dropped) + sum(&self.quarantined)
    }
}

/// What the details of a report say, in the words of the oracle.
fn details_of(report: &RunReport) -> BTreeMap<(String, String), u64> {
    let mut details = BTreeMap::new();
    for (reason, parts) in &report.details {
        for part in parts {
            let mut about = [part.notice.as_deref(), part.party.as_deref()].into_iter().flatten().collect::<Vec<_>>();
            about.extend(part.not_chosen.then_some("not chosen"));
            about.extend(part.column.as_deref());
            about.extend(part.why.map(why));
            about.extend(part.with_their_subject.then_some(FOLLOWED));
            assert_eq!(details.insert((reason.clone(), about.join(" ")), part.records), None, "{reason} twice");
        }
        let sum: u64 = parts.iter().map(|part| part.records).sum();
        assert_eq!(Some(&sum), report.dropped.get(reason), "{reason}");
    }
    details
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Missing => "missing",
        Why::Sentinel => "sentinel",
        Why::Implausible => "implausible",
        Why::Unreadable => "unreadable",
        Why::NoEvidence => "no evidence",
        Why::NotJson => "not json",
        Why::OtherShape => "other shape",
        Why::UndeclaredState => "undeclared state",
        Why::SaidUnknown => "said unknown",
    }
}

/// The header and the rows of a delivered CSV file.
pub(crate) fn read_csv(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = texts(reader.headers().unwrap());
    (header, reader.records().map(|record| texts(&record.unwrap())).collect())
}
