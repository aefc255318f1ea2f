//! E: headers and sets of columns, 67 to 75.

use scant::internals::InputFaultKind as Kind;

use super::case::{Case, case, own};
use super::project::{CANARY, HEADER, InputProject, POLICY, row, table};
use crate::kit::Options;

/// The good table with `email` called otherwise.
fn email_as(name: &str) -> String {
    table(3).replacen(",email,", &format!(",{name},"), 1)
}

/// The same records with their columns from the last to the first.
fn reversed(text: &str) -> String {
    let line = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n";
    text.lines().map(line).collect()
}

pub fn cases() -> Vec<Case> {
    let good = table(3);
    let refuse = ("[consent]", "unlisted = \"refuse\"\n\n[consent]");
    let second = format!("{HEADER}{}", row(4));
    let renamed = second.replacen(",email,", &format!(",{CANARY},"), 1);
    vec![
        case(67, "two columns of one name").csv(email_as("phone")).fails_at(Kind::DuplicateColumn, None, Some(4)),
        case(68, "one name but for case and blanks").csv(email_as(" Phone ")).fails_at(
            Kind::DuplicateColumn,
            None,
            Some(4),
        ),
        case(69, "columns in another order").csv(reversed(&good)).delivers(&[1, 2, 3]),
        case(70, "a delivered column is missing")
            .csv(good.replacen(",born,", &format!(",{CANARY},"), 1))
            .fails(Kind::MissingColumn),
        case(70, "a column of the evidence is missing")
            .csv(good.replacen(",consent,", &format!(",{CANARY},"), 1))
            .fails(Kind::MissingColumn),
        case(70, "a column listed to be dropped is missing")
            .csv(good.replacen(",name,", &format!(",{CANARY},"), 1))
            .fails(Kind::MissingColumn),
        case(70, "a name in other letters").csv(good.replacen(",born,", ",Born,", 1)).fails(Kind::MissingColumn),
        own(71, "a column nobody lists is dropped and recorded", unlisted_is_recorded),
        case(71, "a column nobody lists is refused where the policy says so")
            .csv(email_as(CANARY))
            .policy(refuse.0, refuse.1)
            .fails_at(Kind::UnknownColumn, None, Some(3)),
        case(72, "an empty header cell").csv(email_as("")).fails_at(Kind::EmptyHeaderCell, None, Some(3)),
        case(72, "a blank header cell").csv(email_as("\" \"")).fails_at(Kind::EmptyHeaderCell, None, Some(3)),
        case(73, "what a reader makes of two equal names").csv(email_as("note_duplicated_0")).delivers(&[1, 2, 3]),
        case(73, "the same, refused where the policy says so")
            .csv(email_as("note_duplicated_0"))
            .policy(refuse.0, refuse.1)
            .fails_at(Kind::UnknownColumn, None, Some(3)),
        case(74, "a header cell of 1 MB").csv(email_as(&CANARY.repeat(100_000))).fails(Kind::HeaderTooLong),
        case(74, "a header cell of 1,025 bytes").csv(email_as(&"x".repeat(1025))).fails_at(
            Kind::HeaderTooLong,
            None,
            Some(3),
        ),
        case(74, "a header cell of 1,024 bytes").csv(email_as(&"x".repeat(1024))).delivers(&[1, 2, 3]),
        case(75, "files with their columns in another order")
            .file("a.csv", good.as_str())
            .file("b.csv", reversed(&second))
            .delivers(&[1, 2, 3, 4]),
        case(75, "files with other columns")
            .file("a.csv", good.as_str())
            .file("b.csv", renamed)
            .fails(Kind::ColumnSetDiffers),
        case(75, "files with more columns")
            .file("a.csv", good.as_str())
            .file("b.csv", second.replace('\n', ",more\n"))
            .fails(Kind::ColumnSetDiffers),
    ]
}

/// By name where it is one, else by its place: without a header a header cell is
/// somebody's data.
fn unlisted_is_recorded() {
    for (name, recorded) in [("shoe_size", "shoe_size"), ("anna@example.org", "column 3")] {
        let project = InputProject::new(POLICY);
        let extract = project.write("extract.csv", email_as(name));
        project.deliver(&[extract], Options::default()).unwrap();
        let account = project.json("to/out.internal/account.json");
        assert_eq!(account["not_listed"]["names"], serde_json::json!([recorded, "phone"]));
        let manifest = project.json("to/out/manifest.json");
        assert_eq!(manifest["not_listed"], serde_json::json!({ "columns": 2 }), "the recipient learns the number");
        assert!(!manifest.to_string().contains(name));
    }
}
