//! The text of one cell, or what is wrong with it, by what the policy uses its column
//! for. The table is on the manual's page *reading*.

use std::borrow::Cow;

use calamine::DataRef;

use crate::model::outcome::structure_fault::StructureFault as Fault;
use crate::model::time::date::DateSerial;

/// Beyond it a double has no whole number for every other one.
const LAST_EXACT: f64 = 9_007_199_254_740_991.0;

/// What the policy uses a column of the sheet for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SheetColumn {
    /// Whether its characters count, so that a number has lost some.
    pub(super) is_text: bool,
    /// Whether it is read as a date.
    pub(super) is_date: bool,
    /// From which day its numbers count, where its format says that they are dates.
    pub(super) days: Option<DateSerial>,
    /// Whether a comma stands before the decimals of its numbers.
    pub(super) has_decimal_comma: bool,
}

impl SheetColumn {
    /// The text of a cell; `None` where it has no value.
    pub(super) fn text<'v>(&self, value: &'v DataRef<'_>) -> Result<Option<Cow<'v, str>>, Fault> {
        match value {
            DataRef::Empty => Ok(None),
            DataRef::String(text) => Ok(Some(text.as_str().into())),
            DataRef::SharedString(text) => Ok(Some((*text).into())),
            DataRef::Bool(_) if self.is_text => Err(Fault::WrongType),
            DataRef::Bool(value) => Ok(Some(if *value { "true" } else { "false" }.into())),
            #[expect(clippy::cast_precision_loss, reason = "what is not exact is refused as any other number")]
            DataRef::Int(value) => self.number(*value as f64),
            DataRef::Float(value) => self.number(*value),
            // A number of days, as a CSV file holds it; or a length of time, which is no date.
            DataRef::DateTime(date) if self.days.is_some() && !self.is_text && date.is_datetime() => {
                Ok(Some(shortest(date.as_f64()).into()))
            }
            DataRef::DateTimeIso(text) if !self.is_text => Ok(Some(text.as_str().into())),
            DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => Err(Fault::SpreadsheetDate),
            DataRef::Error(_) => Err(Fault::ErrorCell),
        }
    }

    fn number(&self, value: f64) -> Result<Option<Cow<'static, str>>, Fault> {
        if self.is_text || value.abs() > LAST_EXACT {
            return Err(Fault::NumberForText);
        }
        // A sheet says which of its numbers are dates, and this is none.
        if self.is_date && self.days.is_some() {
            return Err(Fault::WrongType);
        }
        let text = shortest(value);
        // Its point stands before decimals, and must not group digits.
        Ok(Some(if self.has_decimal_comma { text.replace('.', ",") } else { text }.into()))
    }
}

/// The shortest plain decimal that reads back as the number; noughts have no sign.
fn shortest(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{CellErrorType, ExcelDateTime, ExcelDateTimeType};

    const PLAIN: SheetColumn = SheetColumn { is_text: false, is_date: false, days: None, has_decimal_comma: false };
    const TEXT: SheetColumn = SheetColumn { is_text: true, ..PLAIN };
    const DATE: SheetColumn = SheetColumn { is_date: true, days: Some(DateSerial::Excel1900), ..PLAIN };
    const DECLARED: SheetColumn = SheetColumn { is_date: false, ..DATE };
    const OTHER_DATE: SheetColumn = SheetColumn { is_date: true, ..PLAIN };

    fn text(column: SheetColumn, value: &DataRef<'_>) -> Result<Option<String>, Fault> {
        column.text(value).map(|text| text.map(Cow::into_owned))
    }

    #[test]
    fn each_value_has_one_text_or_one_fault_in_each_column() {
        let dated = |kind| DataRef::DateTime(ExcelDateTime::new(45296.5, kind, false));
        let (date, time) = (dated(ExcelDateTimeType::DateTime), dated(ExcelDateTimeType::TimeDelta));
        let (number, wrong, of_date) = (Fault::NumberForText, Fault::WrongType, Fault::SpreadsheetDate);
        type Texts<'t> = [Result<Option<&'t str>, Fault>; 5];
        let alike = |text| [text; 5];
        let table: [(DataRef<'_>, Texts<'_>); 12] = [
            (DataRef::Empty, alike(Ok(None))),
            (DataRef::String("0042".to_owned()), alike(Ok(Some("0042")))),
            (DataRef::SharedString(" x"), alike(Ok(Some(" x")))),
            (DataRef::Float(42.0), [Ok(Some("42")), Err(number), Err(wrong), Ok(Some("42")), Ok(Some("42"))]),
            (DataRef::Float(-1.5), [Ok(Some("-1.5")), Err(number), Err(wrong), Ok(Some("-1.5")), Ok(Some("-1.5"))]),
            (DataRef::Float(1e16), alike(Err(number))),
            (DataRef::Bool(true), [Ok(Some("true")), Err(wrong), Ok(Some("true")), Ok(Some("true")), Ok(Some("true"))]),
            (date, [Err(of_date), Err(of_date), Ok(Some("45296.5")), Ok(Some("45296.5")), Err(of_date)]),
            (time, alike(Err(of_date))),
            (
                DataRef::DateTimeIso("2024-01-05".to_owned()),
                [
                    Ok(Some("2024-01-05")),
                    Err(of_date),
                    Ok(Some("2024-01-05")),
                    Ok(Some("2024-01-05")),
                    Ok(Some("2024-01-05")),
                ],
            ),
            (DataRef::DurationIso("PT1H".to_owned()), alike(Err(of_date))),
            (DataRef::Error(CellErrorType::NA), alike(Err(Fault::ErrorCell))),
        ];
        for (value, expected) in table {
            let found = [PLAIN, TEXT, DATE, DECLARED, OTHER_DATE].map(|column| text(column, &value));
            assert_eq!(found, expected.map(|text| text.map(|text| text.map(str::to_owned))), "{value:?}");
        }
    }

    #[test]
    fn numbers_are_the_shortest_decimals_that_read_back() {
        for (value, expected) in [
            (0.1, "0.1"),
            (-0.0, "0"),
            (1e-7, "0.0000001"),
            (0.1 + 0.2, "0.30000000000000004"),
            (LAST_EXACT, "9007199254740991"),
            (-12.50, "-12.5"),
        ] {
            assert_eq!(shortest(value), expected);
            assert_eq!(shortest(value).parse::<f64>(), Ok(value));
        }
    }
}
