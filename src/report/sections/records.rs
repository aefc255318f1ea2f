//! From the records that were read to those that are delivered: what was left out, for
//! which reason, and how many.

use crate::model::number::counted::number;
use crate::report::documents::Documents;
use crate::report::text::{foreign, foreign_list, per_cent, width};
use crate::report::told_count::ToldCount;
use crate::report::words::reasons;

/// The flow of records.
#[derive(Debug)]
pub(in crate::report) struct RecordFlow {
    /// The parts that make up the whole, in the order of the bar.
    pub(in crate::report) parts: Vec<FlowPart>,
    /// Records read; where it is told.
    pub(in crate::report) read: Option<String>,
    pub(in crate::report) reasons: Vec<ReasonLine>,
    pub(in crate::report) faults: Vec<ReasonLine>,
    /// Reasons that the manifest counts as one.
    pub(in crate::report) together: String,
    pub(in crate::report) with_their_subject: Option<String>,
    pub(in crate::report) is_exact: bool,
}

/// A part of what was read.
#[derive(Debug)]
pub(in crate::report) struct FlowPart {
    pub(in crate::report) class: &'static str,
    pub(in crate::report) name: &'static str,
    pub(in crate::report) count: String,
    pub(in crate::report) share: String,
    /// Where it begins in a bar of 100, and how wide it is.
    pub(in crate::report) from: String,
    pub(in crate::report) width: String,
}

/// A reason and its records.
#[derive(Debug)]
pub(in crate::report) struct ReasonLine {
    pub(in crate::report) name: String,
    pub(in crate::report) meaning: String,
    pub(in crate::report) count: String,
    pub(in crate::report) share: String,
    pub(in crate::report) width: String,
    pub(in crate::report) parts: Vec<(String, String)>,
}

impl RecordFlow {
    pub(in crate::report) fn of(documents: &Documents) -> Self {
        let records = &documents.told.records;
        let (delivered, dropped, quarantined) = (documents.delivered(), documents.dropped(), documents.quarantined());
        let all = records.read.unwrap_or(delivered + dropped + quarantined);
        let share = |count| records.read.map(|read| per_cent(count, read)).unwrap_or_default();
        let counted =
            |count: u64, is_exact: bool| if is_exact { number(count) } else { format!("{} or more", number(count)) };
        let mut before = 0;
        let mut part = |class, name, count, text: String| {
            let from = width_from(before, all);
            before += count;
            FlowPart { class, name, count: text, share: share(count), from, width: width(count, all) }
        };
        let parts = vec![
            part("delivered", "Delivered", delivered, number(delivered)),
            part("dropped", "Dropped, for the reasons below", dropped, counted(dropped, documents.is_exact)),
            part("malformed", "Malformed, and so not read", quarantined, malformed(documents, quarantined)),
        ];
        let most = records.dropped.values().chain(records.quarantined.values()).map(|count| count.at_least()).max();
        let line = |name: &str, meaning: String, count: ToldCount| ReasonLine {
            name: foreign(name),
            meaning,
            count: documents.count(count),
            share: share(count.at_least()),
            width: width(count.at_least(), most.unwrap_or(0)),
            parts: details(documents, name),
        };
        let mut dropped_for: Vec<(&String, ToldCount)> = records.dropped.iter().map(|(name, n)| (name, *n)).collect();
        dropped_for.sort_by(|a, b| b.1.at_least().cmp(&a.1.at_least()).then(a.0.cmp(b.0)));
        let faults = records.quarantined.iter().filter(|_| documents.is_exact);
        Self {
            parts,
            read: records.read.map(number),
            reasons: dropped_for.into_iter().map(|(name, n)| line(name, reasons::meaning(name), n)).collect(),
            faults: faults.map(|(name, n)| line(name, reasons::fault(name).to_owned(), *n)).collect(),
            together: foreign_list(records.withheld_by_the_person.iter().flatten().map(String::as_str)),
            with_their_subject: records.dropped_with_their_subject.filter(|count| *count > 0).map(number),
            is_exact: documents.is_exact,
        }
    }
}

/// Where a part begins: not widened, or the parts would not meet.
fn width_from(before: u64, all: u64) -> String {
    if before == 0 { "0.00".to_owned() } else { width(before, all) }
}

fn malformed(documents: &Documents, least: u64) -> String {
    if documents.is_exact {
        return number(least);
    }
    let told = documents.told.records.quarantined.values().next();
    told.map_or_else(|| "not told".to_owned(), |count| documents.count(*count))
}

/// The parts of a reason.
fn details(documents: &Documents, reason: &str) -> Vec<(String, String)> {
    let parts = documents.told.records.details.as_ref().and_then(|details| details.get(reason));
    let mut parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.records));
    parts.into_iter().map(|part| (reasons::part(part), number(part.records))).collect()
}
