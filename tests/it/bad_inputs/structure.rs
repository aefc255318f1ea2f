//! B: fields, quotes, delimiters, line endings, 18 to 40.

use std::process::Command;

use scant::internals::InputFaultKind as Kind;

use super::case::{Case, case, own};
use super::project::{
    CANARY, HEADER, InputProject, POLICY, assert_error_clean, delivered, exit_of, row, row_with, table,
};
use crate::kit::Options;

/// The good records with `bad` as the second.
fn with(bad: &str) -> String {
    format!("{HEADER}{}{bad}{}", row(1), row(3))
}

const ONLY_ID: [(&str, &str); 2] = [
    ("[columns.note]\nrole = \"insensitive\"\nkeep = { because = \"the cases look for their records\" }", ""),
    ("[columns.born]\nrole = \"quasi_identifier\"\ncoarsen_date = { to = \"year\" }", ""),
];

pub fn cases() -> Vec<Case> {
    let good = table(3);
    let newlines = ("[consent]", "newline_in_fields = true\n\n[consent]");
    let pattern = ("\n[columns.born]", "pattern = \"note [0-9]+\"\n\n[columns.born]");
    vec![
        case(18, "a field is missing")
            .csv(with(&row(2).replace("07700 900002,", "")))
            .quarantines(2, "MissingField", Some(9))
            .delivers(&[1, 3]),
        case(19, "an extra field")
            .csv(with(&row(2).replace(",Y,", &format!(",{CANARY},Y,"))))
            .quarantines(2, "ExtraField", Some(10))
            .delivers(&[1, 3]),
        case(20, "an extra field where few columns are delivered")
            .csv(with(&row(2).replace(",Y,", &format!(",{CANARY},Y,"))))
            .policy(ONLY_ID[0].0, ONLY_ID[0].1)
            .policy(ONLY_ID[1].0, ONLY_ID[1].1)
            .quarantines(2, "ExtraField", Some(10))
            .delivers_file("id\n00001\n00003\n"),
        case(20, "an extra empty field at the end, few columns")
            .csv(with(&row(2).replace(",n1\n", ",n1,\n")))
            .policy(ONLY_ID[0].0, ONLY_ID[0].1)
            .policy(ONLY_ID[1].0, ONLY_ID[1].1)
            .quarantines(2, "ExtraField", Some(10))
            .delivers_file("id\n00001\n00003\n"),
        case(21, "a missing delimiter shifts the e-mail")
            .csv(with(&row(2).replace("example.org,", "example.org ")))
            .quarantines(2, "MissingField", Some(9))
            .delivers(&[1, 3]),
        case(22, "one delimiter too few and one too many")
            .csv(with(&format!("00002{CANARY},a@example.org,07700 900002,{CANARY},2,1980-01-02,Y,2018-03-01,n1\n")))
            .policy(pattern.0, pattern.1)
            .unreadable("note", "pattern", 1)
            .delivers_text(&format!("00001,note 1,1980\n00002{CANARY},,1980\n00003,note 3,1980\n")),
        case(22, "shifted by one into the delivered columns")
            .csv(with(&format!("00002,{CANARY},a@example.org,07700,900002,note 2,Y,2018-03-01,n1\n")))
            .policy(pattern.0, pattern.1)
            .unreadable("note", "pattern", 1)
            .unreadable("born", "date", 1)
            .delivers_text("00001,note 1,1980\n00002,,\n00003,note 3,1980\n"),
        case(23, "a quote that does not end, last record")
            .csv(format!("{good}{}", row_with(4, &format!("\"{CANARY}"))))
            .fails_at(Kind::UnterminatedQuote, Some(4), Some(5)),
        case(23, "the same, with line feeds allowed")
            .csv(format!("{good}{}", row_with(4, &format!("\"{CANARY}"))))
            .policy(newlines.0, newlines.1)
            .fails_at(Kind::UnterminatedQuote, Some(4), Some(5)),
        own(24, "a quote that does not end, second of many", unterminated_early),
        case(25, "records swallowed by a quote, line feeds allowed")
            .csv(with(&format!("{}{}{}", row_with(2, "\"x"), row(4), row_with(5, "\"z\""))))
            .policy(newlines.0, newlines.1)
            .quarantines(2, "JunkAfterQuote", Some(5))
            .delivers(&[1, 3]),
        case(25, "records swallowed by a quote, strict lines")
            .csv(with(&format!("{}{}{}", row_with(2, "\"x"), row(4), row_with(5, "\"z\""))))
            .fails_at(Kind::UnterminatedQuote, Some(2), Some(5)),
        case(25, "the same, well formed as one field of many lines")
            .csv(with(&format!("{}{}{}", row_with(2, "\"x"), row(4), row_with(5, "z\""))))
            .fails_at(Kind::UnterminatedQuote, Some(2), Some(5)),
        case(26, "a quote inside an unquoted field")
            .csv(with(&row_with(2, &format!("5\" pipe {CANARY}"))))
            .quarantines(2, "QuoteInUnquoted", Some(5))
            .delivers(&[1, 3]),
        case(27, "text after the closing quote")
            .csv(with(&row_with(2, &format!("\"a\"b{CANARY}"))))
            .quarantines(2, "JunkAfterQuote", Some(5))
            .delivers(&[1, 3]),
        case(28, "a quote escaped with a backslash")
            .csv(with(&row_with(2, &format!("\"say \\\"{CANARY}\\\" twice\""))))
            .quarantines(2, "JunkAfterQuote", Some(5))
            .delivers(&[1, 3]),
        case(29, "apostrophes as quotes")
            .csv(with(&row_with(2, &format!("'a, {CANARY}'"))))
            .quarantines(2, "ExtraField", Some(10))
            .delivers(&[1, 3]),
        case(29, "apostrophes as quotes everywhere")
            .csv(good.replace(',', "','").replace('\n', "'\n").replace("00", "'00").replace("id'", "'id'"))
            .fails(Kind::HeaderMismatch),
        case(30, "semicolons").csv(good.replace(',', ";")).fails(Kind::HeaderMismatch),
        case(30, "tabs").csv(good.replace(',', "\t")).fails(Kind::HeaderMismatch),
        case(30, "blanks").csv(good.replace(',', " ")).fails(Kind::HeaderMismatch),
        // The first name is right: the others are missing, each told by its name.
        case(30, "comma and blank").csv(good.replace(',', ", ")).fails(Kind::MissingColumn),
        case(30, "comma and blank, declared")
            .csv(good.replace(',', ", "))
            .policy("[consent]", "trim = true\n\n[consent]")
            .delivers(&[1, 2, 3]),
        case(31, "one record with another delimiter")
            .csv(with(&row(2).replace(',', ";")))
            .quarantines(2, "MissingField", Some(2))
            .delivers(&[1, 3]),
        case(32, "LF").csv(good.as_str()).delivers(&[1, 2, 3]),
        case(32, "CRLF").csv(good.replace('\n', "\r\n")).delivers(&[1, 2, 3]),
        case(33, "CR only").csv(good.replace('\n', "\r")).fails(Kind::BareCrFile),
        case(34, "CRLF among LF")
            .csv(with(&row(2).replace('\n', "\r\n")))
            .quarantines(2, "MixedLineEnding", None)
            .delivers(&[1, 3]),
        case(34, "LF among CRLF")
            .csv(
                with(&row(2)).replace('\n', "\r\n").replace(
                    "900002,note 2,1980-01-03,Y,2018-03-01,n1\r\n",
                    "900002,note 2,1980-01-03,Y,2018-03-01,n1\n",
                ),
            )
            .quarantines(2, "MixedLineEnding", None)
            .delivers(&[1, 3]),
        case(34, "a CR inside a field")
            .csv(with(&row_with(2, &format!("a\r{CANARY}"))))
            .quarantines(2, "BareCr", Some(5))
            .delivers(&[1, 3]),
        own(35, "a line feed inside quotes, on 1 and 64 threads", line_feed_in_quotes),
        own(36, "a quoted line feed on every border of a block", line_feed_on_borders),
        case(37, "empty quotes, nothing, and a blank")
            .csv(format!("{HEADER}{}{}{}", row_with(1, "\"\""), row_with(2, ""), row_with(3, "\" \"")))
            .delivers_text("00001,\"\",1980\n00002,,1980\n00003,\" \",1980\n"),
        case(38, "100,000 columns")
            .csv(format!("{CANARY}{}\n", (0..100_000).map(|number| format!(",{number}")).collect::<String>()))
            .fails(Kind::TooManyColumns),
        case(39, "a blank line").csv(with("\n")).quarantines(2, "BlankRecord", None).delivers(&[1, 3]),
        case(39, "a blank line, CRLF")
            .csv(with("\n").replace('\n', "\r\n"))
            .quarantines(2, "BlankRecord", None)
            .delivers(&[1, 3]),
        case(40, "a first field that looks like a comment")
            .csv(with(&row(2).replace("00002,", "#00002,")))
            .delivers_text("00001,note 1,1980\n#00002,note 2,1980\n00003,note 3,1980\n"),
    ]
}

/// Told at once, in few words and little memory, however much follows.
fn unterminated_early() {
    let rest = row(3).repeat(120_000);
    let text = format!("{HEADER}{}{}{rest}", row(1), row_with(2, &format!("\"{CANARY}")));
    for newlines in [false, true] {
        let policy = POLICY.replace("[consent]", &format!("newline_in_fields = {newlines}\n\n[consent]"));
        let project = InputProject::new(&policy);
        let extract = project.write("extract.csv", &text);
        let error = project.deliver(std::slice::from_ref(&extract), Options::default()).unwrap_err();
        assert_error_clean(&error);
        let said = error.to_string().replace(&project.path("").display().to_string(), "");
        assert!(said.len() < 200 && said.contains("record 2, column 5: a quoted field does not end"), "{said}");
        project.assert_nothing_delivered("to");
        // A quarter of a gibibyte of address space for 64 threads' stacks and all else.
        let asked = project.command(&[extract], Options::default());
        let script = "ulimit -v 262144; exec \"$0\" \"$@\"";
        let output =
            Command::new("sh").args(["-c", script]).arg(asked.get_program()).args(asked.get_args()).output().unwrap();
        assert_eq!(exit_of(&output), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
        project.assert_nothing_delivered("again");
    }
}

fn newlines_allowed() -> InputProject {
    InputProject::new(&POLICY.replace("[consent]", "newline_in_fields = true\n\n[consent]"))
}

fn line_feed_in_quotes() {
    let mut text = HEADER.to_owned();
    let mut expected = "id,note,born\n".to_owned();
    for number in (1..400).step_by(2) {
        text += &row_with(number, "\"one\ntwo,\"\"three\"\"\n\"");
        expected += &format!("{number:05},\"one\ntwo,\"\"three\"\"\n\",1980\n");
        text += &row(number + 1);
        expected += &delivered(number + 1);
    }
    for threads in [1, 64] {
        let project = newlines_allowed();
        let extract = project.write("extract.csv", &text);
        let options = Options { threads, block_bytes: Some(512), ..Options::default() };
        let delivery = project.deliver(&[extract], options).unwrap();
        assert_eq!(delivery.report.read, 400);
        assert_eq!(String::from_utf8(project.data("to")).unwrap(), expected, "{threads} threads");
    }
}

fn line_feed_on_borders() {
    let text = format!("{HEADER}{}{}{}", row_with(1, "\"a\n\n,\"\"b\n\""), row(2), row_with(3, "\"\n\""));
    let expected = "id,note,born\n00001,\"a\n\n,\"\"b\n\",1980\n00002,note 2,1980\n00003,\"\n\",1980\n";
    let project = newlines_allowed();
    let extract = project.write("extract.csv", &text);
    // A first border on every byte of the first record, and many borders.
    let first = HEADER.len()..text.find("00002").unwrap() + 1;
    for block_bytes in (1..16).chain(first) {
        let options = Options { block_bytes: Some(block_bytes), ..Options::default() };
        let output = project.path(&format!("to/{block_bytes}"));
        project.deliver_to(&output, std::slice::from_ref(&extract), options).unwrap();
        let data = std::fs::read_to_string(output.join("data/rows.csv")).unwrap();
        assert_eq!(data, expected, "blocks of {block_bytes} bytes");
    }
}
