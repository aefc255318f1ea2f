//! What to try after an error, one sentence each. Names of the policy and words of
//! our own, never a cell.

use std::io::ErrorKind;

use super::in_doubt;
use super::lists::{UNREAD_SUBJECTS_HINT, unreadable_hint};
use crate::engine::bind::BindFault;
use crate::manifest::compare_last::ChangeReport;
use crate::manifest::last_delivery::LastFault;
use crate::model::number::counted::counted;
use crate::model::outcome::structure_fault::StructureFault;
use crate::release::error::ReleaseError;
use crate::release::refusal::Refusal;
use crate::release::report::RunReport;
use crate::transform::Inapplicable;

/// A file is read twice, and must be the same both times.
const NO_STDIN: &str = "standard input is not read: write it to a file, and name that";
const ABSENT: &str =
    "a path in a policy begins at the policy's own folder, one on the command line at the folder you are in";

/// What to try where a policy does not fit a file.
pub(crate) fn bind_hint(fault: &BindFault) -> Option<String> {
    match fault {
        BindFault::Input(fault) => fault.hint(),
        BindFault::Inapplicable { fault: Inapplicable::NoSerials { .. }, .. } => Some(
            "a column of dates or timestamps says itself how they are written: leave its `date_format` out".to_owned(),
        ),
        BindFault::Inapplicable { .. } => None,
    }
}

/// What to try after an error, if there is something.
pub(crate) fn hint(error: &ReleaseError) -> Option<String> {
    let text = match error {
        ReleaseError::Against { fault: LastFault::Rounded, .. } => {
            "name the account.json in the folder DIR.internal of that delivery"
        }
        ReleaseError::Against { .. } => {
            "name the account.json in the folder DIR.internal of an earlier delivery of this policy; what --account writes are the counts of any run, not an account"
        }
        ReleaseError::State { .. } => {
            "see what became of it; then --against DIR.internal/account.json, of the last delivery, replaces it"
        }
        ReleaseError::Refused { refusal: Refusal::Changed { comparison }, .. } => return Some(change_hint(comparison)),
        ReleaseError::Input(fault) => return fault.hint(),
        ReleaseError::Io { doing: "read", path, source } if source.kind() == ErrorKind::NotFound => {
            if path.as_os_str() == "-" { NO_STDIN } else { ABSENT }
        }
        ReleaseError::Key(crate::release::inputs::keyset::KeyFault::Unsafe { hint, .. }) => hint,
        ReleaseError::FutureAsOf { .. } => {
            "whoever withdraws until then is not known; `scant explain --allow-future` counts such a day"
        }
        ReleaseError::Refused { refusal: Refusal::Unreadable { .. }, .. } => {
            "compare the cells with the column's date_format, decimal, thousands, pattern or action; quoted_nulls = true takes null_values in quotes for missing; guards.max_unreadable = 1 lets any number pass"
        }
        ReleaseError::Refused { refusal: Refusal::ModelsNotMet { .. }, .. } => {
            "coarsen a quasi-identifier further, or deliver one less: `scant suggest` finds levels; on_violation = \"drop_record\" leaves such records out, as many as privacy.max_suppressed allows"
        }
        ReleaseError::Refused { refusal: Refusal::TooManySuppressed { .. }, .. } => {
            "coarsen a quasi-identifier further, deliver one less, or allow more with privacy.max_suppressed; `scant suggest` finds levels, of all records of an extract: the admitted ones are fewer, and need coarser ones"
        }
        ReleaseError::Refused { refusal: Refusal::NothingToDeliver { .. }, report }
            if report
                .privacy
                .as_ref()
                .and_then(|own| own.records.as_ref())
                .is_some_and(|records| records.dropped > 0) =>
        {
            let largest = report.privacy.as_ref().and_then(|privacy| privacy.admitted.as_ref()?.largest).unwrap_or(0);
            return Some(format!(
                "the largest class has {}: ask for less, coarsen a quasi-identifier further, or deliver one less; `scant suggest` finds levels",
                counted(largest, "person")
            ));
        }
        ReleaseError::Refused { refusal: Refusal::TooVaried { .. }, .. } => {
            "top_values is for categories: drop the column, or use truncate_text, map_hierarchy or redact_text"
        }
        ReleaseError::Refused { refusal: Refusal::Echo { .. }, .. } => {
            "drop those columns, or set guards.echo = \"redact\", which takes the words out"
        }
        ReleaseError::KeyNeeded => "give --key FILE; `scant key new FILE` makes one",
        ReleaseError::InsideDelivery { .. } => {
            "give a path outside that folder: whatever is in it is sent, or is kept as evidence"
        }
        ReleaseError::LogNeeded => "set consent.events.path in the policy, or give --consent FILE",
        ReleaseError::LogNotAsked => {
            "leave --consent out, or give the policy [consent.events] instead of [consent.columns]"
        }
        ReleaseError::NoHierarchy(why) => why.hint(),
        ReleaseError::NoRisk(why) => why.hint(),
        ReleaseError::NoSuggestion(why) => return why.hint(),
        ReleaseError::NoListFile { .. } => {
            "in `path` and `paths` of a list, `*` is any text and `?` one character of the name of a file; --list NAME=FILE names the file of this run"
        }
        ReleaseError::SameAnswer { .. } => "keep each file under the name it was fetched by, or declare two lists",
        ReleaseError::NoSuchList { known } if known.is_empty() => "the policy has no [[consent.lists]]",
        ReleaseError::NoSuchList { known } => return Some(format!("its lists are {}", known.join(", "))),
        ReleaseError::LogSubjects { .. } => UNREAD_SUBJECTS_HINT,
        ReleaseError::LogLostWithoutEnd { .. } | ReleaseError::LogQuarantined { .. } => {
            "have the log mended, or described: [consent.events] has the keys of [extract], such as encoding, escape and skip_footer; or set consent.events.max_quarantined, knowing that a lost row may be a withdrawal"
        }
        ReleaseError::Locked { .. } => "wait for the other run, or choose another --output",
        ReleaseError::SignedAlready { .. } => "`scant verify` with --public-key says whether its signature is right",
        ReleaseError::NotAsWritten { .. } => "`scant verify` says what else is not as it was delivered",
        ReleaseError::SubjectFile { .. } => "write one id a line, as the extract writes them, in UTF-8",
        ReleaseError::PolicyFile { .. } => "is this the extract? the policy comes first",
        ReleaseError::OutputExists { .. } => "choose another path, or move what is there away yourself",
        ReleaseError::Refused { refusal: Refusal::NoSubjectMatched { events: 0, .. }, .. } => {
            "a log of nothing but its header is more often a failed export than a club nobody agreed to"
        }
        ReleaseError::Refused { refusal: Refusal::NoSubjectMatched { .. }, .. } => {
            "subjects are compared after the `normalise` of their pseudonym, else as written: 00123 is not 123, A@B.com not a@b.com; is it the log of this extract, and consent.events.columns.pii_principal_id its column of ids?"
        }
        ReleaseError::Refused { refusal: Refusal::StaleLog { .. }, .. } => {
            "fetch tonight's log: whoever withdrew since is not in this one"
        }
        ReleaseError::Refused { refusal: Refusal::TooManyDelivered { .. }, .. } => {
            "deliver what the purpose needs: [[rows.only]] or [[rows.drop]] select records; the register's owner may allow more"
        }
        // What could not be read comes before what was read: it may be all there is.
        ReleaseError::Refused {
            refusal: Refusal::NothingToDeliver { .. } | Refusal::TooFewDelivered { .. },
            report,
        } if in_doubt::hint(report).is_some() => return in_doubt::hint(report),
        ReleaseError::Refused { refusal: Refusal::NothingToDeliver { because: Some(_) }, .. } => {
            "`scant explain` goes through the notices; what was agreed to under them cannot be given to others later"
        }
        ReleaseError::Refused { report, .. } => return Some(refusal_hint(report)),
        ReleaseError::StaleList { .. } => "fetch the list of today: who was added since would be missed",
        ReleaseError::UnreadableEntries(entries) => return Some(unreadable_hint(entries)),
        ReleaseError::SameContent { .. } => "a part that is delivered twice is counted twice: leave one out",
        ReleaseError::MalformedWithoutEnd { .. } => {
            "have the extract mended; is extract.delimiter the file's, and the file the extract?"
        }
        ReleaseError::TooManyQuarantined { report, .. } => return Some(malformed_hint(report)),
        _ => return None,
    };
    Some(text.to_owned())
}

/// What the commonest fault of a record may mean, and what may be done.
fn malformed_hint(report: &RunReport) -> String {
    const MEND: &str = "have the extract mended; or --max-malformed N, knowing that a malformed record may withdraw or restrict what another record of the same person delivers";
    let commonest = report.quarantined.iter().max_by_key(|(_, count)| **count).map(|(name, _)| *name);
    let faults = StructureFault::ALL.iter();
    let described = faults.filter(|(_, name, _)| Some(*name) == commonest).find_map(|(fault, ..)| fault.described_by());
    let quarantined: u64 = report.quarantined.values().sum();
    let mend = if quarantined == report.read { "every record is malformed: is the file the extract?" } else { MEND };
    described.map_or_else(|| mend.to_owned(), |described| format!("in [extract], {described}; else {mend}"))
}

/// What to look at, and how to say that it is as it should be.
fn change_hint(comparison: &ChangeReport) -> String {
    let whats: Vec<&str> = comparison.refused().map(|change| change.what.as_str()).collect();
    let policy = if comparison.policy_changed { ", and the policy, which is another since then" } else { "" };
    format!(
        "compare the extract with the last one{policy}; if this is right, run once more with --accept-change {}",
        whats.join(",")
    )
}

/// The commonest reason, and what it means.
fn refusal_hint(report: &RunReport) -> String {
    match in_doubt::commonest(report)[..] {
        [] => "the extract has no record that could be judged".to_owned(),
        [reason] => format!("most records were dropped for `{reason}`; `scant explain` says what this policy asks for"),
        ref reasons => {
            let reasons: Vec<String> = reasons.iter().map(|reason| format!("`{reason}`")).collect();
            format!(
                "as many records were dropped for each of {}; `scant explain` says what this policy asks for",
                reasons.join(", ")
            )
        }
    }
}
