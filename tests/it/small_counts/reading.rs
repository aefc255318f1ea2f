//! A manifest as equations: every number in it, and the data beside it. An unknown
//! number fails the test: a person who adds one must say what follows from it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::deliveries::months;
use super::solver::{Bounds, MANY, Solver};

/// What the recipient counts in the data: rows, and missing cells by column.
#[derive(Debug, Clone)]
pub(super) struct Data {
    pub(super) rows: i64,
    pub(super) missing: BTreeMap<String, i64>,
}

/// Numbers that say what policy and header say, or what the data shows.
const TELL_NOTHING: [&str; 19] = [
    // Of the classes of the delivered rows, which anybody can count who has their
    // pseudonyms; and what the policy demands. `no_model_tells_what_the_data_does_not`.
    "/privacy/models/*/demanded/**",
    "/privacy/models/*/reached",
    "/privacy/delivered/**",
    "/privacy/utility/precision",
    "/privacy/utility/columns/*/values_delivered",
    "/columns/*/parameters/**",
    "/provenance/notices/*/at_least_per_cent", // read_provenance
    "/records/delivered",
    "/not_listed/columns",
    "/outputs/*/rows",
    "/outputs/*/bytes",
    "/minimisation/columns_in",
    "/minimisation/columns_kept",
    "/minimisation/columns_rewritten",
    "/minimisation/columns_removed",
    "/minimisation/columns_out",
    "/pseudonymisation/*/bits",
    "/pseudonymisation/*/normalisation_version",
    "/derived/*/parameters/**",
];

/// A count as it is told: between which numbers the true one lies.
fn told(count: &Value, is_old: bool) -> Bounds {
    match (count.as_i64(), is_old) {
        (None, _) if count != "<10" => panic!("{count} is no count"),
        (None, true) => (1, 9),
        (None, false) => (0, 9),
        (Some(0), true) => (0, 0),
        // To the nearest multiple of five, but never from below ten.
        (Some(about), true) => ((about - 2).max(10), about + 2),
        (Some(from), false) => (from, from + 4),
    }
}

/// What follows from the data alone: of the cells that are missing, some were
/// unreadable.
pub(super) fn by_data(data: &Data, night: &str) -> Solver {
    let mut solver = Solver::default();
    for (column, missing) in &data.missing {
        solver.lies(&format!("{night}{column} missing or unreadable"), (*missing, *missing));
        let parts = ["missing", "unreadable"].map(|what| format!("{night}{column} {what}"));
        solver.is_sum(&format!("{night}{column} missing or unreadable"), parts);
    }
    solver
}

/// What follows from data and manifest.
pub(super) fn by_manifest(manifest: &Value, data: &Data, night: &str) -> Solver {
    let mut solver = by_data(data, night);
    let is_old = manifest["records"].get("withheld_by_the_person").is_none();
    let mut fates = vec![format!("{night}delivered")];
    solver.lies(&fates[0], (data.rows, data.rows));
    for kind in ["dropped", "quarantined"] {
        for (name, count) in manifest["records"][kind].as_object().unwrap() {
            fates.push(format!("{night}{name}"));
            solver.lies(&format!("{night}{name}"), told(count, is_old));
        }
    }
    solver.is_sum(&format!("{night}read"), fates);
    read_provenance(&mut solver, &manifest["provenance"], data.rows, night);
    if is_old {
        read_old(&mut solver, manifest, data, night);
    }
    let mut unknown = Vec::new();
    numbers("", manifest, &mut |path| {
        let is_known = TELL_NOTHING.iter().any(|known| matches(known, path))
            || path.starts_with("/records/dropped/")
            || path.starts_with("/records/quarantined/")
            || is_old && (path.contains("/cells/") || path.ends_with("_per_cent") || path == "/formula_guard_cells");
        if !is_known {
            unknown.push(path.to_owned());
        }
    });
    assert!(unknown.is_empty(), "numbers of which nobody says what follows: {unknown:?}");
    solver
}

/// What follows from what is told of notices and months: every row has one of each.
fn read_provenance(solver: &mut Solver, told: &Value, rows: i64, night: &str) {
    let delivered = format!("{night}delivered");
    let notices = told["notices"].as_array().unwrap();
    let name = |notice: &Value| format!("{night}notice {}", notice["id"].as_str().unwrap());
    solver.is_sum(&delivered, notices.iter().map(name));
    for notice in notices {
        let nearly_all = (rows * 90 + 99) / 100;
        let bounds = match notice.get("at_least_per_cent") {
            Some(per_cent) if per_cent == 90 => (nearly_all, rows),
            Some(other) => panic!("{other}"),
            None if rows >= 200 => (0, nearly_all - 1),
            None => (0, rows),
        };
        solver.lies(&name(notice), bounds);
    }
    let consents = &told["consents"];
    let months: Vec<String> = months(consents).iter().map(ToString::to_string).collect();
    let of_month = |month: &String| format!("{night}month {month}");
    solver.is_sum(&delivered, months.iter().map(of_month));
    let [first, last] = ["first", "last"].map(|key| consents.get(key).map(|month| month.as_str().unwrap()));
    for month in &months {
        let bounds = match (first, last) {
            (Some(first), Some(last)) if month == first || month == last => (10, rows),
            (Some(first), Some(last)) if month.as_str() < first || month.as_str() > last => (0, 9),
            (None, None) if rows >= 10 * i64::try_from(months.len()).unwrap() => panic!("there is a month of ten"),
            _ => (0, rows),
        };
        solver.lies(&of_month(month), bounds);
    }
}

/// What manifests told before: cells of each column, and a share of what was read.
fn read_old(solver: &mut Solver, manifest: &Value, data: &Data, night: &str) {
    for column in manifest["columns"].as_array().unwrap() {
        let Some(cells) = column.get("cells") else { continue };
        let name = column["output"].as_str().unwrap();
        let of = |what: &str| format!("{night}{name} {what}");
        solver.lies(&of("missing"), told(&cells["missing"], true));
        solver.lies(&of("changed"), told(&cells["changed"], true));
        let reasons = cells["unreadable"].as_object().unwrap();
        for (reason, count) in reasons {
            solver.lies(&of(reason), told(count, true));
        }
        solver.is_sum(&of("unreadable"), reasons.keys().map(|reason| of(reason)));
        solver.lies(&of("cells"), (data.rows, data.rows));
        solver.is_sum(&of("cells"), ["missing", "changed", "unreadable", "unchanged"].map(of));
    }
    let columns = |key: &str| manifest["minimisation"][key].as_i64().unwrap();
    let (columns_in, delivered) = (columns("columns_in"), data.rows * columns("columns_out"));
    let share = |read: i64| {
        let whole = read * columns_in;
        let part = whole - delivered.min(whole);
        (part >= 10 && whole - part >= 10).then(|| (part * 100 + whole / 2) / whole)
    };
    let told = manifest["minimisation"].get("cells_removed_per_cent").and_then(Value::as_i64);
    let mut fit = (data.rows..data.rows + 20_000).filter(|read| share(*read) == told);
    if let Some(first) = fit.next() {
        let last = fit.next_back().unwrap_or(first);
        let last = if last == data.rows + 19_999 { MANY } else { last };
        solver.lies(&format!("{night}read"), (first, last));
    }
}

fn numbers(path: &str, value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| numbers(&format!("{path}/*"), item, found)),
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| numbers(&format!("{path}/{key}"), value, found))
        }
        Value::Number(_) => found(path),
        Value::String(text) if text == "<10" => found(path),
        _ => {}
    }
}

fn matches(known: &str, path: &str) -> bool {
    known.strip_suffix("**").map_or(known == path, |start| path.starts_with(start))
}
