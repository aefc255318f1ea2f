//! What people are told of lists: what was not found, what could not be compared,
//! and what that means for those who may stand on them; and of logs, whose subjects
//! cannot be read. Counts, numbers of records and names of the policy, never a cell.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::model::counted::{are, counted, noun, number};
use crate::release::error::UnreadableEntries;
use crate::release::report::{ListReport, RunReport};

/// The entries that refuse a run: how many by column and reason, and where the
/// first few are.
pub(super) fn unreadable_entries(entries: &UnreadableEntries) -> String {
    let records: Vec<String> = entries.first.iter().map(|record| number(*record)).collect();
    let more = entries.found - entries.first.len() as u64;
    let more = if more > 0 { format!(" and {} more", number(more)) } else { String::new() };
    let of = noun(entries.found, "record");
    format!("  {}\n  {of} {}{more}", by_column(&entries.by_column), records.join(", "))
}

/// How an operator can mend a list: what is said of each thing that its entries
/// should have been.
pub(super) fn unreadable_hint(entries: &UnreadableEntries) -> String {
    let reasons: BTreeSet<&str> = entries.by_column.values().flat_map(BTreeMap::keys).copied().collect();
    let mut hints: Vec<&str> = reasons.into_iter().map(how_to_mend).collect();
    hints.dedup();
    format!(
        "have the list mended: {}; or set max_unreadable = N in the table of the list, knowing that those N people are not kept out",
        hints.join("; ")
    )
}

/// What a cell must be, by the reason that it is not.
fn how_to_mend(reason: &str) -> &'static str {
    match reason {
        "date" | "implausible" | "timestamp" => "`date_format` there says how its dates are written",
        "digest" => "a hash is 44 characters, as it was handed out",
        "email" => "an address is one mailbox, with nothing before or behind it",
        "missing" => "no value may be left out of several columns",
        "no_place" | "postcode" => "a postcode is a whole one of the United Kingdom",
        "phone" => "`region` there says how telephone numbers without a country are read",
        "sentinel" => "`null_values` there names what stands for no value",
        _ => "an id is one value a cell, with nothing before or behind it and no character that cannot be seen",
    }
}

/// How an operator can mend a log with subjects that cannot be read.
pub(super) const UNREAD_SUBJECTS_HINT: &str = "have the log mended: an id is compared after the `normalise` of its pseudonym, and characters that cannot be seen are no part of one; or set consent.events.max_quarantined, knowing that such an event may be a withdrawal, and whoever it names is delivered";

/// What was found of each list, then what to look at before the delivery is sent, one
/// line each.
pub(super) fn list_lines(lists: &[ListReport]) -> String {
    let mut out = String::new();
    for list in lists {
        let (found, entries) = (number(list.found), counted(list.entries, "entry"));
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  list {}: {found} of {entries} found in the extract", list.name);
    }
    for list in lists {
        let name = &list.name;
        if list.finds_nobody() {
            let (entries, compared) = (counted(list.entries, "entry"), counted(list.compared, "record"));
            let _ = writeln!(
                out,
                "warning: list {name}: none of its {entries} is found in {compared}: do both hold the same kind of value, written alike?"
            );
        }
        if !list.unreadable.is_empty() {
            let _ = writeln!(
                out,
                "warning: list {name}: {}: those entries cannot be read, and whoever they name is not kept out",
                by_column(&list.unreadable)
            );
        }
        if !list.not_comparable.is_empty() {
            let then = if list.delivers_not_comparable {
                "passed all the same, as the policy says"
            } else {
                "dropped, and so are all other records of their subjects; null_values names what stands for no value"
            };
            let _ = writeln!(
                out,
                "warning: list {name}: {}: those records cannot be compared with it, may be on it, and are {then}",
                by_column(&list.not_comparable)
            );
        }
        if list.incomplete > 0 {
            let incomplete = counted(list.incomplete, "record");
            let (lack, were) = if list.incomplete == 1 { ("lacks", "was") } else { ("lack", "were") };
            let _ = writeln!(
                out,
                "warning: list {name}: {incomplete} {lack} one of the compared columns and {were} not compared"
            );
        }
        if list.undated > 0 {
            let undated = counted(list.undated, "entry");
            let _ = writeln!(out, "warning: list {name}: the day of {undated} cannot be read");
        }
        if let Some(not_answered @ 1..) = list.not_answered {
            let _ = writeln!(
                out,
                "warning: list {name}: {} {} not answered: one that cannot be read, or was not found while some records could not be compared, has no answer",
                counted(not_answered, "work item"),
                are(not_answered)
            );
        }
    }
    out
}

/// What to look at where events of a log are of nobody who is known.
pub(super) fn unread_subjects(report: &RunReport) -> String {
    let Some(log) = &report.consent_log else { return String::new() };
    let found: u64 = log.counts.unreadable_subject.values().sum();
    if found == 0 {
        return String::new();
    }
    format!(
        "warning: consent log: {} {} of a subject that cannot be read; if one of them is a withdrawal, whoever it names is not kept out\n",
        counted(found, "event"),
        are(found)
    )
}

/// As `email: 3 (email), 1 (sentinel); phone: 2 (phone)`.
fn by_column(counts: &BTreeMap<String, BTreeMap<&'static str, u64>>) -> String {
    let column = |(column, reasons): (&String, &BTreeMap<&'static str, u64>)| {
        let reasons: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{} ({reason})", number(*count))).collect();
        format!("{column}: {}", reasons.join(", "))
    };
    counts.iter().map(column).collect::<Vec<_>>().join("; ")
}
