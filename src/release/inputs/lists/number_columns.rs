//! Entries of lists that are compared with columns of numbers.

use super::ReadList;
use crate::engine::bind::fit::PlanFit;
use crate::model::column_type::ColumnType;
use crate::policy::plan::Plan;
use crate::release::error::ReleaseError;
use crate::release::inputs::extract::BoundInputs;

fn is_number(column_type: ColumnType) -> bool {
    match column_type {
        ColumnType::Decimal
        | ColumnType::Double
        | ColumnType::Float
        | ColumnType::Half
        | ColumnType::Integer
        | ColumnType::Year => true,
        ColumnType::Boolean | ColumnType::Date | ColumnType::Text | ColumnType::Timestamp => false,
    }
}

/// Counts the entries that cannot be read because the extract has numbers there.
///
/// # Errors
/// [`ReleaseError::UnreadableEntries`] where a list has more than its policy allows.
pub(crate) fn count_padded(lists: &mut [ReadList], plan: &Plan, inputs: &BoundInputs) -> Result<(), ReleaseError> {
    for (read, rule) in lists.iter_mut().zip(&plan.consent.lists) {
        let holds_numbers = |name| {
            let mut types = inputs.fits.iter().flat_map(PlanFit::types);
            types.any(|(own, column_type)| own == name && is_number(*column_type))
        };
        let places = rule.columns.iter().enumerate().take(64);
        let numbers = places.filter(|(_, name)| holds_numbers(*name)).fold(0, |bits, (place, _)| bits | 1 << place);
        let (counts, first) = read.padded.where_numbers_are(numbers);
        if !counts.is_empty() {
            read.count_unreadable(rule, &counts, first)?;
        }
    }
    Ok(())
}
