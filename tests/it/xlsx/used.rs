//! Sheets as lists and as consent logs, and as formats that are not written.

use std::fs;

use super::workbook::{SheetCell as Cell, Workbook};
use crate::kit::{Options, Project, Ran, data_of, root, run_files, small_policy_with};

const LIST: &str = "\n[[consent.lists]]\nname = \"asked\"\nkind = \"suppression\"\npath = \"asked.xlsx\"\nmatch = { id = \"id\" }\nas_of = 2024-05-01\nsheet = \"Members\"\n\n[output]";

/// A run over three people, with this list beside them.
fn run_with_list(list: &Workbook) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    list.write(&folder.path().join("asked.xlsx"));
    let extract = folder.path().join("extract.csv");
    fs::write(&extract, "id,ok,given,notice,no\na,Y,2024-01-01,n1,1\n007,Y,2024-01-01,n1,2\nc,Y,2024-01-01,n1,3\n")
        .unwrap();
    run_files(&small_policy_with(folder.path(), &[("[output]", LIST)], ""), &[extract], &[])
}

#[test]
fn xlsx_lists_keep_people_out_and_lost_zeros_refuse_them() {
    let ran = run_with_list(&Workbook::of_texts("id\n007\nc")).ended(0);
    assert_eq!(ran.delivered(), "1");
    let mut numbers = Workbook::of_texts("id\nc");
    numbers.row(&[Cell::Number("7")]);
    let refused = run_with_list(&numbers);
    assert_ne!(refused.exit, 0);
    assert!(refused.said.contains("record 2") && refused.said.contains("leading zeros are lost"), "{}", refused.said);
    let mut formula = Workbook::of_texts("id\nc");
    formula.row(&[Cell::Formula("d")]);
    assert!(run_with_list(&formula).said.contains("row 3, column 1: a cell holds a formula"));
}

#[test]
fn xlsx_logs_say_what_the_same_csv_says() {
    let sample = |name: &str| root("samples/story").join(name);
    let project = Project::new();
    let extract = sample("extract.csv");
    let deliver = |path: &str| {
        let policy = project.story("policy-later-log.toml", &[("path = \"consent-events.csv\"", path)]);
        project.deliver(&policy, &extract, Options::default()).unwrap()
    };
    fs::copy(sample("consent-events.csv"), project.path("log.csv")).unwrap();
    let expected = deliver("path = \"log.csv\"");
    Workbook::of_texts(&fs::read_to_string(sample("consent-events.csv")).unwrap()).write(&project.path("log.xlsx"));
    let found = deliver("path = \"log.xlsx\"\nsheet = \"Members\"");
    assert_eq!(found.report.delivered, 68);
    assert_eq!(found.report.dropped, expected.report.dropped);
    assert!(data_of(&found) == data_of(&expected));
}

#[test]
fn xlsx_is_no_format_of_a_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let extract = Workbook::of_texts("id,ok,given,notice,no\na,Y,2024-01-01,n1,1").write(&folder.path().join("a.xlsx"));
    let sheet = ("subject = \"id\"\n", "subject = \"id\"\nformat = \"xlsx\"\nsheet = \"Members\"\n");
    let run = |output: &str| {
        let output = format!("format = \"{output}\"");
        run_files(
            &small_policy_with(folder.path(), &[sheet, ("format = \"csv\"", output.as_str())], ""),
            std::slice::from_ref(&extract),
            &[],
        )
    };
    assert_eq!(run("csv").ended(0).delivered(), "1");
    assert!(run("xlsx").ended(3).said.contains("[output.format] must be one of csv, ipc, ndjson, parquet"));
}
