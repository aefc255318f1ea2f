//! The texts that one way of writing dates reads, as a finite automaton over bytes:
//! what two of them have in common can be worked out from it, and need not be
//! guessed from samples.
//!
//! It knows the range of every part (a month is 01 to 12), and not the calendar: it
//! takes 30 February for a day. So it may have more texts than are read, never
//! fewer.

use super::month_name;
use super::pattern::{DatePattern, NumberPart, PatternPart};
use super::serial::DateSerial;

/// A set of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    fn of(bytes: impl IntoIterator<Item = u8>) -> Self {
        let mut set = Self::default();
        for byte in bytes {
            if let Some(word) = set.0.get_mut(usize::from(byte >> 6)) {
                *word |= 1 << (byte & 63);
            }
        }
        set
    }

    /// The bytes that are in both.
    pub(super) fn both(self, other: Self) -> Vec<u8> {
        let has =
            |set: &Self, byte: u8| set.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1);
        (0..=u8::MAX).filter(|byte| has(&self, *byte) && has(&other, *byte)).collect()
    }
}

/// What a byte is part of: of which part of a date, and in which place of it.
/// Nothing of a date is the first, plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteRole(u8, u8);

/// One byte of a text: which it may be, what it is part of, and where it leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) bytes: ByteSet,
    pub(super) role: ByteRole,
    pub(super) to: usize,
}

/// A finite automaton. It starts in state 0.
#[derive(Debug)]
pub(super) struct DateAutomaton {
    pub(super) steps: Vec<Vec<Step>>,
    pub(super) is_end: Vec<bool>,
}

impl DateAutomaton {
    /// That of a format of directives.
    pub(super) fn of_pattern(pattern: &DatePattern) -> Self {
        let mut automaton = Self { steps: vec![Vec::new()], is_end: vec![false] };
        // Where the next part may begin: in several states where one may be left out.
        let mut begins = vec![0];
        for part in pattern.parts() {
            let end = automaton.add_state();
            let mut is_optional = false;
            for bytes in alternatives(*part) {
                let Some((last, first)) = bytes.split_last() else {
                    is_optional = true;
                    continue;
                };
                let mut from = begins.clone();
                for (place, bytes) in first.iter().enumerate() {
                    let to = automaton.add_state();
                    automaton.add_steps(&from, *bytes, role(*part, place), to);
                    from = vec![to];
                }
                automaton.add_steps(&from, *last, role(*part, first.len()), end);
            }
            if !is_optional {
                begins.clear();
            }
            begins.push(end);
        }
        for end in begins {
            if let Some(is_end) = automaton.is_end.get_mut(end) {
                *is_end = true;
            }
        }
        automaton
    }

    /// That of a number: a sign, whole digits without a needless zero, a fraction.
    pub(super) fn of_serial(serial: DateSerial) -> Self {
        let role = ByteRole(
            match serial {
                DateSerial::Epoch(places) => 100 + u8::try_from(places).unwrap_or(0),
                DateSerial::Excel1900 => 120,
                DateSerial::Excel1904 => 121,
            },
            0,
        );
        let step = |bytes: ByteSet, to| Step { bytes, role, to };
        let (any, first, zero) = (digits(b'0'..=b'9'), digits(b'1'..=b'9'), ByteSet::of(*b"0"));
        let (sign, point) = (ByteSet::of(*b"-"), ByteSet::of(*b"."));
        let steps = vec![
            vec![step(sign, 1), step(zero, 2), step(first, 3)],
            vec![step(zero, 2), step(first, 3)],
            vec![step(point, 4)],
            vec![step(any, 3), step(point, 4)],
            vec![step(any, 5)],
            vec![step(any, 5)],
        ];
        Self { steps, is_end: vec![false, false, true, true, false, true] }
    }

    fn add_state(&mut self) -> usize {
        self.steps.push(Vec::new());
        self.is_end.push(false);
        self.steps.len() - 1
    }

    fn add_steps(&mut self, from: &[usize], bytes: ByteSet, role: ByteRole, to: usize) {
        for state in from {
            if let Some(steps) = self.steps.get_mut(*state) {
                steps.push(Step { bytes, role, to });
            }
        }
    }
}

fn digits(range: std::ops::RangeInclusive<u8>) -> ByteSet {
    ByteSet::of(range)
}

/// What a byte of a part stands for. An offset and the `Z` that means UTC are one.
fn role(part: PatternPart, place: usize) -> ByteRole {
    let of = |number| match number {
        NumberPart::Day => 1,
        NumberPart::Hour => 2,
        NumberPart::HourOfTwelve => 3,
        NumberPart::Minute => 4,
        NumberPart::Month => 5,
        NumberPart::Second => 6,
    };
    let part = match part {
        PatternPart::Literal(_) => return ByteRole(0, 0),
        PatternPart::Fraction => 7,
        PatternPart::HalfDay => 8,
        PatternPart::MonthName => 9,
        PatternPart::Number(number) | PatternPart::ShortNumber(number) => of(number),
        PatternPart::Offset | PatternPart::Utc => 10,
        PatternPart::Year => 11,
        PatternPart::YearOfCentury => 12,
    };
    ByteRole(part, u8::try_from(place).unwrap_or(u8::MAX))
}

/// Every way to write a part, as the bytes it may have in each place.
fn alternatives(part: PatternPart) -> Vec<Vec<ByteSet>> {
    let any = digits(b'0'..=b'9');
    let (zero, one_to_nine) = (digits(b'0'..=b'0'), digits(b'1'..=b'9'));
    let one = |byte: u8| ByteSet::of([byte]);
    let either = |byte: u8| ByteSet::of([byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]);
    match part {
        PatternPart::Literal(byte) => vec![vec![one(byte)]],
        PatternPart::Utc => vec![vec![one(b'Z')]],
        PatternPart::Number(number) => two_digits(number),
        PatternPart::ShortNumber(number) => {
            let short = match number {
                NumberPart::Day | NumberPart::HourOfTwelve | NumberPart::Month => one_to_nine,
                NumberPart::Hour | NumberPart::Minute | NumberPart::Second => any,
            };
            [two_digits(number), vec![vec![short]]].concat()
        }
        PatternPart::YearOfCentury => vec![vec![any, any]],
        // There is no year 0.
        PatternPart::Year => vec![
            vec![one_to_nine, any, any, any],
            vec![zero, one_to_nine, any, any],
            vec![zero, zero, one_to_nine, any],
            vec![zero, zero, zero, one_to_nine],
        ],
        PatternPart::MonthName => month_name::all().map(|(name, _)| name.bytes().map(either).collect()).collect(),
        PatternPart::HalfDay => {
            let half = ByteSet::of(*b"aApP");
            vec![vec![half, either(b'm')], vec![half, one(b'.'), either(b'm'), one(b'.')]]
        }
        PatternPart::Fraction => {
            let of = |count| [vec![ByteSet::of(*b".,")], vec![any; count]].concat();
            (1..=9).map(of).chain([Vec::new()]).collect()
        }
        PatternPart::Offset => {
            let sign = vec![ByteSet::of(*b"+-")];
            let minutes = vec![digits(b'0'..=b'5'), any];
            let ends = [Vec::new(), minutes.clone(), [vec![one(b':')], minutes].concat()];
            let hours = two_digits(NumberPart::Hour);
            let mut all = vec![vec![either(b'z')]];
            for end in ends {
                all.extend(hours.iter().map(|hour| [sign.clone(), hour.clone(), end.clone()].concat()));
            }
            all
        }
    }
}

fn two_digits(number: NumberPart) -> Vec<Vec<ByteSet>> {
    let any = digits(b'0'..=b'9');
    let ranges: &[(u8, u8, u8, u8)] = match number {
        NumberPart::Day => &[(b'0', b'0', b'1', b'9'), (b'1', b'2', b'0', b'9'), (b'3', b'3', b'0', b'1')],
        NumberPart::Hour => &[(b'0', b'1', b'0', b'9'), (b'2', b'2', b'0', b'3')],
        NumberPart::HourOfTwelve | NumberPart::Month => &[(b'0', b'0', b'1', b'9'), (b'1', b'1', b'0', b'2')],
        NumberPart::Minute | NumberPart::Second => return vec![vec![digits(b'0'..=b'5'), any]],
    };
    ranges.iter().map(|(a, b, c, d)| vec![digits(*a..=*b), digits(*c..=*d)]).collect()
}
