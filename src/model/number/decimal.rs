//! Exact decimal numbers of up to 38 digits, as policies write them. No floating
//! point. What a cell may hold besides is a [`Number`](super::text::Number).

use std::cmp::Ordering;
use std::fmt;

/// `digits · 10^-scale`.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// The most digits after the point.
    pub(crate) const MOST_SCALE: u32 = 18;

    /// `digits · 10^-scale`: at most 19 digits before the point and 18 after it.
    pub(crate) const fn of(digits: i128, scale: u32) -> Self {
        Self { digits, scale }
    }

    /// What [`Decimal::of`] makes it of.
    pub(crate) fn digits_and_scale(self) -> (i128, usize) {
        (self.digits, self.scale as usize)
    }

    /// Parses `[-]digits[.digits]`: no exponent, no separators, no blanks, no
    /// `NaN`. `None` for everything else and for what exceeds 18 digits on
    /// either side of the point.
    ///
    /// ```
    /// use scant::internals::Decimal;
    /// assert_eq!(Decimal::parse("-012.50").unwrap().to_string(), "-12.50");
    /// assert!(Decimal::parse("1e5").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
        let well_formed = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !well_formed(whole) || !fraction.is_none_or(well_formed) {
            return None;
        }
        let fraction = fraction.unwrap_or("");
        if whole.trim_start_matches('0').len() > 19 || fraction.len() > Self::MOST_SCALE as usize {
            return None;
        }
        let digits =
            whole.bytes().chain(fraction.bytes()).fold(0_i128, |digits, byte| digits * 10 + i128::from(byte - b'0'));
        Some(Self { digits: if negative { -digits } else { digits }, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self { digits: number as i128, scale: 0 }
    }

    /// Whether it has no fraction, as written or after dropping zeros.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.digits % 10_i128.pow(self.scale) == 0
    }

    /// The whole number it is, if it is one of 64 bits.
    #[must_use]
    pub fn to_integer(self) -> Option<i64> {
        if self.is_whole() { i64::try_from(self.digits / 10_i128.pow(self.scale)).ok() } else { None }
    }

    /// Digits after the point.
    #[must_use]
    pub fn scale(self) -> u32 {
        self.scale
    }

    /// Whether it is above zero.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.digits > 0
    }

    fn aligned(self, other: Self) -> (i128, i128, u32) {
        let scale = self.scale.max(other.scale);
        let raise = |number: Self| number.digits * 10_i128.pow(scale - number.scale);
        (raise(self), raise(other), scale)
    }

    /// `self - other`; exact, since both have at most 38 digits between them.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        let (a, b, scale) = self.aligned(other);
        Self { digits: a - b, scale }
    }

    /// `self + other`.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let (a, b, scale) = self.aligned(other);
        Self { digits: a + b, scale }
    }

    /// The greatest multiple of `step` that is at most `self`. `step` above zero.
    #[must_use]
    pub fn floor_to(self, step: Self) -> Self {
        let (a, b, scale) = self.aligned(step);
        if b <= 0 {
            return self;
        }
        Self { digits: a.div_euclid(b) * b, scale }.with_scale(step.scale)
    }

    /// The nearest multiple of `step`, halves away from zero. `step` above zero.
    #[must_use]
    pub fn round_to(self, step: Self) -> Self {
        let (a, b, scale) = self.aligned(step);
        if b <= 0 {
            return self;
        }
        let magnitude = (a.abs() * 2 + b).div_euclid(b * 2) * b;
        Self { digits: magnitude * a.signum(), scale }.with_scale(step.scale)
    }

    /// The same number written with `scale` digits after the point, where that
    /// loses nothing; otherwise unchanged.
    #[must_use]
    pub fn with_scale(self, scale: u32) -> Self {
        if scale >= self.scale {
            let digits = self.digits * 10_i128.pow(scale - self.scale);
            return Self { digits, scale };
        }
        let factor = 10_i128.pow(self.scale - scale);
        if self.digits % factor == 0 { Self { digits: self.digits / factor, scale } } else { self }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b, _) = self.aligned(*other);
        a.cmp(&b)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factor = 10_i128.pow(self.scale);
        let sign = if self.digits < 0 { "-" } else { "" };
        let (whole, fraction) = (self.digits.abs() / factor, self.digits.abs() % factor);
        if self.scale == 0 {
            write!(f, "{sign}{whole}")
        } else {
            write!(f, "{sign}{whole}.{fraction:0width$}", width = self.scale as usize)
        }
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn only_plain_numbers_are_read() {
        for bad in ["", "-", ".5", "5.", "1e5", "1E5", "NaN", "inf", "+1", "1,234.56", " 1", "--1", "１"] {
            assert!(Decimal::parse(bad).is_none(), "{bad}");
        }
        assert!(Decimal::parse(&"9".repeat(400)).is_none());
        assert_eq!(decimal("-0").to_string(), "0");
        assert_eq!(decimal("9223372036854775808").to_integer(), None);
        assert_eq!(decimal("9223372036854775807.00").to_integer(), Some(i64::MAX));
    }

    #[test]
    fn rounding_is_exact_and_symmetric() {
        assert_eq!(decimal("0.25").round_to(decimal("0.1")).to_string(), "0.3");
        assert_eq!(decimal("-0.25").round_to(decimal("0.1")).to_string(), "-0.3");
        assert_eq!(decimal("1249.99").round_to(decimal("500")).to_string(), "1000");
        assert_eq!(decimal("-1").floor_to(decimal("10")).to_string(), "-10");
        assert!(decimal("1.50") == decimal("1.5") && decimal("1.49") < decimal("1.5"));
    }
}
