//! The text of one column of a row group or record batch, in the shape its decoder
//! left it in. Decodes nothing.

use polars_arrow::array::{Array as _, Utf8ViewArray, View};

use super::offset_text::{DictionaryText, OffsetText};
use crate::format::null_values::NullValues;
use crate::model::cells::TextCells;

/// The cells of a column.
#[derive(Debug)]
pub(crate) enum ColumnText {
    /// No cell at all, of any row.
    Absent,
    /// A few values, and which of them each cell is.
    Coded(DictionaryText),
    /// Text that stayed where the file had it.
    Placed(OffsetText),
    /// Text that already lay in memory as text.
    Views(Utf8ViewArray),
    /// Text made here.
    Written(TextCells),
}

impl ColumnText {
    /// The cell of a row, `None` when missing or out of range.
    pub(crate) fn cell(&self, row: usize) -> Option<&str> {
        match self {
            Self::Absent => None,
            Self::Coded(cells) => cells.cell(row, false),
            Self::Placed(cells) => cells.cell(row),
            Self::Views(views) => view(views, row),
            Self::Written(cells) => cells.cell(row),
        }
    }

    /// Appends the cells of some rows, without those that are one of `nulls`: of the
    /// source, which codes were made with.
    pub(crate) fn append<'a>(
        &'a self,
        rows: impl Iterator<Item = usize>,
        nulls: Option<&NullValues>,
        cells: &mut Vec<Option<&'a str>>,
    ) {
        let is_value = |cell: &&str| nulls.is_none_or(|nulls| !nulls.holds(cell));
        match self {
            Self::Absent => cells.extend(rows.map(|_| None)),
            Self::Coded(text) if nulls.is_some() => cells.extend(rows.map(|row| text.cell(row, true))),
            Self::Coded(text) => cells.extend(rows.map(|row| text.cell(row, false))),
            Self::Placed(text) => cells.extend(rows.map(|row| text.cell(row).filter(is_value))),
            Self::Views(views) => cells.extend(rows.map(|row| view(views, row).filter(is_value))),
            Self::Written(text) => cells.extend(rows.map(|row| text.cell(row).filter(is_value))),
        }
    }

    /// Whether a NUL is anywhere near the cells; if not, none holds one.
    pub(crate) fn may_hold_nul(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::Coded(cells) => cells.has_nul(),
            Self::Placed(cells) => cells.has_nul(),
            Self::Views(views) => {
                views.views().iter().any(|view| view.length <= View::MAX_INLINE_SIZE && has_nul_inline(view))
                    || views.data_buffers().iter().any(|buffer| memchr::memchr(0, buffer).is_some())
            }
            Self::Written(cells) => cells.has_nul(),
        }
    }
}

#[inline]
fn view(views: &Utf8ViewArray, row: usize) -> Option<&str> {
    let is_there = row < views.len() && views.validity().is_none_or(|valid| valid.get_bit(row));
    is_there.then(|| views.value(row))
}

/// Whether one of the up to twelve bytes that a view holds itself is 0.
fn has_nul_inline(view: &View) -> bool {
    const ONES: u128 = u128::MAX / 0xFF;
    // Length, then the bytes; what is behind them is made to differ from 0.
    let unused = u128::MAX.checked_shl(32 + 8 * view.length).unwrap_or(0);
    let bytes = view.as_u128() | unused | 0xFFFF_FFFF;
    bytes.wrapping_sub(ONES) & !bytes & (ONES << 7) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_suspected_wherever_it_stands_and_nowhere_else() {
        let suspects = |cells: &[&str]| ColumnText::Views(Utf8ViewArray::from_slice_values(cells)).may_hold_nul();
        for length in 0..=30 {
            let clean = "abcdefghijklmnopqrstuvwxyz\u{1}\u{7f}é"[..length.min(27)].to_owned();
            assert!(!suspects(&["", &clean, "x"]), "{length}");
            for at in 0..clean.len() {
                let mut dirty = clean.clone();
                dirty.replace_range(at..=at, "\0");
                assert!(suspects(&["", &dirty, "x"]), "{length} {at}");
            }
        }
    }
}
