//! Reads the cells of a sheet that was looked through, by calamine: the header, then
//! all records into memory, column by column.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{DataRef, Reader as _, Xlsx};

use super::cell::{CellPosition, PositionSum};
use super::scan::SheetFault;
use super::skipped::{SkippedRows, values_of_a_record};
use super::value::SheetColumn;
use super::workbook::ChosenSheet;
use crate::engine::fault::InputFaultKind as Kind;
use crate::format::columnar::column::ColumnText;
use crate::format::columnar::rows::CheckedColumn;
use crate::format::guarded;
use crate::model::cells::TextCells;
use crate::model::dialect::Dialect;
use crate::model::outcome::structure_fault::StructureFault;
use crate::model::time::date::DateSerial;

/// The most bytes that the texts of a sheet may have together.
const MOST_TEXT: usize = 256 << 20;
/// As in every text format.
const LONGEST_FIELD: usize = 64 << 10;
const LONGEST_RECORD: usize = 1 << 20;
/// A title and what is around it are not longer.
const MOST_ROWS_BEFORE: u32 = 20;

/// What `each_cell` does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Cell,
    End,
}

/// Gives `take` every cell of the sheet, in order, until it has enough. Returns where
/// the cells were.
fn each_cell(
    bytes: &[u8],
    sheet: &ChosenSheet,
    take: &mut dyn FnMut(CellPosition, &DataRef<'_>) -> Result<Next, SheetFault>,
) -> Result<PositionSum, SheetFault> {
    let mut fault = None;
    let read = guarded(Kind::CorruptFile, || {
        let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|_| ())?;
        if workbook.has_1904_epoch() != (sheet.days == DateSerial::Excel1904) {
            return Err(());
        }
        let mut cells = workbook.worksheet_cells_reader(&sheet.name).map_err(|_| ())?;
        let mut positions = PositionSum::default();
        while let Some(cell) = cells.next_cell().map_err(|_| ())? {
            let at = CellPosition::of_zero_based(cell.get_position()).ok_or(())?;
            positions.add(at);
            match take(at, cell.get_value()) {
                Ok(Next::Cell) => {}
                Ok(Next::End) => break,
                Err(found) => {
                    fault = Some(found);
                    return Err(());
                }
            }
        }
        Ok(positions)
    });
    read.map_err(|kind| fault.unwrap_or_else(|| kind.into()))
}

/// The columns of a sheet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SheetHeader {
    pub(super) names: Vec<String>,
    /// How many rows there seem to be before it.
    pub(super) rows_before: Option<u32>,
}

/// Reads the header, and checks the rows that are skipped before it.
///
/// # Errors
/// When a name cannot be read, or a row that is skipped reads as a record.
pub(super) fn read_header(bytes: &[u8], sheet: &ChosenSheet, dialect: &Dialect) -> Result<SheetHeader, SheetFault> {
    let skip = dialect.skip_lines.count;
    let mut skipped = SkippedRows::default();
    let mut names: Vec<String> = Vec::new();
    // How many values each of the first rows has, from that of the header on.
    let mut values = [0_u32; MOST_ROWS_BEFORE as usize + 2];
    each_cell(bytes, sheet, &mut |at, value| {
        let Some(behind) = at.row.checked_sub(skip + 1) else {
            // What cannot be read as text has a value all the same.
            let text = SheetColumn::default().text(value).unwrap_or_else(|_| Some("".into()));
            if let Some(text) = text {
                skipped.take(at, &text);
            }
            return Ok(Next::Cell);
        };
        let Some(count) = values.get_mut(behind as usize) else { return Ok(Next::End) };
        let unreadable = SheetFault { kind: Kind::UnreadableCell, row: Some(at.row), column: Some(at.column) };
        match SheetColumn::default().text(value) {
            Ok(Some(text)) => {
                *count += 1;
                if behind == 0 && dialect.header.is_none() && !text.is_empty() {
                    names.resize(at.column as usize - 1, String::new());
                    names.push(trimmed(&text, dialect).to_owned());
                }
            }
            Ok(None) => {}
            Err(_) if behind == 0 && dialect.header.is_none() => return Err(unreadable),
            Err(_) => *count += 1,
        }
        Ok(Next::Cell)
    })?;
    let most = match &dialect.header {
        None => names.len().max(2),
        Some(declared) => {
            names.clone_from(declared);
            values_of_a_record(declared.len())
        }
    };
    skipped.check(&dialect.skip_lines, 1, most)?;
    let is_table = |rows: &[u32]| rows.iter().all(|values| *values > 1);
    let rows_before = (dialect.header.is_none() && values.first() == Some(&1))
        .then(|| values.windows(2).position(is_table).and_then(|before| u32::try_from(before).ok()))
        .flatten();
    Ok(SheetHeader { names, rows_before })
}

fn trimmed<'t>(text: &'t str, dialect: &Dialect) -> &'t str {
    if dialect.trim { text.trim_matches([' ', '\t']) } else { text }
}

/// Which rows of a sheet are records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordRows {
    pub(super) first: u32,
    /// The last; before the first where there is none.
    pub(super) last: u32,
}

impl RecordRows {
    pub(super) fn count(self) -> u32 {
        (self.last + 1).saturating_sub(self.first)
    }
}

/// Reads all records: a column for each of the sheet, and one more that has what is
/// wrong with a record as a whole.
///
/// # Errors
/// When a row behind the last record reads as one, when it is too much to be held, or
/// when the cells are not those that were looked through.
pub(super) fn read_records(
    bytes: &[u8],
    sheet: &ChosenSheet,
    dialect: &Dialect,
    (names, columns): (&[String], &[SheetColumn]),
    rows: RecordRows,
    looked_through: PositionSum,
) -> Result<Vec<Arc<CheckedColumn>>, SheetFault> {
    let mut records = RecordBuilder::new(dialect, names, columns, rows);
    let mut footer = SkippedRows::default();
    let positions = each_cell(bytes, sheet, &mut |at, value| {
        if at.row > rows.last {
            let text = SheetColumn::default().text(value).unwrap_or_else(|_| Some("".into()));
            if let Some(text) = text {
                footer.take(at, &text);
            }
        } else if at.row >= rows.first {
            records.take(at, value)?;
        }
        Ok(Next::Cell)
    })?;
    if positions != looked_through {
        return Err(Kind::CorruptFile.into());
    }
    if dialect.skip_footer.count > 0 {
        footer.check(&dialect.skip_footer, rows.last + 1, values_of_a_record(names.len()))?;
    }
    records.finish()
}

/// Puts records together, row by row.
struct RecordBuilder<'s> {
    dialect: &'s Dialect,
    names: &'s [String],
    columns: &'s [SheetColumn],
    rows: RecordRows,
    texts: Vec<TextCells>,
    malformed: Vec<Vec<(usize, StructureFault)>>,
    /// What is wrong with records as a whole.
    of_records: Vec<(usize, StructureFault)>,
    /// The row that is open.
    row: u32,
    /// Its cells; `None` where there is no value yet.
    cells: Vec<Option<Result<String, StructureFault>>>,
    has_extra: bool,
    bytes: usize,
}

impl<'s> RecordBuilder<'s> {
    fn new(dialect: &'s Dialect, names: &'s [String], columns: &'s [SheetColumn], rows: RecordRows) -> Self {
        let width = columns.len();
        Self {
            dialect,
            names,
            columns,
            rows,
            texts: (0..width).map(|_| TextCells::with_capacity(rows.count() as usize, 0)).collect(),
            malformed: vec![Vec::new(); width],
            of_records: Vec::new(),
            row: rows.first,
            cells: vec![None; width],
            has_extra: false,
            bytes: 0,
        }
    }

    fn take(&mut self, at: CellPosition, value: &DataRef<'_>) -> Result<(), SheetFault> {
        while self.row < at.row {
            self.end_row()?;
        }
        let index = at.column as usize - 1;
        match self.columns.get(index) {
            None => self.has_extra |= SheetColumn::default().text(value) != Ok(None),
            Some(column) => {
                let text = match column.text(value) {
                    Ok(Some(text)) if text.len() > LONGEST_FIELD => Some(Err(StructureFault::FieldTooLong)),
                    Ok(text) => text.map(|text| Ok(trimmed(&text, self.dialect).to_owned())),
                    Err(fault) => Some(Err(fault)),
                };
                if let Some(cell) = self.cells.get_mut(index) {
                    *cell = text;
                }
            }
        }
        Ok(())
    }

    /// Adds the open row to the columns, and begins the next.
    fn end_row(&mut self) -> Result<(), SheetFault> {
        let record = (self.row - self.rows.first) as usize;
        let has_value = |cell: &Option<Result<String, StructureFault>>| match cell {
            Some(Ok(text)) => !text.is_empty(),
            Some(Err(_)) => true,
            None => false,
        };
        let text = |cell: &'_ Option<Result<String, StructureFault>>| cell.as_ref().and_then(|cell| cell.clone().ok());
        let length: usize = self.cells.iter().map(|cell| cell.iter().flatten().map(String::len).sum::<usize>()).sum();
        let is_header = self.cells.iter().zip(self.names).all(|(cell, name)| text(cell).as_ref() == Some(name));
        let fault = if self.has_extra {
            Some(StructureFault::ExtraField)
        } else if !self.cells.iter().any(has_value) {
            Some(StructureFault::BlankRecord)
        } else if length > LONGEST_RECORD {
            Some(StructureFault::RecordTooLong)
        } else {
            is_header.then_some(StructureFault::RepeatedHeader)
        };
        self.of_records.extend(fault.map(|fault| (record, fault)));
        self.bytes += length;
        if self.bytes > MOST_TEXT {
            return Err(SheetFault { kind: Kind::SheetTooLarge, row: Some(self.row), column: None });
        }
        for ((cell, texts), malformed) in self.cells.iter_mut().zip(&mut self.texts).zip(&mut self.malformed) {
            match cell.take() {
                Some(Ok(text)) => texts.push(Some(&text)),
                // As an empty field of CSV: missing where `null_values` say so.
                None => texts.push(Some("")),
                Some(Err(fault)) => {
                    malformed.push((record, fault));
                    texts.push(None);
                }
            }
        }
        self.has_extra = false;
        self.row += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Arc<CheckedColumn>>, SheetFault> {
        while self.row <= self.rows.last {
            self.end_row()?;
        }
        let columns = self.texts.into_iter().map(ColumnText::Written).zip(self.malformed);
        let of_records = (ColumnText::Absent, self.of_records);
        let columns = columns.chain([of_records]).map(|(text, malformed)| CheckedColumn::new(text, malformed));
        Ok(columns.map(Arc::new).collect())
    }
}
