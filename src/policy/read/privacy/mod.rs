//! Reads `[privacy]`: the quasi-identifiers of the delivery, the models that its classes
//! must meet, and what happens where one does not.

mod models;
mod population;

use self::models::read_models;
use self::population::read_population;
use crate::document::{TableReader, closest};
use crate::model::name::OutputName;
use crate::model::number::share::Share;
use crate::model::role::AttributeRole;
use crate::policy::plan::privacy::{OnViolation, PrivacyRules};

/// A column of the delivery, as the models see it.
pub(crate) struct DeliveredColumn<'c> {
    pub(crate) name: &'c OutputName,
    pub(crate) role: AttributeRole,
    /// Whether it is the subject's pseudonym, or another cell that names one person.
    pub(crate) names_a_person: bool,
    /// Whether its rare values are merged when rows are released, after the models have
    /// judged.
    pub(crate) is_merged_later: bool,
}

/// Reads the table, which may be left out. `delivered` is in the order of the delivery.
pub(crate) fn read_privacy(root: &TableReader<'_>, delivered: &[DeliveredColumn<'_>]) -> Option<PrivacyRules> {
    let table = root.table("privacy")?;
    let quasi_identifiers = quasi_identifiers(&table, delivered);
    let models = read_models(&table, delivered, &quasi_identifiers);
    let is_needed = table.has("k_map") || table.has("delta_presence");
    let population = read_population(&table, is_needed);
    let on_violation = table.choice("on_violation", &OnViolation::WORDS).unwrap_or(OnViolation::DropRecord);
    let is_merged = |position: &usize| delivered.get(*position).is_some_and(|column| column.is_merged_later);
    if on_violation == OnViolation::SuppressCells && quasi_identifiers.iter().any(is_merged) {
        let what = "cannot go with `top_values` in a quasi-identifier, which would count cells that are suppressed";
        table.fault("on_violation", what, Some("say drop_record, or merge rare values with map_values"));
    }
    let mut max_suppressed = Share::WHOLE;
    if let Some(text) = table.number("max_suppressed") {
        match Share::parse(&text) {
            Ok(limit) => max_suppressed = limit,
            Err(must) => table.fault("max_suppressed", must, Some("0.04 refuses a run that would drop more than 4 %")),
        }
        if on_violation == OnViolation::Refuse {
            table.fault("max_suppressed", "has no effect where on_violation is \"refuse\"", Some("remove one of them"));
        }
    }
    table.finish();
    if models.rules.is_empty() && table.faults().is_empty() {
        table.fault("", "states no condition", Some("say k_anonymity = 5, or another model"));
    }
    Some(PrivacyRules {
        quasi_identifiers,
        models: models.rules,
        subsets: models.subsets,
        population,
        on_violation,
        max_suppressed,
    })
}

/// A hint for a name that no delivered column has.
pub(super) fn name_hint(text: &str, delivered: &[DeliveredColumn<'_>]) -> String {
    const FEW: usize = 12;
    let names: Vec<&str> = delivered.iter().map(|column| column.name.as_str()).collect();
    match closest(text, &names) {
        Some(word) => format!("did you mean `{word}`?"),
        None if names.len() <= FEW => {
            format!("the delivery has {}; another column needs a table in [columns]", names.join(", "))
        }
        None => "name columns as the delivery does; one that it lacks needs a table in [columns]".to_owned(),
    }
}

/// The positions of the quasi-identifiers: those that are named, else every delivered
/// column of that role.
fn quasi_identifiers(table: &TableReader<'_>, delivered: &[DeliveredColumn<'_>]) -> Vec<usize> {
    const KEY: &str = "quasi_identifiers";
    let Some(named) = table.placed_texts(KEY) else {
        let found = (0..).zip(delivered).filter(|(_, column)| column.role == AttributeRole::QuasiIdentifier);
        let found: Vec<usize> = found.map(|(position, _)| position).collect();
        if found.is_empty() && !table.has(KEY) {
            let hint = "give a delivered column the role quasi_identifier, or name some in quasi_identifiers";
            table.fault("", "no delivered column is a quasi-identifier, so that all records are one class", Some(hint));
        }
        return found;
    };
    let mut positions = Vec::with_capacity(named.len());
    let path = table.path_of(KEY);
    for (text, span) in named {
        let add = |what: &str, hint: Option<&str>| table.faults().at(span, &path, what, hint);
        let Some(position) = delivered.iter().position(|column| column.name.as_str() == text) else {
            add("names a column that is not delivered", Some(&name_hint(text, delivered)));
            continue;
        };
        if positions.contains(&position) {
            add("names a column twice", None);
        } else if delivered[position].names_a_person {
            add("names a column that stands for one person, so that every class would have one person", None);
        } else {
            positions.push(position);
        }
    }
    if positions.is_empty() && table.faults().is_empty() {
        table.fault(KEY, "must name one column or more", None);
    }
    positions.sort_unstable();
    positions
}
