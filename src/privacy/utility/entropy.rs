//! Non-uniform entropy: how many bits are missing to tell, from a generalised value,
//! which raw value it was.
//!
//! De Waal and Willenborg, Information loss through global recoding and local
//! suppression (1999); in the monotone form of Gionis and Tassa, k-Anonymization with
//! minimal loss of information (2009): over all records, suppression ignored.

/// The bits of one column: `raw` are the records with each raw value, `codes` the code
/// of each raw value at the level.
#[expect(clippy::cast_precision_loss, reason = "a measure; counts are exact up to 2⁵³")]
pub(crate) fn of_column(raw: &[u64], codes: &[u32]) -> f64 {
    let mut generalised = vec![0_u64; codes.iter().max().map_or(0, |most| *most as usize + 1)];
    for (records, code) in raw.iter().zip(codes) {
        generalised[*code as usize] += records;
    }
    let (mut sum, mut rest) = (0.0_f64, 0.0_f64);
    for (records, code) in raw.iter().zip(codes).filter(|(records, _)| **records > 0) {
        let all = generalised[*code as usize];
        let bits = *records as f64 * (all as f64 / *records as f64).log2();
        // Neumaier's sum: what is rounded away is kept beside it.
        let next = sum + bits;
        rest += if sum >= bits { (sum - next) + bits } else { (bits - next) + sum };
        sum = next;
    }
    sum + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_table() {
        // Raw values 2, 1, 1 times, the last two as one: 2 records miss one bit each.
        assert_eq!(of_column(&[2, 1, 1], &[0, 1, 1]), 2.0);
        // All as one: 2·log₂(4/2) + 2·log₂(4/1).
        assert_eq!(of_column(&[2, 1, 1], &[0, 0, 0]), 6.0);
        assert_eq!(of_column(&[2, 1, 1], &[0, 1, 2]), 0.0);
        assert_eq!(of_column(&[4, 0], &[0, 0]), 0.0);
    }
}
