//! Reads `[derived.X]`: new columns made from several.

use super::date_formats::DateFormats;
use super::output_names::OutputNames;
use crate::document::TableReader;
use crate::model::name::OutputName;
use crate::model::role::AttributeRole;
use crate::policy::plan::DerivedRule;
use crate::transform::derived::{DERIVATIONS, DerivationSpec};

/// Reads all entries in the order of the policy.
pub(crate) fn read_derived(root: &TableReader<'_>, formats: &DateFormats, names: &OutputNames) -> Vec<DerivedRule> {
    let tables = root.table("derived").map(|table| table.named_tables()).unwrap_or_default();
    tables.iter().filter_map(|(name, table)| rule(name, table, formats, names)).collect()
}

fn rule(name: &str, table: &TableReader<'_>, formats: &DateFormats, names: &OutputNames) -> Option<DerivedRule> {
    let output = OutputName::parse(name).map_err(|fault| table.fault("", format!("the name {fault}"), None)).ok();
    if let Some(output) = &output {
        names.claim(output, table, "");
    }
    if !table.has("role") {
        table.missing("role", Some("say direct_identifier, quasi_identifier, sensitive or insensitive"));
    }
    let role = table.choice("role", &AttributeRole::ALL);
    let spec = spec(table);
    table.finish();
    let spec = spec?;
    let date_formats = spec.reads().iter().map(|column| formats.of_column(column)).collect();
    Some(DerivedRule { output: output?, role: role?, spec, date_formats })
}

fn spec(table: &TableReader<'_>) -> Option<DerivationSpec> {
    let mut found = Vec::new();
    for word in DERIVATIONS.iter().copied() {
        found.extend(table.node(word).map(|_| word));
    }
    match found.as_slice() {
        [word] => DerivationSpec::read(word, &table.table(word)?),
        [] => {
            let hint = format!("use {}", DERIVATIONS.join(", "));
            table.fault("", "does not say what it is made of", Some(&hint));
            None
        }
        several => {
            table.fault("", format!("is made in several ways: {}", several.join(", ")), None);
            None
        }
    }
}
