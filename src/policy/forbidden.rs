//! Refuses a policy for a release that the register forbids.

use crate::consent::columns::evidence::Demand;
use crate::consent::never::{AskedRelease, Forbidden};
use crate::document::TableReader;
use crate::model::name::SourceId;

/// Adds a fault for every `[[never]]` of the register that applies to the release, or of
/// which that cannot be told.
pub(super) fn check(root: &TableReader<'_>, demand: &Demand, source: Option<&SourceId>) {
    let release = AskedRelease { purpose: &demand.purpose, parties: &demand.parties, source };
    for (number, never) in (1..).zip(&demand.register.never) {
        let Some(forbidden) = never.forbids(release, &demand.register) else { continue };
        let named = never.in_words();
        let (what, hint) = match forbidden {
            Forbidden::Applies => (
                format!("is what never[{number}] of the register forbids: {named}"),
                format!("its reason: {}", never.because),
            ),
            Forbidden::CountryUnknown(party) => (
                format!(
                    "may be what never[{number}] of the register forbids ({named}): where {party} is, is not known"
                ),
                format!("say parties.{party}.country in the register"),
            ),
            Forbidden::SourceUnknown => (
                format!(
                    "may be what never[{number}] of the register forbids ({named}): the source of the records is not known"
                ),
                "say extract.source, one of the sources of the register".to_owned(),
            ),
        };
        root.fault("release", what, Some(&hint));
    }
}
