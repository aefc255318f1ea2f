//! The file formats of extracts and deliveries: one table of what is known of each
//! without a file. What is done with files of a format is in the folder of its word in
//! `format`.

use serde::Serialize;

/// What the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileContent {
    /// Columns, which carry their own compression.
    Columns,
    /// JSON, which may be compressed as a whole.
    Json,
    /// Sheets of cells in an archive, which carries its own compression.
    Sheets,
    /// Other text, which may be compressed as a whole.
    Text,
}

/// What is known of a format.
struct FormatFacts {
    /// The extension of a file we write.
    extension: &'static str,
    /// Other extensions that promise the format.
    other_extensions: &'static [&'static str],
    media_type: &'static str,
    content: FileContent,
    /// What its files start with, where that tells them from others.
    marks: &'static [&'static [u8]],
}

/// The one table of the formats: meaning, variant, the word a policy uses, and facts.
macro_rules! file_formats {
    ($($(#[$meaning:meta])+ $format:ident = $word:literal: $facts:expr;)+) => {
        /// A file format.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[expect(clippy::exhaustive_enums, reason = "every reader and writer answers for every format")]
        pub enum FileFormat {
            $($(#[$meaning])+ #[serde(rename = $word)] $format,)+
        }

        impl FileFormat {
            /// Every format, by the word a policy uses.
            pub const ALL: &[(&str, Self)] = &[$(($word, Self::$format),)+];

            const fn facts(self) -> &'static FormatFacts {
                match self {
                    $(Self::$format => const { &$facts },)+
                }
            }
        }
    };
}

file_formats! {
    /// Comma-separated values, RFC 4180.
    Csv = "csv": FormatFacts {
        extension: "csv",
        other_extensions: &["tsv", "txt"],
        media_type: "text/csv",
        content: FileContent::Text,
        marks: &[],
    };
    /// Arrow IPC file (Feather version 2).
    Ipc = "ipc": FormatFacts {
        extension: "arrow",
        other_extensions: &["feather", "ipc"],
        media_type: "application/vnd.apache.arrow.file",
        content: FileContent::Columns,
        marks: &[b"ARROW1"],
    };
    /// One JSON object a line.
    Ndjson = "ndjson": FormatFacts {
        extension: "ndjson",
        other_extensions: &["jsonl"],
        media_type: "application/x-ndjson",
        content: FileContent::Json,
        marks: &[],
    };
    /// Apache Parquet.
    Parquet = "parquet": FormatFacts {
        extension: "parquet",
        other_extensions: &[],
        media_type: "application/vnd.apache.parquet",
        content: FileContent::Columns,
        marks: &[b"PAR1", b"PARE"],
    };
    /// A workbook of Office Open XML, of which one sheet is read.
    Xlsx = "xlsx": FormatFacts {
        extension: "xlsx",
        other_extensions: &[],
        media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        content: FileContent::Sheets,
        marks: &[],
    };
}

impl FileFormat {
    /// The format a file name promises; `.gz` and `.zst` are looked through for
    /// text formats. `None` for a name that promises nothing.
    #[must_use]
    pub fn of_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let stem = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst"));
        let (_, extension) = stem.unwrap_or(&name).rsplit_once('.')?;
        let promises = |format: &Self| {
            let facts = format.facts();
            facts.extension == extension || facts.other_extensions.contains(&extension)
        };
        let format = Self::ALL.iter().map(|(_, format)| *format).find(promises)?;
        let is_compressed_inside = matches!(format.content(), FileContent::Columns | FileContent::Sheets);
        (stem.is_none() || !is_compressed_inside).then_some(format)
    }

    /// The formats of a delivery: sheets are read, and never written.
    #[must_use]
    pub fn written() -> Vec<(&'static str, Self)> {
        Self::ALL.iter().filter(|(_, format)| !format.has_sheets()).copied().collect()
    }

    /// Whether a file has sheets, of which the policy names one.
    #[must_use]
    pub fn has_sheets(self) -> bool {
        self.content() == FileContent::Sheets
    }

    /// Whether this build reads the format.
    #[must_use]
    pub fn is_built(self) -> bool {
        !self.has_sheets() || cfg!(feature = "xlsx")
    }

    /// The extension of a file we write.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.facts().extension
    }

    /// The media type (IANA, or the project's own where none is registered).
    #[must_use]
    pub fn media_type(self) -> &'static str {
        self.facts().media_type
    }

    /// What the bytes of its files are.
    pub(crate) fn content(self) -> FileContent {
        self.facts().content
    }

    /// What its files start with, where that tells them from others.
    pub(crate) fn marks(self) -> &'static [&'static [u8]] {
        self.facts().marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_formats() {
        assert_eq!(FileFormat::of_file_name("a/B.CSV.GZ"), Some(FileFormat::Csv));
        assert_eq!(FileFormat::of_file_name("x.jsonl"), Some(FileFormat::Ndjson));
        assert_eq!(FileFormat::of_file_name("x.parquet.gz"), None);
        assert_eq!(FileFormat::of_file_name("x.xlsx.gz"), None);
        assert_eq!(FileFormat::of_file_name("x.xls"), None);
        assert_eq!(FileFormat::of_file_name("x"), None);
        for (word, format) in FileFormat::ALL {
            assert_eq!(FileFormat::of_file_name(&format!("x.{}", format.extension())), Some(*format));
            assert_eq!(serde_json::to_value(format).unwrap(), *word);
        }
    }
}
