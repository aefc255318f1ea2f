//! The second level of a drop reason: under which notice, and for which party; or
//! which cell left it in doubt, and why. Positions in the register and in the
//! demand of the release, and places of the policy, never a word of the extract:
//! the id of a notice that nobody registered is somebody's text.

use super::read::Read;
use super::tally::Unreadable;

/// Positions are in 15 and 16 bits; whatever does not fit is not told apart.
const NO_NOTICE: u32 = 0xFFFF;
const NO_PARTY: u32 = 0x7FFF;
/// Stands in the place of a notice where it is about a cell.
const CELL: u32 = 0xFFFE;

/// Which cell a record was dropped for, by what the policy takes it for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellRole {
    /// `extract.subject`.
    Subject,
    /// The column of `rows.minimum_age`.
    BirthDate,
    /// The column of `rows.retention`.
    LastActive,
    /// The purposes, or the yes or no, of the consent.
    Purposes,
    /// The refusal beside it.
    Refused,
    /// When it was given.
    GivenAt,
    /// When it was withdrawn.
    WithdrawnAt,
    /// The events of the subject in the consent log.
    Log,
    /// The column of a `rows.drop`.
    Selected,
    /// The notice of the consent.
    Notice,
    /// The recipients whom the person chose.
    Recipients,
}

impl CellRole {
    const ALL: [Self; 11] = [
        Self::Subject,
        Self::BirthDate,
        Self::LastActive,
        Self::Purposes,
        Self::Refused,
        Self::GivenAt,
        Self::WithdrawnAt,
        Self::Log,
        Self::Selected,
        Self::Notice,
        Self::Recipients,
    ];
}

/// Why a place shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the reader of a cell has these answers")]
pub enum Why {
    /// There is no value.
    Missing,
    /// A word that stands for "no value".
    Sentinel,
    /// A date that can only stand for "none", or lies ahead.
    Implausible,
    /// There is a value, and it cannot be read.
    Unreadable,
    /// Everything was read, and nothing of it says anything about the purpose.
    NoEvidence,
    /// A cell that should be JSON is none, or has a key twice.
    NotJson,
    /// Inside the JSON of a cell, an object or a list where one value should be, or a
    /// value where the pointer goes on.
    OtherShape,
    /// The event of a log that decides has a state that neither the vocabulary nor the
    /// policy knows.
    UndeclaredState,
    /// The event of a log that decides says that it is not known.
    SaidUnknown,
}

impl Why {
    const ALL: [Self; 9] = [
        Self::Missing,
        Self::Sentinel,
        Self::Implausible,
        Self::Unreadable,
        Self::NoEvidence,
        Self::NotJson,
        Self::OtherShape,
        Self::UndeclaredState,
        Self::SaidUnknown,
    ];

    /// What a cell shows nothing for; `None` for one that was read.
    #[must_use]
    pub fn of<T>(read: &Read<T>) -> Option<Self> {
        match read {
            Read::Value(_) => None,
            Read::Missing => Some(Self::Missing),
            Read::Unreadable(Unreadable::Sentinel) => Some(Self::Sentinel),
            Read::Unreadable(Unreadable::Implausible) => Some(Self::Implausible),
            Read::Unreadable(_) => Some(Self::Unreadable),
        }
    }
}

/// Which notice and which party a reason is about, or which cell, as far as it is
/// about any. Four bytes: one is kept a record that is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Detail(u32);

impl Detail {
    /// About no notice and no party.
    pub const NONE: Self = Self(NO_NOTICE << 16 | NO_PARTY);

    /// About the notice at this position in the register.
    #[must_use]
    pub fn of_notice(notice: usize) -> Self {
        let notice = u32::try_from(notice).ok().filter(|notice| *notice < CELL).unwrap_or(NO_NOTICE);
        Self(notice << 16 | NO_PARTY)
    }

    /// About a place that shows nothing.
    #[must_use]
    pub const fn of_cell(place: CellRole, why: Why) -> Self {
        Self(CELL << 16 | (place as u32) << 4 | why as u32)
    }

    /// And about the column at this position, where several have that place. Columns
    /// from the 256th on are not told apart.
    #[must_use]
    pub fn and_column(self, index: usize) -> Self {
        let index = u32::from(u8::try_from(index).unwrap_or(u8::MAX));
        Self(self.0 & !0xFF00 | index << 8)
    }

    /// The position of the column among those of that place; 0 where there is one.
    #[must_use]
    pub fn column(self) -> usize {
        let [_, index, ..] = self.0.to_le_bytes();
        if self.is_cell() { usize::from(index) } else { 0 }
    }

    /// The place that shows nothing, and why.
    #[must_use]
    pub fn cell(self) -> Option<(CellRole, Why)> {
        let [both, ..] = self.0.to_le_bytes();
        let place = CellRole::ALL.get(usize::from(both >> 4)).filter(|_| self.is_cell())?;
        Some((*place, *Why::ALL.get(usize::from(both & 0xF))?))
    }

    fn is_cell(self) -> bool {
        self.0 >> 16 == CELL
    }

    /// And about the party at this position among the recipient and those behind
    /// it. `chosen`: the notice names it, but the person did not choose it.
    #[must_use]
    pub fn and_party(self, party: usize, not_chosen: bool) -> Self {
        let party = u32::try_from(party).unwrap_or(NO_PARTY).min(NO_PARTY);
        Self(self.0 & !0xFFFF | u32::from(not_chosen) << 15 | party)
    }

    /// The position of the notice in the register.
    #[must_use]
    pub fn notice(self) -> Option<usize> {
        Some(self.0 >> 16).filter(|notice| *notice < CELL).and_then(|notice| usize::try_from(notice).ok())
    }

    /// The position of the party among the recipient and those behind it.
    #[must_use]
    pub fn party(self) -> Option<usize> {
        let party = Some(self.0 & NO_PARTY).filter(|party| *party != NO_PARTY && !self.is_cell());
        party.and_then(|party| usize::try_from(party).ok())
    }

    /// Whether the person did not choose the party, although the notice names it.
    #[must_use]
    pub fn is_choice(self) -> bool {
        self.0 >> 15 & 1 == 1 && !self.is_cell()
    }

    /// As bytes, for spill files.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }

    /// Reads bytes back.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(u32::from_le_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_back_and_what_does_not_fit_is_nothing() {
        assert_eq!((Detail::NONE.notice(), Detail::NONE.party(), Detail::NONE.is_choice()), (None, None, false));
        for notice in [0, 1, 0xFFFD] {
            for party in [0, 1, 0x7FFE] {
                for choice in [false, true] {
                    let detail = Detail::of_notice(notice).and_party(party, choice);
                    assert_eq!(
                        (detail.notice(), detail.party(), detail.is_choice()),
                        (Some(notice), Some(party), choice)
                    );
                    assert_eq!(Detail::from_bytes(detail.to_bytes()), detail);
                }
            }
        }
        let far = Detail::of_notice(0xFFFF).and_party(0x7FFF, true);
        assert_eq!((far.notice(), far.party()), (None, None));
        assert_eq!(Detail::of_notice(usize::MAX), Detail::NONE);
        assert_eq!(Detail::of_notice(3).party(), None);
        assert_eq!(
            (Detail::of_notice(0xFFFE), Detail::of_notice(0).cell(), Detail::NONE.cell()),
            (Detail::NONE, None, None)
        );
    }

    #[test]
    fn a_place_and_why_it_shows_nothing_come_back() {
        for place in CellRole::ALL {
            for why in Why::ALL {
                let detail = Detail::of_cell(place, why);
                assert_eq!(detail.cell(), Some((place, why)));
                assert_eq!((detail.notice(), detail.party(), detail.is_choice()), (None, None, false));
                assert_eq!(Detail::from_bytes(detail.to_bytes()), detail);
                for index in [0, 1, 255] {
                    let detail = detail.and_column(index);
                    assert_eq!((detail.cell(), detail.column()), (Some((place, why)), index));
                }
                assert_eq!(detail.and_column(256).column(), 255);
            }
        }
    }
}
