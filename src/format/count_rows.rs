//! Counts the rows of a written file again, from the file alone: no counter of
//! the writer is believed. Memory is bounded by one piece, column chunk or record
//! batch.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::io::file::InputFile;
use super::ipc;
use super::parquet;
use crate::engine::fault::EngineError;
use crate::model::file_format::FileFormat;

const PIECE: usize = 256 << 10;

/// Counts the records of the file at `path`, the header of a CSV file apart.
///
/// CSV is counted by records outside quotes, NDJSON by lines, Parquet by footer,
/// row groups and pages (which must agree), IPC by decoded record batches.
///
/// # Errors
/// What the operating system says; `InvalidData` for a file that is not whole.
pub(crate) fn count_rows(format: FileFormat, path: &Path) -> io::Result<u64> {
    let name: Arc<str> = "the written file".into();
    match format {
        FileFormat::Csv => count_records(File::open(path)?, Some(b'"'))?.checked_sub(1).ok_or_else(not_whole),
        FileFormat::Ndjson => count_records(File::open(path)?, None),
        FileFormat::Ipc => ipc::count_rows(path, &name).map_err(to_io),
        FileFormat::Parquet => InputFile::open(path, &name).and_then(|file| parquet::count_rows(&file)).map_err(to_io),
    }
}

fn not_whole() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

fn to_io(error: EngineError) -> io::Error {
    match error {
        EngineError::Read { source, .. } | EngineError::Write { source, .. } => source,
        _ => not_whole(),
    }
}

/// Counts what a newline ends, outside `quote`s; every record must be ended.
fn count_records(mut file: impl Read, quote: Option<u8>) -> io::Result<u64> {
    let mut piece = vec![0; PIECE];
    let (mut records, mut last, mut is_quoted) = (0, b'\n', false);
    loop {
        let read = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = piece.get(..read).unwrap_or_default();
        // A doubled quote inside quotes closes and opens again: parity is enough.
        let stops = memchr::memchr2_iter(b'\n', quote.unwrap_or(b'\n'), bytes);
        for stop in stops {
            if bytes.get(stop).copied() == quote {
                is_quoted = !is_quoted;
            } else if !is_quoted {
                records += 1;
            }
        }
        last = bytes.last().copied().unwrap_or(last);
    }
    if is_quoted || last != b'\n' { Err(not_whole()) } else { Ok(records) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::port::{Encoder, Released};
    use crate::format::csv::write::CsvEncoder;
    use crate::format::ipc::write::IpcEncoder;
    use crate::format::ndjson::write::NdjsonEncoder;
    use crate::format::parquet::write::ParquetEncoder;
    use crate::format::test_sink::{every_type, every_type_columns, written};

    fn recounted<E: Encoder>(format: FileFormat, encoder: &E, runs: Vec<Released>, cut: usize) -> io::Result<u64> {
        let (bytes, _) = written(encoder, runs);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("written");
        std::fs::write(&path, &bytes[..bytes.len() - cut]).unwrap();
        count_rows(format, &path)
    }

    #[test]
    fn every_format_is_recounted_and_a_cut_file_is_refused() {
        let columns = every_type_columns;
        let csv = CsvEncoder::new(columns(), true);
        let ipc = IpcEncoder::new(columns());
        let ndjson = NdjsonEncoder::try_new(&columns()).unwrap();
        let parquet = ParquetEncoder::try_new(columns()).unwrap();
        for (runs, rows) in [(0, 0), (1, 10), (3, 30)] {
            let runs = || (0..runs).map(|_| every_type()).collect::<Vec<_>>();
            assert_eq!(recounted(FileFormat::Csv, &csv, runs(), 0).unwrap(), rows);
            assert_eq!(recounted(FileFormat::Ipc, &ipc, runs(), 0).unwrap(), rows);
            assert_eq!(recounted(FileFormat::Ndjson, &ndjson, runs(), 0).unwrap(), rows);
            assert_eq!(recounted(FileFormat::Parquet, &parquet, runs(), 0).unwrap(), rows);
        }
        let one = || vec![every_type()];
        assert!(recounted(FileFormat::Csv, &csv, one(), 1).is_err());
        assert!(recounted(FileFormat::Ipc, &ipc, one(), 1).is_err());
        assert!(recounted(FileFormat::Ndjson, &ndjson, one(), 1).is_err());
        assert!(recounted(FileFormat::Parquet, &parquet, one(), 1).is_err());
    }

    #[test]
    fn newlines_in_quotes_end_no_record() {
        let count = |text: &str| count_records(text.as_bytes(), Some(b'"'));
        assert_eq!(count("a,b\n1,\"x\n\"\"y\n\"\n").unwrap(), 2);
        assert_eq!(count("").unwrap(), 0);
        assert!(count("a\n\"b\n").is_err());
        assert!(count("a\nb").is_err());
    }
}
