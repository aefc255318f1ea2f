//! Workbooks that are refused: what is wrong, where, and never what a cell holds.

use std::fs;

use super::workbook::{SheetCell as Cell, Workbook};
use crate::kit::{Ran, Random, run_files, small_policy_with};

const CANARY: &str = "zz-canary-zz";

fn run(bytes: &[u8], keys: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let extract = folder.path().join("members.xlsx");
    fs::write(&extract, bytes).unwrap();
    let said = format!("subject = \"id\"\n{keys}\n");
    let ran =
        run_files(&small_policy_with(folder.path(), &[("subject = \"id\"\n", said.as_str())], ""), &[extract], &[]);
    assert!(!ran.said.contains(CANARY), "{}", ran.said);
    ran
}

fn refused(bytes: &[u8], keys: &str, told: &[&str]) {
    let ran = run(bytes, keys);
    assert_ne!(ran.exit, 0, "{told:?}");
    for words in told {
        assert!(ran.said.contains(words), "{words} is not in {}", ran.said);
    }
}

const SHEET: &str = "sheet = \"Members\"";

fn plain() -> Workbook {
    Workbook::of_texts(&format!("id,ok,given,notice,no\n{CANARY},Y,2024-01-01,n1,1\nb,Y,2024-01-01,n1,2"))
}

fn changed(change: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = plain();
    change(&mut workbook);
    workbook.bytes()
}

#[test]
fn xlsx_sheets_must_be_named_there_and_visible() {
    assert_eq!(run(&plain().bytes(), SHEET).ended(0).delivered(), "1 2");
    refused(&plain().bytes(), "", &["does not say which sheet", "extract.sheet"]);
    refused(&plain().bytes(), "sheet = \"members\"", &["no sheet of cells of the name in the policy", "extract.sheet"]);
    for state in ["hidden", "veryHidden"] {
        let state = format!("state=\"{state}\"");
        let state: &'static str = state.leak();
        refused(&changed(|book| book.state = state), SHEET, &["the sheet is hidden"]);
    }
    let others = "<sheet name=\"Other\" sheetId=\"2\" r:id=\"r2\"/><sheet name=\"Chart\" sheetId=\"3\" r:id=\"r3\"/>";
    let visible = changed(|book| book.other_sheets = others);
    assert_eq!(run(&visible, SHEET).ended(0).delivered(), "1 2");
    refused(&visible, "sheet = \"Other\"", &["column"]);
    refused(&visible, "sheet = \"Chart\"", &["no sheet of cells"]);
    let hidden =
        changed(|book| book.other_sheets = "<sheet name=\"Other\" sheetId=\"2\" state=\"veryHidden\" r:id=\"r2\"/>");
    refused(&hidden, SHEET, &["hidden sheets", "extract.hidden_sheets = \"ignore\""]);
    let ignored = format!("{SHEET}\nhidden_sheets = \"ignore\"");
    assert_eq!(run(&hidden, &ignored).ended(0).delivered(), "1 2");
    refused(&hidden, "sheet = \"Other\"\nhidden_sheets = \"ignore\"", &["the sheet is hidden"]);
}

#[test]
fn xlsx_formulas_merged_and_hidden_cells_are_refused_with_their_place() {
    let formula = changed(|book| {
        book.row(&[Cell::Text("c"), Cell::Text("Y"), Cell::Formula(CANARY)]);
    });
    refused(&formula, SHEET, &["row 4, column 3: a cell holds a formula"]);
    // Also where the policy needs no column, and where it calculates nothing yet.
    let unneeded = changed(|book| {
        *book = Workbook::of_texts("id,ok,given,notice,no,more");
        book.row(&[Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Formula("")]);
    });
    refused(&unneeded, SHEET, &["row 2, column 6: a cell holds a formula"]);
    let merged = changed(|book| {
        book.behind_data = "<mergeCells><mergeCell ref=\"D3:E3\"/><mergeCell ref=\"B2:B3\"/></mergeCells>"
    });
    refused(&merged, SHEET, &["row 2, column 2: cells are merged"]);
    for attributes in ["hidden=\"1\"", "ht=\"0\" customHeight=\"1\"", "hidden=\"true\""] {
        let hidden = changed(|book| {
            *book = Workbook::new();
            book.row_attributes = vec![(3, attributes)];
            for line in ["id,ok,given,notice,no", "a,Y,2024-01-01,n1,1", "b,Y,2024-01-01,n1,2"] {
                book.row(&line.split(',').map(Cell::Inline).collect::<Vec<_>>());
            }
        });
        refused(&hidden, SHEET, &["row 3: a row or column is hidden"]);
    }
    for columns in
        ["<cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols>", "<cols><col min=\"2\" max=\"2\" width=\"0\"/></cols>"]
    {
        refused(&changed(|book| book.columns = columns), SHEET, &["column 2: a row or column is hidden"]);
    }
    // Columns behind the last one may be hidden: nothing is in them.
    let behind = changed(|book| book.columns = "<cols><col min=\"6\" max=\"16384\" hidden=\"1\"/></cols>");
    assert_eq!(run(&behind, SHEET).ended(0).delivered(), "1 2");
}

#[test]
fn xlsx_headers_are_held_to_what_every_header_is() {
    for (header, told) in [
        (vec![Cell::Text("id"), Cell::Text("ID ")], "two columns have the same name"),
        (vec![Cell::Text("id"), Cell::Empty, Cell::Text("ok")], "column 2: a header cell is empty"),
        (vec![Cell::Text("id"), Cell::Error], "row 1, column 2: a cell the policy must be able to read"),
        (vec![Cell::Text("id"), Cell::Date("45296")], "row 1, column 2: a cell the policy must be able to read"),
    ] {
        let bytes = changed(|book| {
            *book = Workbook::new();
            book.row(&header).row(&[Cell::Text(CANARY)]);
        });
        refused(&bytes, SHEET, &[told]);
    }
}

#[test]
fn xlsx_that_is_no_workbook_or_a_broken_one_is_refused() {
    refused(b"id,ok\n1,Y\n", SHEET, &["another kind of file"]);
    refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", SHEET, &["another kind of file"]);
    refused(b"", SHEET, &["no record"]);
    let whole = plain().bytes();
    refused(&whole[..whole.len() / 2], SHEET, &["corrupt"]);
    for (part, text) in [
        ("xl/workbook.xml", "<workbook"),
        ("xl/worksheets/sheet1.xml", "<worksheet><sheetData>"),
        ("xl/worksheets/sheet1.xml", "<worksheet/>"),
        ("xl/_rels/workbook.xml.rels", "<Relationships/>"),
        ("XL/Workbook.xml", "a part of the same name"),
    ] {
        refused(&changed(|book| book.parts = vec![(part, text.to_owned())]), SHEET, &["corrupt"]);
    }
    refused(
        &changed(|book| book.parts = vec![("_rels/.rels", "<Relationships/>".to_owned())]),
        SHEET,
        &["another kind"],
    );
}

/// What a reader of cells would take for something else, or pass over.
#[test]
fn xlsx_cells_that_mean_nothing_or_two_things_are_refused() {
    let sheet = plain().sheet();
    for (from, to) in [
        ("<c r=\"B2\"", "<c r=\"A2\""),
        ("<c r=\"B2\"", "<c r=\"B3\""),
        ("<row r=\"3\"", "<row r=\"2\""),
        ("<row r=\"3\"", "<row r=\"1048577\""),
        ("<c r=\"B2\"", "<c r=\"AAAAAAAAB2\""),
        ("<c r=\"B2\" t=\"s\">", "<c r=\"B2\" t=\"x\">"),
        ("<c r=\"B2\" t=\"s\"><v>", "<c r=\"B2\" t=\"s\"><v>x"),
        ("<c r=\"B2\" t=\"s\"><v>", "<c r=\"B2\" t=\"s\"><v>99"),
        ("<c r=\"B2\" t=\"s\"><v>", "<c r=\"B2\" t=\"s\"><v><!-- -->"),
        ("<c r=\"B2\" t=\"s\"><v>", "<c r=\"B2\" t=\"s\"><v>0</v><v>"),
        ("<c r=\"B2\" t=\"s\"><v>", "<c r=\"B2\" t=\"s\"><is><t>x</t></is><v>"),
        ("<c r=\"B2\" t=\"s\"><v>", "<c r=\"B2\"><v>1 "),
        ("<c r=\"B2\" t=\"s\"><v>", "<c r=\"B2\"><v>1e999"),
        ("<c r=\"B2\" t=\"s\"><v>", "<c r=\"B2\" t=\"b\"><v>7"),
        ("<c r=\"B2\"", "<c r=\"B2\" s=\"x\""),
        ("<row r=\"3\"", "<sheetData/><row r=\"3\""),
        ("</sheetData>", "</sheetData><sheetData></sheetData>"),
        ("</sheetData>", "</sheetData><c r=\"A9\"><v>1</v></c>"),
    ] {
        assert!(sheet.contains(from), "{from}");
        let broken = sheet.replacen(from, to, 1);
        let bytes = changed(|book| book.parts = vec![("xl/worksheets/sheet1.xml", broken)]);
        let ran = run(&bytes, SHEET);
        assert_ne!(ran.exit, 0, "{to}");
        assert!(ran.said.contains("corrupt"), "{to}: {}", ran.said);
    }
}

/// What takes little room in the file, and would take much.
#[test]
fn xlsx_that_would_take_too_much_memory_is_refused() {
    let blanks = " ".repeat(9 << 20);
    for (part, text) in [
        ("xl/styles.xml", format!("<styleSheet>{blanks}</styleSheet>")),
        ("xl/_rels/workbook.xml.rels", blanks.clone()),
        ("xl/workbook.xml", format!("<workbook a=\"{blanks}\"/>")),
        ("xl/theme/theme1.xml", blanks.clone()),
        ("xl/sharedStrings.xml", "<sst uniqueCount=\"99999999999\"></sst>".to_owned()),
    ] {
        refused(&changed(|book| book.parts = vec![(part, text)]), SHEET, &["too large", "33,554,432 cells"]);
    }
    // Few cells, far apart: a million rows of a hundred columns.
    let names: Vec<String> = (0..100).map(|number| format!("c{number}")).collect();
    let wide = changed(|book| {
        *book = Workbook::new();
        book.row(&names.iter().map(|name| Cell::Inline(name)).collect::<Vec<_>>());
    });
    assert_ne!(run(&wide, SHEET).exit, 0);
    let mut book = Workbook::new();
    book.row(&names.iter().map(|name| Cell::Inline(name)).collect::<Vec<_>>());
    let far =
        book.sheet().replace("</sheetData>", "<row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row></sheetData>");
    book.parts = vec![("xl/worksheets/sheet1.xml", far)];
    refused(&book.bytes(), SHEET, &["too large"]);
}

/// Whatever is in the XML: a run ends with a delivery or a refusal, and quotes nothing.
#[test]
fn xlsx_with_any_byte_changed_ends_in_order() {
    let mut random = Random::new(7);
    let parts = [
        ("xl/worksheets/sheet1.xml", plain().sheet()),
        ("xl/sharedStrings.xml", format!("<sst uniqueCount=\"2\"><si><t>{CANARY}</t></si><si><r><t>b</t></r></si></sst>")),
        ("xl/styles.xml", "<styleSheet><numFmts><numFmt numFmtId=\"200\" formatCode=\"yyyy\"/></numFmts><cellXfs><xf numFmtId=\"200\"/></cellXfs></styleSheet>".to_owned()),
    ];
    for round in 0..60 {
        let (part, text) = &parts[round % parts.len()];
        let mut bytes = text.clone().into_bytes();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            bytes[at] = b"<>/\"= 0Az&;9-"[random.below(13)];
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let ran = run(&changed(|book| book.parts = vec![(part, text)]), SHEET);
        assert!(!ran.said.contains("panicked") && !ran.said.contains("a bug in scant"), "{}", ran.said);
    }
}
