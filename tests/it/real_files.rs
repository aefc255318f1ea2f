//! The page *real files* of the manual: every row has a sample, whose policy has the
//! lines of the row and delivers what it should; without those lines it does not.

use encoding_rs::{UTF_8, UTF_16LE, WINDOWS_1252};

use crate::kit::{Sample, root, run_small, run_small_with, samples_of};

/// Lines that only refuse files that are not as expected, and so make no difference
/// where a file is as it should be.
const ONLY_REFUSE: [&str; 1] = ["max_list_age = \"P28D\""];

/// A row of the page.
struct Row {
    /// Lines of the file.
    shown: Vec<String>,
    /// Lines of the policy.
    policy: Vec<String>,
    sample: String,
}

/// The text between backticks, where that is all there is.
fn code(text: &str) -> Option<&str> {
    let code = text.trim().strip_prefix('`')?.strip_suffix('`')?;
    (!code.contains('`')).then_some(code)
}

fn rows() -> Vec<Row> {
    let page = std::fs::read_to_string(root("src/manual/real-files.md")).unwrap();
    let (described, _) = page.split_once("\n## What no line describes\n").unwrap();
    let lines = described.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| the file "));
    let row = |line: &str| {
        let line = line.replace("\\|", "\0");
        let cells: Vec<String> = line.split('|').map(|cell| cell.replace('\0', "|")).collect();
        let [_, file, policy, sample, _] = cells.as_slice() else { panic!("{line}") };
        let must = |text: &str| code(text).unwrap_or_else(|| panic!("{text} is no code")).to_owned();
        let policy = if policy.trim() == "nothing" { Vec::new() } else { policy.split("<br>").map(must).collect() };
        Row { shown: file.split("<br>").skip(1).map(must).collect(), policy, sample: must(sample) }
    };
    let rows: Vec<Row> = lines.map(row).collect();
    assert!(rows.len() >= 50, "{}", rows.len());
    rows
}

/// The rows with their samples.
fn pairs() -> Vec<(Row, Sample)> {
    let mut samples = samples_of("real-files");
    let find = |row: Row| {
        let at = samples.iter().position(|sample| sample.name == row.sample);
        let at = at.unwrap_or_else(|| panic!("{} has no sample, or two rows", row.sample));
        (row, samples.swap_remove(at))
    };
    let pairs: Vec<(Row, Sample)> = rows().into_iter().map(find).collect();
    let left: Vec<String> = samples.into_iter().map(|sample| sample.name).collect();
    assert!(left.is_empty(), "no row shows {left:?}");
    pairs
}

/// A policy without these lines, which stand below the table in front of them, or in
/// `[extract]`; nothing where it does not have them.
fn without(policy: &str, lines: &[String]) -> Option<String> {
    let mut table = "[extract]";
    let mut kept: Vec<&str> = policy.lines().collect();
    for line in lines {
        if line.starts_with('[') {
            table = line;
            kept.contains(&table).then_some(())?;
            continue;
        }
        let mut here = "";
        let at = kept.iter().position(|found| {
            here = if found.starts_with('[') { found } else { here };
            here == table && *found == line.as_str()
        })?;
        kept.remove(at);
    }
    Some(kept.join("\n") + "\n")
}

#[test]
fn every_sample_has_a_row_with_lines_of_its_files_and_of_its_policy() {
    for (row, sample) in pairs() {
        let texts: Vec<String> = sample.inputs().iter().map(|bytes| text_of(bytes)).collect();
        for shown in &row.shown {
            let shown = shown.replace('→', "\t");
            let is_there = texts.iter().any(|text| text.lines().any(|line| line == shown));
            assert!(is_there, "{}: no file has the line {shown}", row.sample);
        }
        assert!(without(&sample.policy(), &row.policy).is_some(), "{}: its policy has other lines", row.sample);
    }
}

/// A text in one of the encodings of the samples.
fn text_of(bytes: &[u8]) -> String {
    let encoding = match bytes {
        [0xff, 0xfe, ..] => UTF_16LE,
        _ if std::str::from_utf8(bytes).is_ok() => UTF_8,
        _ => WINDOWS_1252,
    };
    encoding.decode(bytes).0.into_owned()
}

#[test]
fn every_sample_delivers_what_is_expected() {
    for (_, sample) in pairs() {
        let found = sample.run().unwrap_or_else(|error| panic!("{}: {error}: {error:?}", sample.name));
        assert_eq!(found, sample.expected(), "{}", sample.name);
    }
}

#[test]
fn every_line_of_a_row_is_needed() {
    let mut needless = Vec::new();
    for (row, sample) in pairs() {
        let expected = sample.expected();
        let mut table = None;
        for line in &row.policy {
            if line.starts_with('[') {
                table = Some(line.clone());
            } else if !ONLY_REFUSE.contains(&line.as_str()) {
                let lines: Vec<String> = table.iter().chain([line]).cloned().collect();
                let found = sample.run_with(&without(&sample.policy(), &lines).unwrap());
                if found.is_ok_and(|found| found == expected) {
                    needless.push(format!("{}: {line}", row.sample));
                }
            }
        }
    }
    assert!(needless.is_empty(), "{needless:#?}");
}

#[test]
fn files_that_no_line_describes_are_refused() {
    const TABLE: &str = "id,ok,given,notice,no\nm1,Y,2024-01-15,n1,1\nm2,Y,2024-01-15,n1,2\n";
    let widths = "id ok given      notice no\nm1 Y  2024-01-15 n1     1 \n".to_owned();
    let array = r#"[{"id":"m1","ok":"Y","given":"2024-01-15","notice":"n1","no":"1"}]"#.to_owned();
    for (name, bytes) in [
        ("extract.csv", widths),
        ("extract.ndjson", array.clone()),
        ("extract.csv", array),
        ("extract.zip", "PK\u{3}\u{4}".to_owned()),
        ("extract.csv", TABLE.replacen(",1\n", "\n", 1)),
        ("extract.csv", TABLE.replace("m2", "\nm2")),
        ("extract.csv", TABLE.replace("m2", "# the second\nm2")),
        ("extract.csv", TABLE.replace('\n', "\r")),
        ("extract.csv", [TABLE, TABLE].concat()),
    ] {
        let ran = run_small(name, &bytes, "").ended(4);
        assert!(ran.said.contains("hint: "), "{name}: {bytes:?}: {}", ran.said);
    }
}

#[test]
fn cells_that_no_line_describes_are_unreadable() {
    let more = "\n[columns.spent]\nrole = \"sensitive\"\nround_number = { to = 1 }\n\n[guards]\nmax_unreadable = 1\n";
    let spent = ["£12.50", "12 %", "12.50-", "(12.50)", "\"12.50  \"", "12.50"];
    let rows = (1..).zip(spent).map(|(no, spent)| format!("m{no},Y,2024-01-15,n1,{no},{spent}\n"));
    let table = format!("id,ok,given,notice,no,spent\n{}", rows.collect::<String>());
    let ran = run_small("extract.csv", table, more).ended(0);
    assert_eq!(ran.cells("spent"), ["", "", "", "", "", "13"]);
    assert_eq!(ran.unreadable("spent", "number"), 5);
}

#[test]
fn words_that_are_filled_up_with_blanks_are_listed_with_them_or_trimmed() {
    let table = "id,ok,given,notice,no\nm1,\"Y  \",2024-01-15,n1,1\nm2,\"N  \",2024-01-15,n1,2\nm3,\"Y  \",\"2024-01-15  \",n1,3\n";
    let ran = run_small_with(&[("yes = [\"Y\"], no = [\"N\"]", "yes = [\"Y  \"], no = [\"N  \"]")], table).ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("consent_refused"), ran.dropped("consent_unknown")), ("1", 1, 1));
    let trimmed = [("subject = \"id\"", "subject = \"id\"\ntrim = true")];
    let ran = run_small_with(&trimmed, table).ended(5);
    assert_eq!(ran.dropped("consent_unknown"), 3);
    let trimmed = [("subject = \"id\"", "subject = \"id\"\ntrim_quoted = true")];
    let ran = run_small_with(&trimmed, table).ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("consent_refused")), ("1 3", 1));
}

/// Writes what is expected of every sample again, to be read.
#[test]
#[ignore = "writes the samples"]
fn rewrite() {
    samples_of("real-files").iter().for_each(Sample::rewrite);
}
