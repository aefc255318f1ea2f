//! What every verb says, word for word: `tests/cmd/<verb>/<case>.toml`. Reading
//! them is reading the tool. What varies from run to run is elided (`[..]`, and a
//! line `...` for any lines).
//!
//! To write them again after a change of words, and then read the difference:
//! `TRYCMD=overwrite cargo nextest run transcripts`.

use std::collections::BTreeSet;
use std::fs;

use crate::kit::root;

#[test]
fn every_verb_says_what_it_always_did() {
    trycmd::TestCases::new()
        // What is wrapped for a reader is wrapped at the same width everywhere.
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        // A day soon after the story, so that no transcript depends on when it is read.
        .env("SOURCE_DATE_EPOCH", "1531872000")
        .case("tests/cmd/*/*.toml")
        // Policies and extracts that the cases use.
        .skip("tests/cmd/tables/*.toml");
}

/// The exit codes that a wrong argument or a wrong file can lead to, and no
/// verb without a transcript.
#[test]
fn every_verb_and_exit_code_has_a_transcript() {
    let mut verbs = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for verb in fs::read_dir(root("tests/cmd")).unwrap() {
        let verb = verb.unwrap();
        if verb.file_name() == "tables" {
            continue;
        }
        verbs.insert(verb.file_name().into_string().unwrap());
        for case in fs::read_dir(verb.path()).unwrap() {
            let text = fs::read_to_string(case.unwrap().path()).unwrap();
            let status = text.lines().find_map(|line| line.strip_prefix("status")).expect("a case has a status");
            codes.insert(status.trim_start_matches(".code").trim_start_matches(" = ").to_owned());
        }
    }
    let help = assert_cmd::Command::cargo_bin("scant").unwrap().arg("help").output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let listed: BTreeSet<String> =
        listed.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    assert_eq!(verbs, listed);
    assert_eq!(codes, ["\"success\"", "1", "2", "3", "4", "5", "6"].map(str::to_owned).into());
}
