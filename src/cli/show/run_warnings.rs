//! What the counts of a run warn of: lists that find nobody, values and ids that
//! cannot be read, events of nobody; each with what to do, where there is something.
//! Counts and names of the policy, never a cell.

use std::collections::BTreeMap;

use super::lists::by_column;
use crate::model::number::counted::{are, counted, number};
use crate::model::outcome::detail::Why;
use crate::release::report::{ListReport, RunReport};

/// A warning of the run as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunWarning {
    pub(super) what: String,
    /// What to try.
    pub(super) hint: Option<&'static str>,
}

impl RunWarning {
    pub(crate) fn new(what: String) -> Self {
        Self { what, hint: None }
    }

    pub(crate) fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub(super) fn shown(&self) -> String {
        let hint = self.hint.map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
        format!("warning: {}{hint}", self.what)
    }
}

/// All of them, in the order they are told.
pub(crate) fn run_warnings(report: &RunReport) -> Vec<RunWarning> {
    let mut warnings: Vec<RunWarning> = report.lists.iter().flat_map(of_list).collect();
    warnings.extend(of_log(report));
    warnings.extend(unread_ids(report));
    warnings.extend(unread_columns(report));
    warnings.extend(echoes(report));
    if report.one_subject_stands_out() {
        let most = number(report.most_rows_of_one_subject);
        warnings.push(RunWarning::new(format!("one subject has {most} delivered records: an id that names nobody?")));
    }
    warnings
}

/// Delivered columns of which nothing could be read: with very few records no guard
/// refuses them.
fn unread_columns(report: &RunReport) -> impl Iterator<Item = RunWarning> {
    let is_unread = |reasons: &BTreeMap<&str, u64>| reasons.values().sum::<u64>() >= report.delivered;
    let unread = report.unreadable.iter().filter(move |(_, reasons)| report.delivered > 0 && is_unread(reasons));
    unread.map(|(column, _)| {
        RunWarning::new(format!("{column}: no cell could be read, so the delivered column is empty"))
            .hint("compare the cells with the column's date_format, decimal, thousands, pattern or action")
    })
}

/// Texts that repeat what is held back, where they are delivered so.
fn echoes(report: &RunReport) -> Option<RunWarning> {
    if report.echoes.is_empty() || report.are_echoes_redacted {
        return None;
    }
    let columns: Vec<&str> = report.echoes.keys().map(String::as_str).collect();
    let cells = report.echoes.values().sum::<u64>();
    let repeat = if cells == 1 { "repeats" } else { "repeat" };
    let what = format!(
        "{}: {} {repeat} a direct identifier of the same record that is not delivered",
        columns.join(", "),
        counted(cells, "cell")
    );
    Some(RunWarning::new(what).hint("guards.echo = \"redact\" takes the words out, \"refuse\" refuses the run"))
}

/// What to look at in a list before the delivery is sent.
fn of_list(list: &ListReport) -> Vec<RunWarning> {
    let mut told = Vec::new();
    let mut tell = |what: String| told.push(RunWarning::new(format!("list {}: {what}", list.name)));
    if list.finds_nobody() {
        let (entries, compared) = (counted(list.entries, "entry"), counted(list.compared, "record"));
        tell(format!(
            "none of its {entries} is found in {compared}: do both hold the same kind of value, written alike?"
        ));
    }
    if list.compares_nobody() {
        tell(compares_nobody(list));
    }
    if !list.unreadable.is_empty() {
        tell(format!(
            "{}: those entries cannot be read, and whoever they name is not kept out",
            by_column(&list.unreadable)
        ));
    }
    if !list.not_comparable.is_empty() {
        let then = if list.delivers_not_comparable {
            "passed all the same, as the policy says"
        } else {
            "dropped, and so are all other records of their subjects; null_values names what stands for no value"
        };
        tell(format!(
            "{}: those records cannot be compared with it, may be on it, and are {then}",
            by_column(&list.not_comparable)
        ));
    }
    let in_other_scripts: u64 = list.not_comparable.values().filter_map(|reasons| reasons.get("script")).sum();
    if in_other_scripts > 0 {
        let (records, have) = (counted(in_other_scripts, "record"), if in_other_scripts == 1 { "has" } else { "have" });
        tell(format!(
            "{records} {have} a name in letters of which it is not published what becomes of them: nobody can say that they are not on it, and whoever is has to be looked for by hand"
        ));
    }
    if list.incomplete > 0 {
        let incomplete = counted(list.incomplete, "record");
        let (lack, were) = if list.incomplete == 1 { ("lacks", "was") } else { ("lack", "were") };
        tell(format!("{incomplete} {lack} one of the compared columns and {were} not compared"));
    }
    if let Some(unknown) = list.removal_unknown {
        let entries = counted(unknown, "entry");
        tell(format!("of {entries} `removed` does not know the word: they count as still listed"));
    }
    if list.undated > 0 {
        tell(format!("the day of {} cannot be read", counted(list.undated, "entry")));
    }
    if let Some(not_answered @ 1..) = list.not_answered {
        tell(format!(
            "{} {} not answered: one that cannot be read, or was not found while some records could not be compared, has no answer",
            counted(not_answered, "work item"),
            are(not_answered)
        ));
    }
    told
}

/// Nobody was compared, so nobody could be found: an empty column is told apart from
/// a list of strangers.
fn compares_nobody(list: &ListReport) -> String {
    let columns = list.columns.join(", ");
    let noun = if list.columns.len() == 1 { "column" } else { "columns" };
    if list.incomplete == 0 && list.not_comparable.is_empty() {
        return format!("no record has a value in {noun} {columns}: nobody could be compared with the list");
    }
    let without_value = counted(list.records_without_value, "record");
    let have = if list.records_without_value == 1 { "has" } else { "have" };
    format!("{without_value} {have} no value in {noun} {columns}, and nobody could be compared with the list")
}

/// What to look at where events of a log are of nobody who is known.
fn of_log(report: &RunReport) -> Vec<RunWarning> {
    let Some(log) = &report.consent_log else { return Vec::new() };
    let mut told = Vec::new();
    let unread: u64 = log.counts.unreadable_subject.values().sum();
    if unread > 0 {
        told.push(RunWarning::new(format!(
            "consent log: {} {} of a subject that cannot be read; if one of them is a withdrawal, whoever it names is not kept out",
            counted(unread, "event"),
            are(unread)
        )));
    }
    let nobody = log.counts.without_subject;
    if nobody > 0 {
        let (name, they) =
            if nobody == 1 { ("names", "it withdraws or refuses") } else { ("name", "they withdraw or refuse") };
        told.push(
            RunWarning::new(format!(
                "consent log: {} {name} no subject: what {they} reaches nobody",
                counted(nobody, "event")
            ))
            .hint("an id that is blank, or stands for no value, names nobody: have the log mended; where such a word is a real id, say `sentinels = []` in [extract] and for its pseudonym"),
        );
    }
    told
}

/// Whoever an id that cannot be read names may have other records, which know nothing
/// of what this one says.
fn unread_ids(report: &RunReport) -> Option<RunWarning> {
    let parts = report.details.get("no_subject")?;
    let unread: u64 = parts.iter().filter(|part| part.why == Some(Why::Unreadable)).map(|part| part.records).sum();
    let (of, they) = match unread {
        0 => return None,
        1 => ("the id of 1 record".to_owned(), "it withdraws or restricts"),
        _ => (format!("the ids of {}", counted(unread, "record")), "they withdraw or restrict"),
    };
    let what = format!("{of} cannot be read: what {they} does not reach other records of the same person");
    Some(RunWarning::new(what).hint(
        "have those ids mended in the extract; `normalise` of the pseudonym says what an id is, and characters that cannot be seen are no part of one",
    ))
}
