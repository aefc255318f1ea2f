//! Writes released rows as CSV: LF, comma, a header, quotes only where needed.
//!
//! Missing is an empty field and empty text is `""`, so the two stay apart. The
//! one exception is a delivery of a single column, where missing is `""` too: a
//! blank line is not a record to most readers, and a record must not vanish.
//!
//! The formula guard puts a `'` before text that a spreadsheet would run as a
//! formula, and counts it; see [`formula`](crate::format::formula).

use std::io::{self, BufWriter, Write};

use crate::engine::fault::EngineError;
use crate::engine::port::{Appender, Encoder, OutputColumn, Released, SinkReport};
use crate::format::formula::is_formula;
use crate::model::cells::Cell;
use crate::model::column_type::ColumnType;

const STEP: &str = "the CSV file";

/// Turns released rows into lines of CSV.
#[derive(Debug)]
pub struct CsvEncoder {
    columns: Vec<OutputColumn>,
    formula_guard: bool,
}

/// Some lines of CSV.
#[derive(Debug)]
pub struct Lines {
    text: String,
    guarded_cells: u64,
}

impl CsvEncoder {
    /// Writes these columns; `formula_guard` is on unless a policy says
    /// otherwise.
    #[must_use]
    pub fn new(columns: Vec<OutputColumn>, formula_guard: bool) -> Self {
        Self { columns, formula_guard }
    }

    fn header(&self) -> String {
        let mut line = String::new();
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                line.push(',');
            }
            push_field(column.name.as_str(), &mut line);
        }
        line.push('\n');
        line
    }
}

impl Encoder for CsvEncoder {
    type Encoded = Lines;

    /// What stays in the cache from the waiting rows to the line that is written.
    fn rows_at_a_time(&self) -> usize {
        1 << 13
    }

    fn encode(&self, rows: &Released) -> Result<Lines, EngineError> {
        if rows.columns().len() != self.columns.len() {
            return Err(EngineError::Bug { step: "csv_write" });
        }
        let mut text = String::with_capacity(rows.rows() * self.columns.len() * 12);
        let mut digits = itoa::Buffer::new();
        let mut guarded_cells = 0;
        for row in 0..rows.rows() {
            for (index, (cells, column)) in rows.columns().iter().zip(&self.columns).enumerate() {
                if index > 0 {
                    text.push(',');
                }
                match cells.cell(row) {
                    Cell::Boolean(value) => text.push_str(if value { "true" } else { "false" }),
                    Cell::Integer(value) => text.push_str(digits.format(value)),
                    Cell::Missing if self.columns.len() == 1 => text.push_str("\"\""),
                    Cell::Missing => {}
                    Cell::Text(cell) => {
                        if self.formula_guard && column.column_type == ColumnType::Text && is_formula(cell) {
                            guarded_cells += 1;
                            push_field(&format!("'{cell}"), &mut text);
                        } else {
                            push_field(cell, &mut text);
                        }
                    }
                }
            }
            text.push('\n');
        }
        Ok(Lines { text, guarded_cells })
    }

    fn open(&self, file: Box<dyn Write + Send>) -> Result<Box<dyn Appender<Lines>>, EngineError> {
        let mut file = BufWriter::new(file);
        file.write_all(self.header().as_bytes()).map_err(write_error)?;
        Ok(Box::new(CsvAppender { file, report: SinkReport::default() }))
    }
}

fn push_field(field: &str, line: &mut String) {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let bytes = field.as_bytes();
    let needs_quotes = bytes.is_empty()
        || is_blank(bytes.first())
        || is_blank(bytes.last())
        // Every byte is looked at, which is faster than stopping: many at once.
        || bytes.iter().fold(false, |found, byte| found | matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if !needs_quotes {
        line.push_str(field);
        return;
    }
    line.push('"');
    for (index, part) in field.split('"').enumerate() {
        if index > 0 {
            line.push_str("\"\"");
        }
        line.push_str(part);
    }
    line.push('"');
}

fn write_error(source: io::Error) -> EngineError {
    EngineError::Write { what: STEP, source }
}

struct CsvAppender {
    file: BufWriter<Box<dyn Write + Send>>,
    report: SinkReport,
}

impl Appender<Lines> for CsvAppender {
    fn append(&mut self, lines: Lines) -> Result<(), EngineError> {
        self.report.guarded_cells += lines.guarded_cells;
        self.file.write_all(lines.text.as_bytes()).map_err(write_error)
    }

    fn finish(mut self: Box<Self>) -> Result<SinkReport, EngineError> {
        self.file.flush().map_err(write_error)?;
        Ok(self.report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::test_sink::{columns, written};
    use crate::model::cells::{Cells, TextCells};

    fn text(cells: &[Option<&str>]) -> Cells {
        Cells::Text(cells.iter().copied().collect::<TextCells>())
    }

    #[test]
    fn fields_are_quoted_only_where_needed() {
        let encoder = CsvEncoder::new(columns(&[("name", ColumnType::Text), ("n", ColumnType::Integer)]), true);
        let cells = [Some("plain"), Some("a,b"), Some("a\"b"), Some(" a"), Some("a\r\nb"), Some(""), None];
        let numbers = Cells::Integer(vec![Some(-5), None, Some(1), Some(2), Some(3), Some(4), Some(5)]);
        let (bytes, report) = written(&encoder, vec![Released::for_tests(vec![text(&cells), numbers], 7)]);
        let expected = "name,n\nplain,-5\n\"a,b\",\n\"a\"\"b\",1\n\" a\",2\n\"a\r\nb\",3\n\"\",4\n,5\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        assert_eq!(report.guarded_cells, 0);
    }

    #[test]
    fn no_rows_leave_the_header() {
        let encoder = CsvEncoder::new(columns(&[("a", ColumnType::Text), ("b", ColumnType::Year)]), true);
        assert_eq!(written(&encoder, Vec::new()).0, b"a,b\n");
    }

    #[test]
    fn formulas_are_guarded_in_text_alone() {
        let released = || Released::for_tests(vec![text(&[Some("=1")]), text(&[Some("-1.5")])], 1);
        let types = [("t", ColumnType::Text), ("d", ColumnType::Decimal)];
        let (bytes, report) = written(&CsvEncoder::new(columns(&types), true), vec![released()]);
        assert_eq!((bytes.as_slice(), report.guarded_cells), (&b"t,d\n'=1,-1.5\n"[..], 1));
        let (bytes, report) = written(&CsvEncoder::new(columns(&types), false), vec![released()]);
        assert_eq!((bytes.as_slice(), report.guarded_cells), (&b"t,d\n=1,-1.5\n"[..], 0));
    }

    #[test]
    fn a_single_column_never_writes_a_blank_line() {
        let encoder = CsvEncoder::new(columns(&[("a", ColumnType::Text)]), true);
        let (bytes, _) = written(&encoder, vec![Released::for_tests(vec![text(&[None, Some("x")])], 2)]);
        assert_eq!(bytes, b"a\n\"\"\nx\n");
    }

    #[test]
    fn hostile_text_comes_back_byte_for_byte() {
        let cells = ["a\"\"b", "\r", "\n\n", "\u{feff}x", "🦀,\"", " \t ", "\"", "a\u{0}b"];
        let encoder = CsvEncoder::new(columns(&[("a", ColumnType::Text), ("b", ColumnType::Text)]), false);
        let column: Vec<Option<&str>> = cells.iter().copied().map(Some).collect();
        let (bytes, _) = written(&encoder, vec![Released::for_tests(vec![text(&column), text(&column)], cells.len())]);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let read: Vec<String> = reader.records().map(|record| record.unwrap()[1].to_owned()).collect();
        assert_eq!(read, cells);
    }
}
