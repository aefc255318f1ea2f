//! The gate: one record's evidence in, one reason out, or none. The first
//! reason that applies, in the order of [`DropReason`], is the one given.
//!
//! Three tests per record: the consent covers the purpose; a notice in force at
//! the time names the recipient and everyone behind it; nothing withdrew it. A
//! later amendment of a notice cures nothing, and a category names nobody.

use jiff::civil::Date;

use super::evidence::{ColumnEvidence, Demand, EvidenceText, FlagColumn, NoticeEvidence, PurposeEvidence};
use super::flags::{FlagSays, first_doubt, is_unreadable, objected};
use super::time::{EvidenceTime, EvidenceTimes};
use crate::consent::finding::{Dated, DetailSeen, Finding, FindingSink, NoFindings, PurposesSaid};
use crate::consent::memo::Memo;
use crate::consent::notice::NoticeCheck;
use crate::consent::relied_on::ReliedOnCodes;
use crate::consent::words::words;
use crate::model::name::PartyId;
use crate::model::outcome::detail::{CellRole, Detail, Why};
use crate::model::outcome::reason::DropReason;
use crate::model::time::day::Day;
use crate::model::time::month::Month;
use crate::model::time::placeholder::FARTHEST;
use crate::model::time::reading::DaySpan;
use crate::model::word::is_same;

/// The cells of one record that decide: words as written (before `null_values`),
/// dates after them. What the policy does not name is missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordCells<'a> {
    /// The purposes, or the yes or no.
    pub purposes: EvidenceText<'a>,
    /// The objection.
    pub refused: EvidenceText<'a>,
    /// The time of the grant.
    pub given_at: EvidenceText<'a>,
    /// The time of the withdrawal.
    pub withdrawn_at: EvidenceText<'a>,
    /// The notice.
    pub notice: EvidenceText<'a>,
    /// The recipients the person chose.
    pub recipients: EvidenceText<'a>,
    /// Of several columns that grant, those behind the first.
    pub more_granted: &'a [EvidenceText<'a>],
    /// Of several columns that refuse, those behind the first.
    pub more_refused: &'a [EvidenceText<'a>],
}

impl RecordCells<'_> {
    /// What the columns that grant say, one by one.
    fn granted<'c>(&'c self, flags: &'c [FlagColumn]) -> impl Iterator<Item = FlagSays> + Clone + 'c {
        each(flags, self.purposes, self.more_granted)
    }

    /// What the columns that refuse say, one by one.
    fn refusals<'c>(&'c self, flags: &'c [FlagColumn]) -> impl Iterator<Item = FlagSays> + Clone + 'c {
        each(flags, self.refused, self.more_refused)
    }
}

fn each<'c>(
    flags: &'c [FlagColumn],
    first: EvidenceText<'c>,
    more: &'c [EvidenceText<'c>],
) -> impl Iterator<Item = FlagSays> + Clone + 'c {
    let cells = std::iter::once(first).chain(more.iter().copied());
    flags.iter().zip(cells).map(|(flag, cell)| flag.says(cell))
}

/// The gate for one release. Everything that does not depend on a record is
/// worked out when it is made.
#[derive(Debug)]
pub struct ColumnGate {
    evidence: ColumnEvidence,
    demand: Demand,
    notices: NoticeCheck,
    /// The tokens of the purposes column that mean something, and whether it is
    /// the purpose of the release.
    tokens: Vec<(Box<str>, bool)>,
    /// Whether the purposes, or the yes or no, stand in one column.
    is_one_column: bool,
    /// What cells of that column say.
    said: Memo<PurposesSaid>,
    /// The first day of a grant that has not expired at the as-of day: the ends
    /// are compared, not the durations.
    first_valid: Day,
    as_of: Day,
    /// The last day on which something may be said to happen.
    farthest: Day,
    given_at: EvidenceTimes,
    withdrawn_at: Option<EvidenceTimes>,
    relied_on: ReliedOnCodes,
}

impl ColumnGate {
    /// Prepares the gate.
    #[must_use]
    pub fn new(demand: Demand, evidence: ColumnEvidence) -> Self {
        let notices = NoticeCheck::new(&demand);
        let tokens = match &evidence.purposes {
            PurposeEvidence::Granted { .. } | PurposeEvidence::Membership { .. } => Vec::new(),
            PurposeEvidence::Tokens { meanings, .. } => meanings
                .iter()
                .map(|meaning| (meaning.token.as_str().into(), meaning.purpose == demand.purpose))
                .collect(),
        };
        let given_at = EvidenceTimes::new(&evidence.given_at);
        let withdrawn_at = evidence.withdrawn_at.as_ref().map(EvidenceTimes::new);
        let first_valid = demand.max_age.first_that_outlasts(demand.as_of).into();
        let as_of = demand.as_of.into();
        let farthest = FARTHEST.after(demand.as_of).unwrap_or(Date::MAX).into();
        let said = Memo::new();
        let relied_on = ReliedOnCodes::new(&demand);
        let is_one_column = match &evidence.purposes {
            PurposeEvidence::Granted { flags, .. } => flags.len() == 1,
            PurposeEvidence::Membership { .. } => false,
            PurposeEvidence::Tokens { .. } => true,
        };
        Self {
            evidence,
            demand,
            notices,
            tokens,
            is_one_column,
            said,
            first_valid,
            as_of,
            farthest,
            given_at,
            withdrawn_at,
            relied_on,
        }
    }

    /// Where the evidence is.
    #[must_use]
    pub fn evidence(&self) -> &ColumnEvidence {
        &self.evidence
    }

    /// The reason a record is not delivered, or `None`: an explicit, current
    /// consent that covers the purpose and everyone who receives.
    #[must_use]
    pub fn judge(&self, cells: &RecordCells<'_>) -> Option<DropReason> {
        self.resolve(cells, &mut NoFindings)
    }

    /// Which notice and which party the verdict on a record is about.
    #[must_use]
    pub fn detail(&self, cells: &RecordCells<'_>) -> Detail {
        let mut seen = DetailSeen(Detail::NONE);
        let _ = self.resolve(cells, &mut seen);
        seen.0
    }

    /// Which cell leaves in doubt what a record says, and why: the first in the
    /// order of judgement. Only of a record whose consent is unknown.
    #[must_use]
    pub fn doubt(&self, cells: &RecordCells<'_>) -> Detail {
        let doubt = |place: CellRole, text: EvidenceText<'_>| {
            let why = match text {
                EvidenceText::Text("") => Why::Missing,
                EvidenceText::Text(_) => Why::Unreadable,
                EvidenceText::Unreadable(why) => why,
            };
            Detail::of_cell(place, why)
        };
        if self.said(cells) == PurposesSaid::Unknown {
            let PurposeEvidence::Granted { flags, need } = &self.evidence.purposes else {
                return doubt(CellRole::Purposes, cells.purposes);
            };
            let found = need.doubt(cells.granted(flags));
            return found.map_or(Detail::NONE, |(index, why)| of_column(CellRole::Purposes, index, why));
        }
        let refused = &self.evidence.refused;
        if objected(cells.refusals(refused)).is_none()
            && let Some((index, why)) = first_doubt(cells.refusals(refused))
        {
            return of_column(CellRole::Refused, index, why);
        }
        // A time may be read and lie outside the calendar once it is in UTC.
        let given = self.given_at.read(cells.given_at);
        if given.and_then(EvidenceTime::utc_days).is_none() {
            return doubt(CellRole::GivenAt, cells.given_at);
        }
        let withdrawn = self.withdrawn_at.as_ref().and_then(|moments| moments.read(cells.withdrawn_at));
        if withdrawn.is_some_and(|when| when.utc_days().is_some() && when.stands_for_none(self.farthest)) {
            return Detail::of_cell(CellRole::WithdrawnAt, Why::Implausible);
        }
        let is_withdrawal_read = given.is_some_and(|given| self.withdrawn(cells.withdrawn_at, given).is_some());
        match (cells.notice, cells.recipients) {
            _ if !is_withdrawal_read => doubt(CellRole::WithdrawnAt, cells.withdrawn_at),
            (EvidenceText::Unreadable(_), _) => doubt(CellRole::Notice, cells.notice),
            _ => doubt(CellRole::Recipients, cells.recipients),
        }
    }

    /// What a record says of the person that holds for every other record of theirs,
    /// whatever it is dropped for itself: refused, withdrawn, or, where that cannot be
    /// read, unknown. Asked for without a look at purposes and notice, which may be
    /// gone with the consent.
    #[must_use]
    pub fn restricts(&self, cells: &RecordCells<'_>) -> Option<DropReason> {
        let refused = &self.evidence.refused;
        if objected(cells.refusals(refused)) == Some(true) || self.said(cells) == PurposesSaid::No {
            return Some(DropReason::ConsentRefused);
        }
        let withdrawn_text = cells.withdrawn_at;
        if let Some(moments) = self.withdrawn_at.as_ref().filter(|_| !withdrawn_text.is_missing()) {
            // Without a grant that can be read, nothing shows that it came later.
            let withdrawn = match self.given_at.read(cells.given_at) {
                Some(given) => self.withdrawn(withdrawn_text, given),
                None => moments.read(withdrawn_text).filter(|when| !when.stands_for_none(self.farthest)).map(|_| true),
            };
            match withdrawn {
                Some(true) => return Some(DropReason::ConsentWithdrawn),
                Some(false) => {}
                None => return Some(DropReason::ConsentUnknown),
            }
        }
        cells.refusals(refused).any(is_unreadable).then_some(DropReason::ConsentUnknown)
    }

    /// The verdict of [`Self::judge`], with everything found on the way to it.
    #[inline]
    pub fn resolve(&self, cells: &RecordCells<'_>, sink: &mut impl FindingSink) -> Option<DropReason> {
        let said = self.said(cells);
        sink.see(|| Finding::Purposes(said));
        if said == PurposesSaid::Unknown {
            return Some(DropReason::ConsentUnknown);
        }
        let refused = &self.evidence.refused;
        let objected = if refused.is_empty() {
            false
        } else {
            let objected = objected(cells.refusals(refused));
            sink.see(|| Finding::Objection(objected));
            match objected {
                Some(objected) => objected,
                None => return Some(DropReason::ConsentUnknown),
            }
        };
        let refused = objected || said == PurposesSaid::No;
        let given_text = cells.given_at;
        let given = self.given_at.read(given_text);
        sink.see(|| Finding::Given(dated(given, given_text)));
        let given = match given {
            Some(given) => given,
            // A refusal needs no date of a grant; an unreadable date is unknown.
            None if refused && given_text.is_missing() => return Some(DropReason::ConsentRefused),
            None => return Some(DropReason::ConsentUnknown),
        };
        let withdrawn = self.withdrawn(cells.withdrawn_at, given);
        if let Some(moments) = &self.withdrawn_at {
            let text = cells.withdrawn_at;
            sink.see(|| {
                let when = moments.read(text);
                let is_none = when.is_some_and(|when| when.utc_days().is_some() && when.stands_for_none(self.farthest));
                let found = if is_none { Dated::Implausible } else { dated(when, text) };
                Finding::Withdrawal(found, withdrawn == Some(true))
            });
        }
        let (Some(withdrawn), Some(given_on)) = (withdrawn, given.utc_days()) else {
            return Some(DropReason::ConsentUnknown);
        };
        // An id that cannot be read is not one that nobody registered.
        if cells.notice.text().is_none() || cells.recipients.text().is_none() {
            return Some(DropReason::ConsentUnknown);
        }
        if refused {
            return Some(DropReason::ConsentRefused);
        }
        if withdrawn {
            return Some(DropReason::ConsentWithdrawn);
        }
        sink.see(|| Finding::Current {
            is_later: given_on.last > self.as_of,
            is_expired: given_on.first < self.first_valid,
            first_valid: self.first_valid.into(),
        });
        // Of a month or a year, the end that restricts more.
        if given_on.last > self.as_of {
            return Some(DropReason::ConsentNotYetGiven);
        }
        if given_on.first < self.first_valid {
            return Some(DropReason::ConsentExpired);
        }
        if said == PurposesSaid::Others {
            return Some(DropReason::PurposeNotCovered);
        }
        self.judge_notice(cells, given_on, sink)
    }

    /// The number of what the consent of a record rests on that passes.
    #[inline]
    pub(crate) fn relied_on(&self, cells: &RecordCells<'_>) -> u16 {
        let Some(given) = self.given_at.read(cells.given_at).and_then(EvidenceTime::utc_days) else {
            return self.relied_on.code(None, None);
        };
        let notice = self.notices.position(self.notice_id(cells), given.first);
        let months = [given.first, given.last].map(Month::of);
        self.relied_on.code(notice, Some(months[0]).filter(|first| *first == months[1]))
    }

    /// The id of the notice, where the record names one.
    #[inline(always)]
    fn notice_id<'a>(&self, cells: &RecordCells<'a>) -> Option<&'a str> {
        match &self.evidence.notice {
            NoticeEvidence::Named(_) => Some(cells.notice.text().unwrap_or("")),
            NoticeEvidence::InForceAtGiven => None,
        }
    }

    fn judge_notice(
        &self,
        cells: &RecordCells<'_>,
        given_on: DaySpan,
        sink: &mut impl FindingSink,
    ) -> Option<DropReason> {
        let id = self.notice_id(cells);
        let is_chosen = self.evidence.recipients.as_ref().map(|column| {
            let cell = cells.recipients.text().unwrap_or("");
            move |party: &PartyId| words(cell, column.separator.as_deref()).any(|token| token == party.as_str())
        });
        if let Some(day) = given_on.day() {
            return self.notices.rests_on(&self.demand, id, day, is_chosen, sink).err();
        }
        let mut days = self.notices.days_that_differ(given_on).into_iter();
        days.find_map(|day| self.notices.rests_on(&self.demand, id, day, is_chosen, sink).err())
    }

    /// What the record says of the purpose.
    #[inline(always)]
    fn said(&self, cells: &RecordCells<'_>) -> PurposesSaid {
        match cells.purposes {
            EvidenceText::Text(cell) if self.is_one_column => self.said.or_ask(cell, |cell| self.read_said(cell)),
            _ => self.said_otherwise(cells),
        }
    }

    #[inline(never)]
    fn said_otherwise(&self, cells: &RecordCells<'_>) -> PurposesSaid {
        match &self.evidence.purposes {
            PurposeEvidence::Granted { flags, need } => need.said(cells.granted(flags)),
            PurposeEvidence::Membership { .. } => PurposesSaid::Covers,
            PurposeEvidence::Tokens { .. } => {
                cells.purposes.text().map_or(PurposesSaid::Unknown, |cell| self.read_said(cell))
            }
        }
    }

    /// What a cell says, where there is one column.
    fn read_said(&self, cell: &str) -> PurposesSaid {
        match &self.evidence.purposes {
            PurposeEvidence::Granted { flags, need } => {
                need.said(flags.iter().take(1).map(|flag| flag.says_cell(cell)))
            }
            PurposeEvidence::Membership { .. } => PurposesSaid::Covers,
            PurposeEvidence::Tokens { separator, .. } => {
                let mut said = PurposesSaid::Unknown;
                for token in words(cell, separator.as_deref()) {
                    match self.tokens.iter().find(|(word, _)| is_same(word, token)) {
                        Some((_, true)) => return PurposesSaid::Covers,
                        Some((_, false)) => said = PurposesSaid::Others,
                        None => {}
                    }
                }
                said
            }
        }
    }

    /// Whether the consent was withdrawn; `None` when that cannot be read. A date that
    /// stands for none says neither: before the consent, it would be history.
    fn withdrawn(&self, cell: EvidenceText<'_>, given: EvidenceTime) -> Option<bool> {
        let Some(moments) = &self.withdrawn_at else { return Some(false) };
        if cell.is_missing() {
            return Some(false);
        }
        let withdrawn = moments.read(cell)?;
        if withdrawn.stands_for_none(self.farthest) { None } else { withdrawn.takes(given) }
    }
}

/// What a cell holds, as a finding.
fn dated(when: Option<EvidenceTime>, text: EvidenceText<'_>) -> Dated {
    match when.and_then(EvidenceTime::utc_days) {
        Some(days) => days.day().map_or(Dated::Days(days.first.into(), days.last.into()), |day| Dated::Day(day.into())),
        None if text.is_missing() => Dated::Missing,
        None => Dated::Unreadable,
    }
}

/// About a cell of one of several columns.
fn of_column(role: CellRole, index: usize, why: Why) -> Detail {
    Detail::of_cell(role, why).and_column(index)
}
