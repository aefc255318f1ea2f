//! The values of sensitive columns: codes for their cells while records are read, and
//! what the classes tell of them once these are counted.

use std::collections::HashMap;
use std::io;

use rayon::prelude::*;

use super::classes::CountedClasses;
use super::entry::{COUNTED, EntryShape, MISSING};
use crate::engine::spill::entries::DIGEST_PARTITIONS;
use crate::engine::withhold::digest_hasher::BuildDigestHasher;
use crate::model::digest::SubjectHasher;
use crate::model::number::format::NumberFormat;
use crate::privacy::risk::sensitive::{SensitiveMeter, TableValue, WorstValues};

/// A sensitive column with more values is not measured: its values are as many as people,
/// and nearly every class would be like no other.
pub(crate) const MOST_VALUES: usize = 1_000_000;

/// The different values of a column: by code, how the value compares as a number.
#[derive(Debug, Default)]
pub(crate) struct SeenValues {
    numbers: NumberFormat,
    by_code: HashMap<u64, Option<u64>, BuildDigestHasher>,
    /// Missing cells.
    pub(crate) missing: u64,
    /// Whether there are more values than are kept.
    pub(crate) are_too_many: bool,
}

impl SeenValues {
    pub(super) fn new(numbers: NumberFormat) -> Self {
        Self { numbers, ..Self::default() }
    }

    /// The code of a cell.
    #[inline]
    pub(super) fn code(&mut self, cell: Option<&str>, hasher: &SubjectHasher) -> u64 {
        let Some(text) = cell else {
            self.missing += 1;
            return MISSING;
        };
        let code = hasher.digest(text).clamp(MISSING + 1, COUNTED - 1);
        if !self.are_too_many && !self.by_code.contains_key(&code) {
            self.by_code.insert(code, number(self.numbers, text));
        }
        code
    }

    pub(super) fn merge(&mut self, others: Self) {
        self.missing += others.missing;
        self.are_too_many |= others.are_too_many;
        if !self.are_too_many {
            self.by_code.extend(others.by_code);
            self.are_too_many = self.by_code.len() > MOST_VALUES;
        }
        if self.are_too_many {
            self.by_code = HashMap::default();
        }
    }

    /// How many different values there are, a missing cell not counted.
    pub(crate) fn different(&self) -> usize {
        self.by_code.len()
    }

    /// How many of them are no numbers.
    pub(crate) fn not_numbers(&self) -> usize {
        self.by_code.values().filter(|number| number.is_none()).count()
    }
}

/// Compares as the number does that a text is.
fn number(numbers: NumberFormat, text: &str) -> Option<u64> {
    let number: f64 = numbers.read(text)?.to_string().parse().ok().filter(|number: &f64| !number.is_nan())?;
    // The order of floating-point numbers in their bits (IEEE 754, section 5.10).
    let bits = (number + 0.0).to_bits();
    Some(if bits >> 63 == 0 { bits | 1 << 63 } else { !bits })
}

/// What the classes tell of a sensitive column.
#[derive(Debug)]
pub(crate) struct SensitiveFinding {
    /// How many different values the table has, a missing cell among them.
    pub(crate) different: usize,
    /// The worst classes; `None` where there are too many values.
    pub(crate) worst: Option<WorstValues>,
}

/// Measures every class by every sensitive column.
pub(super) fn measure_values(
    shape: EntryShape,
    seen: &[SeenValues],
    counted: &CountedClasses,
) -> io::Result<Vec<SensitiveFinding>> {
    let meter = |(seen, counts): (&SeenValues, &HashMap<u64, u64, BuildDigestHasher>)| {
        if seen.are_too_many {
            return None;
        }
        let is_ordered = seen.different() > 0 && seen.not_numbers() == 0;
        let value = |(code, count): (&u64, &u64)| TableValue {
            code: *code,
            // A missing cell comes before all values.
            order: seen.by_code.get(code).copied().flatten().unwrap_or(MISSING),
            count: *count,
        };
        Some(SensitiveMeter::new(counts.iter().map(value).collect(), is_ordered))
    };
    let meters: Vec<Option<SensitiveMeter>> = seen.iter().zip(&counted.values).map(meter).collect();
    if meters.iter().all(Option::is_none) {
        return Ok(meters.iter().map(|_| SensitiveFinding { different: 0, worst: None }).collect());
    }
    let none = || meters.iter().map(|meter| meter.as_ref().map(SensitiveMeter::none)).collect::<Vec<_>>();
    let measured = (0..DIGEST_PARTITIONS).into_par_iter().map(|part| {
        let mut worst = none();
        counted.value_rows.each_variable(part, |words| {
            let mut rest = words;
            let Some(persons) = next(&mut rest) else { return };
            let mut values = Vec::new();
            for (meter, worst) in meters.iter().zip(&mut worst).take(shape.sensitive) {
                values.clear();
                for _ in 0..next(&mut rest).unwrap_or(0) {
                    if let (Some(code), Some(count)) = (next(&mut rest), next(&mut rest)) {
                        values.push((code, count));
                    }
                }
                if let (Some(meter), Some(worst)) = (meter, worst) {
                    meter.add(persons, &values, worst);
                }
            }
        })?;
        Ok(worst)
    });
    let mut worst = none();
    for part in measured.collect::<io::Result<Vec<_>>>()? {
        for ((meter, worst), part) in meters.iter().zip(&mut worst).zip(part) {
            if let (Some(meter), Some(worst), Some(part)) = (meter, worst, part) {
                meter.merge(worst, &part);
            }
        }
    }
    let found = meters.iter().zip(worst);
    Ok(found
        .map(|(meter, worst)| SensitiveFinding {
            different: meter.as_ref().map_or(0, SensitiveMeter::different),
            worst,
        })
        .collect())
}

fn next(words: &mut &[u64]) -> Option<u64> {
    let (first, rest) = words.split_first()?;
    *words = rest;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_known_by_their_texts_and_ordered_as_numbers() {
        let hasher = SubjectHasher::new(&[2; 16]);
        let mut one = SeenValues::new(NumberFormat::default());
        let texts = ["-10.5", "-2", "0", "3", "1000000000"];
        let codes: Vec<u64> = texts.iter().map(|text| one.code(Some(text), &hasher)).collect();
        let orders: Vec<Option<u64>> = codes.iter().map(|code| one.by_code[code]).collect();
        assert!(orders.windows(2).all(|pair| pair[0] < pair[1]) && orders[0] > Some(MISSING));
        assert_eq!(one.code(None, &hasher), MISSING);
        assert_eq!((one.different(), one.not_numbers(), one.missing), (5, 0, 1));
        let mut other = SeenValues::new(NumberFormat::default());
        assert_eq!(other.code(Some("3"), &hasher), codes[3]);
        other.code(Some("many"), &hasher);
        one.merge(other);
        assert_eq!((one.different(), one.not_numbers(), one.are_too_many), (6, 1, false));
        one.merge(SeenValues { are_too_many: true, ..SeenValues::default() });
        assert_eq!((one.different(), one.are_too_many), (0, true));
    }
}
