//! What can be wrong with the structure of a record.

use std::fmt;

/// A fault in the structure of a record; such a record is quarantined: counted
/// and located, never copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StructureFault {
    /// Not UTF-8.
    BadUtf8,
    /// A byte that the declared encoding does not have.
    BadEncoding,
    /// An escape before something that needs none.
    BadEscape,
    /// A carriage return that ends no line.
    BareCr,
    /// Nothing on the line.
    BlankRecord,
    /// An error in place of a value.
    ErrorCell,
    /// More fields than the header.
    ExtraField,
    /// A field of more than 64 KiB.
    FieldTooLong,
    /// Text after a closing quote.
    JunkAfterQuote,
    /// Fewer fields than the header.
    MissingField,
    /// Another line ending than the header's.
    MixedLineEnding,
    /// A NUL byte.
    Nul,
    /// A number where text is needed.
    NumberForText,
    /// A quote inside an unquoted field.
    QuoteInUnquoted,
    /// A record of more than 1 MiB.
    RecordTooLong,
    /// The header once more.
    RepeatedHeader,
    /// A date of a spreadsheet where none is declared.
    SpreadsheetDate,
    /// A value of another type than its column (typed formats only).
    WrongType,
}

impl StructureFault {
    /// Every fault, with its name in documents and `quarantine.csv`, and in the words
    /// that people are shown.
    pub const ALL: [(Self, &'static str, &'static str); 18] = [
        (Self::BadUtf8, "BadUtf8", "text that is not UTF-8"),
        (Self::BadEncoding, "BadEncoding", "a byte that the declared encoding does not have"),
        (Self::BadEscape, "BadEscape", "an escape before something that needs none"),
        (Self::BareCr, "BareCr", "a carriage return that ends no line"),
        (Self::BlankRecord, "BlankRecord", "a blank line"),
        (Self::ErrorCell, "ErrorCell", "an error such as #N/A in place of a value"),
        (Self::ExtraField, "ExtraField", "a field too many"),
        (Self::FieldTooLong, "FieldTooLong", "a field of more than 64 KiB"),
        (Self::JunkAfterQuote, "JunkAfterQuote", "text after a closing quote"),
        (Self::MissingField, "MissingField", "a field is missing"),
        (Self::MixedLineEnding, "MixedLineEnding", "another line ending than the header's"),
        (Self::Nul, "Nul", "a NUL byte"),
        (Self::NumberForText, "NumberForText", "a number where text is needed: leading zeros are lost"),
        (Self::QuoteInUnquoted, "QuoteInUnquoted", "a quote inside an unquoted field"),
        (Self::RecordTooLong, "RecordTooLong", "a record of more than 1 MiB"),
        (Self::RepeatedHeader, "RepeatedHeader", "the header once more"),
        (Self::SpreadsheetDate, "SpreadsheetDate", "a date or time of a spreadsheet where none is declared"),
        (Self::WrongType, "WrongType", "a value of another type than its column, or a line that is not a JSON object"),
    ];

    /// The key of the policy that would describe such a record, if it is as it should
    /// be: a sentence about the file.
    #[must_use]
    pub fn described_by(self) -> Option<&'static str> {
        Some(match self {
            Self::BadEncoding => "another `encoding` may have that byte",
            Self::BadEscape => {
                "`escape_letters = true` reads \\n and \\t as PostgreSQL and MySQL write them; `escape_only_in_quotes = true` where a backslash outside quotes is text, as Spark, DuckDB and PostgreSQL's CSV have it; leave `escape` out where it always is"
            }
            Self::BadUtf8 => "`encoding` says what its bytes mean where they are not UTF-8, such as \"windows-1252\"",
            Self::BlankRecord => "`skip_footer = 1` passes over a blank line at the end",
            Self::ExtraField => {
                "is `delimiter` the file's, and does `header`, where the policy says one, name every column? `escape = '\\'` reads a backslash before a delimiter that is text; where lines end in a delimiter that the header lacks, `skip_lines` passes over it and `header` names every column"
            }
            Self::JunkAfterQuote => "`escape = '\\'` reads a backslash before a quote that is text",
            Self::MissingField => {
                "is `delimiter` the file's, and does `header`, where the policy says one, name its columns and no more? `skip_footer = 1` passes over a last line that is no record; `missing_keys = \"null\"` reads NDJSON whose keys are left out"
            }
            Self::Nul => "`encoding = \"utf-16\"` reads UTF-16",
            Self::QuoteInUnquoted => {
                "`quote = \"\"` takes quotation marks for text; `escape = '\\'` reads a backslash before one"
            }
            Self::RepeatedHeader => {
                "leave `header` out where the file has one; name parts one by one instead of joining them"
            }
            Self::NumberForText => "no key brings the zeros back: have the column written as text in the spreadsheet",
            Self::SpreadsheetDate => {
                "`date_format = \"excel_1900\"` (or \"excel_1904\") of its column reads such dates"
            }
            Self::ErrorCell => "no key reads such a cell: have it mended in the spreadsheet",
            Self::BareCr | Self::FieldTooLong | Self::MixedLineEnding | Self::RecordTooLong | Self::WrongType => {
                return None;
            }
        })
    }

    fn entry(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|(fault, ..)| *fault == self).map_or(("", ""), |(_, name, words)| (name, words))
    }

    /// The name in documents and `quarantine.csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// In the words that people are shown.
    #[must_use]
    pub fn words(self) -> &'static str {
        self.entry().1
    }
}

impl fmt::Display for StructureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_says_what_each_structural_fault_means() {
        let manual = include_str!("../../manual/reading.md");
        for (fault, name, words) in StructureFault::ALL {
            assert_eq!(format!("{fault:?}"), name);
            assert!(manual.contains(&format!("| `{name}` | {words} |")), "{name}: {words}");
        }
    }
}
