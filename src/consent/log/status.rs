//! What is known of one subject after some events, in any order: only what
//! decides. A commutative monoid, so that workers and partitions may fold events
//! as they come.
//!
//! Everything that depends on an event alone was judged when it was read
//! (`gate.rs`); what is left is which event is the latest.

use std::cmp::Ordering;

use super::state::ConsentState;
use crate::model::outcome::detail::{CellRole, Detail, Why};
use crate::model::outcome::reason::DropReason;

/// What an event that concerns the purpose comes to, the worse the greater: at
/// one instant every restriction beats every grant, and of several grants each
/// must pass, so the one that fails first in the order of judgement counts; of
/// those that fail alike the one whose notice is first in the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventOutcome {
    weight: u8,
    /// Which notice and which party a grant fails over.
    detail: Detail,
}

impl Ord for EventOutcome {
    fn cmp(&self, other: &Self) -> Ordering {
        self.weight.cmp(&other.weight).then(other.detail.cmp(&self.detail))
    }
}

impl PartialOrd for EventOutcome {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Reasons by their weight; the first weight is that of a grant that passes.
const REASONS: [DropReason; 15] = [
    DropReason::ChannelNotCovered,
    DropReason::RecipientNotNamed,
    DropReason::PurposeNotDisclosed,
    DropReason::NoticeNotInForce,
    DropReason::NoticeUnknown,
    DropReason::ConsentExpired,
    DropReason::ConsentNotYetGiven,
    // From here on the states, in the order consent.md gives them at one instant.
    DropReason::ConsentPending,
    DropReason::ConsentPending,
    DropReason::ConsentUnknown,
    DropReason::ConsentExpired,
    DropReason::ConsentRefused,
    DropReason::ConsentWithdrawn,
    DropReason::ConsentRevoked,
    DropReason::ConsentInvalidated,
];

impl EventOutcome {
    /// A grant that passes every test.
    pub const PERMITS: Self = Self::of(0);
    /// The worst of all.
    pub const WORST: Self = Self::of(15);

    const fn of(weight: u8) -> Self {
        Self { weight, detail: Detail::NONE }
    }

    /// A grant that fails a test; `None` for what is not a test of a grant.
    #[must_use]
    pub fn fails(reason: DropReason) -> Option<Self> {
        let place = REASONS[..7].iter().position(|known| *known == reason)?;
        u8::try_from(place + 1).ok().map(Self::of)
    }

    /// The same, about a notice and a party.
    #[must_use]
    pub fn about(self, detail: Detail) -> Self {
        Self { detail, ..self }
    }

    /// A state that restricts; `None` for one that permits.
    #[must_use]
    pub fn restricts(state: ConsentState) -> Option<Self> {
        let weight = match state {
            ConsentState::Given | ConsentState::Renewed => return None,
            ConsentState::Requested => 8,
            ConsentState::RequestDeferred => 9,
            ConsentState::Unknown | ConsentState::Undeclared => 10,
            ConsentState::Expired => 11,
            ConsentState::Refused => 12,
            ConsentState::Withdrawn => 13,
            ConsentState::Revoked => 14,
            ConsentState::Invalidated => 15,
        };
        let why = match state {
            ConsentState::Undeclared => Some(Why::UndeclaredState),
            ConsentState::Unknown => Some(Why::SaidUnknown),
            _ => None,
        };
        Some(Self { weight, detail: why.map_or(Detail::NONE, of_log) })
    }

    /// The reason it gives, or `None` where it permits.
    #[must_use]
    pub fn reason(self) -> Option<DropReason> {
        REASONS.get(usize::from(self.weight.checked_sub(1)?)).copied()
    }
}

/// What is said of a subject of whom a log tells nothing about the purpose.
pub(crate) const NO_EVIDENCE: Detail = of_log(Why::NoEvidence);

/// Why a log leaves a subject unknown.
pub(crate) const fn of_log(why: Why) -> Detail {
    Detail::of_cell(CellRole::Log, why)
}

/// Bytes of an encoded [`ConsentStatus`].
pub(crate) const STATUS_BYTES: usize = 13;

/// What is known of a subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConsentStatus {
    /// The latest instant at which something concerned the purpose, in
    /// microseconds since 1970, and the worst that it came to then.
    pub decisive: Option<(i64, EventOutcome)>,
    /// A grant for the purpose is dated after the as-of day.
    pub granted_later: bool,
    /// Another purpose of the register was granted.
    pub granted_another: bool,
    /// An event could not be read.
    pub unreadable: bool,
}

impl ConsentStatus {
    /// Adds what is known from elsewhere.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            decisive: self.decisive.max(other.decisive),
            granted_later: self.granted_later || other.granted_later,
            granted_another: self.granted_another || other.granted_another,
            unreadable: self.unreadable || other.unreadable,
        }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an event concerned the purpose.
    #[must_use]
    pub fn concerns(&self) -> bool {
        self.decisive.is_some() || self.granted_later
    }

    /// The reason nothing of this subject is delivered; `None`: an explicit,
    /// current consent that covers the purpose and everyone who receives.
    #[must_use]
    pub fn verdict(&self) -> Option<DropReason> {
        if self.unreadable {
            return Some(DropReason::ConsentUnknown);
        }
        match self.decisive {
            Some((_, outcome)) => outcome.reason(),
            None if self.granted_later => Some(DropReason::ConsentNotYetGiven),
            None if self.granted_another => Some(DropReason::PurposeNotCovered),
            None => Some(DropReason::ConsentUnknown),
        }
    }

    /// Which notice and which party that reason is about, or why nothing is known.
    #[must_use]
    pub fn detail(&self) -> Detail {
        if self.unreadable {
            return of_log(Why::Unreadable);
        }
        match self.decisive {
            Some((_, outcome)) => outcome.detail,
            None if self.granted_later || self.granted_another => Detail::NONE,
            None => NO_EVIDENCE,
        }
    }

    /// As bytes, for spill files.
    #[must_use]
    pub fn to_bytes(self) -> [u8; STATUS_BYTES] {
        let (instant, outcome) = self.decisive.unwrap_or((0, EventOutcome::PERMITS));
        let mut bytes = [0; STATUS_BYTES];
        bytes[..8].copy_from_slice(&instant.to_le_bytes());
        let flag = |set: bool, place: u8| u8::from(set) << place;
        bytes[9..].copy_from_slice(&outcome.detail.to_bytes());
        bytes[8] = outcome.weight
            | flag(self.decisive.is_some(), 4)
            | flag(self.granted_later, 5)
            | flag(self.granted_another, 6)
            | flag(self.unreadable, 7);
        bytes
    }

    /// Reads bytes back. Every byte string is a status; that a spill file is
    /// not tampered with is for its keeper to ensure.
    #[must_use]
    pub fn from_bytes(bytes: [u8; STATUS_BYTES]) -> Self {
        let [i0, i1, i2, i3, i4, i5, i6, i7, flags, detail @ ..] = bytes;
        let instant = [i0, i1, i2, i3, i4, i5, i6, i7];
        let is_set = |place: u8| flags >> place & 1 == 1;
        Self {
            decisive: is_set(4).then_some((
                i64::from_le_bytes(instant),
                EventOutcome { weight: flags & 15, detail: Detail::from_bytes(detail) },
            )),
            granted_later: is_set(5),
            granted_another: is_set(6),
            unreadable: is_set(7),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn status() -> impl Strategy<Value = ConsentStatus> {
        let detail = prop_oneof![
            Just(Detail::NONE),
            (0..3_usize, 0..3_usize, any::<bool>())
                .prop_map(|(notice, party, choice)| Detail::of_notice(notice).and_party(party, choice))
        ];
        let outcome = (0_u8..16, detail).prop_map(|(weight, detail)| EventOutcome { weight, detail });
        let decisive = prop::option::of((-3_i64..3, outcome));
        (decisive, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(decisive, granted_later, granted_another, unreadable)| ConsentStatus {
                decisive,
                granted_later,
                granted_another,
                unreadable,
            },
        )
    }

    proptest! {
        #[test]
        fn folding_is_associative_commutative_idempotent_with_zero(a in status(), b in status(), c in status()) {
            prop_assert_eq!(a.merge(b).merge(c), a.merge(b.merge(c)));
            prop_assert_eq!(a.merge(b), b.merge(a));
            prop_assert_eq!(a.merge(a), a);
            prop_assert_eq!(a.merge(ConsentStatus::default()), a);
            prop_assert_eq!(ConsentStatus::from_bytes(a.to_bytes()), a);
        }
    }

    #[test]
    fn at_one_instant_the_states_come_in_the_order_of_the_design() {
        let order = [
            ConsentState::Requested,
            ConsentState::RequestDeferred,
            ConsentState::Unknown,
            ConsentState::Expired,
            ConsentState::Refused,
            ConsentState::Withdrawn,
            ConsentState::Revoked,
            ConsentState::Invalidated,
        ];
        let weights: Vec<EventOutcome> = order.into_iter().filter_map(EventOutcome::restricts).collect();
        assert_eq!(weights.len(), order.len());
        assert!(weights.is_sorted_by(|a, b| a < b));
        // A word that cannot be read is told before one that says it is not known.
        let undeclared = EventOutcome::restricts(ConsentState::Undeclared).unwrap();
        assert!(weights[2] < undeclared && undeclared < weights[3]);
        assert_eq!(undeclared.reason(), Some(DropReason::ConsentUnknown));
        let worst_grant = EventOutcome::fails(DropReason::ConsentNotYetGiven).unwrap();
        assert!(EventOutcome::PERMITS < worst_grant && worst_grant < weights[0]);
        let reasons: Vec<&str> =
            ["consent_pending", "consent_pending", "consent_unknown", "consent_expired", "consent_refused"]
                .into_iter()
                .chain(["consent_withdrawn", "consent_revoked", "consent_invalidated"])
                .collect();
        let names = crate::model::outcome::reason::ReasonNames::default();
        let found: Vec<String> = weights.iter().map(|weight| weight.reason().unwrap().name(&names)).collect();
        assert_eq!(found, reasons);
    }

    #[test]
    fn of_two_grants_the_one_that_fails_first_counts() {
        let failing: Vec<EventOutcome> = [
            DropReason::ConsentNotYetGiven,
            DropReason::ConsentExpired,
            DropReason::NoticeUnknown,
            DropReason::NoticeNotInForce,
            DropReason::PurposeNotDisclosed,
            DropReason::RecipientNotNamed,
            DropReason::ChannelNotCovered,
        ]
        .into_iter()
        .map(|reason| {
            let outcome = EventOutcome::fails(reason).unwrap();
            assert_eq!(outcome.reason(), Some(reason));
            outcome
        })
        .collect();
        assert!(failing.is_sorted_by(|a, b| a > b));
        assert_eq!(EventOutcome::fails(DropReason::ConsentWithdrawn), None);
        assert_eq!(EventOutcome::restricts(ConsentState::Given), None);
    }
}
