//! A Parquet file written by hand, field by field of the format's `parquet.thrift`,
//! so that every field can be given a false value. One row group, plain pages,
//! required columns of text.

use std::collections::BTreeSet;

/// A value of the compact protocol of Thrift.
#[derive(Clone)]
pub enum Value {
    I32(i64),
    I64(i64),
    Binary(Vec<u8>),
    List(Vec<Value>),
    Struct(Vec<(i16, Value)>),
}

impl Value {
    pub fn text(text: &str) -> Self {
        Self::Binary(text.as_bytes().to_vec())
    }

    fn type_id(&self) -> u8 {
        match self {
            Self::I32(_) => 5,
            Self::I64(_) => 6,
            Self::Binary(_) => 8,
            Self::List(_) => 9,
            Self::Struct(_) => 12,
        }
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::I32(number) | Self::I64(number) => {
                varint((number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned(), out)
            }
            Self::Binary(bytes) => {
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
                    if let step @ 1..=15 = u8::try_from(id - last).unwrap() {
                        out.push((step << 4) | value.type_id());
                    } else {
                        out.push(value.type_id());
                        varint(u64::from(id.cast_unsigned()) << 1, out);
                    }
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

/// What a file says of itself, where that is not the truth.
#[derive(Clone, Default)]
pub struct Lies {
    /// Rows of the file, in the footer.
    pub rows: Option<i64>,
    /// Rows of the row group too.
    pub group_rows: Option<i64>,
    /// The codec of every page, and how its bytes are made.
    pub codec: Option<(i64, fn(&[u8]) -> Vec<u8>)>,
    /// Smallest and greatest cell of every column.
    pub bounds: Option<(&'static str, &'static str)>,
    /// Metadata of another tool.
    pub metadata: Option<(&'static str, &'static str)>,
    /// The physical type of the second column.
    pub physical_type: Option<i64>,
    /// The second column is a list.
    pub repeated: bool,
    /// The footer names an encryption.
    pub encrypted: bool,
    /// A dictionary of the cells there are, and for each its number.
    pub dictionary: bool,
    /// The codec of the second column's pages.
    pub codec_of_second: Option<i64>,
    /// The logical type of the second column, by its number.
    pub logical_type: Option<i16>,
    /// How many row groups more have the chunks of the first.
    pub again: usize,
}

/// Writes a table whose first line is the header.
pub fn parquet(table: &str, lies: &Lies) -> Vec<u8> {
    use Value::{Binary, I32, I64, List, Struct};
    let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let rows: Vec<Vec<&str>> = lines.collect();
    let count = i64::try_from(rows.len()).unwrap();
    let length = |bytes: &[u8]| i64::try_from(bytes.len()).unwrap();
    let (codec, pack) = lies.codec.unwrap_or((0, <[u8]>::to_vec));
    let mut file = b"PAR1".to_vec();
    let mut schema = vec![Struct(vec![(4, Value::text("schema")), (5, I32(i64::try_from(names.len()).unwrap()))])];
    let mut chunks = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let physical = if index == 1 { lies.physical_type.unwrap_or(6) } else { 6 };
        let repetition = if index == 1 && lies.repeated { 2 } else { 0 };
        let mut element = vec![(1, I32(physical)), (3, I32(repetition)), (4, Value::text(name))];
        if physical == 6 {
            element.push((6, I32(0)));
        }
        if let Some(kind) = lies.logical_type.filter(|_| index == 1) {
            element.push((10, Struct(vec![(kind, Struct(vec![(1, I32(1))]))])));
        }
        schema.push(Struct(element));
        let cells: Vec<&str> = rows.iter().map(|row| row[index]).collect();
        let plain = |cells: &[&str]| -> Vec<u8> {
            let cell = |cell: &&str| [&u32::try_from(cell.len()).unwrap().to_le_bytes(), cell.as_bytes()].concat();
            cells.iter().flat_map(cell).collect()
        };
        let begins = length(&file);
        let mut encodings = vec![I32(0)];
        let mut dictionary_begins = None;
        let mut unpacked = 0;
        let mut page = |file: &mut Vec<u8>, kind: i64, header: (i16, Value), bytes: &[u8]| {
            let packed = pack(bytes);
            let before = file.len();
            Struct(vec![(1, I32(kind)), (2, I32(length(bytes))), (3, I32(length(&packed))), header]).write(file);
            unpacked += file.len() - before + bytes.len();
            file.extend(packed);
        };
        let data_header = |encoding| (5, Struct(vec![(1, I32(count)), (2, I32(encoding)), (3, I32(3)), (4, I32(3))]));
        let mut data_begins = begins;
        if lies.dictionary {
            encodings.push(I32(8));
            dictionary_begins = Some(begins);
            let values: Vec<&str> = cells.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
            let number_of = i64::try_from(values.len()).unwrap();
            page(&mut file, 2, (7, Struct(vec![(1, I32(number_of)), (2, I32(0))])), &plain(&values));
            data_begins = length(&file);
            // One run of bit-packed indices of 16 bits, in groups of eight.
            let groups = cells.len().div_ceil(8);
            let mut indices = vec![16];
            varint((groups as u64) << 1 | 1, &mut indices);
            for at in 0..groups * 8 {
                let index = values.binary_search(&cells[at.min(cells.len() - 1)]).unwrap();
                indices.extend(u16::try_from(index).unwrap().to_le_bytes());
            }
            page(&mut file, 0, data_header(8), &indices);
        } else {
            page(&mut file, 0, data_header(0), &plain(&cells));
        }
        let mut chunk = vec![
            (1, I32(physical)),
            (2, List(encodings)),
            (3, List(vec![Value::text(name)])),
            (4, I32(lies.codec_of_second.filter(|_| index == 1).unwrap_or(codec))),
            (5, I64(count)),
            (6, I64(i64::try_from(unpacked).unwrap())),
            (7, I64(length(&file) - begins)),
            (9, I64(data_begins)),
        ];
        if let Some(begins) = dictionary_begins {
            chunk.push((11, I64(begins)));
        }
        if let Some((least, most)) = lies.bounds {
            let statistics = vec![
                (1, Value::text(most)),
                (2, Value::text(least)),
                (3, I64(0)),
                (5, Value::text(most)),
                (6, Value::text(least)),
            ];
            chunk.push((12, Struct(statistics)));
        }
        chunks.push(Struct(vec![(2, I64(begins)), (3, Struct(chunk))]));
    }
    let group = Struct(vec![(1, List(chunks)), (2, I64(length(&file))), (3, I64(lies.group_rows.unwrap_or(count)))]);
    let mut footer = vec![
        (1, I32(1)),
        (2, List(schema)),
        (3, I64(lies.rows.unwrap_or(count))),
        (4, List(vec![group; 1 + lies.again])),
    ];
    if let Some((key, value)) = lies.metadata {
        footer.push((5, List(vec![Struct(vec![(1, Value::text(key)), (2, Value::text(value))])])));
    }
    if lies.encrypted {
        footer.push((8, Struct(vec![(1, Struct(vec![(1, Binary(vec![1]))]))])));
    }
    let begins = file.len();
    Struct(footer).write(&mut file);
    end(file, begins)
}

/// Appends the length of the footer that begins at `begins`, and the magic.
pub fn end(mut file: Vec<u8>, begins: usize) -> Vec<u8> {
    let length = u32::try_from(file.len() - begins).unwrap();
    file.extend(length.to_le_bytes());
    file.extend(b"PAR1");
    file
}
