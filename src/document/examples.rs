//! An example of what belongs under a key, for an author who wrote another kind of value
//! there.

/// How what is at this path of a policy is written, where that is not plain from
/// its fault: `want` is the kind of value that it must be.
pub(crate) fn example(path: &str, want: &str) -> Option<&'static str> {
    let is_table = want.starts_with("a table");
    if path.starts_with("columns.") && is_table {
        return path.rsplit_once('.').and_then(|(_, action)| of_action(action));
    }
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
        ("privacy.k_anonymity", _) => "write k_anonymity = 5",
        ("privacy.l_diversity", _) => "write l_diversity = { column = \"illness\", l = 2 }",
        ("privacy.t_closeness", _) => {
            "write t_closeness = { column = \"illness\", distance = \"equal\", t = 0.2 }; with distance = \"ordered\", texts need order = [\"low\", \"high\"]"
        }
        ("privacy.beta_likeness", _) => "write beta_likeness = { column = \"illness\", kind = \"enhanced\", beta = 1 }",
        ("privacy.delta_disclosure", _) => "write delta_disclosure = { column = \"illness\", delta = 1 }",
        ("privacy.k_map", _) => "write k_map = { k = 5 }",
        ("privacy.delta_presence", _) => "write delta_presence = { min = 0, max = 0.2 }",
        ("privacy.population", _) => "write population = { path = \"people.csv\" }",
        ("privacy.max_suppressed", _) => "write max_suppressed = 0.04, for 4 in a hundred",
        (_, Some("match")) => "write match = { column_of_the_extract = \"column_of_the_list\" }",
        (_, Some("normalise")) => "write normalise = { email = \"email\" }, and so for each matched column",
        (_, Some("standardise")) => "write standardise = { email = \"email\" }, and so for each matched column",
        _ if path.ends_with(".normalise") && !is_table => "write normalise = \"email\", or another form",
        _ if want == "a list of texts" => "write [\"one\", \"two\"]",
        _ => return None,
    })
}

/// How an action is written whose parameters are a table.
fn of_action(word: &str) -> Option<&'static str> {
    Some(match word {
        "age_band" => "write age_band = { bands = [18, 30, 45, 60] }",
        "band_number" => "write band_number = { width = 10 }",
        "bucket_time" => "write bucket_time = { to = \"day\" }",
        "clamp_number" => "write clamp_number = { min = 0, max = 100 }",
        "coarsen_date" => "write coarsen_date = { to = \"year\" }",
        "coarsen_ip" => "write coarsen_ip = { v4 = 16, v6 = 32 }",
        "coarsen_postcode" => "write coarsen_postcode = { to = \"district\" }",
        "keep" => "write keep = { because = \"what the recipient does with it\" }",
        "map_hierarchy" => "write map_hierarchy = { file = \"levels.csv\", level = 1 }",
        "map_values" => "write map_values = { values = { \"F\" = \"female\" }, other = \"not stated\" }",
        "mask_email" => "write mask_email = { keep_domain = true }",
        "mask_text" => "write mask_text = { keep_first = 2 }",
        "pseudonymise" => "write pseudonymise = { domain = \"subscriber\" }",
        "redact_text" => "write redact_text = { patterns = [\"email\", \"phone\"] }",
        "replace" => "write replace = { with = \"x\" }",
        "round_number" => "write round_number = { to = 10 }",
        "shift_date" => "write shift_date = { max_days = 180, domain = \"dates\" }",
        "top_values" => "write top_values = { keep = 20, other = \"other\" }",
        "truncate_text" => "write truncate_text = { keep = 3 }",
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
