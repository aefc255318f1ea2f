//! An example of what belongs under a key, for an author who wrote another kind of value
//! there.

/// How what is at this path of a policy is written, where that is not plain from
/// its fault: `want` is the kind of value that it must be.
pub(crate) fn example(path: &str, want: &str) -> Option<&'static str> {
    let is_table = want.starts_with("a table");
    let of_list = path.strip_prefix("consent.lists[").and_then(|rest| rest.split_once("].")).map(|(_, key)| key);
    Some(match (path, of_list) {
        ("consent.columns", _) => "write [consent.columns], and its keys below",
        ("consent.events", _) => "write [consent.events], and its keys below",
        ("consent.columns.given_at", _) => "write given_at = \"column\"",
        ("consent.columns.granted", _) => "write granted = { column = \"opt_in\", yes = [\"Y\"], no = [\"N\"] }",
        ("consent.columns.notice", _) => {
            "write notice = { column = \"notice\" }, or notice = { in_force_at = \"given_at\" }"
        }
        ("consent.columns.purposes", _) => "write purposes = { column = \"agreed_to\", separator = \";\" }",
        ("consent.columns.recipients", _) => "write recipients = { column = \"parties\", separator = \";\" }",
        ("consent.columns.refused", _) => "write refused = { column = \"opt_out\", yes = [\"Y\"], no = [\"N\"] }",
        ("consent.columns.withdrawn_at", _) => "write withdrawn_at = \"column\"",
        (_, Some("match")) => "write match = { column_of_the_extract = \"column_of_the_list\" }",
        (_, Some("normalise")) => "write normalise = { email = \"email\" }, and so for each matched column",
        (_, Some("standardise")) => "write standardise = { email = \"email\" }, and so for each matched column",
        _ if path.ends_with(".normalise") && !is_table => "write normalise = \"email\", or another form",
        _ if want == "a list of texts" => "write [\"one\", \"two\"]",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_of_the_key_that_has_the_fault() {
        for path in ["consent.columns.purposes", "consent.lists[2].normalise", "columns.id.pseudonymise.normalise"] {
            let key = path.rsplit('.').next().unwrap();
            let example = example(path, if path.starts_with("columns") { "a text" } else { "a table" }).unwrap();
            assert!(example.starts_with(&format!("write {key} = ")), "{path}: {example}");
        }
        // Those of a register and of a log are other keys of the same names.
        for path in
            ["purposes", "columns", "consent.events.columns", "consent.events.purposes", "notices[1].recipients"]
        {
            assert_eq!(example(path, "a table"), None, "{path}");
        }
    }
}
