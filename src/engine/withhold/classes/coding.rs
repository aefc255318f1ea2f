//! How the cells of a sensitive column become numbers that can be counted, and compared
//! where they have an order.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::{DateTime, date};

use crate::model::cells::Cell;
use crate::model::column_type::ColumnType;
use crate::model::digest::SubjectHasher;
use crate::privacy::models::t_closeness::ValueOrder;

/// The code of a missing cell, which comes before all values.
pub(super) const MISSING: u64 = 0;
/// The code of a cell that the order does not have.
pub(super) const UNORDERED: u64 = u64::MAX;

/// How cells are numbered.
#[derive(Debug)]
pub(super) enum ValueCoding {
    /// By a keyed digest: equal cells have equal codes.
    Digest,
    /// As the list of the policy orders them.
    Listed(HashMap<String, u64>),
    /// As numbers, days or times: codes compare as they do.
    Natural(ColumnType),
}

impl ValueCoding {
    /// How the cells of a column of this type are numbered, if an order is asked for.
    pub(super) fn new(order: Option<&ValueOrder>, column_type: ColumnType) -> Self {
        match order {
            None => Self::Digest,
            Some(ValueOrder::Natural) => Self::Natural(column_type),
            Some(ValueOrder::Listed(values)) => Self::Listed(values.iter().cloned().zip(1..).collect()),
        }
    }

    /// The code of a cell.
    pub(super) fn code(&self, cell: Cell<'_>, hasher: &SubjectHasher) -> u64 {
        match (self, cell) {
            (_, Cell::Missing) => MISSING,
            (Self::Digest, Cell::Text(text)) => between(hasher.digest(text)),
            (_, Cell::Boolean(value)) => 1 + u64::from(value),
            (Self::Listed(order), Cell::Text(text)) => order.get(text).copied().unwrap_or(UNORDERED),
            (Self::Listed(order), Cell::Integer(number)) => {
                order.get(&number.to_string()).copied().unwrap_or(UNORDERED)
            }
            (Self::Digest | Self::Natural(_), Cell::Integer(number)) => between(of_integer(number)),
            (Self::Natural(column_type), Cell::Text(text)) => natural(*column_type, text).map_or(UNORDERED, between),
        }
    }
}

/// No code of a value is that of a missing or an unordered one.
fn between(code: u64) -> u64 {
    code.clamp(MISSING + 1, UNORDERED - 1)
}

/// Compares as the numbers do.
fn of_integer(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// Compares as the canonical texts of a type do. `None` for a text that is none.
fn natural(column_type: ColumnType, text: &str) -> Option<u64> {
    match column_type {
        ColumnType::Date | ColumnType::Timestamp => time(text).map(of_integer),
        _ => {
            let number: f64 = text.parse().ok().filter(|number: &f64| !number.is_nan())?;
            // The order of floating-point numbers in their bits (IEEE 754, section 5.10).
            let bits = (number + 0.0).to_bits();
            Some(if bits >> 63 == 0 { bits | 1 << 63 } else { !bits })
        }
    }
}

/// Microseconds of a day or a time.
fn time(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_microsecond());
    }
    let time = text.parse::<DateTime>().ok()?;
    i64::try_from(time.duration_since(date(1970, 1, 1).at(0, 0, 0, 0)).as_micros()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_compare_as_the_values_do() {
        let hasher = SubjectHasher::new(&[1; 16]);
        let codes = |coding: &ValueCoding, texts: &[&str]| -> Vec<u64> {
            texts.iter().map(|text| coding.code(Cell::Text(text), &hasher)).collect()
        };
        let is_ordered = |codes: &[u64]| codes.windows(2).all(|pair| pair[0] < pair[1]);
        let numbers = codes(&ValueCoding::Natural(ColumnType::Decimal), &["-10.5", "-2", "0", "0.5", "3", "1e9"]);
        assert!(is_ordered(&numbers) && numbers[0] > MISSING && numbers[5] < UNORDERED);
        let zeros = codes(&ValueCoding::Natural(ColumnType::Decimal), &["0", "-0", "0.0"]);
        assert!(zeros.iter().all(|code| *code == zeros[0]));
        let days = ["1969-12-31", "1970-01-01", "2020-02-29"];
        assert!(is_ordered(&codes(&ValueCoding::Natural(ColumnType::Date), &days)));
        let times = ["2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z", "2020-01-02T00:00:00Z"];
        assert!(is_ordered(&codes(&ValueCoding::Natural(ColumnType::Timestamp), &times)));
        let order = ValueOrder::Listed(["low", "medium", "high"].map(str::to_owned).into());
        let listed = ValueCoding::new(Some(&order), ColumnType::Text);
        assert!(is_ordered(&codes(&listed, &["low", "medium", "high"])));
        assert_eq!(codes(&listed, &["Low"]), [UNORDERED]);
        assert_eq!(codes(&ValueCoding::Natural(ColumnType::Decimal), &["x", "NaN"]), [UNORDERED, UNORDERED]);
        let integers = [i64::MIN, -1, 0, 1, i64::MAX]
            .map(|number| ValueCoding::Natural(ColumnType::Integer).code(Cell::Integer(number), &hasher));
        assert!(is_ordered(&integers));
        for coding in [ValueCoding::Digest, listed] {
            assert_eq!(coding.code(Cell::Missing, &hasher), MISSING);
        }
    }
}
