//! I: tokens of consent and ids of subjects, 98 to 104.

use super::case::{Case, Trial, case, own};
use super::project::{HEADER, InputProject, POLICY, row, row_with, table};
use crate::kit::Options;

/// Records that differ in their yes or no.
fn said(trial: Trial, cells: &[&str]) -> Trial {
    let rows: String =
        (1..).zip(cells).map(|(number, cell)| row(number).replace(",Y,", &format!(",{cell},"))).collect();
    trial.csv(format!("{HEADER}{rows}"))
}

/// A policy in which the column holds purposes.
fn purposes(trial: Trial, cells: &[&str]) -> Trial {
    said(trial, cells).policy(
        "granted = { column = \"consent\", yes = [\"Y\"], no = [\"N\", \"\"] }",
        "purposes = { column = \"consent\", separator = \"|\", names = { \"marketing\" = \"direct-marketing\", \"research\" = \"research\" } }",
    )
}

pub fn cases() -> Vec<Case> {
    let sentinels = [
        "",
        "0",
        "N/A",
        "unknown",
        " 0 ",
        "na",
        "NULL",
        "none",
        "Test",
        "\u{a0}n/a",
        "0000000",
        "0.0",
        "1E5",
        "A1\u{200b}",
        "0000009",
    ];
    let rows: String =
        (1..).zip(sentinels).map(|(number, id)| row(number).replacen(&format!("{number:05}"), id, 1)).collect();
    vec![
        said(
            case(98, "words that are not the configured yes"),
            &["Y", "y", "yes", "TRUE", "1", "granted", " Y ", "y\u{a0}", "Y\u{200b}", "N"],
        )
        .drops("consent_unknown", 8)
        .drops("consent_refused", 1)
        .delivers(&[1]),
        said(case(98, "blanks around the yes where blanks are trimmed"), &[" Y ", "\tY", "Y\u{a0}"])
            .policy("[consent]", "trim = true\n\n[consent]")
            .drops("consent_unknown", 1)
            .delivers(&[1, 2]),
        said(case(99, "an empty yes or no"), &["Y", "", "\"\""]).drops("consent_refused", 2).delivers(&[1]),
        said(case(99, "an empty yes or no, in neither list"), &["Y", "", "\"\""])
            .policy("no = [\"N\", \"\"]", "no = [\"N\"]")
            .drops("consent_unknown", 2)
            .delivers(&[1]),
        purposes(case(99, "no purpose at all"), &["marketing", "", "|"]).drops("consent_unknown", 2).delivers(&[1]),
        case(100, "two records of one subject that contradict each other")
            .csv(format!("{HEADER}{}{}{}", row(1), row(2), row(1).replace(",Y,", ",N,")))
            .drops("consent_refused", 2)
            .delivers(&[2]),
        case(100, "three records, one of them unknown")
            .csv(format!("{HEADER}{}{}{}{}", row(1), row(1), row(2), row(1).replace(",Y,", ",?,")))
            .drops("consent_unknown", 3)
            .delivers(&[2]),
        purposes(
            case(101, "a purpose in other letters"),
            &[
                "marketing",
                "Marketing",
                "MARKETING",
                "research",
                "research|marketing",
                "direct-marketing",
                "marketing ",
                "marketing\u{a0}",
            ],
        )
        .drops("consent_unknown", 4)
        .drops("purpose_not_covered", 1)
        .delivers(&[1, 5, 7]),
        said(case(102, "nobody agreed"), &["N", "N", "?"])
            .drops("consent_refused", 2)
            .drops("consent_unknown", 1)
            .delivers_nothing(),
        case(103, "ids that name nobody")
            .csv(format!("{HEADER}{rows}"))
            .drops("no_subject", 14)
            .delivers_text("0000009,note 15,1980\n"),
        own(103, "ids the normalisation cannot read name nobody", unreadable_ids),
        own(104, "two records of one subject have one pseudonym", one_pseudonym),
        case(104, "equal records stay, and are counted").csv(format!("{}{}", table(2), row(1))).delivers(&[1, 2, 1]),
    ]
}

/// The policy with the subject's pseudonym after `normalise`.
fn pseudonymising(normalise: &str) -> String {
    let kept = "keep = { because = \"the cases look for their records\" }";
    POLICY.replacen(kept, &format!("pseudonymise = {{ domain = \"cases\", normalise = \"{normalise}\" }}"), 1)
}

/// Two spellings that cannot be compared could be one person, so neither passes.
fn unreadable_ids() {
    let project = InputProject::new(&pseudonymising("digits")).with_key(true);
    let text = format!("{HEADER}{}{}", row(1), row(2).replacen("00002", "0000Z", 1));
    let extract = project.write("extract.csv", text);
    project.deliver(&[extract], Options::default()).unwrap();
    let account = project.json("to/out.internal/account.json");
    assert_eq!(account["records"]["delivered"], 1);
    assert_eq!(account["records"]["dropped"], serde_json::json!({ "no_subject": 1 }));
}

fn one_pseudonym() {
    let project = InputProject::new(&pseudonymising("trim")).with_key(true);
    let text = format!("{HEADER}{}{}{}", row(1), row(2), row_with(1, "again").replacen("00001", " 00001 ", 1));
    let extract = project.write("extract.csv", text);
    project.deliver(&[extract], Options::default()).unwrap();
    let data = String::from_utf8(project.data("to")).unwrap();
    let found =
        |note: &str| data.lines().find(|line| line.contains(note)).unwrap().split(',').next().unwrap().to_owned();
    assert_eq!(found("note 1"), found("again"));
    assert_ne!(found("note 1"), found("note 2"));
    assert!(!data.contains("00001"), "{data}");
    let account = project.json("to/out.internal/account.json");
    assert_eq!(account["subjects"], serde_json::json!({ "delivered": 2, "most_rows_of_one": 2 }));
}
