//! Writes numbers that columnar files store in other ways than a processor does:
//! decimals of any width, and floating-point numbers of 16 bits.

use std::fmt::Write as _;

/// The most bytes of a decimal, without those that only repeat its sign.
const MOST_BYTES: usize = 32;

/// Writes a whole number divided by ten to the `scale`, with as many decimals.
pub(super) fn push_decimal(number: i128, scale: i32, cell: &mut String) {
    push_scaled(number < 0, &number.unsigned_abs().to_string(), scale, cell);
}

/// The same of a number in two's complement, the highest byte first. `None`, and
/// nothing written, where there is no byte or where it is longer than 256 bits.
pub(super) fn push_decimal_of(bytes: &[u8], scale: i32, cell: &mut String) -> Option<()> {
    let sign = if bytes.first()? & 0x80 == 0 { 0 } else { 0xFF };
    let mut bytes = bytes;
    // A byte that repeats the sign says nothing where the next one has it too.
    while let [first, second, ..] = bytes
        && *first == sign
        && (*second ^ sign) & 0x80 == 0
    {
        bytes = bytes.get(1..)?;
    }
    if bytes.len() <= 16 {
        let mut whole = [sign; 16];
        whole.get_mut(16 - bytes.len()..)?.copy_from_slice(bytes);
        push_decimal(i128::from_be_bytes(whole), scale, cell);
        return Some(());
    }
    (bytes.len() <= MOST_BYTES).then(|| push_scaled(sign != 0, &long_digits(bytes, sign), scale, cell))
}

/// The digits of a number of more than 128 bits, without its sign.
fn long_digits(bytes: &[u8], sign: u8) -> String {
    // Below zero the bits are turned round and one is added.
    let mut magnitude: Vec<u8> = bytes.iter().map(|byte| byte ^ sign).collect();
    if sign != 0 {
        for byte in magnitude.iter_mut().rev() {
            let (sum, carries) = byte.overflowing_add(1);
            *byte = sum;
            if !carries {
                break;
            }
        }
    }
    // Nine digits at a time, the last first: what is left of a long division.
    let mut parts = Vec::new();
    while magnitude.iter().any(|byte| *byte != 0) {
        let mut rest = 0_u64;
        for byte in &mut magnitude {
            let number = rest << 8 | u64::from(*byte);
            *byte = u8::try_from(number / 1_000_000_000).unwrap_or(u8::MAX);
            rest = number % 1_000_000_000;
        }
        parts.push(rest);
    }
    let mut digits = String::new();
    for (index, part) in parts.iter().rev().enumerate() {
        let width = if index == 0 { 1 } else { 9 };
        let _ = write!(digits, "{part:0width$}"); // a String takes everything
    }
    digits
}

fn push_scaled(is_negative: bool, digits: &str, scale: i32, cell: &mut String) {
    if is_negative {
        cell.push('-');
    }
    let Ok(scale @ 1..) = usize::try_from(scale) else {
        cell.push_str(digits);
        if digits != "0" {
            cell.extend(std::iter::repeat_n('0', scale.unsigned_abs() as usize));
        }
        return;
    };
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    cell.push_str(whole);
    cell.push('.');
    cell.push_str(fraction);
}

/// Writes a floating-point number of 16 bits (IEEE 754, binary16): the shortest
/// decimal that reads back as the same number.
pub(super) fn push_half(bits: u16, cell: &mut String) {
    const INFINITE: u16 = 0x7C00;
    let magnitude = bits & 0x7FFF;
    if magnitude > INFINITE {
        cell.push_str("NaN");
        return;
    }
    if bits & 0x8000 != 0 {
        cell.push('-');
    }
    let value = half_value(magnitude);
    if magnitude == INFINITE {
        cell.push_str("inf");
        return;
    }
    if magnitude == 0 {
        cell.push('0');
        return;
    }
    // Whatever lies half-way to its neighbours or nearer is read as this number; in
    // the middle the one whose last bit is 0 is taken.
    let least = f64::midpoint(half_value(magnitude - 1), value);
    let most = f64::midpoint(value, half_value(magnitude + 1));
    let is_even = magnitude & 1 == 0;
    let reads_back = |number: f64| (least < number && number < most) || (is_even && (least..=most).contains(&number));
    // Five digits tell any two of them apart.
    let shortest = (0..5).filter_map(|digits| format!("{value:.digits$e}").parse().ok()).find(|near| reads_back(*near));
    let _ = write!(cell, "{}", shortest.unwrap_or(value)); // a String takes everything
}

/// The number of these bits, which are no sign; of infinity, where it begins.
fn half_value(magnitude: u16) -> f64 {
    let (exponent, fraction) = (magnitude >> 10, f64::from(magnitude & 0x3FF));
    // Below the least exponent there is no leading one.
    if exponent == 0 { fraction * 2_f64.powi(-24) } else { (1024.0 + fraction) * 2_f64.powi(i32::from(exponent) - 25) }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use proptest::prelude::*;

    use super::*;

    fn shown(push: impl FnOnce(&mut String)) -> String {
        let mut text = String::new();
        push(&mut text);
        text
    }

    #[test]
    fn decimals_keep_every_digit() {
        for (number, scale, text) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (-5, 2, "-0.05"),
            (1250, 2, "12.50"),
            (-12, -3, "-12000"),
            (0, -3, "0"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        ] {
            assert_eq!(shown(|cell| push_decimal(number, scale, cell)), text);
        }
    }

    #[test]
    fn what_is_no_number_of_256_bits_is_none() {
        let read = |bytes: &[u8]| {
            let mut cell = String::new();
            push_decimal_of(bytes, 0, &mut cell).map(|()| cell)
        };
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[1; 33]), None);
        assert_eq!(read(&[[0; 40].as_slice(), &[7]].concat()).as_deref(), Some("7"));
        assert_eq!(read(&[0xFF; 50]).as_deref(), Some("-1"));
        assert_eq!(read(&[[0x80].as_slice(), &[0; 31]].concat()).unwrap(), format!("-{}", BigInt::from(2).pow(255)));
    }

    #[test]
    fn a_half_is_the_shortest_decimal_that_reads_back() {
        for (bits, text) in [
            (0x0000, "0"),
            (0x8000, "-0"),
            (0x2E66, "0.1"),
            (0x3C00, "1"),
            (0xC000, "-2"),
            (0x67FF, "2047"),
            (0x7BFF, "65500"),
            (0x0001, "0.00000006"),
            (0x7C00, "inf"),
            (0xFC00, "-inf"),
            (0x7E00, "NaN"),
        ] {
            assert_eq!(shown(|cell| push_half(bits, cell)), text, "{bits:#x}");
        }
    }

    #[test]
    fn every_half_is_the_nearest_to_its_text() {
        for bits in 0..0x7C00_u16 {
            let number: f64 = shown(|cell| push_half(bits, cell)).parse().unwrap();
            let distance = |bits: u16| (half_value(bits) - number).abs();
            assert!(distance(bits) < distance(bits + 1) || bits & 1 == 0, "{bits:#x}");
            assert!(distance(bits) <= distance(bits + 1), "{bits:#x}");
            assert!(bits == 0 || distance(bits) <= distance(bits - 1), "{bits:#x}");
            assert!(bits == 0 || distance(bits) < distance(bits - 1) || bits & 1 == 0, "{bits:#x}");
        }
    }

    proptest! {
        #[test]
        fn bytes_are_the_number_that_they_are(bytes in prop::collection::vec(any::<u8>(), 1..=32), scale in -3..40_i32) {
            let mut read = String::new();
            push_decimal_of(&bytes, scale, &mut read).unwrap();
            let number = BigInt::from_signed_bytes_be(&bytes);
            let (digits, sign) = (number.magnitude().to_string(), if number < BigInt::from(0) { "-" } else { "" });
            let expected = match usize::try_from(scale) {
                Ok(scale @ 1..) => {
                    let digits = "0".repeat((scale + 1).saturating_sub(digits.len())) + &digits;
                    format!("{sign}{}.{}", &digits[..digits.len() - scale], &digits[digits.len() - scale..])
                }
                _ => format!("{}", number * BigInt::from(10).pow(scale.unsigned_abs())),
            };
            prop_assert_eq!(read, expected);
        }
    }
}
