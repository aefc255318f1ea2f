//! Reads `[extract]`: how the extract is written. Nothing is guessed: what is
//! not declared has one default.

use crate::model::date::DateFormat;
use crate::model::document::TableReader;
use crate::model::file_format::FileFormat;
use crate::model::name::ColumnName;
use crate::policy::plan::{ExtractRules, Unlisted};
use crate::transform::normalise::Normalise;
use crate::transform::sentinel::Sentinels;

/// Reads the table. How subjects are compared is filled in once the columns are
/// known.
pub(super) fn read_extract(root: &TableReader<'_>) -> Option<ExtractRules> {
    let table = root.required_table("extract")?;
    let (format, delimiter, quote) = written_as(&table);
    let newline_in_fields = table.boolean("newline_in_fields").unwrap_or(false);
    let trim = table.boolean("trim").unwrap_or(false);
    let null_values = table.texts("null_values").unwrap_or_else(|| vec![""]);
    let _ = table.parsed("date_format", DateFormat::parse);
    if !table.has("subject") {
        table.missing("subject", Some("name the column that says whose record it is"));
    }
    let subject = table.parsed("subject", ColumnName::parse);
    let sentinels = table.texts("sentinels").map_or_else(Sentinels::default, Sentinels::of);
    let unlisted = table.choice("unlisted", &[("drop", Unlisted::Drop), ("refuse", Unlisted::Refuse)]);
    table.finish();
    Some(ExtractRules {
        format,
        delimiter: delimiter?,
        quote: quote?,
        newline_in_fields,
        trim,
        null_values: null_values.into_iter().map(str::to_owned).collect(),
        subject: subject?,
        subject_normalise: Normalise::None,
        sentinels,
        unlisted: unlisted.unwrap_or(Unlisted::Drop),
    })
}

/// The format, the delimiter and the quote of a table of records.
pub(super) fn written_as(table: &TableReader<'_>) -> (Option<FileFormat>, Option<u8>, Option<u8>) {
    let format = table.choice("format", &FileFormat::ALL);
    let delimiter = single_byte(table, "delimiter", b',');
    let quote = single_byte(table, "quote", b'"');
    if delimiter.is_some() && delimiter == quote {
        table.fault("quote", "must differ from the delimiter", None);
    }
    (format, delimiter, quote)
}

pub(super) fn single_byte(table: &TableReader<'_>, key: &'static str, default: u8) -> Option<u8> {
    if !table.has(key) {
        let _ = table.node(key);
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
