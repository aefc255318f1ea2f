//! The verdict on a subject as one byte, since there are ten million of them. The
//! codes depend on the release alone, so the same logs give the same account with
//! any number of threads.

use std::collections::BTreeMap;

use crate::consent::log::status::of_log;
use crate::consent::relied_on::ReliedOnCodes;
use crate::model::outcome::detail::{Detail, Why};
use crate::model::outcome::reason::{DropReason, Verdict};

/// The code of a subject that nothing restricts.
const PERMITTED: u8 = 0xFF;
/// The first code of a reason with its detail (a notice and a party). Lower codes
/// are reasons alone, by their rank.
const FIRST_DETAIL: u8 = 64;
/// Why a log leaves a subject unknown.
const OF_AN_UNKNOWN: [Why; 4] = [Why::Unreadable, Why::NoEvidence, Why::UndeclaredState, Why::SaidUnknown];

/// The codes of one release.
#[derive(Debug)]
pub(crate) struct VerdictCodes {
    /// The numbers of what consents rest on.
    pub(super) relied_on: Option<ReliedOnCodes>,
    detailed: Vec<(DropReason, Detail)>,
    codes: BTreeMap<(DropReason, Detail), u8>,
}

impl VerdictCodes {
    /// The codes for a register of so many notices and a release to so many
    /// parties. If there are not enough codes, the later notices get the code of
    /// the reason alone.
    pub(crate) fn new(notices: usize, parties: usize) -> Self {
        let of_notice = |notice: usize| {
            let about = Detail::of_notice(notice);
            let parties =
                (0..parties).flat_map(move |party| [false, true].map(|choice| about.and_party(party, choice)));
            [(DropReason::NoticeNotInForce, about), (DropReason::PurposeNotDisclosed, about)]
                .into_iter()
                .chain(parties.map(|about| (DropReason::RecipientNotNamed, about)))
        };
        let unknown = OF_AN_UNKNOWN.into_iter().map(|why| (DropReason::ConsentUnknown, of_log(why)));
        let detailed = unknown.chain((0..notices).flat_map(of_notice));
        let detailed: Vec<_> = detailed.take(usize::from(PERMITTED - FIRST_DETAIL)).collect();
        let codes = detailed.iter().copied().zip(FIRST_DETAIL..PERMITTED).collect();
        Self { relied_on: None, detailed, codes }
    }

    /// The same with the numbers of what consents rest on.
    pub(crate) fn relying_on(self, codes: ReliedOnCodes) -> Self {
        Self { relied_on: Some(codes), ..self }
    }

    /// The code of a verdict.
    pub(crate) fn code(&self, verdict: Option<DropReason>, detail: Detail) -> u8 {
        let Some(reason) = verdict else { return PERMITTED };
        // The rank of a reason of a consent has no second byte.
        let plain = || reason.to_rank()[0];
        if reason.has_detail() { self.codes.get(&(reason, detail)).copied().unwrap_or_else(plain) } else { plain() }
    }

    /// The verdict of a code.
    pub(crate) fn verdict(&self, code: u8) -> Verdict {
        match (code, self.detailed(code)) {
            (PERMITTED, _) => Verdict::Keep,
            (_, Some((reason, _))) => Verdict::Drop(reason),
            // An unused code drops the record.
            (rank, None) => Verdict::Drop(DropReason::from_rank([rank, 0]).unwrap_or(DropReason::ConsentUnknown)),
        }
    }

    /// The detail of a code.
    pub(crate) fn detail(&self, code: u8) -> Detail {
        self.detailed(code).map_or(Detail::NONE, |(_, detail)| detail)
    }

    fn detailed(&self, code: u8) -> Option<(DropReason, Detail)> {
        self.detailed.get(usize::from(code.checked_sub(FIRST_DETAIL)?)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unused_code_restricts() {
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
        for why in OF_AN_UNKNOWN {
            let about = of_log(why);
            assert_eq!(codes.detail(codes.code(Some(DropReason::ConsentUnknown), about)), about);
        }
    }
}
