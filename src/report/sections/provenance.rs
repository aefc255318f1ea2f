//! Where the records come from, what people were told and when they agreed, and what was
//! agreed with the recipient.

use super::Fact;
use crate::consent::register::SourceKind;
use crate::manifest::provenance::{ConsentsSection, NoticeSection, PartySection, SourceSection};
use crate::model::number::counted::number;
use crate::report::documents::Documents;
use crate::report::text::{foreign, foreign_list, per_cent, width};

/// The section.
#[derive(Debug)]
pub(in crate::report) struct ProvenanceReport {
    pub(in crate::report) facts: Vec<Fact>,
    pub(in crate::report) notices: Vec<NoticeLine>,
    pub(in crate::report) months: Vec<MonthBar>,
    /// What is told of the months where they are not counted.
    pub(in crate::report) span: String,
    pub(in crate::report) terms: Vec<Fact>,
    pub(in crate::report) pseudonymisation: Vec<Fact>,
    pub(in crate::report) is_exact: bool,
}

/// A notice.
#[derive(Debug)]
pub(in crate::report) struct NoticeLine {
    pub(in crate::report) id: String,
    pub(in crate::report) in_force: String,
    pub(in crate::report) names: String,
    pub(in crate::report) method: String,
    pub(in crate::report) digest: String,
    pub(in crate::report) records: String,
}

/// How many consents of one month the delivery rests on.
#[derive(Debug)]
pub(in crate::report) struct MonthBar {
    pub(in crate::report) month: String,
    pub(in crate::report) count: String,
    pub(in crate::report) width: String,
}

/// A party by its name, with its id, country and whom to ask.
pub(super) fn named(party: &PartySection) -> String {
    let mut text = foreign(&party.name);
    if party.name != party.id {
        text += &format!(" ({})", foreign(&party.id));
    }
    for more in [&party.country, &party.contact].into_iter().flatten() {
        text += &format!(", {}", foreign(more));
    }
    text
}

/// A concept of the vocabulary by its usual prefix.
fn concept(iri: &str) -> String {
    let local = iri.strip_prefix("https://w3id.org/dpv#").map(|local| format!("dpv:{local}"));
    foreign(local.as_deref().unwrap_or(iri))
}

fn source(source: &SourceSection) -> String {
    let kind = match source.kind {
        SourceKind::OwnForm => "from the people themselves",
        SourceKind::OpenRegister => "from a register open to the public",
        SourceKind::Supplier => "from another organisation",
    };
    let supplier = source.supplier.as_ref().map(|party| format!(": {}", named(party))).unwrap_or_default();
    let method = source.method.as_deref().map(|method| format!("; {}", foreign(method))).unwrap_or_default();
    format!("{}, {kind}{supplier}{method}", foreign(&source.title))
}

fn notice(notice: &NoticeSection, delivered: u64) -> NoticeLine {
    let records = match (notice.records, notice.at_least_per_cent) {
        (Some(records), _) => format!("{} ({})", number(records), per_cent(records, delivered)),
        (None, Some(share)) => format!("at least {share} %"),
        (None, None) => "not told".to_owned(),
    };
    let until =
        notice.until.as_deref().map_or_else(|| "(still in force)".to_owned(), |day| format!("until {}", foreign(day)));
    NoticeLine {
        id: foreign(&notice.id),
        in_force: format!("{} {until}", foreign(&notice.from)),
        names: foreign_list(notice.names.iter().map(String::as_str)),
        method: notice.method.as_deref().map_or_else(|| "the register does not say".to_owned(), foreign),
        digest: notice.sha256.as_deref().map(foreign).unwrap_or_default(),
        records,
    }
}

fn months(consents: &ConsentsSection, delivered: u64) -> Vec<MonthBar> {
    let Some(months) = &consents.months else { return Vec::new() };
    let most = months.values().copied().chain(consents.month_not_known).max().unwrap_or(0);
    let bar = |month: String, count: u64| MonthBar {
        month,
        count: format!("{} ({})", number(count), per_cent(count, delivered)),
        width: width(count, most),
    };
    let unknown = consents.month_not_known.map(|count| bar("known to the year only".to_owned(), count));
    months.iter().map(|(month, count)| bar(foreign(month), *count)).chain(unknown).collect()
}

fn span(consents: &ConsentsSection) -> String {
    let admitted = consents.not_before.as_deref().map_or_else(
        || "The register has no notice under which a consent passes.".to_owned(),
        |first| {
            format!("The policy admits consents given from {} to {}.", foreign(first), foreign(&consents.not_after))
        },
    );
    match (consents.first.as_deref(), consents.last.as_deref()) {
        (Some(first), Some(last)) => {
            format!("{admitted} There are ten or more of a month from {} to {}.", foreign(first), foreign(last))
        }
        _ => admitted,
    }
}

impl ProvenanceReport {
    pub(in crate::report) fn of(documents: &Documents) -> Self {
        let told = &documents.told.provenance;
        let mut facts = vec![
            Fact::new("Compiled by", named(&told.controller)),
            Fact::new(
                "Collected",
                told.source.as_ref().map_or_else(|| "neither policy nor register says where".to_owned(), source),
            ),
            Fact::new("Received by", named(&told.recipient)),
        ];
        facts.extend(told.on_behalf_of.iter().map(|party| Fact::new("On behalf of", named(party))));
        facts.extend(told.purpose.dpv.as_deref().map(|dpv| Fact::new("Purpose in the DPV", concept(dpv))));
        let mut terms = Vec::new();
        match &told.agreement {
            Some(agreement) => {
                terms.push(Fact::new("Agreement", foreign(&agreement.id)));
                terms.extend(agreement.sha256.as_deref().map(|sha256| Fact::digest("Its SHA-256", foreign(sha256))));
                let parties = foreign_list(agreement.parties.iter().map(String::as_str));
                terms.extend((!parties.is_empty()).then(|| Fact::new("Parties it covers", parties)));
            }
            None => terms.push(Fact::new("Agreement", "the policy names none")),
        }
        let listed = |name, texts: &[String]| {
            (!texts.is_empty())
                .then(|| Fact::new(name, texts.iter().map(|text| foreign(text)).collect::<Vec<_>>().join("; ")))
        };
        terms.extend(listed("May be used for", &told.uses));
        let passed_on = if told.no_onward_transfer { "not allowed" } else { "nothing is said of it" };
        terms.push(Fact::new("Passing it on", passed_on));
        terms.extend(listed("May not be joined with", &told.no_join_with));
        let mut pseudonymisation = Vec::new();
        if let Some(domain) = &told.pseudonymisation {
            let parties = foreign_list(domain.pseudonymisation_domain.iter().map(String::as_str));
            pseudonymisation.push(Fact::new("Must not be able to attribute", parties));
            pseudonymisation.extend(domain.additional_information.iter().map(|kept| {
                Fact::new("Kept apart", format!("{}, by {}", foreign(&kept.what), foreign(&kept.kept_by)))
            }));
            pseudonymisation.push(Fact::new("Linkable", foreign(&domain.linkable)));
        }
        let delivered = documents.delivered();
        Self {
            facts,
            notices: told.notices.iter().map(|own| notice(own, delivered)).collect(),
            months: months(&told.consents, delivered),
            span: span(&told.consents),
            terms,
            pseudonymisation,
            is_exact: documents.is_exact,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::document::{ACCOUNT_FORMAT, MANIFEST_FORMAT};
    use crate::manifest::json;

    const ACCOUNT: &str = include_str!("../../../samples/story/expected/later/account.json");
    const MANIFEST: &str = include_str!("../../../samples/story/expected/later/manifest.json");

    #[test]
    fn notices_and_months_are_counted_where_the_account_is_there() {
        let read = |text: &str, format| {
            let told = json::read(text.as_bytes(), format).unwrap();
            Documents { told, is_exact: format == ACCOUNT_FORMAT, account_sha256: None }
        };
        let exact = ProvenanceReport::of(&read(ACCOUNT, ACCOUNT_FORMAT));
        assert_eq!(exact.notices[0].records, "64 (100 %)");
        assert!(exact.months.len() > 1 && exact.months.iter().any(|month| month.width == "100.00"));
        let told = ProvenanceReport::of(&read(MANIFEST, MANIFEST_FORMAT));
        assert_eq!((told.notices[0].records.as_str(), told.months.len()), ("not told", 0));
        assert!(told.span.contains("from 2018-01 to 2018-07"), "{}", told.span);
        assert!(told.facts[0].told.contains("Acme Mother & Baby Ltd (acme-mother), GB, privacy@"));
    }
}
