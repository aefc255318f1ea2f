//! Discernibility: how many records each record can no longer be told from.
//!
//! Bayardo and Agrawal, Data privacy through optimal k-anonymization (ICDE 2005). A
//! record costs the records of its class, and a suppressed one all of them.

/// The squares of the kept classes, and for each suppressed record all records.
pub(crate) fn of_classes(squares: u128, suppressed: u64, records: u64) -> u128 {
    squares + u128::from(suppressed) * u128::from(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_table() {
        // Classes of 3 and 2, one record suppressed, of six.
        assert_eq!(of_classes(9 + 4, 1, 6), 19);
    }
}
