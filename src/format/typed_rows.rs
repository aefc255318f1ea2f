//! The accepted records of one row group or record batch: text cells of the
//! needed columns. Shared by the columnar sources.

use std::sync::Arc;

use super::column_text::ColumnText;
use super::null_values::NullValues;
use crate::engine::port::{Parsed, Quarantined, Rows, Wanted};
use crate::model::reason::StructureFault;
use crate::row_rule::View;

/// A column, and whether it is worth looking for NUL in its cells.
#[derive(Debug)]
pub(super) struct Column {
    text: ColumnText,
    may_hold_nul: bool,
}

impl From<ColumnText> for Column {
    fn from(text: ColumnText) -> Self {
        Self { may_hold_nul: text.may_hold_nul(), text }
    }
}

/// One block of a columnar source.
struct TypedRows {
    /// By position in the file; `None` where the column is not needed.
    columns: Vec<Option<Arc<Column>>>,
    /// The row of the columns that the block begins with.
    start: usize,
    /// Positions of the accepted rows in the block; `None` where all are.
    accepted: Option<Vec<u32>>,
    rows: u32,
    nulls: Arc<NullValues>,
}

/// Where a block stands and how large it is.
pub(super) struct BlockFacts {
    /// Rows in it.
    pub(super) rows: u32,
    /// Rows of its columns before it.
    pub(super) start: u32,
    /// Rows of the file before it.
    pub(super) first_row: u64,
    /// Bytes of the file it stands for.
    pub(super) bytes: u64,
}

/// Puts the decoded columns together. A row with a NUL in one of them is
/// quarantined: no text of a subscriber has one, and what it would do to a
/// reader of the delivery is anybody's guess.
pub(super) fn parsed(columns: Vec<Option<Arc<Column>>>, facts: &BlockFacts, nulls: &Arc<NullValues>) -> Parsed {
    let start = facts.start as usize;
    let suspects: Vec<(usize, &ColumnText)> = columns
        .iter()
        .enumerate()
        .filter_map(|(position, column)| Some((position, column.as_ref()?)))
        .filter(|(_, column)| column.may_hold_nul)
        .map(|(position, column)| (position, &column.text))
        .collect();
    let has_nul = |row: u32, column: &ColumnText| {
        column.cell(start + row as usize).is_some_and(|cell| memchr::memchr(0, cell.as_bytes()).is_some())
    };
    // Nearly always no column is suspect, and then no row is looked at.
    let looked_at = if suspects.is_empty() { 0 } else { facts.rows };
    let quarantined: Vec<Quarantined> = (0..looked_at)
        .filter_map(|row| {
            let (column, _) = suspects.iter().find(|(_, column)| has_nul(row, column))?;
            Some(Quarantined {
                index: row,
                offset: facts.first_row + u64::from(row),
                length: 0,
                fault: StructureFault::Nul,
                column: u32::try_from(*column + 1).ok(),
            })
        })
        .collect();
    let accepted = (!quarantined.is_empty()).then(|| {
        let is_accepted = |row: &u32| quarantined.binary_search_by_key(row, |record| record.index).is_err();
        (0..facts.rows).filter(is_accepted).collect()
    });
    let rows = TypedRows { columns, start, accepted, rows: facts.rows, nulls: Arc::clone(nulls) };
    Parsed { records: facts.rows, quarantined, rows: Box::new(rows), bytes: facts.bytes, opens: None, closes: None }
}

impl Rows for TypedRows {
    fn len(&self) -> usize {
        self.accepted.as_ref().map_or(self.rows as usize, Vec::len)
    }

    fn index_in_block(&self, row: usize) -> u32 {
        let all = u32::try_from(row).unwrap_or(u32::MAX);
        self.accepted.as_ref().map_or(all, |accepted| accepted.get(row).copied().unwrap_or(u32::MAX))
    }

    fn gather<'a>(&'a self, column: usize, wanted: Wanted<'_>, view: View, cells: &mut Vec<Option<&'a str>>) {
        let Some(column) = self.columns.get(column).and_then(Option::as_ref) else {
            cells.extend(std::iter::repeat_n(None, wanted.len()));
            return;
        };
        let nulls = (view == View::Value).then_some(&*self.nulls);
        let text = &column.text;
        let start = self.start;
        match (wanted, &self.accepted) {
            (Wanted::Only(rows), None) => text.append(rows.iter().map(|row| start + *row as usize), nulls, cells),
            (Wanted::Run(run), None) => text.append(start + run.start..start + run.end, nulls, cells),
            (wanted, Some(accepted)) => {
                // One out of range is out of every range.
                let place = |row: usize| accepted.get(row).map_or(usize::MAX, |row| start + *row as usize);
                match wanted {
                    Wanted::Only(rows) => text.append(rows.iter().map(|row| place(*row as usize)), nulls, cells),
                    Wanted::Run(run) => text.append(run.map(place), nulls, cells),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cells::TextCells;

    #[test]
    fn rows_with_nul_are_quarantined_and_null_values_are_missing_in_one_view() {
        let column = |cells: &[Option<&str>]| {
            let text = ColumnText::Written(cells.iter().copied().collect::<TextCells>());
            Some(Arc::new(Column::from(text)))
        };
        // The block begins with the second row.
        let columns = vec![
            column(&[Some("-"), Some("a"), Some("b"), Some("n/a"), None]),
            None,
            column(&[Some("\0"), None, Some("\0"), Some(""), None]),
        ];
        let facts = BlockFacts { rows: 4, start: 1, first_row: 10, bytes: 99 };
        let parsed = parsed(columns, &facts, &Arc::new(NullValues::new(&["n/a".to_owned()])));
        let places: Vec<_> = parsed.quarantined.iter().map(|q| (q.index, q.offset, q.column, q.fault)).collect();
        assert_eq!(places, [(1, 11, Some(3), StructureFault::Nul)]);
        let rows = parsed.rows;
        assert_eq!((parsed.records, rows.len()), (4, 3));
        assert_eq!((0..3).map(|row| rows.index_in_block(row)).collect::<Vec<_>>(), [0, 2, 3]);
        let gathered = |column, wanted, view| {
            let mut cells = Vec::new();
            rows.gather(column, wanted, view, &mut cells);
            cells
        };
        assert_eq!(gathered(0, Wanted::Run(0..3), View::Raw), [Some("a"), Some("n/a"), None]);
        assert_eq!(gathered(0, Wanted::Run(0..3), View::Value), [Some("a"), None, None]);
        assert_eq!(gathered(2, Wanted::Only(&[1]), View::Value), [Some("")]);
    }
}
