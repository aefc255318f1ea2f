//! Encodes minimised rows as bytes while they wait: row after row, and within a row
//! cell after cell, and then what became of each. Opens no files.
//!
//! If rows are sorted by the subject's pseudonym, it comes first and has a fixed
//! width: so comparing the bytes of two rows compares their pseudonyms first and
//! then the other cells, in a fixed order.

use crate::model::cells::{Cell, Cells, UncheckedText};
use crate::model::column_type::ColumnType;
use crate::model::outcome::cell_state::CellState;

const MISSING: u8 = 0;
const PRESENT: u8 = 1;
const TRUE: u8 = 2;
/// The tag of a negative number, before its eight bytes. Other numbers have a tag
/// of 1 to 9, one more than the number of their bytes. So numbers of different
/// lengths compare like numbers of eight bytes.
const NEGATIVE: u8 = 10;

/// How the cells of a column are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellKind {
    Boolean,
    Integer,
    Text,
}

impl CellKind {
    /// The kind for a column of this type.
    pub(crate) fn of(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Integer | ColumnType::Year => Self::Integer,
            ColumnType::Date
            | ColumnType::Decimal
            | ColumnType::Double
            | ColumnType::Float
            | ColumnType::Half
            | ColumnType::Text
            | ColumnType::Timestamp => Self::Text,
        }
    }
}

/// Bytes of the number of a value.
pub(crate) const CODE_BYTES: usize = 2;

/// The layout of the rows of one delivery.
#[derive(Debug, Clone)]
pub(crate) struct RowLayout {
    /// The kind of each column, in the order of the delivery.
    kinds: Vec<CellKind>,
    /// Indices of the columns in the delivery, in the order of the encoding.
    order: Vec<usize>,
    /// How many numbers of values follow, and of what the consent rests on.
    codes: usize,
}

/// The parts of a waiting row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowParts<'r> {
    /// Which the other functions take.
    pub(crate) cells: &'r [u8],
    /// What became of each cell.
    pub(crate) states: &'r [u8],
    /// The numbers of values, of [`CODE_BYTES`] each.
    pub(crate) codes: &'r [u8],
}

impl RowLayout {
    /// In place of the number of a value that has none.
    pub(crate) const NO_CODE: u16 = u16::MAX;

    /// Lays out columns; `first` is encoded before the others.
    pub(crate) fn new(kinds: Vec<CellKind>, first: Option<usize>) -> Self {
        let mut order: Vec<usize> = (0..kinds.len()).collect();
        if let Some(first) = first {
            order.sort_by_key(|&position| (position != first, position));
        }
        Self { kinds, order, codes: 0 }
    }

    /// The same with the numbers of the values of so many columns behind the states.
    pub(crate) fn with_codes(self, codes: usize) -> Self {
        Self { codes, ..self }
    }

    /// How many columns a row has.
    pub(crate) fn columns(&self) -> usize {
        self.kinds.len()
    }

    /// Appends one row, after its cells what became of each, in the order of the delivery,
    /// and then the numbers of its values, `codes` by column; a column may have none.
    pub(crate) fn encode(
        &self,
        columns: &[Cells],
        states: &[Vec<CellState>],
        codes: &[Vec<u16>],
        row: usize,
        out: &mut Vec<u8>,
    ) {
        for &position in &self.order {
            match columns[position].cell(row) {
                Cell::Missing => out.push(MISSING),
                Cell::Boolean(value) => out.push(if value { TRUE } else { PRESENT }),
                Cell::Integer(value) => push_integer(value, out),
                Cell::Text(text) => {
                    push_length(text.len() + 1, out);
                    out.extend_from_slice(text.as_bytes());
                }
            }
        }
        out.extend(states.iter().map(|column| column[row].byte()));
        for column in codes {
            out.extend_from_slice(&column.get(row).copied().unwrap_or(Self::NO_CODE).to_le_bytes());
        }
    }

    /// The parts of a waiting row. `None` if the bytes are too few.
    pub(crate) fn parts<'r>(&self, row: &'r [u8]) -> Option<RowParts<'r>> {
        let (row, codes) = row.split_at_checked(row.len().checked_sub(self.codes * CODE_BYTES)?)?;
        let (cells, states) = row.split_at_checked(row.len().checked_sub(self.kinds.len())?)?;
        Some(RowParts { cells, states, codes })
    }

    /// Appends the cells of a row, some of them others: `new_cell` is asked about each
    /// column, with the text of its cell where it has one. `None` if the bytes are not
    /// such cells.
    pub(crate) fn rewrite<'t>(
        &self,
        mut row: &[u8],
        out: &mut Vec<u8>,
        mut new_cell: impl FnMut(usize, Option<&str>) -> Option<NewCell<'t>>,
    ) -> Option<()> {
        for &position in &self.order {
            let before = row;
            let mut text = None;
            match self.kinds[position] {
                CellKind::Boolean => row = row.split_first()?.1,
                CellKind::Integer => drop(read_integer(&mut row)?),
                CellKind::Text => {
                    let length = read_length(&mut row)?;
                    let (cell, rest) = row.split_at_checked(length.saturating_sub(1))?;
                    text = if length > 0 { Some(std::str::from_utf8(cell).ok()?) } else { None };
                    row = rest;
                }
            }
            match new_cell(position, text)? {
                NewCell::Missing => out.push(MISSING),
                NewCell::Same => out.extend_from_slice(before.get(..before.len() - row.len())?),
                NewCell::Text(text) => {
                    push_length(text.len() + 1, out);
                    out.extend_from_slice(text.as_bytes());
                }
            }
        }
        row.is_empty().then_some(())
    }

    /// Decodes the cells of `count` rows into columns; `None` if the bytes are not such
    /// cells.
    pub(crate) fn decode<'a>(&self, count: usize, rows: impl Iterator<Item = &'a [u8]>) -> Option<Vec<Cells>> {
        let mut columns: Vec<ColumnDecoder> = self.kinds.iter().map(|&kind| ColumnDecoder::new(kind, count)).collect();
        for mut row in rows {
            for &position in &self.order {
                columns[position].read_cell(&mut row)?;
            }
            if !row.is_empty() {
                return None;
            }
        }
        columns.into_iter().map(ColumnDecoder::finish).collect()
    }
}

/// What becomes of the cell of a row that is released otherwise than it waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NewCell<'t> {
    Missing,
    Same,
    /// Of a column of text alone.
    Text(&'t str),
}

/// A column that is being decoded.
enum ColumnDecoder {
    Boolean(Vec<Option<bool>>),
    Integer(Vec<Option<i64>>),
    Text(UncheckedText),
}

impl ColumnDecoder {
    fn new(kind: CellKind, count: usize) -> Self {
        match kind {
            CellKind::Boolean => Self::Boolean(Vec::with_capacity(count)),
            CellKind::Integer => Self::Integer(Vec::with_capacity(count)),
            CellKind::Text => Self::Text(UncheckedText::with_capacity(count, count * 8)),
        }
    }

    #[inline]
    fn read_cell(&mut self, row: &mut &[u8]) -> Option<()> {
        match self {
            Self::Boolean(cells) => {
                let (&tag, rest) = row.split_first()?;
                *row = rest;
                cells.push((tag != MISSING).then_some(tag == TRUE));
            }
            Self::Integer(cells) => {
                let is_there = row.first() != Some(&MISSING);
                let number = read_integer(row)?;
                cells.push(is_there.then_some(number));
            }
            Self::Text(cells) => {
                let length = read_length(row)?;
                if length == 0 {
                    cells.push(None);
                } else {
                    let (text, rest) = row.split_at_checked(length - 1)?;
                    *row = rest;
                    cells.push(Some(text));
                }
            }
        }
        Some(())
    }

    fn finish(self) -> Option<Cells> {
        match self {
            Self::Boolean(cells) => Some(Cells::Boolean(cells)),
            Self::Integer(cells) => Some(Cells::Integer(cells)),
            Self::Text(cells) => cells.check().map(Cells::Text),
        }
    }
}

fn push_integer(value: i64, out: &mut Vec<u8>) {
    let unused = value.leading_zeros() / 8;
    out.push(if value < 0 { NEGATIVE } else { 9 - low_byte(unused) });
    // Appends all eight bytes and removes some: faster than appending a varying
    // number.
    out.extend_from_slice(&value.checked_shl(8 * unused).unwrap_or(0).to_be_bytes());
    out.truncate(out.len() - unused as usize);
}

/// `None` if the bytes are not a number; 0 for a missing cell.
fn read_integer(row: &mut &[u8]) -> Option<i64> {
    let (&tag, rest) = row.split_first()?;
    let (digits, rest) = rest.split_at_checked(match tag {
        MISSING => 0,
        PRESENT..NEGATIVE => usize::from(tag - PRESENT),
        NEGATIVE => 8,
        _ => return None,
    })?;
    *row = rest;
    Some(digits.iter().fold(0, |number, digit| (number << 8) | i64::from(*digit)))
}

#[expect(clippy::cast_possible_truncation, reason = "at most eight")]
fn low_byte(count: u32) -> u8 {
    count as u8
}

/// LEB128: seven bits a byte, least significant first.
pub(crate) fn push_length(mut length: usize, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push(low_bits(length) | 0x80);
        length >>= 7;
    }
    out.push(low_bits(length));
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits are kept")]
fn low_bits(length: usize) -> u8 {
    (length & 0x7F) as u8
}

#[inline]
pub(crate) fn read_length(bytes: &mut &[u8]) -> Option<usize> {
    if let Some((&short @ ..0x80, rest)) = bytes.split_first() {
        *bytes = rest;
        return Some(usize::from(short));
    }
    let mut length = 0_usize;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        length |= usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cells::TextCells;

    #[test]
    fn rows_come_back_as_they_went_in_whatever_comes_first() {
        let long = "x".repeat(300);
        let columns = vec![
            Cells::Integer(vec![Some(-1), None, Some(i64::MAX)]),
            Cells::Text([Some("a"), Some(""), None].into_iter().collect::<TextCells>()),
            Cells::Boolean(vec![Some(true), Some(false), None]),
            Cells::Text([Some(long.as_str()), None, Some("é")].into_iter().collect()),
        ];
        let kinds = vec![CellKind::Integer, CellKind::Text, CellKind::Boolean, CellKind::Text];
        let state = |bytes: [u8; 3]| bytes.map(|byte| CellState::of_byte(byte).unwrap()).to_vec();
        let states = [state([0, 1, 2]), state([1; 3]), state([2; 3]), state([3, 2, 1])];
        let suppress = |layout: &RowLayout, row: &[u8], columns: &[usize], out: &mut Vec<u8>| {
            let cell = |position| if columns.contains(&position) { NewCell::Missing } else { NewCell::Same };
            layout.rewrite(row, out, |position, _| Some(cell(position)))
        };
        for first in [None, Some(0), Some(3)] {
            let layout = RowLayout::new(kinds.clone(), first).with_codes(1);
            let codes = [vec![256, 257, 258]];
            let rows: Vec<Vec<u8>> = (0..3)
                .map(|row| {
                    let mut out = Vec::new();
                    layout.encode(&columns, &states, &codes, row, &mut out);
                    let parts = layout.parts(&out).unwrap();
                    assert_eq!(parts.states, [row, 1, 2, 3 - row].map(|byte| u8::try_from(byte).unwrap()));
                    assert_eq!(parts.codes, [u8::try_from(row).unwrap(), 1]);
                    assert_eq!(layout.parts(&out[out.len() - 5..]), None);
                    parts.cells.to_vec()
                })
                .collect();
            assert_eq!(layout.decode(3, rows.iter().map(Vec::as_slice)), Some(columns.clone()));
            for (row, bytes) in rows.iter().enumerate() {
                let mut suppressed = Vec::new();
                suppress(&layout, bytes, &[1, 2], &mut suppressed).unwrap();
                let missing = Cells::Text([None].into_iter().collect());
                let expected = vec![
                    Cells::Integer(layout.decode(1, [bytes.as_slice()].into_iter()).map_or(vec![], |cells| {
                        vec![match cells[0].cell(0) {
                            Cell::Integer(number) => Some(number),
                            _ => None,
                        }]
                    })),
                    missing,
                    Cells::Boolean(vec![None]),
                    Cells::Text([columns[3].rendered(row).as_deref()].into_iter().collect()),
                ];
                assert_eq!(layout.decode(1, [suppressed.as_slice()].into_iter()), Some(expected));
                assert_eq!(suppress(&layout, &bytes[..bytes.len() - 1], &[0], &mut suppressed), None);
            }
            let cut = &rows[0][..rows[0].len() - 1];
            assert_eq!(layout.decode(1, [cut].into_iter()), None);
        }
    }

    #[test]
    fn numbers_take_the_bytes_they_need_and_keep_their_order() {
        let numbers = [0, 1, 255, 256, 2015, 65_535, 1 << 16, i64::MAX - 1, i64::MAX, i64::MIN, -256, -1];
        let mut before = vec![MISSING];
        for number in numbers {
            let mut bytes = Vec::new();
            push_integer(number, &mut bytes);
            assert!(before < bytes, "{number}");
            let mut left = bytes.as_slice();
            assert_eq!((read_integer(&mut left), left.is_empty()), (Some(number), true));
            before = bytes;
        }
        let mut year = Vec::new();
        push_integer(2015, &mut year);
        assert_eq!(year, [3, 0x07, 0xDF]);
        assert_eq!(read_integer(&mut &year[..2]), None);
        assert_eq!(read_integer(&mut &[11_u8, 0][..]), None);
        assert_eq!(read_integer(&mut &[MISSING][..]), Some(0));
    }
}
