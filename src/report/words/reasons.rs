//! What the reasons mean for which records are not delivered, in a sentence each.

use crate::manifest::details::ReasonPart;
use crate::model::outcome::detail::Why;
use crate::model::outcome::reason::{DropReason, MALFORMED, WITHHELD_BY_THE_PERSON};
use crate::model::outcome::structure_fault::StructureFault;
use crate::report::text::foreign;

/// What a reason for dropping records means.
pub(crate) fn meaning(reason: &str) -> String {
    let fixed = DropReason::named().find(|(name, _)| *name == reason);
    if let Some((_, fixed)) = fixed {
        return of_the_table(fixed).to_owned();
    }
    let (word, of) = reason.split_once(':').map_or((reason, ""), |(word, of)| (word, of));
    let of = foreign(of);
    match word {
        WITHHELD_BY_THE_PERSON => {
            "About the person (what they did, left undone or met with, or what cannot be read of it): told as one count"
                .to_owned()
        }
        "suppressed" => format!("On the list {of} of people who are not to be contacted"),
        "not_comparable" => format!("A value cannot be compared with the list {of}, so the person may be on it"),
        "below_k" => "Too few people share the quasi-identifiers (k-anonymity)".to_owned(),
        "below_k_map" => "Too few people of the population share the quasi-identifiers (k-map)".to_owned(),
        "below_l" => format!("Too few different values of {of} in the class (l-diversity)"),
        "above_t" => format!("{of} is distributed too differently in the class (t-closeness)"),
        "above_beta" => format!("A value of {of} is too frequent in the class (β-likeness)"),
        "above_delta" => format!("A value of {of} is too frequent or too rare in the class (δ-disclosure privacy)"),
        "outside_presence" => "To be in the delivery could be concluded or ruled out (δ-presence)".to_owned(),
        _ => "A reason of the policy's own (rows.drop)".to_owned(),
    }
}

fn of_the_table(reason: DropReason) -> &'static str {
    match reason {
        DropReason::NoSubject => "Nothing says whose record it is",
        DropReason::Erased => "On an erasure list",
        DropReason::NotSelected => "Outside what the purpose needs (rows.only)",
        DropReason::AgeUnknown => "The age is not known, so it may be a child",
        DropReason::ChildSubject => "Younger than the minimum age",
        DropReason::RetentionExceeded => "Older than the retention period",
        DropReason::ConsentUnknown => "No evidence of consent, or none that can be read",
        DropReason::ConsentPending => "Consent was asked for and not answered",
        DropReason::ConsentRefused => "Consent was refused",
        DropReason::ConsentWithdrawn => "Consent was withdrawn",
        DropReason::ConsentRevoked => "Consent was revoked",
        DropReason::ConsentInvalidated => "Consent was invalidated",
        DropReason::ConsentNotYetGiven => "Consent is dated after the as-of day",
        DropReason::ConsentExpired => "Consent is too old at the as-of day",
        DropReason::PurposeNotCovered => "Consent was given, for other purposes",
        DropReason::NoticeUnknown => "The privacy notice is not in the register",
        DropReason::NoticeNotInForce => "The privacy notice was not in force when consent was given",
        DropReason::PurposeNotDisclosed => "The privacy notice does not disclose the purpose",
        DropReason::RecipientNotNamed => "The privacy notice does not name the recipient or one behind it",
        DropReason::ChannelNotCovered => "Consent was given, for other channels",
        DropReason::UnreadableCell => "A cell that must be readable is not",
        DropReason::Suppressed(_) | DropReason::NotComparable(_) | DropReason::Own(_) | DropReason::Class(_) => "",
    }
}

/// What was wrong with malformed records.
pub(in crate::report) fn fault(name: &str) -> &'static str {
    if name == MALFORMED {
        return "malformed";
    }
    StructureFault::ALL.iter().find(|(_, own, _)| *own == name).map_or("malformed", |(.., words)| *words)
}

/// What a part of a reason is about.
pub(in crate::report) fn part(part: &ReasonPart) -> String {
    if part.with_their_subject {
        return "for another record of the same person".to_owned();
    }
    let mut words = Vec::new();
    if let Some(notice) = &part.notice {
        words.push(format!("under the notice {}", foreign(notice)));
    }
    if let Some(party) = &part.party {
        let how = if part.not_chosen { "not chosen by the person" } else { "not named in it" };
        words.push(format!("{} {how}", foreign(party)));
    }
    if let Some(column) = &part.column {
        words.push(format!("column {}", foreign(column)));
    }
    words.extend(part.why.map(|why| in_words(why).to_owned()));
    if words.is_empty() { "for this record alone".to_owned() } else { words.join(", ") }
}

fn in_words(why: Why) -> &'static str {
    match why {
        Why::Missing => "no value",
        Why::Sentinel => "a word that stands for no value",
        Why::Implausible => "a date that cannot be true",
        Why::Unreadable => "a value that cannot be read",
        Why::NoEvidence => "nothing that says anything about the purpose",
        Why::NotJson => "not JSON",
        Why::OtherShape => "JSON of another shape",
        Why::UndeclaredState => "a state that is not declared",
        Why::SaidUnknown => "said to be unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_and_foreign_ones_are_escaped() {
        for (name, _) in DropReason::named() {
            assert!(meaning(name).len() > 10, "{name}");
        }
        assert_eq!(meaning("below_l:a\u{202e}b"), r"Too few different values of a\u{202e}b in the class (l-diversity)");
        assert!(meaning("deceased").contains("own") && meaning("suppressed:own").contains("list own"));
        assert_eq!(fault("BlankRecord"), "a blank line");
    }
}
