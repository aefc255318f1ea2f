//! The accepted records of one row group or record batch: text cells of the
//! needed columns. Shared by the columnar sources.

use std::sync::{Arc, Mutex, PoisonError};

use super::arrow_decode::MalformedCell;
use super::column::ColumnText;
use super::offset_text::DictionaryText;
use crate::engine::port::{ByValue, JudgeCells, Parsed, Quarantined, Rows, Wanted};
use crate::format::null_values::NullValues;
use crate::model::outcome::reason::DropReason;
use crate::model::outcome::structure_fault::StructureFault;
use crate::row_rule::View;

/// A column, and what is known of its malformed cells.
#[derive(Debug)]
pub(crate) struct CheckedColumn {
    text: ColumnText,
    /// Whether it is worth looking for NUL in its cells.
    may_hold_nul: bool,
    /// Cells that are malformed whatever they hold, ascending.
    malformed: Vec<MalformedCell>,
    /// What was said of its values so far.
    judged: Mutex<Vec<Judged>>,
}

/// Under which key and in which view something was said of each value.
type Judged = (usize, View, Arc<[Option<DropReason>]>);

/// Cells for each value from which on it pays to judge the values.
const CELLS_OF_A_VALUE: usize = 2;

impl From<ColumnText> for CheckedColumn {
    fn from(text: ColumnText) -> Self {
        Self::new(text, Vec::new())
    }
}

impl CheckedColumn {
    /// A column of which these cells are malformed, ascending.
    pub(crate) fn new(text: ColumnText, malformed: Vec<MalformedCell>) -> Self {
        Self { may_hold_nul: text.may_hold_nul(), text, malformed, judged: Mutex::default() }
    }

    /// Whether any cell may be malformed.
    fn is_suspect(&self) -> bool {
        self.may_hold_nul || !self.malformed.is_empty()
    }

    /// What is wrong with the cell of a row, if anything is.
    fn fault_at(&self, row: usize) -> Option<StructureFault> {
        if let Ok(found) = self.malformed.binary_search_by_key(&row, |(row, _)| *row) {
            return self.malformed.get(found).map(|(_, fault)| *fault);
        }
        let cell = self.text.cell(row).filter(|_| self.may_hold_nul)?;
        memchr::memchr(0, cell.as_bytes()).map(|_| StructureFault::Nul)
    }

    /// What `judge` says of its values, asked at most once.
    fn judged(
        &self,
        text: &DictionaryText,
        view: View,
        key: usize,
        judge: &JudgeCells<'_>,
    ) -> Arc<[Option<DropReason>]> {
        let mut judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, _, verdicts)) = judged.iter().find(|(known, seen, _)| (*known, *seen) == (key, view)) {
            return Arc::clone(verdicts);
        }
        let values: Vec<Option<&str>> = text.values(view == View::Value).collect();
        let verdicts: Arc<[Option<DropReason>]> = judge(&values).into();
        judged.push((key, view, Arc::clone(&verdicts)));
        verdicts
    }
}

/// One block of a columnar source.
struct TypedRows {
    /// By position in the file; `None` where the column is not needed.
    columns: Vec<Option<Arc<CheckedColumn>>>,
    /// The row of the columns that the block begins with.
    start: usize,
    /// Positions of the accepted rows in the block; `None` where all are.
    accepted: Option<Vec<u32>>,
    rows: u32,
    nulls: Arc<NullValues>,
}

/// Where a block is and how large it is.
pub(crate) struct BlockFacts {
    /// Rows in it.
    pub(crate) rows: u32,
    /// Rows of its columns before it.
    pub(crate) start: u32,
    /// Rows of the file before it.
    pub(crate) first_row: u64,
    /// Bytes of the file it stands for.
    pub(crate) bytes: u64,
}

/// Puts the decoded columns together. A row with a malformed cell in one of them is
/// quarantined; so is one with a NUL: no text of a subscriber has one, and what it
/// would do to a reader of the delivery is anybody's guess.
pub(crate) fn parsed(columns: Vec<Option<Arc<CheckedColumn>>>, facts: &BlockFacts, nulls: &Arc<NullValues>) -> Parsed {
    let start = facts.start as usize;
    let suspects: Vec<(usize, &CheckedColumn)> = columns
        .iter()
        .enumerate()
        .filter_map(|(position, column)| Some((position, column.as_deref()?)))
        .filter(|(_, column)| column.is_suspect())
        .collect();
    // Nearly always no column is suspect, and then no row is looked at.
    let looked_at = if suspects.is_empty() { 0 } else { facts.rows };
    let quarantined: Vec<Quarantined> = (0..looked_at)
        .filter_map(|row| {
            let fault_in = |&(position, column): &(usize, &CheckedColumn)| {
                Some((position, column.fault_at(start + row as usize)?))
            };
            let (position, fault) = suspects.iter().find_map(fault_in)?;
            Some(Quarantined {
                index: row,
                offset: facts.first_row + u64::from(row),
                length: 0,
                fault,
                column: u32::try_from(position + 1).ok(),
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

    fn by_value(&self, column: usize, view: View, key: usize, judge: &JudgeCells<'_>) -> Option<ByValue<'_>> {
        let column = self.columns.get(column).and_then(Option::as_ref).filter(|_| self.accepted.is_none())?;
        let ColumnText::Coded(text) = &column.text else { return None };
        let codes = text.codes(self.start..self.start + self.rows as usize)?;
        let pays = text.cells_of_a_value() >= CELLS_OF_A_VALUE;
        pays.then(|| ByValue::new(codes, column.judged(text, view, key, judge)))
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
    use crate::format::columnar::offset_text::OffsetText;
    use crate::model::cells::TextCells;

    #[test]
    fn the_values_of_a_column_are_judged_once_for_all_its_blocks() {
        let values = OffsetText::of(&["1", "n/a", "22"]).unwrap();
        let nulls = Arc::new(NullValues::new(&["n/a".to_owned()]));
        let text = DictionaryText::new(values, vec![0, 1, 2, 3, 2, 2, 1, 0], &nulls);
        let columns = vec![Some(Arc::new(CheckedColumn::from(ColumnText::Coded(text))))];
        let block = |start| parsed(columns.clone(), &BlockFacts { rows: 4, start, first_row: 0, bytes: 0 }, &nulls);
        let asked = Mutex::new(Vec::new());
        let judge = |cells: &[Option<&str>]| {
            asked.lock().unwrap().push(cells.iter().map(|cell| cell.map(str::to_owned)).collect::<Vec<_>>());
            let verdict = |cell: Option<&str>| match cell.map(str::len) {
                None => Some(DropReason::ConsentUnknown),
                Some(length) => (length > 1).then_some(DropReason::ConsentRefused),
            };
            cells.iter().copied().map(verdict).collect()
        };
        let judged = |start, view, key| {
            let block = block(start);
            let by_value = block.rows.by_value(0, view, key, &judge).unwrap();
            let mut verdicts = [None, None, None, Some(DropReason::Erased)];
            by_value.judge(0..4, &mut verdicts);
            verdicts
        };
        let [unknown, refused, erased] =
            [DropReason::ConsentUnknown, DropReason::ConsentRefused, DropReason::Erased].map(Some);
        assert_eq!(
            judged(0, View::Value, 3),
            [None, unknown, refused, erased],
            "the fourth is missing, and was judged"
        );
        assert_eq!(judged(4, View::Value, 3), [refused, refused, unknown, erased]);
        assert_eq!(judged(0, View::Raw, 3), [None, refused, refused, erased]);
        assert_eq!(judged(4, View::Value, 4), [refused, refused, unknown, erased]);
        let asked = asked.lock().unwrap().clone();
        let [one, null, other] = ["1", "n/a", "22"].map(|cell| Some(cell.to_owned()));
        let as_values = vec![one.clone(), None, other.clone(), None];
        assert_eq!(asked, [as_values.clone(), vec![one, null, other, None], as_values], "once a view and a key");
        let few = DictionaryText::new(OffsetText::of(&["1", "2", "3"]).unwrap(), vec![0, 1, 2], &nulls);
        let few = vec![Some(Arc::new(CheckedColumn::from(ColumnText::Coded(few)))), None];
        let few = parsed(few, &BlockFacts { rows: 3, start: 0, first_row: 0, bytes: 0 }, &nulls);
        assert!(few.rows.by_value(0, View::Raw, 0, &judge).is_none(), "as many values as cells");
        assert!(few.rows.by_value(1, View::Raw, 0, &judge).is_none(), "no column");
    }

    #[test]
    fn rows_with_nul_are_quarantined_and_null_values_are_missing_in_one_view() {
        let column = |cells: &[Option<&str>]| {
            let text = ColumnText::Written(cells.iter().copied().collect::<TextCells>());
            Some(Arc::new(CheckedColumn::from(text)))
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
