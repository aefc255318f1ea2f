//! A column's cells: as read (borrowed text), and as rewritten (owned).
//!
//! Cells as read are `&[Option<&str>]`: pointers into the block they were read
//! in, `None` where missing, so judging a record that is dropped copies
//! nothing. Rewritten cells are three physical kinds; [`ColumnType`] says what
//! they mean (a date or an exact decimal is canonical text).
//!
//! [`ColumnType`]: super::column_type::ColumnType

/// Rewritten cells of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cells {
    /// `true`, `false` or missing.
    Boolean(Vec<Option<bool>>),
    /// Whole numbers and years.
    Integer(Vec<Option<i64>>),
    /// Text, and canonical decimals, dates and timestamps.
    Text(TextCells),
}

/// One cell of [`Cells`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// From [`Cells::Boolean`].
    Boolean(bool),
    /// From [`Cells::Integer`].
    Integer(i64),
    /// No value.
    Missing,
    /// From [`Cells::Text`].
    Text(&'a str),
}

impl Cell<'_> {
    /// The byte of a missing cell, see [`Self::append_to`].
    pub(crate) const MISSING_BYTE: u8 = 0;

    /// Appends a cell so that different rows of cells have different bytes: a tag, and a
    /// text with its length.
    pub(crate) fn append_to(self, out: &mut Vec<u8>) {
        match self {
            Self::Missing => out.push(Self::MISSING_BYTE),
            Self::Boolean(value) => out.extend_from_slice(&[1, u8::from(value)]),
            Self::Integer(number) => {
                out.push(2);
                out.extend_from_slice(&number.to_le_bytes());
            }
            Self::Text(text) => {
                out.push(3);
                out.extend_from_slice(&(text.len() as u64).to_le_bytes());
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
}

impl Cells {
    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Boolean(cells) => cells.len(),
            Self::Integer(cells) => cells.len(),
            Self::Text(cells) => cells.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell at `index`; missing when out of range.
    #[inline]
    #[must_use]
    pub fn cell(&self, index: usize) -> Cell<'_> {
        match self {
            Self::Boolean(cells) => cells.get(index).copied().flatten().map_or(Cell::Missing, Cell::Boolean),
            Self::Integer(cells) => cells.get(index).copied().flatten().map_or(Cell::Missing, Cell::Integer),
            Self::Text(cells) => cells.cell(index).map_or(Cell::Missing, Cell::Text),
        }
    }

    /// A cell of text; `None` where it is missing or something else.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<&str> {
        match self.cell(index) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The cell as a CSV file shows it, `None` when missing. For tests and docs.
    #[must_use]
    pub fn rendered(&self, index: usize) -> Option<String> {
        match self.cell(index) {
            Cell::Boolean(value) => Some(value.to_string()),
            Cell::Integer(value) => Some(value.to_string()),
            Cell::Missing => None,
            Cell::Text(text) => Some(text.to_owned()),
        }
    }
}

/// Text cells in one allocation: all bytes, then where each cell ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextCells {
    bytes: String,
    /// End of each cell in `bytes`; the top bit set when the cell is missing.
    ends: Vec<u64>,
}

const MISSING: u64 = 1 << 63;

impl TextCells {
    /// Makes room for `cells` cells of `bytes` bytes in all.
    #[must_use]
    pub fn with_capacity(cells: usize, bytes: usize) -> Self {
        Self { bytes: String::with_capacity(bytes), ends: Vec::with_capacity(cells) }
    }

    /// Appends a cell.
    pub fn push(&mut self, cell: Option<&str>) {
        if let Some(text) = cell {
            self.bytes.push_str(text);
        }
        self.close(cell.is_none());
    }

    /// Appends a cell that `write` builds in place.
    pub fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.bytes);
        self.close(false);
    }

    fn close(&mut self, missing: bool) {
        let end = self.bytes.len() as u64;
        self.ends.push(if missing { end | MISSING } else { end });
    }

    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell at `index`; `None` when missing or out of range.
    #[must_use]
    pub fn cell(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        if end & MISSING != 0 {
            return None;
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] & !MISSING };
        self.bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    /// Whether a NUL is in any of the cells.
    #[must_use]
    pub fn has_nul(&self) -> bool {
        self.bytes.bytes().any(|byte| byte == 0)
    }

    /// The cells in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|index| self.cell(index))
    }
}

/// Text cells put together from bytes that are checked once, at the end, and not
/// cell by cell.
#[derive(Debug, Default)]
pub(crate) struct UncheckedText {
    bytes: Vec<u8>,
    ends: Vec<u64>,
}

impl UncheckedText {
    /// Makes room for `cells` cells of `bytes` bytes in all.
    #[must_use]
    pub(crate) fn with_capacity(cells: usize, bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ends: Vec::with_capacity(cells) }
    }

    /// Appends a cell.
    pub(crate) fn push(&mut self, cell: Option<&[u8]>) {
        self.bytes.extend_from_slice(cell.unwrap_or_default());
        let end = self.bytes.len() as u64;
        self.ends.push(if cell.is_none() { end | MISSING } else { end });
    }

    /// The cells; `None` if one of them is not a text.
    #[must_use]
    pub(crate) fn check(self) -> Option<TextCells> {
        let bytes = String::from_utf8(self.bytes).ok()?;
        let is_cell_end = |end: &u64| usize::try_from(end & !MISSING).is_ok_and(|end| bytes.is_char_boundary(end));
        let are_texts = self.ends.iter().all(is_cell_end);
        are_texts.then_some(TextCells { bytes, ends: self.ends })
    }
}

impl<'a> FromIterator<Option<&'a str>> for TextCells {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(cells: I) -> Self {
        let mut built = Self::default();
        cells.into_iter().for_each(|cell| built.push(cell));
        built
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cells_tell_missing_from_empty() {
        let cells: TextCells = [Some("a"), None, Some(""), Some("bc")].into_iter().collect();
        assert_eq!(cells.iter().collect::<Vec<_>>(), [Some("a"), None, Some(""), Some("bc")]);
        assert_eq!(cells.cell(4), None);
    }

    #[test]
    fn bytes_become_text_only_where_every_cell_is_text() {
        let built = |cells: &[Option<&[u8]>]| {
            let mut text = UncheckedText::with_capacity(2, 8);
            cells.iter().for_each(|cell| text.push(*cell));
            text.check()
        };
        let expected: TextCells = [Some("é"), None, Some("")].into_iter().collect();
        assert_eq!(built(&[Some("é".as_bytes()), None, Some(b"")]), Some(expected));
        assert_eq!(built(&[Some(b"\xC3"), Some(b"\xA9")]), None, "a letter cut in two");
        assert_eq!(built(&[Some(b"\xFF")]), None);
    }
}
