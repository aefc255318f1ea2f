//! Writes rows through a sink into memory and reads sources to the end, for the
//! tests of the formats. Not part of the program.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use crate::engine::fault::EngineError;
use crate::engine::port::{Encoder, OutputColumn, Quarantined, Released, SinkReport, Source, Wanted};
use crate::model::cells::{Cells, TextCells};
use crate::model::column_type::ColumnType;
use crate::model::name::OutputName;
use crate::row_rule::View;

#[derive(Clone, Default)]
struct MemorySink(Arc<Mutex<Vec<u8>>>);

impl Write for MemorySink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn columns(columns: &[(&str, ColumnType)]) -> Vec<OutputColumn> {
    let column =
        |&(name, column_type): &(&str, _)| OutputColumn { name: OutputName::parse(name).unwrap(), column_type };
    columns.iter().map(column).collect()
}

/// The bytes of a file with these runs of rows, and what the sink reports.
pub(crate) fn written<E: Encoder>(encoder: &E, runs: Vec<Released>) -> (Vec<u8>, SinkReport) {
    let memory = MemorySink::default();
    let mut appender = encoder.open(Box::new(memory.clone())).unwrap();
    for run in runs {
        appender.append(encoder.encode(&run).unwrap()).unwrap();
    }
    let report = appender.finish().unwrap();
    let bytes = memory.0.lock().unwrap().clone();
    (bytes, report)
}

/// One column of every type.
pub(crate) fn every_type_columns() -> Vec<OutputColumn> {
    columns(&[
        ("text", ColumnType::Text),
        ("count", ColumnType::Integer),
        ("year", ColumnType::Year),
        ("amount", ColumnType::Decimal),
        ("flag", ColumnType::Boolean),
        ("day", ColumnType::Date),
        ("seen", ColumnType::Timestamp),
    ])
}

/// Text a format may trip over.
pub(crate) const HOSTILE: [&str; 8] =
    ["", "a\"\\b", "\r\n", "\u{feff}x", "🦀 é ＝1", " \t ", "\u{1b}[31m", "a string of more than twelve bytes"];

/// Rows of every type: a plain one, one with every cell missing, one for each
/// hostile text.
pub(crate) fn every_type() -> Released {
    let rows = 2 + HOSTILE.len();
    let texts = |plain: &'static str, other: &dyn Fn(usize) -> &'static str| {
        let cells = (0..rows).map(|row| match row {
            0 => Some(plain),
            1 => None,
            _ => Some(other(row - 2)),
        });
        Cells::Text(cells.collect::<TextCells>())
    };
    let integers = |plain: i64, other: i64| {
        let cells = (0..rows).map(|row| match row {
            0 => Some(plain),
            1 => None,
            _ => Some(other),
        });
        Cells::Integer(cells.collect())
    };
    let flags = (0..rows).map(|row| (row != 1).then_some(row == 0)).collect();
    let columns = vec![
        texts("plain", &|row| HOSTILE[row]),
        integers(-5, i64::MIN),
        integers(1987, 2024),
        texts("12.50", &|_| "-0.25"),
        Cells::Boolean(flags),
        texts("2017-03-31", &|_| "1969-12-31"),
        texts("2024-03-05T14:00:00Z", &|_| "1969-12-31T23:59:59.5"),
    ];
    Released::for_tests(columns, rows)
}

/// The cells a source gives, as text, column by column.
pub(crate) type TextTable = Vec<Vec<Option<String>>>;

/// Reads a whole source: all columns, then its evidence.
pub(crate) fn read_all(mut source: Box<dyn Source>) -> Result<(TextTable, Vec<Quarantined>), EngineError> {
    let needed: Vec<usize> = (0..source.columns().len()).collect();
    let parser = source.parser();
    let mut table: TextTable = vec![Vec::new(); needed.len()];
    let mut quarantined = Vec::new();
    while let Some(mut ticket) = source.next_block()? {
        let parsed = parser.parse(&mut ticket, &needed)?;
        assert_eq!(parsed.records as usize, parsed.rows.len() + parsed.quarantined.len());
        for (cells, column) in table.iter_mut().zip(&needed) {
            let mut gathered = Vec::new();
            parsed.rows.gather(*column, Wanted::Run(0..parsed.rows.len()), View::Raw, &mut gathered);
            assert_eq!(gathered.len(), parsed.rows.len());
            cells.extend(gathered.into_iter().map(|cell| cell.map(str::to_owned)));
        }
        quarantined.extend(parsed.quarantined);
    }
    source.finish()?;
    Ok((table, quarantined))
}

/// What [`every_type`] must read back as.
pub(crate) fn every_type_read(decimals: impl Fn(&str) -> String) -> TextTable {
    let rows = every_type();
    let rendered = |column: usize| (0..rows.rows()).map(|row| rows.columns()[column].rendered(row)).collect::<Vec<_>>();
    let mut table: TextTable = (0..rows.columns().len()).map(rendered).collect();
    for cell in &mut table[3] {
        *cell = cell.as_deref().map(&decimals);
    }
    table
}
