//! Where the delivered records come from, under which notices their consents were given
//! and when, under which agreement they are delivered, and who may attribute the
//! pseudonyms: what whoever receives personal data is asked by the people in it, and by a
//! supervisory authority. Names and texts are those of the register and the policy.
//!
//! Source of the words on pseudonymisation: European Data Protection Board, *Guidelines
//! 01/2025 on Pseudonymisation* (version for public consultation, 16 January 2025).

mod consents;

use serde::{Deserialize, Serialize};

pub(crate) use self::consents::{ConsentsSection, NoticeSection};
use crate::account::Account;
use crate::consent::register::{DataSource, Party, Purpose, SourceKind};
use crate::identifier::key::KeyId;
use crate::model::name::PartyId;
use crate::policy::plan::release::Agreement;
use crate::policy::plan::{ColumnDecision, ColumnRule, Plan};
use crate::transform::TransformSpec;

/// What is said of every delivery, whatever was done to it.
const STATEMENT: &str =
    "We treat it as personal data. Whether it is for the recipient depends on the means the recipient has.";
const LINKABLE: &str = "within this recipient, over all deliveries under this key and of the same domain";

/// The answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProvenanceSection {
    pub(crate) controller: PartySection,
    pub(crate) recipient: PartySection,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) on_behalf_of: Vec<PartySection>,
    pub(crate) purpose: PurposeSection,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<SourceSection>,
    /// The notices under which a consent could pass, in the order of the register.
    pub(crate) notices: Vec<NoticeSection>,
    pub(crate) consents: ConsentsSection,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) agreement: Option<AgreementSection>,
    /// What the recipient may do with the data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) uses: Vec<String>,
    pub(crate) no_onward_transfer: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) no_join_with: Vec<String>,
    /// Where something is pseudonymised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pseudonymisation: Option<DomainSection>,
    pub(crate) statement: String,
}

/// A party, by its id in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartySection {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<String>,
}

/// The purpose, by its id in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PurposeSection {
    pub(crate) id: String,
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dpv: Option<String>,
}

/// Where the records were collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceSection {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) kind: SourceKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supplier: Option<PartySection>,
}

/// The agreement between controller and recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AgreementSection {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parties: Vec<String>,
}

/// Who must not be able to attribute the pseudonyms to persons, and what is kept from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DomainSection {
    /// The parties.
    pub(crate) pseudonymisation_domain: Vec<String>,
    /// What would let them attribute, and who keeps it apart.
    pub(crate) additional_information: Vec<KeptApart>,
    /// Which pseudonyms of a person are the same.
    pub(crate) linkable: String,
}

/// Something that would let a pseudonym be attributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptApart {
    pub(crate) what: String,
    /// By its id in the register.
    pub(crate) kept_by: String,
}

impl ProvenanceSection {
    /// For the recipient.
    pub(super) fn rounded(plan: &Plan, account: &Account, key: Option<&KeyId>) -> Self {
        let notices = NoticeSection::rounded(plan, account);
        Self::with(plan, key, notices, ConsentsSection::rounded(plan, account))
    }

    /// With exact counts.
    pub(super) fn exact(plan: &Plan, account: &Account, key: Option<&KeyId>) -> Self {
        let notices = NoticeSection::exact(plan, account);
        Self::with(plan, key, notices, ConsentsSection::exact(plan, account))
    }

    fn with(plan: &Plan, key: Option<&KeyId>, notices: Vec<NoticeSection>, consents: ConsentsSection) -> Self {
        let (release, register) = (&plan.release, &plan.consent.demand.register);
        let party = |id: &PartyId| PartySection::of(plan, id);
        Self {
            controller: party(&release.controller),
            recipient: party(&release.recipient),
            on_behalf_of: release.on_behalf_of.iter().map(party).collect(),
            purpose: PurposeSection::of(release.purpose.as_str(), register.purposes.get(&release.purpose)),
            source: plan
                .extract
                .source
                .as_ref()
                .and_then(|id| register.sources.get(id).map(|source| SourceSection::of(plan, id.as_str(), source))),
            notices,
            consents,
            agreement: release.terms.agreement.as_ref().map(AgreementSection::of),
            uses: release.terms.uses.clone(),
            no_onward_transfer: release.terms.no_onward_transfer,
            no_join_with: release.terms.no_join_with.clone(),
            pseudonymisation: key.filter(|_| pseudonymises(plan)).map(|key| DomainSection::of(plan, &key.to_string())),
            statement: STATEMENT.to_owned(),
        }
    }
}

/// Whether a pseudonym is delivered: a key may be given, or shift dates, without one.
fn pseudonymises(plan: &Plan) -> bool {
    let is_pseudonym =
        |rule: &ColumnRule| matches!(&rule.decision, ColumnDecision::Transform(TransformSpec::Pseudonymise(_)));
    plan.columns.iter().any(|rule| rule.output.is_some() && is_pseudonym(rule))
}

impl PartySection {
    fn of(plan: &Plan, id: &PartyId) -> Self {
        let party: Option<&Party> = plan.consent.demand.register.parties.get(id);
        Self {
            id: id.to_string(),
            name: party.map_or_else(|| id.to_string(), |party| party.name.clone()),
            country: party.and_then(|party| party.country.as_ref()).map(ToString::to_string),
            contact: party.and_then(|party| party.contact.clone()),
        }
    }
}

impl PurposeSection {
    fn of(id: &str, purpose: Option<&Purpose>) -> Self {
        Self {
            id: id.to_owned(),
            title: purpose.map_or_else(|| id.to_owned(), |purpose| purpose.title.clone()),
            dpv: purpose.and_then(|purpose| purpose.dpv.clone()),
        }
    }
}

impl SourceSection {
    fn of(plan: &Plan, id: &str, source: &DataSource) -> Self {
        Self {
            id: id.to_owned(),
            title: source.title.clone(),
            kind: source.kind,
            method: source.method.clone(),
            supplier: source.supplier.as_ref().map(|id| PartySection::of(plan, id)),
        }
    }
}

impl AgreementSection {
    fn of(agreement: &Agreement) -> Self {
        Self {
            id: agreement.id.clone(),
            sha256: agreement.sha256.clone(),
            parties: agreement.parties.iter().map(ToString::to_string).collect(),
        }
    }
}

impl DomainSection {
    fn of(plan: &Plan, key_id: &str) -> Self {
        let kept = |what: String| KeptApart { what, kept_by: plan.release.controller.to_string() };
        Self {
            pseudonymisation_domain: plan.consent.demand.parties.iter().map(ToString::to_string).collect(),
            additional_information: vec![
                kept(format!("the secret key {key_id}, from which the pseudonyms are made")),
                kept("the extract, which holds the identifiers".to_owned()),
            ],
            linkable: LINKABLE.to_owned(),
        }
    }
}
