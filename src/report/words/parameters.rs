//! The parameters of an action, as a line of words each.

use serde_json::Value;

use crate::report::text::{foreign, spaced};

/// How many items of a list are shown.
const ITEMS: usize = 12;

/// A parameter a line: its name and value. Tables are told by their length: a table of
/// words may be long, and is in the policy.
pub(in crate::report) fn lines(parameters: &Value) -> Vec<String> {
    match parameters {
        Value::Object(own) => own.iter().map(|(name, value)| format!("{}: {}", spaced(name), short(value))).collect(),
        Value::Null => Vec::new(),
        other => vec![short(other)],
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(is_so) => if *is_so { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => foreign(text),
        Value::Array(items) if items.len() > ITEMS => format!("a list of {}", items.len()),
        Value::Array(items) => items.iter().map(short).collect::<Vec<_>>().join(", "),
        Value::Object(entries) => format!("a table of {}", entries.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_are_lines() {
        let lines =
            lines(&json!({ "breaks": ["1", "3"], "keep_domain": true, "values": { "F": "f" }, "with": "\u{7}" }));
        assert_eq!(lines, ["breaks: 1, 3", "keep domain: yes", "values: a table of 1", r"with: \u{7}"]);
        assert_eq!(super::lines(&Value::Null), Vec::<String>::new());
    }
}
