//! Hierarchies from end to end: made of a column of an extract in any format.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use scant::internals::Hierarchy;

use crate::kit::{Options, Project, data_file, keep_all, policy_for_gated, where_all_consent};

/// A date, a postcode, a number and a code of everybody; one of each cannot be read.
const TABLE: &str = "\
no,born,pc,n,code
1,1999-12-31,SW1A 1AA,17,b1
2,1987-02-01,ab101xg,3,a123
3,1987-02-01,ZZ99 3VZ,twelve,
4,,,4.5,a12
5,31/12/1999,nowhere,,b1
";

const DATES: &str = "1987-02-01;1987-02;1987-Q1;1987;1980s;*\n1999-12-31;1999-12;1999-Q4;1999;1990s;*\n";
const POSTCODES: &str = "ab101xg;AB10 1;AB10;AB;*\nSW1A 1AA;SW1A 1;SW1A;SW;*\n";
const NUMBERS: &str = "3;[0,10);[0,20);*\n4.5;[0,10);[0,20);*\n17;[10,20);[0,20);*\n";
const CODES: &str = "a12;a1;a;*\na123;a1;a;*\nb1;b1;b;*\n";

fn words_of(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Makes a hierarchy; gives the file and what was said.
fn made(project: &Project, kind: &str, extract: &Path, column: &str, options: &[&str]) -> (String, String) {
    let name = format!("{kind}.csv");
    let path = project.path(&name);
    let _ = fs::remove_file(&path);
    let arguments =
        [&["hierarchy", kind, extract.to_str().unwrap(), "--column", column, "-o", &name], options].concat();
    let output = project.scant(&arguments);
    let said = words_of(&output);
    assert!(output.status.success(), "{said}");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    (fs::read_to_string(path).unwrap(), said)
}

#[test]
fn every_format_gives_the_same_hierarchies() {
    let project = Project::new();
    let written = project.write("extract.csv", where_all_consent(TABLE));
    let kept = keep_all(crate::kit::IN_FRONT.into_iter().chain(["no", "born", "pc", "n", "code"]));
    for format in ["csv", "ndjson", "parquet", "ipc"] {
        let output = format!("order = \"extract\"\nname = \"rows\"\nformat = \"{format}\"");
        let policy = policy_for_gated(project.folder(), &kept, "", &output);
        let extract = data_file(&project.deliver(&policy, &written, Options::default()).unwrap());
        let (dates, said) = made(&project, "date", &extract, "born", &["--as-of", "2026-11-01"]);
        assert_eq!(dates, DATES, "{format}");
        assert!(said.contains("2 values of 5 records"), "{said}");
        assert!(said.contains("1 cell, missing") && said.contains("1 cell, unreadable (date)"), "{said}");
        let (postcodes, said) = made(&project, "postcode", &extract, "pc", &[]);
        assert_eq!(postcodes, POSTCODES, "{format}");
        assert!(said.contains("unreadable (postcode)") && said.contains("unreadable (no_place)"), "{said}");
        let levels = ["--width", "10", "--levels", "2"];
        assert_eq!(made(&project, "number", &extract, "n", &levels).0, NUMBERS, "{format}");
        let (codes, said) = made(&project, "prefix", &extract, "code", &["--length", "3"]);
        assert_eq!(codes, CODES, "{format}");
        assert!(said.contains("personal data"), "{said}");
        for file in [dates, postcodes, codes] {
            assert!(Hierarchy::parse(file.as_bytes()).is_ok());
        }
    }
}

#[test]
fn a_policy_in_the_making_says_how_the_extract_is_written() {
    let project = Project::new();
    let extract = project.write("extract.txt", "no|born|income\n1|31.12.1999|1.234,5\n2|-|x|y\n3|1.2.1987|-\n");
    let policy = "format = 'scant-policy/1'\n[extract]\nformat = 'csv'\nsubject = 'no'\ndelimiter = '|'\n\
        null_values = ['-']\ndate_format = '%-d.%-m.%Y'\n\
        [columns.income]\ndecimal = ','\nthousands = '.'\nmap_hierarchy = { file = 'income.csv' }\n";
    project.write("policy.toml", policy);
    let options = ["--policy", "policy.toml", "--as-of", "2026-11-01"];
    let (dates, said) = made(&project, "date", &extract, "born", &options);
    assert_eq!(dates, "1.2.1987;1987-02;1987-Q1;1987;1980s;*\n31.12.1999;1999-12;1999-Q4;1999;1990s;*\n");
    assert!(said.contains("not read: 1 record, malformed"), "{said}");
    let options = ["--policy", "policy.toml", "--width", "1000", "--levels", "1"];
    let (incomes, said) = made(&project, "number", &extract, "income", &options);
    assert_eq!(incomes, "1.234,5;[1000,2000);*\n");
    assert!(said.contains("1 cell, missing"), "{said}");
}

#[test]
fn what_goes_wrong_leaves_no_file_and_quotes_no_cell() {
    let project = Project::new();
    project.write("extract.csv", "no,pc\nSecret-7,Hush Lane\nSecret-8,Hush Lane\n");
    let policy = "format = 'scant-policy/1'\n[extract]\nsubject = 'no'\ndelimiter = 'Secret'\n";
    project.write("policy.toml", policy);
    for (arguments, code) in [
        (&["postcode", "extract.csv", "--column", "pc"][..], 2),
        (&["postcode", "extract.csv", "--column", "Secret-7"], 4),
        (&["postcode", "none.csv", "--column", "pc"], 1),
        (&["postcode", "extract.csv", "extract.csv", "--column", "pc"], 4),
        (&["number", "extract.csv", "--column", "pc", "--width", "Secret-7"], 2),
        (&["date", "extract.csv", "--column", "pc", "--policy", "extract.csv"], 3),
        (&["date", "extract.csv", "--column", "pc", "--policy", "policy.toml"], 3),
    ] {
        let output = project.scant(&[&["hierarchy"], arguments, &["-o", "out.csv"]].concat());
        let said = words_of(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {said}");
        assert!(!said.contains("Hush"), "{said}");
        assert!(!project.path("out.csv").exists(), "{arguments:?}");
    }
}
