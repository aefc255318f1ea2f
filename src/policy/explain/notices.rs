//! Which notices of the register could satisfy what a release demands, and why the
//! others could not. So a release that no person can have agreed to is found before
//! any record is read.

use jiff::civil::Date;

use crate::consent::columns::evidence::Demand;
use crate::consent::register::Notice;
use crate::model::name::PartyId;

/// Why no consent under a notice satisfies a demand.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Shortfall<'a> {
    /// It came into force after the as-of day.
    NotYetInForce,
    /// It does not disclose the purpose.
    PurposeNotDisclosed,
    /// It does not name these parties for the purpose.
    PartiesNotNamed(Vec<&'a PartyId>),
    /// Even a consent given on its last day is too old.
    TooOld,
}

/// Why no consent under `notice` satisfies `demand`; `None` when one can.
#[must_use]
pub(crate) fn shortfall<'a>(demand: &'a Demand, notice: &Notice) -> Option<Shortfall<'a>> {
    if !notice.discloses(&demand.purpose) {
        return Some(Shortfall::PurposeNotDisclosed);
    }
    let unnamed: Vec<&PartyId> = demand.parties.iter().filter(|party| !notice.names(party, &demand.purpose)).collect();
    if !unnamed.is_empty() {
        return Some(Shortfall::PartiesNotNamed(unnamed));
    }
    if notice.from > demand.as_of {
        return Some(Shortfall::NotYetInForce);
    }
    let is_young_enough = |day: Date| demand.max_age.after(day).is_none_or(|end| end > demand.as_of);
    let last_day = notice.until.and_then(|until| until.yesterday().ok());
    if last_day.is_some_and(|day| !is_young_enough(day)) {
        return Some(Shortfall::TooOld);
    }
    None
}

/// The notices under which a consent can satisfy the demand.
pub(crate) fn satisfying_notices(demand: &Demand) -> impl Iterator<Item = &Notice> {
    demand.register.notices.iter().filter(move |notice| shortfall(demand, notice).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::PurposeId;
    use crate::model::time::duration::Period;
    use crate::policy::read::consent::register::read_register;
    use jiff::civil::date;

    fn demand(parties: &[&str], as_of: Date) -> Demand {
        let register = read_register(
            r#"
            format = "scant-register/1"
            [purposes.direct-marketing]
            title = "Offers"
            [purposes.political-campaign]
            title = "Campaigning"
            [parties.bigbroker]
            name = "Big Broker"
            role = "broker"
            [parties.rosette-party]
            name = "The Rosette Party"
            role = "recipient"
            [[notices]]
            id = "2016"
            from = 2016-05-01
            until = 2018-01-15
            discloses = [{ purpose = "direct-marketing", recipients = ["bigbroker"] }]
            [[notices]]
            id = "2018"
            from = 2018-01-15
            discloses = [{ purpose = "political-campaign", recipients = ["bigbroker", "rosette-party"] }]
            "#,
        );
        Demand {
            purpose: PurposeId::parse("direct-marketing").unwrap(),
            parties: parties.iter().map(|party| PartyId::parse(party).unwrap()).collect(),
            as_of,
            max_age: Period::parse("P6M").unwrap(),
            register: register.unwrap(),
        }
    }

    #[test]
    fn each_notice_fails_for_its_own_reason() {
        let demand = demand(&["bigbroker", "rosette-party"], date(2017, 5, 1));
        let notices = &demand.register.notices;
        let rosette = PartyId::parse("rosette-party").unwrap();
        assert_eq!(shortfall(&demand, &notices[0]), Some(Shortfall::PartiesNotNamed(vec![&rosette])));
        assert_eq!(shortfall(&demand, &notices[1]), Some(Shortfall::PurposeNotDisclosed));
        assert_eq!(satisfying_notices(&demand).count(), 0);
    }

    #[test]
    fn a_notice_satisfies_from_its_first_day_until_its_last_consents_expire() {
        let satisfied = |as_of| satisfying_notices(&demand(&["bigbroker"], as_of)).count();
        assert_eq!(satisfied(date(2016, 4, 30)), 0);
        assert_eq!(satisfied(date(2016, 5, 1)), 1);
        // The last consents are of 14 January 2018 and lapse on 14 July.
        assert_eq!(satisfied(date(2018, 7, 13)), 1);
        assert_eq!(satisfied(date(2018, 7, 14)), 0);
    }
}
