//! What people and programs are shown: results, errors with their causes and
//! hints, faults of a policy with the line they are in. Never a cell.

pub(crate) mod faults;
pub(crate) mod hints;
pub(crate) mod in_doubt;
pub(crate) mod lists;
pub(crate) mod policy_piece;
mod privacy;

pub(crate) mod progress;
pub(crate) mod run_warnings;
pub(crate) mod suggested;
pub(crate) mod warnings;

use std::error::Error;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use annotate_snippets::Level;
use serde_json::{Value, json};

use super::exit::Exit;
use super::show::faults::{FAULTS_FOR_PROGRAMS, FAULTS_SHOWN, fault_documents, faults, not_shown};
use super::show::hints::{bind_hint, hint};
use super::show::lists::{list_lines, unreadable_entries};
use super::show::privacy::privacy_lines;
use crate::manifest::compare_last::ChangeReport;
use crate::manifest::consent_log::LogCounts;
use crate::model::number::counted::{are, counted, number};
use crate::model::outcome::change::NOTEWORTHY;
use crate::model::outcome::structure_fault::StructureFault;
use crate::release::error::ReleaseError;
use crate::release::refusal::Refusal;
use crate::release::report::RunReport;

/// Set when something that belongs on stdout could not be written there.
static UNWRITTEN: AtomicBool = AtomicBool::new(false);

/// Says things, or keeps quiet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speaker {
    pub(super) quiet: bool,
    json: bool,
}

/// Says that a bug was reached. What a panic carries is not shown: it may hold a
/// cell.
pub(super) fn say_bug(place: &str) {
    speak(&format!("error: a bug in scant{place}; nothing was delivered; please report it"));
}

/// Writes a line to stderr. The reader may be gone, which `eprintln!` would
/// panic over: the exit code still says what there is to say.
pub(super) fn speak(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

impl Speaker {
    pub(super) fn new(quiet: bool, json: bool) -> Self {
        Self { quiet, json }
    }

    /// Says something to people.
    pub(super) fn say(self, text: &str) {
        if !self.quiet {
            speak(text);
        }
    }

    /// Says something that quiet does not silence.
    #[expect(clippy::unused_self, reason = "whoever has the speaker may speak")]
    pub(super) fn insist(self, text: &str) {
        speak(text);
    }

    /// Shows what a verb was asked for in words: on stdout, unless a program
    /// listens there.
    pub(super) fn product(self, text: &str) {
        if !self.json {
            self.out(text);
        }
    }

    /// Puts the one document on stdout, where it is asked for.
    pub(super) fn document(self, document: impl FnOnce() -> Value) {
        if self.json {
            self.out(&format!("{:#}\n", document()));
        }
    }

    /// Writes to stdout. A reader that went away is not an error of ours; a disk that
    /// is full is one.
    #[expect(clippy::unused_self, reason = "whoever has the speaker may speak")]
    pub(super) fn out(self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe && !UNWRITTEN.swap(true, Ordering::Relaxed) => {
                speak(&format!("error: cannot write to stdout ({error})"));
            }
            _ => {}
        }
    }

    /// How a command ended that did what it was asked to: not well, if what it had
    /// to say on stdout is lost.
    #[expect(clippy::unused_self, reason = "whoever has the speaker knows whether it was heard")]
    pub(super) fn done(self) -> Exit {
        if UNWRITTEN.load(Ordering::Relaxed) { Exit::Environment } else { Exit::Done }
    }

    /// Shows an error and gives its exit code, with its document.
    pub(super) fn fail(self, error: &ReleaseError) -> Exit {
        self.fail_after(error, &Value::Null)
    }

    /// The same, after something was warned of.
    pub(super) fn fail_after(self, error: &ReleaseError, warnings: &Value) -> Exit {
        let exit = self.tell(error);
        self.document(|| error_document(error, exit, warnings));
        exit
    }

    /// Shows an error to people and gives its exit code.
    pub(super) fn tell(self, error: &ReleaseError) -> Exit {
        let exit = Exit::of(error);
        match error {
            ReleaseError::Policy { refused, texts } => {
                self.insist(&format!("error: {refused}"));
                self.insist(&faults(&refused.faults, texts, Level::ERROR));
            }
            ReleaseError::Bind { faults, .. } => {
                self.insist(&format!("error: {error}"));
                for fault in faults.iter().take(FAULTS_SHOWN) {
                    self.insist(&format!("  {fault}"));
                    if let Some(hint) = bind_hint(fault) {
                        self.insist(&format!("    hint: {hint}"));
                    }
                }
                if let Some(more) = not_shown(faults.len()) {
                    self.insist(&format!("  {more}"));
                }
            }
            _ => {
                let mut said = error.to_string();
                self.insist(&format!("error: {said}"));
                let mut cause = error.source();
                while let Some(source) = cause {
                    // An error that stands for another says the same.
                    let text = source.to_string();
                    if text != said {
                        self.insist(&format!("  caused by: {text}"));
                    }
                    said = text;
                    cause = source.source();
                }
                if let ReleaseError::TooManyQuarantined { first, .. }
                | ReleaseError::MalformedWithoutEnd { first, .. }
                | ReleaseError::LogLostWithoutEnd { first, .. }
                | ReleaseError::LogQuarantined { first, .. }
                | ReleaseError::LogSubjects { first, .. } = error
                {
                    for place in first {
                        self.insist(&format!("  {place}"));
                    }
                }
                if let ReleaseError::UnreadableEntries(entries) = error {
                    self.insist(&unreadable_entries(entries));
                }
                if let Some(hint) = hint(error) {
                    self.insist(&format!("  hint: {hint}"));
                }
            }
        }
        exit
    }
}

/// An error as a program reads it (`schemas/error.schema.json`), with what was warned
/// of before it; null before the policy was read.
pub(super) fn error_document(error: &ReleaseError, exit: Exit, warnings: &Value) -> Value {
    let mut document = json!({ "exit": exit.code(), "error": error.to_string() });
    if !warnings.is_null() {
        document["warnings"] = warnings.clone();
    }
    if let ReleaseError::Policy { refused, .. } = error {
        document["faults"] = fault_documents(&refused.faults);
        document["faults_in_all"] = refused.faults.len().into();
    }
    if let ReleaseError::Bind { faults, .. } = error {
        let first = faults.iter().take(FAULTS_FOR_PROGRAMS);
        document["faults"] =
            first.map(|fault| json!({ "what": fault.to_string(), "hint": bind_hint(fault) })).collect();
        document["faults_in_all"] = faults.len().into();
    }
    if let ReleaseError::Input(fault) = error {
        document["fault"] = json!({
            "kind": fault.kind.name(),
            "file": fault.file.to_string(),
            "record": fault.record,
            "column": fault.column,
            "column_name": fault.column_of_policy(),
            "declared_records": fault.facts().counts.map(|counts| counts.0),
            "found_records": fault.facts().counts.map(|counts| counts.1),
        });
    }
    if let ReleaseError::UnreadableEntries(entries) = error {
        document["unreadable_entries"] = json!({
            "list": entries.list,
            "file": entries.file(),
            "found": entries.found,
            "allowed": entries.allowed,
            "by_column": entries.by_column,
            "first_records": entries.first_records(),
        });
        if entries.files.len() > 1 {
            let files = entries.first.iter().map(|place| entries.files.get(place.file).map(ToString::to_string));
            document["unreadable_entries"]["first_files"] = files.collect();
        }
    }
    if let ReleaseError::Refused { refusal: Refusal::Changed { comparison }, .. } = error {
        document["changes"] = serde_json::to_value(comparison).unwrap_or_default();
    }
    if let Some(report) = error.report() {
        document["counts"] = serde_json::to_value(report).unwrap_or_default();
    }
    document
}

/// What came of the comparison with the last delivery.
pub(super) fn compared(changes: &ChangeReport) -> String {
    let Some(against) = &changes.against else {
        return "guards.max_change: no earlier delivery of this policy stands there, so nothing was compared"
            .to_owned();
    };
    if changes.compared == Some(0) {
        return format!(
            "guards.max_change: nothing was compared with the delivery as of {}: no count is {NOTEWORTHY} or more, then or now",
            against.as_of
        );
    }
    let beyond = if changes.beyond.is_empty() { ", nothing went beyond the limit" } else { "; beyond the limit:" };
    let mut words = format!("guards.max_change: compared with the delivery as of {}{beyond}", against.as_of);
    for change in &changes.beyond {
        let accepted = if change.accepted { " (accepted)" } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(words, "\n  {change}{accepted}");
    }
    words
}

/// A structural fault in the words of the manual; its name is for documents.
fn in_words(fault: &str) -> &str {
    StructureFault::ALL.iter().find(|(_, name, _)| *name == fault).map_or(fault, |(.., words)| words)
}

/// Lines that the policy says are no records, by what they are in.
fn skipped_lines(report: &RunReport) -> impl Iterator<Item = (String, u64)> {
    let of_logs = report.consent_log.iter().flat_map(|log| &log.files).map(|file| file.skipped_lines).sum();
    let of_lists = report.lists.iter().map(|list| (format!("list {}", list.name), list.skipped_lines.unwrap_or(0)));
    [("extract".to_owned(), report.skipped_lines.unwrap_or(0)), ("consent log".to_owned(), of_logs)]
        .into_iter()
        .chain(of_lists)
        .filter(|(_, lines)| *lines > 0)
}

/// The counts of a run as a table.
pub(super) fn counts(report: &RunReport) -> String {
    let mut rows: Vec<(usize, String, u64)> = vec![
        (0, "read".into(), report.read),
        (0, "delivered".into(), report.delivered),
        (0, "dropped".into(), report.dropped.values().sum()),
    ];
    let mut dropped: Vec<_> = report.dropped.iter().collect();
    dropped.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    rows.extend(dropped.into_iter().map(|(reason, count)| (1, reason.clone(), *count)));
    rows.push((0, "quarantined".into(), report.quarantined.values().sum()));
    rows.extend(report.quarantined.iter().map(|(fault, count)| (1, in_words(fault).to_owned(), *count)));
    let unreadable = report.unreadable.iter().flat_map(|(column, reasons)| {
        reasons.iter().map(move |(reason, count)| (0, format!("unreadable cells: {column} ({reason})"), *count))
    });
    rows.extend(unreadable);
    let done = if report.are_echoes_redacted { "taken out of" } else { "in" };
    rows.extend(report.echoes.iter().map(|(column, n)| (0, format!("identifiers repeated, {done}: {column}"), *n)));
    if let Some(guarded) = report.formula_guard_cells.filter(|guarded| *guarded > 0) {
        rows.push((0, "cells with an apostrophe against formulas".into(), guarded));
    }
    if let Some(rounded) = report.rounded_cells {
        rows.push((0, "numbers rounded to doubles".into(), rounded));
    }
    if let Some(empty) = report.empty_files {
        rows.push((0, "files without a record".into(), empty));
    }
    rows.extend(skipped_lines(report).map(|(of, lines)| (0, format!("lines skipped, no records: {of}"), lines)));
    let label = |(indent, label, _): &(usize, String, u64)| format!("{}{label}", "  ".repeat(indent + 1));
    let width = rows.iter().map(|row| label(row).chars().count()).max().unwrap_or(0);
    let digits = rows.iter().map(|(.., count)| number(*count).len()).max().unwrap_or(0);
    let mut out = String::new();
    for row in &rows {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:<width$}  {:>digits$}", label(row), number(row.2));
    }
    let kept = &report.minimisation;
    if report.delivered > 0 {
        let left = report.read - report.delivered.min(report.read);
        let _ = writeln!(
            out,
            "  ({} of {} {} not delivered; of {} {} stayed behind, {} {} rewritten, {} unchanged)",
            number(left),
            counted(report.read, "record"),
            are(left),
            counted(kept.columns_in as u64, "column"),
            kept.columns_removed,
            kept.columns_rewritten,
            are(kept.columns_rewritten as u64),
            kept.columns_kept
        );
    }
    if report.dropped_with_their_subject > 0 {
        // Not a row: it is part of the reasons above, not one beside them.
        let with_their_subject = number(report.dropped_with_their_subject);
        let _ = writeln!(out, "  ({with_their_subject} of the dropped for another record of the same subject)");
    }
    for note in report.privacy.iter().flat_map(privacy_lines) {
        let _ = writeln!(out, "  {note}");
    }
    for note in in_doubt::notes(report) {
        let _ = writeln!(out, "  {note}");
    }
    if let Some(log) = &report.consent_log {
        let _ = writeln!(out, "  {}", log_line(&log.counts));
    }
    out + &list_lines(&report.lists)
}

/// What the events of the logs came to: each of them is in one of the counts.
fn log_line(log: &LogCounts) -> String {
    let unread: u64 = log.unreadable_subject.values().sum();
    let told = log.concerning + log.unreadable + log.without_subject + unread;
    let one = |count: u64, one: &'static str, more: &'static str| if count == 1 { one } else { more };
    let mut parts =
        vec![format!("{} {} the purpose", number(log.concerning), one(log.concerning, "concerns", "concern"))];
    let others = log.events.saturating_sub(told);
    for (count, words) in [
        (others, one(others, "does not", "do not")),
        (log.unreadable, "cannot be read"),
        (log.without_subject, one(log.without_subject, "names no subject", "name no subject")),
        (unread, "of a subject that cannot be read"),
    ] {
        if count > 0 {
            parts.push(format!("{} {words}", number(count)));
        }
    }
    let (events, subjects) = (counted(log.events, "event"), counted(log.subjects, "subject"));
    format!("consent log: {events} of {subjects}: {}", parts.join(", "))
}
