//! Why a record is not delivered. The order of [`DropReason`] is the order of
//! judgement: the first that applies is the record's one reason.

use std::fmt;
use std::sync::Arc;

/// A fault in the structure of a record; such a record is quarantined: counted
/// and located, never copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StructureFault {
    /// Not UTF-8.
    BadUtf8,
    /// A carriage return that ends no line.
    BareCr,
    /// Nothing on the line.
    BlankRecord,
    /// More fields than the header.
    ExtraField,
    /// A field of more than 64 KiB.
    FieldTooLong,
    /// Text after a closing quote.
    JunkAfterQuote,
    /// Fewer fields than the header.
    MissingField,
    /// Another line ending than the header's.
    MixedLineEnding,
    /// A NUL byte.
    Nul,
    /// A quote inside an unquoted field.
    QuoteInUnquoted,
    /// A record of more than 1 MiB.
    RecordTooLong,
    /// The header once more.
    RepeatedHeader,
    /// A value of another type than its column (typed formats only).
    WrongType,
}

impl StructureFault {
    /// Every fault, with its name in documents and `quarantine.csv`, and in the words
    /// that people are shown.
    pub const ALL: [(Self, &'static str, &'static str); 13] = [
        (Self::BadUtf8, "BadUtf8", "text that is not UTF-8"),
        (Self::BareCr, "BareCr", "a carriage return that ends no line"),
        (Self::BlankRecord, "BlankRecord", "a blank line"),
        (Self::ExtraField, "ExtraField", "a field too many"),
        (Self::FieldTooLong, "FieldTooLong", "a field of more than 64 KiB"),
        (Self::JunkAfterQuote, "JunkAfterQuote", "text after a closing quote"),
        (Self::MissingField, "MissingField", "a field is missing"),
        (Self::MixedLineEnding, "MixedLineEnding", "another line ending than the header's"),
        (Self::Nul, "Nul", "a NUL byte"),
        (Self::QuoteInUnquoted, "QuoteInUnquoted", "a quote inside an unquoted field"),
        (Self::RecordTooLong, "RecordTooLong", "a record of more than 1 MiB"),
        (Self::RepeatedHeader, "RepeatedHeader", "the header once more"),
        (Self::WrongType, "WrongType", "a value of another type than its column, or a line that is not a JSON object"),
    ];

    fn entry(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|(fault, ..)| *fault == self).map_or(("", ""), |(_, name, words)| (name, words))
    }

    /// The name in documents and `quarantine.csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// In the words that people are shown.
    #[must_use]
    pub fn words(self) -> &'static str {
        self.entry().1
    }
}

impl fmt::Display for StructureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a record was dropped, in the order of judgement.
///
/// Compact on purpose: verdicts are kept per record and spilled by the million.
/// A reason with a name of its own refers to the plan's list by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// The subject's id is missing or stands for "no value".
    NoSubject,
    /// On an erasure list.
    Erased,
    /// On the suppression or preference list of this position among the lists of
    /// the policy.
    Suppressed(u8),
    /// Holds a value that cannot be compared with the list of this position: the
    /// person may be on it.
    NotComparable(u8),
    /// Outside what the purpose needs (`rows.only`).
    NotSelected,
    /// Dropped for the policy's own reason of this position (`rows.drop`).
    Own(u8),
    /// Of unknown age, where there is a minimum age: may be a child.
    AgeUnknown,
    /// Younger than the minimum age.
    ChildSubject,
    /// Older than the retention period.
    RetentionExceeded,
    /// No evidence of consent, or unreadable evidence.
    ConsentUnknown,
    /// Asked for, not answered.
    ConsentPending,
    /// Refused.
    ConsentRefused,
    /// Withdrawn.
    ConsentWithdrawn,
    /// Revoked.
    ConsentRevoked,
    /// Invalidated.
    ConsentInvalidated,
    /// Dated after the as-of day.
    ConsentNotYetGiven,
    /// Too old at the as-of day.
    ConsentExpired,
    /// There is a consent, for other purposes.
    PurposeNotCovered,
    /// The notice is not in the register.
    NoticeUnknown,
    /// The notice was not in force when the consent was given.
    NoticeNotInForce,
    /// The notice does not disclose the purpose.
    PurposeNotDisclosed,
    /// The notice does not name the recipient or one of those behind it.
    RecipientNotNamed,
    /// The consent is for other channels.
    ChannelNotCovered,
    /// A delivered cell that must be readable is not (`unreadable = "drop_record"`).
    UnreadableCell,
}

impl DropReason {
    /// Whether the reason, found on one record, restricts every record of the
    /// same subject. A matter of the person; the others are of the record. A reason
    /// of the policy's own does unless the policy says otherwise.
    #[must_use]
    pub fn spreads(self) -> bool {
        match self {
            Self::NoSubject | Self::NotSelected | Self::RetentionExceeded | Self::UnreadableCell => false,
            Self::Own(_)
            | Self::Erased
            | Self::Suppressed(_)
            | Self::NotComparable(_)
            | Self::AgeUnknown
            | Self::ChildSubject
            | Self::ConsentUnknown
            | Self::ConsentPending
            | Self::ConsentRefused
            | Self::ConsentWithdrawn
            | Self::ConsentRevoked
            | Self::ConsentInvalidated
            | Self::ConsentNotYetGiven
            | Self::ConsentExpired
            | Self::PurposeNotCovered
            | Self::NoticeUnknown
            | Self::NoticeNotInForce
            | Self::PurposeNotDisclosed
            | Self::RecipientNotNamed
            | Self::ChannelNotCovered => true,
        }
    }

    /// The reasons with fixed names, in the order of judgement.
    pub const NAMED: [(&'static str, Self); 21] = [
        ("no_subject", Self::NoSubject),
        ("erased", Self::Erased),
        ("not_selected", Self::NotSelected),
        ("age_unknown", Self::AgeUnknown),
        ("child_subject", Self::ChildSubject),
        ("retention_exceeded", Self::RetentionExceeded),
        ("consent_unknown", Self::ConsentUnknown),
        ("consent_pending", Self::ConsentPending),
        ("consent_refused", Self::ConsentRefused),
        ("consent_withdrawn", Self::ConsentWithdrawn),
        ("consent_revoked", Self::ConsentRevoked),
        ("consent_invalidated", Self::ConsentInvalidated),
        ("consent_not_yet_given", Self::ConsentNotYetGiven),
        ("consent_expired", Self::ConsentExpired),
        ("purpose_not_covered", Self::PurposeNotCovered),
        ("notice_unknown", Self::NoticeUnknown),
        ("notice_not_in_force", Self::NoticeNotInForce),
        ("purpose_not_disclosed", Self::PurposeNotDisclosed),
        ("recipient_not_named", Self::RecipientNotNamed),
        ("channel_not_covered", Self::ChannelNotCovered),
        ("unreadable_cell", Self::UnreadableCell),
    ];

    /// One byte that keeps the order of judgement: for spill files.
    #[must_use]
    pub fn to_rank(self) -> [u8; 2] {
        match self {
            Self::Suppressed(list) => [2, list],
            Self::NotComparable(list) => [3, list],
            Self::Own(own) => [5, own],
            Self::NoSubject => [0, 0],
            Self::Erased => [1, 0],
            Self::NotSelected => [4, 0],
            Self::AgeUnknown => [6, 0],
            Self::ChildSubject => [7, 0],
            Self::RetentionExceeded => [8, 0],
            Self::ConsentUnknown => [9, 0],
            Self::ConsentPending => [10, 0],
            Self::ConsentRefused => [11, 0],
            Self::ConsentWithdrawn => [12, 0],
            Self::ConsentRevoked => [13, 0],
            Self::ConsentInvalidated => [14, 0],
            Self::ConsentNotYetGiven => [15, 0],
            Self::ConsentExpired => [16, 0],
            Self::PurposeNotCovered => [17, 0],
            Self::NoticeUnknown => [18, 0],
            Self::NoticeNotInForce => [19, 0],
            Self::PurposeNotDisclosed => [20, 0],
            Self::RecipientNotNamed => [21, 0],
            Self::ChannelNotCovered => [22, 0],
            Self::UnreadableCell => [23, 0],
        }
    }

    /// Whether the reason may be of one record alone, judged before what the record
    /// says of the person.
    #[must_use]
    pub fn may_be_of_the_record(self) -> bool {
        matches!(self, Self::NotSelected | Self::Own(_) | Self::RetentionExceeded)
    }

    /// The first bytes of the ranks of the reasons that are of a kind, a bit each:
    /// asked of every record, where a branch could not be foreseen.
    #[must_use]
    pub fn ranks(of_a_kind: fn(Self) -> bool) -> u64 {
        let named = Self::NAMED.iter().map(|(_, reason)| *reason);
        let all = named.chain([Self::Suppressed(0), Self::NotComparable(0), Self::Own(0)]);
        all.filter(|reason| of_a_kind(*reason)).fold(0, |ranks, reason| ranks | 1 << reason.to_rank()[0])
    }

    /// The reason of a rank; `None` for bytes that are none.
    #[must_use]
    pub fn from_rank(rank: [u8; 2]) -> Option<Self> {
        match rank {
            [2, list] => Some(Self::Suppressed(list)),
            [3, list] => Some(Self::NotComparable(list)),
            [5, own] => Some(Self::Own(own)),
            _ => Self::NAMED.iter().map(|(_, reason)| *reason).find(|reason| reason.to_rank() == rank),
        }
    }

    /// The name in the account and in messages.
    #[must_use]
    pub fn name(self, names: &ReasonNames) -> String {
        match self {
            Self::Suppressed(list) => format!("suppressed:{}", names.list(list)),
            Self::NotComparable(list) => format!("not_comparable:{}", names.list(list)),
            Self::Own(own) => names.own.get(usize::from(own)).map_or("?", |name| name).to_owned(),
            fixed => {
                let found = Self::NAMED.iter().find(|(_, reason)| *reason == fixed);
                found.map_or("?", |(name, _)| name).to_owned()
            }
        }
    }

    /// Whether `name` is taken by a reason of the table (or would look like one,
    /// or like another count of a run).
    #[must_use]
    pub fn is_taken(name: &str) -> bool {
        const COUNTS: [&str; 8] = [
            "below_k",
            "delivered",
            MALFORMED,
            "not_comparable",
            "quarantined",
            "read",
            "suppressed",
            WITHHELD_BY_THE_PERSON,
        ];
        COUNTS.contains(&name)
            || name.starts_with("suppressed:")
            || name.starts_with("not_comparable:")
            || Self::NAMED.iter().any(|(taken, _)| *taken == name)
    }
}

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
    fn the_manual_says_what_each_structural_fault_means() {
        let manual = include_str!("../../manual/reading.md");
        for (fault, name, words) in StructureFault::ALL {
            assert_eq!(format!("{fault:?}"), name);
            assert!(manual.contains(&format!("| `{name}` | {words} |")), "{name}: {words}");
        }
    }

    #[test]
    fn ranks_keep_the_order_of_judgement_and_round_trip() {
        let mut all: Vec<DropReason> = DropReason::NAMED.iter().map(|(_, reason)| *reason).collect();
        all.extend([DropReason::Suppressed(0), DropReason::Suppressed(3), DropReason::Own(0), DropReason::Own(9)]);
        all.extend([DropReason::NotComparable(0), DropReason::NotComparable(255)]);
        all.sort();
        for pair in all.windows(2) {
            assert!(pair[0].to_rank() < pair[1].to_rank(), "{pair:?}");
        }
        for reason in all {
            assert_eq!(DropReason::from_rank(reason.to_rank()), Some(reason));
        }
        assert_eq!(DropReason::from_rank([99, 0]), None);
    }
}
