//! An example of what belongs under a key, for whoever wrote another kind of value
//! there.

/// How a key is written, where that is not plain from its fault: `want` is the kind of
/// value that it must be.
pub(super) fn example(key: &str, want: &str) -> Option<&'static str> {
    let want = want.strip_suffix(" of texts").filter(|kind| *kind == "a table").unwrap_or(want);
    Some(match (key, want) {
        ("columns", "a table") => "write [consent.columns], and its keys below",
        ("events", "a table") => "write [consent.events], and its keys below",
        ("given_at" | "withdrawn_at", "a text") => "write given_at = \"column\", and so for withdrawn_at",
        ("granted", "a table") => "write granted = { column = \"opt_in\", yes = [\"Y\"], no = [\"N\"] }",
        ("match", "a table") => "write match = { column_of_the_extract = \"column_of_the_list\" }",
        ("normalise", "a table") => "write normalise = { email = \"email\" }, and so for each matched column",
        ("normalise", "a text") => "write normalise = \"email\", or another form",
        ("notice", "a table") => "write notice = { column = \"notice\" }, or notice = { in_force_at = \"given_at\" }",
        ("purposes", "a table") => "write purposes = { column = \"agreed_to\", separator = \";\" }",
        ("recipients", "a table") => "write recipients = { column = \"parties\", separator = \";\" }",
        ("refused", "a table") => "write refused = { column = \"opt_out\", yes = [\"Y\"], no = [\"N\"] }",
        ("standardise", "a table") => "write standardise = { email = \"email\" }, and so for each matched column",
        (_, "a list of texts") => "write [\"one\", \"two\"]",
        _ => return None,
    })
}
