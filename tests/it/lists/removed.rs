//! Entries that a list marks as removed since: not on it, and only where the word says so.

use super::project::{ERASURES, ListProject, dropped, record};
use crate::kit::{Options, assert_valid, json_at, said};

fn policy(removed: &str) -> String {
    format!("{ERASURES}removed = {{ column = \"status\", {removed} }}\n")
}

fn people() -> String {
    (1..9).map(|id| record(&id.to_string(), &format!("p{id}@x.org"), "E1", "Y")).collect()
}

#[test]
fn an_entry_that_was_removed_is_on_the_list_no_longer() {
    let project = ListProject::new(&policy("yes = [\"removed\", \"2\"], no = [\"active\"]"));
    let list = "address,status\np1@x.org,removed\np2@x.org,active\np3@x.org,\np4@x.org, 2 \np5@x.org,Removed\n\
                no address,removed\np6@x.org,gone\np7@x.org,removed\nP7@X.org,active\n";
    project.write("erasures.csv", list);
    let delivery = project.deliver(&people(), Options::default()).unwrap();
    // 2 and 3 are listed, 5 and 6 may be, and 7 is listed once more.
    assert_eq!(delivery.report.dropped, dropped(&[("erased", 5)]));
    let account = json_at(delivery.kept.join("account.json"));
    assert_valid("account", &account, "");
    let counts =
        ["records", "entries", "found", "removed", "removal_unknown"].map(|key| account["lists"][0][key].as_u64());
    assert_eq!(counts, [9, 5, 5, 4, 2].map(Some), "what was removed need not be readable");
    let output = project.scant(&["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01"]);
    let told = said(&output);
    for words in [
        "An entry that says \"removed\" or \"2\" in its column status is on it no longer.",
        "list erasures: 5 of 5 entries found in the extract, 4 entries removed since, 8 records compared",
        "list erasures: of 2 entries `removed` does not know the word: they count as still listed",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
}

#[test]
fn a_list_of_nothing_but_removed_entries_names_nobody() {
    let project = ListProject::new(&policy("yes = [\"x\"]"));
    project.write("erasures.csv", "address,status\np1@x.org,x\n");
    assert!(project.deliver(&people(), Options::default()).is_err());
    let project = ListProject::new(&(policy("yes = [\"x\"]") + "may_be_empty = true\n"));
    project.write("erasures.csv", "address,status\np1@x.org,x\n");
    let delivery = project.deliver(&people(), Options::default()).unwrap();
    assert_eq!(delivery.report.dropped, dropped(&[]));
    // A column that is not there says nothing.
    project.write("erasures.csv", "address\np1@x.org\n");
    assert!(project.deliver(&people(), Options::default()).is_err());
}
