//! The check of the cells: each reads as the type that the manifest says of its column.
//! Nothing of a cell is shown, only in which file there is one that does not.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::engine::fault::EngineError;
use crate::engine::port::Quarantined;
use crate::engine::read::records::{RecordSink, read_records};
use crate::manifest::document::OutputSection;
use crate::model::column_type::ColumnType;
use crate::model::dialect::Dialect;
use crate::model::time::date::DateFormat;
use crate::model::time::iso_time::read_iso;
use crate::policy::plan::column_uses::ColumnUse;
use crate::release::error::ReleaseError;
use crate::release::inputs::open::FileReading;

/// What is wrong with the cells of a file; `None`: nothing.
pub(super) fn wrong_cells(
    folder: &Path,
    file: &OutputSection,
    columns: &[(&str, ColumnType)],
    stop: &AtomicBool,
) -> Result<Option<String>, ReleaseError> {
    let typed: Vec<usize> = (0..columns.len()).filter(|index| columns[*index].1 != ColumnType::Text).collect();
    let uses: Vec<ColumnUse> = Vec::new();
    let name: Arc<str> = file.path.as_str().into();
    let cannot = || Some(format!("{} cannot be read", file.path));
    let Ok(source) = FileReading::of_columns(&Dialect::of_delivery(), &uses).open(&folder.join(&file.path), &name)
    else {
        return Ok(cannot());
    };
    let mut sink = CellTypes { types: typed.iter().map(|index| columns[*index].1).collect(), misfits: 0, malformed: 0 };
    match read_records::<EngineError>(source, &typed, stop, &mut sink) {
        Ok(_) if sink.malformed > 0 => Ok(Some(format!("{} has records that cannot be read", file.path))),
        Ok(_) if sink.misfits > 0 => Ok(Some(format!("{} has cells that are not of their column's type", file.path))),
        Ok(_) => Ok(None),
        Err(EngineError::Interrupted) => Err(ReleaseError::Interrupted),
        Err(_) => Ok(cannot()),
    }
}

struct CellTypes {
    types: Vec<ColumnType>,
    misfits: u64,
    malformed: u64,
}

impl RecordSink<EngineError> for CellTypes {
    fn take(&mut self, _: u64, cells: &[Option<&str>]) -> Result<(), EngineError> {
        let mut typed = cells.iter().copied().zip(&self.types);
        let fits = typed.all(|(cell, column_type)| cell.is_none_or(|cell| reads_as(cell, *column_type)));
        self.misfits += u64::from(!fits);
        Ok(())
    }

    fn malformed(&mut self, _: u64, _: Quarantined) -> Result<(), EngineError> {
        self.malformed += 1;
        Ok(())
    }
}

/// Whether a text is a value of a type, as scant writes it.
fn reads_as(cell: &str, column_type: ColumnType) -> bool {
    match column_type {
        ColumnType::Text => true,
        ColumnType::Boolean => matches!(cell, "true" | "false"),
        ColumnType::Integer | ColumnType::Year => cell.parse::<i64>().is_ok_and(|number| number.to_string() == cell),
        ColumnType::Decimal | ColumnType::Double | ColumnType::Float | ColumnType::Half => {
            is_plain_number(cell) && cell.parse::<f64>().is_ok_and(f64::is_finite)
        }
        ColumnType::Date => DateFormat::iso_day(cell).is_some(),
        ColumnType::Timestamp => read_iso(cell).is_some_and(|reading| reading.time.is_some()),
    }
}

/// Digits, with a sign, a point and an exponent at most: no `inf`, no `+1`.
fn is_plain_number(cell: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    cell.bytes().all(is_part) && cell.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_reads_as_its_type_or_does_not() {
        for (column_type, right, wrong) in [
            (ColumnType::Boolean, "true", "True"),
            (ColumnType::Integer, "-7", "07"),
            (ColumnType::Year, "1987", "1987.0"),
            (ColumnType::Decimal, "-1.50", "1,5"),
            (ColumnType::Double, "1e300", "inf"),
            (ColumnType::Float, "0.5", "+0.5"),
            (ColumnType::Date, "1987-02-03", "1987-02-30"),
            (ColumnType::Timestamp, "1987-02-03T04:05:06Z", "1987-02-03"),
            (ColumnType::Integer, "0", "Anna Birch"),
        ] {
            assert!(reads_as(right, column_type), "{right}");
            assert!(!reads_as(wrong, column_type), "{wrong}");
            assert!(reads_as(wrong, ColumnType::Text));
        }
    }
}
