//! What a subject's verdict says, in one byte: there are ten million of them.
//! Which byte stands for what depends on the release alone, so that the same logs
//! give the same account with any number of threads.

use std::collections::BTreeMap;

use crate::consent::log::status::NO_EVIDENCE;
use crate::model::outcome::detail::{CellRole, Detail, Why};
use crate::model::outcome::reason::{DropReason, Verdict};

/// What a subject's verdict is when nothing restricts it.
const PERMITTED: u8 = 0xFF;
/// The first byte that stands for a reason with its notice and party; those below
/// are reasons alone, by their rank.
const FIRST_DETAIL: u8 = 64;

/// The bytes of one release.
#[derive(Debug)]
pub(crate) struct VerdictCodes {
    told: Vec<(DropReason, Detail)>,
    codes: BTreeMap<(DropReason, Detail), u8>,
}

impl VerdictCodes {
    /// For a register of so many notices and a release to so many parties. With
    /// more notices than there are bytes for, the later ones are not told apart.
    pub(crate) fn new(notices: usize, parties: usize) -> Self {
        let of_notice = |notice: usize| {
            let about = Detail::of_notice(notice);
            let parties =
                (0..parties).flat_map(move |party| [false, true].map(|choice| about.and_party(party, choice)));
            [(DropReason::NoticeNotInForce, about), (DropReason::PurposeNotDisclosed, about)]
                .into_iter()
                .chain(parties.map(|about| (DropReason::RecipientNotNamed, about)))
        };
        let unreadable = (DropReason::ConsentUnknown, Detail::of_cell(CellRole::Log, Why::Unreadable));
        let told = [unreadable, (DropReason::ConsentUnknown, NO_EVIDENCE)].into_iter();
        let told = told.chain((0..notices).flat_map(of_notice));
        let told: Vec<_> = told.take(usize::from(PERMITTED - FIRST_DETAIL)).collect();
        let codes = told.iter().copied().zip(FIRST_DETAIL..PERMITTED).collect();
        Self { told, codes }
    }

    /// The byte of a verdict.
    pub(crate) fn code(&self, verdict: Option<DropReason>, detail: Detail) -> u8 {
        let Some(reason) = verdict else { return PERMITTED };
        // Reasons of a consent have no second byte of their rank.
        let plain = || reason.to_rank()[0];
        if reason.has_detail() { self.codes.get(&(reason, detail)).copied().unwrap_or_else(plain) } else { plain() }
    }

    /// The verdict of a byte.
    pub(crate) fn verdict(&self, code: u8) -> Verdict {
        match (code, self.told(code)) {
            (PERMITTED, _) => Verdict::Keep,
            (_, Some((reason, _))) => Verdict::Drop(reason),
            // A byte that stands for nothing permits nothing.
            (rank, None) => Verdict::Drop(DropReason::from_rank([rank, 0]).unwrap_or(DropReason::ConsentUnknown)),
        }
    }

    /// The notice and the party that a byte tells of.
    pub(crate) fn detail(&self, code: u8) -> Detail {
        self.told(code).map_or(Detail::NONE, |(_, detail)| detail)
    }

    fn told(&self, code: u8) -> Option<(DropReason, Detail)> {
        self.told.get(usize::from(code.checked_sub(FIRST_DETAIL)?)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_stands_for_nothing_restricts() {
        let codes = VerdictCodes::new(2, 1);
        assert_eq!(codes.verdict(codes.code(None, Detail::NONE)), Verdict::Keep);
        for (_, reason) in DropReason::named() {
            let code = codes.code(Some(reason), Detail::NONE);
            assert!(code < FIRST_DETAIL, "ranks and details do not meet");
            assert_eq!((codes.verdict(code), codes.detail(code)), (Verdict::Drop(reason), Detail::NONE));
        }
        for code in 0..PERMITTED {
            assert!(matches!(codes.verdict(code), Verdict::Drop(_)), "{code}");
        }
        assert_eq!(codes.verdict(FIRST_DETAIL - 1), Verdict::Drop(DropReason::ConsentUnknown));
    }

    #[test]
    fn notices_and_parties_come_back_as_far_as_there_are_bytes() {
        let codes = VerdictCodes::new(50, 3);
        let reason = DropReason::RecipientNotNamed;
        for (notice, told) in [(0, true), (20, true), (49, false)] {
            let detail = Detail::of_notice(notice).and_party(2, true);
            let code = codes.code(Some(reason), detail);
            assert_eq!(codes.verdict(code), Verdict::Drop(reason), "the reason is told in any case");
            assert_eq!(codes.detail(code), if told { detail } else { Detail::NONE }, "{notice}");
        }
        let in_force = codes.code(Some(DropReason::NoticeNotInForce), Detail::of_notice(3));
        assert_eq!(codes.detail(in_force), Detail::of_notice(3));
        for why in [Why::Unreadable, Why::NoEvidence] {
            let about = Detail::of_cell(CellRole::Log, why);
            assert_eq!(codes.detail(codes.code(Some(DropReason::ConsentUnknown), about)), about);
        }
    }
}
