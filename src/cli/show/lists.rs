//! What people are told of lists: what was found, and which entries refuse a run; and
//! how logs with subjects that cannot be read are mended. Counts, numbers of records
//! and names of the policy, never a cell.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::model::number::counted::{counted, noun, number};
use crate::release::report::ListReport;
use crate::release::unreadable_entries::UnreadableEntries;

/// The entries that refuse a run: how many by column and reason, and where the
/// first few are.
pub(crate) fn unreadable_entries(entries: &UnreadableEntries) -> String {
    let in_file = |(file, records): (&str, Vec<u64>)| {
        let records: Vec<String> = records.into_iter().map(number).collect();
        let records = records.join(", ");
        if entries.files.len() > 1 { format!("{records} of {file}") } else { records }
    };
    let records: Vec<String> = entries.by_file().into_iter().map(in_file).collect();
    let more = entries.found - entries.first.len() as u64;
    let more = if more > 0 { format!(" and {} more", number(more)) } else { String::new() };
    let of = noun(entries.found, "record");
    format!("  {}\n  {of} {}{more}", by_column(&entries.by_column), records.join("; "))
}

/// How an operator can mend a list: what is said of each thing that its entries
/// should have been.
pub(crate) fn unreadable_hint(entries: &UnreadableEntries) -> String {
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
        "digest" => "a digest is whole, and of the kind that `digests` there says",
        "domain" => "a domain is its name, with @, *@ or *. before it or nothing",
        "email" => {
            "an address is one mailbox, with nothing before or behind it; `normalise` there says if the list holds domains, and `digests` if it holds digests"
        }
        "missing" => "no value may be left out of several columns",
        "name" => "a name has letters, blanks, hyphens, apostrophes and points, and nothing else",
        "no_place" | "postcode" => "a postcode is a whole one of the United Kingdom",
        "phone" => {
            "`region` there says how telephone numbers without a country are read, and `digests` if the list holds digests"
        }
        "sentinel" => "`null_values` there names what stands for no value",
        _ => "an id is one value a cell, with nothing before or behind it and no character that cannot be seen",
    }
}

/// How an operator can mend a log with subjects that cannot be read.
pub(crate) const UNREAD_SUBJECTS_HINT: &str = "have the log mended: an id is compared after the `normalise` of its pseudonym, and characters that cannot be seen are no part of one; or set consent.events.max_quarantined, knowing that such an event may be a withdrawal, and whoever it names is delivered";

/// What was found of each list, and how the records were compared with it, one line
/// each.
pub(crate) fn list_lines(lists: &[ListReport]) -> String {
    let mut out = String::new();
    for list in lists {
        let (found, entries) = (number(list.found), counted(list.entries, "entry"));
        let not_comparable: u64 = list.not_comparable.values().flat_map(BTreeMap::values).sum();
        // Writing to a String cannot fail.
        let _ = write!(out, "  list {}: {found} of {entries} found in the extract", list.name);
        if let Some(removed) = list.removed {
            let _ = write!(out, ", {} removed since", counted(removed, "entry"));
        }
        for (count, what) in [
            (list.compared, "compared"),
            (list.records_without_value, "without a value"),
            (list.incomplete, "with some of the values"),
            (not_comparable, "not comparable"),
        ] {
            if count > 0 {
                let _ = write!(out, ", {} {what}", counted(count, "record"));
            }
        }
        out.push('\n');
    }
    out
}

/// As `email: 3 (email), 1 (sentinel); phone: 2 (phone)`.
pub(crate) fn by_column(counts: &BTreeMap<String, BTreeMap<&'static str, u64>>) -> String {
    let column = |(column, reasons): (&String, &BTreeMap<&'static str, u64>)| {
        let reasons: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{} ({reason})", number(*count))).collect();
        format!("{column}: {}", reasons.join(", "))
    };
    counts.iter().map(column).collect::<Vec<_>>().join("; ")
}
