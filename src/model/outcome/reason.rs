//! Why a record is not delivered. The order of [`DropReason`] is the order of
//! judgement: the first that applies is the record's one reason.

use std::sync::Arc;

/// What is true of a reason, a bit each.
mod property {
    /// Found on one record, it restricts every record of the same subject: a matter of
    /// the person. The others are of the record.
    pub(super) const SPREADS: u8 = 1;
    /// It may be of one record alone, judged before what the record says of the person.
    pub(super) const MAY_BE_OF_THE_RECORD: u8 = 2;
    /// It is about a notice of the register, or about a cell that shows nothing.
    pub(super) const HAS_DETAIL: u8 = 4;
}

/// The one table of the reasons, in the order of judgement: the position of a line is
/// the rank of its reason. What a line says: meaning, variant, name, properties. A
/// reason with a name of its own refers to the plan's list by position.
macro_rules! drop_reasons {
    ($($(#[$meaning:meta])+ $reason:ident $(($position:ident: $of:ty))? = $name:literal $(: $($property:ident)+)?;)+) => {
        /// Why a record was dropped, in the order of judgement.
        ///
        /// Compact on purpose: verdicts are kept per record and spilled by the million.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum DropReason {
            $($(#[$meaning])+ $reason $(($of))?,)+
        }

        /// The lines of the table, by position.
        enum ReasonLine {
            $($reason,)+
        }

        impl DropReason {
            /// Every reason, in the order of judgement: of those with positions the first.
            const FIRST_OF_EACH: &[Self] = &[$(Self::$reason $((<$of>::MIN))?,)+];

            /// Two bytes that keep the order of judgement, the line of the table and the
            /// position: for spill files.
            #[must_use]
            pub fn to_rank(self) -> [u8; 2] {
                match self {
                    $(Self::$reason $(($position))? => {
                        let [position, ..] = [$($position,)? 0];
                        [ReasonLine::$reason as u8, position]
                    })+
                }
            }

            /// The same reason at this position, where it has positions.
            fn at(self, position: u8) -> Self {
                match self {
                    $(Self::$reason { .. } => Self::$reason $((<$of>::from(position)))?,)+
                }
            }

            fn properties(self) -> u8 {
                match self {
                    $(Self::$reason { .. } => 0 $($(| property::$property)+)?,)+
                }
            }

            /// The name, or what comes before the name of a list.
            fn word(self) -> &'static str {
                match self {
                    $(Self::$reason { .. } => $name,)+
                }
            }
        }
    };
}

drop_reasons! {
    /// The subject's id is missing or stands for "no value".
    NoSubject = "no_subject": HAS_DETAIL;
    /// On an erasure list.
    Erased = "erased": SPREADS;
    /// On the suppression or preference list of this position among the lists of
    /// the policy.
    Suppressed(list: u8) = "suppressed": SPREADS;
    /// Holds a value that cannot be compared with the list of this position: the
    /// person may be on it.
    NotComparable(list: u8) = "not_comparable": SPREADS;
    /// Outside what the purpose needs (`rows.only`).
    NotSelected = "not_selected": MAY_BE_OF_THE_RECORD;
    /// Dropped for the policy's own reason of this position (`rows.drop`), which
    /// spreads unless the policy says otherwise.
    Own(own: u8) = "": SPREADS MAY_BE_OF_THE_RECORD HAS_DETAIL;
    /// Of unknown age, where there is a minimum age: may be a child.
    AgeUnknown = "age_unknown": SPREADS HAS_DETAIL;
    /// Younger than the minimum age.
    ChildSubject = "child_subject": SPREADS;
    /// Older than the retention period.
    RetentionExceeded = "retention_exceeded": MAY_BE_OF_THE_RECORD HAS_DETAIL;
    /// No evidence of consent, or unreadable evidence.
    ConsentUnknown = "consent_unknown": SPREADS HAS_DETAIL;
    /// Asked for, not answered.
    ConsentPending = "consent_pending": SPREADS;
    /// Refused.
    ConsentRefused = "consent_refused": SPREADS;
    /// Withdrawn.
    ConsentWithdrawn = "consent_withdrawn": SPREADS;
    /// Revoked.
    ConsentRevoked = "consent_revoked": SPREADS;
    /// Invalidated.
    ConsentInvalidated = "consent_invalidated": SPREADS;
    /// Dated after the as-of day.
    ConsentNotYetGiven = "consent_not_yet_given": SPREADS;
    /// Too old at the as-of day.
    ConsentExpired = "consent_expired": SPREADS;
    /// There is a consent, for other purposes.
    PurposeNotCovered = "purpose_not_covered": SPREADS;
    /// The notice is not in the register.
    NoticeUnknown = "notice_unknown": SPREADS;
    /// The notice was not in force when the consent was given.
    NoticeNotInForce = "notice_not_in_force": SPREADS HAS_DETAIL;
    /// The notice does not disclose the purpose.
    PurposeNotDisclosed = "purpose_not_disclosed": SPREADS HAS_DETAIL;
    /// The notice does not name the recipient or one of those behind it.
    RecipientNotNamed = "recipient_not_named": SPREADS HAS_DETAIL;
    /// The consent is for other channels.
    ChannelNotCovered = "channel_not_covered": SPREADS;
    /// A delivered cell that must be readable is not (`unreadable = "drop_record"`).
    UnreadableCell = "unreadable_cell";
    /// In a class that does not meet the privacy model of this position.
    Class(model: u8) = "";
}

impl DropReason {
    /// Whether the reason, found on one record, restricts every record of the
    /// same subject. A reason of the policy's own does unless the policy says otherwise.
    #[must_use]
    pub fn spreads(self) -> bool {
        self.properties() & property::SPREADS != 0
    }

    /// Whether the reason may be of one record alone, judged before what the record
    /// says of the person.
    #[must_use]
    pub fn may_be_of_the_record(self) -> bool {
        self.properties() & property::MAY_BE_OF_THE_RECORD != 0
    }

    /// Whether it is about a notice of the register, or about a cell that shows
    /// nothing.
    #[must_use]
    pub fn has_detail(self) -> bool {
        self.properties() & property::HAS_DETAIL != 0
    }

    /// The reasons with fixed names, in the order of judgement.
    pub fn named() -> impl Iterator<Item = (&'static str, Self)> {
        let all = Self::FIRST_OF_EACH.iter().map(|reason| (reason.word(), *reason));
        all.filter(|(_, reason)| !reason.has_positions())
    }

    fn has_positions(self) -> bool {
        self.at(1) != self.at(0)
    }

    /// The first bytes of the ranks of the reasons that are of a kind, a bit each:
    /// asked of every record, where a branch could not be foreseen.
    #[must_use]
    pub fn ranks(of_a_kind: fn(Self) -> bool) -> u64 {
        let found = Self::FIRST_OF_EACH.iter().filter(|reason| of_a_kind(**reason));
        found.fold(0, |ranks, reason| ranks | 1 << reason.to_rank()[0])
    }

    /// The reason of a rank; `None` for bytes that are none.
    #[must_use]
    pub fn from_rank(rank: [u8; 2]) -> Option<Self> {
        let [line, position] = rank;
        let first = Self::FIRST_OF_EACH.get(usize::from(line))?;
        Some(first.at(position)).filter(|reason| reason.to_rank() == rank)
    }

    /// The name in the account and in messages.
    #[must_use]
    pub fn name(self, names: &ReasonNames) -> String {
        match self {
            Self::Suppressed(list) | Self::NotComparable(list) => format!("{}:{}", self.word(), names.list(list)),
            Self::Own(own) => names.own.get(usize::from(own)).map_or("?", |name| name).to_owned(),
            Self::Class(model) => names.models.get(usize::from(model)).map_or("?", |name| name).to_owned(),
            fixed => fixed.word().to_owned(),
        }
    }

    /// Whether `name`, which has no colon, is that of a reason of the table, or would look
    /// like another count of a run.
    #[must_use]
    pub fn is_taken(name: &str) -> bool {
        const COUNTS: [&str; 5] = ["delivered", MALFORMED, "quarantined", "read", WITHHELD_BY_THE_PERSON];
        let is_model = CLASS_REASONS.contains(&name);
        is_model || COUNTS.contains(&name) || Self::FIRST_OF_EACH.iter().any(|reason| reason.word() == name)
    }
}

/// The reasons for which records of a class are dropped; those of models that judge a
/// sensitive column are followed by a colon and its name.
const CLASS_REASONS: [&str; 7] =
    ["above_beta", "above_delta", "above_t", "below_k", "below_k_map", "below_l", "outside_presence"];

/// In the recipient's copy: malformed records of any kind.
pub(crate) const MALFORMED: &str = "malformed";
/// In the recipient's copy: records dropped for what a person did, left undone or
/// met with.
pub(crate) const WITHHELD_BY_THE_PERSON: &str = "withheld_by_the_person";

/// The names a policy gives to its own reasons and lists, by position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReasonNames {
    /// Names of `rows.drop` reasons.
    pub own: Vec<Arc<str>>,
    /// Names of the lists.
    pub lists: Vec<Arc<str>>,
    /// Names of what the privacy models drop for.
    pub models: Vec<Arc<str>>,
}

impl ReasonNames {
    fn list(&self, position: u8) -> &str {
        self.lists.get(usize::from(position)).map_or("?", |name| name)
    }
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It goes on.
    Keep,
    /// It is dropped, for one reason.
    Drop(DropReason),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_keep_the_order_of_judgement_and_round_trip() {
        let mut all: Vec<DropReason> = DropReason::named().map(|(_, reason)| reason).collect();
        all.extend([DropReason::Suppressed(0), DropReason::Suppressed(3), DropReason::Own(0), DropReason::Own(9)]);
        all.extend([DropReason::NotComparable(0), DropReason::NotComparable(255)]);
        all.sort();
        for pair in all.windows(2) {
            assert!(pair[0].to_rank() < pair[1].to_rank(), "{pair:?}");
        }
        for reason in all {
            assert_eq!(DropReason::from_rank(reason.to_rank()), Some(reason));
        }
        for none in [[99, 0], [25, 0], [0, 1]] {
            assert_eq!(DropReason::from_rank(none), None);
        }
    }

    #[test]
    fn what_the_table_says_is_what_is_answered() {
        let own = ReasonNames {
            own: vec!["moved".into()],
            lists: vec!["mail".into(), "calls".into()],
            models: vec!["below_k".into()],
        };
        let names = |reason: DropReason| reason.name(&own);
        let positions =
            [DropReason::Suppressed(1), DropReason::NotComparable(0), DropReason::Own(0), DropReason::Class(0)];
        assert_eq!(positions.map(names), ["suppressed:calls", "not_comparable:mail", "moved", "below_k"]);
        assert_eq!(names(DropReason::UnreadableCell), "unreadable_cell");
        let alone: Vec<&str> =
            DropReason::named().filter(|(_, reason)| !reason.spreads()).map(|(name, _)| name).collect();
        assert_eq!(alone, ["no_subject", "not_selected", "retention_exceeded", "unreadable_cell"]);
        assert_eq!(DropReason::named().count(), 21);
        assert_eq!(DropReason::ranks(DropReason::may_be_of_the_record), 1 << 4 | 1 << 5 | 1 << 8);
        for taken in ["erased", "suppressed", "not_comparable", "read", "below_k"] {
            assert!(DropReason::is_taken(taken), "{taken}");
        }
        assert!(!DropReason::is_taken("own") && !DropReason::is_taken("moved"));
    }
}
