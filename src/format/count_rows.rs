//! Counts the rows of a written file again, from the file alone: no counter of
//! the writer is believed. CSV is counted by records outside quotes, NDJSON by lines,
//! Parquet by footer, row groups and pages (which must agree), IPC by decoded record
//! batches. Memory is bounded by one piece, column chunk or record batch.

use std::io::{self, Read};
use std::sync::Arc;

use crate::engine::fault::EngineError;

const PIECE: usize = 256 << 10;

/// What reading the written file again, under its name in messages, gives as a count.
pub(super) fn reading_again(count: impl FnOnce(&Arc<str>) -> Result<u64, EngineError>) -> io::Result<u64> {
    count(&"the written file".into()).map_err(to_io)
}

pub(super) fn not_whole() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

fn to_io(error: EngineError) -> io::Error {
    match error {
        EngineError::Read { source, .. } | EngineError::Write { source, .. } => source,
        _ => not_whole(),
    }
}

/// Counts what a newline ends, outside `quote`s; every record must be ended.
pub(super) fn count_records(mut file: impl Read, quote: Option<u8>) -> io::Result<u64> {
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
    use crate::format::spec_of;
    use crate::format::test_sink::{every_type, every_type_columns, written};
    use crate::model::file_format::FileFormat;

    fn recounted<E: Encoder>(format: FileFormat, encoder: &E, runs: Vec<Released>, cut: usize) -> io::Result<u64> {
        let (bytes, _) = written(encoder, runs);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("written");
        std::fs::write(&path, &bytes[..bytes.len() - cut]).unwrap();
        spec_of(format).count_rows(&path)
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
