//! Non-uniform entropy: how many bits are missing to tell, from a generalised value,
//! which raw value it was.
//!
//! De Waal and Willenborg, Information loss through global recoding and local
//! suppression (1999); in the monotone form of Gionis and Tassa, k-Anonymization with
//! minimal loss of information (2009): over all records, suppression ignored.

/// The bits of one column: `raw` are the records with each raw value, `codes` the code
/// of each raw value at the level.
pub(crate) fn of_column(raw: &[u64], codes: &[u32]) -> f64 {
    let mut generalised = vec![0_u64; codes.iter().max().map_or(0, |most| *most as usize + 1)];
    for (records, code) in raw.iter().zip(codes) {
        generalised[*code as usize] += records;
    }
    let mut sum = BitSum::default();
    for (records, code) in raw.iter().zip(codes).filter(|(records, _)| **records > 0) {
        sum.add(*records, generalised[*code as usize]);
    }
    sum.bits()
}

/// Adds up bits (Neumaier's sum: what is rounded away is kept beside it).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BitSum {
    sum: f64,
    rest: f64,
}

impl BitSum {
    /// Adds the bits that are missing to tell the value of `records` among `all` records.
    #[expect(clippy::cast_precision_loss, reason = "a measure; counts are exact up to 2⁵³")]
    fn add(&mut self, records: u64, all: u64) {
        let bits = records as f64 * (all as f64 / records as f64).log2();
        let next = self.sum + bits;
        self.rest += if self.sum >= bits { (self.sum - next) + bits } else { (bits - next) + self.sum };
        self.sum = next;
    }

    fn bits(self) -> f64 {
        self.sum + self.rest
    }

    /// The sum over pairs of counts, which is the same in whatever order they come.
    pub(super) fn of_all(counts: impl Iterator<Item = (u64, u64)>) -> f64 {
        let mut counts: Vec<(u64, u64)> = counts.collect();
        counts.sort_unstable();
        let mut sum = Self::default();
        for (records, all) in counts {
            sum.add(records, all);
        }
        sum.bits()
    }
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
