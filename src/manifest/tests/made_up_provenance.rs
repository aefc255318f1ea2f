//! Made-up sections about where records come from.

use super::made_up::Choices;
use crate::consent::register::SourceKind;
use crate::manifest::provenance::{
    AgreementSection, ConsentsSection, DomainSection, KeptApart, NoticeSection, PartySection, ProvenanceSection,
    PurposeSection, SourceSection,
};

fn party(choices: &mut Choices<'_>) -> PartySection {
    PartySection {
        id: choices.text(),
        name: choices.text(),
        country: choices.maybe(Choices::text),
        contact: choices.maybe(Choices::text),
    }
}

fn notice(choices: &mut Choices<'_>) -> NoticeSection {
    NoticeSection {
        id: choices.text(),
        from: choices.text(),
        until: choices.maybe(Choices::text),
        sha256: choices.maybe(Choices::text),
        method: choices.maybe(Choices::text),
        names: choices.some(Choices::text),
        records: choices.maybe(Choices::count),
        at_least_per_cent: choices.maybe(Choices::count),
    }
}

fn source(choices: &mut Choices<'_>) -> SourceSection {
    SourceSection {
        id: choices.text(),
        title: choices.text(),
        kind: choices.of(&SourceKind::ALL).1,
        method: choices.maybe(Choices::text),
        supplier: choices.maybe(party),
    }
}

fn domain(choices: &mut Choices<'_>) -> DomainSection {
    DomainSection {
        pseudonymisation_domain: choices.some(Choices::text),
        additional_information: choices.some(|choices| KeptApart { what: choices.text(), kept_by: choices.text() }),
        linkable: choices.text(),
    }
}

impl Choices<'_> {
    pub(super) fn provenance(&mut self) -> ProvenanceSection {
        let choices = self;
        ProvenanceSection {
            controller: party(choices),
            recipient: party(choices),
            on_behalf_of: choices.some(party),
            purpose: PurposeSection { id: choices.text(), title: choices.text(), dpv: choices.maybe(Choices::text) },
            source: choices.maybe(source),
            notices: choices.some(notice),
            consents: ConsentsSection {
                not_before: choices.maybe(Choices::text),
                not_after: choices.text(),
                first: choices.maybe(Choices::text),
                last: choices.maybe(Choices::text),
                months: choices.maybe(|choices| [(choices.text(), choices.count())].into_iter().collect()),
                month_not_known: choices.maybe(Choices::count),
            },
            agreement: choices.maybe(|choices| AgreementSection {
                id: choices.text(),
                sha256: choices.maybe(Choices::text),
                parties: choices.some(Choices::text),
            }),
            uses: choices.some(Choices::text),
            no_onward_transfer: choices.is(),
            no_join_with: choices.some(Choices::text),
            pseudonymisation: choices.maybe(domain),
            statement: choices.text(),
        }
    }
}
