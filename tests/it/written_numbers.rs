//! Numbers with the marks that a policy names, under every action that reads them.

use crate::kit::{converted, run_files, run_small, small_policy};

/// A column of numbers with an action and its marks.
fn column(name: &str, action: &str, marks: &str) -> String {
    format!("\n[columns.{name}]\nrole = \"quasi_identifier\"\n{action}\n{marks}\n")
}

/// Every row consents; the number is in quotation marks.
fn table(numbers: &[&str]) -> String {
    let rows = numbers.iter().zip(1..).map(|(number, no)| format!("p{no},Y,2024-01-01,n1,{no},\"{number}\"\n"));
    format!("id,ok,given,notice,no,sum\n{}", rows.collect::<String>())
}

const GERMAN: &str = "decimal = \",\"\nthousands = \".\"";

#[test]
fn every_action_on_numbers_reads_the_marks() {
    let sums = table(&["1.234,56", "-1234,5", "1.234.567", "1,5e3", "0,25", "1.5", "0.123", "1,234.5", "", "1 234"]);
    for (action, expected) in [
        ("round_number = { to = 0.1 }", ["1234.6", "-1234.5", "1234567.0", "1500.0", "0.3"]),
        ("round_number = { to = 100 }", ["1200", "-1200", "1234600", "1500", "0"]),
        ("clamp_number = { max = 2000 }", ["1234.56", "-1234.5", "2000", "1500", "0.25"]),
        ("band_number = { breaks = [0, 1000] }", ["[1000,inf)", "(-inf,0)", "[1000,inf)", "[1000,inf)", "[0,1000)"]),
        (
            "band_number = { width = 1000 }",
            ["[1000,2000)", "[-2000,-1000)", "[1234000,1235000)", "[1000,2000)", "[0,1000)"],
        ),
    ] {
        let ran = run_small("extract.csv", &sums, &column("sum", action, GERMAN)).ended(0);
        assert_eq!(ran.cells("sum"), [&expected[..], &[""; 5][..]].concat(), "{action}");
        // Quoted, an empty cell is there, and is not a number.
        assert_eq!(ran.unreadable("sum", "number"), 5, "{action}");
        assert!(ran.said.contains("needs `decimal = \",\"`, `thousands = \".\"` or both"), "{}", ran.said);
    }
}

#[test]
fn nothing_is_guessed_without_the_marks() {
    let sums = table(&["1.234,56", "1234,5", "1.234", "1'234", "1 234", "12", "13", "14", "15", "16"]);
    let ran = run_small("extract.csv", &sums, &column("sum", "round_number = { to = 1 }", "")).ended(0);
    assert_eq!(ran.cells("sum"), ["", "", "1", "", "", "12", "13", "14", "15", "16"]);
    assert_eq!(ran.unreadable("sum", "number"), 4);
}

#[test]
fn blanks_and_apostrophes_group_digits_where_they_are_named() {
    for mark in [" ", "'", "\u{2019}", "\u{a0}", "\u{202f}", "\u{2009}", ","] {
        let numbers = [format!("1{mark}234{mark}567.5"), "1234.5".to_owned(), format!("12{mark}34")];
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let marks = format!("thousands = \"{mark}\"");
        let action =
            "round_number = { to = 1 }\n[[columns.sum.also]]\nas = \"band\"\nband_number = { width = 1000000 }";
        let more = format!("\n[columns.sum]\nrole = \"quasi_identifier\"\n{marks}\n{action}\n");
        let ran = run_small("extract.csv", table(&numbers), &more).ended(0);
        assert_eq!(ran.cells("sum"), ["1234568", "1235", ""], "{mark:?}");
        assert_eq!(ran.cells("band"), ["[1000000,2000000)", "[0,1000000)", ""], "{mark:?}");
    }
}

#[test]
fn a_typed_column_has_no_marks() {
    for format in ["parquet", "ipc"] {
        let folder = tempfile::tempdir().unwrap();
        let keep = ["id", "ok", "given", "notice", "no"]
            .map(|name| format!("[columns.{name}]\nrole = \"insensitive\"\nkeep = {{ because = \"as it is\" }}\n"));
        let columns = format!("{}{}", keep.concat(), column("sum", "round_number = { to = 0.001 }", GERMAN));
        let made = converted(&folder.path().join("made"), table(&["1.234,5", "1,234"]), &columns, format);
        let policy = small_policy(folder.path(), &column("sum", "round_number = { to = 0.1 }", GERMAN));
        let ran = run_files(&policy, std::slice::from_ref(&made), &[]).ended(0);
        assert_eq!(ran.cells("sum"), ["1234.5", "1.2"], "{format}");
    }
}

/// A point in a number of JSON is not one that groups digits, and a text of the same
/// column is read by its marks.
#[test]
fn a_number_of_json_is_the_number_it_is() {
    let numbers = ["1.234", "\"1.234\"", "1234.5", "\"1.234,5\"", "-1.234e3", "1.5e-1", "12", "null", "\"1,234.5\""];
    let lines: String = (1..)
        .zip(&numbers)
        .map(|(no, number)| {
            format!(
                "{{\"id\":\"p{no}\",\"ok\":\"Y\",\"given\":\"2024-01-01\",\"notice\":\"n1\",\"no\":{no},\"in\":{{\"sum\":{number}}},\"sum\":{number}}}\n"
            )
        })
        .collect();
    for name in ["sum", "/in/sum"] {
        for (action, expected) in [
            (
                "round_number = { to = 0.001 }",
                ["1.234", "1234.000", "1234.500", "1234.500", "-1234.000", "0.150", "12.000"],
            ),
            ("clamp_number = { max = 1234.2 }", ["1.234", "1234", "1234.2", "1234.2", "-1234", "0.15", "12"]),
            (
                "band_number = { breaks = [10, 1000] }",
                ["(-inf,10)", "[1000,inf)", "[1000,inf)", "[1000,inf)", "(-inf,10)", "(-inf,10)", "[10,1000)"],
            ),
        ] {
            let more = column(&format!("'{name}'"), action, &format!("as = \"out\"\n{GERMAN}"));
            let ran = run_small("extract.ndjson", &lines, &more).ended(0);
            assert_eq!(ran.cells("out"), [&expected[..], &[""; 2][..]].concat(), "{name} {action}");
            assert_eq!(ran.unreadable("out", "number"), 1, "{name} {action}");
        }
    }
}
