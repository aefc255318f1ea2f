//! Warnings about a policy that can be carried out: about the names, reasons and
//! cells of what is kept, and about the as-of day. They do not stop a run; only a
//! future day does.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::kit::{
    LATER, Options, Project, RUN, WRITTEN_AS, assert_valid, json_of, read_csv, root, scant, stderr, story_policy,
};

/// Runs in a folder on a day.
fn scant_on(project: &Project, today: &str, arguments: &[&str]) -> Output {
    let midnight = format!("{today}T00:00:00Z").parse::<jiff::Timestamp>().unwrap();
    let mut command = scant();
    command.current_dir(project.folder()).env("SOURCE_DATE_EPOCH", midnight.as_second().to_string());
    command.args(arguments).output().unwrap()
}

fn warnings(document: &Value) -> Vec<String> {
    let warnings = document["warnings"].as_array().unwrap_or_else(|| panic!("{document:#}"));
    let told =
        |warning: &Value| format!("{} {}", warning["path"].as_str().unwrap_or(""), warning["what"].as_str().unwrap());
    warnings.iter().map(told).collect()
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
fn guards_that_guard_nothing_and_shifted_births_are_asked_about() {
    let shifted = |days: u32| format!("shift_date = {{ max_days = {days}, domain = \"births\" }}");
    let two = format!("{}\nas = \"birth\"\n[[columns.dob.also]]\n{}\nas = \"born\"", shifted(30), shifted(60));
    let echo = ("min_delivered   = 1\n", "min_delivered   = 1\necho = \"refuse\"\n");
    let changes = [echo, ("coarsen_date = { to = \"year\" }\nas = \"birth_year\"", two.as_str())];
    let project = Project::of_the_story(&changes);
    let checked = scant_on(&project, "2018-07-01", &["check", "policy.toml", "--as-of", "2018-07-01", "--json"]);
    let warned = warnings(&json_of(&checked));
    for told in [
        "guards.echo no text is delivered that could repeat a direct identifier",
        "columns.dob dates of birth are delivered, shifted by some days",
        "columns.dob dates of one domain are shifted by two numbers of days, so no interval between them survives",
    ] {
        assert!(warned.iter().any(|warning| warning == told), "{told}: {warned:?}");
    }
}

#[test]
fn names_reasons_and_what_is_left_unsaid_are_asked_about() {
    let project = Project::of_the_story(&KEPT);
    let asked = |arguments: &[&str]| {
        let output = scant_on(&project, "2018-07-01", arguments);
        assert!(output.status.success(), "{}", stderr(&output));
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
    assert_eq!(warnings(&json_of(&checked)), expected);
    let run = ["run", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--key", "key.json", "-o", "out"];
    let ran = asked(&[&run[..], &["--json"]].concat());
    let explained = asked(&["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--json"]);
    for output in [&ran, &explained] {
        let warnings = warnings(&json_of(output));
        assert_eq!(warnings[..expected.len()], expected);
        let of_cells = &warnings[expected.len()..];
        assert!(of_cells[0].starts_with("columns.dob 100 % of the cells of `dob` look like dates"), "{of_cells:?}");
        assert!(
            of_cells[1].starts_with("columns.email 100 % of the cells of `email` look like e-mail"),
            "{of_cells:?}"
        );
        for warning in &warnings {
            let what = warning.split_once(' ').unwrap().1;
            assert!(stderr(output).contains(what), "{what}\n{}", stderr(output));
        }
    }
    // The recipient gets none of it.
    let manifest = fs::read_to_string(project.path("out/manifest.json")).unwrap();
    assert!(!manifest.contains("look like") && !manifest.contains("warning"), "{manifest}");
}

/// Ids under an innocent name are seen by that they all differ.
#[test]
fn cells_that_all_differ_are_asked_about() {
    let project = Project::of_the_story(&[(
        "[columns.town]\nrole = \"quasi_identifier\"\ndrop = true",
        "[columns.town]\nrole = \"quasi_identifier\"\nkeep = { because = \"the size of the town\" }",
    )]);
    let (header, rows) = read_csv(&fs::read(root("samples/story/extract.csv")).unwrap());
    let town = header.iter().position(|name| name == "town").unwrap();
    let mut written = csv::Writer::from_path(project.path("extract.csv")).unwrap();
    written.write_record(&header).unwrap();
    for number in 0..2400 {
        let mut cells = rows[number % rows.len()].clone();
        cells[town] = format!("t{number}");
        written.write_record(&cells).unwrap();
    }
    drop(written);
    let output =
        scant_on(&project, "2018-07-01", &["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--json"]);
    let warnings = warnings(&json_of(&output));
    assert!(warnings.iter().any(|warning| warning.contains("the cells of `town` all differ")), "{warnings:?}");
}

#[test]
fn the_samples_raise_no_needless_question() {
    for policy in
        ["samples/story/policy-later.toml", "samples/story/policy-later-log.toml", "samples/actions/policy.toml"]
    {
        let loaded = scant::internals::load(&root(policy), LATER).unwrap();
        assert_eq!(loaded.compiled.warnings, [], "{policy}");
    }
    let project = Project::new();
    let output = scant_on(&project, "2018-07-01", &["generate", "--rows", "300", "-o", "made"]);
    assert!(output.status.success());
    let loaded = scant::internals::load(&project.path("made/policy-later.toml"), LATER).unwrap();
    assert_eq!(loaded.compiled.warnings, []);
}

#[test]
fn a_day_that_has_not_come_is_only_counted() {
    let project = Project::of_the_story(&[]);
    let run = ["run", "policy.toml", "extract.csv", "--key", "key.json", "-o", "out", "--as-of", "2018-07-02"];
    let check = ["check", "policy.toml", "--as-of", "2018-07-02"];
    let explain = ["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-02"];
    for arguments in [&run[..], &check, &explain] {
        let output = scant_on(&project, "2018-07-01", arguments);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("the as-of day 2018-07-02 is after today, 2018-07-01"), "{}", stderr(&output));
        assert!(stderr(&output).contains("explain --allow-future"), "{}", stderr(&output));
    }
    assert!(!project.path("out").exists());
    let allowed = scant_on(&project, "2018-07-01", &[&explain[..], &["--allow-future"]].concat());
    assert!(allowed.status.success(), "{}", stderr(&allowed));
    let nowhere = scant_on(&project, "2018-07-01", &[&run[..], &["--allow-future"]].concat());
    assert_eq!(nowhere.status.code(), Some(2));
    let today = scant_on(&project, "2018-07-02", &run);
    assert!(today.status.success(), "{}", stderr(&today));
    // Who calls the library is refused, too.
    let day_before = Options { today: Some(LATER.yesterday().unwrap()), ..Options::default() };
    let early = project.deliver(&project.path("policy.toml"), &project.path("extract.csv"), day_before);
    assert!(matches!(early, Err(scant::internals::ReleaseError::FutureAsOf { .. })), "{early:?}");
}

#[test]
fn a_day_long_past_is_said_and_the_day_of_the_run_is_told() {
    let project = Project::of_the_story(&[]);
    let deliver = |today: &str, out: &str| {
        let run =
            ["run", "policy.toml", "extract.csv", "--key", "key.json", "--as-of", "2018-07-01", "--json", "-o", out];
        let output = scant_on(&project, today, &run);
        assert!(output.status.success(), "{}", stderr(&output));
        let manifest = project.json(&format!("{out}/manifest.json"));
        let account = project.json(&format!("{out}.internal/account.json"));
        assert_valid("manifest", &manifest, out);
        assert_valid("account", &account, out);
        let is_said = stderr(&output).contains("is more than 31 days past");
        assert_eq!(warnings(&json_of(&output)).iter().any(|warning| warning.contains("31 days past")), is_said);
        (is_said, manifest["release"]["run_in"].clone(), account["release"]["run_on"].clone())
    };
    assert_eq!(deliver("2018-08-01", "one"), (false, Value::Null, Value::Null), "31 days past");
    assert_eq!(deliver("2018-08-02", "two"), (true, "2018-08".into(), "2018-08-02".into()));
    let unclear = scant()
        .current_dir(project.folder())
        .env("SOURCE_DATE_EPOCH", "yesterday")
        .args(["check", "policy.toml"])
        .output()
        .unwrap();
    assert_eq!(unclear.status.code(), Some(2), "{}", stderr(&unclear));
}

/// A column none of whose cells can be read is not delivered without a word.
#[test]
fn a_column_that_cannot_be_read_refuses_the_run() {
    let project = Project::new();
    let extract = root("samples/story/extract.csv");
    let deliver = |guards: &str| {
        let changes = [
            (WRITTEN_AS, "format = \"csv\""),
            (
                "coarsen_date = { to = \"year\" }\nas = \"birth_year\"",
                "coarsen_date = { to = \"year\" }\nas = \"birth_year\"\n[columns.last_active]\nrole = \"insensitive\"\npattern = \"[A-Z]\"\nkeep = { because = \"how alive the list is\" }",
            ),
            ("min_delivered   = 1", guards),
        ];
        project.deliver(&project.story("policy-later.toml", &changes), &extract, Options::default())
    };
    let refused = deliver("min_delivered = 1").unwrap_err().to_string();
    assert!(refused.contains("guards.max_unreadable = 0.5") && refused.contains("last_active: "), "{refused}");
    assert!(refused.contains("as pattern"), "{refused}");
    assert!(deliver("max_unreadable = 1").is_ok());
    // A dry run says so, too, with the format of dates that were read wrongly.
    let project = Project::of_the_story(&[
        ("coarsen_date = { to = \"year\" }", "coarsen_date = { to = \"year\" }\ndate_format = \"%d/%m/%Y\""),
        ("[rows.minimum_age]\ncolumn = \"dob\"\nyears  = 18\n", ""),
    ]);
    let explain = ["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01"];
    let output = scant_on(&project, "2018-07-01", &explain);
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(words.contains("A run would be refused: guards.max_unreadable = 0.5"), "{words}");
    assert!(words.contains("birth_year: ") && words.contains("as date, date_format %d/%m/%Y)"), "{words}");
    assert_eq!(scant_on(&project, "2018-07-01", &RUN).status.code(), Some(5));
}

/// A delivery of full names says what stayed behind of each person, whatever share
/// of the records was dropped.
#[test]
fn what_stayed_behind_is_counted_of_delivered_people() {
    let project = Project::of_the_story(&[]);
    let output = scant_on(&project, "2018-07-01", &RUN);
    let columns =
        fs::read_to_string(root("samples/story/extract.csv")).unwrap().lines().next().unwrap().split(',').count();
    let line = format!(
        "(236 of 300 records are not delivered; of {columns} columns {} stayed behind, 5 are rewritten, 0 unchanged)",
        columns - 5
    );
    assert!(stderr(&output).contains(&line), "{line}\n{}", stderr(&output));
    let (manifest, account) = (project.json("out/manifest.json"), project.json("out.internal/account.json"));
    assert_eq!(account["minimisation"]["records_not_delivered"], 236);
    assert_eq!(account["minimisation"]["cells_of_delivered_records"]["rewritten"], 64 * 5);
    let told: Vec<&String> = manifest["minimisation"].as_object().unwrap().keys().collect();
    assert_eq!(told, ["columns_in", "columns_kept", "columns_out", "columns_removed", "columns_rewritten"]);
}

/// Records of the story in which the dead are marked by another word.
#[test]
fn words_that_are_found_nowhere_are_asked_about_and_unknown_ones_drop() {
    let project = Project::of_the_story(&[]);
    let run = |out: &str| {
        let arguments = ["run", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--key", "key.json"];
        let document = json_of(&scant_on(&project, "2018-07-01", &[&arguments[..], &["-o", out, "--json"]].concat()));
        let asked = warnings(&document).into_iter().filter(|warning| warning.contains("rows.drop")).collect();
        (document["dropped"]["deceased"].as_u64().unwrap_or(0), asked)
    };
    let (dead, asked): (u64, Vec<String>) = run("known");
    assert!(dead > 2 && asked.is_empty(), "{dead} {asked:?}");

    let extract = fs::read_to_string(project.path("extract.csv")).unwrap();
    fs::write(project.path("extract.csv"), extract.replace(",Y,2", ",Yes,2")).unwrap();
    assert_eq!(run("closed"), (dead, Vec::new()), "a word that nobody named drops");

    story_policy(project.folder(), "policy.toml", &[(WRITTEN_AS, "format = \"csv\""), ("not_in = [\"N\"]\n", "")]);
    let (dropped, asked) = run("open");
    assert_eq!(
        (dropped, asked.as_slice()),
        (0, &["rows.drop[1] none of the words listed for `deceased` was found".to_owned()][..])
    );
}
