//! Every decimal number that a cell can hold, exactly. No floating point: a double
//! is a finite binary fraction, so it has an exact decimal text, and what is read
//! here is that text.
//!
//! Numbers of up to 18 digits on either side of the point are a [`Decimal`]; the
//! others keep their digits one by one, and every step over them takes time and
//! memory in proportion to their text.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use super::decimal::Decimal;

/// Beyond this an exponent is not followed: doubles go from 10^-324 to 10^308, and
/// a few bytes must not stand for a cell of any size.
const MOST_EXPONENT: i64 = 400;
/// Digits before the point of the greatest double, 1.797…·10^308.
const MOST_WHOLE_DIGITS: usize = 309;

/// A decimal number of any length.
#[derive(Debug, Clone)]
pub struct Number(Digits);

#[derive(Debug, Clone)]
enum Digits {
    Few(Decimal),
    Many(Long),
}

/// `digits · 10^-scale`, one digit a byte, the first not zero. No digits are zero.
#[derive(Debug, Clone)]
struct Long {
    is_negative: bool,
    digits: Vec<u8>,
    scale: usize,
}

impl Number {
    /// Reads `[+-]digits[.digits][e[+-]digits]`; the digits on one side of the
    /// point may be left out. `None` for everything else, so for NaN and infinity,
    /// for an exponent beyond 400, and for what no double reaches (1.8·10^308).
    ///
    /// ```
    /// use scant::internals::Number;
    /// let number = |text| Number::parse(text).map(|number| number.to_string());
    /// assert_eq!(number("1.23456789E7").as_deref(), Some("12345678.9"));
    /// assert_eq!(number("-0.0014771234567890123").as_deref(), Some("-0.0014771234567890123"));
    /// assert_eq!(number("1e999999999"), None);
    /// ```
    #[inline]
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Nearly all cells are plain.
        match Decimal::parse(text) {
            Some(plain) => Some(Self(Digits::Few(plain))),
            None => Self::parse_any(text),
        }
    }

    fn parse_any(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if whole.len() + fraction.len() == 0 || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut digits: Vec<u8> = all().map(|byte| byte - b'0').skip_while(|digit| *digit == 0).collect();
        let scale = i64::try_from(fraction.len()).ok()? - exponent;
        if scale < 0 && !digits.is_empty() {
            digits.resize(digits.len() + usize::try_from(-scale).ok()?, 0);
        }
        let scale = usize::try_from(scale.max(0)).ok()?;
        let whole_digits = digits.len().saturating_sub(scale);
        // What any double rounds to: the one question about range, asked of the text.
        let is_within = || text.parse::<f64>().is_ok_and(f64::is_finite);
        if whole_digits > MOST_WHOLE_DIGITS || whole_digits == MOST_WHOLE_DIGITS && !is_within() {
            return None;
        }
        let is_negative = text.starts_with('-') && !digits.is_empty();
        let long = Long { is_negative, digits, scale };
        Some(Self(long.few().map_or(Digits::Many(long), Digits::Few)))
    }

    /// Whether it is below, at or above another number.
    #[must_use]
    pub fn compare(&self, other: Decimal) -> Ordering {
        match &self.0 {
            Digits::Few(number) => number.cmp(&other),
            Digits::Many(number) => number.compare(&Long::from(other)),
        }
    }

    /// Whether it is the same number as another or above it.
    #[must_use]
    pub fn is_at_least(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Digits::Few(number), Digits::Few(other)) => number >= other,
            (Digits::Few(number), Digits::Many(other)) => Long::from(*number).compare(other).is_ge(),
            (Digits::Many(number), Digits::Few(other)) => number.compare(&Long::from(*other)).is_ge(),
            (Digits::Many(number), Digits::Many(other)) => number.compare(other).is_ge(),
        }
    }

    /// The whole number it is, if it is one of 64 bits.
    #[must_use]
    pub fn to_integer(&self) -> Option<i64> {
        match &self.0 {
            Digits::Few(number) => number.to_integer(),
            Digits::Many(number) => number.to_integer(),
        }
    }

    /// `self + other`.
    #[must_use]
    pub fn plus(&self, other: Decimal) -> Self {
        Self(match &self.0 {
            Digits::Few(number) => Digits::Few(number.plus(other)),
            Digits::Many(number) => Digits::Many(number.plus(&Long::from(other))),
        })
    }

    /// `self - other`.
    #[must_use]
    pub fn minus(&self, other: Decimal) -> Self {
        Self(match &self.0 {
            Digits::Few(number) => Digits::Few(number.minus(other)),
            Digits::Many(number) => Digits::Many(number.plus(&Long::from(other).negated())),
        })
    }

    /// The greatest multiple of `step` that is at most `self`. `step` above zero.
    #[must_use]
    pub fn floor_to(&self, step: Decimal) -> Self {
        Self(match &self.0 {
            Digits::Few(number) => Digits::Few(number.floor_to(step)),
            Digits::Many(number) => {
                let parts = number.divided(step);
                let is_up = number.is_negative && !parts.is_exact;
                Digits::Many(number.multiple(parts.quotient, is_up, step))
            }
        })
    }

    /// The nearest multiple of `step`, halves away from zero. `step` above zero.
    #[must_use]
    pub fn round_to(&self, step: Decimal) -> Self {
        Self(match &self.0 {
            Digits::Few(number) => Digits::Few(number.round_to(step)),
            Digits::Many(number) => {
                let parts = number.divided(step);
                Digits::Many(number.multiple(parts.quotient, parts.is_half, step))
            }
        })
    }
}

impl From<Decimal> for Number {
    fn from(number: Decimal) -> Self {
        Self(Digits::Few(number))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Digits::Few(number) => number.fmt(f),
            Digits::Many(number) => number.fmt(f),
        }
    }
}

/// Whether the text is a number in JSON (RFC 8259 §6), and so to every program.
///
/// ```
/// use scant::internals::is_json;
/// assert!(is_json("-12.50") && is_json("1e5") && !is_json("007") && !is_json("+5") && !is_json(".5"));
/// ```
#[must_use]
pub fn is_json(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(whole, rest)| (whole, Some(rest)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned_exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let is_whole = digits(whole) && (whole == "0" || !whole.starts_with('0'));
    is_whole && fraction.is_none_or(digits) && unsigned_exponent.is_none_or(digits)
}

fn read_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size: i64 = match digits.trim_start_matches('0') {
        "" => 0,
        digits if digits.len() <= 3 => digits.parse().ok()?,
        _ => return None,
    };
    (size <= MOST_EXPONENT).then_some(if text.starts_with('-') { -size } else { size })
}

/// What is left of a number divided by a step.
struct StepQuotient {
    quotient: Vec<u8>,
    /// Nothing is left.
    is_exact: bool,
    /// Half a step or more is left.
    is_half: bool,
}

impl Long {
    /// Digits before the point; negative where zeros follow it.
    fn size(&self) -> i64 {
        let [digits, scale] = [self.digits.len(), self.scale].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        digits - scale
    }

    /// The same, where it is short enough.
    fn few(&self) -> Option<Decimal> {
        let scale = u32::try_from(self.scale).ok().filter(|scale| *scale <= Decimal::MOST_SCALE)?;
        if self.size() > 19 {
            return None;
        }
        let digits = self.digits.iter().fold(0_i128, |digits, digit| digits * 10 + i128::from(*digit));
        Some(Decimal::of(if self.is_negative { -digits } else { digits }, scale))
    }

    fn negated(mut self) -> Self {
        self.is_negative = !self.is_negative && !self.digits.is_empty();
        self
    }

    /// The same with more digits after the point.
    fn with_scale(&self, scale: usize) -> Cow<'_, Self> {
        if scale <= self.scale {
            return Cow::Borrowed(self);
        }
        let mut longer = self.clone();
        if !longer.digits.is_empty() {
            longer.digits.resize(self.digits.len() + scale - self.scale, 0);
        }
        longer.scale = scale;
        Cow::Owned(longer)
    }

    /// Compares without the signs.
    fn compare_size(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let longest = self.digits.len().max(other.digits.len());
        let padded = |number: &'_ Self| std::iter::repeat_n(0, longest - number.digits.len());
        self.size().cmp(&other.size()).then_with(|| {
            let [zeros, other_zeros] = [padded(self), padded(other)];
            self.digits.iter().copied().chain(zeros).cmp(other.digits.iter().copied().chain(other_zeros))
        })
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let scale = self.scale.max(other.scale);
        let (a, b) = (self.with_scale(scale), other.with_scale(scale));
        let (greater, less) = if a.compare_size(&b) == Ordering::Less { (&b, &a) } else { (&a, &b) };
        let is_sum = a.is_negative == b.is_negative;
        let mut carry = 0_u8;
        let mut digits = Vec::with_capacity(greater.digits.len() + 1);
        let below = less.digits.iter().rev().copied().chain(std::iter::repeat(0));
        for (digit, other) in greater.digits.iter().rev().zip(below) {
            let other = other + carry;
            let sum = if is_sum { digit + other } else { digit + 10 - other };
            digits.push(sum % 10);
            carry = if is_sum { sum / 10 } else { 1 - sum / 10 };
        }
        digits.push(if is_sum { carry } else { 0 });
        digits.reverse();
        Self::new(greater.is_negative, digits, scale)
    }

    fn new(is_negative: bool, mut digits: Vec<u8>, scale: usize) -> Self {
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        Self { is_negative: is_negative && !digits.is_empty(), digits, scale }
    }

    /// Divides by a step above zero, without the sign.
    fn divided(&self, step: Decimal) -> StepQuotient {
        let (divisor, step_scale) = step.digits_and_scale();
        let number = self.with_scale(step_scale);
        // What follows the digits of the step decides a half and no more.
        let behind = number.scale - step_scale;
        let (high, low) = number.digits.split_at(number.digits.len().saturating_sub(behind));
        let starts_with = if low.len() == behind { low.first().copied() } else { None };
        let mut quotient = Vec::with_capacity(high.len());
        let mut rest = 0_i128;
        for digit in high {
            rest = rest * 10 + i128::from(*digit);
            // Below ten, since what was left is below the divisor.
            quotient.push(u8::try_from(rest / divisor).unwrap_or(0));
            rest %= divisor;
        }
        let is_low_half = starts_with.is_some_and(|digit| digit >= 5);
        StepQuotient {
            quotient,
            is_exact: rest == 0 && low.iter().all(|digit| *digit == 0),
            is_half: rest * 2 >= divisor || rest * 2 == divisor - 1 && is_low_half,
        }
    }

    /// So many steps, or one more, with the sign of this number.
    fn multiple(&self, mut quotient: Vec<u8>, is_up: bool, step: Decimal) -> Self {
        let (factor, scale) = step.digits_and_scale();
        let mut carry = if is_up { factor } else { 0 };
        for digit in quotient.iter_mut().rev() {
            let product = factor * i128::from(*digit) + carry;
            *digit = u8::try_from(product % 10).unwrap_or(0);
            carry = product / 10;
        }
        let mut digits = Vec::new();
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
        digits.reverse();
        digits.append(&mut quotient);
        Self::new(self.is_negative, digits, scale)
    }

    fn to_integer(&self) -> Option<i64> {
        let (whole, fraction) = self.digits.split_at(self.digits.len().saturating_sub(self.scale));
        if whole.len() > 19 || fraction.iter().any(|digit| *digit != 0) {
            return None;
        }
        let size = whole.iter().fold(0_i128, |size, digit| size * 10 + i128::from(*digit));
        i64::try_from(if self.is_negative { -size } else { size }).ok()
    }
}

impl From<Decimal> for Long {
    fn from(number: Decimal) -> Self {
        let (digits, scale) = number.digits_and_scale();
        let text = digits.unsigned_abs().to_string();
        Self::new(digits < 0, text.bytes().map(|byte| byte - b'0').collect(), scale)
    }
}

impl fmt::Display for Long {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zeros = (self.scale + 1).saturating_sub(self.digits.len());
        let digits = self.digits.iter().map(|digit| char::from(digit + b'0'));
        let all: String = std::iter::repeat_n('0', zeros).chain(digits).collect();
        let (whole, fraction) = all.split_at(all.len() - self.scale);
        let (sign, point) = (if self.is_negative { "-" } else { "" }, if self.scale > 0 { "." } else { "" });
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

#[cfg(test)]
#[path = "tests/text.rs"]
mod tests;
