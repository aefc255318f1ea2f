//! What the gate finds on its way to a verdict. The gate tells a [`FindingSink`] as
//! it goes, so what is counted by notice and party, and what a person is told
//! about a record, is what was decided and not a second opinion. Findings hold
//! days and positions; words of the extract are no part of them.

use std::borrow::Cow;

use jiff::civil::Date;

use super::log::state::ConsentState;
use crate::model::outcome::detail::Detail;

/// What a cell of purposes says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurposesSaid {
    /// The purpose of the release is among them.
    Covers,
    /// An explicit no.
    No,
    /// Other purposes only.
    Others,
    /// Nothing that can be read.
    Unknown,
}

/// A cell that should hold a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dated {
    /// A day of UTC.
    Day(Date),
    /// A month or a year, by its first and its last day.
    Days(Date, Date),
    /// Nothing is there.
    Missing,
    /// A date that stands for none.
    Implausible,
    /// Something that is not a date.
    Unreadable,
}

/// One step on the way to a verdict, in the order in which they come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding<'a> {
    /// What was agreed to.
    Purposes(PurposesSaid),
    /// Whether the person objected; `None`: neither yes nor no.
    Objection(Option<bool>),
    /// When it was given.
    Given(Dated),
    /// When it was withdrawn, and whether that takes away this grant; an earlier
    /// one is history.
    Withdrawal(Dated, bool),
    /// Whether the grant is there on the as-of day, and not too old: the first
    /// day of a grant that is not.
    Current {
        /// Dated after the as-of day.
        is_later: bool,
        /// Too old on the as-of day.
        is_expired: bool,
        /// The first day of a grant that would not be.
        first_valid: Date,
    },
    /// The notice, by its position in the register; `None`: not in it, or none
    /// was in force that day.
    Notice(Option<usize>),
    /// Whether that notice was in force on the day of the grant.
    InForce(bool),
    /// Whether it discloses the purpose.
    Discloses(bool),
    /// Who of the recipient and those behind it is not named, by position.
    NotNamed(Cow<'a, [usize]>),
    /// Whom of them the person did not choose, by position.
    NotChosen(Cow<'a, [usize]>),
    /// Whether the channel of the release is among those chosen.
    Channel(bool),
    /// A state of a log that permits nothing, its day, and whether it concerns the
    /// purpose.
    Restricts(ConsentState, Date, bool),
}

impl Finding<'_> {
    /// The same finding, to keep.
    #[must_use]
    pub fn into_owned(self) -> Finding<'static> {
        match self {
            Finding::Purposes(said) => Finding::Purposes(said),
            Finding::Objection(objected) => Finding::Objection(objected),
            Finding::Given(given) => Finding::Given(given),
            Finding::Withdrawal(withdrawn, counts) => Finding::Withdrawal(withdrawn, counts),
            Finding::Current { is_later, is_expired, first_valid } => {
                Finding::Current { is_later, is_expired, first_valid }
            }
            Finding::Notice(notice) => Finding::Notice(notice),
            Finding::InForce(in_force) => Finding::InForce(in_force),
            Finding::Discloses(discloses) => Finding::Discloses(discloses),
            Finding::Channel(covered) => Finding::Channel(covered),
            Finding::Restricts(state, day, concerns) => Finding::Restricts(state, day, concerns),
            Finding::NotNamed(parties) => Finding::NotNamed(Cow::Owned(parties.into_owned())),
            Finding::NotChosen(parties) => Finding::NotChosen(Cow::Owned(parties.into_owned())),
        }
    }
}

/// Is told what the gate finds.
pub trait FindingSink {
    /// Sees a finding. It is only made where it is looked at.
    fn see<'a>(&mut self, finding: impl FnOnce() -> Finding<'a>);
}

/// Sees nothing, and costs nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoFindings;

impl FindingSink for NoFindings {
    #[inline]
    fn see<'a>(&mut self, _: impl FnOnce() -> Finding<'a>) {}
}

/// Sees everything.
impl FindingSink for Vec<Finding<'static>> {
    fn see<'a>(&mut self, finding: impl FnOnce() -> Finding<'a>) {
        self.push(finding().into_owned());
    }
}

/// Sees which notice and which party it was about. Of several parties the first
/// counts, in the order of the demand, so that every record counts once.
#[derive(Debug)]
pub(super) struct DetailSeen(pub(super) Detail);

impl FindingSink for DetailSeen {
    fn see<'a>(&mut self, finding: impl FnOnce() -> Finding<'a>) {
        match finding() {
            Finding::Notice(Some(notice)) => self.0 = Detail::of_notice(notice),
            Finding::NotNamed(parties) => self.party(&parties, false),
            Finding::NotChosen(parties) => self.party(&parties, true),
            _ => {}
        }
    }
}

impl DetailSeen {
    fn party(&mut self, parties: &[usize], not_chosen: bool) {
        if let Some(&party) = parties.first().filter(|_| self.0.party().is_none()) {
            self.0 = self.0.and_party(party, not_chosen);
        }
    }
}
