//! Workbooks put together part by part, as no program would in all respects.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A cell as its XML says it.
#[derive(Clone, Copy)]
pub(super) enum SheetCell<'c> {
    Boolean(&'c str),
    /// A number that is shown as a date.
    Date(&'c str),
    /// A number that is shown as a length of time.
    Duration(&'c str),
    Empty,
    Error,
    Formula(&'c str),
    Inline(&'c str),
    Iso(&'c str),
    Number(&'c str),
    /// A text among the shared ones.
    Text(&'c str),
}

use SheetCell as Cell;

/// A workbook of one visible sheet, `Members`, until more is said.
#[derive(Clone)]
pub(super) struct Workbook {
    rows: String,
    texts: Vec<String>,
    row: u32,
    /// Behind the attributes of rows by their numbers.
    pub(super) row_attributes: Vec<(u32, &'static str)>,
    pub(super) columns: &'static str,
    pub(super) behind_data: &'static str,
    pub(super) other_sheets: &'static str,
    pub(super) state: &'static str,
    pub(super) properties: &'static str,
    /// Parts in the place of those that are made.
    pub(super) parts: Vec<(&'static str, String)>,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn letters(column: usize) -> String {
    let letter = |number: usize| char::from(b'A' + u8::try_from(number).unwrap());
    match column / 26 {
        0 => letter(column % 26).to_string(),
        more => format!("{}{}", letter(more - 1), letter(column % 26)),
    }
}

impl Workbook {
    pub(super) fn new() -> Self {
        Self {
            rows: String::new(),
            texts: Vec::new(),
            row: 0,
            row_attributes: Vec::new(),
            columns: "",
            behind_data: "",
            other_sheets: "",
            state: "",
            properties: "",
            parts: Vec::new(),
        }
    }

    /// Of texts, one row a line, as CSV without quotes has them.
    pub(super) fn of_texts(table: &str) -> Self {
        let mut workbook = Self::new();
        for line in table.lines() {
            workbook.row(&line.split(',').map(text_or_empty).collect::<Vec<_>>());
        }
        workbook
    }

    pub(super) fn row(&mut self, cells: &[Cell<'_>]) -> &mut Self {
        self.row += 1;
        let attributes = self.row_attributes.iter().find(|(row, _)| *row == self.row).map_or("", |(_, more)| more);
        self.rows.push_str(&format!("<row r=\"{}\" {attributes}>", self.row));
        for (column, cell) in cells.iter().enumerate() {
            let xml = self.cell(&format!("r=\"{}{}\"", letters(column), self.row), *cell);
            self.rows.push_str(&xml);
        }
        self.rows.push_str("</row>\n");
        self
    }

    fn cell(&mut self, at: &str, cell: Cell<'_>) -> String {
        match cell {
            Cell::Empty => format!("<c {at} s=\"1\"/>"),
            Cell::Text(text) => {
                let known = self.texts.iter().position(|own| own == text).unwrap_or_else(|| {
                    self.texts.push(text.to_owned());
                    self.texts.len() - 1
                });
                format!("<c {at} t=\"s\"><v>{known}</v></c>")
            }
            Cell::Inline(text) => {
                format!("<c {at} t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escaped(text))
            }
            Cell::Number(number) => format!("<c {at}><v>{number}</v></c>"),
            Cell::Date(number) => format!("<c {at} s=\"1\"><v>{number}</v></c>"),
            Cell::Duration(number) => format!("<c {at} s=\"2\" t=\"n\"><v>{number}</v></c>"),
            Cell::Boolean(value) => format!("<c {at} t=\"b\"><v>{value}</v></c>"),
            Cell::Error => format!("<c {at} t=\"e\"><v>#N/A</v></c>"),
            Cell::Iso(text) => format!("<c {at} t=\"d\"><v>{text}</v></c>"),
            Cell::Formula(value) => format!("<c {at} t=\"str\"><f>A1</f><v>{value}</v></c>"),
        }
    }

    /// The XML of the sheet.
    pub(super) fn sheet(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{}<sheetData>{}</sheetData>{}</worksheet>",
            self.columns, self.rows, self.behind_data
        )
    }

    /// The archive.
    pub(super) fn bytes(&self) -> Vec<u8> {
        const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
        let relation = |id: &str, kind: &str, target: &str| {
            format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
        };
        let relations = |inner: String| {
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inner}</Relationships>"
            )
        };
        let texts: String =
            self.texts.iter().map(|text| format!("<si><t xml:space=\"preserve\">{}</t></si>", escaped(text))).collect();
        let made = [
            ("_rels/.rels", relations(relation("r1", "officeDocument", "xl/workbook.xml"))),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook {main} xmlns:r=\"{RELATIONS}\"><workbookPr {}/><sheets><sheet name=\"Members\" sheetId=\"1\" {} r:id=\"r1\"/>{}</sheets></workbook>",
                    self.properties, self.state, self.other_sheets
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                relations(
                    relation("r1", "worksheet", "worksheets/sheet1.xml")
                        + &relation("r2", "worksheet", "/xl/worksheets/sheet2.xml")
                        + &relation("r3", "chartsheet", "chartsheets/sheet1.xml"),
                ),
            ),
            (
                "xl/styles.xml",
                format!(
                    "<styleSheet {main}><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"46\"/></cellXfs></styleSheet>"
                ),
            ),
            ("xl/sharedStrings.xml", format!("<sst {main} uniqueCount=\"{}\">{texts}</sst>", self.texts.len())),
            ("xl/worksheets/sheet1.xml", self.sheet()),
            ("xl/worksheets/sheet2.xml", Self::of_texts_alone().sheet()),
        ];
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &str, text: &str| {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        };
        for (name, text) in &made {
            let other = self.parts.iter().find(|(own, _)| own == name);
            add(name, other.map_or(text, |(_, text)| text));
        }
        for (name, text) in self.parts.iter().filter(|(name, _)| made.iter().all(|(own, _)| own != name)) {
            add(name, text);
        }
        zip.finish().unwrap().into_inner()
    }

    /// What is on the second sheet.
    fn of_texts_alone() -> Self {
        let mut workbook = Self::new();
        workbook.row(&[Cell::Inline("another"), Cell::Inline("sheet")]);
        workbook
    }

    pub(super) fn write(&self, path: &Path) -> PathBuf {
        fs::write(path, self.bytes()).unwrap();
        path.to_owned()
    }
}

fn text_or_empty(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}
