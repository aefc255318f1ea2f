//! Writes numbers and days as bytes, without the machinery of `format!`.
//!
//! Knows the calendar only as far as it has to write it. It is not
//! [`crate::model::time::date`], because its days have to be constants and it never
//! reads one.

/// A day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EpochDay(pub(crate) i32);

impl EpochDay {
    /// The day of a date; the parts are constants of this module and not checked.
    pub(crate) const fn of(year: i32, month: i32, day: i32) -> Self {
        // Years that begin in March put the leap day last (Hinnant, "chrono-compatible
        // low-level date algorithms"); all years here are positive.
        let year = if month <= 2 { year - 1 } else { year };
        let of_era = year % 400;
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self(year / 400 * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    /// The day `days` later.
    pub(crate) const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// Year, month and day of the month.
    const fn civil(self) -> (u32, u32, u32) {
        let days = (self.0 + 719_468).cast_unsigned();
        let of_era = days % 146_097;
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = days / 146_097 * 400 + year_of_era + (month <= 2) as u32;
        (year, month, day)
    }
}

/// Writes `2018-01-15`.
pub(crate) fn day(out: &mut Vec<u8>, day: EpochDay) {
    let (year, month, day) = day.civil();
    let [y0, y1] = two(year / 100);
    let [y2, y3] = two(year % 100);
    let [m0, m1] = two(month);
    let [d0, d1] = two(day);
    out.extend_from_slice(&[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1]);
}

/// Writes a number with at least `width` digits, filled up with zeros.
pub(crate) fn padded(out: &mut Vec<u8>, number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut at = digits.len();
    while rest > 0 || digits.len() - at < width.min(20) {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&digits[at..]);
}

/// Writes a number.
pub(crate) fn number(out: &mut Vec<u8>, number: u64) {
    padded(out, number, 1);
}

/// Writes an id such as `S000000123`; beyond nine digits it grows.
pub(crate) fn id(out: &mut Vec<u8>, letter: u8, number: u64) {
    out.push(letter);
    padded(out, number, 9);
}

/// Two digits of a number below 100.
pub(crate) const fn two(number: u32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn days_are_written_as_the_calendar_library_writes_them() {
        let mut date = jiff::civil::date(1970, 1, 1);
        while date < jiff::civil::date(2050, 1, 1) {
            let ours = EpochDay::of(date.year().into(), date.month().into(), date.day().into());
            assert_eq!(i64::from(ours.0), crate::model::time::moment::days_since_epoch(date));
            assert_eq!(written(|out| day(out, ours)), date.to_string());
            date = date.tomorrow().unwrap();
        }
    }

    #[test]
    fn numbers_keep_all_their_digits() {
        assert_eq!(written(|out| number(out, 0)), "0");
        assert_eq!(written(|out| number(out, u64::MAX)), u64::MAX.to_string());
        assert_eq!(written(|out| padded(out, 123, 9)), "000000123");
        assert_eq!(written(|out| padded(out, 12_345_678_901, 9)), "12345678901");
    }
}
