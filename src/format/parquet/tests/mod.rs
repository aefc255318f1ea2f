//! Tests of the Parquet source over whole files: what was written, what was
//! damaged, and the files of `parquet-testing`.

mod raw;
mod text;
mod types;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read::ParquetSource;
use super::write::ParquetEncoder;
use crate::engine::fault::{EngineError, InputFaultKind};
use crate::engine::port::{OutputColumn, Released, Source, Ticket, Wanted};
use crate::format::test_sink::{
    TextTable, columns, every_type, every_type_columns, every_type_read, read_all, written,
};
use crate::model::cells::{Cells, TextCells};
use crate::model::column_type::ColumnType;
use crate::row_rule::View;

fn file_of(columns: Vec<OutputColumn>, rows: Vec<Released>) -> Vec<u8> {
    written(&ParquetEncoder::try_new(columns).unwrap(), rows).0
}

fn open(path: &Path) -> Result<ParquetSource, EngineError> {
    ParquetSource::open(path, &"extract.parquet".into(), &Arc::default())
}

fn read_bytes(bytes: &[u8], path: &Path) -> Result<TextTable, EngineError> {
    std::fs::write(path, bytes).unwrap();
    read_all(Box::new(open(path)?)).map(|(table, _)| table)
}

fn kind<T>(outcome: Result<T, EngineError>) -> Option<InputFaultKind> {
    match outcome {
        Ok(_) => None,
        Err(EngineError::Input(fault)) => Some(fault.kind),
        Err(other) => panic!("not a fault of the input: {other:?}"),
    }
}

/// A decimal as a 64-bit float shows it.
fn float(text: &str) -> String {
    text.parse::<f64>().unwrap().to_string()
}

#[test]
fn every_type_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let bytes = file_of(every_type_columns(), vec![every_type(), every_type()]);
    let once = every_type_read(float);
    let twice: TextTable = once.iter().map(|cells| [cells.clone(), cells.clone()].concat()).collect();
    assert_eq!(read_bytes(&bytes, &path).unwrap(), twice);
    let source = open(&path).unwrap();
    let types: Vec<ColumnType> = source.columns().iter().map(|column| column.column_type).collect();
    use ColumnType::{Boolean, Date, Double, Integer, Text};
    assert_eq!(types, [Text, Integer, Integer, Double, Boolean, Date, Text]);
    assert_eq!(source.extent().records, Some(20));
}

#[test]
fn no_rows_are_an_empty_input() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = file_of(every_type_columns(), Vec::new());
    assert_eq!(kind(read_bytes(&bytes, &folder.path().join("a"))), Some(InputFaultKind::EmptyInput));
}

#[test]
fn the_ends_of_the_file_are_checked_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let whole = file_of(every_type_columns(), vec![every_type()]);
    let changed = |at: usize, with: &[u8]| {
        let mut bytes = whole.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        bytes
    };
    let end = whole.len();
    for (bytes, expected) in [
        (b"PAR1".to_vec(), InputFaultKind::CorruptFile),
        (changed(0, b"id,n"), InputFaultKind::FormatMismatch),
        (changed(end - 4, b"PARE"), InputFaultKind::Unsupported),
        (changed(end - 4, b"xxxx"), InputFaultKind::Truncated),
        (changed(end - 8, &u32::MAX.to_le_bytes()), InputFaultKind::CorruptFile),
        (changed(end - 8, &0_u32.to_le_bytes()), InputFaultKind::CorruptFile),
    ] {
        assert_eq!(kind(read_bytes(&bytes, &path)), Some(expected));
    }
}

/// A small file: damage in it is likely to hit something that matters.
fn small() -> (Vec<u8>, TextTable) {
    let text = Cells::Text(
        [Some("Ada"), None, Some(""), Some("a longer text than twelve")].into_iter().collect::<TextCells>(),
    );
    let numbers = Cells::Integer(vec![Some(1), Some(-2), None, Some(4)]);
    let days = Cells::Text([Some("2017-03-31"); 4].into_iter().collect::<TextCells>());
    let types = [("name", ColumnType::Text), ("n", ColumnType::Integer), ("day", ColumnType::Date)];
    let rows = Released::for_tests(vec![text, numbers, days], 4);
    let table = (0..3).map(|column| (0..4).map(|row| rows.columns()[column].rendered(row)).collect()).collect();
    (file_of(columns(&types), vec![rows]), table)
}

#[test]
fn a_truncated_file_is_never_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let (bytes, _) = small();
    for length in (0..bytes.len()).step_by(7) {
        assert!(kind(read_bytes(&bytes[..length], &path)).is_some(), "{length} of {} bytes", bytes.len());
    }
}

#[test]
fn damaged_bytes_are_a_fault_or_leave_the_shape() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let (whole, table) = small();
    assert_eq!(read_bytes(&whole, &path).unwrap(), table);
    let mut faults = 0;
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            std::fs::write(&path, bytes).unwrap();
            match open(&path).and_then(|source| read_all(Box::new(source))) {
                // Another value in a page without a checksum, or another name, is
                // beyond what the format can tell; a lost row is not.
                Ok((read, quarantined)) => {
                    let whole = read.iter().all(|cells| cells.len() + quarantined.len() == 4);
                    assert!(whole, "byte {at} flipped by {flip:#x}");
                }
                Err(error) => {
                    faults += 1;
                    assert!(kind::<()>(Err(error)).is_some());
                }
            }
        }
    }
    assert!(faults > whole.len(), "{faults} faults in {} bytes", whole.len());
}

#[test]
fn columns_that_are_not_needed_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let (mut bytes, table) = small();
    let metadata = polars_parquet::read::read_metadata(&mut Cursor::new(&bytes)).unwrap();
    let chunk = metadata.row_groups[0].parquet_columns()[0].byte_range();
    bytes[usize::try_from(chunk.start).unwrap()..usize::try_from(chunk.end).unwrap()].fill(0xff);
    std::fs::write(&path, &bytes).unwrap();
    let mut source = open(&path).unwrap();
    let mut ticket = source.next_block().unwrap().unwrap();
    assert_eq!(kind(source.parser().parse(&mut ticket, &[0, 1])), Some(InputFaultKind::CorruptFile));
    let parsed = source.parser().parse(&mut ticket, &[1]).unwrap();
    let mut cells = Vec::new();
    parsed.rows.gather(1, Wanted::Run(0..parsed.rows.len()), View::Raw, &mut cells);
    assert_eq!(cells.iter().map(|cell| cell.map(str::to_owned)).collect::<Vec<_>>(), table[1]);
}

fn corpus(folder: &str) -> Vec<PathBuf> {
    let Ok(corpora) = std::env::var("SCANT_CORPORA") else {
        eprintln!("skipped: SCANT_CORPORA is not set, so parquet-testing/{folder} is not read");
        return Vec::new();
    };
    let entries = std::fs::read_dir(Path::new(&corpora).join("parquet-testing").join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().contains(".parquet"));
    paths.sort();
    paths
}

#[test]
fn bad_files_of_others_are_faults_or_whole() {
    let paths: Vec<PathBuf> = corpus("bad_data").into_iter().chain(corpus("data")).collect();
    let mut whole = 0;
    for path in &paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = match open(path) {
            Ok(source) => source,
            Err(error) => {
                assert!(kind::<()>(Err(error)).is_some(), "{name}");
                continue;
            }
        };
        let rows = source.extent().records.unwrap();
        match read_all(Box::new(source)) {
            Ok((table, quarantined)) => {
                let read = table[0].len() as u64 + quarantined.len() as u64;
                assert_eq!(read, rows, "{name}");
                whole += 1;
            }
            Err(error) => assert!(kind::<()>(Err(error)).is_some(), "{name}"),
        }
    }
    assert!(paths.is_empty() || whole >= 20, "only {whole} of {} files are read", paths.len());
}

/// What is known of some of those files, by their names.
#[test]
fn files_of_others_are_judged_as_documented() {
    let paths: Vec<PathBuf> = corpus("bad_data").into_iter().chain(corpus("data")).collect();
    let read = |name: &str| {
        let path = paths.iter().find(|path| path.ends_with(name)).unwrap();
        open(path).and_then(|source| read_all(Box::new(source))).map(|(table, _)| table)
    };
    if paths.is_empty() {
        return;
    }
    for (name, expected) in [
        ("datapage_v1-corrupt-checksum.parquet", InputFaultKind::CorruptFile),
        ("rle-dict-uncompressed-corrupt-checksum.parquet", InputFaultKind::CorruptFile),
        ("PARQUET-1481.parquet", InputFaultKind::CorruptFile),
        ("uniform_encryption.parquet.encrypted", InputFaultKind::Unsupported),
        ("encrypt_columns_plaintext_footer.parquet.encrypted", InputFaultKind::Unsupported),
        ("unknown-logical-type.parquet", InputFaultKind::UnsupportedType),
        ("list_columns.parquet", InputFaultKind::UnsupportedType),
        ("hadoop_lz4_compressed.parquet", InputFaultKind::Unsupported),
        ("repeated_no_annotation.parquet", InputFaultKind::CountMismatch),
        ("column_chunk_key_value_metadata.parquet", InputFaultKind::EmptyInput),
    ] {
        assert_eq!(kind(read(name)), Some(expected), "{name}");
    }
    let cells = |cells: &[Option<&str>]| vec![cells.iter().map(|cell| cell.map(str::to_owned)).collect::<Vec<_>>()];
    // Times far beyond what 64 bits of nanoseconds hold.
    let int96 = [
        Some("2024-01-01T20:34:56.123456000"),
        Some("2024-01-01T01:00:00"),
        Some("9999-12-31T03:00:00"),
        Some("2024-12-30T23:00:00"),
        None,
        Some("-294554-12-13T14:58:10.448384000"),
    ];
    assert_eq!(read("int96_from_spark.parquet").unwrap(), cells(&int96));
    let halves = [None, Some("1"), Some("-2"), Some("NaN"), Some("0"), Some("-1"), Some("-0"), Some("2")];
    assert_eq!(read("float16_nonzeros_and_nans.parquet").unwrap(), cells(&halves));
    let legacy = read("fixed_length_decimal_legacy.parquet").unwrap();
    assert_eq!(legacy[0].last().unwrap().as_deref(), Some("24.00"));
    let decimals: Vec<Option<String>> = (1..=24).map(|number| Some(format!("{number}.00"))).collect();
    for name in ["byte_array_decimal", "fixed_length_decimal", "int32_decimal", "int64_decimal"] {
        assert_eq!(read(&format!("{name}.parquet")).unwrap(), std::slice::from_ref(&decimals), "{name}");
    }
}

#[test]
fn delta_encodings_read_as_their_companions_say() {
    for path in corpus("data") {
        let expected = path.with_file_name(format!("{}_expect.csv", path.file_stem().unwrap().to_string_lossy()));
        if !expected.exists() {
            continue;
        }
        let (table, _) = read_all(Box::new(open(&path).unwrap())).unwrap();
        let mut reader = csv::Reader::from_path(&expected).unwrap();
        for (row, record) in reader.records().enumerate() {
            for (column, field) in record.unwrap().iter().enumerate() {
                let cell = table[column][row].as_deref().unwrap_or_default();
                assert_eq!(cell, field, "{} row {row} column {column}", expected.display());
            }
        }
    }
}

/// Each value twice, in plain encoding and with the bytes of all values apart.
#[test]
fn bytes_that_are_stored_apart_are_put_together() {
    for path in corpus("data").iter().filter(|path| path.ends_with("byte_stream_split_extended.gzip.parquet")) {
        let mut source = open(path).unwrap();
        let columns = source.columns().to_vec();
        let read: Vec<usize> = (0..columns.len()).filter(|column| columns[*column].without_text.is_none()).collect();
        let mut ticket = source.next_block().unwrap().unwrap();
        let mut compared = 0;
        for pair in read.chunks(2) {
            let cells = |column: usize, ticket: &mut Ticket| {
                let parsed = source.parser().parse(ticket, &[column]);
                let parsed = match parsed {
                    Err(EngineError::Input(fault)) if fault.kind == InputFaultKind::Unsupported => return None,
                    other => other.unwrap(),
                };
                let mut cells = Vec::new();
                parsed.rows.gather(column, Wanted::Run(0..parsed.rows.len()), View::Raw, &mut cells);
                Some(cells.iter().map(|cell| cell.map(str::to_owned)).collect::<Vec<_>>())
            };
            let (plain, apart) = (cells(pair[0], &mut ticket), cells(pair[1], &mut ticket));
            if let Some((plain, apart)) = plain.zip(apart) {
                assert!(plain == apart && plain.iter().flatten().count() > 100, "{}", columns[pair[0]].name);
                compared += 1;
            }
        }
        assert!(compared >= 2, "{compared}");
    }
}
