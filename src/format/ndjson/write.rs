//! Writes released rows as newline-delimited JSON: keys in column order, missing
//! as `null`, numbers and booleans as such, everything else as a string.
//!
//! A decimal keeps its digits. Text in a decimal column that JSON has no number
//! for (`NaN` of a typed extract) is written as a string rather than lost.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use crate::engine::fault::EngineError;
use crate::engine::port::{Appender, Encoder, OutputColumn, Released, SinkReport};
use crate::model::cells::Cell;
use crate::model::column_type::ColumnType;
use crate::model::number::text::is_json;

const BUG: EngineError = EngineError::Bug { step: "ndjson::write" };

/// Turns released rows into lines of JSON.
#[derive(Debug)]
pub(crate) struct NdjsonEncoder {
    /// `"name":` of each column, and its type.
    keys: Vec<(String, ColumnType)>,
}

impl NdjsonEncoder {
    /// Writes these columns.
    ///
    /// # Errors
    /// [`EngineError::Bug`] if a name cannot be written as JSON.
    pub(crate) fn try_new(columns: &[OutputColumn]) -> Result<Self, EngineError> {
        let key = |column: &OutputColumn| {
            let name = serde_json::to_string(column.name.as_str()).map_err(|_| BUG)?;
            Ok((name + ":", column.column_type))
        };
        Ok(Self { keys: columns.iter().map(key).collect::<Result<_, EngineError>>()? })
    }
}

impl Encoder for NdjsonEncoder {
    type Encoded = Vec<u8>;

    /// What stays in the cache from the waiting rows to the line that is written.
    fn rows_at_a_time(&self) -> usize {
        1 << 13
    }

    fn encode(&self, rows: &Released) -> Result<Vec<u8>, EngineError> {
        if rows.columns().len() != self.keys.len() {
            return Err(BUG);
        }
        let mut text =
            String::with_capacity(rows.rows() * self.keys.iter().map(|(key, _)| key.len() + 12).sum::<usize>());
        for row in 0..rows.rows() {
            text.push('{');
            for (index, (cells, (key, column_type))) in rows.columns().iter().zip(&self.keys).enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(key);
                push_value(cells.cell(row), *column_type, &mut text)?;
            }
            text.push_str("}\n");
        }
        Ok(text.into_bytes())
    }

    fn open(&self, file: Box<dyn Write + Send>) -> Result<Box<dyn Appender<Vec<u8>>>, EngineError> {
        Ok(Box::new(NdjsonAppender { file: BufWriter::new(file) }))
    }
}

fn push_value(cell: Cell<'_>, column_type: ColumnType, text: &mut String) -> Result<(), EngineError> {
    match cell {
        Cell::Boolean(value) => text.push_str(if value { "true" } else { "false" }),
        Cell::Integer(value) => write!(text, "{value}").map_err(|_| BUG)?,
        Cell::Missing => text.push_str("null"),
        Cell::Text(value) => {
            let is_bare = match column_type {
                ColumnType::Boolean => matches!(value, "true" | "false"),
                ColumnType::Decimal
                | ColumnType::Double
                | ColumnType::Float
                | ColumnType::Half
                | ColumnType::Integer
                | ColumnType::Year => is_json(value),
                ColumnType::Date | ColumnType::Text | ColumnType::Timestamp => false,
            };
            if is_bare {
                text.push_str(value);
            } else {
                text.push_str(&serde_json::to_string(value).map_err(|_| BUG)?);
            }
        }
    }
    Ok(())
}

struct NdjsonAppender {
    file: BufWriter<Box<dyn Write + Send>>,
}

fn write_error(source: io::Error) -> EngineError {
    EngineError::Write { what: "the NDJSON file", source }
}

impl Appender<Vec<u8>> for NdjsonAppender {
    fn append(&mut self, lines: Vec<u8>) -> Result<(), EngineError> {
        self.file.write_all(&lines).map_err(write_error)
    }

    fn finish(mut self: Box<Self>) -> Result<SinkReport, EngineError> {
        self.file.flush().map_err(write_error)?;
        Ok(SinkReport::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::test_sink::{columns, every_type, every_type_columns, written};

    #[test]
    fn every_type_has_its_json() {
        let (bytes, report) = written(&NdjsonEncoder::try_new(&every_type_columns()).unwrap(), vec![every_type()]);
        let first = String::from_utf8(bytes).unwrap();
        let mut lines = first.lines();
        assert_eq!(
            lines.next(),
            Some(
                r#"{"text":"plain","count":-5,"year":1987,"amount":12.50,"flag":true,"day":"2017-03-31","seen":"2024-03-05T14:00:00Z"}"#
            )
        );
        assert_eq!(
            lines.next(),
            Some(r#"{"text":null,"count":null,"year":null,"amount":null,"flag":null,"day":null,"seen":null}"#)
        );
        assert_eq!(report, SinkReport::default());
    }

    #[test]
    fn no_rows_are_an_empty_file() {
        let encoder = NdjsonEncoder::try_new(&columns(&[("a", ColumnType::Text)])).unwrap();
        assert!(written(&encoder, Vec::new()).0.is_empty());
    }

    #[test]
    fn only_numbers_go_without_quotes() {
        for number in ["0", "-0", "12.50", "0.5", "-7", "1e5", "1.30E+1", "5e-324"] {
            assert!(is_json(number), "{number}");
            assert!(serde_json::from_str::<f64>(number).is_ok(), "{number}");
        }
        for text in ["", "-", "007", "1.", ".5", "NaN", "inf", "1e", "1.e5", "1,5", "１"] {
            assert!(!is_json(text), "{text}");
        }
    }
}
