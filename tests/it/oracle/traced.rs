//! A trace says of each record what the naive implementation says of it: not only
//! the counts agree, but the reason of every single record, the notice and party it
//! is about, and the records it was dropped with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::verdict::{Dropped, FOLLOWED, Record};
use crate::kit::validator;

/// An id that can stand on a line of its own.
fn is_line(id: &str) -> bool {
    !id.is_empty() && !id.contains('\n') && !id.ends_with('\r') && !id.starts_with('\u{feff}')
}

/// Every subject that can be asked about.
pub fn ids(records: &[Record], subject: &str) -> Vec<String> {
    let ids: BTreeSet<&String> = records.iter().filter_map(|record| record.get(subject)).collect();
    ids.into_iter().filter(|id| is_line(id)).cloned().collect()
}

/// Compares the answer about every subject record by record.
pub fn compare_each(
    answer: &Value,
    subject: &str,
    records: &[Record],
    verdicts: &[Option<Dropped>],
) -> Result<(), String> {
    let errors: Vec<String> =
        validator("trace.schema.json").iter_errors(answer).map(|error| error.to_string()).collect();
    if !errors.is_empty() {
        return Err(format!("the trace is not what its schema says: {errors:?}"));
    }
    let mut told: BTreeMap<u64, &Value> = BTreeMap::new();
    for subject in answer["subjects"].as_array().unwrap() {
        for record in subject["records"].as_array().unwrap() {
            if told.insert(record["record"].as_u64().unwrap(), record).is_some() {
                return Err(format!("told twice: {record}"));
            }
        }
    }
    let own = told_of(&told_by(answer));
    for (number, (record, verdict)) in (1..).zip(records.iter().zip(verdicts)) {
        let is_nobody = verdict.as_ref().is_some_and(|dropped| dropped.reason == "no_subject");
        match told.get(&number) {
            Some(told) if !is_nobody => compare_one(told, verdict.as_ref(), &own)?,
            Some(told) => return Err(format!("nobody's record is told: {told}")),
            None if is_nobody || !record.get(subject).is_some_and(|id| is_line(id)) => {}
            None => return Err(format!("record {number} is not told")),
        }
    }
    Ok(())
}

fn told_by(answer: &Value) -> Vec<&Value> {
    let subjects = answer["subjects"].as_array().unwrap().iter();
    subjects.flat_map(|subject| subject["records"].as_array().unwrap()).collect()
}

/// Verdicts of records that were dropped for themselves, and what else they say of
/// their subject, by record.
fn told_of(records: &[&Value]) -> BTreeMap<u64, Vec<String>> {
    let own = records.iter().filter(|record| record.get("because_of").is_none());
    own.map(|record| {
        let said = [&record["verdict"], &record["restricts"]].into_iter().filter_map(Value::as_str);
        let said = said.map(str::to_owned).collect();
        (record["record"].as_u64().unwrap(), said)
    })
    .collect()
}

fn compare_one(told: &Value, verdict: Option<&Dropped>, own: &BTreeMap<u64, Vec<String>>) -> Result<(), String> {
    let expected = verdict.map_or("delivered", |dropped| &dropped.reason);
    if told["verdict"] != expected {
        return Err(format!("expected {expected}, found {told}"));
    }
    let tests = told["tests"].as_array().unwrap();
    let failed: Vec<&Value> = tests.iter().filter(|test| test["passed"] == false).collect();
    let about = verdict.map_or("", |dropped| &dropped.about);
    if verdict.is_none() || about == FOLLOWED {
        if !failed.is_empty() {
            return Err(format!("a test failed, and it is not dropped for itself: {told}"));
        }
        let others = told["because_of"].as_array().map(Vec::as_slice).unwrap_or_default();
        let because = |place: &Value| {
            own.get(&place["record"].as_u64().unwrap()).is_some_and(|own| own.iter().any(|said| said == expected))
        };
        return if others.is_empty() == verdict.is_none() && others.iter().all(because) {
            Ok(())
        } else {
            Err(format!("not for those records: {told}"))
        };
    }
    let last = tests.last().unwrap();
    if failed != [last] || told.get("because_of").is_some() {
        return Err(format!("not the last test alone failed: {told}"));
    }
    if !expected.starts_with("notice_") && !expected.starts_with("purpose_not_d") && !expected.starts_with("recipient_")
    {
        return Ok(());
    }
    let steps = last["steps"].as_array().unwrap();
    let notice = steps.iter().find_map(|step| step["notice"].as_str()).unwrap_or("");
    let missing = |name: &str| {
        let step = steps.iter().find(|step| step["step"] == name);
        step.and_then(|step| step["missing"].as_array()).and_then(|missing| missing.first()).and_then(Value::as_str)
    };
    let party = match (missing("named"), missing("chosen")) {
        (Some(party), _) => format!(" {party}"),
        (None, Some(party)) => format!(" {party} not chosen"),
        (None, None) => String::new(),
    };
    if format!("{notice}{party}") != about {
        return Err(format!("expected {about:?}, found {told}"));
    }
    Ok(())
}
