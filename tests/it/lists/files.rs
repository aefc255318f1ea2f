//! A list of several files: by path, by pattern, or as they are named for a run. They are
//! one list, of which every file is told.

use scant::internals::InputFaultKind as Kind;
use scant::internals::ReleaseError;

use super::project::{ERASURES, ListProject, SUPPRESSION, dropped, record};
use crate::kit::{Options, assert_valid, json_at, json_of, said};

fn of(paths: &str) -> String {
    SUPPRESSION.replace("path = \"suppression.csv\"", paths)
}

fn people() -> String {
    (1..7).map(|id| record(&id.to_string(), &format!("p{id}@x.org"), "E1", "Y")).collect()
}

#[test]
fn files_and_patterns_are_one_list_in_the_order_of_their_names() {
    let project = ListProject::new(&of("paths = [\"base.csv\", \"added-*.csv\"]"));
    project.write("base.csv", "subscriber\n1\n77\n");
    project.write("added-2.csv", "subscriber\n2\n1\n");
    project.write("added-10.csv", "note,subscriber\nx,3\n");
    // None of these is part of it.
    for other in [".added-3.csv", "added-2.csv.as_of", "added-2.csv.gz", "more-added-1.csv"] {
        project.write(other, "2018-06-20");
    }
    project.write("added-2.csv.count", "2");
    let delivery = project.deliver(&people(), Options::default()).unwrap();
    assert_eq!(delivery.report.dropped, dropped(&[("suppressed:own", 3)]));
    let account = json_at(delivery.kept.join("account.json"));
    assert_valid("account", &account, "");
    let list = &account["lists"][0];
    let counts = ["records", "entries", "found"].map(|key| list[key].as_u64().unwrap());
    assert_eq!(counts, [5, 4, 3]);
    let files = list["files"].as_array().unwrap().iter();
    let told: Vec<(&str, u64)> =
        files.map(|file| (file["file"].as_str().unwrap(), file["records"].as_u64().unwrap())).collect();
    assert_eq!(told, [("base.csv", 2), ("added-10.csv", 1), ("added-2.csv", 2)]);
}

#[test]
fn a_pattern_that_finds_nothing_and_a_file_read_twice_refuse_the_run() {
    let project = ListProject::new(&of("path = \"added-*.csv\""));
    let refused = project.deliver(&people(), Options::default());
    assert!(matches!(refused, Err(ReleaseError::NoListFile { .. })), "{refused:?}");
    let output = project.scant(&["check", "policy.toml", "--as-of", "2018-07-01"]);
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("added-*.csv: no file has such a name") && told.contains("--list NAME=FILE"), "{told}");
    let project = ListProject::new(&of("paths = [\"added-1.csv\", \"added-*.csv\"]"));
    project.write("added-1.csv", "subscriber\n1\n");
    match project.deliver(&people(), Options::default()) {
        Err(ReleaseError::Input(fault)) => assert_eq!(fault.kind, Kind::DuplicateInput),
        other => panic!("{other:?}"),
    }
}

/// Some programs write names in the encoding of their own system.
#[cfg(target_os = "linux")]
#[test]
fn a_pattern_finds_names_that_are_not_unicode() {
    use std::os::unix::ffi::OsStrExt as _;
    let deliver = |paths: &str| {
        let project = ListProject::new(&of(paths));
        project.write("added-1.csv", "subscriber\n1\n");
        let other = std::ffi::OsStr::from_bytes(b"added-M\xfcnchen.csv");
        std::fs::write(project.folder().join(other), "subscriber\n2\n").unwrap();
        (project.deliver(&people(), Options::default()), project)
    };
    // Such a name does not say which format the file has, but it is not passed over.
    let (refused, _) = deliver("path = \"added-*.csv\"");
    assert!(matches!(refused, Err(ReleaseError::Input(fault)) if fault.kind == Kind::UnknownFormat));
    let (delivery, _project) = deliver("path = \"added-*.csv\"\nformat = \"csv\"");
    let delivery = delivery.unwrap();
    assert_eq!(delivery.report.dropped, dropped(&[("suppressed:own", 2)]));
    assert_valid("account", &json_at(delivery.kept.join("account.json")), "");
}

#[test]
fn files_are_read_each_by_its_own_header_and_a_fault_names_the_file() {
    let project = ListProject::new(&of("path = \"n-?.csv\""));
    project.write("n-1.csv", "subscriber\n1\n");
    for (text, kind) in
        [("id\n2\n", Kind::MissingColumn), ("", Kind::EmptyInput), ("subscriber\n\"2\n", Kind::UnterminatedQuote)]
    {
        project.write("n-2.csv", text);
        match project.deliver(&people(), Options::default()) {
            Err(ReleaseError::Input(fault)) => {
                assert_eq!(fault.kind, kind);
                assert!(fault.file.ends_with("n-2.csv"), "{fault}");
            }
            other => panic!("{other:?}"),
        }
    }
    // A night without news is a header and no more.
    project.write("n-2.csv", "subscriber\n");
    let delivery = project.deliver(&people(), Options::default()).unwrap();
    assert_eq!(delivery.report.dropped, dropped(&[("suppressed:own", 1)]));
    project.write("n-1.csv", "subscriber\n");
    match project.deliver(&people(), Options::default()) {
        Err(ReleaseError::Input(fault)) => assert_eq!(fault.kind, Kind::EmptyList),
        other => panic!("{other:?}"),
    }
}

#[test]
fn entries_that_cannot_be_read_are_told_with_their_files() {
    let lists = ERASURES.replace("path = \"erasures.csv\"", "path = \"e-*.csv\"");
    let project = ListProject::new(&format!("{lists}max_unreadable = 1\n"));
    project.write("e-1.csv", "address\np1@x.org\nno address\n");
    project.write("e-2.csv", "address\nnone\np2@x.org\nnobody\n");
    project.extract(&people());
    let output = project.scant(&["run", "policy.toml", "extract.csv", "-o", "out", "--as-of=2018-07-01", "--json"]);
    let told = said(&output);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("3 entries of the list erasures cannot be read, and 1 is allowed"), "{told}");
    assert!(told.contains("records 2 of e-1.csv; 1, 3 of e-2.csv"), "{told}");
    let document = json_of(&output);
    assert_valid("error", &document, "");
    let entries = &document["unreadable_entries"];
    assert_eq!(entries["first_records"], serde_json::json!([2, 1, 3]));
    assert_eq!(entries["first_files"], serde_json::json!(["e-1.csv", "e-2.csv", "e-2.csv"]));
}

#[test]
fn a_list_is_as_old_as_its_oldest_file() {
    let project = ListProject::new(&of("path = \"n-*.csv\"\nmax_list_age = \"P28D\""));
    for (name, day) in [("n-1.csv", "2018-06-20"), ("n-2.csv", "2018-06-25")] {
        project.write(name, "subscriber\n1\n");
        project.write(&format!("{name}.as_of"), day);
    }
    let delivery = project.deliver(&people(), Options::default()).unwrap();
    assert_eq!(json_at(delivery.kept.join("account.json"))["lists"][0]["as_of"], "2018-06-20");
    project.write("n-2.csv.as_of", "2018-05-25");
    let refused = project.deliver(&people(), Options::default());
    assert!(matches!(refused, Err(ReleaseError::StaleList { .. })), "{refused:?}");
    std::fs::remove_file(project.path("n-2.csv.as_of")).unwrap();
    match project.deliver(&people(), Options::default()) {
        Err(ReleaseError::Input(fault)) => {
            assert_eq!(fault.kind, Kind::UndatedList);
            assert!(fault.file.ends_with("n-2.csv"), "{fault}");
        }
        other => panic!("{other:?}"),
    }
    // The latest day in a column of any file is the day of the list.
    let project = ListProject::new(&of("path = \"n-*.csv\"\nas_of_column = \"since\"\nmax_list_age = \"P28D\""));
    project.write("n-1.csv", "subscriber,since\n1,2018-06-20\n");
    project.write("n-2.csv", "subscriber,since\n2,2017-06-20\n");
    let delivery = project.deliver(&people(), Options::default()).unwrap();
    assert_eq!(json_at(delivery.kept.join("account.json"))["lists"][0]["as_of"], "2018-06-20");
}

#[test]
fn a_file_named_for_the_run_takes_the_place_of_the_policys() {
    let project = ListProject::new(&(of("path = \"nowhere.csv\"") + ERASURES));
    project.write("erasures.csv", "address\np5@x.org\n");
    project.write("tonight.csv", "subscriber\n1\n");
    project.write("more.csv", "subscriber\n2\n");
    project.extract(&people());
    let day = ["--as-of", "2018-07-01"];
    let ends = |verb: &[&str], lists: &[&str], code: i32| {
        let output = project.scant(&[verb, &day, lists].concat());
        assert_eq!(output.status.code(), Some(code), "{verb:?}: {}", said(&output));
        said(&output)
    };
    let run = ["run", "policy.toml", "extract.csv", "-o", "out"];
    let explain = ["explain", "policy.toml", "extract.csv"];
    let check = ["check", "policy.toml", "extract.csv"];
    for verb in [&run[..], &explain, &check] {
        ends(verb, &[], 1);
        let told = ends(verb, &["--list", "elsewhere=tonight.csv"], 2);
        assert!(told.contains("its lists are own, erasures"), "{told}");
        let told = ends(verb, &["--list", "tonight.csv"], 2);
        assert!(told.contains("must be the name of a list") && !told.contains("'tonight"), "{told}");
    }
    let lists = ["--list", "own=tonight.csv", "--list=own=more.csv"];
    ends(&check, &lists, 0);
    let told = ends(&explain, &lists, 0);
    assert!(told.contains("the suppression list own (tonight.csv, more.csv)"), "{told}");
    assert!(told.contains("    suppressed:own  2") && told.contains("    erased          1"), "{told}");
    let told = ends(&run, &[&lists[..], &["--new-key", "key.json"]].concat(), 0);
    assert!(told.contains("suppressed:own  2"), "{told}");
    let account = json_at(project.path("out.internal/account.json"));
    let files: Vec<&str> =
        account["lists"][0]["files"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["tonight.csv", "more.csv"]);
}
