//! What `scant suggest` prints, pasted into a policy, delivers as many records as it
//! says, in classes as large as it says, out of every format.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::kit::{
    IN_FRONT, Options, Project, data_file, json_at, keep_all, policy_for_gated, third_party, where_all_consent,
};

/// Asks for levels, and gives the document.
fn suggest(project: &Project, extract: &Path, options: &[&str]) -> Value {
    let fixed = ["suggest", extract.to_str().unwrap(), "--json", "--quiet", "--as-of", "2018-07-01"];
    let output = project.scant(&[&fixed, options].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Pastes the piece into a policy, makes the hierarchies it asks for, delivers, and
/// compares with what was suggested.
fn assert_delivered(project: &Project, extract: &Path, document: &Value) {
    let piece = document["policy"].as_str().unwrap();
    for command in piece.lines().filter_map(|line| line.strip_prefix("# made by: scant ")) {
        let made = project.scant(&command.split(' ').collect::<Vec<_>>());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    let policy = policy_for_gated(project.folder(), piece, "", "format = \"csv\"");
    let made = project.deliver(&policy, extract, Options::default()).unwrap();
    let suggested = &document["suggested"];
    assert_eq!(made.report.delivered, suggested["kept"]);
    let dropped: u64 = made.report.dropped.values().sum();
    assert_eq!(dropped, suggested["suppressed"]);
    let mut classes: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for record in csv::Reader::from_path(data_file(&made)).unwrap().records() {
        *classes.entry(record.unwrap().iter().map(str::to_owned).collect()).or_default() += 1;
    }
    assert_eq!(classes.len() as u64, suggested["classes"]);
    assert_eq!(classes.values().min().copied(), suggested["smallest_class"].as_u64());
    assert_eq!(classes.values().max().copied(), suggested["largest_class"].as_u64());
}

#[test]
fn what_is_suggested_is_delivered_out_of_every_format() {
    let project = Project::new();
    let table = fs::read(crate::kit::root("tests/cmd/tables/survey.csv")).unwrap();
    let towns = fs::read(crate::kit::root("tests/cmd/tables/towns.csv")).unwrap();
    project.write("towns.csv", towns);
    let written = project.write("extract.csv", where_all_consent(table));
    let kept = keep_all(IN_FRONT.into_iter().chain(["member", "born", "town", "sex"]));
    let mut documents = Vec::new();
    for format in ["csv", "ndjson", "parquet", "ipc"] {
        let output = format!("order = \"extract\"\nname = \"rows\"\nformat = \"{format}\"");
        let policy = policy_for_gated(project.folder(), &kept, "", &output);
        let extract = data_file(&project.deliver(&policy, &written, Options::default()).unwrap());
        let options = ["--quasi", "born,town", "--levels", "born=date", "--hierarchy", "town=towns.csv"];
        let options = [&options[..], &["--k", "3", "--max-suppressed", "0.1"]].concat();
        let mut document = suggest(&project, &extract, &options);
        assert_eq!((&document["proven"], &document["counts"]), (&true.into(), &"records".into()));
        assert_delivered(&project, &extract, &document);
        let _ = fs::remove_file(project.path("born.csv"));
        // The path of the extract is in the command that makes a hierarchy.
        document["policy"] = Value::Null;
        documents.push(document);
    }
    assert!(documents.iter().all(|document| *document == documents[0]));
}

#[test]
fn a_person_with_many_records_is_one() {
    let project = Project::new();
    let table: String = (0..6).map(|number| format!("S{},Yoxley\n", number / 5)).collect();
    let extract = project.write("extract.csv", format!("id,town\n{table}"));
    let options = ["--quasi", "town", "--levels", "town=whole", "--k", "2"];
    let by_record = suggest(&project, &extract, &options);
    assert_eq!(by_record["suggested"]["smallest_class"], 6);
    let by_person = suggest(&project, &extract, &[&options[..], &["--subject", "id"]].concat());
    assert_eq!((&by_person["subjects"], &by_person["suggested"]["smallest_class"]), (&2.into(), &2.into()));
    let refused =
        ["suggest", "extract.csv", "--quasi", "town", "--levels", "town=whole", "--k", "3", "--subject", "id"];
    let output = project.scant(&refused);
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn the_levels_of_a_published_table_are_delivered_as_they_were_suggested() {
    let Some(folder) = third_party("corpora", "adult") else { return };
    let project = Project::new();
    let table = fs::read_to_string(folder.join("adult.csv")).unwrap().replace(';', ",");
    let extract = project.write("extract.csv", where_all_consent(&table));
    let columns: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let quasi = columns.join(",");
    let mut options: Vec<String> =
        ["--quasi", &quasi, "--k", "5", "--max-suppressed", "0.04"].map(str::to_owned).to_vec();
    for column in &columns {
        let name = format!("adult_hierarchy_{column}.csv");
        fs::copy(folder.join(&name), project.path(&name)).unwrap();
        options.extend(["--hierarchy".to_owned(), format!("{column}={name}")]);
    }
    let document = suggest(&project, &extract, &options.iter().map(String::as_str).collect::<Vec<_>>());
    let levels: Vec<u64> =
        document["suggested"]["levels"].as_array().unwrap().iter().map(|level| level.as_u64().unwrap()).collect();
    assert_eq!(levels, [0, 3, 0, 1, 1, 1, 1, 2, 0]);
    assert_delivered(&project, &extract, &document);
    // The account measures of the cells what the search measures of the levels, and what
    // others published of them.
    options[5] = "0".to_owned();
    options.extend(["--metric", "non_uniform_entropy"].map(str::to_owned));
    let document = suggest(&project, &extract, &options.iter().map(String::as_str).collect::<Vec<_>>());
    let policy = policy_for_gated(project.folder(), document["policy"].as_str().unwrap(), "", "format = \"csv\"");
    let made = project.deliver(&policy, &extract, Options::default()).unwrap();
    assert_eq!(made.report.delivered, 30_162);
    let utility = json_at(made.kept.join("account.json"))["privacy"]["utility"].clone();
    let told = utility["columns"].as_array().unwrap();
    let mut bits = 0.0;
    for (place, column) in columns.iter().enumerate() {
        if let Some(told) = told.iter().find(|told| told["column"] == *column) {
            bits += told["non_uniform_entropy"].as_f64().unwrap();
            continue;
        }
        // At the last level a column has one value, and is dropped: all of it is lost.
        let mut values: BTreeMap<&str, f64> = BTreeMap::new();
        for line in table.lines().skip(1) {
            *values.entry(line.split(',').nth(place).unwrap()).or_default() += 1.0;
        }
        bits += values.values().map(|records| records * (30_162.0 / records).log2()).sum::<f64>();
    }
    assert!(told.len() < columns.len() && (bits - 407_289.538_892_529_3).abs() < 1e-6, "{bits} {utility}");
}
