//! The third test of a consent, the same wherever it is recorded: a notice in
//! force at the time that discloses the purpose and names the recipient and
//! everyone behind it, and a person who chose them all.

use std::borrow::Cow;

use super::columns::evidence::Demand;
use super::finding::{Finding, FindingSink};
use super::memo::Memo;
use super::register::Notice;
use crate::model::name::PartyId;
use crate::model::outcome::reason::DropReason;
use crate::model::time::day::Day;
use crate::model::time::reading::DaySpan;
use crate::model::word::is_same;

/// What the notices of the register are worth for one release.
#[derive(Debug)]
pub(super) struct NoticeCheck {
    notices: Vec<JudgedNotice>,
    /// Which of them a cell names.
    named: Memo<Option<usize>>,
}

#[derive(Debug)]
struct JudgedNotice {
    id: Box<str>,
    from: Day,
    until: Option<Day>,
    discloses: bool,
    /// Who of the recipient and those behind it is not named, by position.
    not_named: Vec<usize>,
}

impl JudgedNotice {
    /// [`Notice::in_force_on`], with days as numbers.
    #[inline(always)]
    fn in_force_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

impl NoticeCheck {
    /// Judges every notice once.
    pub(super) fn new(demand: &Demand) -> Self {
        let judge = |notice: &Notice| JudgedNotice {
            id: notice.id.as_str().into(),
            from: notice.from.into(),
            until: notice.until.map(Day::from),
            discloses: notice.discloses(&demand.purpose),
            not_named: positions(demand, |party| !notice.names(party, &demand.purpose)),
        };
        Self { notices: demand.register.notices.iter().map(judge).collect(), named: Memo::new() }
    }

    /// The first of these days, and each on which another notice begins or ends: on
    /// every other day of them a grant is judged as on the one before.
    pub(super) fn days_that_differ(&self, days: DaySpan) -> Vec<Day> {
        let changes = self.notices.iter().flat_map(|judged| [Some(judged.from), judged.until]).flatten();
        let within = changes.filter(|day| days.first < *day && *day <= days.last);
        let mut differing: Vec<Day> = std::iter::once(days.first).chain(within).collect();
        differing.sort_unstable();
        differing.dedup();
        differing
    }

    /// The position in the register of the notice that a grant of that day names; without
    /// an `id`, of the one in force that day.
    #[inline(always)]
    pub(super) fn position(&self, id: Option<&str>, day: Day) -> Option<usize> {
        match id {
            Some(id) => self.named.or_ask(id, |id| self.notices.iter().position(|judged| is_same(&judged.id, id))),
            // Compiling a policy refuses this form when notices overlap.
            None => self.notices.iter().position(|judged| judged.in_force_on(day)),
        }
    }

    /// The position of the notice on which a grant of that day rests, or the reason it fails
    /// the test. `id` is the notice it names;
    /// `None`: the one in force that day. `is_chosen`: whom the person chose, where
    /// persons choose.
    #[inline(always)]
    pub(super) fn rests_on(
        &self,
        demand: &Demand,
        id: Option<&str>,
        day: Day,
        is_chosen: Option<impl Fn(&PartyId) -> bool>,
        sink: &mut impl FindingSink,
    ) -> Result<usize, DropReason> {
        let found = self.position(id, day);
        sink.see(|| Finding::Notice(found));
        let Some((place, judged)) = found.and_then(|place| Some((place, self.notices.get(place)?))) else {
            return Err(if id.is_some() { DropReason::NoticeUnknown } else { DropReason::NoticeNotInForce });
        };
        let in_force = judged.in_force_on(day);
        sink.see(|| Finding::InForce(in_force));
        if !in_force {
            return Err(DropReason::NoticeNotInForce);
        }
        sink.see(|| Finding::Discloses(judged.discloses));
        if !judged.discloses {
            return Err(DropReason::PurposeNotDisclosed);
        }
        sink.see(|| Finding::NotNamed(Cow::Borrowed(&judged.not_named)));
        let chosen = is_chosen.is_none_or(|is_chosen| {
            sink.see(|| Finding::NotChosen(Cow::Owned(positions(demand, |party| !is_chosen(party)))));
            demand.parties.iter().all(is_chosen)
        });
        if judged.not_named.is_empty() && chosen { Ok(place) } else { Err(DropReason::RecipientNotNamed) }
    }
}

/// The positions of parties of the demand.
fn positions(demand: &Demand, is_wanted: impl Fn(&PartyId) -> bool) -> Vec<usize> {
    let parties = demand.parties.iter().enumerate();
    parties.filter(|(_, party)| is_wanted(party)).map(|(place, _)| place).collect()
}
