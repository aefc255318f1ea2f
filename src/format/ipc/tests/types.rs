//! Tests of the IPC source over every type and shape the format has: what is
//! needed is read, and what is not is passed over.

use polars_arrow_format::ipc::{
    Binary, BinaryView, Bool, CompressionType, Date, DateUnit, Decimal, DictionaryEncoding, DictionaryKind, Duration,
    Field, FixedSizeBinary, FixedSizeList, FloatingPoint, Int, Interval, IntervalUnit, LargeBinary, LargeList,
    LargeListView, LargeUtf8, List, ListView, Map, Null, Precision, RunEndEncoded, Struct, Time, TimeUnit, Timestamp,
    Type, Union, UnionMode, Utf8, Utf8View,
};

use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{Source, Wanted};
use crate::format::ipc::raw::{BatchBuilder, field, file};
use crate::format::ipc::read::IpcSource;
use crate::row_rule::View;

/// The cells of one column of a file, with the columns beside it passed over.
pub(super) fn column(bytes: &[u8], position: usize) -> Result<Vec<Option<String>>, EngineError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.arrow");
    std::fs::write(&path, bytes).unwrap();
    let mut source = IpcSource::open(&path, &"a.arrow".into(), &std::sync::Arc::default())?;
    let parser = source.parser();
    let mut column = Vec::new();
    while let Some(mut ticket) = source.next_block()? {
        let parsed = parser.parse(&mut ticket, &[position])?;
        let mut cells = Vec::new();
        parsed.rows.gather(position, Wanted::Run(0..parsed.rows.len()), View::Raw, &mut cells);
        column.extend(cells.into_iter().map(|cell| cell.map(str::to_owned)));
    }
    Ok(column)
}

pub(super) fn fault(outcome: Result<Vec<Option<String>>, EngineError>) -> InputFault {
    match outcome {
        Err(EngineError::Input(fault)) => fault,
        other => panic!("no fault: {other:?}"),
    }
}

pub(super) fn texts(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

fn int(bit_width: i32) -> Type {
    Type::Int(Box::new(Int { bit_width, is_signed: true }))
}

pub(super) fn utf8() -> Type {
    Type::Utf8(Box::new(Utf8 {}))
}

/// A type, its children, and how many nodes, buffers and arrays of views a column
/// of it has: as "Buffer listing for each layout" of the Arrow columnar format says,
/// with two fields in every struct and union.
fn every_type() -> Vec<(&'static str, Type, Vec<Field>, [usize; 3])> {
    let item = || vec![field("item", int(32), Vec::new())];
    let pair = || vec![field("a", int(32), Vec::new()), field("b", utf8(), Vec::new())];
    let entries = || vec![field("entries", Type::Struct(Box::new(Struct {})), pair())];
    let ends = || vec![field("run_ends", int(32), Vec::new()), field("values", utf8(), Vec::new())];
    let union = |mode| Type::Union(Box::new(Union { mode, type_ids: None }));
    let interval = |unit| Type::Interval(Box::new(Interval { unit }));
    let decimal = |bit_width| Type::Decimal(Box::new(Decimal { precision: 9, scale: 2, bit_width }));
    vec![
        ("null", Type::Null(Box::new(Null {})), Vec::new(), [1, 0, 0]),
        ("int", int(16), Vec::new(), [1, 2, 0]),
        ("half", Type::FloatingPoint(Box::new(FloatingPoint { precision: Precision::Half })), Vec::new(), [1, 2, 0]),
        ("binary", Type::Binary(Box::new(Binary {})), Vec::new(), [1, 3, 0]),
        ("utf8", utf8(), Vec::new(), [1, 3, 0]),
        ("bool", Type::Bool(Box::new(Bool {})), Vec::new(), [1, 2, 0]),
        ("decimal", decimal(128), Vec::new(), [1, 2, 0]),
        ("decimal of 256 bits", decimal(256), Vec::new(), [1, 2, 0]),
        ("decimal of 32 bits", decimal(32), Vec::new(), [1, 2, 0]),
        ("date", Type::Date(Box::new(Date { unit: DateUnit::Day })), Vec::new(), [1, 2, 0]),
        ("time", Type::Time(Box::new(Time { unit: TimeUnit::Second, bit_width: 32 })), Vec::new(), [1, 2, 0]),
        (
            "timestamp",
            Type::Timestamp(Box::new(Timestamp { unit: TimeUnit::Second, timezone: Some("Europe/Paris".to_owned()) })),
            Vec::new(),
            [1, 2, 0],
        ),
        ("interval of months", interval(IntervalUnit::YearMonth), Vec::new(), [1, 2, 0]),
        ("interval of all", interval(IntervalUnit::MonthDayNano), Vec::new(), [1, 2, 0]),
        ("list", Type::List(Box::new(List {})), item(), [2, 4, 0]),
        ("struct", Type::Struct(Box::new(Struct {})), pair(), [3, 6, 0]),
        ("sparse union", union(UnionMode::Sparse), pair(), [3, 6, 0]),
        ("dense union", union(UnionMode::Dense), pair(), [3, 7, 0]),
        ("fixed binary", Type::FixedSizeBinary(Box::new(FixedSizeBinary { byte_width: 16 })), Vec::new(), [1, 2, 0]),
        ("fixed list", Type::FixedSizeList(Box::new(FixedSizeList { list_size: 3 })), item(), [2, 3, 0]),
        ("map", Type::Map(Box::new(Map { keys_sorted: false })), entries(), [4, 8, 0]),
        ("duration", Type::Duration(Box::new(Duration { unit: TimeUnit::Second })), Vec::new(), [1, 2, 0]),
        ("large binary", Type::LargeBinary(Box::new(LargeBinary {})), Vec::new(), [1, 3, 0]),
        ("large utf8", Type::LargeUtf8(Box::new(LargeUtf8 {})), Vec::new(), [1, 3, 0]),
        ("large list", Type::LargeList(Box::new(LargeList {})), item(), [2, 4, 0]),
        ("run-end encoded", Type::RunEndEncoded(Box::new(RunEndEncoded {})), ends(), [3, 5, 0]),
        ("binary view", Type::BinaryView(Box::new(BinaryView {})), Vec::new(), [1, 2, 1]),
        ("utf8 view", Type::Utf8View(Box::new(Utf8View {})), Vec::new(), [1, 2, 1]),
        ("list view", Type::ListView(Box::new(ListView {})), item(), [2, 5, 0]),
        ("large list view", Type::LargeListView(Box::new(LargeListView {})), item(), [2, 5, 0]),
    ]
}

#[test]
fn a_column_of_any_type_that_nobody_needs_is_passed_over() {
    for (name, kind, children, [nodes, buffers, views]) in every_type() {
        let fields = vec![field("other", kind, children), field("id", utf8(), Vec::new())];
        let batch = BatchBuilder::new(2).nodes(nodes).empty_buffers(buffers);
        // Two more buffers, of the views.
        let batch = if views > 0 { batch.views(2).empty_buffers(2) } else { batch };
        let bytes = file(fields, &[], &[batch.texts(&["one", "two"])]);
        assert_eq!(column(&bytes, 1).unwrap(), texts(&["one", "two"]), "{name}");
    }
}

#[test]
fn a_dictionary_of_anything_that_nobody_needs_is_passed_over() {
    for (name, kind, children, _) in every_type() {
        let encoding = DictionaryEncoding {
            id: 7,
            index_type: None,
            is_ordered: false,
            dictionary_kind: DictionaryKind::DenseArray,
        };
        let other = Field { dictionary: Some(Box::new(encoding)), ..field("other", kind, children) };
        let batch = BatchBuilder::new(2).nodes(1).empty_buffers(2).texts(&["one", "two"]);
        // The dictionary itself is nonsense, and not looked into.
        let bytes = file(vec![other, field("id", utf8(), Vec::new())], &[(7, true, BatchBuilder::new(3))], &[batch]);
        assert_eq!(column(&bytes, 1).unwrap(), texts(&["one", "two"]), "{name}");
    }
}

#[test]
fn a_type_that_has_no_text_is_told_by_its_name_and_is_not_damage() {
    let mut told = 0;
    for (name, kind, children, [nodes, buffers, views]) in every_type() {
        let batch = BatchBuilder::new(2).nodes(nodes).empty_buffers(buffers).empty_buffers(2 * views);
        let batch = if views > 0 { batch.views(2) } else { batch };
        let bytes = file(vec![field("other", kind, children)], &[], &[batch]);
        match column(&bytes, 0) {
            Err(EngineError::Input(fault)) if fault.kind == InputFaultKind::UnsupportedType => {
                told += 1;
                assert!(fault.textless.is_some() && fault.column == Some(1), "{name}: {fault}");
            }
            // Its buffers are empty here, which is damage.
            Err(EngineError::Input(fault)) => assert_eq!(fault.kind, InputFaultKind::CorruptFile, "{name}"),
            Err(error) => panic!("{name}: {error}"),
            Ok(cells) => assert!(
                cells.len() == 2 && cells.iter().all(|cell| cell.as_deref().is_none_or(str::is_empty)),
                "{name}"
            ),
        }
    }
    assert_eq!(told, 14);
}

fn compressed(codec: CompressionType, bytes: &[u8]) -> Vec<u8> {
    let mut out = i64::try_from(bytes.len()).unwrap().to_le_bytes().to_vec();
    match codec {
        CompressionType::Zstd => out.extend(zstd::encode_all(bytes, 1).unwrap()),
        CompressionType::Lz4Frame => {
            let mut encoder = lz4::EncoderBuilder::new().build(&mut out).unwrap();
            std::io::Write::write_all(&mut encoder, bytes).unwrap();
            encoder.finish().1.unwrap();
        }
    }
    out
}

/// A buffer that was not worth compressing.
fn stored(bytes: &[u8]) -> Vec<u8> {
    [&(-1_i64).to_le_bytes()[..], bytes].concat()
}

fn view(text: &str, buffer: u32, offset: u32) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap();
    let mut bytes = length.to_le_bytes().to_vec();
    if text.len() <= 12 {
        bytes.extend(text.as_bytes());
        bytes.resize(16, 0);
    } else {
        bytes.extend(&text.as_bytes()[..4]);
        bytes.extend(buffer.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
    }
    bytes
}

#[test]
fn compressed_buffers_are_read_in_every_form_the_format_has() {
    let long = "a text of more than twelve bytes";
    for codec in [CompressionType::Zstd, CompressionType::Lz4Frame] {
        let views = [view("short", 0, 0), view(long, 1, 0), view("", 0, 0)].concat();
        // An empty buffer has no length before it; a short one may stay as it was.
        for (views, data) in
            [(compressed(codec, &views), compressed(codec, long.as_bytes())), (stored(&views), stored(long.as_bytes()))]
        {
            let batch = BatchBuilder::new(3).compressed(codec).nodes(1).buffer(&[]).buffer(&views);
            let batch = batch.views(2).buffer(&[]).buffer(&data);
            let bytes = file(vec![field("id", Type::Utf8View(Box::new(Utf8View {})), Vec::new())], &[], &[batch]);
            assert_eq!(column(&bytes, 0).unwrap(), texts(&["short", long, ""]));
        }
        let decimal = Type::Decimal(Box::new(Decimal { precision: 9, scale: 2, bit_width: 128 }));
        let numbers = [1250_i128, -5].iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
        let batch = BatchBuilder::new(2).compressed(codec).nodes(1).buffer(&[]).buffer(&stored(&numbers));
        let bytes = file(vec![field("n", decimal, Vec::new())], &[], &[batch]);
        assert_eq!(column(&bytes, 0).unwrap(), texts(&["12.50", "-0.05"]));
    }
}

#[test]
fn what_decompresses_to_another_length_than_it_says_is_damage() {
    let offsets: Vec<u8> = [0_i32, 3].iter().flat_map(|offset| offset.to_le_bytes()).collect();
    for codec in [CompressionType::Zstd, CompressionType::Lz4Frame] {
        for length in [0_i64, 2, 4, 1 << 40, -7] {
            let mut text = compressed(codec, b"abc");
            text[..8].copy_from_slice(&length.to_le_bytes());
            let batch =
                BatchBuilder::new(1).compressed(codec).nodes(1).buffer(&[]).buffer(&stored(&offsets)).buffer(&text);
            let bytes = file(vec![field("id", utf8(), Vec::new())], &[], &[batch]);
            let kind = fault(column(&bytes, 0)).kind;
            assert!(matches!(kind, InputFaultKind::CorruptFile | InputFaultKind::RatioLimit), "{length}: {kind:?}");
        }
    }
}

pub(super) fn coded(positions: &[i32]) -> BatchBuilder {
    let positions: Vec<u8> = positions.iter().flat_map(|position| position.to_le_bytes()).collect();
    BatchBuilder::new(positions.len() / 4).nodes(1).buffer(&[]).buffer(&positions)
}

pub(super) fn dictionary_column() -> Field {
    let encoding =
        DictionaryEncoding { id: 3, index_type: None, is_ordered: false, dictionary_kind: DictionaryKind::DenseArray };
    Field { dictionary: Some(Box::new(encoding)), ..field("id", utf8(), Vec::new()) }
}

#[test]
fn what_a_later_message_adds_to_a_dictionary_belongs_to_it() {
    let values = |texts: &[&str]| BatchBuilder::new(texts.len()).texts(texts);
    let dictionaries = [(3, false, values(&["a", "b"])), (9, false, values(&["no"])), (3, true, values(&["c"]))];
    let bytes = file(vec![dictionary_column()], &dictionaries, &[coded(&[2, 0]), coded(&[1, 2, 2])]);
    assert_eq!(column(&bytes, 0).unwrap(), texts(&["c", "a", "b", "c", "c"]));
    let replaced = [(3, false, values(&["a", "b"])), (3, false, values(&["b", "a"]))];
    let bytes = file(vec![dictionary_column()], &replaced, &[coded(&[1])]);
    assert_eq!(fault(column(&bytes, 0)).kind, InputFaultKind::Unsupported, "which of the two?");
    for (positions, dictionaries) in [(&[-1][..], &dictionaries[..]), (&[3], &dictionaries), (&[0], &[])] {
        let bytes = file(vec![dictionary_column()], dictionaries, &[coded(positions)]);
        assert_eq!(fault(column(&bytes, 0)).kind, InputFaultKind::CorruptFile);
    }
}

/// One long value of a dictionary is not written out for each row.
#[test]
fn a_dictionary_costs_no_more_than_its_values() {
    let long = "x".repeat(60_000);
    let bytes = file(
        vec![dictionary_column()],
        &[(3, false, BatchBuilder::new(1).texts(&[&long]))],
        &[coded(&vec![0; 1 << 20])],
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.arrow");
    std::fs::write(&path, bytes).unwrap();
    let mut source = IpcSource::open(&path, &"a.arrow".into(), &std::sync::Arc::default()).unwrap();
    let mut ticket = source.next_block().unwrap().unwrap();
    let parsed = source.parser().parse(&mut ticket, &[0]).unwrap();
    let mut cells = Vec::new();
    parsed.rows.gather(0, Wanted::Run(0..1), View::Raw, &mut cells);
    assert_eq!(cells[0].map(str::len), Some(60_000));
}

#[test]
fn a_bitmap_of_the_missing_is_looked_at_however_many_are_declared() {
    let numbers: Vec<u8> = [1_i32, 2, 3].iter().flat_map(|number| number.to_le_bytes()).collect();
    let batch = BatchBuilder::new(3).nodes(1).buffer(&[0b101]).buffer(&numbers);
    let bytes = file(vec![field("n", int(32), Vec::new())], &[], &[batch]);
    assert_eq!(column(&bytes, 0).unwrap(), [Some("1".to_owned()), None, Some("3".to_owned())]);
}

#[test]
fn a_batch_of_many_rows_is_cut_into_blocks_and_missing_columns_take_no_memory() {
    // More than fits the number of a row in its block.
    let rows = (1 << 24) + 5;
    let batch = BatchBuilder::new(rows).nodes(1).nodes(1).buffer(&[]).buffer(&vec![0xff; rows.div_ceil(8)]);
    let fields = vec![
        field("nothing", Type::Null(Box::new(Null {})), Vec::new()),
        field("flag", Type::Bool(Box::new(Bool {})), Vec::new()),
    ];
    let bytes = file(fields, &[], &[batch]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.arrow");
    std::fs::write(&path, bytes).unwrap();
    let mut source = IpcSource::open(&path, &"a.arrow".into(), &std::sync::Arc::default()).unwrap();
    let parser = source.parser();
    let (mut read, mut largest) = (0, 0);
    while let Some(mut ticket) = source.next_block().unwrap() {
        let parsed = parser.parse(&mut ticket, &[0]).unwrap();
        read += u64::from(parsed.records);
        largest = largest.max(parsed.records);
    }
    assert_eq!(read, rows as u64);
    assert!(largest < 1 << 20, "{largest}");
}

#[test]
fn more_rows_than_bytes_can_tell_are_refused() {
    let batch = BatchBuilder::new(100_000_000).nodes(1).empty_buffers(2);
    let bytes = file(vec![field("flag", Type::Bool(Box::new(Bool {})), Vec::new())], &[], &[batch]);
    let kind = fault(column(&bytes, 0)).kind;
    assert!(matches!(kind, InputFaultKind::CorruptFile | InputFaultKind::RatioLimit), "{kind:?}");
}

#[test]
fn a_field_without_children_to_speak_of_does_not_recurse_for_ever() {
    let deep = (0..100)
        .fold(field("x", int(8), Vec::new()), |child, _| field("x", Type::List(Box::new(List {})), vec![child]));
    let bytes = file(vec![deep], &[], &[]);
    assert_eq!(fault(column(&bytes, 0)).kind, InputFaultKind::Unsupported);
}

#[test]
fn large_texts_are_read_like_short_ones() {
    let offsets: Vec<u8> = [0_i64, 1, 3].iter().flat_map(|offset| offset.to_le_bytes()).collect();
    let batch = BatchBuilder::new(2).nodes(1).buffer(&[]).buffer(&offsets).buffer(b"abc");
    let bytes = file(vec![field("t", Type::LargeUtf8(Box::new(LargeUtf8 {})), Vec::new())], &[], &[batch]);
    assert_eq!(column(&bytes, 0).unwrap(), texts(&["a", "bc"]));
}
