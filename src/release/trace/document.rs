//! The answer to "why was I in that delivery?", for people as text and for programs
//! as JSON (`schemas/trace.schema.json`): each record of a person, each test of it,
//! and the verdict. It says how this policy judges these files; the digests show
//! whether they are those of a delivery.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::parts::{TracedEvent, TracedInput, TracedPosition, TracedRecord, TracedRule, TracedSubject, WithoutRecords};
use super::words::{Explanation, in_class, on_list, tell};
use crate::account::Account;
use crate::consent::log::status::ConsentStatus;
use crate::engine::trace::{ClassTrace, EventTrace, MOST_RECORDS, RecordTrace, RequestedId, RuleTrace};
use crate::manifest::consent_log::LogFileSection;
use crate::manifest::document::InputSection;
use crate::model::document_ref::DocumentRef;
use crate::model::number::counted::{counted, number};
use crate::model::outcome::reason::DropReason;
use crate::policy::explain::delivered;
use crate::policy::plan::{OnUnreadable, Plan};
use crate::release::inputs::consent_logs::ReadLogs;

/// The `format` of the document.
const TRACE_FORMAT: &str = "scant-trace/1";

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TraceDocument {
    format: &'static str,
    policy: DocumentRef,
    register: DocumentRef,
    as_of: String,
    purpose: String,
    recipient: String,
    on_behalf_of: Vec<String>,
    max_age: String,
    inputs: Vec<TracedInput>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logs: Vec<TracedInput>,
    read: u64,
    delivered: u64,
    quarantined: u64,
    /// What a delivered record holds, in words.
    holds: Vec<String>,
    pub(crate) subjects: Vec<TracedSubject>,
}

impl TraceDocument {
    pub(crate) fn new(
        plan: &Plan,
        account: &Account,
        inputs: &[InputSection],
        log: Option<&ReadLogs>,
        ids: &[String],
        asked: &[RequestedId],
        traces: &[RecordTrace],
    ) -> Self {
        let mut of_subject: BTreeMap<usize, Vec<&RecordTrace>> = BTreeMap::new();
        for trace in traces {
            of_subject.entry(trace.subject).or_default().push(trace);
        }
        // The name without its folder, unless two files have the same.
        let short = |file: &str| {
            let name =
                Path::new(file).file_name().map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into());
            if inputs.iter().filter(|input| input.file == name).count() > 1 { file.to_owned() } else { name }
        };
        let subject = |(index, (id, asked)): (usize, (&String, &RequestedId))| {
            let traces = of_subject.get(&index).map(Vec::as_slice).unwrap_or_default();
            let untold = match asked {
                RequestedId::Nobody => Some(WithoutRecords::NamesNobody),
                RequestedId::SameAs(before) => {
                    Some(WithoutRecords::SameAs(ids.get(*before).cloned().unwrap_or_default()))
                }
                RequestedId::Somebody if traces.len() > MOST_RECORDS => Some(WithoutRecords::TooManyRecords),
                RequestedId::Somebody => None,
            };
            let told = if untold.is_some() { &[] } else { traces };
            let of_log = log.into_iter().flat_map(|log| &log.events).filter(|event| event.subject == index);
            let events = if untold.is_some() { Vec::new() } else { events(plan, &short, &of_log.collect::<Vec<_>>()) };
            let records = told.iter().map(|trace| record(plan, &short, trace, told)).collect();
            TracedSubject { id: id.clone(), untold, events, records }
        };
        let release = &plan.release;
        Self {
            format: TRACE_FORMAT,
            policy: plan.policy.clone(),
            register: plan.register.clone(),
            as_of: plan.as_of.to_string(),
            purpose: release.purpose.to_string(),
            recipient: release.recipient.to_string(),
            on_behalf_of: release.on_behalf_of.iter().map(ToString::to_string).collect(),
            max_age: plan.consent.demand.max_age.to_string(),
            inputs: inputs.iter().map(input).collect(),
            logs: log.iter().flat_map(|log| &log.section.files).map(log_file).collect(),
            read: account.read.records,
            delivered: account.delivered,
            quarantined: account.quarantined_in_all(),
            holds: delivered(plan),
            subjects: ids.iter().zip(asked).enumerate().map(subject).collect(),
        }
    }

    /// As JSON, for programs.
    pub(crate) fn to_json(&self) -> String {
        // Cannot fail: plain structs, texts and integers.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// As text, for people.
    pub(crate) fn to_text(&self) -> String {
        let mut out =
            String::from("How records were judged. Personal data: for the person asked about, and nobody else.\n\n");
        // Writing to a String cannot fail.
        let named = |named: &DocumentRef| {
            let version = named.version.as_ref().map_or_else(String::new, |version| format!(" {}", printable(version)));
            format!("{}{version} (blake3 {})", printable(&named.name), named.digest)
        };
        let behind = if self.on_behalf_of.is_empty() {
            String::new()
        } else {
            format!(" on behalf of {}", self.on_behalf_of.join(", "))
        };
        let _ = writeln!(out, "policy    {}", named(&self.policy));
        let _ = writeln!(out, "register  {}", named(&self.register));
        let _ = writeln!(out, "release   {} to {}{behind}, as of {}", self.purpose, self.recipient, self.as_of);
        for TracedInput { file, records, blake3 } in &self.inputs {
            let _ = writeln!(out, "extract   {}, {} (blake3 {blake3})", printable(file), counted(*records, "record"));
        }
        for TracedInput { file, records, blake3 } in &self.logs {
            let _ = writeln!(out, "log       {}, {} (blake3 {blake3})", printable(file), counted(*records, "row"));
        }
        let _ = writeln!(
            out,
            "run       {} read, {} delivered, {} malformed",
            counted(self.read, "record"),
            number(self.delivered),
            number(self.quarantined)
        );
        out.push_str("\nA delivery was judged like this if its account.json holds the same digests and day.\n");
        if self.quarantined > 0 {
            out.push_str("Malformed records are read by nobody: whether one is about a person cannot be said.\n");
        }
        for subject in &self.subjects {
            subject.tell(&mut out);
        }
        if self.subjects.iter().flat_map(|subject| &subject.records).any(TracedRecord::is_delivered) {
            out.push_str("\nWhat a delivered record holds:\n");
            for column in &self.holds {
                let _ = writeln!(out, "  {}", printable(column));
            }
        }
        out
    }
}

impl TracedSubject {
    fn tell(&self, out: &mut String) {
        let id = printable(&self.id);
        let delivered = self.records.iter().filter(|record| record.is_delivered()).count();
        let _ = match &self.untold {
            Some(WithoutRecords::NamesNobody) => {
                writeln!(out, "\n{id}: names nobody; records with it are dropped (no_subject) and told to nobody")
            }
            Some(WithoutRecords::SameAs(before)) => {
                writeln!(out, "\n{id}: the same as {}, see there", printable(before))
            }
            Some(WithoutRecords::TooManyRecords) => {
                writeln!(out, "\n{id}: more than {MOST_RECORDS} records, so it cannot be one person's; none is told")
            }
            None if self.records.is_empty() => writeln!(out, "\n{id}: no record"),
            None => writeln!(out, "\n{id}: {}, {delivered} delivered", counted(self.records.len() as u64, "record")),
        };
        for TracedEvent { place, comes_to, decides, steps } in &self.events {
            let decides = if *decides { ", and decides" } else { "" };
            let _ = writeln!(out, "\n  {} row {}: {comes_to}{decides}", printable(&place.file), place.record);
            tell_steps(steps, out);
        }
        for record in &self.records {
            record.tell(out);
        }
    }
}

fn tell_steps(steps: &[Explanation], out: &mut String) {
    for step in steps {
        let sign = if step.passed { ' ' } else { '!' };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "          {sign} {}", step.words);
    }
}

impl TracedRecord {
    pub(crate) fn is_delivered(&self) -> bool {
        self.verdict == DELIVERED
    }

    fn tell(&self, out: &mut String) {
        let Self { place: TracedPosition { file, record }, verdict, because_of, restricts, tests } = self;
        let verdict = if self.is_delivered() { DELIVERED.to_owned() } else { format!("not delivered, {verdict}") };
        let _ = write!(out, "\n  {} record {record}: {verdict}", printable(file));
        for (number, place) in because_of.iter().enumerate() {
            let before = if number == 0 { ", because of" } else { " and" };
            let _ = write!(out, "{before} {} record {}", printable(&place.file), place.record);
        }
        if let Some(reason) = restricts {
            let _ = write!(out, "; for every record of the subject it says {reason}");
        }
        out.push('\n');
        for test in tests {
            let word = if test.passed { "passed" } else { "failed" };
            let _ = writeln!(out, "    {word}  {} ({})", test.name, test.columns.join(", "));
            tell_steps(&test.steps, out);
        }
    }
}

const DELIVERED: &str = "delivered";

fn log_file(log: &LogFileSection) -> TracedInput {
    TracedInput { file: log.file.clone(), records: log.rows, blake3: log.blake3 }
}

/// The events of one subject, and which of them decides: an event that cannot be
/// read, if there is one; else the latest that concerns the purpose.
fn events(plan: &Plan, short: &impl Fn(&str) -> String, traces: &[&EventTrace]) -> Vec<TracedEvent> {
    let all = traces.iter().fold(ConsentStatus::default(), |all, trace| all.merge(trace.status));
    let event = |trace: &&EventTrace| {
        let status = trace.status;
        let comes_to = match status.decisive {
            _ if status.unreadable => "cannot be read".to_owned(),
            Some((_, outcome)) => {
                outcome.reason().map_or_else(|| "permits".to_owned(), |reason| reason.name(&plan.reason_names))
            }
            None if status.granted_later => "a consent after the as-of day".to_owned(),
            None if status.granted_another => "a consent to another purpose".to_owned(),
            None => "decides nothing".to_owned(),
        };
        let decides = match all.decisive {
            _ if all.unreadable => status.unreadable,
            Some(_) => status.decisive == all.decisive,
            None if all.granted_later => status.granted_later,
            None => status.granted_another,
        };
        let place = TracedPosition { file: short(&trace.file), record: trace.number };
        TracedEvent {
            place,
            comes_to,
            decides,
            steps: trace.findings.iter().map(|finding| tell(plan, finding)).collect(),
        }
    };
    traces.iter().map(event).collect()
}

fn input(input: &InputSection) -> TracedInput {
    TracedInput { file: input.file.clone(), records: input.records, blake3: input.blake3 }
}

fn record(plan: &Plan, short: &impl Fn(&str) -> String, trace: &RecordTrace, others: &[&RecordTrace]) -> TracedRecord {
    let names = &plan.reason_names;
    let from = trace
        .followed
        .map(|reason| others.iter().filter(move |other| [other.own, other.restricts].contains(&Some(reason))));
    let place = |other: &&RecordTrace| TracedPosition { file: short(&other.file), record: other.number };
    let subject = TracedRule {
        name: DropReason::NoSubject.name(names),
        columns: vec![plan.extract.subject.to_string()],
        passed: true,
        steps: Vec::new(),
    };
    let mut tests = vec![subject];
    tests.extend(trace.rules.iter().map(|rule| test(plan, rule)));
    if trace.own == Some(DropReason::UnreadableCell) {
        let must = plan.columns.iter().filter(|rule| rule.on_unreadable == OnUnreadable::DropRecord);
        let columns = must.map(|rule| rule.name.to_string()).collect();
        tests.push(TracedRule {
            name: DropReason::UnreadableCell.name(names),
            columns,
            passed: false,
            steps: Vec::new(),
        });
    }
    tests.extend(trace.class.as_ref().and_then(|class| class_test(plan, class, trace.followed)));
    TracedRecord {
        place: TracedPosition { file: short(&trace.file), record: trace.number },
        verdict: trace.verdict().map_or_else(|| DELIVERED.to_owned(), |reason| reason.name(names)),
        because_of: from.into_iter().flatten().map(place).collect(),
        restricts: trace.restricts.map(|reason| reason.name(names)),
        tests,
    }
}

/// How the class of a record was judged.
fn class_test(plan: &Plan, class: &ClassTrace, followed: Option<DropReason>) -> Option<TracedRule> {
    let privacy = plan.privacy.as_ref()?;
    let names: Vec<_> = plan.output_names().collect();
    let columns = privacy.quasi_identifiers.iter().filter_map(|position| names.get(*position));
    let columns: Vec<String> = columns.map(ToString::to_string).collect();
    let violated = match followed {
        Some(reason @ DropReason::Class(model)) => Some((reason, privacy.models.get(usize::from(model))?)),
        // Its subject decided before its class was judged.
        Some(_) => return None,
        None => None,
    };
    let name = violated.map_or(DropReason::Class(0), |(reason, _)| reason).name(&plan.reason_names);
    let step = in_class(class, &columns, violated.map(|(_, rule)| rule.model.in_words()));
    Some(TracedRule { name, columns, passed: violated.is_none(), steps: vec![step] })
}

fn test(plan: &Plan, rule: &RuleTrace) -> TracedRule {
    let list = rule.list.and_then(|(index, outcome)| {
        plan.consent.lists.get(index).map(|list| on_list(list.name.as_str(), outcome, rule.verdict.is_none()))
    });
    TracedRule {
        // A rule is named after one of its reasons; if it dropped the record for
        // the other, that is shown instead.
        name: rule
            .tests
            .map_or_else(|| "consent".to_owned(), |tests| rule.verdict.unwrap_or(tests).name(&plan.reason_names)),
        columns: rule.columns.iter().map(ToString::to_string).collect(),
        passed: rule.verdict.is_none(),
        steps: list.into_iter().chain(rule.findings.iter().map(|finding| tell(plan, finding))).collect(),
    }
}

/// The text without control characters, which a terminal would obey.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|letter| if letter.is_control() { letter.escape_default().collect() } else { vec![letter] })
        .collect()
}
