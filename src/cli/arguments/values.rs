//! What options take: each parser says what it wants and never what it was given,
//! which may be somebody's name in the wrong place.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::hierarchy::builders::numbers::MOST_LEVELS;
use crate::hierarchy::builders::prefixes::MOST_CHARACTERS;
use crate::model::name::ColumnName;
use crate::model::number::decimal::Decimal;
use crate::model::number::share::Share;
use crate::model::time::date::DateFormat;
use crate::privacy::utility::metric::Metric;
use crate::release::error::ReleaseError;
use crate::release::inputs::policy::Policy;
use crate::release::interface::job::{Job, THREADS, is_count_name};
use crate::release::suggest::LevelSource;

/// A day.
pub(in crate::cli) fn date(text: &str) -> Result<Date, &'static str> {
    DateFormat::iso().date(text).ok_or("must be a date such as 2026-11-01")
}

/// An amount of memory: bytes, or `512M`, `2G`, `512MiB`; binary multiples.
pub(in crate::cli) fn memory(text: &str) -> Result<usize, &'static str> {
    const SHAPE: &str = "must be an amount such as 512M or 2G";
    const LEAST: usize = 32 << 20;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.to_ascii_uppercase().as_str() {
        "" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        _ => return Err(SHAPE),
    };
    let number: usize = number.parse().map_err(|_| SHAPE)?;
    let bytes = number.checked_mul(1 << shift).ok_or(SHAPE)?;
    if bytes < LEAST { Err("must be at least 32M") } else { Ok(bytes) }
}

/// Worker threads.
pub(in crate::cli) fn threads(text: &str) -> Result<u16, &'static str> {
    let number = text.parse().ok().filter(|number| THREADS.contains(&usize::from(*number)));
    number.ok_or("must be a whole number from 1 to 1024")
}

/// A list and its file.
pub(in crate::cli) fn list_file(text: &str) -> Result<(String, PathBuf), &'static str> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok((name.to_owned(), file.into())),
        _ => Err("must be the name of a list, =, and a file, such as tps=tps-tonight.csv"),
    }
}

/// The policy with these files in place of those of its lists.
pub(in crate::cli) fn with_lists(policy: Policy, lists: &[(String, PathBuf)]) -> Result<Policy, ReleaseError> {
    lists.iter().try_fold(policy, |policy, (name, file)| policy.with_list(name, file.clone()))
}

/// A risk.
pub(in crate::cli) fn risk(text: &str) -> Result<f64, &'static str> {
    let risk = text.parse().ok().filter(|risk: &f64| (0.0..=1.0).contains(risk));
    risk.ok_or("must be a number from 0 to 1, such as 0.2")
}

/// How many columns a subset has at most.
pub(in crate::cli) fn subset_size(text: &str) -> Result<u8, &'static str> {
    in_range(text, 1, 3).ok_or("must be 1, 2 or 3")
}

/// A column.
pub(in crate::cli) fn column(text: &str) -> Result<ColumnName, &'static str> {
    ColumnName::parse(text).map_err(|_| "must be the name of a column, as the header has it")
}

/// A column, and a file of levels.
pub(in crate::cli) fn hierarchy_file(text: &str) -> Result<(ColumnName, LevelSource), &'static str> {
    const SHAPE: &str = "must be a column, =, and a file, such as age=age.csv";
    let (name, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or(SHAPE)?;
    Ok((column(name).map_err(|_| SHAPE)?, LevelSource::File(file.into())))
}

/// A column, and of what its levels are made.
pub(in crate::cli) fn level_kind(text: &str) -> Result<(ColumnName, LevelSource), &'static str> {
    const SHAPE: &str =
        "must be a column, =, and `date`, `number:WIDTH`, `postcode`, `prefix`, `prefix:LENGTH` or `whole`";
    let (name, kind) = text.split_once('=').ok_or(SHAPE)?;
    let (word, parameter) = kind.split_once(':').map_or((kind, None), |(word, parameter)| (word, Some(parameter)));
    let source = match (word, parameter) {
        ("date", None) => LevelSource::Date,
        ("number", Some(width)) => LevelSource::Number(positive_decimal(width)?),
        ("postcode", None) => LevelSource::Postcode,
        ("prefix", None) => LevelSource::Prefix(None),
        ("prefix", Some(length)) => LevelSource::Prefix(Some(prefix_length(length)?)),
        ("whole", None) => LevelSource::Whole,
        _ => return Err(SHAPE),
    };
    Ok((column(name).map_err(|_| SHAPE)?, source))
}

/// A share.
pub(in crate::cli) fn share(text: &str) -> Result<Share, &'static str> {
    Share::parse(text)
}

/// The least people of a class.
pub(in crate::cli) fn class_size(text: &str) -> Result<u32, &'static str> {
    in_range(text, 2, 1_000_000).ok_or("must be a whole number from 2 to 1,000,000")
}

/// Seconds to search.
pub(in crate::cli) fn seconds(text: &str) -> Result<u32, &'static str> {
    in_range(text, 1, 1_000_000).ok_or("must be a whole number from 1 to 1,000,000")
}

/// What a search keeps low.
pub(in crate::cli) fn metric(text: &str) -> Result<Metric, &'static str> {
    let known = Metric::ALL.into_iter().find(|metric| metric.word() == text);
    known.ok_or("must be `loss`, `non_uniform_entropy`, `discernibility` or `precision`")
}

/// A number.
pub(in crate::cli) fn decimal(text: &str) -> Result<Decimal, &'static str> {
    Decimal::parse(text).ok_or("must be a number such as 10 or 0.5")
}

/// A number above zero.
pub(in crate::cli) fn positive_decimal(text: &str) -> Result<Decimal, &'static str> {
    decimal(text).ok().filter(|number| number.is_positive()).ok_or("must be a number above zero, such as 10 or 0.5")
}

/// Levels of bands.
pub(in crate::cli) fn band_levels(text: &str) -> Result<u8, &'static str> {
    in_range(text, 1, MOST_LEVELS).ok_or("must be a whole number from 1 to 60")
}

/// Characters of a code.
pub(in crate::cli) fn prefix_length(text: &str) -> Result<usize, &'static str> {
    in_range(text, 1, MOST_CHARACTERS).ok_or("must be a whole number from 1 to 64")
}

/// A count.
pub(in crate::cli) fn count(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "must be a whole number")
}

/// Records to make.
pub(in crate::cli) fn rows(text: &str) -> Result<u64, &'static str> {
    in_range(text, 1, 10_000_000_000).ok_or("must be a whole number from 1 to 10,000,000,000")
}

/// Records of a thousand.
pub(in crate::cli) fn per_thousand(text: &str) -> Result<u16, &'static str> {
    in_range(text, 0, 1000).ok_or("must be a whole number from 0 to 1000")
}

/// The name of a count, as a refusal names it. It is in the account.
pub(in crate::cli) fn count_name(text: &str) -> Result<String, &'static str> {
    if is_count_name(text) {
        Ok(text.to_owned())
    } else {
        Err("must be `read`, `delivered`, `quarantined` or a reason")
    }
}

fn in_range<T: std::str::FromStr + PartialOrd>(text: &str, low: T, high: T) -> Option<T> {
    text.parse().ok().filter(|number| (low..=high).contains(number))
}

/// A job with an option, where the option is given.
pub(in crate::cli) fn with<'a, T>(job: Job<'a>, given: Option<T>, set: impl FnOnce(Job<'a>, T) -> Job<'a>) -> Job<'a> {
    match given {
        Some(value) => set(job, value),
        None => job,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_given_in_bytes_or_binary_multiples() {
        for (text, bytes) in [("33554432", 32 << 20), ("128M", 128 << 20), ("2gib", 2 << 30), ("32768k", 32 << 20)] {
            assert_eq!(memory(text), Ok(bytes), "{text}");
        }
        for bad in ["", "M", "1.5G", "-1", "12 M", "1T", "31M", "0", "99999999999999999999", "99999999999G"] {
            assert!(memory(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_and_names_keep_to_their_ranges() {
        assert_eq!((threads("1"), threads("1024")), (Ok(1), Ok(1024)));
        assert_eq!((per_thousand("0"), per_thousand("1000")), (Ok(0), Ok(1000)));
        assert_eq!(rows("10000000000"), Ok(10_000_000_000));
        assert!(threads("0").is_err() && threads("1025").is_err() && per_thousand("1001").is_err());
        assert!(rows("0").is_err() && rows("10000000001").is_err() && count("-1").is_err());
        assert!(count_name("suppressed:own").is_ok() && count_name("Anna Smith").is_err() && count_name("").is_err());
    }
}
