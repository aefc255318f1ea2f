//! Loss: how much of the range of values a cell may mean after generalisation.
//!
//! Iyengar, Transforming data to satisfy privacy constraints (KDD 2002). A cell costs
//! the share of its column's leaves that lie under its value, and a suppressed one costs 1. Each
//! column is brought to 0 (nothing generalised) … 1 (everything is), and columns are
//! joined by the geometric mean of cost + 1, less 1.

/// The loss of one column: `leaves` are those under the value of each record, added up
/// over all records, where a suppressed record has all leaves of the hierarchy.
#[expect(clippy::cast_precision_loss, reason = "a measure; sums are exact up to 2⁵³")]
pub(crate) fn of_column(leaves: u128, records: u64, all_leaves: u32) -> f64 {
    let (records, all_leaves) = (u128::from(records), u128::from(all_leaves));
    let least = records;
    let most = records * all_leaves;
    if most <= least { 0.0 } else { leaves.saturating_sub(least) as f64 / (most - least) as f64 }
}

/// The loss of all columns, of the product of theirs plus 1.
pub(crate) fn of_product(product: f64, columns: usize) -> f64 {
    let columns = u32::try_from(columns).map_or(f64::INFINITY, f64::from).max(1.0);
    product.powf(1.0 / columns) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_table() {
        // Four records, hierarchy of four leaves in two pairs: one kept raw (1 leaf), two
        // as a pair (2 each), one suppressed (4).
        let pairs = of_column(1 + 2 + 2 + 4, 4, 4);
        assert!((pairs - 5.0 / 12.0).abs() < 1e-15);
        assert_eq!(of_column(4, 4, 4), 0.0);
        assert_eq!(of_column(16, 4, 4), 1.0);
        // A column of one leaf has nothing to lose.
        assert_eq!(of_column(4, 4, 1), 0.0);
        // Columns of loss 0 and 1: the root of 1 · 2, less 1.
        assert!((of_product(2.0, 2) - (2.0_f64.sqrt() - 1.0)).abs() < 1e-15);
        assert!((of_product(1.0 + pairs, 1) - pairs).abs() < 1e-15);
    }
}
