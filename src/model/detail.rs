//! The second level of a drop reason: under which notice, and for which party.
//! Positions in the register and in the demand of the release, never a word of
//! the extract: the id of a notice that nobody registered is somebody's text.

use super::reason::DropReason;

/// Positions stand in 15 and 16 bits; whatever does not fit is not told apart.
const NO_NOTICE: u32 = 0xFFFF;
const NO_PARTY: u32 = 0x7FFF;

/// Which notice and which party a reason is about, as far as it is about any.
/// Four bytes: one is kept a record that is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Detail(u32);

impl Detail {
    /// About no notice and no party.
    pub const NONE: Self = Self(NO_NOTICE << 16 | NO_PARTY);

    /// About the notice at this position in the register.
    #[must_use]
    pub fn of_notice(notice: usize) -> Self {
        let notice = u32::try_from(notice).unwrap_or(NO_NOTICE).min(NO_NOTICE);
        Self(notice << 16 | NO_PARTY)
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
        Some(self.0 >> 16).filter(|notice| *notice != NO_NOTICE).and_then(|notice| usize::try_from(notice).ok())
    }

    /// The position of the party among the recipient and those behind it.
    #[must_use]
    pub fn party(self) -> Option<usize> {
        Some(self.0 & NO_PARTY).filter(|party| *party != NO_PARTY).and_then(|party| usize::try_from(party).ok())
    }

    /// Whether the person did not choose the party, although the notice names it.
    #[must_use]
    pub fn is_choice(self) -> bool {
        self.0 >> 15 & 1 == 1
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

impl DropReason {
    /// Whether it is about a notice of the register.
    #[must_use]
    pub fn has_detail(self) -> bool {
        matches!(self, Self::NoticeNotInForce | Self::PurposeNotDisclosed | Self::RecipientNotNamed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_back_and_what_does_not_fit_is_nothing() {
        assert_eq!((Detail::NONE.notice(), Detail::NONE.party(), Detail::NONE.is_choice()), (None, None, false));
        for notice in [0, 1, 0xFFFE] {
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
    }
}
