//! The file formats of extracts and deliveries, by the words a policy uses.

use serde::Serialize;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every reader and writer answers for every format")]
pub enum FileFormat {
    /// Comma-separated values, RFC 4180.
    Csv,
    /// Arrow IPC file (Feather version 2).
    Ipc,
    /// One JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl FileFormat {
    /// Every format, by the word a policy uses.
    pub const ALL: [(&'static str, Self); 4] =
        [("csv", Self::Csv), ("ipc", Self::Ipc), ("ndjson", Self::Ndjson), ("parquet", Self::Parquet)];

    /// The format a file name promises; `.gz` and `.zst` are looked through for
    /// text formats. `None` for a name that promises nothing.
    #[must_use]
    pub fn of_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let stem = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst"));
        let (_, extension) = stem.unwrap_or(&name).rsplit_once('.')?;
        let format = match extension {
            "csv" | "tsv" | "txt" => Self::Csv,
            "arrow" | "feather" | "ipc" => Self::Ipc,
            "jsonl" | "ndjson" => Self::Ndjson,
            "parquet" => Self::Parquet,
            _ => return None,
        };
        // Columnar files carry their own compression.
        (stem.is_none() || matches!(format, Self::Csv | Self::Ndjson)).then_some(format)
    }

    /// The extension of a file we write.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ipc => "arrow",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }

    /// The media type (IANA, or the project's own where none is registered).
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Ipc => "application/vnd.apache.arrow.file",
            Self::Ndjson => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
        }
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
        assert_eq!(FileFormat::of_file_name("x"), None);
    }
}
