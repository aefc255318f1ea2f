//! Which notice a delivered record's consent was given under and in which month, as one
//! small number: a waiting row carries it until it is known whether it is delivered.

use super::columns::evidence::Demand;
use crate::model::time::day::Day;
use crate::model::time::month::Month;

/// No longer time is told apart by month.
const MOST_MONTHS: usize = 1200;
/// How many numbers there are.
const NUMBERS: usize = u16::MAX as usize;

/// What a consent rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "two facts about a consent")]
pub struct ReliedOn {
    /// The position of the notice in the register; `None` where there are too many to be
    /// told apart.
    pub notice: Option<usize>,
    /// The month in which it was given; `None` where it is not known to the month.
    pub month: Option<Month>,
}

/// The numbers of one release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReliedOnCodes {
    notices: usize,
    months: usize,
    last: Month,
}

impl ReliedOnCodes {
    /// For the notices of the demand, and the months in which a consent can have been
    /// given that passes.
    pub(crate) fn new(demand: &Demand) -> Self {
        let last = Month::of(demand.as_of.into());
        let notices = demand.register.notices.len();
        let months = first_month(demand).map_or(0, |first| first.months_until(last) + 1);
        let room = (NUMBERS - 1).checked_div(notices).unwrap_or(0).saturating_sub(1);
        Self { notices: if room == 0 { 0 } else { notices }, months: months.min(MOST_MONTHS).min(room), last }
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.notices * (self.months + 1) + 1
    }

    /// The number of a consent: the notice, by its position, and the month.
    pub(crate) fn code(&self, notice: Option<usize>, month: Option<Month>) -> u16 {
        let of_month = month.map_or(0, |month| {
            let back = month.months_until(self.last);
            if back < self.months && month <= self.last { back + 1 } else { 0 }
        });
        let notice = notice.filter(|notice| *notice < self.notices);
        let number = notice.map_or(self.len() - 1, |notice| notice * (self.months + 1) + of_month);
        u16::try_from(number).unwrap_or(u16::MAX)
    }

    /// What a number stands for.
    pub(crate) fn of(&self, code: usize) -> ReliedOn {
        let (notice, back) = (code / (self.months + 1), code % (self.months + 1));
        if notice >= self.notices {
            return ReliedOn { notice: None, month: None };
        }
        let month = back.checked_sub(1).and_then(|back| self.last.before(back));
        ReliedOn { notice: Some(notice), month }
    }
}

/// The first month in which a consent can have been given that passes: none is older than
/// the demand allows, nor than the first notice. `None` where there is no notice.
fn first_month(demand: &Demand) -> Option<Month> {
    let first_notice = demand.register.notices.iter().map(|notice| Day::from(notice.from)).min()?;
    let first_valid = Day::from(demand.max_age.first_that_outlasts(demand.as_of));
    Some(Month::of(first_notice.max(first_valid)).min(Month::of(demand.as_of.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::register::{Notice, Register};
    use crate::model::name::{NoticeId, PurposeId};
    use crate::model::time::duration::Period;
    use jiff::civil::{Date, date};

    fn codes(notices: usize, from: Date, max_age: &str) -> ReliedOnCodes {
        let notice = |number: usize| Notice {
            id: NoticeId::parse(&number.to_string()).unwrap(),
            from,
            until: None,
            digest: None,
            method: None,
            discloses: Vec::new(),
        };
        let register = Register { notices: (0..notices).map(notice).collect(), ..Register::default() };
        ReliedOnCodes::new(&Demand {
            purpose: PurposeId::parse("p").unwrap(),
            parties: Vec::new(),
            as_of: date(2018, 7, 1),
            max_age: Period::parse(max_age).unwrap(),
            register,
        })
    }

    #[test]
    fn notice_and_month_come_back() {
        for (notices, from, max_age, months) in [
            (3, date(2016, 5, 1), "P24M", 25),
            (1, date(2018, 6, 30), "P24M", 2),
            (2, date(1900, 1, 1), "P9999M", 1200),
            (0, date(2016, 5, 1), "P24M", 0),
        ] {
            let codes = codes(notices, from, max_age);
            assert_eq!((codes.notices, codes.months), (notices, months));
            let mut seen = std::collections::BTreeSet::new();
            for notice in 0..notices {
                for back in 0..months {
                    let month = Month::of(date(2018, 7, 1).into()).before(back);
                    let code = codes.code(Some(notice), month);
                    assert_eq!(codes.of(code.into()), ReliedOn { notice: Some(notice), month });
                    assert!(usize::from(code) < codes.len() && seen.insert(code));
                }
                let unknown = codes.code(Some(notice), None);
                assert_eq!(codes.of(unknown.into()), ReliedOn { notice: Some(notice), month: None });
            }
            // A month after the last is no month of the release.
            let later = codes.code(Some(0), Some(Month::of(date(2019, 1, 1).into())));
            assert_eq!(codes.of(later.into()).month, None);
        }
    }

    #[test]
    fn more_notices_than_numbers_are_not_told_apart() {
        let codes = codes(70_000, date(2016, 5, 1), "P24M");
        assert_eq!(codes.len(), 1);
        assert_eq!(codes.of(codes.code(Some(7), None).into()), ReliedOn { notice: None, month: None });
    }
}
