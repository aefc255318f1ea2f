//! Reads `[release]`: who gets what for which purpose. Consent is not judged here.

use std::ops::Range;

use crate::consent::log::evidence::SEPARATOR;
use crate::consent::register::Register;
use crate::consent::words::BLANKS;
use crate::document::{TableReader, closest};
use crate::model::name::{PartyId, PurposeId};
use crate::model::time::duration::Period;
use crate::policy::plan::release::{AgreedTerms, Agreement, ReleaseTerms};

/// Reads the table. Without a register only the form of its ids is checked.
pub(crate) fn read_release(root: &TableReader<'_>, register: Option<&Register>) -> Option<ReleaseTerms> {
    let table = root.required_table("release")?;
    let controller = party(&table, "controller", register);
    let recipient = party(&table, "recipient", register);
    if recipient.is_some() && recipient == controller {
        let what = "is the controller itself: there is nobody from whom the people are kept apart";
        table.fault("recipient", what, Some("name the organisation, or the part of it, that receives the data"));
    }
    let on_behalf_of = on_behalf_of(&table, recipient.as_ref(), register);
    let purpose = purpose(&table, register);
    if table.required_text("legal_basis").is_some_and(|basis| basis != "consent") {
        table.fault(
            "legal_basis",
            "must be \"consent\"",
            Some("scant judges consents; a release on another legal basis is not one it can prove"),
        );
    }
    let erase_after = table.parsed("erase_after", Period::parse);
    let channel = table.text("channel").map(str::to_owned);
    if channel.as_ref().is_some_and(|channel| is_no_word(channel)) {
        table.fault("channel", "must be one word of the log's channel column", None);
    }
    let terms = terms(&table, register);
    table.finish();
    Some(ReleaseTerms {
        controller: controller?,
        recipient: recipient?,
        on_behalf_of,
        purpose: purpose?,
        channel,
        erase_after,
        terms,
    })
}

fn terms(table: &TableReader<'_>, register: Option<&Register>) -> AgreedTerms {
    AgreedTerms {
        agreement: table.table("agreement").and_then(|table| agreement(&table, register)),
        uses: table.lines("uses"),
        no_onward_transfer: table.boolean("no_onward_transfer").unwrap_or(false),
        no_join_with: table.lines("no_join_with"),
    }
}

fn agreement(table: &TableReader<'_>, register: Option<&Register>) -> Option<Agreement> {
    let id = table.required_line("id").map(str::to_owned);
    let sha256 = table.text("sha256").map(str::to_ascii_lowercase);
    if sha256.as_ref().is_some_and(|hex| hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        table.fault("sha256", "must be 64 hexadecimal digits: SHA-256 of the signed text", None);
    }
    let parties = parties_of(table, "parties", register);
    table.finish();
    Some(Agreement { id: id?, sha256, parties: parties.into_iter().map(|(id, _)| id).collect() })
}

/// The parties of a list, each once and in the register, with their positions.
fn parties_of<'a>(
    table: &TableReader<'a>,
    key: &'static str,
    register: Option<&Register>,
) -> Vec<(PartyId, &'a Range<usize>)> {
    let mut parties: Vec<(PartyId, &Range<usize>)> = Vec::new();
    let path = table.path_of(key);
    for (text, span) in table.placed_texts(key).unwrap_or_default() {
        let add = |what: &str, hint: Option<&str>| table.faults().at(span, &path, what, hint);
        let id = match PartyId::parse(text) {
            Ok(id) => id,
            Err(fault) => {
                add(&fault.to_string(), None);
                continue;
            }
        };
        if let Some(register) = register.filter(|register| !register.parties.contains_key(&id)) {
            let hint = near(text, register.parties.keys().map(PartyId::as_str));
            add("names a party that is not in the register", hint.as_deref());
        }
        if parties.iter().any(|(known, _)| *known == id) {
            add("names a party twice", None);
        }
        parties.push((id, span));
    }
    parties
}

/// Whether no cell of a log can list it.
fn is_no_word(channel: &str) -> bool {
    channel.trim().is_empty() || channel.contains(SEPARATOR) || channel.trim_matches(BLANKS) != channel
}

fn party(table: &TableReader<'_>, key: &'static str, register: Option<&Register>) -> Option<PartyId> {
    let id = table.required_parsed(key, PartyId::parse)?;
    if let Some(register) = register.filter(|register| !register.parties.contains_key(&id)) {
        let hint = near(id.as_str(), register.parties.keys().map(PartyId::as_str));
        table.fault(key, "is not a party of the register", hint.as_deref());
    }
    Some(id)
}

fn on_behalf_of(table: &TableReader<'_>, recipient: Option<&PartyId>, register: Option<&Register>) -> Vec<PartyId> {
    let parties = parties_of(table, "on_behalf_of", register);
    for (_, span) in parties.iter().filter(|(id, _)| recipient == Some(id)) {
        let (path, hint) = (table.path_of("on_behalf_of"), "list only those behind the recipient");
        table.faults().at(span, &path, "names the recipient itself", Some(hint));
    }
    parties.into_iter().map(|(id, _)| id).collect()
}

fn purpose(table: &TableReader<'_>, register: Option<&Register>) -> Option<PurposeId> {
    let id = table.required_parsed("purpose", PurposeId::parse)?;
    if let Some(register) = register.filter(|register| !register.purposes.contains_key(&id)) {
        let hint = near(id.as_str(), register.purposes.keys().map(PurposeId::as_str));
        table.fault("purpose", "is not a purpose of the register", hint.as_deref());
    }
    Some(id)
}

/// A hint for an unknown id: the closest of the known ids, else all of them if they
/// are few.
pub(crate) fn near<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    const FEW: usize = 8;
    let known: Vec<&str> = known.collect();
    match closest(text, &known) {
        Some(word) => Some(format!("did you mean `{word}`?")),
        None if known.is_empty() => None,
        None if known.len() <= FEW => Some(format!("the register knows {}", known.join(", "))),
        None => Some(format!("the register knows {} and {} others", known[..FEW].join(", "), known.len() - FEW)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_names_the_closest_or_the_few() {
        let known = ["acme", "bigbroker"];
        assert_eq!(near("bigbrokr", known.into_iter()).as_deref(), Some("did you mean `bigbroker`?"));
        assert_eq!(near("nobody", known.into_iter()).as_deref(), Some("the register knows acme, bigbroker"));
        assert_eq!(near("nobody", [].into_iter()), None);
        let many: Vec<String> = (0..20).map(|n| format!("party-number-{n}")).collect();
        let hint = near("nobody", many.iter().map(String::as_str)).unwrap();
        assert!(hint.ends_with("party-number-7 and 12 others"), "{hint}");
    }
}
