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

/// Whole numbers, as a year of a typed file is one.
#[test]
fn a_selection_by_words_that_no_cell_can_be_is_a_fault() {
    let workshop = Workshop::new();
    let folder = workshop.path("typed");
    fs::create_dir_all(&folder).unwrap();
    let wrapped = folder.join("wrapped.csv");
    let gate = |number: usize, _: &csv::ByteRecord| gate_cells(&format!("R{number}"), "Y", ',');
    fs::write(&wrapped, put_in_front(b"born,note\n1990-02-03,a\n1991-02-03,b\n", ',', gate)).unwrap();
    let kept = keep_all(["gate_subject", "gate_granted", "gate_given", "note"]);
    let columns = format!("[columns.born]\nrole = \"insensitive\"\ncoarsen_date = {{ to = \"year\" }}\n{kept}");
    let policy = policy_for_wrapped(&folder, &columns, "", "format = \"parquet\"");
    let made = try_delivering(&policy, &[wrapped], LATER, &folder.join("made"), None, Manner::default()).unwrap();
    let extract = fs::read_dir(made.folder.join("data")).unwrap().next().unwrap().unwrap().path();
    for rule in ["drop", "only"] {
        let listing = |words: &str| {
            let reason = if rule == "drop" { "reason = \"born_then\"\n" } else { "" };
            let text = format!("[[rows.{rule}]]\ncolumn = \"born\"\nin = {words}\n{reason}{}", keep_all(["note"]));
            let policy = policy_for_wrapped(workshop.folder(), &text, "", "order = \"extract\"");
            workshop.outcome(&policy, &extract, "2018-07-01", &Terms::default())
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
fn an_entry_whose_zeros_a_number_has_lost_is_unreadable() {
    let workshop = Workshop::new();
    let extract = with_doubles(&workshop.path("typed"), "id,note\n1001,a\n1002,b\n", "parquet");
    workshop.write("list.csv", "id\n01002\n1001\n");
    let outcome = run(&workshop, &extract, "gate_subject", &list("list.csv", "max_unreadable = 1\n"));
    assert_eq!((notes(&outcome).as_str(), outcome.dropped["erased"]), ("b", 1));
    let text = list("list.csv", "") + &keep_all(["note"]);
    let policy = policy_for_wrapped(workshop.folder(), &text, "", "order = \"extract\"");
    let refused = workshop.outcome(&policy, &extract, "2018-07-01", &Terms::default()).err().unwrap();
    assert!(refused.to_string().contains("1 entry of the list gone cannot be read"), "{refused}");
    // Of text there is nothing to say against it.
    let gate = |number: usize, _: &csv::ByteRecord| gate_cells(&format!("R{number}"), "Y", ',');
    let text = workshop.write("extract.csv", put_in_front(b"id,note\n01002,a\n1002,b\n", ',', gate));
    let outcome = run(&workshop, &text, "gate_subject", &list("list.csv", ""));
    assert_eq!(notes(&outcome), "b");
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
