//! Long numbers beside short ones, and beside whole numbers of any size.

use num_bigint::BigInt;
use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|| panic!("{text} is no number"))
}

fn step(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

#[test]
fn every_writing_of_a_number_is_one() {
    for (text, expected) in [
        ("1.23456789E7", "12345678.9"),
        ("5.0E-4", "0.00050"),
        ("1e-05", "0.00001"),
        ("1.30e1", "13.0"),
        ("1e+3", "1000"),
        ("-1E3", "-1000"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e21", "1000000000000000000000"),
        ("0e0", "0"),
        ("-0.0e-3", "0.0000"),
        ("-0", "0"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("123456789012345678901", "123456789012345678901"),
        ("1e00000000000000000003", "1000"),
    ] {
        assert_eq!(number(text).to_string(), expected, "{text}");
    }
    for bad in [
        "",
        "-",
        "+",
        ".",
        "e5",
        "1e",
        "1e+",
        "1e5.0",
        "1e5e5",
        "1ee5",
        "--1",
        "+-1",
        "1,234.56",
        "1_000",
        " 1",
        "1 ",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "0x10",
        "１",
        "1e999999999",
        "1e-999999999",
        "1e401",
        "1e-401",
        "1e309",
        "1.8e308",
        "1e99999999999999999999",
        "0e999999999",
        "12:30",
        "5%",
        "٣",
    ] {
        assert!(Number::parse(bad).is_none(), "{bad}");
    }
    assert!(Number::parse(&"9".repeat(310)).is_none());
    assert!(Number::parse(&format!("0.{}", "9".repeat(60_000))).is_some());
    assert!(Number::parse("1.7976931348623157E308").is_some() && Number::parse("4.9E-324").is_some());
}

/// The cost of a cell is that of its text: a few bytes never stand for many.
#[test]
fn long_cells_take_as_long_as_they_are() {
    let long = format!("{}.{}", "8".repeat(300), "7".repeat(65_000));
    let rounded = number(&long).round_to(step("0.000000000000000003")).to_string();
    assert_eq!(rounded.len(), 300 + 1 + 18);
    let banded = number(&long).minus(step("0.5")).floor_to(step("9999999999999999999")).plus(step("0.5"));
    assert!(banded.to_string().len() <= 303);
    assert!(number("1e-400").round_to(step("1")).to_integer() == Some(0));
}

/// A finite double of any size, the smallest among them.
fn double() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |double| double.is_finite()),
        (1..4096_u64).prop_map(f64::from_bits),
        -1.0..1.0_f64,
    ]
}

/// A number as `units · 10^-scale`.
fn units(text: &str) -> (BigInt, u32) {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    (format!("{whole}{fraction}").parse().unwrap(), u32::try_from(fraction.len()).unwrap())
}

fn raised(text: &str, scale: u32) -> BigInt {
    let (units, own) = units(text);
    units * BigInt::from(10).pow(scale - own)
}

fn floor_of(number: BigInt, by: &BigInt) -> BigInt {
    let is_below = &number % by < BigInt::ZERO;
    number / by - u8::from(is_below)
}

/// Numbers without an exponent, long and short.
const PLAIN: &str = "-?(?:0|[1-9][0-9]{0,40})(?:\\.[0-9]{1,60})?";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn every_finite_double_is_a_number(double in double(), single in any::<u32>().prop_map(f32::from_bits)) {
        for text in [double.to_string(), format!("{double:e}"), format!("{double:E}"), format!("{double:.17e}")] {
            let read = Number::parse(&text);
            prop_assert!(read.is_some(), "{}", text);
            // Zero has no sign here.
            let back: f64 = read.unwrap().to_string().parse().unwrap();
            prop_assert!(back.to_bits() == double.to_bits() || back == 0.0 && double == 0.0, "{}", text);
        }
        if single.is_finite() {
            let back: f32 = number(&single.to_string()).to_string().parse().unwrap();
            prop_assert!(back.to_bits() == single.to_bits() || back == 0.0 && single == 0.0);
        }
    }

    #[test]
    fn rounding_and_bands_are_those_of_whole_numbers(
        text in PLAIN,
        by in "(?:[1-9][0-9]{0,18}|0)\\.[0-9]{0,17}[1-9]|[1-9][0-9]{0,18}",
        origin in "-?[0-9]{1,19}(?:\\.[0-9]{1,18})?",
    ) {
        let (parsed, by_step, origin_step) = (number(&text), step(&by), step(&origin));
        let scale = 80;
        let [whole, size, shift] = [raised(&text, scale), raised(&by, scale), raised(&origin, scale)];
        let zero = BigInt::ZERO;

        let floor = floor_of(&whole - &shift, &size) * &size + &shift;
        let band = parsed.minus(origin_step).floor_to(by_step).plus(origin_step);
        prop_assert_eq!(raised(&band.to_string(), scale), floor);

        let positive = if whole < zero { -&whole } else { whole.clone() };
        let nearest = floor_of(positive * 2_u8 + &size, &(&size * 2_u8)) * &size;
        let nearest = if whole < zero { -nearest } else { nearest };
        let rounded = parsed.round_to(by_step);
        prop_assert_eq!(raised(&rounded.to_string(), scale), nearest);
        prop_assert_eq!(rounded.to_string().split_once('.').map_or(0, |(_, digits)| digits.len()), by_step.scale() as usize);

        prop_assert_eq!(parsed.compare(by_step), whole.cmp(&size));
        prop_assert_eq!(parsed.compare(origin_step), whole.cmp(&shift));
        prop_assert_eq!(parsed.is_at_least(&Number::from(origin_step)), whole >= shift);
        prop_assert_eq!(parsed.is_at_least(&number(&by)), whole >= size);
        prop_assert!(parsed.is_at_least(&parsed) && Number::from(by_step).compare(by_step).is_eq());
    }

    #[test]
    fn an_exponent_moves_the_point(text in PLAIN, exponent in -400_i32..=250) {
        let moved = number(&format!("{text}e{exponent}")).to_string();
        let scale = 600;
        let left = raised(&moved, scale);
        let power = BigInt::from(10).pow(exponent.unsigned_abs());
        let right = raised(&text, scale);
        let (left, right) = if exponent < 0 { (left * power, right) } else { (left, right * power) };
        prop_assert_eq!(left, right);
    }

    #[test]
    fn nothing_else_is_read(text in "[-+.0-9eE]{0,8}") {
        let pattern = regex::Regex::new(r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?0*[0-9]{1,3})?$").unwrap();
        let is_bounded = text.to_lowercase().split_once('e').is_none_or(|(_, exponent)| {
            exponent.parse::<i32>().is_ok_and(|exponent| exponent.abs() <= 400)
        });
        let is_finite = text.parse::<f64>().is_ok_and(f64::is_finite);
        prop_assert_eq!(Number::parse(&text).is_some(), pattern.is_match(&text) && is_bounded && is_finite);
    }
}
