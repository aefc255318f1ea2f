//! Identifiers that are stored as doubles in a typed file, as programs do with whole
//! numbers that may be missing: beyond 2⁵³ two people may have one number.

use std::fs;
use std::path::{Path, PathBuf};

use crate::kit::{IN_FRONT, Options, Outcome, Project, converted, keep_all, policy_for_gated, said, where_all_consent};

/// The last whole number before which all are exact, and its neighbour.
const ROWS: &str = "id,note\n1001,a\n1002,b\n9007199254740992,c\n9007199254740993,d\n1001.5,e\n";

/// A table in a typed format, its column `typed` by an action.
fn converted_by(folder: &Path, table: &str, typed: &str, action: &str, format: &str) -> PathBuf {
    let kept = keep_all(IN_FRONT.into_iter().chain(["note"]));
    let columns = format!("[columns.{typed}]\nrole = \"insensitive\"\n{action}\n{kept}");
    converted(folder, table, &columns, format)
}

/// A table with columns of consent in front, its ids as doubles.
fn with_doubles(folder: &Path, table: &str, format: &str) -> PathBuf {
    converted_by(folder, table, "id", "clamp_number = { min = 0 }", format)
}

/// Whole numbers, as a year of a typed file is one.
#[test]
fn a_selection_by_words_that_no_cell_can_be_is_a_fault() {
    let project = Project::new();
    let table = "born,note\n1990-02-03,a\n1991-02-03,b\n";
    let to_year = "coarsen_date = { to = \"year\" }";
    let extract = converted_by(&project.path("typed"), table, "born", to_year, "parquet");
    for rule in ["drop", "only"] {
        let listing = |words: &str| {
            let reason = if rule == "drop" { "reason = \"born_then\"\n" } else { "" };
            let text = format!("[[rows.{rule}]]\ncolumn = \"born\"\nin = {words}\n{reason}{}", keep_all(["note"]));
            let policy = policy_for_gated(project.folder(), &text, "", "order = \"extract\"");
            project.outcome(&policy, &extract, Options::default())
        };
        let refused = listing("[\"Y\", \"01990\"]").err().unwrap();
        let refused = format!("{refused:?}");
        let told = format!("NeverListed {{ rule: \"rows.{rule}[1]\", found: Integer");
        assert!(refused.contains(&told), "{refused}");
        assert_eq!(listing("[\"Y\", \"1990\"]").unwrap().rows.len(), 1, "{rule}");
    }
}

/// Runs an extract under a policy that keeps the notes; `subject` and `lists` are
/// what it says of them.
fn run(project: &Project, extract: &Path, subject: &str, lists: &str) -> Outcome {
    let policy =
        policy_for_gated(project.folder(), &(lists.to_owned() + &keep_all(["note"])), "", "order = \"extract\"");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("subject = \"gate_subject\"", &format!("subject = \"{subject}\""))).unwrap();
    project.outcome(&policy, extract, Options::default()).unwrap()
}

fn notes(outcome: &Outcome) -> String {
    outcome.rows.iter().map(|row| row[0].as_str()).collect()
}

fn list(path: &str, more: &str) -> String {
    format!(
        "[[consent.lists]]\nname = \"gone\"\nkind = \"erasure\"\npath = \"{path}\"\nmatch = {{ id = \"id\" }}\n{more}"
    )
}

#[test]
fn a_subject_that_may_be_two_people_names_nobody() {
    for format in ["parquet", "ipc"] {
        let project = Project::new();
        let extract = with_doubles(&project.path("typed"), ROWS, format);
        let outcome = run(&project, &extract, "id", "");
        assert_eq!((notes(&outcome).as_str(), outcome.dropped["no_subject"]), ("ab", 3), "{format}");
    }
}

#[test]
fn what_may_be_two_people_is_compared_with_no_list() {
    let project = Project::new();
    let extract = with_doubles(&project.path("typed"), ROWS, "parquet");
    project.write("list.csv", "id\n1002\n9007199254740993\n");
    let outcome = run(&project, &extract, "gate_subject", &list("list.csv", ""));
    assert_eq!(notes(&outcome), "a");
    assert_eq!((outcome.dropped["erased"], outcome.dropped["not_comparable:gone"]), (1, 3));
}

#[test]
fn an_entry_whose_zeros_a_number_has_lost_is_unreadable() {
    let project = Project::new();
    let extract = with_doubles(&project.path("typed"), "id,note\n1001,a\n1002,b\n", "parquet");
    project.write("list.csv", "id\n01002\n1001\n");
    let outcome = run(&project, &extract, "gate_subject", &list("list.csv", "max_unreadable = 1\n"));
    assert_eq!((notes(&outcome).as_str(), outcome.dropped["erased"]), ("b", 1));
    let text = list("list.csv", "") + &keep_all(["note"]);
    let policy = policy_for_gated(project.folder(), &text, "", "order = \"extract\"");
    let refused = project.outcome(&policy, &extract, Options::default()).err().unwrap();
    assert!(refused.to_string().contains("1 entry of the list gone cannot be read"), "{refused}");
    // Of text there is nothing to say against it.
    let text = project.write("extract.csv", where_all_consent(b"id,note\n01002,a\n1002,b\n"));
    let outcome = run(&project, &text, "gate_subject", &list("list.csv", ""));
    assert_eq!(notes(&outcome), "b");
}

/// Which of its digests are of ids with zeros nobody can see.
#[test]
fn digests_beside_a_column_of_numbers_are_warned_of() {
    for (typed, rule, is_told) in
        [(true, "none", true), (true, "digits", true), (true, "phone_e164", false), (false, "none", false)]
    {
        let project = Project::new();
        let table = "id,note\n1001,a\n1002,b\n";
        let extract = if typed {
            with_doubles(&project.path("typed"), table, "ipc")
        } else {
            project.write("extract.csv", where_all_consent(table.as_bytes()))
        };
        project.write("list.csv", "id\n900150983cd24fb0d6963f7d28e17f72\n");
        let more = format!("digests = \"md5\"\nnormalise = {{ id = \"{rule}\" }}\n");
        let text = list("list.csv", &more) + &keep_all(["note"]);
        let policy = policy_for_gated(project.folder(), &text, "", "order = \"extract\"");
        for verb in ["check", "explain"] {
            let output = project.scant(&[verb, policy.to_str().unwrap(), extract.to_str().unwrap(), "--json"]);
            let told = said(&output);
            assert_eq!(output.status.code(), Some(0), "{told}");
            let what = "id holds numbers, and the list gone digests: whoever's has leading zeros";
            assert_eq!(told.contains(what), is_told, "{verb} {typed} {rule}: {told}");
        }
    }
}

#[test]
fn an_entry_that_may_be_two_people_is_unreadable() {
    let project = Project::new();
    let typed = with_doubles(&project.path("typed"), "id,note\n1002,x\n9007199254740993,y\n", "parquet");
    fs::copy(typed, project.path("list.parquet")).unwrap();
    let extract = project.write("extract.csv", where_all_consent(ROWS.as_bytes()));
    let outcome = run(&project, &extract, "gate_subject", &list("list.parquet", "max_unreadable = 1\n"));
    // Whoever the unreadable entry names is not kept out, and that is counted.
    assert_eq!((notes(&outcome).as_str(), outcome.dropped["erased"]), ("acde", 1));
}
