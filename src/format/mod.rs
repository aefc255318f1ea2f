//! Floor 4: adapters for the ports, one file or folder a format.
//!
//! A source turns a file into blocks of text cells, a sink turns released rows
//! into a file. No other floor names a file format's library.

pub mod arrow_build;
pub mod arrow_text;
pub mod column_names;
pub mod csv_write;
pub mod ipc;
pub mod ndjson;
pub mod parquet;
pub mod recount;
pub mod stored_file;
#[cfg(test)]
pub(crate) mod test_sink;
mod typed_rows;
mod watched;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::engine::fault::InputFaultKind;

/// What a delivery can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "every sink and every recount answers for every format"
)]
pub enum OutputFormat {
    /// Comma-separated values.
    Csv,
    /// The Arrow IPC file format.
    Ipc,
    /// One JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl OutputFormat {
    /// The word a policy uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ipc => "ipc",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }

    /// The extension of its files, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ipc => "arrow",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }

    /// Its media type.
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

/// What an extract can be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every source answers for one")]
pub enum InputFormat {
    /// Delimited text: commas, tabs, whatever the policy declares.
    Csv,
    /// The Arrow IPC file format, also called Feather version 2.
    Ipc,
    /// One JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl InputFormat {
    /// The format a file's name declares; `None` for a name that declares none.
    /// Text formats may be compressed (`.gz`, `.zst`); the others compress
    /// themselves.
    ///
    /// ```
    /// use scant::format::InputFormat;
    /// assert_eq!(InputFormat::from_file_name("extract.csv.gz"), Some(InputFormat::Csv));
    /// assert_eq!(InputFormat::from_file_name("extract.parquet.gz"), None);
    /// ```
    #[must_use]
    pub fn from_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let inner = name
            .strip_suffix(".gz")
            .or_else(|| name.strip_suffix(".zst"));
        let (stem, compressed) = inner.map_or((name.as_str(), false), |stem| (stem, true));
        let (_, extension) = stem.rsplit_once('.')?;
        match extension {
            "csv" | "tsv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Ndjson),
            "arrow" | "feather" | "ipc" if !compressed => Some(Self::Ipc),
            "parquet" if !compressed => Some(Self::Parquet),
            _ => None,
        }
    }

    /// The word a policy uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ipc => "ipc",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}

/// Runs a foreign decoder over bytes nobody vouches for. Its panics and its
/// errors become `kind`; their text, which may quote the bytes, is dropped.
fn guarded<T, E>(
    kind: InputFaultKind,
    decode: impl FnOnce() -> Result<T, E>,
) -> Result<T, InputFaultKind> {
    catch_unwind(AssertUnwindSafe(decode))
        .map_err(|_| kind)?
        .map_err(|_| kind)
}

/// The most rows one row group or record batch may declare, given the size of
/// its file: run lengths compress well, but not without end.
fn most_rows(file_bytes: u64) -> u64 {
    const ALWAYS: u64 = 1 << 20;
    ALWAYS
        .saturating_add(file_bytes.saturating_mul(1024))
        .min(u64::from(u32::MAX) - 1)
}

/// The most bytes that some compressed bytes may declare to become.
fn most_decompressed(compressed_bytes: u64) -> u64 {
    const ALWAYS: u64 = 256 << 20;
    ALWAYS.saturating_add(compressed_bytes.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_declares_its_format() {
        for (name, format) in [
            ("a.csv", Some(InputFormat::Csv)),
            ("a.TSV.zst", Some(InputFormat::Csv)),
            ("a.b.jsonl", Some(InputFormat::Ndjson)),
            ("a.ndjson.gz", Some(InputFormat::Ndjson)),
            ("a.parquet", Some(InputFormat::Parquet)),
            ("a.feather", Some(InputFormat::Ipc)),
            ("a.arrow.gz", None),
            ("a.xlsx", None),
            ("csv", None),
            ("", None),
        ] {
            assert_eq!(InputFormat::from_file_name(name), format, "{name}");
        }
    }

    #[test]
    fn every_output_can_be_read_again_by_its_name() {
        for format in [
            OutputFormat::Csv,
            OutputFormat::Ipc,
            OutputFormat::Ndjson,
            OutputFormat::Parquet,
        ] {
            let name = format!("subscribers.{}", format.extension());
            assert_eq!(
                InputFormat::from_file_name(&name).map(InputFormat::as_str),
                Some(format.as_str())
            );
            assert!(format.media_type().contains('/'));
        }
    }

    #[test]
    fn a_panic_of_a_decoder_is_a_fault() {
        let outcome: Result<(), _> = guarded(InputFaultKind::CorruptFile, || -> Result<(), ()> {
            std::panic::resume_unwind(Box::new("a cell"))
        });
        assert_eq!(outcome, Err(InputFaultKind::CorruptFile));
    }
}
