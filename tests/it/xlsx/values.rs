//! What the cells of a sheet are read as.

use std::fs;

use super::workbook::{SheetCell as Cell, Workbook};
use crate::kit::{Options, Project, WRITTEN_AS, data_of, deliver, root, run_files, small_policy_with, story_policy};

const SHEET: &str = "subject = \"id\"\nsheet = \"Members\"\n";

/// Runs the small policy over a workbook, with more keys for the extract and more columns.
fn run(workbook: &Workbook, keys: &str, columns: &str) -> crate::kit::Ran {
    let folder = tempfile::tempdir().unwrap();
    let extract = workbook.write(&folder.path().join("members.xlsx"));
    let said = format!("{SHEET}{keys}\n");
    run_files(&small_policy_with(folder.path(), &[("subject = \"id\"\n", said.as_str())], columns), &[extract], &[])
}

fn column(name: &str, action: &str) -> String {
    format!("\n[columns.{name}]\nrole = \"quasi_identifier\"\n{action}\n")
}

const KEEP: &str = "keep = { because = \"asked for\" }";

fn header(more: &[&'static str]) -> Vec<Cell<'static>> {
    ["id", "ok", "given", "notice", "no"].iter().chain(more).map(|name| Cell::Text(name)).collect()
}

/// A record of the small policy.
fn record<'c>(no: &'c str, more: &[Cell<'c>]) -> Vec<Cell<'c>> {
    let first = [Cell::Text("a"), Cell::Text("Y"), Cell::Text("2024-01-01"), Cell::Text("n1"), Cell::Number(no)];
    [&first[..], more].concat()
}

#[test]
fn xlsx_of_texts_delivers_what_the_same_csv_delivers() {
    let folder = tempfile::tempdir().unwrap();
    let table = fs::read_to_string(root("samples/story/extract.csv")).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    let mut workbook = Workbook::new();
    for (number, record) in reader.records().map(Result::unwrap).enumerate() {
        let cell = |text| match (text, number % 2) {
            ("", _) => Cell::Empty,
            (text, 0) => Cell::Text(text),
            (text, _) => Cell::Inline(text),
        };
        workbook.row(&record.iter().map(cell).collect::<Vec<_>>());
    }
    let extract = workbook.write(&folder.path().join("extract.xlsx"));
    let written = (WRITTEN_AS, "format = \"csv\"");
    let plain = story_policy(folder.path(), "plain.toml", &[written]);
    let of_sheet =
        story_policy(folder.path(), "sheet.toml", &[written, ("format      = \"csv\"\n", "sheet = \"Members\"\n")]);
    let run = |policy, extract, name| deliver(policy, &[extract], &folder.path().join(name), Options::default());
    let expected = run(&plain, root("samples/story/extract.csv"), "csv");
    let found = run(&of_sheet, extract, "xlsx");
    assert!(expected.report.delivered > 0);
    assert_eq!(found.report.dropped, expected.report.dropped);
    assert!(data_of(&found) == data_of(&expected));
}

#[test]
fn xlsx_values_are_read_by_their_type_and_what_their_column_is_for() {
    let mut workbook = Workbook::new();
    workbook.row(&header(&["value"]));
    let values = [
        Cell::Number("42"),
        Cell::Number("4.20E1"),
        Cell::Number("0.1"),
        Cell::Boolean("1"),
        Cell::Boolean("false"),
        Cell::Text("00 42"),
        Cell::Inline(" a\nb &  "),
        Cell::Iso("2024-01-05"),
        Cell::Empty,
    ];
    for (no, value) in ["1", "2", "3", "4", "5", "6", "7", "8", "9"].into_iter().zip(values) {
        workbook.row(&record(no, &[value]));
    }
    let ran = run(&workbook, "", &column("value", KEEP)).ended(0);
    let comma = column("value", "round_number = { to = 0.001 }\ndecimal = \",\"\nthousands = \".\"");
    let mut numbers = Workbook::new();
    numbers.row(&header(&["value"]));
    for (no, value) in [("1", Cell::Number("1.234")), ("2", Cell::Text("1.234")), ("3", Cell::Number("-7"))] {
        numbers.row(&record(no, &[value]));
    }
    assert_eq!(run(&numbers, "", &comma).ended(0).cells("value"), ["1.234", "1234.000", "-7.000"]);
    assert_eq!(ran.cells("value"), ["42", "42", "0.1", "true", "false", "00 42", " a\nb &  ", "2024-01-05", ""]);
    assert_eq!(ran.account["inputs"][0]["records"], 9);
    assert_eq!(ran.account["inputs"][0]["bytes"], workbook.bytes().len());
}

#[test]
fn xlsx_cells_that_cannot_be_what_they_were_make_the_record_malformed() {
    let mut workbook = Workbook::new();
    workbook.row(&header(&["value", "postcode", "joined", "unused"]));
    let good = [Cell::Text("x"), Cell::Text("AB10 1XG"), Cell::Text("2020-01-01"), Cell::Error];
    let with = |place: usize, cell| {
        let mut cells = good;
        cells[place] = cell;
        cells
    };
    workbook.row(&record("1", &good));
    for (no, more) in [
        ("2", with(0, Cell::Error)),
        ("3", with(0, Cell::Date("45296"))),
        ("4", with(0, Cell::Duration("1.5"))),
        ("5", with(0, Cell::Number("12345678901234567890"))),
        ("6", with(1, Cell::Number("1000"))),
        ("7", with(2, Cell::Date("45296"))),
        ("8", with(1, Cell::Boolean("0"))),
    ] {
        workbook.row(&record(no, &more));
    }
    let mut id = record("9", &good);
    id[0] = Cell::Number("17");
    workbook.row(&id);
    workbook.row(&record("10", &[&good[..], &[Cell::Text("behind the last column")]].concat()));
    workbook.row(&[]);
    workbook.row(&header(&["value", "postcode", "joined", "unused"]));
    workbook.row(&record("11", &good));
    let columns = [
        column("value", KEEP),
        column("postcode", "coarsen_postcode = { to = \"area\" }"),
        column("joined", "coarsen_date = { to = \"year\" }"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let extract = workbook.write(&folder.path().join("members.xlsx"));
    let policy = small_policy_with(folder.path(), &[("subject = \"id\"\n", SHEET)], &columns.concat());
    let refused = run_files(&policy, std::slice::from_ref(&extract), &[]);
    assert_ne!(refused.exit, 0);
    let ran = run_files(&policy, &[extract], &["--max-malformed", "11"]).ended(0);
    assert_eq!(ran.delivered(), "1 11");
    assert_eq!(
        ran.account["records"]["quarantined"],
        serde_json::json!({
            "BlankRecord": 1, "ErrorCell": 1, "ExtraField": 1, "NumberForText": 3, "RepeatedHeader": 1,
            "SpreadsheetDate": 3, "WrongType": 1
        })
    );
    assert!(ran.said.contains("leading zeros are lost"), "{}", ran.said);
    let places = fs::read_to_string(ran.folder.path().join("out.internal/quarantine.csv")).unwrap();
    // The row of the sheet, and the column.
    assert!(places.lines().any(|line| line.contains(",7,") && line.contains("NumberForText")), "{places}");
    assert!(!places.contains("1000"), "{places}");
}

#[test]
fn xlsx_dates_are_read_by_the_declared_system_which_must_be_the_workbooks() {
    let dates = |workbook: &mut Workbook| {
        workbook.row(&header(&["joined"]));
        for (no, cell) in [("1", Cell::Date("45296")), ("2", Cell::Date("45296.75")), ("3", Cell::Text("45296"))] {
            workbook.row(&record(no, &[cell]));
        }
    };
    let to_month =
        |format: &str| column("joined", &format!("coarsen_date = {{ to = \"month\" }}\ndate_format = \"{format}\""));
    let mut of_1900 = Workbook::new();
    dates(&mut of_1900);
    let ran = run(&of_1900, "", &to_month("excel_1900")).ended(0);
    assert_eq!(ran.cells("joined"), ["2024-01", "2024-01", "2024-01"]);
    let mut of_1904 = Workbook::new();
    of_1904.properties = "date1904=\"1\"";
    dates(&mut of_1904);
    for (workbook, format) in [(&of_1900, "excel_1904"), (&of_1904, "excel_1900")] {
        let refused = run(workbook, "", &to_month(format)).ended(4);
        assert!(
            refused.said.contains("four years off") && refused.said.contains("column `joined`"),
            "{}",
            refused.said
        );
    }
    // 45296 days after 1904-01-01 is not yet.
    let mut of_1904 = Workbook::new();
    of_1904.properties = "date1904=\"true\"";
    of_1904.row(&header(&["joined"])).row(&record("1", &[Cell::Date("43834")]));
    assert_eq!(run(&of_1904, "", &to_month("excel_1904")).ended(0).cells("joined"), ["2024-01"]);
    // A number that is not shown as a date may be anything.
    of_1900.row(&record("4", &[Cell::Number("1984")]));
    assert_ne!(run(&of_1900, "", &to_month("excel_1900")).exit, 0);
    // What is delivered as it is, is the number that a CSV file would hold.
    let mut kept = Workbook::new();
    kept.row(&header(&["joined"])).row(&record("1", &[Cell::Date("45296.5")]));
    let keep = column("joined", &format!("{KEEP}\ndate_format = \"excel_1900\""));
    assert_eq!(run(&kept, "", &keep).ended(0).cells("joined"), ["45296.5"]);
}

#[test]
fn xlsx_keys_of_the_dialect_mean_for_rows_what_they_mean_for_lines() {
    let mut workbook = Workbook::new();
    workbook.row(&[Cell::Text("Members of 2024")]).row(&[]);
    workbook.row(&header(&["value"]));
    for (no, value) in [("1", "NULL"), ("2", "  x\t"), ("3", " NULL")] {
        workbook.row(&record(no, &[Cell::Inline(value)]));
    }
    workbook.row(&[Cell::Text("Total"), Cell::Formula("3")]);
    workbook.row(&[Cell::Empty, Cell::Empty]);
    workbook.behind_data = "<mergeCells><mergeCell ref=\"A1:F2\"/><mergeCell ref=\"B7:C7\"/></mergeCells>";
    let value = column("value", "replace = { with = \"y\" }");
    let keys = "skip_lines = 2\nskip_footer = { lines = 1, starts_with = \"Total\" }\ntrim = true\nnull_values = [\"\", \"NULL\"]";
    let ran = run(&workbook, keys, &value).ended(0);
    assert_eq!(ran.cells("value"), ["", "y", ""]);
    assert_eq!(ran.account["inputs"][0]["skipped_lines"], 3);
    for (keys, told) in [
        ("skip_lines = 2\nskip_footer = 1", "row 7: a line to be skipped reads as a record"),
        ("skip_lines = 2\nskip_footer = 6", "fewer lines"),
        ("skip_lines = 2\nskip_footer = { lines = 1, starts_with = \"Sum\" }", "row 7: the lines to be skipped"),
        ("skip_lines = 3\nskip_footer = 1", "row 3: a line to be skipped reads as a record"),
        ("skip_footer = 1", "skip_lines = 2 passes over them"),
    ] {
        let mut plain = workbook.clone();
        plain.behind_data = "";
        let refused = run(&plain, keys, &value);
        assert_ne!(refused.exit, 0, "{keys}");
        assert!(refused.said.contains(told), "{keys}: {}", refused.said);
    }
    let mut bare = Workbook::new();
    bare.row(&record("1", &[Cell::Text("x")]));
    let named = "header = [\"id\", \"ok\", \"given\", \"notice\", \"no\", \"value\"]";
    assert_eq!(run(&bare, named, &value).ended(0).cells("value"), ["y"]);
}

#[test]
fn xlsx_without_a_record_is_an_empty_file() {
    let header_alone = Workbook::of_texts("id,ok,given,notice,no");
    for workbook in [&header_alone, &Workbook::new()] {
        let ran = run(workbook, "", "").ended(4);
        assert!(ran.said.contains("there is no record"), "{}", ran.said);
        let folder = tempfile::tempdir().unwrap();
        let one = Workbook::of_texts("id,ok,given,notice,no\na,Y,2024-01-01,n1,1").write(&folder.path().join("a.xlsx"));
        let empty = workbook.write(&folder.path().join("b.xlsx"));
        let keys = format!("{SHEET}may_be_empty = true\n");
        let policy = small_policy_with(folder.path(), &[("subject = \"id\"\n", keys.as_str())], "");
        assert_eq!(run_files(&policy, &[one, empty], &[]).ended(0).delivered(), "1");
    }
}

/// Blocks, threads and memory change nothing.
#[test]
fn xlsx_of_many_rows_is_the_same_on_any_number_of_threads() {
    let project = Project::of_the_story(&[("format      = \"csv\"\n", "sheet = \"Members\"\n")]);
    let table = fs::read_to_string(root("samples/story/extract.csv")).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut workbook = Workbook::new();
    let as_cells = |row: &'_ csv::StringRecord| row.iter().map(str::to_owned).collect::<Vec<_>>();
    let mut add = |row: &[String]| {
        workbook.row(
            &row.iter().map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text(text) }).collect::<Vec<_>>(),
        );
    };
    add(&as_cells(&rows[0]));
    for _ in 0..60 {
        rows[1..].iter().for_each(|row| add(&as_cells(row)));
    }
    let extract = workbook.write(&project.path("extract.xlsx"));
    let deliver = |threads| {
        let options = Options { threads, ..Options::default() };
        project.deliver(&project.path("policy.toml"), &extract, options).unwrap()
    };
    let (one, four) = (deliver(1), deliver(4));
    assert!(60 * (rows.len() - 1) > 16_384, "more than one block");
    assert_eq!(one.report, four.report);
    assert!(data_of(&one) == data_of(&four));
}
