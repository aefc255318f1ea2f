//! Whole numbers in the writings of a program that took an identifier for a
//! number: `1001.0`, `4.47701E+11`. Which digits the identifier had is no longer
//! known, so no form of a text reads them.

/// Whether a text is such a writing: a whole number with a point, or one in the
/// scientific notation that programs write, with one digit before the point.
/// `12E5` is none: no program writes it, and identifiers look like that.
pub(crate) fn is_rewritten(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = text.split_at(digits);
    if whole.is_empty() || rest.is_empty() {
        return false;
    }
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let fraction = match mantissa.strip_prefix('.') {
        Some(fraction) => fraction,
        None if mantissa.is_empty() => "",
        None => return false,
    };
    let has_digits_only = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match exponent {
        None => fraction.bytes().all(|byte| byte == b'0'),
        Some(exponent) => {
            let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            // A double goes to 308.
            whole.len() == 1 && has_digits_only(fraction) && has_digits_only(power) && (1..=3).contains(&power.len())
        }
    }
}

/// Whether a text is nought in any writing of numbers: `0`, `000`, `-0.0`, `0E0`.
#[inline]
pub(crate) fn is_nought(text: &str) -> bool {
    may_be_nought(text) && is_written_nought(text)
}

/// Whether its first byte leaves that open.
#[inline]
pub(crate) fn may_be_nought(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'0' | b'+' | b'-'))
}

fn is_written_nought(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_noughts = |text: &str| text.bytes().all(|byte| byte == b'0');
    let mantissa = match text.split_once(['e', 'E']) {
        Some(_) if !is_rewritten(text) => return false,
        Some((mantissa, _)) => mantissa,
        None => text,
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    !whole.is_empty() && is_noughts(whole) && is_noughts(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_for_whole_numbers_is_known() {
        for rewritten in [
            "1001.0",
            "1001.00",
            "1001.",
            "-5.0",
            "+5.0",
            "0.0",
            "00123.0",
            "4.47701E+11",
            "1E5",
            "1e5",
            "1.20E+06",
            "1e-05",
            "1.0E7",
            "0E0",
            "9.00719925474099e+15",
            "1.e5",
        ] {
            assert!(is_rewritten(rewritten), "{rewritten}");
        }
        for identifier in [
            "", "1001", "00123", "12E5", "12.5E5", "1E5F", "1E2345", "E5", "1.5", "1001.1", "1.0.0", "1001.0a", "a.0",
            ".0", "1E", "1E+", "1e5e5", "+", "-", "1x5", "1.0-2",
        ] {
            assert!(!is_rewritten(identifier), "{identifier}");
        }
    }

    #[test]
    fn nought_is_nought_however_it_is_written() {
        for nought in ["0", "00", "0000000000", "0.0", "0.", "-0", "-0.00", "+0", "0E0", "0.0e+00"] {
            assert!(is_nought(nought), "{nought}");
        }
        for other in ["", "-", "+", "01", "0.01", "0x0", "0E", "00E0", ".0", "0.0.0", "o", "0 0", "1E0"] {
            assert!(!is_nought(other), "{other}");
        }
    }
}
