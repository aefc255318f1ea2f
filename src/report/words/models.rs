//! What a privacy model demands of every class, in words.

use serde_json::{Map, Value};

use crate::report::text::{foreign, spaced};

/// The name of a model, as the field writes it.
pub(in crate::report) fn name(word: &str) -> String {
    match word {
        "k_anonymity" => "k-anonymity".to_owned(),
        "k_map" => "k-map".to_owned(),
        "l_diversity" => "l-diversity".to_owned(),
        "t_closeness" => "t-closeness".to_owned(),
        "beta_likeness" => "β-likeness".to_owned(),
        "delta_disclosure" => "δ-disclosure privacy".to_owned(),
        "delta_presence" => "δ-presence".to_owned(),
        other => spaced(other),
    }
}

/// What it demands.
pub(in crate::report) fn demand(word: &str, demanded: &Map<String, Value>) -> String {
    let told = |key: &str| match demanded.get(key) {
        Some(Value::String(text)) => foreign(text),
        Some(Value::Number(number)) => number.to_string(),
        _ => "?".to_owned(),
    };
    let column = told("column");
    match (word, told("kind").as_str()) {
        ("k_anonymity", _) if demanded.contains_key("subsets_of") => {
            format!("at least {} persons for each combination of {} quasi-identifiers", told("k"), told("subsets_of"))
        }
        ("k_anonymity", _) => format!("at least {} persons in each class", told("k")),
        ("k_map", _) => format!("at least {} persons of the population in each class", told("k")),
        ("l_diversity", "entropy") => format!("an entropy of {column} of at least ln {} in each class", told("l")),
        ("l_diversity", "recursive") => {
            format!("{column} recursively diverse in each class, with l = {} and c = {}", told("l"), told("c"))
        }
        ("l_diversity", _) => format!("at least {} different values of {column} in each class", told("l")),
        ("t_closeness", _) => {
            format!(
                "{column} in each class no further than {} from the whole delivery ({} distance)",
                told("t"),
                told("distance")
            )
        }
        ("beta_likeness", _) => {
            format!("no value of {column} more frequent in a class by more than {} times", told("beta"))
        }
        ("delta_disclosure", _) => {
            format!("every value of {column} about as frequent in each class, |ln(p/q)| below {}", told("delta"))
        }
        ("delta_presence", _) => {
            format!("a share of {} to {} of the population in each class", told("min"), told("max"))
        }
        _ => demanded
            .iter()
            .map(|(key, value)| format!("{}: {}", spaced(key), foreign(&value.to_string())))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn demands_are_sentences() {
        let of = |word: &str, demanded: Value| demand(word, demanded.as_object().unwrap());
        assert_eq!(of("k_anonymity", json!({ "k": 5 })), "at least 5 persons in each class");
        let diverse = json!({ "column": "<b>", "kind": "distinct", "l": 2 });
        assert_eq!(of("l_diversity", diverse), "at least 2 different values of <b> in each class");
        assert_eq!(of("other", json!({ "x_y": 1 })), "x y: 1");
    }
}
