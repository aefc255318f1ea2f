//! How much a count may change from one night to the next, and by how much it
//! did. Exact: no floating point decides whether a run is refused.

use std::fmt;

/// Counts below this are noise: they are compared only where one of two nights
/// has as many.
pub(crate) const NOTEWORTHY: u64 = 100;

/// Parts of one that a limit is counted in.
const PARTS: u64 = 1_000_000;
/// More than that would guard nothing.
const MOST: u64 = 100;
/// The largest count that can be compared: products of two and the parts of a limit fit in
/// 128 bits. No extract comes near it.
pub(crate) const MOST_RECORDS: u64 = 1 << 48;

/// A relative change above zero: 0.2 lets 100 become 80 to 120.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeLimit(u64);

impl ChangeLimit {
    /// Parses `0.20`.
    ///
    /// # Errors
    /// What it must be.
    ///
    /// ```
    /// use scant::internals::ChangeLimit;
    /// let limit = ChangeLimit::parse("0.20").unwrap();
    /// assert_eq!((limit.to_string().as_str(), limit.per_cent().as_str()), ("0.2", "20"));
    /// assert!(ChangeLimit::parse("0").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const MUST: &str = "must be a number above 0, at most 100, with at most 6 decimal places";
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || whole.len() > 3 || fraction.len() > 6 {
            return Err(MUST);
        }
        let (Ok(whole), Ok(fraction)) = (whole.parse::<u64>(), format!("{fraction:0<6}").parse::<u64>()) else {
            return Err(MUST);
        };
        let parts = whole * PARTS + fraction;
        if (1..=MOST * PARTS).contains(&parts) { Ok(Self(parts)) } else { Err(MUST) }
    }

    /// In per cent, without the sign.
    #[must_use]
    pub fn per_cent(self) -> String {
        decimal(self.0, PARTS / 100)
    }

    /// Whether a count went further than the limit: `|now − then| > limit · then`
    /// for shares, or for whole counts. What was not there, or no longer is, went
    /// further than any limit.
    #[must_use]
    pub fn is_exceeded(self, then: Portion, now: Portion) -> bool {
        if !is_noteworthy(then, now) {
            return false;
        }
        if then.count == 0 || now.count == 0 {
            return true;
        }
        // Shares are compared crosswise, without dividing.
        let (then_of, now_of) = (then.of.unwrap_or(1), now.of.unwrap_or(1));
        let was = u128::from(then.count) * u128::from(now_of);
        let is = u128::from(now.count) * u128::from(then_of);
        was.abs_diff(is) * u128::from(PARTS) > was * u128::from(self.0)
    }
}

/// Whether a count is compared at all.
#[must_use]
pub(crate) fn is_noteworthy(then: Portion, now: Portion) -> bool {
    then.count.max(now.count) >= NOTEWORTHY
}

impl fmt::Display for ChangeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(self.0, PARTS))
    }
}

/// `parts / one` without trailing zeros; `one` a power of ten.
fn decimal(parts: u64, one: u64) -> String {
    let (whole, fraction) = (parts / one, parts % one);
    if fraction == 0 {
        return whole.to_string();
    }
    let places = one.ilog10() as usize;
    format!("{whole}.{}", format!("{fraction:0places$}").trim_end_matches('0'))
}

/// A count, and what it is a part of; a count that is no part is compared as it
/// is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Portion {
    /// The count.
    pub count: u64,
    /// The records it is counted among.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
}

impl fmt::Display for Portion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, of } = *self;
        match of {
            None => write!(f, "{count}"),
            Some(of) => {
                let hundredths =
                    if of == 0 { 0 } else { (u128::from(count) * 10_000 + u128::from(of) / 2) / u128::from(of) };
                write!(f, "{count} of {of} ({}.{:02}%)", hundredths / 100, hundredths % 100)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(count: u64, of: u64) -> Portion {
        Portion { count, of: Some(of) }
    }

    fn limit(text: &str) -> ChangeLimit {
        ChangeLimit::parse(text).unwrap()
    }

    #[test]
    fn limits_are_exact_and_bounded() {
        for (text, shown, per_cent) in [
            ("0.2", "0.2", "20"),
            ("0.125", "0.125", "12.5"),
            ("0.000001", "0.000001", "0.0001"),
            ("100", "100", "10000"),
            ("1.5", "1.5", "150"),
        ] {
            assert_eq!((limit(text).to_string(), limit(text).per_cent()), (shown.to_owned(), per_cent.to_owned()));
        }
        for bad in ["", "0", "0.0", "-0.2", "1e-1", "0.0000001", "101", "100.1", ".5", "5.", "inf", "20%", "1_0", "+1"]
        {
            assert!(ChangeLimit::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_limit_itself_is_allowed_and_small_counts_are_noise() {
        let fifth = limit("0.2");
        assert!(!fifth.is_exceeded(share(1000, 10_000), share(1200, 10_000)));
        assert!(fifth.is_exceeded(share(1000, 10_000), share(1201, 10_000)));
        assert!(!fifth.is_exceeded(share(1000, 10_000), share(800, 10_000)));
        assert!(fifth.is_exceeded(share(1000, 10_000), share(799, 10_000)));
        assert!(!fifth.is_exceeded(share(1000, 10_000), share(2000, 20_000)), "shares, not counts");
        assert!(fifth.is_exceeded(Portion { count: 1000, of: None }, Portion { count: 2000, of: None }));
        assert!(!fifth.is_exceeded(share(1, 10_000), share(99, 10_000)));
        assert!(fifth.is_exceeded(share(1, 10_000), share(100, 10_000)));
        assert!(fifth.is_exceeded(share(100, 10_000), share(1, 10_000)));
    }

    #[test]
    fn what_appears_or_is_gone_went_further_than_any_limit() {
        let generous = limit("100");
        assert!(generous.is_exceeded(share(0, 10_000), share(100, 10_000)));
        assert!(generous.is_exceeded(share(100, 10_000), share(0, 10_000)));
        assert!(!generous.is_exceeded(share(99, 10_000), share(0, 10_000)));
    }

    #[test]
    fn portions_show_their_share() {
        assert_eq!(share(1, 3).to_string(), "1 of 3 (33.33%)");
        assert_eq!(share(0, 0).to_string(), "0 of 0 (0.00%)");
        assert_eq!(Portion { count: 7, of: None }.to_string(), "7");
    }

    proptest! {
        /// The largest counts do not overflow, and shares agree with fractions.
        #[test]
        #[expect(clippy::cast_precision_loss, reason = "what comes near the limit is left out")]
        fn exceeding_is_what_fractions_say(then in 100..=MOST_RECORDS, now in 100..=MOST_RECORDS, parts in 1..=MOST * PARTS) {
            let (then, now) = (share(then, MOST_RECORDS), share(now, MOST_RECORDS));
            let change = (now.count as f64 - then.count as f64).abs() / then.count as f64;
            let allowed = parts as f64 / PARTS as f64;
            prop_assume!((change - allowed).abs() > 1e-9 * allowed.max(1.0));
            prop_assert_eq!(ChangeLimit(parts).is_exceeded(then, now), change > allowed);
        }
    }
}
