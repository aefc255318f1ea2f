//! What a delivery has lost of one column: the values that were read beside those that
//! are delivered, over the delivered records. Whatever the action is: what a delivered
//! value stands for is counted, not looked up in a hierarchy.
//!
//! The leaves of [`super::loss`] are the different values that were read, so a cell costs
//! the share of them that its delivered value stands for, and a suppressed one costs 1.
//! [`super::entropy`] is taken of both sides together, suppression ignored.

use std::collections::BTreeMap;

use super::entropy::BitSum;
use super::loss;

/// The delivered records that have one value before and one after the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ValuePair {
    /// Stands for the value as it was read.
    pub(crate) raw: u64,
    /// Stands for the value as it is delivered, unless it is suppressed.
    pub(crate) delivered: u64,
    /// Records.
    pub(crate) records: u64,
    /// Of those, how many are delivered without it.
    pub(crate) suppressed: u64,
}

/// What was lost of one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ColumnUtility {
    /// Different values that were read; a missing cell is one.
    pub(crate) values_read: u64,
    /// Different values that are delivered; a missing cell is one.
    pub(crate) values_delivered: u64,
    /// From 0, nothing, to 1, everything.
    pub(crate) loss: f64,
    /// Bits that are missing to tell the values that were read, of all records together.
    pub(crate) bits: f64,
    /// The same if all values were one.
    pub(crate) most_bits: f64,
}

impl ColumnUtility {
    /// Measures a column. The order of the pairs changes nothing.
    pub(crate) fn of(pairs: &[ValuePair]) -> Self {
        let mut raw: BTreeMap<u64, u64> = BTreeMap::new();
        let mut delivered: BTreeMap<u64, DeliveredValue> = BTreeMap::new();
        let (mut records, mut suppressed) = (0, 0);
        for pair in pairs.iter().filter(|pair| pair.records > 0) {
            *raw.entry(pair.raw).or_default() += pair.records;
            let value = delivered.entry(pair.delivered).or_default();
            value.records += pair.records;
            value.shown += pair.records - pair.suppressed;
            // Pairs differ, so each is another value that was read.
            value.leaves += 1;
            records += pair.records;
            suppressed += pair.suppressed;
        }
        let all_leaves = raw.len() as u64;
        let leaves = delivered.values().map(|value| u128::from(value.leaves) * u128::from(value.shown)).sum::<u128>()
            + u128::from(suppressed) * u128::from(all_leaves);
        let missed = pairs.iter().filter(|pair| pair.records > 0);
        let missed = missed.map(|pair| (pair.records, delivered.get(&pair.delivered).map_or(0, |value| value.records)));
        let shown = delivered.values().filter(|value| value.shown > 0).count() as u64;
        Self {
            values_read: all_leaves,
            values_delivered: shown + u64::from(suppressed > 0),
            loss: loss::of_column(leaves, records, u32::try_from(all_leaves).unwrap_or(u32::MAX)),
            bits: BitSum::of_all(missed),
            most_bits: BitSum::of_all(raw.values().map(|own| (*own, records))),
        }
    }
}

#[derive(Default)]
struct DeliveredValue {
    leaves: u64,
    records: u64,
    shown: u64,
}

/// The loss of several columns together; 0 without one.
pub(crate) fn loss_of(columns: &[ColumnUtility]) -> f64 {
    loss::of_product(columns.iter().map(|column| column.loss + 1.0).product(), columns.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::utility::entropy;

    fn pair(raw: u64, delivered: u64, records: u64, suppressed: u64) -> ValuePair {
        ValuePair { raw, delivered, records, suppressed }
    }

    #[test]
    fn a_worked_table() {
        // Four values; two of them are one, and one record of the last is suppressed.
        let pairs = [pair(1, 1, 1, 0), pair(2, 2, 1, 0), pair(3, 2, 1, 0), pair(4, 4, 1, 1), pair(5, 5, 0, 0)];
        let found = ColumnUtility::of(&pairs);
        assert_eq!((found.values_read, found.values_delivered), (4, 3));
        assert!((found.loss - 5.0 / 12.0).abs() < 1e-15);
        assert_eq!((found.bits, found.most_bits), (2.0, 8.0));
        let reversed: Vec<ValuePair> = pairs.into_iter().rev().collect();
        assert_eq!(ColumnUtility::of(&reversed), found);
        assert!((loss_of(&[found]) - found.loss).abs() < 1e-15);
    }

    #[test]
    fn it_is_the_entropy_of_a_recoded_column() {
        let (raw, codes) = ([7, 5, 3, 2, 1, 1], [0, 1, 1, 2, 2, 2]);
        let pairs: Vec<ValuePair> =
            (0..6).map(|value| pair(value as u64, u64::from(codes[value]), raw[value], 0)).collect();
        let found = ColumnUtility::of(&pairs);
        assert!((found.bits - entropy::of_column(&raw, &codes)).abs() < 1e-12);
        assert!((found.most_bits - entropy::of_column(&raw, &[0; 6])).abs() < 1e-12);
    }

    #[test]
    fn one_value_that_becomes_several_loses_nothing_by_it() {
        // Dates shifted by subject: a value that was read has several delivered ones.
        let found = ColumnUtility::of(&[pair(1, 10, 2, 0), pair(1, 11, 1, 0)]);
        assert_eq!((found.values_read, found.values_delivered), (1, 2));
        assert_eq!((found.loss, found.bits, found.most_bits), (0.0, 0.0, 0.0));
    }

    #[test]
    fn nothing_delivered_lost_nothing() {
        let found = ColumnUtility::of(&[]);
        assert_eq!((found.values_read, found.loss, found.bits), (0, 0.0, 0.0));
        assert_eq!(loss_of(&[]), 0.0);
    }
}
