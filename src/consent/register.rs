//! The register: the purposes, parties, sources and privacy notices of an organisation,
//! and what no policy may do, written once. Reading the document is `policy/read/consent/register.rs`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::model::country::CountryCode;
use crate::model::name::{NoticeId, PartyId, PurposeId, SourceId};

/// A declared use of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// In words.
    pub title: String,
    /// The W3C DPV concept, a label for other tools only: purposes match by id,
    /// never by a vocabulary's hierarchy.
    pub dpv: Option<String>,
}

/// What a party is to the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartyRole {
    /// Sells or passes on.
    Broker,
    /// Decides.
    Controller,
    /// Works on instruction.
    Processor,
    /// Receives.
    Recipient,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// What it is to the data.
    pub role: PartyRole,
    /// Whom to ask there, in any form that reaches them.
    pub contact: Option<String>,
    /// Where it is.
    pub country: Option<CountryCode>,
}

/// How records were come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// From the people themselves.
    OwnForm,
    /// From a register that is open to the public.
    OpenRegister,
    /// From another organisation.
    Supplier,
}

impl SourceKind {
    /// Every kind by its word in the register.
    pub const ALL: [(&'static str, Self); 3] =
        [("own_form", Self::OwnForm), ("open_register", Self::OpenRegister), ("supplier", Self::Supplier)];
}

/// Where records were collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSource {
    /// In words.
    pub title: String,
    /// How they were come by.
    pub kind: SourceKind,
    /// How they were collected, in words.
    pub method: Option<String>,
    /// Who supplied them.
    pub supplier: Option<PartyId>,
}

/// What one notice says about one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// The purpose it discloses.
    pub purpose: PurposeId,
    /// The parties it names for that purpose.
    pub recipients: BTreeSet<PartyId>,
    /// What else the text said. A category names nobody, so nothing reads this
    /// but people.
    pub categories: Vec<String>,
}

/// A privacy notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id, any text.
    pub id: NoticeId,
    /// First day in force (UTC).
    pub from: Date,
    /// First day no longer in force; `None`: still in force.
    pub until: Option<Date>,
    /// SHA-256 of the published text, 64 hexadecimal digits.
    pub digest: Option<String>,
    /// How consent was asked for under it, in words.
    pub method: Option<String>,
    /// What it discloses.
    pub discloses: Vec<Disclosure>,
}

impl Notice {
    /// Whether it was in force on a day: `from ≤ day < until`.
    #[must_use]
    pub fn in_force_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// Whether it discloses a purpose at all.
    #[must_use]
    pub fn discloses(&self, purpose: &PurposeId) -> bool {
        self.discloses.iter().any(|disclosure| disclosure.purpose == *purpose)
    }

    /// Whether it names a party for a purpose.
    #[must_use]
    pub fn names(&self, party: &PartyId, purpose: &PurposeId) -> bool {
        self.discloses.iter().any(|disclosure| disclosure.purpose == *purpose && disclosure.recipients.contains(party))
    }
}

/// One `[[never]]` of the register: a release to which all that it names applies is
/// refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Never {
    /// For this purpose.
    pub purpose: Option<PurposeId>,
    /// To this party, as recipient or behind the recipient.
    pub recipient: Option<PartyId>,
    /// To a party of this country.
    pub country: Option<CountryCode>,
    /// Of records from this source.
    pub source: Option<SourceId>,
    /// Why.
    pub because: String,
}

/// The register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    /// Purposes by id.
    pub purposes: BTreeMap<PurposeId, Purpose>,
    /// Parties by id.
    pub parties: BTreeMap<PartyId, Party>,
    /// Sources by id.
    pub sources: BTreeMap<SourceId, DataSource>,
    /// Notices in the order of the document.
    pub notices: Vec<Notice>,
    /// What no policy may do, in the order of the document.
    pub never: Vec<Never>,
    /// The most records of one delivery.
    pub max_delivered: Option<u64>,
}

impl Register {
    /// Two notices that are in force on one day, if there are any.
    #[must_use]
    pub fn overlapping(&self) -> Option<(&NoticeId, &NoticeId)> {
        self.notices.iter().enumerate().find_map(|(index, first)| {
            self.notices[index + 1..]
                .iter()
                .find(|second| {
                    first.until.is_none_or(|until| second.from < until)
                        && second.until.is_none_or(|until| first.from < until)
                })
                .map(|second| (&first.id, &second.id))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn notice(id: &str, from: Date, until: Option<Date>) -> Notice {
        Notice { id: NoticeId::parse(id).unwrap(), from, until, digest: None, method: None, discloses: Vec::new() }
    }

    #[test]
    fn a_notice_is_in_force_from_its_first_day_up_to_but_not_on_its_last() {
        let notice = notice("n", date(2016, 5, 1), Some(date(2018, 1, 15)));
        assert!(!notice.in_force_on(date(2016, 4, 30)));
        assert!(notice.in_force_on(date(2016, 5, 1)));
        assert!(notice.in_force_on(date(2018, 1, 14)));
        assert!(!notice.in_force_on(date(2018, 1, 15)));
    }

    #[test]
    fn notices_that_meet_do_not_overlap() {
        let first = notice("a", date(2016, 1, 1), Some(date(2018, 1, 1)));
        let meets = notice("b", date(2018, 1, 1), None);
        let overlaps = notice("c", date(2017, 12, 31), Some(date(2018, 1, 1)));
        let register = |notices| Register { notices, ..Register::default() };
        assert!(register(vec![first.clone(), meets]).overlapping().is_none());
        assert!(register(vec![first, overlaps]).overlapping().is_some());
    }
}
