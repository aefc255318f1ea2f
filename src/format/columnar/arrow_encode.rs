//! Turns released cells into Arrow arrays, for the columnar sinks.
//!
//! Only plain arrays, never dictionaries or categories: those carry a list of
//! values of their own. Schemas are made fresh and carry no metadata.

use std::fmt::Write as _;

use polars_arrow::array::{
    Array, BooleanArray, MutableBinaryViewArray, MutableBooleanArray, PrimitiveArray, Utf8Array, Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::types::NativeType;

use super::days_and_times::days_of_date;
use crate::engine::fault::EngineError;
use crate::engine::port::{OutputColumn, Released};
use crate::model::cells::{Cell, Cells};
use crate::model::column_type::ColumnType;
use crate::model::number::text::Number;

/// An array, and how many of its numbers a double cannot hold to the last digit.
type ArrayWithInexact = (Box<dyn Array>, u64);

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextLayout {
    /// All bytes, then 64-bit offsets: what every Arrow reader knows.
    Offsets,
    /// Views: what the Parquet encoder is fastest with.
    Views,
}

impl TextLayout {
    fn array_type(self, column_type: ColumnType) -> ArrowDataType {
        match column_type {
            ColumnType::Boolean => ArrowDataType::Boolean,
            ColumnType::Date => ArrowDataType::Date32,
            ColumnType::Decimal | ColumnType::Double | ColumnType::Float | ColumnType::Half => ArrowDataType::Float64,
            ColumnType::Integer | ColumnType::Year => ArrowDataType::Int64,
            // A timestamp column may mix offsets and precisions: it stays text.
            ColumnType::Text | ColumnType::Timestamp => match self {
                Self::Offsets => ArrowDataType::LargeUtf8,
                Self::Views => ArrowDataType::Utf8View,
            },
        }
    }

    /// The schema of a delivery.
    pub(crate) fn schema(self, columns: &[OutputColumn]) -> ArrowSchema {
        let field = |column: &OutputColumn| {
            let name = column.name.as_str();
            (name.into(), Field::new(name.into(), self.array_type(column.column_type), true))
        };
        columns.iter().map(field).collect()
    }

    /// The arrays of some rows, in column order, and how many of their numbers a
    /// double cannot hold to the last digit.
    ///
    /// # Errors
    /// [`EngineError::Bug`] where a cell is not of its column's type.
    pub(crate) fn arrays(
        self,
        rows: &Released,
        columns: &[OutputColumn],
    ) -> Result<(Vec<Box<dyn Array>>, u64), EngineError> {
        let mut arrays = Vec::with_capacity(columns.len());
        let mut rounded = 0;
        for made in self.each(rows, columns)? {
            let (array, of_it) = made?;
            arrays.push(array);
            rounded += of_it;
        }
        Ok((arrays, rounded))
    }

    /// The same, one after another: each is made when it is asked for.
    ///
    /// # Errors
    /// As [`arrays`](Self::arrays).
    pub(crate) fn each<'r>(
        self,
        rows: &'r Released,
        columns: &'r [OutputColumn],
    ) -> Result<impl Iterator<Item = Result<ArrayWithInexact, EngineError>> + use<'r>, EngineError> {
        if rows.columns().len() != columns.len() || rows.columns().iter().any(|cells| cells.len() != rows.rows()) {
            return Err(BUG);
        }
        Ok(rows.columns().iter().zip(columns).map(move |(cells, column)| {
            let mut rounded = 0;
            Ok((self.array(cells, column.column_type, &mut rounded)?, rounded))
        }))
    }

    fn array(self, cells: &Cells, column_type: ColumnType, rounded: &mut u64) -> Result<Box<dyn Array>, EngineError> {
        match column_type {
            ColumnType::Boolean => booleans(cells),
            ColumnType::Date => numbers(cells, ArrowDataType::Date32, |cell| match cell {
                Cell::Text(text) => days_of_date(text),
                _ => None,
            }),
            ColumnType::Decimal | ColumnType::Double | ColumnType::Float | ColumnType::Half => doubles(cells, rounded),
            ColumnType::Integer | ColumnType::Year => numbers(cells, ArrowDataType::Int64, |cell| match cell {
                Cell::Integer(number) => Some(number),
                Cell::Text(text) => text.parse::<i64>().ok(),
                _ => None,
            }),
            ColumnType::Text | ColumnType::Timestamp => self.text(cells),
        }
    }

    fn text(self, cells: &Cells) -> Result<Box<dyn Array>, EngineError> {
        let Cells::Text(cells) = cells else {
            return Err(BUG);
        };
        Ok(match self {
            Self::Offsets => cells.iter().collect::<Utf8Array<i64>>().boxed(),
            Self::Views => {
                let views: Utf8ViewArray = cells.iter().collect::<MutableBinaryViewArray<str>>().into();
                views.boxed()
            }
        })
    }
}

const BUG: EngineError = EngineError::Bug { step: "arrow_build" };

/// Doubles, of which the last digits of some numbers are no part.
fn doubles(cells: &Cells, rounded: &mut u64) -> Result<Box<dyn Array>, EngineError> {
    let mut shortest = String::new();
    numbers(cells, ArrowDataType::Float64, |cell| {
        let (double, is_same) = match cell {
            Cell::Text(text) => {
                let double = text.parse::<f64>().ok()?;
                (double, is_same(text, double, &mut shortest))
            }
            #[expect(
                clippy::cast_precision_loss,
                reason = "this type holds 53 bits of any number, also of a whole one"
            )]
            Cell::Integer(number) => (number as f64, number.unsigned_abs() <= 1 << 53),
            _ => return None,
        };
        *rounded += u64::from(!is_same);
        Some(double)
    })
}

/// Whether the shortest text of the double says the same number.
fn is_same(text: &str, double: f64, shortest: &mut String) -> bool {
    // A double gives back any number of 15 digits, small exponents apart.
    if text.len() <= 15 && !text.contains(['e', 'E']) {
        return true;
    }
    shortest.clear();
    let _ = write!(shortest, "{double}"); // a String takes everything
    if text == shortest {
        return true;
    }
    let numbers = Number::parse(text).zip(Number::parse(shortest));
    numbers.is_some_and(|(number, read)| number.is_at_least(&read) && read.is_at_least(&number))
}

fn numbers<T: NativeType>(
    cells: &Cells,
    array_type: ArrowDataType,
    mut read: impl FnMut(Cell<'_>) -> Option<T>,
) -> Result<Box<dyn Array>, EngineError> {
    let number = |row| match cells.cell(row) {
        Cell::Missing => Ok(None),
        cell => read(cell).map(Some).ok_or(BUG),
    };
    let numbers: Vec<Option<T>> = (0..cells.len()).map(number).collect::<Result<_, _>>()?;
    Ok(PrimitiveArray::from(numbers).to(array_type).boxed())
}

fn booleans(cells: &Cells) -> Result<Box<dyn Array>, EngineError> {
    let mut array = MutableBooleanArray::with_capacity(cells.len());
    for row in 0..cells.len() {
        array.push(match cells.cell(row) {
            Cell::Boolean(value) => Some(value),
            Cell::Missing => None,
            Cell::Text("true") => Some(true),
            Cell::Text("false") => Some(false),
            Cell::Integer(_) | Cell::Text(_) => return Err(BUG),
        });
    }
    Ok(BooleanArray::from(array).boxed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_more_digits_than_a_double_is_seen() {
        let mut shortest = String::new();
        let mut same = |text: &str| is_same(text, text.parse().unwrap(), &mut shortest);
        for text in [
            "0",
            "-0",
            "0.1",
            "123456789012345",
            "0.30000000000000004",
            "1e21",
            "1000000000000000000000",
            "5e-324",
            "1.7976931348623157e308",
            "0.10000000000000000",
            "9007199254740992",
            "1.50000000000000000000000",
        ] {
            assert!(same(text), "{text}");
        }
        for text in ["9007199254740993", "0.12345678901234567890", "12345678901234567890", "4e-324"] {
            assert!(!same(text), "{text}");
        }
    }
}
