//! What the register forbids, whatever a policy says: an embargo, a purpose that the
//! organisation does not serve. Asked when a policy is compiled.

use super::register::{Never, Register};
use crate::model::name::{PartyId, PurposeId, SourceId};

/// What of a release the register may forbid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskedRelease<'r> {
    /// The purpose.
    pub(crate) purpose: &'r PurposeId,
    /// The recipient and everyone behind it.
    pub(crate) parties: &'r [PartyId],
    /// Where the records come from, if the policy says so.
    pub(crate) source: Option<&'r SourceId>,
}

/// Why a release is forbidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Forbidden {
    /// All that the entry names applies.
    Applies,
    /// It may apply: the register does not say in which country this party is.
    CountryUnknown(PartyId),
    /// It may apply: the policy does not say where the records come from.
    SourceUnknown,
}

impl Never {
    /// What it names, in words.
    pub(crate) fn in_words(&self) -> String {
        let named = [
            ("purpose", self.purpose.as_ref().map(ToString::to_string)),
            ("recipient", self.recipient.as_ref().map(ToString::to_string)),
            ("country", self.country.as_ref().map(ToString::to_string)),
            ("source", self.source.as_ref().map(ToString::to_string)),
        ];
        let named = named.into_iter().filter_map(|(key, value)| Some(format!("{key} {}", value?)));
        named.collect::<Vec<_>>().join(", ")
    }

    /// Whether it forbids the release. What is not known is not taken for a no.
    pub(crate) fn forbids(&self, release: AskedRelease<'_>, register: &Register) -> Option<Forbidden> {
        if self.purpose.as_ref().is_some_and(|purpose| purpose != release.purpose) {
            return None;
        }
        if self.recipient.as_ref().is_some_and(|party| !release.parties.contains(party)) {
            return None;
        }
        let mut unknown = None;
        if let Some(source) = &self.source {
            match release.source {
                Some(own) if own == source => {}
                Some(_) => return None,
                None => unknown = Some(Forbidden::SourceUnknown),
            }
        }
        if let Some(country) = &self.country {
            let country_of = |party: &PartyId| register.parties.get(party).and_then(|party| party.country.as_ref());
            // Of the party that the entry names, else of anyone who receives.
            let asked = |party: &&PartyId| self.recipient.as_ref().is_none_or(|own| own == *party);
            let is_there = release.parties.iter().filter(asked).any(|party| country_of(party) == Some(country));
            let not_known = release.parties.iter().filter(asked).find(|party| country_of(party).is_none());
            match not_known.filter(|_| !is_there) {
                Some(party) => unknown = Some(Forbidden::CountryUnknown(party.clone())),
                None if is_there => {}
                None => return None,
            }
        }
        Some(unknown.unwrap_or(Forbidden::Applies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::register::{Party, PartyRole};
    use crate::model::country::CountryCode;

    fn register() -> Register {
        let party = |id: &str, country: Option<&str>| {
            let country = country.map(|country| CountryCode::parse(country).unwrap());
            let party = Party { name: id.to_owned(), role: PartyRole::Recipient, contact: None, country };
            (PartyId::parse(id).unwrap(), party)
        };
        let parties = [party("alder", Some("GB")), party("birch", Some("US")), party("cedar", None)];
        Register { parties: parties.into_iter().collect(), ..Register::default() }
    }

    fn asked(never: &Never, purpose: &str, parties: &[&str], source: Option<&str>) -> Option<Forbidden> {
        let parties: Vec<PartyId> = parties.iter().map(|id| PartyId::parse(id).unwrap()).collect();
        let (purpose, source) = (PurposeId::parse(purpose).unwrap(), source.map(|id| SourceId::parse(id).unwrap()));
        let release = AskedRelease { purpose: &purpose, parties: &parties, source: source.as_ref() };
        never.forbids(release, &register())
    }

    #[test]
    fn all_that_an_entry_names_must_apply_and_what_is_unknown_is_not_a_no() {
        let open = Never { purpose: None, recipient: None, country: None, source: None, because: "law".to_owned() };
        let purpose = PurposeId::parse("campaign").ok();
        let never = Never { purpose, country: CountryCode::parse("US").ok(), ..open.clone() };
        assert_eq!(asked(&never, "campaign", &["alder", "birch"], None), Some(Forbidden::Applies));
        assert_eq!(asked(&never, "research", &["alder", "birch"], None), None);
        assert_eq!(asked(&never, "campaign", &["alder"], None), None);
        let cedar = Forbidden::CountryUnknown(PartyId::parse("cedar").unwrap());
        assert_eq!(asked(&never, "campaign", &["alder", "cedar"], None), Some(cedar));
        assert_eq!(asked(&never, "campaign", &["birch", "cedar"], None), Some(Forbidden::Applies));
        let never = Never { source: SourceId::parse("bought").ok(), ..open.clone() };
        assert_eq!(asked(&never, "campaign", &["alder"], None), Some(Forbidden::SourceUnknown));
        assert_eq!(asked(&never, "campaign", &["alder"], Some("form")), None);
        assert_eq!(asked(&never, "campaign", &["alder"], Some("bought")), Some(Forbidden::Applies));
        let birch = PartyId::parse("birch").ok();
        let never = Never { recipient: birch.clone(), country: CountryCode::parse("GB").ok(), ..open.clone() };
        assert_eq!(asked(&never, "campaign", &["alder", "birch"], None), None, "birch itself is elsewhere");
        assert_eq!(never.in_words(), "recipient birch, country GB");
        let never = Never { recipient: PartyId::parse("birch").ok(), source: SourceId::parse("bought").ok(), ..open };
        assert_eq!(asked(&never, "campaign", &["alder"], None), None);
    }
}
