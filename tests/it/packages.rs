//! A delivery beside the tools of others: its fixity, its schema and its documents are
//! what they expect, unchanged. What they say of a delivery that was tampered with is
//! tested in `verify.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::kit::{Options, Project, checkers_python, data_file, needs, root, small_policy, third_party};

/// A column of every type that is delivered, and rows with and without each.
const COLUMNS: &str = r#"
[columns.born]
role = "quasi_identifier"
coarsen_date = { to = "year" }

[columns.seen]
role = "insensitive"
keep = { because = "the last day" }

[columns.height]
role = "quasi_identifier"
round_number = { to = 0.5 }

[columns.note]
role = "insensitive"
keep = { because = "what was said, with quotes and commas" }

[columns.moved]
role = "quasi_identifier"
shift_date = { max_days = 30, domain = "moves" }

[derived.young]
role = "insensitive"
any_age_below = { years = 99, columns = ["born"] }
"#;

const TABLE: &str = "id,ok,given,notice,no,born,seen,height,note,moved\n\
    a,Y,2018-01-01,n1,1,1987-02-03,2018-05-01,171.5,\"one, \"\"two\"\"\",2017-03-04\n\
    b,Y,2018-01-01,n1,2,,2018-05-02,,,\n\
    c,Y,2018-01-01,n1,3,1990-12-31,,160,\"line\nbreak\",2016-02-29\n\
    d,N,2018-01-01,n1,4,1990-12-31,,160,no,\n";

/// A delivery of a format, in files of so many rows.
fn delivered(project: &Project, format: &str, parts: bool) -> scant::Delivery {
    let policy = small_policy(project.folder(), COLUMNS);
    let text = fs::read_to_string(&policy).unwrap();
    let max = if parts { "\nmax_rows_per_file = 2" } else { "" };
    let text = text
        .replace("subject = \"id\"", "subject = \"id\"\nnewline_in_fields = true")
        .replace("format = \"csv\"", &format!("format = \"{format}\"{max}"));
    fs::write(&policy, text).unwrap();
    let extract = project.write("extract.csv", TABLE);
    project.deliver(&policy, &extract, Options::default()).unwrap()
}

fn assert_passes(tool: &str, output: &Output) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&said));
}

fn checker(program: &str, arguments: &[&Path]) -> Output {
    let folder = checkers_python().parent().unwrap().to_owned();
    // Nothing is asked of the network: every schema is here.
    Command::new(folder.join(program)).args(arguments).env("https_proxy", "http://127.0.0.1:9").output().unwrap()
}

#[test]
fn sha256sum_finds_every_file_as_it_was() {
    for (format, parts) in [("csv", true), ("parquet", false)] {
        let project = Project::new();
        let delivery = delivered(&project, format, parts);
        for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            let mut sum = Command::new("sha256sum");
            let output = sum.args(["--check", "--strict", list]).current_dir(&delivery.folder).output().unwrap();
            assert_passes("sha256sum", &output);
        }
        // Every file is in one of both lists, but for the list of lists.
        let listed = |list: &str| fs::read_to_string(delivery.folder.join(list)).unwrap().lines().count();
        let files = crate::kit::files_under(&delivery.folder).len();
        assert_eq!(listed("manifest-sha256.txt") + listed("tagmanifest-sha256.txt") + 1, files);
    }
}

#[test]
fn every_tool_takes_a_delivery_for_what_it_is() {
    if !needs("checkers") {
        return;
    }
    for (format, parts) in [("csv", false), ("csv", true), ("parquet", false), ("parquet", true), ("ndjson", false)] {
        let project = Project::new();
        let delivery = delivered(&project, format, parts);
        let folder = &delivery.folder;
        assert_passes("bagit", &checker("bagit.py", &[Path::new("--validate"), folder]));
        let manifest = folder.join("manifest.json");
        let schema = root("schemas/manifest.schema.json");
        let ours = [Path::new("--schemafile"), &schema, &manifest];
        assert_passes("check-jsonschema", &checker("check-jsonschema", &ours));
        let package = folder.join("datapackage.json");
        if let Some(profile) = third_party("corpora", "schemas/datapackage/datapackage.json") {
            let official = [Path::new("--schemafile"), &profile, &package];
            assert_passes("check-jsonschema", &checker("check-jsonschema", &official));
        }
        // It reads no NDJSON of a schema without its other package.
        if format != "ndjson" {
            assert_passes("frictionless", &checker("frictionless", &[Path::new("validate"), &package]));
        }
    }
}

/// Every type that is delivered, read by the tools that people have.
#[test]
fn frames_read_both_formats_with_the_right_types() {
    if !needs("checkers") {
        return;
    }
    for (format, parts) in [("csv", false), ("csv", true), ("parquet", false), ("parquet", true)] {
        let project = Project::new();
        let delivery = delivered(&project, format, parts);
        let read = Command::new(checkers_python())
            .arg(root("tests/checkers/frames.py"))
            .arg(&delivery.folder)
            .output()
            .unwrap();
        assert_passes("frames", &read);
        let read: Value = serde_json::from_slice(&read.stdout).unwrap();
        // Frames take a whole number that may be missing for a floating-point one.
        let year = if format == "csv" { "year" } else { "number" };
        assert_eq!(read["types"], json!(["string", "string", year, "string", "number", "string", "date", "boolean"]));
        let tables = read["tables"].as_object().unwrap();
        assert_eq!(tables.len(), 3);
        for (tool, rows) in tables {
            let mut rows = rows.as_array().unwrap().clone();
            let pseudonyms: BTreeSet<String> = rows.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect();
            assert_eq!(pseudonyms.len(), 3, "{tool}");
            for row in &mut rows {
                let row = row.as_array_mut().unwrap();
                row.drain(..2);
                // By how many days it was shifted only the key knows.
                let moved = row.remove(4);
                assert_eq!(moved.is_null(), row[0].is_null(), "{tool}");
            }
            rows.sort_by_key(|row| row[1].as_str().map(str::to_owned));
            let number = |year: i64| if format == "csv" { json!(year) } else { json!(f64_of(year)) };
            let expected = json!([
                [number(1990), null, 160.0, "line\nbreak", true],
                [number(1987), "2018-05-01", 171.5, "one, \"two\"", true],
                [null, "2018-05-02", null, null, null],
            ]);
            assert_eq!(json!(rows), expected, "{tool} of {format}");
        }
    }
}

fn f64_of(year: i64) -> f64 {
    f64::from(i32::try_from(year).unwrap())
}

#[test]
fn a_schema_says_what_is_there() {
    let project = Project::new();
    let delivery = delivered(&project, "csv", false);
    let package: Value = serde_json::from_slice(&fs::read(delivery.folder.join("datapackage.json")).unwrap()).unwrap();
    let fields = package["resources"][0]["schema"]["fields"].as_array().unwrap();
    let told: Vec<(&str, &str)> =
        fields.iter().map(|field| (field["name"].as_str().unwrap(), field["type"].as_str().unwrap())).collect();
    let header = csv::Reader::from_path(data_file(&delivery)).unwrap().headers().unwrap().clone();
    assert_eq!(told.iter().map(|(name, _)| *name).collect::<Vec<_>>(), header.iter().collect::<Vec<_>>());
    assert_eq!(
        told[2..],
        [
            ("born", "year"),
            ("seen", "string"),
            ("height", "number"),
            ("note", "string"),
            ("moved", "date"),
            ("young", "boolean")
        ]
    );
    assert_eq!(package["resources"][0]["bytes"], fs::metadata(data_file(&delivery)).unwrap().len());
}
