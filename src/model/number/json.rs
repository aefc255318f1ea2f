//! The one text of a JSON number. RFC 8259, section 6, and RFC 7493 know one number
//! behind `1001`, `1001.0`, `1.001e3` and `10010e-1`, and tools write whichever
//! suits them: an identifier that is a number must not be several for it.
//!
//! The text is that of decimal digits without needless zeros: `1001`, `-0.5`, `0`.
//! No digit is rounded, however many there are. Where that would take very many
//! zeros, it is scientific: `1e5000`.

use std::ops::Range;

/// The most zeros that an exponent may stand for in a text. Every finite double
/// (RFC 7493) has fewer.
const MOST_ZEROS: i64 = 330;
/// The largest exponent there is a text for.
const MOST_EXPONENT: i64 = 1_000_000_000;

/// Where in a number without an exponent, as RFC 8259 writes it, its text is.
#[inline]
pub(crate) fn text_without_exponent(number: &[u8]) -> Range<usize> {
    let mut end = number.len();
    // Nearly always there is no point, or a digit other than 0 in the end.
    if number.last() == Some(&b'0') && memchr::memchr(b'.', number).is_some() {
        end -= number.iter().rev().take_while(|byte| **byte == b'0').count();
        end -= usize::from(number.get(end.wrapping_sub(1)) == Some(&b'.'));
    }
    let is_negative_zero = number.get(..end) == Some(b"-0");
    usize::from(is_negative_zero)..end
}

/// The text of any number, as RFC 8259 writes it; `None` where its exponent is
/// beyond everything.
pub(crate) fn text(number: &str) -> Option<String> {
    let Some(exponent_at) = memchr::memchr2(b'e', b'E', number.as_bytes()) else {
        return number.get(text_without_exponent(number.as_bytes())).map(str::to_owned);
    };
    let (mantissa, exponent) = (number.get(..exponent_at)?, number.get(exponent_at + 1..)?);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let written = [whole, fraction].concat();
    let digits = written.trim_start_matches('0');
    // The number is 0.DIGITS times ten to the power of `point`.
    let leading = written.len() - digits.len();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + power(exponent)?;
    let count = i64::try_from(digits.len()).ok()?;
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
    Some(if point > 0 && point - count <= MOST_ZEROS {
        let cut = usize::try_from(point.min(count)).ok()?;
        let (whole, fraction) = (digits.get(..cut)?, digits.get(cut..)?);
        let dot = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{}{dot}{fraction}", zeros(point - count))
    } else if point <= 0 && -point <= MOST_ZEROS {
        format!("{sign}0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = digits.split_at_checked(1)?;
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{sign}{first}{dot}{rest}e{}", point - 1)
    })
}

fn power(exponent: &str) -> Option<i64> {
    let (is_negative, digits) = match exponent.as_bytes().first()? {
        b'-' => (true, exponent.get(1..)?),
        b'+' => (false, exponent.get(1..)?),
        _ => (false, exponent),
    };
    let digits = digits.trim_start_matches('0');
    let size: i64 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    (size <= MOST_EXPONENT).then_some(if is_negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_writing_of_a_number_has_one_text() {
        for (one, writings) in [
            (
                "1001",
                &["1001", "1001.0", "1001.000", "1.001e3", "1.001E+3", "10010e-1", "0.1001e04", "100100.0e-2"][..],
            ),
            ("0", &["0", "-0", "0.0", "-0.00", "0e5", "-0.0E-7", "0e999999999999999999999"]),
            ("-0.5", &["-0.5", "-0.50", "-5e-1", "-500e-3"]),
            ("100", &["100", "100.0", "1e2", "1E2", "1e+2", "10.0e1"]),
            ("0.001", &["0.001", "0.0010", "1e-3", "0.1e-2"]),
            ("123456789012345678", &["123456789012345678", "123456789012345678.0", "1.23456789012345678e17"]),
            ("9007199254740993", &["9007199254740993", "9007199254740993.0", "9007199254740993e0"]),
            ("1e5000", &["1e5000", "10e4999", "0.1e5001", "1.000E+5000"]),
            ("-1.5e-5000", &["-1.5e-5000", "-15e-5001", "-0.15e-4999"]),
        ] {
            for number in writings {
                assert_eq!(text(number).as_deref(), Some(one), "{number}");
            }
        }
    }

    #[test]
    fn no_exponent_makes_a_long_text_of_a_short_one() {
        for number in ["1e330", "1e331", "1e-331", "1e-330", "1e999999999", "-1.25e-999999999"] {
            assert!(text(number).unwrap().len() < 340, "{number}");
        }
        for number in ["1e1000000001", "1e-99999999999999999999", "1e18446744073709551616"] {
            assert_eq!(text(number), None, "{number}");
        }
        let double = format!("{:e}", f64::MIN_POSITIVE / 3.0);
        assert_eq!(text(&double), Some(format!("{}", f64::MIN_POSITIVE / 3.0)), "as a double is written elsewhere");
        assert_eq!(text("1.7976931348623157e308"), Some(format!("{}", f64::MAX)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5000))]

        /// Digits, and the same number with its point elsewhere.
        #[test]
        fn the_place_of_the_point_changes_nothing(
            digits in "[1-9][0-9]{0,30}", zeros in 0_usize..5, shift in -40_i64..40, negative in any::<bool>(),
        ) {
            let sign = if negative { "-" } else { "" };
            let expected = text(&format!("{sign}{digits}e0")).unwrap();
            prop_assert_eq!(text(&format!("{sign}{digits}")).unwrap(), expected.clone());
            prop_assert_eq!(text(&format!("{sign}{digits}.{}", "0".repeat(zeros + 1))).unwrap(), expected.clone());
            let moved = if shift >= 0 {
                format!("{sign}{digits}{}.0e-{shift}", "0".repeat(usize::try_from(shift).unwrap()))
            } else {
                format!("{sign}0.{}{digits}{}E+{}", "0".repeat(usize::try_from(-shift).unwrap()), "0".repeat(zeros),
                    -shift + i64::try_from(digits.len()).unwrap())
            };
            prop_assert_eq!(text(&moved).unwrap(), expected.clone(), "{}", moved);
            prop_assert_eq!(text(&expected).unwrap(), expected.clone(), "a text is its own text");
            prop_assert_eq!(expected.parse::<f64>().unwrap(), moved.parse::<f64>().unwrap());
        }
    }
}
