//! The head of the page: what is delivered, for whom and why, until when, and by which
//! documents; and the figures to know before anything else.

use super::Fact;
use crate::manifest::document::LegalBasis;
use crate::model::document_ref::DocumentRef;
use crate::model::number::counted::{counted, number};
use crate::report::documents::Documents;
use crate::report::text::{foreign, foreign_list, per_cent};

/// The head.
#[derive(Debug)]
pub(in crate::report) struct Head {
    pub(in crate::report) recipient: String,
    pub(in crate::report) purpose: String,
    pub(in crate::report) as_of: String,
    pub(in crate::report) facts: Vec<Fact>,
    pub(in crate::report) documents: Vec<Fact>,
    pub(in crate::report) figures: Vec<KeyFigure>,
    /// Whether something is pseudonymised.
    pub(in crate::report) has_pseudonym: bool,
    /// Whether the counts are those of the account.
    pub(in crate::report) is_exact: bool,
}

/// A figure.
#[derive(Debug)]
pub(in crate::report) struct KeyFigure {
    pub(in crate::report) value: String,
    pub(in crate::report) name: &'static str,
    pub(in crate::report) note: String,
}

/// The legal basis.
pub(super) fn legal_basis(basis: LegalBasis) -> &'static str {
    match basis {
        LegalBasis::Consent => "consent, GDPR Art. 6(1)(a)",
    }
}

fn document(name: &'static str, own: &DocumentRef) -> [Fact; 2] {
    let version = own.version.as_deref().map(|version| format!(", version {}", foreign(version))).unwrap_or_default();
    [Fact::new(name, foreign(&own.name) + &version), Fact::digest("its BLAKE3", own.digest)]
}

impl Head {
    pub(in crate::report) fn of(documents: &Documents) -> Self {
        let told = &documents.told;
        let release = &told.release;
        let parties = &told.provenance;
        let behind = foreign_list(parties.on_behalf_of.iter().map(|party| party.name.as_str()));
        let mut facts = vec![
            Fact::new("Controller", foreign(&parties.controller.name)),
            Fact::new("Recipient", foreign(&parties.recipient.name)),
            Fact::new(
                "On behalf of",
                if behind.is_empty() { "nobody besides the recipient".to_owned() } else { behind },
            ),
            Fact::new("Purpose", format!("{} ({})", foreign(&parties.purpose.title), foreign(&release.purpose))),
        ];
        facts.extend(release.channel.as_deref().map(|channel| Fact::new("Channel", foreign(channel))));
        facts.push(Fact::new("Legal basis", legal_basis(release.legal_basis)));
        let because = release.consent_by_membership.as_deref();
        facts.extend(because.map(|because| Fact::new("Consent by being in the extract, because", foreign(because))));
        facts.push(Fact::new("As of", foreign(&release.as_of)));
        facts.extend(release.run_on.as_deref().map(|day| Fact::new("Made on", foreign(day))));
        facts.extend(release.run_in.as_deref().map(|month| Fact::new("Made in", foreign(month))));
        facts.push(Fact::new(
            "Erase by",
            release.erase_by.as_deref().map_or_else(|| "no day is set".to_owned(), foreign),
        ));
        let mut origin = vec![Fact::digest("Release", foreign(&release.id))];
        origin.extend(document("Policy", &told.policy));
        origin.extend(document("Register of notices", &told.register));
        origin.push(Fact::new("Made by", format!("{} {}", foreign(&told.tool.name), foreign(&told.tool.version))));
        origin.extend(documents.account_sha256.map(|sha256| Fact::digest("SHA-256 of the account", sha256)));
        Self {
            recipient: foreign(&parties.recipient.name),
            purpose: foreign(&parties.purpose.title),
            as_of: foreign(&release.as_of),
            facts,
            documents: origin,
            figures: figures(documents),
            has_pseudonym: documents.pseudonyms().next().is_some(),
            is_exact: documents.is_exact,
        }
    }
}

fn figures(documents: &Documents) -> Vec<KeyFigure> {
    let told = &documents.told;
    let figure = |name, value: String, note: String| KeyFigure { value, name, note };
    let delivered = documents.delivered();
    let mut figures = Vec::new();
    let of_read = told.records.read.map(|read| format!("{} of {} read", per_cent(delivered, read), number(read)));
    figures.push(figure("records delivered", number(delivered), of_read.unwrap_or_default()));
    if let Some(subjects) = &told.subjects {
        let most = format!("at most {} per person", counted(subjects.most_rows_of_one, "record"));
        figures.push(figure("persons in the delivery", number(subjects.delivered), most));
    }
    let columns = &told.minimisation;
    let removed =
        format!("of {} in the extract; {} stay behind", number(columns.columns_in as u64), columns.columns_removed);
    figures.push(figure("columns delivered", number(columns.columns_out as u64), removed));
    let released = documents.released_identifiers().len();
    let note = match documents.masked_identifiers().len() as u64 {
        0 => "as they are in the extract".to_owned(),
        parts => format!("as they are in the extract; parts of {} are", number(parts)),
    };
    figures.push(figure("direct identifiers delivered", number(released as u64), note));
    let smallest = told.privacy.as_ref().and_then(|privacy| privacy.delivered.smallest);
    if let Some(smallest) = smallest {
        let alike = "alike in every quasi-identifier".to_owned();
        figures.push(figure("persons in the smallest class", number(smallest), alike));
    } else if told.privacy.is_none() {
        let note = "nothing limits how few people are alike".to_owned();
        figures.push(figure("privacy models", "none".to_owned(), note));
    }
    figures
}
