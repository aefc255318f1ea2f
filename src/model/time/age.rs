//! Ages in full years, judged on one day.

use jiff::Span;
use jiff::civil::Date;

/// Whether a subject born on `born` has reached `years` on `on`. Someone born
/// on 29 February reaches an age on 1 March in other years: the later day, so
/// that a child is never taken for older.
#[must_use]
pub(crate) fn has_reached(born: Date, years: u16, on: Date) -> bool {
    let Some(year) = i16::try_from(years).ok().and_then(|years| born.year().checked_add(years)) else { return false };
    let birthday = Date::new(year, born.month(), born.day()).or_else(|_| Date::new(year, 3, 1));
    birthday.is_ok_and(|birthday| birthday <= on)
}

/// The last birth date of a subject who has reached `years` on `on`; born later,
/// a subject is younger.
#[must_use]
pub(crate) fn last_birth_date(years: u16, on: Date) -> Date {
    // A leap day may be up to two days off.
    let near = on.checked_sub(Span::new().years(i32::from(years)));
    let near = near.and_then(|near| near.checked_add(Span::new().days(3)));
    let mut born = near.unwrap_or(Date::MIN);
    while !has_reached(born, years, on) {
        let Ok(earlier) = born.yesterday() else { break };
        born = earlier;
    }
    born
}

/// Full years of age on `on`; `None` when born later.
#[must_use]
pub(crate) fn age_on(born: Date, on: Date) -> Option<u16> {
    if born > on {
        return None;
    }
    let years = u16::try_from(on.year() - born.year()).ok()?;
    Some(if has_reached(born, years, on) { years } else { years - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_leap_day_child_grows_older_on_the_first_of_march() {
        let born = date(2004, 2, 29);
        assert!(!has_reached(born, 18, date(2022, 2, 28)));
        assert!(has_reached(born, 18, date(2022, 3, 1)));
        assert!(has_reached(born, 20, date(2024, 2, 29)));
        for on in [date(2022, 2, 28), date(2022, 3, 1), date(2024, 2, 29), date(2023, 12, 31)] {
            for years in [0, 1, 16, 18, 20, 100] {
                let last = last_birth_date(years, on);
                assert!(has_reached(last, years, on), "{years} {on}");
                assert!(!has_reached(last.tomorrow().unwrap(), years, on), "{years} {on}");
            }
        }
        assert_eq!(age_on(born, date(2022, 2, 28)), Some(17));
        assert_eq!(age_on(born, date(2004, 2, 28)), None);
    }
}
