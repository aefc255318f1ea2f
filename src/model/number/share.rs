//! A part of a whole, from 0 to 1, as a policy writes it. Exact: no floating point
//! decides whether a run is refused.

use std::fmt;

/// Parts of one that a share is counted in.
const PARTS: u64 = 1_000_000;

/// A share: 0.5 is a half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u64);

impl Share {
    /// One in two.
    pub const HALF: Self = Self(PARTS / 2);
    /// All.
    pub const WHOLE: Self = Self(PARTS);

    /// Parses `0.5`, from 0 to 1.
    ///
    /// # Errors
    /// What it must be.
    ///
    /// ```
    /// use scant::internals::Share;
    /// let limit = Share::parse("0.50").unwrap();
    /// assert_eq!((limit, limit.to_string().as_str()), (Share::HALF, "0.5"));
    /// assert!(limit.is_exceeded(2, 3) && !limit.is_exceeded(1, 2));
    /// assert!(Share::parse("1.5").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const MUST: &str = "must be a number from 0 to 1, with at most 6 decimal places";
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_fraction = (1..=6).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
        if !is_fraction || !matches!(whole, "0" | "1") {
            return Err(MUST);
        }
        let parts = format!("{fraction:0<6}").parse::<u64>().map_err(|_| MUST)?;
        let parts = parts + if whole == "1" { PARTS } else { 0 };
        if parts <= PARTS { Ok(Self(parts)) } else { Err(MUST) }
    }

    /// Whether `part` of `whole` is more than this.
    #[must_use]
    pub fn is_exceeded(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(PARTS) > u128::from(whole) * u128::from(self.0)
    }

    /// The greatest part of `whole` that is not more than this.
    #[must_use]
    pub fn most_of(self, whole: u64) -> u64 {
        u64::try_from(u128::from(whole) * u128::from(self.0) / u128::from(PARTS)).unwrap_or(whole)
    }

    /// Whether everything is within it.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.0 == PARTS
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / PARTS, self.0 % PARTS);
        let fraction = format!("{fraction:06}");
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            fraction => write!(f, "{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_and_bounded() {
        for (text, shown) in [("0", "0"), ("1", "1"), ("1.0", "1"), ("0.05", "0.05"), ("0.000001", "0.000001")] {
            assert_eq!(Share::parse(text).unwrap().to_string(), shown);
        }
        for bad in ["", "-0.5", "1.1", "2", "0.0000001", ".5", "0.", "50%", "1e-1"] {
            assert!(Share::parse(bad).is_err(), "{bad}");
        }
        assert!(Share::parse("1").unwrap().is_whole());
        assert!(!Share::parse("1").unwrap().is_exceeded(u64::MAX, u64::MAX));
        assert!(Share::parse("0").unwrap().is_exceeded(1, u64::MAX));
        for (share, whole, most) in [("0.04", 30_162, 1_206), ("0", 5, 0), ("1", u64::MAX, u64::MAX), ("0.5", 3, 1)] {
            let share = Share::parse(share).unwrap();
            assert_eq!(share.most_of(whole), most);
            assert!(!share.is_exceeded(most, whole));
        }
    }
}
