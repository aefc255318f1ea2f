//! Entries of lists that are compared with columns of numbers.

use super::ReadList;
use super::padded::keeps_zeros;
use crate::document::Fault;
use crate::engine::bind::fit::PlanFit;
use crate::model::column_type::ColumnType;
use crate::policy::plan::Plan;
use crate::policy::plan::lists::ListRule;
use crate::release::error::ReleaseError;
use crate::release::inputs::extract::BoundInputs;
use crate::suppression::comparison::Comparison;

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

/// Counts the entries that cannot be read because the extract has numbers there, and
/// warns of digests, of which nobody can say whether they are.
///
/// # Errors
/// [`ReleaseError::UnreadableEntries`] where a list has more than its policy allows.
pub(crate) fn compare_with_numbers(
    lists: &mut [ReadList],
    plan: &Plan,
    inputs: &BoundInputs,
) -> Result<(), ReleaseError> {
    for (number, (read, rule)) in (1..).zip(lists.iter_mut().zip(&plan.consent.lists)) {
        let holds_numbers = |name| {
            let mut types = inputs.fits.iter().flat_map(PlanFit::types);
            types.any(|(own, column_type)| own == name && is_number(*column_type))
        };
        let places = rule.columns.iter().enumerate().take(64);
        let numbers = places.filter(|(_, name)| holds_numbers(*name)).fold(0, |bits, (place, _)| bits | 1 << place);
        if numbers > 0
            && let Comparison::Digests { record, .. } = &rule.comparison
            && keeps_zeros(record).is_some()
        {
            read.questions.extend(zeros_in_digests(number, rule));
        }
        let (counts, first) = read.padded.where_numbers_are(numbers);
        if !counts.is_empty() {
            read.count_unreadable(rule, &counts, first)?;
        }
    }
    Ok(())
}

/// The value that was digested may have had zeros in front, which the extract's number
/// has not: then nobody is found.
fn zeros_in_digests(number: usize, rule: &ListRule) -> Option<Fault> {
    let column = rule.columns.first()?;
    Some(Fault {
        start: rule.place.start,
        end: rule.place.end,
        path: format!("consent.lists[{number}]"),
        what: format!(
            "{column} holds numbers, and the list {} digests: whoever's has leading zeros in what was digested is not found",
            rule.name
        ),
        hint: Some(format!("export {column} as text, with its zeros, unless none of its values ever has one in front")),
    })
}
