//! What the delivered records have lost of their quasi-identifiers: exact in the account,
//! in the manifest only what policy and data show.

use serde::{Deserialize, Serialize};

use super::MeasuredNumber;
use crate::manifest::rounding::RoundedCount;
use crate::policy::plan::Plan;
use crate::privacy::findings::ClassFindings;
use crate::privacy::utility::delivered::{ColumnUtility, loss_of};

/// What was lost, from 0, nothing, to 1, everything; records that are not delivered cost
/// nothing here. `C` is the type of its counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "C: Deserialize<'de>"))]
pub struct UtilitySection<C> {
    /// The geometric mean of the loss of the columns. Absent where one is not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<MeasuredNumber>,
    /// The share of the bits of all columns that are lost (non-uniform entropy). Absent
    /// where a column is not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy_lost: Option<MeasuredNumber>,
    /// 1 less the mean of level by highest level. Absent where a column is delivered
    /// neither as it is nor at a level of a hierarchy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<MeasuredNumber>,
    /// By quasi-identifier.
    pub columns: Vec<LostColumn<C>>,
}

/// What was lost of one column. Only its name, where it has too many different values to
/// be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "C: Deserialize<'de>"))]
pub struct LostColumn<C> {
    /// Its name in the delivery.
    pub column: String,
    /// Different values of the delivered records as they were read. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values_read: Option<u64>,
    /// Different values that are delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values_delivered: Option<C>,
    /// The share of the values that were read which a delivered cell may stand for, on
    /// average, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<MeasuredNumber>,
    /// The share of the bits that are lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy_lost: Option<MeasuredNumber>,
    /// The bits that are lost, of all records together. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub non_uniform_entropy: Option<MeasuredNumber>,
}

fn share(bits: f64, most: f64) -> f64 {
    if most > 0.0 { bits / most } else { 0.0 }
}

impl UtilitySection<RoundedCount> {
    /// For the recipient: nothing that depends on the values that were read, of which a
    /// share of few records could be told.
    pub(super) fn rounded(plan: &Plan, found: &ClassFindings) -> Self {
        let exact = Self::new(plan, found, RoundedCount::of, 2);
        let columns = exact.columns.into_iter();
        let columns = columns.map(|column| LostColumn { loss: None, entropy_lost: None, ..column }).collect();
        Self { loss: None, entropy_lost: None, precision: exact.precision, columns }
    }
}

impl<C> UtilitySection<C> {
    /// With so many decimal places.
    fn new(plan: &Plan, found: &ClassFindings, count: impl Fn(u64) -> C, places: i32) -> Self {
        let number = |value| MeasuredNumber::new(value, places);
        let names: Vec<_> = plan.output_names().collect();
        let column = |(position, utility): (&usize, &Option<ColumnUtility>)| LostColumn {
            column: names.get(*position).map(ToString::to_string).unwrap_or_default(),
            values_read: None,
            values_delivered: utility.map(|utility| count(utility.values_delivered)),
            loss: utility.map(|utility| number(utility.loss)),
            entropy_lost: utility.map(|utility| number(share(utility.bits, utility.most_bits))),
            non_uniform_entropy: None,
        };
        let measured: Option<Vec<ColumnUtility>> = found.utility.iter().copied().collect();
        let measured = measured.as_deref();
        let bits = |bits: fn(&ColumnUtility) -> f64| measured.map(|columns| columns.iter().map(bits).sum::<f64>());
        let lost = bits(|column| column.bits).zip(bits(|column| column.most_bits));
        Self {
            loss: measured.map(|columns| number(loss_of(columns))),
            entropy_lost: lost.map(|(lost, most)| number(share(lost, most))),
            precision: plan.precision_lost(plan.measured_columns()).map(|lost| number(1.0 - lost)),
            columns: plan.measured_columns().iter().zip(&found.utility).map(column).collect(),
        }
    }
}

impl UtilitySection<u64> {
    /// With what is in the account only.
    pub(super) fn exact(plan: &Plan, found: &ClassFindings, places: i32) -> Self {
        let mut exact = Self::new(plan, found, |same| same, places);
        for (column, utility) in exact.columns.iter_mut().zip(&found.utility) {
            column.values_read = utility.map(|utility| utility.values_read);
            column.non_uniform_entropy = utility.map(|utility| MeasuredNumber::new(utility.bits, places));
        }
        exact
    }
}
