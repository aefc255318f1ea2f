//! F: sizes and numbers, 76 to 83.

use std::fs::File;
use std::process::Command;

use scant::internals::Account;
use scant::internals::InputFaultKind as Kind;
use scant::internals::ReliedOn;

use super::case::{Case, Trial, case, own};
use super::encoding::pseudonymised;
use super::project::{CANARY, HEADER, InputProject, POLICY, exit_of, row, row_with, table};
use crate::kit::{Options, json_of};

const KEPT_NOTE: &str = "keep = { because = \"the cases look for their records\" }\n\n[columns.born]";

/// Notes that an action reads as numbers.
fn notes(trial: Trial, action: &str, cells: &[&str]) -> Trial {
    let rows: String = (1..).zip(cells).map(|(number, cell)| row_with(number, cell)).collect();
    trial.policy(KEPT_NOTE, &format!("{action}\n\n[columns.born]")).csv(format!("{HEADER}{rows}"))
}

fn lines(cells: &[&str]) -> String {
    (1..).zip(cells).map(|(number, cell)| format!("{number:05},{cell},1980\n")).collect()
}

pub fn cases() -> Vec<Case> {
    let longest = "x".repeat(64 * 1024);
    let around = |bad: &str| format!("{HEADER}{}{bad}{}", row(1), row(3));
    let huge = format!("1{}", "0".repeat(400));
    let round = "round_number = { to = 10 }";
    vec![
        case(76, "a field of 64 KiB and a byte")
            .csv(around(&row_with(2, &format!("{longest}y"))))
            .quarantines(2, "FieldTooLong", Some(5))
            .delivers(&[1, 3]),
        case(76, "a field of 64 KiB")
            .csv(around(&row_with(2, &longest)))
            .delivers_text(&format!("00001,note 1,1980\n00002,{longest},1980\n00003,note 3,1980\n")),
        case(77, "a record of more than 1 MiB")
            .csv(around(&row_with(2, &format!("{CANARY},").repeat(100_000))))
            .quarantines(2, "RecordTooLong", None)
            .delivers(&[1, 3]),
        own(77, "a line of 1 GiB", endless_line),
        notes(case(78, "numbers beyond 64 bits"), round, &["9223372036854775808", &huge, &format!("-{huge}"), "14"])
            .unreadable("note", "number", 3)
            .delivers_text(&lines(&["", "", "", "10"])),
        pseudonymised(case(79, "ids that a spreadsheet has mangled"), "digits")
            .csv(format!("{HEADER}{}{}{}", row_with(1, "1E5"), row_with(2, "1.0"), row_with(3, "1E+05")))
            .unreadable("note", "identifier", 3)
            .delivers_text(&lines(&["", "", ""])),
        case(79, "leading zeros of ids stay").csv(table(2)).delivers_text("00001,note 1,1980\n00002,note 2,1980\n"),
        notes(
            case(80, "texts that are floating-point numbers"),
            round,
            &["NaN", "inf", "-Infinity", "1e3", "+5", ".5", "5.", "-0", "-0.0"],
        )
        .unreadable("note", "number", 3)
        .delivers_text(&lines(&["", "", "", "1000", "10", "0", "10", "0", "0"])),
        notes(
            case(81, "numbers with separators"),
            round,
            &["\"1,234.56\"", "\"1.234,56\"", "1 234", "1'234", "1234.56"],
        )
        .unreadable("note", "number", 4)
        .delivers_text(&lines(&["", "", "", "", "1230"])),
        pseudonymised(case(82, "telephone numbers that a spreadsheet has mangled"), "phone_e164")
            .csv(format!("{HEADER}{}{}", row_with(1, "4.47701E+11"), row_with(2, "7700900123")))
            .unreadable("note", "phone", 2)
            .delivers_text(&lines(&["", ""])),
        own(83, "more records than 32 bits count", counters_are_wide),
    ]
}

/// Read to its end in little memory; the file is a hole, so it costs no disk. The limit
/// is on addresses, of which the program itself and its threads take most.
fn endless_line() {
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", format!("{HEADER}{}", row(1)));
    File::options().write(true).open(&extract).unwrap().set_len(1 << 30).unwrap();
    let options = Options { max_malformed: Some(1), ..Options::default() };
    let asked = project.command(&[extract], options);
    let script = "ulimit -v 393216; exec \"$0\" \"$@\"";
    let output =
        Command::new("sh").args(["-c", script]).arg(asked.get_program()).args(asked.get_args()).output().unwrap();
    assert_eq!(exit_of(&output), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let said = json_of(&output);
    assert_eq!(said["quarantined"], serde_json::json!({ "RecordTooLong": 1 }));
    assert_eq!(project.data("again"), b"id,note,born\n00001,note 1,1980\n");
    // Inside quotes that may hold line feeds its end is unknown.
    let project = InputProject::new(&POLICY.replace("[consent]", "newline_in_fields = true\n\n[consent]"));
    let extract = project.write("extract.csv", format!("{HEADER}{}\"{CANARY}", row(1)));
    File::options().write(true).open(&extract).unwrap().set_len(1 << 30).unwrap();
    let error = project.deliver(&[extract], options).unwrap_err();
    let scant::internals::ReleaseError::Input(fault) = error else { panic!("{error:?}") };
    assert_eq!((fault.kind, fault.record), (Kind::UnterminatedQuote, Some(2)));
    project.assert_nothing_delivered("to");
}

/// Simulated: accounts of parts of a run that add up to more than 2³² records.
fn counters_are_wide() {
    let mut part = Account::new(0);
    for record in 0..1 << 10 {
        part.read.add(record);
        part.fates.add(record);
    }
    part.delivered = 1 << 10;
    part.relied_on.insert(ReliedOn { notice: Some(0), month: None }, 1 << 10);
    for _ in 0..24 {
        let half = part.clone();
        part.merge(&half);
    }
    assert_eq!(part.read.records, 1 << 34);
    assert_eq!(part.delivered, 1 << 34);
    part.check_balance().unwrap();
    part.delivered -= 1 << 32;
    part.check_balance().unwrap_err();
}
