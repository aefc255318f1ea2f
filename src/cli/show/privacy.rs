//! What the privacy models demanded and what the delivery reaches, in lines.

use serde_json::Value;

use crate::manifest::privacy::utility::UtilitySection;
use crate::manifest::privacy::{JudgedRecords, ModelSection, PrivacySection};
use crate::model::number::counted::{are, counted, number};

/// The lines about the classes of a run.
pub(super) fn privacy_lines(privacy: &PrivacySection<u64>) -> Vec<String> {
    let delivered = &privacy.delivered;
    let mut lines = Vec::new();
    if let Some(smallest) = delivered.smallest {
        lines.push(format!(
            "classes of {}: {}, the smallest of {}",
            privacy.quasi_identifiers.join(", "),
            number(delivered.classes),
            counted(smallest, "person")
        ));
    }
    let records = privacy.records.as_ref();
    if let Some(JudgedRecords { judged, dropped, .. }) = records.filter(|records| records.dropped > 0) {
        let records = counted(*judged, "admitted record");
        lines.push(format!("of {records} {} {} dropped with their classes", number(*dropped), are(*dropped)));
    }
    lines.extend(privacy.models.iter().map(model_line));
    let suppressed = records.map_or(0, |records| records.cells_suppressed);
    if suppressed > 0 {
        let records = counted(suppressed, "delivered record");
        lines.push(format!("{records} {} without quasi-identifiers (suppress_cells)", are(suppressed)));
    }
    lines.extend(utility_line(&privacy.utility));
    lines
}

/// What the delivered records have lost, if there are any.
fn utility_line(utility: &UtilitySection<u64>) -> Option<String> {
    if utility.columns.iter().all(|column| column.values_read == Some(0)) {
        return None;
    }
    let measured =
        [("loss", &utility.loss), ("entropy lost", &utility.entropy_lost), ("precision", &utility.precision)];
    let told: Vec<String> =
        measured.iter().filter_map(|(what, number)| Some(format!("{what} {}", (*number).as_ref()?))).collect();
    (!told.is_empty()).then(|| format!("of the quasi-identifiers, from 0 to 1: {}", told.join(", ")))
}

fn model_line(model: &ModelSection) -> String {
    let column = model.demanded.get("column").and_then(Value::as_str);
    let demanded: Vec<String> = model
        .demanded
        .iter()
        .filter(|(key, _)| *key != "column")
        .map(|(key, value)| format!("{key} = {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let of_column = column.map_or_else(String::new, |column| format!(" of {column}"));
    let reached = match &model.reached {
        Some(reached) => format!("reached {reached}"),
        None => "no class is delivered".to_owned(),
    };
    let outside = model.outside_order.map_or_else(String::new, |outside| {
        format!(
            "; {} {} a value that is not in its order",
            counted(outside, "person"),
            if outside == 1 { "has" } else { "have" }
        )
    });
    format!("{}{of_column} ({}): {reached}{outside}", model.model, demanded.join(", "))
}
