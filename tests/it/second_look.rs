//! What is asked about a policy that can be carried out: of the names, reasons and
//! cells of what is kept, and of the day that is judged. Nobody is stopped by it but
//! for a day that has not come.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{LATER, Manner, WRITTEN_AS, root, sample_key, story_policy, try_delivering};
use crate::workshop::read_csv;

/// Runs in a folder, as of the day of the story unless `today` says otherwise.
fn scant(folder: &Path, today: &str, arguments: &[&str]) -> Output {
    let midnight = format!("{today}T00:00:00Z").parse::<jiff::Timestamp>().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_scant"));
    command.current_dir(folder).env("SOURCE_DATE_EPOCH", midnight.as_second().to_string());
    command.args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn warnings(document: &Value) -> Vec<String> {
    let warnings = document["warnings"].as_array().unwrap_or_else(|| panic!("{document:#}"));
    let told =
        |warning: &Value| format!("{} {}", warning["path"].as_str().unwrap_or(""), warning["what"].as_str().unwrap());
    warnings.iter().map(told).collect()
}

/// The story's policy with more columns kept, its key and an extract.
fn project(changes: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut all = vec![(WRITTEN_AS, "format = \"csv\"")];
    all.extend_from_slice(changes);
    story_policy(folder.path(), "policy.toml", &all);
    sample_key(folder.path());
    fs::copy(root("samples/story/extract.csv"), folder.path().join("extract.csv")).unwrap();
    folder
}

const KEPT: [(&str, &str); 4] = [
    (
        "[columns.email]\nrole = \"direct_identifier\"\ndrop = true",
        "[columns.email]\nrole = \"insensitive\"\nkeep = { because = \"x\" }",
    ),
    ("coarsen_date = { to = \"year\" }", "keep = { because = \"the broker asked for it\" }"),
    ("erase_after  = \"P6M\"\n", ""),
    ("[rows.minimum_age]\ncolumn = \"dob\"\nyears  = 18\n", ""),
];

#[test]
fn names_reasons_and_what_is_left_unsaid_are_asked_about() {
    let folder = project(&KEPT);
    let asked = |arguments: &[&str]| {
        let output = scant(folder.path(), "2018-07-01", arguments);
        assert!(output.status.success(), "{}", said(&output));
        output
    };
    let checked = asked(&["check", "policy.toml", "--as-of", "2018-07-01", "--json"]);
    let expected = [
        "release no day is set by which the delivery must be erased",
        "columns.dob birth dates are used, and no minimum age is set",
        "columns.dob exact dates of birth are kept",
        "columns.email it is kept, and its name says that it holds e-mail addresses",
        "columns.email the reason for keeping it is shorter than three words",
    ];
    assert_eq!(warnings(&json(&checked)), expected);
    let run = ["run", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--key", "sample-key.json", "-o", "out"];
    let ran = asked(&[&run[..], &["--json"]].concat());
    let explained = asked(&["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--json"]);
    for output in [&ran, &explained] {
        let warnings = warnings(&json(output));
        assert_eq!(warnings[..expected.len()], expected);
        let of_cells = &warnings[expected.len()..];
        assert!(of_cells[0].starts_with("columns.dob 100 % of the cells of `dob` look like dates"), "{of_cells:?}");
        assert!(
            of_cells[1].starts_with("columns.email 100 % of the cells of `email` look like e-mail"),
            "{of_cells:?}"
        );
        for warning in &warnings {
            let what = warning.split_once(' ').unwrap().1;
            assert!(said(output).contains(what), "{what}\n{}", said(output));
        }
    }
    // The recipient gets none of it.
    let manifest = fs::read_to_string(folder.path().join("out/manifest.json")).unwrap();
    assert!(!manifest.contains("look like") && !manifest.contains("warning"), "{manifest}");
}

/// Ids under an innocent name are seen by that they all differ.
#[test]
fn cells_that_all_differ_are_asked_about() {
    let folder = project(&[(
        "[columns.town]\nrole = \"quasi_identifier\"\ndrop = true",
        "[columns.town]\nrole = \"quasi_identifier\"\nkeep = { because = \"the size of the town\" }",
    )]);
    let (header, rows) = read_csv(&fs::read(root("samples/story/extract.csv")).unwrap());
    let town = header.iter().position(|name| name == "town").unwrap();
    let mut written = csv::Writer::from_path(folder.path().join("extract.csv")).unwrap();
    written.write_record(&header).unwrap();
    for number in 0..2400 {
        let mut cells = rows[number % rows.len()].clone();
        cells[town] = format!("t{number}");
        written.write_record(&cells).unwrap();
    }
    drop(written);
    let output = scant(
        folder.path(),
        "2018-07-01",
        &["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--json"],
    );
    let warnings = warnings(&json(&output));
    assert!(warnings.iter().any(|warning| warning.contains("the cells of `town` all differ")), "{warnings:?}");
}

#[test]
fn the_samples_raise_no_needless_question() {
    for policy in
        ["samples/story/policy-later.toml", "samples/story/policy-later-log.toml", "samples/actions/policy.toml"]
    {
        let loaded = scant::release::inputs::policy::load(&root(policy), LATER).unwrap();
        assert_eq!(loaded.compiled.warnings, [], "{policy}");
    }
    let folder = tempfile::tempdir().unwrap();
    let output = scant(folder.path(), "2018-07-01", &["generate", "--rows", "300", "-o", "made"]);
    assert!(output.status.success());
    let loaded = scant::release::inputs::policy::load(&folder.path().join("made/policy-later.toml"), LATER).unwrap();
    assert_eq!(loaded.compiled.warnings, []);
}

#[test]
fn a_day_that_has_not_come_is_only_rehearsed() {
    let folder = project(&[]);
    let run = ["run", "policy.toml", "extract.csv", "--key", "sample-key.json", "-o", "out", "--as-of", "2018-07-02"];
    let check = ["check", "policy.toml", "--as-of", "2018-07-02"];
    let explain = ["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-02"];
    for arguments in [&run[..], &check, &explain] {
        let output = scant(folder.path(), "2018-07-01", arguments);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("the as-of day 2018-07-02 is after today, 2018-07-01"), "{}", said(&output));
        assert!(said(&output).contains("explain --allow-future"), "{}", said(&output));
    }
    assert!(!folder.path().join("out").exists());
    let allowed = scant(folder.path(), "2018-07-01", &[&explain[..], &["--allow-future"]].concat());
    assert!(allowed.status.success(), "{}", said(&allowed));
    let nowhere = scant(folder.path(), "2018-07-01", &[&run[..], &["--allow-future"]].concat());
    assert_eq!(nowhere.status.code(), Some(2));
    let today = scant(folder.path(), "2018-07-02", &run);
    assert!(today.status.success(), "{}", said(&today));
    // Who calls the library is refused, too.
    let policy = folder.path().join("policy.toml");
    let key = folder.path().join("sample-key.json");
    let extract = [folder.path().join("extract.csv")];
    let early = crate::support::delivering_on(
        &policy,
        &extract,
        (LATER, LATER.yesterday().unwrap()),
        &folder.path().join("early"),
        &key,
    );
    assert!(matches!(early, Err(scant::release::error::ReleaseError::FutureAsOf { .. })), "{early:?}");
}

#[test]
fn a_day_long_past_is_said_and_the_day_of_the_run_is_told() {
    let folder = project(&[]);
    let deliver = |today: &str, out: &str| {
        let run = [
            "run",
            "policy.toml",
            "extract.csv",
            "--key",
            "sample-key.json",
            "--as-of",
            "2018-07-01",
            "--json",
            "-o",
            out,
        ];
        let output = scant(folder.path(), today, &run);
        assert!(output.status.success(), "{}", said(&output));
        let read = |path: PathBuf| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
        let manifest = read(folder.path().join(out).join("manifest.json"));
        let account = read(folder.path().join(format!("{out}.internal/account.json")));
        for (name, document) in [("manifest", &manifest), ("account", &account)] {
            assert!(crate::schema::validator(&format!("{name}.schema.json")).is_valid(document), "{name} {document:#}");
        }
        let is_said = said(&output).contains("is more than 31 days past");
        assert_eq!(warnings(&json(&output)).iter().any(|warning| warning.contains("31 days past")), is_said);
        (is_said, manifest["release"]["run_in"].clone(), account["release"]["run_on"].clone())
    };
    assert_eq!(deliver("2018-08-01", "one"), (false, Value::Null, Value::Null), "31 days past");
    assert_eq!(deliver("2018-08-02", "two"), (true, "2018-08".into(), "2018-08-02".into()));
    let unclear = Command::new(env!("CARGO_BIN_EXE_scant"))
        .current_dir(folder.path())
        .env("SOURCE_DATE_EPOCH", "yesterday")
        .args(["check", "policy.toml"])
        .output()
        .unwrap();
    assert_eq!(unclear.status.code(), Some(2), "{}", said(&unclear));
}

/// A column none of whose cells can be read is not delivered without a word.
#[test]
fn a_column_that_cannot_be_read_refuses_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let key = sample_key(folder.path());
    let extract = [root("samples/story/extract.csv")];
    let deliver = |name: &str, guards: &str| {
        let changes = [
            (WRITTEN_AS, "format = \"csv\""),
            (
                "coarsen_date = { to = \"year\" }\nas = \"birth_year\"",
                "coarsen_date = { to = \"year\" }\nas = \"birth_year\"\n[columns.last_active]\nrole = \"insensitive\"\npattern = \"[A-Z]\"\nkeep = { because = \"how alive the list is\" }",
            ),
            ("min_delivered   = 1", guards),
        ];
        let policy = story_policy(folder.path(), &format!("{name}.toml"), &changes);
        try_delivering(&policy, &extract, LATER, &folder.path().join(name), Some(&key), Manner::default())
    };
    let refused = deliver("refused", "min_delivered = 1").unwrap_err().to_string();
    assert!(refused.contains("guards.max_unreadable = 0.5") && refused.contains("last_active: "), "{refused}");
    assert!(refused.contains("as pattern"), "{refused}");
    assert!(deliver("allowed", "max_unreadable = 1").is_ok());
    // A rehearsal says so, too, with the format of dates that were read wrongly.
    let folder = project(&[
        ("coarsen_date = { to = \"year\" }", "coarsen_date = { to = \"year\" }\ndate_format = \"%d/%m/%Y\""),
        ("[rows.minimum_age]\ncolumn = \"dob\"\nyears  = 18\n", ""),
    ]);
    let explain = ["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01"];
    let output = scant(folder.path(), "2018-07-01", &explain);
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(words.contains("A run would be refused: guards.max_unreadable = 0.5"), "{words}");
    assert!(words.contains("birth_year: ") && words.contains("as date, date_format %d/%m/%Y)"), "{words}");
    let run = ["run", "policy.toml", "extract.csv", "--key", "sample-key.json", "-o", "out", "--as-of", "2018-07-01"];
    assert_eq!(scant(folder.path(), "2018-07-01", &run).status.code(), Some(5));
}

/// A delivery of full names says what stayed behind of each person, whatever share
/// of the records was dropped.
#[test]
fn what_stayed_behind_is_counted_of_delivered_people() {
    let folder = project(&[]);
    let run = ["run", "policy.toml", "extract.csv", "--key", "sample-key.json", "-o", "out", "--as-of", "2018-07-01"];
    let output = scant(folder.path(), "2018-07-01", &run);
    let columns =
        fs::read_to_string(root("samples/story/extract.csv")).unwrap().lines().next().unwrap().split(',').count();
    let line = format!(
        "(236 of 300 records are not delivered; of {columns} columns {} stayed behind, 5 are rewritten, 0 unchanged)",
        columns - 5
    );
    assert!(said(&output).contains(&line), "{line}\n{}", said(&output));
    let read = |path: &str| -> Value { serde_json::from_slice(&fs::read(folder.path().join(path)).unwrap()).unwrap() };
    let (manifest, account) = (read("out/manifest.json"), read("out.internal/account.json"));
    assert_eq!(account["minimisation"]["records_not_delivered"], 236);
    assert_eq!(account["minimisation"]["cells_of_delivered_records"]["rewritten"], 64 * 5);
    let told: Vec<&String> = manifest["minimisation"].as_object().unwrap().keys().collect();
    assert_eq!(told, ["columns_in", "columns_kept", "columns_out", "columns_removed", "columns_rewritten"]);
}

/// Records of the story in which the dead are marked by another word.
#[test]
fn words_that_are_found_nowhere_are_asked_about_and_unknown_ones_drop() {
    let folder = project(&[]);
    let run = |out: &str| {
        let arguments = ["run", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--key", "sample-key.json"];
        let document = json(&scant(folder.path(), "2018-07-01", &[&arguments[..], &["-o", out, "--json"]].concat()));
        let asked = warnings(&document).into_iter().filter(|warning| warning.contains("rows.drop")).collect();
        (document["dropped"]["deceased"].as_u64().unwrap_or(0), asked)
    };
    let (dead, asked): (u64, Vec<String>) = run("known");
    assert!(dead > 2 && asked.is_empty(), "{dead} {asked:?}");

    let extract = fs::read_to_string(folder.path().join("extract.csv")).unwrap();
    fs::write(folder.path().join("extract.csv"), extract.replace(",Y,2", ",Yes,2")).unwrap();
    assert_eq!(run("closed"), (dead, Vec::new()), "a word that nobody named drops");

    story_policy(folder.path(), "policy.toml", &[(WRITTEN_AS, "format = \"csv\""), ("not_in = [\"N\"]\n", "")]);
    let (dropped, asked) = run("open");
    assert_eq!(
        (dropped, asked.as_slice()),
        (0, &["rows.drop[1] none of the words listed for `deceased` was found".to_owned()][..])
    );
}
