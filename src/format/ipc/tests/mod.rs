//! Tests of the IPC source over whole files: what was written, and what was
//! damaged.

mod texts;
mod types;

use std::path::Path;
use std::sync::Arc;

use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8Array};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit};
use polars_arrow::io::ipc::write::{FileWriter, WriteOptions};
use polars_arrow::record_batch::RecordBatchT;

use super::read::IpcSource;
use super::write::IpcEncoder;
use crate::engine::fault::{EngineError, InputFaultKind};
use crate::engine::port::{Released, Source, Wanted};
use crate::format::test_sink::{
    TextTable, columns, every_type, every_type_columns, every_type_read, read_all, written,
};
use crate::model::cells::{Cells, TextCells};
use crate::model::column_type::{ColumnType, TextlessType};

fn open(path: &Path) -> Result<IpcSource, EngineError> {
    IpcSource::open(path, &"extract.arrow".into(), &Arc::default())
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

#[test]
fn every_type_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.arrow");
    let (bytes, _) = written(&IpcEncoder::new(every_type_columns()), vec![every_type(), every_type()]);
    let once = every_type_read(|text| text.parse::<f64>().unwrap().to_string());
    let twice: TextTable = once.iter().map(|cells| [cells.clone(), cells.clone()].concat()).collect();
    assert_eq!(read_bytes(&bytes, &path).unwrap(), twice);
    assert_eq!(open(&path).unwrap().extent().records, Some(20));
}

#[test]
fn no_rows_are_an_empty_input() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, _) = written(&IpcEncoder::new(every_type_columns()), Vec::new());
    assert_eq!(kind(read_bytes(&bytes, &folder.path().join("a"))), Some(InputFaultKind::EmptyInput));
}

fn file_of(arrays: Vec<(ArrowDataType, Box<dyn Array>)>) -> Vec<u8> {
    let rows = arrays[0].1.len();
    let names = ["a", "b", "c"];
    let (fields, arrays): (Vec<_>, Vec<_>) = arrays.into_iter().unzip();
    let fields =
        names.iter().zip(fields).map(|(name, dtype)| ((*name).into(), Field::new((*name).into(), dtype, true)));
    let schema: Arc<ArrowSchema> = Arc::new(fields.collect());
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new(&mut bytes, Arc::clone(&schema), None, WriteOptions::default()).unwrap();
    writer.write(&RecordBatchT::try_new(rows, schema, arrays).unwrap(), None).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn dictionaries_are_decoded_and_what_has_no_text_is_unsupported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.arrow");
    let values = Utf8Array::<i64>::from_slice(["north", "never used"]).boxed();
    let keys = PrimitiveArray::<u32>::from([Some(0), None]);
    let dictionary = DictionaryArray::try_from_keys(keys, values, false).unwrap();
    let duration = PrimitiveArray::<i64>::from([Some(1), None]).to(ArrowDataType::Duration(TimeUnit::Second));
    let instant = ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let instants = PrimitiveArray::<i64>::from([Some(1_709_647_200_123_456), None]).to(instant.clone());
    let bytes = file_of(vec![
        (dictionary.dtype().clone(), dictionary.boxed()),
        (duration.dtype().clone(), duration.boxed()),
        (instant, instants.boxed()),
    ]);
    std::fs::write(&path, bytes).unwrap();
    let mut source = open(&path).unwrap();
    let mut ticket = source.next_block().unwrap().unwrap();
    let Err(EngineError::Input(fault)) = source.parser().parse(&mut ticket, &[0, 1]).map(|_| ()) else { panic!() };
    assert_eq!((fault.kind, fault.column), (InputFaultKind::UnsupportedType, Some(2)));
    assert_eq!(fault.textless, Some(TextlessType::Duration));
    let parsed = source.parser().parse(&mut ticket, &[0, 2]).unwrap();
    let mut cells = Vec::new();
    parsed.rows.gather(0, Wanted::Run(0..parsed.rows.len()), crate::row_rule::View::Raw, &mut cells);
    parsed.rows.gather(2, Wanted::Run(0..parsed.rows.len()), crate::row_rule::View::Raw, &mut cells);
    assert_eq!(cells, [Some("north"), None, Some("2024-03-05T14:00:00.123456Z"), None]);
}

/// A small file: damage in it is likely to hit something that matters.
fn small() -> Vec<u8> {
    let cells = [Some("Ada"), None, Some(""), Some("a longer text")];
    let text = Cells::Text(cells.into_iter().collect::<TextCells>());
    let numbers = Cells::Integer(vec![Some(1), Some(-2), None, Some(4)]);
    let types = [("name", ColumnType::Text), ("n", ColumnType::Integer)];
    written(&IpcEncoder::new(columns(&types)), vec![Released::for_tests(vec![text, numbers], 4)]).0
}

#[test]
fn a_truncated_file_is_never_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let bytes = small();
    for length in (0..bytes.len()).step_by(7) {
        assert!(kind(read_bytes(&bytes[..length], &path)).is_some(), "{length} of {} bytes", bytes.len());
    }
}

#[test]
fn damaged_bytes_are_a_fault_or_leave_the_shape() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let whole = small();
    let mut faults = 0;
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            std::fs::write(&path, bytes).unwrap();
            match open(&path).and_then(|source| read_all(Box::new(source))) {
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
    assert!(faults > 300, "{faults} faults in {} bytes", whole.len());
}
