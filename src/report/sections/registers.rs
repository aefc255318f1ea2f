//! What the delivery contributes to two documents of the controller: a row for the record
//! of processing activities (GDPR Art. 30(1)) and an extract for a data protection impact
//! assessment (Art. 35(7)). What the documents do not say is left to be filled in.

use super::TO_BE_FILLED_IN;
use super::assessment::{measures, risks};
use super::head::legal_basis;
use crate::manifest::document::DecisionWord;
use crate::model::number::counted::{counted, number};
use crate::model::role::AttributeRole;
use crate::report::documents::Documents;
use crate::report::text::{foreign, foreign_list};
use crate::report::words::role;

/// A field of the record of processing activities.
#[derive(Debug)]
pub(in crate::report) struct RecordField {
    pub(in crate::report) name: String,
    pub(in crate::report) article: &'static str,
    pub(in crate::report) answer: String,
}

/// A row of the impact assessment.
#[derive(Debug)]
pub(in crate::report) struct ImpactRow {
    pub(in crate::report) article: &'static str,
    pub(in crate::report) question: &'static str,
    pub(in crate::report) answer: String,
}

/// The header of the impact assessment as a table.
pub(in crate::report) const IMPACT_HEADER: [&str; 3] = ["article", "question", "answer"];

impl ImpactRow {
    pub(in crate::report) fn into_fields(self) -> [String; 3] {
        [self.article.to_owned(), self.question.to_owned(), self.answer]
    }
}

/// The delivered columns of a role, as a category of personal data.
fn categories(documents: &Documents) -> String {
    let pseudonyms: Vec<&str> = documents.pseudonyms().collect();
    let of = |of: AttributeRole| {
        let names: Vec<&str> = documents.names_of(of).into_iter().filter(|name| !pseudonyms.contains(name)).collect();
        (!names.is_empty()).then(|| format!("{}: {}", role(of), foreign_list(names)))
    };
    let pseudonyms =
        (!pseudonyms.is_empty()).then(|| format!("pseudonym: {}", foreign_list(pseudonyms.iter().copied())));
    let roles = [
        AttributeRole::DirectIdentifier,
        AttributeRole::QuasiIdentifier,
        AttributeRole::Sensitive,
        AttributeRole::Insensitive,
    ];
    pseudonyms.into_iter().chain(roles.into_iter().filter_map(of)).collect::<Vec<_>>().join("; ")
}

fn recipients(documents: &Documents) -> String {
    let parties = &documents.told.provenance;
    foreign_list(std::iter::once(&parties.recipient).chain(&parties.on_behalf_of).map(|party| party.name.as_str()))
}

/// Where those who receive it are; what that means for the transfer only people know.
fn transfers(documents: &Documents) -> Option<String> {
    let parties = &documents.told.provenance;
    let receiving = std::iter::once(&parties.recipient).chain(&parties.on_behalf_of);
    let countries: Vec<String> = receiving
        .filter_map(|party| Some(format!("{} is in {}", foreign(&party.name), foreign(party.country.as_deref()?))))
        .collect();
    (!countries.is_empty()).then(|| format!("{}; safeguards: {TO_BE_FILLED_IN}", countries.join(", ")))
}

fn purpose(documents: &Documents) -> String {
    let release = &documents.told.release;
    let channel = release.channel.as_deref().map(|channel| format!(", by {}", foreign(channel))).unwrap_or_default();
    foreign(&documents.told.provenance.purpose.title) + &channel
}

/// The row for the record of processing activities, field by field.
pub(in crate::report) fn record_of_processing(documents: &Documents) -> Vec<RecordField> {
    let release = &documents.told.release;
    let field = |name: &str, article, answer: String| RecordField { name: name.to_owned(), article, answer };
    let blank = || TO_BE_FILLED_IN.to_owned();
    let parties = &documents.told.provenance;
    let has_pseudonym = documents.pseudonyms().next().is_some();
    let done = if has_pseudonym { "minimised, pseudonymised" } else { "minimised" };
    vec![
        field("processing activity", "", format!("delivery of {done} records to {}", foreign(&parties.recipient.name))),
        field("controller", "30(1)(a)", foreign(&parties.controller.name)),
        field(
            "contact of the controller",
            "30(1)(a)",
            parties.controller.contact.as_deref().map_or_else(blank, foreign),
        ),
        field("joint controller, representative", "30(1)(a)", blank()),
        field("data protection officer", "30(1)(a)", blank()),
        field("purposes", "30(1)(b)", purpose(documents)),
        field("categories of data subjects", "30(1)(c)", blank()),
        field("categories of personal data", "30(1)(c)", categories(documents)),
        field("categories of recipients", "30(1)(d)", recipients(documents)),
        field("transfers to third countries and safeguards", "30(1)(e)", transfers(documents).unwrap_or_else(blank)),
        field("time limit for erasure", "30(1)(f)", release.erase_by.as_deref().map_or_else(blank, foreign)),
        field("technical and organisational measures", "30(1)(g)", measures(documents).join("; ")),
        field("legal basis", "", legal_basis(release.legal_basis).to_owned()),
        field("records delivered", "", number(documents.delivered())),
        field("as of", "", foreign(&release.as_of)),
        field("release", "", foreign(&release.id)),
    ]
}

/// The extract for an impact assessment.
pub(in crate::report) fn impact_assessment(documents: &Documents) -> Vec<ImpactRow> {
    let told = &documents.told;
    let row = |article, question, answer: String| ImpactRow { article, question, answer };
    let blank = || TO_BE_FILLED_IN.to_owned();
    let operations = format!(
        "{} extracts records, leaves out those without consent, drops or rewrites columns, and delivers {} with {} to {}",
        foreign(&told.provenance.controller.name),
        counted(documents.delivered(), "record"),
        counted(told.minimisation.columns_out as u64, "column"),
        recipients(documents)
    );
    let kept: Vec<String> = documents
        .sources_delivered()
        .filter(|column| column.decision == DecisionWord::Keep)
        .map(|column| {
            let because = column.because.as_deref().map_or_else(blank, foreign);
            format!("{}: {because}", foreign(column.output.as_deref().unwrap_or_default()))
        })
        .collect();
    let kept = if kept.is_empty() { "no column is delivered as it is".to_owned() } else { kept.join("; ") };
    let mut rows = vec![
        row("35(7)(a)", "Systematic description of the operations", operations),
        row("35(7)(a)", "Purposes", purpose(documents)),
        row("35(7)(a)", "Categories of personal data", categories(documents)),
        row("35(7)(b)", "Necessity: columns delivered as they are, and why", kept),
        row(
            "35(7)(b)",
            "Proportionality: columns that stay behind",
            format!("{} of {}", told.minimisation.columns_removed, told.minimisation.columns_in),
        ),
        row(
            "35(7)(b)",
            "Storage limitation",
            told.release.erase_by.as_deref().map_or_else(blank, |day| format!("to be erased by {}", foreign(day))),
        ),
    ];
    for risk in risks(documents) {
        let question = match risk.id {
            "singling-out" => "Risk of singling out: what remains",
            "linkability" => "Risk of linking: what remains",
            _ => "Risk of inference: what remains",
        };
        rows.push(row("35(7)(c)", question, risk.not_done.join(" ")));
    }
    rows.extend([
        row("35(7)(c)", "Likelihood and severity for the people", blank()),
        row("35(7)(d)", "Measures", measures(documents).join("; ")),
        row("35(2)", "Advice of the data protection officer", blank()),
        row("35(9)", "Views of data subjects", blank()),
        row("35(11)", "Next review", blank()),
    ]);
    rows
}
