//! *For your assessment*: the three risks of the Article 29 Working Party's Opinion 05/2014,
//! what the delivery does about each, what it does not do, and a question that only a
//! person can answer.

use super::head::legal_basis;
use crate::manifest::privacy::{MeasuredNumber, PrivacySection};
use crate::model::number::counted::{counted, number};
use crate::model::role::AttributeRole;
use crate::report::documents::Documents;
use crate::report::text::{foreign_list, measured_per_cent};
use crate::report::told_count::ToldCount;
use crate::report::words::models;

/// One of the three risks.
#[derive(Debug)]
pub(in crate::report) struct AssessedRisk {
    pub(in crate::report) id: &'static str,
    pub(in crate::report) name: &'static str,
    pub(in crate::report) definition: &'static str,
    pub(in crate::report) done: Vec<String>,
    pub(in crate::report) not_done: Vec<String>,
    pub(in crate::report) question: &'static str,
}

/// All three.
pub(in crate::report) fn risks(documents: &Documents) -> [AssessedRisk; 3] {
    [singling_out(documents), linkability(documents), inference(documents)]
}

/// What somebody may know who attacks the delivery.
pub(in crate::report) fn knowledge(documents: &Documents) -> Vec<String> {
    let mut known = vec!["that a certain person is in the extract, as a neighbour or colleague may know".to_owned()];
    let quasi = documents.quasi_identifiers();
    if !quasi.is_empty() {
        known.push(format!("these facts of a person: {}", foreign_list(quasi)));
    }
    known.push(
        "the recipient's own records of the same people, and those of whoever is behind the recipient".to_owned(),
    );
    known.push("other deliveries of the same people, and what is public about them".to_owned());
    known
}

fn singling_out(documents: &Documents) -> AssessedRisk {
    let told = &documents.told;
    let (mut done, mut not_done) = (Vec::new(), Vec::new());
    let withheld = told
        .columns
        .iter()
        .filter(|column| column.role == AttributeRole::DirectIdentifier && column.output.is_none())
        .count();
    if withheld > 0 {
        done.push(format!("{} dropped.", are_counted(withheld as u64, "column", "of direct identifiers")));
    }
    let pseudonyms: Vec<&str> = documents.pseudonyms().collect();
    if !pseudonyms.is_empty() {
        done.push(format!(
            "The identifiers behind {} are replaced by keyed pseudonyms.",
            foreign_list(pseudonyms.iter().copied())
        ));
        not_done.push(
            "A pseudonym still says which rows are of one person, and tells that person from everybody else."
                .to_owned(),
        );
    }
    match &told.privacy {
        Some(privacy) => done.extend(class_facts(documents, privacy)),
        None if documents.quasi_identifiers().is_empty() => done.push("No quasi-identifier is delivered.".to_owned()),
        None => not_done.push("No privacy model limits how few people are alike in the quasi-identifiers.".to_owned()),
    }
    let released = documents.released_identifiers();
    if !released.is_empty() {
        not_done.push(format!("Direct identifiers are delivered as they are: {}.", foreign_list(released)));
    }
    not_done.push("Columns that the policy does not call quasi-identifiers are not counted.".to_owned());
    AssessedRisk {
        id: "singling-out",
        name: "Singling out",
        definition: "the possibility to isolate some or all records which identify an individual in the data set",
        done,
        not_done,
        question: "Is there anybody in this delivery who stands out, by these columns or by others, and does the recipient need to see them?",
    }
}

fn are_counted(count: u64, one: &str, of: &str) -> String {
    format!("{} {of} {}", counted(count, one), if count == 1 { "is" } else { "are" })
}

fn class_facts(documents: &Documents, privacy: &PrivacySection<ToldCount>) -> Vec<String> {
    let own = &privacy.delivered;
    let mut facts = Vec::new();
    if let Some(smallest) = own.smallest {
        facts.push(format!("The smallest class has {}.", counted(smallest, "person")));
    }
    let value = |told: Option<&MeasuredNumber>| told.and_then(MeasuredNumber::value);
    if own.highest_risk.is_some() {
        let before = privacy.admitted.as_ref().map(|before| measured_per_cent(value(before.highest_risk.as_ref())));
        let before = before.map(|before| format!("; before, it was {before}")).unwrap_or_default();
        facts.push(format!(
            "The highest risk of a person to be told from the others of the class is {}{before}.",
            measured_per_cent(value(own.highest_risk.as_ref())),
        ));
    }
    if let Some(records) = &privacy.records {
        let dropped = documents.count(records.dropped);
        facts.push(format!("Records in classes that were too small or too uniform were withheld: {dropped}."));
    }
    facts
}

fn linkability(documents: &Documents) -> AssessedRisk {
    let told = &documents.told;
    let (mut done, mut not_done) = (Vec::new(), Vec::new());
    if let [first, ..] = told.pseudonymisation.as_slice() {
        done.push(format!(
            "Pseudonyms ({}, {} bits) depend on a key and on the recipient: another recipient gets others for the same people.",
            crate::report::text::foreign(&first.technique),
            number(first.bits)
        ));
        not_done.push(
            "Deliveries to this recipient under this key can be linked by the pseudonym; that is its purpose."
                .to_owned(),
        );
        not_done.push("Whoever has the key can attribute pseudonyms to identifiers by trying them.".to_owned());
    } else {
        done.push("No pseudonym is delivered, so nothing says which rows are of one person.".to_owned());
    }
    let quasi = documents.quasi_identifiers();
    if !quasi.is_empty() {
        not_done.push(format!("Rows can be compared with other sources by {}.", foreign_list(quasi)));
    }
    let masked = documents.masked_identifiers();
    if !masked.is_empty() {
        not_done
            .push(format!("What is left of {} may be enough to find the same person elsewhere.", foreign_list(masked)));
    }
    AssessedRisk {
        id: "linkability",
        name: "Linkability",
        definition: "the ability to link at least two records concerning the same data subject or a group of data subjects, in the same database or in two different ones",
        done,
        not_done,
        question: "What does the recipient hold about the same people, and does the agreement forbid joining it with this delivery?",
    }
}

fn inference(documents: &Documents) -> AssessedRisk {
    let (mut done, mut not_done) = (Vec::new(), Vec::new());
    let sensitive = documents.names_of(AttributeRole::Sensitive);
    let models: Vec<String> = documents
        .told
        .privacy
        .iter()
        .flat_map(|privacy| &privacy.models)
        .filter(|model| model.demanded.contains_key("column"))
        .map(|model| format!("{}: {}.", models::name(&model.model), models::demand(&model.model, &model.demanded)))
        .collect();
    if sensitive.is_empty() {
        done.push("No column that the policy calls sensitive is delivered.".to_owned());
    } else if models.is_empty() {
        not_done.push(format!("No model looks at the sensitive columns: {}.", foreign_list(sensitive)));
    } else {
        done.extend(models);
        not_done.push("What all people of a class have in common is learnt about each of them.".to_owned());
    }
    not_done.push("What follows from several columns together is not looked at.".to_owned());
    AssessedRisk {
        id: "inference",
        name: "Inference",
        definition: "the possibility to deduce, with significant probability, the value of an attribute from the values of a set of other attributes",
        done,
        not_done,
        question: "What could be concluded about a person from these columns that the person would not expect, and what would it do to them?",
    }
}

/// The measures that a delivery takes, for both registers.
pub(super) fn measures(documents: &Documents) -> Vec<String> {
    let told = &documents.told;
    let columns = &told.minimisation;
    let mut measures = vec![
        format!(
            "consent gate: records without evidence of {}, given for the purpose under a notice that names everybody who receives, are not delivered",
            legal_basis(told.release.legal_basis)
        ),
        format!(
            "data minimisation: {} delivered, of {} in the extract",
            counted(columns.columns_out as u64, "column"),
            columns.columns_in
        ),
    ];
    if !told.pseudonymisation.is_empty() {
        measures.push(format!(
            "pseudonymisation: keyed one-way function, {}",
            counted(told.pseudonymisation.len() as u64, "column")
        ));
    }
    let privacy = told.privacy.iter().flat_map(|privacy| &privacy.models);
    measures.extend(
        privacy
            .map(|model| format!("{}: {}", models::name(&model.model), models::demand(&model.model, &model.demanded))),
    );
    measures.extend(told.lists.iter().map(|list| {
        let name = match list {
            crate::manifest::document::ListTold::Kept(own) => &own.name,
            crate::manifest::document::ListTold::Delivered { name, .. } => name,
        };
        format!("screened against the list {}", crate::report::text::foreign(name))
    }));
    measures.push("integrity: SHA-256 and BLAKE3 of every file of the delivery".to_owned());
    measures
}
