//! The acceptance cases of the gate that columns can show, by their number in the
//! manual, and the edge cases near them.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use super::*;
use crate::consent::columns::evidence::{
    CellPlace, ColumnEvidence, Demand, EvidenceDate, FlagColumn, Need, RecipientColumn, TokenMeaning,
};
use crate::consent::register::{Disclosure, Notice, Register};
use crate::model::name::{ColumnName, NoticeId, PartyId, PurposeId};
use crate::model::outcome::detail::{CellRole, Why};
use crate::model::time::date::DateFormat;
use crate::model::time::duration::Period;

const POLITICAL: &str = "political-campaign";
const MARKETING: &str = "direct-marketing";

fn place(name: &str) -> CellPlace {
    CellPlace { column: ColumnName::parse(name).unwrap(), pointer: None }
}

fn party(id: &str) -> PartyId {
    PartyId::parse(id).unwrap()
}

fn purpose(id: &str) -> PurposeId {
    PurposeId::parse(id).unwrap()
}

fn discloses(id: &str, recipients: &[&str]) -> Disclosure {
    Disclosure {
        purpose: purpose(id),
        recipients: recipients.iter().map(|id| party(id)).collect::<BTreeSet<_>>(),
        categories: vec!["retail".into()],
    }
}

fn register() -> Register {
    let notice = |id: &str, from: Date, until: Option<Date>, discloses: Vec<Disclosure>| Notice {
        id: NoticeId::parse(id).unwrap(),
        from,
        until,
        digest: None,
        method: None,
        discloses,
    };
    Register {
        notices: vec![
            notice("2016", date(2016, 5, 1), Some(date(2018, 1, 15)), vec![discloses(MARKETING, &["bigbroker"])]),
            notice(
                "2018",
                date(2018, 1, 15),
                None,
                vec![discloses(MARKETING, &["bigbroker"]), discloses(POLITICAL, &["bigbroker", "rosette-party"])],
            ),
        ],
        ..Register::default()
    }
}

struct Case {
    purpose: &'static str,
    parties: &'static [&'static str],
    refused: bool,
    recipients: bool,
    in_force: bool,
    granted: bool,
    /// Whether a month or a year may stand for a day.
    months: bool,
}

const LATER: Case = Case {
    purpose: POLITICAL,
    parties: &["bigbroker", "rosette-party"],
    refused: false,
    recipients: false,
    in_force: false,
    granted: false,
    months: false,
};

impl Case {
    fn gate(&self) -> Consent {
        let flag = |name: &str, yes: &str, no: &[&str]| FlagColumn {
            place: place(name),
            yes: vec![yes.into()],
            no: no.iter().map(|&word| word.into()).collect(),
        };
        let meaning = |token: &str, id: &str| TokenMeaning { token: token.into(), purpose: purpose(id) };
        let formats: &[&str] = if self.months { &["%Y-%m-%d", "%Y-%m", "%Y"] } else { &[] };
        let formats = formats.iter().map(|format| DateFormat::parse(format).unwrap()).collect();
        let format = DateFormat::several(formats).unwrap();
        let at = |name: &str| EvidenceDate { place: place(name), format: format.clone() };
        let purposes = if self.granted {
            PurposeEvidence::Granted { flags: vec![flag("purposes", "Y", &["N", ""])], need: Need::All }
        } else {
            PurposeEvidence::Tokens {
                place: place("purposes"),
                separator: Some("|".into()),
                meanings: vec![meaning("political", POLITICAL), meaning("marketing", MARKETING)],
            }
        };
        Consent::new(
            ColumnGate::new(
                Demand {
                    purpose: purpose(self.purpose),
                    parties: self.parties.iter().map(|id| party(id)).collect(),
                    as_of: date(2018, 7, 1),
                    max_age: Period::parse("P24M").unwrap(),
                    register: register(),
                },
                ColumnEvidence {
                    purposes,
                    refused: self.refused.then(|| flag("do_not_mail", "1", &["0"])).into_iter().collect(),
                    given_at: at("given"),
                    withdrawn_at: Some(at("withdrawn")),
                    notice: if self.in_force {
                        NoticeEvidence::InForceAtGiven
                    } else {
                        NoticeEvidence::Named(place("notice"))
                    },
                    recipients: self
                        .recipients
                        .then(|| RecipientColumn { place: place("recipients"), separator: Some("|".into()) }),
                },
            ),
            &[],
        )
    }

    fn reason(&self, cells: &[(&str, &str)]) -> Option<&'static str> {
        let gate = self.gate();
        let columns: Vec<Vec<Option<&str>>> = gate
            .reads()
            .iter()
            .map(|reads| vec![cells.iter().find(|(name, _)| *name == reads.column.as_str()).map(|(_, cell)| *cell)])
            .collect();
        let columns: Vec<&[Option<&str>]> = columns.iter().map(Vec::as_slice).collect();
        let mut verdicts = [None];
        gate.judge(&columns, &mut verdicts);
        verdicts[0].map(|reason: DropReason| {
            DropReason::named().find(|(_, named)| *named == reason).map_or("?", |(name, _)| name)
        })
    }
}

const GOOD: [(&str, &str); 4] =
    [("purposes", "marketing|political"), ("given", "2018-02-01"), ("withdrawn", ""), ("notice", "2018")];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut cells = changes.to_vec();
    cells.extend(GOOD);
    cells
}

#[test]
fn an_explicit_current_and_covering_consent_passes() {
    assert_eq!(LATER.reason(&GOOD), None);
    assert_eq!(LATER.reason(&with(&[("given", "2018-02-01T10:00:00+01:00")])), None);
    assert_eq!(Case { in_force: true, ..LATER }.reason(&GOOD), None);
}

#[test]
fn a_month_or_a_year_is_judged_by_the_day_that_restricts_more() {
    let months = Case { months: true, ..LATER };
    let marketing = Case { purpose: MARKETING, parties: &["bigbroker"], months: true, ..LATER };
    let in_force = Case { in_force: true, ..marketing };
    for (case, given, notice, expected) in [
        (&months, "2018-02", "2018", None),
        (&months, "2018-02-01T10:00Z", "2018", None),
        // The notice began on the 15th.
        (&months, "2018-01", "2018", Some("notice_not_in_force")),
        (&marketing, "2018-01", "2016", Some("notice_not_in_force")),
        (&marketing, "2017-12", "2016", None),
        // Whichever was in force names the recipient.
        (&in_force, "2018-01", "", None),
        (&Case { purpose: POLITICAL, ..in_force }, "2018-01", "", Some("purpose_not_disclosed")),
        (&in_force, "2016", "", Some("consent_expired")),
        (&marketing, "2016-07", "2016", Some("consent_expired")),
        (&marketing, "2016-08", "2016", None),
        (&months, "2018-07", "2018", Some("consent_not_yet_given")),
        (&months, "2018", "2018", Some("consent_not_yet_given")),
        (&months, "2018-13", "2018", Some("consent_unknown")),
        (&LATER, "2018-02", "2018", Some("consent_unknown")),
    ] {
        assert_eq!(case.reason(&with(&[("given", given), ("notice", notice)])), expected, "{given} {notice}");
    }
    for (given, withdrawn, expected) in [
        ("2018-02-01", "2018-01", None),
        ("2018-02-20", "2018-02", Some("consent_withdrawn")),
        ("2018-02", "2018-02-01", Some("consent_withdrawn")),
        ("2018-02", "2018-01-31", None),
        ("2018-02-01", "2017", None),
        ("2018-02-01", "2018", Some("consent_withdrawn")),
        ("2018-02-01", "1900", Some("consent_unknown")),
        ("2018-02-01", "1970", Some("consent_unknown")),
    ] {
        let cells = with(&[("given", given), ("withdrawn", withdrawn)]);
        assert_eq!(months.reason(&cells), expected, "{given} {withdrawn}");
    }
}

#[test]
fn a_withdrawal_on_a_day_that_stands_for_none_is_not_known() {
    for none in [
        "1900-01-01",
        "1899-12-30",
        "0001-01-01",
        "1900-01-01T00:00:00Z",
        "1970-01-01",
        "1970-01-01 00:00:00",
        "1970-01-01T01:00:00+01:00",
        "1970-01-01T00:00:00+01:00",
        "1969-12-31T23:00:00-01:00",
        "9999-12-31",
        "9999-12-31T23:59:59Z",
        "2999-01-01",
        "2118-07-02",
    ] {
        let cells = with(&[("withdrawn", none)]);
        assert_eq!(LATER.reason(&cells), Some("consent_unknown"), "{none}");
        let gate = LATER.gate();
        let columns: Vec<Vec<Option<&str>>> = gate
            .reads()
            .iter()
            .map(|reads| vec![cells.iter().find(|(name, _)| *name == reads.column.as_str()).map(|(_, cell)| *cell)])
            .collect();
        let columns: Vec<&[Option<&str>]> = columns.iter().map(Vec::as_slice).collect();
        let about = gate.detail(DropReason::ConsentUnknown, &columns, 0).cell();
        assert_eq!(about, Some((CellRole::WithdrawnAt, Why::Implausible)), "{none}");
        // Other records of the person are dropped too, whether or not the grant can
        // be read.
        for given in ["2018-02-01", ""] {
            let said =
                RecordCells { given_at: Some(given).into(), withdrawn_at: Some(none).into(), ..RecordCells::default() };
            assert_eq!(gate.gate.restricts(&said), Some(DropReason::ConsentUnknown), "{none} {given}");
        }
    }
    for history in ["1900-01-02", "1970-01-02", "1970-01-01T00:00:01Z", "2017-12-31"] {
        assert_eq!(LATER.reason(&with(&[("withdrawn", history)])), None, "{history}");
    }
    assert_eq!(LATER.reason(&with(&[("withdrawn", "2118-07-01")])), Some("consent_withdrawn"));
}

#[test]
fn case_1_a_category_names_nobody() {
    let story = Case { purpose: MARKETING, ..LATER };
    assert_eq!(story.reason(&with(&[("given", "2017-01-01"), ("notice", "2016")])), Some("recipient_not_named"));
}

#[test]
fn case_2_a_later_amendment_cures_nothing() {
    let cells = with(&[("given", "2017-01-01"), ("notice", "2016")]);
    assert_eq!(LATER.reason(&cells), Some("purpose_not_disclosed"));
    let claimed = with(&[("given", "2017-01-01"), ("notice", "2018")]);
    assert_eq!(LATER.reason(&claimed), Some("notice_not_in_force"));
}

#[test]
fn case_3_another_purpose_does_not_cover() {
    assert_eq!(LATER.reason(&with(&[("purposes", "marketing")])), Some("purpose_not_covered"));
    assert_eq!(LATER.reason(&with(&[("purposes", "Political")])), Some("consent_unknown"));
}

#[test]
fn case_4_a_named_broker_does_not_stand_for_its_client() {
    let story = Case { purpose: MARKETING, ..LATER };
    assert_eq!(story.reason(&GOOD), Some("recipient_not_named"));
    assert_eq!(Case { purpose: MARKETING, parties: &["bigbroker"], ..LATER }.reason(&GOOD), None);
}

#[test]
fn case_5_dates_around_the_as_of_day() {
    assert_eq!(LATER.reason(&with(&[("given", "2018-07-01")])), None);
    assert_eq!(LATER.reason(&with(&[("given", "2018-07-02")])), Some("consent_not_yet_given"));
    for withdrawn in ["2018-02-01", "2018-07-08", "2030-01-01"] {
        assert_eq!(LATER.reason(&with(&[("withdrawn", withdrawn)])), Some("consent_withdrawn"), "{withdrawn}");
    }
    let instant = [("given", "2018-02-01T10:00:00Z"), ("withdrawn", "2018-02-01T10:00:00Z")];
    assert_eq!(LATER.reason(&with(&instant)), Some("consent_withdrawn"));
    assert_eq!(LATER.reason(&with(&[("withdrawn", "2018-01-31")])), None, "an earlier withdrawal is history");
}

#[test]
fn an_old_consent_has_expired_before_its_purpose_matters() {
    let old = [("given", "2016-07-01"), ("notice", "2016"), ("purposes", "marketing")];
    assert_eq!(LATER.reason(&with(&old)), Some("consent_expired"));
    let young = [("given", "2016-07-02"), ("notice", "2016"), ("purposes", "marketing")];
    assert_eq!(LATER.reason(&with(&young)), Some("purpose_not_covered"));
}

#[test]
fn what_cannot_be_read_is_unknown() {
    for change in [
        ("purposes", ""),
        ("purposes", "|"),
        ("purposes", "\u{a0}political"),
        ("purposes", "politi cal"),
        ("purposes", "other"),
        ("given", ""),
        ("given", "01/02/2018"),
        ("given", "2018-02-30"),
        ("withdrawn", "soon"),
        ("given", "2018-02-01T24:00:00Z"),
    ] {
        assert_eq!(LATER.reason(&with(&[change])), Some("consent_unknown"), "{change:?}");
    }
    assert_eq!(LATER.reason(&with(&[("notice", "")])), Some("notice_unknown"));
    assert_eq!(LATER.reason(&with(&[("notice", "2018 ")])), Some("notice_unknown"));
}

#[test]
fn blanks_around_a_word_of_several_are_no_part_of_it() {
    for cell in [" political", "marketing| political", "marketing |\tpolitical |", "political|"] {
        assert_eq!(LATER.reason(&with(&[("purposes", cell)])), None, "{cell:?}");
    }
    let chosen = Case { recipients: true, ..LATER };
    assert_eq!(chosen.reason(&with(&[("recipients", "rosette-party | bigbroker")])), None);
}

#[test]
fn flags_say_yes_no_or_nothing() {
    let granted = Case { granted: true, ..LATER };
    assert_eq!(granted.reason(&with(&[("purposes", "Y")])), None);
    assert_eq!(granted.reason(&with(&[("purposes", "N"), ("given", "")])), Some("consent_refused"));
    assert_eq!(granted.reason(&with(&[("purposes", "")])), Some("consent_refused"));
    for odd in ["y", "yes", "TRUE", "1", "granted", " Y ", "Y\u{a0}"] {
        assert_eq!(granted.reason(&with(&[("purposes", odd)])), Some("consent_unknown"), "{odd}");
    }
    let objecting = Case { refused: true, ..LATER };
    assert_eq!(objecting.reason(&with(&[("do_not_mail", "0")])), None);
    assert_eq!(objecting.reason(&with(&[("do_not_mail", "1")])), Some("consent_refused"));
    assert_eq!(objecting.reason(&with(&[("do_not_mail", "")])), Some("consent_unknown"));
}

#[test]
fn a_persons_own_choice_of_recipients_binds() {
    let chosen = Case { recipients: true, ..LATER };
    assert_eq!(chosen.reason(&with(&[("recipients", "rosette-party|bigbroker")])), None);
    for cell in ["", "bigbroker", "bigbroker|rosette", "rosette-party"] {
        assert_eq!(chosen.reason(&with(&[("recipients", cell)])), Some("recipient_not_named"), "{cell}");
    }
}
