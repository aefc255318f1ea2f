//! What an account says that the delivered records have lost, beside a measure of the two
//! files: the extract and what is delivered of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::HEADER;
use crate::kit::{Options, Project, Random, assert_valid, converted, data_file, json_at, keep_all, small_policy};

/// Quasi-identifiers: as it is, coarsened, merged when all is read.
const MERGED: &str = "top_values = { min_count = 40, other = \"other\" }";

fn columns() -> String {
    let sensitive = "role = \"sensitive\"\nkeep = { because = \"what is studied\" }";
    assert!(super::COLUMNS.contains(sensitive));
    super::COLUMNS.replace(sensitive, &format!("role = \"quasi_identifier\"\n{MERGED}"))
}

fn extract(records: usize) -> String {
    let mut random = Random::new(11);
    let mut pick = |of: &[&'static str]| of[random.below(of.len())];
    let mut text = HEADER.to_owned();
    for number in 1..=records {
        let town = pick(&["Ayr", "Ayr", "Ayr", "Bude", "Bude", "Cork", "", "Diss"]);
        let age = pick(&["21", "25", "32", "38", "old", "", "44", "47"]);
        let illness = pick(&["flu", "flu", "flu", "flu", "cold", "cold", "cough", "gout", "other"]);
        let agreed = pick(&["Y", "Y", "Y", "N"]);
        writeln!(text, "s{},{agreed},2018-01-01,n1,{number},{town},{age},{illness}", number / 2).unwrap();
    }
    text
}

/// The measures of one column over the pairs of a cell that was read and a delivered one,
/// where the latter is `None` if it was suppressed; `as_if_shown` has it all the same.
struct Naive {
    values_read: usize,
    values_delivered: usize,
    loss: f64,
    bits: f64,
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn naive(cells: &[(String, String, bool)]) -> Naive {
    let n = cells.len() as f64;
    let raw: BTreeSet<&str> = cells.iter().map(|(raw, ..)| raw.as_str()).collect();
    let shown: BTreeSet<Option<&str>> =
        cells.iter().map(|(_, after, is_suppressed)| (!is_suppressed).then_some(after.as_str())).collect();
    let (mut loss, mut bits) = (0.0, 0.0);
    for (own, after, is_suppressed) in cells {
        let same: Vec<_> = cells.iter().filter(|(_, other, _)| other == after).collect();
        let leaves: BTreeSet<&str> = same.iter().map(|(raw, ..)| raw.as_str()).collect();
        if raw.len() > 1 {
            let share = (leaves.len() - 1) as f64 / (raw.len() - 1) as f64;
            loss += if *is_suppressed { 1.0 } else { share } / n;
        }
        let equal = same.iter().filter(|(raw, ..)| raw == own).count();
        bits += (same.len() as f64 / equal as f64).log2();
    }
    Naive { values_read: raw.len(), values_delivered: shown.len(), loss, bits }
}

/// What an action makes of a cell, by this file alone.
fn after(column: &str, raw: &str, common: &BTreeSet<String>) -> String {
    match (column, raw.parse::<u32>()) {
        ("age", Ok(age)) => format!("[{},{})", age / 10 * 10, age / 10 * 10 + 10),
        ("age", Err(_)) => String::new(),
        ("illness", _) if !raw.is_empty() && !common.contains(raw) => "other".to_owned(),
        _ => raw.to_owned(),
    }
}

fn assert_close(told: &Value, measured: f64, what: &str) {
    let told = told.as_f64().unwrap();
    assert!((told - measured).abs() < 2e-9 * measured.max(1.0), "{what}: {told} is told, {measured} was measured");
}

#[test]
fn an_account_says_what_two_files_show() {
    let text = extract(600);
    let header: Vec<&str> = HEADER.trim_end().split(',').collect();
    for on_violation in ["drop_record", "suppress_cells"] {
        let project = Project::new();
        let lines = format!("k_anonymity = 6\non_violation = \"{on_violation}\"\nmax_suppressed = 1");
        // What is merged cannot be suppressed too.
        let columns = if on_violation == "drop_record" {
            columns()
        } else {
            columns().replace(MERGED, "keep = { because = \"a class\" }")
        };
        let policy = small_policy(project.folder(), &format!("{columns}\n[privacy]\n{lines}\n"));
        let mut accounts = Vec::new();
        let mut extracts = vec![project.write("extract.csv", &text)];
        for format in ["ndjson", "parquet"] {
            extracts.push(converted(&project.path(format), &text, &keep_all(&header), format));
        }
        for path in &extracts {
            for (threads, block_bytes) in [(1, None), (3, Some(500))] {
                let options = Options { threads, block_bytes, ..Options::default() };
                let made = project.deliver(&policy, path, options).unwrap();
                let account = json_at(made.kept.join("account.json"));
                assert_valid("account", &account, "");
                assert_valid("manifest", &json_at(made.folder.join("manifest.json")), "");
                let mut delivered: BTreeMap<String, csv::StringRecord> = BTreeMap::new();
                let mut reader = csv::Reader::from_path(data_file(&made)).unwrap();
                let names = reader.headers().unwrap().clone();
                for record in reader.records() {
                    let record = record.unwrap();
                    let number = names.iter().position(|name| name == "no").unwrap();
                    delivered.insert(record[number].to_owned(), record);
                }
                accounts.push((account["privacy"].clone(), delivered, names));
            }
        }
        let (privacy, delivered, names) = &accounts[0];
        assert!(accounts.iter().all(|(other, ..)| other == privacy));
        assert!(delivered.len() > 100 && privacy["records"]["dropped"].as_u64() < Some(300));
        let columns = privacy["utility"]["columns"].as_array().unwrap();
        let (mut product, mut lost) = (1.0, 0.0);
        for told in columns {
            let column = told["column"].as_str().unwrap();
            let place = names.iter().position(|name| name == column).unwrap();
            let read: BTreeMap<String, String> = csv::Reader::from_reader(text.as_bytes())
                .records()
                .map(|record| record.unwrap())
                .map(|record| {
                    (record[4].to_owned(), record[header.iter().position(|own| *own == column).unwrap()].to_owned())
                })
                .collect();
            // Common is what is delivered as itself somewhere.
            let mut common: BTreeSet<String> = delivered.values().map(|record| record[place].to_owned()).collect();
            if on_violation == "suppress_cells" {
                common.extend(read.values().cloned());
            }
            let is_suppressed = |record: &csv::StringRecord| {
                on_violation == "suppress_cells"
                    && columns.iter().all(|own| {
                        record[names.iter().position(|name| Some(name) == own["column"].as_str()).unwrap()].is_empty()
                    })
            };
            let cells: Vec<(String, String, bool)> = delivered
                .iter()
                .map(|(number, record)| {
                    let raw = read[number].clone();
                    let after = after(column, &raw, &common);
                    assert!(is_suppressed(record) || record[place] == after, "{column}: {after} {record:?}");
                    (raw, after, is_suppressed(record))
                })
                .collect();
            let found = naive(&cells);
            assert_eq!(told["values_read"], found.values_read, "{told}");
            assert_eq!(told["values_delivered"], found.values_delivered, "{told}");
            assert_close(&told["loss"], found.loss, column);
            assert_close(&told["non_uniform_entropy"], found.bits, column);
            product *= 1.0 + found.loss;
            lost += found.bits;
        }
        assert!(lost > 0.0);
        assert_close(&privacy["utility"]["loss"], product.powf(1.0 / 3.0) - 1.0, "loss");
        // Bands are no levels of a hierarchy.
        assert_eq!(privacy["utility"].get("precision"), None);
    }
}

#[test]
fn a_column_with_too_many_values_is_not_measured_and_the_others_are() {
    let mut text = HEADER.to_owned();
    for number in 0..65_536 {
        writeln!(text, "s{number},Y,2018-01-01,n1,{number},T{number},31,flu").unwrap();
    }
    let project = Project::new();
    let columns = columns().replace("keep = { because = \"a class\" }", "truncate_text = { keep = 1 }");
    let policy = small_policy(project.folder(), &format!("{columns}\n[privacy]\nk_anonymity = 2\n"));
    for (records, is_measured) in [(65_535, true), (65_536, false)] {
        let lines: Vec<&str> = text.lines().take(records + 1).collect();
        let path = project.write("extract.csv", format!("{}\n", lines.join("\n")));
        let made = project.deliver(&policy, &path, Options { threads: 2, ..Options::default() }).unwrap();
        let account = json_at(made.kept.join("account.json"));
        assert_valid("account", &account, "");
        let utility = &account["privacy"]["utility"];
        assert_eq!(utility.get("loss").is_some(), is_measured, "{utility}");
        let town = &utility["columns"][0];
        assert_eq!(town.get("values_read").map(Value::as_u64), is_measured.then_some(Some(65_535)));
        assert_eq!(utility["columns"][1]["values_read"], 1);
    }
}

#[test]
fn what_does_not_fit_a_pattern_is_a_value_that_was_read() {
    let project = Project::new();
    let columns = super::COLUMNS
        .replace("band_number = { width = 10 }", "pattern = \"[0-9]+\"\nkeep = { because = \"a class\" }");
    let policy = small_policy(
        project.folder(),
        &format!("{columns}\n[privacy]\nk_anonymity = 2\n[guards]\nmax_unreadable = 1\n"),
    );
    let rows = ["31", "old", "young", "", "31"];
    let table: Vec<(String, &str)> = rows.iter().enumerate().map(|(row, age)| (format!("s{row}"), *age)).collect();
    let table: Vec<(&str, &str, &str, &str)> =
        table.iter().map(|(id, age)| (id.as_str(), "Ayr", *age, "flu")).collect();
    let extract = project.write("extract.csv", super::table(&table));
    let made = project.deliver(&policy, &extract, Options::default()).unwrap();
    let utility = json_at(made.kept.join("account.json"))["privacy"]["utility"].clone();
    let age = &utility["columns"][1];
    // 31, old, young and the missing one; what is delivered is 31 or missing.
    assert_eq!((&age["values_read"], &age["values_delivered"]), (&4.into(), &2.into()), "{utility}");
}
