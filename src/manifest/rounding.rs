//! Counts as the recipient sees them. A small count can point at a person, also
//! when two nights are compared; so every count but the delivered rows, which
//! the recipient holds anyway, is coarsened.

use serde::Serialize;

/// Below this a count is not told.
const SMALL: u64 = 10;
/// Others are rounded to multiples of this.
const STEP: u64 = 5;

/// A count in the recipient's copy: 0, `"<10"`, or a multiple of five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "the two ways a count is written")]
pub enum RoundedCount {
    /// Zero, or rounded.
    About(u64),
    /// From 1 to 9.
    Few(&'static str),
}

impl RoundedCount {
    /// Coarsens an exact count.
    ///
    /// ```
    /// use scant::manifest::rounding::RoundedCount;
    /// assert_eq!(RoundedCount::of(0), RoundedCount::About(0));
    /// assert_eq!(RoundedCount::of(9), RoundedCount::Few("<10"));
    /// assert_eq!(RoundedCount::of(12), RoundedCount::About(10));
    /// assert_eq!(RoundedCount::of(13), RoundedCount::About(15));
    /// ```
    #[must_use]
    pub fn of(count: u64) -> Self {
        match count {
            0 => Self::About(0),
            few if few < SMALL => Self::Few("<10"),
            many => Self::About((many + STEP / 2) / STEP * STEP),
        }
    }
}

/// A share in whole per cent; `None` where fewer than ten cells or records stand
/// behind either side of it.
#[must_use]
pub fn whole_per_cent(part: u64, whole: u64) -> Option<u64> {
    if whole == 0 || part < SMALL || whole - part.min(whole) < SMALL {
        return None;
    }
    u64::try_from((u128::from(part) * 100 + u128::from(whole) / 2) / u128::from(whole)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_told_count_stands_for_fewer_than_five_true_ones() {
        let told = |count| serde_json::to_string(&RoundedCount::of(count)).unwrap();
        for count in 1..200 {
            let alike = (1..400).filter(|&other| told(other) == told(count)).count();
            // 10, 11 and 12 read 10: they are told apart from 9 by the floor.
            assert!(alike >= 3, "{count}");
        }
        assert_eq!(told(3), r#""<10""#);
    }

    #[test]
    fn a_share_with_few_on_either_side_is_left_out() {
        assert_eq!(whole_per_cent(9, 1000), None);
        assert_eq!(whole_per_cent(995, 1000), None);
        assert_eq!(whole_per_cent(500, 1000), Some(50));
        assert_eq!(whole_per_cent(0, 0), None);
    }
}
