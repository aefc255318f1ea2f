//! Parquet files written by hand, field by field of the format's `parquet.thrift`,
//! for types that no writer at hand makes. One row group, plain pages or pages of
//! codes, uncompressed.

/// A value of the compact protocol of Thrift.
#[derive(Debug, Clone)]
pub(super) enum Value {
    I8(u8),
    I32(i64),
    I64(i64),
    Yes,
    No,
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Struct(Vec<(i16, Value)>),
}

use Value::{Bytes, I32, I64, List, Struct};

impl Value {
    fn type_id(&self) -> u8 {
        match self {
            Self::Yes => 1,
            Self::No => 2,
            Self::I8(_) => 3,
            Self::I32(_) => 5,
            Self::I64(_) => 6,
            Self::Bytes(_) => 8,
            Self::List(_) => 9,
            Self::Struct(_) => 12,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            // In their type.
            Self::Yes | Self::No => {}
            Self::I8(number) => out.push(*number),
            Self::I32(number) | Self::I64(number) => {
                varint((number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned(), out);
            }
            Self::Bytes(bytes) => {
                varint(bytes.len() as u64, out);
                out.extend_from_slice(bytes);
            }
            Self::List(items) => {
                out.push(0xF0 | items.first().map_or(12, Self::type_id));
                varint(items.len() as u64, out);
                items.iter().for_each(|item| item.write(out));
            }
            Self::Struct(fields) => {
                let mut last = 0;
                for (id, value) in fields {
                    out.push(u8::try_from(id - last).unwrap() << 4 | value.type_id());
                    value.write(out);
                    last = *id;
                }
                out.push(0);
            }
        }
    }
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap()
}

/// A column: its physical type and the bytes of its cells as that type has them.
#[derive(Debug, Clone, Default)]
pub(super) struct RawColumn {
    pub(super) name: &'static str,
    /// `Type` of `parquet.thrift`.
    pub(super) physical: i64,
    /// Bytes of a value of a fixed length.
    pub(super) length: Option<i64>,
    /// `ConvertedType`, and of a decimal the digits and those behind the point.
    pub(super) converted: Option<i64>,
    pub(super) digits: Option<(i64, i64)>,
    /// `LogicalType`: the number in the union, and its fields.
    pub(super) logical: Option<(i16, Vec<(i16, Value)>)>,
    pub(super) cells: Vec<Option<Vec<u8>>>,
    /// Whether the cells are codes in a dictionary.
    pub(super) is_coded: bool,
}

impl RawColumn {
    fn schema(&self) -> Value {
        let mut fields = vec![(1, I32(self.physical))];
        fields.extend(self.length.map(|length| (2, I32(length))));
        fields.extend([(3, I32(1)), (4, Bytes(self.name.into()))]);
        fields.extend(self.converted.map(|converted| (6, I32(converted))));
        fields.extend(self.digits.into_iter().flat_map(|(digits, scale)| [(7, I32(scale)), (8, I32(digits))]));
        fields.extend(self.logical.clone().map(|(id, fields)| (10, Struct(vec![(id, Struct(fields))]))));
        Struct(fields)
    }

    fn plain<'c>(&self, cells: impl Iterator<Item = &'c Vec<u8>>) -> Vec<u8> {
        let with_length = |cell: &Vec<u8>| match self.physical {
            6 => [&u32::try_from(cell.len()).unwrap().to_le_bytes(), cell.as_slice()].concat(),
            _ => cell.clone(),
        };
        cells.flat_map(with_length).collect()
    }

    /// Appends the chunk, and gives what the footer says of it.
    fn write(&self, file: &mut Vec<u8>) -> Value {
        let count = i64::try_from(self.cells.len()).unwrap();
        let begins = length(file);
        let mut data_begins = begins;
        let page = |file: &mut Vec<u8>, kind: i64, header: (i16, Value), body: &[u8]| {
            Struct(vec![(1, I32(kind)), (2, I32(length(body))), (3, I32(length(body))), header]).write(file);
            file.extend(body);
        };
        // Runs of one, each a level: a byte that says how many, twice, and the level.
        let levels: Vec<u8> = self.cells.iter().flat_map(|cell| [2, u8::from(cell.is_some())]).collect();
        let levels = [&u32::try_from(levels.len()).unwrap().to_le_bytes(), levels.as_slice()].concat();
        let there = || self.cells.iter().flatten();
        let (values, encoding) = if self.is_coded {
            let entries = i64::try_from(there().count()).unwrap();
            page(file, 2, (7, Struct(vec![(1, I32(entries)), (2, I32(0))])), &self.plain(there()));
            data_begins = length(file);
            let codes = (0..u8::try_from(entries).unwrap()).flat_map(|code| [2, code]);
            ([8].into_iter().chain(codes).collect(), 8)
        } else {
            (self.plain(there()), 0)
        };
        let header = Struct(vec![(1, I32(count)), (2, I32(encoding)), (3, I32(3)), (4, I32(3))]);
        page(file, 0, (5, header), &[levels, values].concat());
        let size = length(file) - begins;
        let mut chunk = vec![
            (1, I32(self.physical)),
            (2, List(vec![I32(0), I32(encoding)])),
            (3, List(vec![Bytes(self.name.into())])),
            (4, I32(0)),
            (5, I64(count)),
            (6, I64(size)),
            (7, I64(size)),
            (9, I64(data_begins)),
        ];
        if self.is_coded {
            chunk.push((11, I64(begins)));
        }
        Struct(vec![(2, I64(begins)), (3, Struct(chunk))])
    }
}

/// A file of these columns, with no row group where there are no rows.
pub(super) fn file(columns: &[RawColumn]) -> Vec<u8> {
    let mut file = b"PAR1".to_vec();
    let count = columns.first().map_or(0, |column| i64::try_from(column.cells.len()).unwrap());
    let root = vec![(4, Bytes(b"schema".to_vec())), (5, I32(i64::try_from(columns.len()).unwrap()))];
    let schema = [Struct(root)].into_iter().chain(columns.iter().map(RawColumn::schema)).collect();
    let chunks: Vec<Value> = columns.iter().map(|column| column.write(&mut file)).collect();
    let group = Struct(vec![(1, List(chunks)), (2, I64(length(&file))), (3, I64(count))]);
    let groups = if count > 0 { vec![group] } else { Vec::new() };
    let begins = file.len();
    Struct(vec![(1, I32(1)), (2, List(schema)), (3, I64(count)), (4, List(groups))]).write(&mut file);
    let footer = u32::try_from(file.len() - begins).unwrap();
    file.extend(footer.to_le_bytes());
    file.extend(b"PAR1");
    file
}
