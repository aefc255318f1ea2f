//! The reasons why records are not delivered, as a page: what each means, whether it holds
//! for the person's other records, and what to look at.

use clap_mangen::roff::{Roff, bold, roman};

use crate::model::outcome::reason::DropReason;
use crate::model::outcome::structure_fault::StructureFault;
use crate::report::reason_meaning;

/// A reason.
struct ReasonEntry {
    name: String,
    meaning: String,
    other_records: &'static str,
    look_at: &'static str,
}

const OTHERS_TOO: &str = "dropped too";
const ALONE: &str = "not touched";

/// What to look at, for the reasons of fixed names.
fn look_at(reason: DropReason) -> &'static str {
    match reason {
        DropReason::NoSubject => {
            "`extract.subject` and its `sentinels`: without an id nobody knows which other records are this person's"
        }
        DropReason::Erased => "nothing: the person asked to be erased",
        DropReason::NotSelected => "`rows.only`: the words listed, and how the extract writes them",
        DropReason::AgeUnknown => {
            "the column of `rows.minimum_age`: is it empty, or is its `date_format` another? An unknown age may be a child's"
        }
        DropReason::ChildSubject => "`rows.minimum_age.years`, and the `date_format` of its column",
        DropReason::RetentionExceeded => {
            "`rows.retention`: a date that is missing or cannot be read counts as too old; the account tells which"
        }
        DropReason::ConsentUnknown => {
            "the columns of `[consent.columns]` or the log: words that are neither yes nor no, dates in another format; the account says of which column, and `scant explain --subject-file` of one person"
        }
        DropReason::ConsentPending => "the log: an answer may have come since",
        DropReason::ConsentRefused => "`consent.columns.granted` and `refused`: which words say no",
        DropReason::ConsentWithdrawn | DropReason::ConsentRevoked | DropReason::ConsentInvalidated => {
            "nothing: a new consent would be another record"
        }
        DropReason::ConsentNotYetGiven => "`--as-of`: the consent is dated after it",
        DropReason::ConsentExpired => "`consent.max_age`",
        DropReason::PurposeNotCovered => "`consent.columns.purposes`: which words mean the purpose of the release",
        DropReason::NoticeUnknown => "the register: does it have the notice under the id that the extract writes?",
        DropReason::NoticeNotInForce => "`from` and `until` of the notice, and the date of the consent",
        DropReason::PurposeNotDisclosed => "`notices.discloses`: what the text of the notice really said",
        DropReason::RecipientNotNamed => {
            "`notices.discloses.recipients`: everyone down the chain must be named; a category names nobody"
        }
        DropReason::ChannelNotCovered => "`release.channel`, and the channel column of the log",
        DropReason::UnreadableCell => {
            "the column with `unreadable = \"drop_record\"`: its `date_format`, pattern or action"
        }
        DropReason::Suppressed(_) | DropReason::NotComparable(_) | DropReason::Own(_) | DropReason::Class(_) => "",
    }
}

/// Reasons whose names end with a name of the policy, and those of privacy models.
const MORE: [(&str, bool, &str); 10] = [
    ("suppressed:LIST", true, "nothing: the person is on that list"),
    (
        "not_comparable:LIST",
        true,
        "the column that is matched: what cannot be read may be somebody on the list; `on_unreadable` of the list",
    ),
    ("REASON", true, "`rows.drop`: the `reason` there is its name; `whole_subject = false` lets the other records be"),
    ("below_k", false, "`privacy.k_anonymity`; a coarser level keeps more records: `scant suggest`"),
    ("below_k_map", false, "`privacy.k_map` and the file of the population"),
    ("below_l:COLUMN", false, "`privacy.l_diversity`: too few values of the column in the class"),
    ("above_t:COLUMN", false, "`privacy.t_closeness`"),
    ("above_beta:COLUMN", false, "`privacy.beta_likeness`"),
    ("above_delta:COLUMN", false, "`privacy.delta_disclosure`"),
    ("outside_presence", false, "`privacy.delta_presence` and the file of the population"),
];

fn entries() -> Vec<ReasonEntry> {
    let spreads = |does: bool| if does { OTHERS_TOO } else { ALONE };
    let named = DropReason::named().filter(|(name, _)| !name.is_empty()).map(|(name, reason)| ReasonEntry {
        name: name.to_owned(),
        meaning: reason_meaning(name),
        other_records: spreads(reason.spreads()),
        look_at: look_at(reason),
    });
    let more = MORE.map(|(name, does, look_at)| ReasonEntry {
        name: name.to_owned(),
        meaning: reason_meaning(name),
        other_records: spreads(does),
        look_at,
    });
    named.chain(more).collect()
}

const ABOUT: &str = "A record is dropped for one reason, the first that applies in this order. Account, `--json` and screen count records by it; the manifest names every reason that the policy has, and counts together what a person brought about (`withheld_by_the_person`).";
const FAULTS: &str = "A malformed record is quarantined: counted and located, never copied. `guards.max_quarantined` says how many may be.";

/// The page for `man`.
pub(super) fn roff() -> String {
    let mut page = Roff::default();
    page.control("TH", ["scant-reasons", "7", "", concat!("scant ", env!("CARGO_PKG_VERSION")), ""]);
    page.control("SH", ["NAME"]).text([roman("scant-reasons - why records are not delivered")]);
    page.control("SH", ["DESCRIPTION"]).text([roman(plain(ABOUT))]);
    page.control("SH", ["REASONS"]);
    for entry in entries() {
        page.control("TP", []);
        page.text([bold(entry.name)]);
        page.text([roman(format!(
            "{}. Other records of the person: {}. Look at: {}.",
            entry.meaning,
            entry.other_records,
            plain(entry.look_at)
        ))]);
    }
    page.control("SH", ["MALFORMED RECORDS"]).text([roman(plain(FAULTS))]);
    for (_, name, words) in StructureFault::ALL {
        page.control("TP", []);
        page.text([bold(name)]);
        page.text([roman(words)]);
    }
    page.control("SH", ["SEE ALSO"]).text([roman("scant-explain(1), scant-policy(5)")]);
    page.render()
}

/// Without the marks of code.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// The page for the manual.
pub(super) fn markdown() -> String {
    let mut page = format!(
        "# Reasons\n\nWhy records are not delivered; `scant man reasons` shows the same in a terminal. {ABOUT}\n\n\
         | reason | what it means | other records of the person | what to look at |\n|---|---|---|---|\n"
    );
    for entry in entries() {
        page += &format!("| `{}` | {} | {} | {} |\n", entry.name, entry.meaning, entry.other_records, entry.look_at);
    }
    page += &format!("\n## Malformed records\n\n{FAULTS}\n\n| fault | what it is |\n|---|---|\n");
    for (_, name, words) in StructureFault::ALL {
        page += &format!("| `{name}` | {words} |\n");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/reasons.md");

    #[test]
    fn every_reason_says_what_it_means_and_what_to_look_at() {
        let entries = entries();
        assert!(entries.len() > 25);
        for entry in &entries {
            assert!(entry.meaning.len() > 10 && entry.look_at.len() > 10, "{}", entry.name);
        }
        // What a model is dropped for is among them.
        for word in ["below_k", "above_t", "outside_presence"] {
            assert!(entries.iter().any(|entry| entry.name.starts_with(word)), "{word}");
        }
    }

    #[test]
    fn the_page_of_the_manual_is_this() {
        let page = std::fs::read_to_string(FILE).unwrap_or_default();
        assert!(page == markdown(), "write it again: cargo nextest run --run-ignored only reasons::tests::rewrite");
    }

    #[test]
    #[ignore = "writes the page again"]
    fn rewrite() {
        std::fs::write(FILE, markdown()).unwrap();
    }
}
