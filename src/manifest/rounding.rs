//! Counts as the recipient sees them. A small count can point at a person, and so
//! can the difference between the counts of two deliveries; so every count is
//! rounded, except that of the delivered rows, which the recipient can count.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A count below this is not told, not even whether it is zero.
const SMALL: u64 = 10;
/// Other counts are rounded down to multiples of this.
const STEP: u64 = 5;

/// A count in the manifest: `"<10"`, or a multiple of five. Rounded down, so that
/// every number can be one of five counts; rounded to the nearest, 10 could only be
/// 10, 11 or 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "the two ways a count is written")]
pub enum RoundedCount {
    /// From this number to four more.
    From(#[serde(deserialize_with = "rounded")] u64),
    /// From 0 to 9.
    Few(FewRecords),
}

/// The word for a small count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FewRecords {
    /// From 0 to 9.
    #[serde(rename = "<10")]
    BelowTen,
}

/// Reads a number, if an exact count can be rounded to it.
fn rounded<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let told = u64::deserialize(from)?;
    if RoundedCount::of(told) == RoundedCount::From(told) { Ok(told) } else { Err(D::Error::custom("not rounded")) }
}

impl RoundedCount {
    /// From 0 to 9.
    pub const FEW: Self = Self::Few(FewRecords::BelowTen);

    /// Coarsens an exact count.
    ///
    /// ```
    /// use scant::internals::RoundedCount;
    /// assert_eq!(RoundedCount::of(0), RoundedCount::FEW);
    /// assert_eq!(RoundedCount::of(9), RoundedCount::FEW);
    /// assert_eq!(RoundedCount::of(12), RoundedCount::From(10));
    /// assert_eq!(RoundedCount::of(19), RoundedCount::From(15));
    /// ```
    #[must_use]
    pub fn of(count: u64) -> Self {
        if count < SMALL { Self::FEW } else { Self::From(count / STEP * STEP) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_count_is_one_of_five_exact_ones_and_a_small_one_of_ten() {
        let told = |count| serde_json::to_string(&RoundedCount::of(count)).unwrap();
        for count in 0..200 {
            let alike = (0..400).filter(|&other| told(other) == told(count)).count();
            assert_eq!(alike, if count < SMALL { 10 } else { 5 }, "{count}");
        }
        assert_eq!(told(3), r#""<10""#);
    }
}
