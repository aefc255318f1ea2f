//! G: cells that a spreadsheet takes for formulas, 84 to 88.

use super::case::{Case, case, own};
use super::project::{HEADER, InputProject, POLICY, row, row_with};
use crate::kit::Options;

/// Quoted as the extract must write it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

pub fn cases() -> Vec<Case> {
    vec![
        own(84, "formulas are prefixed and counted", formulas_are_prefixed),
        case(84, "the guard is off where the policy says so")
            .csv(format!("{HEADER}{}", row_with(1, "=1+1")))
            .policy("name = \"rows\"", "name = \"rows\"\nformula_guard = false")
            .delivers_text("00001,=1+1,1980\n"),
        case(85, "signs before text")
            .csv(format!(
                "{HEADER}{}{}{}{}",
                row_with(1, "+44+1"),
                row_with(2, "-x"),
                row_with(3, "@x"),
                row_with(4, "\"\tx\"")
            ))
            .delivers_text("00001,'+44+1,1980\n00002,'-x,1980\n00003,'@x,1980\n00004,'\tx,1980\n"),
        case(85, "signs before what is wholly a number, or a telephone number")
            .csv(format!(
                "{HEADER}{}{}{}{}",
                row_with(1, "+44"),
                row_with(2, "-12.50"),
                row_with(3, "+44 7700 900001"),
                row_with(4, "-1E-3")
            ))
            .delivers_text("00001,+44,1980\n00002,-12.50,1980\n00003,+44 7700 900001,1980\n00004,-1E-3,1980\n"),
        case(85, "signs before numbers of a column of numbers")
            .csv(format!("{HEADER}{}{}", row_with(1, "-14"), row_with(2, "16")))
            .policy(
                "keep = { because = \"the cases look for their records\" }\n\n[columns.born]",
                "round_number = { to = 10 }\n\n[columns.born]",
            )
            .delivers_text("00001,-10,1980\n00002,20,1980\n"),
        case(85, "NUL before text")
            .csv(format!("{HEADER}{}{}", row(1), row_with(2, "\0=1")))
            .quarantines(2, "Nul", Some(5))
            .delivers(&[1]),
        case(86, "full-width signs, blanks and quotes before signs")
            .csv(format!(
                "{HEADER}{}{}{}{}",
                row_with(1, "＝1"),
                row_with(2, "  =1"),
                row_with(3, &quoted("\"=1")),
                row_with(4, "\u{a0}＠x")
            ))
            .delivers_text("00001,'＝1,1980\n00002,'  =1,1980\n00003,\"'\"\"=1\",1980\n00004,'\u{a0}＠x,1980\n"),
        own(87, "delimiters, quotes and line ends in cells come back", round_trip),
        case(87, "a carriage return alone, even inside quotes")
            .csv(format!("{HEADER}{}{}", row(1), row_with(2, "\"a\rb\"")))
            .quarantines(2, "BareCr", Some(5))
            .delivers(&[1]),
        case(88, "a formula as the name of a column")
            .csv(format!("{HEADER}{}", row(1)))
            .policy("[columns.born]\n", "[columns.born]\nas = \"=born\"\n")
            .policy_fails("columns.born.as"),
        case(88, "a formula as the name of a listed column")
            .csv(format!("{HEADER}{}", row(1)))
            .policy("[columns.born]", "[columns.\"=born\"]")
            .policy_fails("columns.….as"),
    ]
}

fn formulas_are_prefixed() {
    let project = InputProject::new(POLICY);
    let cells = ["=HYPERLINK(\"http://example.org\",\"x\")", "=cmd|'/c calc'!A1", "fine"];
    let rows: String = (1..).zip(cells).map(|(number, cell)| row_with(number, &quoted(cell))).collect();
    let extract = project.write("extract.csv", format!("{HEADER}{rows}"));
    project.deliver(&[extract], Options::default()).unwrap();
    let data = String::from_utf8(project.data("to")).unwrap();
    let expected = "id,note,born\n00001,\"'=HYPERLINK(\"\"http://example.org\"\",\"\"x\"\")\",1980\n00002,'=cmd|'/c calc'!A1,1980\n00003,fine,1980\n";
    assert_eq!(data, expected);
    assert_eq!(project.json("to/out.internal/account.json")["formula_guard_cells"], 2);
    let manifest = project.json("to/out/manifest.json");
    assert_eq!((&manifest["formula_guard"], manifest.get("formula_guard_cells")), (&true.into(), None));
}

fn round_trip() {
    let cells = ["a,b", "a\"b", "a\r\nb", "\n", "\"", " a ", "", "“x”", "a;b\tc"];
    let project =
        InputProject::new(&POLICY.replace("[consent]", "newline_in_fields = true\nnull_values = [\"-\"]\n\n[consent]"));
    let rows: String = (1..).zip(cells).map(|(number, cell)| row_with(number, &quoted(cell))).collect();
    let extract = project.write("extract.csv", format!("{HEADER}{rows}"));
    project.deliver(&[extract], Options::default()).unwrap();
    let data = project.data("to");
    let mut reader = csv::Reader::from_reader(data.as_slice());
    let back: Vec<String> = reader.records().map(|record| record.unwrap()[1].to_owned()).collect();
    assert_eq!(back, cells);
}
