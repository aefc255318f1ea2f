//! What the actions on numbers share: reading cells exactly, and reading a policy's
//! parameters. Never uses floating point.

use crate::document::TableReader;
use crate::model::column_type::ColumnType;
use crate::model::number::decimal::Decimal;
use crate::model::number::format::NumberFormat;
use crate::model::number::text::Number;
use crate::model::outcome::tally::Unreadable;
use crate::transform::{BuildContext, Inapplicable};

const NOT_PLAIN: &str = "must be a plain number of at most 18 digits on either side of the point";

/// Refuses a column that cannot hold numbers.
pub(crate) fn accept(action: &'static str, context: &BuildContext<'_>) -> Result<(), Inapplicable> {
    use ColumnType::{Decimal, Integer, Text, Year};
    context.accept(action, "numbers", &[Decimal, Integer, Text, Year])
}

/// The number in a cell.
pub(crate) fn cell(text: &str, format: NumberFormat) -> Result<Number, Unreadable> {
    format.read(text).ok_or(Unreadable::Number)
}

/// The same as a whole number of 64 bits.
pub(crate) fn whole(number: &Number) -> Result<i64, Unreadable> {
    number.to_integer().ok_or(Unreadable::Number)
}

/// A number that a policy gives as a parameter.
pub(crate) fn parameter(parameters: &TableReader<'_>, key: &'static str) -> Option<Decimal> {
    let number = Decimal::parse(&parameters.number(key)?);
    if number.is_none() {
        parameters.fault(key, NOT_PLAIN, Some("write it like 10 or 0.5"));
    }
    number
}

/// The same, above zero.
pub(crate) fn positive_parameter(parameters: &TableReader<'_>, key: &'static str) -> Option<Decimal> {
    let number = parameter(parameters, key)?;
    if number.is_positive() {
        return Some(number);
    }
    parameters.fault(key, "must be above zero", None);
    None
}

/// A list of numbers in a policy, each above the one before.
pub(crate) fn ascending_parameters(parameters: &TableReader<'_>, key: &'static str) -> Option<Vec<Decimal>> {
    let numbers: Option<Vec<Decimal>> = parameters.numbers(key)?.iter().map(|number| Decimal::parse(number)).collect();
    let Some(numbers) = numbers else {
        parameters.fault(key, NOT_PLAIN, Some("write them like [10, 20.5]"));
        return None;
    };
    if numbers.is_empty() || numbers.windows(2).any(|pair| pair[0] >= pair[1]) {
        parameters.fault(key, "must be one number or more, each above the one before", None);
        return None;
    }
    Some(numbers)
}
