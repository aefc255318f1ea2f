//! A format of `strftime` directives, compiled. Every part ends where the next
//! begins, whatever is written, so a text is read in one way or not at all.

use super::fault::FormatFault;
use super::month_name;
use super::parts::{civil, digits, fraction, one_or_two_digits, read_offset};
use crate::model::time::reading::{DateReading, KnownTo};

/// A part that is a number of two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberPart {
    Day,
    Hour,
    HourOfTwelve,
    Minute,
    Month,
    Second,
}

/// One part of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatternPart {
    Fraction,
    HalfDay,
    Literal(u8),
    MonthName,
    /// Of two digits.
    Number(NumberPart),
    Offset,
    /// Of one digit or two.
    ShortNumber(NumberPart),
    /// A plain `Z` at the end of a time: who writes it so means UTC.
    Utc,
    Year,
    YearOfCentury,
}

/// A compiled format. Fields have a fixed width but for those that say otherwise,
/// so `3/4/2024` does not fit `%d/%m/%Y` and fits `%-d/%-m/%Y`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DatePattern {
    parts: Vec<PatternPart>,
    /// The first year of two digits that is of the 1900s.
    pivot: i32,
    known_to: KnownTo,
    has_time: bool,
}

/// The directives. Longer ones come before those they begin with.
pub(super) const DIRECTIVES: [(&str, PatternPart); 22] = [
    ("%%", PatternPart::Literal(b'%')),
    ("%-H", PatternPart::ShortNumber(NumberPart::Hour)),
    ("%-I", PatternPart::ShortNumber(NumberPart::HourOfTwelve)),
    ("%-M", PatternPart::ShortNumber(NumberPart::Minute)),
    ("%-S", PatternPart::ShortNumber(NumberPart::Second)),
    ("%-d", PatternPart::ShortNumber(NumberPart::Day)),
    ("%-m", PatternPart::ShortNumber(NumberPart::Month)),
    ("%.f", PatternPart::Fraction),
    ("%:z", PatternPart::Offset),
    ("%B", PatternPart::MonthName),
    ("%H", PatternPart::Number(NumberPart::Hour)),
    ("%I", PatternPart::Number(NumberPart::HourOfTwelve)),
    ("%M", PatternPart::Number(NumberPart::Minute)),
    ("%S", PatternPart::Number(NumberPart::Second)),
    ("%Y", PatternPart::Year),
    ("%b", PatternPart::MonthName),
    ("%d", PatternPart::Number(NumberPart::Day)),
    ("%h", PatternPart::MonthName),
    ("%m", PatternPart::Number(NumberPart::Month)),
    ("%p", PatternPart::HalfDay),
    ("%y", PatternPart::YearOfCentury),
    ("%z", PatternPart::Offset),
];

impl DatePattern {
    /// Compiles a format. `pivot`: the first year of two digits that is of the 1900s;
    /// those below it are of the 2000s.
    pub(crate) fn parse(pattern: &str, pivot: Option<u8>) -> Result<Self, FormatFault> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(&byte) = rest.as_bytes().first() {
            if byte == b'%' {
                let known = DIRECTIVES.iter().find_map(|(word, part)| Some((*part, rest.strip_prefix(word)?)));
                let (part, tail) = known.ok_or(FormatFault::UnknownDirective)?;
                parts.push(part);
                rest = tail;
            } else {
                let width = rest.chars().next().map_or(1, char::len_utf8);
                let (plain, tail) = rest.split_at(width);
                parts.extend(plain.bytes().map(PatternPart::Literal));
                rest = tail;
            }
        }
        let has_time = check_time(&parts)?;
        let known_to = check_date(&parts)?;
        if has_time && known_to != KnownTo::Day {
            return Err(FormatFault::TimeIncomplete);
        }
        if pivot.is_none() && parts.contains(&PatternPart::YearOfCentury) {
            return Err(FormatFault::TwoDigitYear);
        }
        if has_time
            && !parts.contains(&PatternPart::Offset)
            && let Some(last @ PatternPart::Literal(b'Z')) = parts.last_mut()
        {
            *last = PatternPart::Utc;
        }
        let ends = |(place, part): (usize, &PatternPart)| part.ends_before(parts.get(place + 1..).unwrap_or(&[]));
        if !parts.iter().enumerate().all(ends) {
            return Err(FormatFault::NoEnd);
        }
        Ok(Self { parts, pivot: i32::from(pivot.unwrap_or(0)), known_to, has_time })
    }

    /// Its parts, in their order.
    pub(super) fn parts(&self) -> &[PatternPart] {
        &self.parts
    }

    /// Whether it has a time of day.
    pub(crate) fn has_time(&self) -> bool {
        self.has_time
    }

    /// Whether it has a year of two digits.
    pub(crate) fn has_pivot(&self) -> bool {
        self.parts.contains(&PatternPart::YearOfCentury)
    }

    /// How closely it tells a date.
    pub(crate) fn known_to(&self) -> KnownTo {
        self.known_to
    }

    /// Reads the whole text.
    pub(crate) fn read(&self, text: &str) -> Option<DateReading> {
        let mut rest = text.as_bytes();
        let (mut year, mut month, mut day) = (0, 1, 1);
        let (mut hour, mut minute, mut second, mut micros) = (None, 0, 0, 0);
        let (mut is_afternoon, mut offset) = (None, None);
        for part in &self.parts {
            match part {
                PatternPart::Literal(byte) => rest = rest.strip_prefix(std::slice::from_ref(byte))?,
                PatternPart::Year => year = digits(&mut rest, 4)?,
                PatternPart::YearOfCentury => {
                    let of_century = digits(&mut rest, 2)?;
                    year = of_century + if of_century < self.pivot { 2000 } else { 1900 };
                }
                PatternPart::MonthName => month = month_name::read(&mut rest)?,
                PatternPart::Fraction => micros = fraction(&mut rest)?,
                PatternPart::Offset => offset = Some(read_offset(&mut rest)?),
                PatternPart::HalfDay => is_afternoon = Some(half_day(&mut rest)?),
                PatternPart::Utc => {
                    rest = rest.strip_prefix(b"Z")?;
                    offset = Some(0);
                }
                PatternPart::Number(number) | PatternPart::ShortNumber(number) => {
                    let is_short = matches!(part, PatternPart::ShortNumber(_));
                    let value = if is_short { one_or_two_digits(&mut rest) } else { digits(&mut rest, 2) }?;
                    match number {
                        NumberPart::Day => day = value,
                        NumberPart::Month => month = value,
                        NumberPart::Minute => minute = value,
                        NumberPart::Second => second = value,
                        NumberPart::Hour | NumberPart::HourOfTwelve => hour = Some(value),
                    }
                }
            }
        }
        if let Some(is_afternoon) = is_afternoon {
            let of_twelve = hour.filter(|hour| (1..=12).contains(hour))?;
            hour = Some(of_twelve % 12 + if is_afternoon { 12 } else { 0 });
        }
        // A leap second or 24:00 is not a time of day: unreadable, not rounded.
        if !rest.is_empty() || year == 0 || hour.unwrap_or(0) > 23 || minute > 59 || second > 59 {
            return None;
        }
        let date = civil(year, month, day)?;
        let time = hour.map(|hour| i64::from((hour * 60 + minute) * 60 + second) * 1_000_000 + i64::from(micros));
        Some(DateReading { date, known_to: self.known_to, time, offset })
    }
}

/// Reads whether a time is after noon: `AM`, `PM`, `a.m.`, `p.m.`, in any case.
fn half_day(rest: &mut &[u8]) -> Option<bool> {
    let (is_afternoon, tail) = match rest {
        [half, b'.', b'm' | b'M', b'.', tail @ ..] | [half, b'm' | b'M', tail @ ..] => match half {
            b'a' | b'A' => (false, tail),
            b'p' | b'P' => (true, tail),
            _ => return None,
        },
        _ => return None,
    };
    *rest = tail;
    Some(is_afternoon)
}

/// Whether the parts have a time of day; a fault where they make none.
fn check_time(parts: &[PatternPart]) -> Result<bool, FormatFault> {
    use NumberPart::{Hour, HourOfTwelve, Minute, Second};
    let count = |wanted: PatternPart| parts.iter().filter(|part| **part == wanted).count();
    let numbers = |part| count(PatternPart::Number(part)) + count(PatternPart::ShortNumber(part));
    let [hours, of_twelve, minutes, seconds] = [Hour, HourOfTwelve, Minute, Second].map(numbers);
    let [fractions, offsets, halves] = [PatternPart::Fraction, PatternPart::Offset, PatternPart::HalfDay].map(count);
    if of_twelve != halves {
        return Err(FormatFault::HalfDay);
    }
    let chain = [1, hours + of_twelve, minutes, seconds, fractions];
    let is_chain = chain.windows(2).all(|pair| pair[1] <= pair[0]);
    if !is_chain || offsets > chain[1] {
        return Err(FormatFault::TimeIncomplete);
    }
    Ok(chain[1] == 1)
}

/// How closely the parts tell a date; a fault where they tell none.
fn check_date(parts: &[PatternPart]) -> Result<KnownTo, FormatFault> {
    use NumberPart::{Day, Month};
    let count = |wanted: &[PatternPart]| parts.iter().filter(|part| wanted.contains(part)).count();
    let years = count(&[PatternPart::Year, PatternPart::YearOfCentury]);
    let months = count(&[PatternPart::Number(Month), PatternPart::ShortNumber(Month), PatternPart::MonthName]);
    let days = count(&[PatternPart::Number(Day), PatternPart::ShortNumber(Day)]);
    match (years, months, days) {
        (1, 0, 0) => Ok(KnownTo::Year),
        (1, 1, 0) => Ok(KnownTo::Month),
        (1, 1, 1) => Ok(KnownTo::Day),
        _ => Err(FormatFault::Incomplete),
    }
}

impl PatternPart {
    /// Whether it is plain where it ends when these parts follow.
    fn ends_before(self, rest: &[Self]) -> bool {
        let digit_follows = || may_begin(rest, |byte| byte.is_ascii_digit());
        match self {
            Self::ShortNumber(_) => !digit_follows(),
            Self::Offset => !digit_follows() && !may_begin(rest, |byte| byte == b':'),
            Self::MonthName => !may_begin(rest, |byte| byte.is_ascii_alphabetic()),
            Self::Fraction => {
                let is_comma_of_its_own = match rest {
                    [Self::Literal(b','), tail @ ..] => !may_begin(tail, |byte| byte.is_ascii_digit()),
                    _ => false,
                };
                !digit_follows() && (is_comma_of_its_own || !may_begin(rest, |byte| matches!(byte, b'.' | b',')))
            }
            Self::HalfDay | Self::Literal(_) | Self::Number(_) | Self::Utc | Self::Year | Self::YearOfCentury => true,
        }
    }
}

/// Whether a text of these parts may begin with such a byte.
fn may_begin(parts: &[PatternPart], is_wanted: impl Fn(u8) -> bool) -> bool {
    let any = |bytes: &[u8]| bytes.iter().any(|byte| is_wanted(*byte));
    for part in parts {
        return match part {
            PatternPart::Fraction if any(b".,") => true,
            // It may be left out.
            PatternPart::Fraction => continue,
            PatternPart::HalfDay => any(b"aApP"),
            PatternPart::Literal(byte) => is_wanted(*byte),
            PatternPart::MonthName => any(b"adfjmnosADFJMNOS"),
            PatternPart::Offset => any(b"Zz+-"),
            PatternPart::Utc => is_wanted(b'Z'),
            PatternPart::Number(_) | PatternPart::ShortNumber(_) | PatternPart::Year | PatternPart::YearOfCentury => {
                any(b"0123456789")
            }
        };
    }
    false
}
