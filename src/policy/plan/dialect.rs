//! How a file of records is written: the same keys for an extract, a consent log
//! and a list. Nothing is guessed: a key that is left out has a fixed default.

use crate::document::TableReader;
use crate::model::file_format::FileFormat;

/// How the records of a file are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenAs {
    /// The format; `None`: the name of the file says it.
    pub format: Option<FileFormat>,
    /// One ASCII byte.
    pub delimiter: u8,
    /// One ASCII byte.
    pub quote: u8,
    /// Whether quoted fields may hold line breaks.
    pub newline_in_fields: bool,
    /// Whether blanks around unquoted fields are ignored.
    pub trim: bool,
    /// Unquoted cells that are read as missing.
    pub null_values: Vec<String>,
}

impl WrittenAs {
    /// Reads the keys of a table that say how the file is written.
    pub(crate) fn read(table: &TableReader<'_>) -> Option<Self> {
        let format = table.choice("format", FileFormat::ALL);
        let delimiter = single_byte(table, "delimiter", b',');
        let quote = single_byte(table, "quote", b'"');
        if delimiter.is_some() && delimiter == quote {
            table.fault("quote", "must differ from the delimiter", None);
        }
        let newline_in_fields = table.boolean("newline_in_fields").unwrap_or(false);
        let trim = table.boolean("trim").unwrap_or(false);
        let null_values = table.texts("null_values").unwrap_or_else(|| vec![""]);
        let null_values = null_values.into_iter().map(str::to_owned).collect();
        Some(Self { format, delimiter: delimiter?, quote: quote?, newline_in_fields, trim, null_values })
    }
}

fn single_byte(table: &TableReader<'_>, key: &'static str, default: u8) -> Option<u8> {
    if !table.has(key) {
        table.allow(&[key]);
        return Some(default);
    }
    match table.text(key)?.as_bytes() {
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\r\n\0".contains(byte) => Some(*byte),
        _ => {
            table.fault(key, "must be one ASCII character, no letter, digit, line break or NUL", None);
            None
        }
    }
}
