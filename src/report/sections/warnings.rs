//! The warnings: what deserves a look first, why it matters, and what to do. Each rests on
//! the documents alone.

use super::guards::{GuardState, guards};
use crate::manifest::document::{ListTold, OutputSection};
use crate::manifest::privacy::MeasuredNumber;
use crate::model::number::counted::{counted, number};
use crate::model::role::AttributeRole;
use crate::policy::plan::lists::OnNotComparable;
use crate::report::documents::{Documents, unreadable_of};
use crate::report::text::{foreign, foreign_list, measured_per_cent, per_cent};

/// A class with fewer persons is small.
const SMALL_CLASS: u64 = 5;

/// A warning.
#[derive(Debug)]
pub(in crate::report) struct ReportWarning {
    /// Whether somebody has to decide, or it is enough to look.
    pub(in crate::report) is_to_decide: bool,
    pub(in crate::report) title: String,
    pub(in crate::report) what: String,
    pub(in crate::report) why: &'static str,
    pub(in crate::report) action: &'static str,
}

fn decide(title: &str, what: String, why: &'static str, action: &'static str) -> ReportWarning {
    ReportWarning { is_to_decide: true, title: title.to_owned(), what, why, action }
}

fn look(title: &str, what: String, why: &'static str, action: &'static str) -> ReportWarning {
    ReportWarning { is_to_decide: false, ..decide(title, what, why, action) }
}

/// Every warning, those that need a decision first.
pub(in crate::report) fn warnings(documents: &Documents) -> Vec<ReportWarning> {
    let mut found: Vec<ReportWarning> =
        [identifiers, provenance, classes, release, cells, sources].into_iter().flat_map(|of| of(documents)).collect();
    found.sort_by_key(|warning| !warning.is_to_decide);
    found
}

fn identifiers(documents: &Documents) -> Vec<ReportWarning> {
    let mut found = Vec::new();
    let released = documents.released_identifiers();
    if !released.is_empty() {
        found.push(decide(
            "Direct identifiers are delivered as they are",
            format!("{}: {}.", counted(released.len() as u64, "column"), foreign_list(released)),
            "Each of them names a person without anything else. The delivery is then not even pseudonymised for these people.",
            "Read the reason in the policy under Columns. If the purpose does not need it, have the column dropped or pseudonymised.",
        ));
    }
    let masked = documents.masked_identifiers();
    if !masked.is_empty() {
        found.push(look(
            "Parts of direct identifiers are delivered",
            format!("{}: {}.", counted(masked.len() as u64, "column"), foreign_list(masked)),
            "What is left of a telephone number, an address or a name can still find a person together with other columns.",
            "Look at what is lost and what is left under Columns, and whether such a column should count as a quasi-identifier.",
        ));
    }
    let delivered = documents.delivered();
    let most = documents.told.subjects.as_ref().map_or(0, |subjects| subjects.most_rows_of_one);
    if most > 1 && most.saturating_mul(100) > delivered {
        found.push(look(
            "One person has many of the rows",
            format!("{} of {} ({}) are of one person.", number(most), counted(delivered, "row"), per_cent(most, delivered)),
            "Who has far more rows than others stands out, whatever the cells say. It may also be an identifier that stands for several people.",
            "Have it looked up whether this is one person; if not, the word belongs to the sentinels of the policy.",
        ));
    }
    found
}

fn provenance(documents: &Documents) -> Vec<ReportWarning> {
    let told = &documents.told.provenance;
    let mut found = Vec::new();
    let parties = told.agreement.iter().flat_map(|agreement| &agreement.parties);
    let is_named = |party: &&String| told.notices.iter().any(|notice| notice.names.contains(party));
    let unnamed: Vec<&str> = parties.filter(|party| !is_named(party)).map(String::as_str).collect();
    if !unnamed.is_empty() {
        found.push(decide(
            "The agreement lets somebody have the data whom no notice names",
            format!("{}.", foreign_list(unnamed)),
            "People agreed to what a notice told them. Whoever is not named in one must not get their data by a contract.",
            "Have the agreement changed, or bind the recipient not to pass the data there.",
        ));
    }
    let receiving = std::iter::once(&told.recipient).chain(&told.on_behalf_of).map(|party| &party.id);
    let left_out: Vec<&str> = told
        .agreement
        .iter()
        .filter(|agreement| !agreement.parties.is_empty())
        .flat_map(|agreement| receiving.clone().filter(|id| !agreement.parties.contains(id)).map(String::as_str))
        .collect();
    if !left_out.is_empty() {
        found.push(decide(
            "Somebody receives the data whom the agreement does not cover",
            format!("{}.", foreign_list(left_out)),
            "The terms on use, passing on and erasure bind only those who agreed to them.",
            "Have the agreement extended to everybody down the chain before the data is sent.",
        ));
    }
    if told.source.is_none() {
        found.push(look(
            "Nobody says where the records come from",
            "The policy names no source.".to_owned(),
            "Whoever receives the data must tell the people where it is from (GDPR, Article 14(2)(f)), and cannot.",
            "Name the source in [extract] of the policy, and describe it in the register under [sources].",
        ));
    }
    found
}

fn classes(documents: &Documents) -> Vec<ReportWarning> {
    let mut found = Vec::new();
    let quasi = documents.quasi_identifiers();
    let Some(privacy) = &documents.told.privacy else {
        if !quasi.is_empty() {
            found.push(decide(
                "No privacy model limits small classes",
                format!("{} delivered: {}.", counted(quasi.len() as u64, "quasi-identifier"), foreign_list(quasi)),
                "Without names, a few facts together still point at a person. Nothing here says how many people are alike in these columns.",
                "Have scant risk measure the delivery, and [privacy] added to the policy where classes are small.",
            ));
        }
        return found;
    };
    let own = &privacy.delivered;
    if let Some(smallest) = own.smallest.filter(|smallest| *smallest < SMALL_CLASS) {
        found.push(decide(
            "Small classes are delivered",
            format!(
                "The smallest class has {}; {} of the persons are alone in theirs.",
                counted(smallest, "person"),
                measured_per_cent(own.uniqueness.as_ref().and_then(MeasuredNumber::value))
            ),
            "Whoever knows these columns of a person finds one of very few rows, or the only one.",
            "Have a column coarsened further (scant suggest searches the levels), or a higher k demanded.",
        ));
    } else if let Some(risk) = own.highest_risk.as_ref().and_then(MeasuredNumber::value)
        && !documents.is_exact
        && risk > 1.0 / 5.0
    {
        found.push(decide(
            "Small classes are delivered",
            format!("The highest risk of a person to be told from the others is {}.", measured_per_cent(Some(risk))),
            "Whoever knows these columns of a person finds one of very few rows, or the only one.",
            "Have a column coarsened further (scant suggest searches the levels), or a higher k demanded.",
        ));
    }
    if documents.is_exact
        && privacy.models.iter().any(|model| model.reached.as_ref().and_then(MeasuredNumber::value).is_none())
    {
        found.push(look(
            "No class is delivered",
            "A privacy model could not be measured.".to_owned(),
            "Where nothing is delivered in classes, what was reached is not known.",
            "See under Classes how many records were withheld.",
        ));
    }
    found
}

fn release(documents: &Documents) -> Vec<ReportWarning> {
    let told = &documents.told;
    let mut found = Vec::new();
    if told.release.erase_by.is_none() {
        found.push(decide(
            "No day is set for erasure",
            "The delivery does not say until when the recipient may have the data.".to_owned(),
            "Personal data is kept no longer than its purpose needs (GDPR Art. 5(1)(e)), and nobody can show an erasure that was never asked for.",
            "Have erase_after set in the policy, or write the day into the agreement with the recipient.",
        ));
    }
    let made = told.release.run_on.as_deref().or(told.release.run_in.as_deref()).unwrap_or(&told.release.as_of);
    if let Some(day) = told.release.erase_by.as_deref().filter(|day| *day < made) {
        found.push(decide(
            "The day of erasure was past when it was made",
            format!("To be erased by {}, and made on {}.", foreign(day), foreign(made)),
            "Whoever receives it must erase it at once, or keeps it longer than the policy says.",
            "Have it made as of today, from an extract of today.",
        ));
    }
    if let Some(because) = &told.release.consent_by_membership {
        found.push(decide(
            "Consent is concluded from being in the extract",
            format!("No column records it. The policy says: {}.", foreign(because).trim_end_matches('.')),
            "The controller must be able to demonstrate that each person consented (GDPR Art. 7(1)). A list of members demonstrates it only as well as the way onto the list does.",
            "Have the sign-up that leads into this extract shown to you, and keep that evidence with this report.",
        ));
    }
    if told.release.run_on.is_some() || told.release.run_in.is_some() {
        found.push(look(
            "Judged as of a day long past",
            format!("As of {}, though it was made much later.", foreign(&told.release.as_of)),
            "A withdrawal that is not in this extract is not known: whoever withdrew since it was made is judged as if they had not.",
            "Ask why it was not made of an extract of today.",
        ));
    }
    for guard in guards(documents) {
        match guard.state {
            GuardState::Close => found.push(look(
                "A guard is close to its limit",
                format!("{}: {}; the limit is {}.", guard.name, guard.reached, guard.limit),
                "The next run may be refused, or something has changed in the data since the limit was chosen.",
                "Have the count looked into before the limit is raised.",
            )),
            GuardState::Accepted => found.push(decide(
                "Changes were accepted by hand",
                format!("{}: {}.", guard.name, guard.reached),
                "The guard would have refused the run, and the operator said that these counts may differ.",
                "Ask who accepted it and why, and keep the answer with this report.",
            )),
            GuardState::Kept | GuardState::NotSet => {}
        }
    }
    if told.formula_guard.is_none() && told.outputs.iter().any(is_csv) {
        found.push(look(
            "Cells may be run by a spreadsheet",
            "The delivery is CSV, and its formula guard is off.".to_owned(),
            "A cell that begins like a formula is run by a spreadsheet that opens the file.",
            "Make sure that the recipient does not open it in one, or have formula_guard left on.",
        ));
    }
    found
}

fn is_csv(file: &OutputSection) -> bool {
    file.path.rsplit_once('.').is_some_and(|(_, extension)| extension == "csv")
}

fn cells(documents: &Documents) -> Vec<ReportWarning> {
    let mut found = Vec::new();
    let unreadable: Vec<String> = documents
        .delivered_columns()
        .filter_map(|column| {
            let (unreadable, cells) = unreadable_of(column.cells?);
            (unreadable > 0).then(|| format!("{} ({} of {})", foreign(column.name), number(unreadable), number(cells)))
        })
        .collect();
    if !unreadable.is_empty() {
        found.push(look(
            "Cells could not be read",
            format!("{}.", unreadable.join(", ")),
            "They are delivered as missing. Many of them mean that a format in the policy is not that of the extract, or that the data is bad.",
            "Have the policy's formats compared with the extract. quarantine.csv is about malformed records, not about these.",
        ));
    }
    let echoes: u64 = documents.delivered_columns().filter_map(|column| column.cells?.echoes).sum();
    if echoes > 0 {
        found.push(decide(
            "Texts repeat direct identifiers",
            format!("{} of delivered columns repeated a direct identifier of their record.", counted(echoes, "cell")),
            "A name in a free text undoes what was done to the column of names. With echo = \"redact\" the word was taken out; with \"count\" it is delivered.",
            "See the guard echo below. If they are only counted, have them redacted or the column dropped.",
        ));
    }
    let texts = documents.names_of(AttributeRole::Sensitive);
    if !texts.is_empty()
        && documents
            .told
            .privacy
            .as_ref()
            .is_none_or(|privacy| privacy.models.iter().all(|model| !model.demanded.contains_key("column")))
    {
        found.push(look(
            "Sensitive columns without a model of their own",
            format!("{}: {}.", counted(texts.len() as u64, "column"), foreign_list(texts)),
            "Where everybody in a class has the same sensitive value, nobody needs to be told from the others to learn it.",
            "Consider l_diversity or t_closeness for them, and whether they are special categories (GDPR Art. 9).",
        ));
    }
    found
}

fn sources(documents: &Documents) -> Vec<ReportWarning> {
    let told = &documents.told;
    let mut found = Vec::new();
    let quarantined = documents.quarantined();
    if quarantined > 0 {
        found.push(look(
            "Malformed records were left out",
            format!("{}.", counted(quarantined, "record")),
            "Nothing of them was read, so nothing says whose they are: a withdrawal may be among them.",
            "Have the extract mended; quarantine.csv says where they are.",
        ));
    }
    let replaced: u64 = told.inputs.iter().flatten().map(|file| file.replacement_characters).sum();
    if replaced > 0 {
        found.push(look(
            "The extract was converted badly before",
            format!("It holds {}.", counted(replaced, "replacement character")),
            "Names and addresses that were damaged are not found on lists.",
            "Have the export made again in the right encoding.",
        ));
    }
    if told.lists.is_empty() {
        found.push(look(
            "No list was screened",
            "The policy names no suppression, erasure or preference list.".to_owned(),
            "Objections (GDPR Art. 21) and erasures (Art. 17) often stand in lists and not in the extract.",
            "Make sure that the extract already leaves these people out, or have the lists added to the policy.",
        ));
    }
    let passing = told.lists.iter().filter_map(|list| match list {
        ListTold::Kept(own) => Some((own.name.as_str(), own.on_unreadable?)),
        ListTold::Delivered { name, on_unreadable, .. } => Some((name.as_str(), (*on_unreadable)?)),
    });
    let passing: Vec<&str> =
        passing.filter(|(_, rule)| *rule == OnNotComparable::Deliver).map(|(name, _)| name).collect();
    if !passing.is_empty() {
        found.push(decide(
            "Records pass a list with which they cannot be compared",
            format!("{}: {}.", counted(passing.len() as u64, "list"), foreign_list(passing)),
            "Such a person may be on the list, and is delivered all the same.",
            "Ask why the policy says on_unreadable = \"deliver\".",
        ));
    }
    if let Some(log) = &told.consent_log {
        let unread = log.counts.unreadable
            + log.counts.unreadable_subject.values().sum::<u64>()
            + log.counts.quarantined.values().sum::<u64>();
        if unread > 0 {
            found.push(look(
                "Parts of the consent log could not be read",
                format!("{}.", counted(unread, "event")),
                "A withdrawal may be among them.",
                "Have the log mended, or the policy's words for its states completed.",
            ));
        }
    }
    found
}

#[cfg(test)]
#[path = "tests/warnings.rs"]
mod tests;
