//! Hierarchies from end to end: made of a column of an extract in any format, and
//! applied by a policy.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use scant::internals::Hierarchy;

use crate::kit::{Options, Project, data_file, data_of, json_at, keep_all, policy_for_gated, where_all_consent};

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

fn mapped(column: &str, level: usize, more: &str) -> String {
    let file = format!("{{ file = \"{column}.csv\", level = {level} }}");
    format!("[columns.{column}]\nrole = \"quasi_identifier\"\nmap_hierarchy = {file}\n{more}\n")
}

#[test]
fn what_a_hierarchy_was_made_of_is_generalised_as_the_actions_do_it() {
    let project = Project::new();
    let extract = project.write("extract.csv", where_all_consent(TABLE));
    let name = "extract.csv";
    for (kind, column, options) in [
        ("date", "born", &["--as-of", "2018-06-30"][..]),
        ("postcode", "pc", &[]),
        ("number", "n", &["--width", "10", "--levels", "2"]),
        ("prefix", "code", &["--length", "3"]),
    ] {
        let file = made(&project, kind, Path::new(name), column, options).0;
        project.write(&format!("{column}.csv"), file);
    }
    let acting = |column: &str, action: &str| format!("[columns.{column}]\nrole = \"sensitive\"\n{action}\n");
    let delivered = |columns: &str| {
        let columns = keep_all(["no"]) + columns;
        let policy =
            policy_for_gated(project.folder(), &columns, "", "format = \"csv\"\norder = \"extract\"\nname = \"rows\"");
        project.deliver(&policy, &extract, Options::default()).unwrap()
    };
    for (level, [date, postcode, width, code]) in
        [(1, ["month", "sector", "10", "2"]), (2, ["quarter", "district", "20", "1"])]
    {
        let hierarchies = ["born", "pc", "n", "code"].map(|column| mapped(column, level, "")).concat();
        let actions = [
            acting("born", &format!("coarsen_date = {{ to = \"{date}\" }}")),
            acting("pc", &format!("coarsen_postcode = {{ to = \"{postcode}\" }}")),
            acting("n", &format!("band_number = {{ width = {width} }}")),
            acting("code", &format!("truncate_text = {{ keep = {code} }}")),
        ];
        let by_hierarchy = delivered(&hierarchies);
        let text = String::from_utf8(data_of(&by_hierarchy)).unwrap();
        assert_eq!(text, String::from_utf8(data_of(&delivered(&actions.concat()))).unwrap(), "level {level}");
        let counts = serde_json::to_value(&by_hierarchy.report.unreadable).unwrap();
        let expected =
            serde_json::json!({ "born": { "unmapped": 1 }, "pc": { "unmapped": 2 }, "n": { "unmapped": 1 } });
        assert_eq!(counts, expected);
    }
}

#[test]
fn what_is_in_no_row_is_what_the_column_says_of_unreadable_cells() {
    let project = Project::new();
    let extract = project.write("extract.csv", where_all_consent("no,pc\n1,AB\n2,CD\n3,\n"));
    project.write("pc.csv", "AB;A;*\n");
    let run = |more: &str| {
        let columns = keep_all(["no"]) + &mapped("pc", 1, more);
        let policy =
            policy_for_gated(project.folder(), &columns, "", "format = \"csv\"\norder = \"extract\"\nname = \"rows\"");
        project.deliver(&policy, &extract, Options::default())
    };
    let text = |more: &str| String::from_utf8(data_of(&run(more).unwrap())).unwrap();
    assert_eq!(text(""), "no,pc\n1,A\n2,\n3,\n");
    assert_eq!(text("unreadable = \"drop_record\""), "no,pc\n1,A\n3,\n");
    assert!(run("unreadable = \"refuse\"").is_err());
}

#[test]
fn the_file_is_in_the_account_and_in_the_id_of_the_release_and_not_in_the_manifest() {
    let project = Project::new();
    let extract = project.write("extract.csv", where_all_consent("no,pc\n1,AB\n"));
    let policy = policy_for_gated(
        project.folder(),
        &(keep_all(["no"]) + &mapped("pc", 1, "")),
        "",
        "format = \"csv\"\nname = \"rows\"",
    );
    let deliver = |file: &str| {
        project.write("pc.csv", file);
        let delivery = project.deliver(&policy, &extract, Options::default()).unwrap();
        let manifest = json_at(delivery.folder.join("manifest.json"));
        (manifest, json_at(delivery.kept.join("account.json")))
    };
    let (manifest, account) = deliver("AB;A;*\n");
    let file = &account["hierarchy_files"][0];
    assert_eq!((&file["rule"], &file["values"]), (&"columns.pc.map_hierarchy".into(), &1.into()));
    assert_eq!(file["blake3"], blake3::hash(b"AB;A;*\n").to_hex().as_str());
    assert_eq!(manifest.get("hierarchy_files"), None);
    assert!(!manifest.to_string().contains("pc.csv"));
    let (other, _) = deliver("AB;A;*\nCD;C;*\n");
    assert_ne!(manifest["release"]["id"], other["release"]["id"], "the file was another one");
}

#[test]
fn every_fault_of_a_hierarchy_is_placed_and_none_quotes_it() {
    let project = Project::new();
    project.write("pc.csv", "Hush;A;*\nHush;B;*\nMum;A;x\n;A;*\nLoud;A\n");
    let columns = keep_all(["no"]) + &mapped("pc", 1, "");
    policy_for_gated(project.folder(), &columns, "", "format = \"csv\"");
    let output = project.scant(&["check", "gated.toml"]);
    let said = words_of(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    for fault in [
        "pc.csv:2 level 0: is a second row for the value of line 1",
        "pc.csv:3 level 1: the value becomes something else at the next level than in line 1",
        "pc.csv:4 level 0: the field is empty",
        "pc.csv:5 has 2 fields, where most rows have 3",
    ] {
        assert!(said.contains(fault), "{said}");
    }
    assert!(!said.contains("Hush") && !said.contains("Mum") && !said.contains("Loud"), "{said}");
}
