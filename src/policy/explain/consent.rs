//! What counts as a consent for a plan, in plain words: by columns of the extract
//! or by a log of events. Part of [`explain`](super::explain).

use super::prose::{joined, parties, quoted};
use crate::consent::columns::evidence::{
    ColumnEvidence, FlagColumn, Need, NoticeEvidence, PurposeEvidence, TokenMeaning,
};
use crate::consent::log::evidence::{EventForm, EventNotice};
use crate::consent::log::state::ConsentState;
use crate::policy::plan::{Evidence, LogRules, Plan};

/// The paragraph.
pub(crate) fn consent(plan: &Plan) -> String {
    match &plan.consent.evidence {
        Evidence::Columns(evidence) => by_columns(plan, evidence),
        Evidence::Events(rules) => by_events(plan, rules),
    }
}

fn meaning_release<'a>(plan: &Plan, meanings: &'a [TokenMeaning]) -> Vec<&'a str> {
    let meant = meanings.iter().filter(|meaning| meaning.purpose == plan.release.purpose);
    meant.map(|meaning| &*meaning.token).collect()
}

fn by_columns(plan: &Plan, evidence: &ColumnEvidence) -> String {
    let purpose = &plan.release.purpose;
    let mut words = match &evidence.purposes {
        PurposeEvidence::Granted { flags, need } => {
            let all: Vec<String> =
                flags.iter().map(|flag| format!("column {} says {}", flag.place, quoted(&flag.yes))).collect();
            match need {
                Need::Any if flags.len() > 1 => format!(
                    "A record goes on only where {}; a word in one of them that is neither yes nor no keeps it back.",
                    joined(&all, "or")
                ),
                Need::All | Need::Any => format!("A record goes on only where {}.", joined(&all, "and")),
            }
        }
        PurposeEvidence::Membership { because } => {
            format!("Every record of the file counts as agreed to {purpose}, because {}.", quoted(&[because]))
        }
        PurposeEvidence::Tokens { place, meanings, .. } => {
            let tokens = meaning_release(plan, meanings);
            format!("A record goes on only where column {place} names {purpose}, written {}.", quoted(&tokens))
        }
    };
    for FlagColumn { place, no, .. } in &evidence.refused {
        words += &format!(" Anything but {} in column {place} is a refusal.", quoted(no));
    }
    words += &format!(
        " The consent in column {} must have been given by {} and not be {} old or older.",
        evidence.given_at.place,
        plan.as_of,
        plan.consent.demand.max_age.in_words()
    );
    if let Some(withdrawn) = &evidence.withdrawn_at {
        words += &format!(
            " A withdrawal in column {} takes it away, even one dated later; one from before the consent is history.",
            withdrawn.place
        );
    }
    words += &match &evidence.notice {
        NoticeEvidence::Named(place) => format!(" The notice in column {place}"),
        NoticeEvidence::InForceAtGiven => " The notice in force on the day it was given".to_owned(),
    };
    words += &must_disclose(plan);
    if let Some(recipients) = &evidence.recipients {
        words += &format!(" Column {} must name them too: there people chose themselves.", recipients.place);
    }
    words
}

fn must_disclose(plan: &Plan) -> String {
    format!(
        " must disclose {} and name {} for it; a category of recipients names nobody.",
        plan.release.purpose,
        parties(plan, &plan.consent.demand.parties)
    )
}

fn by_events(plan: &Plan, rules: &LogRules) -> String {
    let evidence = &rules.evidence;
    let purpose = &plan.release.purpose;
    let logs = match rules.paths.as_slice() {
        [] => "the consent log that is given with --consent".to_owned(),
        paths => format!("the consent log {}", joined(paths, "and")),
    };
    let tokens = meaning_release(plan, &evidence.purposes);
    let mut words = format!(
        "A record goes on only where {logs} holds a grant for its subject, in column {}, and for {purpose}, written {} in column {}; a grant for every purpose or for one that nobody declared covers nothing.",
        evidence.subject,
        quoted(&tokens),
        evidence.purpose
    );
    words += &match &evidence.form {
        EventForm::Events { time, state, states } => {
            let is_grant = |(_, state): &&(String, ConsentState)| state.permits();
            let mut grants: Vec<&str> = states.iter().filter(is_grant).map(|(word, _)| word.as_str()).collect();
            grants.extend(ConsentState::ALL.iter().filter(|(_, state)| state.permits()).map(|(name, _)| *name));
            format!(
                " The latest event by column {time} decides: it must say {} in column {state}. Every other word there restricts, and at one instant it beats a grant; a request that was not answered is no consent.",
                quoted(&grants)
            )
        }
        EventForm::Dates { given_at, withdrawn_at } => format!(
            " It was given at the time in column {given_at}. A withdrawal in column {withdrawn_at} at that time or later takes it away."
        ),
    };
    words += " A withdrawal or refusal takes everything where it names no purpose, every purpose (`*`) or one that nobody declared, and whatever recipients or channels it names; it counts whatever its date.";
    words += &format!(
        " The grant must be of {} or earlier and not be {} old or older{}.",
        plan.as_of,
        plan.consent.demand.max_age.in_words(),
        format_args!(", nor older than its own duration in column {}", evidence.validity.column)
    );
    words += " Where a time, a state or a duration of a subject cannot be read, nothing of that subject is delivered.";
    words += &match &evidence.notice {
        EventNotice::Column(column) => format!(" The notice in column {column}"),
        EventNotice::InForceAtEvent => " The notice in force on the day of the grant".to_owned(),
    };
    words += &must_disclose(plan);
    let recipients = &evidence.recipients;
    let where_it_is = if recipients.required { "" } else { ", where the log has it," };
    words += &format!(" Column {}{where_it_is} must name them too: there people chose themselves.", recipients.column);
    if let Some(demand) = &evidence.channel {
        words += &format!(" Column {} must list the channel {}.", demand.column, quoted(&[&demand.channel]));
    }
    if let Some(zone) = evidence.times.zone() {
        words += &format!(" A time without an offset is a time of {zone}.");
    }
    if let Some(age) = rules.max_log_age {
        words += &format!(
            " A log that is {} old or older, by `FILE.as_of` beside it or by its newest event, refuses the run.",
            age.in_words()
        );
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::position::DocumentText;
    use crate::policy::compile::compile;
    use crate::policy::explain::explain;
    use crate::policy::read::attachments::Attachments;
    use jiff::civil::date;

    const REGISTER: &str = include_str!("../../../samples/story/register.toml");
    const POLICY: &str = include_str!("../../../samples/story/policy-later-log.toml");

    fn paragraph(policy: &str) -> String {
        let mut attachments = Attachments::new();
        attachments.insert("register.toml", Ok(REGISTER.into()));
        let compiled = compile(DocumentText { file: "p.toml", text: policy }, &attachments, date(2018, 7, 1));
        let plan = compiled.unwrap().plan;
        let words = consent(&plan);
        assert!(explain(&plan).contains(&words));
        words
    }

    #[test]
    fn a_log_is_explained_with_its_own_words_and_columns() {
        let words = paragraph(POLICY);
        for part in [
            "the consent log consent-events.csv",
            "in column pii_principal_id",
            "written \"political-campaign\" in column purpose",
            "\"ConsentGiven\" or \"RenewedConsentGiven\"",
            "Column recipient_third_parties, where the log has it, must name them too",
        ] {
            assert!(words.contains(part), "{part} is not in {words}");
        }
        let table = "[consent.events]
            given_at = 'GIVEN'
            withdrawn_at = 'TAKEN'
            zone = 'Europe/London'
            max_log_age = 'P2D'
            notice = { in_force_at = 'event_time' }
            purposes = { 'polit' = 'political-campaign' }
            columns = { recipient_third_parties = 'TO', channel = 'HOW' }
            [unused]";
        let start = POLICY.find("[consent.events]").unwrap();
        let end = start + POLICY[start..].find("[[rows.drop]]").unwrap();
        let policy = format!("{}{table}{}", &POLICY[..start], &POLICY[end..]).replace("[unused]", "");
        let words = paragraph(&policy.replace("legal_basis", "channel = 'post'\nlegal_basis"));
        for part in [
            "the consent log that is given with --consent",
            "given at the time in column GIVEN",
            "The notice in force on the day of the grant",
            "Column TO must name them too",
            "Column HOW must list the channel \"post\"",
            "a time of Europe/London",
            "A log that is 2 days old or older",
        ] {
            assert!(words.contains(part), "{part} is not in {words}");
        }
    }

    #[test]
    fn every_way_of_a_grant_in_columns_is_explained() {
        const COLUMNS: &str = include_str!("../../../samples/story/policy-later.toml");
        let start = COLUMNS.find("purposes ").unwrap();
        let end = start + COLUMNS[start..].find("\ngiven_at").unwrap();
        let with = |granted: &str| paragraph(&format!("{}{granted}{}", &COLUMNS[..start], &COLUMNS[end..]));
        let two = "granted = [{ column = 'A', yes = ['1'] }, { column = 'B', yes = ['Y', 'J'] }]\nrefused = [{ column = 'C', yes = ['1'], no = ['0'] }, { column = 'D', yes = ['1'], no = [''] }]";
        let all = with(&format!("need = 'all'\n{two}"));
        assert!(all.contains("only where column A says \"1\" and column B says \"Y\" or \"J\"."), "{all}");
        assert!(all.contains("Anything but \"0\" in column C is a refusal. Anything but \"\" in column D"), "{all}");
        let any = with(&format!("need = 'any'\n{two}"));
        assert!(any.contains("column A says \"1\" or column B says \"Y\" or \"J\"; a word"), "{any}");
        let member = with("granted = { by_membership = 'all of them confirmed' }");
        assert!(
            member.contains("counts as agreed to political-campaign, because \"all of them confirmed\"."),
            "{member}"
        );
    }
}
