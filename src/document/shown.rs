//! What of a document may be quoted: a key that looks like a name. A document is
//! whatever file we were given, so any other text in it may be somebody's data.

/// What is shown in place of a key that does not look like a name.
const NOT_SHOWN: &str = "…";

/// Whether a text looks like a name: letters, digits, `_`, `.`, `-` and blanks, at
/// most 64 of them.
#[must_use]
pub(crate) fn looks_like_a_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_ .-".contains(&byte))
}

/// The path of `key` in the table called `path`, as `columns.dob`. A key that is
/// there and does not look like a name is not quoted.
#[must_use]
pub(crate) fn path_to(path: &str, key: &str) -> String {
    let key = if key.is_empty() || looks_like_a_name(key) { key } else { NOT_SHOWN };
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Whether a document has the line `format = "KIND/…"` before its first table, and
/// so is surely one of ours, whatever else may be wrong with it. Asked of the text,
/// before it is parsed: a register is not looked for in somebody's extract.
#[must_use]
pub(crate) fn opens_with_format(text: &str, kind: &str) -> bool {
    let lines = text.lines().map(str::trim_start).take_while(|line| !line.starts_with('['));
    lines.filter_map(value_of_format).any(|value| {
        let value = value.strip_prefix(['"', '\'']).unwrap_or_default();
        value.strip_prefix(kind).is_some_and(|version| version.starts_with('/'))
    })
}

/// What is after `format =`, if the line is that one.
fn value_of_format(line: &str) -> Option<&str> {
    let keys = ["format", "\"format\"", "'format'"];
    let rest = keys.iter().find_map(|key| line.strip_prefix(key))?;
    Some(rest.trim_start().strip_prefix('=')?.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_name_is_part_of_a_path() {
        assert_eq!(path_to("", "columns"), "columns");
        assert_eq!(path_to("columns", "Date of Birth"), "columns.Date of Birth");
        for data in ["anna@example.org", "Anna, Smith", "+447700900123", &"x".repeat(65), "Zoë"] {
            assert_eq!(path_to("columns", data), "columns.…", "{data}");
        }
    }

    #[test]
    fn a_document_of_ours_says_so_before_its_first_table() {
        for text in [
            "format = \"scant-policy/1\"\n",
            "# a comment\nname = \"x\"\n  'format'='scant-policy/9'",
            "a = \n\"format\" = \"scant-policy/1\"",
        ] {
            assert!(opens_with_format(text, "scant-policy"), "{text}");
            assert!(!opens_with_format(text, "scant-register"), "{text}");
        }
        for text in [
            "",
            "id,email\n1,anna@example.org\n",
            "[release]\nformat = \"scant-policy/1\"",
            "format = scant-policy/1",
            "format = \"scant-policy\"",
            "formats = \"scant-policy/1\"",
            "format \"scant-policy/1\"",
        ] {
            assert!(!opens_with_format(text, "scant-policy"), "{text}");
        }
    }
}
