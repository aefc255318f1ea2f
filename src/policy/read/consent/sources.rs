//! Reads what a register says beside purposes, parties and notices: where records come
//! from, and what no policy may do.

use std::collections::BTreeMap;

use super::defined_ids::{DefinedIds, named};
use crate::consent::register::{DataSource, Never, SourceKind};
use crate::document::{TableReader, closest};
use crate::model::country::CountryCode;
use crate::model::name::{PartyId, PurposeId, SourceId};

/// `[sources.X]`.
pub(super) fn sources(root: &TableReader<'_>, known: &DefinedIds<'_>) -> BTreeMap<SourceId, DataSource> {
    let Some(table) = root.table("sources") else { return BTreeMap::new() };
    named(&table, SourceId::parse, |table| {
        let title = table.required_line("title").map(str::to_owned);
        if !table.has("kind") {
            table.missing("kind", Some("say own_form, open_register or supplier"));
        }
        let kind = table.choice("kind", &SourceKind::ALL);
        let method = table.line("method").map(str::to_owned);
        let supplier = party(table, "supplier", known);
        if supplier.is_some() && kind.is_some_and(|kind| kind != SourceKind::Supplier) {
            table.fault("supplier", "is only of a source of kind = \"supplier\"", None);
        }
        Some(DataSource { title: title?, kind: kind?, method, supplier })
    })
}

/// `[[never]]`.
pub(super) fn never(root: &TableReader<'_>, known: &DefinedIds<'_>) -> Vec<Never> {
    let read = |table: &TableReader<'_>| {
        let purpose = known_id(table, "purpose", "a purpose", &known.purposes);
        let source = known_id(table, "source", "a source", &known.sources);
        let recipient = party(table, "recipient", known);
        let country = table.parsed("country", CountryCode::parse);
        let because = table.required_line("because").map(str::to_owned);
        if !["purpose", "source", "recipient", "country"].iter().any(|key| table.has(key)) {
            let hint = "say what is never allowed: a purpose, recipient, country or source, or several together";
            table.fault("", "forbids everything", Some(hint));
        }
        table.finish();
        Some(Never {
            purpose: purpose.and_then(|id| PurposeId::parse(id).ok()),
            recipient,
            country,
            source: source.and_then(|id| SourceId::parse(id).ok()),
            because: because?,
        })
    };
    root.tables("never").iter().filter_map(read).collect()
}

fn party(table: &TableReader<'_>, key: &'static str, known: &DefinedIds<'_>) -> Option<PartyId> {
    known_id(table, key, "a party", &known.parties).and_then(|id| PartyId::parse(id).ok())
}

/// An id that the register must define.
fn known_id<'a>(table: &TableReader<'a>, key: &'static str, what: &str, known: &[&str]) -> Option<&'a str> {
    let id = table.text(key)?;
    if !known.contains(&id) {
        let hint = closest(id, known).map(|word| format!("did you mean `{word}`?"));
        table.fault(key, format!("is not {what} of the register"), hint.as_deref());
    }
    Some(id)
}
