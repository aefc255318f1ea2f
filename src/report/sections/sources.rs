//! What went in and what came out: the lists that were screened, the consent log, the files
//! of the extract and the files of the delivery.

use super::Fact;
use crate::manifest::document::{ListSection, ListTold};
use crate::model::number::counted::{counted, number};
use crate::policy::plan::lists::{ListKind, OnNotComparable};
use crate::report::documents::Documents;
use crate::report::text::{bytes, foreign};

/// Everything that went in and came out.
#[derive(Debug)]
pub(in crate::report) struct SourceLists {
    pub(in crate::report) lists: Vec<ScreenedList>,
    pub(in crate::report) log: Vec<Fact>,
    pub(in crate::report) inputs: Vec<FileLine>,
    pub(in crate::report) outputs: Vec<FileLine>,
    pub(in crate::report) is_exact: bool,
}

/// A list of people who are not delivered.
#[derive(Debug)]
pub(in crate::report) struct ScreenedList {
    pub(in crate::report) name: String,
    pub(in crate::report) kind: &'static str,
    pub(in crate::report) as_of: String,
    pub(in crate::report) entries: String,
    pub(in crate::report) found: String,
    pub(in crate::report) compared: String,
    pub(in crate::report) notes: Vec<String>,
}

/// A file.
#[derive(Debug)]
pub(in crate::report) struct FileLine {
    pub(in crate::report) name: String,
    pub(in crate::report) what: String,
    pub(in crate::report) rows: String,
    pub(in crate::report) bytes: String,
    pub(in crate::report) digest_name: &'static str,
    pub(in crate::report) digest: String,
}

impl SourceLists {
    pub(in crate::report) fn of(documents: &Documents) -> Self {
        let told = &documents.told;
        let output = |file: &crate::manifest::document::OutputSection| FileLine {
            name: foreign(&file.path),
            what: "data".to_owned(),
            rows: counted(file.rows, "row"),
            bytes: bytes(file.bytes),
            digest_name: "SHA-256",
            digest: file.sha256.to_string(),
        };
        Self {
            lists: told.lists.iter().map(screened).collect(),
            log: log(documents),
            inputs: inputs(documents),
            outputs: told.outputs.iter().map(output).collect(),
            is_exact: documents.is_exact,
        }
    }
}

fn kind(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Erasure => "people whose data must be erased",
        ListKind::Preference => "people registered with a preference service",
        ListKind::Suppression => "people who must not be contacted",
    }
}

fn screened(list: &ListTold) -> ScreenedList {
    let day = |as_of: &Option<String>, else_told: &str| as_of.as_deref().map_or_else(|| else_told.to_owned(), foreign);
    let passes = |rule: &Option<OnNotComparable>| {
        let words = "what cannot be compared with it is delivered";
        rule.filter(|rule| *rule == OnNotComparable::Deliver).map(|_| words.to_owned())
    };
    match list {
        ListTold::Kept(own) => ScreenedList {
            name: foreign(&own.name),
            kind: kind(own.kind),
            as_of: day(&own.as_of, "not known"),
            entries: number(own.entries),
            found: number(own.found),
            compared: number(own.compared),
            notes: passes(&own.on_unreadable).into_iter().chain(notes(own)).collect(),
        },
        ListTold::Delivered { name, kind: of, as_of, on_unreadable } => ScreenedList {
            name: foreign(name),
            kind: kind(*of),
            as_of: day(as_of, "not told"),
            entries: "not told".to_owned(),
            found: "not told".to_owned(),
            compared: "not told".to_owned(),
            notes: passes(on_unreadable).into_iter().collect(),
        },
    }
}

fn notes(list: &ListSection) -> Vec<String> {
    let unreadable: u64 = list.unreadable.values().flat_map(|reasons| reasons.values()).sum();
    let not_comparable: u64 = list.not_comparable.values().flat_map(|reasons| reasons.values()).sum();
    let counts = [
        (unreadable, "entry", "that cannot be read"),
        (list.without_value, "entry", "that name nobody"),
        (list.removed, "entry", "removed since"),
        (list.removal_unknown, "entry", "of which it is not known whether they were removed"),
        (not_comparable, "record", "that cannot be compared"),
        (list.incomplete, "record", "compared with part of their values missing"),
        (list.records_without_value, "record", "without a value to compare"),
        (list.not_answered.unwrap_or(0), "work item", "that cannot be answered truthfully"),
    ];
    let told = counts.into_iter().filter(|(count, ..)| *count > 0);
    told.map(|(count, one, what)| format!("{} {what}", counted(count, one))).collect()
}

fn log(documents: &Documents) -> Vec<Fact> {
    let Some(log) = &documents.told.consent_log else { return Vec::new() };
    let counts = &log.counts;
    let quarantined: u64 = counts.quarantined.values().sum();
    let unread: u64 = counts.unreadable_subject.values().sum();
    vec![
        Fact::new("Events read", number(counts.events)),
        Fact::new("Concern the purpose", number(counts.concerning)),
        Fact::new("Cannot be read", number(counts.unreadable)),
        Fact::new("Name no subject", number(counts.without_subject)),
        Fact::new("Name a subject that cannot be read", number(unread)),
        Fact::new("Malformed rows", number(quarantined)),
        Fact::new("Subjects with an event", number(counts.subjects)),
        Fact::new("Subjects whom no event restricts", number(counts.subjects_permitted)),
    ]
}

fn inputs(documents: &Documents) -> Vec<FileLine> {
    let told = &documents.told;
    let line = |name: &str, what: String, rows: String, size: Option<u64>, digest: String| FileLine {
        name: foreign(name),
        what,
        rows,
        bytes: size.map(bytes).unwrap_or_default(),
        digest_name: "BLAKE3",
        digest,
    };
    let extract = told.inputs.iter().flatten().map(|file| {
        line(
            &file.file,
            "extract".to_owned(),
            counted(file.records, "record"),
            Some(file.bytes),
            file.blake3.to_string(),
        )
    });
    let logs = told.consent_log.iter().flat_map(|log| &log.files).map(|file| {
        line(&file.file, "consent log".to_owned(), counted(file.rows, "row"), Some(file.bytes), file.blake3.to_string())
    });
    let words = told.selection_files.iter().map(|file| {
        let what = format!("words of {}", foreign(&file.rule));
        line("beside the policy", what, counted(file.entries as u64, "word"), None, file.blake3.to_string())
    });
    let hierarchies = told.hierarchy_files.iter().map(|file| {
        let what = format!("hierarchy of {}", foreign(&file.rule));
        line("beside the policy", what, counted(file.values as u64, "value"), None, file.blake3.to_string())
    });
    let population = told.privacy.iter().filter_map(|privacy| privacy.population.as_ref()).map(|file| {
        line(
            &file.file,
            "population".to_owned(),
            counted(file.records, "record"),
            Some(file.bytes),
            file.blake3.to_string(),
        )
    });
    let kept = told.lists.iter().filter_map(|list| match list {
        ListTold::Kept(own) => Some(own),
        ListTold::Delivered { .. } => None,
    });
    let lists = kept.flat_map(|list| list.files.iter().map(move |file| (list, file))).map(|(list, file)| {
        let what = format!("list {}", foreign(&list.name));
        line(&file.file, what, counted(file.records, "record"), Some(file.bytes), file.blake3.to_string())
    });
    extract.chain(logs).chain(lists).chain(words).chain(hierarchies).chain(population).collect()
}
