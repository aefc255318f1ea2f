//! Identifiers that stand as doubles in a typed file, as a program makes of whole
//! numbers with a gap: beyond 2⁵³ two people are one number.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{LATER, Manner, try_delivering};
use crate::workshop::{Outcome, Terms, Workshop};
use crate::wrapping::{gate_cells, keep_all, policy_for_wrapped, put_in_front};

/// The last whole number before which all are exact, and its neighbour.
const ROWS: &str = "id,note\n1001,a\n1002,b\n9007199254740992,c\n9007199254740993,d\n1001.5,e\n";

/// A table with columns of consent in front, its ids as doubles.
fn with_doubles(folder: &Path, table: &str, format: &str) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    let wrapped = folder.join("wrapped.csv");
    let gate = |number: usize, _: &csv::ByteRecord| gate_cells(&format!("R{number}"), "Y", ',');
    fs::write(&wrapped, put_in_front(table.as_bytes(), ',', gate)).unwrap();
    let kept = keep_all(["gate_subject", "gate_granted", "gate_given", "note"]);
    let columns = format!("[columns.id]\nrole = \"insensitive\"\nclamp_number = {{ min = 0 }}\n{kept}");
    let policy = policy_for_wrapped(folder, &columns, "", &format!("format = \"{format}\""));
    let made = try_delivering(&policy, &[wrapped], LATER, &folder.join("made"), None, Manner::default()).unwrap();
    fs::read_dir(made.folder.join("data")).unwrap().next().unwrap().unwrap().path()
}

/// Runs an extract under a policy that keeps the notes; `subject` and `lists` are
/// what it says of them.
fn run(workshop: &Workshop, extract: &Path, subject: &str, lists: &str) -> Outcome {
    let policy =
        policy_for_wrapped(workshop.folder(), &(lists.to_owned() + &keep_all(["note"])), "", "order = \"extract\"");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("subject = \"gate_subject\"", &format!("subject = \"{subject}\""))).unwrap();
    workshop.outcome(&policy, extract, "2018-07-01", &Terms::default()).unwrap()
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
        let workshop = Workshop::new();
        let extract = with_doubles(&workshop.path("typed"), ROWS, format);
        let outcome = run(&workshop, &extract, "id", "");
        assert_eq!((notes(&outcome).as_str(), outcome.dropped["no_subject"]), ("ab", 3), "{format}");
    }
}

#[test]
fn what_may_be_two_people_is_compared_with_no_list() {
    let workshop = Workshop::new();
    let extract = with_doubles(&workshop.path("typed"), ROWS, "parquet");
    workshop.write("list.csv", "id\n1002\n9007199254740993\n");
    let outcome = run(&workshop, &extract, "gate_subject", &list("list.csv", ""));
    assert_eq!(notes(&outcome), "a");
    assert_eq!((outcome.dropped["erased"], outcome.dropped["not_comparable:gone"]), (1, 3));
}

#[test]
fn an_entry_that_may_be_two_people_is_unreadable() {
    let workshop = Workshop::new();
    let typed = with_doubles(&workshop.path("typed"), "id,note\n1002,x\n9007199254740993,y\n", "parquet");
    fs::copy(typed, workshop.path("list.parquet")).unwrap();
    let gate = |number: usize, _: &csv::ByteRecord| gate_cells(&format!("R{number}"), "Y", ',');
    let extract = workshop.write("extract.csv", put_in_front(ROWS.as_bytes(), ',', gate));
    let outcome = run(&workshop, &extract, "gate_subject", &list("list.parquet", "max_unreadable = 1\n"));
    // Whoever the unreadable entry names is not kept out, and that is counted.
    assert_eq!((notes(&outcome).as_str(), outcome.dropped["erased"]), ("acde", 1));
}
