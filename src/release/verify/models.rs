//! The check of the privacy models: what a delivery reaches, measured again from its
//! data alone.

use serde_json::Value;

use super::VerifyJob;
use super::checks::{CheckFinding, DeliveryCheck};
use crate::manifest::delivered::claims::{ClaimedModel, DeliveryClaims};
use crate::release::error::ReleaseError;
use crate::release::interface::failure::ErrorKind;
use crate::release::risk::RiskJob;
use crate::release::risk::report::{RiskReport, ValuesMeasured};

/// By how much a number in a document, which has nine decimal places, may differ.
const ROUNDED: f64 = 1e-8;

/// What each model reaches is what the manifest says.
pub(super) fn models(job: &VerifyJob<'_>, claims: &DeliveryClaims) -> Result<DeliveryCheck, ReleaseError> {
    let models = claims.models();
    if models.is_empty() {
        return Ok(DeliveryCheck::not_made("privacy", "no privacy model was demanded"));
    }
    if claims.rows() == 0 {
        return Ok(DeliveryCheck::not_made("privacy", "no row was delivered"));
    }
    let files = [job.folder.to_owned()];
    let measured = RiskJob {
        files: &files,
        policy: None,
        quasi_identifiers: &[],
        sensitive: &[],
        subject: None,
        population: None,
        threshold: 0.2,
        subsets_of: 1,
        memory: None,
        threads: None,
        observer: job.observer,
        stop: job.stop,
        scratch: job.scratch,
    }
    .measure();
    let measured = match measured {
        Ok(measured) => measured,
        Err(error) if error.kind() == ErrorKind::Interrupted => return Err(error),
        Err(_) => return Ok(DeliveryCheck::failed("privacy", "the classes of the data cannot be measured")),
    };
    let by_person = measured.subject.is_some();
    let mut wrong = Vec::new();
    let mut made = Vec::new();
    let mut not_made = Vec::new();
    for model in &models {
        match (reached(model, &measured), model.reached) {
            (Some(found), Some(told)) if is_as_told(model, found, told, by_person) => made.push(shown(model.word)),
            // Of records, there may be more in a class than persons: no fewer than demanded.
            (Some(found), None) if !claims.suppresses_cells() => match demanded(model) {
                Some(least) if found + ROUNDED >= least => made.push(shown(model.word)),
                Some(_) => wrong.push(format!("{}: the data does not reach what was demanded", shown(model.word))),
                None => not_made.push(shown(model.word)),
            },
            (Some(_), Some(_)) => wrong.push(format!("{}: the data reaches another number", shown(model.word))),
            _ => not_made.push(shown(model.word)),
        }
    }
    let counted = if by_person { "persons, by their pseudonym" } else { "records: no pseudonym says whose they are" };
    let left =
        if not_made.is_empty() { String::new() } else { format!("; not measured again: {}", not_made.join(", ")) };
    if made.is_empty() && wrong.is_empty() {
        return Ok(DeliveryCheck::not_made(
            "privacy",
            format!("nothing says again what was reached of {}", not_made.join(", ")),
        ));
    }
    let right = format!("{} as the manifest says, counted in {counted}{left}", made.join(", "));
    Ok(DeliveryCheck {
        name: "privacy",
        finding: if wrong.is_empty() { CheckFinding::Passed(right) } else { CheckFinding::Failed(wrong) },
    })
}

/// The models, by the words that are shown: another word may be anything.
const MODELS: [&str; 7] =
    ["k_anonymity", "l_diversity", "t_closeness", "k_map", "delta_presence", "beta_likeness", "delta_disclosure"];

fn shown(word: &str) -> &'static str {
    MODELS.iter().find(|own| **own == word).copied().unwrap_or("another model")
}

/// Records are at least as many as persons, so k may look larger without pseudonyms; what
/// depends on shares of persons cannot be compared at all then.
fn is_as_told(model: &ClaimedModel<'_>, found: f64, told: f64, by_person: bool) -> bool {
    let is_equal = (found - told).abs() <= ROUNDED;
    is_equal || (!by_person && model.word == "k_anonymity" && found >= told)
}

/// What is demanded of the smallest class.
fn demanded(model: &ClaimedModel<'_>) -> Option<f64> {
    let key = match model.word {
        "k_anonymity" => "k",
        "l_diversity" => "l",
        _ => return None,
    };
    model.demanded.get(key).and_then(Value::as_f64)
}

/// The number of the worst class, if it is measured of a delivery alone.
fn reached(model: &ClaimedModel<'_>, measured: &RiskReport) -> Option<f64> {
    let word = |key: &str| model.demanded.get(key).and_then(Value::as_str);
    if model.word == "k_anonymity" && !model.demanded.contains_key("subsets_of") {
        return u32::try_from(measured.classes.k).ok().map(f64::from);
    }
    let column = word("column")?;
    let sensitive = measured.sensitive.iter().find(|own| own.column == column && own.missing == 0)?;
    let ValuesMeasured::Measured { distinct_l, t_equal, .. } = &sensitive.measured else { return None };
    match (model.word, word("kind").or_else(|| word("distance"))) {
        ("l_diversity", Some("distinct")) => u32::try_from(*distinct_l).ok().map(f64::from),
        // Of records, shares are others than of persons.
        ("t_closeness", Some("equal")) if measured.subject.is_some() => Some(*t_equal),
        _ => None,
    }
}
